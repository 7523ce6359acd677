"""`sluice run`: sessions, engine and market, until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click
import msgspec
from msgspec import Struct
from structlog.typing import FilteringBoundLogger

from router.core.events import Genesis
from router.core.profiles import EngineConfig
from router.core.types import SECOND, Ns
from router.runtime.agenda import DAY_END_NS
from router.runtime.assembly import (
    LEAD_NS,
    AnyMarket,
    engine_factory,
    fix_venues,
    make_days,
    make_gateway,
    make_market,
    refuse_unknown_strategies,
)
from router.runtime.clock import Clock, NoClock, PacedClock, WallClock
from router.runtime.collector import settle
from router.runtime.console import HOME_OPTION, errors_as_lines, make_log, settings_of
from router.runtime.fix.fix_venue import FixVenueLink
from router.runtime.fix.sessions_file import FixSession
from router.runtime.journal_file import JournalFile
from router.runtime.plugins import load_algos
from router.runtime.scenario_files import SCENARIO_OPTION, read_scenarios
from router.runtime.settings import Settings, strange_symbols
from simulator.market_spec import FORMS

SETTLE_NS: Final[Ns] = 60 * SECOND
"""How long after the day's end `--speed max` runs on: what was asked of a venue by then has been answered, or has timed
out."""


HOLD_NS: Final[Ns] = SECOND
"""How long after its open `--hold` holds a market: there is a price then, without which an order is refused."""


class Options(Struct, frozen=True):
    """The command's options."""

    home: Path | None
    state: Path
    market: str
    speed: float | None
    day: str | None
    days: int
    port: int | None
    hold: bool
    scenarios: tuple[str, ...]


class _Speed(click.ParamType[float | None]):
    name = "speed"

    def convert(
        self, value: str | float | None, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | None:
        """1 is real time, N is N times as fast, max is as fast as the machine goes (None)."""
        if value is None or value == "max":
            return None
        try:
            speed = float(value)
        except ValueError:
            speed = 0.0
        if not 0 < speed <= 1_000_000:
            self.fail(f"{value!r} is neither a number above 0 nor max", param, ctx)
        return speed


@click.command("run", help=__doc__)
@HOME_OPTION
@click.option("--state", type=click.Path(file_okay=False, path_type=Path), default=Path("var/state"), show_default=True,
              help="Directory of the journal and the FIX session stores; one process at a time.")  # fmt: skip
@click.option("--market", default="synthetic:1", show_default=True,
              help=f"{', '.join(FORMS)}, joined by +; or none.")  # fmt: skip
@click.option("--speed", type=_Speed(), default="1", show_default=True, help="1, N times as fast, or max.")
@click.option("--day", metavar="YYYYMMDD", help="Trading date of a synthetic market (default: the last one).")
@click.option("--days", type=click.IntRange(1, 250), default=1, show_default=True,
              help="Trading dates of a synthetic market, one after another.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65_535), help="Listen here instead of sessions.cfg's ports; 0: any.")
@click.option("--hold", is_flag=True, help="A simulated market opens, and waits for the first client to log on.")
@SCENARIO_OPTION
def command(
    *,
    home: Path | None,
    state: Path,
    market: str,
    speed: float | None,
    day: str | None,
    days: int,
    port: int | None,
    hold: bool,
    scenarios: tuple[str, ...],
) -> None:
    """Run the router until SIGINT or SIGTERM."""
    # State holds clients' orders: nobody else's business on a shared machine.
    os.umask(0o077)
    log = make_log()
    with errors_as_lines():
        asyncio.run(_run(Options(home, state, market, speed, day, days, port, hold, scenarios), log))


async def _run(options: Options, log: FilteringBoundLogger) -> None:
    # QuickFIX takes SIGINT for itself when it is imported, so that the handlers come after.
    from router.runtime.fix.quickfix_port import free_port  # noqa: PLC0415 - see above
    from router.runtime.service import Parts, Service  # noqa: PLC0415 - see above

    settings = settings_of(options.home)
    algos = load_algos()
    refuse_unknown_strategies(settings, algos)
    for text in strange_symbols(settings):
        log.warning("alarm", text=text)
    market = _market(settings, options)
    port = free_port() if options.port == 0 else options.port
    sessions = _sessions(settings, market, port)
    gateway = make_gateway(settings, market.config)
    journal = JournalFile(options.state, durability=settings.engine.journal.durability)
    instruments = {instrument.symbol: instrument for instrument in market.config.instruments}
    parts = Parts(
        state=options.state,
        journal=journal,
        factory=engine_factory(algos),
        genesis=_genesis(market),
        config=market.config,
        sessions=sessions,
        gateway=gateway,
        links={venue.mic: FixVenueLink(venue.mic, instruments) for venue in fix_venues(market.config)},
        world=market.world,
        clock=_clock(market, options.speed),
        start=market.start,
        hold=market.start + LEAD_NS + HOLD_NS if options.hold and market.world else None,
    )
    service = Service(parts, log)
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, service.stop)

    def ready() -> None:
        settle()
        click.echo(_ready_line(options, sessions))

    await service.run(ready)
    log.info("stopped", inputs=journal.last_seq)


def _market(settings: Settings, options: Options) -> AnyMarket:
    scenarios = read_scenarios(settings, options.scenarios)
    if options.days == 1:
        return make_market(settings, options.market, options.day, scenarios)
    return make_days(settings, options.market, options.day, options.days, scenarios)


def _sessions(settings: Settings, market: AnyMarket, port: int | None) -> list[FixSession]:
    """The sessions to start: every client's, and those of enabled venues."""
    venues = [venue.mic for venue in fix_venues(market.config)]
    sessions = []
    for session in settings.sessions:
        if session.accepts:
            sessions.append(session if port is None else session.with_keys({"SocketAcceptPort": str(port)}))
        elif session.theirs in venues:
            sessions.append(session)
    return sessions


def _genesis(market: AnyMarket) -> Genesis:
    """A name that no other journal has: the second it was begun in, and by which process."""
    instance = f"{int(time.time()):X}{os.getpid() % 4096:03X}"
    config = msgspec.json.encode(market.config).decode()
    return Genesis(instance=instance, config_json=config, market=market.spec, version=version("sluice"))


def _clock(market: AnyMarket, speed: float | None) -> Callable[[Ns], Clock]:
    if market.world is None:
        return lambda _: WallClock()
    if speed is None:
        return lambda _: NoClock(end_of(market.config))
    return lambda at: PacedClock(at, speed)


def end_of(config: EngineConfig) -> Ns:
    """When the last day of the calendars is over and every late word of it has been heard."""
    closes = [session.close for sessions in config.calendars.values() for session in sessions]
    return max(closes) + DAY_END_NS + SETTLE_NS


def _ready_line(options: Options, sessions: Sequence[FixSession]) -> str:
    places = [
        f"{session.theirs}={session.keys.get('SocketAcceptHost', '*')}:{session.keys['SocketAcceptPort']}"
        for session in sessions
        if session.accepts
    ]
    return f"ready {' '.join(places)} market={options.market} state={options.state}"
