"""FIX sessions by QuickFIX, both ways. Above this module and its callbacks, nobody knows that QuickFIX exists.

What goes in and out is raw FIX text and the plain values of `fix_messages`. The rules kept here are those of a C++
engine that was made for threads of its own, each one measured (docs/operations.md, "FIX sessions"):

- everything of QuickFIX runs in one thread, the one that turns the port: the loop's, or one of the port's own;
- a session is written to only while its socket has room: what is more than that waits here, within bounds;
- leaving the process without `stop` crashes.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import quickfix as fix

from fixspec.dictionary import path_of
from router.runtime.fix.caller import Caller, Venue
from router.runtime.fix.fix_messages import (
    FromFix,
    Outgoing,
    PortError,
    Trouble,
    redacted,
)
from router.runtime.fix.front_door import Place
from router.runtime.fix.pump import TICK_S, Pump
from router.runtime.fix.quickfix_callbacks import CLOSING, Callbacks, Opaque
from router.runtime.fix.sessions_file import FixSession

_ACCEPTOR: Final = ""
"""The name of the clients' engine among those of the venues."""
QUEUE_MAX: Final = 20_000
"""Reports waiting for one session: about a second of all we can send. A client that is further behind is cut off; its
reports go to the session's store and reach it at its next logon."""
QUEUE_HARD_MAX: Final = 4 * QUEUE_MAX
SEND_BUFFER_BYTES: Final = 262_144
"""What the kernel keeps for a client, where its SocketSendBufferSize does not say: a thousand reports. Left alone it
takes megabytes before anybody learns that a client does not read."""
SEND_TIMEOUT_S: Final = 5.0
"""A client that takes nothing for this long, with a full buffer between, is gone."""
RETRY_S: Final = 30
"""Between two calls to a venue that does not answer, where its ReconnectInterval does not say: QuickFIX's own."""
LOGOUT_WAIT_S: Final = 2.0
_BUFFERS: Final = {"SocketSendBufferSize": socket.SO_SNDBUF, "SocketReceiveBufferSize": socket.SO_RCVBUF}


