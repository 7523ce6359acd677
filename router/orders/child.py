"""One of our orders at a venue: what we asked for, what was traded, and how much of it may still trade.

Engine-private and mutable; only `Children` changes it. Knows no parent's state and no venue's rules.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from msgspec import Struct

from router.core.events import (
    ChildAccepted,
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildRejected,
    ChildReplaced,
    ChildRequestRejected,
    ChildStatus,
    FirmUpRequest,
)
from router.core.outputs import CancelChild, ReplaceChild, SendChild
from router.core.types import Ns, OrdType, Peg, Px, Qty, Reason, Side, TimeInForce
from router.orders.fills import Fills
from router.orders.states import CHILD, ChildEvent, ChildState

ChildReport: TypeAlias = (
    ChildAccepted
    | ChildRejected
    | ChildFilled
    | ChildCanceled
    | ChildReplaced
    | ChildRequestRejected
    | ChildStatus
    | ChildBusted
    | ChildCorrected
    | FirmUpRequest
)
"""What a venue says of one of our orders."""
Cause: TypeAlias = ChildReport | CancelChild | ReplaceChild | None
"""What makes a child change: the venue's report, our own command, or None, that no answer came."""

_EVENTS: Final[dict[type, ChildEvent]] = {
    ChildAccepted: ChildEvent.ACCEPT,
    ChildRejected: ChildEvent.REJECT,
    ChildFilled: ChildEvent.FILL,
    ChildCanceled: ChildEvent.CANCEL,
    ChildReplaced: ChildEvent.REPLACE,
    ChildBusted: ChildEvent.BUST,
    ChildCorrected: ChildEvent.CORRECT,
    FirmUpRequest: ChildEvent.CANCEL,
}


def event_of(report: ChildReport) -> ChildEvent:
    """The table's name for what a venue reports."""
    if isinstance(report, ChildRequestRejected):
        return ChildEvent.TOO_LATE if report.too_late else ChildEvent.REFUSE_REQUEST
    if isinstance(report, ChildStatus):
        if not report.known:
            return ChildEvent.STATUS_NEVER_SEEN
        return ChildEvent.STATUS_OPEN if report.is_open else ChildEvent.STATUS_CLOSED
    return _EVENTS[type(report)]


class PendingReplace(Struct, frozen=True, gc=False):
    """A replace that the venue has not answered: the OrderQty(38) and Price(44) asked for."""

    request_id: str
    qty: Qty
    px: Px | None


