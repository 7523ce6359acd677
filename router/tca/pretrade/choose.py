"""Which strategy, and why in words: a table of rules, the first that holds decides; then the least risk-adjusted cost.

The rule names strategies by preference, and an urgency. Of the candidates of the first that is installed, the one of
least cost + lambda risk^2 is taken, with lambda by urgency, among those that complete and stay within the
participation limit; where none does, among all. Knows no model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from router.core.types import SECOND
from router.tca.impact.terms import ImpactInputError
from router.tca.pretrade.evaluate import Evaluation
from router.tca.pretrade.question import MINUTE
from router.tca.pretrade.rules import PretradeRules, Urgency

LEAST: Final = 1e-5
"""Parts below are written as less than that."""
SLACK: Final = 1e-6
"""A rate is counted in millionths."""


class Situation(Struct, frozen=True, kw_only=True):
    """What the rules look at."""

    stated: Urgency | None
    """Urgency as asked."""
    size: float
    """Of ADV."""
    pace: float
    """Own share of all volume that it takes to be done in the time there is."""
    dates: int = 1
    """Trading dates that it may take."""
    dates_needed: int | None = 1
    """The least trading dates in which it fits under the limit; None: more than are known."""
    max_participation: float
    sigma: float
    spread_bps: float
    daily_value: float
    """ADV x price, `currency`."""
    currency: str
    has_curve: bool
    against: float = 0.0
    """How far the price is expected to move against the order in a day, a fraction; negative: in its favour."""
    session_part: float = 1.0
    """The first date's session as a part of an ordinary one."""
    events_today: tuple[str, ...] = ()
    events_next: tuple[str, ...] = ()
    """Those ahead that raise the volatility."""
    events_other: tuple[str, ...] = ()
    """Those ahead that do not."""

    @property
    def fits(self) -> bool:
        """Whether it can be done in time under the limit."""
        return self.dates_needed is not None and self.dates_needed <= self.dates


class Rule(Struct, frozen=True):
    """When it holds, which strategies it asks for (in order of preference), and why."""

    name: str
    holds: Callable[[Situation, Urgency, PretradeRules], bool]
    strategies: tuple[str, ...]
    why: Callable[[Situation, Urgency, PretradeRules], str]


class Choice(Struct, frozen=True, kw_only=True):
    """The recommendation: what, under which rule, at which urgency, and the reasons."""

    evaluation: Evaluation
    rule: str
    urgency: Urgency
    reasons: tuple[str, ...]


EVENT_AHEAD: Final = "event-ahead"
STRATEGY_RULES: Final = (
    Rule(
        "does-not-fit",
        lambda it, _, __: not it.fits,
        ("POV",),
        lambda it, _, __: (
            f"To be done in time it would have to be {_percent(it.pace)} of the volume, above the limit of "
            f"{_percent(it.max_participation)}: it follows the volume at the limit, and leaves the rest."
        ),
    ),
    Rule(
        "too-little-time",
        lambda it, _, __: not it.fits,
        ("VWAP", "TWAP"),
        lambda it, _, __: (
            f"To be done in time it would have to be {_percent(it.pace)} of the volume, above the limit of "
            f"{_percent(it.max_participation)}, and at the limit not a round lot would trade: "
            "a longer horizon is needed."
        ),
    ),
    Rule(
        EVENT_AHEAD,
        lambda it, _, __: bool(it.events_next),
        ("IS",),
        lambda it, _, __: (
            f"Ahead: {'; '.join(it.events_next)}. What is not done by then is exposed to it, so the order is "
            "done early rather than evenly."
        ),
    ),
    Rule(
        "thin",
        lambda it, _, rules: it.spread_bps >= rules.wide_spread_bps or it.daily_value < rules.thin_notional,
        ("POV", "VWAP"),
        lambda it, _, __: (
            f"Thin: a spread of {it.spread_bps:.1f} bps, {it.daily_value:,.0f} {it.currency} a day. Volume comes in "
            "lumps, so the order follows it, not a clock."
        ),
    ),
    Rule(
        "urgent",
        lambda _, urgency, __: urgency == "High",
        ("IS",),
        lambda *_: "Urgent: shortfall against the arrival price is weighed against its risk, and risk counts most.",
    ),
    Rule(
        "large",
        lambda it, urgency, rules: it.size >= rules.large_size and urgency == "Medium",
        ("IS", "VWAP"),
        lambda it, _, rules: (
            f"Large: {_percent(it.size)} of ADV, from {_percent(rules.large_size)} on impact and risk are "
            "both of weight, and are traded against each other."
        ),
    ),
    Rule(
        "no-curve",
        lambda it, _, __: not it.has_curve,
        ("TWAP",),
        lambda *_: "No volume curve is known: time is all there is to go by.",
    ),
    Rule(
        "ordinary",
        lambda *_: True,
        ("VWAP", "TWAP"),
        lambda it, _, __: (
            f"Ordinary: {_percent(it.size)} of ADV, no event, no urgency. In proportion to the volume it costs "
            "least impact."
        ),
    ),
)
"""In order; the last always holds."""


