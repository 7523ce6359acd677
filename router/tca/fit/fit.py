"""An impact model's parameters from own fills: weighted least squares, with errors that survive wrong weights.

    cost_i = c spread_i / 2 + model(order_i, path_i; parameters) + noise_i e_i

c, the part of the half spread that is paid, is fitted beside the model; it is what an intercept would be. Weights are
1 / noise^2: timing risk, and half the spread (`points`). Errors do not trust them: the covariance is the cluster-robust
CR3, which is HC3 where each order stands alone (MacKinnon and White, Journal of Econometrics 29, 1985; Bell and
McCaffrey, Survey Methodology 28, 2002); orders of one seed are one cluster. Intervals are Student's at clusters less
parameters. Solved by scipy's trust region; where a model is linear in what is free that is weighted linear regression.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta
from math import log, sqrt
from typing import Final, Generic, TypeVar

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray
from scipy import optimize, stats

from router.tca.estimate import LEVEL, Estimate, student
from router.tca.fit.points import Point, points_of
from router.tca.impact.terms import BPS, ImpactOrder, Parameter, ParametricModel, Path
from router.tca.universe.outcome import Outcome

M = TypeVar("M", bound=ParametricModel)
Vector = NDArray[np.float64]

FREE: Final[dict[str, tuple[str, ...]]] = {
    "almgren-2005": ("gamma", "eta", "beta"),
    "i-star": ("a1", "a2", "a3", "a4"),
    "square-root": ("y",),
    "general": ("alpha", "beta", "gamma", "nu"),
}
"""What is fitted of each model, unless told; the rest stays as it is."""
DRIVERS: Final = {
    ("almgren-2005", "beta"): "rate",
    ("i-star", "a2"): "size",
    ("i-star", "a3"): "volatility",
    ("i-star", "a4"): "rate",
    ("general", "beta"): "rate",
    ("general", "delta"): "size",
    ("general", "nu"): "volatility",
}
"""Exponents, and of what: one that hardly varies tells no exponent."""
BOUNDS: Final = (0.05, 3.0)
"""Of exponents: beyond them a power law is a step."""
SPREAD_MIN: Final = 2.0
"""Least ratio of the 95th percentile to the 5th of a size, rate or volatility whose exponent is fitted."""
CLUSTERS_MIN: Final = 20
PER_PARAMETER: Final = 10
"""Independent orders that each fitted number takes, c among them."""
CONDITION_MAX: Final = 1e6
"""Of the weighted derivatives, each scaled to length 1: above it numbers cannot be told apart."""
SPREAD_PART: Final = "spread part"


class FitError(ValueError):
    """Orders from which nothing can be fitted; the text names the rule, the limit and the value."""


class Trend(Struct, frozen=True):
    """Spearman's correlation of residuals with something that the model should have explained, and its p-value."""

    of: str
    correlation: float
    p_value: float


class Diagnostics(Struct, frozen=True, kw_only=True):
    """How the residuals look, in units of their noise: z = residual / noise."""

    chi2: float
    """Sum of z^2 over its degrees of freedom: 1 where the noise is as large as was thought."""
    explained: float
    """Part of the weighted sum of squared costs that the fit explains, 0 to 1."""
    beyond_3: int
    """Orders with |z| above 3; 0.3 % of a normal."""
    worst: str
    """The order with the largest |z|, and its seed where it has one."""
    worst_z: float
    skew: float
    trends: tuple[Trend, ...]


class Fit(Struct, Generic[M], frozen=True, kw_only=True):
    """A fitted model. `names`, `values` and `covariance` go together; the first is `SPREAD_PART`, c."""

    model: M
    names: tuple[str, ...]
    values: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    df: int
    start: dict[str, float]
    """The fitted parameters before."""
    held: dict[str, str]
    """Parameters that stay as they were, and why."""
    orders: int
    clusters: int
    left_out: dict[str, int]
    diagnostics: Diagnostics

    def estimate(self, name: str, level: float = LEVEL) -> Estimate:
        """One number with its interval."""
        place = self.names.index(name)
        return student(self.values[place], sqrt(self.covariance[place][place]), self.df, self.clusters, level)

    def correlation(self, first: str, second: str) -> float:
        """Of the errors of two numbers."""
        a, b = self.names.index(first), self.names.index(second)
        return self.covariance[a][b] / sqrt(self.covariance[a][a] * self.covariance[b][b])

    def predict(self, order: ImpactOrder, path: Path) -> tuple[float, float]:
        """Expected cost (bps) of an order along a path, and its standard error by the delta method, covariances in."""
        half = BPS * order.spread_fraction / 2

        def cost(theta: Vector) -> Vector:
            model = _with(self.model, self.names[1:], theta[1:])
            return np.array([theta[0] * half + BPS * model.parts(order, path).total])

        theta = np.array(self.values)
        slope = _derivatives(cost, theta)[0]
        return float(cost(theta)[0]), sqrt(max(float(slope @ np.array(self.covariance) @ slope), 0.0))


