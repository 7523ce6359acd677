"""Almgren and Chriss (2000), "Optimal Execution of Portfolio Transactions", Journal of Risk 3 (2), 5-39: linear impact.

    E = gamma X^2/2 + epsilon sum|n| + (eta~/tau) sum n^2     V = sigma^2 tau sum x_k^2      (any path, blocks each tau)
    eta~ = eta - gamma tau/2   2 (cosh(kappa tau) - 1)/tau^2 = lambda sigma^2/eta~
    x_j = X sinh(kappa (T - t_j))/sinh(kappa T)

The paper's rule for the numbers of a stock (its section 4): trading `one_spread_rate` of the day's volume moves the
price by one spread while it lasts, eta = spread / (rate V); the permanent effect is one spread for `one_spread_size`
of a day's volume, gamma = spread / (size V). epsilon is half the spread. Where it holds: rates at which the cost is
still proportional to the rate, a few per cent of volume; above that it overstates.

`Problem` is the paper's, in its own units; `AlmgrenChriss` is the rule applied to an order and a path, whose intervals
trade evenly, so that the blocks' correction (gamma tau/2) vanishes.
"""

from __future__ import annotations

from itertools import pairwise
from math import acosh, exp, expm1, fsum, sqrt
from typing import ClassVar

from msgspec import Struct

from router.tca.impact.terms import ImpactInputError, ImpactOrder, Parameter, ParametricModel, Parts, Path, PowerCost

STRAIGHT: float = 1e-9
"""kappa T below which the path is a straight line to the last digit."""


class AlmgrenChriss(ParametricModel, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Linear temporary and permanent impact, in volume time."""

    name: ClassVar[str] = "almgren-chriss"
    title: ClassVar[str] = "Almgren, Chriss 2000"
    one_spread_rate: Parameter
    one_spread_size: Parameter

    def parts(self, order: ImpactOrder, path: Path) -> Parts:
        rates = path.rates(order.adv)
        worked = fsum(part * rate for part, rate in zip(path.weights(), rates, strict=True))
        return Parts(temporary=self.eta(order) * worked, permanent=self.gamma(order) * path.executed / order.adv / 2)

    def power(self, order: ImpactOrder) -> PowerCost:
        return PowerCost(self.eta(order), 1.0)

    def eta(self, order: ImpactOrder) -> float:
        """Price moved, as a fraction, while trading at the rate of the whole market."""
        return order.spread_fraction / self.one_spread_rate.value

    def gamma(self, order: ImpactOrder) -> float:
        """Price moved for good, as a fraction, by one ADV."""
        return order.spread_fraction / self.one_spread_size.value

    def warnings(self, order: ImpactOrder, path: Path) -> tuple[str, ...]:
        said = super().warnings(order, path)
        return said if order.spread else (*said, "without a spread its rule gives no impact")


class Problem(Struct, frozen=True, kw_only=True):
    """The paper's problem, in its units: prices in currency, time in days, one block a period.

    `sigma` per sqrt(day), `eta` per (share a day), `gamma` per share, `epsilon` a share; `risk_aversion` lambda, per
    currency.
    """

    qty: float
    sigma: float
    epsilon: float
    gamma: float
    eta: float
    horizon: float
    periods: int

    def __post_init__(self) -> None:
        if self.eta_tilde <= 0:
            raise ImpactInputError(f"eta: must exceed gamma tau/2 = {self.gamma * self.tau / 2:g}: got {self.eta:g}")

    @property
    def tau(self) -> float:
        return self.horizon / self.periods

    @property
    def eta_tilde(self) -> float:
        return self.eta - self.gamma * self.tau / 2

    def kappa(self, risk_aversion: float) -> float:
        """Per day: how fast the optimal path falls."""
        return kappa(risk_aversion, self.sigma, self.eta_tilde, self.tau)

    def half_life(self, risk_aversion: float) -> float:
        """1/kappa, days: in it the position falls by a factor of e; no horizon needed."""
        if risk_aversion <= 0:
            raise ImpactInputError(f"risk aversion: must be above 0 for a half-life: got {risk_aversion}")
        return 1 / self.kappa(risk_aversion)

    def optimum(self, risk_aversion: float) -> tuple[float, ...]:
        """Holdings x_0 ... x_N of least E + lambda V."""
        return tuple(self.qty * part for part in falling(self.kappa(risk_aversion) * self.horizon, self.periods))

    def expected(self, holdings: tuple[float, ...]) -> float:
        """E of any path, currency."""
        trades = [before - after for before, after in pairwise(holdings)]
        linear = self.gamma * self.qty**2 / 2 + self.epsilon * fsum(abs(n) for n in trades)
        return linear + self.eta_tilde / self.tau * fsum(n * n for n in trades)

    def variance(self, holdings: tuple[float, ...]) -> float:
        """V of any path, currency squared."""
        return self.sigma**2 * self.tau * fsum(x * x for x in holdings[1:])


def kappa(risk_aversion: float, sigma: float, eta_tilde: float, tau: float) -> float:
    """Per day. `sigma` currency per share per root day, `eta_tilde` (currency per share) per (share per day)."""
    if not eta_tilde > 0 or not tau > 0:
        raise ImpactInputError(f"Almgren-Chriss: eta~ and tau must be above 0: got {eta_tilde:g} and {tau:g}")
    x = risk_aversion * sigma**2 / eta_tilde * tau**2 / 2
    # acosh(1 + x) loses all digits of a small x, where it is sqrt(2 x).
    return (acosh(1 + x) if x > 1e-8 else sqrt(2 * x)) / tau


def falling(kappa_t: float, periods: int) -> tuple[float, ...]:
    """sinh(kappa (T - t_j))/sinh(kappa T), j = 0 ... N, of kappa T; no kappa T overflows."""
    to_go = [(periods - j) / periods for j in range(periods + 1)]
    if kappa_t < STRAIGHT:
        return tuple(to_go)
    return tuple(exp(kappa_t * (part - 1)) * expm1(-2 * kappa_t * part) / expm1(-2 * kappa_t) for part in to_go)
