"""A venue behind a FIX 4.4 session: commands into messages, messages into reports and market data.

Sans IO: text in, text and events out; the shell sends and stamps. It knows one venue's ids and symbols, and neither
parents nor clients: ClOrdID(11) at the venue is our child's id, and the id of the request after a replace.
Message by message: docs/fix-venue-link.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from msgspec import Struct

from fixspec.codec import decode, encode
from fixspec.message import FieldSet, FixSyntaxError, Message
from fixspec.values import (
    ValueRefused,
    format_px,
    format_utc_timestamp,
    parse_int,
    parse_px,
    parse_utc_timestamp,
    shortest_utc_timestamp,
)
from router.core.events import (
    AuctionImbalance,
    BookSnapshot,
    ChildAccepted,
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildRejected,
    ChildReplaced,
    ChildRequestRejected,
    ChildStatus,
    Event,
    FirmUpRequest,
    LevelUpdate,
    PhaseChange,
    TradePrint,
    VenueDown,
    VenueReport,
    VenueUp,
)
from router.core.instruments import Instrument
from router.core.outputs import CancelChild, QueryChild, ReplaceChild, SendChild, VenueCommand
from router.core.types import LastLiquidityInd, Ns, OrdType, Phase, PrintKind, Px, Qty

Pair: TypeAlias = tuple[int, str | int]
QTY_MAX: Final = 10**12
_OPEN_STATUS: Final = frozenset({"0", "1", "5", "6", "A", "E", "9"})
_TOO_LATE: Final = "0"
_BID, _OFFER, _TRADE, _IMBALANCE = "0", "1", "2", "A"
_ENTRY_TYPE_REFUSED: Final = "8"
"""MDReqRejReason(281): unsupported MDEntryType(269)."""
_DELETE: Final = "2"
_HALTED, _PRE_OPEN, _CLOSED = frozenset({"2", "4"}), frozenset({"1", "21"}), frozenset({"18"})
"""SecurityTradingStatus(326) that says all; of the others, TradingSessionSubID(625) says which auction it is."""
_SESSIONS: Final = {
    "1": Phase.PRE_OPEN,
    "2": Phase.OPENING_AUCTION,
    "4": Phase.CLOSING_AUCTION,
    "5": Phase.CLOSED,
}
_CLOSING: Final = "4"
"""TradingSessionSubID(625) of an imbalance of the closing auction."""
_MORE_SELLERS: Final = "Q"
"""TradeCondition(277) of an imbalance; P is more buyers."""
_PRINT_KINDS: Final = frozenset(PrintKind)
CONDITIONAL: Final = 20101
"""User-defined: Y on a NewOrderSingle(D) that is conditional. No FIX field says so; each venue has its own."""
BLOCKED_TIERS: Final = 20102
"""User-defined: the tiers that the order never meets, separated by blanks."""


class Understood(Struct, frozen=True):
    """What came of one message: events for the engine, text to send back, and what a person should look at."""

    events: tuple[Event, ...] = ()
    replies: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()


class _Child:
    """One child at this venue: `cl_ord_id` is the id that the venue knows it by now."""

    __slots__ = ("cl_ord_id", "order", "side", "symbol")

    def __init__(self, command: SendChild | QueryChild) -> None:
        self.cl_ord_id = command.child_id
        self.symbol = command.symbol
        self.side = command.side
        self.order = command if isinstance(command, SendChild) else None


class FixVenueLink:
    """One venue's link. `up` is true from the answer to our TestRequest(1) until the session's end.

    After a logon nothing is sent but that TestRequest: an order sent before the venue's resends are through may be
    gap-filled away. When it has come back the venue is up, and the engine asks after every child before it routes.
    """

    def __init__(self, mic: str, instruments: Mapping[str, Instrument]) -> None:
        self.mic = mic
        self.up = False
        self._instruments = instruments
        self._children: dict[str, _Child] = {}
        self._child_of: dict[str, str] = {}
        self._requests: dict[str, tuple[str, bool]] = {}
        self._tests = 0
        self._levels: dict[tuple[str, str], tuple[bool, Px]] = {}
        self._asked: dict[str, str] = {}
        """MDReqID(262) of the subscriptions that ask for imbalances too, and their symbols."""
        self._imbalances: dict[str, AuctionImbalance] = {}
        """As last heard: a snapshot repeats it."""
        self._on: dict[str, Callable[[Message], Iterable[Event]]] = {
            "8": self._execution,
            "9": self._cancel_reject,
            "j": self._business_reject,
            "W": self._snapshot,
            "X": self._increments,
            "f": self._security_status,
        }

    # --- the session

    def logged_on(self, at: Ns) -> str:
        """The session is up: the TestRequest(1) whose answer shows that the venue has caught up."""
        self._tests += 1
        return encode("1", [(112, self._test_id())])

    def logged_out(self) -> tuple[Event, ...]:
        """The session is gone; our children there are unknown, not cancelled."""
        self.up = False
        self._levels.clear()
        self._imbalances.clear()
        return (VenueDown(self.mic, "FIX session lost"),)

    def _test_id(self) -> str:
        return f"{self.mic}-UP-{self._tests}"

    # --- out

    def command(self, at: Ns, command: VenueCommand) -> str:
        """The message for a command of the engine."""
        self.remember(command)
        match command:
            case SendChild():
                return encode("D", self._order(at, command))
            case ReplaceChild():
                return encode("G", self._replace(at, command))
            case CancelChild():
                return encode("F", [*self._reference(command.request_id, command.child_id), (60, _time(at))])
            case QueryChild():
                child = self._children[command.child_id]
                return encode("H", [(11, child.cl_ord_id), (55, child.symbol), (54, child.side)])

    def remember(self, command: VenueCommand) -> None:
        """Know the ids of a command; used alone when a journal is read back."""
        if isinstance(command, SendChild | QueryChild) and command.child_id not in self._children:
            self._children[command.child_id] = _Child(command)
            self._child_of[command.child_id] = command.child_id
        elif isinstance(command, ReplaceChild | CancelChild):
            self._child_of[command.request_id] = command.child_id
            self._requests[command.request_id] = (command.child_id, isinstance(command, ReplaceChild))

    def remember_report(self, report: VenueReport) -> None:
        """Know what a report changed in our ids; used when a journal is read back."""
        if isinstance(report, ChildReplaced) and report.request_id and report.child_id in self._children:
            self._children[report.child_id].cl_ord_id = report.request_id

    def _order(self, at: Ns, order: SendChild) -> list[Pair]:
        fields: list[Pair] = [
            (11, order.child_id),
            (21, 1),
            *_exec_inst(order),
            (55, order.symbol),
            (54, order.side),
            (60, _time(at)),
            (38, order.qty),
            (40, order.ord_type),
        ]
        if order.px is not None and order.ord_type is not OrdType.MARKET:
            fields.append((44, self._px_text(order.symbol, order.px)))
        return [*fields, *self._offset(order), *_terms(order)]

    def _offset(self, order: SendChild) -> list[Pair]:
        """PegOffsetValue(211) of a peg that has one."""
        if not order.peg_offset:
            return []
        sign = "-" if order.peg_offset < 0 else ""
        return [(211, sign + self._px_text(order.symbol, abs(order.peg_offset)))]

    def _replace(self, at: Ns, request: ReplaceChild) -> list[Pair]:
        """The order anew, as FIX has it: what a replace does not say is asked for no more."""
        order = self._children[request.child_id].order
        pegged = order is not None and order.ord_type is OrdType.PEGGED
        fields: list[Pair] = [*self._reference(request.request_id, request.child_id), (21, 1)]
        fields += [] if order is None else _exec_inst(order)
        fields += [(60, _time(at)), (38, request.qty)]
        if request.px is None:
            fields.append((40, OrdType.PEGGED if pegged else OrdType.MARKET))
        else:
            fields.append((40, OrdType.PEGGED if pegged else OrdType.LIMIT))
            fields.append((44, self._px_text(request.symbol, request.px)))
        return fields if order is None else [*fields, *self._offset(order), *_terms(order)]

    def _reference(self, request_id: str, child_id: str) -> list[Pair]:
        child = self._children[child_id]
        return [(11, request_id), (41, child.cl_ord_id), (55, child.symbol), (54, child.side)]

    def _subscriptions(self) -> tuple[str, ...]:
        """MarketDataRequest(V) for every instrument, with imbalances where the auctions here are the instrument's."""
        wanted = {f"{self.mic}-MD-{self._tests}-{symbol}": each for symbol, each in self._instruments.items()}
        self._asked = {req_id: each.symbol for req_id, each in wanted.items() if each.primary_venue == self.mic}
        return tuple(self._subscription(req_id, each.symbol) for req_id, each in wanted.items())

    def _subscription(self, req_id: str, symbol: str) -> str:
        """Full book and trades, with updates."""
        kinds = [_BID, _OFFER, _TRADE, *([_IMBALANCE] if req_id in self._asked else [])]
        wanted: list[Pair] = [(267, len(kinds)), *((269, kind) for kind in kinds)]
        return encode("V", [(262, req_id), (263, 1), (264, 0), (265, 1), *wanted, (146, 1), (55, symbol)])

    def _data_refused(self, message: Message) -> Understood | None:
        """MarketDataRequestReject(Y) of a venue that publishes no imbalances: it is asked for the rest alone."""
        req_id = message.get(262)
        if message.get(281) != _ENTRY_TYPE_REFUSED or req_id not in self._asked:
            return None
        symbol = self._asked.pop(req_id)
        return Understood(replies=(self._subscription(f"{req_id}-2", symbol),))

    # --- in

    def message(self, raw: str) -> Understood:
        """What a message from the venue says. Never raises for what a venue may send: it becomes a trouble."""
        try:
            message = decode(raw)
            if message.msg_type == "0":
                return self._heartbeat(message)
            if message.msg_type in {"W", "X", "f"} and not self.up:
                return Understood()  # resent from before: the subscription that follows tells the book whole
            if message.msg_type == "Y" and (asked_again := self._data_refused(message)) is not None:
                return asked_again
            handler = self._on.get(message.msg_type)
            if handler is None:
                return Understood(troubles=(f"{self.mic}: 35={message.msg_type} is not understood: {_short(raw)}",))
            return Understood(tuple(handler(message)))
        except (FixSyntaxError, ValueRefused, _NotOursError) as error:
            return Understood(troubles=(f"{self.mic}: {error}: {_short(raw)}",))

    def _heartbeat(self, message: Message) -> Understood:
        if self.up or message.get(112) != self._test_id():
            return Understood()
        self.up = True
        return Understood((VenueUp(self.mic),), self._subscriptions())

    def _execution(self, message: Message) -> Iterable[Event]:
        """ExecutionReport(8)."""
        child_id = self._child(message)
        kind = message.get(150)
        if kind == "0":
            return [ChildAccepted(self.mic, child_id, message.get(37), self._ahead(message))]
        if kind in {"F", "1", "2"}:
            return [self._fill(child_id, message)]
        if kind in {"4", "C", "3"}:
            return [self._over(child_id, message)]
        if kind in {"5", "D"}:
            return [self._replaced(child_id, message, asked=kind == "5")]
        if kind == "8":
            return [ChildRejected(self.mic, child_id, message.get(58) or "rejected")]
        if kind == "I":
            return [self._status(child_id, message)]
        if kind == "H":
            return [ChildBusted(self.mic, child_id, message.need(17), message.need(19))]
        if kind == "G":
            qty, px = self._qty(message, 32), self._px(message, 31)
            return [ChildCorrected(self.mic, child_id, message.need(17), message.need(19), qty, px)]
        if kind in {"A", "6", "E", "7", "9"}:
            return []  # pending, stopped, suspended: nothing that our books hold has changed
        raise _NotOursError(f"ExecType(150)={kind} is not understood")

    def _fill(self, child_id: str, message: Message) -> ChildFilled:
        liquidity = message.get(851)
        return ChildFilled(
            venue=self.mic,
            child_id=child_id,
            exec_id=message.need(17),
            qty=self._qty(message, 32),
            px=self._px(message, 31),
            # A venue that does not say is taken to have charged for it: the dearer of the two.
            liquidity=LastLiquidityInd(liquidity) if liquidity in {"1", "2", "3", "4"} else LastLiquidityInd.REMOVED,
            last_mkt=message.get(30) or self.mic,
            kind=_print_kind(message),
            cum_qty=self._qty(message, 14) if 14 in message else None,
            px_exact=_ratio(message.get(20114)),
        )

    def _over(self, child_id: str, message: Message) -> ChildCanceled | FirmUpRequest:
        if 23 in message:
            qty, expires = self._qty(message, 27), parse_utc_timestamp(message.need(62), 62)
            return FirmUpRequest(self.mic, child_id, message.need(23), qty, expires)
        return ChildCanceled(self.mic, child_id, self._request(message), message.get(58))

    def _replaced(self, child_id: str, message: Message, *, asked: bool) -> ChildReplaced:
        """Replaced answers our request. Restated is unasked, and has to repeat a price: it may have been replaced."""
        order = self._children[child_id].order
        has_px = 44 in message or (not asked and order is not None and order.px is not None)
        px = self._px(message, 44) if has_px else None
        kept, ahead = message.get(20112) == "Y", self._ahead(message)
        request_id = message.need(11) if asked else ""
        report = ChildReplaced(self.mic, child_id, request_id, self._qty(message, 38), px, kept, ahead)
        self.remember_report(report)
        return report

    def _status(self, child_id: str, message: Message) -> ChildStatus:
        status = message.get(39)
        if status == "8" and self._qty(message, 14) == 0:
            return ChildStatus(self.mic, child_id, known=False)
        is_open = status in _OPEN_STATUS
        return ChildStatus(self.mic, child_id, known=True, is_open=is_open, cum_qty=self._qty(message, 14))

    def _cancel_reject(self, message: Message) -> Iterable[Event]:
        """OrderCancelReject(9)."""
        request_id = message.need(11)
        known = self._requests.get(request_id)
        if known is None:
            raise _NotOursError(f"OrderCancelReject(9) to a request that is not ours: {request_id}")
        text = message.get(58) or f"CxlRejReason(102)={message.get(102)}"
        too_late = message.get(102) == _TOO_LATE
        return [ChildRequestRejected(self.mic, known[0], request_id, text, too_late)]

    def _business_reject(self, message: Message) -> Iterable[Event]:
        """BusinessMessageReject(j): the request named by BusinessRejectRefID(379) was not processed."""
        reference = message.get(379)
        child_id = self._child_of.get(reference)
        if child_id is None:
            raise _NotOursError("BusinessMessageReject(j) that names no request of ours")
        text = message.get(58) or f"BusinessRejectReason(380)={message.get(380)}"
        if reference in self._requests:
            return [ChildRequestRejected(self.mic, child_id, reference, text)]
        return [ChildRejected(self.mic, child_id, text)] if message.get(372) == "D" else []

    # --- market data

    def _snapshot(self, message: Message) -> Iterable[Event]:
        """MarketDataSnapshotFullRefresh(W)."""
        symbol = self._symbol(message.need(55))
        sides: dict[str, list[tuple[Px, Qty]]] = {_BID: [], _OFFER: []}
        news: list[Event] = []
        for entry in message.group(268):
            side = sides.get(entry.get(269))
            if side is not None:
                px, qty = self._level(symbol, entry)
                side.append((px, qty))
                self._name_level(symbol, entry, px)
            elif entry.get(269) == _IMBALANCE:
                imbalance = self._imbalance(symbol, entry)
                news += [imbalance] if imbalance != self._imbalances.get(symbol) else []
                self._imbalances[symbol] = imbalance
        bids = sorted(sides[_BID], reverse=True)
        return [BookSnapshot(self.mic, symbol, tuple(bids), tuple(sorted(sides[_OFFER]))), *news]

    def _increments(self, message: Message) -> Iterable[Event]:
        """MarketDataIncrementalRefresh(X): price levels by price or by MDEntryID(278), trades and imbalances."""
        events: list[Event] = []
        for entry in message.group(268):
            symbol = self._symbol(entry.get(55) or message.get(55))
            kind, action = entry.get(269), entry.get(279)
            if kind == _TRADE:
                px, qty = self._level(symbol, entry)
                side = {"Y": True, "N": False}.get(entry.get(1057))
                events.append(TradePrint(entry.get(275) or self.mic, symbol, px, qty, side, _print_kind(entry)))
            elif kind == _IMBALANCE:
                self._imbalances[symbol] = self._imbalance(symbol, entry)
                events.append(self._imbalances[symbol])
            elif kind in {_BID, _OFFER} or entry.get(278):
                events += self._level_change(symbol, entry, gone=action == _DELETE)
        return events

    def _imbalance(self, symbol: str, entry: FieldSet) -> AuctionImbalance:
        """An auction to come; its paired shares and its reference price where the venue says them (our own do)."""
        left = parse_int(entry.need(271), 271, low=0, high=QTY_MAX)
        return AuctionImbalance(
            venue=self.mic,
            symbol=symbol,
            when=PrintKind.CLOSING if entry.get(625) == _CLOSING else PrintKind.OPENING,
            paired=self._qty(entry, 20115) if 20115 in entry else 0,
            imbalance=-left if _MORE_SELLERS in entry.get(277).split() else left,
            reference_px=self._px_of(symbol, entry, 20116) if 20116 in entry else None,
            indicative_px=self._px_of(symbol, entry, 270) if 270 in entry else None,
        )

    def _security_status(self, message: Message) -> Iterable[Event]:
        """SecurityStatus(f): the phase at this venue. A status that says nothing of it changes nothing."""
        symbol, status = self._symbol(message.need(55)), message.get(326)
        if status in _HALTED:
            return [PhaseChange(symbol, Phase.HALTED, self.mic)]
        if status in _PRE_OPEN:
            return [PhaseChange(symbol, Phase.PRE_OPEN, self.mic)]
        if status in _CLOSED:
            return [PhaseChange(symbol, Phase.CLOSED, self.mic)]
        if status in {"3", "17", "22"}:
            phase = _SESSIONS.get(message.get(625), Phase.OPENING_AUCTION if status == "22" else Phase.CONTINUOUS)
            return [PhaseChange(symbol, phase, self.mic)]
        return []

    def _level_change(self, symbol: str, entry: FieldSet, *, gone: bool) -> list[Event]:
        named = self._levels.get((symbol, entry.get(278)))
        if gone:
            if named is None:
                named = (entry.get(269) == _BID, self._px_of(symbol, entry, 270))
            self._levels.pop((symbol, entry.get(278)), None)
            return [LevelUpdate(self.mic, symbol, named[0], named[1], 0)]
        is_bid = entry.get(269) == _BID if entry.get(269) else bool(named and named[0])
        px = self._px_of(symbol, entry, 270) if 270 in entry or named is None else named[1]
        qty = parse_int(entry.need(271), 271, low=0, high=QTY_MAX)
        moved = named is not None and named != (is_bid, px)
        self._name_level(symbol, entry, px, is_bid=is_bid)
        left = [LevelUpdate(self.mic, symbol, named[0], named[1], 0)] if moved and named else []
        return [*left, LevelUpdate(self.mic, symbol, is_bid, px, qty)]

    def _name_level(self, symbol: str, entry: FieldSet, px: Px, *, is_bid: bool | None = None) -> None:
        name = entry.get(278)
        if name:
            self._levels[symbol, name] = (entry.get(269) == _BID if is_bid is None else is_bid, px)

    def _level(self, symbol: str, entry: FieldSet) -> tuple[Px, Qty]:
        return self._px_of(symbol, entry, 270), parse_int(entry.need(271), 271, low=0, high=QTY_MAX)

    # --- ids and values

    def _child(self, message: Message) -> str:
        """The child that a report is about: by ClOrdID(11), else by OrigClOrdID(41)."""
        for tag in (11, 41):
            child_id = self._child_of.get(message.get(tag))
            if child_id is not None:
                return child_id
        raise _NotOursError(f"a report of an order that is not ours: ClOrdID(11)={message.get(11)}")

    def _request(self, message: Message) -> str | None:
        """The request that a cancellation answers; None when the venue acted by itself."""
        cl_ord_id = message.get(11)
        return cl_ord_id if cl_ord_id in self._requests and not self._requests[cl_ord_id][1] else None

    def _ahead(self, message: Message) -> Qty | None:
        return self._qty(message, 20111) if 20111 in message else None

    def _qty(self, message: FieldSet, tag: int) -> Qty:
        # CumQty(14) of nothing is 0, and floats (100.0) are how some venues print Qty.
        text = message.need(tag)
        whole, _, fraction = text.partition(".")
        return parse_int(whole if not fraction.strip("0") else text, tag, low=0, high=QTY_MAX)

    def _px(self, message: Message, tag: int) -> Px:
        symbol = message.get(55) or self._children[self._child(message)].symbol
        return self._px_of(self._symbol(symbol), message, tag)

    def _px_of(self, symbol: str, fields: FieldSet, tag: int) -> Px:
        return parse_px(fields.need(tag), self._instruments[symbol].price_scale, tag)

    def _px_text(self, symbol: str, px: Px) -> str:
        return format_px(px, self._instruments[symbol].price_scale)

    def _symbol(self, symbol: str) -> str:
        if symbol not in self._instruments:
            raise _NotOursError(f"Symbol(55)={symbol} is not configured")
        return symbol


