"""Every installed algorithm under a range of urgencies, horizons and rates: its parameters, and its schedule.

What an algorithm asks for is read from its own parameters, so that a stranger's is tried like ours: where it requires a
rate of volume, rates; otherwise urgencies and horizons; over several dates the router's ways to share it out, of which
a rate takes All. One that requires something else is named as not estimated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from router.core.algo import AlgoFactory, SchedulePoint
from router.core.params import AlgoParams, ParamRefusal, param_fields, parse_params, show_time
from router.core.types import PPM, Ns
from router.tca.pretrade.dates import Dates, Leg
from router.tca.pretrade.question import Inputs, Question
from router.tca.pretrade.rules import PretradeRules, Urgency

URGENCIES: tuple[Urgency, ...] = ("Low", "Medium", "High")


class Candidate(Struct, frozen=True, kw_only=True):
    """One strategy with its parameters, as (name, text) of StrategyParametersGrp (957), and its stated schedule."""

    strategy: str
    urgency: Urgency
    rate: float | None
    """The share of volume that it was given, where it takes one."""
    settings: tuple[tuple[str, str], ...]
    legs: tuple[Leg, ...]
    """Its dates, up to the one on which it is done."""
    dates: int = 1
    """Trading dates that it is given."""
    day_schedule: str = ""
    """DaySchedule of several dates."""
    interval_ns: Ns | None
    variance: float
    """By how much of itself a slice may vary, in all: half of it either way."""

    @property
    def schedule(self) -> tuple[SchedulePoint, ...]:
        """Shares done by when, over all its dates."""
        return tuple(point for leg in self.legs for point in leg.points)

    @property
    def end(self) -> Ns:
        """The end of its last date's window."""
        return self.legs[-1].end

    @property
    def window_ns(self) -> Ns:
        """Time in which it may trade, from its first to its last window."""
        return sum(leg.end - leg.start for leg in self.legs)

    @property
    def trading_ns(self) -> Ns:
        """Time in which it expects to trade."""
        return sum(leg.points[-1].at - leg.points[0].at for leg in self.legs)

    @property
    def takes(self) -> str:
        """Why it has the rate that it has, or none."""
        return "a rate of the volume, as given" if self.rate is not None else "works to its own schedule, takes no rate"


class NotEstimated(Struct, frozen=True):
    """An installed algorithm of which nothing can be said, and why."""

    strategy: str
    why: str


class Bounds(Struct, frozen=True, kw_only=True):
    """What binds every candidate: the part of the volume that it may be; and the urgency, which a rate has, too."""

    limit: float
    urgency: Urgency


def candidates(
    dates: Dates, rules: PretradeRules, bounds: Bounds, algos: Mapping[str, AlgoFactory], numbers: Sequence[int]
) -> tuple[tuple[Candidate, ...], tuple[NotEstimated, ...]]:
    """What is tried on these numbers of dates, in order of name, and what is not."""
    tried: list[Candidate] = []
    left_out: list[NotEstimated] = []
    for name, algo in sorted(algos.items()):
        for pace, span in _choices(dates, rules, bounds, algo, numbers):
            found = _candidate(name, algo, dates, pace, span)
            if isinstance(found, Candidate):
                tried.append(found)
            elif found not in left_out:
                left_out.append(found)
    return tuple(tried), tuple(left_out)


class _Pace(Struct, frozen=True):
    """How fast: an urgency, or a rate of the volume."""

    urgency: Urgency
    rate: float | None
    settings: tuple[tuple[str, str], ...]


class _Span(Struct, frozen=True):
    """How long: a part of one date, or several dates."""

    dates: int
    settings: tuple[tuple[str, str], ...]
    day_schedule: str = ""


def _choices(
    dates: Dates, rules: PretradeRules, bounds: Bounds, algo: AlgoFactory, numbers: Sequence[int]
) -> Iterator[tuple[_Pace, _Span]]:
    paces = tuple(_paces(dates.inputs, rules, bounds, algo))
    for number in numbers:
        for pace in paces:
            spans = (
                _one_date(dates.question, rules, pace) if number == 1 else _several(dates, number, pace, bounds.limit)
            )
            for span in spans:
                yield pace, span


