"""A simulated market in a later life of the router: caught up with, and with ids of its own (`simulator.lives`)."""

from __future__ import annotations

from collections.abc import Sequence

from router.core.events import Event
from router.core.types import Ns
from router.runtime.pipeline import MarketClock, MarketWorld
from simulator.lives import mark_of, marked


class LaterLife:
    """A `MarketClock` around a world that was made anew; `life` counts from 1, the first after a restart."""

    def __init__(self, world: MarketClock, life: int) -> None:
        assert life > 0, life
        self._world = world
        self._mark = mark_of(life)

    @property
    def next_at(self) -> Ns | None:
        return self._world.next_at

    def step(self, until: Ns) -> Sequence[tuple[Ns, Event]]:
        return [(at, marked(event, self._mark)) for at, event in self._world.step(until)]


def catch_up(world: MarketWorld, venues: Sequence[str], at: Ns) -> None:
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
