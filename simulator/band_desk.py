"""A desk that keeps price bands: orders stop at them, and a quote that stays there for too long pauses the market.

Bias: straddle states are not known, and a pause is declared for all venues at once, without latency, by the venue that
holds the instrument's auctions. In a pause that would last into the close the closing auction is what comes next.

It must not know how a book matches: a lit venue derives from `BandDesk`. Where the bands are is `simulator.bands`',
and the world tells it.
"""

from __future__ import annotations

from collections.abc import Mapping

from router.api import (
    Instrument,
    Nbbo,
    Ns,
    Phase,
    PhaseChange,
    Px,
    VenueProfile,
    VenueSays,
)
from simulator.auction_desk import AuctionDesk
from simulator.lit_settings import LitSettings


class BandDesk(AuctionDesk):
    """See the module. Without the setting `bands`, an auction desk."""

    def __init__(
        self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int, settings: LitSettings
    ) -> None:
        super().__init__(profile, instruments, seed, settings)
        self._limit_since: dict[str, Ns] = {}
        """Since when a quote has stood at a band."""

    def on_bands(self, at: Ns, symbol: str, low: Px, high: Px) -> None:
        """See `HearsBands`. The book itself stops at them, background flow included."""
        if self._settings.bands:
            super().on_bands(at, symbol, low, high)
            book = self.book(symbol)
            book.low, book.high = low, high

    def _watch_bands(self, at: Ns, nbbo: Nbbo) -> None:
        """A limit state begins, goes on, or is over: the best bid at the upper band, or the best offer at the lower."""
        symbol, book = nbbo.symbol, self.book(nbbo.symbol)
        at_band = self.is_trading(symbol) and (
            (book.high is not None and nbbo.bid is not None and nbbo.bid >= book.high)
            or (book.low is not None and nbbo.ask is not None and nbbo.ask <= book.low)
        )
        if not at_band:
            self._limit_since.pop(symbol, None)
        elif symbol not in self._limit_since:
            self._limit_since[symbol] = at
            self._timers.at(at + self._settings.limit_state_ns, lambda now: self._pause(now, symbol, at))

    def _pause(self, at: Ns, symbol: str, since: Ns) -> list[VenueSays]:
        """Nobody has brought the quote back from the band."""
        if self._limit_since.get(symbol) != since or not self.is_trading(symbol) or symbol not in self._queues:
            return []
        del self._limit_since[symbol]
        day, resume_at = self._sessions.get(symbol), at + self._settings.pause_ns
        if day is not None and resume_at >= day.close:
            return [PhaseChange(symbol, Phase.CLOSING_AUCTION)]
        self._timers.at(resume_at, lambda now: self._resume(now, symbol))
        return [PhaseChange(symbol, Phase.HALTED)]

    def _resume(self, at: Ns, symbol: str) -> list[VenueSays]:
        return [PhaseChange(symbol, Phase.CONTINUOUS)] if self.phase_of(symbol) is Phase.HALTED else []
