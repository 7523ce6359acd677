"""What one order should have cost by what was known as it came in, beside what it did: expectation, risk, frontier.

Known then: the configured ADV, volume curve and tariffs, a profile where one is given, the quote, the volatility of the
date so far, the schedule that the algorithm stated; of an order of several dates its DaySchedule. Nothing later is
looked at but the fills themselves, which give the realised point. What was not known and had to be assumed is listed.
In basis points of the midpoint at arrival, fees included, positive is a cost. Knows no file and no page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from router.core.algo import OrderTerms, SchedulePoint
from router.core.params import AlgoParams, ParamRefusal, param_fields, parse_params
from router.core.profiles import CalendarDay
from router.core.types import SECOND, Ns, OrdStatus, Px, Qty, TimeInForce
from router.tca.costs import cost_against
from router.tca.facts.case import Case
from router.tca.facts.marks import Mark, arrival, released_at
from router.tca.facts.volatility import Volatility, measure
from router.tca.impact.parameters import Models
from router.tca.impact.terms import BPS, Z95, ImpactInputError, ImpactOrder
from router.tca.pretrade.assess import clock_of, frontiers, situation_of
from router.tca.pretrade.candidates import URGENCIES, Candidate
from router.tca.pretrade.choose import urgency_of
from router.tca.pretrade.dates import Dates, Leg, one_leg
from router.tca.pretrade.evaluate import Evaluation, evaluate
from router.tca.pretrade.figure import Figure, exact, spanning
from router.tca.pretrade.paths import DayClock
from router.tca.pretrade.placement import Placement, fees, place
from router.tca.pretrade.question import DATES_MOST, Inputs, Overrides, Question, impact_order, inputs_of
from router.tca.pretrade.rules import ImpactFile, Urgency
from router.tca.profile.profile import SymbolProfile

SHORTEST: Final[Ns] = 60 * SECOND
"""Impact models are of rates over minutes; what is sent at once has none."""
AT_ONCE: Final = "assumed: no schedule of a minute or more was stated, so it is taken to be worked evenly in a minute"
STATED: Final = "the schedule that the algorithm stated at arrival"
STATED_FIRST: Final = (
    "the schedule that the algorithm stated at arrival for the first date; assumed: later dates' shares as DaySchedule "
    "gives them, in proportion to the volume"
)
_SO_FAR: Final = "measured on the date, up to the arrival"


class ModelLine(Struct, frozen=True, kw_only=True):
    """What one model expected, bps; `total` is without fees. `outside`: the order lies beyond what it was made for."""

    model: str
    spread: float
    temporary: float
    permanent: float
    total: float
    outside: bool


class RiskPoint(Struct, frozen=True):
    """Timing risk (one standard deviation) and cost, bps."""

    risk: float
    cost: float


class FrontierLine(Struct, frozen=True):
    """The least cost for each risk by one model, over all the time there was."""

    model: str
    points: tuple[RiskPoint, ...]


class NamedFigure(Struct, frozen=True):
    """A figure and what it is."""

    name: str
    figure: Figure


class EstimateSection(Struct, frozen=True, kw_only=True):
    """The estimate and the outcome. Where there is none, `reason` says why, and the rest is empty."""

    algorithm: str = ""
    urgency: str = ""
    schedule: str = ""
    """What path the estimate is of."""
    model: str = ""
    """The middle model."""
    expected: Figure | None = None
    """Cost with fees; the interval is of the expectation: the model's error and the models' distance."""
    outcome: Figure | None = None
    """The same with the interval that holds the cost of one order."""
    timing_risk: Figure | None = None
    realised: Figure | None = None
    """Cost of the filled shares against the arrival, with fees."""
    realised_risk: Figure | None = None
    """Timing risk of the path that the fills made, by the same volatility."""
    score: Figure | None = None
    """Realised less expected, in timing risks; the interval is that of the risk."""
    models: tuple[ModelLine, ...] = ()
    frontiers: tuple[FrontierLine, ...] = ()
    inputs: tuple[NamedFigure, ...] = ()
    assumed: tuple[str, ...] = ()
    reason: str = ""
    reasons: dict[str, str] = {}
    """Why a field of an estimate has no figure, by its name."""

    @property
    def bare_bps(self) -> float | None:
        """The expected cost without fees: what is set against a cost that has none."""
        return next((each.total for each in self.models if each.model == self.model), None)


class _Estimator(Struct, frozen=True):
    """The parts of one estimate."""

    question: Question
    inputs: Inputs
    order: ImpactOrder
    dates: Dates
    placement: Placement
    urgency: Urgency
    schedule: str
    legs: tuple[Leg, ...]
    models: Models

    def along(self, legs: tuple[Leg, ...]) -> Evaluation:
        """The evaluation of a path, by every model."""
        path = self.dates.clock.path([leg.stretch for leg in legs], self.placement.taken)
        day = self.question.session.day
        tariff = fees(self.question.venues, self.placement, day, self.order.price)
        candidate = Candidate(
            strategy="",
            urgency=self.urgency,
            rate=None,
            settings=(),
            legs=legs,
            interval_ns=None,
            variance=0.0,
        )
        return evaluate(candidate, path, self.order, self.models.all, fees=tariff)


def arrival_estimate(case: Case, impact: ImpactFile, known: SymbolProfile | None = None) -> EstimateSection:
    """The estimate of one order; a section with the reason where what it takes was not known.

    `known` is what was measured of the instrument before: it gives what the journal does not.
    """
    quote = arrival(case)
    session = case.session(released_at(case))
    lacking = _lacking(case, quote, session)
    if lacking or quote.px is None or session is None:
        return EstimateSection(reason=lacking)
    try:
        made = _estimator(case, quote.px, session, impact, known)
        return _section(case, made, quote)
    except ImpactInputError as error:
        return EstimateSection(reason=str(error))


def _lacking(case: Case, quote: Mark, session: CalendarDay | None) -> str:
    if case.record.status is OrdStatus.REJECTED:
        return "the order was refused"
    if quote.px is None:
        return f"no price at arrival: {quote.reason}"
    if session is None:
        return "no calendar has the session that it was for"
    return "" if released_at(case) < session.close else "it was released after the close"


# --- what was known


def _estimator(
    case: Case, px: Fraction, session: CalendarDay, impact: ImpactFile, known: SymbolProfile | None
) -> _Estimator:
    rules = impact.pretrade
    question = _question(case, _profile(case, px, session, known), session)
    inputs = _sourced(case, inputs_of(question, rules), known)
    order = impact_order(question, inputs)
    dates = Dates(question=question, inputs=inputs, clock=clock_of(question, inputs))
    urgency = urgency_of(situation_of(dates, order, rules), rules)[0]
    legs, schedule = _schedule(case, dates)
    return _Estimator(
        question=question,
        inputs=inputs,
        order=order,
        dates=dates,
        placement=place(question.venues, rules, urgency),
        urgency=urgency,
        schedule=schedule,
        legs=legs,
        models=impact.on(session.day),
    )


def _question(case: Case, profile: SymbolProfile, session: CalendarDay) -> Question:
    record = case.record
    start = max(released_at(case), session.open)
    end = min(record.end or session.close, session.close)
    later = tuple(each for each in case.sessions if each.day > session.day)[: DATES_MOST - 1]
    return Question(
        instrument=case.instrument,
        side=record.side,
        qty=record.quantities[0][1] if record.quantities else record.qty,
        session=session,
        start=start,
        end=end if end > start else session.close,
        profile=profile,
        overrides=Overrides(),
        urgency=_asked_urgency(case),
        venues=tuple(case.venues.values()),
        curve=case.curve,
        curve_source="configured" if case.curve else "assumed: even over the session",
        session_part=(session.close - session.open) / max(each.close - each.open for each in case.sessions),
        later=later,
        dates_most=1 + sum(each.open < _expiry(case) for each in later),
    )


def _expiry(case: Case) -> Ns:
    """When an order good till a date is over; of another nothing says that it has a later date."""
    request = case.record.request
    good_till = request is not None and request.strategy is not None and request.tif is TimeInForce.GTD
    return request.expire_time or 0 if request is not None and good_till else 0


def _profile(case: Case, px: Fraction, session: CalendarDay, known: SymbolProfile | None) -> SymbolProfile:
    """What was on the screen: the quote, and of the instrument what was measured before, or the date's volatility."""
    scale, spread = case.instrument.price_scale, _spread(case)
    if known is not None:
        seen = known.spread if spread is None else spread / scale
        return replace(known, price=float(px / scale), adv=known.adv or case.instrument.adv or None, spread=seen)
    return SymbolProfile(
        symbol=case.record.symbol,
        currency=case.instrument.currency,
        as_of=session.day,
        days=0,
        price=float(px / scale),
        adv=case.instrument.adv or None,
        sigma_intraday=so_far(case).over((session.close - session.open) / SECOND) or None,
        spread=None if spread is None else spread / scale,
    )


