"""Trade rates: exponentially weighted, by venue and by the side that was hit."""

import pytest

from router.core.events import TradePrint
from router.core.types import SECOND, PrintKind
from router.sor.rates import TradeRates


def sold(qty: int, kind: PrintKind = PrintKind.REGULAR) -> TradePrint:
    return TradePrint("XLIT", "ACME", 100_000, qty, aggressor_is_buy=False, kind=kind)


def test_a_steady_flow_shows_its_rate() -> None:
    rates = TradeRates(10 * SECOND)
    for second in range(200):
        rates.on_print(second * SECOND, sold(50))

    # A print a second of 50 shares: just after one, half a second's worth above 50 a second.
    assert rates.per_second(199 * SECOND, "ACME", "XLIT", bid_hit=True) == pytest.approx(52.5, abs=0.1)


def test_a_rate_fades_with_the_window() -> None:
    rates = TradeRates(10 * SECOND)
    rates.on_print(0, sold(1_000))

    assert rates.per_second(0, "ACME", "XLIT", bid_hit=True) == pytest.approx(100.0)
    assert rates.per_second(10 * SECOND, "ACME", "XLIT", bid_hit=True) == pytest.approx(100.0 / 2.718281828)


def test_each_venue_and_side_has_its_own_rate() -> None:
    rates = TradeRates(10 * SECOND)
    rates.on_print(0, sold(1_000))

    assert rates.per_second(0, "ACME", "XLIT", bid_hit=False) == 0.0
    assert rates.per_second(0, "ACME", "XALT", bid_hit=True) == 0.0
    assert rates.per_second(0, "BOLT", "XLIT", bid_hit=True) == 0.0


def test_an_unknown_aggressor_counts_half_for_each_side() -> None:
    rates = TradeRates(10 * SECOND)
    rates.on_print(0, TradePrint("XLIT", "ACME", 100_000, 1_000))

    assert [rates.per_second(0, "ACME", "XLIT", bid_hit=hit) for hit in (True, False)] == [50.0, 50.0]


@pytest.mark.parametrize("kind", [kind for kind in PrintKind if kind is not PrintKind.REGULAR])
def test_only_regular_prints_say_how_fast_a_displayed_queue_moves(kind: PrintKind) -> None:
    rates = TradeRates(10 * SECOND)

    rates.on_print(0, sold(1_000, kind))

    assert rates.per_second(0, "ACME", "XLIT", bid_hit=True) == 0.0


def test_a_look_ahead_never_expects_nothing() -> None:
    rates = TradeRates(10 * SECOND)
    silent = rates.expected(0, "ACME", "XLIT", bid_hit=True)
    rates.on_print(0, sold(1_000))

    # A share a window besides what was seen.
    assert [silent, rates.expected(0, "ACME", "XLIT", bid_hit=True)] == pytest.approx([0.1, 100.1])
