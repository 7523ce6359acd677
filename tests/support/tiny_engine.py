"""A small deterministic engine, to test what stands around an engine: it accepts, routes whole, reports fills.

Each new order becomes one child at XFIX; a venue's words become reports. It knows nothing of algorithms or books.
"""

from __future__ import annotations

from msgspec.structs import replace

from router.core.events import (
    BadRequest,
    ChildAccepted,
    ChildFilled,
    ChildRejected,
    ChildStatus,
    Event,
    Genesis,
    NewOrder,
    Recovered,
    TimerFired,
    VenueDown,
    VenueUp,
)
from router.core.outputs import (
    Alarm,
    BusinessReject,
    ExecReport,
    Note,
    Output,
    QueryChild,
    SendChild,
    SetTimer,
)
from router.core.types import BusinessRejectReason, ExecType, Ns, OrdStatus, OrdType, Reason

POISON = "POISON"
"""A symbol that the engine chokes on."""
REFUSED = "REFUSED"
"""A symbol that the engine refuses."""
WAKE = "WAKE"
"""A symbol that asks for a timer one second on."""


class _Order:
    def __init__(self, order: NewOrder, number: int, instance: str) -> None:
        self.terms = order
        self.order_id = f"{instance}-O{number}"
        self.child_id = f"{instance}-C{number}"
        self.cum_qty = 0
        self.notional = 0
        self.sent = False
        self.answered = False
        self.rejected = False


class TinyEngine:
    """Keeps orders by child id; ids are counters under the journal's instance name."""

    def __init__(self, venue: str = "XFIX") -> None:
        self._venue = venue
        self._instance = "T0"
        self._orders: dict[str, _Order] = {}
        self._by_request: dict[tuple[str, str], _Order] = {}
        self._executions = 0
        self._exec_ids: set[str] = set()
        self._venue_up = False

    def handle(self, at: Ns, event: Event) -> list[Output]:  # noqa: C901 - one arm for each kind of input it knows
        match event:
            case Genesis():
                self._instance = event.instance
                return []
            case NewOrder():
                return self._new_order(at, event)
            case VenueUp():
                self._venue_up = True
                return [
                    self._send(order) if not order.sent else self._query(order)
                    for order in self._orders.values()
                    if order.cum_qty < order.terms.qty and not order.rejected
                ]
            case VenueDown() | Recovered():
                self._venue_up = False
                return []
            case ChildAccepted():
                self._orders[event.child_id].answered = True
                return []
            case ChildRejected():
                self._orders[event.child_id].rejected = True
                return [Alarm(f"{event.child_id} rejected: {event.text}")]
            case ChildFilled():
                return self._fill(at, event)
            case ChildStatus(known=False):
                return [self._send(self._orders[event.child_id])]
            case TimerFired():
                return [Note(order_id="", what="woken", data=(("timer", str(event.timer_id)),))]
            case BadRequest():
                return [
                    BusinessReject(
                        client=event.client,
                        ref_msg_type=event.msg_type,
                        ref_seq_num=event.seq_num,
                        reason=BusinessRejectReason.OTHER,
                        text=event.text,
                    )
                ]
            case _:
                return []

    def _new_order(self, at: Ns, event: NewOrder) -> list[Output]:
        if event.symbol == POISON:
            raise ValueError(f"cannot digest {event.cl_ord_id}")
        if event.symbol == WAKE:
            return [SetTimer(7, at + 1_000_000_000)]
        known = self._by_request.get((event.client, event.cl_ord_id))
        if known is not None:
            return [self._report(at, known, ExecType.ORDER_STATUS)]
        order = _Order(event, len(self._orders) + 1, self._instance)
        if event.symbol == REFUSED:
            return [replace(self._report(at, order, ExecType.REJECTED), text="not today")]
        self._orders[order.child_id] = order
        self._by_request[event.client, event.cl_ord_id] = order
        accepted = self._report(at, order, ExecType.NEW)
        return [accepted, self._send(order)] if self._venue_up else [accepted]

    def _send(self, order: _Order) -> SendChild:
        order.sent = True
        return SendChild(
            venue=self._venue,
            child_id=order.child_id,
            symbol=order.terms.symbol,
            side=order.terms.side,
            qty=order.terms.qty,
            ord_type=OrdType.LIMIT,
            px=order.terms.px,
            reason=Reason.DIRECT,
        )

    def _query(self, order: _Order) -> QueryChild:
        return QueryChild(venue=self._venue, child_id=order.child_id, symbol=order.terms.symbol, side=order.terms.side)

    def _fill(self, at: Ns, event: ChildFilled) -> list[Output]:
        if event.exec_id in self._exec_ids:
            return []
        self._exec_ids.add(event.exec_id)
        order = self._orders[event.child_id]
        order.cum_qty += event.qty
        order.notional += event.qty * event.px
        return [self._report(at, order, ExecType.TRADE, last_qty=event.qty, last_px=event.px)]

    def _report(self, at: Ns, order: _Order, kind: ExecType, *, last_qty: int = 0, last_px: int = 0) -> ExecReport:
        self._executions += 1
        terms = order.terms
        leaves = terms.qty - order.cum_qty
        filled = OrdStatus.FILLED if leaves == 0 else OrdStatus.PARTIALLY_FILLED
        return ExecReport(
            client=terms.client,
            order_id=order.order_id,
            exec_id=f"{self._instance}-E{self._executions}",
            exec_type=kind,
            ord_status=filled if order.cum_qty else OrdStatus.NEW,
            cl_ord_id=terms.cl_ord_id,
            symbol=terms.symbol,
            side=terms.side,
            qty=terms.qty,
            ord_type=terms.ord_type,
            px=terms.px,
            cum_qty=order.cum_qty,
            leaves=leaves,
            notional=order.notional,
            last_qty=last_qty,
            last_px=last_px,
            transact_time=at,
        )
