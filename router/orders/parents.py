"""`Parents`: all client orders, and everything that can happen to them, each answered with what the client must hear.

Built in floors: `Register` (ids and birth), `Requests` (F and G), `Executions` (the market and the desk); here the
questions, and the messages that nobody understood. Knows no venue, no risk limit and no algorithm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from router.core.events import BadRequest, StatusRequest
from router.core.outputs import BusinessReject, CancelReject, ClientOutput, ExecReport
from router.core.profiles import ClientProfile
from router.core.types import (
    BusinessRejectReason,
    CxlRejReason,
    CxlRejResponseTo,
    ExecType,
    ListStatusType,
    Ns,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
    TimeInForce,
)
from router.orders.executions import Executions
from router.orders.ids import Ids
from router.orders.lists import refused as refused_list
from router.orders.reports import NO_EXEC_ID, NO_ORDER_ID, status_report
from router.orders.terms import Terms

NO_SYMBOL: Final = "[N/A]"
"""Symbol(55) where there is none (FIX 4.4 Volume 6, Symbol)."""
LIST_ANSWERS: Final = {
    "E": ListStatusType.ACK,
    **dict.fromkeys("KLM", ListStatusType.RESPONSE),
}
"""ListStatusType(429) of the answer to a message on a list."""
RESPONSE_TO: Final = {"F": CxlRejResponseTo.CANCEL, "G": CxlRejResponseTo.REPLACE}


class Parents(Executions):
    """All client orders of one engine.

    `ids` is the engine's; `profiles` the clients' settings by CompID.
    """

    def __init__(self, ids: Ids, profiles: Mapping[str, ClientProfile] | None = None) -> None:
        super().__init__(ids, profiles or {})

    def status(self, at: Ns, request: StatusRequest) -> list[ClientOutput]:
        """Answer an OrderStatusRequest(H) by any id of the chain; no state changes (G.1.a to G.1.c)."""
        parent = self.find(request.client, request.cl_ord_id, request.order_id)
        if parent is not None:
            asked, req_id = request.cl_ord_id, request.status_req_id
            return [status_report(self._ids, at, parent, asked, status_req_id=req_id, echo=request.echo)]
        text = f"ClOrdID(11) {request.cl_ord_id} names no order of {request.client}"
        unknown = ExecReport(
            client=request.client,
            order_id=NO_ORDER_ID,
            exec_id=NO_EXEC_ID,
            exec_type=ExecType.ORDER_STATUS,
            ord_status=OrdStatus.REJECTED,
            cl_ord_id=request.cl_ord_id,
            symbol=request.symbol,
            side=request.side,
            qty=0,
            ord_type=OrdType.MARKET,
            ord_rej_reason=OrdRejReason.UNKNOWN_ORDER,
            status_req_id=request.status_req_id,
            transact_time=at,
            text=text,
            echo=request.echo,
        )
        return [unknown]

    def bad_request(self, at: Ns, bad: BadRequest) -> list[ClientOutput]:
        """Answer a message that is not understood: once, in the form that its sender waits for.

        A rejected 8 for a D, a 9 for F and G, a status 8 for an H, an N for what is on a list, else j. So too where the
        answer would have to invent a side or an id that the message did not have.
        """
        if bad.msg_type == "D" and bad.side is not None:
            return self._bad_order(at, bad, bad.side)
        if bad.msg_type in RESPONSE_TO and bad.cl_ord_id:
            return [self._bad_cancel(at, bad, bad.cl_ord_id, RESPONSE_TO[bad.msg_type])]
        if bad.msg_type == "H" and bad.side is not None:
            return self._bad_status(at, bad, bad.side)
        if bad.msg_type in LIST_ANSWERS and bad.list_id:
            answer = LIST_ANSWERS[bad.msg_type]
            return [refused_list(at, bad.client, bad.list_id, answer, bad.text, echo=bad.echo)]
        return [_business_reject(bad)]

    def _bad_order(self, at: Ns, bad: BadRequest, side: Side) -> list[ClientOutput]:
        first = self.find(bad.client, bad.cl_ord_id)
        if first is not None and bad.cl_ord_id:
            # Never 39=8 under the id of an order that lives: its owner would believe it dead.
            return [self._duplicate(at, first, bad.cl_ord_id, bad.text, bad.echo)]
        terms = Terms(
            symbol=bad.symbol or NO_SYMBOL,
            side=side,
            qty=bad.qty or 0,
            ord_type=bad.ord_type or OrdType.MARKET,
            px=bad.px,
            tif=TimeInForce.DAY,
            account=bad.account,
        )
        parent = self._enter(bad.client, bad.cl_ord_id or "", terms, bad.echo, bad.list_id or "")
        return [self._rejected(at, parent, bad.ord_rej_reason, bad.text)]

    def _bad_cancel(self, at: Ns, bad: BadRequest, cl_ord_id: str, response_to: CxlRejResponseTo) -> ClientOutput:
        parent = self.find(bad.client, bad.orig_cl_ord_id, bad.order_id)
        if parent is not None:
            self._names.setdefault((bad.client, cl_ord_id), parent)
        asked = bad.orig_cl_ord_id or NO_ORDER_ID
        return CancelReject(
            client=bad.client,
            order_id=parent.order_id if parent else NO_ORDER_ID,
            cl_ord_id=cl_ord_id,
            orig_cl_ord_id=(parent.cl_ord_id if parent else None) or asked,
            ord_status=parent.status if parent else OrdStatus.REJECTED,
            response_to=response_to,
            reason=bad.cxl_rej_reason if parent else CxlRejReason.UNKNOWN_ORDER,
            transact_time=at,
            account=bad.account,
            text=bad.text,
            echo=bad.echo,
        )

    def _bad_status(self, at: Ns, bad: BadRequest, side: Side) -> list[ClientOutput]:
        request = StatusRequest(
            client=bad.client,
            cl_ord_id=bad.cl_ord_id or "",
            symbol=bad.symbol or NO_SYMBOL,
            side=side,
            order_id=bad.order_id,
            status_req_id=bad.status_req_id,
            echo=bad.echo,
            seq_num=bad.seq_num,
        )
        return self.status(at, request)


def _business_reject(bad: BadRequest) -> ClientOutput:
    missing = (
        bad.msg_type in {"D", "F", "G", "H", "E", "K", "L", "M"} and bad.business_reason is BusinessRejectReason.OTHER
    )
    reason = BusinessRejectReason.CONDITIONALLY_REQUIRED_FIELD_MISSING if missing else bad.business_reason
    return BusinessReject(
        client=bad.client,
        ref_msg_type=bad.msg_type,
        ref_seq_num=bad.seq_num,
        reason=reason,
        text=bad.text,
        ref_id=bad.cl_ord_id or bad.list_id,
        echo=bad.echo,
    )
