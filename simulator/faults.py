"""Venues that misbehave as real ones do: one wrapper around any venue, its faults drawn from the seed.

Settings begin with `fault_` and stand in the venue's profile, or come and go with a scenario; a venue that never has
any is left bare. The wrapper must not know how the venue matches. Its faults are of reports and of timing: it makes no
shares, so that what was bought is what was sold, whatever is said of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from heapq import heappop, heappush
from random import Random

import msgspec
from msgspec.structs import replace

from router.api import (
    PPM,
    SECOND,
    CalendarDay,
    CancelChild,
    ChildAccepted,
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildRejected,
    ChildReplaced,
    ChildRequestRejected,
    ChildStatus,
    Nbbo,
    Ns,
    PhaseChange,
    Ppm,
    Px,
    Qty,
    SendChild,
    SimulatedVenue,
    TradePrint,
    VenueCommand,
    VenueProfile,
    VenueSays,
)
from simulator.auction import AuctionQueue
from simulator.book import Book
from simulator.desk import FAULT_PREFIX
from simulator.source import (
    HasAuctions,
    HasBooks,
    HasPool,
    HearsBands,
    HearsPhases,
    HearsTape,
    KnowsPlaces,
    Tunable,
    VenueSettings,
)


class FaultSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename=lambda name: FAULT_PREFIX + name):
    """Chances in millionths, each drawn per command or per fill.

    `reject_ppm`: a new order is refused. `lost_ppm`: a command never arrives, nobody answers. `late_ppm`: a command is
    carried out, but acknowledged `late_ns` later, its fills perhaps before. `late_cancel_ppm`: a cancel is looked at
    `late_ns` later, so that fills come in between. `duplicate_ppm`: a fill is reported twice with one ExecID(17).
    `bust_ppm`, `correct_ppm`: a fill is taken back, or its price moved by `correct_px` quanta, `amend_ns` later.
    """

    reject_ppm: Ppm = 0
    lost_ppm: Ppm = 0
    late_ppm: Ppm = 0
    late_cancel_ppm: Ppm = 0
    late_ns: Ns = 5 * SECOND
    duplicate_ppm: Ppm = 0
    bust_ppm: Ppm = 0
    correct_ppm: Ppm = 0
    correct_px: Px = 100
    amend_ns: Ns = 10 * SECOND

    def __post_init__(self) -> None:
        for name, value in msgspec.structs.asdict(self).items():
            if name.endswith("_ppm") and not 0 <= value <= PPM:
                raise ValueError(f"{FAULT_PREFIX}{name} = {value}: 0 to {PPM}, in millionths")
            if name.endswith("_ns") and value < 0:
                raise ValueError(f"{FAULT_PREFIX}{name} = {value}: 0 or more")


class FaultyVenue:
    """A `SimulatedVenue` around another, with the faults of `FaultSettings`."""

    def __init__(self, venue: SimulatedVenue, profile: VenueProfile, seed: int) -> None:
        self.mic = venue.mic
        self._venue = venue
        self._profile = profile
        self._faults = _fault_settings(profile, {})
        self._rng = Random(f"{seed}:{profile.mic}:faults")
        self._busted: Counter[str] = Counter()
        """Shares taken back by child: its CumQty(14) is without them from then on."""
        self._later: list[tuple[Ns, int, Callable[[Ns], list[VenueSays]]]] = []
        self._count = 0

    @property
    def next_at(self) -> Ns | None:
        due = self._venue.next_at
        if self._later:
            return self._later[0][0] if due is None else min(due, self._later[0][0])
        return due

    def on_nbbo(self, at: Ns, nbbo: Nbbo) -> list[VenueSays]:
        return self._spoil(at, self._venue.on_nbbo(at, nbbo))

    def on_time(self, at: Ns) -> list[VenueSays]:
        says: list[VenueSays] = []
        while self._later and self._later[0][0] <= at:
            says += heappop(self._later)[2](at)
        due = self._venue.next_at
        # The first call of all tells a venue the time, due or not.
        if due is None or due <= at:
            says += self._spoil(at, self._venue.on_time(at))
        return says

    def on_phase(self, at: Ns, change: PhaseChange) -> list[VenueSays]:
        return self._spoil(at, self._venue.on_phase(at, change)) if isinstance(self._venue, HearsPhases) else []

    def on_session(self, at: Ns, symbol: str, day: CalendarDay) -> None:
        if isinstance(self._venue, HasAuctions):
            self._venue.on_session(at, symbol, day)

    def auction(self, symbol: str) -> AuctionQueue | None:
        return self._venue.auction(symbol) if isinstance(self._venue, HasAuctions) else None

    @property
    def wants_tape(self) -> bool:
        return isinstance(self._venue, HearsTape) and self._venue.wants_tape

    def on_tape(self, at: Ns, event: TradePrint) -> None:
        if isinstance(self._venue, HearsTape):
            self._venue.on_tape(at, event)

    def on_bands(self, at: Ns, symbol: str, low: Px, high: Px) -> None:
        if isinstance(self._venue, HearsBands):
            self._venue.on_bands(at, symbol, low, high)

    def on_command(self, at: Ns, command: VenueCommand) -> list[VenueSays]:
        faults = self._faults
        if self._hits(faults.lost_ppm):
            return []
        if isinstance(command, SendChild) and self._hits(faults.reject_ppm):
            return [ChildRejected(self.mic, command.child_id, f"{self.mic}: refused without a reason given")]
        if isinstance(command, CancelChild) and self._hits(faults.late_cancel_ppm):
            self._do_later(at + faults.late_ns, lambda then: self._spoil(then, self._venue.on_command(then, command)))
            return []
        says = self._spoil(at, self._venue.on_command(at, command))
        if not self._hits(faults.late_ppm):
            return says
        answers = [event for event in says if isinstance(event, _ANSWERS)]
        self._do_later(at + faults.late_ns, lambda _: list(answers))
        return [event for event in says if not isinstance(event, _ANSWERS)]

    def tune(self, settings: VenueSettings) -> None:
        """Faults are changed here; what else there is, the venue changes, if it can."""
        others = {name: value for name, value in settings.items() if not name.startswith(FAULT_PREFIX)}
        if isinstance(self._venue, Tunable):
            self._venue.tune(others)
        elif others:
            raise ValueError(f"venue {self.mic}, settings: {next(iter(others))} cannot be changed while the venue runs")
        self._faults = _fault_settings(self._profile, settings)

    # --- inside

    def _hits(self, ppm: Ppm) -> bool:
        """Draws only for faults that are configured: switching one on leaves what others draw as it was without it."""
        return ppm > 0 and self._rng.randrange(PPM) < ppm

    def _do_later(self, at: Ns, what: Callable[[Ns], list[VenueSays]]) -> None:
        self._count += 1
        heappush(self._later, (at, self._count, what))

    def _spoil(self, at: Ns, says: list[VenueSays]) -> list[VenueSays]:
        """Repeat fills, and arrange for some to be taken back or corrected."""
        spoiled: list[VenueSays] = []
        for said in says:
            event = self._less_busted(said) if self._busted else said
            spoiled.append(event)
            if isinstance(event, ChildFilled):
                if self._hits(self._faults.duplicate_ppm):
                    spoiled.append(event)
                self._amend(at, event)
        return spoiled

    def _less_busted(self, event: VenueSays) -> VenueSays:
        """The event with the CumQty(14) that is left after busts, where it has one."""
        if not isinstance(event, ChildFilled | ChildStatus) or event.child_id not in self._busted:
            return event
        return replace(event, cum_qty=(event.cum_qty or 0) - self._busted[event.child_id])

    def _bust(self, fill: ChildFilled) -> list[VenueSays]:
        self._busted[fill.child_id] += fill.qty
        return [ChildBusted(self.mic, fill.child_id, f"{fill.exec_id}-B", fill.exec_id)]

    def _amend(self, at: Ns, fill: ChildFilled) -> None:
        faults = self._faults
        if self._hits(faults.bust_ppm):
            self._do_later(at + faults.amend_ns, lambda _: self._bust(fill))
        elif self._hits(faults.correct_ppm):
            px = fill.px + faults.correct_px
            correct = ChildCorrected(self.mic, fill.child_id, f"{fill.exec_id}-C", fill.exec_id, fill.qty, px)
            self._do_later(at + faults.amend_ns, lambda _: [correct])


_ANSWERS = (ChildAccepted, ChildReplaced, ChildCanceled, ChildRequestRejected, ChildRejected)


class FaultyBooks(FaultyVenue):
    """The same around a venue with displayed books."""

    def __init__(self, venue: SimulatedVenue, books: HasBooks, profile: VenueProfile, seed: int) -> None:
        super().__init__(venue, profile, seed)
        self._books = books

    def book(self, symbol: str) -> Book:
        return self._books.book(symbol)

    def ahead(self, child_id: str) -> Qty | None:
        return self._books.ahead(child_id) if isinstance(self._books, KnowsPlaces) else None

    def drain(self, at: Ns, symbol: str) -> list[VenueSays]:
        return self._spoil(at, self._books.drain(at, symbol))


class FaultyPool(FaultyVenue):
    """The same around a venue in which others' orders meet undisplayed ones."""

    def __init__(self, venue: SimulatedVenue, pool: HasPool, profile: VenueProfile, seed: int) -> None:
        super().__init__(venue, profile, seed)
        self._pool = pool

    def probe(self, at: Ns, symbol: str, qty: Qty, *, is_buy: bool) -> tuple[Qty, list[VenueSays]]:
        filled, says = self._pool.probe(at, symbol, qty, is_buy=is_buy)
        return filled, self._spoil(at, says)


