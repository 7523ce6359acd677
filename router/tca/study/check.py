"""Predict, trade, verify: orders drawn from a seed, a market for each, and quiet days to measure before them.

Pure: says what is to be run. What is predicted, and how well, is `router.tca.fit.verify`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log
from random import Random
from typing import Annotated, Final

from msgspec import Meta, Struct

from router.core.events import Params
from router.core.profiles import Day
from router.core.types import Side
from router.tca.study.plan import Cell, OrderSpec, RunSpec, StudyError

QUIET: Final = "quiet"
"""The setting of days without an order."""
RATES: Final = (0.1, 0.3)
"""Least and most ParticipationRate(849) drawn for an algorithm that asks for one."""
AFTER: Final = 0.5
SESSION: Final = 390
"""Minutes of a day."""


class CostCheck(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `sluice verify-costs` is asked."""

    orders: Annotated[int, Meta(ge=1)]
    quiet: Annotated[int, Meta(ge=2)] = 30
    """Days without us, on which volume, variance and spread are measured."""
    seed: Annotated[int, Meta(ge=0)] = 1
    """Of the first day; the others follow."""
    day: Day = "20260316"
    symbols: tuple[str, ...] = ("ACME",)
    strategies: tuple[str, ...] = ("TWAP", "VWAP", "IS")
    with_rate: tuple[str, ...] = ()
    """Those of `strategies` that ask for a ParticipationRate(849)."""
    size_min: float = 0.001
    size_max: float = 0.02
    """Parts of average daily volume; sizes are drawn evenly in their logarithm."""
    start: float = 5.0
    """Minutes after the open."""
    minutes: tuple[float, ...] = (10.0, 20.0)
    """Horizons, one drawn for each order."""

    def __post_init__(self) -> None:
        if not 0 < self.size_min < self.size_max <= 1:
            raise StudyError(f"sizes: must rise, above 0 to at most 1: got {self.size_min:g} to {self.size_max:g}")
        if self.start <= 0 or min(self.minutes, default=1) <= 0 or self.length > SESSION:
            said = f"start: must leave the day its horizon, {SESSION} minutes in all"
            raise StudyError(f"{said}: got {self.length:g}")
        for name in ("symbols", "strategies", "minutes"):
            if not getattr(self, name):
                raise StudyError(f"{name}: must be one at least: got none")

    @property
    def length(self) -> float:
        """Minutes of market that every day has, at most."""
        return self.start + max(self.minutes, default=0) + AFTER


def check_cells(check: CostCheck) -> tuple[Cell, ...]:
    """Quiet days first, then a day for each order."""
    return tuple(Cell(number, spec) for number, spec in enumerate(_specs(check)))


def _specs(check: CostCheck) -> Iterator[RunSpec]:
    for number in range(check.quiet):
        yield RunSpec(
            setting=QUIET,
            seed=check.seed + number,
            day=check.day,
            orders=(),
            minutes=check.length,
            watch=check.symbols,
        )
    for number in range(check.quiet, check.quiet + check.orders):
        order = _draw(check, Random(check.seed + number))
        minutes = order.start + order.minutes + AFTER
        seed = check.seed + number
        yield RunSpec(setting="orders", seed=seed, day=check.day, orders=(order,), minutes=minutes)


def _draw(check: CostCheck, rng: Random) -> OrderSpec:
    strategy = rng.choice(check.strategies)
    params: Params = ()
    if strategy in check.with_rate:
        params = (("ParticipationRate", f"{rng.uniform(*RATES):.3f}"),)
    return OrderSpec(
        name="C1",
        symbol=rng.choice(check.symbols),
        side=rng.choice((Side.BUY, Side.SELL)),
        size=exp(rng.uniform(log(check.size_min), log(check.size_max))),
        start=check.start,
        minutes=rng.choice(check.minutes),
        strategy=strategy,
        params=params,
    )
