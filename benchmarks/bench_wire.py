"""From a client's order on the wire to its first child on the wire, beside a bare asyncio echo in the same run.

    python -m benchmarks.bench_wire [SECONDS]

Two processes: this one plays the client and the venue (`fix_peer`, no QuickFIX, next to no work), the other is the
router with its journal, or the echo. The clock is this process's: a latency is from just before the order is written to
when the child's bytes are read; the echo's, of as many bytes, goes the same way there and back.

Latency is of one order at a time: the next leaves when the last has been filled and reported. Throughput keeps a window
of orders without a first child open, thrice: the venue says nothing yet, acknowledges each child, or fills it as well.
What it holds back it says once the time is up, and every report goes to the client: each order ends filled.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from benchmarks.fix_peer import FixPeer, field
from benchmarks.harness import table
from benchmarks.wire_router import CLIENT, ROUTER, SYMBOL, VENUE
from router.journal import verify
from router.runtime.journal_file import FILE_NAME, JournalReader

ONE_BY_ONE = 2_000
WARM_UP = 300
WINDOW = 200
"""Orders without a first child at one time: enough to keep the router busy, few enough to wait less than a second."""
PATIENCE_S = 20.0
ASK = b"10.01"


class Venue(IntEnum):
    """How far the venue goes with a child while the clock runs."""

    SILENT = 0
    ACKNOWLEDGES = 1
    FILLS = 2


class Figures(NamedTuple):
    """Latencies in ns, sorted; what was routed, in how many seconds."""

    latencies: list[int]
    routed: int
    took_s: float
    cpu_s: float

    def at(self, quantile: float) -> str:
        """A quantile in microseconds."""
        return f"{self.latencies[int(len(self.latencies) * quantile)] / 1e3:,.0f}"


class Desk:
    """The client and the venue: orders out, children in, fills out, reports in."""

    def __init__(self) -> None:
        self.client = FixPeer(CLIENT, ROUTER, self._report, connects=True)
        self.venue = FixPeer(VENUE, ROUTER, self._child, connects=False)
        self.subscribed = asyncio.Event()
        self.filled = asyncio.Event()
        self.arrived = asyncio.Event()
        self.sent_at: list[int] = []
        self.came_at: list[int] = []
        self.fills = 0
        self.refused = 0
        self.stage = Venue.FILLS
        self._held: list[bytes] = []

    def order(self) -> None:
        """NewOrderSingle(D): a marketable limit order of one lot. Orders of one client keep their order."""
        number = len(self.sent_at)
        body = b"11=C%d\x0155=%b\x0154=1\x0160=20240304-14:30:00.000\x0138=100\x0140=2\x0144=%b\x0159=0\x01"
        self.sent_at.append(0)
        self.sent_at[number] = self.client.send(b"D", body % (number, SYMBOL.encode(), ASK))

    def quote(self) -> None:
        """MarketDataSnapshotFullRefresh(W): far more on the offer than will be asked for."""
        entries = b"269=0\x01270=10.00\x01271=900000\x01269=1\x01270=%b\x01271=900000\x01" % ASK
        self.venue.send(b"W", b"55=%b\x01268=2\x01%b" % (SYMBOL.encode(), entries))

    def _child(self, came: int, kind: bytes, message: bytes) -> None:
        if kind == b"V":
            self.quote()
            self.subscribed.set()
        elif kind == b"D":
            self.came_at.append(came)
            self.arrived.set()
            child = field(message, b"11")
            names = b"37=V%b\x0111=%b\x0155=%b\x0154=1\x0138=100\x01" % (child, child, SYMBOL.encode())
            new = b"17=N%b\x01150=0\x0139=0\x01151=100\x0114=0\x016=0\x01" % child
            done = b"17=F%b\x01150=F\x0139=2\x0132=100\x0131=%b\x01151=0\x0114=100\x016=0\x01851=2\x01"
            for stage, report in ((Venue.ACKNOWLEDGES, new), (Venue.FILLS, done % (child, ASK))):
                if stage <= self.stage:
                    self.venue.send(b"8", names + report)
                else:
                    self._held.append(names + report)

    async def _say_what_was_held(self) -> None:
        """A few at a time: the wire's buffer is not what is measured."""
        for number, report in enumerate(self._held):
            self.venue.send(b"8", report)
            if number % WINDOW == 0:
                await asyncio.sleep(0.05)
        self._held.clear()

    def _report(self, came: int, kind: bytes, message: bytes) -> None:
        status = field(message, b"39")
        if status == b"2":
            self.fills += 1
            self.filled.set()
        elif kind != b"8" or status == b"8":
            self.refused += 1
            print(message.replace(b"\x01", b"|").decode(), file=sys.stderr)

    async def up(self) -> None:
        """Until both sessions and the venue's market data stand."""
        for event in (self.client.up, self.venue.up, self.subscribed):
            await asyncio.wait_for(event.wait(), PATIENCE_S)
        await asyncio.sleep(0.5)

    async def one_by_one(self, count: int) -> list[int]:
        """Latencies of orders that meet an idle router."""
        first = len(self.sent_at)
        for _ in range(count):
            self.filled.clear()
            self.order()
            await asyncio.wait_for(self.filled.wait(), PATIENCE_S)
        return self._latencies(first)

    async def sustained(self, run_s: float, pid: int, stage: Venue) -> Figures:
        """As many as the router, process `pid`, takes in `run_s` while the venue goes as far as `stage`."""
        self.quote()
        self.stage = stage
        before = cpu_seconds(pid)
        first, began = len(self.sent_at), time.monotonic_ns()
        ends = began + int(run_s * 1e9)
        while time.monotonic_ns() < ends:
            while len(self.sent_at) - len(self.came_at) < WINDOW:
                self.order()
            self.arrived.clear()
            await asyncio.wait_for(self.arrived.wait(), PATIENCE_S)
        routed = len(self.came_at) - first
        took_s = (time.monotonic_ns() - began) / 1e9
        cpu_s = cpu_seconds(pid) - before
        await self._say_what_was_held()
        while self.fills < len(self.sent_at):
            self.filled.clear()
            await asyncio.wait_for(self.filled.wait(), PATIENCE_S)
        return Figures(self._latencies(first), routed, took_s, cpu_s)

    def _latencies(self, first: int) -> list[int]:
        assert not self.refused, f"{self.refused} orders were refused"
        pairs = zip(self.sent_at[first:], self.came_at[first:], strict=False)
        return sorted(came - sent for sent, came in pairs)


