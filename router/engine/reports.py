"""What venues say of our children: booked once, told to the client, and followed by what it makes necessary.

Knows no FIX message. A report that cannot be believed is named in an alarm and changes nothing.
"""

from __future__ import annotations

from router.core.events import (
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildRejected,
    ChildReplaced,
    ChildRequestRejected,
    ChildStatus,
    FirmUpRequest,
    VenueDown,
    VenueUp,
)
from router.core.types import CxlRejReason, ExecRestatementReason, OrdRejReason, OrdStatus
from router.engine.desk import Desk
from router.engine.gate import Gate
from router.engine.halts import tell_phase
from router.engine.opening import reopen
from router.engine.work import ParentWork
from router.engine.working import Working
from router.orders import Applied, Child, Parent
from router.orders.child import ChildReport


class Reports:
    """Takes in venue reports."""

    def __init__(self, desk: Desk, gate: Gate, working: Working) -> None:
        self._desk = desk
        self._gate = gate
        self._working = working

    def child(self, report: ChildReport) -> None:
        """Any report on a child order."""
        desk = self._desk
        applied = desk.children.apply(report)
        child = applied.child
        if applied.problem:
            desk.alarm(applied.problem)
        if child is None or not applied.changed:
            return
        self._gate.heard(child, report)
        desk.router.on_report(desk.now, report, child)
        parent = desk.parents.get(child.order_id)
        assert parent is not None, (child.child_id, child.order_id)
        work = desk.works.get(child.order_id)
        self._tell_client(parent, work, child, report, applied)
        if isinstance(report, FirmUpRequest) and not applied.ended:
            return  # said twice, or of an order that was given up for lost: nobody waits for an answer any more
        if work is not None:
            self._follow_up(work, child, report)
        elif isinstance(report, FirmUpRequest):
            self._gate.decline(report)

    # --- the client's part

    def _tell_client(
        self, parent: Parent, work: ParentWork | None, child: Child, report: ChildReport, applied: Applied
    ) -> None:
        desk = self._desk
        if parent.own_status is OrdStatus.PENDING_NEW and not isinstance(report, ChildRejected):
            # Direct market access: the venue has it, so the client's order is in force.
            desk.say(desk.parents.confirm(desk.now, parent))
            tell_phase(desk, parent)
        match report:
            case ChildFilled():
                self._filled(parent, work, child, report)
            case ChildBusted():
                key, new = (report.venue, report.exec_ref_id), (report.venue, report.exec_id)
                desk.say(desk.parents.bust(desk.now, parent, key, new))
                self._uncount(parent, work, child)
            case ChildCorrected():
                key, new = (report.venue, report.exec_ref_id), (report.venue, report.exec_id)
                desk.say(desk.parents.correct(desk.now, parent, key, new, qty=report.qty, px=report.px))
                self._uncount(parent, work, child)
            case ChildStatus() if applied.ended and child.cum_qty < report.cum_qty:
                text = f"{report.venue} says {report.cum_qty} filled of {child.child_id}, reported are {child.cum_qty}"
                desk.alarm(text)
            case _:
                pass
        if work is not None and work.algo is None:
            self._direct(work, child, report)

    def _filled(self, parent: Parent, work: ParentWork | None, child: Child, report: ChildFilled) -> None:
        desk = self._desk
        desk.say(
            desk.parents.fill(
                desk.now,
                parent,
                key=(report.venue, report.exec_id),
                qty=report.qty,
                px=report.px,
                last_mkt=report.last_mkt or report.venue,
                liquidity=report.liquidity,
            )
        )
        desk.note(
            parent.order_id,
            "fill",
            child=child.child_id,
            venue=report.venue,
            kind=report.kind,
            qty=report.qty,
            px=report.px,
            liquidity=report.liquidity,
            reason=child.reason,
        )
        if parent.overfilled:
            desk.alarm(f"{parent.order_id} is filled {parent.overfilled} beyond OrderQty(38) by {child.child_id}")
        if work is None:
            return
        work.rejects_in_row = 0
        work.window.own_fill(report.qty, report.px, report.kind)
        piece = work.slices.get(child.slice_id)
        if piece is not None:
            piece.filled += report.qty

    def _uncount(self, parent: Parent, work: ParentWork | None, child: Child) -> None:
        """After a bust or a correction.

        A slice still open works what came back, an ended one gives it to the algorithm.
        """
        tell_phase(self._desk, parent)  # what was filled in a halt may be open in none, and the other way round
        if work is None:
            may_work = parent.is_working or parent.own_status is OrdStatus.SUSPENDED
            work = reopen(self._desk, parent) if may_work else None
        if work is None:
            return
        piece = work.slices.get(child.slice_id)
        if piece is not None:
            piece.filled = sum(other.cum_qty for other in self._desk.children if other.slice_id == piece.slice_id)
        self._desk.settle(work)

    def _direct(self, work: ParentWork, child: Child, report: ChildReport) -> None:
        """Direct market access: the venue's answers are the answers to the client's requests."""
        desk, parent = self._desk, work.parent
        match report:
            case ChildRejected() if parent.own_status is OrdStatus.PENDING_NEW:
                desk.say(desk.parents.decline(desk.now, parent, OrdRejReason.BROKER_OPTION, report.text))
            case ChildRequestRejected() if not report.too_late and parent.requests:
                work.closing.pop(child.slice_id, None)
                self._gate.forgive(child)
                refuse = desk.parents.cancel_refused if parent.is_pending_cancel else desk.parents.replace_refused
                desk.say(refuse(desk.now, parent, CxlRejReason.OTHER, report.text))
            case ChildCanceled() | ChildRejected() | ChildStatus() if not child.is_open and parent.is_open:
                work.closing[child.slice_id] = True
                if not (parent.has_cancel or work.done or work.day_over):
                    text = report.text if not isinstance(report, ChildStatus) else "not open at the venue"
                    reason = ExecRestatementReason.MARKET_OPTION
                    desk.say(desk.parents.unsolicited_cancel(desk.now, parent, reason, text))
            case _:
                pass

    # --- ours

    def _follow_up(self, work: ParentWork, child: Child, report: ChildReport) -> None:
        desk = self._desk
        if isinstance(report, ChildRejected):
            self._working.rejected(work, report.text)
        if isinstance(report, FirmUpRequest) and child.conditional:
            self._working.firm_ups.asked(work, child, report)
        if not child.is_open:
            self._working.end_slice_if_over(work, child.slice_id)
        elif child.slice_id in work.closing:
            # A cancel that was lost with a silent venue is sent again once the venue speaks.
            self._gate.cancel(child)
        else:
            desk.review(child.slice_id)
        if work.parent.requests or not work.parent.is_open or isinstance(report, ChildReplaced):
            desk.settle(work)

    # --- the venue itself

    def venue_up(self, event: VenueUp) -> None:
        """The venue answers again: what was open there is asked after before anything new is sent."""
        desk = self._desk
        desk.market.mark_up(desk.now, event.venue)
        desk.router.on_report(desk.now, event, None)
        for child in desk.children.of_venue(event.venue):
            self._gate.query(child)
        self._review_all()

    def venue_down(self, event: VenueDown) -> None:
        """The venue does not answer: its open children are UNKNOWN, and count as open."""
        desk = self._desk
        desk.alarm(f"venue {event.venue} is down: {event.text}")
        desk.market.mark_down(desk.now, event.venue)
        desk.router.on_report(desk.now, event, None)
        for child in desk.children.of_venue(event.venue):
            desk.children.lost(child)
        self._review_all()

    def reconcile(self) -> None:
        """After a restart nothing at a venue is certain: every open child is UNKNOWN and asked after."""
        for mic in self._desk.venues:
            for child in self._desk.children.of_venue(mic):
                self._gate.query(child)

    def _review_all(self) -> None:
        for slice_id in self._desk.slices:
            self._desk.review(slice_id)
