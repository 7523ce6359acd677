"""FIX sessions by QuickFIX, both ways; the only module that imports it. Above, nobody knows that QuickFIX exists.

What goes in and out is raw FIX text and the plain values of `fix_messages`. The rules kept here are those of a C++
engine that calls Python from its own threads, each one measured (docs/operations.md, "FIX sessions"):

- an exception that leaves a callback kills the engine's thread: every body is guarded, its message quarantined;
- a callback's arguments are borrowed: they are turned into text before it returns;
- a callback takes no lock that a sender holds, and sending happens in one thread per session, never in the loop's;
- `stop` blocks and must be called from a thread of its own; leaving the process without it crashes.
"""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import quickfix as fix

from fixspec.codec import encode
from fixspec.dictionary import path_of
from fixspec.values import clean_text
from router.runtime.fix_messages import (
    FromFix,
    Outgoing,
    PeerDown,
    PeerUp,
    PortError,
    Received,
    Trouble,
    field,
    redacted,
)
from router.runtime.listeners import SEND_TIMEOUT_S, hold_to_loopback
from router.runtime.sessions_file import FixSession

QUEUE_MAX: Final = 20_000
"""Reports waiting for one session: about a second of all we can send. A client that is further behind is cut off; its
reports go to the session's store and reach it at its next logon."""
QUEUE_HARD_MAX: Final = 4 * QUEUE_MAX
HEARTBEAT_S: Final = range(1, 3_601)
"""What a Logon's HeartBtInt(108) may say; QuickFIX would take -10."""
LOGOUT_WAIT_S: Final = 2.0
_ENGINE_WIDE: Final = ("SocketNodelay", "ReconnectInterval")
"""Keys that QuickFIX's initiator reads from [DEFAULT] alone: in a session's own block they change nothing."""
_NO_RESEND: Final = frozenset("DFG")
_ADMIN_PASSED_ON: Final = frozenset("03")
_INVALID_MSG_TYPE: Final = "11"  # SessionRejectReason(373)

Opaque: TypeAlias = Any
"""QuickFIX's objects, and what passes by its callbacks: it has no types."""


class FixPort:
    """All FIX sessions of a process: one acceptor for the clients, one initiator for the venues.

    `deliver` is called from QuickFIX's threads with everything that comes in. `store` holds sequence numbers and sent
    messages; `quarantine` is where poisoned messages are saved. To a venue, no request is kept while it is away
    or resent when it asks; `plays_client` turns that off for sessions that connect to us or to a broker.
    """

    def __init__(
        self,
        sessions: Sequence[FixSession],
        deliver: Callable[[FromFix], None],
        *,
        store: Path,
        quarantine: Path,
        plays_client: bool = False,
    ) -> None:
        self._sessions = {session.theirs: session for session in sessions}
        assert len(self._sessions) == len(sessions), [session.theirs for session in sessions]
        self._deliver = deliver
        self._store = store
        self._application = _Application(self._sessions, deliver, quarantine, self._answer, plays_client=plays_client)
        self._engines: list[Opaque] = []
        self._started: list[Opaque] = []
        self._kept: list[object] = []  # QuickFIX keeps bare pointers to them
        self._senders: dict[str, _Sender] = {}
        self._dictionaries = {
            version: fix.DataDictionary(str(path_of(version)))
            for version in sorted({session.begin_string for session in sessions})
        }

    def prepare(self) -> None:
        """Make engines and stores, without opening a port: then sequence numbers may be set."""
        self._store.mkdir(parents=True, exist_ok=True)
        for accepts, make in ((True, fix.ThreadedSocketAcceptor), (False, fix.ThreadedSocketInitiator)):
            mine = [session for session in self._sessions.values() if session.accepts == accepts]
            if mine:
                self._engines.append(self._make(make, mine, "acceptor" if accepts else "initiator"))
        for peer in self._sessions:
            session = self._session(peer)
            self._application.know_numbers(peer, session.getExpectedSenderNum(), session.getExpectedTargetNum())

    def start(self) -> None:
        """Open the ports. Raises PortError when one cannot be had."""
        for session in self._sessions.values():
            self._senders[session.theirs] = _Sender(
                session, self._dictionaries[session.begin_string], self._application, self._deliver
            )
        refusal = self._start_engines()
        if refusal:
            raise PortError(f"FIX sessions cannot start: {refusal}")
        for session in self._sessions.values():
            if session.accepts and session.keys.get("SocketAcceptHost") == "127.0.0.1":
                hold_to_loopback(int(session.keys["SocketAcceptPort"]))

    def _start_engines(self) -> str:
        """Why an engine cannot start, or nothing.

        Not raised from here: a traceback would keep the engine alive beyond what it points to, and crash at exit.
        """
        try:
            for engine in self._engines:
                engine.start()
                self._started.append(engine)
        except (fix.ConfigError, fix.RuntimeError) as error:
            return str(error)
        return ""

    def stop(self) -> None:
        """Log out, send what is queued, close. Blocks for seconds: call it from a thread of its own."""
        for sender in self._senders.values():
            sender.close()
        for session in self._sessions.values() if self._engines else ():  # none is made before `prepare`
            self._session(session.theirs).logout("closing")
        deadline = time.monotonic() + LOGOUT_WAIT_S
        while self._application.logged_on and time.monotonic() < deadline:
            time.sleep(0.01)
        for engine in self._started:  # stopping one that has no thread yet crashes
            engine.stop(True)
        # Engines go before what they point to: sessions are struck off QuickFIX's register, and exit finds nothing.
        self._started.clear()
        self._engines.clear()
        self._kept.clear()

    def send(self, message: Outgoing) -> None:
        """Queue a message for its session's sender. Never blocks; raises PortError at the hard bound."""
        self._senders[message.peer].put(message)

    @property
    def logged_on(self) -> frozenset[str]:
        """Who is logged on, as the callbacks told it."""
        return frozenset(self._application.logged_on)

    def handed(self) -> dict[str, tuple[int, int]]:
        """By peer, the mark of the last message handed to its session's store."""
        return {peer: mark for peer, sender in self._senders.items() if (mark := sender.handed) is not None}

    def expect_from(self, peer: str, number: int) -> bool:
        """Expect `number` next from `peer` if a later one is expected now, so that it resends what was lost with us."""
        session = self._session(peer)
        if session.getExpectedTargetNum() <= number:
            return False
        session.setNextTargetMsgSeqNum(number)
        self._application.know_numbers(peer, session.getExpectedSenderNum(), number)
        return True

    def _session(self, peer: str) -> Opaque:
        settings = self._sessions[peer]
        return fix.Session.lookupSession(fix.SessionID(settings.begin_string, settings.ours, settings.theirs))

    def _answer(self, peer: str, text: str) -> None:
        sender = self._senders.get(peer)
        if sender is not None:
            sender.put(Outgoing(peer, text))

    def _make(self, make: Opaque, sessions: Sequence[FixSession], name: str) -> Opaque:
        path = self._store / f"{name}.cfg"
        path.write_text(_settings_text(sessions, self._store), encoding="utf-8")
        settings = fix.SessionSettings(str(path))
        factory = fix.FileStoreFactory(settings)
        try:
            engine = make(self._application, factory, settings)
        except fix.ConfigError as error:
            raise PortError(f"FIX sessions cannot start: {error}") from None
        self._kept.extend((factory, settings))
        return engine


