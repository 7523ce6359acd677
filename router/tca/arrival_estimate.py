"""What one order should have cost by what was known as it came in, beside what it did: expectation, risk, frontier.

Known then: the configured ADV, volume curve and tariffs, the quote, the volatility of the date so far, the schedule
that the algorithm stated. Nothing later is looked at but the fills themselves, which give the realised point. What was
not known and had to be assumed is listed. In basis points of the midpoint at arrival, fees included, positive is a
cost. Knows no file and no page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from router.core.algo import SchedulePoint
from router.core.profiles import CalendarDay
from router.core.types import SECOND, Ns, OrdStatus, Px, Qty
from router.tca.case import Case
from router.tca.costs import cost_against
from router.tca.impact.parameters import Models
from router.tca.impact.terms import BPS, Z95, ImpactInputError, ImpactOrder
from router.tca.marks import Mark, arrival, released_at
from router.tca.pretrade.assess import clock_of, frontiers, situation_of
from router.tca.pretrade.candidates import URGENCIES, Candidate
from router.tca.pretrade.choose import urgency_of
from router.tca.pretrade.evaluate import Evaluation, evaluate
from router.tca.pretrade.figure import Figure, exact, spanning
from router.tca.pretrade.paths import DayClock
from router.tca.pretrade.placement import Placement, fees, place
from router.tca.pretrade.question import Inputs, Overrides, Question, impact_order, inputs_of
from router.tca.pretrade.rules import ImpactFile, Urgency
from router.tca.profile import SymbolProfile
from router.tca.volatility import Volatility, measure

SHORTEST: Final[Ns] = 60 * SECOND
"""Impact models are of rates over minutes; what is sent at once has none."""
AT_ONCE: Final = "assumed: no schedule of a minute or more was stated, so it is taken to be worked evenly in a minute"
STATED: Final = "the schedule that the algorithm stated at arrival"
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
    clock: DayClock
    placement: Placement
    urgency: Urgency
    schedule: str
    points: tuple[SchedulePoint, ...]
    models: Models

    def along(self, points: Sequence[SchedulePoint], end: Ns) -> Evaluation:
        """The evaluation of a path, by every model."""
        path = self.clock.path(points, end, self.placement.taken)
        day = self.question.session.day
        tariff = fees(self.question.venues, self.placement, day, self.order.price)
        candidate = Candidate(
            strategy="",
            urgency=self.urgency,
            rate=None,
            end=end,
            settings=(),
            schedule=tuple(points),
            interval_ns=None,
            variance=0.0,
        )
        return evaluate(candidate, path, self.order, self.models.all, tariff)


def arrival_estimate(case: Case, impact: ImpactFile) -> EstimateSection:
    """The estimate of one order; a section with the reason where what it takes was not known."""
    quote = arrival(case)
    session = case.session(released_at(case))
    lacking = _lacking(case, quote, session)
    if lacking or quote.px is None or session is None:
        return EstimateSection(reason=lacking)
    try:
        made = _estimator(case, quote.px, session, impact)
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


def _estimator(case: Case, px: Fraction, session: CalendarDay, impact: ImpactFile) -> _Estimator:
    rules = impact.pretrade
    question = _question(case, px, session)
    inputs = _sourced(case, inputs_of(question, rules))
    order, clock = impact_order(question, inputs), clock_of(question, inputs)
    urgency = urgency_of(situation_of(question, inputs, order, clock, rules), rules)[0]
    points, schedule = _schedule(case, question)
    return _Estimator(
        question=question,
        inputs=inputs,
        order=order,
        clock=clock,
        placement=place(question.venues, rules, urgency),
        urgency=urgency,
        schedule=schedule,
        points=points,
        models=impact.on(session.day),
    )


def _question(case: Case, px: Fraction, session: CalendarDay) -> Question:
    record = case.record
    start = max(released_at(case), session.open)
    end = min(record.end or session.close, session.close)
    return Question(
        instrument=case.instrument,
        side=record.side,
        qty=record.quantities[0][1] if record.quantities else record.qty,
        session=session,
        start=start,
        end=end if end > start else session.close,
        profile=_profile(case, px, session),
        overrides=Overrides(),
        urgency=_asked_urgency(case),
        venues=tuple(case.venues.values()),
        curve=case.curve,
        curve_source="configured" if case.curve else "assumed: even over the session",
        session_part=(session.close - session.open) / max(each.close - each.open for each in case.sessions),
    )


def _profile(case: Case, px: Fraction, session: CalendarDay) -> SymbolProfile:
    """What was on the screen: the quote, and the volatility of the date so far, as a session's."""
    scale = case.instrument.price_scale
    spread = _spread(case)
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


