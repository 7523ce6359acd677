"""Orders of a crypto exchange as CSV, one row an event of one order. Reads, and knows no book.

Format (obAnalytics, "orders.csv", from Bitstamp's live order stream): id, timestamp (ms UTC, when it was heard),
exchange.timestamp, price, volume left in 10^-8 coins, action (created, changed, deleted), direction (bid, ask).

A quantity here is 10^-8 coins, exactly, and a price is of *one such unit*: money is then price times quantity as
everywhere else. An instrument of price_scale 10^10 has quanta of 0.01 a coin (236.47 a coin is 23,647 quanta).

Bias: what left an order that is *changed* at its price, or *deleted* with nothing left, was executed: that exchange
amends nothing. A market order has rows like any other, whose price walks through the book: a row with another price
moves the order there, where it crosses and is a taker; what it is smaller by was money, not a trade. Until that first
move it stands where its first row has it, though nobody could have met it there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

from router.api import MILLISECOND, SECOND, CalendarDay, Ns, Px, Qty
from simulator.feeds.orders import Counts, Ledger, Message
from simulator.feeds.text import FeedError, decimal_to_int, lines

HEADER: Final = "id,timestamp,exchange.timestamp,price,volume,action,direction"
UNITS_PER_COIN: Final = 10**8
PRICE_SCALE: Final = 10**10
"""Quanta of the currency for one unit that say a cent a coin."""
_PLACES: Final = 8
"""Decimals of a price a coin that are read exactly; what is finer is refused."""
_MS_MAX: Final = 1 << 43
"""Milliseconds since 1970 that still are nanoseconds of 63 bits."""


class _Row(NamedTuple):
    at: Ns
    ref: str
    px: Px
    left: Qty
    action: str
    is_bid: bool


class CryptoFeed:
    """All orders of a file as those of `symbol`, in quanta of `price_scale`; its session is what the file covers."""

    def __init__(self, path: Path, symbol: str, price_scale: int, session: CalendarDay) -> None:
        self.symbol = symbol
        self.session = session
        self.counts = Counts()
        self._path = path
        self._scale = price_scale

    def messages(self) -> Iterator[Message]:
        """See `OrderFeed.messages`."""
        ledger = Ledger()
        self.counts = ledger.counts
        for number, line in _data(self._path):
            row = _parse(self._path, number, line, self._scale)
            ledger.counts.rows += 1
            yield from _told(ledger, row)


def open_crypto(path: Path, symbol: str, price_scale: int) -> CryptoFeed:
    """Look through a file for its first and last moment. FeedError when it is none, or its times run backwards."""
    first = last = None
    for number, line in _data(path):
        at = _parse(path, number, line, price_scale).at
        if last is not None and at < last:
            raise FeedError(path, number, f"time runs backwards: {line!r}")
        first, last = (at if first is None else first), at
    if first is None or last is None:
        raise FeedError(path, 0, "no rows")
    opens, closes = first // SECOND * SECOND, (last // SECOND + 1) * SECOND
    return CryptoFeed(path, symbol, price_scale, CalendarDay(f"{_date(first):%Y%m%d}", opens, closes))


def first_day(path: Path) -> date:
    """The UTC date of a file's first row."""
    for number, line in _data(path):
        return _date(_time(path, number, line.split(",", 2)[1:2], line))
    raise FeedError(path, 0, "no rows")


def _date(at: Ns) -> date:
    return datetime.fromtimestamp(at // SECOND, UTC).date()


def _data(path: Path) -> Iterator[tuple[int, str]]:
    rows = enumerate(lines(path), 1)
    _, header = next(rows, (0, ""))
    if header != HEADER:
        raise FeedError(path, 1, f"the header is not {HEADER}: {header!r}")
    yield from rows


def _time(path: Path, number: int, fields: list[str], line: str) -> Ns:
    text = fields[0] if fields else ""
    if not text.isdecimal() or len(text) > len(str(_MS_MAX)) or int(text) > _MS_MAX:
        raise FeedError(path, number, f"not milliseconds since 1970: {line!r}")
    return int(text) * MILLISECOND


def _parse(path: Path, number: int, line: str, scale: int) -> _Row:
    fields = line.split(",")
    at = _time(path, number, fields[1:2], line)
    try:
        ref, _, _, price, volume, action, direction = fields
        hundred_millionths, left = decimal_to_int(price, _PLACES), int(volume)
    except ValueError:
        raise FeedError(path, number, f"not an order event: {line!r}") from None
    if (
        action not in {"created", "changed", "deleted"}
        or direction not in {"bid", "ask"}
        or left < 0
        or hundred_millionths <= 0
        or (action == "created" and not left)
    ):
        raise FeedError(path, number, f"not an order event: {line!r}")
    # Quanta of one unit: price / 10^8 units a coin x scale.
    px, finer = divmod(hundred_millionths * scale, UNITS_PER_COIN * 10**_PLACES)
    if finer:
        raise FeedError(
            path, number, f"price {price} a coin is finer than an instrument of price_scale {scale} can say: {line!r}"
        )
    return _Row(at, ref, px, left, action, direction == "bid")


def _told(ledger: Ledger, row: _Row) -> list[Message]:
    if row.action == "created":
        return ledger.add(row.at, row.ref, row.is_bid, row.px, row.left)
    had = ledger.left(row.ref)
    if row.action == "changed" and had is not None and row.left and row.px != ledger.px(row.ref):
        return ledger.reprice(row.at, row.ref, row.px, row.left)
    if had is None or row.left > had:
        # Nothing to take from, or it would grow: the ledger counts either.
        ledger.counts.excess += had is not None
        return ledger.delete(row.at, row.ref) if had is None or row.action == "deleted" else []
    traded = ledger.execute(row.at, row.ref, had - row.left) if row.left < had else []
    withdrawn = ledger.delete(row.at, row.ref) if row.action == "deleted" and row.left else []
    return [*traded, *withdrawn]
