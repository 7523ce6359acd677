"""A FIX client on a bare socket that sends what no FIX engine would: any bytes in any field, and a frame that holds.

BodyLength(9) and CheckSum(10) are true to the bytes, so that a message passes the session and comes to be judged by
what it says. For broken frames there is `RawClient.send_text`.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence

from fixspec.message import Message
from support.fix_peers import SOH, RawClient

Field = tuple[int, str | int]


def frame(msg_type: str, fields: Sequence[Field], version: str = "FIX.4.4") -> str:
    """The message, a character a byte; nothing in it is judged."""
    body = f"35={msg_type}{SOH}" + "".join(f"{tag}={value}{SOH}" for tag, value in fields)
    text = f"8={version}{SOH}9={len(body)}{SOH}{body}"
    return f"{text}10={sum(text.encode('latin-1')) % 256:03d}{SOH}"


class RawFix(RawClient):
    """`RawClient` without manners. `receive_buffer` bytes are all that it lets wait unread, where it is given."""

    def __init__(
        self,
        port: int,
        *,
        ours: str = "EMS44",
        theirs: str = "SLUICE",
        version: str = "FIX.4.4",
        receive_buffer: int | None = None,
    ) -> None:
        super().__init__(port, ours=ours, theirs=theirs, version=version)
        if receive_buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)

    def send(self, msg_type: str, *fields: Field, number: int | None = None) -> None:
        now = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
        number = self.number if number is None else number
        header: list[Field] = [(49, self._ours), (56, self._theirs), (34, number), (52, now)]
        self.send_text(frame(msg_type, [*header, *fields], self._version))
        self.number = number + 1

    def receive_message(self) -> Message:
        """The next message; AssertionError where the connection is closed instead."""
        message = self.receive()
        assert message is not None, "the connection was closed"
        return message