class Child:
    """One order of ours. `qty` and `px` are in force at the venue as far as we know; a pending replace's are not.

    `slice_id` is the slice that it works, `sent_at` when it left, `ahead` the displayed quantity ahead of it at the
    venue's last word, None where the venue does not say. A `conditional` one never trades, so that none of it counts.
    """

    __slots__ = (
        "ahead",
        "cancel_id",
        "child_id",
        "conditional",
        "display_qty",
        "ended",
        "fills",
        "is_accepted",
        "min_qty",
        "ord_type",
        "order_id",
        "peg",
        "post_only",
        "px",
        "qty",
        "reason",
        "replacing",
        "sent_at",
        "side",
        "slice_id",
        "symbol",
        "tif",
        "unknown",
        "venue",
        "venue_order_id",
    )

    def __init__(self, at: Ns, send: SendChild, order_id: str, slice_id: int) -> None:
        self.child_id = send.child_id
        self.order_id = order_id
        self.slice_id = slice_id
        self.venue = send.venue
        self.symbol = send.symbol
        self.side: Side = send.side
        self.qty: Qty = send.qty
        self.px: Px | None = send.px
        self.ord_type: OrdType = send.ord_type
        self.tif: TimeInForce = send.tif
        self.peg: Peg | None = send.peg
        self.display_qty = send.display_qty
        self.min_qty = send.min_qty
        self.reason: Reason = send.reason
        self.conditional = send.conditional
        self.post_only = send.post_only
        self.sent_at = at
        self.venue_order_id: str | None = None
        self.ahead: Qty | None = None
        self.fills = Fills()
        self.is_accepted = False
        self.unknown = False
        """Whether the venue owes an answer; until then all of it may be open."""
        self.ended: ChildState | None = None
        """How it ended: it does not begin again, not even when the venue breaks a trade."""
        self.cancel_id: str | None = None
        self.replacing: PendingReplace | None = None

    @property
    def cum_qty(self) -> Qty:
        return self.fills.cum_qty

    @property
    def state(self) -> ChildState:
        """The one state of the table that these facts make."""
        if self.ended is not None:
            return self.ended
        if self.unknown:
            return ChildState.UNKNOWN
        if self.cancel_id is not None:
            return ChildState.PENDING_CANCEL
        if self.replacing is not None:
            return ChildState.PENDING_REPLACE
        if self.fills.cum_qty:
            return ChildState.PARTIAL
        return ChildState.NEW if self.is_accepted else ChildState.PENDING_NEW

    @property
    def qty_max(self) -> Qty:
        """The largest OrderQty(38) that may be in force: of a replace on the way the old or the new."""
        return self.qty if self.replacing is None else max(self.qty, self.replacing.qty)

    @property
    def leaves(self) -> Qty:
        """The largest quantity that may still trade; 0 once it is over, and of a conditional order always."""
        # `is_open` and `qty_max` written out: the router asks this of each child at each review.
        if self.ended is not None or self.conditional:
            return 0
        qty = self.qty if self.replacing is None else max(self.qty, self.replacing.qty)
        return max(0, qty - self.fills.cum_qty)

    @property
    def is_open(self) -> bool:
        return self.ended is None

    @property
    def pending_new(self) -> bool:
        """Whether the venue has not yet said that it has the order."""
        return not self.is_accepted and self.ended is None

    @property
    def pending_cancel(self) -> bool:
        return self.cancel_id is not None

    @property
    def pending_replace(self) -> bool:
        return self.replacing is not None

    def targets(self, event: ChildEvent) -> tuple[ChildState, ...] | None:
        """Where the table lets `event` lead from here; None if the event is out of place."""
        return CHILD.get((self.state, event))

    def take(self, cause: Cause) -> None:
        """Book what happened. `Children` has looked it up in the table and adds up what follows from it."""
        match cause:
            case ChildFilled():
                self.fills.add((cause.venue, cause.exec_id), cause.exec_id, cause.qty, cause.px)
                self.is_accepted = True
                self._settle()
            case ChildBusted():
                self.fills.take((cause.venue, cause.exec_ref_id))
            case ChildCorrected():
                old, new = (cause.venue, cause.exec_ref_id), (cause.venue, cause.exec_id)
                self.fills.correct(old, new, cause.exec_id, cause.qty, cause.px)
                self._settle()
            case CancelChild():
                self.cancel_id = cause.request_id
            case ReplaceChild():
                self.replacing = PendingReplace(cause.request_id, cause.qty, cause.px)
            case None:
                self.unknown = True
            case _ if self.is_open:
                self._answered(cause)
            case _:
                pass  # a closed order stays as it is: see the rows from CHILD_CLOSED to CHILD_CLOSED

    def _answered(self, report: ChildReport) -> None:
        """The venue's word on an open order, other than a trade."""
        match report:
            case ChildAccepted():
                self.is_accepted, self.unknown = True, False
                self.venue_order_id, self.ahead = report.venue_order_id, report.ahead
            case ChildReplaced():
                self._replaced(report)
            case ChildRequestRejected():
                self._request_refused(report)
            case ChildStatus():
                self._reconciled(report)
            case ChildRejected():
                self._end(ChildState.REJECTED)
            case ChildCanceled() | FirmUpRequest():
                self._end(ChildState.CANCELED)

    def _replaced(self, report: ChildReplaced) -> None:
        self.qty, self.px = report.qty, report.px
        if not report.kept_place or report.ahead is not None:
            self.ahead = report.ahead
        self.is_accepted = True
        if self.replacing is not None and self.replacing.request_id == report.request_id:
            self.replacing, self.unknown = None, False
        self._settle()

    def _request_refused(self, report: ChildRequestRejected) -> None:
        if self.cancel_id == report.request_id:
            self.cancel_id = None
        if self.replacing is not None and self.replacing.request_id == report.request_id:
            self.replacing = None
        self.unknown = report.too_late
        self._settle()

    def _reconciled(self, report: ChildStatus) -> None:
        """The answer to our question: what we asked before it was lost, or is answered by it."""
        self.cancel_id = None
        self.unknown = False
        if not report.known:
            self._end(ChildState.CANCELED if self.is_accepted else ChildState.REJECTED)
        elif report.is_open:
            # It stands; but a replace not answered may still take effect, and raise what can trade.
            self.is_accepted = True
        elif report.cum_qty > self.fills.cum_qty:
            # It is over, but fills of it have not reached us: just those may still come.
            self.qty, self.replacing, self.unknown = report.cum_qty, None, True
        else:
            self._end(ChildState.CANCELED)

    def _settle(self) -> None:
        """Filled, if nothing more can trade."""
        if self.fills.cum_qty >= self.qty_max:
            self._end(ChildState.FILLED)

    def _end(self, state: ChildState) -> None:
        self.ended = state
        self.cancel_id = self.replacing = None
        self.unknown = False
