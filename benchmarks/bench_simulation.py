"""The whole simulation, journal off: venues, engine, router and all four algorithms on a virtual clock.

    python -m benchmarks.bench_simulation

Two kinds of events are counted, and both are printed. A background event is one thing that the market did (an order, a
cancellation, a trade: one line of a LOBSTER file, one turn of the synthetic source). An input is one call of
`Engine.handle` (a level, a print, a venue's report, a timer). A background event with its inputs is most of the cost,
so that the rate of the sum is what a day's length follows from. The counts come from a run of their own: a counter
would be timed otherwise.

The second table is what a live desk needs: 10,000 parents over 100 symbols, and how much CPU a second of market time
costs, the market itself included. Below 1.0 the engine keeps up.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from algos.implementation_shortfall import ImplementationShortfall
from algos.pov import Pov
from algos.twap import Twap
from algos.vwap import Vwap
from benchmarks.harness import rate, real_data, seconds, table
from router.core.algo import AlgoFactory, Cause
from router.core.events import DayStart, Event, Genesis, NewOrder, Params
from router.core.instruments import Instrument
from router.core.outputs import CancelChild, Output, QueryChild, ReplaceChild, SendChild
from router.core.profiles import CalendarDay, ClientProfile, EngineConfig, FeeRule, VenueProfile
from router.core.types import MILLISECOND, SECOND, Ns, OrdType, Side, VenueKind
from router.engine import Engine
from router.runtime.build import how_it_runs
from router.runtime.pipeline import Batch, Pipeline
from simulator.market_spec import build_world, open_market
from simulator.synthetic_params import MarketConfig
from simulator.world import World

OPEN: Ns = 1_709_562_600 * SECOND
"""2024-03-04 09:30 in New York."""
ALGOS: dict[str, AlgoFactory] = {algo.name: algo for algo in (Twap, Vwap, Pov, ImplementationShortfall)}
FEES = (FeeRule(add=-2_000, remove=3_000),)
VENUES = (
    *(VenueProfile(mic, VenueKind.LIT, "lit", fees=FEES, latency_ns=MILLISECOND // 4) for mic in ("XLIT", "XALT")),
    VenueProfile("XINV", VenueKind.LIT, "lit", fees=(FeeRule(add=1_500, remove=-1_000),)),
    VenueProfile("XDRK", VenueKind.DARK, "dark", protected=False),
    VenueProfile("XBLK", VenueKind.DARK, "dark", protected=False),
    VenueProfile("XCRS", VenueKind.CROSS, "cross", protected=False, cross_times=(36_000, 39_600)),
)
PARAMS: dict[str, Params] = {"POV": (("ParticipationRate", "0.1"),)}
EVERY_SECOND: Params = (("ParticipationRate", "0.001"), ("Interval", "1"))
CLIENT = "EMS"
DAYS = {"XNYS": (CalendarDay("20240304", OPEN, OPEN + 23_400 * SECOND),)}
Order = tuple[str, str, int]
"""(symbol, strategy, shares)."""


class Day:
    """One simulated day of one specification, with parent orders of all four algorithms in it."""

    def __init__(
        self, spec: str, instruments: tuple[Instrument, ...], venues: tuple[VenueProfile, ...] = VENUES
    ) -> None:
        by_symbol = {instrument.symbol: instrument for instrument in instruments}
        market = open_market(spec, venues, by_symbol, DAYS, MarketConfig())
        config = EngineConfig(
            instruments=instruments,
            venues=venues,
            clients=(ClientProfile(CLIENT),),
            calendars={"XNYS": tuple({day.day: day for day in market.days.values()}.values())},
            seed=7,
        )
        self.open = market.open
        self._day = market.day
        self.world: World = build_world(spec, venues, by_symbol, DAYS, seed=1, config=MarketConfig())
        self.children = 0
        self.engine = Engine(config, ALGOS)
        self.pipeline = Pipeline(self.engine, self._deliver, world=self.world, at=self.world.now)

    def _deliver(self, batch: Batch) -> None:
        for output in batch.outputs:
            self._carry(batch.at, output)

    def _carry(self, at: Ns, output: Output) -> None:
        if isinstance(output, SendChild | ReplaceChild | CancelChild | QueryChild):
            self.children += isinstance(output, SendChild)
            self.world.send(at, output)

    def begin(self, orders: list[Order], extra: Params = ()) -> None:
        """Go to a second after the open, and give in the orders, each with `extra` parameters."""
        self.pipeline.submit(self.pipeline.at, [Genesis("B", "{}"), DayStart(self._day)])
        self.run(self.open + SECOND)
        self.pipeline.submit(self.pipeline.at, [_new(number, order, extra) for number, order in enumerate(orders)])
        works = self.engine.desk.works
        assert len(works) == len(orders), f"{len(works)} orders of {len(orders)} were accepted"

    def run(self, until: Ns) -> None:
        while not self.pipeline.run_until(until, steps_max=100_000):
            pass


def _new(number: int, order: Order, extra: Params) -> Event:
    symbol, strategy, qty = order
    side = Side.BUY if number % 2 else Side.SELL
    return NewOrder(
        client=CLIENT,
        cl_ord_id=f"C{number}",
        symbol=symbol,
        side=side,
        qty=qty,
        ord_type=OrdType.MARKET,
        strategy=strategy,
        params=extra or PARAMS.get(strategy, ()),
    )


def four(symbol: str, qty: int) -> list[Order]:
    """One parent of each algorithm."""
    return [(symbol, name, qty) for name in ALGOS]


def measure(name: str, make: Callable[[], Day], orders: list[Order], minutes: int) -> list[str]:
    day = make()
    day.begin(orders)
    before = day.world.turns
    day.run(day.open + minutes * 60 * SECOND)
    background, inputs = day.world.turns - before, day.pipeline.seq
    best = float("inf")
    for _ in range(2):
        again = make()
        again.begin(orders)
        best = min(best, seconds(lambda day=again: day.run(day.open + minutes * 60 * SECOND), rounds=1))
        assert again.pipeline.seq == inputs, (again.pipeline.seq, inputs)
    both = background + inputs
    return [
        name,
        f"{background:,}",
        f"{inputs:,}",
        f"{day.children:,}",
        rate(both, best),
        f"{minutes * 60 / best:,.0f}x",
    ]


def recorded() -> list[Path]:
    """GOOG's LOBSTER day, where there is recorded data."""
    folder = real_data()
    return sorted(folder.glob("orderflow/GOOG_*_message_10.csv.xz")) if folder else []


