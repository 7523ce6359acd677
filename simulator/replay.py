"""A recorded day in one lit book, our orders standing in the same queues. Bias: history does not react to us.

`OrderSource` plays any order-by-order feed. `LobsterSource` plays a LOBSTER pair, whose orderbook file tells more: a
level-N file holds only what touches its best N levels. Shares of no known order stand under ids of our own (`UNSEEN`
and up): those of the opening book, and what a level holds more when it comes back into view. What it holds less is
taken from them first, then from the newest order known there (who left out of view is not recorded).

What happens to our orders is `simulator.history`'s. It must not know the router, nor a file's text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from router.api import CalendarDay, Ns, Px, Qty
from simulator.book import Book
from simulator.feeds.lobster import (
    EMPTY,
    LobsterDay,
    bad_row,
    book_before,
    parse_row,
    read_messages,
    read_rows,
)
from simulator.feeds.orders import Message, OrderFeed
from simulator.feeds.text import FeedError
from simulator.history import History, HistoryError
from simulator.source import MarketPort

_COLUMN: Final = {True: -2, False: -4}
"""Where a row has its deepest bid and its deepest offer, counted from its end."""


class OrderSource:
    """A feed of one symbol's orders on `venue`; what stood before its first message is not known to it."""

    def __init__(self, feed: OrderFeed, venue: str) -> None:
        self.symbol = feed.symbol
        self.session: CalendarDay = feed.session
        self._venue = venue
        self._history = History(feed.symbol, venue)
        self._messages = feed.messages()
        self._next = next(self._messages, None)

    @property
    def next_at(self) -> Ns | None:
        """See `MarketSource.next_at`."""
        return None if self._next is None else self._next.at

    def step(self, port: MarketPort) -> None:
        book = port.book(self._venue, self.symbol)
        while self._next is not None and self._next.at <= port.now:
            self._history.happens(port, book, self._next)
            self._next = next(self._messages, None)


class LobsterSource:
    """A LOBSTER day on `venue`. Its first step, at the session's start, lays out the opening book."""

    def __init__(self, day: LobsterDay, venue: str) -> None:
        self._day = day
        self._venue = venue
        self._rows: Iterator[tuple[Message, str]] = zip(read_messages(day), read_rows(day), strict=True)
        self._number = 0
        self._next = self._read()
        self._opened = False
        self._book: Book | None = None
        self._history = History(day.symbol, venue)
        self._bid_deepest = self._ask_deepest = ""
        self.next_at: Ns | None = None if self._next is None else min(day.open, self._next[0].at)
        """See `MarketSource.next_at`."""

    def step(self, port: MarketPort) -> None:
        self._open(port)
        now, following = port.now, self._next
        while following is not None and following[0].at <= now:
            self._one(port, *following)
            self._next = following = self._read()
        self.next_at = None if following is None else following[0].at

    def step_row(self, port: MarketPort) -> tuple[Message, str] | None:
        """Play one row, whatever the time, and return it; None when there is none left. For those who check rows."""
        self._open(port)
        played = self._next
        if played is not None:
            self._one(port, *played)
            self._next = self._read()
            self.next_at = None if self._next is None else self._next[0].at
        return played

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

    def _open(self, port: MarketPort) -> None:
        if self._opened:
            return
        self._opened = True
        if self._next is None:
            return
        book = self._book = port.book(self._venue, self._day.symbol)
        message, row = self._next
        before = book_before(message, parse_row(self._day, self._number, row))
        for is_bid, side in ((True, before.bids), (False, before.asks)):
            for px, qty in side[: self._day.levels]:
                self._history.appears(book, is_bid, px, qty)
        self._bid_deepest = _deepest(True, before.bids, self._day.levels)
        self._ask_deepest = _deepest(False, before.asks, self._day.levels)

    def _one(self, port: MarketPort, message: Message, row: str) -> None:
        """History's next message, then whatever its row shows that the message does not say."""
        book = self._book
        assert book is not None, self._venue
        book.announce()
        try:
            self._history.happens(port, book, message)
        except HistoryError as error:
            raise FeedError(self._day.messages, self._number, str(error)) from None
        # Only a level that comes into view tells more than the message: its price is a new deepest one.
        deepest = row.rsplit(",", 4)
        if deepest[-2] != self._bid_deepest:
            self._look(book, True, self._bid_deepest, deepest[-2], row)
            self._bid_deepest = deepest[-2]
        if deepest[-4] != self._ask_deepest:
            self._look(book, False, self._ask_deepest, deepest[-4], row)
            self._ask_deepest = deepest[-4]

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
        self._history.seen(book, is_bid, edge, before, shown)


def _deepest(is_bid: bool, side: tuple[tuple[Px, Qty], ...], levels: int) -> str:
    """The last visible price as the file writes it; beyond all prices when the side is not full."""
    if len(side) >= levels:
        return str(side[levels - 1][0])
    return str(-EMPTY if is_bid else EMPTY)
