"""What the wire benchmark talks to, in a process of its own: the router with its journal, or an echo beside it.

    python -m benchmarks.wire_router router FOLDER CLIENT_PORT VENUE_PORT
    python -m benchmarks.wire_router echo PORT

Prints `ready` and serves until its standard input ends. The router is the real
one (QuickFIX, gateway, engine, SQLite journal), with one client session, one FIX venue and a market that never closes.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import json

from fixspec.dialect_file import load_dialect
from router.core.events import Genesis
from router.core.instruments import Instrument
from router.core.profiles import CalendarDay, ClientProfile, EngineConfig, FeeRule, RiskLimits, VenueProfile
from router.core.types import SECOND, VenueKind
from router.engine import Engine
from router.gateway import ClientSession, Gateway
from router.runtime.clock import WallClock
from router.runtime.collector import settle
from router.runtime.console import make_log
from router.runtime.fix.fix_venue import FixVenueLink
from router.runtime.fix.sessions_file import FixSession, parse_sessions
from router.runtime.journal_file import JournalFile
from router.runtime.service import Parts, Service

CLIENT, VENUE, ROUTER, SYMBOL = "EMS44", "XFIX", "SLUICE", "ACME"
DIALECT = Path(__file__).resolve().parent.parent / "config" / "dialects" / "standard.toml"
_SESSION = """[SESSION]
BeginString=FIX.4.4
SenderCompID=SLUICE
NonStopSession=Y
SocketNodelay=Y
ValidateFieldsOutOfOrder=N
ValidateFieldsHaveValues=N
ValidateUserDefinedFields=N
"""
_CLIENT = "ConnectionType=acceptor\nTargetCompID=EMS44\nSocketAcceptHost=127.0.0.1\nSocketReuseAddress=Y\n"
_VENUE = (
    "ConnectionType=initiator\nTargetCompID=XFIX\nSocketConnectHost=127.0.0.1\nHeartBtInt=30\nReconnectInterval=1\n"
)


def _sessions(client_port: int, venue_port: int) -> list[FixSession]:
    client = f"{_SESSION}{_CLIENT}SocketAcceptPort={client_port}\n"
    venue = f"{_SESSION}{_VENUE}SocketConnectPort={venue_port}\n"
    return parse_sessions(client + venue, "benchmark")


def _config() -> EngineConfig:
    now = time.time_ns()
    limits = RiskLimits(max_open_orders=None, max_messages_per_second=None)
    return EngineConfig(
        instruments=(Instrument(SYMBOL),),
        venues=(
            VenueProfile(
                VENUE,
                VenueKind.LIT,
                "fix",
                fees=(FeeRule(add=-2_000, remove=3_000),),
                reply_timeout_ns=60 * SECOND,  # the venue holds its answers back for a while
            ),
        ),
        clients=(ClientProfile(CLIENT, limits),),
        calendars={"XNYS": (CalendarDay("20240304", now - 3_600 * SECOND, now + 8 * 3_600 * SECOND),)},
    )


def _parts(folder: Path, client_port: int, venue_port: int) -> Parts:
    config = _config()
    instruments = {instrument.symbol: instrument for instrument in config.instruments}
    return Parts(
        state=folder,
        journal=JournalFile(folder),
        factory=lambda _: Engine(config, {}),
        genesis=Genesis("B", json.encode(config).decode()),
        config=config,
        sessions=_sessions(client_port, venue_port),
        gateway=Gateway(instruments, {CLIENT: ClientSession(CLIENT, "FIX.4.4", load_dialect(DIALECT))}, [VENUE]),
        links={VENUE: FixVenueLink(VENUE, instruments)},
        world=None,
        clock=lambda _: WallClock(),
        start=time.time_ns(),
    )


async def _until_input_ends(stop: Callable[[], object]) -> None:
    await asyncio.to_thread(sys.stdin.read)
    stop()


async def _route(folder: Path, client_port: int, venue_port: int) -> None:
    service = Service(_parts(folder, client_port, venue_port), make_log())
    ending = asyncio.create_task(_until_input_ends(service.stop))

    def ready() -> None:
        settle()  # as `sluice run` does
        print("ready", flush=True)

    await service.run(ready)
    await ending


class _Echo(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport), transport
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)


async def _echo(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Echo, "127.0.0.1", port)
    print("ready", flush=True)
    await _until_input_ends(server.close)


def main() -> None:
    kind, *rest = sys.argv[1:]
    if kind == "echo":
        asyncio.run(_echo(int(rest[0])))
    else:
        folder, client_port, venue_port = rest
        asyncio.run(_route(Path(folder), int(client_port), int(venue_port)))


if __name__ == "__main__":
    main()
