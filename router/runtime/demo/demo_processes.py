"""The demonstration's other processes: the router, the EMS, the replay. Started, spoken to, and surely ended.

Knows their command lines and their lines of output; what these mean is the caller's business.
"""

from __future__ import annotations

import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import msgspec

from router.runtime.demo.demo_ems import COMP_ID, Command, Connect, Said, Stop

START_S: Final = 60.0
STOP_S: Final = 20.0
_PYTHON: Final = (sys.executable, "-m")
_said = msgspec.json.Decoder(Said)
_encoder = msgspec.json.Encoder()
_ADDRESS: Final = re.compile(rf"{COMP_ID}=[0-9.]+:(?P<port>[0-9]+)")


class DemoError(Exception):
    """The demonstration cannot go on; the text says why and where to look."""


class _Process:
    """A child process in a context: what it writes to standard output is read by a thread, its errors go to a file."""

    def __init__(self, name: str, arguments: list[str], errors: Path, *, takes_input: bool = False) -> None:
        errors.parent.mkdir(parents=True, exist_ok=True)
        self._name = name
        self._errors = errors
        self._arguments = arguments
        self._takes_input = takes_input
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - our own modules, by our own interpreter
                self._arguments,
                stdin=subprocess.PIPE if self._takes_input else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                # A Ctrl-C at the terminal is for the demonstration, which ends its children in order.
                start_new_session=True,
            )
        assert self._process.stdout is not None
        self._thread = threading.Thread(target=self._collect, args=(self._process.stdout,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._running
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        assert self._thread is not None
        self._thread.join(STOP_S)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, f"{self._name} was not started"
        return self._process

    def check(self) -> None:
        """Raise DemoError when it has ended on its own."""
        code = self._running.poll()
        if code is not None:
            raise DemoError(f"{self._name} ended with status {code}: {self._last_words()}")

    def _line(self, timeout_s: float) -> bytes | None:
        try:
            return self._lines.get(timeout=timeout_s) if timeout_s else self._lines.get_nowait()
        except queue.Empty:
            return None

    def _collect(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            self._lines.put(line)

    def _wait_end(self) -> None:
        try:
            code = self._running.wait(STOP_S)
        except subprocess.TimeoutExpired:
            raise DemoError(f"{self._name} has not ended in {STOP_S:g} s: {self._last_words()}") from None
        if code:
            raise DemoError(f"{self._name} ended with status {code}: {self._last_words()}")
        assert self._thread is not None
        self._thread.join(STOP_S)

    def _last_words(self) -> str:
        lines = self._errors.read_text(encoding="utf-8", errors="replace").splitlines()
        return f"{lines[-1] if lines else 'no word'} ({self._errors})"


class RouterProcess(_Process):
    """`sluice run` on a simulated market, on any free port."""

    def __init__(
        self, folder: Path, home: Path, market: str, day: str, speed: float, *, scenarios: Sequence[str] = ()
    ) -> None:
        options = {"--config": str(home), "--state": str(folder / "state"), "--market": market}
        options |= {"--day": day, "--speed": f"{speed:g}", "--port": "0"}
        flat = [word for pair in options.items() for word in pair]
        flat += [word for scenario in scenarios for word in ("--scenario", scenario)]
        super().__init__("the router", [*_PYTHON, "router.runtime", "run", *flat], folder / "router.log")

    def wait_ready(self) -> int:
        """The port on which the EMS may log on."""
        waited = 0.0
        while waited < START_S:
            line = self._line(0.1)
            found = _ADDRESS.search(line.decode()) if line else None
            if found:
                return int(found["port"])
            self.check()
            waited += 0.1
        raise DemoError(f"the router is not ready in {START_S:g} s: {self._last_words()}")

    def stop(self) -> None:
        """As Ctrl-C would: sessions logged out, journal closed."""
        self._running.send_signal(signal.SIGINT)
        self._wait_end()


class EmsProcess(_Process):
    """The EMS of `demo_ems`."""

    def __init__(self, folder: Path) -> None:
        arguments = [*_PYTHON, "router.runtime.demo.demo_ems", str(folder)]
        super().__init__("the EMS", arguments, folder / "errors.log", takes_input=True)

    def connect(self, port: int) -> None:
        """Have it log on."""
        self.say(Connect(port))

    def say(self, command: Command) -> None:
        """Give it a command."""
        self.check()
        pipe = self._running.stdin
        assert pipe is not None
        pipe.write(_encoder.encode(command) + b"\n")
        pipe.flush()

    def next(self, timeout_s: float) -> Said | None:
        """The next thing it says, or None when nothing comes in time."""
        line = self._line(timeout_s)
        return None if line is None else _said.decode(line)

    def stop(self) -> None:
        """Have it log out and end."""
        self.say(Stop())
        self._wait_end()


class Replaying:
    """A `sluice replay` under way, in a context that leaves none behind."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def wait(self) -> tuple[str, bool]:
        """What it said, and whether it failed."""
        said, _ = self._process.communicate()
        return said.strip(), self._process.returncode != 0


def start_replay(state: Path) -> Replaying:
    """Check the journal's hash chains and replay it, in a process beside this one."""
    process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
        [*_PYTHON, "router.runtime", "replay", str(state)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Replaying(process)
