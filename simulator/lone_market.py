"""Sources alone: their books and their tape, without venues, latency, or orders of ours.

For those who look at a source as it is: a check against its file, a recording, a measure. It must not know a venue.
"""

from __future__ import annotations

from typing import NamedTuple

from router.api import Nbbo, Ns, Phase, PrintKind, Px, Qty
from simulator.auction import AuctionQueue
from simulator.book import Book
from simulator.conditions import Conditions
from simulator.source import MarketPort, MarketSource, VenueSettings


class Printed(NamedTuple):
    """A print that no book made."""

    venue: str
    px: Px
    qty: Qty
    kind: PrintKind
    aggressor_is_buy: bool | None


class LoneMarket(MarketPort):
    """One symbol on `venues`. What happened since it was last cleared stands in the books' own lists, and in these."""

    def __init__(self, *venues: str) -> None:
        self.books = {venue: Book() for venue in venues}
        self.tapes: list[Printed] = []
        self.phases: list[Phase] = []
        self.queues: dict[str, AuctionQueue] = {}
        """Of the venues that hold auctions: none, unless somebody puts one here."""
        self._phase_of: dict[str, Phase] = {}
        self._now: Ns = 0

    def step(self, source: MarketSource) -> bool:
        """Go to the source's next instant and let it happen. False when it has ended."""
        at = source.next_at
        if at is None:
            return False
        self._now = at
        source.step(self)
        return True

    def clear(self) -> None:
        """Forget what happened."""
        for book in self.books.values():
            book.trades.clear()
            book.touched.clear()
        self.tapes.clear()
        self.phases.clear()

    # --- MarketPort

    @property
    def now(self) -> Ns:
        return self._now

    def book(self, venue: str, symbol: str) -> Book:
        return self.books[venue]

    def auction(self, venue: str, symbol: str) -> AuctionQueue | None:
        return self.queues.get(venue)

    def nbbo(self, symbol: str) -> Nbbo:
        bids = [book.bid for book in self.books.values() if book.bid is not None]
        asks = [book.ask for book in self.books.values() if book.ask is not None]
        return Nbbo(symbol, max(bids, default=None), min(asks, default=None))

    def phase_of(self, symbol: str) -> Phase:
        return self._phase_of.get(symbol, Phase.CONTINUOUS)

    def phase(self, symbol: str, phase: Phase, venue: str | None = None) -> None:
        self._phase_of[symbol] = phase
        self.phases.append(phase)

    def tape(
        self,
        venue: str,
        symbol: str,
        px: Px,
        qty: Qty,
        *,
        kind: PrintKind = PrintKind.REGULAR,
        aggressor_is_buy: bool | None = None,
    ) -> None:
        self.tapes.append(Printed(venue, px, qty, kind, aggressor_is_buy))

    def venue_down(self, venue: str, text: str) -> None:
        raise KeyError(f"{venue}: there are books here, and no venue that could be down")

    def sway(self, symbol: str, conditions: Conditions) -> None:
        raise KeyError(f"{symbol}: sources are stepped alone here, and none is swayed")

    def jump(self, symbol: str, sigmas: float) -> None:
        raise KeyError(f"{symbol}: sources are stepped alone here, and none is told news")

    def tune(self, venue: str, settings: VenueSettings) -> None:
        raise KeyError(f"{venue}: there are books here, and no venue that has settings")

    def slow(self, venue: str, times: float) -> None:
        raise KeyError(f"{venue}: there are books here, and no venue that could be slow")

    def stale(self, venue: str, lag: Ns | None) -> None:
        raise KeyError(f"{venue}: there are books here, and no venue whose feed could be late")

    def probe(self, venue: str, symbol: str, qty: Qty, *, is_buy: bool) -> Qty:
        raise KeyError(f"{venue}: there are books here, and no pool")

    def venue_up(self, venue: str) -> None:
        raise KeyError(f"{venue}: there are books here, and no venue that could come back")
