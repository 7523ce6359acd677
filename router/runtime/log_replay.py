"""A client's FIX log, replayed: its orders drive the engine at the log's own times, its reports come out as a FIX log.

The market is simulated from a seed, so that the same log gives the same bytes each time.

Nothing here reads a clock or opens a socket. Instruments that the log names and the settings do not are invented,
priced by the log's own limits: a log is replayed to see how the engine answers, not what the market did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from fixspec.codec import checksum, encode
from fixspec.dialect import Dialect
from fixspec.dialect_file import load_dialect
from fixspec.logs import Garbage, LogRecord, read_log
from fixspec.message import Message
from fixspec.values import ValueRefused, format_utc_timestamp, parse_utc_timestamp
from router.core.events import DayStart, Event, Genesis
from router.core.instruments import Instrument
from router.core.outputs import BusinessReject, CancelReject, ClientOutput, ExecReport, ListStatus, VenueCommand
from router.core.profiles import CalendarDay, ClientProfile, EngineConfig
from router.core.types import SECOND, Ns, Px
from router.engine import Engine
from router.gateway import ClientSession, Gateway
from router.runtime.pipeline import Batch, Pipeline
from router.runtime.plugins import load_algos, load_venues
from router.runtime.scenario_files import NONE, Scenarios, scenario_errors
from router.runtime.settings import Settings
from simulator.market_spec import build_world
from simulator.synthetic_params import MarketConfig
from simulator.world import World

REQUESTS: Final = frozenset({"D", "F", "G", "H", "E", "K", "L", "M"})
FRAMING: Final = frozenset({8, 9, 10})
THEIR_IDS: Final = frozenset({37})
"""OrderID(37) in a request is what the house of the log gave; ours differs, and ClOrdIDs say which order is meant."""
LEAD_NS: Final[Ns] = 60 * SECOND
"""The market opens this long before the log's first order: there is a price when it comes."""
TAIL_NS: Final[Ns] = 3_600 * SECOND
"""It closes this long after the last message, so that orders the log left open end as they would."""
ACTIVITY: Final = 0.05
"""Of the configured market's: a log may span a day, and wants prices rather than a crowd."""
HOURS: Final = "LOG"
"""The calendar of a replayed log: open while the log is."""


class ReplayError(ValueError):
    """A log that cannot be replayed; the text says why."""


@dataclass(frozen=True)
class Request:
    """One message of the client, with the log's time."""

    at: Ns
    line: int
    message: Message
    raw: str


@dataclass
class Replayed:
    """What came of a log: the report messages in order, and what was passed over."""

    lines: list[str] = field(default_factory=list)
    requests: int = 0
    garbage: list[Garbage] = field(default_factory=list)


def replay_log(
    path: Path,
    settings: Settings,
    *,
    seed: int = 1,
    client: str | None = None,
    dialect: Path | None = None,
    scenarios: Scenarios = NONE,
) -> Replayed:
    """Replay the log at `path`; `client` is the CompID whose orders count (default: of the first order).

    `dialect` is the client's dialect file (default: the one configured for it, else the standard one); `scenarios`
    happen in the simulated market. Raises ReplayError when there is nothing to replay, SettingsError for a scenario
    that this market cannot have.
    """
    replayed = Replayed()
    requests = list(_requests(path, client, replayed))
    if not requests:
        whose = f" of {client}" if client else ""
        raise ReplayError(f"{path}: no NewOrderSingle(D), cancel, replace or status request{whose} in it")
    replayed.requests = len(requests)
    peer = requests[0].message.get(49) or "CLIENT"
    house = requests[0].message.get(56) or "SLUICE"
    session = ClientSession(peer, _version(requests[0].message), _dialect(settings, peer, dialect))
    with scenario_errors(scenarios):
        stage = _Stage(settings, session, requests, seed, scenarios)
    writer = _Writer(session, house)
    for at, output in stage.run():
        replayed.lines.append(writer.line(at, stage.gateway, output))
    return replayed


