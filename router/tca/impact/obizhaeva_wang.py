"""Obizhaeva and Wang (2013): impact that comes back at the book's own pace.

"Optimal trading strategy and supply/demand dynamics", Journal of Financial Markets 16, 1-32.

A block book of density q: a trade of x walks x/q, lambda x of it for good and K x (K = 1/q - lambda) for a while, which
comes back at the rate rho. Without risk aversion and over [0, T] the best is a block, a constant rate, a block:

    x_0 = x_T = X/(rho T + 2)     rate = rho X/(rho T + 2)     cost = lambda X^2/2 + K X^2/(rho T + 2)

and half the spread on every share. Any path costs sum of n (D + K n/2), where D is what has not come back yet. The
paper gives forms, not numbers for a stock. Ours: the permanent part as Almgren et al. (2005) at 200 days of volume,
and K such that a steady flow of a tenth of the volume is held off its resting place as far as there. Where it holds:
impact proportional to size, on the time scale of the book's recovery; it knows neither volume's curve nor volatility.
Over a night all that is transient comes back.

`Book` is the paper's problem in its own units; `ObizhaevaWang` is the form applied to an order and a path.
"""

from __future__ import annotations

from math import exp, expm1, fsum, log
from typing import ClassVar

from msgspec import Struct

from router.tca.impact.terms import ImpactInputError, ImpactOrder, Parameter, ParametricModel, Parts, Path


class ObizhaevaWang(ParametricModel, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Transient impact that decays by the clock."""

    name: ClassVar[str] = "obizhaeva-wang"
    title: ClassVar[str] = "Obizhaeva, Wang 2013"
    flow: Parameter
    """How far a steady flow of one ADV a day holds the price off, in daily volatilities: K/rho."""
    gamma: Parameter
    """How far one ADV moves it for good, in daily volatilities: lambda."""
    rho: Parameter
    """Recovery, per session."""

    def parts(self, order: ImpactOrder, path: Path) -> Parts:
        kick = self.flow.value * self.rho.value * order.sigma / order.adv
        book = Book(kick=kick, permanent=self.gamma.value * order.sigma / order.adv, rho=self.rho.value)
        # A night is longer than any book takes: what has not come back by the close has by the next open.
        transient = fsum(book.transient_cost(path.qty[date], path.days[date]) for date in path.sessions())
        return Parts(temporary=transient / path.executed, permanent=book.permanent * path.executed / 2)


class Book(Struct, frozen=True, kw_only=True):
    """The block book: `kick` is K = 1/q - lambda, `permanent` is lambda (price a share), `rho` per unit of time."""

    kick: float
    permanent: float
    rho: float

    def __post_init__(self) -> None:
        if self.rho <= 0 or self.kick <= 0:
            raise ImpactInputError(f"rho and K: must be above 0: got {self.rho:g} and {self.kick:g}")

    @property
    def half_life(self) -> float:
        """Time in which half of a kick has come back."""
        return log(2) / self.rho

    def optimum(self, qty: float, horizon: float) -> tuple[float, float]:
        """(block at either end, shares a unit of time between them)."""
        block = qty / (self.rho * horizon + 2)
        return block, self.rho * block

    def least_cost(self, qty: float, horizon: float) -> float:
        """Cost of the optimum without the spread, price x shares."""
        return self.permanent * qty**2 / 2 + self.kick * qty**2 / (self.rho * horizon + 2)

    def transient_cost(self, qty: tuple[float, ...], time: tuple[float, ...]) -> float:
        """What the transient part costs along intervals in which shares trade evenly; time 0 is a block."""
        off = cost = 0.0
        for shares, span in zip(qty, time, strict=True):
            paid, off = self._block(off, shares) if span <= 0 else self._flow(off, shares, span)
            cost += paid
        return cost

    def _block(self, off: float, shares: float) -> tuple[float, float]:
        return shares * (off + self.kick * shares / 2), off + self.kick * shares

    def _flow(self, off: float, shares: float, span: float) -> tuple[float, float]:
        """D' = K v - rho D over the span: what is paid is v times the integral of D."""
        rate, decay = shares / span, exp(-self.rho * span)
        steady = self.kick * rate / self.rho
        paid = rate * (steady * span - (off - steady) * expm1(-self.rho * span) / self.rho)
        return paid, steady + (off - steady) * decay
