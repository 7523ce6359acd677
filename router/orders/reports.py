"""What the client hears of its order: ExecutionReport(8) and OrderCancelReject(9), filled from the order as it is now.

Changes nothing but the ExecID(17) counter. Knows no FIX bytes.
"""

from __future__ import annotations

from router.core.events import Echo, ReplaceRequest
from router.core.outputs import CancelReject, ExecReport
from router.core.types import (
    CxlRejReason,
    ExecRestatementReason,
    ExecType,
    LastCapacity,
    LastLiquidityInd,
    Ns,
    OrdRejReason,
    OrdStatus,
    Px,
    Qty,
)
from router.orders.ids import Ids
from router.orders.parent import ClientRequest, Parent, Request
from router.orders.terms import merged

NO_ORDER_ID = "NONE"
"""OrderID(37) where there is no order (FIX 4.4 Volume 4, OrderCancelReject)."""
NO_EXEC_ID = "0"
"""ExecID(17) of a status answer: nothing was executed (FIX 4.4 Volume 4, ExecID)."""


def report(
    ids: Ids,
    at: Ns,
    parent: Parent,
    exec_type: ExecType,
    *,
    request: ClientRequest | None = None,
    cl_ord_id: str | None = None,
    orig_cl_ord_id: str | None = None,
    exec_id: str | None = None,
    exec_ref_id: str | None = None,
    last_qty: Qty = 0,
    last_px: Px = 0,
    last_mkt: str = "",
    liquidity: LastLiquidityInd | None = None,
    ord_rej_reason: OrdRejReason | None = None,
    restatement_reason: ExecRestatementReason | None = None,
    status_req_id: str | None = None,
    text: str = "",
    echo: Echo = (),
) -> ExecReport:
    """ExecutionReport(8) on `parent`.

    With a `request` it answers that: its ClOrdID(11), and the last accepted one as OrigClOrdID(41). Otherwise it is on
    the order itself: the last accepted ClOrdID, or the `cl_ord_id` given.
    """
    terms, fills = parent.terms, parent.fills
    if request is not None:
        cl_ord_id, orig_cl_ord_id, echo = request.cl_ord_id, parent.cl_ord_id, request.echo
    # DayOrderQty(424) and its like are for a GT order on the days after its first (H.1.a).
    has_days = fills.day > 0
    return ExecReport(
        client=parent.client,
        order_id=parent.order_id,
        exec_id=exec_id or ids.execution(),
        exec_type=exec_type,
        ord_status=parent.status,
        cl_ord_id=cl_ord_id or parent.cl_ord_id,
        orig_cl_ord_id=orig_cl_ord_id,
        exec_ref_id=exec_ref_id,
        symbol=terms.symbol,
        side=terms.side,
        qty=terms.qty,
        ord_type=terms.ord_type,
        px=terms.px,
        tif=terms.tif,
        account=terms.account,
        cum_qty=fills.cum_qty,
        leaves=parent.leaves,
        notional=fills.notional,
        last_qty=last_qty,
        last_px=last_px,
        last_mkt=last_mkt,
        last_capacity=LastCapacity.AGENT if exec_type in {ExecType.TRADE, ExecType.TRADE_CORRECT} else None,
        last_liquidity=liquidity,
        day_order_qty=terms.qty - (fills.cum_qty - fills.day_cum_qty) if has_days else None,
        day_cum_qty=fills.day_cum_qty if has_days else None,
        day_notional=fills.day_notional if has_days else None,
        ord_rej_reason=ord_rej_reason,
        restatement_reason=restatement_reason,
        status_req_id=status_req_id,
        transact_time=at,
        strategy=terms.strategy,
        params=terms.params,
        currency=terms.currency,
        text=text,
        echo=merged(parent.echo, echo),
    )


def status_report(
    ids: Ids,
    at: Ns,
    parent: Parent,
    cl_ord_id: str,
    *,
    as_asked: bool = False,
    status_req_id: str | None = None,
    echo: Echo = (),
) -> ExecReport:
    """The order as it stands, ExecType(150)=I.

    Under the id of a waiting request where asked by that (G.1.c), else under the last accepted one, or `as_asked`.
    """
    waiting = parent.request(cl_ord_id)
    return report(
        ids,
        at,
        parent,
        ExecType.ORDER_STATUS,
        request=waiting.event if waiting else None,
        cl_ord_id=cl_ord_id if as_asked else None,
        exec_id=NO_EXEC_ID,
        status_req_id=status_req_id,
        text=parent.text,
        echo=echo,
    )


def cancel_reject(at: Ns, parent: Parent, request: ClientRequest, reason: CxlRejReason, text: str) -> CancelReject:
    """OrderCancelReject(9): the state now in force, and the last accepted ClOrdID in OrigClOrdID(41)."""
    return CancelReject(
        client=parent.client,
        order_id=parent.order_id,
        cl_ord_id=request.cl_ord_id,
        orig_cl_ord_id=parent.cl_ord_id or request.orig_cl_ord_id,
        ord_status=parent.status,
        response_to=Request(request).response_to,
        reason=reason,
        transact_time=at,
        account=parent.terms.account,
        text=text,
        echo=request.echo,
    )


def unknown_order_reject(at: Ns, request: ClientRequest, text: str) -> CancelReject:
    """OrderCancelReject(9) where there is no such order (B.1.f)."""
    return CancelReject(
        client=request.client,
        order_id=NO_ORDER_ID,
        cl_ord_id=request.cl_ord_id,
        orig_cl_ord_id=request.orig_cl_ord_id,
        ord_status=OrdStatus.REJECTED,
        response_to=Request(request).response_to,
        reason=CxlRejReason.UNKNOWN_ORDER,
        transact_time=at,
        account=request.account if isinstance(request, ReplaceRequest) else "",
        text=text,
        echo=request.echo,
    )
