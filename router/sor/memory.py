"""What the router remembers and learns: its children, queues and trade rates, pools and what follows their fills.

Decides nothing. Queues and rates are of public data; what is learned from fills is kept apart by wall (client); what
concerns one slice only (who refused, who was asked) is written into the slice.
"""

from __future__ import annotations

from router.core.events import (
    ChildCanceled,
    ChildFilled,
    ChildRejected,
    ChildReplaced,
    ChildRequestRejected,
    MarketEvent,
    TradePrint,
    VenueReport,
)
from router.core.profiles import RouterSettings
from router.core.types import Ns, Qty, Reason, TimeInForce, VenueKind
from router.market.market import Market
from router.sor.markouts import Markouts
from router.sor.queue import QueueWatch
from router.sor.rates import TradeRates
from router.sor.routes import Route
from router.sor.tail import DarkBook
from router.sor.work import ChildView, Placement, SliceWork


class _Track:
    """What is remembered of one open child: whose it is, since when its price and its venue stand, what it got."""

    __slots__ = ("filled", "pegged_at", "weighed_at", "work")

    def __init__(self, work: SliceWork, at: Ns) -> None:
        self.work = work
        self.pegged_at = at
        self.weighed_at = at
        self.filled: Qty = 0


class Memory:
    """Fed by the engine through `Sor`; read by the decisions: `rates`, `dark`, `markouts`, `pegged_at`."""

    __slots__ = ("_market", "_queue", "_settings", "_tracks", "dark", "markouts", "rates")

    def __init__(self, market: Market, settings: RouterSettings) -> None:
        self._market = market
        self._settings = settings
        self._queue = QueueWatch(market, settings.queue_model)
        self._tracks: dict[str, _Track] = {}
        self.rates = TradeRates(settings.fill_rate_window_ns)
        self.dark = DarkBook()
        self.markouts = Markouts()

    def queue_ahead(self, child_id: str) -> Qty | None:
        """Estimated displayed shares ahead of a resting child; None where it is not tracked."""
        return self._queue.ahead(child_id)

    def pegged_at(self, child: ChildView) -> Ns:
        """Since when a child's price stands."""
        track = self._tracks.get(child.child_id)
        return child.sent_at if track is None else track.pegged_at

    def weighed_at(self, child: ChildView) -> Ns:
        """When a child's place in its queue was last compared with others, or taken."""
        track = self._tracks.get(child.child_id)
        return child.sent_at if track is None else track.weighed_at

    def weigh(self, now: Ns, child: ChildView) -> None:
        """Its place is compared now."""
        track = self._tracks.get(child.child_id)
        if track is not None:
            track.weighed_at = now

    def on_sent(self, now: Ns, work: SliceWork, child: ChildView, route: Route) -> None:
        """A child is on its way: what it takes is not counted on again, where it rests its queue is watched."""
        self._tracks[child.child_id] = _Track(work, now)
        work.idle_key = None
        if child.reason is Reason.DIRECT or route.kind is not VenueKind.LIT:
            work.probed[child.venue] = now
        elif child.tif is TimeInForce.IOC:
            work.taken_until[child.venue] = now + route.hold_ns
        elif not child.post_only:
            # It takes what is hidden at its price, and rests with what is left.
            work.undisplayed.pop(child.venue, None)
        if route.kind is VenueKind.LIT:
            self._queue.on_sent(child)

    def on_refused(self, now: Ns, work: SliceWork, placement: Placement) -> None:
        """The gate refused a placement: its venue is left alone for a re-peg interval; a direct order is over."""
        self._leave_alone(now, work, placement.venue)
        if placement.reason is Reason.DIRECT:
            work.probed[placement.venue] = now

    def on_report(self, now: Ns, report: VenueReport, child: ChildView | None) -> None:
        """Learn from what a venue said; order state has taken it in already."""
        track = None if child is None else self._tracks.get(child.child_id)
        if child is None or track is None:
            return
        self._queue.on_report(report, child)
        match report:
            case ChildFilled(qty=qty, px=px):
                track.filled += qty
                self.markouts.on_fill(
                    now, wall=track.work.wall, symbol=child.symbol, mic=child.venue, side=child.side, px=px
                )
            case ChildReplaced(kept_place=kept_place):
                track.pegged_at = now
                if not kept_place:
                    track.weighed_at = now
            case ChildRejected():
                self._rejected(now, track.work, child)
            case ChildRequestRejected(too_late=False):
                self._leave_alone(now, track.work, child.venue)
            case ChildCanceled(request_id=None) if child.tif is not TimeInForce.IOC:
                # Nobody asked: sent again at once, it might be cancelled again at once.
                self._leave_alone(now, track.work, child.venue)
            case _:
                pass
        if not child.is_open:
            self._forget(now, track, child)

    def on_market(self, now: Ns, event: MarketEvent) -> None:
        """Public data for queues, rates and markouts; `Market` has taken it in already."""
        symbol = event.symbol
        if symbol in self._queue.watched:
            self._queue.on_market(event)
        if isinstance(event, TradePrint):
            self.rates.on_print(now, event)
        elif symbol in self.markouts.pending:
            self.markouts.on_mid(now, symbol, self._market[symbol].mid2)

    def _rejected(self, now: Ns, work: SliceWork, child: ChildView) -> None:
        """A post-only order that nothing displayed would have met: what it would have taken is hidden there."""
        far = self._market[work.symbol].against(child.venue, work.side).best
        if child.post_only and child.px is not None and (far is None or not work.side.accepts(child.px, far)):
            work.undisplayed[child.venue] = child.px
        else:
            self._leave_alone(now, work, child.venue)

    def _leave_alone(self, now: Ns, work: SliceWork, mic: str) -> None:
        work.refused_until[mic] = now + self._settings.re_peg_interval_ns

    def _forget(self, now: Ns, track: _Track, child: ChildView) -> None:
        """A child is over: a dark one says how much its venue had."""
        del self._tracks[child.child_id]
        rested = child.reason is Reason.DARK_REST
        if not rested and child.reason is not Reason.DARK_PROBE:
            return
        if rested and not track.filled and now - child.sent_at < self._settings.dark_probe_ns:
            # Taken back before anybody could have come: it says nothing.
            return
        self.dark.observe(
            track.work.wall,
            child.symbol,
            child.venue,
            rested=rested,
            sent=child.qty,
            filled=min(track.filled, child.qty),
            lot=self._market[child.symbol].instrument.round_lot,
        )
