"""Which orders Rule 605 as amended in 2024 counts, as what type and size, and from which instant their clock runs.

Definitions follow 17 CFR 242.600(b) as amended by 89 FR 26428; docs/best-execution.md says one by one which of them are
chosen here. The time of receipt is when we sent, and the national best is our router's. Knows no column and no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from fractions import Fraction
from importlib import resources

import msgspec
from msgspec import Struct

from router.core.types import Ns, OrdType, Px
from router.tca.facts.case import Case
from router.tca.facts.quotes import Quote
from router.tca.regulatory.routed import RoutedOrder
from router.tca.regulatory.rule605_terms import executed_in_hours, in_hours, is_special, mid2_of


class OrderType(StrEnum):
    """Order type codes of the joint plan: market or limit; marketable; midpoint or better; IOC; with a stop price.

    Types with a stop price do not occur: the router sends none.
    """

    MARKET = "MXXNN"
    MARKETABLE_LIMIT = "LYNNN"
    MARKETABLE_IOC = "LYNYN"
    MIDPOINT_OR_BETTER = "LNYNN"
    MIDPOINT_OR_BETTER_IOC = "LNYYN"
    NON_MARKETABLE = "LNNNN"
    NON_MARKETABLE_IOC = "LNNYN"

    @property
    def against_quote(self) -> bool:
        """Whether the columns of 605(a)(1)(ii) are kept of it: executions held against the quote."""
        return self not in {OrderType.NON_MARKETABLE, OrderType.NON_MARKETABLE_IOC}

    @property
    def against_market(self) -> bool:
        """Whether the columns of 605(a)(1)(iii) are kept of it: executions held against what traded meanwhile."""
        return self not in {OrderType.MARKET, OrderType.MARKETABLE_LIMIT, OrderType.MARKETABLE_IOC}


class NotCovered(StrEnum):
    """Why an order is in no line: 600(b), "covered order", "executable"."""

    CONDITIONAL = "conditional order: nothing is committed, so nothing was received for execution"
    SPECIAL = "special handling: pegged, minimum quantity, all or none, or an auction's order"
    HOURS = "a market order received, or an order executed in part, outside regular trading hours or in an auction"
    NO_QUOTE = "no two-sided national best at its receipt, or for a limit order while it was in force"
    LATER = "received outside regular trading hours or without a national best, and marketable at the first one"
    NEVER = "non-marketable, and never executable: the national best on its own side did not come to its limit"


class Form2024(Struct, frozen=True, forbid_unknown_fields=True):
    """The amended form; months YYYYMM, the first included. `sizes` are the least worth of each category."""

    name: str
    from_month: str
    source: str
    best_displayed_from: str
    realized_ms: tuple[int, ...]
    within_us: tuple[int, ...]
    sizes: tuple[int, ...]
    odd_lot: str
    round_lot: str
    below_largest: int

    def in_force(self, month: str) -> bool:
        """Whether the reports of `month` (YYYYMM) are of this form."""
        return self.from_month <= month

    def size(self, worth: Fraction) -> int:
        """The category of an order worth so much, in currency units: its least worth."""
        return max(least for least in self.sizes if least <= worth)


def known_form_2024() -> Form2024:
    """The amended form, with its dates and sources."""
    text = resources.files("router.tca.regulatory").joinpath("rule605_2024.toml").read_bytes()
    return msgspec.toml.decode(text, type=Form2024)


class Covered(Struct, frozen=True):
    """An order that counts. Its clock runs from `since`: its receipt, or when it became executable.

    `quote` is the national best of then.
    """

    kind: OrderType
    since: Ns
    quote: Quote

    @property
    def mid2(self) -> Px:
        """Twice the midpoint that its executions are held against."""
        mid2 = mid2_of(self.quote)
        assert mid2 is not None, self.quote
        return mid2


def covered(case: Case, order: RoutedOrder) -> Covered | NotCovered:
    """What one order is to the rule, or why it does not count."""
    if order.child.conditional:
        return NotCovered.CONDITIONAL
    if is_special(order.child):
        return NotCovered.SPECIAL
    if not executed_in_hours(case, order):
        return NotCovered.HOURS
    if order.child.ord_type is OrdType.MARKET or order.px is None:
        return _market(case, order)
    return _limit(case, order, order.px)


def worth(case: Case, order: RoutedOrder, found: Covered) -> Fraction:
    """Its notional value in currency units: of a limit order at its limit, of a market one at the far national best."""
    px = found.quote.far(case.record.side) if found.kind is OrderType.MARKET else order.px
    assert px is not None, order.child.child_id
    return case.currency(px * order.qty)


def _market(case: Case, order: RoutedOrder) -> Covered | NotCovered:
    if not in_hours(case, order.at):
        return NotCovered.HOURS
    quote = case.quotes.at(order.at)
    if quote is None or mid2_of(quote) is None:
        return NotCovered.NO_QUOTE
    return Covered(OrderType.MARKET, order.at, quote)


def _limit(case: Case, order: RoutedOrder, px: Px) -> Covered | NotCovered:
    """The type by the national best at receipt; where there was none then, by the first in regular hours."""
    first = next(_national_bests(case, order), None)
    if first is None:
        return NotCovered.NO_QUOTE
    at, quote = first
    side, far, mid2 = case.record.side, quote.far(case.record.side), mid2_of(quote)
    assert far is not None, quote
    assert mid2 is not None, quote
    if side.accepts(px, far):
        kind = OrderType.MARKETABLE_IOC if order.is_immediate else OrderType.MARKETABLE_LIMIT
        return Covered(kind, at, quote) if at == order.at else NotCovered.LATER
    if (mid2 - 2 * px) * side.sign <= 0:
        kind = OrderType.MIDPOINT_OR_BETTER_IOC if order.is_immediate else OrderType.MIDPOINT_OR_BETTER
        return Covered(kind, at, quote)
    return _non_marketable(case, order, px)


def _non_marketable(case: Case, order: RoutedOrder, px: Px) -> Covered | NotCovered:
    """Counts from when the national best on its own side comes to its limit, at the latest from its first execution."""
    side = case.record.side
    kind = OrderType.NON_MARKETABLE_IOC if order.is_immediate else OrderType.NON_MARKETABLE
    for at, quote in _national_bests(case, order):
        near = quote.near(side)
        assert near is not None, quote
        if side.accepts(px, near):
            return Covered(kind, at, quote)
    if not order.fills:
        return NotCovered.NEVER
    at = order.fills[0].at
    executed_at = case.quotes.at(at)
    if executed_at is None or mid2_of(executed_at) is None:
        return NotCovered.NO_QUOTE
    return Covered(kind, at, executed_at)


def _national_bests(case: Case, order: RoutedOrder) -> Iterator[tuple[Ns, Quote]]:
    """Two-sided national bests of regular hours while the order was in force and not executed, each with its time.

    The first of a session has the later of the session's open and the order's receipt.
    """
    ends = [case.as_of, *([order.ended_at] if order.ended_at is not None else []), *(fill.at for fill in order.fills)]
    for session in case.sessions:
        start, end = max(session.open, order.at), min(session.close - 1, *ends)
        if start <= end:
            for quote in _settled(case.quotes.between(start, end)):
                if mid2_of(quote) is not None:
                    yield max(quote.at, start), quote


def _settled(quotes: Iterable[Quote]) -> Iterator[Quote]:
    """Of several quotes at one instant the last."""
    held: Quote | None = None
    for quote in quotes:
        if held is not None and held.at != quote.at:
            yield held
        held = quote
    if held is not None:
        yield held
