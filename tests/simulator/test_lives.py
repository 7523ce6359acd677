"""Ids of a venue's later lives."""

from __future__ import annotations

from router.api import ChildAccepted, ChildBusted, ChildCanceled, ChildCorrected, ChildFilled, LastLiquidityInd
from simulator.lives import mark_of, marked


def fill(exec_id: str) -> ChildFilled:
    return ChildFilled(
        venue="X",
        child_id="c1",
        exec_id=exec_id,
        qty=100,
        px=1_000_000,
        liquidity=LastLiquidityInd.ADDED,
        last_mkt="X",
        cum_qty=100,
    )


def test_the_first_life_needs_no_mark() -> None:
    assert [mark_of(life) for life in range(3)] == ["", "-L1", "-L2"]


def test_marks_what_names_a_trade_or_the_venue_s_order_and_nothing_else() -> None:
    said = [
        fill("X-X1"),
        ChildAccepted("X", "c1", "X-1", 0),
        ChildBusted("X", "c1", "X-X1-B", "X-X1"),
        ChildCorrected("X", "c1", "X-X1-C", "X-X1", 100, 1_000_100),
        ChildCanceled("X", "c1"),
    ]

    assert [marked(event, "-L1") for event in said] == [
        fill("X-X1-L1"),
        ChildAccepted("X", "c1", "X-1-L1", 0),
        ChildBusted("X", "c1", "X-X1-B-L1", "X-X1-L1"),
        ChildCorrected("X", "c1", "X-X1-C-L1", "X-X1-L1", 100, 1_000_100),
        ChildCanceled("X", "c1"),
    ]
