"""The chance that a resting order fills in a given time, as if the market's two hazards stood still over it.

Bias: the price's hazard is one number for all instruments, and an order far from the touch is taken to be met as soon
as one at it. Knows no order, no venue and no fee.

Executed volume works through the queue at a part of its recent rate: rates are of busy minutes, and the price leaves
queues that were about to trade. And the price comes to an order, whatever stands ahead of it. Both numbers are measured
(docs/market/queue.md).
"""

from __future__ import annotations

from math import exp
from typing import Final

from msgspec import Struct

from router.core.profiles import RouterSettings
from router.core.types import PPM, SECOND


class FillModel(Struct, frozen=True, gc=False):
    """`queue_part`: of the executed rate, what counts. `price_hazard`: fills a second whatever stands ahead."""

    queue_part: float
    price_hazard: float

    def chance(self, shares: float, rate: float, seconds: float) -> float:
        """The chance, 0 to 1, that `shares` (ours the last of them) trade in `seconds` at `rate` shares a second."""
        return 1.0 - exp(-seconds * (self.queue_part * rate / shares + self.price_hazard))


RATE_ALONE: Final = FillModel(queue_part=1.0, price_hazard=0.0)
"""Bias: the price stays where it is, and every share that trades is of our queue. To hold the measured one against."""


def fill_model(settings: RouterSettings) -> FillModel:
    """The model that the settings describe."""
    return FillModel(settings.fill_queue_ppm / PPM, SECOND / settings.fill_price_ns)
