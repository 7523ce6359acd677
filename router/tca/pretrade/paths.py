"""An algorithm's expected schedule as a path of the models, on a grid with the volume and variance of each interval."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final

from msgspec import Struct

from router.core.algo import SchedulePoint
from router.core.types import Ns
from router.tca.impact.terms import Path
from router.tca.pretrade.question import MINUTE

CELL: Final = 5 * MINUTE
"""Intervals of a path: fine enough for a curve of half hours, and few enough to estimate hundreds of paths."""
FLOOR: Final = 0.01
"""An interval has at least this part of an even day's volume: a curve's empty bin is no infinite rate."""


class DayClock(Struct, frozen=True):
    """A session's volume and variance by time. `volume` and `variance` are bins, weights of any sum; none: even.

    `volume_days` and `variance_days` are the whole session's, in average days; `length` its time, in ordinary sessions.
    """

    open: Ns
    close: Ns
    volume: tuple[float, ...]
    variance: tuple[float, ...]
    volume_days: float = 1.0
    variance_days: float = 1.0
    length: float = 1.0

    def volume_until(self, at: Ns) -> float:
        """Average days of volume from the open."""
        return self.volume_days * _cumulative(self.volume, self.part(at))

    def variance_until(self, at: Ns) -> float:
        return self.variance_days * _cumulative(self.variance, self.part(at))

    def part(self, at: Ns) -> float:
        """How much of the session is over."""
        return (at - self.open) / (self.close - self.open)

    def edges(self, start: Ns, end: Ns) -> tuple[Ns, ...]:
        """Start, the grid between, end."""
        first = start + (-(start - self.open)) % CELL
        inner = [at for at in range(first, end, CELL) if at > start]
        return (start, *inner, end)

    def empty(self, start: Ns, end: Ns, taken: float) -> Path:
        """The window's intervals, one share in each: a clock for `frontier`."""
        edges = self.edges(start, end)
        return self._path(edges, (1.0,) * (len(edges) - 1), taken)

    def path(self, points: Sequence[SchedulePoint], end: Ns, taken: float) -> Path:
        """The schedule up to its last point, and what it leaves held until `end`."""
        # Where it is done is an edge, too: half a cell's trading in a whole cell would look half as fast.
        edges = sorted({*self.edges(points[0].at, max(end, points[-1].at)), points[-1].at})
        done = [_done(points, at) for at in edges]
        return self._path(edges, tuple(max(0.0, b - a) for a, b in pairwise(done)), taken)

    def _path(self, edges: Sequence[Ns], qty: tuple[float, ...], taken: float) -> Path:
        spans = list(pairwise(edges))
        parts = [self.part(b) - self.part(a) for a, b in spans]
        volume = [self.volume_until(b) - self.volume_until(a) for a, b in spans]
        return Path(
            qty=qty,
            volume=tuple(max(v, FLOOR * part * self.volume_days) for v, part in zip(volume, parts, strict=True)),
            variance=tuple(self.variance_until(b) - self.variance_until(a) for a, b in spans),
            days=tuple(part * self.length for part in parts),
            at=tuple((self.part(a) + self.part(b)) / 2 for a, b in spans),
            taken=taken,
        )


def _cumulative(bins: Sequence[float], part: float) -> float:
    """The part of the whole that is over when `part` of the session is; linear inside a bin."""
    if not bins or sum(bins) <= 0:
        return part
    sums = [0.0, *accumulate(bins)]
    place = part * len(bins)
    index = min(int(place), len(bins) - 1)
    return (sums[index] + bins[index] * (place - index)) / sums[-1]


def _done(points: Sequence[SchedulePoint], at: Ns) -> float:
    """Shares done by `at`, evenly between two points."""
    index = bisect_right(points, at, key=lambda point: point.at)
    if index >= len(points):
        return float(points[-1].qty)
    before, after = points[index - 1], points[index]
    return before.qty + (after.qty - before.qty) * (at - before.at) / (after.at - before.at)