class FixPort:
    """All FIX sessions of a process: one acceptor for the clients, one initiator for the venues.

    Once started it is turned: by its owner, who watches `fileno`, or in a thread of its own (`run`). From there
    `deliver` is called with everything that comes in. `store` holds sequence numbers and sent messages; `quarantine` is
    where poisoned messages are saved. To a venue, no request is kept while it is away or resent when it asks;
    `plays_client` turns that off for sessions that connect to us or to a broker. To a client, messages of the types in
    `stale` are not resent: a gap is said to have been filled instead.
    """

    def __init__(
        self,
        sessions: Sequence[FixSession],
        deliver: Callable[[FromFix], None],
        *,
        store: Path,
        quarantine: Path,
        plays_client: bool = False,
        stale: frozenset[str] = frozenset(),
    ) -> None:
        self._sessions = {session.theirs: session for session in sessions}
        assert len(self._sessions) == len(sessions), [session.theirs for session in sessions]
        self._deliver = deliver
        self._store = store
        self._callbacks = Callbacks(
            self._sessions, deliver, quarantine, self._answer, plays_client=plays_client, stale=stale
        )
        self._callbacks.count = self._count
        self._engines: dict[str, Opaque] = {}
        """The clients' acceptor, and an initiator for each peer that we connect to."""
        self._kept: dict[str, tuple[object, ...]] = {}  # QuickFIX keeps bare pointers to them
        self._dictionaries = {
            version: fix.DataDictionary(str(path_of(version)))
            for version in sorted({session.begin_string for session in sessions})
        }
        self._outboxes = {
            peer: _Outbox(session, self._dictionaries[session.begin_string]) for peer, session in self._sessions.items()
        }
        self._callers: dict[str, Caller] = {}
        self._pump: Pump | None = None
        self._turning = False
        self._closing = False
        self._owner: int | None = None
        self._thread: threading.Thread | None = None
        self._ticked = 0.0

    def prepare(self) -> None:
        """Make engines and stores, without opening a port: then sequence numbers may be set."""
        self._store.mkdir(parents=True, exist_ok=True)
        clients = self._mine(accepts=True)
        if clients:
            self._make(_ACCEPTOR, fix.SocketAcceptor, clients)
        for session in self._mine(accepts=False):
            self._callers[session.theirs] = Caller(_venue(session))
            self._make(session.theirs, fix.SocketInitiator, [session])

    def start(self) -> None:
        """Open the ports; from now on this thread turns. Raises PortError when a port cannot be had."""
        self._owner = threading.get_ident()
        self._pump = Pump(self._store, lambda text: self._deliver(Trouble(text)))
        refusal = self._open(self._pump)
        if refusal:
            raise PortError(f"FIX sessions cannot start: {refusal}")

    def _open(self, pump: Pump) -> str:
        """Why an engine cannot start, or nothing.

        Not raised from here: a traceback would keep the engine alive beyond what it points to, and crash at exit.
        """
        try:
            if _ACCEPTOR in self._engines:
                pump.add_acceptor(self._engines[_ACCEPTOR], _places(self._mine(accepts=True)))
            for peer, caller in self._callers.items():
                pump.add_initiator(peer, caller, self._engines[peer], partial(self._make_again, peer))
        except (fix.ConfigError, fix.RuntimeError, PortError, OSError) as error:
            return str(error)
        return ""

    def run(self) -> None:
        """Start, and turn in a thread of its own until `stop`: for who has no loop. Raises PortError as `start`."""
        self.start()
        self._thread = threading.Thread(target=self._run, name="fix", daemon=True)
        self._owner = None
        self._thread.start()

    def _run(self) -> None:
        assert self._pump is not None
        self._owner = threading.get_ident()
        try:
            while not self._closing:
                self.turn(self._pump.tick_s)
        except Exception as error:
            self._deliver(Trouble(f"FIX sessions are not served any more: {error!r}"))
            raise

    def fileno(self) -> int:
        """Can be read when `turn` has something to do."""
        assert self._pump is not None, "not started"
        return self._pump.fileno()

    def turn(self, timeout: float = 0.0) -> None:
        """Read what has come and send what waits; with nothing to do, at least every `TICK_S`."""
        assert self._pump is not None, "not started"
        self._turning = True
        try:
            self._pump.turn(timeout)
            self._know_sockets(self._pump)
        finally:
            self._turning = False
            self._callbacks.forget_raised()
        for outbox in self._outboxes.values():
            if outbox.queue:
                self._flush(outbox)
        now = time.monotonic()
        if now - self._ticked >= TICK_S:
            self._ticked = now
            self._tick(now)

    def stop(self) -> None:
        """Log out, send what is queued, close. Blocks for seconds."""
        self._closing = True
        if self._thread is not None:
            self._wake()
            self._thread.join()
        self._owner = threading.get_ident()
        if self._pump is not None:
            self._log_out()
            for name in self._engines:
                self._engines[name].stop(True)
            self._pump.let_go()
        # Engines go before what they point to: sessions are struck off QuickFIX's register, and exit finds nothing.
        self._engines.clear()
        self._kept.clear()
        if self._pump is not None:
            self._pump.close()
            self._pump = None

    def _log_out(self) -> None:
        """Send what is queued, say Logout(5), wait for its answer; what a client has not taken goes to its store."""
        deadline = time.monotonic() + LOGOUT_WAIT_S
        while any(outbox.queue for outbox in self._outboxes.values()) and time.monotonic() < deadline:
            self.turn(0.01)
        for peer in self._sessions:
            self._session(peer).logout(CLOSING)
        deadline = time.monotonic() + LOGOUT_WAIT_S
        while self._callbacks.logged_on and time.monotonic() < deadline:
            self._next()
            self.turn(0.01)
        for peer, outbox in self._outboxes.items():
            if peer in self._callbacks.logged_on:
                self._session(peer).disconnect()
            outbox.fd = None
            self._flush(outbox)

    def send(self, message: Outgoing) -> None:
        """Send, or queue while the peer reads slowly. Never blocks; raises PortError at the hard bound."""
        outbox = self._outboxes[message.peer]
        waiting = len(outbox.queue)
        if waiting >= QUEUE_HARD_MAX:
            raise PortError(f"{message.peer}: {waiting} messages wait to be sent, limit {QUEUE_HARD_MAX}")
        outbox.queue.append(message)
        if threading.get_ident() == self._owner and not self._turning:
            self._flush(outbox)
        else:
            self._wake()

    @property
    def logged_on(self) -> frozenset[str]:
        """Who is logged on, as the callbacks told it."""
        return frozenset(self._callbacks.logged_on)

    def handed(self) -> dict[str, tuple[int, int]]:
        """By peer, the mark of the last message handed to its session's store."""
        return {peer: outbox.handed for peer, outbox in self._outboxes.items() if outbox.handed is not None}

    def expect_from(self, peer: str, number: int) -> bool:
        """Expect `number` next from `peer` if a later one is expected now, so that it resends what was lost with us."""
        session = self._session(peer)
        if session.getExpectedTargetNum() <= number:
            return False
        session.setNextTargetMsgSeqNum(number)
        self._callbacks.know_numbers(peer, session.getExpectedSenderNum(), number)
        return True

    # --- sockets and their room

    def _know_sockets(self, pump: Pump) -> None:
        """Who is logged on by which socket."""
        logged_on = self._callbacks.logged_on
        for peer, outbox in self._outboxes.items():
            if peer not in logged_on:
                outbox.fd = None
            elif outbox.fd is None:
                outbox.fd = pump.socket_of(peer)
                outbox.taken, outbox.taken_at = -1, time.monotonic()

    def _count(self, peer: str) -> None:
        fd = self._outboxes[peer].fd
        if fd is not None and self._pump is not None:
            self._pump.count(fd)

    def _flush(self, outbox: _Outbox) -> None:
        pump = self._pump
        while outbox.queue:
            if outbox.fd is not None and pump is not None and not pump.can_write(outbox.fd):
                return
            self._send(outbox, outbox.queue.popleft())

    def _send(self, outbox: _Outbox, message: Outgoing) -> None:
        try:
            self._send_now(outbox, message)
        except Exception as error:  # noqa: BLE001 - one bad message must not hold up the rest
            what = f"{type(error).__name__}: {error}"
            self._deliver(Trouble(f"{message.peer}: not sent ({what}): {redacted(message.text)[:400]}"))

    def _send_now(self, outbox: _Outbox, message: Outgoing) -> None:
        to_venue = not outbox.session.accepts and not self._callbacks.plays_client
        if to_venue and message.peer not in self._callbacks.logged_on:
            # QuickFIX would store it and replay a stale order at the next logon.
            self._deliver(Trouble(f"{message.peer} is not logged on; not sent: {redacted(message.text)[:200]}"))
            return
        sent = fix.Session.sendToTarget(fix.Message(message.text, outbox.dictionary, False), outbox.id)
        if not sent and to_venue:
            self._deliver(Trouble(f"{message.peer}: may not have been sent: {redacted(message.text)[:200]}"))
        if message.mark is not None:
            outbox.handed = message.mark

    # --- now and then

    def _tick(self, now: float) -> None:
        self._next()
        for peer, outbox in self._outboxes.items():
            if outbox.fd is None or self._pump is None:
                continue
            waiting, taken = self._pump.progress(outbox.fd)
            if taken != outbox.taken or not waiting:
                outbox.taken, outbox.taken_at = taken, now
            if len(outbox.queue) >= QUEUE_MAX:
                why = f"{peer} reads too slowly: {len(outbox.queue)} messages wait; it is disconnected"
            elif now - outbox.taken_at >= SEND_TIMEOUT_S:
                why = f"{peer} took nothing for {SEND_TIMEOUT_S:g} s; it is disconnected"
            else:
                continue
            # What waits goes to the session's store, for the next logon.
            self._deliver(Trouble(why))
            self._session(peer).disconnect()

    def _next(self) -> None:
        """Let sessions see to their heartbeats: QuickFIX does so by itself only when nothing else is to be done."""
        now = fix.UtcTimeStamp()
        for peer in self.logged_on:
            self._session(peer).next(now)

    def _wake(self) -> None:
        if self._pump is not None:
            self._pump.wake()

    # --- QuickFIX's objects

    def _mine(self, *, accepts: bool) -> list[FixSession]:
        return [session for session in self._sessions.values() if session.accepts == accepts]

    def _session(self, peer: str) -> Opaque:
        return fix.Session.lookupSession(self._outboxes[peer].id)

    def _answer(self, peer: str, text: str) -> None:
        with contextlib.suppress(PortError):  # the peer has been cut off for what waits already
            self.send(Outgoing(peer, text))

    def _make(self, name: str, make: Opaque, sessions: Sequence[FixSession]) -> None:
        path = self._store / f"{name or 'clients'}.cfg"
        doors = {peer: caller.door.getsockname()[1] for peer, caller in self._callers.items()}
        path.write_text(_settings_text(sessions, self._store, doors), encoding="utf-8")
        settings = fix.SessionSettings(str(path))
        factory = fix.FileStoreFactory(settings)
        self._kept[name] = (factory, settings)
        try:
            self._engines[name] = make(self._callbacks, factory, settings)
        except fix.ConfigError as error:
            raise PortError(f"FIX sessions cannot start: {error}") from None
        for session in sessions:
            found = self._session(session.theirs)
            self._callbacks.know_numbers(session.theirs, found.getExpectedSenderNum(), found.getExpectedTargetNum())

    def _make_again(self, peer: str) -> Opaque:
        """An initiator that has not connected yet, with the numbers of the one before, which has to be gone by then."""
        self._engines.pop(peer).stop(True)
        self._make(peer, fix.SocketInitiator, [self._sessions[peer]])
        return self._engines[peer]


