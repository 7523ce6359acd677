"""Firm-up requests: each gets one answer, a firm order or a decline, and none is left to run into its time-out.

A conditional order commits nothing, so one slice may rest as conditional in several pools at once, for all of itself in
each. What is committed is decided when a pool asks: the router firms up with what is free of the slice then, that is,
not filled and not open in any firm child, pending and UNKNOWN ones included. Two pools that ask at once are answered
one after the other, and the second finds free what the first has left. Knows no pool's matching rule.
"""

from __future__ import annotations

from router.core.events import FirmUpRequest
from router.engine.desk import Desk
from router.engine.gate import Gate
from router.engine.work import ParentWork
from router.orders import Child
from router.risk.rules import Refusal
from router.sor.work import SliceWork


class FirmUps:
    """Keeps the requests of each slice until they are answered."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def asked(self, work: ParentWork, child: Child, request: FirmUpRequest) -> None:
        """A pool asks: the router looks at the slice; where that has ended, or is being withdrawn, the answer is no."""
        desk, piece = self._desk, work.slices.get(child.slice_id)
        if piece is None or child.slice_id in work.closing or work.is_frozen:
            self._gate.decline(request)
            return
        piece.firm_ups[request.firm_up_id] = request
        desk.review(piece.slice_id)
        # The last resort, where nobody may look at the slice meanwhile (a halt): later, the answer would come too late.
        profile = desk.venues[child.venue]
        last_call = request.expires - profile.latency_ns - profile.latency_jitter_ns
        desk.timers.set(desk.outs, max(last_call, desk.now), self._overdue, piece.slice_id, request.firm_up_id)

    def answered(self, piece: SliceWork, firm_up_id: str, sent: Child | Refusal) -> None:
        """The firm order is on its way; what the last gate refused is declined."""
        if isinstance(sent, Refusal):
            self.decline(piece, firm_up_id)
        else:
            piece.firm_ups.pop(firm_up_id, None)

    def decline(self, piece: SliceWork, firm_up_id: str) -> None:
        """No, unless it was answered before."""
        request = piece.firm_ups.pop(firm_up_id, None)
        if request is not None:
            self._gate.decline(request)
            piece.refused_until[request.venue] = self._desk.now + self._desk.config.router.passive_patience_ns

    def decline_all(self, piece: SliceWork) -> None:
        """The slice is being withdrawn."""
        for firm_up_id in tuple(piece.firm_ups):
            self.decline(piece, firm_up_id)

    def _overdue(self, slice_id: int, firm_up_id: str) -> None:
        found = self._desk.slice_of(slice_id)
        if found is not None and firm_up_id in found[1].firm_ups:
            # A review asked for at this very instant comes first: it may still firm up with what is free.
            self.decline(found[1], firm_up_id)
