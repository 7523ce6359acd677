"""What a venue says of an order, as the messages that its owner gets: ExecutionReport(8), OrderCancelReject(9) and kin.

Builds text from an order's present state and what has just happened; changes nothing. Fields that FIX 4.4 does not have
are for clients that asked for them (docs/market/over-fix.md).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeAlias

from fixspec.codec import encode
from fixspec.message import Message
from fixspec.values import (
    clean_text,
    decimal_text,
    format_avg_px,
    format_px,
    format_utc_timestamp,
    shortest_utc_timestamp,
)
from router.api import (
    BusinessRejectReason,
    ChildFilled,
    CxlRejReason,
    CxlRejResponseTo,
    ExecType,
    Instrument,
    LastLiquidityInd,
    Ns,
    OrdRejReason,
    OrdStatus,
    PrintKind,
    Px,
    Qty,
    Side,
)
from simulator.face.orders import NO_ORDER_ID, FaceOrder
from simulator.face.requests import echo

Pair: TypeAlias = tuple[int, str | int]
NO_EXEC_ID: Final = "0"
"""ExecID(17) of the answer to a status request (FIX 4.4 Vol. 4, ExecutionReport)."""
TEXT_CAP: Final = 400


def execution(
    at: Ns,
    order: FaceOrder,
    instrument: Instrument,
    *,
    exec_id: str,
    exec_type: ExecType,
    names: list[Pair],
    status: OrdStatus | None = None,
    more: list[Pair] | None = None,
    text: str = "",
) -> str:
    """ExecutionReport(8). `names` is ClOrdID(11) and what else the report is called by."""
    sent, scale = order.sent, instrument.price_scale
    status = order.status if status is None else status
    fields: list[Pair] = [
        (37, order.order_id),
        *names,
        (17, exec_id),
        (150, exec_type),
        (39, status),
        (55, sent.symbol),
        (54, sent.side),
        (38, order.qty),
        (40, sent.ord_type),
    ]
    if order.px is not None:
        fields.append((44, format_px(order.px, scale)))
    fields += [(59, sent.tif), (14, order.cum), (151, order.leaves)]
    fields += [(6, format_avg_px(order.notional, order.filled, scale)), (60, format_utc_timestamp(at))]
    return encode("8", [*fields, *(more or []), *_text(text)])


def terms(order: FaceOrder, instrument: Instrument) -> list[Pair]:
    """What an order asked for beyond quantity and price, as its acceptance repeats it."""
    sent = order.sent
    codes = [*(["6"] if sent.post_only else []), *([sent.peg.value] if sent.peg else [])]
    fields: list[Pair] = [(18, " ".join(codes))] if codes else []
    if sent.expire_time is not None:
        fields.append((126, shortest_utc_timestamp(sent.expire_time)))
    if sent.min_qty is not None:
        fields.append((110, sent.min_qty))
    if sent.display_qty is not None:
        fields.append((111, sent.display_qty))
    if sent.peg_offset:
        fields.append((211, decimal_text(Decimal(sent.peg_offset) / instrument.price_scale)))
    return fields


def trade(report: ChildFilled, instrument: Instrument, *, house_tags: bool) -> list[Pair]:
    """The fields of a fill. 851=4 and what kind of trade it was are newer than FIX 4.4."""
    fields = last(report.qty, report.px, instrument)
    if report.last_mkt:
        fields.append((30, report.last_mkt))
    if house_tags or report.liquidity is not LastLiquidityInd.AUCTION:
        fields.append((851, report.liquidity))
    if house_tags and report.kind is not PrintKind.REGULAR:
        fields.append((20113, report.kind))
    if house_tags and report.px_exact is not None:
        fields.append((20114, "{}/{}".format(*report.px_exact)))
    return fields


def last(qty: Qty, px: Px, instrument: Instrument) -> list[Pair]:
    """LastQty(32), LastPx(31)."""
    return [(32, qty), (31, format_px(px, instrument.price_scale))]


def order_rejected(at: Ns, message: Message, exec_id: str, reason: OrdRejReason, text: str) -> str | None:
    """ExecutionReport(8) that refuses a NewOrderSingle(D); None where it lacks what every report must have."""
    names, symbol = echo(message, 11), echo(message, 55)
    if not names or not symbol or message.get(54) not in set(Side):
        return None
    fields: list[Pair] = [(37, NO_ORDER_ID), *names, (17, exec_id), (150, ExecType.REJECTED), (39, OrdStatus.REJECTED)]
    fields += [(103, reason), *symbol, (54, message.get(54)), (14, 0), (151, 0), (6, 0)]
    return encode("8", [*fields, (60, format_utc_timestamp(at)), *_text(text)])


def unknown_order(at: Ns, message: Message) -> str | None:
    """ExecutionReport(8) to a status request for an order that was never here: OrdStatus(39)=8, nothing filled."""
    names, symbol = echo(message, 11), echo(message, 55)
    if not names or not symbol or message.get(54) not in set(Side):
        return None
    fields: list[Pair] = [(37, NO_ORDER_ID), *names, *echo(message, 790), (17, NO_EXEC_ID)]
    fields += [(150, ExecType.ORDER_STATUS), (39, OrdStatus.REJECTED), (103, OrdRejReason.UNKNOWN_ORDER), *symbol]
    fields += [(54, message.get(54)), (14, 0), (151, 0), (6, 0), (60, format_utc_timestamp(at))]
    return encode("8", [*fields, *_text("unknown order")])


def cancel_rejected(
    at: Ns,
    *,
    order: FaceOrder | None,
    cl_ord_id: str,
    orig_cl_ord_id: str,
    response_to: CxlRejResponseTo,
    reason: CxlRejReason,
    text: str,
) -> str:
    """OrderCancelReject(9). Of an order that is not known, OrdStatus(39) is Rejected, as the standard says."""
    fields: list[Pair] = [
        (37, NO_ORDER_ID if order is None else order.order_id),
        (11, cl_ord_id),
        (41, orig_cl_ord_id),
        (39, OrdStatus.REJECTED if order is None else order.status),
        (60, format_utc_timestamp(at)),
        (434, response_to),
        (102, reason),
    ]
    return encode("9", [*fields, *_text(text)])


def business_reject(message: Message, reason: BusinessRejectReason, text: str) -> str:
    """BusinessMessageReject(j), which names the message by its MsgSeqNum(34) and the request by its id."""
    msg_type = clean_text(message.msg_type, cap=16)
    reference = echo(message, 11) or echo(message, 262)
    fields: list[Pair] = [(45, number) for _, number in echo(message, 34)]
    fields += [(372, msg_type), *((379, value) for _, value in reference), (380, reason)]
    return encode("j", [*fields, *_text(text)])


def _text(text: str) -> list[Pair]:
    clean = clean_text(text, cap=TEXT_CAP)
    return [(58, clean)] if clean else []
