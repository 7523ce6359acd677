"""The page's drawing kit: times as a reader needs them, colours as variables, names that are text."""

import re

import pytest
from matplotlib.figure import Figure

from router.core.types import SECOND, Ns
from router.tca.report.page_drawing import INK, drawn, over_time, wide
from support.floor import OPEN


def axis(length: Ns) -> list[str]:
    """The labels of a time axis from the open of 16 March 2026, 13:30 UTC."""

    def make() -> Figure:
        figure, axes = wide()
        over_time(axes, OPEN, OPEN + length)
        axes.set_yticks([])
        return figure

    return re.findall(r">([^<>\n]+)</text>", drawn("axis", "An axis", make))


@pytest.mark.parametrize(
    ("seconds", "first", "last"),
    [
        (40, "13:30:00", "13:30:40"),
        (1_000, "13:30", "13:46"),
        (23_400, "14:00", "20:00"),
        (3 * 86_400, "17 Mar 00:00", "19 Mar 12:00"),
    ],
)
def test_times_have_seconds_where_they_tell_and_dates_over_more_than_a_day(seconds: int, first: str, last: str) -> None:
    labels = axis(seconds * SECOND)

    assert (labels[0], labels[-2], labels[-1]) == (first, last, "UTC")
    assert len(labels) <= 10


def test_a_name_of_a_client_cannot_end_the_alternative_text() -> None:
    def make() -> Figure:
        figure, axes = wide()
        axes.axhline(0, color=INK)
        return figure

    picture = drawn("p", 'A" onload="x', make)

    assert 'aria-label="A&quot; onload=&quot;x"' in picture
    assert "var(--ink)" in picture
