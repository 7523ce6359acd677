"""The running router: sessions, journal, pipeline and market on one loop; and its clean end.

It carries messages to where they belong and decides nothing: what the engine says is done, what comes in is recorded.
One thread runs all of this, QuickFIX included: what comes in is answered in the same turn of the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct
from structlog.typing import FilteringBoundLogger

from router.core.events import ClientDown, ClientUp, Event, Genesis, OperatorEvent, Recovered, VenueDown
from router.core.outputs import (
    Alarm,
    BusinessReject,
    CancelChild,
    CancelReject,
    ClientOutput,
    ExecReport,
    ListStatus,
    Output,
    QueryChild,
    ReplaceChild,
    SendChild,
    VenueCommand,
)
from router.core.profiles import EngineConfig
from router.core.types import ExecType, Ns
from router.journal import EngineFactory
from router.runtime.agenda import Agenda, plan_days
from router.runtime.clock import Clock, HeldClock, NoClock, WallClock
from router.runtime.desk_door import DeskDoor, DeskError
from router.runtime.fix.fix_messages import FromFix, Outgoing, PeerDown, PeerUp, Received, Trouble, field
from router.runtime.fix.fix_venue import FixVenueLink, Understood
from router.runtime.fix.quickfix_port import FixPort
from router.runtime.fix.sessions_file import FixSession
from router.runtime.journal_file import JournalError, JournalFile
from router.runtime.later_life import LaterLife, catch_up
from router.runtime.pipeline import Batch, MarketClock, MarketWorld, Pipeline
from router.runtime.recovery import Recovery, recover

_CLIENT_OUTPUTS: Final = (ExecReport, CancelReject, ListStatus, BusinessReject)
_VENUE_COMMANDS: Final = (SendChild, ReplaceChild, CancelChild, QueryChild)
_FOR_EVER: Final = 2**63
STEPS_MAX: Final = 500
"""Steps of market and timers before the sessions are looked at again: some milliseconds of work."""
HOUSEKEEPING_S: Final = 0.25
"""How often what was handed to the sessions is noted: the most that a restart sends twice (as PossResend)."""


class Translator(Protocol):
    """The gateway, as far as the shell needs it."""

    def to_event(self, client: str, raw: str) -> Event: ...
    def to_text(self, output: ClientOutput) -> str: ...


class Parts(Struct, frozen=True):
    """What a service is made of."""

    state: Path
    journal: JournalFile
    factory: EngineFactory
    genesis: Genesis
    config: EngineConfig
    sessions: Sequence[FixSession]
    gateway: Translator
    links: Mapping[str, FixVenueLink]
    world: MarketWorld | None
    clock: Callable[[Ns], Clock]
    """Makes the clock, given the time at which the engine stands."""
    start: Ns
    hold: Ns | None = None
    """Where a simulated market stands still until the first client has logged on; None: nowhere."""


class Service:
    """See the module. `run` returns after `stop`; it raises JournalError or PortError when the router cannot go on."""

    def __init__(self, parts: Parts, log: FilteringBoundLogger) -> None:
        self._parts = parts
        self._log = log
        self._stopping = False
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._inbox: list[FromFix] = []
        self._failure: BaseException | None = None
        self._rests_until: Ns | None = None
        self._links = dict(parts.links)
        enabled = [venue.mic for venue in parts.config.venues if venue.enabled]
        self._simulated = [mic for mic in enabled if mic not in self._links]
        self._peers = [session.theirs for session in parts.sessions]
        self._port = FixPort(
            parts.sessions, self._inbox.append, store=parts.state / "fix", quarantine=parts.state / "quarantine"
        )
        self._pipeline: Pipeline | None = None
        self._clock: Clock = WallClock()
        self._marked: dict[str, tuple[int, int]] = {}
        self._door = DeskDoor(parts.state, self._act)
        self._last: Batch | None = None
        """The last batch that was delivered."""

    def stop(self) -> None:
        """End the run: call it from the loop's thread (a signal handler does)."""
        self._stopping = True
        self._wake.set()

    async def run(self, ready: Callable[[], None]) -> None:
        """Start, call `ready` when clients may connect, serve until `stop`, and leave nothing behind."""
        try:
            self._clock = self._start()
            await self._open_door()
            ready()
            await self._serve()
        finally:
            await self._door.close()
            # What is not taken in any more is not journaled, so its sender is asked to resend it at the next start.
            await asyncio.to_thread(self._port.stop)
            with contextlib.suppress(JournalError):  # after a failed write there is nothing more to be noted
                self._note_handed()
            self._parts.journal.close()

    # --- start

    def _start(self) -> Clock:
        parts = self._parts
        recovery = recover(parts.journal, parts.factory)
        at = recovery.at if recovery else parts.start
        market: MarketClock | None = parts.world
        if parts.world is not None and recovery:
            catch_up(parts.world, self._simulated, at)
            market = LaterLife(parts.world, recovery.life)
        clock = parts.clock(at) if parts.hold is None else HeldClock(max(at, parts.hold))
        at = max(at, clock.now()) if parts.world is None else at
        planned = plan_days(parts.config, at, phases=parts.world is None, told=recovery.days if recovery else ())
        self._pipeline = Pipeline(
            recovery.engine if recovery else parts.factory(parts.genesis),
            self._deliver,
            journal=parts.journal,
            world=Agenda(planned, market),
            at=at,
            timers=recovery.timers if recovery else (),
        )
        self._port.prepare()
        if recovery:
            self._resume(recovery)
        self._port.start()
        self._begin(recovery, at)
        return clock

    def _resume(self, recovery: Recovery) -> None:
        """Let peers resend what was lost with us, and venue links know their ids again."""
        received = self._parts.journal.received()
        ahead = [peer for peer in self._peers if self._port.expect_from(peer, received.get(peer, 0) + 1)]
        self._log.info("recovered", inputs=self._parts.journal.last_seq, unsent=len(recovery.unsent), ahead=ahead)
        for word in recovery.venue_words:
            link = self._links.get(word.venue)
            if link is None:
                continue
            if isinstance(word, SendChild | ReplaceChild | CancelChild | QueryChild):
                link.remember(word)
            else:
                link.remember_report(word)

    def _begin(self, recovery: Recovery | None, at: Ns) -> None:
        assert self._pipeline is not None
        # A venue behind FIX is down until it has logged on and answered.
        silent = [VenueDown(mic, "not logged on yet") for mic in self._links]
        if self._parts.world is None:
            silent += [VenueDown(mic, "no market is simulated") for mic in self._simulated]
        if recovery is None:
            self._pipeline.submit(at, [self._parts.genesis, *silent])
            return
        for lost in recovery.unsent:
            self._to_client(lost.output, (lost.seq, lost.n), poss_resend=True)
        self._pipeline.submit(at, [*silent, Recovered(recovery.at)])

    # --- the desk

    async def _open_door(self) -> None:
        """A router that cannot be reached by its desk still serves its clients."""
        try:
            await self._door.open()
        except (DeskError, OSError) as error:
            self._log.error("alarm", text=f"no desk: {error}")

    def _act(self, event: OperatorEvent) -> list[Output]:
        """Carry out an act of the desk now, after all that is due; what the engine said to it."""
        pipeline, clock = self._pipeline, self._clock
        assert pipeline is not None
        try:
            done = pipeline.run_until(clock.now(), steps_max=STEPS_MAX)
            pipeline.submit(_stamp(clock, pipeline, done=done), [event])
        except BaseException as error:
            self._failure = error
            self._wake.set()
            raise
        self._wake.set()
        return self._last.outputs if self._last is not None and self._last.seq == pipeline.seq else []

    # --- the loop

    async def _serve(self) -> None:
        noted = self._loop.time()
        self._loop.add_reader(self._port.fileno(), self._heard)
        try:
            while not self._stopping:
                self._wake.clear()
                busy = self._turn()
                if self._loop.time() - noted > HOUSEKEEPING_S:
                    noted = self._loop.time()
                    self._note_handed()
                await self._rest(busy=busy)
                if self._failure is not None:
                    raise self._failure
        finally:
            self._loop.remove_reader(self._port.fileno())

    def _heard(self) -> None:
        """A session has something to say: it is answered before the loop does anything else."""
        try:
            self._turn()
        except BaseException as error:  # noqa: BLE001 - raised by `_serve`: the loop would only log it
            self._failure = error
            self._wake.set()
        # What has come may make something due before the loop meant to look again.
        due = self._pipeline.next_at if self._pipeline is not None else None
        if due is not None and self._rests_until is not None and due < self._rests_until:
            self._wake.set()

    def _turn(self) -> bool:
        """Do what is due, then what has come in; False when there was neither."""
        pipeline, clock = self._pipeline, self._clock
        assert pipeline is not None
        self._port.turn()
        events = self._take(pipeline.at)
        now = clock.now()
        # Timers go with what has come in, where no market has to be brought up to date before.
        done = (events and not pipeline.world_is_due(now)) or pipeline.run_until(now, steps_max=STEPS_MAX)
        if events:
            pipeline.submit(_stamp(clock, pipeline, done=bool(done)), events)
            self._clock = self._released(clock, events, pipeline.at)
        return not done or bool(events)

    def _released(self, clock: Clock, events: Sequence[Event], at: Ns) -> Clock:
        """The running clock, once a client is there for whom a held market may begin."""
        if isinstance(clock, HeldClock) and any(isinstance(event, ClientUp) for event in events):
            self._log.info("released", by=[event.client for event in events if isinstance(event, ClientUp)])
            return self._parts.clock(max(at, clock.now()))
        return clock

    async def _rest(self, *, busy: bool) -> None:
        """Until the next thing is due, something comes in, or it is time to tidy up."""
        assert self._pipeline is not None
        next_at = self._pipeline.next_at
        wait = 0.0 if busy else HOUSEKEEPING_S
        if next_at is not None:
            wait = min(self._clock.wait_s(next_at), wait)
        if wait <= 0:
            await asyncio.sleep(0)
            return
        self._rests_until = _FOR_EVER if next_at is None else next_at
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), wait)
        self._rests_until = None

    def _note_handed(self) -> None:
        for target, mark in self._port.handed().items():
            if self._marked.get(target) != mark:
                self._marked[target] = mark
                self._parts.journal.mark_handed(target, *mark)
        self._parts.journal.commit()

    # --- in

    def _take(self, at: Ns) -> list[Event]:
        """What came in, as events in order; replies and alarms are seen to here."""
        events: list[Event] = []
        items = self._inbox[:]
        self._inbox.clear()
        for item in items:
            if isinstance(item, Received):
                self._mark_received(item)
            if isinstance(item, Trouble):
                self._log.error("alarm", text=item.text)
            elif item.peer in self._links:
                events += self._from_venue(self._links[item.peer], item, at)
            elif isinstance(item, PeerUp):
                self._log.info("client up", client=item.peer)
                events.append(ClientUp(item.peer))
            elif isinstance(item, PeerDown):
                self._log.info("client down", client=item.peer)
                events.append(ClientDown(item.peer))
            elif not item.is_admin:
                events.append(self._parts.gateway.to_event(item.peer, item.raw))
        return events

    def _mark_received(self, item: Received) -> None:
        """Into the transaction that records its inputs: after a crash the peer sends again what is above it."""
        number = field(item.raw, 34)
        if number is not None and number.isascii() and number.isdigit():
            self._parts.journal.mark_received(item.peer, int(number))

    def _from_venue(self, link: FixVenueLink, item: PeerUp | PeerDown | Received, at: Ns) -> tuple[Event, ...]:
        if isinstance(item, PeerUp):
            self._port.send(Outgoing(link.mic, link.logged_on(at)))
            return ()
        if isinstance(item, PeerDown):
            return link.logged_out()
        understood: Understood = link.message(item.raw)
        for reply in understood.replies:
            self._port.send(Outgoing(link.mic, reply))
        for trouble in understood.troubles:
            self._log.error("alarm", text=trouble)
        return understood.events

    # --- out

    def _deliver(self, batch: Batch) -> None:
        self._last = batch
        # Venues first: the market does not wait, and a client's report of it can.
        for output in batch.outputs:
            if isinstance(output, _VENUE_COMMANDS):
                self._to_venue(output, batch.at)
        for n, output in enumerate(batch.outputs):
            if isinstance(output, _CLIENT_OUTPUTS):
                self._to_client(output, (batch.seq, n))
                if isinstance(output, ExecReport) and output.exec_type is ExecType.REJECTED:
                    self._log.warning("refused", client=output.client, cl_ord_id=output.cl_ord_id, text=output.text)
            elif isinstance(output, Alarm):
                self._log.warning("alarm", text=output.text)

    def _to_client(self, output: ClientOutput, mark: tuple[int, int], *, poss_resend: bool = False) -> None:
        try:
            text = self._parts.gateway.to_text(output)
        except Exception as error:  # noqa: BLE001 - one report that cannot be written must not hold up the others
            self._log.error("alarm", text=f"{output.client}: not written ({error!r}): {output}")
            return
        if poss_resend:
            text = with_poss_resend(text)
        self._port.send(Outgoing(output.client, text, mark))

    def _to_venue(self, command: VenueCommand, at: Ns) -> None:
        """The one place from which a command leaves the house."""
        link = self._links.get(command.venue)
        if link is None:
            if self._parts.world is not None:
                self._parts.world.send(at, command)
            return
        text = link.command(at, command)
        if link.up:
            self._port.send(Outgoing(link.mic, text))
        elif not isinstance(command, QueryChild):  # VenueUp asks after every child again
            self._log.error("alarm", text=f"{link.mic} is down, not sent: {command}")


def _stamp(clock: Clock, pipeline: Pipeline, *, done: bool) -> Ns:
    """When what came in from outside happened: now, but in the market's time where that lags or knows no clock."""
    if not done or isinstance(clock, NoClock):
        return pipeline.at
    now = clock.now()
    return min(now, pipeline.next_at or now) if pipeline.world_is_due(now) else now


def with_poss_resend(text: str) -> str:
    """The message with PossResend(97)=Y: content that may have been sent before, under another number."""
    msg_type_end = text.index("\x01", text.index("\x0135=") + 1)
    # BodyLength(9) and CheckSum(10) are QuickFIX's to fill in again.
    return f"{text[:msg_type_end]}\x0197=Y{text[msg_type_end:]}"
