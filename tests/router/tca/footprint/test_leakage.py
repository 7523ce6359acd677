"""Leakage that was planted is found at its size; where none was, none is found more often than the level says."""

import random
from bisect import bisect_right

import pytest

from router.core.events import TradePrint
from router.core.types import SECOND, Side, TimeInForce
from router.tca.estimate import Estimate, nothing
from router.tca.facts.case import Case
from router.tca.facts.record import Child, ChildEnd
from router.tca.facts.tape import MarketTape
from router.tca.footprint.leakage import AfterIoc, Anchor, Leakage, LeakageSpec, moves_after_ioc, moves_before
from support.tca_cases import at, case, child, fill, quotes

HOURS = 2
SHORT = LeakageSpec(window=10 * SECOND, before=20 * SECOND)


def leaking(seed: int, bps: float, side: Side = Side.BUY) -> Case:
    """Some hundred children at times drawn apart from the market, which moves so far against each in 10 s before it.

    The midpoint is a walk whose volatility and volume change together every five minutes.
    """
    draw = random.Random(seed)
    second, times = 80.0, []
    while (second := second + draw.uniform(40, 90)) < HOURS * 3_600 - 20:
        times.append(second)
    children = [child(f"C{n}", sent, ended_at=at(sent + 3)) for n, sent in enumerate(times)]
    middle, wild, rows, tape = 400_000.0, 1.0, [], MarketTape()
    for tick in range(HOURS * 3_600):
        if tick % 300 == 0:
            wild = draw.choice((0.5, 1.0, 2.0))
        middle += draw.gauss(0, 40 * wild)
        following = bisect_right(times, tick)
        if following < len(times) and times[following] - tick < 10:
            middle += side.sign * bps / 10 * 40
        px = round(middle / 100) * 100
        rows.append((tick, px - 100, px + 100))
        tape.add(at(tick), TradePrint("XLIT", "ACME", px, draw.randint(1, 5) * round(200 * wild)))
    return case(quotes(rows), children, tape=tape, side=side, as_of=at(HOURS * 3_600))


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_a_drift_planted_before_our_orders_is_a_cost_of_its_size(side: Side) -> None:
    found = moves_before([leaking(5, 4.0, side)], LeakageSpec(seed=5))

    assert found.difference.within(4.0), found
    assert found.p_value is not None
    assert found.p_value < 0.001
    assert found.control.within(0.0), found
    assert (found.events, found.matched) == (len(leaking(5, 4.0, side).record.children),) * 2


@pytest.mark.slow
@pytest.mark.untraced
@pytest.mark.parametrize("bps", [0.0, 1.0])
def test_what_is_planted_is_in_the_interval_as_often_as_it_says_and_nothing_is_found_where_nothing_is(
    bps: float,
) -> None:
    seeds = range(60)
    found = [moves_before([leaking(seed, bps)], LeakageSpec(seed=seed)).difference for seed in seeds]

    missed = [seed for seed in seeds if not found[seed].within(bps)]
    values = [each.value for each in found if each.value is not None]

    # 3 of 60 expected; more than 9 has a chance of 1 in 1,000.
    assert len(missed) <= 9, f"seeds {missed}"
    # The mean of 60 has a deviation of 0.06.
    assert sum(values) / len(seeds) == pytest.approx(bps, abs=0.25)


def test_the_same_seed_draws_the_same_controls() -> None:
    parent = leaking(5, 0.0)

    first, again, other = (moves_before([parent], LeakageSpec(seed=seed)) for seed in (1, 1, 2))

    assert first == again
    assert first.control != other.control


def flat(*children: Child, **fields: object) -> Case:
    """A market that stands still at 40.01 for ten minutes but for a cent up at 300 s."""
    market = quotes([(0, 400_000, 400_200), (300, 400_100, 400_300)])
    return case(market, children, as_of=at(600), **fields)  # type: ignore[arg-type]  # a test's keywords


def test_by_hand_a_move_before_one_of_two_orders_against_a_market_that_stood_still() -> None:
    parent = flat(child("C1", 200), child("C2", 305))

    found = moves_before([parent], SHORT)

    cent = 100 / 400_100 * 10_000
    assert (found.events, found.matched, found.difference.n) == (2, 2, 2)
    assert (found.own.value, found.control.value, found.difference.value) == pytest.approx((cent / 2, 0.0, cent / 2))