def _paces(inputs: Inputs, rules: PretradeRules, bounds: Bounds, algo: AlgoFactory) -> Iterator[_Pace]:
    fields = {field.attribute: field for field in param_fields(algo.Params)}
    known, limit = _known(inputs, fields), ("MaxParticipation", rate_text(bounds.limit))
    if fields["participation_rate"].required:
        # The limit itself is a rate, too: what does not fit is to follow the volume at it.
        for rate in sorted({*rules.rates, bounds.limit}):
            # One above the limit is shown beside the others, and is not to be sent.
            held = (limit,) if rate <= bounds.limit else ()
            own = (("ParticipationRate", rate_text(rate)), ("Urgency", bounds.urgency), *held)
            yield _Pace(bounds.urgency, rate, (*own, *known))
        return
    for urgency in URGENCIES:
        yield _Pace(urgency, None, (("Urgency", urgency), limit, *known))


def _one_date(question: Question, rules: PretradeRules, pace: _Pace) -> Iterator[_Span]:
    """A rate says by itself how long it takes."""
    for part in rules.horizons if pace.rate is None else (1,):
        end = question.start + round((question.end - question.start) * part)
        yield _Span(1, (("StartTime", show_time(question.start)), ("EndTime", show_time(end))))


def _several(dates: Dates, number: int, pace: _Pace, limit: float) -> Iterator[_Span]:
    """Without a StartTime, which would hold on each date. All takes as many dates as it needs, of the most."""
    question = dates.question
    extra = ("All",) if number == question.dates_most else ()
    end = () if question.end == question.session.close else (("EndTime", show_time(question.end)),)
    if pace.rate is not None:
        schedules: tuple[str, ...] = ("All",) if pace.rate <= limit else ()
    else:
        schedules = (*(("Even",) if _alike(dates, number) else ("Even", "Volume")), *extra)
    for schedule in schedules:
        yield _Span(number, (*end, ("DaySchedule", schedule)), schedule)


def _alike(dates: Dates, number: int) -> bool:
    """Whether all the dates have as much time from the same hour on."""
    windows = (dates.window(date) for date in dates.clock.dates[:number])
    lengths = {
        (end - start, date.session.close - end) for date, (start, end) in zip(dates.clock.dates, windows, strict=False)
    }
    return len(lengths) == 1


def rate_text(rate: float) -> str:
    """A part of the volume as a parameter: decimal, to a millionth."""
    return f"{rate:.6f}".rstrip("0")


def _known(inputs: Inputs, fields: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Parameters that an algorithm's model takes and that are known here."""
    sigma = min(1.0, max(0.0001, round(inputs.sigma.value, 6)))
    values = {"volatility": ("Volatility", f"{sigma:f}"), "adv": ("Adv", str(round(inputs.adv.value)))}
    return tuple(pair for attribute, pair in values.items() if attribute in fields)


def _candidate(name: str, algo: AlgoFactory, dates: Dates, pace: _Pace, span: _Span) -> Candidate | NotEstimated:
    instrument, settings = dates.question.instrument, (*span.settings, *pace.settings)
    params = parse_params(algo.Params, settings, price_scale=instrument.price_scale, lot=instrument.round_lot)
    if isinstance(params, ParamRefusal):
        return NotEstimated(name, params.text)
    legs = dates.legs(span.dates, params, algo.expected_schedule)
    if not legs or legs[-1].points[-1].qty <= 0:
        return NotEstimated(name, "its schedule trades nothing in the time there is")
    return Candidate(
        strategy=name,
        urgency=pace.urgency,
        rate=pace.rate,
        settings=settings,
        legs=legs,
        dates=span.dates,
        day_schedule=span.day_schedule,
        interval_ns=_attribute(params, "interval"),
        variance=(_attribute(params, "variance") or 0) / PPM,
    )


def _attribute(params: AlgoParams, name: str) -> int | None:
    value = getattr(params, name, None)
    return value if isinstance(value, int) else None
