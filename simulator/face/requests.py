"""What a client's message asks for: FIX fields into the terms of an order, or a refusal with rule, limit and value.

Knows the grammar of single fields and which of them a venue cannot keep to; not which orders there are. Whether the
venue takes an order with these terms is the venue's own question.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from fixspec.message import FieldSet
from fixspec.values import (
    ValueRefused,
    clean_text,
    label,
    parse_decimal,
    parse_id,
    parse_int,
    parse_px,
    parse_qty,
    parse_utc_timestamp,
    shown,
)
from router.api import (
    CxlRejReason,
    Instrument,
    Ns,
    OrdRejReason,
    OrdType,
    Peg,
    Px,
    Qty,
    Reason,
    SendChild,
    Side,
    TimeInForce,
)

CodeT = TypeVar("CodeT", bound=StrEnum)

QTY_MAX: Final = 10**12
TIER_MAX: Final = 99
_CANNOT: Final = (99, 152, 168, 388, 432, 847, 849, 957, 1085, 1087, 1088)
"""Fields that would change what an order is, and that no venue here keeps to: refused rather than passed over."""
_POST_ONLY: Final = "6"
_RANDOM_REFRESH: Final = "3"
"""DisplayMethod(1084): the next peak's size is drawn."""
_INITIAL_REFRESH: Final = "1"
"""DisplayMethod(1084): each peak is as the first, which is what an order without the field has."""


class RequestRefused(Exception):  # noqa: N818 - the venue refuses a request; the word is the answer, not a failure
    """A request that is not carried out. `order_reason` is OrdRejReason(103), `cancel_reason` CxlRejReason(102)."""

    def __init__(
        self,
        text: str,
        order_reason: OrdRejReason = OrdRejReason.OTHER,
        cancel_reason: CxlRejReason = CxlRejReason.OTHER,
    ) -> None:
        super().__init__(text)
        self.order_reason = order_reason
        self.cancel_reason = cancel_reason


def need(message: FieldSet, tag: int) -> str:
    """The value of a field; RequestRefused names one that is missing."""
    if tag not in message:
        raise RequestRefused(f"{label(tag)} is missing")
    return message.get(tag)


def read_id(message: FieldSet, tag: int) -> str:
    """An id that the message must have. Raises RequestRefused or ValueRefused."""
    return parse_id(need(message, tag), tag)


def read_code(message: FieldSet, tag: int, kind: type[CodeT], default: CodeT | None = None) -> CodeT:
    """A coded field, `default` where it is absent. Raises RequestRefused (absent) or ValueRefused (no such code)."""
    if default is not None and tag not in message:
        return default
    text = need(message, tag)
    try:
        return kind(text)
    except ValueError:
        raise ValueRefused(tag, f"one of {', '.join(kind)}", "", text) from None


def read_instrument(message: FieldSet, instruments: Mapping[str, Instrument]) -> Instrument:
    """The instrument of Symbol(55). Raises RequestRefused."""
    symbol = need(message, 55)
    instrument = instruments.get(symbol)
    if instrument is None:
        text = f"Symbol(55) must be one of {len(instruments)} that are traded here: got {shown(symbol)}"
        raise RequestRefused(text, OrdRejReason.UNKNOWN_SYMBOL)
    return instrument


def read_order(message: FieldSet, instruments: Mapping[str, Instrument], venue: str, child_id: str) -> SendChild:
    """NewOrderSingle(D) as the command that enters it. Raises RequestRefused or ValueRefused.

    `reason`, which is the router's own and crosses no wire, is DIRECT.
    """
    refuse_what_cannot_be_kept(message)
    instrument = read_instrument(message, instruments)
    ord_type = read_code(message, 40, OrdType)
    post_only, peg = read_exec_inst(message)
    if (peg is not None) != (ord_type is OrdType.PEGGED):
        raise RequestRefused(
            f"OrdType(40)=P goes with one of {', '.join(Peg)} in ExecInst(18): got OrdType(40)={ord_type.value}, "
            f"ExecInst(18)={shown(message.get(18))}",
            OrdRejReason.UNSUPPORTED,
        )
    return SendChild(
        venue=venue,
        child_id=child_id,
        symbol=instrument.symbol,
        side=read_code(message, 54, Side),
        qty=parse_qty(need(message, 38), 38),
        ord_type=ord_type,
        px=read_px(message, ord_type, instrument),
        tif=read_code(message, 59, TimeInForce, TimeInForce.DAY),
        expire_time=read_expire_time(message),
        display_qty=read_display_qty(message),
        min_qty=_optional_qty(message, 110),
        post_only=post_only,
        peg=peg,
        peg_offset=read_peg_offset(message, peg, instrument),
        display_high_qty=read_display_high_qty(message),
        conditional=_flag(message, 20101),
        firm_up_id=read_id(message, 23) if 23 in message else None,
        blocked_tiers=read_tiers(message),
        self_match_id=read_id(message, 2362) if 2362 in message else None,
        reason=Reason.DIRECT,
    )


