"""Lines of a recorded file, plain or xz, and errors that name file, line and value.

The one place in the simulator that opens a file (read only). It must not know what a line means.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from router.api import SECOND, Ns

NEW_YORK = ZoneInfo("America/New_York")
BLOCK = 1 << 16
"""Characters read at a time."""
_DIGITS_MAX = 18
QUANTA = 10_000
"""Price quanta per currency unit in every file format read here."""


class FeedError(ValueError):
    """A recorded file is not what its format says; the text names file, line and value."""

    def __init__(self, path: Path, line: int, what: str) -> None:
        super().__init__(f"{path.name}:{line}: {what}" if line else f"{path.name}: {what}")


class FormatError(ValueError):
    """A format cannot say what is to be written; the text names the limit and the value."""


def lines(path: Path) -> Iterator[str]:
    """The lines of a text file, xz-compressed when its name says so, without their ends."""
    # A day has a million lines: they are cut a block at a time, and no Python stands between two of a block.
    return chain.from_iterable(_blocks(path))


def _blocks(path: Path) -> Iterator[list[str]]:
    if not path.is_file():
        raise FeedError(path, 0, f"no such file in {path.parent}")
    try:
        with lzma.open(path, "rt", encoding="ascii") if path.suffix == ".xz" else path.open(encoding="ascii") as text:
            rest = ""
            while block := text.read(BLOCK):
                *whole, rest = (rest + block).split("\n")
                yield whole
            if rest:
                yield [rest]
    except (lzma.LZMAError, EOFError, UnicodeDecodeError) as error:
        raise FeedError(path, 0, f"unreadable: {error}") from error


def midnight(day: date, zone: ZoneInfo = NEW_YORK) -> Ns:
    """Local midnight of `day` in UTC ns."""
    return int(datetime.combine(day, time(0), zone).astimezone(UTC).timestamp()) * SECOND


def parse_day(text: str) -> date:
    """A date written YYYY-MM-DD or YYYYMMDD; ValueError names the text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"not a date: {text!r} (YYYY-MM-DD or YYYYMMDD)") from None


def rounded(text: str, places: int) -> int:
    """A decimal numeral as an int of `places` decimals, half to even; ValueError for what is none, or above 10^18."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"not a number: {text!r}") from None
    # An exponent would be written out digit by digit.
    if not number.is_finite() or number.adjusted() >= _DIGITS_MAX:
        raise ValueError(f"not a number below 10^{_DIGITS_MAX}: {text!r}")
    return int(number.scaleb(places).to_integral_value())


def decimal_to_int(text: str, places: int) -> int:
    """A decimal numeral as an exact int of `places` decimals ("1.5", 4 -> 15000); a finer one is refused."""
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    digits = whole + fraction.ljust(places, "0")
    if not whole.lstrip("-") or len(fraction) > places or not digits.lstrip("-").isdecimal():
        raise ValueError(f"not a number of at most {places} decimals: {text!r}")
    return int(digits)
