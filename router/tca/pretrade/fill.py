"""An assessment into the documents. Reckons nothing but units and intervals."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import sqrt
from typing import Final

from router.core.algo import AlgoFactory
from router.core.params import param_fields, show_time
from router.core.types import SECOND, Side
from router.tca.impact.frontier import FrontierPoint
from router.tca.impact.general import General
from router.tca.impact.terms import BPS, Z95, Estimate, Parameter, waiting_days
from router.tca.pretrade.assess import Assessment
from router.tca.pretrade.documents import (
    ExecutionStrategy,
    Frontier,
    MarketImpact,
    ModelCost,
    ModelLine,
    Named,
    OrderDetails,
    Point,
    PreTrade,
    Setting,
    Slot,
    StrategyLine,
    VenueShare,
)
from router.tca.pretrade.evaluate import Evaluation
from router.tca.pretrade.figure import Figure, around, exact, scaled, spanning
from router.tca.pretrade.question import MINUTE, volume_range

SIDES: Final = {
    Side.BUY: "buy",
    Side.SELL: "sell",
    Side.SELL_SHORT: "sell short",
    Side.SELL_SHORT_EXEMPT: "sell short exempt",
}
SLOT: Final = 30 * MINUTE
PERCENT: Final = 100.0
RULE: Final = "rule: [pretrade] of impact.toml"


def fill(it: Assessment, algo: AlgoFactory) -> PreTrade:
    """The documents. `algo` is the recommended one, whose parameters' tags are told."""
    return PreTrade(
        execution_strategy=_strategy(it, algo),
        market_impact=_impact(it),
        strategies=tuple(_line(each, recommended=each is it.choice.evaluation) for each in it.evaluations),
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
        start=show_time(question.start),
        end=show_time(best.end),
        currency=question.instrument.currency,
        figures=_names([*named, *it.inputs.figures()]),
    )


def _names(pairs: list[tuple[str, Figure]]) -> tuple[Named, ...]:
    return tuple(Named(name=name, figure=figure) for name, figure in pairs)


# --- execution strategy


def _strategy(it: Assessment, algo: AlgoFactory) -> ExecutionStrategy:
    best = it.choice.evaluation
    return ExecutionStrategy(
        order=_details(it),
        urgency=it.choice.urgency,
        horizon=_names(_horizon(it)),
        limits=_names(_limits(it)),
        algorithm=best.candidate.strategy,
        rule=it.choice.rule,
        reasons=it.choice.reasons,
        parameters=tuple(_settings(it, algo)),
        venues=tuple(_venues(it)),
        time_distribution=tuple(_slots(it)),
        clips=_names(_clips(it)),
        cost=_names(_cost(it)),
        assumptions=tuple(_assumptions(it)),
    )


def _horizon(it: Assessment) -> list[tuple[str, Figure]]:
    candidate = it.choice.evaluation.candidate
    window, done = ((at - it.question.start) / MINUTE for at in (candidate.end, candidate.schedule[-1].at))
    aversion = it.rules.risk_aversion.of(it.choice.urgency)
    return [
        ("horizon", exact(window, "minutes", "chosen: least risk-adjusted cost")),
        ("expected to be done after", exact(done, "minutes", "the algorithm's expected schedule")),
        ("risk aversion", exact(aversion, "bps per bps^2", RULE)),
    ]


def _limits(it: Assessment) -> list[tuple[str, Figure]]:
    best = it.choice.evaluation
    limit = PERCENT * it.situation.max_participation
    asked = it.question.overrides.max_participation is not None
    return [
        ("max participation", exact(limit, "% of volume", "given" if asked else RULE)),
        ("expected participation", _participation(it)),
        ("busiest five minutes", _busiest(it)),
        ("impact limit", _impact_limit(best)),
        ("volatility tolerance", _tolerance(it)),
    ]


def _participation(it: Assessment) -> Figure:
    """Own over all volume, for a day of little and of much volume."""
    best = it.choice.evaluation
    value = PERCENT * best.participation
    if best.candidate.rate is not None:
        # It follows the volume, whatever there is: what varies is how much of the order that is.
        return spanning(value, PERCENT * best.candidate.rate, unit="% of volume", source="its rate")
    days = best.path.volume_days
    ends = (PERCENT * best.path.executed / (best.path.executed + volume * days) for volume in _volumes(it))
    return spanning(value, *ends, unit="% of volume", source="expected schedule; the day's volume varies")


def _busiest(it: Assessment) -> Figure:
    """As the expected participation, of the interval in which it is highest."""
    best, adv = it.choice.evaluation, it.order.adv
    own = best.peak_rate / (1 - best.peak_rate) * adv
    ends = () if best.candidate.rate is not None else (PERCENT * own / (own + volume) for volume in _volumes(it))
    return spanning(PERCENT * best.peak_rate, *ends, unit="% of volume", source="expected schedule and volume curve")


