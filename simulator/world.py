"""The world: venues, background flow and latency on one event heap, and that heap is the clock.

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

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush, heapreplace
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
from simulator.bands import PriceBands
from simulator.book import Book
from simulator.conditions import Conditions
from simulator.crossing import CrossingVenue
from simulator.dark import DarkVenue
from simulator.faults import tuned
from simulator.late_feed import LateFeed
from simulator.links import Link, link_all
from simulator.lit import LitVenue
from simulator.source import (
    HasAuctions,
    HearsOwn,
    HearsTape,
    KnowsPlaces,
    MarketSource,
    Sways,
    VenueSettings,
)
from simulator.vwap_cross import VwapCrossVenue

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

NEVER: Final = 1 << 62
INSTANT_MAX: Final = 1_000_000
"""Happenings at one instant. Beyond it a source or a venue does not move its `next_at`: that is a bug, not a burst."""
HELD_MAX: Final = 100_000
"""Reports held for a venue that is down; a venue answers no commands then, so that the bound is its open orders."""
NBBO_REFRESH_NS: Final = 100_000_000
"""A change of size alone reaches the venues at most this often: they price from the NBBO, and need its age."""
SNAPSHOT_LEVELS: Final = 1_000
"""Levels per side in the snapshot that follows a venue's return."""


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
        self._heap: list[tuple[Ns, int, _Happening]] = []
        self._sequence = 0
        self._seed = seed
        self._sources = tuple(sources)
        self._hearers = [(number, source) for number, source in enumerate(sources) if isinstance(source, HearsOwn)]
        self._links = link_all(venues, instruments, seed, factories or FACTORIES)
        self._by_mic = {link.profile.mic: link for link in self._links}
        self._phases: dict[str, Phase] = {}
        self._nbbo = {symbol: Nbbo(symbol, None, None, at=start) for symbol in instruments}
        self._told = dict(self._nbbo)
        self._tape_readers: list[HearsTape] = [
            link.venue for link in self._links if isinstance(link.venue, HearsTape) and link.venue.wants_tape
        ]
        self._bands = {symbol: PriceBands(each) for symbol, each in instruments.items() if each.bands}
        self._reads_tape = bool(self._tape_readers or self._bands)
        self._protected = [link for link in self._links if link.in_nbbo]
        # A dict as an ordered set: the books that sources have asked for in this step.
        self._asked: dict[tuple[str, str], None] = {}
        # When each source wants its turn, and which: a heap, as sources are many and each moves its own time only.
        self._turns: list[tuple[Ns, int]] = []
        # The same of the venues, whose times may move at any word; the soonest of all is kept beside.
        self._wants_at = [NEVER] * len(self._links)
        self._venue_at = NEVER
        self._soonest = NEVER
        self._ask_sources()
        self._open_session(instruments, days or {})

    # --- the clock

    @property
    def now(self) -> Ns:
        return self._now

    @property
    def next_at(self) -> Ns | None:
        """When something happens next; None when nothing ever will."""
        # Asked before each step: `_next_due` written out.
        heap, soonest = self._heap, self._soonest
        at = heap[0][0] if heap and heap[0][0] < soonest else soonest
        return None if at == NEVER else at

    def step(self, until: Ns | None = None) -> list[tuple[Ns, Delivered]]:
        """Go on to `next_at`, let everything due then happen, and return what the engine hears at that instant.

        Often that is nothing: something is on its way. With `until`, such instants are passed through, up to the first
        at which the engine hears something, or the last at or before `until`. Nothing can come from outside meanwhile,
        so `until` must not lie beyond the caller's own next timer.
        """
        heard: list[tuple[Ns, Delivered]] = []
        heap, last = self._heap, self._now if until is None else until
        at = self._next_due()
        assert at != NEVER, "nothing is due"
        while True:
            self._play(at, heard)
            if heard:
                return heard
            # `_next_due` written out: most instants only put something on its way.
            at = self._soonest
            if heap and heap[0][0] < at:
                at = heap[0][0]
            if at > last or at == NEVER:
                return heard

    def _play(self, at: Ns, heard: list[tuple[Ns, Delivered]]) -> None:
        """Everything due at one instant."""
        assert at >= self._now, (at, self._now)
        self._now = at
        heap = self._heap
        for _ in range(INSTANT_MAX):
            if heap and heap[0][0] == at:
                what = heappop(heap)[2]
                if isinstance(what, list):
                    for event in what:
                        heard.append((at, event))  # noqa: PERF401 - a comprehension costs a call, and it is nearly always one
                else:
                    self._happen(what, heard)
            elif self._turns and self._turns[0][0] == at:
                self._step_source(self._turns[0][1])
            elif self._venue_at == at:
                link = self._links[self._wants_at.index(at)]
                self._said(link, link.venue.on_time(at))
            else:
                return
        raise AssertionError(f"more than {INSTANT_MAX} happenings at {at}: {self._turns} {self._wants_at}")

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
        """The exact shares ahead of an order of ours at a venue now, to measure estimates by; no router hears it.

        None where it does not rest, or the venue has no queue to stand in. KeyError when no such venue is simulated.
        """
        seen = self._by_mic[venue].venue
        return seen.ahead(child_id) if isinstance(seen, KnowsPlaces) else None

    # --- MarketPort: what a source may do

    def book(self, venue: str, symbol: str) -> Book:
        books = self._by_mic[venue].books
        if books is None:
            raise KeyError(f"{venue} has no displayed book")
        self._asked[venue, symbol] = None
        return books.book(symbol)

    def auction(self, venue: str, symbol: str) -> AuctionQueue | None:
        link = self._by_mic[venue]
        queue = link.venue.auction(symbol) if isinstance(link.venue, HasAuctions) else None
        if queue is not None:
            self._asked[venue, symbol] = None
        return queue

    def nbbo(self, symbol: str) -> Nbbo:
        return self._nbbo[symbol]

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
            self._read_tape([event])
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
            self._publish(link, [_snapshot(venue, symbol, link.books.book(symbol)) for symbol in self._phases])
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
        late = before.bring_forward(self._now + link.market_data_ns)
        if before.lag is None and link.books is not None:
            late += [_snapshot(venue, symbol, link.books.book(symbol)) for symbol in self._phases]
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
            self._tell_bands(what)
        else:
            heard.append((at, what))
            if what.venue is None:
                self._phases[what.symbol] = what.phase
            for link in self._links:
                if link.hears is not None:
                    self._said(link, link.hears.on_phase(at, what))

    def _tell_hearers(self, command: VenueCommand, says: Sequence[VenueSays]) -> None:
        """Sources that react to us hear what we did; one of them may want its turn sooner."""
        for number, source in self._hearers:
            before = self._sources[number].next_at
            source.on_own(self, command, says)
            if self._sources[number].next_at != before:
                self._ask_sources()

    def _ask_sources(self) -> None:
        """When each source wants its turn, asked anew; one that would have begun earlier begins now."""
        self._turns = [
            (max(source.next_at, self._now), number)
            for number, source in enumerate(self._sources)
            if source.next_at is not None
        ]
        heapify(self._turns)
        self._soonest = min(self._turns[0][0], self._venue_at) if self._turns else self._venue_at

    def _step_source(self, number: int) -> None:
        """The source at the top of the heap does what is due now, and moves on."""
        source, turns = self._sources[number], self._turns
        source.step(self)
        if self._asked:
            self._drain_asked()
        at = source.next_at
        if at is None:
            heappop(turns)
        else:
            heapreplace(turns, (at, number))
        self._soonest = min(turns[0][0], self._venue_at) if turns else self._venue_at

    def _drain_asked(self) -> None:
        """Say what came of the books that a source asked for."""
        for venue, symbol in self._asked:
            link = self._by_mic[venue]
            assert link.books is not None, venue
            says = link.books.drain(self._now, symbol)
            if says:
                # A fill may have given the venue something to do later (a bust that comes after it).
                self._heed(link)
                self._send_off(link, says)
                if link.in_nbbo:
                    self._review_nbbo(link, symbol, says)
        self._asked.clear()

    def _heed(self, link: Link) -> None:
        """See when a venue wants its turn."""
        next_at = link.venue.next_at
        at = NEVER if next_at is None else next_at
        if self._wants_at[link.number] != at:
            self._wants_at[link.number] = at
            self._venue_at = min(self._wants_at)
            self._soonest = min(self._turns[0][0], self._venue_at) if self._turns else self._venue_at

    def _said(self, link: Link, says: Sequence[VenueSays]) -> None:
        """Send off what a venue said, then let the others know if the best prices changed."""
        self._heed(link)
        if not says:
            return
        self._send_off(link, says)
        if link.in_nbbo:
            for symbol in dict.fromkeys(event.symbol for event in says if isinstance(event, LevelUpdate)):
                self._review_nbbo(link, symbol, says)

    def _send_off(self, link: Link, says: Sequence[VenueSays]) -> None:
        """Market data to everybody, reports to the owner of the orders."""
        if len(says) == 1 and isinstance(says[0], LevelUpdate):  # nearly always, for a background event
            self._publish(link, [says[0]])
            return
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
        if self._reads_tape:
            self._read_tape(events)
        at = self._now + link.market_data_ns
        if link.feed is not None:
            late = link.feed.delay(self._now, at, events)
            if late is None:
                return
            at = late
        self._sequence += 1
        heappush(self._heap, (at, self._sequence, events))

    def _read_tape(self, events: Sequence[Delivered]) -> None:
        """Let the price bands follow the trades, and the venues that price from the tape hear of them."""
        for event in events:
            if isinstance(event, TradePrint):
                bands = self._bands.get(event.symbol)
                if bands is not None and bands.on_trade(self._now, event.px, event.kind):
                    self._tell_bands(event.symbol)
                for venue in self._tape_readers:
                    venue.on_tape(self._now, event)

    def _tell_bands(self, symbol: str) -> None:
        """One keeper for all: what the venues are told, as by the processor that publishes the bands."""
        limits = self._bands[symbol].limits(self._now)
        for link in self._links:
            if link.bands is not None and limits is not None:
                link.bands.on_bands(self._now, symbol, *limits)

    def _push(self, at: Ns, what: _Happening) -> None:
        self._sequence += 1
        heappush(self._heap, (at, self._sequence, what))

    def _next_due(self) -> Ns:
        heap, soonest = self._heap, self._soonest
        return heap[0][0] if heap and heap[0][0] < soonest else soonest

    # --- NBBO

    def _review_nbbo(self, link: Link, symbol: str, says: Sequence[VenueSays]) -> None:
        """A displayed book that counts changed: if its best did, the national best may have."""
        known = link.bests.get(symbol)
        if known is not None and not _reaches(says, symbol, known[0], known[2]):
            return
        assert link.books is not None, link.profile.mic
        best = link.books.book(symbol).best()
        if known != best:
            link.bests[symbol] = best
            self._renew_nbbo(symbol)

    def _renew_nbbo(self, symbol: str) -> None:
        """Combine the venues' bests, and tell everybody of a new price at once, of a new size now and then."""
        old = self._told[symbol]
        new = self._nbbo[symbol] = self._combine(symbol)
        if new.bid != old.bid or new.ask != old.ask or new.at - old.at >= NBBO_REFRESH_NS:
            self._told[symbol] = new
            now = self._now
            for link in self._links:
                self._said(link, link.on_nbbo(now, new))

    def _renew_all(self) -> None:
        """A venue's quotes left the NBBO, or are back."""
        for symbol in self._nbbo:
            self._renew_nbbo(symbol)

    def _combine(self, symbol: str) -> Nbbo:
        """The best over the protected venues that are up, with all shares shown at it."""
        bid: Px | None = None
        ask: Px | None = None
        bid_qty = ask_qty = 0
        for link in self._protected:
            best = link.bests.get(symbol)
            if best is None or link.down:
                continue
            px, qty, ask_px, ask_shown = best
            if px is not None:
                bid_qty = qty if bid is None or px > bid else bid_qty + qty if px == bid else bid_qty
                bid = px if bid is None or px > bid else bid
            if ask_px is not None:
                ask_qty = (
                    ask_shown if ask is None or ask_px < ask else ask_qty + ask_shown if ask_px == ask else ask_qty
                )
                ask = ask_px if ask is None or ask_px < ask else ask
        return Nbbo(symbol, bid, ask, bid_qty, ask_qty, self._now)

    # --- start

    def _open_session(self, instruments: Mapping[str, Instrument], days: Mapping[str, CalendarDay]) -> None:
        """Everybody is up, phases stand as the calendar has them, and the venues learn the date."""
        start = self._now
        for link in self._links:
            self._push(start, [VenueUp(link.profile.mic)])
        self._open_bands(days)
        for symbol in instruments:
            day = days.get(symbol)
            self._phases[symbol] = Phase.PRE_OPEN
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

    def _open_bands(self, days: Mapping[str, CalendarDay]) -> None:
        for symbol, bands in self._bands.items():
            if symbol in days:
                bands.start_day(days[symbol])
                for change_at in bands.changes_at:
                    if change_at > self._now:
                        self._push(change_at, symbol)


def _reaches(says: Sequence[VenueSays], symbol: str, bid: Px | None, ask: Px | None) -> bool:
    """Whether a changed level is the best of its side, or better. Most are not."""
    for event in says:
        if isinstance(event, LevelUpdate) and event.symbol == symbol:
            if event.is_bid:
                if bid is None or event.px >= bid:
                    return True
            elif ask is None or event.px <= ask:
                return True
    return False


def _snapshot(venue: str, symbol: str, book: Book) -> BookSnapshot:
    return BookSnapshot(
        venue, symbol, tuple(book.levels(True, SNAPSHOT_LEVELS)), tuple(book.levels(False, SNAPSHOT_LEVELS))
    )
