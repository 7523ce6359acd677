"""How a figure is written in a table."""

import pytest

from router.tca.tables import dollars


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(1_234.5, 2, "$1,234.50"), (-318_719.4, 0, "-$318,719"), (0.0, 2, "$0.00"), (-0.001, 2, "$0.00")],
)
def test_dollars_have_their_sign_before_the_symbol(value: float, places: int, text: str) -> None:
    assert dollars(value, places) == text
