"""A parent order through the real engine in the shipped market, with scenarios or without; journal in memory.

One instrument, ACME, on a stated date and seed, so that two scenes differ by their scenarios and their order alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TypeVar

import msgspec
from msgspec.structs import replace

from router.core.events import BookSnapshot, DayStart, Event, Genesis, LevelUpdate, NewOrder, Params
from router.core.outputs import CancelChild, Output, QueryChild, ReplaceChild, SendChild
from router.core.profiles import EngineConfig
from router.core.types import SECOND, Ns, OrdType, Px, Qty, Side
from router.journal import (
    Difference,
    Heads,
    InputLine,
    OutputLine,
    decode_event,
    decode_output,
    input_line,
    output_line,
    replay,
)
from router.runtime.assembly import engine_factory, market_config
from router.runtime.pipeline import Batch, Pipeline
from router.runtime.plugins import load_algos, load_venues
from router.runtime.settings import Settings, default_home, read_settings
from router.tca.facts.record import OrderRecord
from router.tca.facts.recorder import Recorder
from simulator.market_spec import build_world, open_market
from simulator.scenario_file import ScenarioFile, parse_scenario
from simulator.world import World

DAY: Final = "20260316"
SYMBOL: Final = "ACME"
FIRST_S: Final = 10
"""The order comes so long after the open."""
Kind = TypeVar("Kind")


def shipped(name: str) -> ScenarioFile:
    """A scenario of `config/scenarios`."""
    return parse_scenario((default_home() / "config" / "scenarios" / f"{name}.toml").read_text(encoding="utf-8"))


def written(toml: str, name: str = "written") -> ScenarioFile:
    """A scenario as written in a test: its happenings, the rest filled in."""

    return parse_scenario(f'name = "{name}"\nseed = 1\n{toml}')


@dataclass
class MemoryJournal:
    """`Journal` without a disk."""

    inputs: list[InputLine] = field(default_factory=list)
    outputs: list[OutputLine] = field(default_factory=list)

    @property
    def last_seq(self) -> int:
        return len(self.inputs)

    def append(self, at: Ns, event: Event) -> InputLine:
        head = self.inputs[-1].hash if self.inputs else Heads().inputs
        self.inputs.append(input_line(head, self.last_seq + 1, at, event))
        return self.inputs[-1]

    def write_outputs(self, cause: InputLine, outputs: Sequence[Output]) -> None:
        for n, output in enumerate(outputs):
            head = self.outputs[-1].hash if self.outputs else Heads().outputs
            self.outputs.append(output_line(head, cause, n, output))

    def commit_inputs(self) -> None:
        """There is no disk."""

    def commit(self) -> None:
        """There is no disk."""


@dataclass
class Played:
    """What came of a scene: its journal, and what the journal says of the order."""

    open: Ns
    journal: MemoryJournal
    order: OrderRecord

    def heard(self, kind: type[Kind]) -> list[tuple[float, Kind]]:
        """Inputs of one kind, with seconds since the open."""
        wanted = kind.__name__
        found = [(line.at, decode_event(line.body)) for line in self.journal.inputs if line.kind == wanted]
        return [((at - self.open) / SECOND, event) for at, event in found if isinstance(event, kind)]

    def said(self, kind: type[Kind]) -> list[tuple[float, Kind]]:
        """Outputs of one kind, with seconds since the open."""
        wanted = kind.__name__
        at = {line.seq: line.at for line in self.journal.inputs}
        found = [(at[line.seq], decode_output(line.body)) for line in self.journal.outputs if line.kind == wanted]
        return [((when - self.open) / SECOND, output) for when, output in found if isinstance(output, kind)]

    def fills(self, first_s: float, last_s: float, *venues: str) -> Qty:
        """Shares traded from `first_s` to before `last_s` after the open, on some venues or all."""
        return sum(
            fill.qty
            for fill in self.order.fills.values()
            if self.open + first_s * SECOND <= fill.at < self.open + last_s * SECOND
            and (not venues or fill.venue in venues)
        )

    @property
    def average_px(self) -> float:
        """AvgPx(6) in currency."""
        return self.order.notional / self.order.cum_qty / 10_000

    def quotes(self) -> list[tuple[Ns, Px, Px]]:
        """(time, best bid, best offer) as the router saw them, at each change of a level."""
        books: dict[str, tuple[dict[Px, Qty], dict[Px, Qty]]] = {}
        found: list[tuple[Ns, Px, Px]] = []
        for line in self.journal.inputs:
            event = decode_event(line.body)
            if isinstance(event, LevelUpdate):
                book = books.setdefault(event.venue, ({}, {}))[0 if event.is_bid else 1]
                book[event.px] = event.qty
            elif isinstance(event, BookSnapshot):
                books[event.venue] = (dict(event.bids), dict(event.asks))
            else:
                continue
            bids = [px for bids, _ in books.values() for px, qty in bids.items() if qty]
            asks = [px for _, asks in books.values() for px, qty in asks.items() if qty]
            if bids and asks:
                found.append((line.at, max(bids), min(asks)))
        return found

    def markout(self, venue: str, after_s: float) -> float:
        """How far the midpoint went our way after our fills on a venue, mean by share, quanta; below 0: against us."""
        quotes = self.quotes()
        times = [at for at, _, _ in quotes]
        total = shares = 0.0
        for fill in self.order.fills.values():
            if fill.venue == venue:
                _, bid, ask = quotes[bisect_right(times, fill.at + int(after_s * SECOND)) - 1]
                total += self.order.side.sign * ((bid + ask) / 2 - fill.px) * fill.qty
                shares += fill.qty
        assert shares, f"nothing traded on {venue}"
        return total / shares

    def replayed(self) -> Difference | None:
        """The first difference of a fresh engine fed with the journal."""
        return replay(self.journal.inputs, self.journal.outputs, engine_factory(load_algos()))


@lru_cache(maxsize=1)
def _settings() -> Settings:
    return read_settings(default_home())


def play(
    *scenarios: ScenarioFile,
    qty: Qty = 6_000,
    side: Side = Side.BUY,
    strategy: str | None = "TWAP",
    minutes: float = 5,
    run_minutes: float | None = None,
    params: Params = (("Completion", "Complete"),),
    px: Px | None = None,
    destination: str | None = None,
    seed: int = 7,
    activity: float = 1.0,
) -> Played:
    """One parent of `minutes` from ten seconds after the open; the market runs half a minute more, or `run_minutes`.

    `minutes` 0: to the close, or (without a strategy) at once.
    """
    settings = _settings()
    config, opened, world = _market(settings, scenarios, f"synthetic:{seed}:{activity:g}")
    journal = MemoryJournal()

    def deliver(batch: Batch) -> None:
        for output in batch.outputs:
            if isinstance(output, SendChild | ReplaceChild | CancelChild | QueryChild):
                world.send(batch.at, output)

    genesis = Genesis("S", msgspec.json.encode(config).decode(), "synthetic")
    pipeline = Pipeline(engine_factory(load_algos())(genesis), deliver, journal=journal, world=world, at=world.now)
    pipeline.submit(pipeline.at, [genesis, DayStart(DAY)])
    start = opened + FIRST_S * SECOND
    _run(pipeline, start)
    window = () if not minutes else (("EndTime", _stamp(start + int(minutes * 60) * SECOND)),)
    order = NewOrder(
        client="EMS44",
        cl_ord_id="P1",
        symbol=SYMBOL,
        side=side,
        qty=qty,
        ord_type=OrdType.MARKET if px is None else OrdType.LIMIT,
        px=px,
        strategy=strategy,
        ex_destination=destination,
        params=tuple(sorted((*params, *window))) if strategy else (),
    )
    pipeline.submit(start, [order])
    _run(pipeline, start + int((run_minutes or minutes + 0.5) * 60) * SECOND)
    recorder = Recorder()
    recorder.follow(journal.inputs, journal.outputs)
    (record,) = recorder.orders.values()
    return Played(opened, journal, record)


def _market(settings: Settings, scenarios: Sequence[ScenarioFile], spec: str) -> tuple[EngineConfig, Ns, World]:
    """What the shell makes of the shipped settings, with one instrument left."""
    whole = settings.engine_config(DAY)
    instruments = {one.symbol: one for one in whole.instruments if one.symbol == SYMBOL}
    venues = [venue for venue in whole.venues if venue.enabled]
    market = market_config(settings)
    opened = open_market(spec, venues, instruments, whole.calendars, market, day=DAY, scenarios=scenarios)
    world = build_world(
        spec,
        venues,
        instruments,
        whole.calendars,
        seed=whole.seed,
        config=market,
        day=DAY,
        start=opened.open - SECOND,
        factories=load_venues(),
        scenarios=scenarios,
    )
    calendars = {instruments[SYMBOL].calendar: (opened.days[SYMBOL],)}
    config = replace(whole, instruments=tuple(instruments.values()), calendars=calendars)
    return config, opened.open, world


def _run(pipeline: Pipeline, until: Ns) -> None:
    while not pipeline.run_until(until):
        pass


def _stamp(at: Ns) -> str:
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%Y%m%d-%H:%M:%S}"
