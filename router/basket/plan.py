"""A basket's plan: from names, periods, costs and limits to whole lots in each period, and what they should cost.

The power law is not quadratic, so it is linearised at the rates of the last solution and solved again until the
schedule stands still: where it does, the conditions of the optimum are those of the power law itself. What is left is
planned the same way from any later period, which changes nothing while fills are as planned. Knows no fill and no
order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from router.basket.costs import RATE_FLOOR, ImpactLaw, RiskModel
from router.basket.infeasible import Conflict, ends_told, loosen
from router.basket.limits import BasketLimits, grid_lot
from router.basket.names import (
    BasketError,
    BasketName,
    Floats,
    Period,
    days_of,
    expected_volume,
    refuse_repeats,
)
from router.basket.problem import Band, JointProblem
from router.basket.rounding import Shares, whole_lots
from router.basket.schedule import InfeasibleError, Schedule, solve
from router.core.types import Qty

STILL: Final = 1e-6
"""Of an order: a schedule that moves less from one linearisation to the next stands still."""
STILL_MONEY: Final = 1e-8
"""Of the basket's worth: so does one that moves less than this in currency, a small order's noise."""
ROUNDS_MAX: Final = 60
"""Linearisations; each leaves about |exponent - 1| of the error, so that 20 are usual for the 3/5 power."""
TIGHTENINGS_MAX: Final = 8
LOTS_OF_ROOM: Final = 4
"""A bound that was loosened to the least that can be is loosened by so many of the dearest lots more, to round in."""


class Terms(Struct, frozen=True, kw_only=True):
    """What a plan is made under. `risk_aversion` is lambda, per currency."""

    risk: RiskModel
    risk_aversion: float
    law: ImpactLaw
    limits: BasketLimits = BasketLimits()
    announcements: dict[str, tuple[float, ...]] = {}
    """By symbol: variance that comes behind each period on top of the ordinary, relative: an event in the horizon."""


class BasketCost(Struct, frozen=True):
    """Expected cost in the currency, positive is a cost; `risk` is one standard deviation of it."""

    spread: float
    temporary: float
    permanent: float
    risk: float

    @property
    def expected(self) -> float:
        return self.spread + self.temporary + self.permanent

    @property
    def interval(self) -> tuple[float, float]:
        """95 % of outcomes by timing risk alone: the model's own error is not in it."""
        return self.expected - 1.96 * self.risk, self.expected + 1.96 * self.risk


class BasketPlan(Struct, frozen=True, eq=False, kw_only=True):
    """`shares[name][period]`: whole lots to trade, summing to each order. `schedule` is the optimum before rounding."""

    names: tuple[BasketName, ...]
    periods: tuple[Period, ...]
    terms: Terms
    problem: JointProblem
    schedule: Schedule
    shares: tuple[tuple[int, ...], ...]
    cost: BasketCost
    linearisations: int
    spent: float = 0.0
    """Bought less sold before its first period, in the currency."""
    residue: dict[str, Qty] = {}
    """By symbol: shares for which participation caps leave no room; of a best effort."""
    gave: tuple[Conflict, ...] = ()
    """Bounds that were loosened; of a best effort."""

    @property
    def trades(self) -> Shares:
        """(names, periods) `shares` as an array."""
        return np.array(self.shares, dtype=np.int64)

    def band_values(self) -> dict[str, Floats]:
        """By the label of each band: its measure after each period, in whole lots."""
        left = _left(self.names, self.trades)
        value, shares = self.problem.value, _quantities(self.names)
        return {band.label: band.values(value, shares, left) for band in self.problem.bands}


def plan(
    names: Sequence[BasketName],
    periods: Sequence[Period],
    terms: Terms,
    *,
    spent: float = 0.0,
    start: Floats | None = None,
    best_effort: bool = False,
    still: float = STILL,
) -> BasketPlan:
    """The basket's plan. `spent`: bought less sold before; `start` (names, periods): trades to linearise at first.

    `still`: when the linearisation has settled, as a part of an order.

    Raises `BasketError` for what cannot be planned, `InfeasibleError` with the bounds that exclude each other. With
    `best_effort` participation caps stay, what they leave no room for is left out (`residue`), and bands and risk
    give by the least that is needed (`gave`).
    """
    if not names:
        raise BasketError("basket: at least one name")
    refuse_repeats(names)
    names, periods = tuple(names), tuple(periods)
    residue: dict[str, Qty] = {}
    if best_effort:
        names, residue, kept = _within_caps(names, periods, terms.limits)
        start = None if start is None else start[kept]
    if not names:
        raise BasketError("basket: participation caps leave room for nothing")
    problem, schedule, rounds, gave = optimum(names, periods, terms, spent, start, best_effort=best_effort, still=still)
    shares = _in_lots(names, problem, schedule)
    return BasketPlan(
        names=names,
        periods=periods,
        terms=terms,
        problem=problem,
        schedule=schedule,
        shares=tuple(tuple(int(each) for each in row) for row in shares),
        cost=cost_of(names, periods, terms, problem, shares),
        linearisations=rounds,
        spent=spent,
        residue=residue,
        gave=gave,
    )


