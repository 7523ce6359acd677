"""Temporary and permanent impact of one parent order, and its timing risk, each with the noise that the market adds.

After Almgren, Thum, Hauptmann and Li (2005), with P_r the midpoint at the release, S(t) the midpoint later, n filled
shares at the average price A, s = +1 for a buy and -1 for a sell:

    permanent  I = s (S(end + h) - P_r) / P_r      what stayed, h after the last fill
    realised   J = s (A - P_r) / P_r               what was paid
    temporary  J - I / 2                           half of what stays is paid on the way by an even schedule

One order says little: a market of volatility sigma moves meanwhile. With x(t) the part not yet filled, as it was traded
and in trading time, the standard errors are sigma times

    I: sqrt(T_h)    J: sqrt(int x^2)    J - I/2: sqrt(int x^2 - int x + T_h / 4)

which for an even schedule over T are theirs: T/3 for J, and T/12 for J - I/2 where T_h = T. Basis points of P_r;
intervals are of 95 %, normal. Must not know how a figure is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import NormalDist
from typing import Final

from msgspec import Struct

from router.core.types import SECOND, Ns
from router.tca.cost.benchmarks import REVERSION_NS, after, horizon_name
from router.tca.cost.shortfall import Shortfall
from router.tca.facts.case import Case
from router.tca.facts.marks import Mark, midpoint, release, released_at
from router.tca.facts.official import close_price
from router.tca.facts.record import Planned
from router.tca.facts.trading_time import seconds
from router.tca.facts.volatility import Volatility, measure

PERMANENT_AFTER_NS: Final[Ns] = 300 * SECOND
"""Their half hour is longer than most journals of a short order go on; the curve shows what other choices would say."""
Z95: Final = NormalDist().inv_cdf(0.975)
BPS: Final = 10_000
CAME: Final = "what it came to: exact"


class Estimate(Struct, frozen=True):
    """A figure with its standard error, in `unit`; `reason` says why one of them is None."""

    value: float | None
    error: float | None = None
    unit: str = "bps"
    reason: str = ""

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of 95 %, normal; None without a standard error."""
        if self.value is None or self.error is None:
            return None
        return self.value - Z95 * self.error, self.value + Z95 * self.error


class CurvePoint(Struct, frozen=True):
    """The midpoint against the release, some time after the last fill; positive is against the order."""

    name: str
    at: Ns | None
    level: Estimate


class Decomposition(Struct, frozen=True):
    """Impact of one order. `curve` is the decay: from the last fill on, at each horizon and at the close."""

    volatility: Volatility
    release: Mark
    horizon_ns: Ns
    permanent: Estimate
    realised: Estimate
    temporary: Estimate
    curve: tuple[CurvePoint, ...]


class TimingRisk(Struct, frozen=True):
    """Standard deviation of the timing cost, in basis points of the release price on all ordered shares.

    `expected` by the schedule that the algorithm stated first, on each date; `traded` by the path that the fills made;
    `cost` is the shortfall's timing, and `score` the same in units of `expected` (of `traded` without one), as
    uncertain as that.
    """

    expected: Estimate
    traded: Estimate
    cost: Estimate
    score: Estimate


class Path(Struct, frozen=True):
    """Integrals, in seconds of trading from the release to the last fill, of the part of the filled shares to come."""

    length: float
    square: float
    linear: float


def decompose(
    case: Case, volatility: Volatility | None = None, *, horizon_ns: Ns = PERMANENT_AFTER_NS
) -> Decomposition:
    """Impact and its decay; `volatility` is measured from the case where none is given."""
    base, start = release(case), released_at(case)
    last = max((fill.at for fill in case.fills), default=start)
    sigma = volatility or measure(case, start, last)
    path = traded_path(case)
    held = _seconds_to(case, start, last + horizon_ns)
    permanent = _level(case, base, after(case, last, horizon_ns), sigma, held)
    realised = _realised(case, base, sigma, path)
    if not case.fills:
        permanent = Estimate(None, reason="nothing was filled")
    return Decomposition(
        volatility=sigma,
        release=base,
        horizon_ns=horizon_ns,
        permanent=permanent,
        realised=realised,
        temporary=_temporary(permanent, realised, sigma, path, held),
        curve=_curve(case, base, last, sigma) if case.fills else (),
    )


def _seconds_to(case: Case, start: Ns, end: Ns) -> float:
    return seconds(case, start, min(end, case.reaching(end).as_of))


def _level(case: Case, base: Mark, mark: Mark, sigma: Volatility, trading_seconds: float) -> Estimate:
    if base.px is None or mark.px is None:
        return Estimate(None, reason=mark.reason or f"no midpoint at the release: {base.reason}")
    moved = case.record.side.sign * (mark.px - base.px) / base.px
    return Estimate(float(moved * BPS), _bps(sigma.over(trading_seconds)), reason=sigma.reason)


