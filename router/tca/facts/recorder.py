"""Reads a journal into records: every parent order, the tape and the national best of every instrument.

Fed line by line, so that a journal still being written can be followed. It must not know how costs are reckoned, nor
any file. What an order is comes from its ExecutionReports(8), why and where from the engine's notes and decisions, what
became of a child from its venue's reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import msgspec
from msgspec.structs import replace

from router.core.algo import SchedulePoint
from router.core.events import (
    BadRequest,
    CancelRequest,
    ChildAccepted,
    ChildCanceled,
    ChildRejected,
    ChildReplaced,
    DayStart,
    Event,
    FirmUpRequest,
    Genesis,
    NewList,
    NewOrder,
    ReplaceRequest,
)
from router.core.outputs import Decision, ExecReport, Note, Output, SendChild
from router.core.profiles import EngineConfig
from router.core.types import ExecType, Ns, Phase, PrintKind, Qty, Reason
from router.journal import Extent, Heads, InputLine, OutputLine, read_event, read_output, take_outputs, verify_one
from router.tca.facts.market_record import MARKET_WORDS, MarketRecord
from router.tca.facts.quotes import QuoteTape
from router.tca.facts.record import Child, ChildEnd, DecisionRecord, Fill, OrderRecord, Planned, Terms
from router.tca.facts.tape import MarketTape

_ChildWord: TypeAlias = ChildAccepted | ChildCanceled | ChildRejected | ChildReplaced | FirmUpRequest
_CHILD_WORDS: Final = (ChildAccepted, ChildCanceled, ChildRejected, ChildReplaced, FirmUpRequest)
_OTHER_WORDS: Final = (CancelRequest, DayStart, Genesis, NewList, NewOrder, ReplaceRequest)
_INPUTS_READ: Final = frozenset(kind.__name__ for kind in (*MARKET_WORDS, *_CHILD_WORDS, *_OTHER_WORDS))
_OUTPUTS_READ: Final = frozenset(kind.__name__ for kind in (Decision, ExecReport, Note, SendChild))
_NO_ORDER: Final = "NONE"


class Recorder:
    """Collects orders and the market.

    `config` is None where the journal's first line carries none that this version reads; then there are no quotes.
    """

    def __init__(self) -> None:
        self.orders: dict[str, OrderRecord] = {}
        self.market = MarketRecord()
        self.genesis: Genesis | None = None
        self.config: EngineConfig | None = None
        self.days: list[tuple[Ns, str]] = []
        """Trading dates (YYYYMMDD) with the time at which each began."""
        self.at: Ns = 0
        self.cut: Extent | None = None
        """How far the journal's outputs go, where that is not to its end: said by who reads its file."""
        self._heads, self._seq = Heads(), 0
        self._sent: dict[str, Child] = {}
        """Children that went out with this input, which nobody has claimed yet."""
        self._children: dict[str, Child] = {}
        self._by_cl_ord_id: dict[tuple[str, str], OrderRecord] = {}
        self._asked: dict[tuple[str, str], NewOrder] = {}
        """What was asked, alone or in a list, by (client, ClOrdID(11)), until it is reported."""
        self._direct: list[OrderRecord] = []
        """Orders whose direct children are being sent, in that order."""
        self._arrived: list[OrderRecord] = []
        """Orders that came with this input: a journal that does not say whose a direct child is has one of these."""

    @property
    def tapes(self) -> dict[str, MarketTape]:
        """Prints by symbol."""
        return self.market.tapes

    @property
    def quotes(self) -> dict[str, QuoteTape]:
        """The national best by symbol."""
        return self.market.quotes

    @property
    def phases(self) -> dict[str, list[tuple[Ns, Phase]]]:
        """Trading phases by symbol."""
        return self.market.phases

    @property
    def day(self) -> str:
        """The present trading date, YYYYMMDD; empty before the first."""
        return self.days[-1][1] if self.days else ""

    def follow(self, inputs: Iterable[InputLine], outputs: Iterable[OutputLine]) -> int:
        """Take in the next journal lines, both tables in their order; returns the last input's number (0: none came).

        Raises JournalBrokenError where the hash chains do not hold, or a line is of no kind that this version reads:
        no figure stands on a journal that is not what was written.
        """
        last = 0
        take = take_outputs(outputs)
        for line in inputs:
            said = take(line.seq)
            self._heads = verify_one(self._heads, self._seq + 1, line, said)
            self._seq = last = line.seq
            event = read_event(line) if line.kind in _INPUTS_READ else None
            self.observe(line.at, event, [read_output(out) for out in said if out.kind in _OUTPUTS_READ])
        return last

    def observe(self, at: Ns, event: Event | None, outputs: Sequence[Output]) -> None:
        """Take in one input (None: one that matters to nobody here) and what the engine said to it."""
        self.at = at
        self._hear(at, event)
        for output in outputs:
            match output:
                case ExecReport() if output.order_id != _NO_ORDER:
                    self._report(at, output)
                case Note(what="arrival"):
                    self._arrived.append(self._arrival(at, output, event))
                case Note():
                    self._note(at, output)
                case SendChild():
                    self._sent[output.child_id] = self._children[output.child_id] = _child(at, output)
                    if output.reason is Reason.DIRECT:
                        self._claim_direct(output)
                case Decision():
                    self._decided(at, output)
                case _:
                    pass
        self._sent.clear()
        self._direct.clear()
        self._arrived.clear()

    def _hear(self, at: Ns, event: Event | None) -> None:
        if isinstance(event, MARKET_WORDS):
            self.market.observe(at, event)
        elif isinstance(event, _CHILD_WORDS):
            self._child_word(at, event)
        elif isinstance(event, ReplaceRequest | CancelRequest):
            order = self._by_cl_ord_id.get((event.client, event.orig_cl_ord_id))
            if order is not None:
                order.amendments.append((at, event))
        elif isinstance(event, NewOrder | NewList):
            self._ask(event.orders if isinstance(event, NewList) else (event,))
        elif isinstance(event, Genesis):
            self.genesis = event
            self.config = _config(event)
            self.market.configure(self.config)
        elif isinstance(event, DayStart):
            self.days.append((at, event.day))
            self.market.start_day(at)

    def _ask(self, orders: Sequence[NewOrder | BadRequest]) -> None:
        for order in orders:
            if isinstance(order, NewOrder):
                self._asked.setdefault((order.client, order.cl_ord_id), order)

    def _decided(self, at: Ns, decision: Decision) -> None:
        order = self.orders[decision.order_id]
        order.children += [self._sent.pop(name) for name in decision.child_ids]
        order.decisions.append(
            DecisionRecord(
                at,
                decision.reason,
                decision.qty,
                decision.bid,
                decision.ask,
                decision.child_ids,
                decision.candidates,
            )
        )

    def _claim_direct(self, sent: SendChild) -> None:
        """Direct market access is nobody's decision: its child is of the order that is sent as it is."""
        for order in (*self._direct, *self._arrived):
            if (order.symbol, order.side, order.qty) == (sent.symbol, sent.side, sent.qty):
                self._direct = [each for each in self._direct if each is not order]
                order.children.append(self._sent.pop(sent.child_id))
                return

    # --- children

    def _child_word(self, at: Ns, word: _ChildWord) -> None:
        """What a venue says of a child; one that is not known here, or is over, changes nothing."""
        child = self._children.get(word.child_id)
        if child is None or child.end is not None:
            return
        match word:
            case ChildAccepted():
                child.accepted_at = at
            case ChildReplaced():
                child.qty, child.px = word.qty, word.px
                child.replaced_at.append(at)
                child.terms.append(Terms(at, word.qty, word.px))
            case ChildCanceled():
                child.ended_at, child.end = at, ChildEnd.CANCELED
            case ChildRejected():
                child.ended_at, child.end = at, ChildEnd.REJECTED
            case FirmUpRequest():
                child.ended_at, child.end = at, ChildEnd.FIRM_UP

    # --- reports

    def _report(self, at: Ns, report: ExecReport) -> None:
        order = self.orders.get(report.order_id)
        if order is None:
            order = self.orders[report.order_id] = _begun(at, report)
        if report.cl_ord_id is not None:
            self._by_cl_ord_id[report.client, report.cl_ord_id] = order
            if order.request is None:
                order.request = self._asked.pop((report.client, report.cl_ord_id), None)
        self._trade(at, order, report)
        if report.qty != order.qty:
            order.qty = report.qty
            order.quantities.append((at, report.qty))
        if report.px != order.limit_px or not order.limits:
            order.limit_px = report.px
            order.limits.append((at, report.px))
        order.cum_qty, order.notional = report.cum_qty, report.notional
        if report.ord_status is not order.status:
            rested = order.ended_at if order.goes_on else None
            order.status = report.ord_status
            order.ended_at = None if order.is_open else at
            if rested is not None:
                order.rests.append((rested, at))
        if report.exec_type is not ExecType.ORDER_STATUS:
            order.text = report.text

    def _trade(self, at: Ns, order: OrderRecord, report: ExecReport) -> None:
        if report.exec_type is ExecType.TRADE:
            order.fills[report.exec_id] = Fill(
                at, report.exec_id, report.last_mkt, report.last_qty, report.last_px, report.last_liquidity
            )
        elif report.exec_type is ExecType.TRADE_CANCEL and report.exec_ref_id in order.fills:
            busted = order.fills.pop(report.exec_ref_id)
            order.busted.append((at, busted))
            self._count(at, busted.child_id, -busted.qty)
        elif report.exec_type is ExecType.TRADE_CORRECT and report.exec_ref_id in order.fills:
            was = order.fills[report.exec_ref_id]
            qty, px = was.printed
            now = replace(
                was,
                exec_id=report.exec_id,
                qty=report.last_qty,
                px=report.last_px,
                printed_qty=qty,
                printed_px=px,
            )
            # In the place of the old one: a correction comes late, and its trade was when it was.
            standing = (now if fill is was else fill for fill in order.fills.values())
            order.fills = {fill.exec_id: fill for fill in standing}
            self._count(at, was.child_id, report.last_qty - was.qty)

    # --- notes

    def _arrival(self, at: Ns, note: Note, event: Event | None) -> OrderRecord:
        """The order begins to be worked. Only the first time counts: one revived by a replace came when it came."""
        order, data = self.orders.get(note.order_id), dict(note.data)
        if order is None:
            asked = event if isinstance(event, NewOrder) else self._asked[data["client"], data["cl_ord_id"]]
            order = self.orders[note.order_id] = _arrived(at, note.order_id, asked)
        if order.end is None:
            order.algorithm = data["algorithm"]
            order.start, order.end = int(data["start"]), int(data["end"])
            bid, ask = data.get("bid"), data.get("ask")
            if bid and ask and int(bid) < int(ask):
                order.arrival_mid2 = int(bid) + int(ask)
        return order

    def _note(self, at: Ns, note: Note) -> None:
        order = self.orders.get(note.order_id)
        if order is None:
            return
        data = dict(note.data)
        if note.what == "schedule":
            order.plans.append(Planned(at, _points(data["points"])))
        elif note.what == "slice" and data["reason"] == Reason.DIRECT:
            self._direct.append(order)
        elif note.what == "released":
            # It came when it came, and its cost counts from then; who works it, and when, was decided now.
            order.algorithm, order.end = data["algorithm"], int(data["end"])
            # No report tells of it, and the last one's text says that the order waits.
            order.text = ""
        elif note.what == "inputs":
            order.curve = data.get("curve_source", "")
            order.curve_days = int(data.get("curve_days") or 0)
        elif note.what == "refused-at-gate":
            order.refused_at_gate += 1
        elif note.what == "fill":
            self._fill_note(at, order, data)

    def _fill_note(self, at: Ns, order: OrderRecord, data: dict[str, str]) -> None:
        """It follows the report of the same trade, and says what the client is not told."""
        exec_id = next(reversed(order.fills))
        fill = replace(
            order.fills[exec_id],
            venue=data["venue"],
            kind=PrintKind(data["kind"]),
            reason=Reason(data["reason"]),
            child_id=data["child"],
        )
        order.fills[exec_id] = fill
        self._count(at, fill.child_id, fill.qty)

    def _count(self, at: Ns, child_id: str, qty: Qty) -> None:
        """A child's fills change; one that is whole is over, however late a bust may come."""
        child = self._children.get(child_id)
        if child is None:
            return
        child.filled += qty
        if child.end is None and child.filled >= child.qty:
            child.ended_at, child.end = at, ChildEnd.FILLED


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
        request=order,
        quantities=[(at, order.qty)],
        limits=[(at, order.px)],
    )


def _child(at: Ns, sent: SendChild) -> Child:
    return Child(
        at=at,
        child_id=sent.child_id,
        venue=sent.venue,
        qty=sent.qty,
        reason=sent.reason,
        ord_type=sent.ord_type,
        px=sent.px,
        tif=sent.tif,
        display_qty=sent.display_qty,
        min_qty=sent.min_qty,
        peg=sent.peg,
        post_only=sent.post_only,
        conditional=sent.conditional,
        terms=[Terms(at, sent.qty, sent.px)],
    )


def _points(text: str) -> tuple[SchedulePoint, ...]:
    pairs = (pair.partition(":") for pair in text.split())
    return tuple(SchedulePoint(int(at), int(qty)) for at, _, qty in pairs)


def _config(genesis: Genesis) -> EngineConfig | None:
    try:
        return msgspec.json.decode(genesis.config_json, type=EngineConfig)
    except msgspec.DecodeError:
        return None
