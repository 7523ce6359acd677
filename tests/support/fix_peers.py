"""Counterparties for FIX tests: one on QuickFIX like ours, one on a bare socket that may say anything at all."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fixspec.codec import decode, encode
from fixspec.message import Message
from router.runtime.fix.fix_messages import FromFix, PeerUp, Received, Trouble
from router.runtime.fix.sessions_file import FixSession, parse_sessions

if TYPE_CHECKING:
    from router.runtime.fix.quickfix_port import FixPort

SOH = "\x01"
PATIENCE_S = 10.0
"""How long a test waits for what must come: long, since it only costs time when the test fails."""


def accepting(port: int, theirs: str = "EMS44", version: str = "FIX.4.4", **more: str) -> FixSession:
    """The acceptor's side of a session, as `sessions.cfg` would say it."""
    return _session("acceptor", "SLUICE", theirs, version, SocketAcceptPort=str(port), **more)


def connecting(port: int, ours: str = "EMS44", version: str = "FIX.4.4", theirs: str = "SLUICE") -> FixSession:
    """The initiator's side of the same session."""
    keys = {"SocketConnectHost": "127.0.0.1", "SocketConnectPort": str(port), "HeartBtInt": "10"}
    return _session("initiator", ours, theirs, version, ReconnectInterval="1", **keys)


def _session(connection: str, ours: str, theirs: str, version: str, **more: str) -> FixSession:
    keys = {
        "ConnectionType": connection,
        "BeginString": version,
        "SenderCompID": ours,
        "TargetCompID": theirs,
        "NonStopSession": "Y",
        "SocketNodelay": "Y",
        "ValidateFieldsOutOfOrder": "N",
        "ValidateFieldsHaveValues": "N",
        "ValidateUserDefinedFields": "N",
        **({"SocketAcceptHost": "127.0.0.1", "SocketReuseAddress": "Y"} if connection == "acceptor" else {}),
        **more,
    }
    text = "\n".join(["[SESSION]", *(f"{key}={value}" for key, value in keys.items())])
    return parse_sessions(text, "test")[0]


class Heard:
    """Collects what a port delivers; `wait` blocks until something is true of it."""

    def __init__(self) -> None:
        self.items: list[FromFix] = []
        self._changed = threading.Condition()

    def __call__(self, item: FromFix) -> None:
        with self._changed:
            self.items.append(item)
            self._changed.notify_all()

    @property
    def messages(self) -> list[Message]:
        """The application messages, decoded."""
        return [decode(item.raw) for item in self.items if isinstance(item, Received) and not item.is_admin]

    @property
    def troubles(self) -> list[str]:
        return [item.text for item in self.items if isinstance(item, Trouble)]

    def wait(self, what: Callable[[Heard], object], seconds: float = PATIENCE_S) -> None:
        """Raise AssertionError, naming what was heard, when `what` does not become true in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: what(self), seconds):
                raise AssertionError(f"not heard in {seconds} s; {len(self.items)} heard, the last: {self.items[-5:]}")

    def wait_up(self, peer: str, times: int = 1) -> None:
        """Until `peer` has logged on, for the `times`th time."""
        self.wait(lambda heard: heard.items.count(PeerUp(peer)) >= times)


@contextmanager
def running(
    path: Path, *sessions: FixSession, heard: Heard | None = None, plays_client: bool = False
) -> Iterator[tuple[FixPort, Heard]]:
    """A port with these sessions, started and surely stopped."""
    from router.runtime.fix.quickfix_port import FixPort  # noqa: PLC0415 - skipped tests must collect without QuickFIX

    heard = heard or Heard()
    port = FixPort(
        sessions,
        heard,
        store=path / "store",
        quarantine=path / "quarantine",
        plays_client=plays_client,
    )
    port.prepare()
    try:
        port.run()
        yield port, heard
    finally:
        port.stop()


class RawClient:
    """A FIX client on a bare socket: it numbers, dates and frames what it is given, and reads what comes."""

    def __init__(self, port: int, *, ours: str = "EMS44", theirs: str = "SLUICE", version: str = "FIX.4.4") -> None:
        self._ours, self._theirs, self._version = ours, theirs, version
        self.number = 1
        self._buffer = ""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)

    def send(self, msg_type: str, *fields: tuple[int, str | int], number: int | None = None) -> None:
        now = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
        number = self.number if number is None else number
        header: list[tuple[int, str | int]] = [(49, self._ours), (56, self._theirs), (34, number), (52, now)]
        self.send_text(encode(msg_type, [*header, *fields], self._version))
        self.number = number + 1

    def send_text(self, text: str) -> None:
        self._socket.sendall(text.encode("latin-1"))

    def logon(self, *more: tuple[int, str | int], heartbeat: int | str = 10) -> None:
        self.send("A", (98, 0), (108, heartbeat), *more)

    def receive(self) -> Message | None:
        """The next message, or None when the peer has closed the connection."""
        while (end := self._end()) < 0:
            data = self._socket.recv(65_536)
            if not data:
                return None
            self._buffer += data.decode("latin-1")
        raw, self._buffer = self._buffer[:end], self._buffer[end:]
        return decode(raw)

    def receive_until(self, msg_type: str) -> Message:
        """The next message of a type; what comes before it is skipped."""
        while (message := self.receive()) is not None:
            if message.msg_type == msg_type:
                return message
        raise AssertionError(f"closed before 35={msg_type} came")

    def close(self) -> None:
        self._socket.close()

    def _end(self) -> int:
        found = self._buffer.find(f"{SOH}10=")
        end = self._buffer.find(SOH, found + 1) if found >= 0 else -1
        return end + 1 if end >= 0 else -1
