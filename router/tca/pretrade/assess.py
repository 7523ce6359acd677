"""The whole estimate: inputs, candidates, every model, the frontier, the choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from router.core.algo import AlgoFactory
from router.tca.impact.frontier import FrontierPoint, frontier
from router.tca.impact.parameters import Models
from router.tca.impact.terms import ImpactOrder
from router.tca.pretrade.candidates import Candidate, NotEstimated, candidates
from router.tca.pretrade.choose import Choice, Situation, choose, urgency_of
from router.tca.pretrade.evaluate import Evaluation, evaluate
from router.tca.pretrade.paths import DayClock
from router.tca.pretrade.placement import Placement, fees, place
from router.tca.pretrade.question import Inputs, Question, impact_order, inputs_of
from router.tca.pretrade.rules import PretradeRules, Urgency

AVERSIONS: Final = (0.0, *(1e-5 * 10 ** (step / 4) for step in range(17)))
"""Risk aversions of the frontier, bps^-1: least cost, then 10^-5 to 10^-1 in quarters of a decade."""


class Assessment(Struct, frozen=True, kw_only=True):
    """Everything that is known before the trade."""

    question: Question
    inputs: Inputs
    order: ImpactOrder
    models: Models
    rules: PretradeRules
    evaluations: tuple[Evaluation, ...]
    not_estimated: tuple[NotEstimated, ...]
    frontiers: dict[str, tuple[FrontierPoint, ...]]
    """By model, over all the time there is. Almgren and Chriss reckon from the spread: without one there is none."""
    situation: Situation
    choice: Choice
    placement: Placement


def assess(question: Question, models: Models, rules: PretradeRules, algos: Mapping[str, AlgoFactory]) -> Assessment:
    """Estimate `question` for every installed algorithm and recommend one. ImpactInputError for what cannot be."""
    inputs = inputs_of(question, rules)
    order, clock = impact_order(question, inputs), clock_of(question, inputs)
    tried, left_out = candidates(question, inputs, rules, algos)
    situation = situation_of(question, inputs, order, clock, rules)
    urgency = urgency_of(situation, rules)[0]
    evaluations = tuple(
        _evaluated(_meant(each, urgency), question=question, order=order, clock=clock, models=models, rules=rules)
        for each in tried
    )
    choice = choose(situation, evaluations, rules)
    placement = place(question.venues, rules, choice.urgency)
    return Assessment(
        question=question,
        inputs=inputs,
        order=order,
        models=models,
        rules=rules,
        evaluations=evaluations,
        not_estimated=left_out,
        frontiers=frontiers(question, order, clock, models, placement),
        situation=situation,
        choice=choice,
        placement=placement,
    )


def clock_of(question: Question, inputs: Inputs) -> DayClock:
    """The session's volume and variance by time."""
    return DayClock(
        open=question.session.open,
        close=question.session.close,
        volume=inputs.curve,
        variance=inputs.variance_curve,
        volume_days=inputs.session_volume.value * question.session_part,
        variance_days=inputs.session_variance.value * question.session_part,
        length=question.session_part,
    )


def situation_of(
    question: Question, inputs: Inputs, order: ImpactOrder, clock: DayClock, rules: PretradeRules
) -> Situation:
    """What the rules of the choice look at."""
    volume = order.adv * (clock.volume_until(question.end) - clock.volume_until(question.start))
    said = Situation(
        stated=question.urgency,
        size=order.size,
        pace=order.qty / (order.qty + volume),
        max_participation=1.0,
        sigma=order.sigma,
        spread_bps=10_000 * order.spread_fraction,
        daily_value=order.adv * order.price * question.instrument.multiplier,
        currency=question.instrument.currency,
        has_curve=bool(inputs.curve),
        events_today=tuple(each.text for each in inputs.today),
        events_next=tuple(each.text for each in inputs.next if each.volatility > 1),
        events_other=tuple(each.text for each in inputs.next if each.volatility <= 1),
    )
    asked = question.overrides.max_participation
    limit = rules.max_participation.of(urgency_of(said, rules)[0]) if asked is None else asked
    return replace(said, max_participation=limit)


def _meant(candidate: Candidate, urgency: Urgency) -> Candidate:
    """A rate of volume says how fast; it is placed as urgently as the order, by the parameters sent with it."""
    return candidate if candidate.rate is None else replace(candidate, urgency=urgency)


def _evaluated(
    candidate: Candidate,
    *,
    question: Question,
    order: ImpactOrder,
    clock: DayClock,
    models: Models,
    rules: PretradeRules,
) -> Evaluation:
    placement = place(question.venues, rules, candidate.urgency)
    path = clock.path(candidate.schedule, candidate.end, placement.taken)
    tariff = fees(question.venues, placement, question.session.day, order.price)
    return evaluate(candidate, path, order, models.all, tariff)


def frontiers(
    question: Question, order: ImpactOrder, clock: DayClock, models: Models, placement: Placement
) -> dict[str, tuple[FrontierPoint, ...]]:
    """By model, over all the time there is, fees in the cost; without a spread none of Almgren and Chriss."""
    empty = clock.empty(question.start, question.end, placement.taken)
    tariff = fees(question.venues, placement, question.session.day, order.price).value
    powered = (models.almgren_2005, models.almgren_chriss) if order.spread else (models.almgren_2005,)
    return {model.name: _with_fees(frontier(model, order, empty, AVERSIONS), tariff) for model in powered}


def _with_fees(points: tuple[FrontierPoint, ...], tariff: float) -> tuple[FrontierPoint, ...]:
    return tuple(replace(point, cost=point.cost + tariff) for point in points)
