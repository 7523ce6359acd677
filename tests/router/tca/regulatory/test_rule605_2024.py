"""Which orders the amended Rule 605 counts, as what, and from when: one order in a market made by hand.

The national best is 40.00 to 40.02 unless a test says otherwise; sells are the same orders mirrored at 40.01.
"""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

import pytest
from msgspec.structs import replace

from router.core.types import OrdType, Peg, PrintKind, Px, Side, TimeInForce
from router.tca.facts.case import Case
from router.tca.facts.quotes import Quote, QuoteTape
from router.tca.facts.record import ChildEnd
from router.tca.regulatory.routed import routed
from router.tca.regulatory.rule605_2024 import Covered, NotCovered, covered, known_form_2024, worth
from support.tca_cases import at, case, child, fill, quotes

BOTH_SIDES = pytest.mark.parametrize("side", [Side.BUY, Side.SELL, Side.SELL_SHORT])
Row = tuple[float, Px, Px]
NOTHING: Mapping[str, object] = MappingProxyType({})
AT_MARKET: Mapping[str, object] = MappingProxyType({"ord_type": OrdType.MARKET})


def sent(
    side: Side,
    px: Px | None,
    *rows: Row,
    filled: float | None = None,
    seconds: float = 10,
    until: float | None = None,
    asked: Mapping[str, object] = NOTHING,
) -> Case:
    """A parent with one child, as a buy has it; of another side everything is mirrored at 40.01."""
    buys = side is Side.BUY
    market = rows or ((0, 400_000, 400_200),)
    ended: dict[str, object] = {} if until is None else {"ended_at": at(until), "end": ChildEnd.CANCELED}
    limit = px if buys or px is None else 800_200 - px
    order = child("C1", seconds, 100, px=limit, **ended, **asked)
    return case(
        quotes(market if buys else [(when, 800_200 - ask, 800_200 - bid) for when, bid, ask in market]),
        [order],
        [] if filled is None else [fill("E1", filled, 400_000, order)],
        side=side,
    )


def found(of: Case) -> tuple[str, float] | NotCovered:
    """Name of the type and seconds from the open to the start of the clock, or why it does not count."""
    (order,) = routed(of.record)
    got = covered(of, order)
    return got if isinstance(got, NotCovered) else (got.kind.name, (got.since - at(0)) / 10**9)


def counted(of: Case) -> Covered:
    (order,) = routed(of.record)
    got = covered(of, order)
    assert isinstance(got, Covered), got
    return got


@BOTH_SIDES
@pytest.mark.parametrize(
    ("px", "kind"),
    [
        (400_300, "MARKETABLE_LIMIT"),
        (400_200, "MARKETABLE_LIMIT"),
        (400_199, "MIDPOINT_OR_BETTER"),
        (400_100, "MIDPOINT_OR_BETTER"),
        (400_099, "NON_MARKETABLE"),
        (400_000, "NON_MARKETABLE"),
    ],
)
def test_a_limit_order_is_typed_by_the_national_best_at_its_receipt(side: Side, px: Px, kind: str) -> None:
    assert found(sent(side, px)) == (kind, 10)
    assert found(sent(side, px, asked={"tif": TimeInForce.IOC})) == (kind.replace("_LIMIT", "") + "_IOC", 10)


@BOTH_SIDES
def test_a_non_marketable_order_counts_from_when_its_own_side_of_the_market_comes_to_it(side: Side) -> None:
    falls = ((0, 400_000, 400_200), (30, 399_600, 399_800), (40, 399_500, 399_700), (50, 399_000, 399_200))

    assert found(sent(side, 399_500, *falls)) == ("NON_MARKETABLE", 40)
    assert found(sent(side, 399_500, *falls, until=40)) == ("NON_MARKETABLE", 40)
    assert found(sent(side, 399_500, *falls, until=39.9)) is NotCovered.NEVER
    closing = [((0, 400_000, 400_200), (when, 399_500, 399_700)) for when in (23_399, 23_400)]
    assert [found(sent(side, 399_500, *rows)) for rows in closing] == [("NON_MARKETABLE", 23_399), NotCovered.NEVER]


@BOTH_SIDES
def test_an_order_executed_before_the_market_came_to_it_counts_from_its_execution(side: Side) -> None:
    falls = ((0, 400_000, 400_200), (30, 399_500, 399_700))

    assert found(sent(side, 399_500, *falls, filled=20)) == ("NON_MARKETABLE", 20)
    assert found(sent(side, 399_500, *falls, filled=35)) == ("NON_MARKETABLE", 30)


@BOTH_SIDES
def test_of_quotes_at_one_instant_the_last_decides(side: Side) -> None:
    passing = ((0, 400_000, 400_200), (30, 399_500, 400_200), (30, 400_000, 400_200))

    assert found(sent(side, 399_500, *passing)) is NotCovered.NEVER