def _requests(path: Path, client: str | None, replayed: Replayed) -> Iterator[Request]:
    """The client's requests in order of time; a message without a time comes when the one before it came."""
    now: Ns = 0
    for item in read_log(path):
        if isinstance(item, Garbage):
            replayed.garbage.append(item)
            continue
        message = item.message
        if message.get(35) not in REQUESTS or (client is not None and message.get(49) != client):
            continue
        client = client or message.get(49)
        now = max(now, _time(item) or now)
        yield Request(now, item.line, message, item.raw)


def _time(record: LogRecord) -> Ns | None:
    """When the message was: its SendingTime(52), else its TransactTime(60), else the logger's own time."""
    for tag in (52, 60):
        text = record.message.get(tag)
        if text:
            try:
                return parse_utc_timestamp(text, tag)
            except ValueRefused:
                continue
    return record.at_ns


def _text(message: Message) -> str:
    """The message as it was on the wire, less the other house's ids, with the length and checksum that logs spoil."""
    body = "".join(f"{tag}={value}\x01" for tag, value in message.fields if tag not in FRAMING | THEIR_IDS)
    text = f"8={_version(message)}\x019={len(body)}\x01{body}"
    return f"{text}10={checksum(text)}\x01"


def _version(message: Message) -> str:
    begin = message.get(8) or "FIX.4.4"
    return begin if begin in {"FIX.4.2", "FIX.4.4"} else "FIX.4.4"


def _dialect(settings: Settings, peer: str, path: Path | None) -> Dialect:
    name = settings.dialects.get(peer, "standard")
    return load_dialect(path or settings.config / "dialects" / f"{name}.toml")


