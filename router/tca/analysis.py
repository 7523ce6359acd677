"""What the present report shows of one parent order: its costs, its venues, its children by reason.

Pure; knows no picture and no page. Prices and intervals are those of `router.tca.benchmarks`: the arrival's midpoint,
the interval's VWAP with our own prints in it, and our part in its volume.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from msgspec import Struct

from router.core.instruments import Instrument
from router.core.types import Micros, Qty, Reason, VenueKind
from router.tca.benchmarks import against, participation, volume_interval
from router.tca.case import Case, cases
from router.tca.costs import Cost, average, cost_against
from router.tca.marks import arrival
from router.tca.record import Fill, OrderRecord
from router.tca.recorder import Recorder
from router.tca.shortfall import check_ties
from router.tca.tape import MarketInterval


class VenueFigures(Struct, frozen=True):
    """One venue's part in an order: child orders and shares sent there, shares filled, what they cost."""

    venue: str
    kind: VenueKind
    orders: int
    sent: Qty
    filled: Qty
    average_px: Fraction | None
    fees: Micros


class ReasonFigures(Struct, frozen=True):
    """The child orders of one reason: how many, for how many shares, and how many of these were filled."""

    reason: Reason
    orders: int
    sent: Qty
    filled: Qty


class OrderAnalysis(Struct, frozen=True):
    """One parent order's figures; prices are in quanta of `instrument.price_scale`.

    `by_kind` has every kind of venue; its shares sum to the filled quantity.
    """

    record: OrderRecord
    instrument: Instrument
    average_px: Fraction | None
    arrival: Cost | None
    vwap: Cost | None
    interval: MarketInterval
    participation: float | None
    by_venue: tuple[VenueFigures, ...]
    by_kind: dict[VenueKind, Qty]
    by_reason: tuple[ReasonFigures, ...]
    fees: Micros
    planned: Qty | None
    """Shares that the schedule expected at the order's end, or at the journal's where it is still open."""

    @property
    def filled(self) -> Qty:
        return self.record.cum_qty

    def share(self, kind: VenueKind) -> float | None:
        """Part of the fills made at venues of `kind`, 0 to 1; None of nothing."""
        return self.by_kind[kind] / self.filled if self.filled else None

    @property
    def fees_bps(self) -> float | None:
        """Fees in basis points of what was traded; a rebate is negative."""
        traded = self.record.notional * self.instrument.multiplier
        return self.fees * self.instrument.price_scale / traded / 100 if traded else None


def analyse(recorder: Recorder) -> tuple[OrderAnalysis, ...]:
    """Every order of a journal, in the order of their coming."""
    return tuple(analyse_order(case) for case in cases(recorder))


def analyse_order(case: Case) -> OrderAnalysis:
    """One order. Where the journal names no configuration, instruments have their defaults and fees are 0."""
    record = case.record
    check_ties(case)
    interval = volume_interval(case)
    part = participation(case, interval)
    by_venue = _by_venue(case)
    return OrderAnalysis(
        record=record,
        instrument=case.instrument,
        average_px=Fraction(record.notional, record.cum_qty) if record.cum_qty else None,
        arrival=against(case, arrival(case)),
        vwap=cost_against(record.side, record.cum_qty, record.notional, interval.vwap),
        interval=interval,
        participation=None if part is None else float(part),
        by_venue=by_venue,
        by_kind={kind: sum(each.filled for each in by_venue if each.kind is kind) for kind in VenueKind},
        by_reason=_by_reason(record, case.fills),
        fees=sum(each.fees for each in by_venue),
        planned=record.planned(record.ended_at or case.as_of),
    )


def _by_venue(case: Case) -> tuple[VenueFigures, ...]:
    """The venues that were sent something or filled something, the largest fills first."""
    mics = dict.fromkeys([*(child.venue for child in case.record.children), *(fill.venue for fill in case.fills)])
    return tuple(sorted((_venue(case, mic) for mic in mics), key=lambda each: (-each.filled, each.venue)))


def _venue(case: Case, mic: str) -> VenueFigures:
    fills = [fill for fill in case.fills if fill.venue == mic]
    children = [child for child in case.record.children if child.venue == mic]
    return VenueFigures(
        venue=mic,
        kind=_kind(case, mic, fills),
        orders=len(children),
        sent=sum(child.qty for child in children),
        filled=sum(fill.qty for fill in fills),
        average_px=average((fill.qty, fill.px) for fill in fills),
        fees=sum(case.fee(fill) for fill in fills),
    )


def _kind(case: Case, mic: str, fills: Sequence[Fill]) -> VenueKind:
    """By its profile; what a venue without one is, its trades say."""
    if mic in case.venues:
        return case.venues[mic].kind
    return next((kind for kind in map(case.venue_kind, fills) if kind is not VenueKind.LIT), VenueKind.LIT)


def _by_reason(record: OrderRecord, fills: Sequence[Fill]) -> tuple[ReasonFigures, ...]:
    reasons = dict.fromkeys(child.reason for child in record.children)
    figures = (
        ReasonFigures(
            reason=reason,
            orders=sum(1 for child in record.children if child.reason is reason),
            sent=sum(child.qty for child in record.children if child.reason is reason),
            filled=sum(fill.qty for fill in fills if fill.reason is reason),
        )
        for reason in reasons
    )
    return tuple(sorted(figures, key=lambda each: (-each.orders, each.reason)))
