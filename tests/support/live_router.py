"""`sluice run` as a process under attack, and a client that asks it one thing at a time.

The router is the one that ships: its settings, the synthetic market of seed 7 at some speed. It is surely ended, and
`check` holds its journal to what a replay says.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from fixspec.message import Message
from router.journal import replay, verify
from router.runtime.assembly import engine_factory
from router.runtime.journal_file import FILE_NAME, JournalReader
from router.runtime.plugins import load_algos
from support.raw_fix import Field, RawFix

DAY = "20260316"
MARKET = ("--market", "synthetic:7", "--day", DAY, "--speed", "20")
Changes: TypeAlias = dict[int, str | int | None]
NEVER_S = 600
"""HeartBtInt(108): long enough that no Heartbeat(0) comes between a question and its answer."""


class LiveRouter:
    """A running router; `port` is where its clients connect."""

    def __init__(self, process: subprocess.Popen[str], folder: Path, port: int) -> None:
        self._process = process
        self.folder = folder
        self.port = port

    @property
    def pid(self) -> int:
        return self._process.pid

    def connect(self, ours: str = "EMS44", version: str = "FIX.4.4", *, number: int = 1) -> RawFix:
        """A client that has logged on, with `number` the next it sends."""
        client = RawFix(self.port, ours=ours, version=version)
        client.number = number
        client.logon(heartbeat=NEVER_S)
        assert client.receive_message().msg_type == "A"
        return client

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End it, by Ctrl-C unless said otherwise; its exit status."""
        self._process.send_signal(how)  # does nothing to one that has ended
        return self.wait()

    def wait(self) -> int:
        """Until it ends by itself; its exit status."""
        return self._process.wait(60)

    def log(self) -> str:
        """What it said on standard error."""
        return (self.folder / "router.log").read_text()

    def check(self) -> None:
        """The chains of its journal hold, and a fresh engine says the same to its inputs, byte for byte."""
        reader = JournalReader(self.folder / "state" / FILE_NAME)
        verify(reader.inputs(), reader.outputs())
        difference = replay(reader.inputs(), reader.outputs(), engine_factory(load_algos()))
        reader.close()
        assert difference is None, str(difference)


@contextmanager
def live_router(
    folder: Path, *options: str, market: tuple[str, ...] = MARKET, before: Callable[[], None] | None = None
) -> Iterator[LiveRouter]:
    """A router with its state in `folder`; `before` is called in its process before it begins."""
    command = [sys.executable, "-m", "router.runtime", "run", "--state", str(folder / "state"), "--port", "0"]
    with (folder / "router.log").open("a") as log:
        process = subprocess.Popen(
            [*command, *market, *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            preexec_fn=before,  # noqa: PLW1509 - a resource limit can be set nowhere else; this process has few threads
        )
    assert process.stdout
    try:
        line = process.stdout.readline()
        ready = re.search(r"EMS44=[0-9.]+:([0-9]+)", line)
        assert ready, (line, (folder / "router.log").read_text()[-2_000:])
        yield LiveRouter(process, folder, int(ready[1]))
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def run_sluice(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a `sluice` command that ends by itself says, and how it ends."""
    return subprocess.run(
        [sys.executable, "-m", "router.runtime", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
    )


def order_fields(cl_ord_id: str, changes: Changes | None = None) -> list[Field]:
    """A good order, to buy 100 ACME at 40.00, with fields changed, added or (None) taken out."""
    fields: Changes = {
        11: cl_ord_id,
        21: 1,
        55: "ACME",
        54: 1,
        60: f"{DAY}-13:30:00",
        38: 100,
        40: 2,
        44: "40.00",
    }
    return [(tag, value) for tag, value in (fields | (changes or {})).items() if value is not None]


def summary(answer: Message) -> str:
    """What an answer comes to: its type, its status and reason fields, its text."""
    tags = {"8": (150, 39, 103, 58), "9": (434, 39, 102, 58), "3": (372, 371, 373), "j": (372, 380, 58)}
    values = [answer.get(tag) for tag in tags.get(answer.msg_type, ())]
    return " ".join([answer.msg_type, *[value for value in values if value]])


def wait_for_the_market(fix: RawFix, name: str, changes: Changes | None = None) -> None:
    """Until an order is not refused for want of a price to measure it by: a market begins shut."""
    for attempt in range(200):
        fix.send("D", *order_fields(f"{name}-{attempt}", {44: "37.00", 38: 1, **(changes or {})}))
        said = summary(fix.receive_message())
        if said == "8 0 0":
            return
        assert "reference" in said, said
        time.sleep(0.05)
    raise AssertionError("no market within ten seconds")


class Trader:
    """A client with one order resting far from the market, which asks after it to know that all else was answered.

    Answers come in the order of the questions, so that what stands between a question and the status asked for after
    it is all that the question got.
    """

    def __init__(self, fix: RawFix, name: str) -> None:
        self.fix = fix
        self.name = name
        self._asked = 0
        self.standing = f"{name}-standing"
        wait_for_the_market(fix, f"{name}-early")
        fix.send("D", *order_fields(self.standing, {38: 1_000, 44: "37.00"}))
        assert summary(fix.receive_message()) == "8 0 0"

    def new_id(self) -> str:
        """A ClOrdID(11) not used before."""
        self._asked += 1
        return f"{self.name}-{self._asked}"

    def ask(self, msg_type: str, *fields: Field) -> list[Message]:
        """All that is said to one message."""
        self.fix.send(msg_type, *fields)
        return self.until_status()

    def until_status(self) -> list[Message]:
        """All that comes until the resting order's status is told, which is asked for here."""
        status_id = self.new_id()
        self.fix.send("H", (11, self.standing), (55, "ACME"), (54, 1), (790, status_id))
        answers = []
        while (message := self.fix.receive_message()).get(790) != status_id:
            answers.append(message)
        assert (message.get(150), message.get(39), message.get(151)) == ("I", "0", "1000")
        return answers

    def order(self, changes: Changes, *more: Field) -> list[Message]:
        """All that is said to an order that differs from a good one by `changes`, and has `more` at its end."""
        return self.ask("D", *order_fields(self.new_id(), changes), *more)

    def fill_one(self) -> None:
        """A good order is taken and filled."""
        cl_ord_id = self.new_id()
        self.fix.send("D", *order_fields(cl_ord_id, {40: 1, 44: None}))
        said = ""
        while said != "8 F 2":
            report = self.fix.receive_message()
            assert report.get(11) == cl_ord_id, report
            said = summary(report)
