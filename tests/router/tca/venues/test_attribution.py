"""Venues, reasons, order types and flags: one parent by hand, and groups that sum to the whole whatever they are."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from router.core.instruments import Instrument
from router.core.types import LastLiquidityInd, OrdType, Peg, Reason, Side, TimeInForce
from router.tca.facts.case import Case, cases
from router.tca.facts.record import ChildEnd, Fill
from router.tca.facts.recorder import Recorder
from router.tca.venues.attribution import (
    AtFill,
    Attribution,
    AttributionError,
    By,
    Group,
    Improvement,
    OrderFigures,
    attribute,
    gather,
    order_type,
)
from router.tca.venues.time_to_fill import TimeToFill
from support.tca_cases import at, case, child, fill, quotes

MARKET = quotes([(0, 400_000, 400_200), (8, 399_900, 400_100), (200, 399_900, 400_100)])
MID = {"ord_type": OrdType.PEGGED, "peg": Peg.MID}
POSTED = child("C1", 1, 300, px=400_000, post_only=True, accepted_at=at(1.5), ended_at=at(9), end=ChildEnd.CANCELED)
TAKEN = child("C2", 2, px=400_200, tif=TimeInForce.IOC, reason=Reason.SWEEP, ended_at=at(3), end=ChildEnd.FILLED)
RESTED = child("C3", 2, 200, venue="XDRK", reason=Reason.DARK_REST, ended_at=at(7), end=ChildEnd.FILLED, **MID)
WISHED = child("C4", 1, 500, venue="XDRK", reason=Reason.CONDITIONAL, conditional=True, end=ChildEnd.FIRM_UP, **MID)
REFUSED = child("C5", 1, 100, reason=Reason.PASSIVE_POST, post_only=True, end=ChildEnd.REJECTED)


@pytest.fixture
def parent() -> Case:
    """A buy with the market at 40.00 to 40.02: 100 of 300 posted, 100 taken a cent beyond, 200 at a pool's midpoint."""
    fills = [
        fill("E1", 3, 400_300, TAKEN, gave=False),
        fill("E2", 5, 400_000, POSTED),
        fill("E3", 7, 400_100, RESTED, 200, gave=False),
    ]
    return case(MARKET, [POSTED, TAKEN, RESTED, WISHED, REFUSED], fills, arrival=(400_000, 400_200), as_of=at(200))


def groups(found: Attribution) -> dict[str, Group]:
    return {group.key: group for group in found.groups}


def test_by_venue_each_has_its_trades_fees_and_cost_against_arrival(parent: Case) -> None:
    found = attribute(gather([parent]), By.VENUE)

    told = [(g.key, g.trades, g.shares, g.notional, g.fees, g.rebates, g.cost) for g in (*found.groups, found.total)]
    assert told == [
        ("XDRK", 1, 200, Fraction("8002"), 200_000, 0, Fraction(0)),
        ("XLIT", 2, 200, Fraction("8003"), 300_000, -200_000, Fraction(1)),
        ("total", 3, 400, Fraction("16005"), 500_000, -200_000, Fraction(1)),
    ]
    assert found.herfindahl == Fraction(1, 2)
    assert found.total.net_fees_bps == pytest.approx(0.30 / 16005 * 10_000)


def test_a_childs_fate_gives_fill_rates_and_waits_and_a_wish_counts_apart(parent: Case) -> None:
    lit, dark = (groups(attribute(gather([parent]), By.VENUE))[venue].orders for venue in ("XLIT", "XDRK"))

    assert lit == OrderFigures(
        orders=3,
        with_fill=2,
        rejected=1,
        sent=500,
        filled=200,
        from_sent=TimeToFill(2, 0, 2.5, 2.5, 1.0),
        from_accepted=TimeToFill(1, 0, 3.5, 3.5, 3.5),
        wishes=0,
        wishes_met=0,
    )
    assert (lit.fill_rate_shares, lit.fill_rate_orders) == (Fraction(2, 5), Fraction(2, 3))
    assert dark is not None
    assert (dark.orders, dark.sent, dark.wishes, dark.wishes_met) == (1, 200, 1, 1)


