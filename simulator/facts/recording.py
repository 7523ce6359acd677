"""A day as it was: quotes, trades, orders and queues of one symbol, heard from a world and its lit books.

Bias: what is not displayed is not seen, but for its trades; a taker that takes several makers at one instant is one
trade. Times are UTC ns, prices quanta, quantities shares. It must not know what is measured in a recording, nor what
kind of source made the day: a seed's and a file's are heard alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from router.api import (
    CalendarDay,
    Instrument,
    LevelUpdate,
    Ns,
    PrintKind,
    Px,
    Qty,
    TradePrint,
    VenueFactory,
    VenueKind,
    VenueProfile,
    VenueSays,
)
from simulator.lit import LitVenue
from simulator.lit_book import LitBook, SelfTrade
from simulator.market_spec import SpecError, open_market
from simulator.source import MarketSource
from simulator.synthetic_params import MarketConfig
from simulator.world import World

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]

CENSUS_NS: Final[Ns] = 10_000_000_000
"""How often resting orders are counted."""
_AUCTIONS: Final = (PrintKind.OPENING, PrintKind.CLOSING, PrintKind.CROSS)


class Change(IntEnum):
    """Why a displayed queue changed."""

    ARRIVAL = 0
    CANCEL = 1
    TRADE = 2


class Recording(NamedTuple):
    """One symbol's session. Each group of arrays is in order of time and of one length; see `record`."""

    symbol: str
    day: CalendarDay
    tick: Px
    lot: Qty
    quote_at: Ints
    """The national best, a row for each instant at which a price or a size of it changed, two-sided ones only."""
    bid: Ints
    bid_qty: Ints
    ask: Ints
    ask_qty: Ints
    trade_at: Ints
    """Trades of lit books; one row a taker and instant, at its first price."""
    trade_px: Ints
    trade_qty: Ints
    trade_sign: Ints
    """+1 a buyer took, -1 a seller."""
    off_qty: Ints
    """Prints that no lit book made, auctions left out."""
    arrival_at: Ints
    """Orders that came to rest, after the opening instant; `arrival_behind` in ticks behind the best of their side."""
    arrival_qty: Ints
    arrival_behind: Ints
    life_ns: Ints
    """Time from arrival to cancellation, of orders that were cancelled whole."""
    queue_at: Ints
    """Each change of a displayed level, all venues together; `queue_qty` is what stands there after it."""
    queue_is_bid: Ints
    queue_px: Ints
    queue_qty: Ints
    queue_change: Ints
    census: Ints
    """Resting orders over all venues, every ten seconds."""

    @property
    def mid(self) -> Floats:
        """Midpoint of each quote row; quanta."""
        return (self.bid + self.ask) / 2.0


_Noted: TypeAlias = tuple[bool, int, bool, Px, Qty]
"""(joined, id, is_bid, px, shares) of a background order."""


class _HeardBook(LitBook):
    """A book that notes which background orders join it and which are withdrawn."""

    def __init__(self, rule: SelfTrade, notes: list[_Noted]) -> None:
        super().__init__(rule)
        self._notes = notes
        self._executing = False

    def add(self, oid: int, is_bid: bool, px: Px, qty: Qty, hidden: bool = False) -> None:
        super().add(oid, is_bid, px, qty, hidden)
        if not hidden:
            self._notes.append((True, oid, is_bid, px, qty))

    def delete(self, oid: int) -> Qty:
        qty = super().delete(oid)
        if qty and not self._executing:
            self._notes.append((False, oid, False, 0, qty))
        return qty

    def execute(self, oid: int, qty: Qty) -> Qty:
        # An execution ends an order by `delete`, which is no cancellation then.
        self._executing = True
        try:
            return super().execute(oid, qty)
        finally:
            self._executing = False


class _HeardVenue(LitVenue):
    """A lit venue of heard books."""

    def __init__(
        self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int, notes: list[_Noted]
    ) -> None:
        super().__init__(profile, instruments, seed)
        for symbol, book in self._books.items():
            self._books[symbol] = _HeardBook(book.rule, notes)