def _realised(case: Case, base: Mark, sigma: Volatility, path: Path) -> Estimate:
    record = case.record
    if not record.cum_qty:
        return Estimate(None, reason="nothing was filled")
    if base.px is None:
        return Estimate(None, reason=f"no midpoint at the release: {base.reason}")
    paid = record.side.sign * (record.notional - record.cum_qty * base.px) / (record.cum_qty * base.px)
    return Estimate(float(paid * BPS), _bps(sigma.over(path.square)), reason=sigma.reason)


def _temporary(permanent: Estimate, realised: Estimate, sigma: Volatility, path: Path, held: float) -> Estimate:
    if permanent.value is None or realised.value is None:
        return Estimate(None, reason=realised.reason if realised.value is None else permanent.reason)
    noise = sigma.over(path.square - path.linear + held / 4)
    return Estimate(realised.value - permanent.value / 2, _bps(noise), reason=sigma.reason)


def _curve(case: Case, base: Mark, last: Ns, sigma: Volatility) -> tuple[CurvePoint, ...]:
    marks = {"last fill": midpoint(case, last, "midpoint at the last fill")}
    marks |= {horizon_name(horizon): after(case, last, horizon) for horizon in REVERSION_NS}
    marks["close"] = close_price(case, last)
    start = released_at(case)
    return tuple(
        CurvePoint(name, mark.at, _level(case, base, mark, sigma, seconds(case, start, mark.at or start)))
        for name, mark in marks.items()
    )


def traded_path(case: Case) -> Path:
    """What of the filled shares was still to come, over trading time, as the fills came."""
    filled = case.record.cum_qty
    at, left = released_at(case), filled
    length = square = linear = 0.0
    for fill in sorted(case.fills, key=lambda fill: fill.at):
        held = seconds(case, at, fill.at)
        part = left / filled
        length, square, linear = length + held, square + part * part * held, linear + part * held
        at, left = max(at, fill.at), left - fill.qty
    return Path(length, square, linear)


def timing_risk(case: Case, costs: Shortfall, volatility: Volatility) -> TimingRisk:
    """What timing might have cost, as planned and as traded, and what it did cost. Nights add nothing to either."""
    base = costs.release.px
    worth = None if base is None else case.currency(costs.qty * base)
    part = costs.filled / costs.qty if costs.qty else 0.0
    # As traded, it is of the filled part of all shares.
    expected = _expected(case, volatility)
    as_traded = _risk(volatility, traded_path(case).square * part * part)
    cost = _timing_cost(costs, None if worth is None else float(worth))
    return TimingRisk(expected, as_traded, cost, _score(cost, as_traded if expected.value is None else expected))


def _timing_cost(costs: Shortfall, worth: float | None) -> Estimate:
    if costs.timing is None or worth is None:
        return Estimate(
            None, reason=costs.reasons.get("timing") or f"no midpoint at the release: {costs.release.reason}"
        )
    if not worth:
        return Estimate(None, reason="no share was ordered")
    return Estimate(float(costs.timing) / worth * BPS, reason=CAME)


def _score(cost: Estimate, risk: Estimate) -> Estimate:
    unit = "standard deviations"
    if cost.value is None or risk.value is None:
        return Estimate(None, unit=unit, reason=(cost if cost.value is None else risk).reason)
    if risk.value == 0:
        return Estimate(None, unit=unit, reason="there was no timing risk: no time passed, or the midpoint never moved")
    error = None if risk.error is None else abs(cost.value) * risk.error / risk.value**2
    return Estimate(cost.value / risk.value, error, unit)


def _expected(case: Case, volatility: Volatility) -> Estimate:
    """Along what the algorithm stated first on each date: of an order of several, one plan is one date's share."""
    stated: dict[str, Planned] = {}
    for plan in case.record.plans:
        stated.setdefault(case.day(plan.at), plan)
    plans = [plan for plan in stated.values() if plan.points]
    if not plans:
        return Estimate(None, reason="the order had no schedule")
    return _risk(volatility, _planned_square(case, plans))


def _risk(volatility: Volatility, square: float) -> Estimate:
    return Estimate(_bps(volatility.over(square)), _bps(volatility.error_over(square)), reason=volatility.reason)


def _planned_square(case: Case, plans: Sequence[Planned]) -> float:
    """The integral of the squared part of all shares still to come of those planned, in seconds of trading.

    Along straight lines between the plans' points. All shares are those ordered as the first plan was made.
    """
    points = [point for plan in plans for point in plan.points]
    planned = points[-1].qty
    ordered = case.record.qty_at(plans[0].at)
    parts = [max(planned - point.qty, 0) / ordered for point in points]
    total = 0.0
    for (a, b), (start, end) in zip(pairwise(parts), pairwise(points), strict=True):
        total += seconds(case, start.at, end.at) * (a * a + a * b + b * b) / 3
    return total


def _bps(part: float | None) -> float | None:
    return None if part is None else part * BPS
