"""A name of a basket as the one order it was decided as: its orders' records brought together for one report.

The parts come list by list, each with its own arrival; whoever decided the basket thinks of one order, from the first
part on. Children, decisions and fills are the parts' own, so that shares and money sum to the parts' exactly. What each
part stated of its schedule is dropped for what the plan stated of the whole. Bias: an arrival price is that of the
first part; what waiting for it cost is the basket's (`router.basket.causes`). Knows no journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from router.basket.names import BasketError, BasketName
from router.basket.plan import BasketPlan
from router.core.algo import SchedulePoint
from router.core.types import OrdStatus, Qty
from router.tca.cost.arrival_estimate import SHORTEST
from router.tca.facts.record import OrderRecord, Planned


def whole_order(name: BasketName, parts: Sequence[OrderRecord], schedule: Sequence[SchedulePoint] = ()) -> OrderRecord:
    """The order of `name` that `parts` were, in the order of their coming; its OrderID(37) is the symbol.

    `schedule`: cumulative shares that were planned by then; left out, what the first part stated. Raises BasketError
    where there is no part, one is another name's or side's, or more was filled than the name's quantity.
    """
    if not parts:
        raise BasketError(f"{name.symbol}: no order was sent, so there is no whole of them")
    strange = [part.order_id for part in parts if (part.symbol, part.side) != (name.symbol, name.side)]
    if strange:
        raise BasketError(f"{name.symbol}: not orders of its symbol and side: {', '.join(strange)}")
    filled = sum(part.cum_qty for part in parts)
    if filled > name.qty:
        raise BasketError(f"{name.symbol}: CumQty(14) must not be above OrderQty(38) {name.qty}: got {filled}")
    first, last = parts[0], parts[-1]
    fills = sorted((item for part in parts for item in part.fills.items()), key=lambda item: item[1].at)
    return OrderRecord(
        order_id=name.symbol,
        client=first.client,
        cl_ord_id=first.cl_ord_id if len(parts) == 1 else f"{name.symbol}, {len(parts)} orders",
        symbol=name.symbol,
        side=name.side,
        algorithm=", ".join(dict.fromkeys(part.algorithm for part in parts)),
        arrived_at=first.arrived_at,
        start=first.start,
        end=last.end,
        qty=name.qty,
        status=_status(name.qty, filled, parts),
        cum_qty=filled,
        notional=sum(part.notional for part in parts),
        text=first.text,
        ended_at=last.ended_at,
        rests=sorted(rest for part in parts for rest in part.rests),
        arrival_mid2=first.arrival_mid2,
        curve=first.curve,
        curve_days=first.curve_days,
        quantities=[(first.arrived_at, name.qty)],
        plans=[Planned(first.arrived_at, tuple(schedule))] if schedule else _stated(first),
        children=sorted((child for part in parts for child in part.children), key=lambda child: child.at),
        decisions=sorted((each for part in parts for each in part.decisions), key=lambda each: each.at),
        fills=dict(fills),
        busted=sorted((each for part in parts for each in part.busted), key=lambda each: each[0]),
        refused_at_gate=sum(part.refused_at_gate for part in parts),
    )


def _status(qty: Qty, filled: Qty, parts: Sequence[OrderRecord]) -> OrdStatus:
    """Open while a part is; else what has come of the whole."""
    still_open = next((part.status for part in parts if part.is_open), None)
    if still_open is not None:
        return still_open
    return OrdStatus.FILLED if filled == qty else OrdStatus.CANCELED


def _stated(part: OrderRecord) -> list[Planned]:
    """The first schedule that takes as long as an estimate needs: one that waits for a person states none before."""
    return [plan for plan in part.plans if plan.points and plan.points[-1].at - plan.points[0].at >= SHORTEST][:1]


def by_name(records: Iterable[OrderRecord]) -> dict[str, list[OrderRecord]]:
    """By symbol, orders in the order of their coming; refused ones are no part of anything."""
    found: dict[str, list[OrderRecord]] = {}
    for record in records:
        if record.status is not OrdStatus.REJECTED:
            found.setdefault(record.symbol, []).append(record)
    return found


def planned_path(plan: BasketPlan, symbol: str) -> tuple[SchedulePoint, ...]:
    """What the plan wants done of a name by the end of each period; nothing of a name that it does not have."""
    rows = {name.symbol: row for name, row in zip(plan.names, plan.shares, strict=True)}
    if symbol not in rows:
        return ()
    points = [SchedulePoint(plan.periods[0].start, 0)]
    for period, shares in zip(plan.periods, rows[symbol], strict=True):
        points.append(SchedulePoint(period.end, points[-1].qty + shares))
    return tuple(points)
