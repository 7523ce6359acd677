"""Everything the engine can be told. One struct is an input, a journal line and a test's vocabulary.

Knows no FIX bytes and no IO: the gateway makes the client's events, a venue link makes the venue's, the shell makes the
rest. Times are `Ns`, prices `Px`, quantities `Qty`; a struct is never edited. Optional fields that are absent are left
out of the journal.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from router.core.types import (
    BusinessRejectReason,
    CxlRejReason,
    ExecRestatementReason,
    LastLiquidityInd,
    Ns,
    OrdRejReason,
    OrdType,
    Phase,
    PrintKind,
    Px,
    Qty,
    Side,
    TimeInForce,
)

Params: TypeAlias = tuple[tuple[str, str], ...]
"""Strategy parameters as canonical (name, text) pairs, sorted by name.

The same order in any dialect gives the same pairs.
"""
Echo: TypeAlias = tuple[tuple[int, str], ...]
"""(tag, value) pairs of the client's message that its reports must repeat, in the client's order."""


class _Event(Struct, frozen=True, gc=False, tag=True, omit_defaults=True):
    """Base of all inputs: 60-90 ns to make, tagged by class name in the journal."""


# --- the client's requests, made by the gateway
# -----------------------------------------------------------------------------


class NewOrder(_Event, frozen=True, kw_only=True):
    """NewOrderSingle(D), in the house's units. `client` is the peer's CompID; `seq_num` its MsgSeqNum(34)."""

    client: str
    cl_ord_id: str
    symbol: str
    side: Side
    qty: Qty
    ord_type: OrdType
    px: Px | None = None
    tif: TimeInForce = TimeInForce.DAY
    account: str = ""
    strategy: str | None = None
    params: Params = ()
    ex_destination: str | None = None
    currency: str = ""
    exec_inst: str = ""
    display_qty: Qty | None = None
    min_qty: Qty | None = None
    expire_time: Ns | None = None
    transact_time: Ns | None = None
    poss_resend: bool = False
    echo: Echo = ()
    seq_num: int = 0
    manual: bool = False
    """HandlInst(21)=3: staged, until a person releases it."""
    list_id: str = ""
    """ListID(66) of the list that it came in."""
    list_seq: int = 0
    """ListSeqNo(67)."""


class ReplaceRequest(_Event, frozen=True, kw_only=True):
    """OrderCancelReplaceRequest(G).

    Fields not sent keep None and mean "as it is"; `params` replaces the whole set when not None.
    """

    client: str
    cl_ord_id: str
    orig_cl_ord_id: str
    symbol: str
    side: Side
    qty: Qty
    ord_type: OrdType
    px: Px | None = None
    tif: TimeInForce | None = None
    account: str = ""
    strategy: str | None = None
    params: Params | None = None
    exec_inst: str | None = None
    display_qty: Qty | None = None
    min_qty: Qty | None = None
    expire_time: Ns | None = None
    order_id: str | None = None
    transact_time: Ns | None = None
    poss_resend: bool = False
    echo: Echo = ()
    seq_num: int = 0
    manual: bool = False
    """HandlInst(21)=3: of a staged order only, which stays so."""


class CancelRequest(_Event, frozen=True, kw_only=True):
    """OrderCancelRequest(F)."""

    client: str
    cl_ord_id: str
    orig_cl_ord_id: str
    symbol: str
    side: Side
    order_id: str | None = None
    transact_time: Ns | None = None
    poss_resend: bool = False
    echo: Echo = ()
    seq_num: int = 0


class StatusRequest(_Event, frozen=True, kw_only=True):
    """OrderStatusRequest(H)."""

    client: str
    cl_ord_id: str
    symbol: str
    side: Side
    order_id: str | None = None
    status_req_id: str | None = None
    echo: Echo = ()
    seq_num: int = 0


class BadRequest(_Event, frozen=True, kw_only=True):
    """A client message that is not understood: the gateway says what is wrong, the engine answers once.

    35=D is answered by a rejected ExecutionReport(8), F and G by OrderCancelReject(9), H by a status report of no
    order, E, K, L and M by a ListStatus(N), anything else by BusinessMessageReject(j). Fields that could be read are
    echoed; the rest are None. `list_seq` is the ListSeqNo(67) of an order of a list, 0 where it could not be read.
    """

    client: str
    msg_type: str
    text: str
    cl_ord_id: str | None = None
    orig_cl_ord_id: str | None = None
    order_id: str | None = None
    symbol: str | None = None
    side: Side | None = None
    qty: Qty | None = None
    px: Px | None = None
    ord_type: OrdType | None = None
    account: str = ""
    ref_tag: int | None = None
    ord_rej_reason: OrdRejReason = OrdRejReason.OTHER
    cxl_rej_reason: CxlRejReason = CxlRejReason.OTHER
    business_reason: BusinessRejectReason = BusinessRejectReason.OTHER
    status_req_id: str | None = None
    echo: Echo = ()
    seq_num: int = 0
    list_id: str | None = None
    list_seq: int = 0


class NewList(_Event, frozen=True, kw_only=True):
    """NewOrderList(E), whole or one fragment of it: one message, one input, so that a list comes or does not.

    `total` is TotNoOrders(68). `last` is LastFragment(893): False means that more orders follow, None that their number
    alone tells (FIX 4.2). `waits` is ListExecInstType(433)=2. An order that is not understood stands as a `BadRequest`
    among the others, which are not refused for it.
    """

    client: str
    list_id: str
    total: int
    orders: tuple[NewOrder | BadRequest, ...]
    last: bool | None = True
    waits: bool = False
    poss_resend: bool = False
    echo: Echo = ()
    seq_num: int = 0


class _ListRequest(_Event, frozen=True, kw_only=True):
    """A request on a whole list, named by ListID(66). What is asked is its class."""

    client: str
    list_id: str
    poss_resend: bool = False
    echo: Echo = ()
    seq_num: int = 0


class ListExecute(_ListRequest, frozen=True, kw_only=True):
    """ListExecute(L): begin to work a list that waits."""


class ListCancel(_ListRequest, frozen=True, kw_only=True):
    """ListCancelRequest(K): withdraw every open order of a list."""


class ListStatusRequest(_ListRequest, frozen=True, kw_only=True):
    """ListStatusRequest(M)."""


class ClientUp(_Event, frozen=True):
    """A client's session is logged on."""

    client: str


