"""Any source's book on one venue, told as order-by-order messages. It looks at books, and must not know a file.

A source changes a book and tells nobody how. After each of its steps, the trades are known, and the levels that were
touched; what an order there has more or less than before, and did not trade, was added or withdrawn. Within one step,
what was withdrawn is told first, then the trades, then what was added, so that the book told of is never crossed. After
a step's last message it is the source's book, exactly.

A hidden order is seen when it trades only, as on the venue itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from router.api import Ns, Phase, PrintKind, Px, Qty
from simulator.book import Book, Trade
from simulator.feeds.orders import Kind, Message
from simulator.lone_market import LoneMarket
from simulator.source import MarketSource

_CROSSES: Final = frozenset({PrintKind.OPENING, PrintKind.CLOSING, PrintKind.CROSS})
_HALTS: Final = {Phase.HALTED: -1, Phase.CONTINUOUS: 1}


class _Order:
    __slots__ = ("is_bid", "left", "px")

    def __init__(self, is_bid: bool, px: Px, left: Qty) -> None:
        self.is_bid = is_bid
        self.px = px
        self.left = left


def record(source: MarketSource, venues: tuple[str, ...], venue: str) -> Iterator[Message]:
    """Play `source` to its end over `venues` without us, and tell what happened to the book of `venue`."""
    market = LoneMarket(*venues)
    recorder = _Recorder(market.books[venue])
    while market.step(source):
        yield from recorder.step(market.now)
        for printed in market.tapes:
            if printed.venue == venue:
                kind = Kind.CROSS if printed.kind in _CROSSES else Kind.EXECUTE_HIDDEN
                yield Message(market.now, kind, 0, printed.qty, printed.px, printed.aggressor_is_buy is False)
        for phase in market.phases:
            if phase in _HALTS:
                yield Message(market.now, Kind.HALT, 0, 0, _HALTS[phase], is_bid=False)
        market.clear()


class _Recorder:
    """The displayed orders of one book as they were last told."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._orders: dict[int, _Order] = {}
        self._levels: dict[tuple[bool, Px], list[int]] = {}
        """The displayed orders of each level, as they stood when it was last looked at."""

    def step(self, at: Ns) -> Iterator[Message]:
        """What happened since last asked, in messages."""
        book, trades = self._book, list(self._book.trades)
        book.trades.clear()
        traded: dict[int, Qty] = {}
        for trade in trades:
            if not trade.hidden:
                traded[trade.maker] = traded.get(trade.maker, 0) + trade.qty
        touched = [(is_bid, px) for is_bid, px, _ in book.changes()]
        for is_bid, px in touched:
            for oid in self._levels.pop((is_bid, px), ()):
                yield from self._withdrawn(at, oid, traded.get(oid, 0))
        for trade in trades:
            yield from self._traded(at, trade, traded)
        for is_bid, px in touched:
            standing = book.orders(is_bid, px)
            for oid in standing:
                if oid not in self._orders:
                    yield self._added(at, oid, is_bid, px, book.qty_of(oid))
            if standing:
                self._levels[is_bid, px] = standing

    def _withdrawn(self, at: Ns, oid: int, traded: Qty) -> Iterator[Message]:
        """What the order lost without trading."""
        order = self._orders.get(oid)
        if order is None:
            return
        stays = self._book.qty_of(oid) + traded
        gone, order.left = order.left - stays, stays
        if not stays:
            del self._orders[oid]
        if gone:
            yield Message(at, Kind.REDUCE if stays else Kind.DELETE, oid, gone, order.px, order.is_bid)

    def _traded(self, at: Ns, trade: Trade, traded: dict[int, Qty]) -> Iterator[Message]:
        is_bid, oid = not trade.taker_is_buy, trade.maker
        if trade.hidden:
            yield Message(at, Kind.EXECUTE_HIDDEN, 0, trade.qty, trade.px, is_bid)
            return
        if oid not in self._orders:
            # It came in this very step, before its taker.
            yield self._added(at, oid, is_bid, trade.px, traded[oid] + self._book.qty_of(oid))
        order = self._orders[oid]
        order.left -= trade.qty
        if not order.left:
            del self._orders[oid]
        yield Message(at, Kind.EXECUTE, oid, trade.qty, trade.px, is_bid)

    def _added(self, at: Ns, oid: int, is_bid: bool, px: Px, qty: Qty) -> Message:
        self._orders[oid] = _Order(is_bid, px, qty)
        return Message(at, Kind.ADD, oid, qty, px, is_bid)
