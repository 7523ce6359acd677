"""A simulated market in a later life of the router: its venues' ids, made different from those of the lives before.

A venue in the process begins to count again when the process does, and an ExecID(17) that comes twice is a report that
comes twice: the engine would drop a true fill. So each life after the first marks the ids. Knows no order.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from router.core.events import ChildAccepted, ChildBusted, ChildCorrected, ChildFilled, Event
from router.core.types import Ns
from router.runtime.pipeline import MarketClock
from simulator.world import World


class LaterLife:
    """A `MarketClock` around a world that was made anew; `life` counts from 1, the first after a restart."""

    def __init__(self, world: MarketClock, life: int) -> None:
        assert life > 0, life
        self._world = world
        self._mark = f"-L{life}"

    @property
    def next_at(self) -> Ns | None:
        return self._world.next_at

    def step(self, until: Ns) -> Sequence[tuple[Ns, Event]]:
        return [(at, self._marked(event)) for at, event in self._world.step(until)]

    def _marked(self, event: Event) -> Event:
        change = msgspec.structs.replace
        match event:
            case ChildFilled():
                return change(event, exec_id=event.exec_id + self._mark)
            case ChildAccepted():
                return change(event, venue_order_id=event.venue_order_id + self._mark)
            case ChildBusted() | ChildCorrected():
                # It can only be of a fill of this life: the venue remembers no other.
                return change(event, exec_id=event.exec_id + self._mark, exec_ref_id=event.exec_ref_id + self._mark)
            case _:
                return event


def catch_up(world: World, venues: Sequence[str], at: Ns) -> None:
    """Bring a fresh world to `at`, unheard, and have it tell its venues' books whole.

    Venues in the process lost our orders with it; that they come up again makes the engine ask after them.
    """
    while (due := world.next_at) is not None and due <= at:
        world.step()
    for mic in venues:
        # A venue that is down comes back when the market's day has it, as it would have without the restart.
        if not world.is_down(mic):
            world.venue_down(mic, "restarted with the router")
            world.venue_up(mic)