def urgency_of(it: Situation, rules: PretradeRules) -> tuple[Urgency, str]:
    """The urgency, and the reason: as asked, or from events, volatility, momentum and size."""
    if it.stated is not None:
        return it.stated, f"Urgency {it.stated}, as asked."
    if it.events_next:
        return "High", "Urgency High: an event is ahead that the order should not wait for."
    if it.sigma >= rules.volatile:
        return "High", f"Urgency High: {_percent(it.sigma)} a day is volatile, from {_percent(rules.volatile)} on."
    if it.against >= rules.adverse_drift * it.sigma:
        said = f"the price is expected to move against the order, by {rules.adverse_drift:g} daily volatilities or more"
        return "High", f"Urgency High: {said}."
    if it.size < rules.small_size:
        return "Low", f"Urgency Low: {_percent(it.size)} of ADV is small, below {_percent(rules.small_size)}."
    return "Medium", "Urgency Medium: neither volatile, nor small, nor before an event."


def choose(
    it: Situation, evaluations: Sequence[Evaluation], rules: PretradeRules, longer: Sequence[Evaluation] = ()
) -> Choice:
    """The recommendation among `evaluations`. ImpactInputError where there is none.

    `longer` is what would complete if the order might take the trading dates that it needs: said, not recommended.
    """
    if not evaluations:
        raise ImpactInputError("strategies: at least one installed algorithm must state a schedule: got none")
    urgency, because = urgency_of(it, rules)
    rule, strategy = _rule(it, urgency, evaluations, rules)
    aversion = rules.risk_aversion.of(urgency)
    of_it = [each for each in evaluations if each.candidate.strategy == strategy and meant(each, urgency)]
    within = [each for each in of_it if allowed(each, it)]
    best = min(within or of_it, key=lambda each: _preference(each, it, aversion, fits=bool(within)))
    reasons = (
        because,
        rule.why(it, urgency, rules),
        *_if_urgent(it, rules),
        *_if_longer(it, [each for each in longer if meant(each, urgency)], aversion),
        *_conditions(it, rule),
        _horizon(best, len(of_it), urgency, aversion),
        *_left(best),
        *_against(best, evaluations, it, aversion),
    )
    return Choice(evaluation=best, rule=rule.name, urgency=urgency, reasons=reasons)


def best_of(evaluations: Sequence[Evaluation], it: Situation, aversion: float) -> Evaluation:
    """Of what completes within the limit the least risk-adjusted cost; where nothing does, of all."""
    return min(takeable(evaluations, it), key=lambda each: each.adjusted(aversion))


def takeable(evaluations: Sequence[Evaluation], it: Situation) -> Sequence[Evaluation]:
    """What could be taken: what completes within the limit, or anything where nothing does."""
    return [each for each in evaluations if allowed(each, it)] or evaluations


def _rule(it: Situation, urgency: Urgency, evaluations: Sequence[Evaluation], rules: PretradeRules) -> tuple[Rule, str]:
    installed = {each.candidate.strategy for each in evaluations}
    for rule in STRATEGY_RULES:
        wanted = [name for name in rule.strategies if name in installed]
        if wanted and rule.holds(it, urgency, rules):
            return rule, wanted[0]
    # Only strangers' algorithms are installed: the first that there is, under the rule that always holds.
    return STRATEGY_RULES[-1], evaluations[0].candidate.strategy


def meant(evaluation: Evaluation, urgency: Urgency) -> bool:
    """Of the urgency; a rate of volume stands for one of its own."""
    return evaluation.candidate.rate is not None or evaluation.candidate.urgency == urgency


def allowed(evaluation: Evaluation, it: Situation) -> bool:
    """Whether it completes, and on no date is more of the volume than the limit."""
    return evaluation.left <= 0 and _bound(evaluation) <= it.max_participation + SLACK


def _bound(evaluation: Evaluation) -> float:
    """What the limit binds, a part of the volume: a rate, or that of the busiest date."""
    rate = evaluation.candidate.rate
    return evaluation.busiest if rate is None else rate


def _preference(evaluation: Evaluation, it: Situation, aversion: float, *, fits: bool) -> tuple[float, float, float]:
    """Least risk-adjusted cost; where nothing fits, first what is nearest to the limit from below and leaves least."""
    if fits:
        return 0.0, 0.0, evaluation.adjusted(aversion)
    over = _bound(evaluation) - it.max_participation
    return (over if over > 0 else -over / 1000), evaluation.left, evaluation.adjusted(aversion)


