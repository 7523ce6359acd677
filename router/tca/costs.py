"""Cost of an execution against a benchmark, in basis points. One sign for everybody: positive is a cost.

Slippage as in Perold (1988) and Kissell (2013): side x (average price - benchmark) / benchmark x 10^4, so that a buy
above and a sell below the benchmark both cost. Exact until the one division that makes a float. Knows no order and no
journal.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct

from router.core.profiles import FeeRule
from router.core.types import LastLiquidityInd, Micros, PrintKind, Px, Qty, Side


def average(fills: Iterable[tuple[Qty, Px]]) -> Fraction | None:
    """Average price in quanta of (qty, px) pairs; None of nothing."""
    qty = notional = 0
    for each, px in fills:
        qty += each
        notional += each * px
    return Fraction(notional, qty) if qty else None


class Cost(Struct, frozen=True):
    """What `qty` shares cost against a benchmark: in basis points of it, and in quanta of price x shares (signed)."""

    benchmark: Fraction
    bps: float
    quanta: Fraction


def cost_against(side: Side, qty: Qty, notional: int, benchmark: Fraction | None) -> Cost | None:
    """Cost of `qty` shares worth `notional` quanta against `benchmark` (quanta).

    None where nothing was filled or there is no benchmark.
    """
    if not qty or benchmark is None:
        return None
    paid_more = side.sign * (notional - qty * benchmark)
    return Cost(benchmark, float(paid_more / (qty * benchmark) * 10_000), paid_more)


def fee(rule: FeeRule, qty: Qty, liquidity: LastLiquidityInd | None, kind: PrintKind) -> Micros:
    """A venue's fee for one fill in millionths of the currency; a rebate is negative.

    Where the venue does not say who gave liquidity, we are taken to have removed it: the dearer guess.
    """
    if kind in {PrintKind.OPENING, PrintKind.CLOSING}:
        return rule.auction * qty
    if kind is PrintKind.CROSS or liquidity is LastLiquidityInd.AUCTION:
        return rule.cross * qty
    return (rule.add if liquidity is LastLiquidityInd.ADDED else rule.remove) * qty