def fit(model: M, outcomes: Sequence[Outcome], *, free: Sequence[str] | None = None) -> Fit[M]:
    """Fit `free` (as `FREE` says if None) of `model`; other numbers are kept, and are where the search begins.

    Raises FitError for fewer orders than `CLUSTERS_MIN` or `PER_PARAMETER` a number, for sizes that do not differ, for
    numbers that cannot be told apart, and where the search ends at a limit or not at all.
    """
    points, left_out = points_of(outcomes)
    names, held = _chosen(model, points, free)
    problem = _Problem(model, points, names)
    _refuse_few(problem, left_out)
    theta = problem.solve()
    covariance = problem.covariance(theta)
    errors = np.sqrt(np.diag(covariance))
    fitted = _with(model, names, theta[1:], errors[1:])
    return Fit(
        model=_described(fitted, points),
        names=(SPREAD_PART, *names),
        values=tuple(theta.tolist()),
        covariance=tuple(tuple(row) for row in covariance.tolist()),
        df=problem.df,
        start={name: getattr(model, name).value for name in names},
        held=held,
        orders=len(points),
        clusters=problem.clusters,
        left_out=left_out,
        diagnostics=_diagnose(problem, theta),
    )


def _chosen(
    model: ParametricModel, points: Sequence[Point], free: Sequence[str] | None
) -> tuple[tuple[str, ...], dict[str, str]]:
    """What is fitted, and what is held with its reason."""
    parameters = [name for name in model.__struct_fields__ if isinstance(getattr(model, name), Parameter)]
    for name in free or ():
        if name not in parameters:
            raise FitError(f"free: must be one of {', '.join(parameters)}: got {name!r}")
    wanted = tuple(free) if free is not None else FREE.get(model.name, tuple(parameters))
    held = {name: "not asked for" for name in parameters if name not in wanted}
    for name in wanted:
        driver = DRIVERS.get((model.name, name))
        found = ratio(points, driver) if driver and points else SPREAD_MIN
        if found < SPREAD_MIN:
            held[name] = f"its exponent takes a {driver} that varies by a factor of {SPREAD_MIN:g}: got {found:.2f}"
    return tuple(name for name in wanted if name not in held), held


def ratio(points: Sequence[Point], what: str) -> float:
    """95th percentile over 5th of the orders' size, rate or volatility."""
    low, high = np.quantile([_driver(point, what) for point in points], [0.05, 0.95])
    return float(high / low)


def _driver(point: Point, what: str) -> float:
    return {"size": point.order.size, "rate": point.rate, "volatility": point.order.sigma}[what]


def _refuse_few(problem: _Problem, left_out: dict[str, int]) -> None:
    most = max(CLUSTERS_MIN, PER_PARAMETER * (len(problem.names) + 1))
    without = "".join(f"; {count} left out: {why}" for why, count in left_out.items())
    if problem.clusters < most:
        raise FitError(
            f"orders: {len(problem.names) + 1} parameters take at least {most} independent orders (one a seed): "
            f"got {problem.clusters}{without}"
        )
    if not problem.names:
        raise FitError("free: nothing is left to fit")
    spread = ratio(problem.points, "size")
    if spread < SPREAD_MIN:
        raise FitError(f"sizes: must vary by a factor of {SPREAD_MIN:g} (5th to 95th percentile): got {spread:.2f}")


