"""The randomness of a synthetic market: efficient price, order signs, sizes, the day's rhythm, our impact.

Bias: the efficient price is exogenous but for our own trades, so background flow does not move it; that keeps returns
uncorrelated under long-memory signs without solving for it (Lillo and Farmer, 2004; Bouchaud et al., 2004). Floats are
allowed here and end here: what leaves is a side, a quantity, or a price rounded by the instrument. It must not know a
book or a venue; all randomness is a `random.Random` given by the caller.
"""

from __future__ import annotations

from math import copysign, exp, log, sqrt
from random import Random

from router.api import PPM, SECOND, CalendarDay, Instrument, Ns, Qty
from simulator.synthetic_params import SyntheticParams

_RUN_MAX = 10_000
"""Bound on a run of equal signs: a Pareto tail of 1.5 has no variance, and one draw must not decide a day."""


class Rhythm:
    """Activity over the day: 1 + c((2x - 1)^2 - 1/3), x the fraction of the session gone. Its mean is exactly 1."""

    def __init__(self, day: CalendarDay, u_shape: float) -> None:
        self._open = day.open
        self._span = day.close - day.open
        self._shape = u_shape
        assert self._span > 0, day

    def at(self, now: Ns) -> float:
        """How busy the market is at `now`, against its mean."""
        x = (now - self._open) / self._span
        return 1.0 + self._shape * ((2.0 * x - 1.0) ** 2 - 1.0 / 3.0)


class EfficientPrice:
    """A random walk in business time (busy hours move more), displaced by the impact of our own trades.

    Impact follows the square-root law, Y sigma sqrt(Q/V), of our net traded shares Q: one part of the law decays with
    Q forgotten exponentially, the rest stays (Toth et al., Phys. Rev. X 1, 021006, 2011; Y is theirs, near 1).
    """

    def __init__(self, params: SyntheticParams, day: CalendarDay, day_volume: float, px: float, rng: Random) -> None:
        self._rng = rng
        self._walk = px
        self._moved_at = day.open
        self._sigma_day = px * params.volatility_ppm / PPM
        self._sigma_root_ns = self._sigma_day / sqrt(day.close - day.open)
        self._floor = px / 100
        self._decay_ns = params.impact_decay_s * SECOND
        self._permanent = params.impact_permanent_ppm / PPM
        # A market in which nothing trades has no volume to set ours against, and nobody to hear of it.
        heard = params.impact and day_volume > 0
        self._scale = params.impact_y * self._sigma_day / sqrt(day_volume) if heard else 0.0
        self._net = 0
        self._staying = 0.0
        self._recent = 0.0
        self.px = px

    def move(self, now: Ns, rhythm: float, own_net: Qty) -> float:
        """The price at `now` in quanta; `own_net` is our bought less sold shares so far today."""
        elapsed = now - self._moved_at
        self._moved_at = now
        if elapsed > 0:
            self._walk += self._sigma_root_ns * sqrt(elapsed * rhythm) * self._rng.gauss(0.0, 1.0)
        px = self._walk
        if self._scale and (own_net or self._recent):
            px += self._displacement(elapsed, own_net)
        self.px = px = max(px, self._floor)
        return px

    def jump(self, sigmas: float) -> None:
        """News: from the next `move` on the price is so many of the day's standard deviations away."""
        self._walk += sigmas * self._sigma_day

    def _displacement(self, elapsed: Ns, own_net: Qty) -> float:
        recent = self._recent = self._recent * exp(-elapsed / self._decay_ns) + (own_net - self._net)
        if own_net != self._net:
            self._net = own_net
            self._staying = self._permanent * _signed_root(own_net)
        return self._scale * (self._staying + (1.0 - self._permanent) * copysign(sqrt(abs(recent)), recent))


def _signed_root(x: float) -> float:
    return copysign(sqrt(abs(x)), x)


class Signs:
    """Signs of market orders: runs of Pareto length, followed with a probability, else a coin.

    A tail exponent a gives sign correlations that fall like lag^(1 - a): hidden orders being worked (Lillo, Mike and
    Farmer, Phys. Rev. E 71, 066122, 2005).
    """

    def __init__(self, params: SyntheticParams, rng: Random) -> None:
        self._rng = rng
        self._tail = params.run_tail
        self._follow = params.run_follow_ppm / PPM
        self._is_buy = True
        self._left = 0

    def draw(self) -> bool:
        """Whether the next market order buys."""
        rng = self._rng
        if rng.random() >= self._follow:
            return rng.random() < 0.5
        if self._left == 0:
            self._left = min(int(rng.paretovariate(self._tail)), _RUN_MAX)
            self._is_buy = rng.random() < 0.5
        self._left -= 1
        return self._is_buy


class Sizes:
    """Order sizes: lognormal, in round lots but for a stated part of odd lots."""

    def __init__(self, params: SyntheticParams, instrument: Instrument, rng: Random) -> None:
        self._rng = rng
        self._mu = log(params.size_median)
        self._sigma = params.size_sigma
        self._odd = params.odd_lot_ppm / PPM
        self._lot = instrument.round_lot
        self.mean = exp(self._mu + self._sigma**2 / 2)

    def draw(self) -> Qty:
        rng, lot = self._rng, self._lot
        size = exp(rng.normalvariate(self._mu, self._sigma))
        if rng.random() < self._odd:
            return max(int(size) % lot, 1)
        return max(round(size / lot), 1) * lot
