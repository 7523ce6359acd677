"""Carrying out a client's replace: room is made at the venues first, and every queue place kept that can be.

A replace takes effect when nothing open breaks the new terms: no child beyond the new limit, and filled + open within
the new quantity. Until then the order is PendingReplace and starts nothing new; fills meanwhile count (X1). Knows no
FIX message.
"""

from __future__ import annotations

from router.core.algo import Cause
from router.core.events import ReplaceRequest
from router.core.types import CxlRejReason, OrdStatus, OrdType, Px, Qty, Reason
from router.engine.desk import Desk
from router.engine.expiry import watch_expiry
from router.engine.gate import Gate
from router.engine.plan import Refused, note_schedule, order_plan
from router.engine.work import ParentWork
from router.orders import Child
from router.orders.terms import amended
from router.sor.work import Amendment


class Amendments:
    """Answers the replace at the head of an order's requests."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def carry_out(self, work: ParentWork, request: ReplaceRequest) -> bool:
        """One step towards the answer; False while a venue has to speak first."""
        desk, parent = self._desk, work.parent
        plan = order_plan(
            desk, amended(parent.terms, request), desk.now, work.terms, traded_before=parent.traded_before
        )
        if isinstance(plan, Refused):
            desk.say(desk.parents.replace_refused(desk.now, parent, CxlRejReason.OTHER, plan.text))
            desk.wake(work, Cause.RESUMED)
            return True
        if request.expire_time is not None:
            watch_expiry(desk, work.order_id, amended(parent.terms, request))
        if work.algo is None:
            return self._direct(work, request)
        limit = None if request.ord_type is OrdType.MARKET else (request.px if request.px is not None else parent.px)
        if not self._made_room(work, max(plan.terms.qty, parent.cum_qty), limit):
            return False
        before = parent.cl_ord_id
        desk.say(desk.parents.replace_done(desk.now, parent))
        if parent.cl_ord_id == before:
            return True
        work.params, work.terms, work.prefs = plan.params, plan.terms, plan.prefs
        for piece in work.slices.values():
            piece.prefs = plan.prefs
            piece.limit_px = self._tighter(work, piece.limit_px)
        self._trim_slices(work)
        work.algo.on_amend(plan.params, plan.terms)
        note_schedule(desk, work.order_id, plan, done=parent.traded_before)
        desk.wake(work, Cause.AMENDED)
        return True

    def _direct(self, work: ParentWork, request: ReplaceRequest) -> bool:
        """Direct market access: the venue changes its order, and its answer is the client's."""
        desk, parent = self._desk, work.parent
        children = desk.children.of_order(work.order_id)
        px = None if request.ord_type is OrdType.MARKET else request.px
        if not children or (children[0].qty == request.qty and children[0].px == px):
            if parent.own_status is OrdStatus.PENDING_NEW:
                return False  # nothing to change, and nothing in force yet: the venue's first word comes before
            desk.say(desk.parents.replace_done(desk.now, parent))
            for piece in work.slices.values():
                piece.qty = max(parent.qty, piece.filled)
            return True
        if not any(child.pending_replace or child.pending_cancel or child.unknown for child in children):
            asked = Amendment(children[0].child_id, request.qty, px, Reason.DIRECT)
            if not self._gate.replace(work, children[0], asked, request):
                text = "refused by the last gate before the venue"
                desk.say(desk.parents.replace_refused(desk.now, parent, CxlRejReason.BROKER_OPTION, text))
                return True
        return False

    # --- room

    def _made_room(self, work: ParentWork, qty: Qty, limit_px: Px | None) -> bool:
        """Withdraw what the new terms forbid; whether nothing open breaks them now."""
        side = work.parent.side
        children = self._desk.children.of_order(work.order_id)
        beyond = [child for child in children if not _within(child, side.accepts, limit_px)]
        for child in beyond:
            self._gate.cancel(child)
        excess = work.parent.cum_qty + self._desk.children.exposure(work.order_id) - qty
        if excess > 0:
            self._shrink(work, children, excess)
        return not beyond and excess <= 0

    def _shrink(self, work: ParentWork, children: tuple[Child, ...], excess: Qty) -> None:
        """Take `excess` shares off open children, the youngest first: the oldest has the best place in its queue."""
        coming = sum(child.leaves - _leaves_to_be(child) for child in children)
        excess -= coming
        for child in reversed(children):
            if excess <= 0:
                return
            if child.pending_cancel or child.pending_replace or child.unknown:
                continue
            cut = min(excess, child.leaves)
            excess -= cut
            keeps_place = self._desk.venues[child.venue].replace_keeps_place and not child.pending_new
            if cut == child.leaves or not keeps_place:
                self._gate.cancel(child)
                excess -= child.leaves - cut
            else:
                smaller = Amendment(child.child_id, child.qty - cut, child.px, child.reason)
                if not self._gate.replace(work, child, smaller):
                    self._gate.cancel(child)

    def _trim_slices(self, work: ParentWork) -> None:
        """Cut slices to the new quantity, the youngest first and never below what is open of them."""
        excess = work.released - max(work.target - work.parent.cum_qty, 0)
        for slice_id in reversed(tuple(work.slices)):
            if excess <= 0:
                return
            piece = work.slices[slice_id]
            cut = min(excess, piece.remaining - self._desk.children.slice_exposure(slice_id))
            piece.qty -= cut
            excess -= cut
            self._desk.review(slice_id)
        assert excess <= 0, f"{work.order_id}: {excess} shares stay released above {work.parent.qty}"

    def _tighter(self, work: ParentWork, slice_px: Px | None) -> Px | None:
        limit, side = work.parent.px, work.parent.side
        if limit is None or (slice_px is not None and side.accepts(limit, slice_px)):
            return slice_px
        instrument = work.terms.instrument
        return instrument.floor(limit) if side.is_buy else instrument.ceil(limit)


def _within(child: Child, accepts: object, limit_px: Px | None) -> bool:
    assert callable(accepts)
    if limit_px is None:
        return True
    # A pegged or market child without a price of its own may trade anywhere.
    return child.px is not None and bool(accepts(limit_px, child.px))


def _leaves_to_be(child: Child) -> Qty:
    """What may still trade of a child once the venue has answered what is pending."""
    if child.pending_cancel:
        return 0
    if child.replacing is not None:
        return max(0, child.replacing.qty - child.cum_qty)
    return child.leaves
