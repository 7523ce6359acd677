"""A recorded day in one lit book, our orders standing in the same queues. Bias: history does not react to us.

The book holds history's orders less what we took from them. What history did to an order we hit, and what it would
have done to us, is decided by `Book.execute`, `hit_own` and `limit`; here is only the bookkeeping of history itself:

- An aggressor that history gave to others meets our orders first where they stand before it; its shares are spent once.
- Shares that we took are gone: history's later cancels of them are absorbed, its later executions trade what is left.
- A historical order that would have crossed one of ours trades with it, and rests what remains.
- An order that lost an execution to us leaves with it, as it did in history; nobody stays in the book for our sake.

A level-N file holds only what touches its best N levels. Shares of no known order stand under ids of our own
(`UNSEEN` and up): those of the opening book, and what a level holds more when it comes back into view. What it holds
less is taken from them first, then from the newest order known there (who left out of view is not recorded).

It must not know the router, nor a file's text: `simulator.feeds.lobster` reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from router.api import Ns, Phase, PrintKind, Px, Qty
from simulator.book import Book
from simulator.feeds.lobster import (
    EMPTY,
    OID_MAX,
    Kind,
    LobsterDay,
    Message,
    bad_row,
    book_before,
    parse_row,
    read_messages,
    read_rows,
)
from simulator.feeds.text import FeedError
from simulator.source import MarketPort

UNSEEN: Final = OID_MAX
"""First id for shares of orders that the file never names; the reader refuses ids of its own from here on."""

_HALTS: Final = {-1: Phase.HALTED, 1: Phase.CONTINUOUS}
"""Type 7 tells by its price: -1 halt, 1 trading resumes; 0 (quoting resumes) changes no phase, orders just rest."""


_COLUMN: Final = {True: -2, False: -4}
"""Where a row has its deepest bid and its deepest offer, counted from its end."""


class LobsterSource:
    """A LOBSTER day on `venue`. Its first step, at the session's start, lays out the opening book."""

    def __init__(self, day: LobsterDay, venue: str) -> None:
        self._day = day
        self._venue = venue
        self._rows: Iterator[tuple[Message, str]] = zip(read_messages(day), read_rows(day), strict=True)
        self._number = 0
        self._next = self._read()
        self._opened = False
        self._unseen = UNSEEN
        # History alone, without us: orders and their shares by level, oldest first. A level's key is +px or -px.
        self._bids: dict[int, dict[int, Qty]] = {}
        self._asks: dict[int, dict[int, Qty]] = {}
        self._bid_deepest = self._ask_deepest = ""
        self.next_at: Ns | None = None if self._next is None else min(day.open, self._next[0].at)
        """See `MarketSource.next_at`."""

    def step(self, port: MarketPort) -> None:
        if not self._opened:
            self._open(port.book(self._venue, self._day.symbol))
        now, following = port.now, self._next
        while following is not None and following[0].at <= now:
            self._one(port, *following)
            self._next = following = self._read()
        self.next_at = None if following is None else following[0].at

    def _read(self) -> tuple[Message, str] | None:
        try:
            pair = next(self._rows, None)
        except FeedError:
            raise
        except ValueError:  # zip's own: one file ends before the other
            raise FeedError(
                self._day.messages, self._number + 1, f"not as many rows as in {self._day.orderbooks.name}"
            ) from None
        if pair is not None:
            self._number += 1
        return pair

    def _open(self, book: Book) -> None:
        self._opened = True
        if self._next is None:
            return
        message, row = self._next
        before = book_before(message, parse_row(self._day, self._number, row))
        for is_bid, side in ((True, before.bids), (False, before.asks)):
            for px, qty in side[: self._day.levels]:
                self._appear(book, is_bid, px, qty)
        self._bid_deepest = _deepest(True, before.bids, self._day.levels)
        self._ask_deepest = _deepest(False, before.asks, self._day.levels)

    def _one(self, port: MarketPort, message: Message, row: str) -> None:
        """History's next message, then whatever its row shows that the message does not say."""
        book = port.book(self._venue, self._day.symbol)
        kind = message.kind
        if kind == Kind.ADD:
            self._add(book, message)
        elif Kind.REDUCE <= kind <= Kind.DELETE:
            for oid, qty in self._leaving(message):
                self._withdraw(book, message, oid, qty)
        elif kind == Kind.EXECUTE:
            self._execute(book, message)
        else:
            self._off_book(port, book, message)
        # Only a level that comes into view tells more than the message: its price is a new deepest one.
        deepest = row.rsplit(",", 4)
        if deepest[-2] != self._bid_deepest:
            self._look(book, True, self._bid_deepest, deepest[-2], row)
            self._bid_deepest = deepest[-2]
        if deepest[-4] != self._ask_deepest:
            self._look(book, False, self._ask_deepest, deepest[-4], row)
            self._ask_deepest = deepest[-4]

    # --- what the messages say

    def _add(self, book: Book, message: Message) -> None:
        oid, is_bid, px, qty = message.oid, message.is_bid, message.px, message.qty
        levels, key = (self._bids, px) if is_bid else (self._asks, -px)
        level = levels.get(key)
        if (level is not None and oid in level) or book.qty_of(oid):
            raise FeedError(self._day.messages, self._number, f"order {oid} added twice")
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
        symbol = self._day.symbol
        if message.kind == Kind.HALT:
            if message.px in _HALTS:
                port.phase(symbol, _HALTS[message.px])
            return
        crossed = message.kind == Kind.CROSS
        ours = 0 if crossed else book.hit_own(message.is_bid, message.px, message.qty)
        if ours < message.qty:
            port.tape(
                self._venue,
                symbol,
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
            raise FeedError(
                self._day.messages,
                self._number,
                f"{message.qty} shares leave {message.px}, where only {message.qty - left} stand",
            )
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

    # --- what only the rows say

    def _look(self, book: Book, is_bid: bool, was: str, now: str, row: str) -> None:
        """The deepest visible price changed: where the view reaches further now, set the levels as the row has them."""
        sign = 1 if is_bid else -1
        before = sign * int(was)
        try:
            edge = sign * int(now)
            if edge >= before:
                return
            fields, column = row.rsplit(",", 8), _COLUMN[is_bid]
            # Nearly always one level more is in view; where it is several, the whole row is taken apart.
            if len(fields) > 8 and sign * int(fields[column - 4]) < before:
                fields = row.split(",")
            shown: dict[int, Qty] = {}
            for start in range(len(fields) + column, -1, -4):
                key = sign * int(fields[start])
                if key >= before:
                    break
                if key != -EMPTY:
                    shown[key] = int(fields[start + 1])
        except ValueError:
            raise bad_row(self._day, self._number, row) from None
        # Levels within the new view that the row does not have were emptied out of view.
        levels = self._bids if is_bid else self._asks
        for key in [key for key in levels if edge <= key < before and key not in shown]:
            self._set(book, is_bid, key, 0)
        for key, qty in shown.items():
            self._set(book, is_bid, key, qty)

    def _set(self, book: Book, is_bid: bool, key: int, qty: Qty) -> None:
        """Make history's level hold `qty`: unseen shares come at its back, or go, the unseen first, then the newest."""
        level = (self._bids if is_bid else self._asks).get(key, {})
        missing = qty - sum(level.values())
        if missing >= 0:
            if missing:
                self._appear(book, is_bid, abs(key), missing)
            return
        left = -missing
        for oid in sorted(level, key=lambda oid: (oid < UNSEEN, -oid)):
            if not left:
                break
            gone = min(level[oid], left)
            left -= gone
            self._withdraw(book, Message(0, Kind.REDUCE, oid, gone, abs(key), is_bid), oid, gone)

    def _appear(self, book: Book, is_bid: bool, px: Px, qty: Qty) -> None:
        oid, self._unseen = self._unseen, self._unseen + 1
        levels, key = (self._bids, px) if is_bid else (self._asks, -px)
        levels.setdefault(key, {})[oid] = qty
        book.limit(oid, is_bid, px, qty)


def _deepest(is_bid: bool, side: tuple[tuple[Px, Qty], ...], levels: int) -> str:
    """The last visible price as the file writes it; beyond all prices when the side is not full."""
    if len(side) >= levels:
        return str(side[levels - 1][0])
    return str(-EMPTY if is_bid else EMPTY)
