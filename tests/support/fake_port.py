"""A market port without a world: one book a venue, and everything a source says kept in order.

It must not know what a source ought to say.
"""

from collections.abc import Iterator

from router.api import Ns
from simulator.book import Trade
from simulator.lone_market import LoneMarket, Printed
from simulator.source import MarketSource

__all__ = ["FakePort", "Printed"]


class FakePort(LoneMarket):
    """One symbol. `run` steps a source up to an instant, as the world would if nothing else happened."""

    def steps(self, source: MarketSource, until: Ns | None = None) -> Iterator[Ns]:
        """Step the source while it is due by `until` (None: to its end), yielding each instant after its step."""
        while (at := source.next_at) is not None and (until is None or at <= until):
            self.step(source)
            yield at

    def run(self, source: MarketSource, until: Ns | None = None) -> None:
        for _ in self.steps(source, until):
            pass

    def trades(self) -> list[Trade]:
        """What traded in all books since last asked, venue by venue."""
        found: list[Trade] = []
        for book in self.books.values():
            found += book.trades
            book.trades.clear()
            book.touched.clear()
        return found