class Recorder:
    """Hears a world whose lit venues it made (`factories`). `hear` takes what `World.step` said, instant by instant."""

    def __init__(self, instrument: Instrument, day: CalendarDay) -> None:
        self._instrument = instrument
        self._symbol = instrument.symbol
        self._day = day
        self._notes: list[_Noted] = []
        self._venues: list[_HeardVenue] = []
        self._born: dict[int, Ns] = {}
        self._shown: dict[tuple[str, bool, Px], Qty] = {}
        self._totals: dict[tuple[bool, Px], Qty] = {}
        self._quotes: list[tuple[Ns, Px, Qty, Px, Qty]] = []
        self._trades: list[tuple[Ns, Px, Qty, int]] = []
        self._off: list[Qty] = []
        self._arrivals: list[tuple[Ns, Qty, int]] = []
        self._lives: list[Ns] = []
        self._queues: list[tuple[Ns, bool, Px, Qty, Change]] = []
        self._census: list[int] = []
        self._count_at = day.open + CENSUS_NS
        self.factories: Mapping[str, VenueFactory] = {"lit": self._venue}

    def _venue(self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int) -> _HeardVenue:
        venue = _HeardVenue(profile, instruments, seed, self._notes)
        self._venues.append(venue)
        return venue

    def hear(self, world: World, said: Sequence[tuple[Ns, VenueSays]]) -> None:
        """One instant of `world`."""
        at = world.now
        if self._notes:
            self._note_orders(at)
        traded: list[tuple[bool, Px]] = []
        for _, event in said:
            if isinstance(event, LevelUpdate):
                self._level(at, event, traded)
            elif isinstance(event, TradePrint):
                self._print(at, event)
                traded.append((event.aggressor_is_buy is False, event.px))
        nbbo = world.nbbo(self._symbol)
        if nbbo.bid is not None and nbbo.ask is not None:
            row = (at, nbbo.bid, nbbo.bid_qty, nbbo.ask, nbbo.ask_qty)
            if not self._quotes or self._quotes[-1][1:] != row[1:]:
                self._quotes.append(row)
        if at >= self._count_at:
            self._count_at += CENSUS_NS
            self._census.append(sum(len(venue.book(self._symbol)) for venue in self._venues))

    def _note_orders(self, at: Ns) -> None:
        tick = self._instrument.tick(self._quotes[-1][1]) if self._quotes else 1
        for joined, oid, is_bid, px, qty in self._notes:
            if not joined:
                born = self._born.pop(oid, None)
                if born is not None:
                    self._lives.append(at - born)
            elif at > self._day.open:
                self._born[oid] = at
                if self._quotes:
                    _, bid, _, ask, _ = self._quotes[-1]
                    self._arrivals.append((at, qty, ((bid - px) if is_bid else (px - ask)) // tick))
        self._notes.clear()

    def _level(self, at: Ns, event: LevelUpdate, traded: Sequence[tuple[bool, Px]]) -> None:
        key, place = (event.venue, event.is_bid, event.px), (event.is_bid, event.px)
        delta = event.qty - self._shown.get(key, 0)
        if not delta:
            return
        self._shown[key] = event.qty
        total = self._totals[place] = self._totals.get(place, 0) + delta
        change = Change.TRADE if place in traded else Change.ARRIVAL if delta > 0 else Change.CANCEL
        self._queues.append((at, event.is_bid, event.px, total, change))

    def _print(self, at: Ns, event: TradePrint) -> None:
        if event.aggressor_is_buy is None:
            if event.kind not in _AUCTIONS:
                self._off.append(event.qty)
            return
        sign = 1 if event.aggressor_is_buy else -1
        if self._trades and self._trades[-1][0] == at and self._trades[-1][3] == sign:
            _, px, qty, _ = self._trades[-1]
            self._trades[-1] = (at, px, qty + event.qty, sign)
        else:
            self._trades.append((at, event.px, event.qty, sign))

    def recording(self) -> Recording:
        """Everything heard so far."""
        assert self._quotes, f"{self._symbol}: never a two-sided quote"
        quotes = _columns(self._quotes, ("quote_at", "bid", "bid_qty", "ask", "ask_qty"))
        columns = {
            **quotes,
            **_columns(self._trades, ("trade_at", "trade_px", "trade_qty", "trade_sign")),
            **_columns(self._arrivals, ("arrival_at", "arrival_qty", "arrival_behind")),
            **_columns(self._queues, ("queue_at", "queue_is_bid", "queue_px", "queue_qty", "queue_change")),
            "off_qty": np.array(self._off, dtype=np.int64),
            "life_ns": np.array(self._lives, dtype=np.int64),
            "census": np.array(self._census, dtype=np.int64),
        }
        tick = self._instrument.tick(int(quotes["bid"][0]))
        return Recording(symbol=self._symbol, day=self._day, tick=tick, lot=self._instrument.round_lot, **columns)


def _columns(rows: Sequence[tuple[int, ...]], names: Sequence[str]) -> dict[str, Ints]:
    table = np.array(rows, dtype=np.int64).reshape(-1, len(names))
    return {name: table[:, place].copy() for place, name in enumerate(names)}


class Heard(NamedTuple):
    """A market of one symbol, ready to be run: its recorder, world, session and sources."""

    recorder: Recorder
    world: World
    day: CalendarDay
    sources: tuple[MarketSource, ...]

    def run(self, until: Ns) -> None:
        """Let everything before `until` happen, and hear it."""
        world, hear = self.world, self.recorder.hear
        while (at := world.next_at) is not None and at < until:
            hear(world, world.step())


def hear_market(
    spec: str,
    symbol: str,
    venues: Sequence[VenueProfile],
    instruments: Mapping[str, Instrument],
    calendars: Mapping[str, Sequence[CalendarDay]],
    *,
    config: MarketConfig,
    date: str | None = None,
) -> Heard:
    """The market of `spec` in one symbol, on the lit venues without latency; SpecError when there is none.

    Without latency, what happens at one instant is heard at it: a fact of the market is no fact of our wires.
    """
    if symbol not in instruments:
        raise SpecError(f"market {spec!r}: {symbol} is not among the configured instruments")
    lit = [
        replace(venue, latency_ns=0, latency_jitter_ns=0, market_data_latency_ns=0)
        for venue in venues
        if venue.enabled and venue.kind is VenueKind.LIT
    ]
    one = {symbol: instruments[symbol]}
    market = open_market(spec, lit, one, calendars, config, day=date)
    day = market.days[symbol]
    recorder = Recorder(instruments[symbol], day)
    world = World(
        lit, one, market.sources, seed=0, start=day.open - 1, factories=recorder.factories, days={symbol: day}
    )
    return Heard(recorder, world, day, market.sources)


def record(heard: Heard, until: Ns | None = None) -> Recording:
    """The day up to `until` (its close if None, or later), as a recording that ends there."""
    end = min(until or heard.day.close, heard.day.close)
    heard.run(end)
    found = heard.recorder.recording()
    return found._replace(day=CalendarDay(heard.day.day, heard.day.open, end))
