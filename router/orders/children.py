"""`Children`: all our orders at venues, by id, client order, slice and venue, and how much of them may still trade.

What a venue says is applied once, however often it says it; what it should not have said is named, not believed. The
totals run along, so that the exposure of a client's order is a look-up. Knows no parent: it answers "how much may still
be filled?", and others see that it fits.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from router.core.events import ChildBusted, ChildCorrected, ChildFilled
from router.core.outputs import CancelChild, ReplaceChild, SendChild
from router.core.types import Ns, Qty
from router.orders.child import Cause, Child, ChildReport, event_of
from router.orders.fills import FillKey
from router.orders.states import CHILD_OTHERWISE, ChildEvent, ChildState


class Applied(Struct, frozen=True, gc=False):
    """What became of a venue's report.

    `changed` is False where it told nothing new, or nothing that could be believed: then `problem` says why. A fill
    that counts may have a `problem` too: the venue's CumQty(14) shows that another has not reached us.
    `was` and `now` are the child's states before and after; `leaves_before` its largest leaves before.
    """

    child: Child | None
    event: ChildEvent
    changed: bool
    was: ChildState | None = None
    now: ChildState | None = None
    leaves_before: Qty = 0
    problem: str = ""

    @property
    def ended(self) -> bool:
        """Whether this closed the child."""
        return self.child is not None and self.now is not self.was and not self.child.is_open


class Children:
    """All child orders of one engine."""

    def __init__(self) -> None:
        self._all: dict[str, Child] = {}
        self._open_by_order: dict[str, dict[str, Child]] = {}
        self._open_by_slice: dict[int, dict[str, Child]] = {}
        self._open_by_venue: dict[str, dict[str, Child]] = {}
        self._exposure: dict[str, Qty] = {}
        self._slice_leaves: dict[int, Qty] = {}
        self._seen: dict[FillKey, None] = {}

    # --- questions

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Child]:
        """All children, the closed ones too, in the order they were sent."""
        return iter(self._all.values())

    def get(self, child_id: str) -> Child | None:
        return self._all.get(child_id)

    def of_order(self, order_id: str) -> tuple[Child, ...]:
        """The open children of a client's order, oldest first."""
        return tuple(self._open_by_order.get(order_id, {}).values())

    def of_slice(self, slice_id: int) -> tuple[Child, ...]:
        """The open children of a slice, oldest first."""
        return tuple(self._open_by_slice.get(slice_id, {}).values())

    def of_venue(self, venue: str) -> tuple[Child, ...]:
        """The open children at a venue, oldest first."""
        return tuple(self._open_by_venue.get(venue, {}).values())

    def exposure(self, order_id: str) -> Qty:
        """The largest quantity that the order's children may still trade: open, pending and UNKNOWN ones. O(1)."""
        return self._exposure.get(order_id, 0)

    def slice_exposure(self, slice_id: int) -> Qty:
        """As `exposure`, of one slice."""
        return self._slice_leaves.get(slice_id, 0)

    # --- what we send

    def add(self, at: Ns, send: SendChild, order_id: str, slice_id: int) -> Child:
        """Enter a child that is being sent; from now on all of it counts."""
        assert send.child_id not in self._all, send.child_id
        assert send.qty > 0, (send.child_id, send.qty)
        child = Child(at, send, order_id, slice_id)
        self._all[child.child_id] = child
        self._open_by_order.setdefault(order_id, {})[child.child_id] = child
        self._open_by_slice.setdefault(slice_id, {})[child.child_id] = child
        self._open_by_venue.setdefault(child.venue, {})[child.child_id] = child
        self._count(child, child.leaves)
        return child

    def cancel_sent(self, command: CancelChild) -> Child:
        """We asked for its withdrawal; it stays open until the venue says otherwise."""
        child = self._all[command.child_id]
        self._step(child, ChildEvent.SEND_CANCEL, command)
        return child

    def replace_sent(self, command: ReplaceChild) -> Child:
        """We asked for other terms; until the answer the larger quantity counts."""
        child = self._all[command.child_id]
        self._step(child, ChildEvent.SEND_REPLACE, command)
        return child

    def lost(self, child: Child) -> bool:
        """The venue did not answer in time, or is down: UNKNOWN. False if the child was closed before."""
        applied = self._step(child, ChildEvent.LOST, None)
        return applied.was is not applied.now

    # --- what the venue says

    def apply(self, report: ChildReport) -> Applied:
        """Apply a venue's report, once."""
        child = self._all.get(report.child_id)
        event = event_of(report)
        if child is None or child.venue != report.venue:
            problem = f"{report.venue} speaks of child {report.child_id}, which was never sent there"
            return Applied(None, event, changed=False, problem=problem)
        problem = self._repeated_or_unknown(child, report)
        if problem:
            return Applied(child, event, changed=False, was=child.state, now=child.state, problem=problem)
        return self._step(child, event, report)

    def _repeated_or_unknown(self, child: Child, report: ChildReport) -> str:
        """A second report of one execution changes nothing; a bust of an unknown one is not believed."""
        if not isinstance(report, ChildFilled | ChildBusted | ChildCorrected):
            return ""
        key = (report.venue, report.exec_id)
        if key in self._seen:
            return f"ExecID(17) {report.exec_id} of {report.venue} was reported before"
        if not isinstance(report, ChildFilled) and (report.venue, report.exec_ref_id) not in child.fills:
            known = CHILD_OTHERWISE[event_of(report)]
            return f"{known}: ExecRefID(19) {report.exec_ref_id} of {report.venue}, child {child.child_id}"
        self._seen[key] = None
        return ""

    def _step(self, child: Child, event: ChildEvent, cause: Cause) -> Applied:
        """One passage through the table, checked at both ends, and its effect on the totals."""
        was, before, targets, was_open = child.state, child.leaves, child.targets(event), child.is_open
        assert targets is not None, f"{child.child_id}: {event} while {was}"
        child.take(cause)
        now = child.state
        assert now in targets, f"{child.child_id}: {event} led from {was} to {now}"
        self._count(child, child.leaves - before)
        if was_open and not child.is_open:
            self._close(child)
        return Applied(child, event, changed=True, was=was, now=now, leaves_before=before, problem=_gap(child, cause))

    def _count(self, child: Child, change: Qty) -> None:
        self._exposure[child.order_id] = self._exposure.get(child.order_id, 0) + change
        self._slice_leaves[child.slice_id] = self._slice_leaves.get(child.slice_id, 0) + change

    def _close(self, child: Child) -> None:
        del self._open_by_order[child.order_id][child.child_id]
        del self._open_by_slice[child.slice_id][child.child_id]
        del self._open_by_venue[child.venue][child.child_id]


def _gap(child: Child, report: Cause) -> str:
    """Whether the venue has filled more of the child than it has told us of."""
    if not isinstance(report, ChildFilled) or report.cum_qty is None or report.cum_qty <= child.cum_qty:
        return ""
    ours = f"CumQty(14) of child {child.child_id} is {report.cum_qty}, ours {child.cum_qty}"
    return f"{report.venue}: {ours}: fills are missing"