def _spread(case: Case) -> Px | None:
    quote = case.quotes.at(case.record.arrived_at - 1)
    return quote.spread if quote else None


def so_far(case: Case) -> Volatility:
    """The volatility of the date as it was to be seen when the order came."""
    at = min(case.record.arrived_at, case.as_of)
    return measure(replace(case, as_of=at), at, at)


def _asked_urgency(case: Case) -> Urgency | None:
    request = case.record.request
    asked = dict(request.params).get("Urgency", "") if request else ""
    return next((each for each in URGENCIES if each.lower() == asked.lower()), None)


def _sourced(case: Case, inputs: Inputs, known: SymbolProfile | None) -> Inputs:
    """The inputs, each with where it is from here."""
    changed = {"price": replace(inputs.price, source="midpoint at arrival")}
    if known is None or known.adv is None:
        changed["adv"] = replace(inputs.adv, source="configured")
    if _spread(case) is not None:
        changed["spread"] = replace(inputs.spread, source="quoted at arrival")
    if known is None and so_far(case).per_second:
        changed["sigma"] = _measured(inputs.sigma, so_far(case))
    return replace(inputs, **changed)


def _measured(figure: Figure, sigma: Volatility) -> Figure:
    """A day's volatility from the session's so far: its own error, and how far the night's part is assumed."""
    assert sigma.per_second, sigma
    error = Z95 * (sigma.error or 0.0) / sigma.per_second
    return replace(
        figure,
        low=figure.low * max(0.0, 1 - error),
        high=figure.high * (1 + error),
        source=f"{_SO_FAR}: {sigma.basis}; assumed: the night's part",
    )


