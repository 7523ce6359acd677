"""Volume: the day's curve, its correction by the day so far, and the schedule that is best against it.

A curve is the day's fraction of volume in equal bins from open to close, auctions apart; whoever configures the engine
estimates it from history. It must not know orders or sizes: it answers in fractions, and what to do with them is an
algorithm's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from algos.schedule import ONE
from router.api import Ns, OrderTerms, Ppm


class Curve:
    """Cumulative volume by time, linear inside a bin."""

    def __init__(self, bins: Sequence[Ppm], day_open: Ns, day_close: Ns) -> None:
        """`bins` need not sum to 10^6; they are weights. No bins, or none above 0, is the uniform curve."""
        assert day_open < day_close, f"day from {day_open} to {day_close}"
        assert all(weight >= 0 for weight in bins), bins
        weights = list(bins) if sum(bins) > 0 else [1]
        self._open, self._close = day_open, day_close
        self._cumulative = [0]
        for weight in weights:
            self._cumulative.append(self._cumulative[-1] + weight)

    @property
    def bin_ns(self) -> Ns:
        """A bin's length, rounded down."""
        return max(1, (self._close - self._open) // (len(self._cumulative) - 1))

    def done(self, at: Ns) -> int:
        """Trillionths of the day's volume that are usually done by `at`: 0 before the open, ONE from the close."""
        bins = len(self._cumulative) - 1
        # Position in the day, in units of bins x the day's length: exact.
        position = min(max(at - self._open, 0), self._close - self._open) * bins
        index, inside = divmod(position, self._close - self._open)
        if index == bins:
            return ONE
        low, high = self._cumulative[index], self._cumulative[index + 1]
        scaled = low * ONE + (high - low) * ONE * inside // (self._close - self._open)
        return scaled // self._cumulative[-1]

    def between(self, start: Ns, end: Ns) -> int:
        """Trillionths of the day's volume usually traded from `start` to `end`."""
        return self.done(end) - self.done(start)


def curve_of(terms: OrderTerms, bins: Sequence[Ppm]) -> Curve:
    """The curve over the order's session."""
    return Curve(bins, terms.session_open, terms.session_close)


def day_scale(curve: Curve, now: Ns, day_volume: int, adv: int) -> int:
    """How many times the average day this one is going to be, in trillionths: ONE is average.

    The day so far is believed as far as the curve says it is over, the average for the rest: at the open it says
    nothing, at the close everything (the dynamic correction of Bialkowski, Darolles and Le Fol 2008, in its plainest
    form). Held between a tenth and tenfold.
    """
    done = curve.done(now)
    expected = adv * done // ONE
    if expected <= 0:
        return ONE
    so_far = day_volume * ONE // expected
    believed = (so_far * done + ONE * (ONE - done)) // ONE
    return min(max(believed, ONE // 10), 10 * ONE)


# --------------------------------------------------------------------------------------------------- static optimum


def konishi_schedule(fractions: Sequence[Sequence[float]], variances: Sequence[Sequence[float]]) -> list[float]:
    """The static schedule that minimises the variance of the slippage to VWAP (Konishi 2002).

    x(t) = E[u(t)] + Cov(sigma^2(t), u(t)) / E[sigma^2(t)]: `fractions` are the days' cumulative volume u(t) at each
    bin's end, `variances` their sigma^2(t). Where volume and volatility are independent it is the mean curve. Clipped
    to be a schedule: within 0 and 1, never falling, 1 at the end. Its steps are a curve, for CurveSource Custom or for
    the engine's configuration.
    """
    schedule: list[float] = []
    for u, sigma2 in zip(zip(*fractions, strict=True), zip(*variances, strict=True), strict=True):
        mean_u, mean_sigma2 = fmean(u), fmean(sigma2)
        covariance = fmean((s - mean_sigma2) * (x - mean_u) for s, x in zip(sigma2, u, strict=True))
        raw = mean_u + (covariance / mean_sigma2 if mean_sigma2 > 0 else 0.0)
        schedule.append(min(1.0, max(raw, schedule[-1] if schedule else 0.0)))
    schedule[-1] = 1.0
    return schedule
