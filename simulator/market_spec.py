"""A market named in one line, and the world made from it.

`synthetic:SEED[:ACTIVITY]`, `lobster:MESSAGE_FILE`, `pitch:FILE:SYMBOL[:DATE]`, `crypto:FILE:SYMBOL`,
`consolidated:FOLDER:SYMBOL:DATE`, `bars:FILE:SYMBOL:DATE[:SEED]`, or several joined by `+`. A recorded part brings its
own symbol and date (PITCH has none in its file: without one it takes the market's); a synthetic part has every other
instrument that is configured. ACTIVITY multiplies the configured events per second (0.1: a day in miniature, with a
tenth of the volume).

It must not know the router, nor where configuration lies: the caller reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from msgspec.structs import replace

from router.api import SECOND, CalendarDay, Instrument, Ns, VenueFactory, VenueKind, VenueProfile
from simulator.bar_day import BarDay, BarError, bar_day
from simulator.consolidated import ConsolidatedSource, open_consolidated
from simulator.feeds import lobster
from simulator.feeds.crypto import first_day, open_crypto
from simulator.feeds.ohlc import Bar, read_ohlc
from simulator.feeds.orders import OrderFeed
from simulator.feeds.pitch import open_pitch
from simulator.feeds.text import QUANTA, parse_day
from simulator.replay import LobsterSource, OrderSource
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


class Pitch(NamedTuple):
    """`pitch:FILE:SYMBOL[:DATE]`."""

    path: Path
    symbol: str
    day: date | None = None


class Crypto(NamedTuple):
    """`crypto:FILE:SYMBOL`."""

    path: Path
    symbol: str


class Bars(NamedTuple):
    """`bars:FILE:SYMBOL:DATE[:SEED]`; the seed draws what the bars do not say."""

    path: Path
    symbol: str
    day: date
    seed: int = 1


Recorded: TypeAlias = Lobster | Consolidated | Pitch | Crypto | Bars
Part: TypeAlias = Synthetic | Recorded

FORMS: Final = (
    "synthetic:SEED[:ACTIVITY]",
    "lobster:MESSAGE_FILE",
    "pitch:FILE:SYMBOL[:DATE]",
    "crypto:FILE:SYMBOL",
    "consolidated:FOLDER:SYMBOL:DATE",
    "bars:FILE:SYMBOL:DATE[:SEED]",
)


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
    try:
        part = _read_part(kind, rest)
    except ValueError as error:
        raise SpecError(f"market {text!r}: {error}") from None
    if part is None:
        raise SpecError(f"market {text!r}: not {', '.join(FORMS[:-1])} or {FORMS[-1]}")
    return part


def _read_part(kind: str, rest: str) -> Part | None:
    """None for what has none of the forms; ValueError for a field that is not what its form says."""
    match kind, rest.split(":"):
        case "synthetic", [seed]:
            return _synthetic(seed)
        case "synthetic", [seed, activity]:
            return _synthetic(seed, activity)
        case "lobster", [_, *_] if rest:
            return Lobster(Path(rest))
        case "pitch", [file, symbol] if file and symbol:
            return Pitch(Path(file), symbol)
        case "pitch", [file, symbol, day] if file and symbol:
            return Pitch(Path(file), symbol, parse_day(day))
        case "crypto", [file, symbol] if file and symbol:
            return Crypto(Path(file), symbol)
        case "consolidated", [folder, symbol, day] if folder and symbol and day:
            return Consolidated(Path(folder), symbol, parse_day(day))
        case "bars", [file, symbol, day] if file and symbol and day:
            return Bars(Path(file), symbol, parse_day(day))
        case "bars", [file, symbol, day, seed] if file and symbol and day:
            return Bars(Path(file), symbol, parse_day(day), _whole(seed))
        case _:
            return None


def _whole(seed: str) -> int:
    try:
        return int(seed)
    except ValueError:
        raise ValueError(f"the seed {seed!r} is no whole number") from None


def _synthetic(seed: str, activity: str = "1") -> Synthetic:
    number = _whole(seed)
    try:
        factor = float(activity)
    except ValueError:
        raise ValueError(f"the activity {activity!r} is no number") from None
    if not 0 < factor <= ACTIVITY_MAX:
        raise ValueError(f"activity {activity}: above 0 and at most {ACTIVITY_MAX:g}")
    return Synthetic(number, factor)


def day_of(part: Part) -> str | None:
    """The date (YYYYMMDD) that a part brings with it; None for one that takes the market's."""
    match part:
        case Lobster(path):
            return f"{lobster.open_day(path).day:%Y%m%d}"
        case Crypto(path):
            return f"{first_day(path):%Y%m%d}"
        case Consolidated() | Pitch() | Bars() if part.day is not None:
            return f"{part.day:%Y%m%d}"
        case _:
            return None


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
    lit = lit_venues(venues, spec)
    date_ = _one_date([found for part in parts if (found := day_of(part))], day, spec)
    if len(parts) > sum(isinstance(part, Synthetic) for part in parts) and any(
        isinstance(each, EarlyClose) for file in scenarios for each in file.happening
    ):
        raise SpecError(f"market {spec!r}: a recorded day ends when it did: early-close is for a synthetic one")
    calendars = shortened(calendars, scenarios, date_)
    opener = _Opener(spec, lit, instruments, calendars, config, date_)
    days: dict[str, CalendarDay] = {}
    sources: list[MarketSource] = []
    for part in parts:
        if isinstance(part, Synthetic):
            continue
        symbol, session, source = opener.open(part)
        if symbol in days:
            raise SpecError(f"market {spec!r}: {symbol} comes twice")
        days[symbol] = session
        sources.append(source)
    for part in parts:
        if isinstance(part, Synthetic):
            free = [instrument for symbol, instrument in sorted(instruments.items()) if symbol not in days]
            made = [opener.synthetic(part, instrument) for instrument in free]
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
        lit=lit_venues(venues, market.day),
        profiles={venue.mic: venue for venue in venues if venue.enabled},
        factories=factories or FACTORIES,
        seed=seed,
    )
    return plan_scenarios(scenarios, place)


