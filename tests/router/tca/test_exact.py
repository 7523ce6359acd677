"""Fractions as decimals: whole where they end, and to twelve places where they do not."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from router.tca.exact import exact_decimal


def test_a_fraction_that_ends_is_exact_and_one_that_does_not_has_twelve_places() -> None:
    assert exact_decimal(Fraction(1, 8)) == Decimal("0.125")
    assert exact_decimal(Fraction(-2, 3)) == Decimal("-0.666666666667")


@given(st.integers(-(10**18), 10**18), st.integers(0, 12), st.integers(0, 12))
def test_money_is_written_as_it_is(numerator: int, twos: int, fives: int) -> None:
    value = Fraction(numerator, 2**twos * 5**fives)

    assert Fraction(exact_decimal(value)) == value
