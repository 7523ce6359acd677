"""One seeded day in process, as fast as it goes: market, engine and venues on the virtual clock, orders, outcomes.

The same specification and settings give the same inputs and outputs, whatever process runs them. It decides nothing.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from router.core.events import DayStart, Event, Genesis, NewOrder
from router.core.instruments import Instrument
from router.core.outputs import CancelChild, Output, QueryChild, ReplaceChild, SendChild
from router.core.params import show_time
from router.core.profiles import EngineConfig
from router.core.types import PPM, SECOND, Ns, OrdType
from router.journal import Heads, InputLine, input_line, output_line
from router.runtime.assembly import engine_factory, market_config, simulated_venues
from router.runtime.pipeline import Batch, Journal, Pipeline
from router.runtime.plugins import load_algos, load_venues
from router.runtime.settings import Settings, default_home, read_settings
from router.tca.facts.case import case_of
from router.tca.facts.recorder import Recorder
from router.tca.study.plan import OrderSpec, RunSpec, StudyError
from router.tca.study.result import DayResult, Worked
from router.tca.study.window import MINUTE, measure_minutes
from router.tca.universe.outcome import OutcomeError
from router.tca.universe.outcome_of import outcome_of
from simulator.market_spec import SpecError, build_world, open_market
from simulator.synthetic_params import MarketConfig
from simulator.world import World

LEAD_NS: Final[Ns] = SECOND
"""The world starts this long before the open."""
STEPS: Final = 100_000


class RunJournal:
    """`Journal` of a run: chains what comes and goes, and records it; `kept` gets the same, where a file is wanted."""

    def __init__(self, kept: Journal | None = None) -> None:
        self.recorder = Recorder()
        self.heads = Heads()
        self.last_seq = 0
        self._kept = kept
        self._events: dict[int, Event] = {}

    def append(self, at: Ns, event: Event) -> InputLine:
        if self._kept is not None:
            self._kept.append(at, event)
        line = input_line(self.heads.inputs, self.last_seq + 1, at, event)
        self.heads = replace(self.heads, inputs=line.hash)
        self.last_seq = line.seq
        self._events[line.seq] = event
        return line

    def write_outputs(self, cause: InputLine, outputs: Sequence[Output]) -> None:
        if self._kept is not None:
            self._kept.write_outputs(cause, outputs)
        head = self.heads.outputs
        for n, output in enumerate(outputs):
            head = output_line(head, cause, n, output).hash
        self.heads = replace(self.heads, outputs=head)
        self.recorder.observe(cause.at, self._events.pop(cause.seq), outputs)

    def commit_inputs(self) -> None:
        if self._kept is not None:
            self._kept.commit_inputs()

    def commit(self) -> None:
        if self._kept is not None:
            self._kept.commit()

    @property
    def digest(self) -> str:
        """SHA-256 of both chains' heads, hexadecimal."""
        return hashlib.sha256(self.heads.inputs + self.heads.outputs).hexdigest()


class _Day:
    """The parts of a run, put together."""

    def __init__(self, settings: Settings, spec: RunSpec, journal: RunJournal) -> None:
        self.spec = spec
        self.market = _with_overrides(market_config(settings), spec.market)
        config = _config(settings, spec)
        self.instruments = {one.symbol: one for one in config.instruments}
        name = f"synthetic:{spec.seed}:{spec.activity:g}"
        venues = simulated_venues(config)
        try:
            opened = open_market(name, venues, self.instruments, config.calendars, self.market, day=spec.day)
            self.world: World = build_world(
                name,
                venues,
                self.instruments,
                config.calendars,
                seed=spec.seed,
                config=self.market,
                day=spec.day,
                start=opened.open - LEAD_NS,
                factories=load_venues(),
            )
        except SpecError as error:
            raise StudyError(str(error)) from None
        self.open = opened.open
        genesis = Genesis("S", msgspec.json.encode(config).decode(), name)
        engine = engine_factory(load_algos())(genesis)
        self.pipeline = Pipeline(engine, self._deliver, journal=journal, world=self.world, at=self.world.now)
        self.pipeline.submit(self.pipeline.at, [genesis, DayStart(spec.day)])

    def _deliver(self, batch: Batch) -> None:
        for output in batch.outputs:
            if isinstance(output, SendChild | ReplaceChild | CancelChild | QueryChild):
                self.world.send(batch.at, output)

    def after(self, minutes: float) -> Ns:
        return self.open + round(minutes * MINUTE)

    def run(self, until: Ns) -> None:
        while not self.pipeline.run_until(until, steps_max=STEPS):
            pass

    def play(self) -> None:
        """Send each order when it is due, and run to the end."""
        for order in sorted(self.spec.orders, key=lambda each: each.start):
            at = self.after(order.start)
            self.run(at)
            self.pipeline.submit(at, [self._request(order, at)])
        self.run(self.after(self.spec.minutes))
        self.pipeline.flush()

    def _request(self, order: OrderSpec, at: Ns) -> NewOrder:
        end = ("EndTime", show_time(self.after(order.start + order.minutes)))
        instrument = self.instruments[order.symbol]
        lots = round(order.size * self.adv(instrument) / instrument.round_lot)
        return NewOrder(
            client=self.spec.client,
            cl_ord_id=order.name,
            symbol=order.symbol,
            side=order.side,
            qty=max(lots, 1) * instrument.round_lot,
            ord_type=OrdType.MARKET,
            strategy=order.strategy,
            params=tuple(sorted((*order.params, end))),
            transact_time=at,
        )

    def adv(self, instrument: Instrument) -> float:
        """Average daily volume of this market, shares."""
        if not instrument.adv:
            raise StudyError(f"{instrument.symbol}: a size takes its average daily volume (adv): it has none")
        return instrument.adv * self.spec.activity

    def sigma(self, symbol: str) -> float:
        """Daily volatility that the market is made with, a part of the price."""
        return self.market.params(symbol).volatility_ppm / PPM


