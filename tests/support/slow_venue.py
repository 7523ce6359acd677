"""A venue behind two slow wires: it knows the truth about our orders, and what it says arrives when the test lets it.

Commands arrive in order, or are lost; reports arrive in order, but a status answer may overtake them, as it may where
it comes by another way. Knows nothing of how its reports are taken.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from router.core.events import (
    ChildAccepted,
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildReplaced,
    ChildRequestRejected,
    ChildStatus,
)
from router.core.outputs import CancelChild, QueryChild, ReplaceChild, SendChild, VenueCommand
from router.core.types import LastLiquidityInd, Px, Qty, TimeInForce
from router.orders.child import ChildReport


@dataclass
class Resting:
    """The venue's own record of one order."""

    qty: Qty
    traded: Qty = 0
    is_open: bool = True
    fills: dict[str, Qty] = field(default_factory=dict)
    """Valid fills by the ExecID of their latest version."""

    @property
    def leaves(self) -> Qty:
        return self.qty - self.traded if self.is_open else 0


class SlowVenue:
    """One venue. `mic` is its name."""

    def __init__(self, mic: str = "V") -> None:
        self.mic = mic
        self.commands: deque[VenueCommand] = deque()
        self.reports: deque[ChildReport] = deque()
        self.orders: dict[str, Resting] = {}
        self.execs = 0

    def send(self, command: VenueCommand) -> None:
        self.commands.append(command)

    def work(self, take: Qty = 0, px: Px = 0) -> None:
        """Take in the next command; up to `take` shares of an immediate-or-cancel order trade at `px`."""
        command = self.commands.popleft()
        order = self.orders.get(command.child_id)
        match command:
            case SendChild():
                self.orders[command.child_id] = Resting(command.qty)
                self.say(ChildAccepted(self.mic, command.child_id, f"{self.mic}-{command.child_id}"))
                if command.tif is TimeInForce.IOC:
                    self._immediate(command, min(take, command.qty), px)
            case QueryChild():
                self.say(self._status(command.child_id, order))
            case CancelChild() | ReplaceChild() if order is None or not order.is_open:
                self.say(ChildRequestRejected(self.mic, command.child_id, command.request_id, "gone", too_late=True))
            case CancelChild():
                order.is_open = False
                self.say(ChildCanceled(self.mic, command.child_id, command.request_id))
            case ReplaceChild():
                self._replace(command, order)

    def refuse(self) -> None:
        """Take in the next command, a cancel or a replace, and refuse it."""
        command = self.commands.popleft()
        assert isinstance(command, CancelChild | ReplaceChild)
        self.say(ChildRequestRejected(self.mic, command.child_id, command.request_id, "no"))

    def say(self, report: ChildReport) -> None:
        self.reports.append(report)

    def trade(self, child_id: str, qty: Qty, px: Px) -> None:
        """Somebody trades with our order."""
        order, exec_id = self.orders[child_id], self._exec_id()
        order.traded += qty
        order.fills[exec_id] = qty
        order.is_open = order.traded < order.qty
        fill = ChildFilled(
            venue=self.mic, child_id=child_id, exec_id=exec_id, qty=qty, px=px, liquidity=LastLiquidityInd.ADDED
        )
        self.say(fill)

    def bust(self, child_id: str, exec_id: str) -> None:
        """Break a trade; what it traded does not come back to the book."""
        del self.orders[child_id].fills[exec_id]
        self.say(ChildBusted(self.mic, child_id, self._exec_id(), exec_id))

    def correct(self, child_id: str, exec_id: str, qty: Qty, px: Px) -> None:
        """Correct a trade, to not more than it was."""
        fills, new = self.orders[child_id].fills, self._exec_id()
        assert qty <= fills[exec_id], (qty, fills[exec_id])
        del fills[exec_id]
        fills[new] = qty
        self.say(ChildCorrected(self.mic, child_id, new, exec_id, qty, px))

    def told(self) -> list[tuple[str, str]]:
        """(child, ExecID) of the valid trades that have been heard of: none is taken back before it was told."""
        on_the_wire = [r.exec_id for r in self.reports if isinstance(r, ChildFilled | ChildCorrected)]
        return [
            (name, exec_id)
            for name, order in self.orders.items()
            for exec_id in order.fills
            if exec_id not in on_the_wire
        ]

    def possible(self, child_id: str) -> Qty:
        """What may still reach us as filled: what is open, and the fills on the wire."""
        order = self.orders.get(child_id)
        on_the_wire = sum(r.qty for r in self.reports if isinstance(r, ChildFilled) and r.child_id == child_id)
        coming = [c.qty for c in self.commands if isinstance(c, SendChild) and c.child_id == child_id]
        return on_the_wire + sum(coming) + (order.leaves if order else 0)

    def _immediate(self, command: SendChild, qty: Qty, px: Px) -> None:
        if qty:
            self.trade(command.child_id, qty, px)
        if self.orders[command.child_id].is_open:
            self.orders[command.child_id].is_open = False
            self.say(ChildCanceled(self.mic, command.child_id))

    def _replace(self, command: ReplaceChild, order: Resting | None) -> None:
        assert order is not None, command.child_id
        order.qty = max(command.qty, order.traded)
        order.is_open = order.traded < order.qty
        self.say(ChildReplaced(self.mic, command.child_id, command.request_id, order.qty, command.px))

    def _status(self, child_id: str, order: Resting | None) -> ChildStatus:
        if order is None:
            return ChildStatus(self.mic, child_id, known=False)
        cum_qty = sum(order.fills.values())
        return ChildStatus(self.mic, child_id, known=True, is_open=order.is_open, cum_qty=cum_qty)

    def _exec_id(self) -> str:
        self.execs += 1
        return f"{self.mic.lower()}{self.execs}"
