"""An assessment into the documents. Reckons nothing but units and intervals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from router.core.algo import AlgoFactory
from router.core.params import show_time
from router.core.types import Side
from router.tca.impact.frontier import FrontierPoint
from router.tca.impact.general import General
from router.tca.impact.terms import BPS, Z95, Estimate, Parameter, waiting_days
from router.tca.pretrade.assess import Assessment
from router.tca.pretrade.documents import (
    Frontier,
    MarketImpact,
    ModelCost,
    ModelLine,
    OrderDetails,
    Point,
    PreTrade,
    StrategyLine,
)
from router.tca.pretrade.evaluate import Evaluation
from router.tca.pretrade.figure import Figure, around, exact, spanning
from router.tca.pretrade.question import MINUTE
from router.tca.pretrade.strategy import PERCENT, among, names, strategy

SIDES: Final = {
    Side.BUY: "buy",
    Side.SELL: "sell",
    Side.SELL_SHORT: "sell short",
    Side.SELL_SHORT_EXEMPT: "sell short exempt",
}


def fill(it: Assessment, algo: AlgoFactory) -> PreTrade:
    """The documents. `algo` is the recommended one, whose parameters' tags are told."""
    order = _details(it)
    return PreTrade(
        execution_strategy=strategy(it, algo, order),
        market_impact=_impact(it, order),
        strategies=tuple(_line(it, each) for each in it.evaluations),
        not_estimated=tuple(f"{each.strategy}: {each.why}" for each in it.not_estimated),
        frontiers=tuple(_frontier(name, points) for name, points in it.frontiers.items()),
    )


def _frontier(model: str, points: tuple[FrontierPoint, ...]) -> Frontier:
    return Frontier(
        model=model,
        points=tuple(Point(risk_aversion=each.risk_aversion, cost=each.cost, risk=each.risk) for each in points),
    )


# --- the order


def _details(it: Assessment) -> OrderDetails:
    question, order = it.question, it.order
    best = it.choice.evaluation.candidate
    sizes = (PERCENT * order.qty / adv for adv in (it.inputs.adv.low, it.inputs.adv.high))
    said = f"OrderQty over ADV, {it.inputs.adv.source}"
    size = spanning(PERCENT * order.size, *sizes, unit="% of ADV", source=said)
    notional = exact(order.notional * question.instrument.multiplier, question.instrument.currency, "OrderQty x price")
    named = [("OrderQty(38)", exact(order.qty, "shares", "given")), ("notional", notional), ("size", size)]
    return OrderDetails(
        symbol=question.instrument.symbol,
        side=SIDES[question.side],
        day=question.session.day,
        last_day=best.legs[-1].session.day,
        start=show_time(question.start),
        end=show_time(best.end),
        currency=question.instrument.currency,
        figures=names([*named, *it.inputs.figures()]),
    )


# --- market impact


def _impact(it: Assessment, order: OrderDetails) -> MarketImpact:
    best = it.choice.evaluation
    models = {model.name: model for model in it.models.all}
    return MarketImpact(
        order=order,
        parameters=names(list(_parameters(it.models.general))),
        terms=names(list(_terms(it, it.models.general))),
        totals=names(_totals(it)),
        models=tuple(
            _model(each, best.fees.value, models[each.model].title, models[each.model].source)
            for each in best.estimates
        ),
        recommendation=_advice(it),
        warnings=tuple(f"{each.model}: {text}" for each in best.estimates for text in each.warnings),
    )


def _parameters(model: General) -> Iterator[tuple[str, Figure]]:
    units = {
        "alpha": "bps at a rate of all the volume",
        "beta": "exponent of the rate",
        "gamma": "bps for one ADV",
        "delta": "exponent of size",
        "nu": "exponent of volatility",
        "momentum": "of the expected return",
        "crowding": "of the part of the sector",
    }
    for name, unit in units.items():
        parameter: Parameter = getattr(model, name)
        yield name, around(parameter.value, Z95 * parameter.error, unit, model.source)


