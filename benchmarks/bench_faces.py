"""One market twice, in the router's process and behind FIX: are the fills of the same orders the same at real time?

Each run starts the shipped router on `synthetic:7` at speed 1, held until somebody logs on, and sends the same market
orders at the same seconds after that. What is counted: orders whose every fill (venue, price, quantity) is as it was in
the first run in process, and how far average prices lie from that run's. Real processes, so that time is the wall's.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeAlias

from benchmarks.fix_peer import FixPeer, field
from benchmarks.harness import environment
from router.runtime.settings import write_home

ROUNDS = 2
ORDERS = 200
QTY = 300
FIRST_S, EVERY_S = 5.0, 0.1
SYMBOLS = ("ACME", "BOLT")
REPO = Path(__file__).resolve().parent.parent
MARKET = ("--market", "synthetic:7", "--day", "20260316", "--hold")
Fill: TypeAlias = tuple[str, str, str]
Day: TypeAlias = list[list[Fill]]
"""By order, its fills: LastMkt(30), LastPx(31), LastQty(32)."""


def main() -> None:
    print(environment())
    in_process = [_in_process() for _ in range(ROUNDS)]
    over_fix = [_over_fix() for _ in range(ROUNDS)]
    first = in_process[0]
    print(f"{ORDERS} market orders of {QTY}; against the first run in process:")
    print(f"{'':12} {'same fills':>10} {'median apart':>13} {'most apart':>11}")
    for name, days in (("in process", in_process[1:]), ("over FIX", over_fix)):
        for day in days:
            apart = [abs(_average(one) - _average(other)) for one, other in zip(first, day, strict=True)]
            same = sum(sorted(one) == sorted(other) for one, other in zip(first, day, strict=True))
            print(f"{name:12} {same:>6}/{ORDERS} {statistics.median(apart):>13.5f} {max(apart):>11.5f}")


def _average(fills: list[Fill]) -> float:
    return sum(float(px) * int(qty) for _, px, qty in fills) / sum(int(qty) for _, _, qty in fills)


def _in_process() -> Day:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        line = stack.enter_context(_sluice("run", "--state", str(folder / "state"), "--port", "0", *MARKET))
        return asyncio.run(_day(_ports(line)["EMS44"], None))


def _over_fix() -> Day:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        line = stack.enter_context(_sluice("venues", "--state", str(folder / "venues"), "--port", "0", *MARKET))
        home = _home(folder / "home", _ports(line))
        # The first session of the router's releases the market, at about the time at which it says that it is ready.
        arguments = ("--config", str(home), "--state", str(folder / "state"), "--port", "0", "--market", "none")
        ready = stack.enter_context(_sluice("run", *arguments))
        return asyncio.run(_day(_ports(ready)["EMS44"], time.monotonic()))


def _home(home: Path, ports: dict[str, int]) -> Path:
    """The example's home, calling these ports."""
    write_home(home, source=REPO)
    for path in (REPO / "examples" / "venues-over-fix").iterdir():
        shutil.copyfile(path, home / path.name)
    text = (home / "sessions.cfg").read_text()
    for number, port in enumerate(ports.values()):
        text = text.replace(f"SocketConnectPort={9881 + number}\n", f"SocketConnectPort={port}\n")
    (home / "sessions.cfg").write_text(text)
    return home


@contextmanager
def _sluice(*arguments: str) -> Iterator[str]:
    """A command that runs; its `ready` line."""
    command = [sys.executable, "-m", "router.runtime", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        process.stdout.close()


def _ports(ready: str) -> dict[str, int]:
    return {name: int(port) for name, port in re.findall(r"(\w+)=[0-9.]+:([0-9]+)", ready)}


async def _day(port: int, released: float | None) -> Day:
    """Send the orders; `released` is when the market began to run, None where our logon does that."""
    days: Day = [[] for _ in range(ORDERS)]
    done = asyncio.Event()

    def hear(_: int, kind: bytes, message: bytes) -> None:
        if kind != b"8":
            return
        assert field(message, b"39") != b"8", message
        if field(message, b"150") == b"F":
            fill = tuple(field(message, tag).decode() for tag in (b"30", b"31", b"32"))
            days[int(field(message, b"11")[1:])].append((fill[0], fill[1], fill[2]))
        if sum(int(qty) for fills in days for _, _, qty in fills) == ORDERS * QTY:
            done.set()

    _, peer = await asyncio.get_running_loop().create_connection(
        lambda: FixPeer("EMS44", "SLUICE", hear, connects=True), "127.0.0.1", port
    )
    await peer.up.wait()
    begun = time.monotonic() if released is None else released
    for number in range(ORDERS):
        await asyncio.sleep(max(0.0, begun + FIRST_S + number * EVERY_S - time.monotonic()))
        now = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
        fields = f"11=o{number}|21=1|55={SYMBOLS[number % 2]}|54={number // 2 % 2 + 1}|60={now}|38={QTY}|40=1|"
        peer.send(b"D", fields.replace("|", "\x01").encode())
    await asyncio.wait_for(done.wait(), 60)
    peer.close()
    return days


if __name__ == "__main__":
    main()
