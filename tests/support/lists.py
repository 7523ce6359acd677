"""Lists for tests: NewList events over the orders of `support.floor`, and what was said of them, one line each."""

from __future__ import annotations

from collections.abc import Iterable

from router.core.events import BadRequest, ListCancel, ListExecute, ListStatusRequest, NewList, NewOrder
from router.core.outputs import ListStatus, Output
from support.floor import CLIENT, order

LIST_ID = "L1"


def listed(*orders: NewOrder | BadRequest, **changes: object) -> NewList:
    """A list of these orders, numbered as they stand; immediate and whole unless changed."""
    fields: dict[str, object] = {"client": CLIENT, "list_id": LIST_ID, "total": len(orders), "orders": orders}
    return NewList(**(fields | changes))  # type: ignore[arg-type]  # a test's keywords


def in_list(cl_ord_id: str, list_seq: int, **changes: object) -> NewOrder:
    """One order of it, as the gateway makes it."""
    own = {"list_id": LIST_ID, "list_seq": list_seq, "echo": ((66, LIST_ID),)}
    return order(cl_ord_id, **(own | changes))


def execute(list_id: str = LIST_ID) -> ListExecute:
    return ListExecute(client=CLIENT, list_id=list_id)


def cancel(list_id: str = LIST_ID) -> ListCancel:
    return ListCancel(client=CLIENT, list_id=list_id)


def ask(list_id: str = LIST_ID) -> ListStatusRequest:
    return ListStatusRequest(client=CLIENT, list_id=list_id)


def told(outputs: Iterable[Output]) -> list[str]:
    """Each ListStatus(N): type, list's status, then each order's ClOrdID, OrdStatus and CumQty/LeavesQty/CxlQty."""
    lines = []
    for out in outputs:
        if isinstance(out, ListStatus):
            orders = [
                f"{each.cl_ord_id}={each.ord_status.name}:{each.cum_qty}/{each.leaves}/{each.cxl_qty}"
                for each in out.orders
            ]
            lines.append(" ".join([out.status_type.name, out.order_status.name, *orders]))
    return lines
