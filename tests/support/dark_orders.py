"""Orders to a midpoint pool as tests write them, and what it answers. It must not know how the pool matches."""

from __future__ import annotations

from router.api import (
    MILLISECOND,
    CancelChild,
    ChildFilled,
    FirmUpRequest,
    LastLiquidityInd,
    OrdType,
    Peg,
    PrintKind,
    Px,
    Qty,
    Reason,
    SendChild,
    Side,
    TimeInForce,
    VenueKind,
    VenueProfile,
    VenueSays,
)
from simulator.dark import DarkVenue
from simulator.testing import INSTRUMENTS, MID, NOON, SYMBOL, nbbo

FIRM_UP_NS = 500 * MILLISECOND
ALONE: dict[str, str | int | float | bool] = {
    "contra_per_second_ppm": 0,
    "toxic_ppm": 0,
    "self_match": "allow",
    "nbbo_lag_ns": 0,
    "priority": "time",
}
"""Nobody but us, so that a test says who meets whom."""


def pool(**settings: str | int) -> DarkVenue:
    dark = DarkVenue(VenueProfile("XDRK", VenueKind.DARK, "dark", settings={**ALONE, **settings}), INSTRUMENTS, 7)
    dark.on_nbbo(NOON, nbbo(NOON))
    return dark


def send(
    child_id: str,
    side: Side,
    qty: Qty,
    *,
    px: Px | None = None,
    min_qty: Qty | None = None,
    tif: TimeInForce = TimeInForce.DAY,
    **more: object,
) -> SendChild:
    return SendChild(
        venue="XDRK",
        child_id=child_id,
        symbol=SYMBOL,
        side=side,
        qty=qty,
        ord_type=OrdType.PEGGED,
        peg=Peg.MID,
        px=px,
        min_qty=min_qty,
        tif=tif,
        reason=Reason.DARK_REST,
        **more,  # type: ignore[arg-type]  # a test's keywords
    )


def fill(child_id: str, number: int, qty: Qty, cum_qty: Qty, liquidity: LastLiquidityInd, px: Px = MID) -> ChildFilled:
    return ChildFilled(
        venue="XDRK",
        child_id=child_id,
        exec_id=f"XDRK-X{number}",
        qty=qty,
        px=px,
        liquidity=liquidity,
        last_mkt="XDRK",
        kind=PrintKind.DARK,
        cum_qty=cum_qty,
    )


def fills(says: list[VenueSays]) -> list[tuple[str, Qty, Px]]:
    return [(event.child_id, event.qty, event.px) for event in says if isinstance(event, ChildFilled)]


def asked(says: list[VenueSays]) -> list[tuple[str, str, Qty]]:
    return [(event.child_id, event.firm_up_id, event.qty) for event in says if isinstance(event, FirmUpRequest)]


def decline(child_id: str) -> CancelChild:
    return CancelChild(venue="XDRK", child_id=child_id, request_id="r", symbol=SYMBOL, side=Side.BUY)