def _schedule(case: Case, dates: Dates) -> tuple[tuple[Leg, ...], str]:
    """The path to estimate, within the sessions, and what it is."""
    question = dates.question
    stated = case.record.plans[0].points if case.record.plans else ()
    points = tuple(_within(stated, question.session, question.qty))
    if len(points) < 2 or points[-1].qty <= points[0].qty or points[-1].at - points[0].at < SHORTEST:
        end = min(question.start + SHORTEST, question.session.close)
        return one_leg(question, (SchedulePoint(question.start, 0), SchedulePoint(end, question.qty)), end), AT_ONCE
    if question.dates_most == 1:
        return one_leg(question, points, points[-1].at), STATED

    def expected(_: AlgoParams, terms: OrderTerms) -> Sequence[SchedulePoint]:
        return points if terms.session_open == question.session.open else _by_volume(terms)

    return dates.legs(question.dates_most, _asked_params(case), expected), STATED_FIRST


def _within(points: Sequence[SchedulePoint], session: CalendarDay, qty: Qty) -> Iterator[SchedulePoint]:
    """Of several dates the first; what is stated beyond the order's quantity is not expected."""
    for point in points:
        if point.at <= session.close:
            yield SchedulePoint(max(point.at, session.open), min(point.qty, qty))


def _by_volume(terms: OrderTerms) -> tuple[SchedulePoint, ...]:
    """All of a date's share, in proportion to the volume that is expected."""
    clock = DayClock(terms.session_open, terms.session_close, tuple(map(float, terms.curve)), ())
    edges = clock.edges(terms.start, terms.end)
    begun = clock.volume_until(terms.start)
    whole = clock.volume_until(terms.end) - begun
    done = ((clock.volume_until(at) - begun) / whole if whole else 1.0 for at in edges[:-1])
    inner = tuple(SchedulePoint(at, int(terms.qty * part)) for at, part in zip(edges[:-1], done, strict=True))
    return (*inner, SchedulePoint(edges[-1], terms.qty))


def _asked_params(case: Case) -> AlgoParams:
    """What every algorithm shares of the parameters asked for: how the dates share the order is in it."""
    request = case.record.request
    shared = {field.name for field in param_fields(AlgoParams)}
    pairs = tuple(pair for pair in request.params if pair[0] in shared) if request else ()
    instrument = case.instrument
    params = parse_params(AlgoParams, pairs, price_scale=instrument.price_scale, lot=instrument.round_lot)
    return AlgoParams() if isinstance(params, ParamRefusal) else params


# --- what came of it