def lit_venues(venues: Sequence[VenueProfile], spec: str) -> tuple[str, ...]:
    """The enabled lit venues, in order; SpecError without one."""
    lit = tuple(venue.mic for venue in venues if venue.enabled and venue.kind is VenueKind.LIT)
    if not lit:
        raise SpecError(f"market {spec!r}: no lit venue is configured to hold it")
    return lit


def _one_date(recorded: Sequence[str], wanted: str | None, spec: str) -> str | None:
    dates = list(dict.fromkeys([*recorded, *([wanted] if wanted else [])]))
    if len(dates) > 1:
        raise SpecError(f"market {spec!r}: one trading date, not {' and '.join(dates)}")
    return dates[0] if dates else None


class _Opened(NamedTuple):
    symbol: str
    session: CalendarDay
    source: MarketSource


class _Opener(NamedTuple):
    """Makes the sources of one market's parts; each says which symbol and session it has."""

    spec: str
    lit: tuple[str, ...]
    instruments: Mapping[str, Instrument]
    calendars: Mapping[str, Sequence[CalendarDay]]
    config: MarketConfig
    day: str | None

    def open(self, part: Recorded) -> _Opened:
        """A recorded part. Its session is what its file covers; that of bars, which do not say, the calendar's."""
        match part:
            case Lobster(path):
                recording = lobster.open_day(path)
                self._in_quanta(recording.symbol)
                session = CalendarDay(f"{recording.day:%Y%m%d}", recording.open, recording.close)
                return _Opened(recording.symbol, session, LobsterSource(recording, self.lit[0]))
            case Consolidated(folder, symbol, day):
                self._in_quanta(symbol)
                tape = open_consolidated(folder, symbol, day)
                return _Opened(symbol, tape.session, ConsolidatedSource(tape, self.lit, self.config.exchanges))
            case Pitch(path, symbol, _):
                self._in_quanta(symbol)
                return self._orders(open_pitch(path, symbol, self._date(part)))
            case Crypto(path, symbol):
                return self._orders(open_crypto(path, symbol, self._instrument(symbol).price_scale))
            case Bars(path, symbol, day, seed):
                made = self._bar_day(self._in_quanta(symbol), read_ohlc(path, symbol, day), seed)
                itself = {mic: mic for mic in self.lit}
                return _Opened(symbol, made.session, ConsolidatedSource(made, self.lit, itself))

    def synthetic(self, part: Synthetic, instrument: Instrument) -> SyntheticSource:
        """The source of one instrument."""
        params = self.config.params(instrument.symbol)
        params = replace(params, events_per_second=params.events_per_second * part.activity)
        # A symbol's auctions are printed on its primary venue.
        lit, primary = self.lit, instrument.primary_venue
        mics = (primary, *(mic for mic in lit if mic != primary)) if primary in lit else lit
        return SyntheticSource(instrument, mics, params, self._session(instrument), part.seed)

    def _orders(self, feed: OrderFeed) -> _Opened:
        return _Opened(feed.symbol, feed.session, OrderSource(feed, self.lit[0]))

    def _bar_day(self, instrument: Instrument, bars: Sequence[Bar], seed: int) -> BarDay:
        shares = self.config.params(instrument.symbol).shares
        parts = [(mic, shares.get(mic, 1)) for mic in self.lit]
        try:
            return bar_day(instrument, self._session(instrument), bars, parts, seed)
        except BarError as error:
            raise SpecError(f"market {self.spec!r}: {error}") from None

    def _instrument(self, symbol: str) -> Instrument:
        instrument = self.instruments.get(symbol)
        if instrument is None:
            raise SpecError(f"market {self.spec!r}: {symbol} is not among the configured instruments")
        return instrument

    def _in_quanta(self, symbol: str) -> Instrument:
        """An instrument whose prices are said in 10^-4, as the equity formats write them."""
        instrument = self._instrument(symbol)
        if instrument.price_scale != QUANTA:
            raise SpecError(
                f"market {self.spec!r}: {symbol} has price_scale {instrument.price_scale}, the file {QUANTA}"
            )
        return instrument

    def _session(self, instrument: Instrument) -> CalendarDay:
        known = self.calendars.get(instrument.calendar, ())
        session = next((each for each in known if self.day is None or each.day == self.day), None)
        if session is None:
            raise SpecError(
                f"{instrument.symbol}: calendar {instrument.calendar} has no session {self.day or 'at all'}"
            )
        return session

    def _date(self, part: Pitch) -> date:
        if self.day is None:
            raise SpecError(f"market {self.spec!r}: a PITCH file has no date: pitch:{part.path}:{part.symbol}:DATE")
        return parse_day(self.day)
