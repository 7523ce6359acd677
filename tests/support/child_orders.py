"""One child order C of order O in slice 1 at venue V, and short words for what we ask of it and what the venue says.

Knows how to speak, not what to expect.
"""

from __future__ import annotations

from router.core.events import (
    ChildAccepted,
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildRejected,
    ChildReplaced,
    ChildRequestRejected,
    ChildStatus,
)
from router.core.outputs import CancelChild, ReplaceChild, SendChild
from router.core.types import LastLiquidityInd, OrdType, Px, Qty, Reason, Side
from router.orders.child import Child, ChildReport
from router.orders.children import Applied, Children


def send(child_id: str = "C", qty: Qty = 100, *, venue: str = "V", px: Px = 50) -> SendChild:
    """A buy limit order on its way to a venue."""
    return SendChild(
        venue=venue,
        child_id=child_id,
        symbol="S",
        side=Side.BUY,
        qty=qty,
        ord_type=OrdType.LIMIT,
        px=px,
        reason=Reason.SWEEP,
    )


def filled(exec_id: str, qty: Qty, px: Px = 50, *, child_id: str = "C", cum_qty: Qty | None = None) -> ChildFilled:
    """A trade of child `child_id` at V."""
    return ChildFilled(
        venue="V",
        child_id=child_id,
        exec_id=exec_id,
        qty=qty,
        px=px,
        liquidity=LastLiquidityInd.ADDED,
        cum_qty=cum_qty,
    )


class OneChild:
    """A child for 100 at 50, and everything that can be said to it and of it."""

    def __init__(self) -> None:
        self.children = Children()
        self.child: Child = self.children.add(1, send(), "O", 1)
        self.requests = 0

    def play(self, *words: str) -> Applied | None:
        """Say each of `words` ("fill 40", "cancel?", "canceled", ...) in turn; returns what became of the last."""
        applied = None
        for word in words:
            applied = self._one(word)
        return applied

    def _one(self, word: str) -> Applied | None:
        verb, *args = word.split()
        if verb == "cancel?":
            command = CancelChild(venue="V", child_id="C", request_id=self._request(), symbol="S", side=Side.BUY)
            self.children.cancel_sent(command)
        elif verb == "replace?":
            amendment = ReplaceChild(
                venue="V",
                child_id="C",
                request_id=self._request(),
                symbol="S",
                side=Side.BUY,
                qty=int(args[0]),
                px=51,
                reason=Reason.RE_PEG,
            )
            self.children.replace_sent(amendment)
        elif verb == "lost":
            self.children.lost(self.child)
        else:
            return self.children.apply(self._report(verb, args))
        return None

    def _request(self) -> str:
        self.requests += 1
        return f"R{self.requests}"

    def _report(self, verb: str, args: list[str]) -> ChildReport:
        last = f"R{self.requests}"
        match verb, args:
            case "accepted", _:
                return ChildAccepted("V", "C", "V1", ahead=300)
            case "rejected", _:
                return ChildRejected("V", "C", "no")
            case "fill", [qty, *exec_id]:
                return filled(exec_id[0] if exec_id else f"E{len(self.child.fills)}", int(qty))
            case "canceled", _:
                return ChildCanceled("V", "C", last)
            case "replaced", [qty, *request]:
                return ChildReplaced("V", "C", request[0] if request else last, int(qty), 51)
            case "refused", request:
                return ChildRequestRejected("V", "C", request[0] if request else last, "no")
            case "too-late", _:
                return ChildRequestRejected("V", "C", last, "gone", too_late=True)
            case "open", [cum_qty]:
                return ChildStatus("V", "C", known=True, is_open=True, cum_qty=int(cum_qty))
            case "closed", [cum_qty]:
                return ChildStatus("V", "C", known=True, is_open=False, cum_qty=int(cum_qty))
            case _:
                return self._later_word(verb, args)

    def _later_word(self, verb: str, args: list[str]) -> ChildReport:
        match verb, args:
            case "never-seen", _:
                return ChildStatus("V", "C", known=False)
            case "bust", [exec_id]:
                return ChildBusted("V", "C", f"{exec_id}-bust", exec_id)
            case "correct", [exec_id, qty]:
                return ChildCorrected("V", "C", f"{exec_id}-fix", exec_id, int(qty), 50)
            case _:
                raise AssertionError((verb, args))
