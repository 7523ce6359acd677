"""What a journal says of the market: tape, national best and phases of every instrument, as the router heard them.

Knows no order. The national best is the router's own (`router.market.state`), so that an analyst sees what it saw.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from router.core.events import BookSnapshot, LevelUpdate, PhaseChange, TradePrint, VenueDown, VenueUp
from router.core.instruments import Instrument
from router.core.profiles import EngineConfig
from router.core.types import Ns, Phase
from router.market.state import SymbolMarket
from router.tca.facts.quotes import Quote, QuoteTape
from router.tca.facts.tape import MarketTape

MarketWord: TypeAlias = LevelUpdate | BookSnapshot | TradePrint | PhaseChange | VenueUp | VenueDown
MARKET_WORDS: Final = (LevelUpdate, BookSnapshot, TradePrint, PhaseChange, VenueUp, VenueDown)


class MarketRecord:
    """Tapes, quotes and phases by symbol. Quotes need the venues of a configuration: without one there are none."""

    def __init__(self) -> None:
        self.tapes: dict[str, MarketTape] = {}
        self.quotes: dict[str, QuoteTape] = {}
        self.phases: dict[str, list[tuple[Ns, Phase]]] = {}
        """The instrument's phase as it changed, halts included."""
        self._config: EngineConfig | None = None
        self._markets: dict[str, SymbolMarket] = {}

    def configure(self, config: EngineConfig | None) -> None:
        """The first line of a journal: its instruments and venues."""
        self._config = config
        self._markets = {}

    def start_day(self, at: Ns) -> None:
        """A trading date begins: yesterday's quotes are nobody's."""
        for symbol, market in self._markets.items():
            market.start_day()
            self._keep(at, symbol, market)

    def observe(self, at: Ns, event: MarketWord) -> None:
        """Take in one piece of market data, or a venue's coming and going."""
        if isinstance(event, VenueUp | VenueDown):
            for symbol, market in self._markets.items():
                if event.venue in market.books:
                    market.set_up(at, event.venue, up=isinstance(event, VenueUp))
                    self._keep(at, symbol, market)
            return
        if isinstance(event, TradePrint):
            self.tapes.setdefault(event.symbol, MarketTape()).add(at, event)
        known = self.market(event.symbol)
        if known is None or (isinstance(event, LevelUpdate | BookSnapshot) and event.venue not in known.books):
            return
        known.on_event(at, event)
        self._keep(at, event.symbol, known)

    def market(self, symbol: str) -> SymbolMarket | None:
        """The market of one instrument as the router has it now; None where there is no configuration."""
        if self._config is None:
            return None
        market = self._markets.get(symbol)
        if market is None:
            instruments = (each for each in self._config.instruments if each.symbol == symbol)
            instrument = next(instruments, None) or Instrument(symbol)
            market = SymbolMarket(instrument, self._config.venues, self._config.last_px.get(symbol))
            self._markets[symbol] = market
            self.quotes[symbol] = QuoteTape()
            self.phases[symbol] = []
        return market

    def _keep(self, at: Ns, symbol: str, market: SymbolMarket) -> None:
        """Write down what changed."""
        quotes, phases = self.quotes[symbol], self.phases[symbol]
        last = quotes.last
        now = (market.bid, market.ask, market.bid_qty, market.ask_qty)
        if last is None or now != (last.bid, last.ask, last.bid_qty, last.ask_qty):
            quotes.add(Quote(at, *now))
        if not phases or phases[-1][1] is not market.phase:
            phases.append((at, market.phase))
