"""What a line of the amended Rule 605 keeps: times, spreads, the order size benchmark, what traded meanwhile."""

import pytest
from msgspec.structs import replace

from router.core.events import TradePrint
from router.core.types import MILLISECOND, OrdType, PrintKind, Px, Qty, Side
from router.tca.facts.case import Case
from router.tca.facts.quotes import Quote, QuoteTape
from router.tca.facts.record import ChildEnd
from router.tca.facts.tape import MarketTape
from router.tca.regulatory.rule605_2024_lines import Key, Line, report605_2024
from router.tca.regulatory.rule605_terms import Weighted
from support.tca_cases import at, case, child, fill, quotes


def line(of: Case) -> Line:
    (found,) = report605_2024([of]).lines.values()
    return found


def shown(bid_qty: Qty, ask_qty: Qty) -> QuoteTape:
    tape = QuoteTape()
    tape.add(Quote(at(0), 400_000, 400_200, bid_qty, ask_qty))
    return tape


def test_an_order_is_in_the_line_of_its_venue_month_symbol_lot_size_and_type() -> None:
    orders = [child("C1", 1, 99, px=400_200), child("C2", 2, 100, px=400_200), child("C3", 3, 6_000, px=400_000)]

    report = report605_2024([case(quotes([(0, 400_000, 400_200)]), orders)])

    assert sorted(report.lines) == [
        Key("XLIT", "202603", "ACME", "ODD", 1_000, "LYNNN"),
        Key("XLIT", "202603", "ACME", "ROUND", 1_000, "LYNNN"),
        Key("XLIT", "202603", "ACME", "ROUND", 200_000, "LNNNN"),
    ]


@pytest.mark.parametrize(
    ("after_ns", "place"),
    [
        *((0, 0), (99_999, 0), (100_000, 1), (999_999, 1), (MILLISECOND, 2), (10 * MILLISECOND - 1, 2)),
        *((10 * MILLISECOND, 3), (999 * MILLISECOND, 3), (1_000 * MILLISECOND, 4), (10_000 * MILLISECOND, 5)),
        *((30_000 * MILLISECOND - 1, 5), (30_000 * MILLISECOND, 6), (300_000 * MILLISECOND, 7), (10**13, 7)),
    ],
)
def test_shares_are_counted_by_time_each_border_in_the_later_category(after_ns: int, place: int) -> None:
    order = child("C1", 1, px=400_200)
    trade = replace(fill("E1", 1, 400_200, order), at=at(1) + after_ns)

    found = line(case(quotes([(0, 400_000, 400_200)]), [order], [trade]))

    assert found.within == [100 if each == place else 0 for each in range(8)]
    assert found.time == Weighted(100, 100 * after_ns)


def test_realized_spreads_are_taken_at_five_times_after_the_execution() -> None:
    order = child("C1", 1, px=400_200)
    later = [(1.05, 400_100, 400_300), (2, 400_200, 400_400), (16, 400_300, 400_500), (61, 400_400, 400_600)]
    market = quotes([(0, 400_000, 400_200), *later, (301, 400_500, 400_700)])

    found = line(case(market, [order], [fill("E1", 1, 400_200, order)]))

    # 2 x (40.02 - midpoint): 40.02, 40.03, 40.04, 40.05, 40.06.
    assert [each.mean for each in found.realized] == [0, -200, -400, -600, -800]


def test_a_realized_spread_beyond_the_journal_is_not_known() -> None:
    order = child("C1", 1, px=400_200)

    found = line(case(quotes([(0, 400_000, 400_200)]), [order], [fill("E1", 1, 400_200, order)], as_of=at(16)))

    assert [each.shares for each in found.realized] == [100, 100, 100, 0, 0]


@pytest.mark.parametrize(
    ("qty", "done", "px", "benchmark", "outsized"),
    [
        (500, 500, 400_200, 300, 200),
        (500, 200, 400_200, 300, 0),
        (200, 200, 400_200, 200, 0),
        (500, 500, 400_300, 300, 0),
        (500, 0, 400_200, 0, 0),
    ],
    ids=["more than shown", "less than shown", "small order", "outside the quote", "nothing executed"],
)
@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_shares_at_the_quote_beyond_those_shown_are_outsized(
    side: Side, qty: Qty, done: Qty, px: Px, benchmark: Qty, outsized: Qty
) -> None:
    order = child("C1", 1, qty, ord_type=OrdType.MARKET)
    market = shown(bid_qty=9_900, ask_qty=300) if side is Side.BUY else shown(bid_qty=300, ask_qty=9_900)
    at_px = px if side is Side.BUY else 800_200 - px
    fills = [fill("E1", 2, at_px, order, done)] if done else []

    found = line(case(market, [order], fills, side=side))

    assert (found.benchmark, found.outsized) == (benchmark, outsized)


