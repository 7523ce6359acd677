"""LEAN tick files: consolidated trades and national best quotes with exchange codes. Reads, and knows no book.

Format (QuantConnect LEAN, "Equity", tick): milliseconds after midnight New York, prices x 10^4. A quote row is one side
of the *national* best and the exchange that sets it, not that exchange's own best; rows come in pairs, bid then ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from router.api import MILLISECOND, Ns, PrintKind, Px, Qty
from simulator.feeds.text import FeedError, lines, midnight

# TradeConditionFlags of LEAN, hexadecimal in the file.
_OPENING: Final = 0x40
_CLOSING: Final = 0x80
_OFFICIAL: Final = 0x100_0000 | 0x400_0000
"""Official open and close values repeat a trade that was printed already: they are prices, not volume."""
_LATE: Final = 0x200 | 0x800 | 0x10_0000 | 0x200_0000
"""Derivatively priced, sold last, average price, prior reference price: not the price of this instant."""
_CROSS: Final = 0x20_0000
OFF_EXCHANGE: Final = "D"
"""FINRA's facilities: dealers' and dark pools' prints, which quote nothing."""

_NAME = re.compile(r"(?P<symbol>[a-z.]+)_(?P<day>\d{8})_(?P<kind>trade|quote)\.csv(\.xz)?")


class Trade(NamedTuple):
    """One print of the tape; `exchange` is the SIP letter."""

    at: Ns
    px: Px
    qty: Qty
    exchange: str
    kind: PrintKind


class Quote(NamedTuple):
    """The national best after a pair of rows; 0 where a side is not known."""

    at: Ns
    bid: Px
    bid_qty: Qty
    bid_exchange: str
    ask: Px
    ask_qty: Qty
    ask_exchange: str


def file_for(folder: Path, symbol: str, day: date, kind: str) -> Path:
    """The tick file of `kind` ("trade" or "quote") in `folder`, compressed or not."""
    plain = folder / f"{symbol.lower()}_{day:%Y%m%d}_{kind}.csv"
    packed = plain.with_name(plain.name + ".xz")
    for path in (plain, packed):
        if path.is_file():
            return path
    raise FeedError(packed, 0, f"no such file in {folder}")


def is_tick_file(path: Path) -> bool:
    """Whether the name is that of a tick file."""
    return _NAME.fullmatch(path.name) is not None


def tick_file(path: Path) -> tuple[str, date, str]:
    """Symbol, date and kind ("trade" or "quote") that a tick file's name says."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise FeedError(path, 0, "not a LEAN tick file name (symbol_YYYYMMDD_trade|quote.csv[.xz])")
    return match["symbol"].upper(), date.fromisoformat(match["day"]), match["kind"]


def print_kind(conditions: int, exchange: str) -> PrintKind:
    """How the tape's condition flags translate; an off-exchange print stays one whatever else it is."""
    if conditions & _LATE:
        return PrintKind.LATE
    if exchange == OFF_EXCHANGE:
        return PrintKind.OFF_EXCHANGE
    if conditions & _OPENING:
        return PrintKind.OPENING
    if conditions & _CLOSING:
        return PrintKind.CLOSING
    return PrintKind.CROSS if conditions & _CROSS else PrintKind.REGULAR


def read_trades(path: Path) -> Iterator[Trade]:
    """The day's trades in file order, official open/close repeats and suspicious rows left out."""
    start = midnight(tick_file(path)[1])
    for number, line in enumerate(lines(path), 1):
        try:
            ms, px, qty, exchange, flags, suspicious = line.split(",")
            conditions = int(flags, 16)
            trade = Trade(start + int(ms) * MILLISECOND, int(px), int(qty), exchange, print_kind(conditions, exchange))
        except ValueError:
            raise FeedError(path, number, f"not a LEAN trade: {line!r}") from None
        if min(trade.px, trade.qty) < 0:
            raise FeedError(path, number, f"price and size are 0 or more: {line!r}")
        if suspicious == "0" and not conditions & _OFFICIAL and trade.px and trade.qty:
            yield trade


def read_quotes(path: Path) -> Iterator[Quote]:
    """The national best after each row, a bid row and the ask row that follows it in the same millisecond as one."""
    start = midnight(tick_file(path)[1])
    bid: tuple[Px, Qty, str] = (0, 0, "")
    ask: tuple[Px, Qty, str] = (0, 0, "")
    pending: Ns | None = None  # a bid row waits for its ask row: between the two the market only seems crossed
    for number, line in enumerate(lines(path), 1):
        try:
            ms, bid_px, bid_qty, ask_px, ask_qty, exchange, _, suspicious = line.split(",")
            at = start + int(ms) * MILLISECOND
            bid_row, ask_row = (int(bid_px), int(bid_qty)), (int(ask_px), int(ask_qty))
        except ValueError:
            raise FeedError(path, number, f"not a LEAN quote: {line!r}") from None
        if min(*bid_row, *ask_row) < 0:
            raise FeedError(path, number, f"price and size are 0 or more: {line!r}")
        if suspicious != "0":
            continue
        if pending is not None and (at != pending or bid_row[0]):
            yield Quote(pending, *bid, *ask)
            pending = None
        if bid_row[0]:
            bid, pending = (*bid_row, exchange), at
        if ask_row[0]:
            ask, pending = (*ask_row, exchange), None
            yield Quote(at, *bid, *ask)
    if pending is not None:
        yield Quote(pending, *bid, *ask)
