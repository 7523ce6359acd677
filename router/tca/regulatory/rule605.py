"""Order execution statistics in the form of Rule 605(a) of Regulation NMS, with each venue taken as a market centre.

Definitions are those of 17 CFR 242.600(b) and the columns those of 242.605(a)(1) as in force until the compliance date
of the amendments of 2024 (`rule605.toml`). The time of receipt is when we sent, the time of execution when we heard,
and the national best is our router's: a filer has its own clocks and the consolidated one. Knows no file.

Money here is in quanta, doubled where a spread is meant: exact until a column is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from importlib import resources
from typing import Final

import msgspec
from msgspec import Struct

from router.core.types import SECOND, Ns, OrdType, Phase, Px, Qty
from router.tca.facts.case import Case
from router.tca.facts.quotes import Quote
from router.tca.facts.record import Fill
from router.tca.regulatory.routed import RoutedOrder
from router.tca.regulatory.rule605_terms import (
    FileKey,
    Statistics,
    Weighted,
    count,
    executed_in_hours,
    in_hours,
    is_special,
    later_quote,
)

FIELDS: Final = 26
"""Of a line of the file: six that say what it is of, eleven for every order type, nine for marketable ones."""


class OrderType(StrEnum):
    """Order type codes of the joint plan."""

    MARKET = "11"
    MARKETABLE_LIMIT = "12"
    INSIDE_THE_QUOTE = "13"
    AT_THE_QUOTE = "14"
    NEAR_THE_QUOTE = "15"

    @property
    def is_marketable(self) -> bool:
        """Whether the columns of 605(a)(1)(ii) are kept of it."""
        return self in {OrderType.MARKET, OrderType.MARKETABLE_LIMIT}


class NotCovered(StrEnum):
    """Why an order is in no line: 600(b), "covered order", and the exemptions of 2001."""

    CONDITIONAL = "conditional order: nothing is committed, so nothing was received for execution"
    SPECIAL = "special handling: pegged, minimum quantity, all or none, or an auction's order"
    HOURS = "received, or executed in part, outside regular trading hours or in an auction"
    HALT = "received while the instrument did not trade continuously (exempt, letter of 12 March 2001)"
    NO_QUOTE = "received without a two-sided national best"
    CROSSED = "received in a crossed market (exempt, letter of 12 March 2001)"
    SIZE = "below 100 shares, or of 10,000 and more (exempt, letter of 22 June 2001)"
    AWAY = "limit further from the quote than the rule counts"


class SizeBucket(Struct, frozen=True, forbid_unknown_fields=True):
    """One order size category: code of the plan, shares from and to, both included."""

    code: str
    from_qty: Qty
    to_qty: Qty


class Form(Struct, frozen=True, forbid_unknown_fields=True):
    """One form of the rule; months YYYYMM, both included (`until_month` None: still in force)."""

    name: str
    from_month: str
    until_month: str | None
    source: str
    realized_after_s: int
    near_the_quote: str
    times_s: tuple[tuple[int, int], ...]
    sizes: tuple[SizeBucket, ...]

    def in_force(self, month: str) -> bool:
        """Whether the reports of `month` (YYYYMM) are of this form."""
        return self.from_month <= month and (self.until_month is None or month <= self.until_month)

    def size(self, qty: Qty) -> str | None:
        """The code of an order's size; None for one that is not categorized."""
        return next((size.code for size in self.sizes if size.from_qty <= qty <= size.to_qty), None)


class _Forms(Struct, frozen=True, forbid_unknown_fields=True):
    forms: tuple[Form, ...]


def known_form() -> Form:
    """The form that this module writes, with its dates and sources."""
    text = resources.files("router.tca.regulatory").joinpath("rule605.toml").read_bytes()
    (form,) = msgspec.toml.decode(text, type=_Forms).forms
    return form


class Key(FileKey, frozen=True, order=True):
    """What a line is of: Symbol(55), and the codes of order type and size."""

    symbol: str
    order_type: str
    size: str


