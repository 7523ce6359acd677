"""Whether the next child order can be guessed from the last: its size, and the time until it comes.

Entropy against that of a uniform draw over the same values, autocorrelation, runs, round sizes, and a plain detector
whose guesses are scored before it sees the answer. What an outsider sees is sendings: children sent at one instant are
one, a conditional child is not seen. Knows no market. A low p-value is evidence of a pattern, not of its cost.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import numpy as np
from msgspec import Struct
from scipy import special

from router.core.types import Ns, Qty
from router.tca.estimate import LEVEL, Estimate, nothing, share
from router.tca.facts.case import Case
from router.tca.facts.record import ChildEnd

BINS_MOST: Final = 16
LAGS_MOST: Final = 10
LOOK_BACK: Final = 20
"""Sendings that the detector's guess is the median of."""
TOLERANCE: Final = 0.1
"""A guess within a tenth of what comes is a hit."""
GUESSES_FIRST: Final = 3
"""Sendings that the detector sees before its first guess."""


class Sending(Struct, frozen=True, gc=False):
    """What went out at one instant."""

    at: Ns
    qty: Qty
    child_ids: tuple[str, ...]


class Entropy(Struct, frozen=True):
    """In bits, of `n` observations on `support` values. `corrected` is after Miller and Madow, at most `most`.

    H = -sum p log2 p of the shares p; the correction adds (support - 1) / (2 n ln 2) for what a small sample lacks
    (Miller 1955). `most` = log2(support) is the entropy of a uniform draw over the same values. Bias: a support that
    grows with the sample (every size is new) has its maximum by construction, and says nothing.
    """

    n: int
    support: int
    plain: float
    corrected: float
    most: float

    @property
    def evenness(self) -> float | None:
        """Corrected entropy as a part of the most: 1 is a uniform draw, 0 always the same; None of one value alone."""
        return self.corrected / self.most if self.most else None


class Autocorrelation(Struct, frozen=True):
    """Of lags 1, 2, ...: `bound` holds 95 % of each where there is none. `q`, `p_value`: Ljung and Box (1978)."""

    lags: tuple[float, ...]
    bound: float
    q: float
    p_value: float


class Runs(Struct, frozen=True):
    """Runs above and below the median (Wald and Wolfowitz 1940): fewer are trends, more are alternation."""

    runs: int
    expected: float
    z: float
    p_value: float


class RoundSizes(Struct, frozen=True):
    """Sendings of a multiple of `multiple` shares, against one in `multiple / lot` by chance; the test is one-sided."""

    multiple: Qty
    share: Estimate
    by_chance: Fraction
    p_value: float


class Guesses(Struct, frozen=True):
    """How often the detector hit, and how often it would have with values drawn without memory."""

    hits: Estimate
    by_chance: float | None
    hit: tuple[bool, ...] = ()
    """For each observation after the first `GUESSES_FIRST`."""


class Predictability(Struct, frozen=True):
    """Of one sequence; a part that does not exist is None and `notes` says why."""

    n: int
    entropy: Entropy | None
    autocorrelation: Autocorrelation | None
    runs: Runs | None
    guesses: Guesses
    notes: tuple[str, ...] = ()


def sendings(case: Case) -> tuple[Sending, ...]:
    """What a parent sent, in order of time: firm children that were not refused, those of one instant together."""
    found: dict[Ns, list[tuple[Qty, str]]] = {}
    for child in case.record.children:
        if not child.conditional and child.end is not ChildEnd.REJECTED:
            found.setdefault(child.at, []).append((child.qty, child.child_id))
    return tuple(
        Sending(at, sum(qty for qty, _ in sent), tuple(name for _, name in sent)) for at, sent in sorted(found.items())
    )


def intervals(sent: Sequence[Sending]) -> tuple[Ns, ...]:
    """Between one sending and the next, in ns: one fewer than sendings."""
    return tuple(after.at - before.at for before, after in itertools.pairwise(sent))


def size_predictability(sent: Sequence[Sending], level: float = LEVEL) -> Predictability:
    """Of the sizes, each a value of its own. By chance: any of the sizes that were seen, alike."""
    sizes = [each.qty for each in sent]
    return _predictability(sizes, sizes, _size_chance(sizes), level, "shares")


def interval_predictability(sent: Sequence[Sending], level: float = LEVEL) -> Predictability:
    """Of the intervals, for their entropy in at most 16 bins of equal width. By chance: arrivals without memory."""
    times = intervals(sent)
    chance = 2 ** -(1 - TOLERANCE) - 2 ** -(1 + TOLERANCE)
    return _predictability(times, _binned(times), chance, level, "ns")


def _predictability(
    values: Sequence[int], classes: Sequence[int], chance: float | None, level: float, unit: str
) -> Predictability:
    notes: list[str] = []
    varied = len(set(values)) > 1
    if not varied:
        notes.append(
            "there is nothing to follow" if len(values) < 2 else f"always {values[0]:,} {unit}: the next one is known"
        )
    lags = autocorrelation(values) if varied else None
    if varied and lags is None:
        notes.append(f"autocorrelation takes 8 observations, there are {len(values)}")
    counted = runs_about_median(values) if varied else None
    if varied and counted is None:
        notes.append("too few observations on one side of the median for a test of runs")
    return Predictability(
        n=len(values),
        entropy=entropy(classes) if classes else None,
        autocorrelation=lags,
        runs=counted,
        guesses=guesses(values, chance, level),
        notes=tuple(notes),
    )