class _Stage:
    """Engine, gateway and market for one log."""

    def __init__(
        self,
        settings: Settings,
        session: ClientSession,
        requests: Sequence[Request],
        seed: int,
        scenarios: Scenarios,
    ) -> None:
        self._requests = requests
        first, last = requests[0].at, requests[-1].at
        day = datetime.fromtimestamp(first // SECOND, UTC).strftime("%Y%m%d")
        hours = CalendarDay(day, first - LEAD_NS, last + TAIL_NS)
        known = {instrument.symbol: instrument for instrument in settings.instruments(day)}
        instruments, prices = _instruments(requests, session, known)
        config = _config(settings, day, hours, instruments, session.comp_id)
        self._until = hours.close + SECOND
        self._day = day
        self.world: World = build_world(
            f"synthetic:{seed}:{ACTIVITY}",
            config.venues,
            {instrument.symbol: instrument for instrument in config.instruments},
            config.calendars,
            seed=seed,
            config=_market(prices),
            day=day,
            start=hours.open,
            factories=load_venues(),
            scenarios=scenarios.files,
        )
        self.gateway = Gateway(
            {instrument.symbol: instrument for instrument in config.instruments},
            {session.comp_id: session},
            [venue.mic for venue in config.venues],
        )
        self._session = session
        self._said: list[tuple[Ns, ClientOutput]] = []
        self._pipeline = Pipeline(Engine(config, load_algos()), self._deliver, world=self.world, at=hours.open)
        self._seed = seed

    def run(self) -> list[tuple[Ns, ClientOutput]]:
        """All reports, with their times."""
        self._pipeline.submit(self._pipeline.at, [Genesis(f"L{self._seed}", "{}"), DayStart(self._day)])
        for request in self._requests:
            self._go_on_to(request.at)
            event: Event = self.gateway.to_event(self._session.comp_id, _text(request.message))
            self._pipeline.submit(request.at, [event])
        self._go_on_to(self._until)
        return self._said

    def _go_on_to(self, at: Ns) -> None:
        while not self._pipeline.run_until(at):
            pass

    def _deliver(self, batch: Batch) -> None:
        for output in batch.outputs:
            if isinstance(output, ExecReport | CancelReject | ListStatus | BusinessReject):
                self._said.append((batch.at, output))
            elif isinstance(output, VenueCommand):
                self.world.send(batch.at, output)


def _config(
    settings: Settings, day: str, hours: CalendarDay, instruments: Sequence[Instrument], peer: str
) -> EngineConfig:
    """The engine as configured, but for the log's own hours, instruments and client."""
    base = settings.engine_config(day)
    clients = [client for client in base.clients if client.comp_id == peer] or [ClientProfile(peer)]
    return EngineConfig(
        instruments=tuple(instruments),
        venues=tuple(venue for venue in base.venues if venue.enabled and venue.plugin != "fix"),
        clients=tuple(clients),
        calendars={HOURS: (hours,)},
        rules=base.rules,
        router=base.router,
        curves=base.curves,
        curve_days=base.curve_days,
        seed=base.seed,
        child_reply_timeout_ns=base.child_reply_timeout_ns,
    )


def _instruments(
    requests: Sequence[Request], session: ClientSession, known: Mapping[str, Instrument]
) -> tuple[list[Instrument], dict[str, Px]]:
    """The log's instruments in order of first mention, and a price for each: its first limit, or a round default."""
    found: dict[str, Instrument] = {}
    prices: dict[str, Px] = {}
    for request in requests:
        try:
            symbol = session.dialect.symbol_of(request.message)
            currency, minor = session.dialect.currency_of(request.message)
        except ValueRefused:
            continue
        instrument = known.get(symbol) or Instrument(symbol, currency=currency or "USD")
        found.setdefault(symbol, _with_hours(instrument))
        text = request.message.get(44)
        if symbol not in prices and text and _is_decimal(text):
            prices[symbol] = int(Decimal(text) * instrument.price_scale / minor)
    return list(found.values()), prices


def _with_hours(instrument: Instrument) -> Instrument:
    return Instrument(
        instrument.symbol,
        currency=instrument.currency,
        asset_class=instrument.asset_class,
        price_scale=instrument.price_scale,
        multiplier=instrument.multiplier,
        round_lot=instrument.round_lot,
        ticks=instrument.ticks,
        calendar=HOURS,
        adv=instrument.adv,
    )


def _is_decimal(text: str) -> bool:
    return text.replace(".", "", 1).isdigit() and Decimal(text) > 0


def _market(prices: Mapping[str, Px]) -> MarketConfig:
    return MarketConfig(symbol={symbol: {"open_px": max(px, 1)} for symbol, px in prices.items()})


class _Writer:
    """Reports as lines of a FIX log, numbered as one session would."""

    def __init__(self, session: ClientSession, house: str) -> None:
        self._session = session
        self._house = house
        self._seq_num = 0

    def line(self, at: Ns, gateway: Gateway, output: ClientOutput) -> str:
        """`YYYYMMDD-HH:MM:SS.sss : 8=FIX...`, the form of QuickFIX's FileLog, with `|` for SOH."""
        msg_type, fields = gateway.to_fix(output)
        self._seq_num += 1
        time = format_utc_timestamp(at, 3)
        head = [(49, self._house), (56, self._session.comp_id), (34, str(self._seq_num)), (52, time)]
        text = encode(msg_type, [*head, *fields], self._session.begin_string)
        return f"{time} : {text.replace(chr(1), '|')}"


def first_difference(got: Sequence[str], wanted: Sequence[str], *, context: int = 2) -> str | None:
    """The first line in which two logs differ, with the lines before it; None if they are the same."""
    for number, (mine, theirs) in enumerate(zip(got, wanted, strict=False)):
        if mine != theirs:
            before = [f"  {line}" for line in got[max(0, number - context) : number]]
            return "\n".join([f"line {number + 1} differs:", *before, f"- {theirs}", f"+ {mine}"])
    if len(got) != len(wanted):
        longer, sign = (got, "+") if len(got) > len(wanted) else (wanted, "-")
        number = min(len(got), len(wanted))
        return f"{len(got)} lines instead of {len(wanted)}; the first that has no counterpart:\n{sign} {longer[number]}"
    return None