@BOTH_SIDES
def test_a_limit_order_received_before_the_open_counts_unless_the_first_national_best_makes_it_marketable(
    side: Side,
) -> None:
    early = ((-60, 400_000, 400_200), (5, 400_400, 400_600))

    assert found(sent(side, 400_100, *early, seconds=-30)) == ("MIDPOINT_OR_BETTER", 0)
    assert found(sent(side, 399_900, *early, (20, 399_900, 400_100), seconds=-30)) == ("NON_MARKETABLE", 20)
    assert found(sent(side, 400_200, *early, seconds=-30)) is NotCovered.LATER


def test_a_limit_order_received_without_a_national_best_waits_for_the_first() -> None:
    market = QuoteTape()
    market.add(Quote(at(0), 400_000, None, 100))
    market.add(Quote(at(20), 400_000, 400_200, 100, 100))
    orders = [child("C1", 10, px=px) for px in (400_000, 400_200)]

    assert [found(case(market, [order])) for order in orders] == [("NON_MARKETABLE", 20), NotCovered.LATER]
    assert found(case(market, [replace(orders[0], ended_at=at(15))])) is NotCovered.NO_QUOTE


@BOTH_SIDES
def test_a_market_order_counts_in_regular_hours_and_with_a_national_best_only(side: Side) -> None:
    assert found(sent(side, None, asked=AT_MARKET)) == ("MARKET", 10)
    assert found(sent(side, None, asked={**AT_MARKET, "tif": TimeInForce.IOC})) == ("MARKET", 10)
    assert found(sent(side, None, (-60, 400_000, 400_200), seconds=-30, asked=AT_MARKET)) is NotCovered.HOURS
    assert found(sent(side, None, (11, 400_000, 400_200), asked=AT_MARKET)) is NotCovered.NO_QUOTE
    assert found(sent(side, None, seconds=23_400, asked=AT_MARKET)) is NotCovered.HOURS


def test_a_locked_and_a_crossed_market_are_a_national_best() -> None:
    locked, crossed = (0, 400_100, 400_100), (0, 400_200, 400_000)

    kinds = [found(sent(Side.BUY, px, row)) for row in (locked, crossed) for px in (400_100, 399_900)]

    assert kinds == [("MARKETABLE_LIMIT", 10), NotCovered.NEVER, ("MARKETABLE_LIMIT", 10), NotCovered.NEVER]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"conditional": True}, NotCovered.CONDITIONAL),
        ({"ord_type": OrdType.PEGGED}, NotCovered.SPECIAL),
        ({"peg": Peg.MID}, NotCovered.SPECIAL),
        ({"min_qty": 100}, NotCovered.SPECIAL),
        ({"tif": TimeInForce.FOK}, NotCovered.SPECIAL),
        ({"tif": TimeInForce.AT_OPEN}, NotCovered.SPECIAL),
        ({"tif": TimeInForce.AT_CLOSE}, NotCovered.SPECIAL),
    ],
)
def test_conditional_orders_and_special_handling_do_not_count(fields: dict[str, object], why: NotCovered) -> None:
    assert found(sent(Side.BUY, 400_200, asked=fields)) is why


def test_an_order_executed_after_hours_or_in_an_auction_does_not_count() -> None:
    late = sent(Side.BUY, 400_000, filled=23_400)
    whole = sent(Side.BUY, 400_000, filled=20)
    ((name, trade),) = whole.record.fills.items()
    whole.record.fills[name] = replace(trade, kind=PrintKind.OPENING)

    assert [found(late), found(whole)] == [NotCovered.HOURS, NotCovered.HOURS]


@BOTH_SIDES
def test_an_order_is_worth_its_shares_at_its_limit_or_at_the_far_national_best(side: Side) -> None:
    orders = (sent(side, 400_000), sent(side, 400_300), sent(side, None, asked=AT_MARKET))

    worths = [worth(each, next(routed(each.record)), counted(each)) for each in orders]

    # A sale's mirrored limits are 40.02 and 39.99, its far side the bid of 40.00.
    expected = (4_000, 4_003, 4_002) if side is Side.BUY else (4_002, 3_999, 4_000)
    assert worths == [Fraction(each) for each in expected]


def test_sizes_are_by_worth_each_least_worth_included() -> None:
    form = known_form_2024()
    borders = (250, 1_000, 5_000, 10_000, 20_000, 50_000, 200_000)

    assert [form.size(Fraction(border)) for border in borders] == list(borders)
    assert [form.size(border - Fraction(1, 10_000)) for border in borders] == [0, *borders[:-1]]
    assert form.size(Fraction(10**9)) == 200_000


def test_the_form_is_in_force_from_the_compliance_date_on() -> None:
    form = known_form_2024()

    assert [form.in_force(month) for month in ("202607", "202608", "203001")] == [False, True, True]
