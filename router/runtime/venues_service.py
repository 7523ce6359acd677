"""The running venues: a FIX port for each, one simulated market, and the clock between them.

It carries text to the faces and back and decides nothing (`simulator.face`). One thread runs all of it, QuickFIX
included. A client's CompID may have a session with each venue, so that each venue has a port of its own.
"""

from __future__ import annotations

import contextlib
import select
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct
from structlog.typing import FilteringBoundLogger

from router.core.types import Ns
from router.runtime.clock import Clock, HeldClock
from router.runtime.fix.fix_messages import FromFix, Outgoing, PeerDown, PeerUp, PortError, Trouble
from router.runtime.fix.quickfix_port import FixPort
from router.runtime.fix.sessions_file import FixSession
from simulator.face.exchange import Exchange, Post
from simulator.face.face import STALE

STEPS_MAX: Final = 500
"""Instants of the market before the sessions are looked at again: some milliseconds of work."""
REST_S_MAX: Final = 0.05
"""The longest sleep: a signal to stop, and a session's heartbeat, wait no longer."""


class VenueParts(Struct, frozen=True):
    """What the service is made of."""

    state: Path
    exchange: Exchange
    sessions: Mapping[str, Sequence[FixSession]]
    """By MIC, the sessions of its clients."""
    clock: Callable[[Ns], Clock]
    """Makes the clock, given the market's time at which it starts."""
    start: Ns
    hold: Ns | None = None
    """Where the market stands still until the first client has logged on; None: nowhere."""


class VenuesService:
    """See the module. `run` returns after `stop`, and raises PortError where a port cannot be had."""

    def __init__(self, parts: VenueParts, log: FilteringBoundLogger) -> None:
        self._parts = parts
        self._log = log
        self._exchange = parts.exchange
        self._stopping = False
        self._inbox: list[tuple[str, FromFix]] = []
        self._ports = {mic: self._port(mic, sessions) for mic, sessions in parts.sessions.items()}
        self._clock: Clock = HeldClock(parts.start)

    def _port(self, mic: str, sessions: Sequence[FixSession]) -> FixPort:
        return FixPort(
            sessions,
            partial(self._hear, mic),
            store=self._parts.state / "fix" / mic,
            quarantine=self._parts.state / "quarantine" / mic,
            stale=STALE,
        )

    def _hear(self, mic: str, item: FromFix) -> None:
        self._inbox.append((mic, item))

    def stop(self) -> None:
        """End the run; a signal handler may call it."""
        self._stopping = True

    def run(self, ready: Callable[[], None]) -> None:
        """Open the ports, call `ready` when clients may connect, serve until `stop`, and close what was opened."""
        with contextlib.ExitStack() as stack:
            for port in self._ports.values():
                port.prepare()
                stack.callback(port.stop)
                port.start()
            parts = self._parts
            self._clock = parts.clock(parts.start) if parts.hold is None else HeldClock(max(parts.start, parts.hold))
            ready()
            self._serve()

    def _serve(self) -> None:
        with select.epoll() as epoll:
            for port in self._ports.values():
                epoll.register(port.fileno(), select.EPOLLIN)
            while not self._stopping:
                busy = self._turn()
                epoll.poll(0 if busy else self._rest_s())

    def _rest_s(self) -> float:
        due = self._exchange.next_at
        return REST_S_MAX if due is None else min(self._clock.wait_s(due), REST_S_MAX)

    def _turn(self) -> bool:
        """Do what is due in the market, then what has come in; whether there was more than one turn's work."""
        for port in self._ports.values():
            port.turn()
        now = self._clock.now()
        steps = STEPS_MAX
        while steps and (due := self._exchange.next_at) is not None and due <= now:
            self._send(self._exchange.advance(now))
            steps -= 1
        items, self._inbox = self._inbox, []
        for mic, item in items:
            self._take(mic, item)
        return bool(items) or not steps

    # --- in

    def _take(self, mic: str, item: FromFix) -> None:
        if isinstance(item, Trouble):
            self._log.error("alarm", venue=mic, text=item.text)
        elif isinstance(item, PeerUp):
            self._log.info("client up", venue=mic, client=item.peer)
            self._release()
        elif isinstance(item, PeerDown):
            self._log.info("client down", venue=mic, client=item.peer)
            self._exchange.client_down(self._clock.now(), mic, item.peer)
        elif not item.is_admin:
            self._send(self._exchange.message(self._clock.now(), mic, item.peer, item.raw))

    def _release(self) -> None:
        """A held market begins: there is somebody for whom it may."""
        if isinstance(self._clock, HeldClock):
            self._log.info("released")
            self._clock = self._parts.clock(self._clock.now())

    # --- out

    def _send(self, posts: Sequence[Post]) -> None:
        for post in posts:
            try:
                self._ports[post.mic].send(Outgoing(post.client, post.text))
            except PortError as error:
                # It is cut off at a quarter of that bound; until then the rest is served.
                self._log.error("alarm", venue=post.mic, text=f"not sent: {error}")
