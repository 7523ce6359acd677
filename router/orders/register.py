"""All client orders by every id they were ever called, and how a new one is received, confirmed or refused.

The ids of rejected orders and requests are kept too: a ClOrdID(11) is used once per client, rejected or not. Knows no
risk limit: whether an order may live is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from router.core.events import Echo, NewOrder, Params
from router.core.outputs import ClientOutput
from router.core.profiles import ClientProfile
from router.core.types import ExecType, Ns, OrdRejReason, OrdStatus
from router.orders.ids import Ids
from router.orders.parent import Parent
from router.orders.reports import report, status_report
from router.orders.states import ParentEvent
from router.orders.terms import Terms, chosen, terms_of


class Register:
    """Base of `Parents`: the index, and an order's birth.

    A client without a profile is treated by the defaults.
    """

    def __init__(self, ids: Ids, profiles: Mapping[str, ClientProfile]) -> None:
        self._ids = ids
        self._profiles = profiles
        self._orders: dict[str, Parent] = {}
        self._names: dict[tuple[str, str], Parent] = {}

    def __iter__(self) -> Iterator[Parent]:
        """All orders, the over and the rejected too, in the order of their coming."""
        return iter(self._orders.values())

    def __len__(self) -> int:
        return len(self._orders)

    def get(self, order_id: str) -> Parent | None:
        """The order of that OrderID(37)."""
        return self._orders.get(order_id)

    def find(self, client: str, cl_ord_id: str | None, order_id: str | None = None) -> Parent | None:
        """The client's order by any ClOrdID(11) of its chain, or else by OrderID(37)."""
        parent = self._names.get((client, cl_ord_id)) if cl_ord_id else None
        if parent is None and order_id is not None:
            parent = self._orders.get(order_id)
        # Clients are walled from each other: another's OrderID is as unknown as none.
        return parent if parent is not None and parent.client == client else None

    def duplicate_of(self, order: NewOrder) -> Parent | None:
        """The order that already used this ClOrdID(11), accepted, pending or rejected."""
        return self._names.get((order.client, order.cl_ord_id))

    def receive(self, at: Ns, order: NewOrder) -> tuple[Parent, list[ClientOutput]]:
        """Take an order in, not yet confirmed: PendingNew to the clients that want it.

        The ClOrdID must be new (`duplicate_of`).
        """
        parent = self._enter(order.client, order.cl_ord_id, terms_of(order), order.echo, order.list_id)
        wants = self._profile(order.client).pending_new
        return parent, [report(self._ids, at, parent, ExecType.PENDING_NEW)] if wants else []

    def confirm(self, at: Ns, parent: Parent, text: str = "") -> list[ClientOutput]:
        """The order is in force: New. `text` is why it is not worked yet, and its status says so, too."""
        with parent.on(ParentEvent.CONFIRM, OrdStatus.NEW):
            parent.text = text
        return [report(self._ids, at, parent, ExecType.NEW, text=text)]

    def release(self, parent: Parent, strategy: str | None, params: Params | None) -> None:
        """What the order waited for has come; `strategy` and `params` are the desk's, where it chose. No report."""
        parent.text = ""
        if strategy is not None or params is not None:
            parent.terms = chosen(parent.terms, strategy, params)

    def accept(self, at: Ns, order: NewOrder) -> tuple[Parent, list[ClientOutput]]:
        """Receive and confirm at once."""
        parent, outs = self.receive(at, order)
        return parent, outs + self.confirm(at, parent)

    def reject(self, at: Ns, order: NewOrder, reason: OrdRejReason, text: str) -> list[ClientOutput]:
        """Refuse an order that was not received.

        A second use of a ClOrdID is answered in the combined form, state and quantities being those of the first
        (F.1.a), and with PossResend(97)=Y by the first's status alone (F.1.b).
        """
        first = self.duplicate_of(order)
        if first is None:
            parent = self._enter(order.client, order.cl_ord_id, terms_of(order), order.echo, order.list_id)
            return [self._rejected(at, parent, reason, text)]
        if order.poss_resend:
            return [status_report(self._ids, at, first, order.cl_ord_id, as_asked=True, echo=order.echo)]
        return [self._duplicate(at, first, order.cl_ord_id, text, order.echo)]

    def _rejected(self, at: Ns, parent: Parent, reason: OrdRejReason, text: str) -> ClientOutput:
        with parent.on(ParentEvent.REJECT, OrdStatus.REJECTED):
            parent.text = text
        return report(self._ids, at, parent, ExecType.REJECTED, ord_rej_reason=reason, text=text)

    def _duplicate(self, at: Ns, first: Parent, cl_ord_id: str, text: str, echo: Echo) -> ClientOutput:
        """The reject of a second order combined with the state of the first, under the id that both used."""
        return report(
            self._ids,
            at,
            first,
            ExecType.REJECTED,
            cl_ord_id=cl_ord_id,
            ord_rej_reason=OrdRejReason.DUPLICATE_ORDER,
            text=text or f"ClOrdID(11) {cl_ord_id} was used before, for order {first.order_id}",
            echo=echo,
        )

    def _enter(self, client: str, cl_ord_id: str, terms: Terms, echo: Echo, list_id: str) -> Parent:
        parent = Parent(self._ids.order(), client, cl_ord_id or None, terms, echo, list_id=list_id)
        self._orders[parent.order_id] = parent
        # An order by telephone has no ClOrdID; its OrderID names it (E.1.a).
        if cl_ord_id:
            assert (client, cl_ord_id) not in self._names, (client, cl_ord_id)
            self._names[client, cl_ord_id] = parent
        return parent

    def _profile(self, client: str) -> ClientProfile:
        return self._profiles.get(client) or ClientProfile(comp_id=client)
