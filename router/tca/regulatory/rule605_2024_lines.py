"""Sums of Rule 605 as amended in 2024: a line for each venue, month, symbol, lot, size and type of order.

What a line keeps is that of 17 CFR 242.605(a)(1)(i) to (iii); averages are taken of it when a file is written, by the
detailed and by the summary report from the same sums. Money is in quanta, doubled where a midpoint is meant, and worths
are exact fractions of the currency. Knows no file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct, field

from router.core.types import MILLISECOND, Ns, Px, Qty, VenueKind
from router.market.tape import PRINT_RULES
from router.tca.facts.case import Case
from router.tca.facts.record import Fill
from router.tca.regulatory.routed import RoutedOrder
from router.tca.regulatory.rule605_2024 import Covered, Form2024, NotCovered, covered, known_form_2024, worth
from router.tca.regulatory.rule605_terms import FileKey, Statistics, Weighted, count, in_hours, later_quote, mid2_of

_MICROSECOND = MILLISECOND // 1_000


class Key(FileKey, frozen=True, order=True):
    """What a line is of: Symbol(55), lot flag, least worth of its size, code of type."""

    symbol: str
    lot: str
    size: int
    kind: str


class Line(Struct):
    """Sums over the orders of one line; times in ns. `mid2` and `spread` are of the start of each order's clock."""

    price_scale: int
    within: list[Qty]
    realized: list[Weighted]
    orders: int = 0
    worth: Fraction = Fraction(0)
    shares: Qty = 0
    canceled: Qty = 0
    executed_here: Qty = 0
    executed_away: Qty = 0
    time: Weighted = field(default_factory=Weighted)
    mid2: Weighted = field(default_factory=Weighted)
    spread: Weighted = field(default_factory=Weighted)
    effective: Weighted = field(default_factory=Weighted)
    improved: Weighted = field(default_factory=Weighted)
    improved_time: Weighted = field(default_factory=Weighted)
    at_quote_time: Weighted = field(default_factory=Weighted)
    outside: Weighted = field(default_factory=Weighted)
    outside_time: Weighted = field(default_factory=Weighted)
    benchmark: Qty = 0
    """Of orders executed in part at least: the order's shares, at most those shown at the far national best."""
    outsized: Qty = 0
    """Shares executed at the quote or better beyond that."""
    filled_orders: int = 0
    market_shares: Qty = 0
    """Shares traded regular way by anybody, at prices that would have filled the order, while it could trade."""
    exchange_shares: Qty = 0


class Report2024(Statistics[Key, Line, NotCovered], frozen=True, kw_only=True):
    """The statistics of the amended rule, for the detailed and the summary report."""

    form: Form2024

    def take(self, case: Case, order: RoutedOrder, month: str) -> None:
        """Count one order that a venue received in `month`, in its line or among those that are in none."""
        found = covered(case, order)
        if isinstance(found, NotCovered):
            self.excluded[found] += 1
            return
        value = worth(case, order, found)
        lot = self.form.odd_lot if order.qty < case.instrument.round_lot else self.form.round_lot
        key = Key(order.child.venue, month, case.record.symbol, lot, self.form.size(value), found.kind.value)
        line = self.lines.setdefault(key, self._line(case.instrument.price_scale))
        line.worth += value
        _count(line, case, order, found, self.form)
        if found.kind.against_quote:
            _count_against_quote(line, case, order, found)
        if found.kind.against_market:
            _count_against_market(line, case, order, found)

    def _line(self, price_scale: int) -> Line:
        within = [0] * (len(self.form.within_us) + 1)
        return Line(price_scale, within, [Weighted() for _ in self.form.realized_ms])


def empty605_2024(form: Form2024 | None = None) -> Report2024:
    """A report of no order yet."""
    return Report2024(form=form or known_form_2024(), lines={}, excluded=dict.fromkeys(NotCovered, 0))


def report605_2024(cases: Iterable[Case], form: Form2024 | None = None) -> Report2024:
    """The statistics of every order that venues received for these parents, of whatever month."""
    report = empty605_2024(form)
    count(report, cases)
    return report


def _count(line: Line, case: Case, order: RoutedOrder, found: Covered, form: Form2024) -> None:
    """605(a)(1)(i): what is kept of every order type."""
    line.orders += 1
    line.shares += order.qty
    line.canceled += order.canceled
    line.executed_away += order.executed_away
    line.executed_here += order.executed - order.executed_away
    line.filled_orders += bool(order.fills)
    borders = [border * _MICROSECOND for border in form.within_us]
    for fill in order.fills:
        after = fill.at - found.since
        line.within[bisect_right(borders, after)] += fill.qty
        line.time.add(fill.qty, after)
        line.mid2.add(fill.qty, found.mid2)
        for place, later in enumerate(form.realized_ms):
            mid2 = mid2_of(later_quote(case, fill.at, later * MILLISECOND))
            if mid2 is not None:
                line.realized[place].add(fill.qty, case.record.side.sign * (2 * fill.px - mid2))


def _count_against_quote(line: Line, case: Case, order: RoutedOrder, found: Covered) -> None:
    """605(a)(1)(ii): executions held against the national best at the start of the order's clock."""
    side, quote = case.record.side, found.quote
    far = quote.far(side)
    assert far is not None, quote
    assert quote.bid is not None, quote
    assert quote.ask is not None, quote
    for fill in order.fills:
        line.spread.add(fill.qty, quote.ask - quote.bid)
        line.effective.add(fill.qty, side.sign * (2 * fill.px - found.mid2))
        _place(line, fill, better=side.sign * (far - fill.px), after=fill.at - found.since)
    if order.fills:
        shown = min(order.qty, quote.ask_qty if side.is_buy else quote.bid_qty)
        at_best = sum(fill.qty for fill in order.fills if side.accepts(far, fill.px))
        line.benchmark += shown
        line.outsized += max(at_best - shown, 0)


def _place(line: Line, fill: Fill, *, better: Px, after: Ns) -> None:
    if better > 0:
        line.improved.add(fill.qty, better)
        line.improved_time.add(fill.qty, after)
    elif better == 0:
        line.at_quote_time.add(fill.qty, after)
    else:
        line.outside.add(fill.qty, -better)
        line.outside_time.add(fill.qty, after)


def _count_against_market(line: Line, case: Case, order: RoutedOrder, found: Covered) -> None:
    """605(a)(1)(iii): what traded regular way, while it could have traded, at prices that would have filled it."""
    end = case.as_of if order.ended_at is None else order.ended_at
    for trade in case.tape.prints(found.since, end):
        could = PRINT_RULES[trade.kind].eligible and case.record.side.accepts(order.px, trade.px)
        if could and in_hours(case, trade.at):
            line.market_shares += trade.qty
            venue = case.venues.get(trade.venue)
            line.exchange_shares += trade.qty if venue is not None and venue.kind is VenueKind.LIT else 0
