"""Clocks of the shell: wall time, a market's time at N times wall speed, or no clock at all. Knows no event.

Only here, and in the port, is a clock read. A paced clock starts at the market's time and runs on by the monotonic
clock, so that a step of the wall clock moves no simulated order.
"""

from __future__ import annotations

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


class NoClock:
    """As fast as the machine goes: everything is due, nothing is waited for."""

    END: Ns = 1 << 62

    def now(self) -> Ns:
        return self.END

    def wait_s(self, until: Ns) -> float:
        return 0.0
