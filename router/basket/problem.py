"""The joint schedule as numbers: names x periods, what trading and waiting cost, and the bounds that hold meanwhile.

Almgren and Chriss (2000) for many names. In period k name i trades n[i,k] >= 0 shares of its side; x[i,k] is what is
left after it, in shares, and w[i,k] = value[i] x[i,k] is that in signed currency. The program minimises

    sum temporary[i,k] n[i,k]^2 - permanent[i] n[i,k]^2 / 2  +  risk_aversion sum_k w_k' Sigma_k w_k
    Sigma_k = days[k] (loadings loadings' + diag(specific)) + diag(extra[:,k])

(the paper's eta~ = eta - gamma tau/2), less the constants gamma X^2 / 2 and the spread. Knows no solver.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from msgspec import Struct

from router.basket.names import BasketError, Floats


class Measure(StrEnum):
    """What a band holds."""

    LEFT = "left to trade"
    """Net currency still to trade: buys less sells."""
    DONE = "bought less sold"
    """Net currency spent so far: buys less sells, `base` included."""


class Band(Struct, frozen=True, eq=False, kw_only=True):
    """`low[k] <= measure after period k <= high[k]`, in the currency, over the names of `members` (a mask)."""

    label: str
    members: Floats
    low: Floats
    high: Floats
    measure: Measure = Measure.LEFT
    base: float = 0.0
    """Spent before the first period; of DONE."""

    def values(self, value: Floats, shares: Floats, left: Floats) -> Floats:
        """(periods,) the measure after each, from `left` (names, periods)."""
        waiting: Floats = (self.members * value) @ left
        if self.measure is Measure.LEFT:
            return waiting
        done: Floats = self.base + (self.members * value) @ shares - waiting
        return done


class JointProblem(Struct, frozen=True, eq=False, kw_only=True):
    """N names, K periods, F factors. Money in one currency, quantities in shares, time in days."""

    symbols: tuple[str, ...]
    shares: Floats
    """(N,) to trade, above 0."""
    value: Floats
    """(N,) currency per share: plus for a buy, minus for a sell."""
    temporary: Floats
    """(N, K) currency per share^2: n shares in the period cost temporary n^2."""
    permanent: Floats
    """(N,) currency per share of price, per share: gamma. Half of its move is paid, whatever the schedule."""
    loadings: Floats
    """(N, F) relative return per unit of a factor whose variance is 1 a day."""
    specific: Floats
    """(N,) variance a day of the part of the return that no factor explains."""
    days: Floats
    """(K,) days of price moves that what is left after the period goes through."""
    cap: Floats
    """(N, K) shares at most; inf for no cap."""
    risk_aversion: float
    """lambda, per currency."""
    extra: Floats | None = None
    """(N, K) variance that comes on top behind the period: an announcement. None for none."""
    bands: tuple[Band, ...] = ()
    risk: Floats | None = None
    """(K,) at most so much standard deviation over one day of what is left, in the currency; None for no bound."""

    @property
    def names(self) -> int:
        return len(self.symbols)

    @property
    def periods(self) -> int:
        return len(self.days)

    @property
    def quadratic(self) -> Floats:
        """(N, K) cost of n^2: temporary - permanent / 2."""
        return self.temporary - self.permanent[:, None] / 2

    @property
    def specific_variance(self) -> Floats:
        """(N, K) of the relative return behind each period, factors left out."""
        extra = np.zeros((self.names, self.periods)) if self.extra is None else self.extra
        return self.specific[:, None] * self.days + extra

    def trades(self, left: Floats) -> Floats:
        """(N, K) shares in each period, from what is left after each."""
        return np.concatenate([self.shares[:, None], left[:, :-1]], axis=1) - left

    def impact(self, left: Floats) -> float:
        """Expected cost of the temporary kind and of what the permanent kind adds to it, in the currency."""
        return float((self.quadratic * self.trades(left) ** 2).sum())

    def variance(self, left: Floats) -> float:
        """Of the cost, in the currency squared."""
        waiting = self.value[:, None] * left
        factors = self.loadings.T @ waiting
        return float((self.days * factors**2).sum() + (self.specific_variance * waiting**2).sum())

    def objective(self, left: Floats) -> float:
        return self.impact(left) + self.risk_aversion * self.variance(left)

    def day_risk(self, left: Floats) -> Floats:
        """(K,) standard deviation over one day of what is left after each period, in the currency."""
        waiting = self.value[:, None] * left
        factors = self.loadings.T @ waiting
        risk: Floats = np.sqrt((factors**2).sum(axis=0) + (self.specific[:, None] * waiting**2).sum(axis=0))
        return risk

    def check(self) -> None:
        """Refuse what no solver should see. Raises `BasketError` with the name, the rule and the value."""
        for place, symbol in enumerate(self.symbols):
            if not self.shares[place] > 0:
                raise BasketError(f"{symbol}: shares to trade must be above 0: got {self.shares[place]:g}")
            worst = float(self.quadratic[place].min())
            if not worst > 0:
                raise BasketError(
                    f"{symbol}: temporary impact must be above half of the permanent (eta~ > 0 in Almgren and Chriss"
                    f" 2000): got {worst:g} currency per share^2"
                )
            reach = float(self.cap[place].sum())
            if reach < self.shares[place] * (1 - 1e-12):
                raise BasketError(
                    f"{symbol}: participation caps allow {reach:,.0f} shares in {self.periods} periods, and"
                    f" {self.shares[place]:,.0f} are to be traded"
                )
        self._check_ends()

    def ends(self) -> tuple[float, ...]:
        """Each band's measure when all is done, whatever the schedule."""
        nothing = np.zeros((self.names, self.periods))
        return tuple(float(band.values(self.value, self.shares, nothing)[-1]) for band in self.bands)

    def _check_ends(self) -> None:
        for band, end in zip(self.bands, self.ends(), strict=True):
            room = 1e-9 * max(1.0, abs(end))
            if end > band.high[-1] + room or end < band.low[-1] - room:
                raise BasketError(
                    f"{band.label}: {band.measure} is {end:,.2f} when all is done, outside"
                    f" {band.low[-1]:,.2f} to {band.high[-1]:,.2f}, whatever the schedule"
                )
