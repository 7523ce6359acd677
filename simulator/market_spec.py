"""A market named in one line, and the world made from it.

`synthetic:SEED[:ACTIVITY]`, `lobster:MESSAGE_FILE`, `consolidated:FOLDER:SYMBOL:DATE`, or several joined by `+`.
A recorded part brings its own symbol and date; a synthetic part has every other instrument that is configured. ACTIVITY
multiplies the configured events per second (0.1: a day in miniature, with a tenth of the volume).

It must not know the router, nor where configuration lies: the caller reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from router.api import SECOND, CalendarDay, Instrument, Ns, VenueFactory, VenueKind, VenueProfile
from simulator.consolidated import ConsolidatedDay, ConsolidatedSource, open_consolidated
from simulator.feeds import lobster
from simulator.feeds.text import parse_day
from simulator.replay import LobsterSource
from simulator.scenario import Scenario
from simulator.scenario_file import EarlyClose, ScenarioFile
from simulator.scenario_plan import Place, plan_scenarios, shortened
from simulator.source import MarketSource, Sways
from simulator.synthetic import SyntheticSource
from simulator.synthetic_params import MarketConfig
from simulator.world import FACTORIES, World

ACTIVITY_MAX = 1_000.0
LEAD_NS: Ns = 60 * SECOND
"""The world starts this long before the open, so that an engine is told of the session before anything trades."""


class SpecError(ValueError):
    """A market that cannot be had; the text names the part and what is wrong with it."""


class Synthetic(NamedTuple):
    """`synthetic:SEED[:ACTIVITY]`."""

    seed: int
    activity: float = 1.0


class Lobster(NamedTuple):
    """`lobster:MESSAGE_FILE`."""

    path: Path


class Consolidated(NamedTuple):
    """`consolidated:FOLDER:SYMBOL:DATE`."""

    folder: Path
    symbol: str
    day: date


Part: TypeAlias = Synthetic | Lobster | Consolidated


class Market(NamedTuple):
    """What a specification comes to: a trading date (YYYYMMDD), the symbols that trade, their sessions and sources."""

    day: str
    symbols: tuple[str, ...]
    days: dict[str, CalendarDay]
    sources: tuple[MarketSource, ...]

    @property
    def open(self) -> Ns:
        return min(day.open for day in self.days.values())

    @property
    def close(self) -> Ns:
        return max(day.close for day in self.days.values())


def parse_spec(text: str) -> tuple[Part, ...]:
    """The parts of a specification, in order; SpecError names the part that is not one."""
    parts = tuple(_parse_part(part.strip()) for part in text.split("+"))
    if sum(isinstance(part, Synthetic) for part in parts) > 1:
        raise SpecError(f"market {text!r}: one synthetic part, which has every instrument that is left")
    return parts


def _parse_part(text: str) -> Part:
    kind, _, rest = text.partition(":")
    fields = rest.split(":")
    try:
        if kind == "synthetic" and 1 <= len(fields) <= 2:
            return _synthetic(*fields)
        if kind == "lobster" and rest:
            return Lobster(Path(rest))
        if kind == "consolidated" and len(fields) == 3 and all(fields):
            return Consolidated(Path(fields[0]), fields[1], parse_day(fields[2]))
    except ValueError as error:
        raise SpecError(f"market {text!r}: {error}") from None
    raise SpecError(
        f"market {text!r}: not synthetic:SEED[:ACTIVITY], lobster:MESSAGE_FILE or consolidated:FOLDER:SYMBOL:DATE"
    )


def _synthetic(seed: str, activity: str = "1") -> Synthetic:
    try:
        number, factor = int(seed), float(activity)
    except ValueError:
        seed_is_one = seed.removeprefix("-").isdecimal()
        raise ValueError(
            f"the activity {activity!r} is no number" if seed_is_one else f"the seed {seed!r} is no whole number"
        ) from None
    if not 0 < factor <= ACTIVITY_MAX:
        raise ValueError(f"activity {activity}: above 0 and at most {ACTIVITY_MAX:g}")
    return Synthetic(number, factor)


def open_market(
    spec: str,
    venues: Sequence[VenueProfile],
    instruments: Mapping[str, Instrument],
    calendars: Mapping[str, Sequence[CalendarDay]],
    config: MarketConfig,
    *,
    day: str | None = None,
    scenarios: Sequence[ScenarioFile] = (),
) -> Market:
    """The sources and sessions of `spec`. `day` (YYYYMMDD) is a synthetic market's date; the first one known if None.

    `scenarios` may close it early (`plan_scenarios` has the rest of them), which raises ScenarioError where it cannot
    be. SpecError when a symbol, a venue or a date is not configured, two parts claim one symbol, or their dates differ.
    """
    parts = parse_spec(spec)
    lit = _lit(venues, spec)
    recorded = [_recorded(part, lit, config) for part in parts if not isinstance(part, Synthetic)]
    date_ = _one_date([found.day.day for found in recorded], day, spec)
    if recorded and any(isinstance(each, EarlyClose) for file in scenarios for each in file.happening):
        raise SpecError(f"market {spec!r}: a recorded day ends when it did: early-close is for a synthetic one")
    calendars = shortened(calendars, scenarios, date_)
    days: dict[str, CalendarDay] = {}
    sources: list[MarketSource] = []
    for found in recorded:
        if found.symbol not in instruments:
            raise SpecError(f"market {spec!r}: {found.symbol} is not among the configured instruments")
        if found.symbol in days:
            raise SpecError(f"market {spec!r}: {found.symbol} comes twice")
        days[found.symbol] = found.day
        sources.append(found.source)
    for part in parts:
        if isinstance(part, Synthetic):
            free = [instrument for symbol, instrument in sorted(instruments.items()) if symbol not in days]
            made = _make(part, lit, free, calendars, config=config, day=date_)
            days |= {source.symbol: source.day for source in made}
            sources += made
    if not sources:
        raise SpecError(f"market {spec!r}: no instrument is left to trade")
    return Market(next(iter(days.values())).day, tuple(days), days, tuple(sources))


def build_world(
    spec: str,
    venues: Sequence[VenueProfile],
    instruments: Mapping[str, Instrument],
    calendars: Mapping[str, Sequence[CalendarDay]],
    *,
    seed: int,
    config: MarketConfig,
    day: str | None = None,
    start: Ns | None = None,
    extra: Sequence[MarketSource] = (),
    factories: Mapping[str, VenueFactory] | None = None,
    scenarios: Sequence[ScenarioFile] = (),
) -> World:
    """The world of `spec`, beginning at `start` (a minute before the open if None), with what `scenarios` bring to it.

    `seed` moves latencies, dark contra flow and crosses; a synthetic market has its own in the specification. `extra`
    are sources of your own. Raises as `open_market` does, and ScenarioError for a scenario that cannot happen here.
    """
    market = open_market(spec, venues, instruments, calendars, config, day=day, scenarios=scenarios)
    traded = {symbol: instruments[symbol] for symbol in market.symbols}
    planned = (plan(market, scenarios, venues, traded, seed=seed, factories=factories),) if scenarios else ()
    return World(
        venues,
        traded,
        (*market.sources, *planned, *extra),
        seed=seed,
        start=market.open - LEAD_NS if start is None else start,
        factories=factories,
        days=market.days,
    )


def plan(
    market: Market,
    scenarios: Sequence[ScenarioFile],
    venues: Sequence[VenueProfile],
    instruments: Mapping[str, Instrument],
    *,
    seed: int,
    factories: Mapping[str, VenueFactory] | None = None,
) -> Scenario:
    """The source of what `scenarios` bring to a market; ScenarioError where they cannot."""
    place = Place(
        day=market.day,
        open=market.open,
        close=market.close,
        instruments=instruments,
        reactive=tuple(source.symbol for source in market.sources if isinstance(source, Sways)),
        lit=_lit(venues, market.day),
        profiles={venue.mic: venue for venue in venues if venue.enabled},
        factories=factories or FACTORIES,
        seed=seed,
    )
    return plan_scenarios(scenarios, place)


class _Recorded(NamedTuple):
    symbol: str
    day: CalendarDay
    source: MarketSource


def _lit(venues: Sequence[VenueProfile], spec: str) -> tuple[str, ...]:
    lit = tuple(venue.mic for venue in venues if venue.enabled and venue.kind is VenueKind.LIT)
    if not lit:
        raise SpecError(f"market {spec!r}: no lit venue is configured to hold it")
    return lit


def _recorded(part: Lobster | Consolidated, lit: tuple[str, ...], config: MarketConfig) -> _Recorded:
    """A recorded part with its own session: what the file covers, not what a calendar says."""
    if isinstance(part, Lobster):
        recording = lobster.open_day(part.path)
        session = CalendarDay(f"{recording.day:%Y%m%d}", recording.open, recording.close)
        return _Recorded(recording.symbol, session, LobsterSource(recording, lit[0]))
    tape: ConsolidatedDay = open_consolidated(part.folder, part.symbol, part.day)
    return _Recorded(tape.symbol, tape.session, ConsolidatedSource(tape, lit, config.exchanges))


def _one_date(recorded: Sequence[str], wanted: str | None, spec: str) -> str | None:
    dates = list(dict.fromkeys([*recorded, *([wanted] if wanted else [])]))
    if len(dates) > 1:
        raise SpecError(f"market {spec!r}: one trading date, not {' and '.join(dates)}")
    return dates[0] if dates else None


def _make(
    part: Synthetic,
    lit: tuple[str, ...],
    instruments: Sequence[Instrument],
    calendars: Mapping[str, Sequence[CalendarDay]],
    *,
    config: MarketConfig,
    day: str | None,
) -> list[SyntheticSource]:
    sources = []
    for instrument in instruments:
        known = calendars.get(instrument.calendar, ())
        session = next((each for each in known if day is None or each.day == day), None)
        if session is None:
            raise SpecError(f"{instrument.symbol}: calendar {instrument.calendar} has no session {day or 'at all'}")
        params = config.params(instrument.symbol)
        params = replace(params, events_per_second=params.events_per_second * part.activity)
        # A symbol's auctions are printed on its primary venue.
        primary = instrument.primary_venue
        mics = (primary, *(mic for mic in lit if mic != primary)) if primary in lit else lit
        sources.append(SyntheticSource(instrument, mics, params, session, part.seed))
    return sources