def run_day(spec: RunSpec, *, home: Path | None = None, kept: Journal | None = None) -> DayResult:
    """Run one day with the settings of `home` (the shipped ones if None); `kept` gets the journal.

    Raises StudyError for what cannot be run, an order that the router refuses among it, and SettingsError.
    """
    journal = RunJournal(kept)
    day = _Day(_settings(home or default_home()), spec, journal)
    day.play()
    recorder = journal.recorder
    return DayResult(
        digest=journal.digest,
        open=day.open,
        orders=tuple(_worked(day, recorder, order) for order in spec.orders),
        minutes=tuple(
            measure_minutes(symbol, recorder.tapes[symbol], recorder.quotes[symbol], day.open, math.floor(spec.minutes))
            for symbol in spec.watch
        ),
    )


def _worked(day: _Day, recorder: Recorder, order: OrderSpec) -> Worked:
    record = next(each for each in recorder.orders.values() if each.cl_ord_id == order.name)
    if not record.plans and not record.cum_qty:
        raise StudyError(f"{order.name}: was refused: {record.text or record.status.name}")
    schedule = record.plans[0].points if record.plans else ()
    try:
        outcome = outcome_of(
            case_of(recorder, record),
            adv=day.adv(day.instruments[order.symbol]),
            sigma=day.sigma(order.symbol) or None,
            setting=day.spec.setting,
            pair=order.name,
            seed=day.spec.seed,
        )
    except OutcomeError as error:
        return Worked(name=order.name, outcome=None, why=str(error), arrived_at=record.arrived_at, schedule=schedule)
    return Worked(name=order.name, outcome=outcome, arrived_at=record.arrived_at, schedule=schedule)


def _config(settings: Settings, spec: RunSpec) -> EngineConfig:
    """The settings' engine with the run's seed and symbols; another symbol's market would only take time."""
    whole = settings.engine_config(spec.day)
    wanted = list(dict.fromkeys((*(order.symbol for order in spec.orders), *spec.watch)))
    known = {one.symbol: one for one in whole.instruments}
    for symbol in wanted:
        if symbol not in known:
            raise StudyError(f"Symbol(55): must be one of {', '.join(known)}: got {symbol!r}")
    return replace(whole, instruments=tuple(known[symbol] for symbol in wanted), seed=spec.seed)


def _with_overrides(market: MarketConfig, keys: dict[str, object]) -> MarketConfig:
    """`keys` for every symbol, over what it has of its own."""
    symbols = {name: {**table, **keys} for name, table in market.symbol.items()}
    changed = replace(market, default={**market.default, **keys}, symbol=symbols)
    try:
        for symbol in ("default", *symbols):
            changed.params(symbol)
    except ValueError as error:
        raise StudyError(f"market: {error}") from None
    return changed


@lru_cache(maxsize=4)
def _settings(home: Path) -> Settings:
    return read_settings(home)


def config_digest(spec: RunSpec, home: Path | None) -> str:
    """SHA-256 of the settings that a run stands on, its seed and orders apart: a worker's must be the study's."""
    settings = _settings(home or default_home())
    config = replace(settings.engine_config(spec.day), seed=0)
    market = _with_overrides(market_config(settings), spec.market)
    whole = hashlib.sha256()
    for each in (config, market):
        whole.update(msgspec.json.encode(each, order="sorted"))
    return whole.hexdigest()
