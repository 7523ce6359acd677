"""Order entry at one venue: D, F, G, H and q of its clients into commands, and the venue's reports to their owner.

To the venue its clients are one: it knows orders by ids that are made here, and never who sent them. Each client sees
its own orders only. Knows no session: who is logged on, and what waits to be resent, is for whoever carries the text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from fixspec.codec import encode
from fixspec.message import Message
from fixspec.values import ValueRefused, format_utc_timestamp, label, parse_qty, shortest_utc_timestamp, shown
from router.api import (
    BusinessRejectReason,
    CancelChild,
    ChildAccepted,
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildRejected,
    ChildReplaced,
    ChildRequestRejected,
    ChildStatus,
    CxlRejReason,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    FirmUpRequest,
    Instrument,
    Ns,
    OrdRejReason,
    OrdStatus,
    OrdType,
    QueryChild,
    Reason,
    ReplaceChild,
    SendChild,
    Side,
    TimeInForce,
    VenueCommand,
    VenueReport,
)
from simulator.face import reports
from simulator.face.orders import NO_ORDER_ID, Asked, FaceOrder
from simulator.face.requests import (
    RequestRefused,
    echo,
    need,
    read_code,
    read_display_high_qty,
    read_display_qty,
    read_exec_inst,
    read_id,
    read_instrument,
    read_order,
    read_peg_offset,
    read_px,
    refuse_what_cannot_be_kept,
)

Letter: TypeAlias = tuple[str, str]
"""A client's CompID, and the message for it."""
_BY_SECURITY: Final = "1"
_ALL_ORDERS: Final = "7"


class ClientTerms(Struct, frozen=True):
    """What a client agreed with the venue. `house_tags`: it understands what we say beyond FIX 4.4."""

    house_tags: bool = False
    cancel_on_disconnect: bool = False


class Heard(Struct, frozen=True):
    """What came of a message: commands for the venue, and letters that are to be sent at once."""

    commands: tuple[VenueCommand, ...] = ()
    letters: tuple[Letter, ...] = ()


class _Request(Struct, frozen=True, gc=False):
    """A cancel or replace on its way. `cl_ord_id` is None for one that the venue makes for its client (q, logout)."""

    order: FaceOrder
    cl_ord_id: str | None
    orig_cl_ord_id: str
    response_to: CxlRejResponseTo
    why: str = ""


