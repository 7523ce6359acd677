"""Tolerances: every day is judged, nothing is excused; and the default market keeps to those a short day can show."""

import math

import pytest

from router.api import SECOND
from simulator.facts.day import DayFacts, measure
from simulator.facts.impact import Exponent
from simulator.facts.recording import record
from simulator.facts.table import FACTS, Fact, Row, judge, judge_impact, show, spread_of
from support.facts import OPEN, synthetic

FACT = Fact("x", "an x", 1.0, 2.0, "somebody")
WHOLE_DAY = ("volume_u", "sign_exponent", "return_correlation", "signature", "volatility_correlation", "kurtosis")
"""Facts that a short day cannot show: they compare its hours, or are means over fewer draws than the day has."""


def days(*figures: float) -> list[DayFacts]:
    return [DayFacts("X", {}, {"x": figure}) for figure in figures]


def test_one_day_outside_misses_the_fact() -> None:
    assert judge(days(1.0, 1.5, 2.0), [FACT]) == [Row(FACT, 1.0, 1.5, 2.0, met=3, days=3)]
    (row,) = judge(days(1.0, 2.25), [FACT])
    assert (row.is_met, row.met, row.greatest) == (False, 1, 2.25)


def test_what_could_not_be_measured_keeps_to_nothing() -> None:
    (row,) = judge(days(1.5, math.nan), [FACT])

    assert (row.mean, row.met, row.is_met) == (1.5, 1, False)


def test_an_exponent_is_met_by_its_whole_interval() -> None:
    good, wide = (judge_impact(Exponent(0.5, error, 20), left=0.6)[0] for error in (0.01, 0.1))

    assert (good.is_met, wide.is_met) == (True, False)


@pytest.mark.parametrize(("value", "text"), [(0.12345, "0.123"), (1234.5, "1,234"), (math.nan, "-"), (-0.05, "-0.05")])
def test_figures_have_three_digits(value: float, text: str) -> None:
    assert show(value) == text


def test_a_single_day_has_no_range() -> None:
    assert spread_of(judge(days(1.5), [FACT])[0]) == "1.5"
    assert spread_of(judge(days(1.0, 2.0), [FACT])[0]) == "1.5 (1 to 2)"


@pytest.mark.slow
@pytest.mark.untraced
def test_the_default_market_keeps_to_its_facts_for_the_first_hour_of_three_seeds() -> None:
    """The whole days of twenty seeds are `sluice market facts --seeds 20 --check`."""
    short = [fact for fact in FACTS if fact.key not in WHOLE_DAY]

    found = judge([measure(record(synthetic(seed), OPEN + 3_600 * SECOND)) for seed in (1, 2, 3)], short)

    assert {row.fact.key: spread_of(row) for row in found if not row.is_met} == {}
