"""Predicted against realised: how far off, with what slope, and how often inside the interval that was promised.

A prediction stands on what was known before: the order, the schedule that its algorithm stated at arrival, and a market
measured on other days, without us. Knows no engine and no process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from msgspec import Struct
from scipy import stats

from router.core.algo import SchedulePoint
from router.core.types import Ns
from router.tca.estimate import LEVEL, Estimate, mean, nothing, share, student
from router.tca.fit.fit import Fit, M
from router.tca.impact.terms import BPS, ImpactOrder, ParametricModel, Path, timing_risk
from router.tca.pretrade.paths import DayClock
from router.tca.study.result import Worked
from router.tca.study.window import MINUTE, MarketMinutes
from router.tca.universe.outcome import Outcome

LEVELS: Final = (0.5, 0.8, 0.95)
SESSION_MINUTES: Final = 390
SLOPE_MIN: Final = 5
"""Orders that a line takes."""
Predict: TypeAlias = Callable[[ImpactOrder, Path], tuple[float, float]]
"""Expected cost and its standard error, bps."""


class Asked(NamedTuple):
    """One order as a model is asked about it beforehand, and what came of it."""

    order: ImpactOrder
    path: Path
    outcome: Outcome


class Prediction(Struct, frozen=True, kw_only=True):
    """One order: bps of the arrival mid. `deviation` is timing risk and model error together."""

    order_id: str
    seed: int | None
    expected: float
    deviation: float
    realised: float

    @property
    def z(self) -> float:
        """Realised less expected, in deviations."""
        return (self.realised - self.expected) / self.deviation


class Coverage(Struct, frozen=True):
    """How many of the orders lay inside the interval of a level, with Jeffreys' interval."""

    level: float
    found: Estimate


class Calibration(Struct, frozen=True, kw_only=True):
    """How one model did."""

    model: str
    orders: int
    bias: Estimate
    """Mean of realised less expected, bps: above 0, it promised too little."""
    slope: Estimate
    """Of realised on expected, weighted by 1/deviation^2, HC3: 1 where a predicted basis point is one."""
    dispersion: float
    """Root mean square of z: 1 where deviations are as large as was said, above where costs vary more."""
    coverage: tuple[Coverage, ...]
    beyond: int
    """Orders beyond what the model was made for."""
    predictions: tuple[Prediction, ...]


def ask(worked: Worked, market: MarketMinutes, *, start: Ns, end: Ns, open_: Ns, sigma: float, taken: float) -> Asked:
    """The order in its window. `market` is the mean of quiet days; `taken` the part that is meant to pay half a spread.

    Its volumes and variances are in units of an average day's, so that a busy opening counts as the long time that it
    is. The stated schedule is what trades: what it leaves is no part of the cost of what it trades.
    """
    outcome = worked.outcome
    assert outcome is not None, worked.name
    assert outcome.qty is not None, worked.name
    adv = outcome.qty / outcome.q_adv
    minutes = len(market.volume)
    clock = DayClock(
        open=open_,
        close=open_ + minutes * MINUTE,
        volume=market.volume,
        variance=market.variance,
        volume_days=sum(market.volume) / adv,
        variance_days=sum(market.variance) / sigma**2,
        length=minutes / SESSION_MINUTES,
    )
    path = clock.path(_within(worked.schedule, start, end), end, taken)
    _, _, spread = market.between((start - open_) / MINUTE, (end - open_) / MINUTE)
    order = ImpactOrder(
        side=outcome.side,
        qty=max(1, round(path.executed)),
        price=1.0,
        adv=adv,
        sigma=sigma,
        spread=(spread or 0.0) / BPS,
    )
    return Asked(order, path, outcome)


def _within(points: Sequence[SchedulePoint], start: Ns, end: Ns) -> tuple[SchedulePoint, ...]:
    return tuple(point for point in points if start <= point.at <= end)


def of_model(model: ParametricModel) -> Predict:
    """A model as it stands, with the errors of its parameters."""

    def predict(order: ImpactOrder, path: Path) -> tuple[float, float]:
        said = model.estimate(order, path)
        return said.total, said.error

    return predict


def of_fit(fit: Fit[M]) -> Predict:
    """A fitted model, its spread part and covariances with it."""
    return fit.predict


def calibrate(name: str, predict: Predict, asked: Sequence[Asked], model: ParametricModel | None = None) -> Calibration:
    """How `predict` did on `asked`, which must not be what it was fitted to; `model` says which were beyond it."""
    found = tuple(_predicted(each, predict) for each in asked)
    return Calibration(
        model=name,
        orders=len(found),
        bias=mean([each.realised - each.expected for each in found]),
        slope=slope(
            [each.expected for each in found],
            [each.realised for each in found],
            [1 / each.deviation**2 for each in found],
        ),
        dispersion=sqrt(sum(each.z**2 for each in found) / len(found)) if found else 0.0,
        coverage=tuple(_coverage(level, found) for level in LEVELS),
        beyond=sum(1 for each in asked if model is not None and model.beyond(each.order, each.path)),
        predictions=found,
    )


def _predicted(each: Asked, predict: Predict) -> Prediction:
    expected, error = predict(each.order, each.path)
    return Prediction(
        order_id=each.outcome.order_id,
        seed=each.outcome.seed,
        expected=expected,
        deviation=sqrt((BPS * timing_risk(each.order, each.path)) ** 2 + error**2),
        realised=each.outcome.cost_bps,
    )


def _coverage(level: float, found: Sequence[Prediction]) -> Coverage:
    reach = float(stats.norm.ppf(0.5 + level / 2))
    return Coverage(level, share(sum(1 for each in found if abs(each.z) <= reach), len(found)))


def slope(xs: Sequence[float], ys: Sequence[float], weights: Sequence[float], level: float = LEVEL) -> Estimate:
    """Of a weighted least-squares line with an intercept, its error HC3 (MacKinnon and White 1985)."""
    n = len(xs)
    if n < SLOPE_MIN or max(xs) == min(xs):
        return nothing(f"a slope takes {SLOPE_MIN} orders whose predictions differ, there are {n}", n, level)
    roots = np.sqrt(np.asarray(weights))
    design = np.stack([roots, roots * np.asarray(xs)], axis=1)
    bread = np.linalg.inv(design.T @ design)
    theta = bread @ design.T @ (roots * np.asarray(ys))
    leverage = np.einsum("ij,jk,ik->i", design, bread, design)
    scores = design * ((roots * np.asarray(ys) - design @ theta) / (1 - leverage))[:, None]
    error = sqrt(float((bread @ scores.T @ scores @ bread)[1, 1]))
    return student(float(theta[1]), error, n - 2, n, level)
