"""No strategy and no destination: the router works the order at once, takes what it may and rests what remains.

The same protocol as any algorithm's, so that the engine has one way of working an order; it is not in the plug-in
registry because a client asks for it by asking for nothing. Knows no venue and no clock.
"""

from __future__ import annotations

from typing import ClassVar, Final

from router.core.algo import (
    Action,
    AlgoView,
    CancelWorking,
    Cause,
    Done,
    OrderTerms,
    SchedulePoint,
    Slice,
    WakeAt,
    WatchPx,
)
from router.core.params import AlgoParams
from router.core.types import MILLISECOND, Ns, Phase, Reason, Urgency

ARM_AFTER_NS: Final[Ns] = 50 * MILLISECOND
"""After a sweep the public book still shows what was just taken; only then is the touch believed again."""


class Immediate:
    """Sweep, then rest; sweep again whenever the market comes to the limit."""

    name: ClassVar[str] = "SOR"
    Params: ClassVar[type[AlgoParams]] = AlgoParams
    rests: ClassVar[bool] = True

    def __init__(self, params: AlgoParams, terms: OrderTerms) -> None:
        self.on_amend(params, terms)

    def on_wake(self, view: AlgoView) -> list[Action]:
        """Act on what is available; what rests is called back first when it should be taken instead."""
        if view.market.phase is not Phase.CONTINUOUS:
            return []
        if view.cause in (Cause.AMENDED, Cause.PRICE, Cause.RESUMED):
            self._may_sweep = True
            if view.slices_open:
                return [CancelWorking()]
        if view.cause is Cause.TIMER and view.slices_open:
            return [WatchPx(self.terms.limit_px)]
        if not view.available:
            return []
        if self._may_sweep and self._is_marketable(view):
            self._may_sweep = False
            return [Slice(qty=view.available, reason=Reason.IMMEDIATE, urgency=Urgency.AGGRESSIVE, until=view.now)]
        return self._rest(view)

    def on_amend(self, params: AlgoParams, terms: OrderTerms) -> None:
        """Take the new terms; the wake that follows works by them."""
        self.params = params
        self.terms = terms
        self._may_sweep = True

    @staticmethod
    def expected_schedule(params: AlgoParams, terms: OrderTerms) -> tuple[SchedulePoint, ...]:
        """All at once."""
        del params
        return (SchedulePoint(terms.start, 0), SchedulePoint(terms.start + 1, terms.qty))

    def _rest(self, view: AlgoView) -> list[Action]:
        if not self.rests:
            return [Done()]
        if self.terms.limit_px is None:
            # A market order's remainder has no price to rest at: it takes again as soon as there is something to take.
            return [Slice(qty=view.available, reason=Reason.IMMEDIATE, urgency=Urgency.AGGRESSIVE)]
        rest = Slice(qty=view.available, reason=Reason.IMMEDIATE, urgency=Urgency.PASSIVE)
        return [rest, WakeAt(view.now + ARM_AFTER_NS)]

    def _is_marketable(self, view: AlgoView) -> bool:
        touch = view.market.touch(self.terms.side)
        return touch is not None and self.terms.side.accepts(self.terms.limit_px, touch)


class ImmediateOrCancel(Immediate):
    """TimeInForce(59)=IOC: one sweep, and the balance is cancelled."""

    rests: ClassVar[bool] = False