def test_orders_sent_again_after_a_withdrawal_are_not_sent_anew() -> None:
    gone = child("C1", 200, ended_at=at(304), end=ChildEnd.CANCELED)

    by_anchor = {
        anchor: moves_before([flat(gone, child("C2", 305), child("C3", 400))], SHORT, anchor).events
        for anchor in (Anchor.SENT, Anchor.FRESH)
    }

    assert by_anchor == {Anchor.SENT: 3, Anchor.FRESH: 2}


def test_the_fills_of_one_child_are_one_event_when_the_first_of_them_traded() -> None:
    sent = child("C1", 100)
    fills = [fill("E1", 305, 400_200, sent), fill("E2", 500, 400_200, sent)]

    found = moves_before([flat(sent, fills=fills)], SHORT, Anchor.FILL)

    assert found.events == 1
    assert found.own.value == pytest.approx(100 / 400_100 * 10_000)


def test_a_parent_that_is_always_busy_has_no_control_and_that_is_said() -> None:
    parent = flat(*(child(f"C{n}", 5.0 * n) for n in range(120)))

    none = nothing("no time without own activity to compare with")
    assert moves_before([parent], SHORT) == Leakage(Anchor.SENT, SHORT.window, 120, 0, none, none, none, None)


def test_a_parent_without_children_has_nothing_to_measure() -> None:
    assert moves_before([flat()], SHORT).difference == nothing("no own activity with a midpoint before it")


def test_the_activity_of_one_parent_makes_a_time_no_control_of_another() -> None:
    quiet, children = flat(child("C1", 305)), [child(f"B{n}", 5.0 * n) for n in range(120)]
    beside = case(quiet.quotes, children, as_of=at(600), order_id="O2")

    found = [moves_before(parents, SHORT).matched for parents in ([quiet], [quiet, beside], [quiet, flat(*children)])]

    # The third is of another journal: another market in the same hours.
    assert found == [1, 0, 1]


def test_a_spec_without_sense_is_refused_by_name() -> None:
    for spec, text in (
        (LeakageSpec(controls=0), "controls must be at least 1, it is 0"),
        (LeakageSpec(before=SECOND), "before must hold two samples of 1000000000 ns, it is 1000000000"),
    ):
        with pytest.raises(ValueError, match=text):
            moves_before([flat()], spec)


# --- after our orders


def ioc(name: str, sent: float, ended: float, **fields: object) -> Child:
    """An IOC order that was over so long after the open."""
    return child(name, sent, 100, tif=TimeInForce.IOC, end=ChildEnd.CANCELED, ended_at=at(ended), **fields)


def test_the_market_that_goes_away_after_an_order_that_filled_nothing_is_told_apart_from_one_that_did() -> None:
    told = [
        ioc("C1", 299.9, 299.95),
        ioc("C2", 100, 100.1, filled=50),
        ioc("C3", 99, 99.1, venue="XDRK"),
        child("C4", 50, ended_at=at(55), end=ChildEnd.CANCELED),
    ]

    found = moves_after_ioc([flat(*told)], [SECOND])

    few = "an interval takes two independent observations, there is 1"
    cent = pytest.approx(100 / 400_100 * 10_000)
    assert found == (
        AfterIoc("XDRK", SECOND, nothing("no such order with midpoints before and after it"),
                 Estimate(0.0, None, None, None, 1, note=few)),
        AfterIoc("XLIT", SECOND, Estimate(0.0, None, None, None, 1, note=few),
                 Estimate(cent, None, None, None, 1, note=few)),  # type: ignore[arg-type]  # compares as a float
    )  # fmt: skip


def test_the_market_that_goes_up_after_a_sell_went_its_way() -> None:
    told = [ioc("C1", 299.9, 299.95)]

    bought, sold = (moves_after_ioc([flat(*told, side=side)], [SECOND])[0].unfilled for side in (Side.BUY, Side.SELL))

    assert bought.value == pytest.approx(100 / 400_100 * 10_000)
    assert sold.value == pytest.approx(-100 / 400_100 * 10_000)


def test_orders_sent_together_are_one_observation() -> None:
    told = [ioc(f"C{n}", 99 + n, 99.5 + n) for n in range(3)]

    ((one, ten),) = [moves_after_ioc([flat(*told)], [SECOND, 10 * SECOND])]

    assert (one.unfilled.n, ten.unfilled.n) == (2, 1)
