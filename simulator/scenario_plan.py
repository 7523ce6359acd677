"""Scenario files and a market into incidents: seconds and wall time become instants, names are looked up.

It must not know how an incident is played, nor where a file was. Every name is checked before the market begins: a
scenario that cannot happen is refused, not passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct
from msgspec.structs import replace

from router.api import SECOND, CalendarDay, Instrument, Ns, SimulatedVenue, VenueFactory, VenueProfile
from simulator.conditions import Conditions
from simulator.faults import tuned
from simulator.scenario import Begin, Incident, Plan, Scenario, State
from simulator.scenario_acts import Fading, Jump, Subside
from simulator.scenario_file import (
    EarlyClose,
    Fade,
    Halt,
    LockedMarket,
    Momentum,
    News,
    Ping,
    ScenarioError,
    ScenarioFile,
    Settings,
    SlowVenue,
    StaleFeed,
    Timed,
    VenueDown,
    wall_seconds,
)
from simulator.scenario_states import Down, Halted, Slow, Stale, Swayed, Tuned
from simulator.scenario_traders import STRANGER, Igniter, Lock, Pinger
from simulator.source import HasPool

IDS_EACH: Final = 1 << 20
"""Ids of resting orders that a happening may use: more than a market has symbols."""


class Place(Struct, frozen=True, kw_only=True):
    """The market that scenarios happen in. `reactive` are the symbols that a scenario can move: the synthetic ones."""

    day: str
    open: Ns
    close: Ns
    instruments: Mapping[str, Instrument]
    reactive: tuple[str, ...]
    lit: tuple[str, ...]
    profiles: Mapping[str, VenueProfile]
    factories: Mapping[str, VenueFactory]
    seed: int


def plan_scenarios(files: Sequence[ScenarioFile], place: Place) -> Scenario:
    """All files as one source, so that what two of them hold at once is known. ScenarioError names what cannot be."""
    incidents: list[Incident] = []
    waiting: list[Plan] = []
    for number, file in enumerate(files):
        for turn, happening in enumerate(file.happening):
            if isinstance(happening, EarlyClose):
                continue  # the calendar's: see `shortened`
            one = _One(file, place, number, turn)
            plan = partial(one.incidents, happening)
            begin = one.begins(happening)
            made = plan(place.open if begin is None else begin)
            if happening.date not in {None, place.day}:
                continue  # of another date: looked up all the same, so that no name is wrong unseen
            if begin is None:
                waiting.append(plan)
            else:
                incidents += made
    return Scenario(incidents, lit=place.lit, on_first_order=waiting)


def shortened(
    calendars: Mapping[str, Sequence[CalendarDay]], files: Sequence[ScenarioFile], day: str | None
) -> dict[str, Sequence[CalendarDay]]:
    """The calendars with the early closes of `files` on `day` (YYYYMMDD; None: on every day known)."""
    days: dict[str, Sequence[CalendarDay]] = dict(calendars)
    for number, file in enumerate(files):
        for turn, happening in enumerate(file.happening):
            if not isinstance(happening, EarlyClose):
                continue
            for name, sessions in days.items():
                days[name] = tuple(
                    _closing(session, file, happening, (number, turn)) if day in {None, session.day} else session
                    for session in sessions
                )
    return days


def _closing(session: CalendarDay, file: ScenarioFile, what: EarlyClose, place: tuple[int, int]) -> CalendarDay:
    number, turn = place
    close = _wall(number, file, session.day, what.close)
    if not session.open < close <= session.close:
        why = f"{what.close} is not within the session of {session.day}, {_hours(session.open, session.close, file)}"
        raise ScenarioError(number, ("happening", turn, "close"), why)
    return replace(session, close=close)


def _wall(number: int, file: ScenarioFile, day: str, text: str) -> Ns:
    try:
        zone = ZoneInfo(file.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ScenarioError(number, ("timezone",), f"{file.timezone!r} is no IANA time zone") from None
    seconds = wall_seconds(text)
    hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    local = datetime.strptime(day, "%Y%m%d").replace(hour=hour, minute=minute, second=second, tzinfo=zone)
    return int(local.timestamp()) * SECOND


def _hours(first: Ns, last: Ns, file: ScenarioFile) -> str:
    zone = ZoneInfo(file.timezone)
    begin, end = (datetime.fromtimestamp(at // SECOND, UTC).astimezone(zone) for at in (first, last))
    return f"{begin:%H:%M} to {end:%H:%M} {file.timezone}"


def _ns(seconds: float) -> Ns:
    return round(seconds * SECOND)


class _One:
    """One happening of one file: names looked up, times made instants."""

    def __init__(self, file: ScenarioFile, place: Place, number: int, turn: int) -> None:
        self._file = file
        self._place = place
        self._number = number
        self._turn = turn
        self._seed = f"{file.seed}:{number}:{turn}"

    def begins(self, what: Timed) -> Ns | None:
        """Its instant; None: after the first order of ours."""
        place = self._place
        if what.after_first_order_s is not None:
            return None
        if what.at is not None:
            key, at = "at", _wall(self._number, self._file, place.day, what.at)
        else:
            key, at = "after_open_s", place.open + _ns(what.after_open_s or 0)
        if not place.open <= at < place.close:
            hours = _hours(place.open, place.close, self._file)
            raise self._refusal(key, f"{getattr(what, key)} is not within the session of {place.day}, {hours}")
        return at

    def incidents(self, what: Timed, begin: Ns) -> list[Incident]:
        """What happens, counted from `begin`."""
        if what.after_first_order_s is not None:
            begin += _ns(what.after_first_order_s)
        match what:
            case News():
                return self._news(what, begin)
            case Momentum():
                return self._momentum(what, begin)
            case Ping():
                return self._ping(what, begin)
            case LockedMarket():
                return self._locked(what, begin)
            case _:
                until = None if what.lasts_s is None else begin + _ns(what.lasts_s)
                return [Begin(begin, state, until) for state in self._states(what)]

    # --- each kind

    def _states(self, what: Halt | Settings | Fade | VenueDown | SlowVenue | StaleFeed) -> list[State]:
        match what:
            case Halt():
                venues = self._venues(what.venues) or (None,)
                return [Halted(symbol, venue) for symbol in self._symbols(what) for venue in venues]
            case Settings():
                return [self._tuned(venue, what) for venue in self._venues(what.venues)]
            case Fade():
                lit = self._lit("venues", what.venues) or self._place.lit
                return [Fading(lit, self._symbols(what), what.share_ppm, _ns(what.react_s), self._seed)]
            case VenueDown():
                return [Down(venue, what.text) for venue in self._venues(what.venues)]
            case SlowVenue():
                return [Slow(venue, what.times) for venue in self._venues(what.venues)]
            case StaleFeed():
                lag = None if what.lag_s is None else _ns(what.lag_s)
                return [Stale(venue, lag) for venue in self._venues(what.venues)]

    def _news(self, what: News, begin: Ns) -> list[Incident]:
        peak = Conditions(what.rate_times, what.spread_times, what.depth_times)
        # News at the open came before it: the opening auction is held in its light, and so are the first quotes.
        begin -= 1 if begin == self._place.open else 0
        made: list[Incident] = []
        for symbol in self._reactive(what):
            made.append(Jump(begin, symbol, what.jump_sigmas))
            made.append(Subside(begin, symbol, peak, begin, _ns(what.decay_s)))
        return made

    def _momentum(self, what: Momentum, begin: Ns) -> list[Incident]:
        symbols = self._reactive(what) if what.drag_sigmas else self._symbols(what)
        return [
            Igniter(
                at=begin,
                symbol=symbol,
                is_buy=what.side == "buy",
                orders=what.orders,
                qty=what.qty,
                gap_ns=_ns(what.gap_s),
                reverse_ns=_ns(what.reverse_after_s),
                drag_sigmas=what.drag_sigmas,
            )
            for symbol in symbols
        ]

    def _ping(self, what: Ping, begin: Ns) -> list[Incident]:
        symbols = self._reactive(what) if what.drag_sigmas else self._symbols(what)
        for pool in self._venues(what.venues):
            if not isinstance(self._made(pool), HasPool):
                raise self._refusal("venues", f"{pool!r} is no pool that can be probed")
        return [
            Pinger(
                at=begin,
                until=begin + _ns(what.lasts_s),
                symbol=symbol,
                pool=pool,
                qty=what.qty,
                gap_ns=_ns(what.gap_s),
                run_qty=what.run_qty,
                hold_ns=_ns(what.hold_s),
                drag_sigmas=what.drag_sigmas,
            )
            for pool in what.venues
            for symbol in symbols
        ]

    def _locked(self, what: LockedMarket, begin: Ns) -> list[Incident]:
        (offering,), (bidding,) = self._lit("offering", (what.offering,)), self._lit("bidding", (what.bidding,))
        until = begin + _ns(what.lasts_s)
        made: list[Incident] = []
        first = STRANGER + (self._number * 1_000 + self._turn) * IDS_EACH
        for oid, symbol in enumerate(self._symbols(what), first):
            # Nobody resolves the lock for as long as it is to last.
            made.append(Begin(begin, Swayed(symbol, Conditions(chases=False)), until))
            made.append(
                Lock(
                    at=begin,
                    until=until,
                    instrument=self._place.instruments[symbol],
                    offering=offering,
                    bidding=bidding,
                    through=what.through_ticks,
                    qty=what.qty,
                    oid=oid,
                )
            )
        return made

    def _tuned(self, mic: str, what: Settings) -> Tuned:
        place = self._place
        try:
            tuned(self._made(mic), place.profiles[mic], place.seed, what.settings)
        except ValueError as error:
            raise self._refusal("settings", str(error)) from None
        return Tuned(mic, what.settings)

    # --- names

    def _symbols(self, what: Timed) -> tuple[str, ...]:
        known = self._place.instruments
        for symbol in what.symbols:
            if symbol not in known:
                raise self._refusal("symbols", f"{symbol!r} is not traded in this market: {', '.join(known)}")
        return what.symbols or tuple(known)

    def _reactive(self, what: Timed) -> tuple[str, ...]:
        """The symbols that a scenario may move: none of a recorded day, where history does not react."""
        reactive = self._place.reactive
        for symbol in self._symbols(what):
            if symbol not in reactive and (what.symbols or not reactive):
                raise self._refusal("symbols", f"{symbol} is a recorded day, which nothing can move")
        return what.symbols or reactive

    def _venues(self, mics: tuple[str, ...], key: str = "venues") -> tuple[str, ...]:
        known = self._place.profiles
        for mic in mics:
            if mic not in known:
                raise self._refusal(key, f"{mic!r} is no simulated venue of this market: {', '.join(known)}")
        return mics

    def _lit(self, key: str, mics: tuple[str, ...]) -> tuple[str, ...]:
        for mic in self._venues(mics, key):
            if mic not in self._place.lit:
                raise self._refusal(key, f"{mic!r} has no displayed book: {', '.join(self._place.lit)}")
        return mics

    def _made(self, mic: str) -> SimulatedVenue:
        """A venue of its kind, to be asked what it can."""
        place = self._place
        profile = place.profiles[mic]
        return place.factories[profile.plugin](profile, place.instruments, place.seed)

    def _refusal(self, key: str, why: str) -> ScenarioError:
        return ScenarioError(self._number, ("happening", self._turn, key), why)
