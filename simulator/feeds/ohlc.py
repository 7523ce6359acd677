"""Open, high, low, close and volume by bar, of one symbol and day or of a whole file. Reads, and knows no book.

Three shapes, told apart by their first line: LEAN (`SYMBOL,YYYYMMDD,ms,open,high,low,close,volume`, New York, prices x
10^4), its hours and days (`SYMBOL,YYYYMMDD HH:MM,open,high,low,close,volume`, as a whole file only) and timestamped
(`timestamp,open,high,low,close,volume` header, UTC, decimal prices, one symbol: the file name's first word). A bar's
time is its start. Fractions of a share and of 10^-4 (adjusted and averaged prices have them) are rounded half to even;
open, high, low and close keep their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import chain, pairwise
from pathlib import Path
from typing import Final, NamedTuple

from router.api import MILLISECOND, SECOND, Ns, Px, Qty
from simulator.feeds.bars import shares
from simulator.feeds.text import NEW_YORK, FeedError, lines, midnight, parse_day, rounded

HEADER: Final = "timestamp,open,high,low,close,volume"
_LEAN_FIELDS: Final = 8
_LONG_FIELDS: Final = 7
_PLACES: Final = 4
_DAY_MS: Final = 86_400_000


class Bar(NamedTuple):
    """What traded from `at` on. Prices are in 10^-4."""

    at: Ns
    open: Px
    high: Px
    low: Px
    close: Px
    qty: Qty


class SymbolBar(NamedTuple):
    """A bar and whose it is; `day` is its New York date, YYYYMMDD."""

    symbol: str
    day: str
    bar: Bar


def is_ohlc_file(path: Path) -> bool:
    """Whether the first line is of one of the three shapes."""
    first = next(lines(path), "")
    return first == HEADER or first.count(",") + 1 in {_LEAN_FIELDS, _LONG_FIELDS}


def read_all_ohlc(path: Path) -> Iterator[SymbolBar]:
    """Every bar of a file, in its order; FeedError names file, line and text of a bad row."""
    rows = enumerate(lines(path), 1)
    first = next(rows, None)
    if first is None:
        raise FeedError(path, 0, "empty file")
    fields = first[1].count(",") + 1
    if first[1] == HEADER:
        yield from _all_stamped(path, rows)
    elif fields in {_LEAN_FIELDS, _LONG_FIELDS}:
        yield from _all_lean(path, chain((first,), rows), fields)
    else:
        raise FeedError(path, 1, f"no bars: neither LEAN's nor {HEADER!r}: {first[1]!r}")


def _all_stamped(path: Path, rows: Iterable[tuple[int, str]]) -> Iterator[SymbolBar]:
    symbol = path.name.split("_", 1)[0].upper()
    for number, line in rows:
        try:
            stamp, *prices, volume = line.split(",")
            when = datetime.fromisoformat(stamp).replace(tzinfo=UTC)
            bar = _bar(int(when.timestamp()) * SECOND, [rounded(price, _PLACES) for price in prices], volume)
            yield SymbolBar(symbol, f"{when.astimezone(NEW_YORK):%Y%m%d}", bar)
        except (ValueError, OverflowError) as error:
            raise FeedError(path, number, f"not a timestamped bar ({error}): {line!r}") from None


def _all_lean(path: Path, rows: Iterable[tuple[int, str]], fields: int) -> Iterator[SymbolBar]:
    starts: dict[str, Ns] = {}
    for number, line in rows:
        try:
            symbol, when, *rest = line.split(",")
            day, after = (when, ms_of_day(rest.pop(0))) if fields == _LEAN_FIELDS else _hour(when)
            *prices, volume = rest
            if day not in starts:
                starts[day] = midnight(parse_day(day))
            yield SymbolBar(
                symbol, day, _bar(starts[day] + after * MILLISECOND, [int(price) for price in prices], volume)
            )
        except (ValueError, IndexError) as error:
            raise FeedError(path, number, f"not a LEAN bar ({error}): {line!r}") from None


def _hour(text: str) -> tuple[str, int]:
    """The date and the ms after midnight of `YYYYMMDD HH:MM`."""
    day, _, clock = text.partition(" ")
    hour, _, minute = clock.partition(":")
    return day, ms_of_day(str((int(hour) * 60 + int(minute)) * 60_000))


def read_ohlc(path: Path, symbol: str, day: date) -> list[Bar]:
    """The bars of a symbol on a New York date, in order of time; FeedError names file, line and text of a bad row.

    A file without the symbol or the date is refused, too.
    """
    rows = enumerate(lines(path), 1)
    first = next(rows, None)
    if first is None:
        raise FeedError(path, 0, "empty file")
    if first[1] == HEADER:
        named = path.name.split("_", 1)[0].upper()
        bars = list(_stamped(path, rows, day)) if named == symbol else []
    else:
        bars = list(_lean(path, first, rows, f"{symbol},{day:%Y%m%d},"))
    if not bars:
        raise FeedError(path, 0, f"no bar of {symbol} on {day}")
    for before, after in pairwise(bars):
        if after.at <= before.at:
            raise FeedError(path, 0, f"{symbol} on {day}: bars are not in order of time")
    return bars


def _lean(path: Path, first: tuple[int, str], rows: Iterator[tuple[int, str]], wanted: str) -> Iterator[Bar]:
    start = None
    for number, line in (first, *rows):
        if not line.startswith(wanted):
            continue
        try:
            _, day, text, *prices, volume = line.split(",")
            start = midnight(parse_day(day)) if start is None else start
            yield _bar(start + ms_of_day(text) * MILLISECOND, [int(price) for price in prices], volume)
        except ValueError as error:
            raise FeedError(path, number, f"not a LEAN bar ({error}): {line!r}") from None


def ms_of_day(text: str) -> int:
    """Milliseconds after midnight; ValueError for what no day has."""
    if not 0 <= int(text) < _DAY_MS:
        raise ValueError(f"{text} ms after midnight")
    return int(text)


def _stamped(path: Path, rows: Iterator[tuple[int, str]], day: date) -> Iterator[Bar]:
    for number, line in rows:
        try:
            stamp, *prices, volume = line.split(",")
            when = datetime.fromisoformat(stamp).replace(tzinfo=UTC)
            if when.astimezone(NEW_YORK).date() == day:
                yield _bar(int(when.timestamp()) * SECOND, [rounded(price, _PLACES) for price in prices], volume)
        except (ValueError, OverflowError) as error:
            raise FeedError(path, number, f"not a timestamped bar ({error}): {line!r}") from None


def _bar(at: Ns, prices: list[Px], volume: str) -> Bar:
    opened, high, low, close = prices
    if not 0 < low <= min(opened, close) <= max(opened, close) <= high:
        raise ValueError("open and close lie between low and high, and above 0")
    return Bar(at, opened, high, low, close, shares(volume))
