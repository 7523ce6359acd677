"""Calls a venue: connects, and again when the connection is lost; QuickFIX is given one that stands.

QuickFIX's own initiator, polled, does not connect again: it keeps a refused socket for ever, and after a lost
connection goes on with the old one. So it is told to connect to a door of ours, once, when the venue has been reached;
`pump` then puts the venue's connection in the place of the one to our door. Knows an address, and nothing of FIX.
"""

from __future__ import annotations

import select
import socket
import time
from typing import Final

from msgspec import Struct

CONNECT_S: Final = 10.0
"""How long a venue may take to accept a connection."""


class Venue(Struct, frozen=True, kw_only=True):
    """Where to connect, and how."""

    host: str
    port: int
    retry_s: float
    nodelay: bool = True
    buffers: tuple[tuple[int, int], ...] = ()
    """(SO_SNDBUF or SO_RCVBUF, bytes)."""


class Caller:
    """One venue's connection, before it is QuickFIX's and after it is lost."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self.door = socket.create_server(("127.0.0.1", 0))
        """Where QuickFIX connects to."""
        self.door.setblocking(False)
        self._line: socket.socket | None = None
        self._since = 0.0
        self._retry_at = 0.0

    def reach(self) -> socket.socket | None:
        """A connection that stands, once; None while there is none. Never waits."""
        now = time.monotonic()
        if self._line is None:
            if now < self._retry_at:
                return None
            self._line, self._since, self._retry_at = _dial(self._venue), now, now + self._venue.retry_s
        line = self._line
        ready = select.poll()
        ready.register(line, select.POLLOUT)
        if not ready.poll(0):
            if now - self._since > CONNECT_S:
                self._hang_up()
            return None
        if line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._hang_up()
            return None
        self._line = None
        return line

    def close(self) -> None:
        self._hang_up()
        self.door.close()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def _dial(venue: Venue) -> socket.socket:
    line = socket.socket()
    line.setblocking(False)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, venue.nodelay)
    for option, size in venue.buffers:
        line.setsockopt(socket.SOL_SOCKET, option, size)
    line.connect_ex((venue.host, venue.port))  # what goes wrong is the socket's error, read when it is ready
    return line
