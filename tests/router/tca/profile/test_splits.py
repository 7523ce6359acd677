"""Splits: by a factor file as LEAN writes it, and by the rule over jumps."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.tca.profile.splits import RATIOS, TOLERANCE, Factor, Jump, Scale, jumps, scales_by_factors, scales_by_jumps

DAYS = ("20140605", "20140606", "20140609")
APPLE = (
    Factor("20140507", 0.8961764, 0.0357143),
    Factor("20140606", 0.9011818, 0.0357143),
    Factor("20140806", 0.9011818, 0.25),
)


def test_factors_bring_earlier_dates_to_the_last_dates_shares() -> None:
    """Apple, 7 for 1 on 2014-06-09; the row of the 6th is in force to the 6th, included."""
    before, again, after = scales_by_factors(DAYS, APPLE)

    assert before == again
    assert before.price == pytest.approx(1 / 7, rel=1e-5)
    assert before.shares == pytest.approx(7, rel=1e-5)
    assert after == Scale(1.0, 1.0)


def test_after_the_last_factor_nothing_is_changed() -> None:
    assert scales_by_factors(("20150101", "20150102"), APPLE) == (Scale(1.0, 1.0),) * 2


def test_a_dividend_changes_prices_and_no_shares() -> None:
    first, last = scales_by_factors(("20140507", "20140508"), APPLE)

    assert first.shares == last.shares == 1.0
    assert first.price == pytest.approx(0.8961764 / 0.9011818)


def test_a_jump_near_a_split_is_one_and_another_is_a_return() -> None:
    days = ("1", "2", "3", "4", "5")
    firsts = [700.0, 101.0, 60.0, 180.0, 200.0]
    lasts = [700.0, 100.0, 60.0, 180.0, 201.0]

    assert jumps(days, firsts, lasts) == (Jump("2", Fraction(7)), Jump("4", Fraction(1, 3)))


def test_jumps_add_up_from_the_last_date_back() -> None:
    scales = scales_by_jumps(DAYS, [Jump("20140606", Fraction(2)), Jump("20140609", Fraction(1, 10))])

    assert scales == (Scale(5.0, 0.2), Scale(10.0, 0.1), Scale(1.0, 1.0))


@given(st.sampled_from(RATIOS), st.booleans(), st.floats(-TOLERANCE / 2, TOLERANCE / 2))
def test_every_split_of_the_list_is_found_either_way(ratio: Fraction, reverse: bool, move: float) -> None:
    became = 1 / ratio if reverse else ratio

    found = jumps(("1", "2"), [100.0, 100.0 / float(became) * (1 + move)], [100.0, 100.0])

    assert len(found) == 1
    assert abs(float(found[0].ratio / became) - 1) <= 2 * TOLERANCE


@given(st.floats(0.7, 1.4))
def test_an_ordinary_night_is_no_split(move: float) -> None:
    assert jumps(("1", "2"), [100.0, 100.0 * move], [100.0, 100.0]) == ()