def test_the_spread_is_kept_by_who_posts_halved_in_a_pool_and_paid_by_who_takes(parent: Case) -> None:
    found = groups(attribute(gather([parent]), By.REASON))

    assert {key: group.at_fill.capture for key, group in found.items()} == {
        "passive-post": 1.0,
        "dark-rest": 0.5,
        "sweep": -0.5,
        "conditional": None,
    }
    assert found["dark-rest"].at_fill == AtFill(200, Fraction(8002), Fraction(4), Fraction(0), 200)
    assert found["dark-rest"].at_fill.midpoint_share == 1.0
    assert found["sweep"].at_fill.effective_bps == pytest.approx(0.04 / 40.03 * 10_000)


def test_the_quantum_beside_a_midpoint_between_two_is_the_midpoint() -> None:
    """A midpoint of 40.00005 is traded at 40.0000 or 40.0001; 40.0002 is another price."""
    sent = child("C1", 0, 300, venue="XDRK")
    fills = [fill(f"E{px}", 1, px, sent) for px in (400_000, 400_001, 400_002)]

    (group,) = attribute(gather([case(quotes([(0, 399_900, 400_101)]), [sent], fills)]), By.VENUE).groups

    assert (group.at_fill.shares, group.at_fill.at_mid) == (300, 200)


def test_improvement_is_of_what_could_trade_at_once_against_the_quote_when_it_was_sent(parent: Case) -> None:
    better = child("C6", 2, 50, px=400_300, tif=TimeInForce.IOC)
    early = child("C7", -5, 70, ord_type=OrdType.MARKET)
    record = parent.record
    record.children += [better, early]
    record.fills |= {"E4": fill("E4", 3, 400_100, better, 50), "E5": fill("E5", 3, 400_100, early, 70)}

    found = attribute(gather([parent]), By.VENUE).total.improvement

    assert found == Improvement(50, Fraction("0.5"), 0, 100, Fraction(1), 70)
    assert found.cost == Fraction("0.5")


def test_an_order_type_reads_as_a_person_says_it() -> None:
    told = [order_type(each) for each in (POSTED, TAKEN, RESTED, WISHED, child("C9", 0, display_qty=0))]

    assert told == [
        "limit day post-only",
        "limit ioc",
        "peg mid day",
        "peg mid day conditional",
        "limit day hidden",
    ]


def test_by_liquidity_flag_there_are_no_orders_since_a_child_has_none_before_it_trades(parent: Case) -> None:
    record = parent.record
    record.fills["E3"] = replace(record.fills["E3"], liquidity=None)

    found = attribute(gather([parent]), By.LIQUIDITY)

    assert [(group.key, group.shares, group.orders) for group in found.groups] == [
        ("unknown", 200, None),
        ("added", 100, None),
        ("removed", 100, None),
    ]
    assert found.total.orders is None


def test_a_fill_of_a_child_that_the_journal_does_not_have_is_of_an_unknown_type() -> None:
    stray = Fill(at(3), "E1", "XLIT", 100, 400_200, LastLiquidityInd.REMOVED)

    by_type, by_reason = (
        attribute(gather([case(MARKET, [], [stray])]), by).groups for by in (By.ORDER_TYPE, By.REASON)
    )

    assert [(group.key, group.shares) for group in (*by_type, *by_reason)] == [("unknown", 100)] * 2


def test_of_no_fill_there_is_neither_fragmentation_nor_a_rate() -> None:
    found = attribute(gather([case(MARKET)]), By.VENUE)

    assert (found.groups, found.herfindahl, found.total.net_fees_bps) == ((), None, None)
    assert found.total.orders is not None
    assert (found.total.orders.fill_rate_shares, found.total.orders.fill_rate_orders) == (None, None)