class Line(Struct):
    """One line of the report. Times in ns, `realized` and `effective` in doubled quanta, improvements in quanta."""

    price_scale: int
    orders: int = 0
    shares: Qty = 0
    canceled: Qty = 0
    executed_here: Qty = 0
    executed_away: Qty = 0
    by_time: list[Qty] = []
    realized: Weighted = msgspec.field(default_factory=Weighted)
    effective: Weighted = msgspec.field(default_factory=Weighted)
    improved: Weighted = msgspec.field(default_factory=Weighted)
    improved_time: Weighted = msgspec.field(default_factory=Weighted)
    at_quote_time: Weighted = msgspec.field(default_factory=Weighted)
    outside: Weighted = msgspec.field(default_factory=Weighted)
    outside_time: Weighted = msgspec.field(default_factory=Weighted)


class Report605(Statistics[Key, Line, NotCovered], frozen=True, kw_only=True):
    """The statistics of one form of the rule."""

    form: Form

    def take(self, case: Case, order: RoutedOrder, month: str) -> None:
        """Count one order that a venue received in `month`, in its line or among those that are in none."""
        found = _covered(case, order, self.form)
        if isinstance(found, NotCovered):
            self.excluded[found] += 1
            return
        kind, quote = found
        size = self.form.size(order.qty)
        assert size is not None, order.qty
        key = Key(order.child.venue, month, case.record.symbol, kind.value, size)
        line = self.lines.setdefault(key, Line(case.instrument.price_scale, by_time=[0] * len(self.form.times_s)))
        _count(line, case, order, self.form)
        if kind.is_marketable:
            _count_marketable(line, case, order, quote)


def empty605(form: Form | None = None) -> Report605:
    """A report of no order yet."""
    return Report605(form=form or known_form(), lines={}, excluded=dict.fromkeys(NotCovered, 0))


def report605(cases: Iterable[Case], form: Form | None = None) -> Report605:
    """The statistics of every order that venues received for these parents, of whatever month."""
    report = empty605(form)
    count(report, cases)
    return report


# --- what is covered, and as what


def _covered(case: Case, order: RoutedOrder, form: Form) -> tuple[OrderType, Quote] | NotCovered:
    """An order's type and the national best at its receipt, or why it is not counted."""
    quote = case.quotes.at(order.at)
    why = _not_covered(case, order, quote, form)
    if why is not None:
        return why
    assert quote is not None, order.child.child_id
    kind = _typed(case, order, quote, form)
    return kind if isinstance(kind, NotCovered) else (kind, quote)


def _not_covered(case: Case, order: RoutedOrder, quote: Quote | None, form: Form) -> NotCovered | None:
    if order.child.conditional:
        return NotCovered.CONDITIONAL
    if is_special(order.child):
        return NotCovered.SPECIAL
    if not in_hours(case, order.at) or not executed_in_hours(case, order):
        return NotCovered.HOURS
    if _phase(case, order.at) is not Phase.CONTINUOUS:
        return NotCovered.HALT
    if quote is None or quote.bid is None or quote.ask is None:
        return NotCovered.NO_QUOTE
    if quote.bid > quote.ask:
        return NotCovered.CROSSED
    return NotCovered.SIZE if form.size(order.qty) is None else None


def _phase(case: Case, at: Ns) -> Phase:
    known = [phase for since, phase in case.phases if since <= at]
    return known[-1] if known else Phase.CLOSED


def _typed(case: Case, order: RoutedOrder, quote: Quote, form: Form) -> OrderType | NotCovered:
    """600(b): marketable, inside, at, near the quote; the limit held against the national best at receipt."""
    side = case.record.side
    if order.child.ord_type is OrdType.MARKET or order.px is None:
        return OrderType.MARKET
    far, near = quote.far(side), quote.near(side)
    assert far is not None, order.child.child_id
    assert near is not None, order.child.child_id
    if side.accepts(order.px, far):
        return OrderType.MARKETABLE_LIMIT
    behind = (near - order.px) * side.sign
    if behind <= 0:
        return OrderType.AT_THE_QUOTE if behind == 0 else OrderType.INSIDE_THE_QUOTE
    close = behind <= Decimal(form.near_the_quote) * case.instrument.price_scale
    return OrderType.NEAR_THE_QUOTE if close else NotCovered.AWAY


