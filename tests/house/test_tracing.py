"""Tracing is off where a test asks for it, however many coverages are being taken, and on again after."""

import sys

from coverage import Coverage

from support.tracing import untraced


def test_of_two_coverages_none_traces_within_and_both_go_on_after() -> None:
    lower, upper = Coverage(data_file=None), Coverage(data_file=None)
    lower.start()
    upper.start()

    with untraced():
        within = Coverage.current(), sys.gettrace()
    after = []
    for coverage in (upper, lower):
        after.append(Coverage.current())
        coverage.stop()

    assert within == (None, None)
    assert after == [upper, lower]