def test_parents_of_two_currencies_are_not_summed() -> None:
    euro = case(MARKET, instrument=Instrument("EULR", currency="EUR"))

    with pytest.raises(AttributionError, match=r"one currency.*\['EUR', 'USD'\]"):
        gather([case(MARKET), euro])


def test_parents_of_two_journals_with_the_same_hours_and_identifiers_are_two_observations() -> None:
    parents = []
    for bid in (400_000, 400_100):
        sent = child("C1", 1)
        market = quotes([(0, bid, bid + 200), (15, bid - 100, bid + 100)])
        parents.append(case(market, [sent], [fill("E1", 9.5, bid, sent, bid - 399_900)], as_of=at(60)))

    found = attribute(gather(parents), By.VENUE).total

    # Both give liquidity a cent below the midpoint, which ten seconds later is that cent lower.
    notional = [100 * 40.00, 200 * 40.01]
    assert [(each.markout.n, each.shares) for each in found.markouts[:3]] == [(2, 300)] * 3
    assert found.markouts[2].adverse.value == pytest.approx((100 + 200) * 0.01 / sum(notional) * 10_000)
    assert found.spreads[2].impact == -2 * (100 + 200) * Fraction(1, 100)


def test_a_journals_parents_sum_to_what_their_reports_say(recorder: Recorder) -> None:
    found = attribute(gather(cases(recorder)), By.VENUE)

    orders = recorder.orders.values()
    assert found.total.shares == sum(order.cum_qty for order in orders)
    assert found.total.notional == Fraction(sum(order.notional for order in orders), 10_000)


EMPTY = attribute(gather([case(MARKET)]), By.VENUE).total
VENUES, FLAGS = ("XLIT", "XDRK", "XNEW"), (*LastLiquidityInd, None)
TRADES = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.integers(399_000, 401_000),
        st.integers(1, 900),
        st.sampled_from(VENUES),
        st.sampled_from(Reason),
        st.sampled_from(FLAGS),
    ),
    max_size=10,
)


@pytest.mark.slow
@given(TRADES, st.sampled_from(Side), st.sampled_from(By), st.booleans())
def test_groups_sum_to_the_parent_exactly_whatever_they_are_grouped_by(
    trades: list[tuple[int, int, int, str, Reason, LastLiquidityInd | None]], side: Side, by: By, arrives: bool
) -> None:
    children = [
        child(f"C{n}", 0, qty, venue=venue, reason=reason) for n, (_, _, qty, venue, reason, _) in enumerate(trades)
    ]
    fills = [
        replace(fill(f"E{n}", second, px, children[n], qty), liquidity=flag)
        for n, (second, px, qty, _, _, flag) in enumerate(trades)
    ]
    parent = case(MARKET, children, fills, side=side, arrival=(400_000, 400_300) if arrives else None, as_of=at(100))

    found = attribute(gather([parent]), by)

    assert _sums([*found.groups, EMPTY]) == _sums([found.total])
    assert found.total.shares == parent.record.cum_qty
    assert found.total.notional == Fraction(parent.record.notional, 10_000)
    assert found.total.fees + found.total.rebates == sum(parent.fee(each) for each in parent.fills)
    if arrives:
        paid = side.sign * (parent.record.notional - parent.record.cum_qty * Fraction(800_300, 2))
        assert found.total.cost == paid / 10_000


def _sums(groups: Sequence[Group]) -> list[Fraction]:
    """Everything additive of some groups."""
    rows = [
        [
            group.trades,
            group.shares,
            group.notional,
            group.fees,
            group.rebates,
            group.arrival_shares,
            group.cost,
            *(getattr(group.at_fill, name) for name in AtFill.__struct_fields__),
            *(getattr(group.improvement, name) for name in Improvement.__struct_fields__),
            *(
                getattr(each, name)
                for each in group.spreads
                for name in ("shares", "notional", "effective", "realised", "impact")
            ),
            *((group.orders.orders, group.orders.sent, group.orders.filled) if group.orders else (0, 0, 0)),
        ]
        for group in groups
    ]
    return [sum(column, Fraction(0)) for column in zip(*rows, strict=True)]
