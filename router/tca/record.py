"""What a journal says of each parent order: its terms, plan, child orders and fills as they stand after busts.

Fed line by line, so that a journal still being written can be followed. It must not know how costs are reckoned
(`analysis`), nor any file. An order is known by its OrderID(37); what it is comes from its ExecutionReports(8), why and
where from the engine's notes and decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from router.core.algo import SchedulePoint
from router.core.events import DayStart, Event, Genesis, NewList, NewOrder, TradePrint
from router.core.outputs import Decision, ExecReport, Note, Output, SendChild
from router.core.profiles import EngineConfig
from router.core.types import (
    ExecType,
    LastLiquidityInd,
    Ns,
    OrdStatus,
    PrintKind,
    Px,
    Qty,
    Reason,
    Side,
)
from router.journal import InputLine, OutputLine, decode_event, decode_output, take_outputs
from router.tca.tape import MarketTape

OVER: Final = (
    OrdStatus.FILLED,
    OrdStatus.DONE_FOR_DAY,
    OrdStatus.CANCELED,
    OrdStatus.EXPIRED,
    OrdStatus.REJECTED,
)
"""OrdStatus(39) in which an order is not worked."""
_INPUTS_READ: Final = ("DayStart", "Genesis", "NewList", "NewOrder", "TradePrint")
_OUTPUTS_READ: Final = ("Decision", "ExecReport", "Note", "SendChild")
_NO_ORDER: Final = "NONE"


class Fill(Struct, frozen=True, gc=False):
    """One trade of a parent, as it stands: `qty` and `px` are those of its last correction."""

    at: Ns
    exec_id: str
    venue: str
    qty: Qty
    px: Px
    liquidity: LastLiquidityInd | None = None
    kind: PrintKind = PrintKind.REGULAR
    reason: Reason | None = None


class Child(Struct, frozen=True, gc=False):
    """One child order as it was sent."""

    at: Ns
    child_id: str
    venue: str
    qty: Qty
    reason: Reason


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
    arrival_mid2: Px | None = None
    curve: str = ""
    """Where the volume curve is from, of an order whose algorithm has one."""
    curve_days: int = 0
    """How many days of history that is; 0 where it is not known."""
    quantities: list[tuple[Ns, Qty]] = []
    plans: list[Planned] = []
    children: list[Child] = []
    fills: dict[str, Fill] = {}
    """By ExecID(17) of the report that last told of it, in the order of their trading."""
    refused_at_gate: int = 0

    @property
    def is_open(self) -> bool:
        return self.status not in OVER

    def planned(self, at: Ns) -> Qty | None:
        """Cumulative shares that the schedule in force at `at` expected by then, between two points on a straight line.

        None without a schedule.
        """
        in_force = [plan for plan in self.plans if plan.at <= at] or self.plans[:1]
        return _along(in_force[-1].points, at) if in_force else None


class Recorder:
    """Collects orders and tapes.

    `config` is None where the journal's first line carries none that this version reads.
    """

    def __init__(self) -> None:
        self.orders: dict[str, OrderRecord] = {}
        self.tapes: dict[str, MarketTape] = {}
        self.genesis: Genesis | None = None
        self.config: EngineConfig | None = None
        self.day = ""
        self.at: Ns = 0
        self._children: dict[str, Child] = {}
        self._listed: dict[tuple[str, str], NewOrder] = {}
        """Orders that came in lists, by (client, ClOrdID(11))."""
        self._direct: list[str] = []
        """OrderIDs whose direct children are being sent, in that order."""

    def follow(self, inputs: Iterable[InputLine], outputs: Iterable[OutputLine]) -> int:
        """Take in journal lines, both tables in their own order; returns the last input's number (0: none came)."""
        last = 0
        take = take_outputs(outputs)
        for line in inputs:
            event = decode_event(line.body) if line.kind in _INPUTS_READ else None
            said = [decode_output(out.body) for out in take(line.seq) if out.kind in _OUTPUTS_READ]
            self.observe(line.at, event, said)
            last = line.seq
        return last

    def observe(self, at: Ns, event: Event | None, outputs: Sequence[Output]) -> None:
        """Take in one input (None: one that matters to nobody here) and what the engine said to it."""
        self.at = at
        if event is not None:
            self._heard(at, event)
        for output in outputs:
            match output:
                case ExecReport() if output.order_id != _NO_ORDER:
                    self._report(at, output)
                case Note(what="arrival"):
                    self._arrival(at, output, event)
                case Note():
                    self._note(at, output)
                case SendChild():
                    self._child(Child(at, output.child_id, output.venue, output.qty, output.reason), output)
                case Decision():
                    self.orders[output.order_id].children += [self._children.pop(name) for name in output.child_ids]
                case _:
                    pass
        self._children.clear()
        self._direct.clear()

    def _heard(self, at: Ns, event: Event) -> None:
        match event:
            case TradePrint():
                self.tapes.setdefault(event.symbol, MarketTape()).add(at, event)
            case Genesis():
                self.genesis = event
                self.config = _config(event)
            case DayStart():
                self.day = event.day
            case NewList():
                orders = (order for order in event.orders if isinstance(order, NewOrder))
                self._listed |= {(order.client, order.cl_ord_id): order for order in orders}
            case _:
                pass

    def _child(self, child: Child, sent: SendChild) -> None:
        """A router's child is claimed by the decision that follows; a direct one, which is nobody's, by its order."""
        self._children[child.child_id] = child
        if sent.reason is not Reason.DIRECT:
            return
        for order_id in self._direct:
            order = self.orders[order_id]
            if (order.symbol, order.side, order.qty) == (sent.symbol, sent.side, sent.qty):
                self._direct.remove(order_id)
                order.children.append(self._children.pop(child.child_id))
                return

    # --- reports

    def _report(self, at: Ns, report: ExecReport) -> None:
        order = self.orders.get(report.order_id)
        if order is None:
            order = self.orders[report.order_id] = _begun(at, report)
        self._trade(at, order, report)
        if report.qty != order.qty:
            order.qty = report.qty
            order.quantities.append((at, report.qty))
        order.limit_px = report.px
        order.cum_qty, order.notional = report.cum_qty, report.notional
        if report.ord_status is not order.status:
            order.status = report.ord_status
            order.ended_at = None if order.is_open else at
        if report.exec_type is not ExecType.ORDER_STATUS:
            order.text = report.text

    def _trade(self, at: Ns, order: OrderRecord, report: ExecReport) -> None:
        if report.exec_type is ExecType.TRADE:
            order.fills[report.exec_id] = Fill(
                at, report.exec_id, report.last_mkt, report.last_qty, report.last_px, report.last_liquidity
            )
        elif report.exec_type is ExecType.TRADE_CANCEL and report.exec_ref_id:
            order.fills.pop(report.exec_ref_id, None)
        elif report.exec_type is ExecType.TRADE_CORRECT and report.exec_ref_id in order.fills:
            corrected = replace(
                order.fills.pop(report.exec_ref_id), exec_id=report.exec_id, qty=report.last_qty, px=report.last_px
            )
            order.fills[report.exec_id] = corrected

    # --- notes

    def _arrival(self, at: Ns, note: Note, event: Event | None) -> None:
        """The order begins to be worked. Only the first time counts: one revived by a replace came when it came."""
        data = dict(note.data)
        order = self.orders.get(note.order_id)
        if order is None:
            asked = event if isinstance(event, NewOrder) else self._listed[data["client"], data["cl_ord_id"]]
            order = self.orders[note.order_id] = _arrived(at, note.order_id, asked)
        if order.end is None:
            order.algorithm = data["algorithm"]
            order.start, order.end = int(data["start"]), int(data["end"])
            bid, ask = data.get("bid"), data.get("ask")
            if bid and ask and int(bid) < int(ask):
                order.arrival_mid2 = int(bid) + int(ask)

    def _note(self, at: Ns, note: Note) -> None:
        order = self.orders.get(note.order_id)
        if order is None:
            return
        data = dict(note.data)
        if note.what == "schedule":
            order.plans.append(Planned(at, _points(data["points"])))
        elif note.what == "slice" and data["reason"] == Reason.DIRECT:
            self._direct.append(note.order_id)
        elif note.what == "released":
            # It came when it came, and its cost counts from then; who works it, and when, was decided now.
            order.algorithm, order.end = data["algorithm"], int(data["end"])
        elif note.what == "inputs":
            order.curve = data.get("curve_source", "")
            order.curve_days = int(data.get("curve_days") or 0)
        elif note.what == "refused-at-gate":
            order.refused_at_gate += 1
        elif note.what == "fill":
            # It follows the report of the same trade, and says what the client is not told.
            exec_id = next(reversed(order.fills))
            order.fills[exec_id] = replace(
                order.fills[exec_id],
                venue=data["venue"],
                kind=PrintKind(data["kind"]),
                reason=Reason(data["reason"]),
            )


