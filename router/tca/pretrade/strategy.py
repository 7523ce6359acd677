"""An assessment into the first document: how to work the order, on which dates, and what it should cost.

Reckons nothing but units and intervals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from math import sqrt
from typing import Final

from msgspec.structs import replace

from router.core.algo import AlgoFactory, SchedulePoint
from router.core.params import param_fields, show_time
from router.core.types import SECOND
from router.tca.impact.terms import BPS, Z95, Estimate
from router.tca.pretrade.assess import Assessment
from router.tca.pretrade.choose import allowed, best_of, meant
from router.tca.pretrade.dates import Leg
from router.tca.pretrade.documents import (
    DateLine,
    DatesLine,
    ExecutionStrategy,
    Named,
    OrderDetails,
    Setting,
    Slot,
    VenueShare,
)
from router.tca.pretrade.evaluate import Evaluation
from router.tca.pretrade.figure import Figure, around, exact, scaled, spanning
from router.tca.pretrade.question import GIVEN, MINUTE, volume_range
from router.tca.pretrade.sending import NOBODY

SLOT: Final = 30 * MINUTE
SLOTS_DATES: Final = 13
"""Slots grow with the number of dates, to whole sessions: as many lines as one date has."""
PERCENT: Final = 100.0
RULE: Final = "rule: [pretrade] of impact.toml"
SCHEDULED: Final = "expected schedule"


def strategy(it: Assessment, algo: AlgoFactory, order: OrderDetails) -> ExecutionStrategy:
    """The document; `order` is the same in both."""
    best = it.choice.evaluation
    return ExecutionStrategy(
        order=order,
        refusals=it.refusals,
        held_against=f"held against the limits of {it.question.client.comp_id}" if it.question.client else NOBODY,
        urgency=it.choice.urgency,
        horizon=names(_horizon(it)),
        limits=names(_limits(it)),
        algorithm=best.candidate.strategy,
        rule=it.choice.rule,
        reasons=(*(f"The router would refuse this order: {each}." for each in it.refusals), *it.choice.reasons),
        order_fields=tuple(_order_fields(it)),
        parameters=tuple(_settings(it, algo)),
        dates=tuple(_dates(it)),
        how_many_dates=tuple(_how_many(it)),
        venues=tuple(_venues(it)),
        time_distribution=tuple(_slots(it)),
        clips=names(_clips(it)),
        cost=names(_cost(it)),
        left=names(_left(it)),
        assumptions=tuple(_assumptions(it)),
    )


def names(pairs: Sequence[tuple[str, Figure]]) -> tuple[Named, ...]:
    """Figures by their names."""
    return tuple(Named(name=name, figure=figure) for name, figure in pairs)


def _horizon(it: Assessment) -> list[tuple[str, Figure]]:
    candidate = it.choice.evaluation.candidate
    window, done = (each / MINUTE for each in (candidate.window_ns, candidate.trading_ns))
    aversion = it.rules.risk_aversion.of(it.choice.urgency)
    chosen = "chosen: least risk-adjusted cost"
    return [
        ("trading dates", exact(len(candidate.legs), "dates", f"{chosen}, of {it.question.dates_most} at most")),
        ("horizon", exact(window, "minutes", f"{chosen}; nights left out")),
        ("expected to be done after", exact(done, "minutes", "the algorithm's expected schedule; nights left out")),
        ("risk aversion", exact(aversion, "bps per bps^2", RULE)),
    ]


def _limits(it: Assessment) -> list[tuple[str, Figure]]:
    best = it.choice.evaluation
    limit = PERCENT * it.situation.max_participation
    return [
        ("max participation", exact(limit, "% of volume", _limit_source(it))),
        ("expected participation", _participation(it)),
        ("busiest date", _of_volume(it, best.busiest)),
        ("busiest interval", _of_volume(it, best.peak_rate)),
        ("impact limit", _impact_limit(best)),
        ("volatility tolerance", _tolerance(it)),
    ]


def _limit_source(it: Assessment) -> str:
    if it.question.overrides.max_participation is not None:
        return GIVEN
    if it.situation.max_participation < it.rules.max_participation.of(it.choice.urgency):
        return "the most that the router takes, max_participation_ppm of risk.toml"
    return RULE


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


def _of_volume(it: Assessment, rate: float) -> Figure:
    """A participation of the schedule on a day of average volume, and what it is on one of little and of much."""
    own = rate / (1 - rate) * it.order.adv
    follows = it.choice.evaluation.candidate.rate is not None
    ends = () if follows else (PERCENT * own / (own + volume) for volume in _volumes(it))
    return spanning(PERCENT * rate, *ends, unit="% of volume", source="expected schedule and volume curve")


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


def _order_fields(it: Assessment) -> Iterator[Setting]:
    """A day order says nothing of its date."""
    candidate = it.choice.evaluation.candidate
    if candidate.dates > 1:
        last = it.clock.dates[candidate.dates - 1].session.day
        yield Setting(name="TimeInForce", tag=59, text="6", unit="good till date", source="several trading dates")
        yield Setting(name="ExpireDate", tag=432, text=last, unit="date", source="the last that it is given")


def _settings(it: Assessment, algo: AlgoFactory) -> Iterator[Setting]:
    fields = {field.name: field.param for field in param_fields(algo.Params)}
    estimated = dict(it.choice.evaluation.candidate.settings)
    for name, text in it.sent:
        param = fields[name]
        source = "as estimated" if name in estimated else RULE
        if name == "MaxParticipation":
            source = _limit_source(it)
        yield Setting(name=name, tag=param.tag, text=text, unit=param.kind.value, source=source)


# --- over the dates


def _dates(it: Assessment) -> Iterator[DateLine]:
    best, sigma = it.choice.evaluation, it.inputs.sigma
    nights = [date.night for date in it.clock.dates[1:]] + [0.0]
    for index, (leg, part) in enumerate(zip(best.candidate.legs, best.parts, strict=True)):
        last = index == len(best.parts) - 1
        held = BPS * sqrt(nights[index]) * part.held / it.order.qty
        risks = [held * each for each in (sigma.value, sigma.low, sigma.high)]
        source = f"volatility, {sigma.source}" if held else _no_night(it, last=last)
        yield DateLine(
            day=leg.session.day,
            start=show_time(leg.start),
            end=show_time(leg.end),
            shares=exact(part.qty, "shares", SCHEDULED),
            share=exact(PERCENT * part.qty / it.order.qty, "% of the order", SCHEDULED),
            participation=exact(PERCENT * part.participation, "% of volume", f"{SCHEDULED} and volume curve"),
            of_adv=spanning(
                *(PERCENT * part.qty / each for each in (it.inputs.adv.value, it.inputs.adv.low, it.inputs.adv.high)),
                unit="% of ADV",
                source=it.inputs.adv.source,
            ),
            held=exact(part.held, "shares", SCHEDULED),
            night_risk=spanning(*risks, unit="bps", source=source),
        )


def _no_night(it: Assessment, *, last: bool) -> str:
    return "the order is over" if last else f"no variance at night: {it.inputs.session_variance.source}"


def _how_many(it: Assessment) -> Iterator[DatesLine]:
    """By the number of dates that candidates of the urgency trade on; of those beyond what was asked, too."""
    aversion = it.rules.risk_aversion.of(it.choice.urgency)
    ways = [each for each in (*it.evaluations, *it.longer) if meant(each, it.choice.urgency)]
    ways.sort(key=lambda each: len(each.parts))
    for number, group in groupby(ways, key=lambda each: len(each.parts)):
        best = it.choice.evaluation
        if number != len(best.parts):
            best = best_of(list(group), it.situation, aversion)
        yield DatesLine(
            dates=number,
            last_day=best.parts[-1].day,
            strategy=best.candidate.strategy,
            within_limit=allowed(best, it.situation),
            asked=number <= it.question.dates_most,
            busiest_participation=best.busiest,
            unfilled=best.left,
            expected=best.expected(),
            timing_risk=best.risk,
            whole=best.whole(),
            whole_risk=best.finished_risk,
            risk_adjusted=best.adjusted(aversion),
            recommended=best is it.choice.evaluation,
        )


# --- where, when, how much at a time


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
    slot = SLOT * min(len(best.candidate.legs), SLOTS_DATES)
    for leg in best.candidate.legs:
        start, last = leg.points[0].at, leg.points[-1].at
        first = start + slot - (start - leg.session.open) % slot
        edges = [start, *range(first, last, slot), last]
        done = [_done(leg.points, at) for at in edges]
        for (begin, end), (before, after) in zip(pairwise(edges), pairwise(done), strict=True):
            share = PERCENT * (after - before) / it.order.qty
            width = share * best.candidate.variance / 2
            figure = around(share, width, "% of the order", f"{SCHEDULED}; slices vary by Variance")
            yield Slot(start=show_time(begin), end=show_time(end), share=figure)


def _done(points: Sequence[SchedulePoint], at: int) -> float:
    for before, after in pairwise(points):
        if before.at <= at <= after.at:
            return before.qty + (after.qty - before.qty) * (at - before.at) / max(1, after.at - before.at)
    return float(points[-1].qty)


def _clips(it: Assessment) -> list[tuple[str, Figure]]:
    candidate = it.choice.evaluation.candidate
    busy = [leg for leg in candidate.legs if leg.qty]
    steps = [qty for leg in busy for qty in _steps(leg)]
    longest = max(b.at - a.at for leg in busy for a, b in pairwise(leg.points))
    cut = (candidate.interval_ns or longest) / SECOND
    per_point = (
        sum(leg.points[-1].at - leg.points[0].at for leg in busy) / SECOND / sum(len(leg.points) - 1 for leg in busy)
    )
    # A point may stand for several slices, or a slice for several points; a slice is a round lot at least.
    done = candidate.schedule[-1].qty
    least = min(it.question.instrument.round_lot, done)
    average, largest = (min(max(each * cut / per_point, least), done) for each in (done / len(steps), max(steps)))
    said = f"{SCHEDULED} in slices of {cut:g} s, in round lots; slices vary by Variance"
    half = candidate.variance / 2
    return [
        ("slice", exact(cut, "seconds", "the algorithm's Interval" if candidate.interval_ns else "its schedule")),
        ("average clip", around(average, average * half, "shares", said)),
        ("maximum clip", around(largest, largest * half, "shares", said)),
    ]


def _steps(leg: Leg) -> list[int]:
    """Shares between two points of a date."""
    return [b.qty - a.qty for a, b in pairwise(leg.points) if b.qty > a.qty]


# --- what it should cost


def _cost(it: Assessment) -> list[tuple[str, Figure]]:
    best = it.choice.evaluation
    middle, worth = best.middle, best.path.executed * it.order.price * it.question.instrument.multiplier / BPS
    currency = it.question.instrument.currency
    return [
        ("spread", _spread(it, middle)),
        ("temporary impact", among(best, "temporary")),
        ("permanent impact", among(best, "permanent")),
        ("drift", among(best, "drift")),
        ("fees", best.fees),
        ("expected cost against arrival", best.expected()),
        ("expected cost in money", _said(scaled(best.expected(), worth, currency), best)),
        ("timing risk, one standard deviation", _risk(it, middle)),
        ("cost of this one order against arrival", best.outcome()),
        ("cost of this one order in money", _said(scaled(best.outcome(), worth, currency), best)),
    ]


def _said(figure: Figure, best: Evaluation) -> Figure:
    """Money is of the shares that execute."""
    return figure if not best.left else replace(figure, source=f"{figure.source}; of the shares that execute")


def _left(it: Assessment) -> list[tuple[str, Figure]]:
    """What the cost does not hold: shares that are not done, and what a day may do to them."""
    best, sigma, currency = it.choice.evaluation, it.inputs.sigma, it.question.instrument.currency
    worth = best.left * it.order.price * it.question.instrument.multiplier
    moves = [BPS * each for each in (sigma.value, sigma.low, sigma.high)]
    said = f"one average day, one standard deviation; volatility {sigma.source}"
    risk = spanning(*(worth * each / BPS for each in moves), unit=currency, source=said)
    return [
        ("shares left at the end", exact(best.left, "shares", SCHEDULED)),
        ("part of the order", exact(PERCENT * best.left_part, "% of the order", SCHEDULED)),
        ("worth", exact(worth, currency, "shares left x price")),
        ("a day's move of the price", spanning(*moves, unit="bps", source=said)),
        ("a day's move of what is left, in money", risk),
        (
            "a day's move of what is left",
            spanning(*(each * best.left_part for each in moves), unit="bps of the order", source=said),
        ),
        ("cost of the whole order, what is left finished after it", best.whole()),
        ("its timing risk", exact(best.finished_risk, "bps", "nights and the dates after it, too")),
    ]


def _spread(it: Assessment, middle: Estimate) -> Figure:
    """Half the quoted spread on what takes: proportional to the spread, and so is its interval."""
    spread = it.inputs.spread
    ends = (middle.spread * bound / spread.value for bound in (spread.low, spread.high)) if spread.value else ()
    return spanning(middle.spread, *ends, unit="bps", source=f"half the spread on what takes; spread {spread.source}")


def among(best: Evaluation, part: str) -> Figure:
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
    yield f"part of the lit shares that pays half the spread: {it.placement.lit_taken:g}, {RULE}"
    if len(it.choice.evaluation.candidate.legs) > 1:
        yield "a night has the night's part of an average day's variance, weekends too; over it permanent impact stays"
    if it.question.limit_px is not None:
        yield "the limit price is held against the router's collar; the estimate is of an order without one"
    yield "what trades at the midpoint pays no spread; impact is reckoned on the whole order, wherever it trades"


def _of_the_profile(it: Assessment) -> Iterator[str]:
    """What the profile could not measure and what it assumed; and that it must not know the day that is estimated."""
    profile, day = it.question.profile, it.question.session.day
    if profile is None:
        return
    if profile.days and profile.as_of >= day:
        yield f"the profile is of {profile.as_of}: it knows the day of the order, {day}, or what came after"
    yield from (f"profile: no {name}: {why}" for name, why in profile.missing.items())
    yield from (f"profile: {note}" for note in profile.notes)