def traded(*rows: tuple[float, Px, Qty, str, PrintKind]) -> MarketTape:
    tape = MarketTape()
    for seconds, px, qty, venue, kind in rows:
        tape.add(at(seconds), TradePrint(venue, "ACME", px, qty, kind=kind))
    return tape


def resting(tape: MarketTape) -> Case:
    order = child("C1", 10, px=399_900, ended_at=at(40), end=ChildEnd.CANCELED)
    market = quotes([(0, 400_000, 400_200), (20, 399_900, 400_100)])
    return case(market, [order], tape=tape)


def test_what_traded_regular_way_at_its_limit_or_better_from_then_on_could_have_filled_it() -> None:
    regular = PrintKind.REGULAR
    tape = traded(
        (15, 399_900, 1, "XLIT", regular),  # before it was executable
        (20, 399_900, 2, "XLIT", regular),
        (25, 400_000, 4, "XLIT", regular),  # above its limit
        (30, 399_800, 8, "XDRK", PrintKind.DARK),  # off exchange
        (31, 399_900, 16, "XLIT", PrintKind.LATE),  # not regular way
        (32, 399_900, 32, "XLIT", PrintKind.HIDDEN),
        (40, 399_900, 64, "XNEW", regular),  # a venue without a profile: no exchange that we know of
        (41, 399_900, 128, "XLIT", regular),  # after it was withdrawn
    )

    found = line(resting(tape))

    assert (found.market_shares, found.exchange_shares) == (2 + 8 + 32 + 64, 2 + 32)
    assert (found.filled_orders, found.canceled) == (0, 100)


def test_what_traded_after_the_close_could_not_have_filled_an_open_order() -> None:
    tape = traded((23_399, 400_000, 1, "XLIT", PrintKind.REGULAR), (23_400, 400_000, 2, "XLIT", PrintKind.REGULAR))
    order = child("C1", 10, px=400_000)

    found = line(case(quotes([(0, 400_000, 400_200)]), [order], tape=tape, as_of=at(23_500)))

    assert (found.market_shares, found.exchange_shares) == (1, 1)


def test_a_midpoint_of_the_close_or_later_is_the_last_one_before_it() -> None:
    order = child("C1", 1, px=400_200)
    market = quotes([(0, 400_000, 400_200), (23_399, 400_200, 400_400), (23_400, 390_000, 390_200)])

    found = line(case(market, [order], [fill("E1", 23_385, 400_200, order)]))

    # Fifteen seconds after, the session closes.
    assert [each.mean for each in found.realized] == [200, 200, -200, -200, -200]


def test_a_crossed_market_has_a_negative_spread() -> None:
    order = child("C1", 1, px=400_200)

    found = line(case(quotes([(0, 400_300, 400_100)]), [order], [fill("E1", 2, 400_100, order)]))

    assert (found.spread, found.effective) == (Weighted(100, -20_000), Weighted(100, -20_000))
    assert found.at_quote_time.shares == 100


def test_a_marketable_order_is_not_held_against_what_traded() -> None:
    order = child("C1", 10, px=400_200)
    tape = traded((15, 399_900, 1, "XLIT", PrintKind.REGULAR))

    found = line(case(quotes([(0, 400_000, 400_200)]), [order], tape=tape))

    assert (found.market_shares, found.exchange_shares) == (0, 0)


def test_executions_are_held_against_the_quote_at_receipt_share_by_share() -> None:
    order = child("C1", 1, 600, px=400_300)
    trades = [
        fill("E1", 2, 400_100, order, 300),
        fill("E2", 3, 400_200, order, 200),
        fill("E3", 4, 400_300, order, 100),
    ]
    market = quotes([(0, 400_000, 400_200), (1.5, 401_000, 401_200)])

    found = line(case(market, [order], trades))

    assert (found.improved, found.outside) == (Weighted(300, 30_000), Weighted(100, 10_000))
    assert [found.improved_time.mean, found.at_quote_time.mean, found.outside_time.mean] == [
        10**9,
        2 * 10**9,
        3 * 10**9,
    ]
    # 300 at the midpoint, 200 a cent and 100 two above it; the spread was two cents.
    assert (found.effective, found.spread) == (Weighted(600, 200 * 200 + 100 * 400), Weighted(600, 600 * 200))
    assert found.mid2 == Weighted(600, 600 * 800_200)