class _NotOursError(Exception):
    """A message that names nothing we know."""


def _exec_inst(order: SendChild) -> list[Pair]:
    instructions = [*(["6"] if order.post_only else []), *([order.peg.value] if order.peg else [])]
    return [(18, " ".join(instructions))] if instructions else []


def _terms(order: SendChild) -> list[Pair]:
    """How long it stands, and how it may be shown and filled."""
    fields: list[Pair] = [(59, order.tif)]
    if order.expire_time is not None:
        fields.append((126, shortest_utc_timestamp(order.expire_time)))
    if order.firm_up_id is not None:
        fields.append((23, order.firm_up_id))
    if order.min_qty is not None:
        fields.append((110, order.min_qty))
    if order.display_qty is not None:
        fields.append((111, order.display_qty))
    if order.display_high_qty is not None:
        fields += [(1084, 3), (1086, order.display_high_qty)]
    if order.self_match_id is not None:
        fields.append((2362, order.self_match_id))
    if order.conditional:
        fields.append((CONDITIONAL, "Y"))
    if order.blocked_tiers:
        fields.append((BLOCKED_TIERS, " ".join(map(str, order.blocked_tiers))))
    return fields


def _print_kind(fields: FieldSet) -> PrintKind:
    """How a trade came about, where the venue says so (our own simulated ones do)."""
    kind = fields.get(20113)
    return PrintKind(kind) if kind in _PRINT_KINDS else PrintKind.REGULAR


def _ratio(text: str) -> tuple[int, int] | None:
    """`numerator/denominator`; None where there is none."""
    numerator, _, denominator = text.partition("/")
    if not (text.isascii() and numerator.isdigit() and denominator.isdigit()):
        return None
    return int(numerator), int(denominator)


def _time(at: Ns) -> str:
    return format_utc_timestamp(at)


def _short(raw: str) -> str:
    return raw.replace("\x01", "|")[:300]