def _sourced(case: Case, inputs: Inputs) -> Inputs:
    """The inputs, each with where it is from here."""
    changed = {
        "price": replace(inputs.price, source="midpoint at arrival"),
        "adv": replace(inputs.adv, source="configured"),
    }
    if _spread(case) is not None:
        changed["spread"] = replace(inputs.spread, source="quoted at arrival")
    sigma = so_far(case)
    if sigma.per_second:
        changed["sigma"] = _measured(inputs.sigma, sigma)
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


def _schedule(case: Case, question: Question) -> tuple[tuple[SchedulePoint, ...], str]:
    """The path to estimate, within the session, and what it is."""
    session = question.session
    stated = case.record.plans[0].points if case.record.plans else ()
    points = tuple(_within(stated, session, question.qty))
    if len(points) > 1 and points[-1].qty > points[0].qty and points[-1].at - points[0].at >= SHORTEST:
        return points, STATED
    end = min(question.start + SHORTEST, session.close)
    return (SchedulePoint(question.start, 0), SchedulePoint(end, question.qty)), AT_ONCE


def _within(points: Sequence[SchedulePoint], session: CalendarDay, qty: Qty) -> Iterator[SchedulePoint]:
    """Of several dates the first; what is stated beyond the order's quantity is not expected."""
    for point in points:
        if point.at <= session.close:
            yield SchedulePoint(max(point.at, session.open), min(point.qty, qty))


# --- what came of it


def _section(case: Case, made: _Estimator, quote: Mark) -> EstimateSection:
    planned = made.along(made.points, made.points[-1].at)
    cost = _realised(case, quote)
    path = _traded(case, made.question)
    risk = _risk(case, made, planned.risk, "one standard deviation, by that volatility")
    realised_risk = None
    if path and cost is not None:
        realised_risk = _risk(case, made, made.along(path, path[-1].at).risk, "along the fills, same volatility")
    expected = planned.expected()
    lines = frontiers(made.question, made.order, made.clock, made.models, made.placement)
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
    found = {"realised_risk": "its fills are of several dates"} if no_path else {}
    return found | ({"score": "there is no timing risk"} if no_risk else {})


def _realised(case: Case, quote: Mark) -> Figure | None:
    record = case.record
    cost = cost_against(record.side, record.cum_qty, record.notional, quote.px)
    if cost is None or quote.px is None:
        return None
    paid = Fraction(sum(case.fee(fill) for fill in case.fills), 1_000_000)
    base = case.currency(record.cum_qty * quote.px)
    return exact(cost.bps + float(paid / base) * BPS, "bps", "fills against the midpoint at arrival, and fees")


def _traded(case: Case, question: Question) -> tuple[SchedulePoint, ...]:
    """Cumulative fills as a path; nothing where some are of another session."""
    done, points = 0, [SchedulePoint(question.start, 0)]
    for fill in sorted(case.fills, key=lambda fill: fill.at):
        done += fill.qty
        points.append(SchedulePoint(fill.at, done))
    inside = all(question.start <= point.at <= question.session.close for point in points)
    # What is over within one instant still took a moment: a path has a length.
    last = max(points[-1].at, question.start + SECOND)
    if not done or not inside or last > question.session.close:
        return ()
    return (*points, SchedulePoint(last, done))


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
    for name, source in (("volume curve", made.inputs.curve_source), ("variance curve", made.inputs.variance_source)):
        if "assumed" in source:
            yield f"{name}: {source}"
    if "assumed" in made.schedule:
        yield f"schedule: {made.schedule}"
