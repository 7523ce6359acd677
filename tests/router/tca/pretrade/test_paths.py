"""A schedule on the session's clock: what trades, and the volume and variance meanwhile."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.algo import SchedulePoint
from router.tca.pretrade.paths import CELL, FLOOR, DayClock
from router.tca.pretrade.question import MINUTE
from support.pretrade import CLOSE, OPEN

EVEN = DayClock(OPEN, CLOSE, (), ())


def test_an_even_day_passes_by_the_clock() -> None:
    noon = OPEN + 195 * MINUTE

    assert (EVEN.volume_until(noon), EVEN.variance_until(noon)) == (0.5, 0.5)


def test_a_curve_s_bins_pass_one_by_one_and_evenly_inside() -> None:
    clock = DayClock(OPEN, CLOSE, (3.0, 1.0), (1.0, 3.0), volume_days=0.9, variance_days=0.64)

    quarter = OPEN + (CLOSE - OPEN) // 4
    assert clock.volume_until(quarter) == pytest.approx(0.9 * 3 / 8)
    assert clock.variance_until(quarter) == pytest.approx(0.64 / 8)
    assert clock.volume_until(CLOSE) == pytest.approx(0.9)


def test_intervals_lie_on_the_session_s_grid() -> None:
    edges = EVEN.edges(OPEN + 7 * MINUTE, OPEN + 18 * MINUTE)

    assert [(at - OPEN) // MINUTE for at in edges] == [7, 10, 15, 18]


def test_what_is_done_inside_an_interval_is_as_fast_as_it_was_traded() -> None:
    points = [SchedulePoint(OPEN, 0), SchedulePoint(OPEN + 2 * MINUTE, 600)]

    path = EVEN.path(points, OPEN + 10 * MINUTE, taken=1.0)

    assert path.qty == (600.0, 0.0, 0.0)
    assert path.volume_days == pytest.approx(2 / 390)


def test_shares_between_two_points_trade_evenly() -> None:
    points = [
        SchedulePoint(OPEN, 0),
        SchedulePoint(OPEN + 10 * MINUTE, 1_000),
        SchedulePoint(OPEN + 15 * MINUTE, 4_000),
    ]

    path = EVEN.path(points, OPEN + 20 * MINUTE, 0.5)

    assert path.qty == (500.0, 500.0, 3_000.0, 0.0)
    assert path.days == pytest.approx((5 / 390,) * 4)
    assert path.at == pytest.approx([(5 * index + 2.5) / 390 for index in range(4)])
    assert path.taken == 0.5


def test_an_empty_bin_has_a_little_volume() -> None:
    clock = DayClock(OPEN, CLOSE, (0.0, 1.0), ())

    path = clock.path([SchedulePoint(OPEN, 0), SchedulePoint(OPEN + CELL, 100)], OPEN + CELL, 1.0)

    assert path.volume == (FLOOR * 5 / 390,)


@given(
    minutes=st.lists(st.integers(1, 389), min_size=1, max_size=12, unique=True),
    shares=st.lists(st.integers(0, 1_000), min_size=13, max_size=13),
)
def test_whatever_the_schedule_all_of_it_trades(minutes: list[int], shares: list[int]) -> None:
    times = [OPEN, *(OPEN + minute * MINUTE for minute in sorted(minutes)), CLOSE]
    total, points = 0, [SchedulePoint(OPEN, 0)]
    for (_, at), qty in zip(pairwise(times), [*shares[: len(times) - 2], 100], strict=True):
        total += qty
        points.append(SchedulePoint(at, total))

    path = EVEN.path(points, CLOSE, 1.0)

    assert path.executed == pytest.approx(total)
    assert sum(path.days) == pytest.approx(1.0)
