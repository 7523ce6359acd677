"""The tape: which prints count, and that an interval is two searches and a subtraction."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from router.core.events import TradePrint
from router.core.types import PrintKind
from router.tca.facts.tape import Bar, MarketInterval, MarketTape, Print


def tape(*prints: tuple[int, int, int]) -> MarketTape:
    made = MarketTape()
    for at, px, qty in prints:
        made.add(at, TradePrint("XLIT", "ACME", px, qty))
    return made


def test_an_interval_includes_both_its_ends() -> None:
    market = tape((10, 100, 5), (20, 110, 10), (30, 120, 20), (40, 130, 40))

    assert market.between(20, 30) == MarketInterval(20, 30, 30, 110 * 10 + 120 * 20)
    assert market.between(20, 30).vwap == Fraction(3_500, 30)


def test_an_interval_without_trades_has_no_vwap() -> None:
    market = tape((10, 100, 5))

    assert market.between(11, 30) == MarketInterval(11, 30, 0, 0)
    assert market.between(11, 30).vwap is None
    assert market.between(30, 11).volume == 0


def test_auctions_crosses_late_and_off_exchange_prints_do_not_count() -> None:
    market = MarketTape()
    for kind in PrintKind:
        market.add(1, TradePrint("XLIT", "ACME", 100, 1, kind=kind))

    assert market.between(0, 2).volume == 3  # regular, hidden, dark


def test_bars_cut_time_into_equal_parts() -> None:
    market = tape((0, 100, 1), (4, 90, 2), (5, 120, 4), (9, 110, 8))

    assert market.bars(0, 15, 3) == (
        Bar(0, 5, 3, 90, 90, 100),
        Bar(5, 10, 12, 110, 110, 120),
        Bar(10, 15, 0, None, None, None),
    )


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9), st.integers(1, 9)), max_size=30),
    st.integers(0, 50),
    st.integers(0, 50),
)
def test_an_interval_is_what_counting_gives(prints: list[tuple[int, int, int]], one: int, other: int) -> None:
    start, end = min(one, other), max(one, other)
    ordered = sorted(prints)

    found = tape(*ordered).between(start, end)

    inside = [(px, qty) for at, px, qty in ordered if start <= at <= end]
    assert found == MarketInterval(start, end, sum(q for _, q in inside), sum(p * q for p, q in inside))


def test_of_the_print_that_completes_a_volume_only_the_part_needed_counts() -> None:
    market = tape((10, 100, 5), (20, 110, 10), (30, 120, 20))

    found = market.first_shares(11, 30, Fraction(25, 2))

    assert found == (110 * 10 + 120 * Fraction(5, 2), 30)
    assert market.first_shares(20, 20, Fraction(10)) == (Fraction(1_100), 20)
    assert market.first_shares(20, 20, Fraction(11)) is None
    assert market.first_shares(31, 99, Fraction(1)) is None


def test_auctions_are_found_by_kind_and_the_first_print_by_what_sets_a_price() -> None:
    market = MarketTape()
    for at, kind in enumerate((PrintKind.OFF_EXCHANGE, PrintKind.OPENING, PrintKind.REGULAR, PrintKind.CLOSING)):
        market.add(at, TradePrint("XLIT", "ACME", 100, 1, kind=kind))

    closing = Print(3, 100, 1, PrintKind.CLOSING, "XLIT")
    assert market.auctions(PrintKind.CLOSING, 0, 3) == [closing]
    assert market.auctions(PrintKind.OPENING, 2, 3) == []
    assert market.first_from(0) == Print(1, 100, 1, PrintKind.OPENING, "XLIT")
    assert market.first_from(4) is None


def test_the_last_eligible_print_before_a_time_is_looked_for_no_further_than_asked() -> None:
    market = tape((10, 100, 5), (20, 110, 10), (30, 120, 20))
    market.add(35, TradePrint("XCRS", "ACME", 100, 1, kind=PrintKind.CROSS))

    assert market.eligible_before(40, 0, lambda px: px < 120) == Print(20, 110, 10, venue="XLIT")
    assert market.eligible_before(30, 0, lambda _: True) == Print(20, 110, 10, venue="XLIT")
    assert market.eligible_before(40, 25, lambda px: px < 120) is None
