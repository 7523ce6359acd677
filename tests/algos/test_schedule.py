"""Cuts and points: times that no one can set a watch by, quantities that add up."""

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from algos.schedule import ONE, POINTS_MAX, Cuts, expected_points, part_of, whole_lots
from algos.testing import example_terms
from router.api import PPM, SECOND, SchedulePoint

MINUTE = 60 * SECOND


def cuts_of(interval: int, variance: int, window: int, seed: int = 1) -> list[int]:
    """All cuts of a window that begins at 0."""
    rng, cuts, times = Random(seed), Cuts(interval, variance), [0]
    cuts.restart(0)
    while times[-1] < window:
        times.append(cuts.next_cut(times[-1], window, rng))
    return times[1:]


def test_without_variance_the_cuts_are_the_grid_and_a_short_last_slot_joins_the_one_before() -> None:
    assert cuts_of(MINUTE, 0, 150 * SECOND) == [60 * SECOND, 120 * SECOND, 150 * SECOND]
    assert cuts_of(MINUTE, 0, 149 * SECOND) == [60 * SECOND, 149 * SECOND]


@given(
    interval=st.integers(1, 3600 * SECOND),
    variance=st.integers(0, PPM),
    slots=st.integers(1, 60),
    spare=st.integers(0, PPM - 1),
    seed=st.integers(0, 2**32),
)
def test_cuts_rise_to_the_end_each_near_its_place_on_the_grid(
    interval: int, variance: int, slots: int, spare: int, seed: int
) -> None:
    window = interval * slots + interval * spare // PPM

    cuts = cuts_of(interval, variance, window, seed)

    assert cuts[-1] == window
    assert all(one < two for one, two in pairwise([0, *cuts]))
    reach = interval * variance // (2 * PPM)
    assert all(abs(cut - k * interval) <= max(1, reach) for k, cut in enumerate(cuts[:-1], start=1))


def test_the_same_seed_cuts_the_same_and_another_differently() -> None:
    first, again, other = (cuts_of(MINUTE, PPM // 2, 60 * MINUTE, seed) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_cuts_that_were_slept_through_are_not_made_up() -> None:
    cuts = Cuts(MINUTE, 0)
    cuts.restart(0)

    assert cuts.next_cut(5 * MINUTE + SECOND, 60 * MINUTE, Random(1)) == 6 * MINUTE


@given(qty=st.integers(0, 10**9), part=st.integers(0, ONE))
def test_a_part_is_the_nearest_share_and_its_complement_the_rest(qty: int, part: int) -> None:
    assert abs(part_of(qty, part) * ONE - qty * part) * 2 <= ONE
    assert qty <= part_of(qty, part) + part_of(qty, ONE - part) <= qty + 1


def test_a_lot_is_rounded_down_and_nothing_is_less_than_nothing() -> None:
    assert [whole_lots(qty, 100) for qty in (-150, 0, 99, 100, 250)] == [0, 0, 0, 100, 200]


def test_expected_points_are_whole_lots_until_the_end() -> None:
    terms = example_terms(qty=1_037, minutes=4)

    assert expected_points(terms, 2 * MINUTE) == (
        SchedulePoint(terms.start, 0),
        SchedulePoint(terms.start + 2 * MINUTE, 500),
        SchedulePoint(terms.end, 1_037),
    )


def test_expected_points_are_bounded_whatever_the_interval() -> None:
    assert len(expected_points(example_terms(minutes=390), 1)) == POINTS_MAX
