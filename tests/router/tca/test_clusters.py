"""Observations close in time are one."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from router.tca.clusters import runs


def test_a_run_reaches_from_its_first_and_excludes_the_end_of_its_reach() -> None:
    stamped = [(20, "third"), (0, "first"), (9, "second"), (10, "fourth"), (0, "with the first")]

    assert list(runs(stamped, 10)) == [("first", "with the first", "second"), ("fourth",), ("third",)]


@given(st.lists(st.integers(0, 100)), st.integers(1, 50))
def test_runs_hold_everything_once_and_none_is_longer_than_its_reach(times: list[int], reach: int) -> None:
    found = list(runs([(at, at) for at in times], reach))

    assert [at for run in found for at in run] == sorted(times)
    assert all(run[-1] - run[0] < reach for run in found)
    assert all(after[0] - before[0] >= reach for before, after in itertools.pairwise(found))
