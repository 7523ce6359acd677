"""Everything the engine can say: reports to clients, commands to venues, timers, and records of why.

Knows no FIX bytes: the gateway turns reports into messages, a venue link turns commands into orders. Same units as
`events`.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from router.core.events import Echo, Params
from router.core.types import (
    BusinessRejectReason,
    CxlRejReason,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    LastCapacity,
    LastLiquidityInd,
    ListOrderStatus,
    ListStatusType,
    Ns,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Peg,
    Px,
    Qty,
    Reason,
    Side,
    TimeInForce,
)


class _Output(Struct, frozen=True, gc=False, tag=True, omit_defaults=True):
    """Base of all outputs."""


# --- to the client
# ------------------------------------------------------------------------------------------------------------


class ExecReport(_Output, frozen=True, kw_only=True):
    """ExecutionReport(8).

    AvgPx(6) is `notional / cum_qty`, divided once when printed; `notional` = sum of px x qty in quanta.
    """

    client: str
    order_id: str
    exec_id: str
    exec_type: ExecType
    ord_status: OrdStatus
    cl_ord_id: str | None
    orig_cl_ord_id: str | None = None
    exec_ref_id: str | None = None
    symbol: str
    side: Side
    qty: Qty
    ord_type: OrdType
    px: Px | None = None
    tif: TimeInForce = TimeInForce.DAY
    account: str = ""
    cum_qty: Qty = 0
    leaves: Qty = 0
    notional: int = 0
    last_qty: Qty = 0
    last_px: Px = 0
    last_mkt: str = ""
    last_capacity: LastCapacity | None = None
    last_liquidity: LastLiquidityInd | None = None
    day_order_qty: Qty | None = None
    day_cum_qty: Qty | None = None
    day_notional: int | None = None
    ord_rej_reason: OrdRejReason | None = None
    restatement_reason: ExecRestatementReason | None = None
    status_req_id: str | None = None
    transact_time: Ns
    strategy: str | None = None
    params: Params = ()
    currency: str = ""
    text: str = ""
    echo: Echo = ()


class CancelReject(_Output, frozen=True, kw_only=True):
    """OrderCancelReject(9)."""

    client: str
    order_id: str
    cl_ord_id: str
    orig_cl_ord_id: str
    ord_status: OrdStatus
    response_to: CxlRejResponseTo
    reason: CxlRejReason
    transact_time: Ns
    account: str = ""
    text: str = ""
    echo: Echo = ()


class BusinessReject(_Output, frozen=True, kw_only=True):
    """BusinessMessageReject(j)."""

    client: str
    ref_msg_type: str
    ref_seq_num: int
    reason: BusinessRejectReason
    text: str
    ref_id: str | None = None
    echo: Echo = ()


class ListedState(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One order in a ListStatus(N). OrderQty(38) = `cum_qty` + `leaves` + `cxl_qty`, but of a rejected order.

    AvgPx(6) is `notional / cum_qty`, as in an `ExecReport`; `symbol` and `currency` say in which units it is printed.
    """

    cl_ord_id: str
    ord_status: OrdStatus
    cum_qty: Qty = 0
    leaves: Qty = 0
    cxl_qty: Qty = 0
    notional: int = 0
    symbol: str = ""
    currency: str = ""
    """Currency(15) as the client quotes, where it said one."""
    ord_rej_reason: OrdRejReason | None = None
    text: str = ""


class ListStatus(_Output, frozen=True, kw_only=True):
    """ListStatus(N): number `rpt_seq` of `no_rpts` that together say all of a list of `total` orders."""

    client: str
    list_id: str
    status_type: ListStatusType
    order_status: ListOrderStatus
    total: int
    orders: tuple[ListedState, ...] = ()
    rpt_seq: int = 1
    no_rpts: int = 1
    text: str = ""
    transact_time: Ns
    echo: Echo = ()


# --- to a venue
# -----------------------------------------------------------------------------------------------------------------


