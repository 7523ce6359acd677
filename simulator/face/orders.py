"""An order as its owner knows it: the ids it goes by, what was reported of it, what OrdStatus(39) that makes.

Knows no message and no venue rule. CumQty(14) is the venue's word where it gives one; AvgPx(6) is over the fills that
still stand, after busts and corrections.
"""

from __future__ import annotations

from collections import deque

from msgspec import Struct

from router.api import OrdStatus, Px, Qty, SendChild

NO_ORDER_ID = "NONE"
"""OrderID(37) while the venue has not given one (FIX 4.4 Vol. 4, OrderCancelReject)."""


class Asked(Struct, frozen=True, gc=False):
    """A status request that waits for its answer: the id it was asked by, and OrdStatusReqID(790)."""

    cl_ord_id: str
    status_req_id: str


class FaceOrder:
    """One order. `cl_ord_id` is the ClOrdID(11) that it goes by now: the last replace's that was carried out."""

    __slots__ = (
        "_fills",
        "cl_ord_id",
        "client",
        "cum",
        "filled",
        "is_open",
        "is_rejected",
        "notional",
        "order_id",
        "px",
        "qty",
        "queries",
        "sent",
    )

    def __init__(self, client: str, cl_ord_id: str, sent: SendChild) -> None:
        self.client = client
        self.cl_ord_id = cl_ord_id
        self.sent = sent
        self.order_id = NO_ORDER_ID
        self.qty: Qty = sent.qty
        self.px: Px | None = sent.px
        self.cum: Qty = 0
        self._fills: dict[str, tuple[Qty, Px]] = {}
        self.filled: Qty = 0
        """The shares of the fills that stand, and the sum of their quantity times price, in quanta."""
        self.notional = 0
        self.queries: deque[Asked] = deque()
        self.is_open = True
        self.is_rejected = False

    @property
    def leaves(self) -> Qty:
        """LeavesQty(151)."""
        return max(self.qty - self.cum, 0) if self.is_open else 0

    @property
    def status(self) -> OrdStatus:
        """OrdStatus(39), by the precedence of FIX 4.4 Vol. 4, "OrdStatus"."""
        if self.is_rejected:
            return OrdStatus.REJECTED
        if self.cum >= self.qty:
            return OrdStatus.FILLED
        if not self.is_open:
            return OrdStatus.CANCELED
        return OrdStatus.PARTIALLY_FILLED if self.cum else OrdStatus.NEW

    def fill(self, exec_id: str, qty: Qty, px: Px, cum: Qty | None) -> None:
        """A trade; one that is reported twice (the same ExecID(17)) counts once."""
        if exec_id not in self._fills:
            self._count(exec_id, qty, px)
        self.cum = self.filled if cum is None else cum
        if self.cum >= self.qty:
            self.is_open = False

    def change(self, qty: Qty, px: Px | None) -> None:
        """Another quantity or price; what was filled by the old quantity, and is not by this one, is open again.

        That is an acknowledgement that comes behind fills of the new quantity.
        """
        was_filled = self.cum >= self.qty
        self.qty, self.px = qty, px
        if was_filled:
            self.is_open = self.cum < qty

    def bust(self, exec_ref_id: str) -> tuple[Qty, Px]:
        """The fill that is taken back, (0, 0) if there is none such."""
        qty, px = self._discount(exec_ref_id)
        self.cum = max(self.cum - qty, 0)
        return qty, px

    def correct(self, exec_id: str, exec_ref_id: str, qty: Qty, px: Px) -> None:
        """A fill was of another quantity or price: from now on it goes by the correction's ExecID(17)."""
        before, _ = self._discount(exec_ref_id)
        self._count(exec_id, qty, px)
        self.cum += qty - before

    def _count(self, exec_id: str, qty: Qty, px: Px) -> None:
        self._fills[exec_id] = (qty, px)
        self.filled += qty
        self.notional += qty * px

    def _discount(self, exec_id: str) -> tuple[Qty, Px]:
        qty, px = self._fills.pop(exec_id, (0, 0))
        self.filled -= qty
        self.notional -= qty * px
        return qty, px
