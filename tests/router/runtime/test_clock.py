"""Clocks: they go on, at the pace that was asked for."""

import math
import time

import pytest

from router.runtime.clock import HeldClock, NoClock, PacedClock, WallClock, WallOf

SECOND = 1_000_000_000


def test_the_wall_clock_is_utc() -> None:
    assert abs(WallClock().now() - time.time_ns()) < SECOND


def test_a_paced_clock_starts_at_the_market_s_time_and_runs_at_its_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [50]
    monkeypatch.setattr(time, "monotonic_ns", lambda: now[0])
    clock = PacedClock(1_000, 20.0)

    now[0] += 2 * SECOND

    assert clock.now() == 1_000 + 40 * SECOND
    assert clock.wait_s(1_000 + 60 * SECOND) == 1.0
    assert clock.wait_s(0) == 0.0


def test_without_a_clock_everything_up_to_the_end_is_due_and_nothing_after_it_is_waited_for() -> None:
    clock = NoClock(5 * SECOND)

    assert clock.now() == 5 * SECOND
    assert clock.wait_s(5 * SECOND) == 0.0
    assert clock.wait_s(5 * SECOND + 1) == math.inf


def test_a_held_clock_stands_still() -> None:
    clock = HeldClock(7 * SECOND)

    assert clock.now() == 7 * SECOND
    assert clock.wait_s(7 * SECOND) == 0.0
    assert clock.wait_s(7 * SECOND + 1) == math.inf


def test_what_a_paced_market_says_of_time_is_the_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 5_000)
    wall = WallOf(4.0)
    waiting = wall(100)

    wall.start(1_000)

    assert (waiting, wall(1_000), wall(1_400), wall(600)) == (5_000, 5_000, 5_100, 4_900)
    assert [wall.market_time(at) for at in (5_000, 5_100, 4_900)] == [1_000, 1_400, 600]
