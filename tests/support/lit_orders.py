"""Orders to a lit venue as tests write them, and what it answers. It must not know how the venue matches."""

from __future__ import annotations

from typing import Final

from router.api import (
    CancelChild,
    ChildFilled,
    ChildRejected,
    ChildRequestRejected,
    LastLiquidityInd,
    Ns,
    OrdType,
    Peg,
    Px,
    Qty,
    Reason,
    ReplaceChild,
    SendChild,
    Side,
    TimeInForce,
    VenueKind,
    VenueProfile,
    VenueSays,
)
from simulator.lit import LitVenue
from simulator.testing import INSTRUMENTS, MID, NOON, SYMBOL, TICK, nbbo

XLIT: Final = VenueProfile("XLIT", VenueKind.LIT, "lit")
ASK: Final = MID + TICK
BID: Final = MID - TICK


def cancel(child_id: str) -> CancelChild:
    return CancelChild(venue="XLIT", child_id=child_id, request_id="r1", symbol=SYMBOL, side=Side.BUY)


def send(
    child_id: str,
    side: Side,
    qty: Qty,
    px: Px | None,
    *,
    tif: TimeInForce = TimeInForce.DAY,
    ord_type: OrdType | None = None,
    display_qty: Qty | None = None,
    min_qty: Qty | None = None,
    post_only: bool = False,
    peg: Peg | None = None,
    peg_offset: Px = 0,
    display_high_qty: Qty | None = None,
    self_match_id: str | None = None,
    expire_time: Ns | None = None,
) -> SendChild:
    """An order to XLIT; a market order where there is no price, pegged where it says to what."""
    return SendChild(
        venue="XLIT",
        child_id=child_id,
        symbol=SYMBOL,
        side=side,
        qty=qty,
        ord_type=ord_type or (OrdType.PEGGED if peg else OrdType.MARKET if px is None else OrdType.LIMIT),
        px=px,
        tif=tif,
        display_qty=display_qty,
        min_qty=min_qty,
        post_only=post_only,
        peg=peg,
        peg_offset=peg_offset,
        display_high_qty=display_high_qty,
        self_match_id=self_match_id,
        expire_time=expire_time,
        reason=Reason.DIRECT,
    )


def replace(child_id: str, qty: Qty, px: Px | None) -> ReplaceChild:
    return ReplaceChild(
        venue="XLIT",
        child_id=child_id,
        request_id="r1",
        symbol=SYMBOL,
        side=Side.BUY,
        qty=qty,
        px=px,
        reason=Reason.RE_PEG,
    )


def fill(
    child_id: str, exec_id: str, qty: Qty, px: Px, cum_qty: Qty, liquidity: LastLiquidityInd = LastLiquidityInd.REMOVED
) -> ChildFilled:
    return ChildFilled(
        venue="XLIT",
        child_id=child_id,
        exec_id=exec_id,
        qty=qty,
        px=px,
        liquidity=liquidity,
        last_mkt="XLIT",
        cum_qty=cum_qty,
    )


def refusal(says: list[VenueSays]) -> str:
    (refused,) = says
    assert isinstance(refused, ChildRejected | ChildRequestRejected), refused
    return refused.text


def venue(profile: VenueProfile = XLIT) -> LitVenue:
    """500 displayed on each side of `MID`, by background orders 1 (bid) and 2 (ask)."""
    lit = LitVenue(profile, INSTRUMENTS, 7)
    book = lit.book(SYMBOL)
    book.add(1, True, BID, 500)
    book.add(2, False, ASK, 500)
    lit.drain(NOON, SYMBOL)
    lit.on_nbbo(NOON, nbbo(NOON))
    return lit
