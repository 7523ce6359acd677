"""Outcomes for tests of what compares them."""

from __future__ import annotations

from msgspec.structs import replace

from router.core.types import Side
from router.tca.universe.outcome import Outcome

PLAIN = Outcome(
    order_id="O1",
    symbol="ACME",
    side=Side.BUY,
    date="20260316",
    algorithm="VWAP",
    q_adv=0.02,
    pov=0.08,
    sigma=0.015,
    spread_bps=4.0,
    cost_bps=6.0,
)


def outcome(order_id: str = "O1", **fields: object) -> Outcome:
    """A plain order, or with the fields given."""
    return replace(PLAIN, order_id=order_id, **fields)