def _settings_text(sessions: Iterable[FixSession], store: Path) -> str:
    """The sessions in QuickFIX's form, with what is not the user's to choose: store, dictionaries, who may connect."""
    blocks, common = [], dict[str, str]()
    for session in sessions:
        keys = {
            **session.keys,
            "FileStorePath": str(store),
            "UseDataDictionary": "Y",
            "DataDictionary": str(path_of(session.begin_string)),
        }
        if keys.get("SocketAcceptHost") == "127.0.0.1":
            keys.setdefault("AllowedRemoteAddresses", "127.0.0.1")
        if session.accepts and not {"StartTime", "NonStopSession"} & keys.keys():
            keys["NonStopSession"] = "Y"
        common |= {key: keys[key] for key in _ENGINE_WIDE if key in keys}
        lines = [f"{key}={value}" for key, value in keys.items()]
        blocks.append("\n".join(["[SESSION]", *lines, ""]))
    return "\n".join(["[DEFAULT]", *(f"{key}={value}" for key, value in common.items()), *blocks])


class _Sender:
    """Sends one session's messages, in order, in a thread of its own: a slow reader holds up nobody else."""

    def __init__(
        self,
        session: FixSession,
        dictionary: Opaque,
        application: _Application,
        deliver: Callable[[FromFix], None],
    ) -> None:
        self._session = session
        self._id = fix.SessionID(session.begin_string, session.ours, session.theirs)
        self._dictionary = dictionary
        self._application = application
        self._deliver = deliver
        self._queue: queue.SimpleQueue[Outgoing | None] = queue.SimpleQueue()
        self._behind = False
        self._given_up = False
        self.handed: tuple[int, int] | None = None
        self._thread = threading.Thread(target=self._run, name=f"fix-send-{session.theirs}", daemon=True)
        self._thread.start()

    def put(self, message: Outgoing) -> None:
        waiting = self._queue.qsize()
        if waiting >= QUEUE_HARD_MAX:
            raise PortError(f"{message.peer}: {waiting} messages wait to be sent, limit {QUEUE_HARD_MAX}")
        if waiting >= QUEUE_MAX and not self._behind:
            self._behind = True
            self._deliver(Trouble(f"{message.peer} reads too slowly: {waiting} messages wait; it is disconnected"))
            # In a thread: QuickFIX holds the session's lock while a send blocks.
            threading.Thread(target=self._disconnect, name=f"fix-cut-{message.peer}", daemon=True).start()
        self._queue.put(message)

    def close(self) -> None:
        """Send what is queued, then end; what a client has not taken in time is left to the next start.

        The thread must be gone before the engine is: it would come back from its send into freed memory.
        """
        self._queue.put(None)
        self._thread.join(LOGOUT_WAIT_S)
        self._given_up = True
        self._thread.join(SEND_TIMEOUT_S + LOGOUT_WAIT_S)

    def _run(self) -> None:
        while (message := self._queue.get()) is not None and not self._given_up:
            try:
                self._send(message)
            except Exception as error:  # noqa: BLE001 - one bad message must not end the thread that sends the rest
                what = f"{type(error).__name__}: {error}"
                self._deliver(Trouble(f"{message.peer}: not sent ({what}): {redacted(message.text)[:400]}"))

    def _send(self, message: Outgoing) -> None:
        to_venue = not self._session.accepts and not self._application.plays_client
        if to_venue and message.peer not in self._application.logged_on:
            # QuickFIX would store it and replay a stale order at the next logon.
            self._deliver(Trouble(f"{message.peer} is not logged on; not sent: {redacted(message.text)[:200]}"))
            return
        begun = time.monotonic()
        sent = fix.Session.sendToTarget(fix.Message(message.text, self._dictionary, False), self._id)
        if not sent and to_venue:
            self._deliver(Trouble(f"{message.peer}: may not have been sent: {redacted(message.text)[:200]}"))
        elif time.monotonic() - begun >= SEND_TIMEOUT_S and message.peer in self._application.logged_on:
            # `sent` says yes all the same. Part of a message may be out, and nothing after it would be understood; the
            # session's store has it for the next logon.
            self._deliver(Trouble(f"{message.peer} took nothing for {SEND_TIMEOUT_S} s; it is disconnected"))
            self._disconnect()
        if message.mark is not None:
            self.handed = message.mark
        if self._behind and self._queue.qsize() < QUEUE_MAX // 2:
            self._behind = False

    def _disconnect(self) -> None:
        fix.Session.lookupSession(self._id).disconnect()


