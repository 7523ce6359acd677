"""The sizes of queues against the invariant law of the queue-reactive model, with the intensities measured.

Huang, Lehalle and Rosenbaum (J. Am. Stat. Assoc. 110, 2015; arXiv:1312.0563): while the reference price stands, the
queue at distance i is a birth and death process whose rates depend on its size n only, and
pi(n) = pi(0) prod_{j=1..n} lambda_L(j-1) / (lambda_C(j) + lambda_M(j)).

Bias: every change counts as one step, whatever its size, and queues that a move of the price brings to a distance are
counted there with those that grew there. Sizes are in units of the mean arriving order ("AES"), rounded up. It must not
know a market's parameters: rates are counted, never computed.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from router.api import Px, Qty
from simulator.facts.recording import Change, Floats, Recording

SIZE_MAX: Final = 50
"""Larger queues are counted as this one; bound of every table here."""


class QueueRates(NamedTuple):
    """What was counted of one queue. Arrays have a row for each size n = 0..SIZE_MAX."""

    unit: float
    """Shares of one step."""
    seconds: Floats
    """Time spent at each size."""
    arrivals: Floats
    """Counts; divided by `seconds` they are lambda_L(n), lambda_C(n), lambda_M(n)."""
    cancels: Floats
    trades: Floats

    @property
    def observed(self) -> Floats:
        """The part of time spent at each size; sums to 1."""
        return np.asarray(self.seconds / self.seconds.sum())

    def law(self) -> Floats:
        """The invariant law of the counted rates; sums to 1. Beyond the first size never left downwards it is 0."""
        leaving = self.cancels + self.trades
        pi = np.zeros(SIZE_MAX + 1)
        first = int(np.argmax(self.seconds > 0))
        pi[first] = 1.0
        for n in range(first, SIZE_MAX):
            if not (self.arrivals[n] and leaving[n + 1] and self.seconds[n] and self.seconds[n + 1]):
                break
            up = self.arrivals[n] / self.seconds[n]
            down = leaving[n + 1] / self.seconds[n + 1]
            pi[n + 1] = pi[n] * up / down
        return np.asarray(pi / pi.sum())

    def distance(self) -> float:
        """Total variation between `observed` and `law`: 0 the same, 1 nothing in common."""
        return float(np.abs(self.observed - self.law()).sum() / 2.0)


def queue_rates(recording: Recording, distance: int = 1) -> QueueRates:
    """Count the two queues `distance` - 1/2 ticks from the reference price, bids and offers together.

    The reference price is the mid where the spread is odd in ticks, else half a tick from it, on the side where it was.
    """
    unit = _unit(recording)
    counts = np.zeros((3, SIZE_MAX + 1))
    seconds = np.zeros(SIZE_MAX + 1)
    shown: dict[tuple[bool, Px], Qty] = {}
    tick = recording.tick
    quote_at, references = recording.quote_at.tolist(), _references(recording)
    at_row = 0
    watched = {True: 0, False: 0}
    rows = list(
        zip(
            recording.queue_at.tolist(),
            recording.queue_is_bid.tolist(),
            recording.queue_px.tolist(),
            recording.queue_qty.tolist(),
            recording.queue_change.tolist(),
            strict=True,
        )
    )
    end = (recording.day.close, 0, 0, 0, Change.CANCEL)
    for (at, is_bid, px, qty, change), following in pairwise([*rows, end]):
        side, place = bool(is_bid), (bool(is_bid), px)
        if px == watched[side]:
            counts[change, _size(shown.get(place, 0), unit)] += 1
        shown[place] = qty
        # The reference price moves with the quote of this instant, before time goes on.
        at_row = bisect_left(quote_at, at + 1, at_row) or 1
        reference = references[at_row - 1]
        watched = {True: reference - (distance - 1) * tick, False: reference + distance * tick}
        lasted = (following[0] - at) / 1e9
        if lasted > 0:
            for each in (True, False):
                seconds[_size(shown.get((each, watched[each]), 0), unit)] += lasted
    return QueueRates(unit, seconds, counts[Change.ARRIVAL], counts[Change.CANCEL], counts[Change.TRADE])


def _size(qty: Qty, unit: float) -> int:
    return min(int(-(-qty // unit)), SIZE_MAX)


def _unit(recording: Recording) -> float:
    return max(float(recording.arrival_qty.mean()), 1.0)


def _references(recording: Recording) -> list[Px]:
    """The price half a tick below each row's reference price: the best price a bid could have there; quanta."""
    tick = recording.tick
    found: list[Px] = []
    last = 0
    for bid, ask in zip((recording.bid // tick).tolist(), (recording.ask // tick).tolist(), strict=True):
        middle, odd = divmod(bid + ask, 2)
        # Odd: the mid lies between two ticks and is the reference. Else it lies on one, and stays on its side.
        last = middle if odd else middle if last >= middle else middle - 1
        found.append(last * tick)
    return found