def _terms(it: Assessment, model: General) -> Iterator[tuple[str, Figure]]:
    """Each term of the general template for this order: the factors, and what they come to."""
    order, path = it.order, it.choice.evaluation.path
    estimate = model.estimate(order, path)
    sigma = it.inputs.sigma
    low, high = ((bound / model.sigma_ref) ** model.nu.value for bound in (sigma.low, sigma.high))
    factor = "factor"
    yield (
        "volatility",
        Figure(
            value=model.volatility(order), unit=factor, low=low, high=high, source=f"sigma over {model.sigma_ref:g}"
        ),
    )
    yield "regime", exact(model.regime(order), factor, f"regime {order.regime}")
    yield "time of day", exact(model.hour(path), factor, "time_of_day, by the schedule's shares")
    width = Z95 * model.crowding.error * order.concentration
    yield "sector concentration", around(model.concentration(order), width, factor, f"part {order.concentration:g}")
    drift = BPS * abs(order.momentum) * waiting_days(path)
    yield (
        "momentum",
        around(estimate.drift, Z95 * model.momentum.error * drift, "bps", "expected return x average wait"),
    )
    yield "temporary", _with_error(estimate.temporary, estimate, model.source)
    yield "permanent", _with_error(estimate.permanent, estimate, model.source)


def _with_error(value: float, estimate: Estimate, source: str) -> Figure:
    """A part of the impact, with its part of the model's error."""
    return around(value, Z95 * estimate.error * value / max(estimate.impact, 1e-12), "bps", source)


def _totals(it: Assessment) -> list[tuple[str, Figure]]:
    best = it.choice.evaluation
    return [
        ("total impact", among(best, "impact")),
        ("distance between models", exact(best.between, "bps", f"standard deviation of the totals of {best.counted}")),
        ("expected cost", best.expected()),
        ("cost of this one order", best.outcome()),
    ]


def _model(estimate: Estimate, fees: float, title: str, source: str) -> ModelLine:
    total = estimate.total + fees
    return ModelLine(
        model=estimate.model,
        title=title,
        source=source,
        spread=estimate.spread,
        temporary=estimate.temporary,
        permanent=estimate.permanent,
        drift=estimate.drift,
        fees=fees,
        expected=around(total, Z95 * estimate.error, "bps", "parameters' errors"),
        outcome=around(total, Z95 * estimate.deviation, "bps", "parameters' errors and timing risk"),
        timing_risk=estimate.timing_risk,
        outside=estimate.outside,
        warnings=estimate.warnings,
    )


def _advice(it: Assessment) -> str:
    best = it.choice.evaluation
    totals = sorted((each.total + best.fees.value, each.model) for each in best.estimates)
    (low, lowest), (high, highest) = totals[0], totals[-1]
    outside = sum(each.outside for each in best.estimates)
    trust = f" {outside} of them, beyond where they are held valid, do not count in the middle." if outside else ""
    return (
        f"{best.candidate.strategy} at urgency {it.choice.urgency}: {best.cost:.1f} bps expected, "
        f"{best.risk:.1f} bps timing risk. The {len(totals)} models say from {low:.1f} ({lowest}) to {high:.1f} bps "
        f"({highest}).{trust}"
    )


# --- strategies


def _line(it: Assessment, each: Evaluation) -> StrategyLine:
    middle, candidate = each.middle, each.candidate
    return StrategyLine(
        strategy=candidate.strategy,
        urgency=candidate.urgency,
        rate=candidate.rate,
        takes=candidate.takes,
        dates=len(candidate.legs),
        day_schedule=candidate.day_schedule or "one date",
        horizon_minutes=candidate.window_ns / MINUTE,
        participation=each.participation,
        busiest_participation=each.busiest,
        peak_participation=each.peak_rate,
        unfilled=each.left,
        unfilled_part=each.left_part,
        left_risk=each.left_risk,
        finished_cost=each.finished_cost,
        finished_risk=each.finished_risk,
        risk_adjusted=each.adjusted(it.rules.risk_aversion.of(it.choice.urgency)),
        middle_model=middle.model,
        spread=middle.spread,
        temporary=middle.temporary,
        permanent=middle.permanent,
        drift=middle.drift,
        fees=each.fees.value,
        expected=each.expected(),
        outcome=each.outcome(),
        timing_risk=each.risk,
        models=tuple(_cost_by(estimate, each.fees.value) for estimate in each.estimates),
        recommended=each is it.choice.evaluation,
    )


def _cost_by(estimate: Estimate, fees: float) -> ModelCost:
    low, high = estimate.interval()
    return ModelCost(
        model=estimate.model,
        spread=estimate.spread,
        temporary=estimate.temporary,
        permanent=estimate.permanent,
        drift=estimate.drift,
        total=estimate.total + fees,
        low=low + fees,
        high=high + fees,
        outside=estimate.outside,
    )
