"""What each candidate should cost: an estimate by every model, their middle, and how far they are apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import fsum, sqrt
from statistics import median_low, pstdev

from msgspec import Struct
from msgspec.structs import replace

from router.core.types import Qty
from router.tca.impact.terms import BPS, Z95, Estimate, ImpactModel, ImpactOrder, Path
from router.tca.pretrade.candidates import Candidate
from router.tca.pretrade.figure import Figure, around


class DatePart(Struct, frozen=True, kw_only=True):
    """One trading date of a candidate."""

    day: str
    qty: Qty
    participation: float
    """Own shares over all while it trades on it; 0 where it does not."""
    held: float
    """Shares not yet done at its end."""


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
    order: ImpactOrder
    parts: tuple[DatePart, ...]
    """By trading date."""
    finished: tuple[Estimate, ...]
    """Of the whole order, by model: what is left done after it; of what completes the same estimates."""
    basis: tuple[str, ...] = ()
    """The models among which the middle is taken, so that ways are compared by the same ones; empty: its own."""

    @property
    def busiest(self) -> float:
        """The participation of the date on which it is highest: what a limit binds."""
        return max(part.participation for part in self.parts)

    @property
    def left_part(self) -> float:
        """Of the order."""
        return self.left / self.order.qty

    @property
    def left_risk(self) -> float:
        """One average day's standard deviation of what is left, bps of the whole order."""
        return BPS * self.order.sigma * self.left_part

    @property
    def holding(self) -> tuple[Estimate, ...]:
        """The models that are held valid, for it and for what it is compared with; all, where none is."""
        return self._based(self.estimates)

    @property
    def middle(self) -> Estimate:
        """Of the models that hold, the one with the median total; of an even number the lower of the two."""
        return _middle(self.holding)

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

    @property
    def finished_cost(self) -> float:
        """The whole order's cost with fees, bps, where what is left is finished on the dates after it."""
        return _middle(self._based(self.finished)).total + self.fees.value

    @property
    def finished_risk(self) -> float:
        """The whole order's timing risk then, bps."""
        return self.finished[0].timing_risk

    def whole(self) -> Figure:
        """That cost, and where its expectation should lie."""
        holding = self._based(self.finished)
        middle = _middle(holding)
        doubt = sqrt(middle.error**2 + pstdev(each.total for each in holding) ** 2)
        return around(self.finished_cost, Z95 * doubt, "bps", f"{middle.model}; what is left at the limit, after it")

    def adjusted(self, risk_aversion: float) -> float:
        """Cost + lambda risk^2 of the whole order, bps, what is left finished on the dates after it.

        So that what leaves shares can stand beside what completes: nothing is cheap for not being done.
        """
        return self.finished_cost + risk_aversion * self.finished_risk**2

    def _based(self, estimates: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
        if self.basis:
            return tuple(each for each in estimates if each.model in self.basis)
        return tuple(each for each in estimates if not each.outside) or estimates


def on_one_basis(evaluations: Sequence[Evaluation], compared: Sequence[Evaluation]) -> tuple[Evaluation, ...]:
    """`evaluations` by the models that are held valid for all that is `compared`; by all models, where none is.

    A model that holds for one way and not for another would move the middle, and look like a difference of the ways.
    """
    models = [each.model for each in evaluations[0].estimates] if evaluations else []
    outside = {each.model for way in compared for each in way.estimates if each.outside}
    basis = tuple(each for each in models if each not in outside) or tuple(models)
    return tuple(replace(each, basis=basis) for each in evaluations)


def _middle(holding: tuple[Estimate, ...]) -> Estimate:
    total = median_low([each.total for each in holding])
    return next(each for each in holding if each.total == total)


def evaluate(
    candidate: Candidate,
    path: Path,
    order: ImpactOrder,
    models: Sequence[ImpactModel],
    *,
    fees: Figure,
    finished: Path | None = None,
) -> Evaluation:
    """`candidate`, worked along `path`, by every model; `finished` is the whole order's path where that leaves some."""
    rates = path.rates(order.adv)
    peak = max(rates)
    estimates = tuple(model.estimate(order, path) for model in models)
    whole = estimates if finished is None else tuple(model.estimate(order, finished) for model in models)
    return Evaluation(
        candidate=candidate,
        path=path,
        estimates=estimates,
        fees=fees,
        participation=path.participation(order.adv),
        peak_rate=peak / (1 + peak),
        left=max(0.0, order.qty - path.executed),
        order=order,
        parts=tuple(_parts(candidate, path, order)),
        finished=whole,
    )


def _parts(candidate: Candidate, path: Path, order: ImpactOrder) -> Iterator[DatePart]:
    for leg, date in zip(candidate.legs, path.sessions(), strict=True):
        own = fsum(path.qty[date])
        volume = fsum(volume for qty, volume in zip(path.qty[date], path.volume[date], strict=True) if qty)
        yield DatePart(
            day=leg.session.day,
            qty=leg.qty,
            participation=own / (own + order.adv * volume) if own else 0.0,
            held=order.qty - leg.points[-1].qty,
        )
