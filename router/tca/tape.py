"""The public tape of one instrument, as an analyst asks for it: volume and VWAP between two times, volume by bin.

Counts eligible prints only (`router.market.tape.PRINT_RULES`: no auctions, crosses, off-exchange or late prints), our
own among them, as the published VWAP of an interval would. Knows no order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from fractions import Fraction

from msgspec import Struct

from router.core.events import TradePrint
from router.core.types import Ns, Px, Qty
from router.market.tape import PRINT_RULES


class MarketInterval(Struct, frozen=True):
    """Eligible volume and notional (px x qty, in quanta) from `start` to `end`, both included."""

    start: Ns
    end: Ns
    volume: Qty
    notional: int

    @property
    def vwap(self) -> Fraction | None:
        """The interval's volume-weighted average price in quanta, exact; None where nothing traded."""
        return Fraction(self.notional, self.volume) if self.volume else None


class Bar(Struct, frozen=True):
    """What traded in one bin: shares, and the last, lowest and highest price (None where nothing did)."""

    start: Ns
    end: Ns
    volume: Qty
    last: Px | None
    low: Px | None
    high: Px | None


class MarketTape:
    """Prints in order of time; a question about an interval costs two binary searches."""

    __slots__ = ("_ats", "_notionals", "_pxs", "_volumes")

    def __init__(self) -> None:
        self._ats: list[Ns] = []
        self._pxs: list[Px] = []
        # Running sums, one longer than the prints: a difference of two is an interval.
        self._volumes: list[Qty] = [0]
        self._notionals: list[int] = [0]

    def __len__(self) -> int:
        return len(self._ats)

    def add(self, at: Ns, trade: TradePrint) -> None:
        """Take in one print, not older than the last; what is not eligible is left out."""
        if not PRINT_RULES[trade.kind].eligible:
            return
        assert not self._ats or at >= self._ats[-1], (at, self._ats[-1])
        self._ats.append(at)
        self._pxs.append(trade.px)
        self._volumes.append(self._volumes[-1] + trade.qty)
        self._notionals.append(self._notionals[-1] + trade.px * trade.qty)

    def between(self, start: Ns, end: Ns) -> MarketInterval:
        """The interval from `start` to `end`, both included."""
        first, beyond = bisect_left(self._ats, start), bisect_right(self._ats, end)
        beyond = max(first, beyond)
        return MarketInterval(
            start,
            end,
            self._volumes[beyond] - self._volumes[first],
            self._notionals[beyond] - self._notionals[first],
        )

    def bars(self, start: Ns, end: Ns, count: int) -> tuple[Bar, ...]:
        """`count` bins of equal length from `start` to `end`; a print on a border belongs to the later one."""
        assert start < end, (start, end)
        assert count > 0, count
        borders = [start + (end - start) * number // count for number in range(count + 1)]
        places = [bisect_left(self._ats, border) for border in borders]
        return tuple(self._bar(borders[n], borders[n + 1], places[n], places[n + 1]) for n in range(count))

    def _bar(self, start: Ns, end: Ns, first: int, beyond: int) -> Bar:
        pxs = self._pxs[first:beyond]
        volume = self._volumes[beyond] - self._volumes[first]
        if not pxs:
            return Bar(start, end, volume, None, None, None)
        return Bar(start, end, volume, pxs[-1], min(pxs), max(pxs))
