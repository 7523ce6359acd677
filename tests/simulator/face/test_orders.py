"""An order as its owner knows it: what counts towards CumQty(14) and AvgPx(6)."""

from __future__ import annotations

from router.core.outputs import SendChild
from router.core.types import OrdType, Reason, Side
from simulator.face.orders import FaceOrder


def order(qty: int = 300) -> FaceOrder:
    sent = SendChild(
        venue="XLIT",
        child_id="O1",
        symbol="ACME",
        side=Side.BUY,
        qty=qty,
        ord_type=OrdType.LIMIT,
        px=400_100,
        reason=Reason.DIRECT,
    )
    return FaceOrder("C", "a", sent)


def test_a_fill_that_is_reported_twice_counts_once() -> None:
    one = order()

    one.fill("X1", 100, 400_000, 100)
    one.fill("X1", 100, 400_000, 100)
    one.fill("X2", 100, 400_100, None)

    assert (one.cum, one.filled, one.notional, one.leaves) == (200, 200, 80_010_000, 100)
