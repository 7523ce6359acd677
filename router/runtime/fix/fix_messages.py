"""What crosses the border of the QuickFIX port: plain values, no QuickFIX object. And what may be written of a message.

Knows field numbers of the session level; what an application message says is the gateway's and the venue link's.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from msgspec import Struct

SOH: Final = "\x01"
_SECRET: Final = re.compile(r"(?<=\x01)(554|925|96|1402|1404)=[^\x01]*")
_RAW_DATA: Final = re.compile(r"(?<=\x01)95=(?P<length>[0-9]{1,7})\x0196=")


class PortError(Exception):
    """The sessions cannot be started, or a session's queue is past all bounds."""


class Received(Struct, frozen=True, gc=False):
    """A message from `peer`. `is_admin` for the few session messages that matter above: Heartbeat(0) and Reject(3)."""

    peer: str
    raw: str
    is_admin: bool = False


class PeerUp(Struct, frozen=True, gc=False):
    """The session with `peer` is logged on."""

    peer: str


class PeerDown(Struct, frozen=True, gc=False):
    """The session with `peer` is logged out or lost."""

    peer: str


class Trouble(Struct, frozen=True, gc=False):
    """Something a person should look at."""

    text: str


FromFix: TypeAlias = Received | PeerUp | PeerDown | Trouble


class Outgoing(Struct, frozen=True, gc=False):
    """A whole message for `peer`; QuickFIX gives it number, time and CompIDs. `mark` is its (seq, n) in the journal."""

    peer: str
    text: str
    mark: tuple[int, int] | None = None


def field(raw: str, tag: int) -> str | None:
    """The first value of a tag in raw text, quickly; for session-level tags only (it knows no groups)."""
    start = raw.find(f"{SOH}{tag}=")
    if start < 0:
        return None
    start += len(str(tag)) + 2
    end = raw.find(SOH, start)
    return raw[start:] if end < 0 else raw[start:end]


def redacted(raw: str) -> str:
    """The message as it may be written: without passwords (554, 925; encrypted 1402, 1404) and RawData(96)."""
    data = _RAW_DATA.search(raw)
    if data is not None:  # it may hold SOH, so its length says where it ends
        raw = raw[: data.end()] + raw[data.end() + int(data["length"]) :]
    return _SECRET.sub(r"\1=***", raw)
