"""The one way to a venue: whatever leaves for one leaves through here, after the last risk gate has said yes.

Knows nothing of why an order is sent; it keeps rule (a): filled + the largest possible leaves of all open, pending and
UNKNOWN children never exceed the parent's quantity. Replies that do not come are asked after, and a child that stays
silent is UNKNOWN, not gone.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from router.core.events import ChildRequestRejected, ChildStatus, FirmUpRequest, ReplaceRequest
from router.core.outputs import CancelChild, QueryChild, ReplaceChild, SendChild
from router.core.profiles import VenueProfile
from router.core.types import Ns, Qty, TimeInForce
from router.engine.desk import Desk
from router.engine.work import ParentWork
from router.orders import Child
from router.orders.child import ChildReport
from router.orders.states import ChildState
from router.risk.rules import Refusal
from router.sor.work import Amendment, Placement, SliceWork

IMMEDIATE: Final = (TimeInForce.IOC, TimeInForce.FOK)
"""Orders that end by themselves: a cancel would cross their end on the wire, so none is sent before that is late."""
QUERIES_MAX: Final = 3
"""Status requests without an answer, or with none that settles it, before a person is called; the child stays UNKNOWN
and counts as open."""
CANCELS_MAX: Final = 6
"""Cancels of one child that a venue refuses before a person is called; the child stays open, and counts."""
AWAITING: Final = (
    ChildState.PENDING_NEW,
    ChildState.PENDING_CANCEL,
    ChildState.PENDING_REPLACE,
    ChildState.UNKNOWN,
)
"""States in which the venue owes us a word."""


class Gate:
    """Sends, changes, withdraws and asks after child orders."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._awaited: dict[str, deque[tuple[Ns, str]]] = {mic: deque() for mic in desk.venues}
        self._watching: dict[str, bool] = dict.fromkeys(desk.venues, False)
        self._due: dict[str, Ns] = {}
        """When the answer to a child's latest command is due; an earlier command's time says nothing any more."""
        self._queries: dict[str, int] = {}
        """Status requests for a child since its venue last said something that settles it, or a part of it."""
        self._cancels: dict[str, str] = {}
        """The latest cancel of an open child."""
        self._refused: dict[str, tuple[int, Ns]] = {}
        """Cancels refused of an open child: how many, and before when none is sent again."""
        self._closed_there: dict[str, None] = {}
        """Children that the venue calls closed while fills of theirs are still to come."""

    def send(self, work: ParentWork, piece: SliceWork, placement: Placement) -> Child | Refusal:
        """Enter one child order, or say why the last gate refuses it (a note says so too)."""
        desk, parent = self._desk, work.parent
        command = SendChild(
            venue=placement.venue,
            child_id=desk.ids.child(),
            symbol=parent.symbol,
            side=parent.side,
            qty=placement.qty,
            ord_type=placement.ord_type,
            px=placement.px,
            tif=placement.tif,
            expire_time=placement.expire_time,
            display_qty=placement.display_qty,
            min_qty=placement.min_qty,
            post_only=placement.post_only,
            peg=placement.peg,
            conditional=placement.conditional,
            firm_up_id=placement.firm_up_id,
            blocked_tiers=self._profile(placement.venue).block_tiers,
            self_match_id=work.client.self_match_id,
            reason=placement.reason,
        )
        refusal = self._check(work, command)
        if refusal is not None:
            desk.router.on_refused(desk.now, piece, placement)
            return refusal
        exposure = desk.children.exposure(parent.order_id)
        firm = 0 if command.conditional else command.qty
        assert parent.cum_qty + exposure + firm <= parent.qty, (
            f"rule (a): {parent.order_id} filled {parent.cum_qty} open {exposure} sending {firm} of {parent.qty}"
        )
        child = desk.children.add(desk.now, command, parent.order_id, piece.slice_id)
        desk.outs.append(command)
        desk.router.on_sent(desk.now, piece, child)
        self._await_reply(child)
        return child

    def replace(
        self, work: ParentWork, child: Child, amendment: Amendment, asked: ReplaceRequest | None = None
    ) -> bool:
        """Change an open child; False when the last gate refuses it.

        `asked` is the client's own replace being passed on (direct market access): then its terms are the limit.
        """
        desk, parent = self._desk, work.parent
        qty_max = parent.qty if asked is None else max(parent.qty, asked.qty)
        command = ReplaceChild(
            venue=child.venue,
            child_id=child.child_id,
            request_id=desk.ids.request(),
            symbol=child.symbol,
            side=child.side,
            qty=amendment.qty,
            px=amendment.px,
            reason=amendment.reason,
        )
        if self._check(work, command, asked) is not None:
            return False
        grows = max(0, command.qty - child.qty_max)
        exposure = desk.children.exposure(parent.order_id)
        assert parent.cum_qty + exposure + grows <= qty_max, (
            f"rule (a): {parent.order_id} filled {parent.cum_qty} open {exposure} growing {grows} of {qty_max}"
        )
        desk.children.replace_sent(command)
        desk.outs.append(command)
        self._await_reply(child)
        return True

    def cancel(self, child: Child) -> None:
        """Withdraw an open child, once; it counts as open until the venue's answer."""
        if not child.is_open or child.pending_cancel or not self._may_cancel(child):
            return
        desk = self._desk
        command = CancelChild(
            venue=child.venue,
            child_id=child.child_id,
            request_id=desk.ids.request(),
            symbol=child.symbol,
            side=child.side,
        )
        desk.children.cancel_sent(command)
        self._cancels[child.child_id] = command.request_id
        desk.outs.append(command)
        self._await_reply(child)

    def decline(self, request: FirmUpRequest) -> None:
        """Say no to a firm-up request: a cancel of the order that the request has ended (see `FirmUpRequest`)."""
        desk = self._desk
        child = desk.children.get(request.child_id)
        assert child is not None, request
        desk.outs.append(
            CancelChild(
                venue=child.venue,
                child_id=child.child_id,
                request_id=desk.ids.request(),
                symbol=child.symbol,
                side=child.side,
            )
        )
        desk.note(child.order_id, "firm-up-declined", venue=child.venue, id=request.firm_up_id, qty=request.qty)

    def query(self, child: Child) -> None:
        """Ask for a child's state; it is UNKNOWN until the answer."""
        self._desk.children.lost(child)
        self._desk.outs.append(
            QueryChild(venue=child.venue, child_id=child.child_id, symbol=child.symbol, side=child.side)
        )
        self._await_reply(child)

    def heard(self, child: Child, report: ChildReport) -> None:
        """The venue spoke of this child: what it said decides whether and when a cancel is worth sending again."""
        if not isinstance(report, ChildStatus) or child.state is not ChildState.UNKNOWN:
            self._queries.pop(child.child_id, None)
        if not child.is_open:
            self._cancels.pop(child.child_id, None)
            self._refused.pop(child.child_id, None)
            self._closed_there.pop(child.child_id, None)
        elif isinstance(report, ChildStatus) and report.known and not report.is_open:
            # Closed with more filled than was reported: those fills are still to come, and nothing is left to cancel.
            self._closed_there[child.child_id] = None
        elif isinstance(report, ChildRequestRejected) and report.request_id == self._cancels.get(child.child_id):
            self._count_refusal(child, report.text)

    def forgive(self, child: Child) -> None:
        """The client asks itself (direct market access): each of its cancels is passed on."""
        self._refused.pop(child.child_id, None)

    def _may_cancel(self, child: Child) -> bool:
        if child.child_id in self._closed_there or (child.tif in IMMEDIATE and child.child_id in self._due):
            return False
        count, again_at = self._refused.get(child.child_id, (0, 0))
        return count < CANCELS_MAX and self._desk.now >= again_at

    def _count_refusal(self, child: Child, text: str) -> None:
        count = self._refused.get(child.child_id, (0, 0))[0] + 1
        again_at = self._desk.now + self._profile(child.venue).reply_timeout_ns
        self._refused[child.child_id] = (count, again_at)
        if count < CANCELS_MAX:
            self._desk.timers.set(self._desk.outs, again_at, self._cancel_again, child.child_id)
        elif count == CANCELS_MAX:
            self._desk.alarm(f"{child.venue} will not withdraw {child.child_id}: {text}")

    def _cancel_again(self, child_id: str) -> None:
        child = self._desk.children.get(child_id)
        found = None if child is None else self._desk.slice_of(child.slice_id)
        if child is not None and found is not None and child.slice_id in found[0].closing:
            self.cancel(child)

    def _check(
        self, work: ParentWork, command: SendChild | ReplaceChild, asked: ReplaceRequest | None = None
    ) -> Refusal | None:
        """The last risk gate, over parent and child in aggregate."""
        desk, parent = self._desk, work.parent
        child = desk.children.get(command.child_id)
        refusal = desk.risk.check_child(
            desk.now,
            command,
            client=parent.client,
            parent_qty=parent.qty if asked is None else max(parent.qty, asked.qty),
            parent_filled=parent.cum_qty,
            parent_exposure=desk.children.exposure(parent.order_id),
            parent_limit_px=parent.px if asked is None else asked.px,
            replaced_qty=_adds_nothing(command) if child is None else child.qty_max,
        )
        if refusal is not None:
            desk.note(parent.order_id, "refused-at-gate", venue=command.venue, qty=command.qty, text=refusal.text)
        return refusal

    # --- replies that do not come

    def _await_reply(self, child: Child) -> None:
        """Every command is due an answer within the venue's time; one timer a venue watches them all, oldest first."""
        mic = child.venue
        due = self._desk.now + self._profile(mic).reply_timeout_ns
        self._awaited[mic].append((due, child.child_id))
        self._due[child.child_id] = due
        if not self._watching[mic]:
            self._watching[mic] = True
            self._desk.timers.set(self._desk.outs, due, self._overdue, mic)

    def _overdue(self, mic: str) -> None:
        waiting = self._awaited[mic]
        while waiting and waiting[0][0] <= self._desk.now:
            due, child_id = waiting.popleft()
            if self._due.get(child_id) != due:
                continue
            del self._due[child_id]
            child = self._desk.children.get(child_id)
            if child is not None and child.state in AWAITING:
                self._ask_again(child)
            elif child is not None and child.is_open and child.tif in IMMEDIATE:
                self.cancel(child)  # the venue keeps what it should have ended
        if waiting:
            self._desk.timers.set(self._desk.outs, waiting[0][0], self._overdue, mic)
        else:
            self._watching[mic] = False

    def _ask_again(self, child: Child) -> None:
        asked = self._queries.get(child.child_id, 0)
        self._queries[child.child_id] = asked + 1
        if asked < QUERIES_MAX:
            self.query(child)
        elif asked == QUERIES_MAX:
            self._give_up(child, asked)

    def _give_up(self, child: Child, asked: int) -> None:
        """Call a person. Of a closed child whose fills have not come the difference stays open and on record."""
        venue, child_id, desk = child.venue, child.child_id, self._desk
        if child_id not in self._closed_there:
            desk.alarm(f"{venue} does not answer for {child_id} after {asked} status requests")
            return
        missing = child.qty - child.cum_qty
        desk.note(child.order_id, "fills-missing", venue=venue, child=child_id, there=child.qty, reported=child.cum_qty)
        desk.alarm(
            f"{venue} says {child.qty} filled of {child_id}, reported are {child.cum_qty}: "
            f"{missing} have not come after {asked} status requests"
        )

    def _profile(self, mic: str) -> VenueProfile:
        return self._desk.venues[mic]


def _adds_nothing(command: SendChild | ReplaceChild) -> Qty:
    """What of a new order adds no exposure: all of a conditional one, which never trades."""
    return command.qty if isinstance(command, SendChild) and command.conditional else 0
