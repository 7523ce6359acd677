"""Lists: NewOrderList(E), its execution, cancel and status; each answered once, by ListStatus(N).

The orders of a list are taken as single orders are, each with its own checks, reports and refusal; only a list that is
at odds with itself is refused whole. Order of those checks: message rate, ListID(66), counts, ids, limits of the list.
Knows no FIX message: the gateway has read it.
"""

from __future__ import annotations

from typing import Final

from router.core.events import BadRequest, ListCancel, ListExecute, ListRequest, ListStatusRequest, NewList, NewOrder
from router.core.types import ListOrderStatus, ListStatusType, OrdRejReason
from router.engine.desk import Desk
from router.engine.hold import let_go
from router.engine.plan import Refused
from router.engine.requests import Requests
from router.orders.lists import Listed, ListReject, OrderList, duplicates, refused
from router.orders.states import ListEvent

TEXT_CANCELLED: Final = "cancelled with its list by ListCancelRequest(K)"


class ListDesk:
    """Answers what clients ask of lists, and tells them when a list changes by itself."""

    def __init__(self, desk: Desk, requests: Requests) -> None:
        self._desk = desk
        self._requests = requests

    # --- NewOrderList(E)

    def new_list(self, event: NewList) -> None:
        """Take a list in, or one fragment of it. Nothing of it is worked before all of it has come."""
        desk = self._desk
        listing = desk.lists.find(event.client, event.list_id)
        if listing is not None and event.poss_resend and self._is_known(listing, event):
            desk.say(listing.report(desk.now, ListStatusType.RESPONSE, echo=event.echo))
            return
        if listing is not None and listing.is_complete:
            self._used_before(event, listing)
            return
        why = self._malformed(listing, event)
        if why:
            self._reject(event, listing, why)
            return
        if listing is None:
            listing = OrderList(event)
            desk.lists.enter(listing)
        listing.add(event)
        if len(listing.orders) < listing.total:
            listing.on(ListEvent.FRAGMENT)
            text = f"{len(listing.orders)} of TotNoOrders(68) {listing.total} have come"
            desk.say(listing.report(desk.now, ListStatusType.ACK, text=text, echo=event.echo))
            return
        self._complete(listing, event)

    def _is_known(self, listing: OrderList, event: NewList) -> bool:
        known = [listed.order.cl_ord_id for listed in listing.orders]
        return all(order.cl_ord_id in known for order in event.orders)

    def _used_before(self, event: NewList, listing: OrderList) -> None:
        text = f"ListID(66) {event.list_id} was used before; that list stands as it was, {listing.status.name}"
        self._say_refused(event, text)

    def _malformed(self, listing: OrderList | None, event: NewList) -> str:
        """Why the list cannot be what it says; "" where it can."""
        desk = self._desk
        refusal = desk.risk.count_message(desk.now, event.client)
        refusal = refusal or desk.risk.check_list_size(event.client, event.total)
        if refusal is not None:
            return refusal.text
        have = len(listing.orders) if listing is not None else 0
        count = have + len(event.orders)
        if listing is not None and event.total != listing.total:
            return f"TotNoOrders(68) must be that of the first fragment, {listing.total}: got '{event.total}'"
        if listing is not None and event.waits != listing.waits:
            return "ListExecInstType(433) must be that of the first fragment"
        if count > event.total or (event.last is True and count < event.total):
            return f"NoOrders(73), of all fragments {count}, must add up to TotNoOrders(68) {event.total}"
        if event.last is False and count == event.total:
            return f"LastFragment(893) must be Y where all {event.total} of TotNoOrders(68) have come: got 'N'"
        if not event.orders:
            return "NoOrders(73) must be at least 1: got '0'"
        twice = duplicates(listing, event)
        if twice:
            return f"{twice[0]} must be given once in a list: got '{twice[1]}' again"
        return self._beyond_limits(listing, event) if count == event.total else ""

    def _beyond_limits(self, listing: OrderList | None, event: NewList) -> str:
        """Why the whole list, all of which has come, may not be taken."""
        earlier = [listed.order for listed in listing.orders] if listing is not None else []
        understood = [order for order in (*earlier, *event.orders) if isinstance(order, NewOrder)]
        refusal = self._desk.risk.check_list(self._desk.now, event.client, understood)
        return refusal.text if refusal is not None else ""

    def _reject(self, event: NewList, listing: OrderList | None, why: str) -> None:
        """Refuse a list whole; the fragments that came before are given up with it, and their ListID is used up."""
        if listing is not None:
            listing.on(ListEvent.MALFORMED)
            listing.is_complete = True
        self._say_refused(event, why)

    def _say_refused(self, event: NewList, text: str) -> None:
        at, kind = self._desk.now, ListStatusType.ACK
        self._desk.say([refused(at, event.client, event.list_id, kind, text, total=event.total, echo=event.echo)])

    def _complete(self, listing: OrderList, event: NewList) -> None:
        """All have come: each order is taken by itself, then comes the answer that tells of all."""
        desk = self._desk
        listing.is_complete = True
        for listed in listing.orders:
            self._take(listed, waits=listing.waits)
        listing.rejects_told = listing.rejected
        desk.say(listing.report(desk.now, ListStatusType.ACK, text=_rejects_text(listing), echo=event.echo))
        if not listing.is_at_work:
            self._look(listing)
        elif not listing.waits:
            self._execute(listing)
        if listing.rejects_told and listing.is_at_work:
            self._alert(listing)

    def _take(self, listed: Listed, *, waits: bool) -> None:
        desk, order = self._desk, listed.order
        if isinstance(order, NewOrder):
            taken = self._requests.take(order, waits=waits)
            if not isinstance(taken, Refused):
                listed.parent = taken
                return
            reason, text = taken.reason, taken.text
        else:
            reason, text = order.ord_rej_reason, order.text
            if order.side is not None:
                desk.say(desk.parents.bad_request(desk.now, order))
        if reason is OrdRejReason.DUPLICATE_ORDER and not text:
            text = f"ClOrdID(11) {order.cl_ord_id} was used before"
        listed.reject = ListReject(reason, text)
        if reason is not OrdRejReason.DUPLICATE_ORDER and order.cl_ord_id:
            # The rejected order, not the one whose id it took.
            found = desk.parents.find(order.client, order.cl_ord_id)
            listed.parent = found if found is not None and found.list_id == order.list_id else None

    def bad(self, event: BadRequest) -> None:
        """A message that is not understood: a fragment of a list that waits for it gives up the list."""
        listing = desk_list(self._desk, event)
        if listing is None:
            self._requests.bad(event)
            return
        listing.on(ListEvent.MALFORMED)
        listing.is_complete = True
        self._requests.bad(event)

    # --- ListExecute(L), ListCancelRequest(K), ListStatusRequest(M)

    def execute(self, event: ListExecute) -> None:
        """Begin to work a list that waits."""
        listing = self._named(event)
        if listing is None:
            return
        if not listing.is_complete:
            text = f"only {len(listing.orders)} of TotNoOrders(68) {listing.total} have come"
            self._desk.say(listing.report(self._desk.now, ListStatusType.RESPONSE, text=text, echo=event.echo))
        elif not listing.allows(ListEvent.EXECUTE):
            text = f"nothing waits for ListExecute(L): the list is {listing.status.name}"
            self._desk.say(listing.report(self._desk.now, ListStatusType.RESPONSE, text=text, echo=event.echo))
        else:
            self._execute(listing)

    def _execute(self, listing: OrderList) -> None:
        desk = self._desk
        listing.on(ListEvent.EXECUTE)
        for listed in listing.orders:
            work = desk.works.get(listed.parent.order_id) if listed.parent is not None else None
            if work is not None and work.waits_for_list:
                work.waits_for_list = False
                let_go(desk, work)
        desk.say(listing.report(desk.now, ListStatusType.EXEC_STARTED))

    def cancel(self, event: ListCancel) -> None:
        """Withdraw every open order of a list."""
        desk = self._desk
        listing = self._named(event)
        if listing is None:
            return
        if not listing.allows(ListEvent.CANCEL):
            text = f"nothing is left to cancel: the list is {listing.status.name}"
            desk.say(listing.report(desk.now, ListStatusType.RESPONSE, text=text, echo=event.echo))
            return
        listing.on(ListEvent.CANCEL)
        listing.is_complete = True
        for listed in listing.orders:
            if listed.parent is None:
                listed.is_withdrawn = listed.reject is None
                continue
            work = desk.works.get(listed.parent.order_id)
            if work is not None and work.parent.is_open:
                work.cancel(TEXT_CANCELLED)
                desk.settle(work)
        desk.say(listing.report(desk.now, ListStatusType.RESPONSE, echo=event.echo))
        desk.touched_lists[listing.key] = None

    def status(self, event: ListStatusRequest) -> None:
        """How a list stands; no state changes."""
        listing = self._named(event)
        if listing is not None:
            self._desk.say(listing.report(self._desk.now, ListStatusType.RESPONSE, echo=event.echo))

    def _named(self, event: ListRequest) -> OrderList | None:
        """The list that is meant; where there is none, that is the answer. Counted as a message, and never refused."""
        desk = self._desk
        desk.risk.count_message(desk.now, event.client)
        listing = desk.lists.find(event.client, event.list_id)
        if listing is None:
            text = f"ListID(66) {event.list_id} names no list of {event.client}"
            answer = refused(desk.now, event.client, event.list_id, ListStatusType.RESPONSE, text, echo=event.echo)
            desk.say([answer])
        return listing

    # --- what happens by itself

    def run(self) -> None:
        """After the event: what is to be said of lists whose orders have begun or ended."""
        desk = self._desk
        while desk.touched_lists:
            key = next(iter(desk.touched_lists))
            del desk.touched_lists[key]
            listing = desk.lists.find(*key)
            if listing is not None:
                self._look(listing)

    def _look(self, listing: OrderList) -> None:
        desk = self._desk
        if listing.rejected > listing.rejects_told:
            listing.rejects_told = listing.rejected
            self._alert(listing)
        if not listing.is_at_work and listing.allows(ListEvent.OVER):
            listing.on(ListEvent.OVER)
            desk.say(listing.report(desk.now, ListStatusType.ALL_DONE))
        elif listing.is_at_work and listing.allows(ListEvent.REOPENED):
            listing.on(ListEvent.REOPENED)
            desk.say(listing.report(desk.now, ListStatusType.EXEC_STARTED, text="an order of it is open again"))

    def _alert(self, listing: OrderList) -> None:
        """An order of it is rejected, which a person at the client's should look at."""
        alert, text = ListOrderStatus.ALERT, _rejects_text(listing)
        self._desk.say(listing.report(self._desk.now, ListStatusType.ALERT, status=alert, text=text))

    def end_of_day(self, day: str) -> None:
        """A list of which fragments are missing does not outlive its trading date."""
        desk = self._desk
        for listing in desk.lists.incomplete():
            listing.on(ListEvent.MALFORMED)
            listing.is_complete = True
            text = f"trading date {day} is over: {len(listing.orders)} of TotNoOrders(68) {listing.total} had come"
            desk.say([refused(desk.now, *listing.key, ListStatusType.ALERT, text, total=listing.total)])


def desk_list(desk: Desk, event: BadRequest) -> OrderList | None:
    """The list that waits for the fragment which was not understood."""
    if event.msg_type != "E" or not event.list_id:
        return None
    listing = desk.lists.find(event.client, event.list_id)
    return listing if listing is not None and not listing.is_complete else None


def _rejects_text(listing: OrderList) -> str:
    return f"{listing.rejected} of {listing.total} orders rejected" if listing.rejected else ""
