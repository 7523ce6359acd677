"""The rule table, row by row, and the choice among candidates."""

import pytest
from msgspec.structs import replace

from router.core.types import SECOND
from router.tca.impact.terms import ImpactInputError
from router.tca.pretrade.assess import Assessment
from router.tca.pretrade.choose import STRATEGY_RULES, Situation, choose, urgency_of
from router.tca.pretrade.rules import PretradeRules
from support.pretrade import GIVEN, OPEN, assessment

ORDINARY = Situation(
    stated="Medium",
    size=0.03,
    pace=0.03,
    max_participation=0.15,
    sigma=0.015,
    spread_bps=3.0,
    daily_value=80e6,
    currency="USD",
    has_curve=True,
)


@pytest.mark.parametrize(
    ("changed", "rule", "strategy"),
    [
        ({}, "ordinary", "VWAP"),
        ({"has_curve": False}, "no-curve", "TWAP"),
        ({"size": 0.1}, "large", "IS"),
        ({"size": 0.1, "stated": "Low"}, "ordinary", "VWAP"),
        ({"stated": "High"}, "urgent", "IS"),
        ({"spread_bps": 25.0}, "thin", "POV"),
        ({"daily_value": 4e6, "stated": "High"}, "thin", "POV"),
        ({"events_next": ("earnings",), "spread_bps": 25.0}, "event-ahead", "IS"),
        ({"dates_needed": 2, "events_next": ("earnings",)}, "does-not-fit", "POV"),
        ({"dates_needed": None}, "does-not-fit", "POV"),
        ({"dates_needed": 2, "dates": 3}, "ordinary", "VWAP"),
    ],
)
def test_the_first_rule_that_holds_decides(
    assessed: Assessment, rules: PretradeRules, changed: dict[str, object], rule: str, strategy: str
) -> None:
    choice = choose(replace(ORDINARY, **changed), assessed.evaluations, rules)

    assert (choice.rule, choice.evaluation.candidate.strategy) == (rule, strategy)


@pytest.mark.parametrize(
    ("changed", "urgency"),
    [
        ({}, "Medium"),
        ({"size": 0.009}, "Low"),
        ({"sigma": 0.03, "size": 0.009}, "High"),
        ({"events_next": ("earnings",), "size": 0.009}, "High"),
        ({"against": 0.0075, "size": 0.009}, "High"),
        ({"against": 0.0074}, "Medium"),
        ({"against": -0.05}, "Medium"),
        ({"stated": "Low", "sigma": 0.05}, "Low"),
    ],
)
def test_urgency_is_as_asked_or_by_event_volatility_and_size(
    rules: PretradeRules, changed: dict[str, object], urgency: str
) -> None:
    found, reason = urgency_of(replace(ORDINARY, **({"stated": None} | changed)), rules)

    assert found == urgency
    assert reason.startswith(f"Urgency {urgency}")


def test_the_last_rule_always_holds(rules: PretradeRules) -> None:
    assert STRATEGY_RULES[-1].holds(ORDINARY, "Medium", rules)


def test_of_its_strategy_the_least_risk_adjusted_cost_is_taken(assessed: Assessment, rules: PretradeRules) -> None:
    choice = choose(replace(ORDINARY, stated="High", max_participation=0.9), assessed.evaluations, rules)

    ways = [
        each for each in assessed.evaluations if each.candidate.strategy == "IS" and each.candidate.urgency == "High"
    ]
    assert choice.evaluation is min(ways, key=lambda each: each.adjusted(rules.risk_aversion.high))


def test_a_tighter_limit_makes_it_slower() -> None:
    free, bound = (
        assessment(urgency="High", overrides=replace(GIVEN, max_participation=limit)).choice.evaluation
        for limit in (0.9, 0.12)
    )

    assert (free.left, bound.left) == (0, 0)
    assert free.busiest > 0.12 >= bound.busiest
    assert free.risk < bound.risk


def test_a_rate_above_the_limit_is_not_taken_where_one_below_is_there() -> None:
    it = assessment(qty=100_000, overrides=replace(GIVEN, spread=0.2))

    rates = {each.candidate.rate for each in it.evaluations if each.left <= 0 and each.candidate.rate}
    assert (it.choice.rule, max(rates)) == ("thin", 0.3)
    assert it.choice.evaluation.candidate.rate in {0.05, 0.1, 0.15}


def test_what_does_not_fit_follows_the_volume_at_the_highest_rate_within_the_limit() -> None:
    choice = assessment(qty=2_000_000).choice

    assert (choice.rule, choice.evaluation.candidate.rate) == ("does-not-fit", 0.15)
    assert choice.evaluation.left > 0
    assert choice.reasons[-1] == "No strategy completes within the participation limit."


def test_where_at_the_limit_not_a_lot_would_trade_a_longer_horizon_is_asked_for() -> None:
    choice = assessment(end=OPEN + SECOND // 2).choice

    assert (choice.rule, choice.evaluation.candidate.strategy) == ("too-little-time", "VWAP")
    assert choice.reasons[1].endswith("not a round lot would trade: a longer horizon is needed.")


def test_what_would_fit_at_high_urgency_is_said_and_so_is_a_short_day_and_the_event(
    assessed: Assessment, rules: PretradeRules
) -> None:
    it = replace(ORDINARY, pace=0.2, dates_needed=2, session_part=0.5, events_next=("earnings of ACME, 20261203",))

    reasons = choose(it, assessed.evaluations, rules).reasons

    assert "At urgency High, whose limit is 25 %, it would fit in time." in reasons
    assert "A short day: 50 % of an ordinary session." in reasons
    assert "Ahead: earnings of ACME, 20261203." in reasons


def test_without_a_number_of_dates_that_is_known_that_is_said(assessed: Assessment, rules: PretradeRules) -> None:
    reasons = choose(replace(ORDINARY, dates_needed=None), assessed.evaluations, rules).reasons

    assert "Under the limit it would not fit in the trading dates that are looked at, either." in reasons


def test_a_size_of_many_days_is_said_in_whole_percent(assessed: Assessment, rules: PretradeRules) -> None:
    reasons = choose(replace(ORDINARY, size=500_000.0, pace=1.0), assessed.evaluations, rules).reasons

    assert reasons[2].startswith("50,000,000 % of ADV; 100 % of the volume")


def test_reasons_name_urgency_rule_conditions_and_what_was_given_up(assessed: Assessment, rules: PretradeRules) -> None:
    it = replace(ORDINARY, has_curve=False, events_today=("expiry, 20261130 session",))

    reasons = choose(it, assessed.evaluations, rules).reasons

    assert reasons[0] == "Urgency Medium, as asked."
    assert reasons[1] == "No volume curve is known: time is all there is to go by."
    assert "3 % of ADV" in reasons[2]
    assert reasons[3] == "Today: expiry, 20261130 session."
    assert reasons[4].startswith("Of 5 ways to work it")
    assert reasons[5].startswith("By the models alone ")
    assert " at urgency " in reasons[5]


def test_only_strangers_are_recommended_too(assessed: Assessment, rules: PretradeRules) -> None:
    strange = [
        replace(each, candidate=replace(each.candidate, strategy="SNIPER"))
        for each in assessed.evaluations
        if each.candidate.strategy == "TWAP"
    ]

    choice = choose(ORDINARY, strange, rules)

    assert (choice.rule, choice.evaluation.candidate.strategy) == ("ordinary", "SNIPER")


def test_nothing_to_choose_from_is_refused(rules: PretradeRules) -> None:
    with pytest.raises(ImpactInputError, match="strategies: at least one installed algorithm must state a schedule"):
        choose(ORDINARY, (), rules)
