"""Volume curves: exact interpolation, the day's own word, and Konishi's schedule."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algos.schedule import ONE
from algos.volume import Curve, day_scale, konishi_schedule
from router.api import PPM


def test_a_curve_is_linear_inside_a_bin() -> None:
    curve = Curve((100_000, 300_000, 600_000), day_open=1_000, day_close=1_300)

    assert [curve.done(at) for at in (0, 1_000, 1_050, 1_100, 1_200, 1_299, 1_300, 9_999)] == [
        0,
        0,
        ONE // 20,
        ONE // 10,
        4 * ONE // 10,
        994 * ONE // 1_000,
        ONE,
        ONE,
    ]


def test_no_bins_and_empty_bins_are_the_uniform_curve() -> None:
    for bins in ((), (0, 0)):
        assert Curve(bins, 0, 100).done(25) == ONE // 4


@given(
    bins=st.lists(st.integers(0, PPM), max_size=40), times=st.lists(st.integers(-100, 100_100), min_size=2, max_size=9)
)
def test_a_curve_never_falls_and_stays_within_the_day(bins: list[int], times: list[int]) -> None:
    done = [Curve(bins, 0, 100_000).done(at) for at in sorted(times)]

    assert all(0 <= one <= two <= ONE for one, two in pairwise(done))


def test_the_day_is_believed_as_far_as_it_is_over() -> None:
    curve = Curve((), 0, 100)

    # Twice the average so far: at a quarter of the day a quarter of the surprise is believed, at the end all of it.
    assert day_scale(curve, 25, day_volume=500_000, adv=1_000_000) == ONE * 5 // 4
    assert day_scale(curve, 100, day_volume=2_000_000, adv=1_000_000) == 2 * ONE
    assert day_scale(curve, 0, day_volume=0, adv=1_000_000) == ONE


def test_a_freak_day_is_held_between_a_tenth_and_tenfold() -> None:
    curve = Curve((), 0, 100)

    assert day_scale(curve, 100, day_volume=0, adv=1_000) == ONE // 10
    assert day_scale(curve, 100, day_volume=10**9, adv=1_000) == 10 * ONE


def test_where_volume_and_volatility_are_independent_konishis_schedule_is_the_mean_curve() -> None:
    """Konishi 2002: the covariance term vanishes."""
    fractions = [(0.4, 1.0), (0.6, 1.0), (0.4, 1.0), (0.6, 1.0)]
    variances = [(1.0, 1.0), (1.0, 1.0), (2.0, 2.0), (2.0, 2.0)]

    assert konishi_schedule(fractions, variances) == pytest.approx([0.5, 1.0])


def test_where_volatile_days_trade_early_konishis_schedule_does_too() -> None:
    """x = E[u] + Cov(sigma^2, u) / E[sigma^2] = 0.5 + 0.05/2 with the numbers here."""
    fractions = [(0.45, 1.0), (0.55, 1.0)]
    variances = [(1.0, 1.0), (3.0, 3.0)]

    assert konishi_schedule(fractions, variances) == pytest.approx([0.525, 1.0])
