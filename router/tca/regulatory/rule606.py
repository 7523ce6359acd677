"""A customer's not-held orders in NMS stocks, venue by venue: the report of Rule 606(b)(3) of Regulation NMS.

Columns are those of 17 CFR 242.606(b)(3)(i) to (iv) (83 FR 58338, 19 November 2018, effective 18 January 2019). The
handling of an order includes that of its children, so the orders here are what venues received (`routed`).
Fees here are positive when paid, as everywhere; the file turns the sign (`rule606_files`). Knows no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from fractions import Fraction

from msgspec import Struct

from router.core.types import MILLISECOND, LastLiquidityInd, Micros, OrdStatus, Qty
from router.tca.facts.case import Case
from router.tca.facts.record import Fill, OrderRecord
from router.tca.regulatory.routed import RoutedOrder, month_of, routed

NOT_HELD = "1"
"""ExecInst(18)."""
DIRECT, UNNAMED = "DMA", "SOR"
"""What a record has for the algorithm of an order sent to the client's own venue, and of one that named no strategy."""


class Section(StrEnum):
    """The report's two: orders for which the customer named the venue, and the others."""

    DIRECTED = "directed"
    NON_DIRECTED = "non-directed"


class VenueLine(Struct, frozen=True):
    """One venue's columns for one month.

    Shares are counts, `order_size` and `fill_size` shares, `duration_ms` milliseconds, fees in micros of the currency
    (positive is paid; the writer turns the sign). None: there is nothing to average over.
    """

    venue: str
    orders: int
    routed: Qty
    routed_ioc: Qty
    executed: Qty
    fills: int
    fees: Micros
    at_midpoint: Qty
    near_side: Qty
    far_side: Qty
    unplaced: Qty
    """Executed while the national best was one-sided, locked or crossed: at no side of a spread."""
    provided: Qty
    provided_fees: Micros
    removed: Qty
    removed_fees: Micros
    duration_ms: Fraction | None

    @property
    def order_size(self) -> Fraction | None:
        return _mean(self.routed, self.orders)

    @property
    def fill_size(self) -> Fraction | None:
        return _mean(self.executed, self.fills)

    @property
    def fill_rate(self) -> Fraction | None:
        """Shares executed of shares routed, 0 to 1."""
        return _mean(self.executed, self.routed)

    def of_executed(self, shares: Qty) -> Fraction | None:
        """A part of the shares executed, 0 to 1."""
        return _mean(shares, self.executed)


class Month(Struct, frozen=True):
    """One section's month (YYYYMM). `exposed` counts parents shown as conditional orders to the venues `exposed_to`."""

    section: Section
    month: str
    orders: int
    sent: Qty
    exposed: int
    exposed_to: tuple[str, ...]
    venues: tuple[VenueLine, ...]


class Report606(Struct, frozen=True):
    """One customer's months, in order; and the orders of the same customer that the rule does not ask about."""

    client: str
    months: tuple[Month, ...]
    held: int
    refused: int


def is_not_held(record: OrderRecord) -> bool:
    """Whether the client left price or time to us: ExecInst(18)=1, or an order for an algorithm to work."""
    asked = record.request.exec_inst.split() if record.request else []
    return NOT_HELD in asked or record.algorithm not in {"", DIRECT, UNNAMED}


def report606(cases: Iterable[Case], client: str) -> Report606:
    """The report for one client (its CompID) on every order in `cases` that is its own."""
    groups: dict[tuple[str, Section], list[Case]] = {}
    held = refused = 0
    for case in cases:
        record = case.record
        if record.client != client:
            continue
        if record.status is OrdStatus.REJECTED and not record.children:
            refused += 1
        elif not is_not_held(record):
            held += 1
        else:
            section = Section.DIRECTED if record.algorithm == DIRECT else Section.NON_DIRECTED
            for month in _months(case):
                groups.setdefault((month, section), []).append(case)
    months = tuple(_month(month, section, groups[month, section]) for month, section in sorted(groups))
    return Report606(client, months, held, refused)


def _months(case: Case) -> Sequence[str]:
    """The months in which anything was done for an order: it came, or an order of it went to a venue."""
    times = [case.record.arrived_at, *(order.at for order in routed(case.record))]
    return sorted({month_of(case, at) for at in times})


def _month(month: str, section: Section, cases: Sequence[Case]) -> Month:
    arrived = [case for case in cases if month_of(case, case.record.arrived_at) == month]
    orders = [(case, order) for case in cases for order in routed(case.record) if month_of(case, order.at) == month]
    firm = [(case, order) for case, order in orders if not order.child.conditional]
    shown = [(case, order) for case, order in orders if order.child.conditional]
    venues = sorted({order.child.venue for _, order in firm})
    return Month(
        section=section,
        month=month,
        orders=len(arrived),
        sent=sum(case.record.qty for case in arrived),
        exposed=len({case.record.order_id for case, _ in shown}),
        exposed_to=tuple(sorted({order.child.venue for _, order in shown})),
        venues=tuple(_venue(mic, [each for each in firm if each[1].child.venue == mic]) for mic in venues),
    )


def _venue(mic: str, orders: Sequence[tuple[Case, RoutedOrder]]) -> VenueLine:
    fills = [(case, fill) for case, order in orders for fill in order.fills]
    places = [(_place(case, fill), fill.qty) for case, fill in fills]
    provided = [each for each in fills if each[1].liquidity is LastLiquidityInd.ADDED]
    removed = [each for each in fills if _removes(each[1])]
    return VenueLine(
        venue=mic,
        orders=len(orders),
        routed=sum(order.qty for _, order in orders),
        routed_ioc=sum(order.qty for _, order in orders if order.is_immediate),
        executed=_shares(fills),
        fills=len(fills),
        fees=_fees(fills),
        at_midpoint=sum(qty for place, qty in places if place == 0),
        near_side=sum(qty for place, qty in places if place is not None and place < 0),
        far_side=sum(qty for place, qty in places if place is not None and place > 0),
        unplaced=sum(qty for place, qty in places if place is None),
        provided=_shares(provided),
        provided_fees=_fees(provided),
        removed=_shares(removed),
        removed_fees=_fees(removed),
        duration_ms=_duration([order for _, order in orders]),
    )


def _place(case: Case, fill: Fill) -> int | None:
    """Where a trade was in the spread as it was heard: 0 at the midpoint, below it for us (< 0) or against us (> 0)."""
    quote = case.quotes.before(fill.at)
    mid2 = None if quote is None else quote.mid2
    return None if mid2 is None else case.record.side.sign * (2 * fill.px - mid2)


def _removes(fill: Fill) -> bool:
    """As fees are reckoned: where the venue does not say, we took."""
    return fill.liquidity is None or fill.liquidity is LastLiquidityInd.REMOVED


def _duration(orders: Sequence[RoutedOrder]) -> Fraction | None:
    """From entry to the last execution or the cancellation, over orders that rested and are over: mean of orders, ms.

    An order rests that is not immediate and took nothing.
    """
    lives = [
        order.ended_at - order.at
        for order in orders
        if order.ended_at is not None and not order.is_immediate and not any(_removes(fill) for fill in order.fills)
    ]
    return Fraction(sum(lives), len(lives) * MILLISECOND) if lives else None


def _shares(fills: Sequence[tuple[Case, Fill]]) -> Qty:
    return sum(fill.qty for _, fill in fills)


def _fees(fills: Sequence[tuple[Case, Fill]]) -> Micros:
    return sum(case.fee(fill) for case, fill in fills)


def _mean(total: int, count: int) -> Fraction | None:
    return Fraction(total, count) if count else None
