"""Where a symbol trades, as the world sees it: one venue's book of it, and the best prices of all books that count.

It must not know a source, a clock, nor who is told. The national best is over the protected lit venues that are up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, final

from router.api import BookSnapshot, Nbbo, Ns, Px, Qty
from simulator.auction import AuctionQueue
from simulator.book import Book, News
from simulator.links import Link
from simulator.source import HasAuctions

SNAPSHOT_LEVELS: Final = 1_000
"""Levels per side in the snapshot that follows a venue's return."""


@final
class Pit:
    """One symbol at one venue with displayed books. The best prices are as they were last looked at."""

    __slots__ = ("ask", "ask_qty", "bid", "bid_qty", "book", "link", "looked_at", "national", "queue", "symbol")

    def __init__(self, link: Link, symbol: str, book: Book, queue: AuctionQueue | None) -> None:
        self.link = link
        self.symbol = symbol
        self.book = book
        self.queue = queue
        self.national: National | None = None
        """The national best that it takes part in."""
        self.looked_at = False
        """Whether it ever was: until then it has no part in the national best."""
        self.bid: Px | None = None
        self.bid_qty: Qty = 0
        self.ask: Px | None = None
        self.ask_qty: Qty = 0

    def has_traded(self) -> bool:
        """Whether there is more to say of its book than which levels changed."""
        book, queue = self.book, self.queue
        return bool(book.trades) or (queue is not None and bool(queue.printed))

    def may_be_best(self, is_bid: bool, px: Px) -> bool:
        """Whether a changed level is the best of its side, or better. Most are not."""
        best = self.bid if is_bid else self.ask
        return best is None or (px >= best if is_bid else px <= best)

    def look(self) -> bool:
        """Look at the best prices. Returns whether they, or the shares at them, are others than they were."""
        bid, bid_qty, ask, ask_qty = self.book.best()
        if (
            bid_qty == self.bid_qty
            and ask_qty == self.ask_qty
            and bid == self.bid
            and ask == self.ask
            and self.looked_at
        ):
            return False
        self.looked_at = True
        self.bid, self.bid_qty = bid, bid_qty
        self.ask, self.ask_qty = ask, ask_qty
        return True


@final
class National:
    """The national best of one symbol, and when its prices were last told to the venues."""

    __slots__ = (
        "_stale",
        "_value",
        "ask",
        "ask_qty",
        "at",
        "bid",
        "bid_qty",
        "pits",
        "symbol",
        "told_ask",
        "told_at",
        "told_bid",
    )

    def __init__(self, symbol: str, at: Ns) -> None:
        self.symbol = symbol
        self.pits: list[Pit] = []
        """Those that count, in the venues' order."""
        self.bid: Px | None = None
        self.bid_qty: Qty = 0
        self.ask: Px | None = None
        self.ask_qty: Qty = 0
        self.at: Ns = at
        """When any of these last changed, or was looked at."""
        self._value = Nbbo(symbol, None, None, at=at)
        self._stale = False
        self.told_bid: Px | None = None
        self.told_ask: Px | None = None
        self.told_at: Ns = at

    def combine(self, at: Ns) -> None:
        """The best over those that are up, with all shares shown at it."""
        bid: Px | None = None
        ask: Px | None = None
        bid_qty = ask_qty = 0
        for pit in self.pits:
            if not pit.looked_at or pit.link.down:
                continue
            px = pit.bid
            if px is not None:
                if bid is None or px > bid:
                    bid, bid_qty = px, pit.bid_qty
                elif px == bid:
                    bid_qty += pit.bid_qty
            px = pit.ask
            if px is not None:
                if ask is None or px < ask:
                    ask, ask_qty = px, pit.ask_qty
                elif px == ask:
                    ask_qty += pit.ask_qty
        self.bid, self.bid_qty, self.ask, self.ask_qty, self.at = bid, bid_qty, ask, ask_qty, at
        self._stale = True

    def is_due(self, refresh_ns: Ns) -> bool:
        """Whether the venues have to hear of it: of a new price at once, of a new size `refresh_ns` after the last."""
        return self.bid != self.told_bid or self.ask != self.told_ask or self.at - self.told_at >= refresh_ns

    def tell(self) -> Nbbo:
        """As a value that the venues are told."""
        self.told_bid, self.told_ask, self.told_at = self.bid, self.ask, self.at
        return self.value()

    def value(self) -> Nbbo:
        """As a value: made when somebody asks."""
        if self._stale:
            self._stale = False
            self._value = Nbbo(self.symbol, self.bid, self.ask, self.bid_qty, self.ask_qty, self.at)
        return self._value


def dig(links: Iterable[Link], nationals: Mapping[str, National], news: News) -> list[Pit]:
    """A pit for each book that a venue has; a book knows its own by `number`, and announces itself in `news`."""
    pits: list[Pit] = []
    for link in links:
        books = link.books
        if books is None:
            continue
        auctions = link.venue if isinstance(link.venue, HasAuctions) else None
        for symbol, national in nationals.items():
            try:
                book = books.book(symbol)
            except KeyError:
                continue  # the venue has no book of this one
            book.news, book.number = news, len(pits)
            pit = Pit(link, symbol, book, auctions.auction(symbol) if auctions else None)
            pits.append(pit)
            if link.in_nbbo:
                pit.national = national
                national.pits.append(pit)
    return pits


def snapshot(venue: str, symbol: str, book: Book) -> BookSnapshot:
    """What a venue shows of one book, best prices first."""
    return BookSnapshot(
        venue, symbol, tuple(book.levels(True, SNAPSHOT_LEVELS)), tuple(book.levels(False, SNAPSHOT_LEVELS))
    )
