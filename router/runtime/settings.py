"""Settings: a home directory's files into the structs that the engine, the gateway and the sessions are made of.

A home holds `sessions.cfg` and `config/*.toml`. Knows which file holds what; what a setting does is said in its file
and by its struct. Every error names the file, the line where there is one, and the key.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from router.core.instruments import Instrument
from router.core.profiles import (
    AtLeast0,
    AtLeast1,
    CalendarDay,
    ClientProfile,
    EngineConfig,
    RiskLimits,
    RouterSettings,
    RuleProfile,
    VenueProfile,
)
from router.core.types import SECOND, Ppm, Qty
from router.market.calendar import RawCalendar, calendar_days
from router.market.reference import RawReference, resolve_instruments
from router.runtime.fix.sessions_file import FixSession, read_sessions
from router.runtime.journal_file import Durability
from router.runtime.toml_file import SettingsError, convert_section, key_line, read_toml

SESSIONS_NAME: Final = "sessions.cfg"
VENUE_SESSIONS_NAME: Final = "venue-sessions.cfg"
"""Of the simulated venues, where they run as a process of their own: not the router's to read."""
CONFIG_NAME: Final = "config"
ADV_TABLE: Final = "adv"
DAYS_TABLE: Final = "days"
"""The keys of curves.toml that are no symbols: numbers by symbol."""


class ClientSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[[client]]` of `clients.toml`: what the client asked of us. `dialect` names a file of `config/dialects`."""

    comp_id: str
    dialect: str = "standard"
    cancel_on_disconnect: bool = False
    default_strategy: str | None = None
    self_match_id: str | None = None
    pending_new: bool = False
    report_halts: bool = True
    refuse_replace_below_cum: bool = False
    queue_replaces: bool = True


class ClientsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `clients.toml`."""

    client: tuple[ClientSettings, ...] = ()


class RiskFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `risk.toml`: limits for everybody, and by CompID what differs."""

    default: dict[str, object] = {}
    client: dict[str, dict[str, object]] = {}


class VenuesFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `venues.toml`."""

    venues: tuple[VenueProfile, ...]


class CalendarsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `calendars.toml`."""

    calendars: dict[str, RawCalendar]


class EngineSection(Struct, frozen=True, forbid_unknown_fields=True):
    """`[engine]` of `engine.toml`."""

    seed: int = 0
    child_reply_timeout_ns: AtLeast1 = 2 * SECOND


class JournalSection(Struct, frozen=True, forbid_unknown_fields=True):
    """`[journal]` of `engine.toml`."""

    durability: Durability = "process"


class EngineFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `engine.toml`."""

    engine: EngineSection = EngineSection()
    journal: JournalSection = JournalSection()
    router: RouterSettings = RouterSettings()
    rules: tuple[RuleProfile, ...] = (RuleProfile(),)


class Settings(Struct, frozen=True):
    """Everything read from one home; dated rules are not resolved yet."""

    home: Path
    sessions: tuple[FixSession, ...]
    clients: tuple[ClientProfile, ...]
    dialects: dict[str, str]
    """By client CompID, the name of its dialect."""
    venues: tuple[VenueProfile, ...]
    reference: RawReference
    calendars: dict[str, RawCalendar]
    engine: EngineFile
    curves: dict[str, tuple[Ppm, ...]]
    """From `curves.toml`, written by `sluice curves`: ppm per equal bin by symbol, "*" for all others."""
    adv: dict[str, Qty]
    """From the same file: average daily volume, for an instrument whose own table does not say it."""
    curve_days: dict[str, int]
    """From the same file: how many days each curve is from, where it says so."""

    @property
    def config(self) -> Path:
        return config_folder(self.home)

    def instruments(self, day: str) -> tuple[Instrument, ...]:
        """The instruments as they stand on `day` (YYYYMMDD)."""
        try:
            resolved = resolve_instruments(self.reference, day)
        except ValueError as error:
            raise SettingsError(f"{self.config / 'instruments.toml'}: {error}") from None
        return tuple(self._with_adv(instrument) for instrument in resolved)

    def _with_adv(self, instrument: Instrument) -> Instrument:
        adv = self.adv.get(instrument.symbol)
        return instrument if instrument.adv is not None or adv is None else replace(instrument, adv=adv)

    def calendar_days(self, first: str, last: str) -> dict[str, tuple[CalendarDay, ...]]:
        """Every calendar's sessions from `first` to `last`, both included."""
        try:
            return {name: calendar_days(raw, first, last) for name, raw in self.calendars.items()}
        except ValueError as error:
            raise SettingsError(f"{self.config / 'calendars.toml'}: {error}") from None

    def engine_config(
        self,
        day: str,
        last: str | None = None,
        *,
        first: str | None = None,
        sessions: Mapping[str, CalendarDay] | None = None,
    ) -> EngineConfig:
        """What the engine is made of on `day`.

        Calendars reach from `first` to `last` (default: that day alone). `sessions`, by symbol, override them where a
        replayed market brings its own; see `_own_sessions`.
        """
        calendars = self.calendar_days(first or day, last or day)
        instruments, own = _own_sessions(self.instruments(day), calendars, sessions or {})
        return EngineConfig(
            instruments=instruments,
            venues=self.venues,
            clients=self.clients,
            calendars={**calendars, **own},
            rules=self.engine.rules,
            router=self.engine.router,
            curves=self.curves,
            curve_days=self.curve_days,
            seed=self.engine.engine.seed,
            child_reply_timeout_ns=self.engine.engine.child_reply_timeout_ns,
        )


def _own_sessions(
    instruments: Sequence[Instrument],
    calendars: Mapping[str, Sequence[CalendarDay]],
    sessions: Mapping[str, CalendarDay],
) -> tuple[tuple[Instrument, ...], dict[str, tuple[CalendarDay, ...]]]:
    """The instruments with the calendars that they trade by, and those calendars.

    Where all symbols of a calendar have one session, it is the calendar's. Where they have several, each that the
    calendar does not have is a calendar of its own, `CALENDAR:SYMBOL`.
    """
    shared: dict[str, list[CalendarDay]] = {}
    for each in instruments:
        if each.symbol in sessions:
            shared.setdefault(each.calendar, []).append(sessions[each.symbol])
    own: dict[str, tuple[CalendarDay, ...]] = {}
    for name, days in shared.items():
        if days.count(days[0]) == len(days):
            own[name] = (days[0],)
    placed: list[Instrument] = []
    for each in instruments:
        session, calendar = sessions.get(each.symbol), each.calendar
        if session is not None and calendar not in own and session not in calendars.get(calendar, ()):
            calendar = f"{calendar}:{each.symbol}"
            own[calendar] = (session,)
        placed.append(replace(each, calendar=calendar))
    return tuple(placed), own


def default_home() -> Path:
    """Where the shipped settings are: the repository's root when editable, else inside the installed package."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / SESSIONS_NAME).is_file() else Path(__file__).resolve().parent / "shipped"


def config_folder(home: Path) -> Path:
    """Where a home's TOML files are: beside its sessions.cfg, or in `config` as in the shipped one."""
    return home / CONFIG_NAME if (home / CONFIG_NAME).is_dir() else home


def write_home(target: Path, *, source: Path | None = None) -> list[Path]:
    """Copy the shipped settings to `target` as a start of one's own; what is already there is never overwritten."""
    source = source or default_home()
    tables = config_folder(source)
    names = [name for name in (SESSIONS_NAME, VENUE_SESSIONS_NAME) if (source / name).is_file()]
    copies = {target / name: source / name for name in names}
    copies |= {target / path.relative_to(tables): path for path in sorted(tables.rglob("*.toml"))}
    for copy in copies:
        if copy.exists():
            raise SettingsError(f"{copy}: is there already; nothing is overwritten")
    for copy, path in copies.items():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return list(copies)


def read_settings(home: Path) -> Settings:
    """All settings of a home. Raises SettingsError at the first thing wrong."""
    config = config_folder(home)
    sessions = read_sessions(home / SESSIONS_NAME)
    clients_path = config / "clients.toml"
    clients = read_toml(clients_path, ClientsFile).client
    limits = _limits(config / "risk.toml", [client.comp_id for client in clients])
    venues = read_toml(config / "venues.toml", VenuesFile).venues
    _refuse_strays(clients_path, clients, sessions, venues)
    reference = read_toml(config / "instruments.toml", RawReference)
    calendars = read_toml(config / "calendars.toml", CalendarsFile).calendars
    _refuse_dangling(config, venues, reference, calendars)
    curves, adv, curve_days = _curves(config / "curves.toml")
    return Settings(
        home=home,
        sessions=sessions,
        clients=tuple(_profile(client, limits[client.comp_id]) for client in clients),
        dialects={client.comp_id: client.dialect for client in clients},
        venues=venues,
        reference=reference,
        calendars=calendars,
        engine=read_toml(config / "engine.toml", EngineFile),
        curves=curves,
        adv=adv,
        curve_days=curve_days,
    )


def _curves(path: Path) -> tuple[dict[str, tuple[Ppm, ...]], dict[str, int], dict[str, int]]:
    """Each curve by itself: of a whole table it would not be known which one is wrong. Then volumes, and days."""
    if not path.is_file():
        return {}, {}, {}
    raw = read_toml(path, dict[str, object])
    adv, days = (_counts(path, table, raw.pop(table, {})) for table in (ADV_TABLE, DAYS_TABLE))
    curves = {symbol: convert_section(path, (symbol,), bins, tuple[AtLeast0, ...]) for symbol, bins in raw.items()}
    return curves, adv, days


def _counts(path: Path, table: str, raw: object) -> dict[str, int]:
    counts: dict[str, int] = {}
    for symbol, number in convert_section(path, (table,), raw, dict[str, object]).items():
        counts[symbol] = convert_section(path, (table, symbol), number, int)
        if counts[symbol] < 1:
            raise SettingsError(f"{path}: {table}.{symbol}: must be at least 1: got {number}")
    return counts


def _profile(client: ClientSettings, limits: RiskLimits) -> ClientProfile:
    return ClientProfile(
        comp_id=client.comp_id,
        limits=limits,
        cancel_on_disconnect=client.cancel_on_disconnect,
        default_strategy=client.default_strategy,
        self_match_id=client.self_match_id,
        pending_new=client.pending_new,
        report_halts=client.report_halts,
        refuse_replace_below_cum=client.refuse_replace_below_cum,
        queue_replaces=client.queue_replaces,
    )


def _limits(path: Path, clients: Iterable[str]) -> dict[str, RiskLimits]:
    """Each client's limits: the defaults, with what `[client.COMPID]` says instead. "none" switches a limit off."""
    raw = read_toml(path, RiskFile)
    known = list(clients)
    strays = [name for name in raw.client if name not in known]
    if strays:
        raise SettingsError(f"{path}: client.{strays[0]}: no such client in clients.toml")
    default = _none(raw.default)
    convert_section(path, ("default",), default, RiskLimits)
    return {name: _own_limits(path, name, default, _none(raw.client.get(name, {}))) for name in known}


def limits_of(settings: Settings, client: str | None) -> ClientProfile:
    """The client of that CompID; of none, whom the defaults of `risk.toml` hold for. SettingsError for a stranger."""
    if client is None:
        everybody = "everybody ([default] of risk.toml)"
        return ClientProfile(comp_id=everybody, limits=default_limits(settings))
    found = next((each for each in settings.clients if each.comp_id == client), None)
    if found is None:
        known = ", ".join(each.comp_id for each in settings.clients)
        raise SettingsError(
            f"{settings.config / 'clients.toml'}: has no client {client!r}, but {known or 'none at all'}"
        )
    return found


def default_limits(settings: Settings) -> RiskLimits:
    """`[default]` of `risk.toml`."""
    return msgspec.convert(_none(read_toml(settings.config / "risk.toml", RiskFile).default), RiskLimits)


def _own_limits(path: Path, name: str, default: dict[str, object], own: dict[str, object]) -> RiskLimits:
    convert_section(path, ("client", name), own, RiskLimits)
    for key, value in (default | own).items():
        if isinstance(value, int) and value < 0:
            section = f"client.{name}" if key in own else "default"
            raise SettingsError(f'{path}: {section}.{key}: a limit is 0 or more, or "none": got {value}')
    return msgspec.convert(default | own, RiskLimits)


def strange_symbols(settings: Settings) -> Iterator[str]:
    """Symbols of limits that are no instruments, each by file, line and key: misspelt, or not traded here at all.

    Not refused: a house's restricted list is longer than what it trades by this router.
    """
    path = settings.config / "risk.toml"
    raw = read_toml(path, RiskFile)
    known = [instrument.symbol for instrument in settings.reference.instruments]
    sections = [(("default",), raw.default), *((("client", name), own) for name, own in raw.client.items())]
    for under, limits in sections:
        for key in ("symbols", "restricted"):
            named = limits.get(key)
            for symbol in named if isinstance(named, list) else ():
                if symbol not in known:
                    place = f"{path}:{key_line(path, (*under, key))}: {'.'.join((*under, key))}"
                    yield f"{place}: {symbol!r} is no instrument of instruments.toml"


def _none(keys: dict[str, object]) -> dict[str, object]:
    """TOML cannot say None; the text "none" does."""
    return {key: None if value == "none" else value for key, value in keys.items()}


def _refuse_dangling(
    config: Path, venues: Sequence[VenueProfile], reference: RawReference, calendars: Mapping[str, RawCalendar]
) -> None:
    """A MIC names one venue, and what an instrument names is there."""
    mics = [venue.mic for venue in venues]
    for number, mic in enumerate(mics):
        if mic in mics[:number]:
            raise SettingsError(f"{config / 'venues.toml'}: venues[{number}].mic: {mic} is there twice")
    for raw in reference.instruments:
        if raw.calendar not in calendars:
            known = ", ".join(calendars)
            raise SettingsError(
                f"{config / 'instruments.toml'}: {raw.symbol}.calendar: {raw.calendar!r} is none of {known}"
            )


def _refuse_strays(
    path: Path, clients: Sequence[ClientSettings], sessions: Sequence[FixSession], venues: Sequence[VenueProfile]
) -> None:
    """Every accepting session is a client's and every client has one; every connecting session is a venue's."""
    known = [client.comp_id for client in clients]
    if len(set(known)) < len(known):
        raise SettingsError(f"{path}: client: a comp_id is there twice in {', '.join(known)}")
    accepting = [session.theirs for session in sessions if session.accepts]
    for name in [*accepting, *known]:
        if name not in known:
            raise SettingsError(f"{path}: client: {name} has a session in sessions.cfg and no [[client]] here")
        if name not in accepting:
            raise SettingsError(f"{path}: client: {name} has no accepting session in sessions.cfg")
    mics = [venue.mic for venue in venues]
    for session in sessions:
        if not session.accepts and session.theirs not in mics:
            raise SettingsError(f"sessions.cfg:{session.line}: {session.theirs} is no venue of venues.toml")