class _Outbox:
    """One session's messages that wait for room, in order."""

    def __init__(self, session: FixSession, dictionary: Opaque) -> None:
        self.session = session
        self.dictionary = dictionary
        self.id = fix.SessionID(session.begin_string, session.ours, session.theirs)
        self.queue: deque[Outgoing] = deque()
        self.fd: int | None = None
        """Its socket while it is logged on."""
        self.taken = -1
        self.taken_at = 0.0
        """How much the peer had taken, and when it last took something or had nothing to take."""
        self.handed: tuple[int, int] | None = None


def _places(sessions: Sequence[FixSession]) -> list[Place]:
    """Where clients connect: one place a port, as its first session has it."""
    places = []
    for port in dict.fromkeys(session.keys["SocketAcceptPort"] for session in sessions):
        here = [session for session in sessions if session.keys["SocketAcceptPort"] == port]
        keys = here[0].keys
        places.append(
            Place(
                host=keys.get("SocketAcceptHost", ""),
                port=int(port),
                nodelay=keys.get("SocketNodelay") == "Y",
                buffers=((socket.SO_SNDBUF, SEND_BUFFER_BYTES), *_buffers(keys)),
                allowed={
                    session.theirs: _addresses(session.keys.get("AllowedRemoteAddresses", "")) for session in here
                },
            )
        )
    return places


