"""The door of a FIX port: it lets a connection in when its Logon(A) is there whole, and keeps it outside until then.

QuickFIX waits inside one read for a connection's first message, and everybody waits with it: a client that sends a byte
a second before its logon would hold up every session. So the door looks at what has come without taking it, and shows
QuickFIX nobody but those whose first message can be read at once. Knows a Logon by its frame, not by what it says.
"""

from __future__ import annotations

import re
import select
import socket
import time
from typing import Final

from msgspec import Struct

from fixspec.values import clean_text
from router.runtime.fix.fix_messages import PortError

LOGON_BYTES_MAX: Final = 4_096
"""A Logon with passwords and a certificate's name has some hundreds; QuickFIX takes 8,192 in one read."""
WAIT_S: Final = 10.0
"""How long a connection may take to say its Logon, as QuickFIX's own LogonTimeout."""
WAITING_MAX: Final = 64
"""Connections outside at one time; one more, and the one that has waited longest is sent away."""
_START: Final = b"8=FIX"
_FRAME: Final = re.compile(rb"8=FIXT?\.\d\.\d\x019=(\d{1,5})\x0135=A\x01")
_SENDER: Final = re.compile(rb"\x0149=([^\x01]*)\x01")
_TRAILER: Final = re.compile(rb"\x0110=\d{3}\x01\Z")
_TRAILER_BYTES: Final = len(b"10=000\x01")


class Visitor(Struct, frozen=True):
    """A connection, its Logon, and who that says it is (SenderCompID(49))."""

    connection: socket.socket
    logon: bytes
    comp_id: str


class _Waiting(Struct):
    connection: socket.socket
    address: str
    since: float


class Place(Struct, frozen=True, kw_only=True):
    """Where to listen, and how; `allowed` are the addresses from which a client may come, where they are given."""

    host: str
    port: int
    nodelay: bool = True
    buffers: tuple[tuple[int, int], ...] = ()
    """(SO_SNDBUF or SO_RCVBUF, bytes)."""
    allowed: dict[str, frozenset[str]]
    """By SenderCompID(49)."""


class FrontDoor:
    """Listens at a place. `turn` must be called when `fileno` can be read, and now and then without that."""

    def __init__(self, place: Place) -> None:
        self._place = place
        try:
            self._listener = socket.create_server((place.host, place.port), backlog=128)
        except OSError as error:
            where = f"{place.host}:{place.port}"
            raise PortError(f"FIX sessions cannot listen at {where}: {error.strerror or error}") from None
        self._listener.setblocking(False)
        self._epoll = select.epoll()
        self._epoll.register(self._listener, select.EPOLLIN)
        self._waiting: dict[int, _Waiting] = {}
        self._turned_away: list[str] = []

    def fileno(self) -> int:
        return self._epoll.fileno()

    def turn(self) -> tuple[list[Visitor], list[str]]:
        """Who may go in now, and what is to be said of those who were sent away."""
        visitors = []
        for fd, _ in self._epoll.poll(0):
            if fd == self._listener.fileno():
                self._let_wait()
            elif (visitor := self._look_at(fd)) is not None:
                visitors.append(visitor)
        too_late = time.monotonic() - WAIT_S
        for fd, waiting in list(self._waiting.items()):
            if waiting.since < too_late:
                self._send_away(fd, f"no Logon(A) in {WAIT_S:g} s")
        said, self._turned_away = self._turned_away, []
        return visitors, said

    def close(self) -> None:
        for waiting in self._waiting.values():
            waiting.connection.close()
        self._waiting.clear()
        self._listener.close()
        self._epoll.close()

    def _let_wait(self) -> None:
        try:
            connection, address = self._listener.accept()
        except OSError:  # it was gone before it was let in, or the process has no descriptor left for it
            return
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, self._place.nodelay)
        for option, size in self._place.buffers:
            connection.setsockopt(socket.SOL_SOCKET, option, size)
        if len(self._waiting) >= WAITING_MAX:
            self._send_away(next(iter(self._waiting)), f"{WAITING_MAX} others wait to log on")
        self._waiting[connection.fileno()] = _Waiting(connection, f"{address[0]}:{address[1]}", time.monotonic())
        # On each arrival only: what has come stays unread, and would be announced for ever.
        self._epoll.register(connection, select.EPOLLIN | select.EPOLLET)

    def _look_at(self, fd: int) -> Visitor | None:
        connection = self._waiting[fd].connection
        try:
            seen = connection.recv(LOGON_BYTES_MAX, socket.MSG_PEEK)
        except BlockingIOError:
            return None
        except OSError:  # reset by its peer
            seen = b""
        length = logon_length(seen)
        if length is None:
            self._send_away(fd, "it does not begin with a Logon(A)" if seen else "")
            return None
        if not 0 < length <= len(seen):
            if len(seen) >= LOGON_BYTES_MAX:
                self._send_away(fd, f"no Logon(A) in {LOGON_BYTES_MAX} bytes")
            return None
        # What comes after the Logon stays: QuickFIX would read it with the Logon, and leave it until more comes.
        logon = connection.recv(length)
        sender = _SENDER.search(logon)
        comp_id = sender[1].decode("latin-1") if sender else ""
        allowed = self._place.allowed.get(comp_id)
        if allowed and self._waiting[fd].address.rpartition(":")[0] not in allowed:
            self._send_away(fd, f"{clean_text(comp_id, cap=64)} may not come from there (AllowedRemoteAddresses)")
            return None
        self._epoll.unregister(fd)
        del self._waiting[fd]
        return Visitor(connection, logon, comp_id)

    def _send_away(self, fd: int, why: str) -> None:
        """Close a connection; one that left by itself is not worth a word."""
        waiting = self._waiting.pop(fd)
        if why:
            self._turned_away.append(f"connection from {waiting.address} closed before its logon: {why}")
        waiting.connection.close()


def logon_length(seen: bytes) -> int | None:
    """Bytes of the Logon(A) that `seen` begins with; 0 while that cannot be said; None when it begins with none."""
    if not seen or not seen.startswith(_START[: len(seen)]):
        return None
    frame = _FRAME.match(seen)
    if frame is None:
        return 0 if seen.count(b"\x01") < 3 else None
    length = frame.end() - len(b"35=A\x01") + int(frame[1]) + _TRAILER_BYTES
    if len(seen) < length:
        return length
    return length if _TRAILER.search(seen[:length]) else None
