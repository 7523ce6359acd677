"""What trading costs by its speed, and how names move together: the schedule's inputs from a basket's own figures.

Temporary: a trade of n shares in a period of expected volume V pays `eta sigma (n/V)^exponent` of the price. Almgren,
Thum, Hauptmann and Li (2005) with exponent 3/5; the square root with 1/2; Almgren and Chriss (2000) with 1.
Permanent: linear, `gamma sigma X/ADV`, half of it paid whatever the schedule; the paper's factor of shares outstanding
is taken as 1, since a basket does not know it. Numbers are `impact.toml`'s (`law_of`). Bias: volume and volatility are
as expected, names do not move each other's price.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import numpy as np
from msgspec import Meta, Struct

from router.basket.names import BasketError, BasketName, Floats
from router.tca.impact.almgren_2005 import Almgren2005
from router.tca.profile.profile import NotNegative, Positive

RATE_FLOOR: Final = 1e-3
"""Of the order's mean participation: below it the power law's slope is taken from here, as it has none at 0."""


class ImpactLaw(Struct, frozen=True, kw_only=True):
    """The parameters, whence they are, and since when (YYYYMMDD)."""

    eta: Positive
    exponent: Annotated[float, Meta(gt=0, le=1)]
    gamma: NotNegative
    source: str
    as_of: str

    def temporary(self, price: Floats, sigma: Floats, volume: Floats, rate: Floats) -> Floats:
        """(N, K) currency per share^2 whose n^2 has the power law's slope at participation `rate` (N, K).

        The optimum under these is, where it trades at these rates, the optimum under the power law: same conditions.
        """
        full = self.eta * sigma[:, None] * price[:, None] * rate ** (self.exponent - 1) / volume
        slope: Floats = (1 + self.exponent) / 2 * full
        return slope

    def paid(self, price: Floats, sigma: Floats, volume: Floats, trades: Floats) -> Floats:
        """(N,) temporary cost of `trades` (N, K) in the currency, by the power law itself."""
        per_share = self.eta * (trades / volume) ** self.exponent
        cost: Floats = (per_share * trades).sum(axis=1) * sigma * price
        return cost

    def permanent(self, price: Floats, sigma: Floats, adv: Floats) -> Floats:
        """(N,) currency of price per share traded: the paper's gamma."""
        gamma: Floats = self.gamma * sigma * price / adv
        return gamma


def law_of(model: Almgren2005) -> ImpactLaw:
    """The numbers of `impact.toml`. The paper's factor (shares outstanding / ADV)^(1/4) is taken as 1: see above."""
    return ImpactLaw(
        eta=model.eta.value,
        exponent=model.beta.value,
        gamma=model.gamma.value,
        source=model.source,
        as_of=model.from_date,
    )


class RiskModel(Struct, frozen=True, kw_only=True):
    """A market factor, one factor a sector, and what is a name's own. Volatilities of a day, as parts of the price."""

    market_sigma: Positive
    sector_sigma: NotNegative = 0.0
    specific_floor: Annotated[float, Meta(gt=0, le=1)] = 0.1
    """At least this part of a name's variance is its own, where beta and sector would explain more."""

    def loadings(self, names: Sequence[BasketName]) -> Floats:
        """(N, 1 + sectors) relative return per unit factor; sectors in the order in which they first come."""
        sectors = list(dict.fromkeys(name.sector for name in names))
        table = np.zeros((len(names), 1 + len(sectors)))
        for place, name in enumerate(names):
            table[place, 0] = name.beta * self.market_sigma
            table[place, 1 + sectors.index(name.sector)] = self.sector_sigma
        return table

    def specific(self, names: Sequence[BasketName]) -> Floats:
        """(N,) variance a day that is the name's own: what the factors leave of sigma^2, at least the floor's part."""
        whole = np.array([name.sigma**2 for name in names])
        explained = (self.loadings(names) ** 2).sum(axis=1)
        left: Floats = np.maximum(whole - explained, self.specific_floor * whole)
        return left


class Beta(Struct, frozen=True):
    """Slope of a name's returns on the market's by least squares, its standard error, and of how many returns."""

    value: float
    error: float
    returns: int

    def low(self, z: float = 1.96) -> float:
        """The lower end of the interval of `z` standard errors: 95 % by default."""
        return self.value - z * self.error


def beta_of(returns: Sequence[float], market: Sequence[float]) -> Beta:
    """Least squares with intercept; the error is the classical one (independent errors of one variance).

    Raises `BasketError` for fewer than 3 pairs, unequal lengths, a value that is no number, a market that stood
    still.
    """
    if len(returns) != len(market):
        raise BasketError(f"beta: as many returns of the name as of the market: got {len(returns)} and {len(market)}")
    count = len(returns)
    if count < 3:
        raise BasketError(f"beta: at least 3 pairs of returns: got {count}")
    y, x = np.array(returns, dtype=np.float64), np.array(market, dtype=np.float64)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise BasketError("beta: a return is not a number")
    if x.max() == x.min():
        raise BasketError("beta: the market's returns are all the same")
    x, y = x - x.mean(), y - y.mean()
    moved = float(x @ x)
    slope = float(x @ y) / moved
    rest = y - slope * x
    return Beta(slope, float(np.sqrt(rest @ rest / (count - 2) / moved)), count)