def _section(case: Case, made: _Estimator, quote: Mark) -> EstimateSection:
    planned = made.along(made.legs)
    cost = _realised(case, quote)
    path = _traded(case, made.question)
    risk = _risk(case, made, planned.risk, "one standard deviation, by that volatility")
    realised_risk = None
    if path and cost is not None:
        realised_risk = _risk(case, made, made.along(path).risk, "along the fills, same volatility")
    expected = planned.expected()
    lines = frontiers(made.dates, made.order, made.models, made.placement)
    return EstimateSection(
        algorithm=case.record.algorithm,
        urgency=made.urgency,
        schedule=made.schedule,
        model=planned.middle.model,
        expected=expected,
        outcome=planned.outcome(),
        timing_risk=risk,
        realised=cost,
        realised_risk=realised_risk,
        score=_score(cost.value - expected.value, risk) if cost and planned.risk else None,
        models=tuple(_model_lines(planned)),
        frontiers=tuple(
            FrontierLine(name, tuple(RiskPoint(each.risk, each.cost) for each in points))
            for name, points in lines.items()
        ),
        inputs=tuple(NamedFigure(name, figure) for name, figure in made.inputs.figures()),
        assumed=tuple(_assumed(made)),
        reasons=_reasons(cost is None, not path, planned.risk == 0),
    )


def _risk(case: Case, made: _Estimator, risk: float, source: str) -> Figure:
    """Proportional to the session's volatility, and so is its interval; the night's part has no part in it."""
    measured, sigma = so_far(case), made.inputs.sigma
    error = Z95 * (measured.error or 0.0) / measured.per_second if measured.per_second else None
    ends = (sigma.low / sigma.value, sigma.high / sigma.value) if error is None else (max(0.0, 1 - error), 1 + error)
    return spanning(risk, *(risk * end for end in ends), unit="bps", source=source)


def _score(more: float, risk: Figure) -> Figure:
    ends = [more / bound for bound in (risk.low, risk.high) if bound]
    return spanning(more / risk.value, *ends, unit="timing risks", source="realised less expected")


def _reasons(no_cost: bool, no_path: bool, no_risk: bool) -> dict[str, str]:
    """By the field that lacks a figure."""
    if no_cost:
        return dict.fromkeys(("realised", "realised_risk", "score"), "nothing was filled")
    found = {"realised_risk": "a fill of it lies outside the sessions that it was for"} if no_path else {}
    return found | ({"score": "there is no timing risk"} if no_risk else {})


def _realised(case: Case, quote: Mark) -> Figure | None:
    record = case.record
    cost = cost_against(record.side, record.cum_qty, record.notional, quote.px)
    if cost is None or quote.px is None:
        return None
    paid = Fraction(sum(case.fee(fill) for fill in case.fills), 1_000_000)
    base = case.currency(record.cum_qty * quote.px)
    return exact(cost.bps + float(paid / base) * BPS, "bps", "fills against the midpoint at arrival, and fees")


def _traded(case: Case, question: Question) -> tuple[Leg, ...]:
    """Cumulative fills as a path; nothing where some are outside the sessions that it could be worked in."""
    fills = sorted(case.fills, key=lambda fill: fill.at)
    sessions = (question.session, *question.later)
    by_date = [[fill for fill in fills if each.open <= fill.at <= each.close] for each in sessions]
    if not fills or fills[0].at < question.start or sum(map(len, by_date)) < len(fills):
        return ()
    count = max(index for index, each in enumerate(by_date, 1) if each)
    legs, done = list[Leg](), 0
    for session, todays in zip(sessions[:count], by_date, strict=False):
        start = question.start if session is question.session else session.open
        points = [SchedulePoint(start, done)]
        for fill in todays:
            done += fill.qty
            points.append(SchedulePoint(fill.at, done))
        # What is over within one instant still took a moment: a path has a length.
        last = max(points[-1].at, start + SECOND)
        if last > session.close:
            return ()
        legs.append(Leg(session=session, start=start, end=last, points=(*points, SchedulePoint(last, done))))
    return tuple(legs)


def _model_lines(planned: Evaluation) -> Iterator[ModelLine]:
    for each in planned.estimates:
        yield ModelLine(
            model=each.model,
            spread=each.spread,
            temporary=each.temporary,
            permanent=each.permanent,
            total=each.total,
            outside=each.outside,
        )


def _assumed(made: _Estimator) -> Iterator[str]:
    for name, figure in made.inputs.figures():
        if "assumed" in figure.source:
            yield f"{name}: {figure.source}"
    profile, day = made.question.profile, made.question.session.day
    if profile is not None and profile.days and profile.as_of >= day:
        yield f"the profile is of {profile.as_of}: it knows the day of the order, {day}, or what came after"
    for name, source in (("volume curve", made.inputs.curve_source), ("variance curve", made.inputs.variance_source)):
        if "assumed" in source:
            yield f"{name}: {source}"
    if "assumed" in made.schedule:
        yield f"schedule: {made.schedule}"