class Pinger(asyncio.Protocol):
    """The echo's other end."""

    def __init__(self, size: int) -> None:
        self._message = b"x" * size
        self._back = 0
        self._came: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), transport
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        came = time.monotonic_ns()
        self._back += len(data)
        if self._back == len(self._message) and self._came is not None:
            self._came.set_result(came)

    async def ping(self) -> int:
        self._back, self._came = 0, asyncio.get_running_loop().create_future()
        sent = time.monotonic_ns()
        self.transport.write(self._message)
        return await self._came - sent


@asynccontextmanager
async def other_process(*arguments: str) -> AsyncIterator[int]:
    """The router or the echo, from its `ready` until the block ends; its process id."""
    command = [sys.executable, "-m", "benchmarks.wire_router", *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
        assert line == b"ready\n", line
        yield process.pid
    finally:
        process.stdin.close()
        await asyncio.wait_for(process.wait(), PATIENCE_S)


def verified(path: Path) -> None:
    """The journal that the router kept meanwhile is whole: raises JournalBrokenError where it is not."""
    reader = JournalReader(path)
    verify(reader.inputs(), reader.outputs())
    reader.close()


def cpu_seconds(pid: int) -> float:
    """What a process has used so far, user and system (fields 14 and 15 of /proc/PID/stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def echo(size: int) -> list[int]:
    port = free_port()
    async with other_process("echo", str(port)):
        transport, pinger = await asyncio.get_running_loop().create_connection(lambda: Pinger(size), "127.0.0.1", port)
        try:
            for _ in range(WARM_UP):
                await pinger.ping()
            return sorted([await pinger.ping() for _ in range(ONE_BY_ONE)])
        finally:
            transport.close()


async def route(run_s: float) -> tuple[Figures, dict[Venue, Figures]]:
    """One order at a time, then as many as go, for each stage."""
    desk, client_port, venue_port = Desk(), free_port(), free_port()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: desk.venue, "127.0.0.1", venue_port)
    with tempfile.TemporaryDirectory() as folder:
        async with other_process("router", folder, str(client_port), str(venue_port)) as pid:
            await loop.create_connection(lambda: desk.client, "127.0.0.1", client_port)
            await desk.up()
            await desk.one_by_one(WARM_UP)
            one = Figures(await desk.one_by_one(ONE_BY_ONE), ONE_BY_ONE, 0.0, 0.0)
            many = {stage: await desk.sustained(run_s, pid, stage) for stage in Venue}
            desk.client.close()
            desk.venue.close()
        await asyncio.to_thread(verified, Path(folder, FILE_NAME))
    server.close()
    return one, many


def main(run_s: float = 10.0) -> None:
    if find_spec("quickfix") is None:
        print("\nwire: not measured, it needs a QuickFIX provider (extra `quickfix-tls`)")
        return
    bare = Figures(asyncio.run(echo(size=170)), ONE_BY_ONE, 0.0, 0.0)
    one, many = asyncio.run(route(run_s))
    times = one.latencies[ONE_BY_ONE // 2] / bare.latencies[ONE_BY_ONE // 2]
    rows = [
        ["asyncio echo, there and back", bare.at(0.5), bare.at(0.99), "1.0x"],
        ["router, order to child", one.at(0.5), one.at(0.99), f"{times:.1f}x"],
    ]
    table("wire, one order at a time, journal on", ("", "p50, us", "p99, us", "of the echo"), rows)
    named = {Venue.SILENT: "routed", Venue.ACKNOWLEDGES: "and acknowledged", Venue.FILLS: "and filled, and reported"}
    rows = []
    for stage, found in many.items():
        cpu = f"{found.cpu_s / found.routed * 1e6:,.0f}"
        rows.append([named[stage], f"{found.routed / found.took_s:,.0f}", cpu, found.at(0.5), found.at(0.99)])
    columns = ("order to child", "orders a second", "CPU us an order", "p50, us", "p99, us")
    table(f"wire, {run_s:g} s each with {WINDOW} orders under way, journal on", columns, rows)


if __name__ == "__main__":
    main(*(float(argument) for argument in sys.argv[1:2]))
