"""Trading through a scheduled event: the best path when the parameters will change at a known time, nobody knows how.

Almgren and Chriss (2000), "The value of information", parameter shifts: until T* one set of parameters holds, at T*
one of several comes in with a stated probability. Nothing is learned before T*, so the path until it is static; after
it the path is solved again for what came. Only what is left at T*, x*, has to be found. The objective, expected cost
plus lambda times variance, is reckoned over the outcomes too: their costs differ, which is variance (lambda sum_i<j
p_i p_j (E_i - E_j)^2).

The paper's outcomes change volatility and impact; `jump`, the announcement's own move, is ours (0: the paper's).
Units: shares, currency, days. The paper prints no table for this case, so there is none to be held against.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct

from router.basket.almgren_chriss import trajectory
from router.basket.names import BasketError, Floats
from router.tca.impact.almgren_chriss import kappa
from router.tca.profile.profile import NotNegative, Positive


class Regime(Struct, frozen=True, kw_only=True):
    """Parameters of one stretch of time. `sigma` currency per share per root day; `eta`, `gamma` as in the paper."""

    sigma: NotNegative
    eta: Positive
    """(Currency per share) per (share per day)."""
    gamma: NotNegative = 0.0
    """(Currency per share) per share."""

    def eta_tilde(self, tau: float) -> float:
        return self.eta - self.gamma * tau / 2


class Outcome(Struct, frozen=True, kw_only=True):
    """One way the event may come out. `jump`: standard deviation of its own move, currency per share."""

    probability: Annotated[float, Meta(gt=0, le=1)]
    regime: Regime
    jump: NotNegative = 0.0


class Moments(Struct, frozen=True):
    """Expected cost (currency) and its variance (currency squared) of a path."""

    cost: float
    variance: float


class ThroughEvent(Struct, frozen=True, eq=False):
    """The plan: shares left at t_0 ... T* (`before`), and from T* to the end for each outcome (`after`)."""

    before: Floats
    after: tuple[Floats, ...]
    left_at_event: float
    moments: Moments
    objective: float


def through_event(
    shares: float,
    now: Regime,
    outcomes: Sequence[Outcome],
    *,
    risk_aversion: float,
    tau: float,
    before: int,
    after: int,
) -> ThroughEvent:
    """The optimum with `before` periods of `tau` days until the event and `after` from then on.

    The objective is convex in x*: a quadratic, and the square of a quadratic that does not change sign. Its minimum in
    [0, shares] is found by bisection of the slope, to the last digit that a float has.
    """
    _check(shares, now, outcomes, tau=tau, before=before, after=after)
    first = _quadratic(now, risk_aversion, tau, before)
    tails = [_tail(each, risk_aversion, tau, after) for each in outcomes]

    def moments(at_event: float) -> Moments:
        start = first(shares, at_event)
        costs = [tail.cost * at_event**2 for tail in tails]
        weights = [each.probability for each in outcomes]
        mean = sum(p * cost for p, cost in zip(weights, costs, strict=True))
        within = sum(p * tail.variance for p, tail in zip(weights, tails, strict=True)) * at_event**2
        between = sum(p * (cost - mean) ** 2 for p, cost in zip(weights, costs, strict=True))
        return Moments(start.cost + mean, start.variance + within + between)

    def objective(at_event: float) -> float:
        found = moments(at_event)
        return found.cost + risk_aversion * found.variance

    best = _least(objective, shares)
    found = moments(best)
    return ThroughEvent(
        before=_between(shares, best, _kappa(now, risk_aversion, tau), tau, before),
        after=tuple(trajectory(best, _kappa(each.regime, risk_aversion, tau), tau, after) for each in outcomes),
        left_at_event=best,
        moments=found,
        objective=objective(best),
    )


def moments_of(left: Floats, regime: Regime, tau: float) -> Moments:
    """Of a path in one regime, shares left at t_0 ... t_N.

    Cost gamma (x_0^2 - x_N^2)/2 + (eta~/tau) sum n^2, variance sigma^2 tau sum x_k^2 from k = 1. The spread is left
    out: every path pays it.
    """
    trades = left[:-1] - left[1:]
    cost = regime.gamma * (left[0] ** 2 - left[-1] ** 2) / 2 + regime.eta_tilde(tau) / tau * (trades**2).sum()
    return Moments(float(cost), float(regime.sigma**2 * tau * (left[1:] ** 2).sum()))


def _check(shares: float, now: Regime, outcomes: Sequence[Outcome], *, tau: float, before: int, after: int) -> None:
    if not shares > 0 or not tau > 0:
        raise BasketError(f"scheduled event: shares and tau must be above 0: got {shares:g} and {tau:g}")
    if before < 1 or after < 1:
        raise BasketError(f"scheduled event: at least 1 period before it and after it: got {before} and {after}")
    whole = sum(each.probability for each in outcomes)
    if abs(whole - 1) > 1e-9:
        raise BasketError(f"scheduled event: probabilities must sum to 1: got {whole:g}")
    for regime in (now, *(each.regime for each in outcomes)):
        if not regime.eta_tilde(tau) > 0:
            raise BasketError(f"scheduled event: eta must be above gamma tau / 2: got {regime.eta:g}")


def _kappa(regime: Regime, risk_aversion: float, tau: float) -> float:
    return kappa(risk_aversion, regime.sigma, regime.eta_tilde(tau), tau)


def _between(start: float, end: float, kappa_per_day: float, tau: float, periods: int) -> Floats:
    """The optimal path from `start` to `end`: the two solutions of the difference equation, one from either side."""
    falling = trajectory(1.0, kappa_per_day, tau, periods)
    path: Floats = start * falling + end * falling[::-1]
    return path


def _quadratic(regime: Regime, risk_aversion: float, tau: float, periods: int) -> Callable[[float, float], Moments]:
    """Moments of the optimal path from one number of shares to another."""
    rate = _kappa(regime, risk_aversion, tau)
    return lambda start, end: moments_of(_between(start, end, rate, tau, periods), regime, tau)


def _tail(outcome: Outcome, risk_aversion: float, tau: float, periods: int) -> Moments:
    """Moments of the path to nothing from one share at the event; both grow with the square of the shares."""
    path = trajectory(1.0, _kappa(outcome.regime, risk_aversion, tau), tau, periods)
    found = moments_of(path, outcome.regime, tau)
    return Moments(found.cost, found.variance + outcome.jump**2)


def _least(objective: Callable[[float], float], most: float) -> float:
    """Where the convex `objective`, a polynomial of degree 4 on [0, most], is least."""
    points = np.linspace(0, 1, 5)
    polynomial = np.polynomial.Polynomial.fit(points, [objective(most * float(each)) for each in points], 4)
    slope = polynomial.deriv()
    low, high = 0.0, 1.0
    if slope(low) >= 0:
        return 0.0
    if slope(high) <= 0:
        return most
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return most * (low + high) / 2
