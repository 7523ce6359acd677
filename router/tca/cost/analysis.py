"""One parent order in a line: what it cost against arrival and VWAP, and by what kinds of venues it was filled.

Pure; knows no picture and no page, and needs no extra, so that a demonstration has it. Prices and intervals are those
of `router.tca.cost.benchmarks`: the arrival's midpoint, the interval's VWAP with our own prints in it. All else that an
order cost is in `router.tca.report.tca_report`.
"""

from __future__ import annotations

from msgspec import Struct

from router.core.types import Qty, VenueKind
from router.tca.cost.benchmarks import against, volume_interval
from router.tca.cost.shortfall import check_ties
from router.tca.costs import Cost, cost_against
from router.tca.facts.case import Case, cases
from router.tca.facts.marks import arrival
from router.tca.facts.record import OrderRecord
from router.tca.facts.recorder import Recorder


class OrderAnalysis(Struct, frozen=True):
    """One parent order's figures. `by_kind` has every kind of venue; its shares sum to the filled quantity."""

    record: OrderRecord
    arrival: Cost | None
    vwap: Cost | None
    by_kind: dict[VenueKind, Qty]

    @property
    def filled(self) -> Qty:
        return self.record.cum_qty

    def share(self, kind: VenueKind) -> float | None:
        """Part of the fills made at venues of `kind`, 0 to 1; None of nothing."""
        return self.by_kind[kind] / self.filled if self.filled else None


def analyse(recorder: Recorder) -> tuple[OrderAnalysis, ...]:
    """Every order of a journal, in the order of their coming."""
    return tuple(analyse_order(case) for case in cases(recorder))


def analyse_order(case: Case) -> OrderAnalysis:
    """One order. A venue without a profile is of the kind that its trades say. Raises `UntiedError`."""
    record = case.record
    check_ties(case)
    return OrderAnalysis(
        record=record,
        arrival=against(case, arrival(case)),
        vwap=cost_against(record.side, record.cum_qty, record.notional, volume_interval(case).vwap),
        by_kind={kind: sum(fill.qty for fill in case.fills if case.venue_kind(fill) is kind) for kind in VenueKind},
    )
