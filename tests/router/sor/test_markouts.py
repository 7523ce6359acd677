"""Markouts: what the midpoint does in the second after a fill, by client and venue."""

import pytest

from router.core.types import SECOND, Side
from router.sor.markouts import FILLS_MIN, QUARANTINE_NS, SETTLE_LATE_MAX_NS, Markouts


def fill(markouts: Markouts, at: int, *, side: Side = Side.BUY, wall: str = "W") -> None:
    markouts.on_fill(at, wall=wall, symbol="ACME", mic="XDRK", side=side, px=100_000)


@pytest.mark.parametrize(
    ("side", "mid2", "ppm"),
    [(Side.BUY, 200_200, 1_000.0), (Side.BUY, 199_800, -1_000.0), (Side.SELL, 200_200, -1_000.0)],
)
def test_a_markout_is_signed_by_side(side: Side, mid2: int, ppm: float) -> None:
    markouts = Markouts()
    fill(markouts, 0, side=side)

    markouts.on_mid(SECOND, "ACME", mid2)

    assert markouts.mean_ppm("W", "XDRK") == pytest.approx(ppm)


def test_a_fill_is_not_judged_before_its_horizon() -> None:
    markouts = Markouts()
    fill(markouts, 0)

    markouts.on_mid(SECOND - 1, "ACME", 190_000)

    assert markouts.mean_ppm("W", "XDRK") == 0.0


def test_a_market_silent_for_long_after_the_horizon_says_nothing() -> None:
    markouts = Markouts()
    fill(markouts, 0)

    markouts.on_mid(SECOND + SETTLE_LATE_MAX_NS + 1, "ACME", 190_000)

    assert markouts.mean_ppm("W", "XDRK") == 0.0


def test_a_one_sided_market_is_waited_for() -> None:
    markouts = Markouts()
    fill(markouts, 0)

    markouts.on_mid(SECOND, "ACME", None)
    markouts.on_mid(SECOND + 1, "ACME", 200_200)

    assert markouts.mean_ppm("W", "XDRK") == pytest.approx(1_000.0)


def test_a_venue_is_quarantined_after_enough_losing_fills_and_comes_back() -> None:
    markouts = Markouts()
    for number in range(FILLS_MIN - 1):
        fill(markouts, number * 2 * SECOND)
        markouts.on_mid(number * 2 * SECOND + SECOND, "ACME", 199_800)
    almost = markouts.quarantined(FILLS_MIN * 2 * SECOND, "W", "XDRK")
    last = FILLS_MIN * 2 * SECOND
    fill(markouts, last)
    markouts.on_mid(last + SECOND, "ACME", 199_800)

    assert not almost
    assert markouts.quarantined(last + SECOND, "W", "XDRK")
    assert not markouts.quarantined(last + SECOND, "ANOTHER", "XDRK")
    assert not markouts.quarantined(last + SECOND + QUARANTINE_NS, "W", "XDRK")
    assert markouts.mean_ppm("W", "XDRK") == 0.0