def optimum(
    names: Sequence[BasketName],
    periods: Sequence[Period],
    terms: Terms,
    spent: float,
    start: Floats | None,
    *,
    best_effort: bool,
    still: float,
) -> tuple[JointProblem, Schedule, int, tuple[Conflict, ...]]:
    """(last linearised problem, its solution, how many there were, what was loosened). Shares are not rounded yet."""
    problem = problem_of(names, periods, terms, spent)
    volume = expected_volume(names, periods)
    even = (problem.shares / volume.sum(axis=1))[:, None]
    trades = even * volume if start is None else start
    before = None
    gave: tuple[Conflict, ...] = ()
    for done in range(1, ROUNDS_MAX + 1):
        rate = np.maximum(trades / volume, RATE_FLOOR * even)
        problem = replace(problem, temporary=_temporary(names, terms.law, volume, rate))
        if best_effort:
            problem, schedule, gave = _solved_loosened(names, problem, gave)
        else:
            schedule = solve(problem)
        trades = schedule.trades
        if terms.law.exponent == 1 or _stands_still(before, schedule, problem, still):
            return problem, schedule, done, gave
        before = schedule
    raise BasketError(f"schedule: the power law's linearisation did not settle in {ROUNDS_MAX} rounds")


def _solved_loosened(
    names: Sequence[BasketName], problem: JointProblem, gave: tuple[Conflict, ...]
) -> tuple[JointProblem, Schedule, tuple[Conflict, ...]]:
    """Solve; where bands or the risk exclude a solution, loosen them by what is needed and a few lots to round in."""
    room = LOTS_OF_ROOM * max(abs(name.value) * name.lot for name in names)
    ends = ends_told(problem)
    gave += ends
    problem = loosen(problem, ends, room)
    # Each loosening frees at least one bound, and of each there is one a period.
    for _ in range(problem.periods * (len(problem.bands) + 1) + 1):
        try:
            return problem, solve(problem, caps_give=False), gave
        except InfeasibleError as error:
            gave += error.conflicts
            problem = loosen(problem, error.conflicts, room)
    raise BasketError(f"schedule: bounds exclude each other however loosened: {gave[-1].text}")


def _within_caps(
    names: tuple[BasketName, ...], periods: Sequence[Period], limits: BasketLimits
) -> tuple[tuple[BasketName, ...], dict[str, Qty], list[int]]:
    """(names cut to what their caps have room for, what was cut by symbol, the places of the names that remain)."""
    volume = expected_volume(names, periods)
    most = limits.shares_at_most(names, volume).sum(axis=1)
    residue: dict[str, Qty] = {}
    kept: list[BasketName] = []
    places: list[int] = []
    for place, name in enumerate(names):
        whole = name.qty - name.qty % grid_lot(name)
        room = name.qty if most[place] >= whole else int(most[place])
        if room < name.qty:
            residue[name.symbol] = name.qty - room
        if room:
            kept.append(replace(name, qty=room))
            places.append(place)
    return tuple(kept), residue, places


def _stands_still(before: Schedule | None, schedule: Schedule, problem: JointProblem, still: float) -> bool:
    if before is None:
        return False
    moved = np.abs(schedule.left - before.left)
    worth = np.abs(problem.value)
    money = STILL_MONEY * float(worth @ problem.shares)
    settled = (moved < still * problem.shares[:, None]) | (moved * worth[:, None] < money)
    return bool(settled.all())


def problem_of(names: Sequence[BasketName], periods: Sequence[Period], terms: Terms, spent: float) -> JointProblem:
    """The joint problem of whole lots, linearised at an even participation."""
    volume = expected_volume(names, periods)
    if not (volume > 0).all():
        place = int(np.argmin(volume.min(axis=1)))
        raise BasketError(f"{names[place].symbol}: expected volume must be above 0 in every period")
    shares = np.array([float(name.qty - name.qty % grid_lot(name)) for name in names])
    even = np.broadcast_to((shares / volume.sum(axis=1))[:, None], volume.shape)
    price, sigma, adv = _figures(names)
    risk = terms.limits.risk
    return JointProblem(
        symbols=tuple(name.symbol for name in names),
        shares=shares,
        value=np.array([name.value for name in names]),
        temporary=_temporary(names, terms.law, volume, even),
        permanent=terms.law.permanent(price, sigma, adv),
        loadings=terms.risk.loadings(names),
        specific=terms.risk.specific(names),
        days=days_of(periods),
        cap=terms.limits.shares_at_most(names, volume),
        risk_aversion=terms.risk_aversion,
        extra=_announced(names, len(periods), terms.announcements),
        bands=terms.limits.bands(names, len(periods), spent),
        risk=None if risk is None else np.broadcast_to(np.array(risk, dtype=np.float64), (len(periods),)).copy(),
    )


