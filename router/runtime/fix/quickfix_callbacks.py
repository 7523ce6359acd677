"""QuickFIX's seven callbacks: what it says is passed on as plain values, and nothing that fails here reaches it.

- An exception that leaves a callback ends the process or its session: every body is guarded, its message quarantined.
- A callback's arguments are borrowed: they are turned into text before it returns.

With `quickfix_port`, its only user, the only place that imports QuickFIX. Knows the session's messages, and of the rest
only their MsgType(35).
"""

from __future__ import annotations

import contextlib
import inspect
import os
import time
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import quickfix as fix

from fixspec.codec import encode
from fixspec.values import clean_text
from router.runtime.fix.fix_messages import FromFix, PeerDown, PeerUp, Received, Trouble, field, redacted
from router.runtime.fix.sessions_file import FixSession

HEARTBEAT_S: Final = range(1, 3_601)
"""What a Logon's HeartBtInt(108) may say; QuickFIX would take -10."""
_NO_RESEND: Final = frozenset("DFG")
_ADMIN_PASSED_ON: Final = frozenset("03")
CLOSING: Final = "closing"
"""Text(58) of the Logout(5) with which we end a session; one with any other text says what is wrong."""
_INVALID_MSG_TYPE: Final = "11"  # SessionRejectReason(373)

Opaque: TypeAlias = Any
"""QuickFIX's objects, and what passes by its callbacks: it has no types."""