def _begun(at: Ns, report: ExecReport) -> OrderRecord:
    """An order that was never worked: refused, or still waiting for its first word."""
    return OrderRecord(
        order_id=report.order_id,
        client=report.client,
        cl_ord_id=report.cl_ord_id or "",
        symbol=report.symbol,
        side=report.side,
        algorithm=report.strategy or "",
        arrived_at=at,
        start=at,
        qty=report.qty,
        quantities=[(at, report.qty)],
    )


def _arrived(at: Ns, order_id: str, order: NewOrder) -> OrderRecord:
    return OrderRecord(
        order_id=order_id,
        client=order.client,
        cl_ord_id=order.cl_ord_id,
        symbol=order.symbol,
        side=order.side,
        algorithm="",
        arrived_at=at,
        start=at,
        qty=order.qty,
        limit_px=order.px,
        quantities=[(at, order.qty)],
    )


def _points(text: str) -> tuple[SchedulePoint, ...]:
    pairs = (pair.partition(":") for pair in text.split())
    return tuple(SchedulePoint(int(at), int(qty)) for at, _, qty in pairs)


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


def _config(genesis: Genesis) -> EngineConfig | None:
    try:
        return msgspec.json.decode(genesis.config_json, type=EngineConfig)
    except msgspec.DecodeError:
        return None
