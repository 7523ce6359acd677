"""`sluice venues`: the simulated venues as a process of their own, behind FIX 4.4, until it is told to stop."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Final

import click
from msgspec.structs import replace

from router.core.types import Ns
from router.runtime.assembly import LEAD_NS, Market, make_market, simulated_venues
from router.runtime.clock import WallOf
from router.runtime.commands.run_command import HOLD_NS
from router.runtime.console import HOME_OPTION, errors_as_lines, make_log, settings_of
from router.runtime.fix.venue_sessions import VenueSessions, read_venue_sessions
from router.runtime.settings import VENUE_SESSIONS_NAME, Settings
from router.runtime.toml_file import SettingsError
from simulator.face.exchange import Exchange
from simulator.face.face import FixFace
from simulator.world import World

SPEED_MAX = 1_000

LIFE_NAME: Final = "life"
"""In the state directory: how often venues have run on it."""


@click.command("venues", help=__doc__)
@HOME_OPTION
@click.option("--state", type=click.Path(file_okay=False, path_type=Path), default=Path("var/venues"),
              show_default=True, help="Directory of the FIX session stores; one process at a time.")  # fmt: skip
@click.option("--market", default="synthetic:1", show_default=True,
              help="synthetic:SEED, lobster:FILE, consolidated:DIR:SYMBOL:DATE, joined by +.")  # fmt: skip
@click.option("--seed", type=int, help="Of latencies, contra flow and crosses (default: engine.toml's).")
@click.option("--speed", type=click.FloatRange(0, SPEED_MAX, min_open=True), default=1.0, show_default=True,
              help="How many times as fast as the wall the market goes.")  # fmt: skip
@click.option("--day", metavar="YYYYMMDD", help="Trading date of a synthetic market (default: the last one).")
@click.option("--port", type=click.IntRange(0, 65_000),
              help="The first venue listens here, each other one port further; 0: at any free ones.")  # fmt: skip
@click.option("--hold", is_flag=True, help="The market opens, and waits for the first client to log on.")
def command(
    *,
    home: Path | None,
    state: Path,
    market: str,
    seed: int | None,
    speed: float,
    day: str | None,
    port: int | None,
    hold: bool,
) -> None:
    """Run the venues until SIGINT or SIGTERM."""
    # State holds clients' orders: nobody else's business on a shared machine.
    os.umask(0o077)
    with errors_as_lines():
        settings = _with_seed(settings_of(home), seed)
        made = make_market(settings, market, day)
        sessions = _sessions(settings, made, port)
        _run(made, sessions, state, speed, hold=hold)


def _run(market: Market, sessions: VenueSessions, state: Path, speed: float, *, hold: bool) -> None:
    # QuickFIX takes SIGINT for itself when it is imported, so that the handlers come after.
    from router.runtime.venues_service import VenueParts, VenuesService  # noqa: PLC0415 - see above

    log = make_log()
    wall = WallOf(speed)
    service = VenuesService(
        VenueParts(
            state=state,
            exchange=exchange_of(market, sessions, wall, wall.market_time, life=_count_life(state)),
            sessions=sessions.sessions,
            clock=wall.start,
            start=market.start,
            hold=market.start + LEAD_NS + HOLD_NS if hold else None,
        ),
        log,
    )
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: service.stop())
    service.run(lambda: click.echo(_ready_line(market, sessions, state)))
    log.info("stopped")


def exchange_of(
    market: Market,
    sessions: VenueSessions,
    wire_time: Callable[[Ns], Ns],
    market_time: Callable[[Ns], Ns],
    *,
    life: int = 0,
) -> Exchange:
    """The market's world, with a face for every venue that somebody may log on to."""
    instruments = {instrument.symbol: instrument for instrument in market.config.instruments}
    faces = {mic: FixFace(mic, instruments, terms, wire_time, market_time) for mic, terms in sessions.terms.items()}
    return Exchange(_world(market), faces, life)


def _count_life(state: Path) -> int:
    """How often venues ran on this state directory before; noted before anybody hears an id of this life."""
    state.mkdir(parents=True, exist_ok=True)
    path = state / LIFE_NAME
    text = path.read_text(encoding="ascii") if path.exists() else "0"
    if not text.strip().isdecimal():
        raise SettingsError(f"{path}: {text[:20]!r} is no count of lives: remove the state directory to begin anew")
    life = int(text)
    path.write_text(f"{life + 1}\n", encoding="ascii")
    return life


def _world(market: Market) -> World:
    if market.world is None:
        raise SettingsError(f"--market {market.spec}: there is nothing to simulate")
    return market.world


def _sessions(settings: Settings, market: Market, port: int | None) -> VenueSessions:
    from router.runtime.fix.quickfix_port import free_port  # noqa: PLC0415 - it imports QuickFIX

    mics = [venue.mic for venue in simulated_venues(market.config)]
    sessions = read_venue_sessions(settings.home / VENUE_SESSIONS_NAME, mics)
    if port is None:
        return sessions
    free: Iterator[int] = iter(free_port, 0) if port == 0 else count(port)
    return sessions.on_ports(free)


def _with_seed(settings: Settings, seed: int | None) -> Settings:
    if seed is None:
        return settings
    engine = settings.engine
    return replace(settings, engine=replace(engine, engine=replace(engine.engine, seed=seed)))


def _ready_line(market: Market, sessions: VenueSessions, state: Path) -> str:
    places = [
        f"{mic}={mine[0].keys.get('SocketAcceptHost', '*')}:{mine[0].keys['SocketAcceptPort']}"
        for mic, mine in sessions.sessions.items()
    ]
    return f"ready {' '.join(places)} market={market.spec} state={state}"
