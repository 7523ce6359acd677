"""Waits for a first fill, some cut short: by hand, and after the worked example of the estimator's textbook."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.types import SECOND
from router.tca.venues.time_to_fill import TimeToFill, Wait, kaplan_meier_median, time_to_fill


def waits(filled: list[int], withdrawn: list[int]) -> list[Wait]:
    return [Wait(s * SECOND, filled=True) for s in filled] + [Wait(s * SECOND, filled=False) for s in withdrawn]


def test_mean_and_median_are_of_those_that_filled() -> None:
    found = time_to_fill(waits([1, 2, 9], []))

    assert found == TimeToFill(children=3, censored=0, mean=4.0, median=2.0, kaplan_meier=2.0)


def test_children_withdrawn_make_the_median_longer_and_are_told_of() -> None:
    found = time_to_fill(waits([1, 2, 9], [5, 5]))

    # S: 4/5 at 1, 3/5 at 2, two withdrawn at 5, and the last of them at 9.
    assert found == TimeToFill(
        children=5,
        censored=2,
        mean=4.0,
        median=2.0,
        kaplan_meier=9.0,
        note="2 of 5 were withdrawn before a fill: read the Kaplan-Meier median",
    )


def test_where_more_than_half_never_filled_there_is_no_median_of_all() -> None:
    found = time_to_fill(waits([1], [2, 3]))

    assert (found.median, found.kaplan_meier) == (1.0, None)
    assert found.note == "more than half were still unfilled when the last was seen"


def test_of_no_child_nothing_is_said() -> None:
    assert time_to_fill([]) == TimeToFill(0, 0, None, None, None, note="no firm child")


def test_remission_times_of_freireich_have_the_median_that_every_textbook_prints() -> None:
    """6-MP against placebo (Freireich et al. 1963; the example of Cox and Oakes 1984): 23 weeks and 8 weeks."""
    treated = waits([6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
    placebo = waits([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], [])

    assert (kaplan_meier_median(treated), kaplan_meier_median(placebo)) == (23 * SECOND, 8 * SECOND)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=30))
def test_nobody_withdrawn_gives_the_plain_lower_median_and_withdrawing_never_shortens_it(
    drawn: list[tuple[int, bool]],
) -> None:
    times = sorted(s for s, _ in drawn)

    whole = kaplan_meier_median([Wait(s * SECOND, filled=True) for s, _ in drawn])
    some = kaplan_meier_median([Wait(s * SECOND, filled=filled) for s, filled in drawn])

    assert whole == pytest.approx(times[(len(times) - 1) // 2] * SECOND)
    assert some is None or whole is None or some >= whole
