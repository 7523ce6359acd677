"""Where a pegged order stands. Bias: of the NBBO, as the venue hears it; the owner is not told of each new price.

It must not know a book or a venue. Prices are quanta.
"""

from __future__ import annotations

from router.api import Instrument, Nbbo, Peg, Px, Qty, SendChild


def peg_px(sent: SendChild, limit_px: Px | None, nbbo: Nbbo | None, instrument: Instrument) -> Px | None:
    """The price that ExecInst(18) follows with PegOffsetValue(211), no better for others than the limit.

    None while there is none to follow: a side is empty, or the NBBO is locked or crossed. Primary and market pegs stand
    on the tick, rounded to the order's own side; so does a midpoint between two quanta, to a quantum.
    """
    if nbbo is None or nbbo.bid is None or nbbo.ask is None or not nbbo.is_normal:
        return None
    is_buy = sent.side.is_buy
    if sent.peg is Peg.MID:
        mid2 = nbbo.bid + nbbo.ask
        px = mid2 // 2 if is_buy else -(-mid2 // 2)
    else:
        px = nbbo.bid if is_buy is (sent.peg is Peg.PRIMARY) else nbbo.ask
    px += sent.peg_offset
    if sent.peg is not Peg.MID:
        px = instrument.floor(px) if is_buy else instrument.ceil(px)
    if limit_px is None:
        return px if px > 0 else None
    return min(px, limit_px) if is_buy else max(px, limit_px)


def displayed_qty(sent: SendChild) -> Qty | None:
    """What is shown of an order: MaxFloor(111), but nothing of a midpoint or a market peg or a minimum."""
    return 0 if sent.min_qty or sent.peg in {Peg.MID, Peg.MARKET} else sent.display_qty


def refuse_peg(sent: SendChild) -> str:
    """Why a peg is not taken, or "". A displayed one that improved on what it follows would follow itself upwards."""
    if sent.peg is None:
        return "OrdType(40)=P needs ExecInst(18) R, P or M: what to follow" if sent.ord_type == "P" else ""
    ahead = sent.peg_offset if sent.side.is_buy else -sent.peg_offset
    if sent.peg is Peg.PRIMARY and sent.display_qty != 0 and ahead > 0:
        return f"PegOffsetValue(211) {sent.peg_offset}: a displayed ExecInst(18)=R may not improve on the best price"
    return ""
