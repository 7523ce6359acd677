"""Splits and dividends between dates: from a factor file where there is one, else by a stated rule over jumps.

Either way every date is brought to the shares and prices of the last one: volumes are multiplied by what one share of
that date has become, prices divided by it. Knows no file.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple

RATIOS: Final = (*(Fraction(n) for n in range(2, 51)), Fraction(3, 2))
"""Splits that a jump may stand for, and their inverses. 5:4 and 4:3 are too near to what a profit warning does to a
price: they, and whatever else is announced, need a factor file."""
TOLERANCE: Final = 0.03
"""A jump within 3 % of one of them: a stock's ordinary night moves it by less, one that halves it makes news."""


class Factor(NamedTuple):
    """Up to `day` (YYYYMMDD, included) a price times both factors is today's, and shares over `split` are today's."""

    day: str
    price: float
    split: float


class Scale(NamedTuple):
    """How one date is brought to the last one: its prices are multiplied by `price`, its shares by `shares`."""

    price: float
    shares: float


class Jump(NamedTuple):
    """A night that is taken for a split: from the date before to `day`, one share became `ratio`."""

    day: str
    ratio: Fraction


def scales_by_factors(days: Sequence[str], factors: Sequence[Factor]) -> tuple[Scale, ...]:
    """Each date's scale; `days` and `factors` are in order of time. After the last factor nothing is changed."""
    ends = [factor.day for factor in factors]
    known = [*factors, Factor("", 1.0, 1.0)]
    found = [known[bisect_left(ends, day)] for day in days]
    if not found:
        return ()
    last = found[-1]
    return tuple(Scale(each.price * each.split / (last.price * last.split), last.split / each.split) for each in found)


def jumps(days: Sequence[str], firsts: Sequence[float], lasts: Sequence[float]) -> tuple[Jump, ...]:
    """The nights whose first price over the last one before is within `TOLERANCE` of one of `RATIOS` or its inverse."""
    found = []
    for (_, _, before), (day, first, _) in pairwise(zip(days, firsts, lasts, strict=True)):
        ratio = _nearest(before / first)
        if ratio is not None:
            found.append(Jump(day, ratio))
    return tuple(found)


def scales_by_jumps(days: Sequence[str], found: Sequence[Jump]) -> tuple[Scale, ...]:
    """Each date's scale where `found` are the only splits."""
    scales, became = [], Fraction(1)
    by_day = {jump.day: jump.ratio for jump in found}
    for day in reversed(days):
        scales.append(Scale(float(1 / became), float(became)))
        became *= by_day.get(day, 1)
    return tuple(reversed(scales))


def _nearest(became: float) -> Fraction | None:
    """The split that a fall by a factor of `became` stands for; a rise (below 1) is a reverse split."""
    candidates = [each for ratio in RATIOS for each in (ratio, 1 / ratio)]
    best = min(candidates, key=lambda ratio: abs(became / float(ratio) - 1))
    return best if abs(became / float(best) - 1) <= TOLERANCE else None
