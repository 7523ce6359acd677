"""Past orders as a fit sees them: each an order and an even path, a cost, and how much of it is luck.

What an `Outcome` knows of the way it was worked is its participation: the path is even in volume time, and as long as
that participation makes it, T = X/V (1 - POV)/POV days of the others' volume. Bias: a schedule that was not even paid
more temporary impact than an even one of the same mean rate, by Jensen's inequality, and the fit takes that for a
larger coefficient.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from math import isfinite, sqrt
from typing import Final, NamedTuple

from router.tca.impact.terms import BPS, ImpactOrder, Path, even_path
from router.tca.universe.outcome import Outcome

UNIT: Final = 1_000_000_000
"""Shares of an average day here: models look at parts of it only."""


class Point(NamedTuple):
    """One past order. Costs in bps; `noise` is the standard deviation that an order's luck gives its cost."""

    order: ImpactOrder
    path: Path
    cost: float
    half_spread: float
    noise: float
    cluster: Hashable
    outcome: Outcome

    @property
    def rate(self) -> float:
        """Own shares over the others'."""
        return self.path.executed / UNIT / self.path.volume_days


def points_of(outcomes: Iterable[Outcome]) -> tuple[tuple[Point, ...], dict[str, int]]:
    """The orders that a fit can use, and why the others are left out: reason and how many."""
    found: list[Point] = []
    left_out: dict[str, int] = {}
    for outcome in outcomes:
        why = _lacks(outcome)
        if why:
            left_out[why] = left_out.get(why, 0) + 1
        else:
            found.append(_point(outcome))
    return tuple(found), left_out


def _lacks(outcome: Outcome) -> str:
    if outcome.pov is None or not 0 < outcome.pov < 1:
        return "participation is not known, or not between 0 and 1"
    if outcome.sigma is None:
        return "daily volatility is not known"
    if outcome.spread_bps is None:
        return "quoted spread is not known"
    if outcome.filled == 0:
        return "nothing was filled"
    return "" if isfinite(outcome.cost_bps) else "cost is no number"


def _point(outcome: Outcome) -> Point:
    assert outcome.pov is not None, outcome.order_id
    assert outcome.sigma is not None, outcome.order_id
    assert outcome.spread_bps is not None, outcome.order_id
    qty = max(1, round(outcome.executed * UNIT))
    days = outcome.executed * (1 - outcome.pov) / outcome.pov
    half = outcome.spread_bps / 2
    order = ImpactOrder(
        side=outcome.side, qty=qty, price=1.0, adv=UNIT, sigma=outcome.sigma, spread=outcome.spread_bps / BPS
    )
    return Point(
        order=order,
        path=even_path(qty, days),
        cost=outcome.cost_bps,
        half_spread=half,
        # What taking or giving the spread adds keeps an order of a minute from counting without bound.
        noise=sqrt(timing_risk(outcome, days) ** 2 + half**2),
        cluster=outcome.order_id if outcome.seed is None else outcome.seed,
        outcome=outcome,
    )


def timing_risk(outcome: Outcome, days: float) -> float:
    """The pre-trade one where there is one; else sigma sqrt(T/3), Kissell's, at the order's own pace. Bps."""
    if outcome.timing_risk_bps is not None:
        return outcome.timing_risk_bps
    assert outcome.sigma is not None, outcome.order_id
    return BPS * outcome.sigma * sqrt(days / 3)
