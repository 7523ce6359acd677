"""What both forms of Rule 605 have in common: regular hours, special handling, midpoints, share-weighted sums.

Knows no form, no order type and no column.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final, Generic, Protocol, TypeVar

from msgspec import Struct

from router.core.types import Ns, OrdType, PrintKind, Px, Qty, TimeInForce
from router.tca.facts.case import Case
from router.tca.facts.quotes import Quote
from router.tca.facts.record import Child
from router.tca.regulatory.routed import RoutedOrder, month_of, routed

_AUCTIONS: Final = (PrintKind.OPENING, PrintKind.CLOSING)
_SPECIAL: Final = (TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE, TimeInForce.FOK)


class Weighted(Struct):
    """A share-weighted sum: `total` is value x shares over `shares`."""

    shares: Qty = 0
    total: int = 0

    def add(self, shares: Qty, value: int) -> None:
        self.shares += shares
        self.total += shares * value

    @property
    def mean(self) -> Fraction | None:
        """None of no share."""
        return Fraction(self.total, self.shares) if self.shares else None


class FileKey(Struct, frozen=True, order=True):
    """One market centre's month, which is a file: venue (MIC) and YYYYMM."""

    venue: str
    month: str


K = TypeVar("K", bound=FileKey)
L = TypeVar("L")
W = TypeVar("W")


class Statistics(Struct, Generic[K, L, W], frozen=True):
    """Lines by what they are of; and every order that is in none, by reason, counted."""

    lines: dict[K, L]
    excluded: dict[W, int]

    @property
    def files(self) -> list[tuple[str, str]]:
        """(venue, month) of each file, or pair of files, that this makes."""
        return sorted({(key.venue, key.month) for key in self.lines})

    @property
    def counted(self) -> bool:
        """Whether any order was taken, be it into a line or not."""
        return bool(self.lines) or any(self.excluded.values())


class Counting(Protocol):
    """What counts orders one by one."""

    def take(self, case: Case, order: RoutedOrder, month: str) -> None:
        """Count one order that a venue received in `month` (YYYYMM)."""


def count(report: Counting, cases: Iterable[Case]) -> None:
    """Count every order that venues received for these parents, of whatever month."""
    for case in cases:
        for order in routed(case.record):
            report.take(case, order, month_of(case, order.at))


def is_special(child: Child) -> bool:
    """Special handling, 600(b), "covered order": pegged, a minimum quantity, all or none, an auction's order."""
    return (
        child.ord_type is OrdType.PEGGED or child.peg is not None or child.min_qty is not None or child.tif in _SPECIAL
    )


def in_hours(case: Case, at: Ns) -> bool:
    """Whether `at` is in the regular hours of its own trading date."""
    session = case.session(at)
    return session is not None and session.open <= at < session.close


def executed_in_hours(case: Case, order: RoutedOrder) -> bool:
    """Whether all that was executed of it was executed in regular hours, and none of it in an auction."""
    return all(in_hours(case, fill.at) and fill.kind not in _AUCTIONS for fill in order.fills)


def mid2_of(quote: Quote | None) -> Px | None:
    """Twice the midpoint, of a locked and a crossed market too; None where the market is not two-sided."""
    return None if quote is None or quote.bid is None or quote.ask is None else quote.bid + quote.ask


def later_quote(case: Case, at: Ns, after: Ns) -> Quote | None:
    """The national best `after` an execution at `at`, or the session's last where it closes sooner.

    600(b), "average realized spread". None where that lies beyond the journal. `at` is in a session.
    """
    session = case.session(at)
    assert session is not None, at
    then = at + after
    if case.as_of < min(then, session.close):
        return None
    return case.quotes.before(session.close) if then >= session.close else case.quotes.at(then)
