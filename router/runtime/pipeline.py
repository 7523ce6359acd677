"""The pipeline: stamp ▸ journal ▸ handle ▸ deliver, and the timers. One object, live, simulated and replayed.

It owns the order in which things happen and nothing else: it reads no clock (the time is an argument), and knows no
FIX and no venue. Ties at one instant: what the market and the venues said first, then timers by (at, timer_id), so that
an algorithm woken at T has seen all of T.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush
from typing import Protocol, TypeAlias

from msgspec import Struct

from router.core.events import Event, TimerFired
from router.core.outputs import Output, SetTimer, VenueCommand
from router.core.types import Ns
from router.journal import Engine, InputLine, apply


class Journal(Protocol):
    """Where inputs go before the engine sees them."""

    @property
    def last_seq(self) -> int: ...
    def append(self, at: Ns, event: Event) -> InputLine: ...
    def write_outputs(self, cause: InputLine, outputs: Sequence[Output]) -> None: ...
    def commit_inputs(self) -> None: ...
    def commit(self) -> None: ...


class MarketClock(Protocol):
    """The simulated world, as far as time goes: when it next has something to say, and what."""

    @property
    def next_at(self) -> Ns | None: ...
    def step(self, until: Ns) -> Sequence[tuple[Ns, Event]]:
        """What is heard at `next_at`; where that is nothing, at the first later instant up to `until` with a word."""
        ...


class MarketWorld(MarketClock, Protocol):
    """A simulated world whole: its clock, and what the shell does to its venues. See `simulator.world.World`."""

    def step(self, until: Ns | None = None) -> Sequence[tuple[Ns, Event]]: ...
    def send(self, at: Ns, command: VenueCommand) -> None: ...
    def is_down(self, venue: str) -> bool: ...
    def venue_down(self, venue: str, text: str) -> None: ...
    def venue_up(self, venue: str) -> None: ...


class Batch(Struct, frozen=True, gc=False):
    """What the engine said to one input, to be carried out by the shell; timers are not in it."""

    seq: int
    at: Ns
    outputs: list[Output]


Deliver: TypeAlias = Callable[[Batch], None]


class Pipeline:
    """Feeds the engine in order of time. `at` and `seq` only grow; a late stamp counts as now."""

    def __init__(
        self,
        engine: Engine,
        deliver: Deliver,
        *,
        journal: Journal | None = None,
        world: MarketClock | None = None,
        at: Ns = 0,
        timers: Iterable[tuple[Ns, int]] = (),
    ) -> None:
        self._engine = engine
        self._deliver = deliver
        self._journal = journal
        self._world = world
        self._timers = list(timers)
        heapify(self._timers)
        self.at = at
        self.seq = journal.last_seq if journal else 0

    @property
    def next_at(self) -> Ns | None:
        """When the world or a timer is next due; None when neither is."""
        timer = self._timers[0][0] if self._timers else None
        market = self._world.next_at if self._world else None
        if timer is None or market is None:
            return timer if market is None else market
        return min(timer, market)

    def submit(self, at: Ns, events: Sequence[Event]) -> None:
        """Take inputs from outside (clients, venues, the desk) that came in together.

        Timers that are due by then go before them, in the same batch: a commit costs more than most inputs.
        """
        due = [] if self.world_is_due(at) else self._due_by(at)
        self._run([*due, *((at, event) for event in events)])

    def world_is_due(self, until: Ns) -> bool:
        """Whether the world has something to do at or before `until`."""
        market = self._world.next_at if self._world else None
        return market is not None and market <= until

    def step(self) -> bool:
        """Do what is due next, whatever the time; False when nothing ever is."""
        due = self.next_at
        return due is not None and self._advance(due)

    def run_until(self, until: Ns, *, steps_max: int = 1_000) -> bool:
        """Do what is due at or before `until`; True when all of it is done, False when `steps_max` came first."""
        left = steps_max
        while left and self._advance(until):
            left -= 1
        return left > 0

    def flush(self) -> None:
        """Commit what the journal holds open: the outputs of the last batch."""
        if self._journal:
            self._journal.commit()

    def _advance(self, until: Ns) -> bool:
        """Do what is due first, if it is by `until`. Instants of the world at which nothing is said cost no step."""
        timers, world = self._timers, self._world
        timer = timers[0][0] if timers else None
        market = world.next_at if world else None
        if world and market is not None and market <= until and (timer is None or market <= timer):
            heard = world.step(until if timer is None or until < timer else timer)
            if heard:
                self._run(heard)
            return True
        if timer is None or timer > until:
            return False
        self._run(self._due_by(timer))
        return True

    def _due_by(self, until: Ns) -> list[tuple[Ns, Event]]:
        due: list[tuple[Ns, Event]] = []
        while self._timers and self._timers[0][0] <= until:
            at, timer_id = heappop(self._timers)
            due.append((at, TimerFired(timer_id)))
        return due

    def _run(self, stamped: Sequence[tuple[Ns, Event]]) -> None:
        # All inputs of a batch are on disk before the engine sees the first: one commit for all of them.
        if self._journal is None:
            engine = self._engine
            for at, event in stamped:
                self.at = max(self.at, at)
                self.seq += 1
                outputs = apply(engine, self.seq, self.at, event)
                if outputs:
                    self._carry_out(self.at, outputs)
            return
        lines = [self._journal.append(self._stamp(at), event) for at, event in stamped]
        self._journal.commit_inputs()
        for line, (_, event) in zip(lines, stamped, strict=True):
            self.seq = line.seq
            outputs = apply(self._engine, line.seq, line.at, event)
            self._journal.write_outputs(line, outputs)
            if outputs:
                self._carry_out(line.at, outputs)

    def _stamp(self, at: Ns) -> Ns:
        self.at = max(self.at, at)
        return self.at

    def _carry_out(self, at: Ns, outputs: list[Output]) -> None:
        """Timers are ours, the rest is the shell's."""
        others: list[Output] = []
        for output in outputs:
            if isinstance(output, SetTimer):
                heappush(self._timers, (max(output.at, at), output.timer_id))
            else:
                others.append(output)
        if others:
            self._deliver(Batch(self.seq, at, others))
