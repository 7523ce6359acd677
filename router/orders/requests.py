"""The client's requests on a living order: cancel (F) and cancel/replace (G), from their arrival to their one answer.

Every request gets its first answer once: PendingCancel/PendingReplace, or OrderCancelReject(9) with the reason. One is
dealt with at a time and the next waits (D.2.a); a cancel is never lost behind a replace. Knows no child order: the
engine says when what is open at the venues has ended.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from router.core.events import CancelRequest, ReplaceRequest
from router.core.outputs import ClientOutput
from router.core.types import CxlRejReason, ExecType, Ns, OrdStatus
from router.orders.parent import ClientRequest, Parent, Request
from router.orders.register import Register
from router.orders.reports import cancel_reject, report, status_report, unknown_order_reject
from router.orders.states import ParentEvent, RequestEvent, RequestState
from router.orders.terms import amended, merged

WAITING_MAX: Final = 8
"""Requests that one order may have unanswered. FIX names no number; a client with more has lost its own thread."""


class Refusal(NamedTuple):
    """Why a request is refused: CxlRejReason(102), and the rule with the values in words."""

    reason: CxlRejReason
    text: str


class Requests(Register):
    """Base of `Parents`: F and G."""

    def request_cancel(
        self, at: Ns, request: CancelRequest, *, refusal: str | None = None, reason: CxlRejReason = CxlRejReason.OTHER
    ) -> tuple[Parent | None, list[ClientOutput]]:
        """Take in an OrderCancelRequest(F); the parent comes back if the request waits or is pending.

        `refusal` is what we object to it, of our own will; the void is said before that.
        """
        return self._request(at, request, Refusal(reason, refusal) if refusal is not None else None)

    def request_replace(
        self,
        at: Ns,
        request: ReplaceRequest,
        *,
        refusal: str | None = None,
        reason: CxlRejReason = CxlRejReason.OTHER,
    ) -> tuple[Parent | None, list[ClientOutput]]:
        """Take in an OrderCancelReplaceRequest(G); `refusal` is what the risk limits or the algorithm object to it.

        What makes the request void by itself (unknown order, duplicate id, too late) is said before that.
        """
        return self._request(at, request, Refusal(reason, refusal) if refusal is not None else None)

    def cancel_done(self, at: Ns, parent: Parent) -> list[ClientOutput]:
        """Nothing is open any more: Canceled; or refused as too late if all was filled meanwhile (B.1.c)."""
        head = self._head(parent)
        assert head.is_cancel, (parent.order_id, head.event.cl_ord_id)
        if parent.own_status is OrdStatus.FILLED:
            return self.cancel_refused(at, parent, CxlRejReason.TOO_LATE, _too_late_text(parent, head.event))
        head.on(RequestEvent.ACCEPT)
        with parent.on(ParentEvent.CANCEL, OrdStatus.CANCELED):
            parent.requests.popleft()
        assert not parent.requests, f"{parent.order_id}: a request was let in behind a cancel"
        return [report(self._ids, at, parent, ExecType.CANCELED, request=head.event)]

    def cancel_refused(self, at: Ns, parent: Parent, reason: CxlRejReason, text: str) -> list[ClientOutput]:
        """The cancel dealt with now is refused, and the order goes on."""
        assert self._head(parent).is_cancel, parent.order_id
        return self._refuse_head(at, parent, Refusal(reason, text))

    def replace_done(self, at: Ns, parent: Parent) -> list[ClientOutput]:
        """The replace dealt with now takes effect: Replaced, with OrderQty(38) never below CumQty(14).

        Refused as too late if the order was filled meanwhile and no more is asked (C.2.a).
        """
        head = self._head(parent)
        request = head.event
        assert isinstance(request, ReplaceRequest), (parent.order_id, request.cl_ord_id)
        refusal = self._outrun(parent, request)
        if refusal is not None:
            return self._refuse_head(at, parent, refusal)
        before = parent.cl_ord_id
        head.on(RequestEvent.ACCEPT)
        with parent.on(ParentEvent.REPLACE):
            parent.requests.popleft()
            parent.terms = amended(parent.terms, request).with_qty(max(request.qty, parent.cum_qty))
            parent.cl_ord_id = request.cl_ord_id
            parent.echo = merged(parent.echo, request.echo)
        replaced = report(self._ids, at, parent, ExecType.REPLACED, orig_cl_ord_id=before)
        return [replaced, *self._go_on(at, parent)]

    def replace_refused(self, at: Ns, parent: Parent, reason: CxlRejReason, text: str) -> list[ClientOutput]:
        """The replace dealt with now is refused; the order stands as it was."""
        assert not self._head(parent).is_cancel, parent.order_id
        return self._refuse_head(at, parent, Refusal(reason, text))

    # --- arrival

    def _request(
        self, at: Ns, event: ClientRequest, objection: Refusal | None
    ) -> tuple[Parent | None, list[ClientOutput]]:
        parent = self.find(event.client, event.orig_cl_ord_id, event.order_id)
        if parent is None:
            # Its ClOrdID is not used up: the order it speaks of may still be on its way (B.1.f).
            text = f"OrigClOrdID(41) {event.orig_cl_ord_id} names no order of {event.client}"
            return None, [unknown_order_reject(at, event, text)]
        used = self._names.get((event.client, event.cl_ord_id))
        if used is not None and event.poss_resend:
            return None, [status_report(self._ids, at, used, event.cl_ord_id, echo=event.echo)]
        refusal = _duplicate(event, used) if used is not None else self._objection(parent, event) or objection
        self._names.setdefault((event.client, event.cl_ord_id), parent)
        if refusal is not None:
            return None, [cancel_reject(at, parent, event, refusal.reason, refusal.text)]
        return parent, self._admit(at, parent, Request(event))

    def _objection(self, parent: Parent, event: ClientRequest) -> Refusal | None:
        """What makes the request void, the heaviest reason first."""
        return (
            _mismatch(parent, event)
            or self._too_late_for(parent, event)
            or self._already_pending(parent, event)
            or _stale(parent, event)
            or (self._below_filled(parent, event) if isinstance(event, ReplaceRequest) else None)
        )

    def _too_late_for(self, parent: Parent, event: ClientRequest) -> Refusal | None:
        is_cancel = isinstance(event, CancelRequest)
        happens = ParentEvent.CANCEL_REQUEST if is_cancel else ParentEvent.REPLACE_REQUEST
        over = not parent.allows(happens) or (parent.own_status is OrdStatus.DONE_FOR_DAY and not parent.is_open)
        if isinstance(event, ReplaceRequest) and parent.own_status is OrdStatus.FILLED:
            over = not self._revives(parent, event)
        return Refusal(CxlRejReason.TOO_LATE, _too_late_text(parent, event)) if over else None

    def _revives(self, parent: Parent, request: ReplaceRequest) -> bool:
        """Whether a filled order takes this request for more: by the client's setting, and never once it was ended."""
        return (
            self._profile(parent.client).revive_filled and parent.life is OrdStatus.NEW and request.qty > parent.cum_qty
        )

    def _already_pending(self, parent: Parent, event: ClientRequest) -> Refusal | None:
        if not parent.requests:
            return None
        if parent.has_cancel:
            return Refusal(CxlRejReason.ALREADY_PENDING, f"a cancel of order {parent.order_id} is pending")
        profile = self._profile(parent.client)
        if isinstance(event, ReplaceRequest) and not (profile.queue_replaces or profile.overlap_replaces):
            return Refusal(CxlRejReason.ALREADY_PENDING, f"a replace of order {parent.order_id} is pending")
        # A cancel is never lost for a full queue; it is one at most, so the queue stays bounded.
        if isinstance(event, ReplaceRequest) and len(parent.requests) >= WAITING_MAX:
            text = f"requests waiting: limit {WAITING_MAX}, now {len(parent.requests)}"
            return Refusal(CxlRejReason.ALREADY_PENDING, text)
        return None

    def _below_filled(self, parent: Parent, request: ReplaceRequest) -> Refusal | None:
        """By setting only; the matrix makes OrderQty the filled quantity instead (C.3.c)."""
        if not self._profile(parent.client).refuse_replace_below_cum or request.qty >= parent.cum_qty:
            return None
        text = f"OrderQty(38) {request.qty} is below CumQty(14) {parent.cum_qty}"
        return Refusal(CxlRejReason.OTHER, text)

    def _admit(self, at: Ns, parent: Parent, request: Request) -> list[ClientOutput]:
        """Put the request in line, and announce it if it is its turn."""
        alone = not parent.requests
        parent.requests.append(request)
        overlaps = not request.is_cancel and self._profile(parent.client).overlap_replaces
        return self._announce(at, parent, request) if alone or overlaps else []

    # --- its turn, its answer

    def _announce(self, at: Ns, parent: Parent, request: Request) -> list[ClientOutput]:
        """PendingCancel or PendingReplace, with the terms still in force.

        A replace to what is filled already goes without: its answer is certain, and the matrix has none (C.3.b).
        """
        request.on(RequestEvent.ANNOUNCE)
        event = request.event
        if isinstance(event, ReplaceRequest) and event.qty <= parent.cum_qty:
            return []
        pending = ExecType.PENDING_CANCEL if request.is_cancel else ExecType.PENDING_REPLACE
        return [report(self._ids, at, parent, pending, request=event)]

    def _go_on(self, at: Ns, parent: Parent) -> list[ClientOutput]:
        """The head was answered: announce the next that can still be done, refuse those before it that cannot."""
        outs: list[ClientOutput] = []
        while parent.requests:
            head = parent.requests[0]
            refusal = self._too_late_for(parent, head.event)
            if refusal is None:
                is_new = head.state is RequestState.QUEUED
                return outs + (self._announce(at, parent, head) if is_new else [])
            outs.append(self._drop_head(at, parent, refusal))
        return outs

    def _refuse_head(self, at: Ns, parent: Parent, refusal: Refusal) -> list[ClientOutput]:
        return [self._drop_head(at, parent, refusal), *self._go_on(at, parent)]

    def _drop_head(self, at: Ns, parent: Parent, refusal: Refusal) -> ClientOutput:
        head = parent.requests.popleft()
        head.on(RequestEvent.REFUSE)
        return cancel_reject(at, parent, head.event, refusal.reason, refusal.text)

    def _too_late(self, at: Ns, parent: Parent, request: Request) -> ClientOutput:
        """The answer to a request whose order has ended by another cause."""
        request.on(RequestEvent.REFUSE)
        text = _too_late_text(parent, request.event)
        return cancel_reject(at, parent, request.event, CxlRejReason.TOO_LATE, text)

    def _refuse_replaces(self, at: Ns, parent: Parent, refusal: Refusal) -> list[ClientOutput]:
        """Refuse every replace that waits; a cancel stays in line, and comes up."""
        outs: list[ClientOutput] = []
        while parent.requests and not parent.requests[0].is_cancel:
            outs.append(self._drop_head(at, parent, refusal))
        return outs + self._go_on(at, parent)

    def _outrun(self, parent: Parent, request: ReplaceRequest) -> Refusal | None:
        """Whether fills have overtaken a replace while it was pending."""
        if parent.own_status is OrdStatus.FILLED and request.qty <= parent.cum_qty:
            return Refusal(CxlRejReason.TOO_LATE, _too_late_text(parent, request))
        return self._below_filled(parent, request)

    @staticmethod
    def _head(parent: Parent) -> Request:
        assert parent.requests, f"{parent.order_id}: no request is waiting"
        return parent.requests[0]


