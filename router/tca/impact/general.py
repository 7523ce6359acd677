"""The general template: power laws whose every number is yours to fit.

    temporary  alpha rate^beta   x conditions x time of day        rate: shares over market volume while trading
    permanent  gamma (Q/ADV)^delta x conditions, 1/(1 + delta) of it paid
    conditions (sigma/sigma_ref)^nu x regime x (1 + crowding concentration)
    drift      momentum x side x expected return a day x the average share's wait in days

For an order worked evenly over one ordinary day the rate is Q/ADV. alpha and gamma are in bps. A permanent move that
grows as size^delta while the order trades is paid at its average, 1/(1 + delta): half where it is linear. The shipped
numbers are assumptions that reproduce Almgren et al. (2005) at a daily volatility of 2 %; fit them to your own fills.
"""

from __future__ import annotations

from math import fsum
from typing import ClassVar

from router.tca.impact.terms import (
    BPS,
    ImpactInputError,
    ImpactOrder,
    Parameter,
    ParametricModel,
    Parts,
    Path,
    expected_drift,
)
from router.tca.profile.profile import Positive


class General(ParametricModel, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Temporary and permanent power laws under conditions."""

    name: ClassVar[str] = "general"
    title: ClassVar[str] = "General template"
    alpha: Parameter
    beta: Parameter
    gamma: Parameter
    delta: Parameter
    nu: Parameter
    sigma_ref: Positive
    momentum: Parameter
    crowding: Parameter
    regimes: dict[str, Positive]
    time_of_day: tuple[Positive, ...]
    """Factors of the temporary part in equal bins from open to close."""

    def parts(self, order: ImpactOrder, path: Path) -> Parts:
        rates, conditions = path.rates(order.adv), self.conditions(order)
        worked = fsum(part * rate**self.beta.value for part, rate in zip(path.weights(), rates, strict=True) if rate)
        moved = self.gamma.value * (path.executed / order.adv) ** self.delta.value * conditions
        return Parts(
            temporary=self.alpha.value * worked * conditions * self.hour(path) / BPS,
            permanent=moved / (1 + self.delta.value) / BPS,
            drift=self.drift(order, path),
        )

    def drift(self, order: ImpactOrder, path: Path) -> float:
        """As every model's, times `momentum`, since one's own expectation may be worth more or less than it says."""
        return self.momentum.value * expected_drift(order, path)

    def conditions(self, order: ImpactOrder) -> float:
        """The factor of volatility, regime and concentration."""
        return self.volatility(order) * self.regime(order) * self.concentration(order)

    def volatility(self, order: ImpactOrder) -> float:
        return float((order.sigma / self.sigma_ref) ** self.nu.value)

    def regime(self, order: ImpactOrder) -> float:
        if order.regime not in self.regimes:
            raise ImpactInputError(f"regime: must be one of {', '.join(self.regimes)}: got {order.regime!r}")
        return self.regimes[order.regime]

    def concentration(self, order: ImpactOrder) -> float:
        return 1 + self.crowding.value * order.concentration

    def hour(self, path: Path) -> float:
        """The factor of the time of day, by shares; 1 where the path does not say when."""
        if not path.at or not self.time_of_day:
            return 1.0
        bins = len(self.time_of_day)
        factors = (self.time_of_day[min(int(at * bins), bins - 1)] for at in path.at)
        return fsum(part * factor for part, factor in zip(path.weights(), factors, strict=True))
