"""Every installed algorithm under a range of urgencies, horizons and rates: its parameters, and its schedule.

What an algorithm asks for is read from its own parameters, so that a stranger's is tried like ours: where it requires a
rate of volume, rates; otherwise urgencies and horizons. One that requires something else is named as not estimated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from router.core.algo import AlgoFactory, OrderTerms, SchedulePoint
from router.core.params import AlgoParams, ParamRefusal, param_fields, parse_params, show_time
from router.core.types import PPM, Ns, OrdType
from router.tca.pretrade.question import Inputs, Question
from router.tca.pretrade.rules import PretradeRules, Urgency

URGENCIES: tuple[Urgency, ...] = ("Low", "Medium", "High")
SLICED = "interval", "variance"
"""Attributes of our algorithms' parameters that say how a schedule is cut; a stranger's may lack them."""


class Candidate(Struct, frozen=True, kw_only=True):
    """One strategy with its parameters, as (name, text) of StrategyParametersGrp (957), and its stated schedule."""

    strategy: str
    urgency: Urgency
    rate: float | None
    """The share of volume that it was given, where it takes one."""
    end: Ns
    settings: tuple[tuple[str, str], ...]
    schedule: tuple[SchedulePoint, ...]
    interval_ns: Ns | None
    variance: float
    """By how much of itself a slice may vary, in all: half of it either way."""


class NotEstimated(Struct, frozen=True):
    """An installed algorithm of which nothing can be said, and why."""

    strategy: str
    why: str


def candidates(
    question: Question, inputs: Inputs, rules: PretradeRules, algos: Mapping[str, AlgoFactory]
) -> tuple[tuple[Candidate, ...], tuple[NotEstimated, ...]]:
    """What is tried, in order of name, and what is not."""
    tried: list[Candidate] = []
    left_out: list[NotEstimated] = []
    for name, algo in sorted(algos.items()):
        for choice in _choices(question, inputs, rules, algo):
            found = _candidate(name, algo, question, inputs, choice)
            if isinstance(found, Candidate):
                tried.append(found)
            elif found not in left_out:
                left_out.append(found)
    return tuple(tried), tuple(left_out)


class _Choice(Struct, frozen=True):
    urgency: Urgency
    rate: float | None
    end: Ns
    settings: tuple[tuple[str, str], ...]


def _choices(question: Question, inputs: Inputs, rules: PretradeRules, algo: AlgoFactory) -> Iterator[_Choice]:
    fields = {field.attribute: field for field in param_fields(algo.Params)}
    known = _known(inputs, fields)
    if fields["participation_rate"].required:
        for rate in rules.rates:
            yield _Choice("Medium", rate, question.end, (("ParticipationRate", f"{rate:g}"), *known))
        return
    for urgency in URGENCIES:
        for part in rules.horizons:
            end = question.start + round((question.end - question.start) * part)
            yield _Choice(urgency, None, end, (("Urgency", urgency), *known))


def _known(inputs: Inputs, fields: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Parameters that an algorithm's model takes and that are known here."""
    sigma = min(1.0, max(0.0001, round(inputs.sigma.value, 6)))
    values = {"volatility": ("Volatility", f"{sigma:f}"), "adv": ("Adv", str(round(inputs.adv.value)))}
    return tuple(pair for attribute, pair in values.items() if attribute in fields)


def _candidate(
    name: str, algo: AlgoFactory, question: Question, inputs: Inputs, choice: _Choice
) -> Candidate | NotEstimated:
    instrument = question.instrument
    settings = (("StartTime", show_time(question.start)), ("EndTime", show_time(choice.end)), *choice.settings)
    params = parse_params(algo.Params, settings, price_scale=instrument.price_scale, lot=instrument.round_lot)
    if isinstance(params, ParamRefusal):
        return NotEstimated(name, params.text)
    schedule = algo.expected_schedule(params, _terms(question, inputs, choice.end))
    if not schedule or schedule[-1].qty <= 0:
        return NotEstimated(name, "its schedule trades nothing in the time there is")
    return Candidate(
        strategy=name,
        urgency=choice.urgency,
        rate=choice.rate,
        end=choice.end,
        settings=settings,
        schedule=_until_done(schedule),
        interval_ns=_attribute(params, "interval"),
        variance=(_attribute(params, "variance") or 0) / PPM,
    )


def _attribute(params: AlgoParams, name: str) -> int | None:
    value = getattr(params, name, None)
    return value if isinstance(value, int) else None


def _until_done(schedule: Sequence[SchedulePoint]) -> tuple[SchedulePoint, ...]:
    """Without what comes after the whole is done: waiting with nothing costs nothing."""
    last = next(index for index, point in enumerate(schedule) if point.qty == schedule[-1].qty)
    return tuple(schedule[: last + 1])


def _terms(question: Question, inputs: Inputs, end: Ns) -> OrderTerms:
    return OrderTerms(
        order_id="PRE-TRADE",
        instrument=question.instrument,
        side=question.side,
        qty=question.qty,
        ord_type=OrdType.MARKET,
        limit_px=None,
        start=question.start,
        end=end,
        session_open=question.session.open,
        session_close=question.session.close,
        seed=0,
        # An algorithm follows the continuous session's volume; the auctions' is not there for it.
        adv=max(1, round(inputs.adv.value * inputs.session_volume.value * question.session_part)),
        curve=tuple(round(each * PPM) for each in inputs.curve),
        curve_source=inputs.curve_source,
    )
