"""The terms of an order out of its FIX fields, each checked against its own rule and against the others.

Every reader raises `ValueRefused`, whose text names the field, the rule, the limit and the value. Must not know what
the order is for, nor answer anybody.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, TypeVar

from fixspec.fields import FIELDS
from fixspec.message import Message
from fixspec.values import (
    ID_LENGTH_MAX,
    ValueRefused,
    format_px,
    parse_date,
    parse_id,
    parse_px,
    parse_qty,
    parse_utc_timestamp,
)
from router.core.instruments import Instrument
from router.core.types import SECOND, HandlInst, Ns, OrdType, Px, Qty, Side, TimeInForce

FIELD_CHARS_MAX: Final = 1024
"""Longest value of a field that is not data: four times the longest text any EMS in our logs sends."""
EXEC_INSTS: Final = tuple(code for code, _ in FIELDS[18].values)
_DATA_TAGS: Final = frozenset(tag for tag, field in FIELDS.items() if field.type == "DATA")
_UNKEPT: Final = (99, 152, 211, 389, 516, 2362)
"""Stop price, amounts in money or percent, offsets, self-match prevention: they ask for nothing where they are 0."""
_COUNT: Final = re.compile("[1-9][0-9]{0,5}")
_NOTHING: Final = re.compile("-?0*[.]?0*")
_DAY_NS: Final = 86_400 * SECOND
_Code = TypeVar("_Code", bound=StrEnum)


def check_fields(message: Message) -> None:
    """Every value printable ASCII of bounded length, data fields apart: what we cannot send back we do not take in."""
    whole = "".join([value for _, value in message.fields])
    if len(whole) <= FIELD_CHARS_MAX and whole.isascii() and whole.isprintable():
        return
    for tag, value in message.fields:
        if tag in _DATA_TAGS:
            continue
        if len(value) > FIELD_CHARS_MAX:
            shown = f"{value[:16]}... ({len(value)} characters)"
            raise ValueRefused(tag, f"at most {FIELD_CHARS_MAX} characters", str(FIELD_CHARS_MAX), shown)
        if not (value.isascii() and value.isprintable()):
            raise ValueRefused(tag, "printable ASCII", "", value)


def need(message: Message, tag: int) -> str:
    """The value of a field that must be there."""
    value = message.get(tag)
    if not value:
        raise ValueRefused(tag, "present", "", "")
    return value


def need_id(message: Message, tag: int) -> str:
    """An id that must be there."""
    return parse_id(need(message, tag), tag)


def optional_id(message: Message, tag: int) -> str | None:
    """An id, None if absent."""
    return parse_id(message.get(tag), tag, ID_LENGTH_MAX) if tag in message else None


def code(message: Message, tag: int, codes: type[_Code]) -> _Code:
    """A code of `codes`, which must be there."""
    value = need(message, tag)
    for known in codes:
        if known.value == value:
            return known
    listed = ", ".join(f"{known.value} {known.name}" for known in codes)
    raise ValueRefused(tag, f"one of {listed}", "", value)


def side(message: Message) -> Side:
    """Side(54)."""
    return code(message, 54, Side)


def tif(message: Message) -> TimeInForce | None:
    """TimeInForce(59), None if absent."""
    return code(message, 59, TimeInForce) if 59 in message else None


def qty(message: Message) -> Qty:
    """OrderQty(38)."""
    return parse_qty(need(message, 38))


def px(message: Message, ord_type: OrdType, instrument: Instrument, minor: int) -> Px | None:
    """Price(44) in quanta: required for a limit order, forbidden on a market order, and on the tick."""
    text = message.get(44)
    if ord_type is OrdType.MARKET and text:
        raise ValueRefused(44, "absent on a market order", "", text)
    if ord_type is OrdType.LIMIT and not text:
        raise ValueRefused(44, "present on a limit order", "", "")
    if not text:
        return None
    quanta = parse_px(text, instrument.price_scale, 44, minor=minor)
    if not instrument.on_tick(quanta):
        tick = format_px(instrument.tick(quanta), instrument.price_scale, minor=minor)
        raise ValueRefused(44, "a multiple of the tick", tick, text)
    return quanta


def within(part: str | None, tag: int, whole: Qty) -> Qty | None:
    """A quantity (DisplayQty, MinQty) that may not exceed OrderQty(38)."""
    if part is None:
        return None
    shares = parse_qty(part, tag)
    if shares > whole:
        raise ValueRefused(tag, "at most OrderQty(38)", str(whole), part)
    return shares


def exec_inst(message: Message) -> str | None:
    """ExecInst(18): codes with blanks between, each known; None if absent."""
    if 18 not in message:
        return None
    text = message.get(18)
    for item in text.split():
        if item not in EXEC_INSTS:
            raise ValueRefused(18, f"of the codes {' '.join(EXEC_INSTS)}", "", text)
    return text


def check_unkept(message: Message) -> None:
    """HandlInst(21), and what asks for something that nobody here would do."""
    if 21 in message and message.get(21) not in tuple(HandlInst):
        raise ValueRefused(21, "1, 2 or 3", "", message.get(21))
    for tag in _UNKEPT:
        if tag in message and not _NOTHING.fullmatch(message.get(tag)):
            raise ValueRefused(tag, "absent or 0, since it is not kept here", "", message.get(tag))
    if 388 in message and 389 not in message:
        raise ValueRefused(388, "absent without a DiscretionOffsetValue(389)", "", message.get(388))


def count(message: Message, tag: int) -> int:
    """TotNoOrders(68) or ListSeqNo(67): a whole number from 1."""
    text = need(message, tag)
    if not _COUNT.fullmatch(text):
        raise ValueRefused(tag, "a whole number from 1 to 999999", "", text)
    return int(text)


def check_bid_type(message: Message) -> None:
    """BidType(394) of a list: nobody here makes a bid for a disclosed one."""
    if need(message, 394) not in {"1", "3"}:
        raise ValueRefused(394, "1 or 3, since no bid is made for a list here", "", message.get(394))


def waits(message: Message) -> bool:
    """ListExecInstType(433): whether the list waits for its ListExecute(L); absent is 1, immediate."""
    if message.get(433, "1") not in {"1", "2"}:
        raise ValueRefused(433, "1 or 2, since no order of a list waits for another here", "", message.get(433))
    return message.get(433) == "2"


def last_fragment(message: Message, *, is_42: bool) -> bool | None:
    """LastFragment(893): absent, a list is whole; in FIX 4.2, which has none, only TotNoOrders(68) tells (None)."""
    if 893 not in message:
        return None if is_42 else True
    if message.get(893) not in {"Y", "N"}:
        raise ValueRefused(893, "Y or N", "", message.get(893))
    return message.get(893) == "Y"


def ex_destination(message: Message, venues: Sequence[str], ours: str) -> str | None:
    """ExDestination(100): a venue for direct access; None where absent or where it names the router itself."""
    text = message.get(100)
    if not text or text == ours:
        return None
    if text not in venues:
        raise ValueRefused(100, f"one of {', '.join((ours, *venues))}", "", text)
    return text


def check_currency(currency: str, instrument: Instrument, text: str) -> None:
    """Currency(15), where sent, must be the instrument's: prices are not converted."""
    if currency and currency != instrument.currency:
        raise ValueRefused(15, f"{instrument.currency}, the currency of {instrument.symbol}", "", text)


def expire_time(message: Message) -> Ns:
    """When a GTD order ends: ExpireTime(126), or the end of ExpireDate(432), UTC."""
    if 126 in message:
        return parse_utc_timestamp(message.get(126), 126)
    if 432 not in message:
        raise ValueRefused(126, "present (or ExpireDate(432)) where TimeInForce(59) is 6", "", "")
    text = message.get(432)
    parse_date(text, 432)
    return parse_utc_timestamp(f"{text}-00:00:00", 432) + _DAY_NS - 1
