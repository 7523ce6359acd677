"""The least cost for each risk: Almgren and Chriss's frontier on the order's own clock of volume and variance.

Their problem with intervals of unequal volume and variance is still quadratic: minimise

    eta sum n_k^2 / (V_k X) + lambda sigma^2 sum v_k (x_{k-1}^2 + x_{k-1} x_k + x_k^2)/3

over the holdings between X and 0. Its derivative is a tridiagonal system with one solution. On equal intervals it goes
to their sinh path as the intervals shrink. Knows no algorithm.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from router.tca.impact.almgren_chriss import AlmgrenChriss
from router.tca.impact.terms import BPS, ImpactInputError, ImpactOrder, Path, spread_paid, timing_risk


class FrontierPoint(Struct, frozen=True):
    """Expected cost and one standard deviation of it, bps, of the optimal path for a risk aversion (per bps)."""

    risk_aversion: float
    cost: float
    risk: float


def optimal_path(model: AlmgrenChriss, order: ImpactOrder, clock: Path, risk_aversion: float) -> Path:
    """The path of least E + lambda V on the intervals of `clock` (its shares are not looked at).

    `risk_aversion`: bps of expected cost that a variance of one bps^2 is worth, in bps^-1. ImpactInputError where the
    model has no temporary impact, so that there is no optimum.
    """
    eta = model.eta(order)
    if eta <= 0:
        raise ImpactInputError("frontier: needs a spread above 0: got 0")
    volume, variance = np.array(clock.volume), np.array(clock.variance)
    if volume.min() <= 0:
        raise ImpactInputError(f"frontier: every interval needs volume: got {volume.min()}")
    # In parts of the order and bps: cost of an interval's part n is a n^2, of holdings b (x^2 + x y + y^2).
    a = BPS * eta * order.size / volume
    b = risk_aversion * (BPS * order.sigma) ** 2 * variance / 3
    held = np.concatenate(([1.0], _between(a, b), [0.0]))
    # Rounding may leave a trade of -1e-17.
    parts = np.maximum(held[:-1] - held[1:], 0.0)
    return replace(clock, qty=tuple(float(order.qty * part) for part in parts / parts.sum()))


def _between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The optimal holdings between the first, 1, and the last, 0."""
    count = len(a) - 1
    if count == 0:
        return np.empty(0)
    diagonal = 2 * (a[:-1] + a[1:] + b[:-1] + b[1:])
    beside = b[1:-1] - 2 * a[1:-1]
    matrix = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
    right = np.zeros(count)
    right[0] = 2 * a[0] - b[0]
    return np.asarray(np.linalg.solve(matrix, right))


def frontier(
    model: AlmgrenChriss, order: ImpactOrder, clock: Path, risk_aversions: Iterable[float]
) -> tuple[FrontierPoint, ...]:
    """The optimal paths' costs and risks by `model`, one for each risk aversion (0: least cost)."""
    return tuple(_point(model, order, optimal_path(model, order, clock, each), each) for each in risk_aversions)


def _point(model: AlmgrenChriss, order: ImpactOrder, path: Path, risk_aversion: float) -> FrontierPoint:
    cost = spread_paid(order, path) + model.parts(order, path).total
    return FrontierPoint(risk_aversion, BPS * cost, BPS * timing_risk(order, path))
