"""Clocks of the shell: wall time, a market's time at N times wall speed, none at all, or one not started yet.

Knows no event.

Only here, and in the port, is a clock read. A paced clock starts at the market's time and runs on by the monotonic
clock, so that a step of the wall clock moves no simulated order.
"""

from __future__ import annotations

import math
import time
from typing import Protocol

from router.core.types import SECOND, Ns


class Clock(Protocol):
    """What time it is, and how long to wait for another."""

    def now(self) -> Ns: ...
    def wait_s(self, until: Ns) -> float:
        """Seconds of wall time until `until`; 0 when it is past."""
        ...


class WallClock:
    """UTC. It may step backwards: the pipeline never does."""

    def now(self) -> Ns:
        return time.time_ns()

    def wait_s(self, until: Ns) -> float:
        return max(0.0, (until - self.now()) / SECOND)


class PacedClock:
    """From `start` on, `speed` times as fast as the wall."""

    def __init__(self, start: Ns, speed: float) -> None:
        assert speed > 0, speed
        self._start = start
        self._speed = speed
        self._began = time.monotonic_ns()

    def now(self) -> Ns:
        return self._start + int((time.monotonic_ns() - self._began) * self._speed)

    def wait_s(self, until: Ns) -> float:
        return max(0.0, (until - self.now()) / SECOND / self._speed)


class WallOf:
    """What the wall's clock shows at a time of a paced market; until that runs, what it shows now."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._started: tuple[Ns, Ns] | None = None

    def start(self, at: Ns) -> PacedClock:
        """The market runs from `at` on, by the clock that is returned."""
        self._started = at, time.time_ns()
        return PacedClock(at, self._speed)

    def __call__(self, at: Ns) -> Ns:
        if self._started is None:
            return time.time_ns()
        market, wall = self._started
        return wall + int((at - market) / self._speed)

    def market_time(self, at: Ns) -> Ns:
        """The market's time when the wall's clock shows `at`; until that runs, `at` itself."""
        if self._started is None:
            return at
        market, wall = self._started
        return market + int((at - wall) * self._speed)


class NoClock:
    """As fast as the machine goes: everything due by `end` is due now, and nothing after it ever is.

    Without an end, a simulated venue that wakes for ever (a pool's contra orders come by night, too) would be asked
    for ever.
    """

    def __init__(self, end: Ns) -> None:
        self._end = end

    def now(self) -> Ns:
        return self._end

    def wait_s(self, until: Ns) -> float:
        return 0.0 if until <= self._end else math.inf


class HeldClock:
    """Stands at `at`: the clock of a market that waits there for its first client."""

    def __init__(self, at: Ns) -> None:
        self._at = at

    def now(self) -> Ns:
        return self._at

    def wait_s(self, until: Ns) -> float:
        return 0.0 if until <= self._at else math.inf
