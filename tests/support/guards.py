"""Guards that watch a test from outside: no address beyond loopback, no file left in the repository.

They hang on `sys.addaudithook`, so they see every socket and file that Python opens, asyncio's included, and not what
a C++ extension opens by itself. They must not know any test.
"""

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What the tools themselves keep in the repository's root; `.gitignore` names the same.
TOOL_PLACES = tuple(
    os.sep + name
    for name in (
        ".coverage",
        ".git",
        ".hypothesis",
        ".import_linter_cache",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".venv",
    )
)

WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def is_loopback(host: str) -> bool:
    """Whether `host`, as given to connect or getaddrinfo, can only mean this machine."""
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


class GuardError(AssertionError):
    """A test reached for something that is not its own."""


class LoopbackGuard:
    """Refuses connections and look-ups beyond loopback, and remembers them in case the test swallows the refusal."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        """Audit hook. `socket.connect` and `socket.sendto` carry (socket, address), getaddrinfo (host, ...)."""
        if event in {"socket.connect", "socket.sendto"}:
            address = args[1]
            # A Unix socket's address is a path, and a path does not leave the machine.
            host = address[0] if isinstance(address, tuple) else None
        elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
            host = args[0]
        else:
            return
        if isinstance(host, bytes):
            host = host.decode("ascii", "replace")
        if isinstance(host, str) and not is_loopback(host):
            self.refused.append(f"{event} {host}")
            raise GuardError(f"tests stay on loopback: {event} to {host!r}")


class LitterGuard:
    """Remembers every path under `root` that was opened for writing, or made, outside the tools' own places."""

    def __init__(self, root: Path) -> None:
        self._root = str(root.resolve())
        self._paused = 0
        self.written: list[str] = []

    @contextmanager
    def paused(self) -> Iterator[None]:
        """While the tools (pytest, coverage, Hypothesis) write on their own account."""
        self._paused += 1
        try:
            yield
        finally:
            self._paused -= 1

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        """Audit hook. `open` carries (path, mode, flags); the others carry the path first, or the target second."""
        if event == "open":
            flags = args[2]
            writes = isinstance(flags, int) and bool(flags & WRITE_FLAGS)
            self._note(args[0] if writes else None)
        elif event in {"os.mkdir", "sqlite3.connect"}:
            self._note(args[0])
        elif event in {"os.rename", "os.link", "os.symlink"}:
            self._note(args[1])

    def left(self) -> list[str]:
        """The paths written that still exist, each once, in the order they were first written."""
        return [path for path in dict.fromkeys(self.written) if os.path.lexists(path)]

    def _note(self, path: object) -> None:
        if self._paused or not isinstance(path, str | bytes):
            return
        text = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - lexical and quick: this runs on every open
        if text.startswith(self._root + os.sep) and not self._is_tools(text):
            self.written.append(text)

    def _is_tools(self, path: str) -> bool:
        inside = path[len(self._root) :]
        return f"{os.sep}__pycache__" in inside or inside.startswith(TOOL_PLACES)
