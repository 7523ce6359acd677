"""LOBSTER message and orderbook files: one day of one lit book, order by order. Reads, and knows no book.

Format (LOBSTER "Output Structure", 2013): messages are time in seconds after midnight, type, order id, size, price x
10^4 and side of the *resting* order; row k of the orderbook file is the state after message k, an empty level is
+-9999999999.
The file name holds symbol, date, session in milliseconds after New York midnight, kind and number of levels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from router.api import MILLISECOND, Ns, Px, Qty
from simulator.feeds.orders import OID_MAX, Kind, Message
from simulator.feeds.text import FeedError, FormatError, lines, midnight

__all__ = [
    "Kind",
    "LobsterDay",
    "Message",
    "book_before",
    "is_lobster_file",
    "open_day",
    "parse_row",
    "read_messages",
    "read_rows",
]

_NAME = re.compile(
    r"(?P<symbol>[A-Z.]+)_(?P<day>\d{4}-\d\d-\d\d)_(?P<start>\d+)_(?P<end>\d+)_(?P<kind>message|orderbook)_(?P<levels>\d+)\.csv(\.xz)?"
)
EMPTY = 9_999_999_999
_SECOND_DIGITS = 9


class LobsterDay(NamedTuple):
    """What the file name says, and where the two files are."""

    symbol: str
    day: date
    open: Ns
    close: Ns
    levels: int
    messages: Path
    orderbooks: Path


class BookRow(NamedTuple):
    """One row of the orderbook file: (px, qty) pairs, best first, empty levels left out."""

    asks: tuple[tuple[Px, Qty], ...]
    bids: tuple[tuple[Px, Qty], ...]


def is_lobster_file(path: Path) -> bool:
    """Whether the name is that of either file of a day."""
    return _NAME.fullmatch(path.name) is not None


def open_day(path: Path) -> LobsterDay:
    """The day that `path` (either file of the pair) belongs to; the other file must lie beside it."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise FeedError(path, 0, "not a LOBSTER file name (SYMBOL_YYYY-MM-DD_START_END_message_LEVELS.csv[.xz])")
    start_of_day = midnight(date.fromisoformat(match["day"]))
    own = f"_{match['kind']}_"
    pair = {kind: path.with_name(path.name.replace(own, f"_{kind}_")) for kind in ("message", "orderbook")}
    for kind, file in pair.items():
        if not file.is_file():
            raise FeedError(file, 0, f"no such file: the {kind} file must lie beside {path.name}")
    return LobsterDay(
        symbol=match["symbol"],
        day=date.fromisoformat(match["day"]),
        open=start_of_day + int(match["start"]) * MILLISECOND,
        close=start_of_day + int(match["end"]) * MILLISECOND,
        levels=int(match["levels"]),
        messages=pair["message"],
        orderbooks=pair["orderbook"],
    )


def file_name(symbol: str, day: date, session_ms: tuple[int, int], kind: str, levels: int) -> str:
    """What LOBSTER calls a file; FormatError for a symbol that no such name can hold."""
    name = f"{symbol}_{day}_{session_ms[0]}_{session_ms[1]}_{kind}_{levels}.csv"
    if _NAME.fullmatch(name) is None:
        raise FormatError(f"symbol {symbol!r}: capitals and dots only in a LOBSTER file name")
    return name


def read_messages(day: LobsterDay) -> Iterator[Message]:
    """The day's messages in order; FeedError names file, line and text of a row that is none."""
    start = midnight(day.day)
    for number, line in enumerate(lines(day.messages), 1):
        try:
            when, kind_text, oid_text, qty_text, px_text, direction = line.split(",")
            seconds, _, fraction = when.partition(".")
            # Digits are counted, never multiplied: 34200.05990197 is eight of them, and no float holds nine.
            at = start + int(seconds + fraction.ljust(_SECOND_DIGITS, "0"))
            kind, oid, qty, px = int(kind_text), int(oid_text), int(qty_text), int(px_text)
        except ValueError:
            raise FeedError(day.messages, number, f"not a LOBSTER message: {line!r}") from None
        if (
            len(fraction) > _SECOND_DIGITS
            or not 1 <= kind <= Kind.HALT
            or direction not in {"1", "-1"}
            or (kind != Kind.HALT and (qty <= 0 or px <= 0 or not 0 <= oid < OID_MAX))
        ):
            raise FeedError(day.messages, number, f"not a LOBSTER message: {line!r}")
        yield Message(at, kind, oid, qty, px, direction == "1")


def read_rows(day: LobsterDay) -> Iterator[str]:
    """The day's orderbook rows as text of the right number of fields, one per message: most are never looked into."""
    width = 4 * day.levels
    for number, line in enumerate(lines(day.orderbooks), 1):
        fields = line.count(",") + 1
        if fields != width:
            raise FeedError(day.orderbooks, number, f"{fields} fields, {width} wanted for {day.levels} levels")
        yield line


def parse_row(day: LobsterDay, number: int, line: str) -> BookRow:
    """Row `number` (from 1) as levels; FeedError names the file and the row."""
    try:
        row = [int(field) for field in line.split(",")]
    except ValueError:
        raise bad_row(day, number, line) from None
    asks = zip(row[0::4], row[1::4], strict=True)
    bids = zip(row[2::4], row[3::4], strict=True)
    return BookRow(_known(asks), _known(bids))


def bad_row(day: LobsterDay, number: int, line: str) -> FeedError:
    """The refusal of row `number` of the orderbook file."""
    return FeedError(day.orderbooks, number, f"not a LOBSTER orderbook row: {line!r}")


def _known(levels: Iterable[tuple[Px, Qty]]) -> tuple[tuple[Px, Qty], ...]:
    return tuple(level for level in levels if abs(level[0]) != EMPTY)


def book_before(message: Message, row: BookRow) -> BookRow:
    """The book before `message`, whose row is the state after it: how a replay finds its opening book.

    What had left the file's view by the message's own doing cannot be known and is not invented.
    """
    sign = {Kind.ADD: -1, Kind.REDUCE: 1, Kind.DELETE: 1, Kind.EXECUTE: 1}.get(Kind(message.kind), 0)
    if sign == 0:
        return row
    levels = dict(row.bids if message.is_bid else row.asks)
    levels[message.px] = levels.get(message.px, 0) + sign * message.qty
    side = tuple(sorted(((px, qty) for px, qty in levels.items() if qty > 0), reverse=message.is_bid))
    return BookRow(row.asks, side) if message.is_bid else BookRow(side, row.bids)
