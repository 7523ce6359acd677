"""The whole estimate: inputs, candidates, every model, the frontier, the choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from router.core.algo import AlgoFactory
from router.core.events import Params
from router.core.types import PPM
from router.tca.impact.frontier import FrontierPoint, frontier
from router.tca.impact.parameters import Models
from router.tca.impact.terms import ImpactOrder
from router.tca.pretrade.candidates import Bounds, Candidate, NotEstimated, candidates
from router.tca.pretrade.choose import Choice, Situation, allowed, choose, takeable, urgency_of
from router.tca.pretrade.dates import Dates, counts
from router.tca.pretrade.evaluate import Evaluation, evaluate, on_one_basis
from router.tca.pretrade.paths import DateClock, DayClock, OrderClock
from router.tca.pretrade.placement import Placement, fees, place
from router.tca.pretrade.question import DATES_MOST, Inputs, Question, impact_order, inputs_of, relative_factors
from router.tca.pretrade.rules import PretradeRules
from router.tca.pretrade.sending import refusals, to_send

AVERSIONS: Final = (0.0, *(1e-5 * 10 ** (step / 4) for step in range(17)))
"""Risk aversions of the frontier, bps^-1: least cost, then 10^-5 to 10^-1 in quarters of a decade."""


class Assessment(Struct, frozen=True, kw_only=True):
    """Everything that is known before the trade."""

    question: Question
    inputs: Inputs
    clock: OrderClock
    order: ImpactOrder
    models: Models
    rules: PretradeRules
    evaluations: tuple[Evaluation, ...]
    longer: tuple[Evaluation, ...]
    """Of an order that does not fit, what would complete on the least dates that it fits in; beyond what was asked."""
    not_estimated: tuple[NotEstimated, ...]
    frontiers: dict[str, tuple[FrontierPoint, ...]]
    """By model, over all the time there is. Almgren and Chriss reckon from the spread: without one there is none."""
    situation: Situation
    choice: Choice
    placement: Placement
    sent: Params
    """The recommended parameters, all of them."""
    refusals: tuple[str, ...]
    """Why the router would refuse the order so; empty where it would take it, or nobody is known who sends it."""


def assess(question: Question, models: Models, rules: PretradeRules, algos: Mapping[str, AlgoFactory]) -> Assessment:
    """Estimate `question` for every installed algorithm and recommend one. ImpactInputError for what cannot be."""
    inputs = inputs_of(question, rules)
    order, clock = impact_order(question, inputs), clock_of(question, inputs)
    dates = Dates(question=question, inputs=inputs, clock=clock)
    situation = situation_of(dates, order, rules)
    reckoned = _Reckoning(dates=dates, order=order, models=models, rules=rules, algos=algos, situation=situation)
    tried, left_out = reckoned.on((1, *counts(question.dates_most, situation.dates_needed)))
    beyond = reckoned.longer()
    evaluations, longer = (on_one_basis(each, takeable((*tried, *beyond), situation)) for each in (tried, beyond))
    choice = choose(situation, evaluations, rules, longer)
    best, placement = choice.evaluation.candidate, place(question.venues, rules, choice.urgency)
    sent = to_send(best, choice.urgency, situation.max_participation, placement, algos[best.strategy])
    return Assessment(
        question=question,
        inputs=inputs,
        clock=clock,
        order=order,
        models=models,
        rules=rules,
        evaluations=evaluations,
        longer=longer,
        not_estimated=left_out,
        frontiers=frontiers(dates, order, models, placement),
        situation=situation,
        choice=choice,
        placement=placement,
        sent=sent,
        refusals=refusals(question, best, sent, order.price),
    )


class _Reckoning(Struct, frozen=True, kw_only=True):
    """What every candidate is estimated with."""

    dates: Dates
    order: ImpactOrder
    models: Models
    rules: PretradeRules
    algos: Mapping[str, AlgoFactory]
    situation: Situation

    def on(self, numbers: Sequence[int]) -> tuple[tuple[Evaluation, ...], tuple[NotEstimated, ...]]:
        """Every candidate of these numbers of trading dates."""
        bounds = Bounds(limit=self.situation.max_participation, urgency=urgency_of(self.situation, self.rules)[0])
        tried, left_out = candidates(self.dates, self.rules, bounds, self.algos, numbers)
        return tuple(map(self._evaluated, tried)), left_out

    def longer(self) -> tuple[Evaluation, ...]:
        """Where the order does not fit: what completes on as many dates as it takes; none where no number is known."""
        needed = self.situation.dates_needed
        if needed is None or self.situation.fits:
            return ()
        return tuple(each for each in self.on((needed,))[0] if allowed(each, self.situation))

    def _evaluated(self, candidate: Candidate) -> Evaluation:
        question = self.dates.question
        placement = place(question.venues, self.rules, candidate.urgency)
        path = self.dates.clock.path([leg.stretch for leg in candidate.legs], placement.taken)
        tariff = fees(question.venues, placement, question.session.day, self.order.price)
        finished = None
        if path.executed < self.order.qty:
            limit = self.situation.max_participation
            finished = self.dates.finished(path, len(candidate.legs), candidate.end, limit)
        return evaluate(candidate, path, self.order, self.models.all, fees=tariff, finished=finished)


def clock_of(question: Question, inputs: Inputs) -> OrderClock:
    """Volume and variance by time: of the first date, of those known after it, and of the nights between."""
    whole, night = inputs.session_variance.value, 1 - inputs.session_variance.value
    dates = []
    for session in (question.session, *question.later[: DATES_MOST - 1]):
        first, part = session is question.session, question.part_of(session)
        volume, sigma = (1.0, 1.0) if first else relative_factors(question, inputs, session.day)
        clock = DayClock(
            open=session.open,
            close=session.close,
            volume=inputs.curve,
            variance=inputs.variance_curve,
            volume_days=inputs.session_volume.value * part * volume,
            variance_days=whole * part * sigma**2,
            length=part,
        )
        dates.append(DateClock(session, clock, night * sigma**2))
    return OrderClock(tuple(dates))


def situation_of(dates: Dates, order: ImpactOrder, rules: PretradeRules) -> Situation:
    """What the rules of the choice look at."""
    question, inputs = dates.question, dates.inputs
    said = Situation(
        stated=question.urgency,
        size=order.size,
        pace=order.qty / (order.qty + dates.volume(question.dates_most)),
        max_participation=1.0,
        sigma=order.sigma,
        spread_bps=10_000 * order.spread_fraction,
        daily_value=order.adv * order.price * question.instrument.multiplier,
        currency=question.instrument.currency,
        has_curve=bool(inputs.curve),
        dates=question.dates_most,
        against=order.side.sign * order.momentum,
        session_part=question.session_part,
        events_today=tuple(each.text for each in inputs.today),
        events_next=tuple(each.text for each in inputs.next if each.volatility > 1),
        events_other=tuple(each.text for each in inputs.next if each.volatility <= 1),
    )
    asked = question.overrides.max_participation
    limit = _house_limit(question, rules.max_participation.of(urgency_of(said, rules)[0])) if asked is None else asked
    on_one = order.qty / (order.qty + dates.volume(1))
    needed = 1 if on_one <= limit else dates.needed(limit)
    return replace(said, max_participation=limit, dates_needed=needed)


def _house_limit(question: Question, rule: float) -> float:
    """The rule's, unless the router would refuse it: what is asked for by a person is left, and told."""
    most = question.client.limits.max_participation_ppm if question.client else None
    return rule if not most else min(rule, most / PPM)


def frontiers(
    dates: Dates, order: ImpactOrder, models: Models, placement: Placement
) -> dict[str, tuple[FrontierPoint, ...]]:
    """By model, over all the time there is, fees in the cost; without a spread none of Almgren and Chriss."""
    question = dates.question
    windows = [dates.window(date) for date in dates.clock.dates[: question.dates_most]]
    empty = dates.clock.empty(windows, placement.taken)
    tariff = fees(question.venues, placement, question.session.day, order.price).value
    powered = (models.almgren_2005, models.almgren_chriss) if order.spread else (models.almgren_2005,)
    return {model.name: _with_fees(frontier(model, order, empty, AVERSIONS), tariff) for model in powered}


def _with_fees(points: tuple[FrontierPoint, ...], tariff: float) -> tuple[FrontierPoint, ...]:
    return tuple(replace(point, cost=point.cost + tariff) for point in points)
