"""A table of text, and how a figure is written in it. Knows no figure's meaning."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec import Struct

NOTHING: Final = "none"
WORDS: Final = frozenset({"note", "source", "unit", "what it is"})
"""Heads of columns of words, which may be folded; what is in any other is a figure."""
EXACT: Final = "exact"
"""In the place of an interval."""


class Table(Struct, frozen=True):
    """A table: its title, its columns' names, its rows, and how many of its first columns name a row."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: int = 1


def money_text(money: Decimal | None) -> str:
    """Money to the cent, with its sign where it is a cost or a gain."""
    return NOTHING if money is None else f"{money:,.2f}"


def dollars(value: float, places: int = 0) -> str:
    """US dollars with their sign before the symbol: `-$1,234`."""
    amount = f"{abs(value):,.{places}f}"
    return f"-${amount}" if value < 0 and float(amount.replace(",", "")) else f"${amount}"


def bps_text(value: float | None) -> str:
    """Basis points, or another figure of that size, to two places."""
    return NOTHING if value is None else f"{value:,.2f}"


def part_text(part: float | None) -> str:
    """A part of a whole in percent."""
    return NOTHING if part is None else f"{part:.2%}"


def interval_text(low: float | None, high: float | None) -> str:
    """An interval of such figures."""
    return NOTHING if low is None or high is None else f"{low:,.2f} to {high:,.2f}"


def part_interval_text(low: float | None, high: float | None) -> str:
    """An interval of parts of a whole, in percent."""
    return NOTHING if low is None or high is None else f"{low:.2%} to {high:.2%}"
