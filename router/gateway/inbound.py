"""A client's message to an event. Never raises: what is not understood is a `BadRequest` that says why.

Must not know the state of any order: whether a ClOrdID(11) is a duplicate or an order still lives is the engine's
business.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from fixspec.codec import decode
from fixspec.dialect import Pairs
from fixspec.groups import apart
from fixspec.message import FixSyntaxError, Message
from fixspec.values import (
    ID_LENGTH_MAX,
    ValueRefused,
    clean_text,
    parse_qty,
    parse_utc_timestamp,
    shortest_utc_timestamp,
)
from router.core.events import (
    BadRequest,
    CancelRequest,
    ClientEvent,
    Echo,
    ListCancel,
    ListExecute,
    ListRequest,
    ListStatusRequest,
    NewList,
    NewOrder,
    ReplaceRequest,
    StatusRequest,
)
from router.core.instruments import Instrument
from router.core.types import BusinessRejectReason, HandlInst, Ns, OrdRejReason, OrdType, Px, Qty, Side, TimeInForce
from router.gateway import terms
from router.gateway.session import ClientSession

ECHO_CHARS_MAX: Final = 256
_MSG_TYPE: Final = re.compile(r"(?:^|\x01)35=([A-Za-z0-9]{1,3})\x01")
_SEQ_NUM: Final = re.compile(r"[0-9]{1,9}")
_REJECTED_FOR: Final[Mapping[int, OrdRejReason]] = {
    1: OrdRejReason.UNKNOWN_ACCOUNT,
    38: OrdRejReason.INCORRECT_QUANTITY,
    48: OrdRejReason.UNKNOWN_SYMBOL,
    55: OrdRejReason.UNKNOWN_SYMBOL,
    18: OrdRejReason.UNSUPPORTED,
    21: OrdRejReason.UNSUPPORTED,
    40: OrdRejReason.UNSUPPORTED,
    59: OrdRejReason.UNSUPPORTED,
    **dict.fromkeys((99, 152, 211, 388, 389, 516, 2362), OrdRejReason.UNSUPPORTED),
}
"""OrdRejReason(103) by the field that was refused; any other is 99 Other."""
_ON_LISTS: Final = frozenset("EKLM")
_LIST_REQUESTS: Final[Mapping[str, type[ListRequest]]] = {
    "K": ListCancel,
    "L": ListExecute,
    "M": ListStatusRequest,
}
_REQUESTS: Final = frozenset("DFGHEKLM")


class Inbound:
    """Reads clients' messages. `venues` are the names ExDestination(100) may have, `ours` the router's own."""

    def __init__(self, instruments: Mapping[str, Instrument], venues: Sequence[str], ours: str) -> None:
        self._instruments = instruments
        self._venues = tuple(venues)
        self._ours = ours

    def read(self, session: ClientSession, raw: str | bytes) -> ClientEvent:
        """The event that `raw` is."""
        try:
            message = decode(raw, session.version)
        except FixSyntaxError as error:
            return self._unreadable(session, raw, error)
        if message.msg_type not in _REQUESTS:
            text = f"MsgType(35) {clean_text(message.msg_type, cap=16)} is not supported"
            reason = BusinessRejectReason.UNSUPPORTED_MESSAGE_TYPE
            return self._bad(session, message, text, 35, business_reason=reason)
        try:
            if message.msg_type == "E":
                return self._new_list(session, message)
            terms.check_fields(message)
            return self._request(session, message)
        except ValueRefused as refused:
            return self._bad(session, message, str(refused), refused.tag)

    def _request(self, session: ClientSession, message: Message) -> ClientEvent:
        match message.msg_type:
            case "D":
                return self._new_order(session, message)
            case "G":
                return self._replace(session, message)
            case "F":
                return self._cancel(session, message)
            case "H":
                return self._status(session, message)
            case _:
                return self._on_list(session, message)

    def _new_order(self, session: ClientSession, message: Message) -> NewOrder:
        instrument = self._instrument(session, message)
        currency, minor = session.dialect.currency_of(message)
        terms.check_currency(currency, instrument, message.get(15))
        terms.check_unkept(message)
        qty = terms.qty(message)
        ord_type = terms.code(message, 40, OrdType)
        tif = terms.tif(message) or TimeInForce.DAY
        strategy, pairs = session.dialect.strategy_of(message)
        params, display, least = _placement(pairs)
        params, expire = _expiry(message, tif, params)
        return NewOrder(
            client=session.comp_id,
            cl_ord_id=terms.need_id(message, 11),
            symbol=instrument.symbol,
            side=terms.side(message),
            qty=qty,
            ord_type=ord_type,
            px=terms.px(message, ord_type, instrument, minor),
            tif=tif,
            account=terms.optional_id(message, 1) or "",
            strategy=strategy,
            params=params,
            ex_destination=terms.ex_destination(message, self._venues, self._ours),
            currency=instrument.currency,
            exec_inst=terms.exec_inst(message) or "",
            display_qty=terms.within(display, _display_tag(message), qty),
            min_qty=terms.within(least, 110, qty),
            expire_time=expire,
            transact_time=_transact_time(message),
            poss_resend=message.get(97) == "Y",
            echo=_echo(session, message, instrument.symbol),
            seq_num=_seq_num(message),
            manual=message.get(21) == HandlInst.MANUAL,
        )

    def _replace(self, session: ClientSession, message: Message) -> ReplaceRequest:
        instrument = self._instrument(session, message)
        currency, minor = session.dialect.currency_of(message)
        terms.check_currency(currency, instrument, message.get(15))
        terms.check_unkept(message)
        qty = terms.qty(message)
        ord_type = terms.code(message, 40, OrdType)
        tif = terms.tif(message)
        strategy, pairs = session.dialect.strategy_of(message)
        params, display, least = _placement(pairs)
        params, expire = _expiry(message, tif, params)
        return ReplaceRequest(
            client=session.comp_id,
            cl_ord_id=terms.need_id(message, 11),
            orig_cl_ord_id=terms.need_id(message, 41),
            symbol=instrument.symbol,
            side=terms.side(message),
            qty=qty,
            ord_type=ord_type,
            px=terms.px(message, ord_type, instrument, minor),
            tif=tif,
            account=terms.optional_id(message, 1) or "",
            strategy=strategy,
            # A replace that names neither strategy nor parameter leaves them as they are.
            params=params if strategy is not None or params else None,
            exec_inst=terms.exec_inst(message),
            display_qty=terms.within(display, _display_tag(message), qty),
            min_qty=terms.within(least, 110, qty),
            expire_time=expire,
            order_id=terms.optional_id(message, 37),
            transact_time=_transact_time(message),
            poss_resend=message.get(97) == "Y",
            echo=_echo(session, message, instrument.symbol),
            seq_num=_seq_num(message),
            manual=message.get(21) == HandlInst.MANUAL,
        )

    def _cancel(self, session: ClientSession, message: Message) -> CancelRequest:
        """A cancel lowers risk: its instrument is passed on as it came, known or not."""
        symbol = session.dialect.symbol_of(message)
        return CancelRequest(
            client=session.comp_id,
            cl_ord_id=terms.need_id(message, 11),
            orig_cl_ord_id=terms.need_id(message, 41),
            symbol=symbol,
            side=terms.side(message),
            order_id=terms.optional_id(message, 37),
            transact_time=_transact_time(message),
            poss_resend=message.get(97) == "Y",
            echo=_echo(session, message, symbol),
            seq_num=_seq_num(message),
        )

    def _status(self, session: ClientSession, message: Message) -> StatusRequest:
        symbol = session.dialect.symbol_of(message)
        return StatusRequest(
            client=session.comp_id,
            cl_ord_id=terms.need_id(message, 11),
            symbol=symbol,
            side=terms.side(message),
            order_id=terms.optional_id(message, 37),
            status_req_id=terms.optional_id(message, 790),
            echo=_echo(session, message, symbol),
            seq_num=_seq_num(message),
        )

    # ------------------------------------------------------------------------------------------------------ lists

    def _new_list(self, session: ClientSession, message: Message) -> NewList:
        list_id = terms.need_id(message, 66)
        terms.check_bid_type(message)
        listed = apart(message, 73, "D", session.version.header_tags)
        return NewList(
            client=session.comp_id,
            list_id=list_id,
            total=terms.count(message, 68),
            orders=tuple(self._listed(session, each, list_id) for each in listed),
            last=terms.last_fragment(message, is_42=session.is_42),
            waits=terms.waits(message),
            poss_resend=message.get(97) == "Y",
            echo=_list_echo(session, message),
            seq_num=_seq_num(message),
        )

    def _listed(self, session: ClientSession, message: Message, list_id: str) -> NewOrder | BadRequest:
        """One order of a list, read as the NewOrderSingle(D) that it would be; its reports repeat ListID(66)."""
        try:
            terms.check_fields(message)
            list_seq = terms.count(message, 67)
            order = self._new_order(session, message)
        except ValueRefused as refused:
            bad = self._bad(session, message, str(refused), refused.tag)
            return replace(bad, list_id=list_id, list_seq=_try_list_seq(message), echo=((66, list_id), *bad.echo))
        return replace(order, list_id=list_id, list_seq=list_seq, echo=((66, list_id), *order.echo))

    def _on_list(self, session: ClientSession, message: Message) -> ListRequest:
        return _LIST_REQUESTS[message.msg_type](
            client=session.comp_id,
            list_id=terms.need_id(message, 66),
            poss_resend=message.get(97) == "Y",
            echo=_list_echo(session, message),
            seq_num=_seq_num(message),
        )

    def _instrument(self, session: ClientSession, message: Message) -> Instrument:
        symbol = session.dialect.symbol_of(message)
        instrument = self._instruments.get(symbol)
        if instrument is None:
            raise ValueRefused(55, "an instrument that is traded here", "", symbol)
        return instrument

    # ------------------------------------------------------------------------------------------- what is refused

    def _unreadable(self, session: ClientSession, raw: str | bytes, error: FixSyntaxError) -> BadRequest:
        """A message that breaks FIX's syntax, answered with as much of it as can be read all the same."""
        try:
            message = decode(raw, session.version, strict=False)
        except FixSyntaxError:
            text = raw.decode("latin-1") if isinstance(raw, bytes) else raw
            found = _MSG_TYPE.search(text[:ECHO_CHARS_MAX])
            msg_type = found.group(1) if found else "?"
            return BadRequest(client=session.comp_id, msg_type=msg_type, text=clean_text(str(error)))
        return self._bad(session, message, str(error), error.tag)

    def _bad(
        self,
        session: ClientSession,
        message: Message,
        text: str,
        tag: int,
        business_reason: BusinessRejectReason = BusinessRejectReason.OTHER,
    ) -> BadRequest:
        """What could be read, each field by itself; text that came with control characters is cleaned and cut."""
        symbol = _clean_id(message, 55)
        known = _try_symbol(session, message)
        return BadRequest(
            client=session.comp_id,
            msg_type=clean_text(message.msg_type, cap=16),
            text=clean_text(text),
            cl_ord_id=_clean_id(message, 11),
            orig_cl_ord_id=_clean_id(message, 41),
            order_id=_clean_id(message, 37),
            symbol=known if known in self._instruments else symbol,
            side=_try_side(message),
            qty=_try_qty(message),
            px=self._try_px(session, message, known),
            ord_type=_try_ord_type(message),
            account=_clean_id(message, 1) or "",
            ref_tag=tag or None,
            ord_rej_reason=_REJECTED_FOR.get(tag, OrdRejReason.OTHER),
            business_reason=business_reason,
            status_req_id=_clean_id(message, 790),
            echo=_list_echo(session, message)
            if message.msg_type in _ON_LISTS
            else _echo(session, message, known or ""),
            seq_num=_seq_num(message),
            list_id=_clean_id(message, 66) if message.msg_type in _ON_LISTS else None,
        )

    def _try_px(self, session: ClientSession, message: Message, symbol: str | None) -> Px | None:
        instrument = self._instruments.get(symbol or "")
        ord_type = _try_ord_type(message)
        if instrument is None or ord_type is None:
            return None
        try:
            return terms.px(message, ord_type, instrument, session.dialect.currency_of(message)[1])
        except ValueRefused:
            return None


