"""Times of one market without own activity, to compare times with it: what each is matched by, and its move.

One market is one symbol on one date of one journal. Knows no statistic and no reason for comparing.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from router.core.types import Ns
from router.tca.facts.case import Case

_FEATURES: Final = 3


class Controls:
    """Ends of windows far from own activity, no two overlapping; each can be taken once, until all are given back.

    `busy` are the times of own activity, in order. `window`, `before` and `sample` as in `leakage.LeakageSpec`. The
    date is that of the case's arrival.
    """

    def __init__(self, case: Case, busy: Sequence[Ns], *, window: Ns, before: Ns, sample: Ns) -> None:
        self._quotes, self._tape = case.quotes, case.tape
        self._window, self._before, self._sample = window, before, sample
        session = case.session(case.record.arrived_at)
        first = next(iter(case.quotes), None)
        self._start = max(first.at if first else case.as_of, session.open if session else 0)
        self._end = max(self._start, min(case.as_of, session.close if session else case.as_of))
        self._squares = self._sum_of_squares()
        found = list(self._quiet(busy))
        self._moves = [move for _, move in found]
        self._matched_by = np.asarray([self._features(at) for at, _ in found]).reshape(-1, _FEATURES)
        self._scale = self._matched_by.std(axis=0) if found else np.ones(_FEATURES)
        self._scale[self._scale == 0] = 1.0
        self._free = np.ones(len(found), dtype=bool)

    def in_reach(self, at: Ns) -> bool:
        """Whether a window that ends at `at`, and the time before it, lie in the date."""
        return at - self._window - self._before >= self._start and at <= self._end

    def move(self, at: Ns) -> float | None:
        """Of the midpoint over the window before `at`, in basis points, up positive; None without a normal market."""
        then, now = self._quotes.at(at - self._window), self._quotes.before(at)
        before, after = (quote.mid2 if quote else None for quote in (then, now))
        return None if before is None or after is None else (after - before) / before * 10_000

    def nearest(self, at: Ns, count: int) -> list[int]:
        """Up to `count` controls that are left, the likest first.

        By the distance of log volume, log volatility and time of day, each in deviations of all controls.
        """
        distance = (((self._matched_by - self._features(at)) / self._scale) ** 2).sum(axis=1)
        distance[~self._free] = np.inf
        return [int(place) for place in np.argsort(distance, kind="stable")[:count] if self._free[place]]

    def free_all(self) -> None:
        """Give back what was taken."""
        self._free[:] = True

    def take(self, places: Sequence[int]) -> float:
        """The mean move of some controls, which nobody else gets."""
        self._free[list(places)] = False
        return math.fsum(self._moves[place] for place in places) / len(places)

    def _quiet(self, busy: Sequence[Ns]) -> Iterator[tuple[Ns, float]]:
        window = self._window
        for at in range(self._start + self._before + window, self._end + 1, window):
            place = bisect_left(busy, at - 2 * window)
            # Nor in the window after: what leaks before own activity is no control for it.
            move = None if place < len(busy) and busy[place] <= at + window else self.move(at)
            if move is not None:
                yield at, move

    def _sum_of_squares(self) -> NDArray[np.float64]:
        """Running sum of squared log returns between samples; a sample without a midpoint repeats the last."""
        logs: list[float] = []
        last = math.nan
        for at in range(self._start, self._end + 1, self._sample):
            quote = self._quotes.at(at)
            mid2 = quote.mid2 if quote else None
            last = math.log(mid2) if mid2 else last
            logs.append(last)
        # Before the first midpoint there is no return.
        changes = np.nan_to_num(np.diff(np.asarray(logs)))
        return np.concatenate([[0.0], np.cumsum(changes**2)])

    def _features(self, at: Ns) -> tuple[float, float, float]:
        """Log volume and log volatility of the time before the window, and the time of day."""
        until = at - self._window
        volume = self._tape.between(until - self._before, until).volume
        last = min((until - self._start) // self._sample, len(self._squares) - 1)
        first = max(last - self._before // self._sample, 0)
        variance = float(self._squares[last] - self._squares[first])
        return math.log1p(volume), math.log1p(1e4 * math.sqrt(max(variance, 0.0))), float(at - self._start)
