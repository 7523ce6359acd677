"""A router and its simulated market in one process, without sessions: events in, what the engine says out.

What `sluice run --speed max` does on a simulated market, for studies and examples: the same engine, pipeline and
journal, on the market's own time. Clients are spoken for by events, or by FIX text through a `Gateway`. Reads no clock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from router.core.events import Event, Genesis, Recovered
from router.core.outputs import CancelChild, Output, QueryChild, ReplaceChild, SendChild
from router.core.types import Ns
from router.journal import EngineFactory
from router.runtime.agenda import Agenda, plan_days
from router.runtime.assembly import AnyMarket
from router.runtime.journal_file import JournalFile
from router.runtime.later_life import LaterLife, catch_up
from router.runtime.pipeline import Batch, MarketClock, Pipeline
from router.runtime.recovery import recover

_COMMANDS: Final = (SendChild, ReplaceChild, CancelChild, QueryChild)
STEPS_MAX: Final = 1_000_000


class Simulation:
    """One life of a router on `market`, which has a world; a journal that has begun is continued, as after a stop.

    `genesis` names the engine of a new journal. `hear` is given all that the engine says but commands to venues.
    """

    def __init__(
        self,
        market: AnyMarket,
        journal: JournalFile,
        factory: EngineFactory,
        genesis: Genesis,
        hear: Callable[[Ns, Output], None] = lambda _at, _output: None,
    ) -> None:
        world, config = market.world, market.config
        assert world is not None, f"{market.spec} has no simulated world"
        self._world = world
        self._journal = journal
        self._hear = hear
        recovery = recover(journal, factory)
        clock: MarketClock = world
        at = market.start
        if recovery is not None:
            at = recovery.at
            catch_up(world, [venue.mic for venue in config.venues if venue.enabled], at)
            clock = LaterLife(world, recovery.life)
        self._pipeline = Pipeline(
            recovery.engine if recovery else factory(genesis),
            self._deliver,
            journal=journal,
            world=Agenda(plan_days(config, at, phases=False, told=recovery.days if recovery else ()), clock),
            at=at,
            timers=recovery.timers if recovery else (),
        )
        self._pipeline.submit(at, [Recovered(recovery.at) if recovery else genesis])

    @property
    def now(self) -> Ns:
        """The market's time."""
        return self._pipeline.at

    def say(self, *events: Event) -> None:
        """Give the engine events now, in one batch."""
        self._pipeline.submit(self.now, events)

    def run(self, until: Ns) -> None:
        """Let everything happen that is due by `until`, and be then."""
        while not self._pipeline.run_until(until, steps_max=STEPS_MAX):
            pass
        self._pipeline.submit(until, [])
        self._pipeline.at = max(self._pipeline.at, until)

    def close(self) -> None:
        """End this life: the journal is whole, and may be continued by another."""
        self._pipeline.flush()
        self._journal.close()

    def _deliver(self, batch: Batch) -> None:
        for output in batch.outputs:
            if isinstance(output, _COMMANDS):
                self._world.send(batch.at, output)
            else:
                self._hear(batch.at, output)
