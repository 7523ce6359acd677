"""History's own account of one book, and how it drives the book in which our orders stand, too.

Bias: history does not react to us. The book holds history's orders less what we took from them. What history did to an
order we hit, and what it would have done to us, is decided by `Book.execute`, `hit_own` and `limit`; here is only the
bookkeeping of history itself:

- An aggressor that history gave to others meets our orders first where they stand before it; its shares are spent once.
- Shares that we took are gone: history's later cancels of them are absorbed, its later executions trade what is left.
- A historical order that would have crossed one of ours trades with it, and rests what remains.
- An order that lost an execution to us leaves with it, as it did in history; nobody stays in the book for our sake.

It must not know the router, nor where the messages come from.
"""

from __future__ import annotations

from itertools import chain
from typing import Final

from router.api import Phase, PrintKind, Px, Qty
from simulator.book import Book
from simulator.feeds.orders import OID_MAX, Kind, Message
from simulator.source import MarketPort

UNSEEN: Final = OID_MAX
"""First id for shares of orders that no message names; a reader refuses ids of its own from here on."""

# Plain ints: a member of an enumeration is looked up twice at each message, and compared as an object.
_ADD: Final[int] = Kind.ADD.value
_REDUCE: Final[int] = Kind.REDUCE.value
_DELETE: Final[int] = Kind.DELETE.value
_EXECUTE: Final[int] = Kind.EXECUTE.value

_HALTS: Final = {-1: Phase.HALTED, 1: Phase.CONTINUOUS}
"""A halt tells by its price: -1 halt, 1 trading resumes; 0 (quoting resumes) changes no phase, orders just rest."""


class HistoryError(ValueError):
    """A message that contradicts those before it; the text says how, the caller knows file and line."""


class History:
    """Orders and their shares by level, oldest first, as they stood without us; and the book that follows them."""

    def __init__(self, symbol: str, venue: str) -> None:
        self._symbol = symbol
        self._venue = venue
        self._unseen = UNSEEN
        # A level's key is +px or -px, so that the better is the larger.
        self._bids: dict[int, dict[int, Qty]] = {}
        self._asks: dict[int, dict[int, Qty]] = {}

    def happens(self, port: MarketPort, book: Book, message: Message) -> None:
        """History's next message. HistoryError when it contradicts those before it."""
        kind: int = message.kind
        if kind == _ADD:
            self._add(book, message)
        elif _REDUCE <= kind <= _DELETE:
            for oid, qty in self._leaving(message):
                self._withdraw(book, message, oid, qty)
        elif kind == _EXECUTE:
            self._execute(book, message)
        else:
            self._off_book(port, book, message)

    def appears(self, book: Book, is_bid: bool, px: Px, qty: Qty) -> None:
        """Shares of no known order stand at the back of a level from now on."""
        oid, self._unseen = self._unseen, self._unseen + 1
        levels, key = (self._bids, px) if is_bid else (self._asks, -px)
        levels.setdefault(key, {})[oid] = qty
        book.limit(oid, is_bid, px, qty)

    def seen(self, book: Book, is_bid: bool, edge: int, before: int, shown: dict[int, Qty]) -> None:
        """Levels from key `edge` up to, not including, key `before` came into view: set them to what is `shown`."""
        levels = self._bids if is_bid else self._asks
        for key in [key for key in levels if edge <= key < before and key not in shown]:
            self._set(book, is_bid, key, 0)
        for key, qty in shown.items():
            self._set(book, is_bid, key, qty)

    # --- what the messages say

    def _add(self, book: Book, message: Message) -> None:
        oid, is_bid, px, qty = message.oid, message.is_bid, message.px, message.qty
        levels, key = (self._bids, px) if is_bid else (self._asks, -px)
        level = levels.get(key)
        if (level is not None and oid in level) or book.qty_of(oid):
            raise HistoryError(f"order {oid} added twice")
        if level is None:
            levels[key] = {oid: qty}
        else:
            level[oid] = qty
        book.limit(oid, is_bid, px, qty)

    def _withdraw(self, book: Book, message: Message, oid: int, qty: Qty) -> None:
        """History's order is smaller now; ours to absorb is what we took from it before."""
        stays = self._forget(message, oid, qty)
        if not stays:
            book.delete(oid)
            return
        excess = book.qty_of(oid) - stays
        if excess > 0:
            book.reduce(oid, excess)

    def _execute(self, book: Book, message: Message) -> None:
        for oid, qty in self._leaving(message):
            traded = book.execute(oid, qty)
            stays = self._forget(message, oid, qty)
            excess = book.qty_of(oid) - stays
            assert excess <= 0, f"order {oid} keeps {excess} shares more than history left it"
            if traded < qty:
                # We took those shares earlier; their aggressor takes ours where nothing stands before it.
                book.hit_own(message.is_bid, message.px, qty - traded)

    def _off_book(self, port: MarketPort, book: Book, message: Message) -> None:
        if message.kind == Kind.HALT:
            if message.px in _HALTS:
                port.phase(self._symbol, _HALTS[message.px])
            return
        crossed = message.kind == Kind.CROSS
        ours = 0 if crossed else book.hit_own(message.is_bid, message.px, message.qty)
        if ours < message.qty:
            port.tape(
                self._venue,
                self._symbol,
                message.px,
                message.qty - ours,
                kind=PrintKind.CROSS if crossed else PrintKind.HIDDEN,
                aggressor_is_buy=None if crossed else not message.is_bid,
            )

    def _leaving(self, message: Message) -> list[tuple[int, Qty]]:
        """Which orders lose the message's shares: the one it names, then the unseen, then the oldest."""
        levels, key = (self._bids, message.px) if message.is_bid else (self._asks, -message.px)
        level = levels.get(key, {})
        if level.get(message.oid, 0) >= message.qty:
            return [(message.oid, message.qty)]
        unseen = [oid for oid in level if oid >= UNSEEN]
        known = [oid for oid in level if oid < UNSEEN and oid != message.oid]
        losses, left = [], message.qty
        for oid in chain([message.oid] if message.oid in level else [], unseen, known):
            if not left:
                break
            losses.append((oid, min(level[oid], left)))
            left -= losses[-1][1]
        if left:
            raise HistoryError(f"{message.qty} shares leave {message.px}, where only {message.qty - left} stand")
        return losses

    def _forget(self, message: Message, oid: int, qty: Qty) -> Qty:
        """Take shares from history's own account of an order. Returns what it has left there."""
        levels, key = (self._bids, message.px) if message.is_bid else (self._asks, -message.px)
        level = levels[key]
        stays = level[oid] - qty
        if stays:
            level[oid] = stays
        else:
            del level[oid]
            if not level:
                del levels[key]
        return stays

    def _set(self, book: Book, is_bid: bool, key: int, qty: Qty) -> None:
        """Make history's level hold `qty`: unseen shares come at its back, or go, the unseen first, then the newest."""
        level = (self._bids if is_bid else self._asks).get(key, {})
        missing = qty - sum(level.values())
        if missing >= 0:
            if missing:
                self.appears(book, is_bid, abs(key), missing)
            return
        left = -missing
        for oid in sorted(level, key=lambda oid: (oid < UNSEEN, -oid)):
            if not left:
                break
            gone = min(level[oid], left)
            left -= gone
            self._withdraw(book, Message(0, Kind.REDUCE, oid, gone, abs(key), is_bid), oid, gone)
