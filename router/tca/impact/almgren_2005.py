"""Almgren, Thum, Hauptmann and Li (2005), "Direct Estimation of Equity Market Impact", Risk 18 (7), 57-62.

    I = gamma sigma (X/V) (Theta/V)^delta            the permanent move
    J = I/2 + eta sigma |X/(V T)|^beta               what is paid on average

X shares, V the average daily volume, sigma the daily volatility, Theta shares outstanding, T the horizon in days of
volume time. Half of the permanent move is paid, since it builds up while the order trades. Fitted to 29,509 US orders
of Citigroup's desks, December 2001 to June 2003. Where it holds: a fraction of a per cent to about a tenth of ADV,
worked evenly in volume time. Along a path each interval pays its own rate.
"""

from __future__ import annotations

from math import fsum
from typing import ClassVar

from router.tca.impact.terms import ImpactOrder, Parameter, ParametricModel, Parts, Path, PowerCost
from router.tca.profile.profile import Positive


class Almgren2005(ParametricModel, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The 3/5 power law with the turnover of the stock."""

    name: ClassVar[str] = "almgren-2005"
    title: ClassVar[str] = "Almgren, Thum, Hauptmann, Li 2005"
    gamma: Parameter
    eta: Parameter
    beta: Parameter
    delta: Parameter
    days_outstanding: Positive
    """Theta/V where the shares outstanding are not known: days of volume that the company is."""

    def parts(self, order: ImpactOrder, path: Path) -> Parts:
        rates = path.rates(order.adv)
        worked = fsum(part * rate**self.beta.value for part, rate in zip(path.weights(), rates, strict=True) if rate)
        return Parts(temporary=self.eta.value * order.sigma * worked, permanent=self.permanent_move(order, path) / 2)

    def power(self, order: ImpactOrder) -> PowerCost:
        return PowerCost(self.eta.value * order.sigma, self.beta.value)

    def permanent_move(self, order: ImpactOrder, path: Path) -> float:
        """I, a fraction of the price."""
        days = order.shares_outstanding / order.adv if order.shares_outstanding else self.days_outstanding
        return float(self.gamma.value * order.sigma * path.executed / order.adv * days**self.delta.value)

    def warnings(self, order: ImpactOrder, path: Path) -> tuple[str, ...]:
        known = order.shares_outstanding is not None
        return super().warnings(order, path) if known else (*super().warnings(order, path), self.assumed_turnover)

    @property
    def assumed_turnover(self) -> str:
        return f"shares outstanding not known: taken as {self.days_outstanding:g} days of volume"
