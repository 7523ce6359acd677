"""From settings and a market's name to the parts of a running router: configuration, world, gateway, engine factory.

Knows which part needs which; runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Generic, TypeAlias, TypeVar
from zlib import crc32

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fixspec.dialect import Dialect
from fixspec.dialect_file import DialectError, load_dialect
from router.core.algo import AlgoFactory
from router.core.events import Genesis
from router.core.instruments import Instrument
from router.core.profiles import CalendarDay, EngineConfig, VenueProfile
from router.core.types import SECOND, Ns, Px
from router.core.venue import VenueFactory
from router.engine import Engine
from router.gateway import ClientSession, Gateway
from router.journal import EngineFactory
from router.runtime.plugins import FIX_PLUGIN, load_venues
from router.runtime.scenario_files import NONE, Scenarios, refuse_strange_dates, scenario_errors
from router.runtime.settings import Settings
from router.runtime.toml_file import SettingsError, refusal
from simulator.faults import with_faults
from simulator.feeds.text import FeedError
from simulator.market_spec import Market as MarketFlow
from simulator.market_spec import SpecError, Synthetic, build_world, day_of, lit_venues, open_market, parse_spec
from simulator.several_days import MORNING_NS, Date, SeveralDays, date_of
from simulator.synthetic_params import MarketConfig, opening_at, parse_market
from simulator.world import World

NO_MARKET: Final = "none"
LEAD_NS: Final[Ns] = 2 * SECOND
"""A simulated market starts this long before its open: time to log on, and no minute of waiting."""
LIVE_DAYS: Final = 35
"""How many days of calendar a router without a simulated market knows ahead: as long may an order live in its state."""


W = TypeVar("W")


class MarketOf(Struct, Generic[W], frozen=True):
    """A market that a router is run on. `world` None: venues are real, and the clock is the wall's."""

    spec: str
    config: EngineConfig
    world: W | None
    start: Ns


Market: TypeAlias = MarketOf[World]
AnyMarket: TypeAlias = MarketOf[World] | MarketOf[SeveralDays]


def make_days(
    settings: Settings, spec: str, day: str | None, days: int, scenarios: Scenarios = NONE
) -> MarketOf[SeveralDays]:
    """A synthetic market over `days` trading dates from `day` on, on which every instrument trades.

    Scenarios happen on each of them. SettingsError for a recorded market, which has one date, and what `make_market`
    refuses.
    """
    with scenario_errors(scenarios):
        try:
            if spec == NO_MARKET or not all(isinstance(part, Synthetic) for part in parse_spec(spec)):
                raise SettingsError(
                    f"--days {days}: market {spec!r} has its own days; only a synthetic one has several"
                )
            return _several(settings, spec, _trading_dates(settings, day, days), scenarios)
        except SpecError as error:
            raise SettingsError(str(error)) from None


def _several(settings: Settings, spec: str, dates: Sequence[str], scenarios: Scenarios) -> MarketOf[SeveralDays]:
    refuse_strange_dates(scenarios, dates)
    plain = settings.engine_config(dates[0], dates[-1])
    known = {name: tuple(each for each in days if each.day in dates) for name, days in plain.calendars.items()}
    config = replace(plain, calendars=known)
    instruments = {instrument.symbol: instrument for instrument in config.instruments}
    factories = load_venues()
    refuse_venue_settings(settings, config, factories)
    venues, synthetic = simulated_venues(config), market_config(settings)

    def date_on(number: int, date: str) -> Date:
        opened = open_market(spec, venues, instruments, known, synthetic, day=date, scenarios=scenarios.files)
        if any(session not in known[instruments[symbol].calendar] for symbol, session in opened.days.items()):
            raise SettingsError(f"--days: a scenario changes the session of {date}: early-close is for a single day")
        begins = opened.open - (LEAD_NS if number == 0 else MORNING_NS)

        def make(prices: Mapping[str, Px]) -> World:
            return build_world(
                spec,
                venues,
                instruments,
                known,
                seed=plain.seed if number == 0 else crc32(f"{plain.seed}:{date}".encode()),
                config=opening_at(synthetic, prices),
                day=date,
                start=begins,
                factories=factories,
                scenarios=scenarios.files,
            )

        return date_of(date, tuple(opened.days.values()), make, begins=begins)

    planned = [date_on(number, date) for number, date in enumerate(dates)]
    world = SeveralDays(planned, lit_venues(venues, spec))
    return MarketOf(f"{spec}{scenarios.names}", config, world, planned[0].begins)


