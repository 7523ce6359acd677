"""Scheduled crosses: what a patient order has not released waits in them, and comes back when it is wanted.

An algorithm cuts slices for minutes, a cross is stated for an hour from now: no slice would ever be there. So a part of
what is not released is lent to each cross that the order outlives. To its algorithm a lent share is available; it hears
of it when it is filled. Knows no venue: the router says when a cross is, and which.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from router.core.types import PPM, SECOND, Ns, Phase, Ppm, Qty, Reason, Urgency
from router.engine.desk import Desk
from router.engine.work import ParentWork
from router.sor.work import SliceWork

SHARE_PPM: Final[Ppm] = 100_000
"""Lent where the client does not say.

A tenth of what is left, so that a cross that fills puts no schedule far ahead.
"""
RESERVE_NS: Final[Ns] = 60 * SECOND
"""An order must outlive the cross by this: what comes back unfilled still has to be worked."""


class Crosses:
    """Lends and takes back. `over` ends a slice whose time has come."""

    def __init__(self, desk: Desk, over: Callable[[int], None]) -> None:
        self._desk = desk
        self._over = over

    def watch(self, work: ParentWork) -> None:
        """Be there for the next cross that the order outlives, if it lends at all."""
        desk = self._desk
        window = desk.router.next_cross(desk.now, work.prefs) if share_ppm(work) else None
        if window is None or window[1] + RESERVE_NS > work.terms.end or work.cross_at == window[0]:
            return
        work.cross_at = window[0]
        desk.timers.set(desk.outs, max(window[0], work.terms.start), self._lend, work.order_id, window)

    def call_back(self, work: ParentWork) -> None:
        """The algorithm wants more than is free: what waits in a cross comes back."""
        for slice_id, piece in tuple(work.slices.items()):
            if piece.reason is Reason.CROSS and slice_id not in work.closing:
                self._over(slice_id)

    def _lend(self, order_id: str, window: tuple[Ns, Ns]) -> None:
        desk, work = self._desk, self._desk.works.get(order_id)
        if work is None or work.cross_at != window[0]:
            return
        qty = self._part(work)
        if qty and not work.is_frozen and work.market.phase is Phase.CONTINUOUS:
            piece = SliceWork(
                slice_id=desk.ids.slice(),
                order_id=order_id,
                symbol=work.parent.symbol,
                side=work.parent.side,
                qty=qty,
                urgency=Urgency.PASSIVE,
                reason=Reason.CROSS,
                started_at=desk.now,
                until=window[1],
                limit_px=work.limit_px(None),
                prefs=work.prefs,
                wall=work.parent.client,
            )
            desk.open_slice(work, piece)
            desk.timers.set(desk.outs, window[1], self._over, piece.slice_id)
        desk.timers.set(desk.outs, window[1], self._watch_again, order_id)

    def _watch_again(self, order_id: str) -> None:
        work = self._desk.works.get(order_id)
        if work is not None:
            self.watch(work)

    def _part(self, work: ParentWork) -> Qty:
        """Round lots to lend, of what is free."""
        left = work.target - work.parent.cum_qty
        lot = work.terms.instrument.round_lot
        return min(left * share_ppm(work) // PPM, work.available) // lot * lot


def share_ppm(work: ParentWork) -> Ppm:
    """How much of what is left an order lends: CrossPct, or the default where nothing caps its participation.

    Of the default no more than the client's DarkPct lets be undisplayed; a CrossPct that is given stands beside it.
    """
    if work.parent.terms.strategy is None:
        return 0
    params = work.params
    if params.cross_pct is not None:
        return params.cross_pct
    is_capped = params.participation_rate is not None or params.max_participation is not None
    undisplayed = PPM if params.dark_pct is None else params.dark_pct
    return 0 if is_capped else SHARE_PPM * undisplayed // PPM