class _Application(fix.Application):  # type: ignore[misc]  # QuickFIX has no types
    """The seven callbacks: each a guard around a body that may fail; only what QuickFIX allows is raised out of it."""

    def __init__(
        self,
        sessions: Mapping[str, FixSession],
        deliver: Callable[[FromFix], None],
        quarantine: Path,
        answer: Callable[[str, str], None],
        *,
        plays_client: bool,
    ) -> None:
        super().__init__()
        self.logged_on: set[str] = set()
        self._sessions = sessions
        self._peers = {_name(session): peer for peer, session in sessions.items()}
        self._deliver = deliver
        self._quarantine = quarantine
        self._answer = answer
        self.plays_client = plays_client
        self._poisoned = 0
        self._numbers: dict[str, tuple[int, int]] = {}
        self._restore: dict[str, tuple[int, int]] = {}

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
            raise fix.RejectLogon(refusal)

    def toApp(self, message: Opaque, session_id: Opaque) -> None:  # noqa: N802 - a name of QuickFIX
        if self._guard("toApp", self._to_app, session_id, message):
            raise fix.DoNotSend

    def fromApp(self, message: Opaque, session_id: Opaque) -> None:  # noqa: N802 - a name of QuickFIX
        self._guard("fromApp", self._from_app, session_id, message)

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
        if peer in self._restore and field(raw, 35) == "5":
            self._restore_numbers(peer)
        self._remember(peer, sent=field(raw, 34))
        return field(raw, 35) == "3" and field(raw, 373) == _INVALID_MSG_TYPE

    def _from_admin(self, peer: str, raw: str) -> str | None:
        kind = field(raw, 35)
        if kind == "A" and self._sessions[peer].accepts:
            refusal = self._logon_refusal(peer, raw)
            if refusal:
                self._deliver(Trouble(f"{peer}: Logon(A) refused: {refusal}"))
                return refusal
        self._remember(peer, received=field(raw, 34))
        if kind in _ADMIN_PASSED_ON:
            self._deliver(Received(peer, raw, is_admin=True))
        return None

    def _to_app(self, peer: str, raw: str) -> bool:
        """Whether it must not be sent: a request to a venue that is only a resend has gone stale meanwhile."""
        resent = field(raw, 43) == "Y"
        if not resent:
            self._remember(peer, sent=field(raw, 34))
        to_venue = not self._sessions[peer].accepts and not self.plays_client
        return resent and to_venue and field(raw, 35) in _NO_RESEND

    def _from_app(self, peer: str, raw: str) -> None:
        if field(raw, 35) == "j" and self._sessions[peer].accepts:
            # An alarm, never an answer: two engines that reject each other's rejects do not stop.
            what = clean_text(f"our {field(raw, 372)} {field(raw, 45)}: {field(raw, 58)}", cap=300)
            self._deliver(Trouble(f"{peer} sent a BusinessMessageReject(j) of {what}"))
        else:
            self._deliver(Received(peer, raw))
        self._remember(peer, received=field(raw, 34))

    # --- Logon(A)

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


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
