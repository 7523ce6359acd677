"""The real engine with venues played by hand.

A test says what the market shows and what a venue answers, and reads what the engine says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from router.core.algo import AlgoFactory
from router.core.events import (
    BookSnapshot,
    ChildAccepted,
    ChildCanceled,
    ChildFilled,
    ChildRejected,
    DayStart,
    Event,
    Genesis,
    PhaseChange,
    TimerFired,
)
from router.core.outputs import CancelChild, CancelReject, ExecReport, Note, Output, SendChild, SetTimer
from router.core.profiles import ClientProfile, EngineConfig, VenueProfile
from router.core.types import MILLISECOND, SECOND, LastLiquidityInd, Ns, Phase, Px, Qty
from router.engine import Engine
from support.floor import ALGOS, DAY, OPEN, engine_config, lit

T = TypeVar("T")

TWO_LIT: Sequence[VenueProfile] = (lit("XLIT"), lit("XALT"))


class Scripted:
    """An engine at 09:30 with a market in ACME on two lit venues, 40.00 to 40.01, 500 shares a side on each."""

    def __init__(
        self,
        *,
        venues: Sequence[VenueProfile] = TWO_LIT,
        clients: Sequence[ClientProfile] = (ClientProfile("EMS44"),),
        config: EngineConfig | None = None,
        algos: dict[str, AlgoFactory] | None = None,
    ) -> None:
        self.engine = Engine(config or engine_config(venues=venues, clients=clients), algos or ALGOS)
        self.at: Ns = OPEN
        self.timers: list[tuple[Ns, int]] = []
        self.said: list[Output] = []
        self.fresh: list[Output] = []
        self.execs = 0
        self.say(Genesis("T1", "{}"))
        self.say(DayStart(DAY))
        self.say(PhaseChange("ACME", Phase.CONTINUOUS))
        for venue in venues:
            if venue.plugin == "lit":
                self.quote(venue.mic, bid=400_000, ask=400_100)

    def say(self, event: Event) -> list[Output]:
        """Give the engine one event now; what it answers is `fresh` and returned, timers aside."""
        outs = self.engine.handle(self.at, event)
        self.timers += [(out.at, out.timer_id) for out in outs if isinstance(out, SetTimer)]
        self.fresh = [out for out in outs if not isinstance(out, SetTimer)]
        self.said += self.fresh
        return self.fresh

    def wait(self, ns: Ns) -> list[Output]:
        """Let time pass and the timers due in it fire; returns all that was said."""
        until, said = self.at + ns, []
        while self.timers and min(self.timers)[0] <= until:
            due = min(self.timers)
            self.timers.remove(due)
            self.at = max(self.at, due[0])
            said += self.say(TimerFired(due[1]))
        self.at = until
        return said

    # --- the market

    def quote(self, mic: str, *, bid: Px, ask: Px, qty: Qty = 500, symbol: str = "ACME") -> list[Output]:
        """One venue's whole book becomes one level a side."""
        return self.say(BookSnapshot(mic, symbol, ((bid, qty),), ((ask, qty),)))

    # --- the venues

    def accept(self, child: SendChild) -> list[Output]:
        return self.say(ChildAccepted(child.venue, child.child_id, f"V-{child.child_id}"))

    def fill(self, child: SendChild, qty: Qty | None = None, px: Px | None = None) -> list[Output]:
        """The child trades; at its limit unless said otherwise."""
        self.execs += 1
        at = px if px is not None else child.px
        assert at is not None, child
        return self.say(
            ChildFilled(
                venue=child.venue,
                child_id=child.child_id,
                exec_id=f"X{self.execs}",
                qty=child.qty if qty is None else qty,
                px=at,
                liquidity=LastLiquidityInd.REMOVED,
            )
        )

    def canceled(self, command: CancelChild) -> list[Output]:
        return self.say(ChildCanceled(command.venue, command.child_id, command.request_id))

    def killed(self, child: SendChild) -> list[Output]:
        """The venue cancels what its time in force left."""
        return self.say(ChildCanceled(child.venue, child.child_id))

    def rejected(self, child: SendChild, text: str = "no") -> list[Output]:
        return self.say(ChildRejected(child.venue, child.child_id, text))

    # --- what was said

    def all(self, kind: type[T]) -> list[T]:
        """Everything of one kind said so far."""
        return [out for out in self.said if isinstance(out, kind)]

    def last(self, kind: type[T]) -> T:
        """The last of one kind said so far."""
        return self.all(kind)[-1]

    def now_said(self, kind: type[T]) -> list[T]:
        """What was said to the last event."""
        return [out for out in self.fresh if isinstance(out, kind)]

    def states(self) -> list[str]:
        """All answers to the client, one line each: type, status, ClOrdID(11), CumQty(14), LeavesQty(151)."""
        lines = []
        for out in self.said:
            if isinstance(out, ExecReport):
                lines.append(f"{out.exec_type.name} {out.ord_status.name} {out.cl_ord_id} {out.cum_qty}/{out.leaves}")
            elif isinstance(out, CancelReject):
                lines.append(f"CANCEL_REJECT {out.ord_status.name} {out.cl_ord_id} {out.reason.name}")
        return lines

    def notes(self, what: str) -> list[dict[str, str]]:
        """The data of the journal's notes of one kind."""
        return [dict(note.data) for note in self.all(Note) if note.what == what]


__all__ = ["MILLISECOND", "SECOND", "TWO_LIT", "Scripted"]