def refuse_what_cannot_be_kept(message: FieldSet) -> None:
    """RequestRefused for a field that asks for what no venue here does."""
    for tag in _CANNOT:
        if tag in message:
            text = f"{label(tag)} is not supported at this venue: got {shown(message.get(tag))}"
            raise RequestRefused(text, OrdRejReason.UNSUPPORTED)


def read_px(message: FieldSet, ord_type: OrdType, instrument: Instrument) -> Px | None:
    """Price(44): a limit order's, or the cap of a pegged one; a market order has none."""
    if ord_type is OrdType.MARKET:
        if 44 in message:
            raise RequestRefused(f"OrdType(40)=1 takes no Price(44): got {shown(message.get(44))}")
        return None
    if ord_type is OrdType.PEGGED and 44 not in message:
        return None
    return parse_px(need(message, 44), instrument.price_scale, 44)


def read_exec_inst(message: FieldSet) -> tuple[bool, Peg | None]:
    """ExecInst(18): post-only (6), and what the order is pegged to (M, R, P), each once at most."""
    codes = message.get(18).split()
    pegs = [Peg(code) for code in codes if code in set(Peg)]
    if len(codes) != len(set(codes)) or len(pegs) > 1 or any(code not in {_POST_ONLY, *Peg} for code in codes):
        raise ValueRefused(18, f"{_POST_ONLY}, one of {', '.join(Peg)}, or both", "", message.get(18))
    return _POST_ONLY in codes, pegs[0] if pegs else None


def read_expire_time(message: FieldSet) -> Ns | None:
    """ExpireTime(126), which goes with TimeInForce(59)=6 and with nothing else."""
    if (126 in message) != (message.get(59) == TimeInForce.GTD):
        what = shown(message.get(126)) if 126 in message else "none"
        text = f"ExpireTime(126) and TimeInForce(59)=6 go together: got {what}"
        raise RequestRefused(text)
    return parse_utc_timestamp(message.get(126), 126) if 126 in message else None


def read_display_qty(message: FieldSet) -> Qty | None:
    """MaxFloor(111) or DisplayQty(1138), which say the same: 0 is hidden."""
    floor, display = _optional_qty(message, 111), _optional_qty(message, 1138)
    if floor is not None and display is not None and floor != display:
        raise RequestRefused(f"MaxFloor(111) and DisplayQty(1138) must agree: got {floor} and {display}")
    return display if floor is None else floor


def read_peg_offset(message: FieldSet, peg: Peg | None, instrument: Instrument) -> Px:
    """PegOffsetValue(211) as a price, 0 where it is absent; PegOffsetType(836) can only say that it is one."""
    if 211 not in message:
        return 0
    text = message.get(211)
    if peg is None:
        raise RequestRefused(f"PegOffsetValue(211) goes with OrdType(40)=P: got {shown(text)}")
    if message.get(836, "0") != "0":
        raise ValueRefused(836, "0 (a price)", "", message.get(836))
    quanta = parse_decimal(text, 211, signed=True) * instrument.price_scale
    if quanta != int(quanta):
        raise ValueRefused(211, "a multiple of the price scale", f"1/{instrument.price_scale}", text)
    return int(quanta)


def read_display_high_qty(message: FieldSet) -> Qty | None:
    """DisplayHighQty(1086), up to which a reserve order's next peaks are drawn: DisplayMethod(1084)=3."""
    if (1086 in message) != (message.get(1084, _INITIAL_REFRESH) == _RANDOM_REFRESH):
        high, method = shown(message.get(1086)), shown(message.get(1084))
        raise RequestRefused(f"DisplayHighQty(1086) and DisplayMethod(1084)=3 go together: got {high} and {method}")
    return _optional_qty(message, 1086)


def read_tiers(message: FieldSet) -> tuple[int, ...]:
    """Tiers that the order never meets (20102), separated by blanks."""
    return tuple(parse_int(word, 20102, low=0, high=TIER_MAX) for word in message.get(20102).split())


def _flag(message: FieldSet, tag: int) -> bool:
    if message.get(tag, "N") not in {"Y", "N"}:
        raise ValueRefused(tag, "Y or N", "", message.get(tag))
    return message.get(tag) == "Y"


def _optional_qty(message: FieldSet, tag: int) -> Qty | None:
    return parse_int(message.get(tag), tag, low=0, high=QTY_MAX) if tag in message else None


def echo(message: FieldSet, tag: int) -> list[tuple[int, str]]:
    """A field of a request as its answer repeats it; none where it is absent or holds nothing that may be sent."""
    text = clean_text(message.get(tag), cap=64).strip()
    return [(tag, text)] if text else []
