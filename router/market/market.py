"""All instruments' public markets behind one door: market data in, `SymbolMarket` out by symbol.

Knows no order. The engine gives every market event to `on_event` and asks the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from router.core.events import MarketEvent
from router.core.instruments import Instrument
from router.core.profiles import CalendarDay, VenueProfile
from router.core.types import Ns, Px
from router.market.state import SymbolMarket


class Market:
    """Public state of every instrument. An event of an unknown symbol or venue is a broken configuration: asserted.

    `calendars` maps a calendar's name to its trading dates; `last_px` gives previous closes where known.
    """

    def __init__(
        self,
        instruments: Iterable[Instrument],
        venues: Sequence[VenueProfile],
        calendars: Mapping[str, Sequence[CalendarDay]],
        last_px: Mapping[str, Px] | None = None,
    ) -> None:
        closes = last_px or {}
        self._symbols = {
            instrument.symbol: SymbolMarket(instrument, venues, closes.get(instrument.symbol))
            for instrument in instruments
        }
        self._sessions = {name: {day.day: day for day in days} for name, days in calendars.items()}
        self._all_sessions = {name: tuple(days) for name, days in calendars.items()}
        self._mics = tuple(venue.mic for venue in venues)

    def __getitem__(self, symbol: str) -> SymbolMarket:
        return self._symbols[symbol]

    def get(self, symbol: str) -> SymbolMarket | None:
        return self._symbols.get(symbol)

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._symbols

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol, in the order of the configuration."""
        return tuple(self._symbols)

    def on_event(self, at: Ns, event: MarketEvent) -> None:
        """Take in one piece of market data."""
        state = self._symbols.get(event.symbol)
        assert state is not None, f"market data of an unknown symbol: {event.symbol}"
        state.on_event(at, event)

    def mark_down(self, at: Ns, mic: str) -> None:
        """A venue does not answer: its quotes are forgotten and take no part in the NBBO until `mark_up`."""
        self._set_up(at, mic, up=False)

    def mark_up(self, at: Ns, mic: str) -> None:
        """A venue answers again; what its feed has said since counts."""
        self._set_up(at, mic, up=True)

    def _set_up(self, at: Ns, mic: str, *, up: bool) -> None:
        assert mic in self._mics, f"unknown venue: {mic}"
        for state in self._symbols.values():
            state.set_up(at, mic, up=up)

    def reference(self, symbol: str, now: Ns) -> tuple[Px, Ns] | None:
        """(price, when it was last known to hold) for a collar; see `SymbolMarket.reference`. The caller judges age."""
        state = self._symbols.get(symbol)
        return None if state is None else state.reference(now)

    def session(self, symbol: str, day: str) -> CalendarDay | None:
        """The instrument's session on a date (YYYYMMDD); None on a holiday."""
        return self._sessions.get(self._symbols[symbol].instrument.calendar, {}).get(day)

    def sessions(self, symbol: str) -> Sequence[CalendarDay]:
        """Every session of the instrument's calendar that is known, in order."""
        return self._all_sessions.get(self._symbols[symbol].instrument.calendar, ())

    def start_day(self) -> None:
        """A trading date begins for every instrument."""
        for state in self._symbols.values():
            state.start_day()
