"""An algorithm's expected schedule as a path of the models, on a grid with the volume and variance of each interval.

Of several trading dates one after another, with the nights between them. Knows no order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final, TypeAlias

from msgspec import Struct

from router.core.algo import SchedulePoint
from router.core.profiles import CalendarDay
from router.core.types import Ns
from router.tca.impact.terms import Path
from router.tca.pretrade.question import MINUTE

CELL: Final = 5 * MINUTE
"""Intervals of a path: fine enough for a curve of half hours, and few enough to estimate hundreds of paths."""
FINE_DATES: Final = 3
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

    def edges(self, start: Ns, end: Ns, cell: Ns = CELL) -> tuple[Ns, ...]:
        """Start, the grid between, end."""
        first = start + (-(start - self.open)) % cell
        inner = [at for at in range(first, end, cell) if at > start]
        return (start, *inner, end)

    def empty(self, start: Ns, end: Ns, taken: float, cell: Ns = CELL) -> Path:
        """The window's intervals, one share in each: a clock for `frontier`."""
        edges = self.edges(start, end, cell)
        return self._path(edges, (1.0,) * (len(edges) - 1), taken)

    def path(self, points: Sequence[SchedulePoint], end: Ns, taken: float, cell: Ns = CELL) -> Path:
        """The schedule up to its last point, and what it leaves held until `end`."""
        # Where it is done is an edge, too: half a cell's trading in a whole cell would look half as fast.
        edges = sorted({*self.edges(points[0].at, max(end, points[-1].at), cell), points[-1].at})
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


class DateClock(Struct, frozen=True):
    """One trading date, and the variance of the night before it in average days."""

    session: CalendarDay
    clock: DayClock
    night: float


class Stretch(Struct, frozen=True):
    """A schedule on one date: its points, of the whole order, and until when what is left is held there."""

    points: tuple[SchedulePoint, ...]
    until: Ns


class OrderClock(Struct, frozen=True):
    """The trading dates that an order may take, in order."""

    dates: tuple[DateClock, ...]

    def path(self, stretches: Sequence[Stretch], taken: float) -> Path:
        """The schedule, a stretch a date from the first on, over the nights between; held to the close before each."""
        count = len(stretches)
        paths: list[Path] = []
        for date, stretch in zip(self.dates, stretches, strict=False):
            until = stretch.until if len(paths) == count - 1 else date.session.close
            paths.append(date.clock.path(stretch.points, until, taken, cell_of(count)))
        return self._joined(paths)

    def empty(self, windows: Sequence[tuple[Ns, Ns]], taken: float) -> Path:
        """The windows' intervals, one window a date, one share in each, about as many as a day's: for `frontier`."""
        cell = CELL * len(windows)
        paths = [
            date.clock.empty(start, end, taken, cell) for date, (start, end) in zip(self.dates, windows, strict=False)
        ]
        return self._joined(paths)

    def finished(self, path: Path, count: int, end: Ns, left: float, number: int) -> Path:
        """`path`, which ends at `end` of date `count`, and `left` shares evenly on `number` dates after it.

        One interval a date; dates beyond those that are known are as the last of them.
        """
        part = left / number
        after = [self.dates[min(count + index, len(self.dates) - 1)] for index in range(number)]
        clock = self.dates[count - 1].clock
        rows = list(_rows(path))
        if end < clock.close:
            rows += _rows(clock.empty(end, clock.close, path.taken, clock.close - clock.open), qty=0.0)
        for date in after:
            rows.append(_night(date))
            rows.append((part, date.clock.volume_days, date.clock.variance_days, date.clock.length, 0.5))
        return _path(rows, path.taken)

    def _joined(self, paths: Sequence[Path]) -> Path:
        rows = list(_rows(paths[0]))
        for date, path in zip(self.dates[1:], paths[1:], strict=False):
            rows += [_night(date), *_rows(path)]
        return _path(rows, paths[0].taken)


Row: TypeAlias = tuple[float, float, float, float, float]
"""An interval of a path: shares, volume, variance, days, time of the session."""


def _rows(path: Path, qty: float | None = None) -> Iterator[Row]:
    shares = path.qty if qty is None else (qty,) * len(path.qty)
    return zip(shares, path.volume, path.variance, path.days, path.at, strict=True)


def _night(date: DateClock) -> Row:
    return 0.0, 0.0, date.night, 0.0, 1.0


def _path(rows: Sequence[Row], taken: float) -> Path:
    qty, volume, variance, days, at = zip(*rows, strict=True)
    return Path(qty=qty, volume=volume, variance=variance, days=days, at=at, taken=taken)


def cell_of(dates: int) -> Ns:
    """Intervals of a path over so many dates: half an hour where five minutes would be thousands."""
    return CELL if dates <= FINE_DATES else 6 * CELL


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
