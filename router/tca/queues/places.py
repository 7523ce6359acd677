"""What was recorded of resting orders: their true places beside each estimate, and bets on their fills with outcomes.

Data only; `router.tca.queues.calibration` makes figures of it. Shares are displayed ones, prices quanta, times UTC ns.
Knows no market and no file.
"""

from __future__ import annotations

from msgspec import Struct

from router.core.types import Ns, Px, Qty


class OrderLife(Struct, gc=False):
    """One order that rested: from `joined_at`, when its acceptance was heard, to `ended_at` (None: to the end)."""

    child_id: str
    venue: str
    symbol: str
    is_bid: bool
    px: Px
    qty: Qty
    joined_at: Ns
    ended_at: Ns | None = None
    filled: Qty = 0


class PlaceSample(Struct, frozen=True, gc=False):
    """An order (its number in `Recording.orders`) at one instant: where it stands, and where each model has it.

    `ahead` is exact, at the venue; `shown` its level's displayed quantity as the feed has it, our own included;
    `spread` that of the national best, None where there is none. `estimates` in the order of `Recording.models`.
    """

    at: Ns
    order: int
    ahead: Qty
    shown: Qty
    spread: Px | None
    estimates: tuple[Qty, ...]


class Bet(Struct, frozen=True, gc=False):
    """Whether all that is left of an order fills within `horizon_ns` of `at`: what was said, and what came of it.

    `chances` in the order of `Recording.forecasts`. `filled` None: cancelled before anybody could know.
    """

    at: Ns
    order: int
    horizon_ns: Ns
    chances: tuple[float, ...]
    filled: bool | None


class Recording(Struct, frozen=True):
    """All that one market gave; `chosen` is the model that the router is set to."""

    market: str
    chosen: str
    models: tuple[str, ...]
    forecasts: tuple[str, ...]
    orders: list[OrderLife]
    samples: list[PlaceSample]
    bets: list[Bet]
