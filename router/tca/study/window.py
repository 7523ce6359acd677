"""A market minute by minute from its open: volume, variance of the midpoint, spread.

What an estimate of a short window stands on, measured where we did not trade. Knows no order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from router.core.types import SECOND, Ns
from router.tca.facts.quotes import QuoteTape
from router.tca.facts.tape import MarketTape
from router.tca.universe.outcome_of import quoted_spread_bps

MINUTE: Ns = 60 * SECOND


class MarketMinutes(Struct, frozen=True, kw_only=True):
    """By minute of the session: eligible shares, squared log return of the midpoint, quoted spread (bps, by time).

    A minute that begins or ends without a two-sided market has no return, and counts as 0; one without any has no
    spread (None).
    """

    symbol: str
    volume: tuple[float, ...]
    variance: tuple[float, ...]
    spread_bps: tuple[float | None, ...]
    mid: float | None
    """The midpoint at the end of the first minute, quanta."""

    def between(self, first: float, last: float) -> tuple[float, float, float | None]:
        """Shares, variance and mean spread from minute `first` to `last`; parts of minutes in proportion."""
        parts = [
            (minute, min(last, minute + 1) - max(first, minute))
            for minute in range(int(first), min(math.ceil(last), len(self.volume)))
        ]
        spreads = [(self.spread_bps[minute], part) for minute, part in parts if self.spread_bps[minute] is not None]
        weight = math.fsum(part for _, part in spreads)
        spread = math.fsum((each or 0.0) * part for each, part in spreads) / weight if weight > 0 else None
        volume = math.fsum(self.volume[minute] * part for minute, part in parts)
        return volume, math.fsum(self.variance[minute] * part for minute, part in parts), spread


def measure_minutes(symbol: str, tape: MarketTape, quotes: QuoteTape, start: Ns, minutes: int) -> MarketMinutes:
    """Measure `minutes` minutes from `start`."""
    edges = [start + minute * MINUTE for minute in range(minutes + 1)]
    mids = [quotes.mid(edge) for edge in edges]
    pairs = list(pairwise(edges))
    return MarketMinutes(
        symbol=symbol,
        # Both ends of an interval count: a print on the edge belongs to the minute that it begins.
        volume=tuple(float(tape.between(a, b - 1).volume) for a, b in pairs),
        variance=tuple(math.log(after / before) ** 2 if before and after else 0.0 for before, after in pairwise(mids)),
        spread_bps=tuple(quoted_spread_bps(quotes, a, b) for a, b in pairs),
        mid=None if len(mids) < 2 or mids[1] is None else float(mids[1]),
    )


def average(measured: Sequence[MarketMinutes]) -> MarketMinutes:
    """The mean of several days of one symbol, minute by minute; of spreads, of those that there are."""
    first, count = measured[0], len(measured)
    mids = [each.mid for each in measured if each.mid is not None]
    return MarketMinutes(
        symbol=first.symbol,
        volume=tuple(math.fsum(column) / count for column in zip(*(each.volume for each in measured), strict=True)),
        variance=tuple(math.fsum(column) / count for column in zip(*(each.variance for each in measured), strict=True)),
        spread_bps=tuple(_mean(column) for column in zip(*(each.spread_bps for each in measured), strict=True)),
        mid=_mean(mids),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None
