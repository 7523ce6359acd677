"""A market port without a world: one book a venue, and everything a source says kept in order.

It must not know what a source ought to say.
"""

from collections.abc import Iterator

from router.api import Ns, Qty
from simulator.book import Trade
from simulator.conditions import Conditions
from simulator.lone_market import LoneMarket, Printed
from simulator.source import MarketSource, VenueSettings

__all__ = ["FakePort", "Printed"]


class FakePort(LoneMarket):
    """One symbol. `run` steps a source up to an instant, as the world would if nothing else happened."""

    def __init__(self, *venues: str) -> None:
        super().__init__(*venues)
        self.deeds: list[str] = []
        self.hidden: dict[tuple[str, bool], Qty] = {}
        """Shares that a probe finds, by (venue, whether they bid)."""

    def venue_down(self, venue: str, text: str) -> None:
        self.deeds.append(f"{venue} down: {text}")

    def venue_up(self, venue: str) -> None:
        self.deeds.append(f"{venue} up")

    # What a scenario does is kept in words, and has no effect here.

    def sway(self, symbol: str, conditions: Conditions) -> None:
        self.deeds.append(f"{symbol} {conditions}")

    def jump(self, symbol: str, sigmas: float) -> None:
        self.deeds.append(f"{symbol} jumps {sigmas:g}")

    def tune(self, venue: str, settings: VenueSettings) -> None:
        self.deeds.append(f"{venue} has {dict(settings)}")

    def slow(self, venue: str, times: float) -> None:
        self.deeds.append(f"{venue} takes {times:g} times as long")

    def stale(self, venue: str, lag: Ns | None) -> None:
        self.deeds.append(f"{venue} is {'cut' if lag is None else lag} behind")

    def probe(self, venue: str, symbol: str, qty: Qty, *, is_buy: bool) -> Qty:
        found = min(qty, self.hidden.get((venue, not is_buy), 0))
        self.deeds.append(f"{'buy' if is_buy else 'sell'} {qty} at {venue}: {found}")
        return found

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