def _mismatch(parent: Parent, event: ClientRequest) -> Refusal | None:
    """A request must name the order's own symbol and side: if not, it was meant for another order."""
    if event.order_id not in {None, parent.order_id}:
        text = (
            f"OrderID(37) {event.order_id} is not that of OrigClOrdID(41) {event.orig_cl_ord_id}: {parent.order_id} is"
        )
        return Refusal(CxlRejReason.OTHER, text)
    if event.symbol != parent.symbol:
        return Refusal(CxlRejReason.OTHER, f"Symbol(55) {event.symbol}: the order's is {parent.symbol}")
    if event.side is not parent.side:
        return Refusal(CxlRejReason.OTHER, f"Side(54) {event.side}: the order's is {parent.side}")
    return None


def _stale(parent: Parent, event: ClientRequest) -> Refusal | None:
    """A replace must build on the last accepted id or on a waiting one.

    Who names an older one has not seen its own last change. A cancel by an old id does what it says all the same.
    """
    if isinstance(event, CancelRequest) or event.orig_cl_ord_id == (parent.cl_ord_id or ""):
        return None
    if parent.request(event.orig_cl_ord_id) is not None or parent.cl_ord_id is None:
        return None
    text = f"OrigClOrdID(41) {event.orig_cl_ord_id} is not the last accepted: {parent.cl_ord_id} is"
    return Refusal(CxlRejReason.OTHER, text)


def _duplicate(event: ClientRequest, used: Parent) -> Refusal:
    text = f"ClOrdID(11) {event.cl_ord_id} was used before, for order {used.order_id}"
    return Refusal(CxlRejReason.DUPLICATE_CL_ORD_ID, text)


def _too_late_text(parent: Parent, event: ClientRequest) -> str:
    what = "cancel" if isinstance(event, CancelRequest) else "replace"
    status, filled = parent.own_status.name, f"CumQty(14) {parent.cum_qty} of OrderQty(38) {parent.qty}"
    return f"too late to {what}: order {parent.order_id} is {status}, {filled}"
