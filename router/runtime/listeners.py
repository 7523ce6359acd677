"""Listening sockets that QuickFIX opened: held to the loopback interface, and to a bounded time for each send.

QuickFIX 1.16 listens on every interface, whatever SocketAcceptHost says, and waits for ever in a send to a client that
does not read. Both are options of the socket, which accepted connections inherit, so they are set from here.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SEND_TIMEOUT_S: Final = 5
"""A client that takes nothing for this long, with a full buffer between, is gone: the send fails, the session drops."""


class ListenerError(Exception):
    """A listening socket cannot be held to loopback."""


def hold_to_loopback(port: int) -> None:
    """Let the listeners of `port` in this process hear the loopback interface only; raises ListenerError."""
    held = 0
    for listener in _listeners(port):
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_TIMEOUT_S, 0))
        except OSError as error:
            raise ListenerError(f"port {port} cannot be held to loopback: {error}") from None
        held += 1
    if not held:
        raise ListenerError(f"port {port}: this process does not listen there")


def _listeners(port: int) -> Iterator[socket.socket]:
    """The listening sockets of this process on `port`, by copies of their descriptors."""
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if not str(entry.readlink()).startswith("socket:"):
                continue
            copy = socket.socket(fileno=os.dup(int(entry.name)))
        except OSError:
            continue  # closed since the listing
        with copy:
            if _listens_on(copy, port):
                yield copy


def _listens_on(candidate: socket.socket, port: int) -> bool:
    try:
        listens = candidate.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
        return listens and candidate.getsockname()[1] == port
    except (OSError, IndexError):
        return False
