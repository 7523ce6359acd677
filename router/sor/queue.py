"""Where our resting orders stand in their queues, estimated from public data alone.

Bias, by model: `risk-averse` counts every cancellation as behind us while anything stands there (never too hopeful,
often far too sad); `power` and `log` split cancellations by how much stands behind and ahead (after hftbacktest's
`queue.rs`; Rigtorp, "Estimating order queue position", 2013). What joins a level after our order has arrived stands
behind it and never counts. Hidden quantity is not seen: it trades after the displayed queue, so it is left out.
Knows no fee and no slice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import log1p
from types import MappingProxyType
from typing import Final, TypeAlias

from router.core.events import AuctionImbalance, BookSnapshot, LevelUpdate, MarketEvent, PhaseChange, TradePrint
from router.core.types import PrintKind, Px, Qty, Side
from router.sor.work import ChildView

BehindModel: TypeAlias = Callable[[float, float], float]
"""(shares ahead, shares behind) -> the part of a cancellation that is behind us, 0 to 1."""

_POWER: Final = 3.0
"""Exponent of the power model: cancellations lean to the longer part; 2 to 3 is hftbacktest's advice for stocks."""


def _risk_averse(ahead: float, behind: float) -> float:
    del ahead, behind
    return 1.0


def _power(ahead: float, behind: float) -> float:
    front, back = ahead**_POWER, behind**_POWER
    return back / (front + back) if front + back > 0 else 1.0


def _log(ahead: float, behind: float) -> float:
    front, back = log1p(ahead), log1p(behind)
    return back / (front + back) if front + back > 0 else 1.0


MODELS: Final[Mapping[str, BehindModel]] = MappingProxyType({"risk-averse": _risk_averse, "power": _power, "log": _log})


class _Place:
    """One resting order's place: `shown` is its level's displayed quantity at the last word, our own included."""

    __slots__ = ("ahead", "arrived", "is_bid", "own", "px", "shown", "symbol", "traded", "venue")

    def __init__(self, child: ChildView, px: Px, shown: Qty) -> None:
        self.venue = child.venue
        self.symbol = child.symbol
        self.is_bid = child.side is Side.BUY
        self.px = px
        self.own = own_displayed(child)
        self.ahead = float(shown)
        self.shown = shown
        self.traded: Qty = 0
        """Printed at the level and not yet seen in its displayed quantity."""
        self.arrived = False


_Level: TypeAlias = tuple[str, bool, Px]
"""(venue, is_bid, px)"""


class QueueEstimator:
    """Shares ahead of each resting child. Fed with market data of symbols that have one, and with what venues say."""

    __slots__ = ("_behind", "_places", "watched")

    def __init__(self, model: str) -> None:
        assert model in MODELS, f"queue model {model!r} is none of {', '.join(MODELS)}"
        self._behind = MODELS[model]
        self._places: dict[str, _Place] = {}
        self.watched: dict[str, dict[_Level, dict[str, _Place]]] = {}
        """Places by symbol and level, without empty entries: who feeds market data may look here first."""

    # --- our own orders

    def joined(self, child: ChildView, px: Px, shown: Qty) -> None:
        """A child is on its way to the back of the level at `px`, which shows `shown` shares."""
        place = _Place(child, px, shown)
        self._places[child.child_id] = place
        levels = self.watched.setdefault(child.symbol, {})
        levels.setdefault((place.venue, place.is_bid, px), {})[child.child_id] = place

    def arrived(self, child_id: str) -> None:
        """The venue has it: whoever comes now stands behind."""
        place = self._places.get(child_id)
        if place is not None:
            place.arrived = True

    def filled(self, child: ChildView) -> None:
        """It traded: nobody was ahead."""
        place = self._places.get(child.child_id)
        if place is not None:
            place.ahead = 0.0
            place.own = own_displayed(child)

    def resized(self, child: ChildView) -> None:
        """Its size changed and it kept its place."""
        place = self._places.get(child.child_id)
        if place is not None:
            place.own = own_displayed(child)

    def left(self, child_id: str) -> None:
        """It rests no more."""
        place = self._places.pop(child_id, None)
        if place is not None:
            levels, level = self.watched[place.symbol], (place.venue, place.is_bid, place.px)
            del levels[level][child_id]
            if not levels[level]:
                del levels[level]
            if not levels:
                del self.watched[place.symbol]

    def ahead(self, child_id: str) -> Qty | None:
        """Estimated displayed shares ahead, rounded up; None where the child is not tracked."""
        place = self._places.get(child_id)
        return None if place is None else -int(-place.ahead // 1)

    # --- the public market

    def on_market(self, event: MarketEvent) -> None:
        """Take in an event of any symbol; those without a resting child of ours cost one look-up."""
        levels = self.watched.get(event.symbol)
        if levels is None:
            return
        if isinstance(event, LevelUpdate):
            places = levels.get((event.venue, event.is_bid, event.px))
            if places is not None:
                self._shown(places.values(), event.qty)
            return
        if isinstance(event, PhaseChange | AuctionImbalance):
            return
        for (venue, _, _), places in levels.items():
            if venue == event.venue:
                for place in places.values():
                    if isinstance(event, TradePrint):
                        _traded(place, event)
                    else:
                        self._shown((place,), _qty_in(event, place))

    def _shown(self, places: Iterable[_Place], shown: Qty) -> None:
        """A level now shows `shown`: a decrease that trades do not explain is split between ahead and behind."""
        for place in places:
            change = place.shown - shown
            place.shown = shown
            if change <= 0:
                # Refilled before we saw it shrink: an old print must not explain a later cancellation.
                place.traded = 0
                if not place.arrived:
                    _joined_before_us(place, -change)
            else:
                if place.traded:
                    by_trades = min(change, place.traded)
                    place.traded -= by_trades
                    change -= by_trades
                if change and place.ahead:
                    self._canceled(place, change)
            if place.arrived and place.ahead > shown - place.own:
                place.ahead = float(max(shown - place.own, 0))

    def _canceled(self, place: _Place, qty: Qty) -> None:
        """`qty` left the level by no trade, with shares ahead of us."""
        ahead = place.ahead
        if not place.arrived:
            # Nobody stands behind an order that is not there yet.
            place.ahead = max(ahead - qty, 0.0)
            return
        behind = place.shown + qty - place.own - ahead
        # More cannot have left from behind than stood there.
        from_behind = min(qty * self._behind(ahead, behind), behind) if behind > 0 else 0.0
        place.ahead = max(ahead - (qty - from_behind), 0.0)


def own_displayed(child: ChildView) -> Qty:
    """How much of a child its venue displays."""
    return child.leaves if child.display_qty is None else min(child.display_qty, child.leaves)


def _joined_before_us(place: _Place, qty: Qty) -> None:
    """An increase before our order's arrival is known: our own, where it is exactly its size; else ahead of it."""
    if qty == place.own:
        place.arrived = True
    else:
        place.ahead += qty


def _traded(place: _Place, trade: TradePrint) -> None:
    """A print at the venue: at our price it eats the front; through our price it means that the front is gone."""
    if trade.kind is not PrintKind.REGULAR or trade.aggressor_is_buy is place.is_bid:
        return
    if trade.px == place.px:
        place.traded += trade.qty
        place.ahead = max(place.ahead - trade.qty, 0.0)
    elif (trade.px < place.px) is place.is_bid and place.arrived:
        place.ahead = 0.0


def _qty_in(snapshot: BookSnapshot, place: _Place) -> Qty:
    levels = snapshot.bids if place.is_bid else snapshot.asks
    return next((qty for px, qty in levels if px == place.px), 0)
