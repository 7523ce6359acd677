"""The state tables as a page: Mermaid diagrams and a row for each row, so that the documentation cannot say otherwise.

Writes no file: docs/order-states.md is `page()`, and a test holds it to that. Knows no order, only the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import product

from router.core.types import ListOrderStatus, OrdStatus
from router.orders.states import (
    CHILD_CLOSED,
    CHILD_OTHERWISE,
    CHILD_ROWS,
    LIST_OTHERWISE,
    LIST_ROWS,
    LIST_STATES,
    PARENT_OTHERWISE,
    PARENT_ROWS,
    PARENT_STATES,
    REQUEST_OTHERWISE,
    REQUEST_ROWS,
    ChildState,
    E,
    RequestState,
    Row,
    S,
)

HEAD = """# Order states

This page is written by `router/orders/diagram.py` from the tables in `router/orders/states.py`; to renew it:

    python -c "from router.orders.diagram import page; print(page(), end='')" > docs/order-states.md

Four tables hold every change of state: the client's order, the client's requests on it, the client's list of orders,
and our own orders at venues.
An event that no row has for a state is dealt with as the last list of each part says.
"""

PARENT_HEAD = """
## The client's order

What an order's OrdStatus(39) is, is worked out from three things: what was last done to the order as a whole, the
quantities, and the requests that wait. The highest that applies is reported: PendingCancel, PendingReplace,
DoneForDay, Filled, Stopped, Suspended, Canceled or Expired, PartiallyFilled, and New, Rejected or PendingNew. So a fill
may arrive in any state, and a canceled order that was filled to the last share after all is Filled.

LeavesQty(151) is OrderQty(38) less CumQty(14), and 0 where the rest will not be traded: Canceled, Expired, Rejected,
and DoneForDay unless the order is good till cancel or date.

Suspended is said in a halt of the whole market, and the order is Restated when that trades again, unless the client's
`report_halts` is off. Two events this engine never brings about by itself: no order is Stopped, since nothing here
guarantees an execution, and no split of shares is announced to it. The rows are what a desk that has either would need.

The diagram leaves out what does not change the state; the table has it.
"""

REQUEST_HEAD = """
## The client's requests: OrderCancelRequest(F), OrderCancelReplaceRequest(G)

While one is pending, the order reports PendingCancel or PendingReplace over its own state, with the terms and the
ClOrdID(11) still in force. One is dealt with at a time: a second replace waits, is announced at once, or is refused, by
the client's setting; a cancel waits behind a replace and is never lost; nothing gets in behind a cancel.
"""

LIST_HEAD = """
## The client's list: NewOrderList(E)

FIX 4.4 Appendix D has no matrix of a list's states; the table follows what List Status(N) says of each value of
ListOrderStatus(431). A list is Received while fragments are missing or its ListExecute(L) is, Executing while an order
of it is at work, and AllDone when "executed as far as possible for the day": an order good till cancel or date opens it
again in the morning. Alert (5) is not a state here but a word on the side: it is said once when an order of the list
has been rejected, under ListStatusType(429)=6. InBiddingProcess (1) is never said. What a client reads when is in
[lists](lists.md).
"""

CHILD_HEAD = """
## Our orders at venues

Unknown is a state of ours: the venue owes an answer, and until it comes all of the order counts as open. A child's
LeavesQty is the largest that may be: while a replace waits, the larger of the two quantities counts.
"""


def page() -> str:
    """The whole of docs/order-states.md."""
    parts = [
        HEAD,
        PARENT_HEAD,
        *_part(PARENT_ROWS, PARENT_OTHERWISE, PARENT_STATES, ends=(OrdStatus.REJECTED,)),
        REQUEST_HEAD,
        *_part(REQUEST_ROWS, REQUEST_OTHERWISE, tuple(RequestState), ends=(RequestState.DONE, RequestState.REFUSED)),
        LIST_HEAD,
        *_part(LIST_ROWS, LIST_OTHERWISE, LIST_STATES, ends=(ListOrderStatus.REJECT,)),
        CHILD_HEAD,
        *_part(CHILD_ROWS, CHILD_OTHERWISE, tuple(ChildState), ends=CHILD_CLOSED),
    ]
    return "\n".join(parts)


def name(state: StrEnum) -> str:
    """A state as FIX spells it: PARTIALLY_FILLED is PartiallyFilled."""
    return "".join(word.capitalize() for word in state.name.split("_"))


def _part(
    rows: tuple[Row[S, E], ...], otherwise: Mapping[E, str], states: tuple[S, ...], ends: tuple[S, ...]
) -> Iterable[str]:
    yield from ("```mermaid", "stateDiagram-v2", f"    [*] --> {name(states[0])}")
    yield from _edges(rows)
    yield from (f"    {name(state)} --> [*]" for state in ends)
    yield from ("```", "", "| event | from | to | forced by |", "|---|---|---|---|")
    yield from (f"| {row.event} | {_names(row.sources)} | {_names(row.targets)} | {row.why} |" for row in rows)
    yield from ("", "Otherwise:", "")
    yield from (f"- {event}: {rule}" for event, rule in otherwise.items())


def _edges(rows: tuple[Row[S, E], ...]) -> Iterable[str]:
    """One arrow for each pair of states, with all events that lead along it."""
    events: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.sources == row.targets:
            continue  # "closed stays closed": each to itself
        for source, target in product(row.sources, row.targets):
            if source is not target:
                events.setdefault((name(source), name(target)), []).append(row.event)
    return (f"    {source} --> {target}: {', '.join(found)}" for (source, target), found in events.items())


def _names(states: tuple[S, ...]) -> str:
    return ", ".join(name(state) for state in states)
