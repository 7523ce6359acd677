"""Exact money in a file: a Fraction as a decimal, whole where it ends. Knows no currency."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from typing import Annotated, Final, TypeAlias

from msgspec import Meta

Money: TypeAlias = Annotated[Decimal, Meta(description="money in `currency`")]
_WIDE: Final = Context(prec=60)
_PLACES: Final = Decimal("1e-12")


def exact_decimal(value: Fraction) -> Decimal:
    """`value` as a decimal: exact where it ends, else to 12 places, half to even."""
    quotient = _WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))
    ends = value.denominator == 1 or Fraction(quotient) == value
    return quotient if ends else _WIDE.quantize(quotient, _PLACES)
