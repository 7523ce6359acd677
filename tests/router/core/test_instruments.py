"""Instruments: prices on their grid, and in words."""

import pytest

from router.core.instruments import Instrument


@pytest.mark.parametrize(
    ("scale", "px", "text"),
    [
        (10_000, 420_000, "42.00"),
        (10_000, 420_050, "42.005"),
        (10_000, 1, "0.0001"),
        (100, 5, "0.05"),
        (1, 42, "42"),
        (10_000, 12_345_678_900, "1234567.89"),
    ],
)
def test_a_price_is_shown_as_a_price(scale: int, px: int, text: str) -> None:
    assert Instrument("ABC", price_scale=scale).show(px) == text