def _announced(
    names: Sequence[BasketName], periods: int, announcements: Mapping[str, tuple[float, ...]]
) -> Floats | None:
    if not announcements:
        return None
    return np.array([announcements.get(name.symbol, (0.0,) * periods) for name in names])


def _figures(names: Sequence[BasketName]) -> tuple[Floats, Floats, Floats]:
    """(price, sigma, adv) of each name."""
    columns = np.array([(name.price, name.sigma, name.adv) for name in names])
    return columns[:, 0], columns[:, 1], columns[:, 2]


def _temporary(names: Sequence[BasketName], law: ImpactLaw, volume: Floats, rate: Floats) -> Floats:
    price, sigma, _ = _figures(names)
    return law.temporary(price, sigma, volume, rate)


def cost_of(
    names: Sequence[BasketName], periods: Sequence[Period], terms: Terms, problem: JointProblem, shares: Shares
) -> BasketCost:
    """What trading `shares` (names, periods) should cost, by the power law itself."""
    price, sigma, adv = _figures(names)
    quantity = _quantities(names)
    paid = terms.law.paid(price, sigma, expected_volume(names, periods), shares.astype(np.float64))
    permanent = terms.law.permanent(price, sigma, adv)
    left = _left(names, shares)
    return BasketCost(
        spread=float(sum(name.spread / 2 * name.qty for name in names)),
        temporary=float(paid.sum()),
        # gamma X^2 / 2, less what is not yet moved by the trade itself: gamma sum n^2 / 2.
        permanent=float((permanent * (quantity**2 - (shares**2).sum(axis=1)) / 2).sum()),
        risk=float(np.sqrt(problem.variance(left))),
    )


def _quantities(names: Sequence[BasketName]) -> Floats:
    return np.array([float(name.qty) for name in names])


def _left(names: Sequence[BasketName], trades: Shares) -> Floats:
    """(names, periods) shares left after each period, odd lots included."""
    left: Floats = _quantities(names)[:, None] - trades.cumsum(axis=1)
    return left


def _in_lots(names: Sequence[BasketName], problem: JointProblem, schedule: Schedule) -> Shares:
    """Whole lots that keep every bound: where rounding breaks one, it is tightened by so much and solved again.

    By the excess at first, then by twice, four times it: the lots that break it may stay the same for a while.
    """
    tightened = problem
    for attempt in range(TIGHTENINGS_MAX):
        trades = whole_lots(names, schedule.left, problem.cap)
        tighter = _tighter(tightened, _excess(names, problem, trades), 2.0**attempt)
        if tighter is None:
            return trades
        tightened = tighter
        try:
            schedule = solve(tightened)
        except InfeasibleError as error:
            raise BasketError(f"whole lots do not fit: {error.conflicts[0].text} (tightened by the lots)") from error
    raise BasketError(f"whole lots do not fit between the bounds after {TIGHTENINGS_MAX} tightenings")


class _Excess(Struct, frozen=True, eq=False):
    """By band: how far it is over its high and under its low after each period; and over the risk limit."""

    over: list[Floats]
    under: list[Floats]
    risk: Floats | None

    @property
    def any(self) -> bool:
        arrays = [*self.over, *self.under] + ([] if self.risk is None else [self.risk])
        return any(bool((each > 0).any()) for each in arrays)


def _excess(names: Sequence[BasketName], problem: JointProblem, trades: Shares) -> _Excess:
    left, quantity = _left(names, trades), _quantities(names)
    over: list[Floats] = []
    under: list[Floats] = []
    for band in problem.bands:
        values = band.values(problem.value, quantity, left)
        # A millionth of the currency: sums of products of ints, in float.
        over.append(np.where(values > band.high + 1e-6, values - band.high, 0.0))
        under.append(np.where(values < band.low - 1e-6, band.low - values, 0.0))
    risk = None if problem.risk is None else np.maximum(problem.day_risk(left) - problem.risk - 1e-6, 0.0)
    return _Excess(over, under, risk)


def _tighter(problem: JointProblem, excess: _Excess, times: float) -> JointProblem | None:
    """The problem with its bounds pulled in by what was too much, so many times; None if nothing was."""
    if not excess.any:
        return None
    bands: list[Band] = []
    for band, over, under in zip(problem.bands, excess.over, excess.under, strict=True):
        bands.append(replace(band, high=band.high - times * over, low=band.low + times * under))
    risk = problem.risk if problem.risk is None or excess.risk is None else problem.risk - times * excess.risk
    return replace(problem, bands=tuple(bands), risk=risk)
