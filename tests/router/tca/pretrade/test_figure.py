"""Figures: never without unit, source and an interval that holds the value."""

import pytest
from msgspec.structs import replace

from router.tca.pretrade.figure import Figure, around, exact, scaled, spanning


def test_figures_are_made_exact_around_spanning_and_in_other_units() -> None:
    assert exact(2.0, "bps", "given") == Figure(value=2.0, unit="bps", low=2.0, high=2.0, source="given")
    assert around(2.0, 0.5, "bps", "x") == Figure(value=2.0, unit="bps", low=1.5, high=2.5, source="x")
    assert spanning(2.0, 5.0, 3.0, unit="bps", source="x") == Figure(
        value=2.0, unit="bps", low=2.0, high=5.0, source="x"
    )
    assert scaled(around(2.0, 0.5, "bps", "x"), 10.0, "USD") == around(20.0, 5.0, "USD", "x")


@pytest.mark.parametrize(
    "wrong",
    [{"value": float("nan")}, {"high": float("inf")}, {"low": 3.0}, {"unit": ""}, {"source": ""}],
)
def test_what_is_no_figure_cannot_be_made(wrong: dict[str, object]) -> None:
    plain = Figure(value=2.0, unit="bps", low=1.0, high=3.0, source="x")

    with pytest.raises(AssertionError):
        replace(plain, **wrong)