def _trading_dates(settings: Settings, day: str | None, days: int) -> list[str]:
    """So many dates from `day` on (default: the last one that there was) on which every instrument trades."""
    first = day or _last_trading_day(settings)
    last = datetime.strptime(first, "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=2 * days + 14)
    calendars = settings.calendar_days(first, f"{last:%Y%m%d}")
    used = dict.fromkeys(instrument.calendar for instrument in settings.instruments(first))
    traded = [{session.day for session in calendars[name]} for name in used]
    found = sorted(set.intersection(*traded))[:days] if traded else []
    if len(found) < days or (day is not None and found[0] != day):
        raise SettingsError(
            f"--days {days}: not every instrument trades on {day or first} and {days - 1} days after it"
        )
    return found


def make_market(settings: Settings, spec: str, day: str | None, scenarios: Scenarios = NONE) -> Market:
    """The market named by `spec` ("none", or a simulated one on `day`). SettingsError says what cannot be had."""
    if spec == NO_MARKET:
        if scenarios.paths:
            raise SettingsError(f"--scenario {scenarios.paths[0]}: nothing is simulated with --market {NO_MARKET}")
        return _live(settings, day)
    try:
        with scenario_errors(scenarios):
            return _simulated(settings, spec, day, scenarios)
    except (SpecError, FeedError) as error:
        raise SettingsError(str(error)) from None


def _live(settings: Settings, day: str | None) -> Market:
    today = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC) if day else datetime.now(UTC)
    # West of Greenwich, yesterday's date may still be trading after midnight UTC.
    first = today if day else today - timedelta(days=1)
    last = today + timedelta(days=LIVE_DAYS)
    config = settings.engine_config(f"{today:%Y%m%d}", f"{last:%Y%m%d}", first=f"{first:%Y%m%d}")
    refuse_venue_settings(settings, config, {})  # what is simulated is not made here
    return MarketOf(NO_MARKET, config, None, 0)


def _simulated(settings: Settings, spec: str, day: str | None, scenarios: Scenarios) -> Market:
    day = _day_of(spec) or day or _last_trading_day(settings)
    refuse_strange_dates(scenarios, (day,))
    plain = settings.engine_config(day)
    instruments = {instrument.symbol: instrument for instrument in plain.instruments}
    factories = load_venues()
    refuse_venue_settings(settings, plain, factories)
    venues = simulated_venues(plain)
    synthetic = market_config(settings)
    opened = open_market(spec, venues, instruments, plain.calendars, synthetic, day=day, scenarios=scenarios.files)
    start = opened.open - LEAD_NS
    world = build_world(
        spec,
        venues,
        instruments,
        plain.calendars,
        seed=plain.seed,
        config=synthetic,
        day=day,
        start=start,
        factories=factories,
        scenarios=scenarios.files,
    )
    return MarketOf(f"{spec}{scenarios.names}", settings.engine_config(day, sessions=opened.days), world, start)


def open_simulated(settings: Settings, spec: str, day: str | None) -> tuple[tuple[str, ...], MarketFlow]:
    """The lit venues and the sources of a simulated market, without a world. SettingsError as `make_market`."""
    try:
        day = _day_of(spec) or day or _last_trading_day(settings)
        config = settings.engine_config(day)
        instruments = {instrument.symbol: instrument for instrument in config.instruments}
        venues = simulated_venues(config)
        opened = open_market(spec, venues, instruments, config.calendars, market_config(settings), day=day)
    except (SpecError, FeedError) as error:
        raise SettingsError(str(error)) from None
    return lit_venues(venues, spec), opened


def simulated_venues(config: EngineConfig) -> list[VenueProfile]:
    """The enabled venues that live in the simulator."""
    return [venue for venue in config.venues if venue.enabled and venue.plugin != FIX_PLUGIN]


def fix_venues(config: EngineConfig) -> list[VenueProfile]:
    """The enabled venues behind FIX sessions."""
    return [venue for venue in config.venues if venue.enabled and venue.plugin == FIX_PLUGIN]


def _day_of(spec: str) -> str | None:
    """The date that a recorded part brings with it."""
    return next((day for part in parse_spec(spec) if (day := day_of(part))), None)


