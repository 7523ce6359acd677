"""`sluice venues` as a process, on ports of loopback that nobody else has, surely ended."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.raw_fix import RawFix

DAY = "20260316"
NEVER_S = 600
"""HeartBtInt(108): long enough that no Heartbeat(0) comes between a question and its answer."""


class LiveVenues:
    """Running venues; `ports` is where each is, by MIC."""

    def __init__(self, process: subprocess.Popen[str], folder: Path, ports: dict[str, int]) -> None:
        self._process = process
        self.folder = folder
        self.ports = ports

    def connect(self, mic: str = "XLIT", ours: str = "TRADER", *, number: int = 1) -> RawFix:
        """A client that has logged on, with `number` the next it sends."""
        client = RawFix(self.ports[mic], ours=ours, theirs=mic)
        client.number = number
        client.logon(heartbeat=NEVER_S)
        assert client.receive_message().msg_type == "A"
        return client

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End them, by Ctrl-C unless said otherwise; the exit status."""
        self._process.send_signal(how)
        return self._process.wait(60)

    def log(self) -> str:
        """What they said on standard error."""
        return (self.folder / "venues.log").read_text()


@contextmanager
def live_venues(folder: Path, *options: str, market: str = "synthetic:7") -> Iterator[LiveVenues]:
    """The shipped venues with their state in `folder`."""
    command = [sys.executable, "-m", "router.runtime", "venues", "--state", str(folder / "venues")]
    ports = [] if "--config" in options else ["--port", "0"]
    with (folder / "venues.log").open("a") as log:
        process = subprocess.Popen(
            [*command, "--market", market, "--day", DAY, *ports, *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout
    try:
        line = process.stdout.readline()
        assert line.startswith("ready "), (line, (folder / "venues.log").read_text()[-2_000:])
        found = dict(re.findall(r"(X[A-Z]{3})=[0-9.]+:([0-9]+)", line))
        yield LiveVenues(process, folder, {mic: int(port) for mic, port in found.items()})
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
