"""A name's orders as the one order it was decided as: shares and money are the parts', to the last quantum."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from router.basket.names import BasketError
from router.basket.plan import plan
from router.basket.whole_order import by_name, planned_path, whole_order
from router.core.algo import SchedulePoint
from router.core.types import SECOND, OrdStatus, Qty, Side
from router.tca.cost.shortfall import shortfall
from router.tca.facts.case import Case
from router.tca.facts.record import Fill, OrderRecord, Planned
from support.baskets import DAY, name, terms
from support.twelve_trades import case


def part(number: int, fills: list[tuple[int, int]], *, qty: Qty = 500, side: Side = Side.BUY) -> OrderRecord:
    """The n-th order of ACME, a minute after the one before it, with fills of (shares, quanta) a second apart."""
    at = number * 60 * SECOND
    told = [Fill(at + (n + 1) * SECOND, f"E{number}-{n}", "XLIT", shares, px) for n, (shares, px) in enumerate(fills)]
    cum_qty = sum(shares for shares, _ in fills)
    return OrderRecord(
        order_id=f"O{number}",
        client="EMS44",
        cl_ord_id=f"B{number}-1",
        symbol="ACME",
        side=side,
        algorithm="VWAP",
        arrived_at=at,
        start=at,
        end=at + 50 * SECOND,
        qty=qty,
        status=OrdStatus.FILLED if cum_qty == qty else OrdStatus.CANCELED,
        cum_qty=cum_qty,
        notional=sum(shares * px for shares, px in fills),
        ended_at=at + 50 * SECOND,
        arrival_mid2=800_000 + number,
        fills={fill.exec_id: fill for fill in told},
    )


def test_it_begins_with_its_first_order_and_ends_with_its_last() -> None:
    first, second = part(1, [(500, 400_000)]), part(2, [(300, 400_200)])
    planned = (SchedulePoint(60 * SECOND, 0), SchedulePoint(170 * SECOND, 1_000))

    whole = whole_order(name("ACME", Side.BUY, 1_000), [first, second], planned)

    assert (whole.order_id, whole.cl_ord_id, whole.algorithm) == ("ACME", "ACME, 2 orders", "VWAP")
    assert (whole.arrived_at, whole.ended_at, whole.arrival_mid2) == (60 * SECOND, 170 * SECOND, 800_001)
    assert (whole.qty, whole.cum_qty, whole.status) == (1_000, 800, OrdStatus.CANCELED)
    assert whole.notional == 500 * 400_000 + 300 * 400_200
    assert list(whole.fills) == ["E1-0", "E2-0"]
    assert whole.planned(115 * SECOND) == 500


@given(fills=st.lists(st.lists(st.tuples(st.integers(1, 100), st.integers(1, 900_000)), max_size=4), min_size=1))
def test_shares_and_money_are_the_parts(fills: list[list[tuple[int, int]]]) -> None:
    parts = [part(number, each) for number, each in enumerate(fills)]

    whole = whole_order(name("ACME", Side.BUY, 100_000), parts)

    assert whole.cum_qty == sum(fill.qty for fill in whole.fills.values()) == sum(each.cum_qty for each in parts)
    assert whole.notional == sum(fill.qty * fill.px for fill in whole.fills.values())
    assert [fill.at for fill in whole.fills.values()] == sorted(fill.at for fill in whole.fills.values())


def test_an_order_that_came_in_one_part_costs_what_it_did() -> None:
    alone = case("O2")
    whole = whole_order(name("ACME", Side.SELL, 400), [alone.record])

    again = shortfall(replace(alone, record=whole))

    assert again.total == shortfall(alone).total


def test_what_was_never_sent_is_opportunity_of_the_whole() -> None:
    alone = case("O2")
    twice = replace(alone, record=whole_order(name("ACME", Side.SELL, 800), [alone.record]))

    more = shortfall(twice).parts["opportunity"]

    # 400 more were to be sold at 40.10, the midpoint as the order came; the journal ends with a midpoint of 40.10.
    assert more == 400 * (mid_at_arrival(alone) - last_price(twice))


def mid_at_arrival(of: Case) -> Fraction:
    assert of.record.arrival_mid2 is not None
    return Fraction(of.record.arrival_mid2, 2 * of.instrument.price_scale)


def last_price(of: Case) -> Fraction:
    end = shortfall(of).end.px
    assert end is not None
    return end / of.instrument.price_scale


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([], "no order was sent"),
        ([part(1, [], side=Side.SELL)], "not orders of its symbol and side: O1"),
        ([part(1, [(500, 1)]), part(2, [(501, 1)])], r"CumQty\(14\) must not be above OrderQty\(38\) 1000: got 1001"),
    ],
)
def test_what_is_no_part_of_a_name_is_refused(parts: list[OrderRecord], words: str) -> None:
    with pytest.raises(BasketError, match=words):
        whole_order(name("ACME", Side.BUY, 1_000), parts)


def test_a_name_with_an_order_still_open_is_open() -> None:
    working = replace(part(2, [(100, 400_000)]), status=OrdStatus.PARTIALLY_FILLED, ended_at=None)

    whole = whole_order(name("ACME", Side.BUY, 1_000), [part(1, []), working])

    assert (whole.status, whole.ended_at) == (OrdStatus.PARTIALLY_FILLED, None)


def test_an_order_that_waited_for_a_person_has_the_schedule_of_its_release() -> None:
    waited = Planned(60 * SECOND, (SchedulePoint(60 * SECOND, 0), SchedulePoint(60 * SECOND + 1, 500)))
    released = Planned(90 * SECOND, (SchedulePoint(90 * SECOND, 0), SchedulePoint(900 * SECOND, 500)))
    staged = replace(part(1, [(500, 400_000)]), plans=[waited, released])

    assert whole_order(name("ACME", Side.BUY, 500), [staged]).plans == [released]


def test_refused_orders_are_no_part_of_their_name() -> None:
    refused = replace(part(1, []), status=OrdStatus.REJECTED)

    assert by_name([refused, part(2, []), part(3, [])]) == {"ACME": [part(2, []), part(3, [])]}


def test_the_planned_path_is_the_plan_s_sum_by_the_end_of_each_period() -> None:
    small_plan = plan([name()], DAY, terms())

    points = planned_path(small_plan, "ACME")

    assert [point.at for point in points] == [DAY[0].start, *(period.end for period in DAY)]
    assert [after.qty - before.qty for before, after in pairwise(points)] == list(small_plan.shares[0])
    assert planned_path(small_plan, "OTHER") == ()