class OrderEntry:
    """See the module. Orders and ids are remembered for the session, as the venue remembers them."""

    def __init__(
        self,
        mic: str,
        instruments: Mapping[str, Instrument],
        clients: Mapping[str, ClientTerms],
        wire_time: Callable[[Ns], Ns],
        market_time: Callable[[Ns], Ns],
    ) -> None:
        self.mic = mic
        self._wire_time = wire_time
        self._mark = ""
        self._market_time = market_time
        self._instruments = instruments
        self._clients = clients
        self._orders: dict[str, FaceOrder] = {}
        self._by_id: dict[tuple[str, str], FaceOrder] = {}
        """By client and any ClOrdID(11) that it has used, a request's too."""
        self._requests: dict[str, _Request] = {}
        self._ids = 0
        self._reports = 0

    # --- in

    def new_order(self, at: Ns, client: str, message: Message) -> Heard:
        """NewOrderSingle(D): the command, or a rejected ExecutionReport(8)."""
        try:
            cl_ord_id = read_id(message, 11)
            known = self._by_id.get((client, cl_ord_id))
            if known is not None and "Y" in {message.get(97), message.get(43)}:
                return self._ask(known, cl_ord_id, message)  # sent again by one who is not sure: what became of it
            self._refuse_used(client, cl_ord_id)
            asked = read_order(message, self._instruments, self.mic, self._next_id("O"))
        except RequestRefused as refusal:
            return self._refuse_order(at, client, message, refusal.order_reason, str(refusal))
        except ValueRefused as refusal:
            return self._refuse_order(at, client, message, OrdRejReason.OTHER, str(refusal))
        order = FaceOrder(client, cl_ord_id, asked)
        self._orders[asked.child_id] = self._by_id[client, cl_ord_id] = order
        if asked.expire_time is None:
            return Heard((asked,))
        return Heard((replace(asked, expire_time=self._market_time(asked.expire_time)),))

    def cancel(self, at: Ns, client: str, message: Message) -> Heard:
        """OrderCancelRequest(F): the command, or an OrderCancelReject(9)."""
        return self._change(at, client, message, CxlRejResponseTo.CANCEL)

    def replace(self, at: Ns, client: str, message: Message) -> Heard:
        """OrderCancelReplaceRequest(G): the command, or an OrderCancelReject(9)."""
        return self._change(at, client, message, CxlRejResponseTo.REPLACE)

    def status(self, at: Ns, client: str, message: Message) -> Heard:
        """OrderStatusRequest(H): asked of the venue behind what was sent before; answered here where it never was."""
        cl_ord_id = message.get(11)
        order = self._by_id.get((client, cl_ord_id))
        if order is not None:
            return self._ask(order, cl_ord_id, message)
        answer = reports.unknown_order(at, message)
        if answer is None:
            text = "OrderStatusRequest(H) needs ClOrdID(11), Symbol(55) and Side(54) of one order"
            answer = reports.business_reject(message, BusinessRejectReason.CONDITIONALLY_REQUIRED_FIELD_MISSING, text)
        return Heard(letters=((client, answer),))

    def mass_cancel(self, at: Ns, client: str, message: Message) -> Heard:
        """OrderMassCancelRequest(q): a command for each of the client's open orders, and OrderMassCancelReport(r)."""
        try:
            cl_ord_id = read_id(message, 11)
            self._refuse_used(client, cl_ord_id)
            meant = self._meant(client, message)
        except RequestRefused as refusal:
            unknown = refusal.order_reason is OrdRejReason.UNKNOWN_SYMBOL
            return self._refuse_mass_cancel(at, client, message, 1 if unknown else None, str(refusal))
        except ValueRefused as refusal:
            reason = 0 if refusal.tag == 530 else None
            return self._refuse_mass_cancel(at, client, message, reason, str(refusal))
        why = f"OrderMassCancelRequest(q) {cl_ord_id}"
        commands = tuple(self._cancel_for(order, why) for order in meant)
        return Heard(commands, ((client, self._mass_cancel_report(at, message, meant)),))

    def client_down(self, client: str) -> Heard:
        """The client's session has ended: its orders stay, or go, as agreed."""
        terms = self._clients.get(client)
        if terms is None or not terms.cancel_on_disconnect:
            return Heard()
        mine = [order for order in self._orders.values() if order.client == client and order.is_open]
        return Heard(tuple(self._cancel_for(order, "its session ended") for order in mine))

    # --- changes of an order

    def _change(self, at: Ns, client: str, message: Message, response_to: CxlRejResponseTo) -> Heard:
        order = self._by_id.get((client, message.get(41)))
        try:
            cl_ord_id, orig = read_id(message, 11), read_id(message, 41)
            self._refuse_used(client, cl_ord_id)
            order = _named(message, order)
            request_id = self._next_id("R")
            command: VenueCommand
            if response_to is CxlRejResponseTo.CANCEL:
                command = self._cancel(order, request_id)
            else:
                command = self._replacement(order, message, request_id)
        except (RequestRefused, ValueRefused) as refusal:
            reason = refusal.cancel_reason if isinstance(refusal, RequestRefused) else CxlRejReason.OTHER
            answer = self._refuse_change(at, message, order, response_to=response_to, reason=reason, text=str(refusal))
            return Heard(letters=((client, answer),))
        self._by_id[client, cl_ord_id] = order
        self._requests[request_id] = _Request(order, cl_ord_id, orig, response_to)
        return Heard((command,))

    def _replacement(self, order: FaceOrder, message: Message, request_id: str) -> ReplaceChild:
        """Quantity and price change, and nothing else: what a replace says besides must be as it was."""
        sent = order.sent
        refuse_what_cannot_be_kept(message)
        ord_type = read_code(message, 40, OrdType)
        instrument = self._instruments[sent.symbol]
        px = read_px(message, ord_type, instrument)
        # A price taken away (40=1) is the venue's to refuse: it says so in its own words.
        if ord_type is not sent.ord_type and ord_type is not OrdType.MARKET:
            raise RequestRefused(_unchanging("OrdType(40)", sent.ord_type, ord_type))
        if 59 in message:
            tif = read_code(message, 59, TimeInForce)
            if tif is not sent.tif:
                raise RequestRefused(_unchanging("TimeInForce(59)", sent.tif, tif))
        if 18 in message and read_exec_inst(message) != (sent.post_only, sent.peg):
            asked = " ".join(str(value) for tag, value in reports.terms(order, instrument) if tag == 18) or "none"
            raise RequestRefused(_unchanging("ExecInst(18)", asked, message.get(18)))
        _refuse_other_terms(message, sent, instrument)
        return ReplaceChild(
            venue=self.mic,
            child_id=sent.child_id,
            request_id=request_id,
            symbol=sent.symbol,
            side=sent.side,
            qty=parse_qty(need(message, 38), 38),
            px=px,
            reason=Reason.DIRECT,
        )

    def _cancel(self, order: FaceOrder, request_id: str) -> CancelChild:
        sent = order.sent
        return CancelChild(
            venue=self.mic, child_id=sent.child_id, request_id=request_id, symbol=sent.symbol, side=sent.side
        )

    def _cancel_for(self, order: FaceOrder, why: str) -> CancelChild:
        """A cancel that the client did not send as such: what comes of it is reported as the venue's own doing."""
        request_id = self._next_id("R")
        self._requests[request_id] = _Request(order, None, order.cl_ord_id, CxlRejResponseTo.CANCEL, why)
        return self._cancel(order, request_id)

    def _ask(self, order: FaceOrder, cl_ord_id: str, message: Message) -> Heard:
        order.queries.append(Asked(cl_ord_id, message.get(790)))
        sent = order.sent
        return Heard((QueryChild(venue=self.mic, child_id=sent.child_id, symbol=sent.symbol, side=sent.side),))

    def _meant(self, client: str, message: Message) -> list[FaceOrder]:
        """The open orders that a mass cancel is about. Raises RequestRefused or ValueRefused."""
        kind = need(message, 530)
        if kind not in {_BY_SECURITY, _ALL_ORDERS}:
            raise ValueRefused(530, f"{_BY_SECURITY} (one security) or {_ALL_ORDERS} (all orders)", "", kind)
        symbol = read_instrument(message, self._instruments).symbol if kind == _BY_SECURITY else None
        side = read_code(message, 54, Side) if 54 in message else None
        return [
            order
            for order in self._orders.values()
            if order.client == client
            and order.is_open
            and symbol in {None, order.sent.symbol}
            and side in {None, order.sent.side}
        ]

    # --- answers that the venue is not asked for

    def _refuse_order(self, at: Ns, client: str, message: Message, reason: OrdRejReason, text: str) -> Heard:
        answer = reports.order_rejected(at, message, self._report_id(), reason, text)
        if answer is None:
            answer = reports.business_reject(message, BusinessRejectReason.OTHER, text)
        return Heard(letters=((client, answer),))

    def _refuse_used(self, client: str, cl_ord_id: str) -> None:
        """RequestRefused for a ClOrdID(11) that the client has used, on an order or a request."""
        if (client, cl_ord_id) in self._by_id:
            text = f"ClOrdID(11) must be new: {shown(cl_ord_id)} was used before"
            raise RequestRefused(text, OrdRejReason.DUPLICATE_ORDER, CxlRejReason.DUPLICATE_CL_ORD_ID)

    def _refuse_change(
        self,
        at: Ns,
        message: Message,
        order: FaceOrder | None,
        *,
        response_to: CxlRejResponseTo,
        reason: CxlRejReason,
        text: str,
    ) -> str:
        names = [value for tag in (11, 41) for _, value in echo(message, tag)]
        if len(names) < 2:
            return reports.business_reject(message, BusinessRejectReason.CONDITIONALLY_REQUIRED_FIELD_MISSING, text)
        return reports.cancel_rejected(
            at,
            order=order,
            cl_ord_id=names[0],
            orig_cl_ord_id=names[1],
            response_to=response_to,
            reason=reason,
            text=text,
        )

    def _refuse_mass_cancel(self, at: Ns, client: str, message: Message, reason: int | None, text: str) -> Heard:
        """MassCancelRejectReason(532) is one character, so that "other", 99, is left unsaid."""
        kind = echo(message, 530)
        if not kind:
            answer = reports.business_reject(message, BusinessRejectReason.CONDITIONALLY_REQUIRED_FIELD_MISSING, text)
        else:
            names: list[reports.Pair] = [*echo(message, 11), (37, NO_ORDER_ID), *kind, (531, 0)]
            names += [] if reason is None else [(532, reason)]
            answer = encode("r", [*names, (60, format_utc_timestamp(at)), (58, text)])
        return Heard(letters=((client, answer),))

    def _mass_cancel_report(self, at: Ns, message: Message, meant: list[FaceOrder]) -> str:
        kind = message.get(530)
        fields: list[reports.Pair] = [*echo(message, 11), (37, NO_ORDER_ID), (530, kind), (531, kind)]
        fields.append((533, len(meant)))
        if meant:
            fields.append((534, len(meant)))
        for order in meant:
            fields += [(41, order.cl_ord_id), (535, order.order_id)]
        fields += [*echo(message, 55), *echo(message, 54)]
        return encode("r", [*fields, (60, format_utc_timestamp(at))])

    # --- out

    def report(self, at: Ns, report: VenueReport) -> tuple[Letter, ...]:
        """What the venue said of an order, for its owner; nothing where a cancel of the venue's own came too late."""
        if isinstance(report, ChildRequestRejected):
            return self._request_rejected(at, report)
        order = self._orders[report.child_id]  # type: ignore[union-attr]  # VenueUp and VenueDown are the face's
        text = self._execution(at, order, report)
        return ((order.client, text),)

    def _execution(self, at: Ns, order: FaceOrder, report: VenueReport) -> str:
        """ExecutionReport(8) of a report, which changes the order first."""
        match report:
            case ChildAccepted():
                order.order_id = report.venue_order_id
                more = [*reports.terms(order, self._of(order)), *self._ahead(order, report.ahead)]
                return self._say(at, order, ExecType.NEW, more=more)
            case ChildRejected():
                order.is_open, order.is_rejected = False, True
                more = [(103, OrdRejReason.OTHER)]
                return self._say(at, order, ExecType.REJECTED, more=more, text=report.text)
            case ChildFilled():
                order.fill(report.exec_id, report.qty, report.px, report.cum_qty)
                more = reports.trade(report, self._of(order), house_tags=self._has_house_tags(order))
                return self._say(at, order, ExecType.TRADE, more=more, exec_id=report.exec_id)
            case ChildCanceled():
                return self._canceled(at, order, report)
            case FirmUpRequest():
                order.is_open = False
                expires = shortest_utc_timestamp(self._wire_time(report.expires))
                more = [(23, report.firm_up_id), (27, report.qty), (62, expires)]
                return self._say(at, order, ExecType.CANCELED, more=more)
            case ChildReplaced():
                return self._replaced(at, order, report)
            case ChildStatus():
                return self._status(at, order, report)
            case ChildBusted():
                qty, px = order.bust(report.exec_ref_id)
                more = [(19, report.exec_ref_id), *(reports.last(qty, px, self._of(order)) if qty else [])]
                return self._say(at, order, ExecType.TRADE_CANCEL, more=more, exec_id=report.exec_id)
            case ChildCorrected():
                order.correct(report.exec_id, report.exec_ref_id, report.qty, report.px)
                more = [(19, report.exec_ref_id), *reports.last(report.qty, report.px, self._of(order))]
                return self._say(at, order, ExecType.TRADE_CORRECT, more=more, exec_id=report.exec_id)
        raise AssertionError(f"{self.mic}: not a report of an order: {report}")

    def _canceled(self, at: Ns, order: FaceOrder, report: ChildCanceled) -> str:
        order.is_open = False
        request = self._requests.pop(report.request_id or "", None)
        if request is None or request.cl_ord_id is None:
            why = report.text or ("" if request is None else request.why)
            return self._say(at, order, ExecType.CANCELED, text=why)
        names: list[reports.Pair] = [(11, request.cl_ord_id), (41, request.orig_cl_ord_id)]
        return self._say(at, order, ExecType.CANCELED, names=names, text=report.text)

    def _replaced(self, at: Ns, order: FaceOrder, report: ChildReplaced) -> str:
        if not report.request_id:
            return self._restated(at, order, report)
        request = self._requests.pop(report.request_id)
        assert request.cl_ord_id is not None, report
        order.change(report.qty, report.px)
        order.cl_ord_id = request.cl_ord_id
        names: list[reports.Pair] = [(11, request.cl_ord_id), (41, request.orig_cl_ord_id)]
        more = self._ahead(order, report.ahead)
        if report.kept_place and self._has_house_tags(order):
            more.append((20112, "Y"))
        return self._say(
            at, order, ExecType.REPLACED, names=names, more=[*reports.terms(order, self._of(order)), *more]
        )

    def _restated(self, at: Ns, order: FaceOrder, report: ChildReplaced) -> str:
        """The venue itself made the order smaller (self-match prevention): FIX 4.4 Vol. 4, ExecType(150)=D."""
        order.change(report.qty, report.px)
        more: list[reports.Pair] = [(378, ExecRestatementReason.PARTIAL_DECLINE), *self._ahead(order, report.ahead)]
        if report.kept_place and self._has_house_tags(order):
            more.append((20112, "Y"))
        return self._say(at, order, ExecType.RESTATED, more=more)

    def _status(self, at: Ns, order: FaceOrder, report: ChildStatus) -> str:
        """What the venue says now, which reports on their way may not have said yet; our books wait for those."""
        asked = order.queries.popleft()
        names: list[reports.Pair] = [(11, asked.cl_ord_id)]
        if asked.status_req_id:
            names.append((790, asked.status_req_id))
        if not report.known:
            status = OrdStatus.REJECTED
        elif report.is_open:
            status = OrdStatus.PARTIALLY_FILLED if report.cum_qty else OrdStatus.NEW
        else:
            status = OrdStatus.FILLED if report.cum_qty >= order.qty else OrdStatus.CANCELED
        cum, is_open = order.cum, order.is_open
        order.cum, order.is_open = report.cum_qty, report.is_open
        try:
            return self._say(at, order, ExecType.ORDER_STATUS, names=names, exec_id=reports.NO_EXEC_ID, status=status)
        finally:
            order.cum, order.is_open = cum, is_open

    def _request_rejected(self, at: Ns, report: ChildRequestRejected) -> tuple[Letter, ...]:
        request = self._requests.pop(report.request_id)
        if request.cl_ord_id is None:
            return ()
        order = request.order
        text = reports.cancel_rejected(
            at,
            order=order,
            cl_ord_id=request.cl_ord_id,
            orig_cl_ord_id=request.orig_cl_ord_id,
            response_to=request.response_to,
            reason=CxlRejReason.TOO_LATE if report.too_late else CxlRejReason.OTHER,
            text=report.text,
        )
        return ((order.client, text),)

    def _say(
        self,
        at: Ns,
        order: FaceOrder,
        exec_type: ExecType,
        *,
        names: list[reports.Pair] | None = None,
        more: list[reports.Pair] | None = None,
        exec_id: str = "",
        status: OrdStatus | None = None,
        text: str = "",
    ) -> str:
        return reports.execution(
            at,
            order,
            self._of(order),
            exec_id=exec_id or self._report_id(),
            exec_type=exec_type,
            names=names or [(11, order.cl_ord_id)],
            status=status,
            more=more,
            text=text,
        )

    def _ahead(self, order: FaceOrder, ahead: int | None) -> list[reports.Pair]:
        return [] if ahead is None or not self._has_house_tags(order) else [(20111, ahead)]

    def _has_house_tags(self, order: FaceOrder) -> bool:
        return self._clients.get(order.client, ClientTerms()).house_tags

    def _of(self, order: FaceOrder) -> Instrument:
        return self._instruments[order.sent.symbol]

    def _next_id(self, kind: str) -> str:
        self._ids += 1
        return f"{kind}{self._ids}"

    def _report_id(self) -> str:
        """ExecID(17) of a report that is no trade: trades have the venue's."""
        self._reports += 1
        return f"{self.mic}-R{self._reports}{self._mark}"

    def mark_ids(self, mark: str) -> None:
        """The ids of reports that are no trade end with `mark` from now on."""
        self._mark = mark


