"""Fills and the midpoint around them, by hand; effective = realised + impact, of anything."""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from router.core.types import SECOND, OrdType, Peg, PrintKind, Side, TimeInForce
from router.tca.estimate import Estimate
from router.tca.facts.case import Case
from router.tca.facts.record import Child, Fill
from router.tca.venues.markouts import (
    AFTER_CLOSE,
    AFTER_END,
    AUCTION,
    HORIZONS,
    NO_MARKET,
    Mark,
    SpreadAt,
    clusters,
    mark,
    markouts,
    spreads,
)
from support.floor import CLOSE, OPEN
from support.tca_cases import DELAY, at, case, child, fill, quotes

NOTHING = Fraction(0)
QUANTUM = Fraction(1, 10_000)
MARKET = quotes([(0, 400_000, 400_200), (10, 400_100, 400_300), (12, 399_800, 400_000), (60, 400_000, 400_000)])
"""Midpoints 40.01, 40.02, 39.99, and from 60 s on a locked market."""
POSTED, TAKEN = child("C1", 1), child("C2", 2, tif=TimeInForce.IOC, px=400_200)


def buy(**fields: object) -> Case:
    """100 posted and filled at the bid of 40.00 at 9 s, 300 taken at the offer of 40.02 at 9.5 s."""
    fills = [fill("E1", 9, 400_000, POSTED), fill("E2", 9.5, 400_200, TAKEN, 300, gave=False)]
    return case(MARKET, [POSTED, TAKEN], fills, **fields)  # type: ignore[arg-type]  # a test's keywords


def test_effective_is_what_was_paid_and_the_midpoint_since_splits_it() -> None:
    second, ten = spreads(mark(buy()))[1:3]

    # Of 100 shares at -0.02 and 300 at +0.02. At 1 s the first sees 40.02, the second 40.02: impact +0.02 a share.
    assert second == SpreadAt(
        horizon=SECOND,
        shares=400,
        notional=(100 * 400_000 + 300 * 400_200) * QUANTUM,
        effective=(-200 * 100 + 200 * 300) * QUANTUM,
        realised=(-400 * 100 + 0 * 300) * QUANTUM,
        impact=200 * 400 * QUANTUM,
    )
    # At 10 s both see 39.99: impact -0.04 a share.
    assert (ten.effective, ten.realised, ten.impact) == (Fraction(4), Fraction(20), Fraction(-16))
    assert ten.impact_bps == pytest.approx(-16 / float(ten.notional) * 10_000)


def test_a_sell_at_the_bid_pays_what_a_buy_there_earns() -> None:
    found = [spreads(mark(buy(side=side)))[0].effective for side in (Side.BUY, Side.SELL_SHORT)]

    assert found == [4, -4]


def test_the_quote_at_a_fill_is_the_last_before_the_trade_not_the_one_that_the_trade_made() -> None:
    made_by_it = quotes([(0, 400_000, 400_200), (9 - DELAY / 2 / SECOND, 399_900, 400_200)])
    heard = fill("E1", 9, 400_000, POSTED)

    (found,) = mark(case(made_by_it, [POSTED], [heard]))

    assert (found.mid2, found.spread) == (800_200, 200)


def test_without_a_profile_the_quote_at_a_fill_is_the_one_before_it_was_heard() -> None:
    market = quotes([(0, 400_000, 400_200), (8, 400_100, 400_200), (9, 399_900, 400_200)])
    heard = fill("E1", 9, 400_000, child("C1", 1, venue="XNEW"))

    (found,) = mark(case(market, [], [heard]))

    assert (found.mid2, found.spread) == (800_300, 100)


def test_a_fill_that_took_is_held_against_the_quote_when_its_child_went_out() -> None:
    market = quotes([(0, 400_000, 400_200), (5, 400_100, 400_300)])
    walked = [fill(f"E{n}", 9, 400_200 + 100 * n, TAKEN, gave=False) for n in range(2)]

    found = mark(case(market, [TAKEN], walked))

    assert [each.mid2 for each in found] == [800_200, 800_200]
    assert [each.effective for each in found] == [200, 400]


