"""What each candidate should cost: an estimate by every model, their middle, and how far they are apart."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import median_low, pstdev

from msgspec import Struct

from router.tca.impact.terms import Z95, Estimate, ImpactModel, ImpactOrder, Path
from router.tca.pretrade.candidates import Candidate
from router.tca.pretrade.figure import Figure, around


class Evaluation(Struct, frozen=True, kw_only=True):
    """One candidate by every model. Costs in bps of the arrival price, positive is a cost; fees are the venues'."""

    candidate: Candidate
    path: Path
    estimates: tuple[Estimate, ...]
    fees: Figure
    participation: float
    """Own shares over all while it trades."""
    peak_rate: float
    """Own over all in the busiest interval."""
    left: float
    """Shares that its schedule does not trade by the end."""

    @property
    def holding(self) -> tuple[Estimate, ...]:
        """The models that are held valid for it; all, where none is."""
        return tuple(each for each in self.estimates if not each.outside) or self.estimates

    @property
    def middle(self) -> Estimate:
        """Of the models that hold, the one with the median total; of an even number the lower of the two."""
        total = median_low([each.total for each in self.holding])
        return next(each for each in self.holding if each.total == total)

    @property
    def cost(self) -> float:
        """The middle model's total and the fees, bps."""
        return self.middle.total + self.fees.value

    @property
    def risk(self) -> float:
        """Timing risk, bps: the same for every model, since the price is."""
        return self.middle.timing_risk

    @property
    def between(self) -> float:
        """Standard deviation of the totals of the models that hold, bps."""
        return pstdev(each.total for each in self.holding)

    @property
    def doubt(self) -> float:
        """Standard deviation of the expected cost: the middle model's error, and the models' distance. Bps."""
        return sqrt(self.middle.error**2 + self.between**2)

    def expected(self) -> Figure:
        """The expected cost and where it should lie."""
        return around(self.cost, Z95 * self.doubt, "bps", self._middle_of)

    def outcome(self) -> Figure:
        """The cost of this one order and where it should lie: the doubt, and the timing risk."""
        width = Z95 * sqrt(self.doubt**2 + self.risk**2)
        return around(self.cost, width, "bps", self._middle_of)

    @property
    def counted(self) -> str:
        """`7`, or `the 6 of 7 that hold`: the models that count."""
        count, whole = len(self.holding), len(self.estimates)
        return str(count) if count == whole else f"the {count} of {whole} that hold"

    @property
    def _middle_of(self) -> str:
        return f"{self.middle.model}, the middle of {self.counted}"

    def adjusted(self, risk_aversion: float) -> float:
        """Cost + lambda risk^2, bps."""
        return self.cost + risk_aversion * self.risk**2


def evaluate(
    candidate: Candidate, path: Path, order: ImpactOrder, models: Sequence[ImpactModel], fees: Figure
) -> Evaluation:
    """`candidate`, worked along `path`, by every model."""
    rates = path.rates(order.adv)
    peak = max(rates)
    return Evaluation(
        candidate=candidate,
        path=path,
        estimates=tuple(model.estimate(order, path) for model in models),
        fees=fees,
        participation=path.participation(order.adv),
        peak_rate=peak / (1 + peak),
        left=order.qty - path.executed,
    )
