"""The public tape of one instrument, as an analyst asks for it: volume and VWAP between two times, volume by bin.

Sums count eligible prints only (`router.market.tape.PRINT_RULES`: no auctions, crosses, off-exchange or late prints),
our own among them, as the published VWAP of an interval would; the prints themselves are all there, with their kinds.
Knows no order.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from fractions import Fraction

from msgspec import Struct

from router.core.events import TradePrint
from router.core.types import Ns, PrintKind, Px, Qty
from router.market.tape import PRINT_RULES

_KINDS = tuple(PrintKind)
_CODES = {kind: code for code, kind in enumerate(_KINDS)}
_AUCTIONS = (PrintKind.OPENING, PrintKind.CLOSING)


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


class Print(Struct, frozen=True, gc=False):
    """One trade on the tape."""

    at: Ns
    px: Px
    qty: Qty
    kind: PrintKind = PrintKind.REGULAR
    venue: str = ""


class MarketTape:
    """Prints in order of time; a question about an interval's sums costs two binary searches."""

    __slots__ = (
        "_all_ats",
        "_all_kinds",
        "_all_pxs",
        "_all_qtys",
        "_all_venues",
        "_ats",
        "_auctions",
        "_notionals",
        "_pxs",
        "_venues",
        "_volumes",
    )

    def __init__(self) -> None:
        self._all_ats = array("q")
        self._all_pxs = array("q")
        self._all_qtys = array("q")
        self._all_kinds = array("b")
        self._all_venues = array("h")
        self._venues: dict[str, int] = {}
        self._auctions: list[Print] = []
        self._ats: list[Ns] = []
        self._pxs: list[Px] = []
        # Running sums, one longer than the prints: a difference of two is an interval.
        self._volumes: list[Qty] = [0]
        self._notionals: list[int] = [0]

    def __len__(self) -> int:
        return len(self._ats)

    def add(self, at: Ns, trade: TradePrint) -> None:
        """Take in one print, not older than the last."""
        assert not self._all_ats or at >= self._all_ats[-1], (at, self._all_ats[-1])
        self._all_ats.append(at)
        self._all_pxs.append(trade.px)
        self._all_qtys.append(trade.qty)
        self._all_kinds.append(_CODES[trade.kind])
        self._all_venues.append(self._venues.setdefault(trade.venue, len(self._venues)))
        if trade.kind in _AUCTIONS:
            self._auctions.append(Print(at, trade.px, trade.qty, trade.kind, trade.venue))
        if not PRINT_RULES[trade.kind].eligible:
            return
        self._ats.append(at)
        self._pxs.append(trade.px)
        self._volumes.append(self._volumes[-1] + trade.qty)
        self._notionals.append(self._notionals[-1] + trade.px * trade.qty)

    def prints(self, start: Ns, end: Ns) -> Iterator[Print]:
        """Every print of any kind from `start` to `end`, both included, in order of time."""
        venues = tuple(self._venues)
        for place in range(bisect_left(self._all_ats, start), bisect_right(self._all_ats, end)):
            yield self._print(place, venues)

    def last_before(self, at: Ns) -> Print | None:
        """The last print before `at` that sets a last price; None where there was none."""
        venues = tuple(self._venues)
        for place in range(bisect_left(self._all_ats, at) - 1, -1, -1):
            if PRINT_RULES[_KINDS[self._all_kinds[place]]].last:
                return self._print(place, venues)
        return None

    def eligible_before(self, at: Ns, since: Ns, accepts: Callable[[Px], bool]) -> Print | None:
        """The last eligible print from `since` to before `at` at a price that `accepts`; None where there is none."""
        venues = tuple(self._venues)
        for place in range(bisect_left(self._all_ats, at) - 1, bisect_left(self._all_ats, since) - 1, -1):
            if PRINT_RULES[_KINDS[self._all_kinds[place]]].eligible and accepts(self._all_pxs[place]):
                return self._print(place, venues)
        return None

    def first_from(self, at: Ns) -> Print | None:
        """The first print at or after `at` that sets a last price; None where there is none."""
        venues = tuple(self._venues)
        for place in range(bisect_left(self._all_ats, at), len(self._all_ats)):
            if PRINT_RULES[_KINDS[self._all_kinds[place]]].last:
                return self._print(place, venues)
        return None

    def auctions(self, kind: PrintKind, start: Ns, end: Ns) -> list[Print]:
        """Prints of opening (reopening, too) or closing auctions from `start` to `end`, in order of time."""
        return [trade for trade in self._auctions if trade.kind is kind and start <= trade.at <= end]

    def first_shares(self, start: Ns, end: Ns, shares: Fraction) -> tuple[Fraction, Ns] | None:
        """What the first `shares` eligible shares from `start` on were worth (px x qty), and when they were complete.

        Of the print that completes them only the part needed counts. None where fewer traded by `end`.
        """
        assert shares > 0, shares
        first = bisect_left(self._ats, start)
        beyond = bisect_left(self._volumes, self._volumes[first] + shares)
        if beyond > bisect_right(self._ats, end):
            return None
        missing = shares - (self._volumes[beyond - 1] - self._volumes[first])
        whole = self._notionals[beyond - 1] - self._notionals[first]
        return whole + missing * self._pxs[beyond - 1], self._ats[beyond - 1]

    def _print(self, place: int, venues: tuple[str, ...]) -> Print:
        return Print(
            self._all_ats[place],
            self._all_pxs[place],
            self._all_qtys[place],
            _KINDS[self._all_kinds[place]],
            venues[self._all_venues[place]],
        )

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
