"""A day's incidents as a market source: what happens when, on the market's side only.

An incident is one deed at one instant; it may name what follows from it. A state lasts (a halt, a venue that is down),
and several happenings may hold it at once: it ends with the last of them. What a router sees of all this is market data
and reports, which are in its journal. It must not know what anybody does about them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

from router.api import Ns, Phase, SendChild, VenueCommand, VenueSays
from simulator.source import MarketPort


class State(Protocol):
    """Something that lasts. States of one `key` are one thing to the market, however many hold it."""

    @property
    def key(self) -> tuple[str, ...]:
        """What it is a state of."""
        ...

    def apply(self, port: MarketPort, held: Sequence[State]) -> None:
        """Tell the market what all states of this key that are held now come to; none: as it was before."""
        ...


@runtime_checkable
class Ear(Protocol):
    """A state that reacts to our orders for as long as it is held."""

    def hear(self, now: Ns, command: VenueCommand, says: Sequence[VenueSays]) -> Sequence[Incident]:
        """What follows from what a venue said to a command of ours."""
        ...


class Incident(Protocol):
    """One deed at one instant."""

    @property
    def at(self) -> Ns: ...

    def play(self, port: MarketPort, stage: Stage) -> Sequence[Incident]:
        """Do it, at `port.now`; returns what comes of it later."""
        ...


class Stage:
    """Where incidents are played: who is lit, and which states are held."""

    def __init__(self, lit: Sequence[str] = ()) -> None:
        self.lit = tuple(lit)
        """MICs of the venues with displayed books."""
        self._held: dict[tuple[str, ...], list[State]] = {}

    @property
    def ears(self) -> list[Ear]:
        return [state for held in self._held.values() for state in held if isinstance(state, Ear)]

    def hold(self, port: MarketPort, state: State) -> None:
        """The state begins, or another holds it too."""
        held = self._held.setdefault(state.key, [])
        held.append(state)
        state.apply(port, held)

    def release(self, port: MarketPort, state: State) -> None:
        """One that held the state does not any more."""
        held = self._held[state.key]
        held.remove(state)
        state.apply(port, held)


class SetPhase(Struct, frozen=True, gc=False):
    """A phase as it is told, with nothing that ends it: a halt for good, an early close; on one venue or everywhere."""

    at: Ns
    symbol: str
    phase: Phase
    venue: str | None = None

    def play(self, port: MarketPort, stage: Stage) -> Sequence[Incident]:
        port.phase(self.symbol, self.phase, self.venue)
        return ()


class Begin(Struct, frozen=True):
    """A state begins, and ends at `until` (None: never)."""

    at: Ns
    state: State
    until: Ns | None = None

    def play(self, port: MarketPort, stage: Stage) -> Sequence[Incident]:
        stage.hold(port, self.state)
        return () if self.until is None else (End(self.until, self.state),)


class End(Struct, frozen=True):
    """What began comes to its end."""

    at: Ns
    state: State

    def play(self, port: MarketPort, stage: Stage) -> Sequence[Incident]:
        stage.release(port, self.state)
        return ()


Plan: TypeAlias = Callable[[Ns], Sequence[Incident]]
"""Incidents, given the instant from which they count."""


class Scenario:
    """A `MarketSource` of incidents, in the order of their instants; given order decides between equals.

    `on_first_order` are plans that count from the instant at which a venue first has an order of ours.
    """

    def __init__(
        self, incidents: Sequence[Incident], *, lit: Sequence[str] = (), on_first_order: Sequence[Plan] = ()
    ) -> None:
        self._stage = Stage(lit)
        self._on_first_order = list(on_first_order)
        self._heap: list[tuple[Ns, int, Incident]] = []
        self._count = 0
        self._expect(incidents)

    @property
    def next_at(self) -> Ns | None:
        return self._heap[0][0] if self._heap else None

    def step(self, port: MarketPort) -> None:
        incident = heappop(self._heap)[2]
        self._expect(incident.play(port, self._stage))

    def on_own(self, port: MarketPort, command: VenueCommand, says: Sequence[VenueSays]) -> None:
        """See `HearsOwn`."""
        if self._on_first_order and isinstance(command, SendChild):
            plans, self._on_first_order = self._on_first_order, []
            for plan in plans:
                self._expect(plan(port.now))
        for ear in self._stage.ears:
            self._expect(ear.hear(port.now, command, says))

    def _expect(self, incidents: Sequence[Incident]) -> None:
        for incident in incidents:
            self._count += 1
            heappush(self._heap, (incident.at, self._count, incident))
