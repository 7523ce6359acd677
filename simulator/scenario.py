"""A day's incidents as a market source: halts, resumptions and venues that go down, at stated instants.

It must not know what anybody does about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from router.api import Ns, Phase
from simulator.source import MarketPort


class SetPhase(Struct, frozen=True, gc=False):
    """A halt (Phase.HALTED), a resumption (Phase.CONTINUOUS), an early close; on one venue or everywhere."""

    at: Ns
    symbol: str
    phase: Phase
    venue: str | None = None


class TakeDown(Struct, frozen=True, gc=False):
    """A venue stops answering until `up_at` (None: for good)."""

    at: Ns
    venue: str
    up_at: Ns | None = None
    text: str = "scenario: venue down"


Incident: TypeAlias = SetPhase | TakeDown


class _BringUp(Struct, frozen=True, gc=False):
    at: Ns
    venue: str


class Scenario:
    """A `MarketSource` of incidents, in the order of their instants; given order decides between equals."""

    def __init__(self, incidents: Sequence[Incident]) -> None:
        steps: list[SetPhase | TakeDown | _BringUp] = []
        for incident in incidents:
            steps.append(incident)
            if isinstance(incident, TakeDown) and incident.up_at is not None:
                assert incident.up_at > incident.at, incident
                steps.append(_BringUp(incident.up_at, incident.venue))
        self._steps = sorted(steps, key=lambda step: step.at)
        self._done = 0

    @property
    def next_at(self) -> Ns | None:
        return self._steps[self._done].at if self._done < len(self._steps) else None

    def step(self, port: MarketPort) -> None:
        what = self._steps[self._done]
        self._done += 1
        if isinstance(what, SetPhase):
            port.phase(what.symbol, what.phase, what.venue)
        elif isinstance(what, TakeDown):
            port.venue_down(what.venue, what.text)
        else:
            port.venue_up(what.venue)
