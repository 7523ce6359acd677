"""Where our resting orders stand in their queues, estimated from public data alone.

Bias: that of the model which splits cancellations between ahead and behind (`router.sor.queue_models`). What joins a
level after our order has arrived stands behind it and never counts. Hidden quantity is not seen: it trades after the
displayed queue, so it is left out. Knows no fee and no slice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from router.core.events import (
    AuctionImbalance,
    BookSnapshot,
    ChildAccepted,
    ChildFilled,
    ChildReplaced,
    LevelUpdate,
    MarketEvent,
    PhaseChange,
    TradePrint,
    VenueReport,
)
from router.core.types import PrintKind, Px, Qty, Side, TimeInForce
from router.market.market import Market
from router.sor.queue_models import MODELS
from router.sor.work import ChildView


class _Place:
    """One resting order's place: `shown` is its level's displayed quantity at the last word, our own included."""

    __slots__ = ("ahead", "arrived", "before", "explained", "is_bid", "own", "px", "shown", "symbol", "venue")

    def __init__(self, child: ChildView, px: Px, shown: Qty) -> None:
        self.venue = child.venue
        self.symbol = child.symbol
        self.is_bid = child.side is Side.BUY
        self.px = px
        self.own = own_displayed(child)
        self.ahead = float(shown)
        self.shown = shown
        self.explained: Qty = 0
        """Printed at the level or withdrawn by ourselves, and not yet seen in its displayed quantity."""
        self.before: tuple[Qty, float] | None = None
        """The last change, where it was a cancellation: how much of it, and the shares ahead before it."""
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
        """Its size changed and it kept its place: so much of a cancellation is our own, heard of already or to come."""
        place = self._places.get(child.child_id)
        if place is None:
            return
        cut = place.own - own_displayed(child)
        place.own -= cut
        if cut > 0:
            self._withdrawn(place, cut)

    def left(self, child_id: str) -> None:
        """It rests no more: what it showed has been withdrawn, or was never there."""
        place = self._places.pop(child_id, None)
        if place is not None:
            levels, level = self.watched[place.symbol], (place.venue, place.is_bid, place.px)
            if place.arrived and place.own and len(levels[level]) > 1:
                self._withdrawn(place, place.own)
            del levels[level][child_id]
            if not levels[level]:
                del levels[level]
            if not levels:
                del self.watched[place.symbol]

    def _withdrawn(self, ours: _Place, cut: Qty) -> None:
        """We took `cut` shares out of a level: nobody's cancellation, for that order and for our others there.

        It was ahead of those that were sent to the level after it, and orders reach a venue as they were sent.
        """
        is_later = False
        for place in self.watched[ours.symbol][ours.venue, ours.is_bid, ours.px].values():
            if place.before is not None and place.before[0] == cut:
                place.ahead = place.before[1]
                place.before = None
            else:
                place.explained += cut
            if is_later:
                place.ahead = max(place.ahead - cut, 0.0)
            is_later = is_later or place is ours

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
        """A level now shows `shown`: a decrease that nothing explains is split between ahead and behind."""
        for place in places:
            change = place.shown - shown
            place.shown = shown
            if change:
                place.before = None
            if change <= 0:
                # Refilled before we saw it shrink: an old print must not explain a later cancellation.
                place.explained = 0
                if not place.arrived:
                    _joined_before_us(place, -change)
            else:
                if place.explained:
                    known = min(change, place.explained)
                    place.explained -= known
                    change -= known
                if change and place.ahead:
                    place.before = (change, place.ahead)
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


class QueueWatch:
    """An estimator that is told of our children as the engine hears of them: which are watched, since when, where.

    Reads `market`, which has taken in every event before it comes here.
    """

    __slots__ = ("_market", "_queue", "watched")

    def __init__(self, market: Market, model: str) -> None:
        self._market = market
        self._queue = QueueEstimator(model)
        self.watched = self._queue.watched
        """See `QueueEstimator.watched`."""

    def ahead(self, child_id: str) -> Qty | None:
        """See `QueueEstimator.ahead`."""
        return self._queue.ahead(child_id)

    def on_sent(self, child: ChildView) -> None:
        """Watch the queue of an order that rests displayed; a pegged or hidden one has none that can be seen."""
        hidden = child.peg is not None or child.display_qty == 0
        if child.px is None or hidden or child.tif is TimeInForce.IOC:
            return
        shown = self._market[child.symbol].beside(child.venue, child.side).qty_at(child.px)
        self._queue.joined(child, child.px, shown)

    def on_report(self, report: VenueReport, child: ChildView) -> None:
        """What a venue said of a child that was sent; the child is as it stands after it."""
        match report:
            case ChildAccepted():
                self._queue.arrived(child.child_id)
            case ChildFilled():
                self._queue.filled(child)
            case ChildReplaced(kept_place=True):
                self._queue.resized(child)
            case ChildReplaced() if self._queue.ahead(child.child_id) is not None:
                self._queue.left(child.child_id)
                self.on_sent(child)
                self._queue.arrived(child.child_id)
            case _:
                pass
        if child.leaves == 0:
            self._queue.left(child.child_id)

    def on_market(self, event: MarketEvent) -> None:
        """See `QueueEstimator.on_market`."""
        self._queue.on_market(event)


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
        place.explained += trade.qty
        place.ahead = max(place.ahead - trade.qty, 0.0)
    elif (trade.px < place.px) is place.is_bid and place.arrived:
        place.ahead = 0.0


def _qty_in(snapshot: BookSnapshot, place: _Place) -> Qty:
    levels = snapshot.bids if place.is_bid else snapshot.asks
    return next((qty for px, qty in levels if px == place.px), 0)
