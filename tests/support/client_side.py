"""A client that keeps its own books of what it asked and what it heard, and stops at the first answer that cannot be.

It checks form and order, never what an order should have done: one answer to each request, the chain of ids, ExecIDs
used once, LeavesQty by its rule. Must not know how the answers come about.
"""

from __future__ import annotations

from collections.abc import Iterable

from router.core.outputs import BusinessReject, CancelReject, ExecReport, Output
from router.core.types import ExecType, OrdStatus, TimeInForce
from router.orders.reports import NO_ORDER_ID

PENDING = (ExecType.PENDING_CANCEL, ExecType.PENDING_REPLACE)
WITHOUT_LEAVES = (OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED)
ANSWERED = (["refused"], ["done"], ["pending", "refused"], ["pending", "done"])


class ClientSide:
    """One client's records of all its orders."""

    def __init__(self) -> None:
        self.names = 0
        self.answers: dict[str, list[str]] = {}
        """What was heard to each cancel and replace, by its ClOrdID(11)."""
        self.accepted: dict[str, str | None] = {}
        """The ClOrdID last accepted of each order, by OrderID(37)."""
        self.exec_ids: dict[str, None] = {}

    def name(self) -> str:
        """A new ClOrdID(11)."""
        self.names += 1
        return f"N{self.names}"

    def request(self) -> str:
        """A new ClOrdID(11), of a cancel or a replace."""
        name = self.name()
        self.answers[name] = []
        return name

    def hear(self, outs: Iterable[Output]) -> None:
        """Read what is for the client; the rest is not its business."""
        for out in outs:
            assert not isinstance(out, BusinessReject), out
            if isinstance(out, CancelReject):
                if out.order_id != NO_ORDER_ID:
                    assert out.orig_cl_ord_id == self.accepted.setdefault(out.order_id, out.orig_cl_ord_id), out
                self.answers[out.cl_ord_id].append("refused")
            elif isinstance(out, ExecReport):
                self._report(out)

    def check_answers(self, waiting: Iterable[str]) -> None:
        """Each request has had its answer, in its form, but those in line.

        A replace to what is filled and one that waits for its turn have heard nothing yet.
        """
        in_line = list(waiting)
        for name, answers in self.answers.items():
            assert answers in (([], ["pending"]) if name in in_line else ANSWERED), (name, answers)

    def _report(self, out: ExecReport) -> None:
        assert out.exec_id not in self.exec_ids, out
        self.exec_ids[out.exec_id] = None
        before = self.accepted.setdefault(out.order_id, out.orig_cl_ord_id or out.cl_ord_id)
        if out.orig_cl_ord_id is None:
            assert out.cl_ord_id == before, out
        else:
            assert out.orig_cl_ord_id == before, out
            assert out.cl_ord_id is not None, out
            self.answers[out.cl_ord_id].append("pending" if out.exec_type in PENDING else "done")
        if out.exec_type is ExecType.REPLACED:
            self.accepted[out.order_id] = out.cl_ord_id
        keeps = out.ord_status is not OrdStatus.DONE_FOR_DAY or out.tif in {TimeInForce.GTC, TimeInForce.GTD}
        rest = out.qty - out.cum_qty if out.ord_status not in WITHOUT_LEAVES and keeps else 0
        assert out.leaves == rest, out
