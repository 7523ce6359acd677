"""One client order: its terms, its fills, its requests, and the OrdStatus(39) that follows from them.

Engine-private and mutable; only `Parents` changes it. Knows no venue, no algorithm and no message.
"""

from __future__ import annotations

from collections import deque
from typing import TypeAlias

from router.core.events import CancelRequest, Echo, ReplaceRequest
from router.core.types import CxlRejResponseTo, OrdStatus, OrdType, Px, Qty, Side
from router.orders.fills import FillKey, Fills
from router.orders.states import (
    PARENT,
    REQUEST,
    ParentEvent,
    RequestEvent,
    RequestState,
    by_precedence,
)
from router.orders.terms import Terms

ClientRequest: TypeAlias = CancelRequest | ReplaceRequest

WITHOUT_LEAVES = frozenset({OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED})


class Request:
    """A client's F or G on its way to an answer."""

    __slots__ = ("event", "state")

    def __init__(self, event: ClientRequest) -> None:
        self.event = event
        self.state = RequestState.QUEUED

    @property
    def is_cancel(self) -> bool:
        return isinstance(self.event, CancelRequest)

    @property
    def response_to(self) -> CxlRejResponseTo:
        return CxlRejResponseTo.CANCEL if self.is_cancel else CxlRejResponseTo.REPLACE

    def on(self, event: RequestEvent) -> None:
        targets = REQUEST.get((self.state, event))
        assert targets is not None, (self.event.cl_ord_id, self.state, event)
        (self.state,) = targets


class Parent:
    """A client's order. Quantities in shares, prices in quanta, `notional` in quanta x shares.

    `cl_ord_id` is the last accepted ClOrdID(11), None for an order that came without one (by telephone).
    """

    def __init__(
        self, order_id: str, client: str, cl_ord_id: str | None, terms: Terms, echo: Echo, *, list_id: str = ""
    ) -> None:
        self.order_id = order_id
        self.list_id = list_id
        """ListID(66) of the list that it came in, "" for one that came alone."""
        self.client = client
        self.cl_ord_id = cl_ord_id
        self.terms = terms
        self.echo = echo
        self.life = OrdStatus.PENDING_NEW
        self.requests: deque[Request] = deque()
        self.fills = Fills()
        self.guaranteed_until: Qty = 0
        """CumQty(14) at which a guarantee of execution (Stopped) has been kept."""
        self.text = ""

    # --- terms

    @property
    def symbol(self) -> str:
        return self.terms.symbol

    @property
    def side(self) -> Side:
        return self.terms.side

    @property
    def qty(self) -> Qty:
        """OrderQty(38) in force; a pending replace's is not."""
        return self.terms.qty

    @property
    def px(self) -> Px | None:
        return self.terms.px

    @property
    def ord_type(self) -> OrdType:
        return self.terms.ord_type

    # --- fills

    @property
    def cum_qty(self) -> Qty:
        """CumQty(14)."""
        return self.fills.cum_qty

    @property
    def traded_before(self) -> Qty:
        """Shares filled on trading dates before the present one."""
        return self.fills.cum_qty - self.fills.day_cum_qty

    @property
    def notional(self) -> int:
        """Sum of px x qty over all valid fills; AvgPx(6) is this by `cum_qty`."""
        return self.fills.notional

    @property
    def overfilled(self) -> Qty:
        """Shares traded beyond OrderQty(38): a venue's error, to be looked at by a person."""
        return max(0, self.fills.cum_qty - self.terms.qty)

    def knows_fill(self, key: FillKey) -> bool:
        """Whether `key` is the latest version of a valid fill."""
        return key in self.fills

    # --- state

    @property
    def own_status(self) -> OrdStatus:
        """The order's state, its pending requests aside."""
        return by_precedence(self.life, self.fills.cum_qty, self.terms.qty)

    @property
    def status(self) -> OrdStatus:
        """OrdStatus(39): the highest state that applies."""
        if self.is_pending_cancel:
            return OrdStatus.PENDING_CANCEL
        if self.is_pending_replace:
            return OrdStatus.PENDING_REPLACE
        return self.own_status

    @property
    def leaves(self) -> Qty:
        """LeavesQty(151): OrderQty - CumQty, or 0 where the rest will not be traded."""
        own = self.own_status
        if own in WITHOUT_LEAVES or (own is OrdStatus.DONE_FOR_DAY and not self.terms.is_good_till):
            return 0
        return max(0, self.terms.qty - self.fills.cum_qty)

    @property
    def is_open(self) -> bool:
        """Whether more of it may be traded, today or another day."""
        return self.leaves > 0

    @property
    def is_working(self) -> bool:
        """Whether more of it may be sliced now: confirmed, not suspended, not done, no cancel on the way."""
        at_work = self.life in {OrdStatus.NEW, OrdStatus.STOPPED}
        return at_work and self.leaves > 0 and not self.has_cancel

    @property
    def has_cancel(self) -> bool:
        """Whether a cancel request waits, pending or queued."""
        return any(request.is_cancel for request in self.requests)

    @property
    def is_pending_cancel(self) -> bool:
        # Nearly always nothing is asked, and this is asked at every turn.
        return bool(self.requests) and any(r.is_cancel and r.state is RequestState.PENDING for r in self.requests)

    @property
    def is_pending_replace(self) -> bool:
        return bool(self.requests) and any(not r.is_cancel and r.state is RequestState.PENDING for r in self.requests)

    @property
    def next_request(self) -> ClientRequest | None:
        """The request to be dealt with now; the next one comes up when it is answered."""
        return self.requests[0].event if self.requests else None

    def request(self, cl_ord_id: str) -> Request | None:
        """The unanswered request of that ClOrdID(11)."""
        return next((r for r in self.requests if r.event.cl_ord_id == cl_ord_id), None)

    def allows(self, event: ParentEvent) -> bool:
        """Whether the table has a row for `event` in the present state."""
        return (self.own_status, event) in PARENT

    def on(self, event: ParentEvent, life: OrdStatus | None = None) -> Step:
        """Change by a row of the table: `with parent.on(FILL): ...` does it and checks where it led."""
        return Step(self, event, life)


class Step:
    """One passage through the state table, checked at both ends."""

    __slots__ = ("_event", "_life", "_parent", "_targets", "was")

    def __init__(self, parent: Parent, event: ParentEvent, life: OrdStatus | None) -> None:
        self._parent = parent
        self._event = event
        self._life = life
        self.was = parent.own_status
        targets = PARENT.get((self.was, event))
        assert targets is not None, f"{parent.order_id}: {event} while {self.was.name}"
        self._targets = targets

    def __enter__(self) -> None:
        if self._life is not None:
            self._parent.life = self._life

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        parent = self._parent
        if kind is None:
            assert parent.own_status in self._targets, (
                f"{parent.order_id}: {self._event} led from {self.was.name} to {parent.own_status.name}"
            )
