"""The randomness of a synthetic market: efficient price, order signs, sizes, the day's rhythm, our impact.

Bias: of background trades only the surprise in their sign moves the efficient price, and it moves it for good; that
keeps returns uncorrelated under long-memory signs without solving for it (Madhavan, Richardson and Roomans, Rev.
Financ. Stud. 10, 1997; Lillo and Farmer, 2004). Nobody learns from anything else that happens in the books. Floats are
allowed here and end here: what leaves is a side, a quantity, or a price rounded by the instrument. It must not know a
book or a venue; all randomness is given by the caller.
"""

from __future__ import annotations

from math import copysign, exp, log, sqrt
from math import pow as to_power
from random import Random

from router.api import PPM, SECOND, CalendarDay, Instrument, Ns, Qty
from simulator.draws import AheadDraws, Draws, nearest
from simulator.synthetic_params import SyntheticParams

_RUN_MAX = 10_000
"""Bound on a run of equal signs: a Pareto tail of 1.5 has no variance, and one draw must not decide a day."""


class Rhythm:
    """How busy the market is, and how wide its makers quote, as the day goes.

    Activity is 1 + c((2x - 1)^2 - 1/3), x the fraction of the session gone, times the exponential of an
    Ornstein-Uhlenbeck process: busy minutes come together, and volatility with them (Clark, Econometrica 41, 1973:
    trading is the clock of the price). Its expectation over the day is exactly 1. Spreads begin wide and narrow
    exponentially (McInish and Wood, J. Finance 47, 1992).
    """

    def __init__(self, day: CalendarDay, params: SyntheticParams, rng: Random) -> None:
        self._open = day.open
        self._span = day.close - day.open
        self._shape = params.u_shape
        assert self._span > 0, day
        self._draws = AheadDraws(rng)
        self._sigma = params.activity_sigma
        self._memory_ns = params.activity_s * SECOND
        self._mood = self._sigma * self._draws.normal()
        self._looked_at = day.open
        self._look_at = day.open
        self._lift = 1.0
        self._open_wide = params.spread_open
        self._open_ns = params.spread_open_s * SECOND
        self.width = 1.0
        """Makers' distance from the price against what it is late in the day."""

    def at(self, now: Ns) -> float:
        """How busy the market is at `now`, against its mean. `now` must not run backwards."""
        if now >= self._look_at:
            self._look(now)
        x = (now - self._open) / self._span
        return self._lift * (1.0 + self._shape * (to_power(2.0 * x - 1.0, 2.0) - 1.0 / 3.0))

    def _look(self, now: Ns) -> None:
        """The slow parts, looked at once a second: between two events they hardly move."""
        self._look_at = now + SECOND
        kept = exp((self._looked_at - now) / self._memory_ns)
        self._looked_at = now
        self._mood = kept * self._mood + self._sigma * sqrt(1.0 - kept * kept) * self._draws.normal()
        self._lift = exp(self._mood - self._sigma**2 / 2.0)
        self.width = 1.0 + self._open_wide * exp((self._open - now) / self._open_ns)


class EfficientPrice:
    """A random walk in business time (busy hours move more) and with what trades tell, displaced by our own impact.

    A stated part of a day's variance comes with the surprises in the signs of background trades (Hasbrouck, Rev.
    Financ. Stud. 4, 1991: about a third); the rest is drawn, whoever trades.

    Impact follows the square-root law, Y sigma sqrt(Q/V), of our net traded shares Q: one part of the law decays with
    Q forgotten exponentially, the rest stays (Toth et al., Phys. Rev. X 1, 021006, 2011; Y is theirs, near 1).
    """

    def __init__(
        self,
        params: SyntheticParams,
        day: CalendarDay,
        day_volume: float,
        px: float,
        draws: Draws,
        *,
        surprise: float = 0.0,
    ) -> None:
        """`surprise` is the expected sum of a day's squared surprises (see `Signs`)."""
        self._draws = draws
        self._walk = px
        self._moved_at = day.open
        self._sigma_day = px * params.volatility_ppm / PPM
        told = params.informed_ppm / PPM if surprise > 0 else 0.0
        self._sigma_root_ns = self._sigma_day * sqrt((1.0 - told) / (day.close - day.open))
        self._step = self._sigma_day * sqrt(told / surprise) if told else 0.0
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
            self._walk += self._sigma_root_ns * sqrt(elapsed * rhythm) * self._draws.normal()
        px = self._walk
        if self._scale and (own_net or self._recent):
            px += self._displacement(elapsed, own_net)
        self.px = px = max(px, self._floor)
        return px

    def learn(self, surprise: float) -> None:
        """A background trade whose sign was `surprise` away from what was expected of it: seen at the next `move`."""
        self._walk += self._step * surprise

    @property
    def without_us(self) -> float:
        """The price less the impact of our own trades; quanta."""
        return self._walk

    def jump(self, sigmas: float) -> None:
        """News: the price is so many of the day's standard deviations away at once; an auction may be next."""
        self._walk += sigmas * self._sigma_day
        self.px = max(self.px + sigmas * self._sigma_day, self._floor)

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

    def __init__(self, params: SyntheticParams, draws: Draws) -> None:
        self._draws = draws
        self._tail = params.run_tail
        self._follow = params.run_follow_ppm / PPM
        self._is_buy = True
        self._left = 0
        self.surprise = 0.0
        """The last drawn sign (+1 buys) less its expectation before it was drawn."""
        # A run has ended before a draw that follows runs as often as there are runs among such draws; a run's mean
        # length is the sum of P(length >= n) = n^-tail. A sign is expected from an unfinished run only.
        unfinished = 1.0 - 1.0 / sum(n**-self._tail for n in range(1, _RUN_MAX + 1))
        self.surprise_variance = 1.0 - self._follow**2 * unfinished

    def draw(self) -> bool:
        """Whether the next market order buys."""
        expected = 0.0 if not self._left else self._follow if self._is_buy else -self._follow
        is_buy = self._next()
        self.surprise = (1.0 if is_buy else -1.0) - expected
        return is_buy

    def _next(self) -> bool:
        draws = self._draws
        if draws.uniform() >= self._follow:
            return draws.uniform() < 0.5
        if self._left == 0:
            # As `Random.paretovariate`.
            self._left = min(int(to_power(1.0 - draws.uniform(), -1.0 / self._tail)), _RUN_MAX)
            self._is_buy = draws.uniform() < 0.5
        self._left -= 1
        return self._is_buy


class Sizes:
    """Order sizes: lognormal, in round lots but for a stated part of odd lots, and partial to multiples of five lots.

    Bias: the preference for round sizes is one number, and ends at fives (Alexander and Peterson, J. Financ. Econ. 84,
    2007, find it at 500, 1,000 and 5,000 shares).
    """

    def __init__(self, params: SyntheticParams, instrument: Instrument, draws: Draws) -> None:
        self._draws = draws
        self._mu = log(params.size_median)
        self._sigma = params.size_sigma
        self._odd = params.odd_lot_ppm / PPM
        self._round = params.size_round_ppm / PPM
        self._lot = instrument.round_lot
        self.mean = exp(self._mu + self._sigma**2 / 2)

    def draw(self) -> Qty:
        draws, lot = self._draws, self._lot
        size = exp(self._mu + draws.normal_by_ratio() * self._sigma)
        if draws.uniform() < self._odd:
            return max(int(size) % lot, 1)
        lots = max(nearest(size / lot), 1)
        if lots > 5 and draws.uniform() < self._round:
            lots = nearest(lots / 5) * 5
        return lots * lot
