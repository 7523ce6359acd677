"""Post-trade analysis of one parent order: from its record and the tape to the figures of the report.

Pure; knows no picture and no page. Definitions, once:

- arrival mid: the midpoint of the NBBO when the order came in; None without a two-sided market then.
- the interval: from the order's arrival, or its start where that is later, to its last report (an open order: to the
  journal's end) and `TAPE_LAG_NS` more, since a print may come after the report of the same trade.
- participation: the order's eligible fills in the interval's eligible volume, its own included.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct

from router.core.instruments import Instrument
from router.core.profiles import VenueProfile
from router.core.types import SECOND, Micros, Ns, PrintKind, Qty, Reason, VenueKind
from router.market.tape import PRINT_RULES
from router.tca.costs import Cost, average, cost_against, fee
from router.tca.record import Fill, OrderRecord
from router.tca.recorder import Recorder
from router.tca.tape import MarketInterval, MarketTape

TAPE_LAG_NS: Final[Ns] = SECOND
"""Slower than any feed that a venue profile configures, and nothing beside the life of an order."""
_KIND_OF_PRINT: Final = {PrintKind.DARK: VenueKind.DARK, PrintKind.CROSS: VenueKind.CROSS}


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
    return tuple(analyse_order(recorder, record) for record in recorder.orders.values())


def analyse_order(recorder: Recorder, record: OrderRecord) -> OrderAnalysis:
    """One order. Where the journal names no configuration, instruments have their defaults and fees are 0."""
    config = recorder.config
    venues = {venue.mic: venue for venue in config.venues} if config else {}
    instruments = {instrument.symbol: instrument for instrument in config.instruments} if config else {}
    fills = tuple(record.fills.values())
    assert sum(fill.qty for fill in fills) == record.cum_qty, (record.order_id, record.cum_qty)
    interval = _interval(recorder, record)
    by_venue = _by_venue(record, fills, venues, recorder.day)
    arrival_mid = None if record.arrival_mid2 is None else Fraction(record.arrival_mid2, 2)
    return OrderAnalysis(
        record=record,
        instrument=instruments.get(record.symbol) or Instrument(record.symbol),
        average_px=Fraction(record.notional, record.cum_qty) if record.cum_qty else None,
        arrival=cost_against(record.side, record.cum_qty, record.notional, arrival_mid),
        vwap=cost_against(record.side, record.cum_qty, record.notional, interval.vwap),
        interval=interval,
        participation=_participation(fills, interval),
        by_venue=by_venue,
        by_kind={kind: sum(each.filled for each in by_venue if each.kind is kind) for kind in VenueKind},
        by_reason=_by_reason(record, fills),
        fees=sum(each.fees for each in by_venue),
        planned=record.planned(record.ended_at or recorder.at),
    )


def _interval(recorder: Recorder, record: OrderRecord) -> MarketInterval:
    start = max(record.arrived_at, record.start)
    end = max(start, (record.ended_at or recorder.at) + TAPE_LAG_NS)
    return recorder.tapes.get(record.symbol, MarketTape()).between(start, end)


def _participation(fills: Sequence[Fill], interval: MarketInterval) -> float | None:
    own = sum(fill.qty for fill in fills if PRINT_RULES[fill.kind].eligible)
    return own / interval.volume if interval.volume else None


def _by_venue(
    record: OrderRecord, fills: Sequence[Fill], venues: dict[str, VenueProfile], day: str
) -> tuple[VenueFigures, ...]:
    """The venues that were sent something or filled something, the largest fills first."""
    mics = dict.fromkeys([*(child.venue for child in record.children), *(fill.venue for fill in fills)])
    figures = [_venue(mic, record, [fill for fill in fills if fill.venue == mic], venues.get(mic), day) for mic in mics]
    return tuple(sorted(figures, key=lambda each: (-each.filled, each.venue)))


def _venue(
    mic: str, record: OrderRecord, fills: Sequence[Fill], profile: VenueProfile | None, day: str
) -> VenueFigures:
    children = [child for child in record.children if child.venue == mic]
    rule = profile.fee(day) if profile else None
    return VenueFigures(
        venue=mic,
        kind=profile.kind if profile else _kind(fills),
        orders=len(children),
        sent=sum(child.qty for child in children),
        filled=sum(fill.qty for fill in fills),
        average_px=average((fill.qty, fill.px) for fill in fills),
        fees=sum(fee(rule, fill.qty, fill.liquidity, fill.kind) for fill in fills) if rule else 0,
    )


def _kind(fills: Sequence[Fill]) -> VenueKind:
    """What a venue without a profile is, by how it reported its trades."""
    return next((_KIND_OF_PRINT[fill.kind] for fill in fills if fill.kind in _KIND_OF_PRINT), VenueKind.LIT)


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