def _last_trading_day(settings: Settings) -> str:
    """Today where there is trading, else the last day on which there was: what a synthetic market is set on."""
    today = datetime.now(UTC).date()
    first = f"{today - timedelta(days=10):%Y%m%d}"
    days: Mapping[str, tuple[CalendarDay, ...]] = settings.calendar_days(first, f"{today:%Y%m%d}")
    known = sorted(session.day for sessions in days.values() for session in sessions)
    if not known:
        raise SettingsError(f"{settings.config / 'calendars.toml'}: no trading day in the ten days up to {today}")
    return known[-1]


def market_config(settings: Settings) -> MarketConfig:
    """What `market.toml` says of simulated markets; the defaults without one."""
    path = settings.config / "market.toml"
    if not path.is_file():
        return MarketConfig()
    try:
        config = parse_market(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from None
    _refuse_strange_names(path, config, settings)
    return config


def _refuse_strange_names(path: Path, config: MarketConfig, settings: Settings) -> None:
    """What a market names is there: a share or an exchange of a venue that is not would go to nobody, and unsaid."""
    mics = [venue.mic for venue in settings.venues]
    named = [(f"exchanges.{letter}", mic) for letter, mic in config.exchanges.items()]
    for section in ("default", *config.symbol):
        place = section if section == "default" else f"symbol.{section}"
        named += [(f"{place}.shares", mic) for mic in config.params(section).shares]
    for key, mic in named:
        if mic not in mics:
            raise SettingsError(f"{path}: {key}: {mic!r} is no venue of venues.toml")
    symbols = [raw.symbol for raw in settings.reference.instruments]
    for symbol in config.symbol:
        if symbol not in symbols:
            raise SettingsError(f"{path}: symbol.{symbol}: no such instrument in instruments.toml")


def refuse_unknown_strategies(settings: Settings, algos: Mapping[str, AlgoFactory]) -> None:
    """A client's `default_strategy` must be installed: without it every order of that client would be refused."""
    for client in settings.clients:
        if client.default_strategy is not None and client.default_strategy not in algos:
            raise SettingsError(
                f"{settings.config / 'clients.toml'}: {client.comp_id}.default_strategy: "
                f"{client.default_strategy!r} is none of {', '.join(algos)}"
            )


def refuse_venue_settings(settings: Settings, config: EngineConfig, factories: Mapping[str, VenueFactory]) -> None:
    """Make each simulated venue once: its plug-in alone knows which `settings` there are. A FIX link has none."""
    path = settings.config / "venues.toml"
    instruments = {instrument.symbol: instrument for instrument in config.instruments}
    for number, venue in enumerate(settings.venues):
        under = ("venues", number, "settings")
        if venue.plugin == FIX_PLUGIN and venue.settings:
            key = next(iter(venue.settings))
            raise refusal(path, (*under, key), "a venue behind FIX has no settings of its own")
        make = factories.get(venue.plugin)
        if make is None:
            continue
        try:
            with_faults(make(venue, instruments, config.seed), venue, config.seed)
        except ValueError as error:
            raise refusal(path, under, str(error).removeprefix(f"venue {venue.mic}, settings: ")) from None


def engine_factory(algos: Mapping[str, AlgoFactory]) -> EngineFactory:
    """Makes the engine of a journal's first line: its configuration is what the journal says, not today's files."""

    def make(genesis: Genesis) -> Engine:
        return Engine(msgspec.json.decode(genesis.config_json, type=EngineConfig), algos)

    return make


def make_gateway(settings: Settings, config: EngineConfig) -> Gateway:
    """The gateway of all clients, each with its dialect; SettingsError names a dialect file that is wrong."""
    clients = {}
    for session in settings.sessions:
        if session.accepts:
            dialect = _dialect(settings, settings.dialects[session.theirs])
            clients[session.theirs] = ClientSession(session.theirs, session.begin_string, dialect)
    instruments: dict[str, Instrument] = {instrument.symbol: instrument for instrument in config.instruments}
    return Gateway(instruments, clients, [venue.mic for venue in config.venues if venue.enabled])


def _dialect(settings: Settings, name: str) -> Dialect:
    try:
        return load_dialect(settings.config / "dialects" / f"{name}.toml")
    except DialectError as error:
        raise SettingsError(str(error)) from None
