"""Sniper: show nothing, wait for a narrow spread, take a part of what is displayed. It must not rest in any book."""

from __future__ import annotations

from typing import Annotated, ClassVar

from router.api import (
    PPM,
    SECOND,
    Action,
    AlgoParams,
    AlgoView,
    CancelWorking,
    Done,
    Kind,
    Ns,
    OrderTerms,
    Param,
    Phase,
    Ppm,
    Qty,
    Reason,
    SchedulePoint,
    Slice,
    Urgency,
    WakeAt,
)


class SniperParams(AlgoParams, frozen=True, kw_only=True):
    """The shared parameters, and three of its own. Parsing, refusals and documentation come from the fields."""

    max_spread: Annotated[
        Ppm, Param(Kind.BASIS_POINTS, "Strike only while the spread is at most this.", low=0, high=10_000)
    ] = 500
    take_pct: Annotated[Ppm, Param(Kind.RATE, "How much of the displayed quantity to take.", low=1, high=PPM)] = 500_000
    interval: Annotated[Ns, Param(Kind.DURATION, "Least time between strikes.", low=SECOND, high=3600 * SECOND)] = (
        2 * SECOND
    )


class Sniper:
    """One parent order, worked by strikes: at most one open at a time, each gone within a second."""

    name: ClassVar[str] = "SNIPER"
    Params: ClassVar[type[AlgoParams]] = SniperParams

    def __init__(self, params: AlgoParams, terms: OrderTerms) -> None:
        self.on_amend(params, terms)
        self._not_before: Ns = 0

    def on_amend(self, params: AlgoParams, terms: OrderTerms) -> None:
        assert isinstance(params, SniperParams), params
        self._params = params
        self._terms = terms

    def on_wake(self, view: AlgoView) -> list[Action]:
        if view.now >= self._terms.end or view.leaves == 0:
            return [Done()]
        if view.now < self._terms.start or view.market.phase is not Phase.CONTINUOUS:
            withdraw: list[Action] = [CancelWorking()] if view.slices_open else []
            return [*withdraw, WakeAt(self._terms.start if view.now < self._terms.start else self._terms.end)]
        next_look = WakeAt(min(self._terms.end, view.now + self._params.interval))
        qty = self._strike_qty(view)
        if qty == 0:
            return [next_look]
        self._not_before = view.now + self._params.interval
        until = min(self._terms.end, view.now + SECOND)
        return [Slice(qty=qty, reason=Reason.IMMEDIATE, urgency=Urgency.AGGRESSIVE, until=until), next_look]

    def _strike_qty(self, view: AlgoView) -> Qty:
        """What to take now: nothing unless the spread is narrow, the price inside the limit and no strike is out."""
        market, side = view.market, self._terms.side
        if market.bid is None or market.ask is None or view.slices_open or view.now < self._not_before:
            return 0
        if (market.ask - market.bid) * 2 * PPM > self._params.max_spread * (market.ask + market.bid):
            return 0
        if not side.accepts(self._terms.limit_px, market.ask if side.is_buy else market.bid):
            return 0
        displayed = market.ask_qty if side.is_buy else market.bid_qty
        qty = min(displayed * self._params.take_pct // PPM, view.available)
        # An odd lot goes out only as the last of the order.
        lot = self._terms.instrument.round_lot
        return qty if view.filled + view.open + qty == self._terms.qty else qty // lot * lot

    @staticmethod
    def expected_schedule(params: AlgoParams, terms: OrderTerms) -> tuple[SchedulePoint, ...]:
        """Nobody knows when the spread will be narrow: a straight line."""
        assert isinstance(params, SniperParams), params
        return (SchedulePoint(terms.start, 0), SchedulePoint(terms.end, terms.qty))