def _venue(session: FixSession) -> Venue:
    keys = session.keys
    return Venue(
        host=keys["SocketConnectHost"],
        port=int(keys["SocketConnectPort"]),
        retry_s=float(keys.get("ReconnectInterval", RETRY_S)),
        nodelay=keys.get("SocketNodelay") == "Y",
        buffers=_buffers(keys),
    )


def _buffers(keys: Mapping[str, str]) -> tuple[tuple[int, int], ...]:
    return tuple((option, int(keys[key])) for key, option in _BUFFERS.items() if key in keys)


def _addresses(text: str) -> frozenset[str]:
    return frozenset(filter(None, (word.strip() for word in text.split(","))))


def _settings_text(sessions: Iterable[FixSession], store: Path, doors: Mapping[str, int]) -> str:
    """The sessions in QuickFIX's form, with what is not the user's to choose: store, dictionaries, who may connect.

    A session that we connect is told to call at its door, which is one of `doors`, as soon as it may.
    """
    blocks = ["[DEFAULT]\nReconnectInterval=0"]  # read from there alone, where there is no session to connect yet
    for session in sessions:
        keys = {
            **session.keys,
            "FileStorePath": str(store),
            "UseDataDictionary": "Y",
            "DataDictionary": str(path_of(session.begin_string)),
        }
        # The door sees to it: QuickFIX reads a client's Logon before it looks where that comes from.
        keys.pop("AllowedRemoteAddresses", None)
        if not session.accepts:
            keys |= {"SocketConnectHost": "127.0.0.1", "SocketConnectPort": str(doors[session.theirs])}
            keys["ReconnectInterval"] = "0"
        elif not {"StartTime", "NonStopSession"} & keys.keys():
            keys["NonStopSession"] = "Y"
        lines = [f"{key}={value}" for key, value in keys.items()]
        blocks.append("\n".join(["[SESSION]", *lines, ""]))
    return "\n".join(blocks)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
