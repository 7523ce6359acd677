"""The world: venues, background flow and latency, and what is under way is the clock.

It must not know the router or an algorithm: commands come in by `send`, what the engine hears comes out of `step`. Who
paces it (as fast as the CPU goes, or wall time) is the caller's business. Same profiles, sources and seed: same bytes.

What takes time: a command (`latency_ns`, plus a seeded jitter), a report (the same), market data
(`market_data_latency_ns`). What takes none, and so flatters us a little: the venues' own knowledge of the NBBO and of
the price bands, and a change of phase, which everybody hears at once. Each venue's commands arrive in the order sent,
its reports and its market data each in the order said.

At one instant: what was under way arrives first, in the order in which it was sent off, then the sources move, in their
order, then the venues' own timers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from heapq import heappop, heappush
from typing import Final, TypeAlias

from router.api import (
    AuctionImbalance,
    BookSnapshot,
    CalendarDay,
    Instrument,
    LevelUpdate,
    MarketEvent,
    Nbbo,
    Ns,
    Phase,
    PhaseChange,
    PrintKind,
    Px,
    Qty,
    TradePrint,
    VenueCommand,
    VenueDown,
    VenueFactory,
    VenueProfile,
    VenueReport,
    VenueSays,
    VenueUp,
)
from simulator.auction import AuctionQueue
from simulator.book import Book, News
from simulator.conditions import Conditions
from simulator.consolidated_tape import ConsolidatedTape
from simulator.crossing import CrossingVenue
from simulator.dark import DarkVenue
from simulator.faults import tuned
from simulator.flow import Turns, flow_of
from simulator.late_feed import LateFeed
from simulator.links import Link, link_all
from simulator.lit import LitVenue
from simulator.pits import National, Pit, dig, snapshot
from simulator.source import HasAuctions, HasPrice, HearsOwn, KnowsPlaces, MarketSource, Sways, VenueSettings
from simulator.vwap_cross import VwapCrossVenue
from simulator.wires import NEVER, Wire

Delivered: TypeAlias = VenueReport | MarketEvent
"""What `World.step` gives the engine: venue reports, venue state and market data."""

FACTORIES: Final[Mapping[str, VenueFactory]] = {
    "lit": LitVenue,
    "dark": DarkVenue,
    "cross": CrossingVenue,
    "vwap": VwapCrossVenue,
}
"""The bundled venues by the name of their entry point in `sluice.venues`."""

# A tuple made once: `A | B` in isinstance is made anew for every event.
_PUBLIC: Final = (LevelUpdate, TradePrint, BookSnapshot, AuctionImbalance)
# Compiled code would else look for the name at every event.
_LEVEL_UPDATE: Final = LevelUpdate

INSTANT_MAX: Final = 1_000_000
"""Happenings at one instant. Beyond it a source or a venue does not move its `next_at`: that is a bug, not a burst."""
HELD_MAX: Final = 100_000
"""Reports held for a venue that is down; a venue answers no commands then, so that the bound is its open orders."""
NBBO_REFRESH_NS: Final = 100_000_000
"""A change of size alone reaches the venues at most this often: they price from the NBBO, and need its age."""

_Arrival: TypeAlias = tuple[Link, VenueCommand]
_Happening: TypeAlias = _Arrival | list[Delivered] | PhaseChange | str
"""A str is a symbol whose price bands change by the clock."""


class World:
    """See the module. `days` gives each symbol's session; a symbol without one trades from `start` on.

    Raises ValueError when a profile names a plug-in that `factories` does not have, or two profiles one MIC.
    """

    def __init__(
        self,
        venues: Sequence[VenueProfile],
        instruments: Mapping[str, Instrument],
        sources: Sequence[MarketSource],
        *,
        seed: int,
        start: Ns,
        factories: Mapping[str, VenueFactory] | None = None,
        days: Mapping[str, CalendarDay] | None = None,
    ) -> None:
        self._now = start
        # What is under way, but for market data, which has lines of its own; each with the instant of its first.
        self._heap: list[tuple[Ns, int, _Happening]] = []
        self._heap_at: Ns = NEVER
        self._wire_at: Ns = NEVER
        self._sequence = 0
        self._seed = seed
        self._sources = tuple(sources)
        self._flows = [flow_of(source) for source in sources]
        for number, flow in enumerate(self._flows):
            flow.number = number
        self._hearers = [
            (flow, source) for flow, source in zip(self._flows, sources, strict=True) if isinstance(source, HearsOwn)
        ]
        self._links = link_all(venues, instruments, seed, factories or FACTORIES)
        self._by_mic = {link.profile.mic: link for link in self._links}
        self._phases: dict[str, Phase] = {}
        self._wires = list({link.line.latency_ns: link.line for link in self._links}.values())
        self._nationals = {symbol: National(symbol, start) for symbol in instruments}
        self._tape = ConsolidatedTape(self._links, instruments)
        # Books that sources change in this step put themselves here.
        self._news = News()
        self._pits = dig(self._links, self._nationals, self._news)
        self._pit_of = {(pit.link.mic, pit.symbol): pit for pit in self._pits}
        self._turns = Turns()
        self._turn_at: Ns = NEVER
        self.turns = 0
        """How often a source has had its turn."""
        # The venues' times may move at any word; the soonest of them, and the soonest of all, are kept beside.
        self._venue_at: Ns = NEVER
        self._soonest: Ns = NEVER
        self._tell: Callable[[Ns, Delivered], object] | None = None
        self._ask_sources()
        self._open_session(instruments, days or {})

    # --- the clock

    @property
    def now(self) -> Ns:
        return self._now

    @property
    def next_at(self) -> Ns | None:
        """When something happens next; None when nothing ever will."""
        at = self._next_due()
        return None if at == NEVER else at

    def step(self, until: Ns | None = None) -> list[tuple[Ns, Delivered]]:
        """Go on to `next_at`, let everything due then happen, and return what the engine hears at that instant.

        Often that is nothing: something is on its way. With `until`, such instants are passed through, up to the first
        at which the engine hears something, or the last at or before `until`. Nothing can come from outside meanwhile,
        so `until` must not lie beyond the caller's own next timer.
        """
        heard: list[tuple[Ns, Delivered]] = []
        last = self._now if until is None else until
        at = self._next_due()
        assert at != NEVER, "nothing is due"
        while True:
            self._play(at, heard)
            if heard:
                return heard
            at = self._next_due()
            if at > last or at == NEVER:
                return heard

    def hear(self, until: Ns, tell: Callable[[Ns, Delivered], object]) -> None:
        """Tell all that the engine would hear up to `until`, included, as it comes: to whoever sends nothing."""
        heard: list[tuple[Ns, Delivered]] = []
        self._tell = tell
        while self._next_due() <= until:
            self._play(self._next_due(), heard)
        self._tell = None

    def _play(self, at: Ns, heard: list[tuple[Ns, Delivered]]) -> None:
        """Everything due at one instant."""
        assert at >= self._now, (at, self._now)
        self._now = at
        for _ in range(INSTANT_MAX):
            if self._wire_at == at and (wire := self._first_wire(at)) is not None:
                self._hear(at, wire.take(), heard)
                self._wire_at = self._next_on_wires()
            elif self._heap_at == at:
                self._arrive(at, heard)
            elif self._soonest != at:
                return
            elif self._turn_at == at:
                self._step_source(at)
            else:
                link = next(link for link in self._links if link.wants_at == at)
                self._said(link, link.venue.on_time(at))
        wants = {link.mic: link.wants_at for link in self._links}
        raise AssertionError(f"more than {INSTANT_MAX} happenings at {at}: {self._turn_at} {wants}")

    def _hear(self, at: Ns, event: Delivered, heard: list[tuple[Ns, Delivered]]) -> None:
        """The engine hears something: it is told at once, or later with all of this instant."""
        if self._tell is None:
            heard.append((at, event))
        else:
            self._tell(at, event)

    def _first_wire(self, at: Ns) -> Wire | None:
        """The line on which market data was sent off before all else that arrives at this instant."""
        first: Wire | None = None
        for wire in self._wires:
            if wire.at == at and (first is None or wire.sequence < first.sequence):
                first = wire
        if first is not None and self._heap_at == at and self._heap[0][1] < first.sequence:
            return None
        return first

    def _next_on_wires(self) -> Ns:
        at = NEVER
        for wire in self._wires:
            at = min(at, wire.at)
        return at

    def _arrive(self, at: Ns, heard: list[tuple[Ns, Delivered]]) -> None:
        """What was sent off first of all else that arrives now."""
        heap = self._heap
        what = heappop(heap)[2]
        self._heap_at = heap[0][0] if heap else NEVER
        if isinstance(what, list):
            for event in what:
                self._hear(at, event, heard)
        else:
            self._happen(what, heard)

    def send(self, at: Ns, command: VenueCommand) -> None:
        """A command leaves the router at `at` and reaches its venue after the latency, behind those sent before.

        Raises KeyError when no such venue is simulated here.
        """
        link = self._by_mic[command.venue]
        link.command_at = max(link.command_at, max(at, self._now) + link.delay())
        self._push(link.command_at, (link, command))

    @property
    def symbols(self) -> tuple[str, ...]:
        """What trades here, in the order of the configuration."""
        return tuple(self._phases)

    def is_down(self, venue: str) -> bool:
        """Whether the venue answers nobody now. KeyError when no such venue is simulated."""
        return self._by_mic[venue].down

    def ahead(self, venue: str, child_id: str) -> Qty | None:
        """The exact shares ahead of an order of ours, to measure estimates by; None where it stands in no queue.

        No router hears it. KeyError when no such venue is simulated.
        """
        seen = self._by_mic[venue].venue
        return seen.ahead(child_id) if isinstance(seen, KnowsPlaces) else None

    def last_prices(self) -> dict[str, Px]:
        """Where the price of each symbol stands whose source has one."""
        return {source.symbol: source.last_px for source in self._sources if isinstance(source, HasPrice)}

    # --- MarketPort: what a source may do

    def book(self, venue: str, symbol: str) -> Book:
        if self._by_mic[venue].books is None:
            raise KeyError(f"{venue} has no displayed book")
        book = self._pit_of[venue, symbol].book
        book.announce()
        return book

    def auction(self, venue: str, symbol: str) -> AuctionQueue | None:
        link = self._by_mic[venue]
        queue = link.venue.auction(symbol) if isinstance(link.venue, HasAuctions) else None
        if queue is not None:
            self._pit_of[venue, symbol].book.announce()
        return queue

    def nbbo(self, symbol: str) -> Nbbo:
        return self._nationals[symbol].value()

    def phase_of(self, symbol: str) -> Phase:
        return self._phases[symbol]

    def phase(self, symbol: str, phase: Phase, venue: str | None = None) -> None:
        self._push(self._now, PhaseChange(symbol, phase, venue))

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
        """See `MarketPort`. A venue that is not simulated here (a reporting facility) has no latency."""
        event = TradePrint(venue, symbol, px, qty, aggressor_is_buy, kind)
        link = self._by_mic.get(venue)
        if link is None:
            self._tape.read(self._now, [event])
            self._push(self._now, [event])
        else:
            self._publish(link, [event])

    def venue_down(self, venue: str, text: str) -> None:
        link = self._by_mic[venue]
        if not link.down:
            link.down = True
            self._push(self._now, [VenueDown(venue, text)])
            self._renew_all()

    def venue_up(self, venue: str) -> None:
        """Logged on again: the session is up, what it has to report is sent again, and its books are told whole."""
        link = self._by_mic[venue]
        if not link.down:
            return
        link.down = False
        held, link.held = link.held, []
        self._report(link, [VenueUp(venue), *held])
        if link.books is not None:
            self._publish(link, [snapshot(venue, symbol, link.books.book(symbol)) for symbol in self._phases])
            self._renew_all()

    def sway(self, symbol: str, conditions: Conditions) -> None:
        for source in self._moody(symbol):
            source.sway(conditions)

    def jump(self, symbol: str, sigmas: float) -> None:
        for source in self._moody(symbol):
            source.jump(sigmas)

    def tune(self, venue: str, settings: VenueSettings) -> None:
        link = self._by_mic[venue]
        link.wire(tuned(link.venue, link.profile, self._seed, settings))
        self._heed(link)

    def slow(self, venue: str, times: float) -> None:
        self._by_mic[venue].times = times

    def stale(self, venue: str, lag: Ns | None) -> None:
        link = self._by_mic[venue]
        before, link.feed = link.feed, None if lag == 0 else LateFeed(lag)
        if before is None:
            return
        late = before.bring_forward(self._now + link.line.latency_ns)
        if before.lag is None and link.books is not None:
            late += [snapshot(venue, symbol, link.books.book(symbol)) for symbol in self._phases]
        if late:
            self._publish(link, late)

    def probe(self, venue: str, symbol: str, qty: Qty, *, is_buy: bool) -> Qty:
        link = self._by_mic[venue]
        if link.pool is None:
            raise KeyError(f"{venue} is no pool")
        filled, says = link.pool.probe(self._now, symbol, qty, is_buy=is_buy)
        self._said(link, says)
        return filled

    def _moody(self, symbol: str) -> list[Sways]:
        return [source for source in self._sources if isinstance(source, Sways) and source.symbol == symbol]

    # --- happenings

    def _happen(self, what: _Arrival | PhaseChange | str, heard: list[tuple[Ns, Delivered]]) -> None:
        at = self._now
        if isinstance(what, tuple):
            link, command = what
            # Into the void: nobody answers a command to a venue that is down.
            if not link.down:
                says = link.venue.on_command(at, command)
                self._said(link, says)
                if self._hearers:
                    self._tell_hearers(command, says)
        elif isinstance(what, str):
            self._tape.tell_bands(at, what)
        else:
            self._hear(at, what, heard)
            if what.venue is None:
                self._set_phase(what.symbol, what.phase)
            for link in self._links:
                if link.hears is not None:
                    self._said(link, link.hears.on_phase(at, what))

    def _set_phase(self, symbol: str, phase: Phase) -> None:
        self._phases[symbol] = phase
        for flow in self._flows:
            flow.hear_phase(symbol, phase)

    def _tell_hearers(self, command: VenueCommand, says: Sequence[VenueSays]) -> None:
        """Sources that react to us hear what we did; one of them may want its turn sooner."""
        for flow, source in self._hearers:
            before = flow.due
            source.on_own(self, command, says)
            flow.look()
            if flow.due != before:
                self._ask_sources()

    def _ask_sources(self) -> None:
        """When each source wants its turn, asked anew; one that would have begun earlier begins now."""
        self._turns.ask(self._flows, self._now)
        self._renew_soonest()

    def _renew_soonest(self) -> None:
        """A source or a venue has moved its time."""
        self._turn_at = self._turns.next_at()
        self._soonest = min(self._turn_at, self._venue_at)

    def _step_source(self, at: Ns) -> None:
        """The source that is due first does what is due now, and moves on."""
        self.turns += 1
        self._turns.first().turn(self, at)
        if self._news.first is not None:
            self._drain_news()
        self._turns.moved()
        self._renew_soonest()

    def _drain_news(self) -> None:
        """Say what came of the books that a source has changed."""
        while (book := self._news.take()) is not None:
            pit = self._pits[book.number]
            if pit.has_traded():
                self._drain(pit)
            elif book.touched:
                self._tell_levels(pit)

    def _drain(self, pit: Pit) -> None:
        """The venue says what traded, and the levels as they are now."""
        link = pit.link
        assert link.books is not None, link.mic
        says = link.books.drain(self._now, pit.symbol)
        # A fill may have given the venue something to do later (a bust that comes after it).
        self._heed(link)
        self._send_off(link, says)
        self._review(link, says)

    def _tell_levels(self, pit: Pit) -> None:
        """Nothing traded: say which levels changed, as any venue would, without asking it."""
        link, book = pit.link, pit.book
        touched = book.touched
        if len(touched) > 1:
            changed = [LevelUpdate(link.mic, pit.symbol, is_bid, px, qty) for is_bid, px, qty in book.changes()]
            self._publish(link, [*changed])
            self._review(link, changed)
            return
        # Nearly always, for a background event.
        level = touched[0]
        touched.clear()
        ladder, px = level.ladder, level.px
        if ladder.hidden:
            return
        self._publish_level(link, _LEVEL_UPDATE(link.mic, pit.symbol, ladder.is_bid, px, level.total))
        if pit.national is not None and pit.may_be_best(ladder.is_bid, px) and pit.look():
            self._renew_nbbo(pit.national)

    def _heed(self, link: Link) -> None:
        """See when a venue wants its turn."""
        next_at = link.venue.next_at
        at = NEVER if next_at is None else next_at
        if link.wants_at != at:
            link.wants_at = at
            self._venue_at = min([link.wants_at for link in self._links])
            self._renew_soonest()

    def _said(self, link: Link, says: Sequence[VenueSays]) -> None:
        """Send off what a venue said, then let the others know if the best prices changed."""
        self._heed(link)
        if not says:
            return
        self._send_off(link, says)
        self._review(link, says)

    def _send_off(self, link: Link, says: Sequence[VenueSays]) -> None:
        """Market data to everybody, reports to the owner of the orders."""
        data: list[Delivered] = []
        reports: list[VenueReport] = []
        for event in says:
            if isinstance(event, _PUBLIC):
                data.append(event)
            elif isinstance(event, PhaseChange):
                # A pause that a venue declares is heard by everybody at once, as any other is.
                self._push(self._now, event)
            else:
                reports.append(event)
        if reports:
            self._report(link, reports)
        if data:
            self._publish(link, data)

    def _report(self, link: Link, reports: list[VenueReport]) -> None:
        """To the owner of the orders, in order; kept while the venue is down, as a FIX session keeps them."""
        if link.down:
            assert len(link.held) < HELD_MAX, f"{link.profile.mic}: {HELD_MAX} reports held while down"
            link.held += reports
            return
        link.report_at = max(link.report_at, self._now + link.delay())
        self._push(link.report_at, [*reports])

    def _publish(self, link: Link, events: list[Delivered]) -> None:
        """To everybody; lost while the venue is down."""
        if link.down:
            return
        if self._tape.is_read:
            self._tape.read(self._now, events)
        if link.feed is None:
            for event in events:
                self._put_on_wire(link.line, event)
            return
        late = link.feed.delay(self._now, self._now + link.line.latency_ns, events)
        if late is not None:
            self._push(late, events)

    def _publish_level(self, link: Link, event: LevelUpdate) -> None:
        """As `_publish`, of what is nearly all market data, and nothing for the tape."""
        if link.feed is not None:
            self._publish(link, [event])
        elif not link.down:
            self._put_on_wire(link.line, event)

    def _put_on_wire(self, wire: Wire, event: Delivered) -> None:
        self._sequence += 1
        wire.put(self._now, self._sequence, event)
        self._wire_at = min(self._wire_at, wire.at)

    def _push(self, at: Ns, what: _Happening) -> None:
        self._sequence += 1
        heappush(self._heap, (at, self._sequence, what))
        self._heap_at = min(self._heap_at, at)

    def _next_due(self) -> Ns:
        return min(self._soonest, min(self._heap_at, self._wire_at))  # noqa: PLW3301 - of two ints mypyc makes no call

    # --- NBBO

    def _review(self, link: Link, says: Sequence[VenueSays]) -> None:
        """If the best prices of a displayed book that counts changed, the national best may have."""
        if not link.in_nbbo:
            return
        # A dict as an ordered set.
        reached: dict[str, None] = {}
        for event in says:
            if isinstance(event, LevelUpdate) and self._pit_of[link.mic, event.symbol].may_be_best(
                event.is_bid, event.px
            ):
                reached[event.symbol] = None
        for symbol in reached:
            pit = self._pit_of[link.mic, symbol]
            if pit.look() and pit.national is not None:
                self._renew_nbbo(pit.national)

    def _renew_nbbo(self, national: National) -> None:
        """Combine the venues' bests, and tell everybody of a new price at once, of a new size now and then."""
        national.combine(self._now)
        if not national.is_due(NBBO_REFRESH_NS):
            return
        now, nbbo = self._now, national.tell()
        for link in self._links:
            quotes = link.quotes
            if quotes is None or quotes.is_watched():
                self._said(link, link.on_nbbo(now, nbbo))
            else:
                quotes.by_symbol[nbbo.symbol] = nbbo

    def _renew_all(self) -> None:
        """A venue's quotes left the NBBO, or are back."""
        for national in self._nationals.values():
            self._renew_nbbo(national)

    # --- start

    def _open_session(self, instruments: Mapping[str, Instrument], days: Mapping[str, CalendarDay]) -> None:
        """Everybody is up, phases stand as the calendar has them, and the venues learn the date."""
        start = self._now
        for link in self._links:
            self._push(start, [VenueUp(link.profile.mic)])
        for change_at, symbol in self._tape.open(start, days):
            self._push(change_at, symbol)
        for symbol in instruments:
            day = days.get(symbol)
            self._set_phase(symbol, Phase.PRE_OPEN)
            for link in self._links:
                if day is not None and isinstance(link.venue, HasAuctions):
                    link.venue.on_session(start, symbol, day)
            if day is None:
                self._push(start, PhaseChange(symbol, Phase.CONTINUOUS))
                continue
            if start < day.open:
                self._push(start, PhaseChange(symbol, Phase.PRE_OPEN))
            self._push(max(start, day.open), PhaseChange(symbol, Phase.CONTINUOUS))
            self._push(max(start, day.close), PhaseChange(symbol, Phase.CLOSED))
        for link in self._links:
            self._said(link, link.venue.on_time(start))