class Callbacks(fix.Application):  # type: ignore[misc]  # QuickFIX has no types
    """The seven callbacks: each a guard around a body that may fail; only what QuickFIX allows is raised out of it."""

    def __init__(
        self,
        sessions: Mapping[str, FixSession],
        deliver: Callable[[FromFix], None],
        quarantine: Path,
        answer: Callable[[str, str], None],
        *,
        plays_client: bool,
        stale: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__()
        self.logged_on: set[str] = set()
        self._sessions = sessions
        self._peers = {_name(session): peer for peer, session in sessions.items()}
        self._deliver = deliver
        self._quarantine = quarantine
        self._answer = answer
        self.plays_client = plays_client
        self._stale = stale
        self.count: Callable[[str], None] = lambda _: None
        """Called with the peer that a message goes to."""
        self._poisoned = 0
        self._raised: list[types.FrameType] = []
        self._numbers: dict[str, tuple[int, int]] = {}
        self._restore: dict[str, tuple[int, int]] = {}
        self._refused: set[str] = set()
        """Whose Logon we have refused, with an alarm: the Logout(5) that follows says it again."""

    # --- the callbacks

    def onCreate(self, session_id: Opaque) -> None:  # noqa: N802 - a name of QuickFIX
        self._guard("onCreate", self._created, session_id, None)

    def onLogon(self, session_id: Opaque) -> None:  # noqa: N802 - a name of QuickFIX
        self._guard("onLogon", self._logged_on, session_id, None)

    def onLogout(self, session_id: Opaque) -> None:  # noqa: N802 - a name of QuickFIX
        self._guard("onLogout", self._logged_out, session_id, None)

    def toAdmin(self, message: Opaque, session_id: Opaque) -> None:  # noqa: N802 - a name of QuickFIX
        if self._guard("toAdmin", self._to_admin, session_id, message):
            self._guard("toAdmin", lambda _, raw: _say_unsupported(message, raw), session_id, message)

    def fromAdmin(self, message: Opaque, session_id: Opaque) -> None:  # noqa: N802 - a name of QuickFIX
        refusal = self._guard("fromAdmin", self._from_admin, session_id, message)
        if refusal:
            raise self._to_raise(fix.RejectLogon(refusal))

    def toApp(self, message: Opaque, session_id: Opaque) -> None:  # noqa: N802 - a name of QuickFIX
        if self._guard("toApp", self._to_app, session_id, message):
            raise self._to_raise(fix.DoNotSend())

    def fromApp(self, message: Opaque, session_id: Opaque) -> None:  # noqa: N802 - a name of QuickFIX
        self._guard("fromApp", self._from_app, session_id, message)

    def _to_raise(self, error: Exception) -> Exception:
        frame = inspect.currentframe()
        if frame is not None and frame.f_back is not None:
            self._raised.append(frame.f_back)
        return error

    def forget_raised(self) -> None:
        """QuickFIX never frees what is raised at it, nor the frames below, in which its engine would live for ever."""
        for frame in self._raised:
            below: types.FrameType | None = frame
            with contextlib.suppress(RuntimeError):  # it is running still, and so are those below
                while below is not None:
                    below.clear()
                    below = below.f_back
        self._raised.clear()

    # --- their bodies: (peer, raw text) in, what to raise out

    def _created(self, peer: str, raw: str) -> None:
        self._numbers[peer] = (1, 1)

    def _logged_on(self, peer: str, raw: str) -> None:
        self.logged_on.add(peer)
        self._deliver(PeerUp(peer))

    def _logged_out(self, peer: str, raw: str) -> None:
        if peer in self.logged_on:
            self.logged_on.discard(peer)
            self._deliver(PeerDown(peer))

    def _to_admin(self, peer: str, raw: str) -> bool:
        """Whether it is a Reject(3) of a message type that our dictionaries lack."""
        self.count(peer)
        kind = field(raw, 35)
        if kind == "5":
            self._tell_why(f"{peer} is logged out by us", "" if peer in self._refused else field(raw, 58))
            self._refused.discard(peer)
            if peer in self._restore:
                self._restore_numbers(peer)
        self._remember(peer, sent=field(raw, 34))
        return kind == "3" and field(raw, 373) == _INVALID_MSG_TYPE

    def _from_admin(self, peer: str, raw: str) -> str | None:
        kind = field(raw, 35)
        if kind == "A" and self._sessions[peer].accepts:
            refusal = self._logon_refusal(peer, raw)
            if refusal:
                self._deliver(Trouble(f"{peer}: Logon(A) refused: {refusal}"))
                self._refused.add(peer)
                return refusal
        if kind == "5":
            self._tell_why(f"{peer} logs out", field(raw, 58))
        self._remember(peer, received=field(raw, 34))
        if kind in _ADMIN_PASSED_ON:
            self._deliver(Received(peer, raw, is_admin=True))
        return None

    def _to_app(self, peer: str, raw: str) -> bool:
        """Whether it must not be sent: a resend that has gone stale, as a request to a venue or market data has."""
        self.count(peer)
        resent = field(raw, 43) == "Y"
        if not resent:
            self._remember(peer, sent=field(raw, 34))
        to_venue = not self._sessions[peer].accepts and not self.plays_client
        return resent and field(raw, 35) in (_NO_RESEND if to_venue else self._stale)

    def _from_app(self, peer: str, raw: str) -> None:
        if field(raw, 35) == "j" and self._sessions[peer].accepts:
            # An alarm, never an answer: two engines that reject each other's rejects do not stop.
            what = clean_text(f"our {field(raw, 372)} {field(raw, 45)}: {field(raw, 58)}", cap=300)
            self._deliver(Trouble(f"{peer} sent a BusinessMessageReject(j) of {what}"))
        else:
            self._deliver(Received(peer, raw))
        self._remember(peer, received=field(raw, 34))

    # --- Logon(A), Logout(5)

    def _tell_why(self, what: str, text: str | None) -> None:
        """QuickFIX ends a session, or one that is refused calls again, over and over: only Text(58) says why."""
        if text and text != CLOSING:
            self._deliver(Trouble(f"{what}: {clean_text(text, cap=300)}"))

    def _logon_refusal(self, peer: str, raw: str) -> str | None:
        heartbeat = field(raw, 108) or ""
        if not (heartbeat.isascii() and heartbeat.isdigit() and int(heartbeat) in HEARTBEAT_S):
            return f"HeartBtInt(108) must be {HEARTBEAT_S[0]} to {HEARTBEAT_S[-1]} seconds: got '{heartbeat[:20]}'"
        if field(raw, 141) == "Y" and max(self._numbers[peer]) > 1:
            # By now QuickFIX has reset its store; the numbers are put back as it says its Logout(5).
            self._restore[peer] = self._numbers[peer]
            return "ResetSeqNumFlag(141)=Y is refused outside the schedule: reports could be lost; call the desk"
        return None

    def _restore_numbers(self, peer: str) -> None:
        ours, theirs = self._restore.pop(peer)
        settings = self._sessions[peer]
        session = fix.Session.lookupSession(fix.SessionID(settings.begin_string, settings.ours, settings.theirs))
        # The Logout has its number already and adds one to the store's when it is sent.
        session.setNextSenderMsgSeqNum(ours - 1)
        session.setNextTargetMsgSeqNum(theirs)

    def _remember(self, peer: str, *, sent: str | None = None, received: str | None = None) -> None:
        """The next numbers of the session (ours, theirs), to put back should a peer reset them against the rules."""
        if peer in self._restore:
            return
        ours, theirs = self._numbers[peer]
        if sent is not None:
            ours = max(ours, int(sent) + 1)
        if received is not None:
            theirs = max(theirs, int(received) + 1)
        self._numbers[peer] = (ours, theirs)

    def know_numbers(self, peer: str, ours: int, theirs: int) -> None:
        """What the store said at the start."""
        self._numbers[peer] = (ours, theirs)

    # --- the guard

    def _guard(self, where: str, body: Callable[[str, str], Opaque], session_id: Opaque, message: Opaque) -> Opaque:
        """Run a callback's body; whatever goes wrong is quarantined, alarmed and, for a request, answered."""
        peer, raw = "?", ""
        try:
            # One call over the border instead of two: each lets Python's lock go, and waits to have it back.
            peer = self._peers[session_id.toString()]
            raw = "" if message is None else message.toString()
            return body(peer, raw)
        except BaseException as error:  # noqa: BLE001 - anything let out of here kills QuickFIX's thread
            self._poison(where, peer, raw, error)
            return None

    def _poison(self, where: str, peer: str, raw: str, error: BaseException) -> None:
        try:
            self._poisoned += 1
            path = self._quarantine / f"{self._poisoned:06d}-{where}-{time.time_ns()}.fix"
            self._quarantine.mkdir(parents=True, exist_ok=True)
            path.write_bytes(redacted(raw).encode("utf-8", "surrogateescape"))
            what = f"{type(error).__name__}: {error}"[:300]
            self._deliver(Trouble(f"{peer}: {where} failed ({what}); the message is in {path}"))
            if where == "fromApp":
                self._answer(peer, _reject(raw, self._sessions[peer].begin_string))
        except BaseException as second:  # noqa: BLE001 - the last net: the disk is full, or the loop is gone
            os.write(2, f"sluice: {where} of {peer} failed: {error!r}, and its quarantine: {second!r}\n".encode())


def _say_unsupported(reject: Opaque, raw: str) -> None:
    """Make a Reject(3) of an unknown message type a BusinessMessageReject(j), in the gateway's words.

    No dictionary can list the types that somebody else may invent (U...), and a type that is good FIX and not for us
    is an application's question (FIX 4.4 Vol. 1, BusinessMessageReject), not a fault of the session.
    """
    reject.getHeader().setField(35, "j")
    for tag in (371, 373):
        reject.removeField(tag)
    msg_type = clean_text(field(raw, 372) or "?", cap=16)
    reject.setField(372, msg_type)
    reject.setField(380, "3")
    reject.setField(58, f"MsgType(35) {msg_type} is not supported")


def _name(session: FixSession) -> str:
    """A session as QuickFIX's SessionID writes it."""
    return f"{session.begin_string}:{session.ours}->{session.theirs}"


def _reject(raw: str, begin_string: str) -> str:
    """BusinessMessageReject(j) to a message that could not be taken in."""
    fields: list[tuple[int, str | int]] = [
        (45, field(raw, 34) or 0),
        (372, field(raw, 35) or "?"),
        (380, 4),
        (58, "not processed: internal error; the desk has been alarmed"),
    ]
    return encode("j", fields, begin_string)