# --- the columns


def _count(line: Line, case: Case, order: RoutedOrder, form: Form) -> None:
    """605(a)(1)(i): what is kept of every order type."""
    line.orders += 1
    line.shares += order.qty
    line.canceled += order.canceled
    line.executed_away += order.executed_away
    line.executed_here += order.executed - order.executed_away
    for fill in order.fills:
        seconds = (fill.at - order.at) // SECOND
        for place, (first, last) in enumerate(form.times_s):
            if first <= seconds <= last:
                line.by_time[place] += fill.qty
        mid2 = _mid2(later_quote(case, fill.at, form.realized_after_s * SECOND))
        if mid2 is not None:
            line.realized.add(fill.qty, case.record.side.sign * (2 * fill.px - mid2))


def _mid2(quote: Quote | None) -> Px | None:
    """Twice the midpoint: of a locked market too, which has one; a crossed one is exempt."""
    if quote is None or quote.bid is None or quote.ask is None or quote.bid > quote.ask:
        return None
    return quote.bid + quote.ask


def _count_marketable(line: Line, case: Case, order: RoutedOrder, quote: Quote) -> None:
    """605(a)(1)(ii): market and marketable limit orders against the quote at receipt."""
    side = case.record.side
    far, mid2 = quote.far(side), _mid2(quote)
    assert far is not None, order.child.child_id
    assert mid2 is not None, order.child.child_id
    for fill in order.fills:
        line.effective.add(fill.qty, side.sign * (2 * fill.px - mid2))
        _place(line, fill, better=side.sign * (far - fill.px), after=fill.at - order.at)


def _place(line: Line, fill: Fill, *, better: Px, after: Ns) -> None:
    if better > 0:
        line.improved.add(fill.qty, better)
        line.improved_time.add(fill.qty, after)
    elif better == 0:
        line.at_quote_time.add(fill.qty, after)
    else:
        line.outside.add(fill.qty, -better)
        line.outside_time.add(fill.qty, after)


# --- the file


def file_name(participant: str, venue: str, month: str) -> str:
    """As files under the plan are named: the participant's letter, the market centre's code, YYYYMM."""
    return f"{participant}{venue}{month}.txt"


def file_text(report: Report605, participant: str, venue: str, month: str) -> str:
    """One market centre's month: 26 fields a line, between vertical bars, no head line."""
    mine = (each for each in sorted(report.lines.items()) if (each[0].venue, each[0].month) == (venue, month))
    return "".join(f"{'|'.join(_fields(participant, key, line))}\n" for key, line in mine)


def _fields(participant: str, key: Key, line: Line) -> Iterator[str]:
    yield from (participant, key.venue, key.month, key.symbol, key.order_type, key.size)
    yield from map(str, (line.orders, line.shares, line.canceled, line.executed_here, line.executed_away))
    yield from map(str, line.by_time)
    yield _money(line.realized, line.price_scale)
    if not OrderType(key.order_type).is_marketable:
        yield from [""] * 9
        return
    yield _money(line.effective, line.price_scale)
    yield from (str(line.improved.shares), _money(line.improved, line.price_scale), _seconds(line.improved_time))
    yield from (str(line.at_quote_time.shares), _seconds(line.at_quote_time))
    yield from (str(line.outside.shares), _money(line.outside, line.price_scale), _seconds(line.outside_time))


def _money(of: Weighted, scale: int) -> str:
    """Currency a share to four decimals, half to even; nothing where there is no share to average over."""
    return "" if of.mean is None else f"{Decimal(round(of.mean / scale * 10_000)).scaleb(-4):f}"


def _seconds(of: Weighted) -> str:
    """Seconds to the millisecond, half to even."""
    return "" if of.mean is None else f"{Decimal(round(of.mean * 1_000 / SECOND)).scaleb(-3):f}"