def _volumes(it: Assessment) -> tuple[float, float]:
    return volume_range(it.inputs.adv, it.rules)


def _impact_limit(best: Evaluation) -> Figure:
    """Beyond every model's impact something else is going on: from the middle's to the highest with its error."""
    highest = max(best.holding, key=lambda each: each.impact)
    ends = (best.middle.impact, highest.impact + Z95 * highest.error)
    return spanning(highest.impact, *ends, unit="bps", source=f"the highest model that holds: {highest.model}")


def _tolerance(it: Assessment) -> Figure:
    """A move against arrival at which a person is asked."""
    times, span = it.rules.volatility_tolerance, sqrt(sum(it.choice.evaluation.path.variance))
    sigma, said = (
        it.inputs.sigma,
        f"{times:g} standard deviations over the horizon; volatility {it.inputs.sigma.source}",
    )
    moves = [BPS * times * span * each for each in (sigma.value, sigma.low, sigma.high)]
    return spanning(*moves, unit="bps from arrival", source=said)


def _settings(it: Assessment, algo: AlgoFactory) -> Iterator[Setting]:
    fields = {field.name: field for field in param_fields(algo.Params)}
    given = dict(it.choice.evaluation.candidate.settings)
    extra = {
        "MaxParticipation": f"{it.situation.max_participation:.4g}",
        "DarkPct": f"{it.placement.dark:.4g}",
        "CrossPct": f"{it.placement.cross:.4g}",
        "Completion": "Complete" if it.choice.urgency == "High" else "Price",
    }
    for name, text in (given | extra).items():
        if name in fields:
            param = fields[name].param
            asked = name == "MaxParticipation" and it.question.overrides.max_participation is not None
            source = "as estimated" if name in given else "given" if asked else RULE
            yield Setting(name=name, tag=param.tag, text=text, unit=param.kind.value, source=source)


def _venues(it: Assessment) -> Iterator[VenueShare]:
    placement = it.placement
    for kind, mics in placement.venues.items():
        share = {"lit": placement.lit, "dark": placement.dark, "cross": placement.cross}[kind.value]
        # A goal: pools and crosses may fill nothing of it, and the rest is lit.
        low, high = (share, 1.0) if kind.value == "lit" else (0.0, share)
        source = f"{RULE}: a goal; what does not trade there is lit"
        ends = (PERCENT * low, PERCENT * high)
        figure = spanning(PERCENT * share, *ends, unit="% of the order", source=source)
        yield VenueShare(kind=kind.value, venues=mics, share=figure)


def _slots(it: Assessment) -> Iterator[Slot]:
    best = it.choice.evaluation
    start, last = best.candidate.schedule[0].at, best.candidate.schedule[-1].at
    first = start + SLOT - (start - it.question.session.open) % SLOT
    edges = [start, *range(first, last, SLOT), last]
    done = [_done(it, at) for at in edges]
    for (begin, end), (before, after) in zip(pairwise(edges), pairwise(done), strict=True):
        share = PERCENT * (after - before) / it.order.qty
        width = share * best.candidate.variance / 2
        figure = around(share, width, "% of the order", "expected schedule; slices vary by Variance")
        yield Slot(start=show_time(begin), end=show_time(end), share=figure)


def _done(it: Assessment, at: int) -> float:
    points = it.choice.evaluation.candidate.schedule
    for before, after in pairwise(points):
        if before.at <= at <= after.at:
            return before.qty + (after.qty - before.qty) * (at - before.at) / max(1, after.at - before.at)
    return float(points[-1].qty)


def _clips(it: Assessment) -> list[tuple[str, Figure]]:
    candidate = it.choice.evaluation.candidate
    points = candidate.schedule
    steps = [b.qty - a.qty for a, b in pairwise(points) if b.qty > a.qty]
    cut = (candidate.interval_ns or max(b.at - a.at for a, b in pairwise(points))) / SECOND
    per_point = (points[-1].at - points[0].at) / SECOND / (len(points) - 1)
    # A point may stand for several slices, or a slice for several points; a slice is a round lot at least.
    least, most = min(it.question.instrument.round_lot, points[-1].qty), points[-1].qty
    mean = points[-1].qty / len(steps)
    average, largest = (min(max(each * cut / per_point, least), most) for each in (mean, max(steps)))
    said = f"expected schedule in slices of {cut:g} s, in round lots; slices vary by Variance"
    half = candidate.variance / 2
    return [
        ("slice", exact(cut, "seconds", "the algorithm's Interval" if candidate.interval_ns else "its schedule")),
        ("average clip", around(average, average * half, "shares", said)),
        ("maximum clip", around(largest, largest * half, "shares", said)),
    ]


