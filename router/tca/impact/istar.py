"""I-Star: Kissell and Malamut (2006); Kissell (2013), The Science of Algorithmic Trading and Portfolio Management.

    I* = a1 (Q/ADV)^a2 sigma^a3                       bps: the order's instantaneous cost
    MI = b1 I* POV^a4 + (1 - b1) I*                   bps: temporary, and permanent
    TR = sigma sqrt((Q/ADV) (1 - POV) / (3 x 250 x POV)) x 10^4    bps

sigma is the annual volatility (250 days), POV own over all volume. Fitted to US orders up to about 30 % of ADV. Along a
path the temporary part is each interval's POV^a4, weighted by its shares; TR is `terms.timing_risk`, which is this
formula for an order worked evenly.
"""

from __future__ import annotations

from math import fsum, sqrt
from typing import ClassVar, Final

from router.tca.impact.terms import BPS, ImpactOrder, Parameter, ParametricModel, Parts, Path

YEAR_DAYS: Final = 250
"""Trading days by which Kissell makes a daily volatility annual."""


class IStar(ParametricModel, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cost allocation: the whole imbalance has a price, and the rate says how much of it is paid."""

    name: ClassVar[str] = "i-star"
    title: ClassVar[str] = "I-Star (Kissell, Malamut)"
    a1: Parameter
    a2: Parameter
    a3: Parameter
    a4: Parameter
    b1: Parameter

    def parts(self, order: ImpactOrder, path: Path) -> Parts:
        whole = self.instantaneous(path.executed / order.adv, order.sigma) / BPS
        rates = path.rates(order.adv)
        povs = (rate / (1 + rate) for rate in rates)
        worked = fsum(part * pov**self.a4.value for part, pov in zip(path.weights(), povs, strict=True) if part)
        return Parts(temporary=self.b1.value * whole * worked, permanent=(1 - self.b1.value) * whole)

    def instantaneous(self, size: float, sigma: float) -> float:
        """I*, bps, of Q/ADV and the daily volatility."""
        annual = sigma * sqrt(YEAR_DAYS)
        return float(self.a1.value * size**self.a2.value * annual**self.a3.value)


def published_timing_risk(size: float, sigma: float, pov: float) -> float:
    """TR, bps, of Q/ADV, the daily volatility and POV, as printed: what `terms.timing_risk` is held against."""
    annual = sigma * sqrt(YEAR_DAYS)
    return BPS * annual * sqrt(size * (1 - pov) / (3 * YEAR_DAYS * pov))
