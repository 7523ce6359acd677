"""Conditional orders that have met their match: who was asked to firm up, by when, and who has answered.

Bias: nothing is reserved for who was asked. The contra stays in the pool, and may be gone when the firm order comes, as
in the world. It must not know a price or a matching rule. Those of one match belong together: an immediate-or-cancel
firm order waits for the others' answers, and no longer.
"""

from __future__ import annotations

from heapq import heappop, heappush

from router.api import Ns, Qty
from simulator.contra import Interest
from simulator.desk import VenueOrder


class Meeting:
    """One match between interests of which some are conditional."""

    __slots__ = ("held", "open")

    def __init__(self) -> None:
        self.open = 0
        self.held: list[VenueOrder] = []


class Invitation:
    """One firm-up request. `answers_at`: when a simulated contra firms up, None where it lets the time pass."""

    __slots__ = ("answers_at", "expires", "firm_up_id", "interest", "is_open", "meeting", "qty")

    def __init__(self, firm_up_id: str, interest: Interest, qty: Qty, expires: Ns, meeting: Meeting) -> None:
        self.firm_up_id = firm_up_id
        self.interest = interest
        self.qty = qty
        self.expires = expires
        self.meeting = meeting
        self.answers_at: Ns | None = None
        self.is_open = True


class Invitations:
    """All of one symbol. A request is closed once: met, declined, or out of time."""

    def __init__(self) -> None:
        self._by_id: dict[str, Invitation] = {}
        self._by_child: dict[str, Invitation] = {}
        self._due: list[tuple[Ns, str]] = []

    def add(self, invitation: Invitation) -> None:
        """Ask; answered or not, it comes up again by itself."""
        self._by_id[invitation.firm_up_id] = invitation
        if invitation.interest.order is not None:
            self._by_child[invitation.interest.order.child_id] = invitation
        invitation.meeting.open += 1
        heappush(self._due, (self.due_at(invitation), invitation.firm_up_id))

    def due_at(self, invitation: Invitation) -> Ns:
        """When something happens of which nobody else tells: a contra's answer, or the end."""
        return invitation.expires if invitation.answers_at is None else invitation.answers_at

    def by_id(self, firm_up_id: str) -> Invitation | None:
        return self._by_id.get(firm_up_id)

    def by_child(self, child_id: str) -> Invitation | None:
        return self._by_child.get(child_id)

    def pop_due(self, at: Ns) -> Invitation | None:
        """The next request that is still open and whose time has come."""
        while self._due and self._due[0][0] <= at:
            invitation = self._by_id.get(heappop(self._due)[1])
            if invitation is not None:
                return invitation
        return None

    def close(self, invitation: Invitation) -> None:
        """It has its answer."""
        assert invitation.is_open, invitation.firm_up_id
        invitation.is_open = False
        invitation.meeting.open -= 1
        del self._by_id[invitation.firm_up_id]
        if invitation.interest.order is not None:
            del self._by_child[invitation.interest.order.child_id]