class ClientDown(_Event, frozen=True):
    """A client's session is logged out or lost; its orders go on (cancel-on-disconnect is a risk setting)."""

    client: str


# --- what a venue says of our child orders
# ----------------------------------------------------------------------------------


class ChildAccepted(_Event, frozen=True):
    """The venue has the order.

    `ahead` is the exact displayed quantity ahead of it, where the venue says so (the simulator does).
    """

    venue: str
    child_id: str
    venue_order_id: str
    ahead: Qty | None = None


class ChildRejected(_Event, frozen=True):
    """The venue refused the order; nothing of it is open."""

    venue: str
    child_id: str
    text: str


class ChildFilled(_Event, frozen=True, kw_only=True):
    """A trade. `exec_id` is the venue's and unique per venue: a second report with it changes nothing.

    `cum_qty` is the venue's CumQty(14) after it, where it says so. `px_exact`: numerator and denominator, in quanta, of
    a price that is finer than a quantum; then `px` is a quantum beside it, and money is booked at `px`.
    """

    venue: str
    child_id: str
    exec_id: str
    qty: Qty
    px: Px
    liquidity: LastLiquidityInd
    last_mkt: str = ""
    kind: PrintKind = PrintKind.REGULAR
    cum_qty: Qty | None = None
    px_exact: tuple[int, int] | None = None


class ChildCanceled(_Event, frozen=True):
    """No longer open.

    By our request (`request_id` is its id), by its time in force, or unsolicited (`request_id` None).
    """

    venue: str
    child_id: str
    request_id: str | None = None
    text: str = ""


class ChildReplaced(_Event, frozen=True):
    """The venue changed the order: `qty` is its OrderQty(38) now, `kept_place` whether it stands where it stood."""

    venue: str
    child_id: str
    request_id: str
    qty: Qty
    px: Px | None
    kept_place: bool = False
    ahead: Qty | None = None


class ChildRequestRejected(_Event, frozen=True):
    """OrderCancelReject(9) to our cancel or replace; the order stands as it was, or was gone already (`too_late`)."""

    venue: str
    child_id: str
    request_id: str
    text: str
    too_late: bool = False


class ChildStatus(_Event, frozen=True):
    """The venue's answer to a status request.

    `is_open` False with `cum_qty` below ours-plus-leaves means canceled; `known` False: never seen.
    """

    venue: str
    child_id: str
    known: bool
    is_open: bool = False
    cum_qty: Qty = 0


class ChildBusted(_Event, frozen=True):
    """TradeCancel: the venue takes back the fill `exec_ref_id` (its latest version)."""

    venue: str
    child_id: str
    exec_id: str
    exec_ref_id: str


class ChildCorrected(_Event, frozen=True):
    """TradeCorrect: the fill `exec_ref_id` (its latest version) was of `qty` at `px`."""

    venue: str
    child_id: str
    exec_id: str
    exec_ref_id: str
    qty: Qty
    px: Px


class FirmUpRequest(_Event, frozen=True):
    """A conditional order has met its match: this word ends it, no other follows, and asks for it to be firmed up.

    A firm order that names `firm_up_id`, of at most `qty` shares, has to reach the venue before `expires`. A
    `CancelChild` of `child_id`, or silence until then, declines; the venue counts that. Over FIX 4.4:
    ExecutionReport(8), ExecType(150)=4, with IOIID(23), IOIQty(27) and ValidUntilTime(62); the firm order repeats
    IOIID(23), which is what an order for what was indicated before carries.
    """

    venue: str
    child_id: str
    firm_up_id: str
    qty: Qty
    expires: Ns


class VenueUp(_Event, frozen=True):
    """The venue's session is logged on and answers; routing there may start after open children are reconciled."""

    venue: str