def flows() -> list[list[str]]:
    one, ten = (tuple(Instrument(f"S{n}", adv=2_000_000) for n in range(count)) for count in (1, 10))
    rows = [
        measure("synthetic, 1 symbol, 4 parents", lambda: Day("synthetic:1", one), four("S0", 40_000), 60),
        measure("synthetic, 10 symbols, 4 parents", lambda: Day("synthetic:1", ten), four("S0", 40_000), 10),
    ]
    goog = (Instrument("GOOG", adv=2_000_000),)
    rows += [
        measure("GOOG 2012-06-21, 4 parents", lambda path=path: Day(f"lobster:{path}", goog), four("GOOG", 20_000), 60)
        for path in recorded()
    ]
    return rows


def at_once() -> list[list[str]]:
    """10,000 parents over 100 symbols: POV, each looking at the volume every second, and all four as they are."""
    names = tuple(ALGOS)
    return [
        many("POV, a look a second", [(f"S{n % 100:03}", "POV", 100_000) for n in range(10_000)], EVERY_SECOND),
        many("all four, as they are", [(f"S{n % 100:03}", names[n // 100 % 4], 100_000) for n in range(10_000)]),
    ]


def many(name: str, orders: list[Order], extra: Params = (), run_s: int = 10) -> list[str]:
    """CPU per second of market time with all parents under way; giving them in and the first seconds are left out."""
    day = Day("synthetic:1", tuple(Instrument(f"S{n:03}", adv=20_000_000) for n in range(100)))
    day.begin(orders, extra)
    day.run(day.open + 6 * SECOND)
    # Compiled classes take no counter around a method.
    wakes = count_wakes(day.engine) if how_it_runs() == "plain" else None
    children, inputs = day.children, day.pipeline.seq
    took = seconds(lambda: day.run(day.open + (6 + run_s) * SECOND), rounds=1)
    woken = "" if wakes is None else f"{len(wakes) / run_s:,.0f}"
    counts = (day.pipeline.seq - inputs, day.children - children)
    return [name, woken, *(f"{n / run_s:,.0f}" for n in counts), f"{took / run_s:.2f}"]


def count_wakes(engine: Engine) -> list[str]:
    """The orders whose algorithms are woken from now on, one entry a wake-up."""
    woken: list[str] = []
    assert engine._working is not None, "no Genesis yet"
    wake = engine._working._wake

    def counted(order_id: str, cause: Cause) -> None:
        woken.append(order_id)
        wake(order_id, cause)

    engine._working._wake = counted  # a counter around it
    return woken


def main() -> None:
    table("simulation, journal off", ("", "background", "inputs", "children", "both", "real time"), flows())
    columns = ("10,000 parents at once", "wake-ups a s", "inputs a s", "children a s", "CPU s per s")
    table("a second of market time", columns, at_once())


if __name__ == "__main__":
    main()
