"""A router with its venues inside is killed in the middle of an algorithm's order, started again, and ends it.

The venues lost our child orders with the process: they say so when asked, and the algorithm goes on with the rest.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixspec.codec import encode
from router.core.events import Recovered
from router.journal import decode_event, replay, verify
from router.runtime.assembly import engine_factory
from router.runtime.fix.fix_messages import Outgoing
from router.runtime.journal_file import FILE_NAME, JournalReader
from router.runtime.plugins import load_algos
from support.fix_peers import Heard, connecting, running

pytestmark = [pytest.mark.fix, pytest.mark.slow]

DAY = "20121009"
QTY = 2_000
ORDER: list[tuple[int, str | int]] = [
    (11, "twap"),
    (21, 1),
    (55, "ACME"),
    (54, 1),
    (60, f"{DAY}-13:30:00"),
    (38, QTY),
    (40, 1),
    (847, 1000),
    (957, 3),
    (958, "EndTime"),
    (959, 14),
    (960, f"{DAY}-13:50:00"),
    (958, "Interval"),
    (959, 14),
    (960, "30"),
    (958, "Completion"),
    (959, 14),
    (960, "Complete"),
]


class Process:
    """`sluice run` on a synthetic market, a hundred times as fast as the clock."""

    def __init__(self, state: Path) -> None:
        self._arguments = ["--state", str(state), "--market", "synthetic:1:0.2", "--day", DAY, "--speed", "100"]
        self._process: subprocess.Popen[str] | None = None

    def start(self, port: int = 0) -> int:
        """Start it, and return the port on which it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "router.runtime", "run", *self._arguments, "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=dict(os.environ),
        )
        assert self._process.stdout
        found = re.match(r"ready EMS42=127\.0\.0\.1:(\d+)", self._process.stdout.readline())
        assert found
        return int(found[1])

    def end(self, how: signal.Signals) -> int | None:
        if self._process is None:
            return None
        assert self._process.stdout
        self._process.send_signal(how)
        code = self._process.wait(30)
        self._process.stdout.close()
        self._process = None
        return code


@pytest.fixture
def router(tmp_path: Path) -> Iterator[Process]:
    router = Process(tmp_path / "state")
    yield router
    router.end(signal.SIGKILL)


def filled(heard: Heard) -> dict[str, int]:
    """Shares by ExecID(17), each counted once."""
    fills = [message for message in heard.messages if message.get(150) == "F"]
    return {message.get(17): int(message.get(32)) for message in fills}


def test_an_algorithm_s_order_outlives_the_process(tmp_path: Path, router: Process) -> None:
    port = router.start()
    with running(tmp_path / "client", connecting(port), plays_client=True) as (client, heard):
        heard.wait_up("SLUICE")
        client.send(Outgoing("SLUICE", encode("D", ORDER)))
        heard.wait(lambda heard: 0 < sum(filled(heard).values()) < QTY)
        assert router.end(signal.SIGKILL) == -signal.SIGKILL
        before = sum(filled(heard).values())

        router.start(port)
        heard.wait(lambda heard: heard.messages[-1].get(39) in {"2", "3", "4"}, seconds=60)
        assert router.end(signal.SIGTERM) == 0

    last = heard.messages[-1]
    assert (last.get(39), last.get(14), sum(filled(heard).values())) == ("2", str(QTY), QTY)
    assert 0 < before < QTY
    reader = JournalReader(tmp_path / "state" / FILE_NAME)
    verify(reader.inputs(), reader.outputs())
    assert replay(reader.inputs(), reader.outputs(), engine_factory(load_algos())) is None
    assert [type(decode_event(line.body)) for line in reader.inputs() if line.kind == "Recovered"] == [Recovered]
    reader.close()
