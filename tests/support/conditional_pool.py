"""A pool of conditional orders behind two slow wires, and an algorithm that gives it all that it has at once.

It knows who was asked to firm up and which firm orders are open; the test says when anything happens. Knows nothing of
how its requests are answered.
"""

from __future__ import annotations

from typing import ClassVar

from router.core.algo import Action, AlgoView, OrderTerms, SchedulePoint, Slice
from router.core.events import (
    ChildAccepted,
    ChildCanceled,
    ChildRejected,
    ChildReplaced,
    ChildRequestRejected,
    ChildStatus,
    FirmUpRequest,
)
from router.core.outputs import CancelChild, QueryChild, ReplaceChild, SendChild
from router.core.params import AlgoParams
from router.core.profiles import VenueProfile
from router.core.types import Ns, Px, Qty, Reason, Urgency, VenueKind
from support.slow_venue import Resting, SlowVenue


def pool_profile(mic: str) -> VenueProfile:
    """A pool in which slices rest as conditional."""
    return VenueProfile(mic, VenueKind.DARK, "dark", protected=False, conditional=True)


class AllAtOnce:
    """One patient slice of all that is available, whenever there is any."""

    name: ClassVar[str] = "ALL"
    Params: ClassVar[type[AlgoParams]] = AlgoParams

    def __init__(self, params: AlgoParams, terms: OrderTerms) -> None:
        del params, terms

    def on_wake(self, view: AlgoView) -> list[Action]:
        if not view.available:
            return []
        return [Slice(qty=view.available, urgency=Urgency.PASSIVE, reason=Reason.SCHEDULE)]

    def on_amend(self, params: AlgoParams, terms: OrderTerms) -> None:
        del params, terms

    @staticmethod
    def expected_schedule(params: AlgoParams, terms: OrderTerms) -> tuple[SchedulePoint, ...]:
        del params
        return (SchedulePoint(terms.start, 0), SchedulePoint(terms.end, terms.qty))


class ConditionalPool(SlowVenue):
    """See the module. `wishes` are the conditional orders that rest, `asked` the requests without an answer."""

    def __init__(self, mic: str) -> None:
        super().__init__(mic)
        self.wishes: dict[str, SendChild] = {}
        self.was_wish: dict[str, None] = {}
        self.asked: dict[str, tuple[str, Qty]] = {}
        self.requests = 0

    def work(self, take: Qty = 0, px: Px = 0) -> None:
        """Take in the next command; a firm order that answers no open request is refused."""
        command = self.commands[0]
        if isinstance(command, SendChild) and (command.conditional or command.firm_up_id is not None):
            self._enter(command)
        elif command.child_id in self.was_wish:
            self._about_wish(command)
        else:
            super().work(take, px)
            return
        self.commands.popleft()

    def invite(self, child_id: str, qty: Qty, expires: Ns) -> None:
        """A conditional order has met its match."""
        del self.wishes[child_id]
        self.requests += 1
        firm_up_id = f"{self.mic}-F{self.requests}"
        self.asked[firm_up_id] = (child_id, qty)
        self.say(FirmUpRequest(self.mic, child_id, firm_up_id, qty, expires))

    def end(self, child_id: str) -> None:
        """What is left of a firm order is cancelled by its time in force."""
        self.orders[child_id].is_open = False
        self.say(ChildCanceled(self.mic, child_id))

    def possible(self, child_id: str) -> Qty:
        return 0 if self._is_wish(child_id) else super().possible(child_id)

    def _is_wish(self, child_id: str) -> bool:
        coming = any(
            isinstance(one, SendChild) and one.child_id == child_id and one.conditional for one in self.commands
        )
        return coming or child_id in self.was_wish

    def _enter(self, command: SendChild) -> None:
        if command.conditional:
            self.wishes[command.child_id] = command
            self.was_wish[command.child_id] = None
        elif self.asked.pop(command.firm_up_id or "", None) is None:
            self.say(ChildRejected(self.mic, command.child_id, "no such request"))
            return
        else:
            self.orders[command.child_id] = Resting(command.qty)
        self.say(ChildAccepted(self.mic, command.child_id, f"{self.mic}-{command.child_id}"))

    def _about_wish(self, command: SendChild | CancelChild | ReplaceChild | QueryChild) -> None:
        child_id = command.child_id
        is_open = child_id in self.wishes
        match command:
            case QueryChild():
                self.say(ChildStatus(self.mic, child_id, known=True, is_open=is_open))
            case CancelChild() if is_open:
                del self.wishes[child_id]
                self.say(ChildCanceled(self.mic, child_id, command.request_id))
            case ReplaceChild() if is_open:
                self.say(ChildReplaced(self.mic, child_id, command.request_id, command.qty, command.px))
            case CancelChild() | ReplaceChild():
                self.asked = {name: asked for name, asked in self.asked.items() if asked[0] != child_id}
                self.say(ChildRequestRejected(self.mic, child_id, command.request_id, "gone", too_late=True))
            case _:
                raise AssertionError(command)
