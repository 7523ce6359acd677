"""What hangs on the consolidated tape: the price bands, kept once for all venues, and the venues that price from it.

As the processor that publishes the tape and the bands does: trades come in as they are made, and every venue is told
the same limits at once. It must not know a source, nor what a venue does about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from router.api import CalendarDay, Instrument, Ns, TradePrint
from simulator.bands import PriceBands
from simulator.links import Link
from simulator.source import HearsTape


class ConsolidatedTape:
    """See the module. `is_read` is whether anybody here hears of trades at all."""

    def __init__(self, links: Sequence[Link], instruments: Mapping[str, Instrument]) -> None:
        self._links = links
        self._readers: list[HearsTape] = [
            link.venue for link in links if isinstance(link.venue, HearsTape) and link.venue.wants_tape
        ]
        self._bands = {symbol: PriceBands(each) for symbol, each in instruments.items() if each.bands}
        self.is_read = bool(self._readers or self._bands)

    def open(self, at: Ns, days: Mapping[str, CalendarDay]) -> Iterator[tuple[Ns, str]]:
        """Begin the day; when bands will change by the clock from `at` on, and of which symbol (see `tell_bands`)."""
        for symbol, bands in self._bands.items():
            if symbol in days:
                bands.start_day(days[symbol])
                yield from ((change_at, symbol) for change_at in bands.changes_at if change_at > at)

    def read(self, at: Ns, events: Iterable[object]) -> None:
        """Let the bands follow the trades among `events`, and those who price from the tape hear of them."""
        for event in events:
            if isinstance(event, TradePrint):
                bands = self._bands.get(event.symbol)
                if bands is not None and bands.on_trade(at, event.px, event.kind):
                    self.tell_bands(at, event.symbol)
                for venue in self._readers:
                    venue.on_tape(at, event)

    def tell_bands(self, at: Ns, symbol: str) -> None:
        """Tell the venues the limits as they are now; there are none before the first trade."""
        limits = self._bands[symbol].limits(at)
        if limits is None:
            return
        for link in self._links:
            if link.bands is not None:
                link.bands.on_bands(at, symbol, *limits)
