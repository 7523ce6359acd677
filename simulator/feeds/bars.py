"""Volume by time of day from bar files of several shapes. Reads, and knows no curve and no calendar.

Three shapes, told apart by their first line: LEAN minute bars (`SYMBOL,YYYYMMDD,ms,open,high,low,close,volume`, New
York), timestamped bars (`timestamp,...,volume` header, UTC), and a matrix (`bin_start` header, one column a date, New
York). A bar's time is its start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import NamedTuple

from router.api import Qty
from simulator.feeds.text import NEW_YORK, FeedError, lines, parse_day, rounded

_LEAN_FIELDS = 8
_MS = 1000


class VolumeBar(NamedTuple):
    """Shares traded from `second` (after local midnight) on; `day` is YYYYMMDD."""

    symbol: str
    day: str
    second: int
    qty: Qty


def read_bars(path: Path) -> Iterator[VolumeBar]:
    """The bars of a file of any of the three shapes; FeedError names file, line and text of a row that is none."""
    rows = enumerate(lines(path), 1)
    first = next(rows, None)
    if first is None:
        raise FeedError(path, 0, "empty file")
    header = first[1].split(",")
    if header[0] == "bin_start":
        yield from _matrix(path, header, rows)
    elif header[0] == "timestamp" and header[-1] == "volume":
        yield from _stamped(path, rows)
    elif len(header) == _LEAN_FIELDS:
        yield _lean(path, *first)
        for number, line in rows:
            yield _lean(path, number, line)
    else:
        raise FeedError(path, 1, f"neither LEAN bars, nor timestamp...volume, nor a bin_start matrix: {first[1]!r}")


def shares(text: str) -> Qty:
    """A volume in whole shares: adjusted files hold fractions, which are rounded half even."""
    try:
        qty = rounded(text, places=0)
    except ValueError:
        raise ValueError(f"not a volume: {text!r}") from None
    if qty < 0:
        raise ValueError(f"volume below 0: {text!r}")
    return qty


def _lean(path: Path, number: int, line: str) -> VolumeBar:
    try:
        symbol, day, ms, *_, volume = line.split(",")
        return VolumeBar(symbol, f"{parse_day(day):%Y%m%d}", int(ms) // _MS, shares(volume))
    except ValueError as error:
        raise FeedError(path, number, f"not a LEAN bar ({error}): {line!r}") from None


def _stamped(path: Path, rows: Iterator[tuple[int, str]]) -> Iterator[VolumeBar]:
    symbol = path.name.split("_", 1)[0].upper()
    for number, line in rows:
        try:
            stamp, *_, volume = line.split(",")
            local = datetime.fromisoformat(stamp).replace(tzinfo=UTC).astimezone(NEW_YORK)
            second = (local.hour * 60 + local.minute) * 60 + local.second
            yield VolumeBar(symbol, f"{local:%Y%m%d}", second, shares(volume))
        except ValueError as error:
            raise FeedError(path, number, f"not a timestamped bar ({error}): {line!r}") from None


def _matrix(path: Path, header: list[str], rows: Iterator[tuple[int, str]]) -> Iterator[VolumeBar]:
    symbol = re.split(r"[_.]", path.name, maxsplit=1)[0].upper()
    try:
        days = [f"{parse_day(text):%Y%m%d}" for text in header[1:]]
    except ValueError as error:
        raise FeedError(path, 1, str(error)) from None
    for number, line in rows:
        start, *volumes = line.split(",")
        if len(volumes) != len(days):
            raise FeedError(path, number, f"{len(volumes)} volumes, {len(days)} dates in the header")
        try:
            at = time.fromisoformat(start)
            second = (at.hour * 60 + at.minute) * 60
            known = [(day, text) for day, text in zip(days, volumes, strict=True) if text]
            bars = [VolumeBar(symbol, day, second, shares(text)) for day, text in known]
        except ValueError as error:
            raise FeedError(path, number, f"not a row of the matrix ({error}): {line!r}") from None
        yield from bars
