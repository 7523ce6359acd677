"""A trading floor for tests: the real engine with the real simulated venues on a virtual clock, no FIX and no files.

`Floor` runs a seeded synthetic day; `FLOOR_VENUES` are three lit venues (one inverted), two pools and a cross.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import msgspec

from algos.implementation_shortfall import ImplementationShortfall
from algos.pov import Pov
from algos.twap import Twap
from algos.vwap import Vwap
from router.core.algo import AlgoFactory
from router.core.events import DayStart, Event, Genesis, NewOrder
from router.core.instruments import Instrument
from router.core.outputs import CancelReject, ExecReport, Output, SendChild, VenueCommand
from router.core.profiles import CalendarDay, ClientProfile, EngineConfig, FeeRule, RouterSettings, VenueProfile
from router.core.types import MILLISECOND, SECOND, Ns, OrdType, Side, VenueKind
from router.engine import Engine
from router.runtime.pipeline import Batch, Journal, MarketClock, Pipeline
from simulator.market_spec import build_world
from simulator.synthetic_params import default_market
from simulator.world import World

T = TypeVar("T")

DAY = "20260316"
OPEN: Ns = 1_773_667_800 * SECOND
"""2026-03-16 09:30 in New York."""
CLOSE: Ns = OPEN + 23_400 * SECOND
ALGOS: dict[str, AlgoFactory] = {algo.name: algo for algo in (Twap, Vwap, Pov, ImplementationShortfall)}
ACME = Instrument("ACME", adv=2_000_000)
BOLT = Instrument("BOLT", adv=1_000_000)
CLIENT = "EMS44"


def lit(mic: str, *, add: int = -2_000, remove: int = 3_000) -> VenueProfile:
    """A lit venue with maker-taker fees, in micros per share."""
    return VenueProfile(
        mic=mic, kind=VenueKind.LIT, plugin="lit", fees=(FeeRule(add=add, remove=remove),), latency_ns=MILLISECOND // 4
    )


FLOOR_VENUES = (
    lit("XLIT"),
    lit("XALT"),
    lit("XINV", add=1_000, remove=-1_000),
    VenueProfile(mic="XDRK", kind=VenueKind.DARK, plugin="dark", protected=False, fees=(FeeRule(add=500, remove=500),)),
    VenueProfile(mic="XBLK", kind=VenueKind.DARK, plugin="dark", protected=False, fees=(FeeRule(add=300, remove=300),)),
    VenueProfile(mic="XCRS", kind=VenueKind.CROSS, plugin="cross", protected=False, cross_times=(36_000, 39_600)),
)


def engine_config(
    *, venues: Sequence[VenueProfile] = FLOOR_VENUES, clients: Sequence[ClientProfile] = (ClientProfile(CLIENT),)
) -> EngineConfig:
    """The floor's configuration: two symbols, one day, one client."""
    return EngineConfig(
        instruments=(ACME, BOLT),
        venues=tuple(venues),
        clients=tuple(clients),
        calendars={"XNYS": (CalendarDay(DAY, OPEN, CLOSE),)},
        router=RouterSettings(),
        seed=7,
    )


class Venues(MarketClock, Protocol):
    """The venues as the engine reaches them: the world itself, or what is between."""

    def send(self, at: Ns, command: VenueCommand) -> None: ...


class Floor:
    """Engine, world and clock. `behind` puts something between. `outputs` holds all that was said, with its time."""

    def __init__(
        self,
        *,
        seed: int = 1,
        events_per_second: float = 20.0,
        config: EngineConfig | None = None,
        start: Ns = OPEN - 60 * SECOND,
        behind: Callable[[World, EngineConfig], Venues] = lambda world, _: world,
        journal: Journal | None = None,
    ) -> None:
        self.config = config or engine_config()
        self.engine = Engine(self.config, ALGOS)
        self.world = build_world(
            f"synthetic:{seed}",
            [venue for venue in self.config.venues if venue.enabled],
            {instrument.symbol: instrument for instrument in self.config.instruments},
            self.config.calendars,
            seed=seed,
            config=default_market({"events_per_second": events_per_second}),
            start=start,
        )
        self.venues = behind(self.world, self.config)
        self.outputs: list[tuple[Ns, Output]] = []
        self.inputs: list[tuple[Ns, Event]] = []
        self.pipeline = Pipeline(self.engine, self._deliver, journal=journal, world=self.venues, at=start)
        # Only a journal's readers ask what the engine was configured with.
        config_json = msgspec.json.encode(self.config).decode() if journal else "{}"
        self.say(Genesis("T1", config_json, f"synthetic:{seed}" if journal else ""), DayStart(DAY))

    def _deliver(self, batch: Batch) -> None:
        for output in batch.outputs:
            self.outputs.append((batch.at, output))
            if hasattr(output, "venue"):
                self.venues.send(batch.at, output)  # type: ignore[arg-type]  # only commands name a venue

    @property
    def now(self) -> Ns:
        return self.pipeline.at

    def say(self, *events: Event) -> None:
        """Give the engine events, now."""
        self.pipeline.submit(self.pipeline.at, events)

    def run(self, until: Ns) -> None:
        """Let everything happen that is due at or before `until`."""
        while not self.pipeline.run_until(until):
            pass
        self.pipeline.submit(until, [])
        self.pipeline.at = max(self.pipeline.at, until)

    def of(self, kind: type[T]) -> list[T]:
        """All outputs of one kind, in order."""
        return [output for _, output in self.outputs if isinstance(output, kind)]

    def reports(self, cl_ord_id: str | None = None) -> list[ExecReport]:
        """The client's execution reports, of one ClOrdID(11) or all."""
        return [report for report in self.of(ExecReport) if cl_ord_id in (None, report.cl_ord_id)]

    def children(self, order_id: str | None = None) -> list[SendChild]:
        """The child orders sent."""
        del order_id
        return self.of(SendChild)

    def rejects(self) -> list[CancelReject]:
        return self.of(CancelReject)


def order(cl_ord_id: str = "A1", **changes: object) -> NewOrder:
    """A buy of 1,000 ACME at the market by no strategy, changed as asked."""
    fields: dict[str, object] = {
        "client": CLIENT,
        "cl_ord_id": cl_ord_id,
        "symbol": "ACME",
        "side": Side.BUY,
        "qty": 1_000,
        "ord_type": OrdType.MARKET,
    }
    return NewOrder(**(fields | changes))  # type: ignore[arg-type]  # a test's keywords
