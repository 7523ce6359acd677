"""Leakage in a report: each parent by itself, in the market of all."""

from router.core.types import TimeInForce
from router.tca.facts.case import Case
from router.tca.facts.quotes import QuoteTape
from router.tca.footprint.leakage import Anchor, LeakageSpec, Markets, moves_before
from router.tca.footprint.leakage_rows import leakage
from support.tca_cases import at, case, child, quotes


def walk(seconds: int = 1_200) -> QuoteTape:
    """A midpoint that climbs a cent every ten seconds."""
    return quotes((tick, 400_000 + 100 * (tick // 10), 400_200 + 100 * (tick // 10)) for tick in range(seconds))


def parent(market: QuoteTape, order_id: str, *sent: float, until: float = 1_200) -> Case:
    children = [child(f"{order_id}{second}", second, tif=TimeInForce.IOC, ended_at=at(second)) for second in sent]
    return case(market, children, arrival=(400_000, 400_200), as_of=at(until), order_id=order_id)


def test_a_parents_row_is_what_it_would_be_alone_where_it_is_alone() -> None:
    was = parent(walk(), "A", 400.0, 700.0)

    section = leakage(was)

    for row in section.before:
        found = moves_before([was], LeakageSpec(), row.anchor)
        assert (row.own_bps, row.control_bps, row.difference_bps) == (found.own, found.control, found.difference)
        assert (row.events, row.matched, row.p_value) == (found.events, found.matched, found.p_value)
    assert [row.anchor for row in section.before] == list(Anchor)
    assert (section.window_s, section.seed) == (10.0, 0)


def test_the_same_parent_has_the_same_row_whoever_was_measured_before_it() -> None:
    market = walk()
    first, second = parent(market, "A", 400.0, 700.0), parent(market, "B", 500.0)
    markets = Markets([first, second])
    alone = leakage(second, markets)

    leakage(first, markets)

    assert leakage(second, markets) == alone


def test_the_activity_of_another_parent_makes_a_time_no_control() -> None:
    market = walk(200)
    was = parent(market, "A", 150.0, until=200)
    others = [parent(market, f"B{second}", float(second), until=200) for second in range(70, 200, 10)]

    alone, beside = leakage(was), leakage(was, Markets([was, *others]))

    assert alone.before[0].matched == 1
    assert beside.before[0].matched == 0
    assert beside.before[0].note == "no time without own activity to compare with"


def test_moves_after_ioc_orders_stand_by_venue_and_horizon() -> None:
    section = leakage(parent(walk(), "A", 400.0))

    assert [(row.venue, row.horizon_s) for row in section.after] == [
        ("XLIT", seconds) for seconds in (0.1, 1.0, 10.0, 60.0, 300.0)
    ]
    assert section.after[2].unfilled_bps.value is not None
    assert section.after[2].unfilled_bps.value > 0
    assert section.reason == ""


def test_a_parent_without_such_an_order_says_so() -> None:
    was = case(walk(), [child("C1", 400)], as_of=at(1_200))

    section = leakage(was)

    assert (section.after, section.reason) == ((), "no IOC or FOK order was sent and ended")