def test_an_auction_has_no_spread_and_says_so() -> None:
    auction = replace(fill("E1", 9, 400_000, POSTED), kind=PrintKind.CLOSING)

    found = spreads(mark(case(MARKET, [POSTED], [auction])))

    assert found[0].missing == {AUCTION: 100}


def test_a_midpoint_that_does_not_exist_is_left_out_with_its_reason() -> None:
    cut = mark(buy(as_of=at(30)))

    # 1 min after 9 s the market is locked; the record of the second ends before.
    assert [each.why for each in mark(buy())] == [("", "", "", NO_MARKET, NO_MARKET)] * 2
    assert [each.why for each in cut] == [("", "", "", AFTER_END, AFTER_END)] * 2
    assert spreads(cut)[3] == SpreadAt(60 * SECOND, 0, NOTHING, NOTHING, NOTHING, NOTHING, {AFTER_END: 400})
    assert spreads(cut)[3].effective_bps is None


def test_a_horizon_does_not_run_over_the_close() -> None:
    market = quotes([(0, 400_000, 400_200)])
    late = fill("E1", (CLOSE - OPEN) / SECOND - 5, 400_000, POSTED)

    (found,) = mark(case(market, [POSTED], [late], as_of=CLOSE + 1_000 * SECOND))

    assert found.why == ("", "", AFTER_CLOSE, AFTER_CLOSE, AFTER_CLOSE)


def test_the_close_itself_is_within_the_session() -> None:
    market = quotes([(0, 400_000, 400_200)])
    late = fill("E1", (CLOSE - OPEN) / SECOND - 10, 400_000, POSTED)

    (found,) = mark(case(market, [POSTED], [late], as_of=CLOSE + 1_000 * SECOND))

    assert found.why == ("", "", "", AFTER_CLOSE, AFTER_CLOSE)


def test_children_as_far_apart_as_two_horizons_are_two_observations() -> None:
    market = quotes([(0, 400_000, 400_200)])
    children = [child(f"C{n}", 0) for n in range(4)]
    fills = [
        fill(f"E{n}", second, 400_000, each)
        for n, (second, each) in enumerate(zip((1, 2.9, 3, 20), children, strict=True))
    ]

    marks = mark(case(market, children, fills))

    assert [clusters(marks, horizon * SECOND) for horizon in (1, 10)] == [((0, 1), (2,), (3,)), ((0, 1, 2, 3),)]


def test_a_fill_before_any_quote_has_neither_spread_nor_midpoint() -> None:
    (found,) = mark(case(quotes([(9.05, 400_000, 400_200)]), [POSTED], [fill("E1", 9, 400_000, POSTED)]))

    assert (found.mid2, found.spread, found.effective, found.sent_far) == (None, None, None, None)
    assert spreads([found])[0].missing == {NO_MARKET: 100}


@pytest.mark.parametrize(
    ("fields", "at_once"),
    [
        ({"px": 400_000}, False),
        ({"px": 400_200}, True),
        ({"px": 400_200, "post_only": True}, False),
        ({"px": 400_200, "replaced_at": [at(2)]}, False),
        ({"px": 400_000, "tif": TimeInForce.IOC}, True),
        ({"ord_type": OrdType.MARKET}, True),
        ({"ord_type": OrdType.PEGGED, "peg": Peg.MID}, False),
    ],
)
def test_a_child_is_for_at_once_by_its_terms_and_the_quote_when_it_was_sent(
    fields: dict[str, object], at_once: bool
) -> None:
    sent = child("C1", 1, 100, **fields)

    (found,) = mark(case(MARKET, [sent], [fill("E1", 9, 400_000, sent)]))

    assert (found.at_once, found.sent_far) == (at_once, 400_200)


