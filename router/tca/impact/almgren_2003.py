"""Almgren (2003): temporary impact as a power of the rate, h(v) = eta v^k, permanent gamma v, no horizon.

"Optimal Execution with Nonlinear Impact Functions and Trading-Enhanced Risk", Applied Mathematical Finance 10, 1-18.

    T* = (k eta X^(k-1) / (lambda sigma^2))^(1/(k+1))
    x(t)/X = (1 + (1-k)/(1+k) t/T*)^(-(1+k)/(1-k))   k != 1        exp(-t/T*)   k = 1
    E = gamma X^2/2 + (1+k)/(3k+1) eta X^(k+1) / T*^k      V = (1+k)/(3k+1) sigma^2 X^2 T*

For k > 1 the optimal path ends at T* (k+1)/(k-1). The paper gives forms, not numbers for a stock: ours are set so that
the cost at a tenth of the volume is that of Almgren et al. (2005), and k is the square root that the paper singles
out. Where it holds: as those; beyond a tenth of the volume the two part.

`PowerLaw` is the paper's problem in its own units; `Almgren2003` is the form applied to an order and a path.
"""

from __future__ import annotations

from math import exp, fsum
from typing import ClassVar

from msgspec import Struct

from router.tca.impact.terms import ImpactInputError, ImpactOrder, Parameter, ParametricModel, Parts, Path

LINEAR: float = 1e-9
"""|k - 1| below which the power law's path is the exponential to the last digit that matters."""


class Almgren2003(ParametricModel, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """h(v) = eta sigma (v/V)^k and g(v) = gamma sigma (v/V), in volume time."""

    name: ClassVar[str] = "almgren-2003"
    title: ClassVar[str] = "Almgren 2003, power law"
    eta: Parameter
    k: Parameter
    gamma: Parameter

    def parts(self, order: ImpactOrder, path: Path) -> Parts:
        rates = path.rates(order.adv)
        worked = fsum(part * rate**self.k.value for part, rate in zip(path.weights(), rates, strict=True) if rate)
        moved = self.gamma.value * order.sigma * path.executed / order.adv
        return Parts(temporary=self.eta.value * order.sigma * worked, permanent=moved / 2)


class PowerLaw(Struct, frozen=True, kw_only=True):
    """The paper's problem: `eta` per (share a day)^k, `gamma` per share, `sigma` per sqrt(day), in currency."""

    qty: float
    sigma: float
    eta: float
    k: float
    gamma: float = 0.0

    def __post_init__(self) -> None:
        for name in ("qty", "sigma", "eta", "k"):
            if getattr(self, name) <= 0:
                raise ImpactInputError(f"{name}: must be above 0: got {getattr(self, name)}")

    def characteristic_time(self, risk_aversion: float) -> float:
        """T*, days: the time scale of the beginning of the optimal path."""
        if risk_aversion <= 0:
            raise ImpactInputError(f"risk aversion: must be above 0: got {risk_aversion}")
        scale = self.k * self.eta * self.qty ** (self.k - 1) / (risk_aversion * self.sigma**2)
        return float(scale ** (1 / (self.k + 1)))

    def holding(self, risk_aversion: float, at: float) -> float:
        """x(t), shares, of the optimal path."""
        time = at / self.characteristic_time(risk_aversion)
        if abs(self.k - 1) < LINEAR:
            return self.qty * exp(-time)
        base = 1 + (1 - self.k) / (1 + self.k) * time
        return float(self.qty * base ** (-(1 + self.k) / (1 - self.k))) if base > 0 else 0.0

    def ends(self, risk_aversion: float) -> float | None:
        """When the optimal path is done, days; None where it never is (k of 1 and below)."""
        if self.k <= 1:
            return None
        return self.characteristic_time(risk_aversion) * (self.k + 1) / (self.k - 1)

    def expected(self, risk_aversion: float) -> float:
        """E of the optimal path, currency."""
        pace = self.eta * self.qty ** (self.k + 1) / self.characteristic_time(risk_aversion) ** self.k
        return float(self.gamma * self.qty**2 / 2 + self._shape * pace)

    def variance(self, risk_aversion: float) -> float:
        """V of the optimal path, currency squared."""
        return self._shape * self.sigma**2 * self.qty**2 * self.characteristic_time(risk_aversion)

    @property
    def _shape(self) -> float:
        return (1 + self.k) / (3 * self.k + 1)