def _conditions(it: Situation, rule: Rule) -> tuple[str, ...]:
    said = (
        f"{_percent(it.size)} of ADV; {_percent(it.pace)} of the volume if it takes all the time there is; "
        f"{_percent(it.sigma)} a day; a spread of {it.spread_bps:.1f} bps; {it.daily_value:,.0f} {it.currency} traded "
        "a day."
    )
    short = (f"A short day: {_percent(it.session_part)} of an ordinary session.",) if it.session_part < 1 else ()
    drift = (f"The price is expected to move by {_drift(it.against)} of the order in a day.",) if it.against else ()
    moving = () if rule.name == EVENT_AHEAD else it.events_next
    events = [("Today", it.events_today), ("Ahead", moving), ("Ahead, and no reason for haste", it.events_other)]
    return (said, *drift, *short, *(f"{when}: {each}." for when, texts in events for each in texts))


def _if_urgent(it: Situation, rules: PretradeRules) -> tuple[str, ...]:
    most = rules.max_participation.high
    if it.fits or not it.max_participation < it.pace <= most:
        return ()
    return (f"At urgency High, whose limit is {_percent(most)}, it would fit in time.",)


def _if_longer(it: Situation, longer: Sequence[Evaluation], aversion: float) -> tuple[str, ...]:
    """What an order that does not fit would take, and cost."""
    if it.fits:
        return ()
    if it.dates_needed is None:
        return ("Under the limit it would not fit in the trading dates that are looked at, either.",)
    dates = f"Under the limit it would fit in {it.dates_needed} trading dates"
    if not longer:
        return (f"{dates}, but no strategy that is tried completes in them.",)
    best = min(longer, key=lambda each: each.adjusted(aversion))
    how, until = f"{best.candidate.strategy} at {_pace(best)}", best.parts[-1].day
    return (f"{dates}: {how} to {until}, {best.cost:.1f} bps expected, risk {best.risk:.1f} bps.",)


def _left(best: Evaluation) -> tuple[str, ...]:
    if not best.left:
        return ()
    said = (
        f"It leaves {best.left:,.0f} shares, {_percent(best.left_part)} of the order, whose price moves by "
        f"{best.left_risk:.1f} bps of the whole order a day: the cost above is of what it does."
    )
    return (said,)


def _horizon(best: Evaluation, tried: int, urgency: Urgency, aversion: float) -> str:
    dates = f", on {len(best.parts)} trading dates" if len(best.parts) > 1 else ""
    return (
        f"Of {tried} ways to work it this has the least cost + {aversion:g} x risk^2 for urgency {urgency}: "
        f"{best.cost:.1f} bps, risk {best.risk:.1f} bps, {_percent(best.participation)} of the volume{dates}."
    )


def _against(best: Evaluation, evaluations: Sequence[Evaluation], it: Situation, aversion: float) -> tuple[str, ...]:
    """What the rule gave up for its reason, where something else is reckoned better."""
    complete = [each for each in evaluations if allowed(each, it)]
    if not complete:
        return ("No strategy completes within the participation limit.",)
    least = min(complete, key=lambda each: each.adjusted(aversion))
    lost = best.adjusted(aversion) - least.adjusted(aversion)
    if least is best or lost < 0.05:
        return ()
    said = f"{least.cost:.1f} bps, risk {least.risk:.1f} bps"
    return (f"By the models alone {_named(least)} would be {lost:.1f} bps better, risk counted: {said}.",)


def _named(evaluation: Evaluation) -> str:
    """`VWAP at urgency Low for 98 minutes`."""
    candidate = evaluation.candidate
    dates = f" on {len(candidate.legs)} trading dates" if len(candidate.legs) > 1 else ""
    time = candidate.trading_ns
    lasts = f"{time / MINUTE:.0f} minutes" if time >= MINUTE else f"{time / SECOND:.0f} seconds"
    return f"{candidate.strategy} at {_pace(evaluation)} for {lasts}{dates}"


def _pace(evaluation: Evaluation) -> str:
    candidate = evaluation.candidate
    return f"urgency {candidate.urgency}" if candidate.rate is None else f"a rate of {_percent(candidate.rate)}"


def _drift(against: float) -> str:
    return f"{10_000 * abs(against):.1f} bps {'to the cost' if against > 0 else 'in favour'}"


def _percent(part: float) -> str:
    if part >= 10:
        return f"{100 * part:,.0f} %"
    return f"{100 * part:.3g} %" if part >= LEAST or not part else f"less than {100 * LEAST:g} %"
