"""Intervals: printed examples of the textbooks, identities, and how often they hold what they should."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.tca.estimate import (
    Estimate,
    bootstrap_ratio,
    mean,
    nothing,
    p_value,
    ratio,
    share,
    t_p_value,
    t_quantile,
    welch,
)

SMALL = st.floats(-1_000, 1_000)


def test_the_mean_of_students_ten_sleepers_has_his_interval() -> None:
    """Student 1908, hours of sleep gained, drug 2 less drug 1: mean 1.58, t 4.062, 95 % from 0.70 to 2.46."""
    found = mean([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])

    assert (found.value, found.low, found.high) == pytest.approx((1.58, 0.7001142, 2.4598858))
    assert found.standard_error is not None
    assert found.value is not None
    assert found.value / found.standard_error == pytest.approx(4.0621, abs=5e-5)
    assert t_p_value(4.062128, 9) == pytest.approx(0.002833, abs=5e-7)


def test_two_samples_of_unequal_variance_have_welchs_test() -> None:
    """Student's sleepers again, as two groups: t -1.8608, df 17.776, p 0.07939, 95 % from -3.365 to 0.205."""
    one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    two = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

    found = welch(one, two)

    assert found.estimate.value == pytest.approx(-1.58)
    assert found.estimate.covers == pytest.approx((-3.365, 0.2055), abs=5e-4)
    assert (found.df, found.p_value) == pytest.approx((17.776, 0.07939), abs=5e-4)


def test_a_t_quantile_is_the_tables() -> None:
    assert [t_quantile(0.95, df) for df in (1, 9, 30)] == pytest.approx([12.706, 2.262, 2.042], abs=5e-4)


def test_of_one_there_is_a_value_and_no_interval_of_none_neither() -> None:
    assert mean([3.0]) == Estimate(
        3.0, None, None, None, 1, note="an interval takes two independent observations, there is 1"
    )
    assert mean([]) == nothing("there is nothing to take a mean of")
    assert welch([1.0], []).estimate == nothing("one side has no order", 1)
    assert welch([1.0], [3.0, 5.0]).estimate.value == -3.0
    assert share(0, 0) == nothing("there is nothing to take a share of")


def test_observations_that_are_all_alike_tell_no_error_and_have_no_interval() -> None:
    alike = mean([0.1, 0.1, 0.1])
    differ = welch([2.0, 2.0], [1.0, 1.0])

    note = "all {} observations are alike: how far they vary is not known"
    assert alike == Estimate(alike.value, 0.0, None, None, 3, note=note.format(3))
    assert differ.estimate == Estimate(1.0, 0.0, None, None, 4, note=note.format(4))
    assert (differ.p_value, p_value(alike)) == (None, None)
    assert bootstrap_ratio([0.1] * 3, [1.0] * 3, seed=1) == alike


def test_a_share_of_nobody_or_everybody_ends_at_its_border() -> None:
    none, all_, half = share(0, 20), share(20, 20), share(10.5, 20)

    # Of 0 in 20 the prior leaves Beta(1/2, 41/2): with x = sin^2 t its density is 2 cos^40 t, to be summed.
    angles = np.linspace(0, math.pi / 2, 200_001)
    density = np.cos(angles) ** 40
    assert none.high is not None
    below = density[angles <= math.asin(math.sqrt(none.high))].sum() / density.sum()
    assert (none.low, below) == pytest.approx((0.0, 0.975), abs=5e-5)
    assert (all_.low, all_.high) == pytest.approx((1 - none.high, 1.0))
    assert half.value == 0.525


@given(st.lists(st.tuples(SMALL, st.floats(0.1, 100)), min_size=2, max_size=20), st.floats(0.1, 10))
def test_a_ratio_does_not_know_the_unit_of_its_weights(pairs: list[tuple[float, float]], unit: float) -> None:
    tops, weights = zip(*pairs, strict=True)

    plain, scaled = ratio(tops, weights), ratio([top * unit for top in tops], [weight * unit for weight in weights])

    assert scaled.value == pytest.approx(plain.value, abs=1e-6)
    assert scaled.standard_error == pytest.approx(plain.standard_error, rel=1e-6, abs=1e-6)


@given(st.lists(SMALL, min_size=2, max_size=20))
def test_with_equal_weights_a_ratio_is_a_mean_with_its_usual_error(values: list[float]) -> None:
    found = mean(values)

    assert found.value == pytest.approx(np.mean(values), abs=1e-6)
    assert found.standard_error == pytest.approx(np.std(values, ddof=1) / math.sqrt(len(values)), abs=1e-6)


def test_a_bootstrap_repeats_with_its_seed_and_agrees_with_student_of_many() -> None:
    draw = random.Random(3)
    values = [draw.gauss(5, 2) for _ in range(400)]
    ones = [1.0] * len(values)

    first, again, other = (bootstrap_ratio(values, ones, seed=seed) for seed in (7, 7, 8))

    plain = mean(values)
    assert first == again
    assert first != other
    assert (first.low, first.high) == pytest.approx(plain.covers, abs=0.05)


def test_a_bootstrap_of_many_draws_its_numbers_in_parts() -> None:
    values = [float(number % 7) for number in range(30_000)]

    found = bootstrap_ratio(values, [1.0] * len(values), seed=1, draws=50)

    assert found.standard_error == pytest.approx(mean(values).standard_error, rel=0.4)


def test_an_interval_holds_the_mean_as_often_as_it_says() -> None:
    draw = random.Random(11)
    held = sum(mean([draw.gauss(1, 3) for _ in range(8)]).within(1.0) is True for _ in range(1_000))

    # 950 expected, 7 its deviation.
    assert 922 <= held <= 978, held
