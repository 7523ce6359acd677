"""The least cost for each risk: Almgren and Chriss's frontier on the order's own clock of volume and variance.

Their problem, with intervals of unequal volume V_k and variance v_k and a temporary cost of any power up to the linear
one:

    minimise  c sum n_k (n_k / V_k)^beta + lambda sigma^2 sum v_k (x_{k-1}^2 + x_{k-1} x_k + x_k^2)/3

over the holdings x between all and nothing. With beta = 1 it is quadratic: its derivative is a tridiagonal system with
one solution, which on equal intervals goes to their sinh path as the intervals shrink. A lower power is majorised by a
parabola at the last solution and solved again; each turn lowers the objective (Hunter and Lange 2004, MM algorithms).
Knows no algorithm.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from router.tca.impact.terms import BPS, ImpactInputError, ImpactModel, ImpactOrder, Path, PowerCost

TURNS_MAX: Final = 200
SETTLED: Final = 1e-9
"""Change of any interval's part of the order at which the iteration is over."""
LEAST: Final = 1e-12
"""Part of an order below which a parabola is no longer made steeper."""


class PoweredModel(ImpactModel, Protocol):
    """A model whose temporary cost is a power of the rate, up to the linear one."""

    def power(self, order: ImpactOrder) -> PowerCost: ...


class FrontierPoint(Struct, frozen=True):
    """Expected cost and one standard deviation of it, bps, of the optimal path for a risk aversion (per bps)."""

    risk_aversion: float
    cost: float
    risk: float


def optimal_path(model: PoweredModel, order: ImpactOrder, clock: Path, risk_aversion: float) -> Path:
    """The path of least E + lambda V on the intervals of `clock` (its shares are not looked at).

    In an interval without volume (a night) nothing trades, and what is held bears its variance. `risk_aversion`: bps of
    expected cost that a variance of one bps^2 is worth, in bps^-1. ImpactInputError where the model has no temporary
    impact, so that there is no optimum, or a power above 1.
    """
    power = model.power(order)
    if power.coefficient <= 0:
        raise ImpactInputError(f"frontier: needs a temporary impact above 0: got {power.coefficient:g}")
    if not 0 < power.exponent <= 1:
        raise ImpactInputError(f"frontier: needs a power above 0 and at most 1: got {power.exponent:g}")
    volume, variance = np.array(clock.volume), np.array(clock.variance)
    trading = volume > 0
    if not trading.any():
        raise ImpactInputError("frontier: needs an interval with volume: got none")
    # In parts n of the order, and bps: the cost of an interval is a n^(1 + exponent), of holdings b (x^2 + x y + y^2).
    a = BPS * power.coefficient * (order.size / volume[trading]) ** power.exponent
    b = risk_aversion * (BPS * order.sigma) ** 2 * variance / 3
    parts = np.zeros(len(volume))
    parts[trading] = _solve(a, b[trading], _waits(trading, 3 * b), power.exponent)
    return replace(clock, qty=tuple(float(order.qty * part) for part in parts / parts.sum()))


def _waits(trading: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """By interval that trades, what the square of the holding after it bears until the next one that does."""
    # Before the first nothing can be done about it.
    owner = np.cumsum(trading) - 1
    waits = np.zeros(int(trading.sum()))
    late = ~trading & (owner >= 0)
    np.add.at(waits, owner[late], cost[late])
    return waits


def _solve(a: np.ndarray, b: np.ndarray, waits: np.ndarray, exponent: float) -> np.ndarray:
    """The optimal part of each interval."""
    # What costs least without risk is a constant rate; a is volume^-exponent up to a factor.
    parts: np.ndarray = (a / a.mean()) ** (-1 / exponent)
    parts /= parts.sum()
    for _ in range(TURNS_MAX):
        before = parts
        steepness = (1 + exponent) / 2 * np.maximum(before, LEAST) ** (exponent - 1)
        held = np.concatenate(([1.0], _between(a * steepness, b, waits), [0.0]))
        # Rounding may leave a trade of -1e-17.
        parts = np.maximum(held[:-1] - held[1:], 0.0)
        if np.abs(parts - before).max() < SETTLED:
            break
    return parts


def _between(a: np.ndarray, b: np.ndarray, waits: np.ndarray) -> np.ndarray:
    """The holdings between the first, 1, and the last, 0, that minimise sum a n^2 + b (x^2 + x y + y^2) + waits y^2."""
    count = len(a) - 1
    if count == 0:
        return np.empty(0)
    diagonal = 2 * (a[:-1] + a[1:] + b[:-1] + b[1:] + waits[:-1])
    beside = b[1:-1] - 2 * a[1:-1]
    matrix = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
    right = np.zeros(count)
    right[0] = 2 * a[0] - b[0]
    return np.asarray(np.linalg.solve(matrix, right))


def frontier(
    model: PoweredModel, order: ImpactOrder, clock: Path, risk_aversions: Iterable[float]
) -> tuple[FrontierPoint, ...]:
    """The optimal paths' costs and risks by `model`, one for each risk aversion (0: least cost)."""
    return tuple(_point(model, order, optimal_path(model, order, clock, each), each) for each in risk_aversions)


def _point(model: PoweredModel, order: ImpactOrder, path: Path, risk_aversion: float) -> FrontierPoint:
    estimate = model.estimate(order, path)
    return FrontierPoint(risk_aversion, estimate.total, estimate.timing_risk)