class VenueDown(_Event, frozen=True):
    """The venue does not answer: its open children are UNKNOWN, not canceled."""

    venue: str
    text: str = ""


# --- market data
# --------------------------------------------------------------------------------------------------------------


class LevelUpdate(_Event, frozen=True):
    """One price level of one venue's displayed book is now `qty` shares in all; with 0 it is gone.

    `is_bid` True for the buy side.
    """

    venue: str
    symbol: str
    is_bid: bool
    px: Px
    qty: Qty


class BookSnapshot(_Event, frozen=True):
    """A venue's whole displayed book as (px, qty) pairs, best first; replaces what was known."""

    venue: str
    symbol: str
    bids: tuple[tuple[Px, Qty], ...]
    asks: tuple[tuple[Px, Qty], ...]


class TradePrint(_Event, frozen=True):
    """A trade on the tape.

    Sent before the `LevelUpdate` that it causes. `aggressor_is_buy` None where unknown (crosses, dark).
    """

    venue: str
    symbol: str
    px: Px
    qty: Qty
    aggressor_is_buy: bool | None = None
    kind: PrintKind = PrintKind.REGULAR


class AuctionImbalance(_Event, frozen=True):
    """What an auction to come would do now, as its venue publishes it before it.

    `when` is PrintKind.OPENING (a reopening after a halt, too) or CLOSING. `paired` shares would trade at
    `indicative_px` (None: nothing would), `imbalance` more are left over there, positive where buyers are; without an
    indicative price, what would be left over at `reference_px`.
    """

    venue: str
    symbol: str
    when: PrintKind
    paired: Qty
    imbalance: Qty
    reference_px: Px | None = None
    indicative_px: Px | None = None


class PhaseChange(_Event, frozen=True):
    """The instrument's trading phase everywhere (`venue` None) or on one venue."""

    symbol: str
    phase: Phase
    venue: str | None = None


# --- the shell and the operator
# -----------------------------------------------------------------------------------------------


class Genesis(_Event, frozen=True):
    """First line of every journal: who this engine is and what it was configured with.

    `instance` makes every id that this engine gives unique for ever; `config_json` is the effective configuration;
    `market` names the market source ("synthetic:7", "lobster:FILE", ...).
    """

    instance: str
    config_json: str
    market: str = ""
    version: str = ""


class DayStart(_Event, frozen=True):
    """A trading date begins: `day` is YYYYMMDD. Day orders of an earlier date are done; GT orders are restated."""

    day: str


class DayEnd(_Event, frozen=True):
    """The trading date is over: day orders with residue are DoneForDay(39=3)."""

    day: str


class Recovered(_Event, frozen=True):
    """The engine was rebuilt from its journal after a stop; venues have to be reconciled."""

    previous_at: Ns


class TimerFired(_Event, frozen=True):
    """A `SetTimer` has come due."""

    timer_id: int


class OperatorCancel(_Event, frozen=True):
    """The desk cancels an order: unsolicited Canceled with ExecRestatementReason(378)."""

    order_id: str
    reason: ExecRestatementReason = ExecRestatementReason.VERBAL_CHANGE
    text: str = ""


class OperatorRestate(_Event, frozen=True):
    """The desk changes an order's quantity: unsolicited Restated."""

    order_id: str
    qty: Qty
    reason: ExecRestatementReason = ExecRestatementReason.VERBAL_CHANGE
    text: str = ""


class OperatorDoneForDay(_Event, frozen=True):
    """The desk ends an order's day: DoneForDay(39=3)."""

    order_id: str


class OperatorRelease(_Event, frozen=True):
    """The desk lets a staged order be worked: as it asks itself, or by the `strategy` and `params` given."""

    order_id: str
    strategy: str | None = None
    params: Params | None = None


class KillSwitch(_Event, frozen=True):
    """Stop all new child orders (`on` True) for one client, or for everybody (None), and cancel what is open."""

    on: bool
    client: str | None = None
    text: str = ""


ListRequest: TypeAlias = ListExecute | ListCancel | ListStatusRequest
ClientEvent: TypeAlias = (
    NewOrder
    | ReplaceRequest
    | CancelRequest
    | StatusRequest
    | NewList
    | ListRequest
    | BadRequest
    | ClientUp
    | ClientDown
)
VenueReport: TypeAlias = (
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
    | VenueUp
    | VenueDown
)
MarketEvent: TypeAlias = LevelUpdate | BookSnapshot | TradePrint | AuctionImbalance | PhaseChange
ShellEvent: TypeAlias = (
    Genesis
    | DayStart
    | DayEnd
    | Recovered
    | TimerFired
    | OperatorCancel
    | OperatorRestate
    | OperatorDoneForDay
    | OperatorRelease
    | KillSwitch
)
OperatorEvent: TypeAlias = OperatorCancel | OperatorRestate | OperatorDoneForDay | OperatorRelease | KillSwitch
Event: TypeAlias = ClientEvent | VenueReport | MarketEvent | ShellEvent