def _placement(pairs: Pairs) -> tuple[Pairs, str | None, str | None]:
    """Parameters less DisplayQty and MinQty, which are terms of the order however they were sent."""
    given = dict(pairs)
    rest = tuple(pair for pair in pairs if pair[0] not in {"DisplayQty", "MinQty"})
    return rest, given.get("DisplayQty"), given.get("MinQty")


def _expiry(message: Message, tif: TimeInForce | None, params: Pairs) -> tuple[Pairs, Ns | None]:
    """A GTD order's expiry. ExpireTime(126) is then the order's end, not the end of a strategy's window (EndTime)."""
    if tif is not TimeInForce.GTD:
        return params, None
    expire = terms.expire_time(message)
    end = ("EndTime", shortest_utc_timestamp(expire))
    return tuple(pair for pair in params if pair != end), expire


def _display_tag(message: Message) -> int:
    return 1138 if 1138 in message else 111


def _transact_time(message: Message) -> Ns | None:
    return parse_utc_timestamp(message.get(60), 60) if 60 in message else None


def _seq_num(message: Message) -> int:
    text = message.get(34)
    return int(text) if _SEQ_NUM.fullmatch(text) else 0


def _echo(session: ClientSession, message: Message, symbol: str) -> Echo:
    """What reports repeat, fit to be sent.

    Two fields return even where the dialect does not list them: Symbol(55) if the client's is not ours, and
    Currency(15) if prices are in a minor unit, which is how reports know.
    """
    dialect = session.dialect
    pairs = [(tag, clean_text(text, cap=ECHO_CHARS_MAX)) for tag, text in dialect.echo_of(message)]
    echoed = {tag for tag, _ in pairs}
    must = [
        tag for tag, wanted in ((55, message.get(55) != symbol), (15, dialect.currency_of(message)[1] != 1)) if wanted
    ]
    # OrigClOrdID(41) of an accepted replace or cancel stays on the order's reports where that is the client's habit.
    if dialect.reports.orig_always:
        must.append(41)
    extra = [(tag, clean_text(message.get(tag), cap=ID_LENGTH_MAX)) for tag in must if tag not in echoed]
    return tuple((tag, text) for tag, text in (*pairs, *extra) if text)


def _list_echo(session: ClientSession, message: Message) -> Echo:
    """What a list's reports repeat: header routing. What its orders say returns with each order's own reports."""
    routing = session.dialect.routing_of(message)
    return tuple((tag, clean_text(text, cap=ECHO_CHARS_MAX)) for tag, text in routing)


def _try_list_seq(message: Message) -> int:
    try:
        return terms.count(message, 67)
    except ValueRefused:
        return 0


def _clean_id(message: Message, tag: int) -> str | None:
    return clean_text(message.get(tag), cap=ID_LENGTH_MAX) or None


def _try_side(message: Message) -> Side | None:
    return next((known for known in Side if known.value == message.get(54)), None)


def _try_ord_type(message: Message) -> OrdType | None:
    return next((known for known in OrdType if known.value == message.get(40)), None)


def _try_qty(message: Message) -> Qty | None:
    try:
        return parse_qty(message.get(38))
    except ValueRefused:
        return None


def _try_symbol(session: ClientSession, message: Message) -> str | None:
    try:
        return session.dialect.symbol_of(message)
    except ValueRefused:
        return None
