"""A client's lists of orders: what came in which list, ListOrderStatus(431), and the ListStatus(N) that says so.

Each order of a list is an order like any other, with its own state and reports; a list only knows which are its own.
Knows no venue, no algorithm and no message.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from msgspec import Struct

from router.core.events import BadRequest, Echo, NewList, NewOrder
from router.core.outputs import ListedState, ListStatus
from router.core.types import ListOrderStatus, ListStatusType, Ns, OrdRejReason, OrdStatus
from router.orders.parent import Parent
from router.orders.states import LIST, ListEvent

ENTRIES_MAX: Final = 200
"""Most orders in one ListStatus(N): some 20 kB. A longer list is reported in several (NoRpts(82), RptSeq(83))."""

ListKey: TypeAlias = tuple[str, str]
"""(client, ListID(66)): a client names its own lists."""


class ListReject(Struct, frozen=True):
    """An order of a list that never became one: OrdRejReason(103) and why."""

    reason: OrdRejReason
    text: str


class Listed(Struct):
    """One order of a list. `parent` is None until it is taken, and for one that could not be."""

    order: NewOrder | BadRequest
    parent: Parent | None = None
    reject: ListReject | None = None
    is_withdrawn: bool = False
    """Cancelled before it was ever taken."""

    @property
    def cl_ord_id(self) -> str:
        """The ClOrdID(11) last accepted."""
        known = self.parent.cl_ord_id if self.parent is not None else None
        return known or self.order.cl_ord_id or "?"

    @property
    def is_rejected(self) -> bool:
        return self.reject is not None or (self.parent is not None and self.parent.own_status is OrdStatus.REJECTED)

    @property
    def is_at_work(self) -> bool:
        """Whether more of it may trade today, or it still waits to be taken."""
        if self.parent is None:
            return self.reject is None and not self.is_withdrawn
        return self.parent.is_open and self.parent.own_status is not OrdStatus.DONE_FOR_DAY

    def state(self) -> ListedState:
        """Its entry in a ListStatus(N)."""
        if self.parent is not None:
            return _state_of(self.parent, self.cl_ord_id, self.reject)
        if self.reject is not None:
            return ListedState(
                cl_ord_id=self.cl_ord_id,
                ord_status=OrdStatus.REJECTED,
                ord_rej_reason=self.reject.reason,
                text=self.reject.text,
            )
        qty = self.order.qty or 0
        if self.is_withdrawn:
            return ListedState(cl_ord_id=self.cl_ord_id, ord_status=OrdStatus.CANCELED, cxl_qty=qty)
        return ListedState(cl_ord_id=self.cl_ord_id, ord_status=OrdStatus.PENDING_NEW, leaves=qty)


class OrderList:
    """One list. `orders` stand in the order of their ListSeqNo(67) once all have come."""

    def __init__(self, first: NewList) -> None:
        self.client = first.client
        self.list_id = first.list_id
        self.total = first.total
        self.waits = first.waits
        self.echo: Echo = first.echo
        self.status = ListOrderStatus.RECEIVED
        self.orders: list[Listed] = []
        self.is_complete = False
        self.rejects_told = 0

    @property
    def key(self) -> ListKey:
        return self.client, self.list_id

    @property
    def is_at_work(self) -> bool:
        return any(listed.is_at_work for listed in self.orders)

    @property
    def rejected(self) -> int:
        """How many of its orders are rejected."""
        return sum(listed.is_rejected for listed in self.orders)

    def allows(self, event: ListEvent) -> bool:
        """Whether the table has a row for `event` in the present state."""
        return (self.status, event) in LIST

    def on(self, event: ListEvent) -> None:
        """Change by a row of the table."""
        targets = LIST.get((self.status, event))
        assert targets is not None, f"list {self.list_id}: {event} while {self.status.name}"
        (self.status,) = targets

    def add(self, fragment: NewList) -> None:
        """Take in the orders of one message."""
        self.orders += [Listed(order) for order in fragment.orders]
        self.orders.sort(key=lambda listed: listed.order.list_seq)

    def report(
        self,
        at: Ns,
        status_type: ListStatusType,
        *,
        status: ListOrderStatus | None = None,
        text: str = "",
        echo: Echo | None = None,
    ) -> list[ListStatus]:
        """The whole list as it stands, in as many messages as that needs; `status` where it is not the list's own."""
        states = tuple(listed.state() for listed in self.orders)
        parts = [states[start : start + ENTRIES_MAX] for start in range(0, len(states), ENTRIES_MAX)] or [()]
        return [
            ListStatus(
                client=self.client,
                list_id=self.list_id,
                status_type=status_type,
                order_status=status or self.status,
                total=self.total,
                orders=part,
                rpt_seq=number,
                no_rpts=len(parts),
                text=text,
                transact_time=at,
                echo=self.echo if echo is None else echo,
            )
            for number, part in enumerate(parts, start=1)
        ]


class Lists:
    """All lists of all clients, by client and ListID(66)."""

    def __init__(self) -> None:
        self._lists: dict[ListKey, OrderList] = {}

    def find(self, client: str, list_id: str) -> OrderList | None:
        """The client's list of that ListID(66)."""
        return self._lists.get((client, list_id))

    def enter(self, listing: OrderList) -> None:
        """A list begins; its ListID is used up from now on."""
        assert listing.key not in self._lists, listing.key
        self._lists[listing.key] = listing

    def incomplete(self) -> list[OrderList]:
        """Lists of which fragments are missing, oldest first."""
        return [
            each for each in self._lists.values() if not each.is_complete and each.status is ListOrderStatus.RECEIVED
        ]


def refused(
    at: Ns, client: str, list_id: str, status_type: ListStatusType, text: str, *, total: int = 0, echo: Echo = ()
) -> ListStatus:
    """The answer that names no order: the request, or the list, is refused.

    A ListID that was used before stands for a list that may live: none of its orders is named, so that none is
    believed dead.
    """
    return ListStatus(
        client=client,
        list_id=list_id,
        status_type=status_type,
        order_status=ListOrderStatus.REJECT,
        total=total,
        text=text,
        transact_time=at,
        echo=echo,
    )


def _state_of(parent: Parent, cl_ord_id: str, reject: ListReject | None) -> ListedState:
    rejected = parent.own_status is OrdStatus.REJECTED
    return ListedState(
        cl_ord_id=cl_ord_id,
        ord_status=parent.status,
        cum_qty=parent.cum_qty,
        leaves=parent.leaves,
        cxl_qty=0 if rejected else max(0, parent.qty - parent.cum_qty - parent.leaves),
        notional=parent.notional,
        symbol=parent.symbol,
        currency=next((text for tag, text in parent.echo if tag == 15), ""),
        ord_rej_reason=(reject.reason if reject else OrdRejReason.OTHER) if rejected else None,
        text=parent.text,
    )


def duplicates(listing: OrderList | None, fragment: NewList) -> tuple[str, int | str] | None:
    """The first (field, value) that stands twice in the list with this fragment: ClOrdID(11) or ListSeqNo(67)."""
    ids: dict[str, None] = {}
    numbers: dict[int, None] = {}
    earlier = [listed.order for listed in listing.orders] if listing is not None else []
    for order in (*earlier, *fragment.orders):
        if order.cl_ord_id in ids:
            return "ClOrdID(11)", order.cl_ord_id
        if order.list_seq and order.list_seq in numbers:
            return "ListSeqNo(67)", order.list_seq
        if order.cl_ord_id:
            ids[order.cl_ord_id] = None
        numbers[order.list_seq] = None
    return None