class SendChild(_Output, frozen=True, kw_only=True):
    """Enter one child order.

    `child_id` is unique for ever and is the ClOrdID(11) at the venue; the parent's ids never leave the house.
    """

    venue: str
    child_id: str
    symbol: str
    side: Side
    qty: Qty
    ord_type: OrdType
    px: Px | None = None
    tif: TimeInForce = TimeInForce.DAY
    expire_time: Ns | None = None
    """ExpireTime(126) where `tif` is GTD: a client's direct order has it from there."""
    display_qty: Qty | None = None
    """MaxFloor(111)/DisplayQty(1138): shown size of a reserve order; 0 is hidden; None shows all."""
    min_qty: Qty | None = None
    post_only: bool = False
    peg: Peg | None = None
    peg_offset: Px = 0
    """PegOffsetValue(211): added to the price that is followed; a buy's is more aggressive above 0, a sell's below."""
    display_high_qty: Qty | None = None
    """DisplayHighQty(1086): a reserve order's next peaks are drawn from `display_qty` to this (1084=3)."""
    conditional: bool = False
    """A wish, not an order: it never trades. Where it would, the venue ends it with a `FirmUpRequest`."""
    firm_up_id: str | None = None
    """IOIID(23) of the `FirmUpRequest` that this firm order answers."""
    blocked_tiers: tuple[int, ...] = ()
    """Tiers of the venue's participants that it never meets."""
    self_match_id: str | None = None
    """SelfMatchPreventionID(2362): orders of one id may be kept from trading with each other."""
    reason: Reason


class ReplaceChild(_Output, frozen=True, kw_only=True):
    """Change quantity or price of an open child.

    `qty` is the new OrderQty(38), fills included. `child_id` stays its key.
    """

    venue: str
    child_id: str
    request_id: str
    symbol: str
    side: Side
    qty: Qty
    px: Px | None
    reason: Reason


class CancelChild(_Output, frozen=True, kw_only=True):
    """Withdraw an open child; open it counts until the venue's answer."""

    venue: str
    child_id: str
    request_id: str
    symbol: str
    side: Side


class QueryChild(_Output, frozen=True, kw_only=True):
    """Ask the venue for the state of a child that did not answer: OrderStatusRequest(H)."""

    venue: str
    child_id: str
    symbol: str
    side: Side


# --- to the shell
# -----------------------------------------------------------------------------------------------------------------


class SetTimer(_Output, frozen=True):
    """Wake the engine with `TimerFired(timer_id)` at `at`, not before.

    Timers are never cancelled: a late one finds nothing to do.
    """

    timer_id: int
    at: Ns


class Candidate(Struct, frozen=True, gc=False, omit_defaults=True):
    """One venue that the router considered; `lost_by` is empty for the chosen, else the reason in words.

    `score` is in `score_unit` (net price in micros per share, expected seconds to fill, expected shares): smaller is
    better.
    """

    venue: str
    qty: Qty
    px: Px | None
    score: float
    score_unit: str
    lost_by: str = ""


class Decision(_Output, frozen=True, kw_only=True):
    """Why children were sent: the candidates, and the market that the router saw. For the audit; nobody acts on it."""

    order_id: str
    slice_id: int
    reason: Reason
    qty: Qty
    bid: Px | None
    ask: Px | None
    child_ids: tuple[str, ...]
    candidates: tuple[Candidate, ...]


class Note(_Output, frozen=True, kw_only=True):
    """What an algorithm or the engine wants remembered.

    Schedule, slice refused at the gate, halted, arrival price ... (audit and TCA).
    """

    order_id: str
    what: str
    data: tuple[tuple[str, str], ...] = ()


class Alarm(_Output, frozen=True):
    """Something a person should look at; the text names the order or the venue."""

    text: str


ClientOutput: TypeAlias = ExecReport | CancelReject | ListStatus | BusinessReject
VenueCommand: TypeAlias = SendChild | ReplaceChild | CancelChild | QueryChild
Output: TypeAlias = ClientOutput | VenueCommand | SetTimer | Decision | Note | Alarm
