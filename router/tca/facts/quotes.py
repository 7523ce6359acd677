"""The national best of one instrument as it changed, and what an analyst asks of it: the quote then, the midpoint then.

A quote holds from its time until the next. Rows are kept as columns of machine integers (40 bytes a change), since a
day has some hundred thousand. Knows no order and no venue.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from router.core.types import Ns, Px, Qty, Side

_NONE = -1
"""Stands in a column for a side without a quote; no price of an instrument that trades here is below 0."""


class Quote(Struct, frozen=True, gc=False):
    """The national best bid and offer from `at` on; a side that nobody quotes is None with quantity 0."""

    at: Ns
    bid: Px | None
    ask: Px | None
    bid_qty: Qty = 0
    ask_qty: Qty = 0

    @property
    def mid2(self) -> Px | None:
        """Twice the midpoint, exact; None where the market is one-sided, locked or crossed."""
        if self.bid is None or self.ask is None or self.bid >= self.ask:
            return None
        return self.bid + self.ask

    @property
    def mid(self) -> Fraction | None:
        """The midpoint in quanta, exact; None as `mid2`."""
        mid2 = self.mid2
        return None if mid2 is None else Fraction(mid2, 2)

    @property
    def spread(self) -> Px | None:
        """Ask less bid in quanta; None as `mid2`."""
        return None if self.bid is None or self.ask is None or self.bid >= self.ask else self.ask - self.bid

    def near(self, side: Side) -> Px | None:
        """The best price on an order's own side: where it would join."""
        return self.bid if side is Side.BUY else self.ask

    def far(self, side: Side) -> Px | None:
        """The best price against an order: where it would take."""
        return self.ask if side is Side.BUY else self.bid


class QuoteTape:
    """Quotes in order of time."""

    __slots__ = ("_ask_qtys", "_asks", "_ats", "_bid_qtys", "_bids")

    def __init__(self) -> None:
        self._ats = array("q")
        self._bids = array("q")
        self._asks = array("q")
        self._bid_qtys = array("q")
        self._ask_qtys = array("q")

    def __len__(self) -> int:
        return len(self._ats)

    def __iter__(self) -> Iterator[Quote]:
        return (self._quote(place) for place in range(len(self._ats)))

    def add(self, quote: Quote) -> None:
        """Take in the next quote, not older than the last. Of several at one instant the last holds."""
        assert not self._ats or quote.at >= self._ats[-1], (quote.at, self._ats[-1])
        self._ats.append(quote.at)
        self._bids.append(_NONE if quote.bid is None else quote.bid)
        self._asks.append(_NONE if quote.ask is None else quote.ask)
        self._bid_qtys.append(quote.bid_qty)
        self._ask_qtys.append(quote.ask_qty)

    @property
    def last(self) -> Quote | None:
        """The newest; None of an empty tape."""
        return self._quote(len(self._ats) - 1) if self._ats else None

    def at(self, at: Ns) -> Quote | None:
        """The quote in force at `at`; None before the first."""
        place = bisect_right(self._ats, at)
        return self._quote(place - 1) if place else None

    def before(self, at: Ns) -> Quote | None:
        """The quote in force just before `at`: what was to be seen as something came in at `at`."""
        place = bisect_left(self._ats, at)
        return self._quote(place - 1) if place else None

    def mid(self, at: Ns) -> Fraction | None:
        """The midpoint in quanta at `at`; None before the first quote, and where the market then was not normal."""
        quote = self.at(at)
        return None if quote is None else quote.mid

    def last_mid(self, at: Ns) -> tuple[Fraction, Ns] | None:
        """The last midpoint of a normal market at or before `at`, and since when it held; None where there was none."""
        for place in range(bisect_right(self._ats, at) - 1, -1, -1):
            mid = self._quote(place).mid
            if mid is not None:
                return mid, self._ats[place]
        return None

    def between(self, start: Ns, end: Ns) -> Iterator[Quote]:
        """The quote in force at `start` (as of its own time) and every change after it up to `end`, included."""
        first = max(bisect_right(self._ats, start) - 1, 0)
        return (self._quote(place) for place in range(first, bisect_right(self._ats, end)))

    def _quote(self, place: int) -> Quote:
        bid, ask = self._bids[place], self._asks[place]
        return Quote(
            self._ats[place],
            None if bid == _NONE else bid,
            None if ask == _NONE else ask,
            self._bid_qtys[place],
            self._ask_qtys[place],
        )
