"""Everything of one day at once, and the mean of several."""

from functools import cache

import numpy as np
import pytest

from simulator.facts.day import DayFacts, mean_curve, measure
from simulator.facts.recording import record
from simulator.facts.table import FACTS
from support.facts import OPEN, synthetic

MINUTES = 60 * 1_000_000_000


@cache
def quarter_hour() -> DayFacts:
    return measure(record(synthetic(3), OPEN + 15 * MINUTES))


def test_each_fact_of_the_table_is_measured_and_nothing_else() -> None:
    assert sorted(quarter_hour().figures) == sorted(fact.key for fact in FACTS)


@pytest.mark.slow
def test_a_day_is_its_own_however_often_it_is_measured() -> None:
    again = measure(record(synthetic(3), OPEN + 15 * MINUTES))

    assert again.figures == quarter_hour().figures


def test_a_mean_curve_passes_over_what_was_not_measured() -> None:
    days = [DayFacts("X", {"a": np.array(row)}, {}) for row in ([1.0, np.nan, np.nan], [3.0, 4.0, np.nan])]

    found = mean_curve(days, "a")

    assert found[:2].tolist() == [2.0, 4.0]
    assert np.isnan(found[2])
