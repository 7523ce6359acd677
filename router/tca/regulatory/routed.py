"""Child orders as their venues received them: what a market centre's statistics count.

A replace is a cancellation and a new order for what was left, received when it was confirmed: a venue's statistics know
no order that changes. Fills are as they stand, so a trade taken back is none. Knows no rule and no market.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

from router.core.types import SECOND, LastLiquidityInd, Ns, Px, Qty, TimeInForce
from router.tca.facts.case import Case
from router.tca.facts.record import Child, ChildEnd, Fill, OrderRecord, Terms

_AT_ONCE = (TimeInForce.IOC, TimeInForce.FOK)


class RoutedOrder(Struct, frozen=True):
    """One order at one venue: `qty` shares at `px` (quanta; None without a limit), received at `at`.

    `ended_at` is when nothing of it could trade any more, None while it is open; `canceled` the shares withdrawn then,
    by us, by its time in force, or by a replace. `fills` are in order of time.
    """

    child: Child
    at: Ns
    qty: Qty
    px: Px | None
    fills: tuple[Fill, ...]
    ended_at: Ns | None
    canceled: Qty

    @property
    def executed(self) -> Qty:
        """Shares traded, wherever."""
        return sum(fill.qty for fill in self.fills)

    @property
    def executed_away(self) -> Qty:
        """Shares that the venue had traded elsewhere: LastLiquidityInd(851)=3."""
        return sum(fill.qty for fill in self.fills if fill.liquidity is LastLiquidityInd.ROUTED_OUT)

    @property
    def is_immediate(self) -> bool:
        """TimeInForce(59) of immediate-or-cancel or fill-or-kill: it never rests."""
        return self.child.tif in _AT_ONCE


def routed(record: OrderRecord) -> Iterator[RoutedOrder]:
    """Every order that venues received for one parent, in the order of their sending; refused ones are none."""
    fills: dict[str, list[Fill]] = {}
    for fill in record.fills.values():
        fills.setdefault(fill.child_id, []).append(fill)
    for child in record.children:
        if child.end is not ChildEnd.REJECTED:
            yield from _lives(child, fills.get(child.child_id, []))


def month_of(case: Case, at: Ns) -> str:
    """The month of the trading date in force at `at`, YYYYMM; before the first date, of the day in UTC."""
    return case.day(at)[:6] or f"{datetime.fromtimestamp(at // SECOND, UTC):%Y%m}"


def _lives(child: Child, fills: list[Fill]) -> Iterator[RoutedOrder]:
    """The child as sent, then what each replace made of it. A fill heard with a replace is of the order before it."""
    terms = child.terms or [Terms(child.at, child.qty, child.px)]
    before: Qty = 0
    for life, now in enumerate(terms):
        then = terms[life + 1] if life + 1 < len(terms) else None
        mine = tuple(fill for fill in fills if (life == 0 or fill.at > now.at) and (then is None or fill.at <= then.at))
        executed, qty = sum(fill.qty for fill in mine), now.qty - before
        if qty > 0:
            yield RoutedOrder(
                child=child,
                at=now.at,
                qty=qty,
                px=now.px,
                fills=mine,
                ended_at=child.ended_at if then is None else then.at,
                canceled=max(qty - executed, 0) if then is not None or child.end is ChildEnd.CANCELED else 0,
            )
        before += executed