def test_markouts_are_by_value_and_adverse_selection_is_of_what_gave_liquidity() -> None:
    second, minute = (markouts(mark(buy()))[place] for place in (1, 3))

    # Paid against 40.02 one second later: 100 shares earn 0.02, 300 cost nothing. The first gave, and earned 0.01.
    notional = 100 * 40.00 + 300 * 40.02
    assert (second.shares, second.gave) == (400, 100)
    assert second.markout.value == pytest.approx(-2.0 / notional * 10_000)
    assert second.adverse.value == pytest.approx(-0.01 / 40.00 * 10_000)
    assert minute.markout == Estimate(None, None, None, None, 0, note="no fill with a midpoint at this horizon")


def test_an_interval_counts_children_whose_windows_overlap_as_one() -> None:
    first, near, far = child("C1", 1), child("C2", 1), child("C3", 1)
    fills = [
        fill("E1", 2, 400_000, first),
        fill("E2", 9, 400_000, first),
        fill("E3", 3.9, 400_000, near),
        fill("E4", 4, 400_000, far),
    ]
    marks = mark(case(MARKET, [first, near, far], fills))

    names = [[marks[place].fill.exec_id for place in places] for places in clusters(marks, SECOND)]

    assert names == [["E1", "E2", "E3"], ["E4"]]


def test_one_cluster_has_a_markout_but_no_interval_and_says_so() -> None:
    found = markouts(mark(buy()))[2].markout

    assert (found.n, found.low, found.note) == (1, None, "an interval takes two independent observations, there is 1")
    assert found.value is not None


@given(
    st.lists(st.tuples(st.integers(0, 80), st.integers(399_000, 401_000), st.integers(1, 900)), max_size=12),
    st.lists(st.tuples(st.integers(0, 60), st.integers(399_000, 400_000), st.integers(-100, 900)), max_size=12),
    st.sampled_from(Side),
)
def test_effective_is_realised_and_impact_to_the_last_quantum(
    trades: list[tuple[int, int, int]], market: list[tuple[int, int, int]], side: Side
) -> None:
    fills = [fill(f"E{n}", second, px, POSTED, qty) for n, (second, px, qty) in enumerate(trades)]
    best = quotes(sorted((second, bid, bid + wide) for second, bid, wide in market))

    found = spreads(mark(case(best, [POSTED], fills, side=side, as_of=at(100))))

    assert all(each.effective == each.realised + each.impact for each in found)
    assert all(each.shares + sum(each.missing.values()) == sum(qty for _, _, qty in trades) for each in found)


@pytest.mark.slow
@pytest.mark.untraced
def test_intervals_of_a_market_that_knows_nothing_of_us_hold_nothing_as_often_as_they_say() -> None:
    seeds = range(60)
    found = [markouts(_blind(seed)) for seed in seeds]

    for place, horizon in enumerate(HORIZONS):
        missed = [seed for seed in seeds if not found[seed][place].adverse.within(0.0)]
        # 3 of 60 expected; more than 9 has a chance of 1 in 1,000.
        assert len(missed) <= 9, f"horizon {horizon / SECOND} s, seeds {missed}"


def _blind(seed: int) -> tuple[Mark, ...]:
    """Some 150 children that fill at the bid of a random walk, whatever it does next."""
    draw = random.Random(seed)
    bid, second, rows = 400_000, 0.0, []
    for tick in range(3_600):
        bid += draw.choice((-100, 0, 0, 100))
        rows.append((tick, bid, bid + 200))
    market = quotes(rows)
    children: list[Child] = []
    fills: list[Fill] = []
    while (second := second + draw.expovariate(1 / 20)) < 3_200:
        sent = child(f"C{len(children)}", second)
        children.append(sent)
        for _ in range(draw.randint(1, 3)):
            second += draw.random()
            best = market.at(at(second))
            assert best is not None
            assert best.bid is not None
            fills.append(fill(f"E{len(fills)}", second, best.bid, sent))
    return mark(case(market, children, fills))
