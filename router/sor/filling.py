"""The chance that a resting order fills in a given time, as if the market's two hazards stood still over it.

Bias: hazards depend on the spread in ticks and on nothing else of the price, so that an order far from the touch is
taken to be met as soon as one at it, and a calm hour like a wild one. Knows no order, no venue and no fee.

Executed volume works through the queue at a part of its recent rate, and the price comes to an order whatever stands
ahead of it. Both are less where the spread is of many ticks: there somebody steps in front for a tick, and takes what
would have come to the queue. The two numbers are measured, the exponents chosen, over a recorded and several synthetic
days (docs/market/queue.md).
"""

from __future__ import annotations

from math import exp, sqrt

from msgspec import Struct

from router.core.profiles import RouterSettings
from router.core.types import PPM, SECOND
from router.market.state import SymbolMarket


class FillModel(Struct, frozen=True, gc=False):
    """`queue_part`: what counts of the executed rate; `price_hazard`: fills a second by price; at a spread of one tick.

    The first falls with the square root of the spread in ticks, the second with the fourth root.
    """

    queue_part: float
    price_hazard: float

    def chance(self, shares: float, rate: float, seconds: float, ticks: float) -> float:
        """The chance, 0 to 1, that `shares` (ours the last of them) trade in `seconds`.

        `rate` in shares a second, `ticks` the spread in ticks, at least 1.
        """
        root = sqrt(ticks)
        return 1.0 - exp(-seconds * (self.queue_part * rate / shares / root + self.price_hazard / sqrt(root)))


def fill_model(settings: RouterSettings) -> FillModel:
    """The model that the settings describe."""
    return FillModel(settings.fill_queue_ppm / PPM, SECOND / settings.fill_price_ns)


def rate_alone(shares: float, rate: float, seconds: float) -> float:
    """Bias: the price stays where it is, and every share that trades is of our queue. To hold `FillModel` against."""
    return 1.0 - exp(-seconds * rate / shares)


def spread_ticks(market: SymbolMarket) -> float:
    """The spread of the national best in ticks; 1 where it is one-sided, locked or crossed."""
    if market.bid is None or market.ask is None:
        return 1.0
    return max((market.ask - market.bid) / market.instrument.tick(market.bid), 1.0)