class _Problem:
    """Weighted residuals of a model at given numbers, and what follows from their derivatives."""

    def __init__(self, model: ParametricModel, points: Sequence[Point], names: tuple[str, ...]) -> None:
        self.model = model
        self.points = points
        self.names = names
        self.costs = np.array([point.cost for point in points])
        self.halves = np.array([point.half_spread for point in points])
        self.noise = np.array([point.noise for point in points])
        groups: dict[Hashable, list[int]] = {}
        for place, point in enumerate(points):
            groups.setdefault(point.cluster, []).append(place)
        self.groups = tuple(groups.values())

    @property
    def clusters(self) -> int:
        return len(self.groups)

    @property
    def df(self) -> int:
        return self.clusters - len(self.names) - 1

    def z(self, theta: Vector) -> Vector:
        """(cost - expected) / noise of each order."""
        model = _with(self.model, self.names, theta[1:])
        impact = np.array([BPS * model.parts(point.order, point.path).total for point in self.points])
        found: Vector = (self.costs - theta[0] * self.halves - impact) / self.noise
        return found

    def solve(self) -> Vector:
        start = np.array([0.5, *(getattr(self.model, name).value for name in self.names)])
        exponents = [(self.model.name, name) in DRIVERS for name in self.names]
        low = np.array([-np.inf, *(BOUNDS[0] if each else -np.inf for each in exponents)])
        high = np.array([np.inf, *(BOUNDS[1] if each else np.inf for each in exponents)])
        found = optimize.least_squares(
            self.z, np.clip(start, low, high), jac=self.slopes, bounds=(low, high), x_scale="jac"
        )
        if not found.success:
            raise FitError(f"the search did not end in {found.nfev} steps: hold one of {', '.join(self.names)}")
        theta: Vector = found.x
        for name, value, exponent in zip(self.names, theta[1:], exponents, strict=True):
            if exponent and (value - BOUNDS[0] < 1e-6 or BOUNDS[1] - value < 1e-6):
                raise FitError(f"{name}: must end between {BOUNDS[0]} and {BOUNDS[1]}: got {value:.3g}: hold it")
        return theta

    def slopes(self, theta: Vector) -> Vector:
        """Derivatives of `z`: an order a row, a number a column."""
        return _derivatives(self.z, theta)

    def covariance(self, theta: Vector) -> Vector:
        """CR3: each cluster's residuals blown up by what it alone decided of its own fit."""
        slopes, z = self.slopes(theta), self.z(theta)
        lengths = np.linalg.norm(slopes, axis=0)
        condition = float(np.linalg.cond(slopes / lengths)) if lengths.all() else np.inf
        if condition > CONDITION_MAX:
            raise FitError(
                f"{', '.join((SPREAD_PART, *self.names))}: the condition of the fit must be at most "
                f"{CONDITION_MAX:g}, or they cannot be told apart: got {condition:.2g}: hold one"
            )
        bread = np.linalg.inv(slopes.T @ slopes)
        meat = np.zeros_like(bread)
        for group in self.groups:
            own = slopes[group]
            score = own.T @ np.linalg.solve(np.eye(len(group)) - own @ bread @ own.T, z[group])
            meat += np.outer(score, score)
        found: Vector = bread @ meat @ bread
        return found


def _derivatives(function: Callable[[Vector], Vector], theta: Vector) -> Vector:
    """By central differences."""
    steps = 1e-5 * np.maximum(np.abs(theta), 1e-3)
    columns = []
    for place, step in enumerate(steps):
        move = np.zeros_like(theta)
        move[place] = step
        columns.append((function(theta + move) - function(theta - move)) / (2 * step))
    return np.stack(columns, axis=1)


def _with(model: M, names: Sequence[str], values: Vector, errors: Vector | None = None) -> M:
    known = np.zeros(len(names)) if errors is None else errors
    found = {
        name: Parameter(float(value), float(error)) for name, value, error in zip(names, values, known, strict=True)
    }
    return replace(model, **found)


def _described(model: M, points: Sequence[Point]) -> M:
    """With where the numbers are from and hold, in force from the day after the last order."""
    dates = sorted(point.outcome.date for point in points)
    sizes = [point.order.size for point in points]
    after = datetime.strptime(dates[-1], "%Y%m%d") + timedelta(days=1)  # noqa: DTZ007 - a date has no zone
    return replace(
        model,
        source=f"fit to {len(points)} own orders, {dates[0]} to {dates[-1]}, weighted by timing risk, CR3 errors",
        from_date=f"{after:%Y%m%d}",
        size_min=min(sizes),
        size_max=max(sizes),
        rate_max=max(point.rate for point in points),
    )


def _diagnose(problem: _Problem, theta: Vector) -> Diagnostics:
    z, points = problem.z(theta), problem.points
    worst = int(np.argmax(np.abs(z)))
    whole = problem.costs / problem.noise
    trends = []
    for what in ("size", "rate", "volatility"):
        if ratio(points, what) >= SPREAD_MIN:
            found = stats.spearmanr([log(_driver(point, what)) for point in points], z)
            trends.append(Trend(what, float(found.statistic), float(found.pvalue)))
    return Diagnostics(
        chi2=float(z @ z) / (len(points) - len(theta)),
        explained=1 - float(z @ z) / float(whole @ whole),
        beyond_3=int(np.sum(np.abs(z) > 3)),
        worst=_named(points[worst].outcome),
        worst_z=float(z[worst]),
        skew=float(stats.skew(z)),
        trends=tuple(trends),
    )


def _named(outcome: Outcome) -> str:
    return outcome.order_id if outcome.seed is None else f"{outcome.order_id}, seed {outcome.seed}"
