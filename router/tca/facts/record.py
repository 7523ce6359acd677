"""What is known of each parent order: its terms, plan, child orders and fills as they stand after busts.

Data only; `router.tca.facts.recorder` makes it from a journal, tests by hand. An order is known by its OrderID(37). It
must not know how costs are reckoned, nor any file.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from router.core.algo import SchedulePoint
from router.core.events import CancelRequest, NewOrder, ReplaceRequest
from router.core.outputs import Candidate
from router.core.types import (
    LastLiquidityInd,
    Ns,
    OrdStatus,
    OrdType,
    Peg,
    PrintKind,
    Px,
    Qty,
    Reason,
    Side,
    TimeInForce,
)

OVER: Final = (
    OrdStatus.FILLED,
    OrdStatus.DONE_FOR_DAY,
    OrdStatus.CANCELED,
    OrdStatus.EXPIRED,
    OrdStatus.REJECTED,
)
"""OrdStatus(39) in which an order is not worked."""
GOOD_TILL: Final = (TimeInForce.GTC, TimeInForce.GTD)
"""TimeInForce(59) of orders that may live on several dates."""


class Fill(Struct, frozen=True, gc=False):
    """One trade of a parent, as it stands: `qty` and `px` are those of its last correction.

    `printed_qty` and `printed_px` are LastQty(32) and LastPx(31) as first reported, of a trade that was corrected
    since: so it stands on the tape, which nobody corrects.
    """

    at: Ns
    exec_id: str
    venue: str
    qty: Qty
    px: Px
    liquidity: LastLiquidityInd | None = None
    kind: PrintKind = PrintKind.REGULAR
    reason: Reason | None = None
    child_id: str = ""
    printed_qty: Qty | None = None
    printed_px: Px | None = None

    @property
    def printed(self) -> tuple[Qty, Px]:
        """Quantity and price of its print."""
        return self.printed_qty or self.qty, self.px if self.printed_px is None else self.printed_px


class ChildEnd(StrEnum):
    """How a child order ended at its venue."""

    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"
    FIRM_UP = "firm-up"
    """A conditional order that met its match: the firm order that answers is another child."""


class Terms(Struct, frozen=True, gc=False):
    """OrderQty(38) and Price(44) of a child, in force from `at`."""

    at: Ns
    qty: Qty
    px: Px | None = None


class Child(Struct, kw_only=True):
    """One child order: as it was sent (SendChild), and what its venue said of it; `px` and `qty` as last replaced."""

    at: Ns
    child_id: str
    venue: str
    qty: Qty
    reason: Reason
    ord_type: OrdType = OrdType.LIMIT
    px: Px | None = None
    tif: TimeInForce = TimeInForce.DAY
    display_qty: Qty | None = None
    min_qty: Qty | None = None
    peg: Peg | None = None
    post_only: bool = False
    conditional: bool = False
    accepted_at: Ns | None = None
    replaced_at: list[Ns] = []
    terms: list[Terms] = []
    """As sent, and as each replace left them."""
    filled: Qty = 0
    ended_at: Ns | None = None
    end: ChildEnd | None = None
    """None: open, as far as was heard."""


class DecisionRecord(Struct, frozen=True, gc=False):
    """Why children were sent: what the router saw and weighed."""

    at: Ns
    reason: Reason
    qty: Qty
    bid: Px | None
    ask: Px | None
    child_ids: tuple[str, ...]
    candidates: tuple[Candidate, ...]


class Planned(Struct, frozen=True):
    """An expected schedule, in force from `at`: cumulative shares by time."""

    at: Ns
    points: tuple[SchedulePoint, ...]


class OrderRecord(Struct, kw_only=True):
    """One parent order. `notional` is the sum of px x qty in quanta; `quantities` every OrderQty(38) with its time."""

    order_id: str
    client: str
    cl_ord_id: str
    symbol: str
    side: Side
    algorithm: str
    arrived_at: Ns
    start: Ns
    end: Ns | None = None
    qty: Qty
    limit_px: Px | None = None
    status: OrdStatus = OrdStatus.PENDING_NEW
    cum_qty: Qty = 0
    notional: int = 0
    text: str = ""
    ended_at: Ns | None = None
    rests: list[tuple[Ns, Ns]] = []
    """From when it was done for a day until it was at work again: an order that is good till a date has nights."""
    arrival_mid2: Px | None = None
    request: NewOrder | None = None
    """What the client asked, where the journal has it."""
    amendments: list[tuple[Ns, ReplaceRequest | CancelRequest]] = []
    """Requests to change it, taken or not, as they came."""
    curve: str = ""
    """Where the volume curve is from, of an order whose algorithm has one."""
    curve_days: int = 0
    """How many days of history that is; 0 where it is not known."""
    quantities: list[tuple[Ns, Qty]] = []
    limits: list[tuple[Ns, Px | None]] = []
    """Every Price(44) with its time; `limit_px` is the last."""
    plans: list[Planned] = []
    children: list[Child] = []
    decisions: list[DecisionRecord] = []
    fills: dict[str, Fill] = {}
    """By ExecID(17) of the report that last told of it, in the order of their trading."""
    busted: list[tuple[Ns, Fill]] = []
    """Trades taken back, with the time at which that was heard."""
    refused_at_gate: int = 0

    @property
    def is_open(self) -> bool:
        return self.status not in OVER

    @property
    def goes_on(self) -> bool:
        """Done for the day, and worked again on the next date: TimeInForce(59) is 1 or 6 with a balance left."""
        asked = None if self.request is None else self.request.tif
        return self.status is OrdStatus.DONE_FOR_DAY and asked in GOOD_TILL

    @property
    def sent_at(self) -> Ns | None:
        """TransactTime(60) of the client's order: when it decided, by its own clock."""
        return None if self.request is None else self.request.transact_time

    def limit_at(self, at: Ns) -> Px | None:
        """Price(44) in force at `at`; before the first, that."""
        known = self.limits or [(at, self.limit_px)]
        return next((px for since, px in reversed(known) if since <= at), known[0][1])

    def qty_at(self, at: Ns) -> Qty:
        """OrderQty(38) in force at `at`; before the first, that."""
        known = self.quantities or [(at, self.qty)]
        return next((qty for since, qty in reversed(known) if since <= at), known[0][1])

    def planned(self, at: Ns) -> Qty | None:
        """Cumulative shares that the schedule in force at `at` expected by then, between two points on a straight line.

        None without a schedule.
        """
        in_force = [plan for plan in self.plans if plan.at <= at] or self.plans[:1]
        return _along(in_force[-1].points, at) if in_force else None


def _along(points: Sequence[SchedulePoint], at: Ns) -> Qty | None:
    if not points:
        return None
    before = points[0]
    for point in points:
        if point.at > at:
            if point.at == before.at or at <= before.at:
                return before.qty
            return before.qty + (point.qty - before.qty) * (at - before.at) // (point.at - before.at)
        before = point
    return before.qty
