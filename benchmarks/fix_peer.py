"""A FIX 4.4 peer on a bare asyncio transport: as little as a session needs, so that what is timed is the other side.

It numbers, dates and frames what it sends, answers Logon(A) and TestRequest(1), and gives every application message to
`on_message` with the monotonic time (ns) at which its bytes came. It checks nothing and keeps nothing: a benchmark's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

SOH = b"\x01"
OnMessage = Callable[[int, bytes, bytes], None]
"""(when its bytes came, MsgType(35), the message)."""


class FixPeer(asyncio.Protocol):
    """One session. A peer that `connects` says Logon first; the other answers it."""

    def __init__(self, ours: str, theirs: str, on_message: OnMessage, *, connects: bool) -> None:
        self._routing = f"49={ours}\x0156={theirs}\x0134=".encode()
        self._on_message = on_message
        self._connects = connects
        self._number = 0
        self._buffer = b""
        self._second, self._second_text = 0, b""
        self._transport: asyncio.WriteTransport | None = None
        self.up = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport), transport
        self._transport = transport
        if self._connects:
            self.send(b"A", b"98=0\x01108=30\x01")

    def data_received(self, data: bytes) -> None:
        came = time.monotonic_ns()
        self._buffer += data
        # The checksum field is seven bytes long and ends every message.
        while (end := self._buffer.find(b"\x0110=")) >= 0 and len(self._buffer) >= end + 8:
            message, self._buffer = self._buffer[: end + 8], self._buffer[end + 8 :]
            self._take(came, message)

    def _take(self, came: int, message: bytes) -> None:
        kind = field(message, b"35")
        if kind == b"A":
            if not self._connects:
                self.send(b"A", b"98=0\x01108=30\x01")
            self.up.set()
        elif kind == b"1":
            self.send(b"0", b"112=" + field(message, b"112") + SOH)
        elif kind != b"0":
            self._on_message(came, kind, message)

    def send(self, kind: bytes, fields: bytes) -> int:
        """Put a message on the wire; returns the monotonic time just before."""
        self._number += 1
        head = b"35=%b\x01%b%d\x0152=%b\x01" % (kind, self._routing, self._number, self._time())
        text = b"8=FIX.4.4\x019=%d\x01%b%b" % (len(head) + len(fields), head, fields)
        text += b"10=%03d\x01" % (sum(text) % 256)
        assert self._transport is not None, "not connected"
        sent = time.monotonic_ns()
        self._transport.write(text)
        return sent

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _time(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second, self._second_text = second, time.strftime("%Y%m%d-%H:%M:%S", time.gmtime(second)).encode()
        return self._second_text


def field(message: bytes, tag: bytes) -> bytes:
    """The first value of a tag; empty without one."""
    start = message.find(SOH + tag + b"=")
    if start < 0:
        return b""
    start += len(tag) + 2
    return message[start : message.index(SOH, start)]