def _binned(values: Sequence[int]) -> list[int]:
    if not values:
        return []
    low, high = min(values), max(values)
    bins = min(math.isqrt(len(values) - 1) + 1, BINS_MOST)
    width = -(-(high - low + 1) // bins)
    return [(value - low) // width for value in values]


def entropy(classes: Sequence[int]) -> Entropy:
    """Of one observation or more."""
    n = len(classes)
    counts: dict[int, int] = {}
    for each in classes:
        counts[each] = counts.get(each, 0) + 1
    plain = -math.fsum(count / n * math.log2(count / n) for count in counts.values())
    most = math.log2(len(counts))
    return Entropy(n, len(counts), plain, min(plain + (len(counts) - 1) / (2 * n * math.log(2)), most), most)


def autocorrelation(values: Sequence[int]) -> Autocorrelation | None:
    """At up to 10 lags, a fourth of the sample at most; None of fewer than 8 observations."""
    n = len(values)
    if n < 8:
        return None
    away = np.asarray(values, dtype=float) - statistics.fmean(values)
    variance = float(away @ away)
    lags = tuple(float(away[lag:] @ away[:-lag]) / variance for lag in range(1, min(LAGS_MOST, n // 4) + 1))
    q = n * (n + 2) * math.fsum(rho**2 / (n - lag) for lag, rho in enumerate(lags, 1))
    return Autocorrelation(lags, 1.96 / math.sqrt(n), q, float(special.chdtrc(len(lags), q)))


def runs_about_median(values: Sequence[int]) -> Runs | None:
    """Values at the median itself are left out; None with fewer than 5 on either side, where no normal law holds."""
    median = statistics.median(values)
    above = [value > median for value in values if value != median]
    high = sum(above)
    low = len(above) - high
    if min(high, low) < 5:
        return None
    count = 1 + sum(1 for before, after in itertools.pairwise(above) if before is not after)
    n = high + low
    expected = 2 * high * low / n + 1
    z = (count - expected) / math.sqrt((expected - 1) * (expected - 2) / (n - 1))
    return Runs(count, expected, z, float(2 * special.ndtr(-abs(z))))


def round_sizes(sent: Sequence[Sending], lot: Qty, lots: int = 5, level: float = LEVEL) -> RoundSizes:
    """Share of sendings of a multiple of `lots` round lots, among those of whole lots.

    Without a preference it is one in `lots`, as last digits are (a size of many lots; of small ones it is less).
    """
    whole = [each.qty for each in sent if each.qty % lot == 0]
    hits = sum(1 for qty in whole if qty % (lot * lots) == 0)
    chance = Fraction(1, lots)
    # The chance of as many hits or more, by the binomial law; with none at all it is certain.
    p_value = float(special.bdtrc(hits - 1, len(whole), float(chance))) if hits else 1.0
    return RoundSizes(lot * lots, share(hits, len(whole), level), chance, p_value)


# --- the detector


def guesses(values: Sequence[int], by_chance: float | None, level: float = LEVEL) -> Guesses:
    """Guess each value as the median of up to 20 before it; a hit is a guess within a tenth of itself.

    Against intervals without memory (exponential) a median guess hits 2^-0.9 - 2^-1.1 = 6.9 % of the time.
    """
    hit = tuple(
        _hits(statistics.median(values[max(n - LOOK_BACK, 0) : n]), values[n])
        for n in range(GUESSES_FIRST, len(values))
    )
    if not hit:
        reason = f"the detector guesses from observation {GUESSES_FIRST + 1} on, there are {len(values)}"
        return Guesses(nothing(reason, 0, level), by_chance)
    return Guesses(share(sum(hit), len(hit), level), by_chance, hit)


def _hits(guess: float, value: int) -> bool:
    return abs(value - guess) <= TOLERANCE * guess


def _size_chance(sizes: Sequence[Qty]) -> float | None:
    """How often the detector's guesses would hit one of the sizes seen, drawn alike."""
    support = sorted(set(sizes))
    tries = [
        sum(_hits(statistics.median(sizes[max(n - LOOK_BACK, 0) : n]), size) for size in support) / len(support)
        for n in range(GUESSES_FIRST, len(sizes))
    ]
    return statistics.fmean(tries) if tries else None


class Exposure(Struct, frozen=True):
    """What being detected would cost: fills of children whose time was guessed, and of those whose size was, too.

    Somebody who knows when a child comes, and moves the price one basis point ahead of it, takes one basis point of
    its value: `per_bp` in the currency, `share` as a part of all that was filled. A model of the harm, not a measure
    of harm done.
    """

    notional: Fraction
    timed: Fraction
    timed_and_sized: Fraction

    @property
    def per_bp(self) -> Fraction:
        """Currency for each basis point that the detector moves the price before a child that it timed."""
        return self.timed / 10_000

    @property
    def share(self) -> float | None:
        """The same in basis points of the parent; None of nothing filled."""
        return float(self.timed / self.notional) if self.notional else None


def exposure(case: Case) -> Exposure:
    """Of one parent, by the detector's hits on its own sendings."""
    sent = sendings(case)
    times = guesses(intervals(sent), None).hit
    sizes = guesses([each.qty for each in sent], None).hit
    unit = Fraction(case.instrument.multiplier, case.instrument.price_scale)
    # Interval n ends with sending n + 1.
    timed = {name for n, hit in enumerate(times) if hit for name in sent[n + GUESSES_FIRST + 1].child_ids}
    sized = {name for n, hit in enumerate(sizes) if hit for name in sent[n + GUESSES_FIRST].child_ids}

    def value(names: set[str] | None) -> Fraction:
        return unit * sum(fill.px * fill.qty for fill in case.fills if names is None or fill.child_id in names)

    return Exposure(value(None), value(timed), value(timed & sized))