def _refuse_other_terms(message: Message, sent: SendChild, instrument: Instrument) -> None:
    """RequestRefused where a replace says how an order is shown or pegged, and not as it was."""
    display = read_display_qty(message)
    if display is not None and display != sent.display_qty:
        raise RequestRefused(_unchanging("MaxFloor(111)", sent.display_qty, display))
    high = read_display_high_qty(message)
    if high is not None and high != sent.display_high_qty:
        raise RequestRefused(_unchanging("DisplayHighQty(1086)", sent.display_high_qty, high))
    offset = read_peg_offset(message, sent.peg, instrument)
    if 211 in message and offset != sent.peg_offset:
        raise RequestRefused(_unchanging("PegOffsetValue(211)", sent.peg_offset, offset))


def _named(message: Message, order: FaceOrder | None) -> FaceOrder:
    """The order of OrigClOrdID(41); RequestRefused where there is none, or the request describes another."""
    if order is None:
        text = f"OrigClOrdID(41) must name an order of yours: got {shown(message.get(41))}"
        raise RequestRefused(text, cancel_reason=CxlRejReason.UNKNOWN_ORDER)
    _refuse_other(message, 55, order.sent.symbol)
    _refuse_other(message, 54, order.sent.side)
    return order


def _unchanging(name: str, before: object, asked: object) -> str:
    return f"{name} of an order cannot be changed: {before if before is not None else 'none'}, asked for {asked}"


def _refuse_other(message: Message, tag: int, value: str) -> None:
    """RequestRefused where a request names an order and describes another."""
    if tag in message and message.get(tag) != value:
        raise RequestRefused(
            f"{label(tag)} must be the order's, {value}: got {shown(message.get(tag))}",
            cancel_reason=CxlRejReason.UNKNOWN_ORDER,
        )