def _cost(it: Assessment) -> list[tuple[str, Figure]]:
    best = it.choice.evaluation
    middle, worth = best.middle, best.path.executed * it.order.price * it.question.instrument.multiplier / BPS
    currency = it.question.instrument.currency
    return [
        ("spread", _spread(it, middle)),
        ("temporary impact", _among(best, "temporary")),
        ("permanent impact", _among(best, "permanent")),
        ("drift", _among(best, "drift")),
        ("fees", best.fees),
        ("expected cost against arrival", best.expected()),
        ("expected cost in money", scaled(best.expected(), worth, currency)),
        ("timing risk, one standard deviation", _risk(it, middle)),
        ("cost of this one order against arrival", best.outcome()),
        ("cost of this one order in money", scaled(best.outcome(), worth, currency)),
        ("shares left at the end", exact(best.left, "shares", "expected schedule")),
    ]


def _spread(it: Assessment, middle: Estimate) -> Figure:
    """Half the quoted spread on what takes: proportional to the spread, and so is its interval."""
    spread = it.inputs.spread
    ends = (middle.spread * bound / spread.value for bound in (spread.low, spread.high)) if spread.value else ()
    return spanning(middle.spread, *ends, unit="bps", source=f"half the spread on what takes; spread {spread.source}")


def _among(best: Evaluation, part: str) -> Figure:
    """A part of the cost by the middle model, from the lowest to the highest of those that hold."""
    values = [getattr(each, part) for each in best.holding]
    source = f"{best.middle.model}; interval: the lowest and the highest model of {best.counted}"
    return spanning(getattr(best.middle, part), *values, unit="bps", source=source)


def _risk(it: Assessment, middle: Estimate) -> Figure:
    """Timing risk is proportional to the volatility, and so is its interval."""
    sigma = it.inputs.sigma
    ends = (middle.timing_risk * bound / sigma.value for bound in (sigma.low, sigma.high))
    return spanning(middle.timing_risk, *ends, unit="bps", source=f"volatility, {sigma.source}")


def _assumptions(it: Assessment) -> Iterator[str]:
    for name, figure in it.inputs.figures():
        if "assumed" in figure.source:
            yield f"{name}: {figure.value:g} {figure.unit}, {figure.source}"
    yield from _of_the_profile(it)
    yield f"volume curve: {it.inputs.curve_source}"
    yield f"variance curve: {it.inputs.variance_source}"
    if it.question.session_part < 1:
        part = it.question.session_part
        yield f"a short day: {part:.3g} of an ordinary session, with as much of its volume and variance"
    if it.order.shares_outstanding is None:
        yield it.models.almgren_2005.assumed_turnover
    yield from _held_back(it)
    yield f"part of the lit shares that pays half the spread: {it.placement.lit_taken:g}, {RULE}"
    yield "what trades at the midpoint pays no spread; impact is reckoned on the whole order, wherever it trades"


def _held_back(it: Assessment) -> Iterator[str]:
    """A schedule states what it would do unhindered; the limit that is sent with it may hinder it."""
    best, limit = it.choice.evaluation, it.situation.max_participation
    if best.candidate.rate is None and best.peak_rate > limit:
        yield (
            f"the schedule's busiest five minutes are {PERCENT * best.peak_rate:.3g} % of the volume: above "
            f"{PERCENT * limit:.3g} % MaxParticipation holds the order back, and it trades later than is reckoned here"
        )


def _of_the_profile(it: Assessment) -> Iterator[str]:
    """What the profile could not measure and what it assumed; and that it must not know the day that is estimated."""
    profile, day = it.question.profile, it.question.session.day
    if profile is None:
        return
    if profile.days and profile.as_of >= day:
        yield f"the profile is of {profile.as_of}: it knows the day of the order, {day}, or what came after"
    yield from (f"profile: no {name}: {why}" for name, why in profile.missing.items())
    yield from (f"profile: {note}" for note in profile.notes)


# --- market impact


def _impact(it: Assessment) -> MarketImpact:
    best = it.choice.evaluation
    models = {model.name: model for model in it.models.all}
    return MarketImpact(
        order=_details(it),
        parameters=_names(list(_parameters(it.models.general))),
        terms=_names(list(_terms(it, it.models.general))),
        totals=_names(_totals(it)),
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
        ("total impact", _among(best, "impact")),
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


def _line(each: Evaluation, *, recommended: bool) -> StrategyLine:
    middle, candidate = each.middle, each.candidate
    return StrategyLine(
        strategy=candidate.strategy,
        urgency=candidate.urgency,
        rate=candidate.rate,
        horizon_minutes=(candidate.end - candidate.schedule[0].at) / MINUTE,
        participation=each.participation,
        peak_participation=each.peak_rate,
        unfilled=each.left,
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
        recommended=recommended,
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