def with_faults(venue: SimulatedVenue, profile: VenueProfile, seed: int) -> SimulatedVenue:
    """The venue itself, or wrapped when its profile has `fault_` settings.

    Raises ValueError naming the venue and the key for an unknown fault or a value of the wrong type.
    """
    faulty = any(name.startswith(FAULT_PREFIX) for name in profile.settings)
    return _wrapped(venue, profile, seed) if faulty else venue


def tuned(venue: SimulatedVenue, profile: VenueProfile, seed: int, settings: VenueSettings) -> SimulatedVenue:
    """The venue with `settings` over its profile's from now on: wrapped, if it is not yet.

    Raises ValueError as `with_faults` does, and for a setting that the venue cannot change while it runs.
    """
    faulty = venue if isinstance(venue, FaultyVenue) else _wrapped(venue, profile, seed)
    faulty.tune(settings)
    return faulty


def _wrapped(venue: SimulatedVenue, profile: VenueProfile, seed: int) -> FaultyVenue:
    if isinstance(venue, HasBooks):
        return FaultyBooks(venue, venue, profile, seed)
    if isinstance(venue, HasPool):
        return FaultyPool(venue, venue, profile, seed)
    return FaultyVenue(venue, profile, seed)


def _fault_settings(profile: VenueProfile, settings: VenueSettings) -> FaultSettings:
    """The faults of the profile, overlaid with those of `settings`."""
    known = {**profile.settings, **settings}
    try:
        return msgspec.convert(
            {name: value for name, value in known.items() if name.startswith(FAULT_PREFIX)}, FaultSettings
        )
    except msgspec.ValidationError as error:
        raise ValueError(f"venue {profile.mic}, settings: {error}") from None
