"""An estimate with its interval: means, ratios of sums, differences of two samples, by Student's t and by bootstrap.

Knows no order and no market. What cannot be said of so few observations is None, and `note` says why.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from scipy import special

LEVEL: Final = 0.95
_PICKS_MOST: Final = 1_000_000
"""Numbers drawn at a time by a bootstrap: 8 MB of them."""
_TOO_FEW: Final = "an interval takes two independent observations, there is {n}"

_ALIKE: Final = "all {n} observations are alike: how far they vary is not known"
_ROUNDING: Final = 1e-12


class Estimate(Struct, frozen=True):
    """A figure and how well it is known. `n` counts what was taken as independent: observations, or clusters."""

    value: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    n: int
    level: float = LEVEL
    note: str = ""

    @property
    def covers(self) -> tuple[float, float] | None:
        """The interval; None where there is none."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    def within(self, value: float) -> bool | None:
        """Whether the interval holds `value`; None without an interval."""
        covers = self.covers
        return None if covers is None else covers[0] <= value <= covers[1]


def nothing(reason: str, n: int = 0, level: float = LEVEL) -> Estimate:
    """No figure at all, with the reason in words."""
    return Estimate(None, None, None, None, n, level, reason)


def student(value: float, error: float, df: float, n: int, level: float = LEVEL) -> Estimate:
    """`value` with the two-sided interval of Student's t at `df` degrees of freedom."""
    reach = t_quantile(level, df) * error
    return Estimate(value, error, value - reach, value + reach, n, level)


def t_quantile(level: float, df: float) -> float:
    """How many standard errors the two-sided interval of `level` reaches to each side."""
    return float(special.stdtrit(df, 0.5 + level / 2))


def t_p_value(statistic: float, df: float) -> float:
    """Two-sided, of a Student t."""
    return float(2 * special.stdtr(df, -abs(statistic)))


def mean(values: Sequence[float], level: float = LEVEL) -> Estimate:
    """The mean of independent observations."""
    return ratio(values, [1.0] * len(values), level)


def ratio(tops: Sequence[float], weights: Sequence[float], level: float = LEVEL) -> Estimate:
    """Sum of `tops` over sum of `weights`, one pair for each independent cluster.

    Its variance is that of the linearised ratio, n/(n-1) sum (top - value x weight)^2 / (sum weight)^2 (Cochran,
    Sampling Techniques, 1977, ch. 6; with clusters in pairs it is the cluster-robust variance of a weighted mean), its
    interval Student's at n-1 degrees of freedom. Observations that are all alike have none: they tell no error.
    """
    n = len(tops)
    total = math.fsum(weights)
    if not total > 0:
        return nothing("there is nothing to take a mean of", n, level)
    value = math.fsum(tops) / total
    if n < 2:
        return Estimate(value, None, None, None, n, level, _TOO_FEW.format(n=n))
    squares = math.fsum((top - value * weight) ** 2 for top, weight in zip(tops, weights, strict=True))
    error = math.sqrt(n / (n - 1) * squares) / total
    if error <= _ROUNDING * max(abs(top) for top in tops) / total:
        return Estimate(value, 0.0, None, None, n, level, _ALIKE.format(n=n))
    return student(value, error, n - 1, n, level)


class Difference(Struct, frozen=True):
    """A difference of two means, with its test: `p_value` two-sided, None where there is no test."""

    estimate: Estimate
    df: float | None
    p_value: float | None


def welch(first: Sequence[float], second: Sequence[float], level: float = LEVEL) -> Difference:
    """Mean of `first` less mean of `second`, two independent samples of unequal variance (Welch 1947)."""
    return difference(mean(first, level), mean(second, level))


def difference(first: Estimate, second: Estimate) -> Difference:
    """`first` less `second`, two independent estimates of n-1 degrees of freedom each, as Welch and Satterthwaite."""
    level, n = first.level, first.n + second.n
    if first.value is None or second.value is None:
        return Difference(nothing("one side has no order", n, level), None, None)
    value = first.value - second.value
    if first.standard_error is None or second.standard_error is None:
        note = _TOO_FEW.format(n=min(first.n, second.n)) + " on one side"
        return Difference(Estimate(value, None, None, None, n, level, note), None, None)
    parts = (first.standard_error**2, second.standard_error**2)
    error = math.sqrt(sum(parts))
    if error == 0:
        return Difference(Estimate(value, 0.0, None, None, n, level, _ALIKE.format(n=n)), None, None)
    df = sum(parts) ** 2 / (parts[0] ** 2 / (first.n - 1) + parts[1] ** 2 / (second.n - 1))
    return Difference(student(value, error, df, n, level), df, t_p_value(value / error, df))


def p_value(estimate: Estimate) -> float | None:
    """Two-sided, of no effect, at n-1 degrees of freedom; None where there is no error or none above 0."""
    if estimate.value is None or not estimate.standard_error:
        return None
    return t_p_value(estimate.value / estimate.standard_error, estimate.n - 1)


def variance(values: Sequence[float]) -> float:
    """Of a sample of two or more, with n-1."""
    assert len(values) > 1, len(values)
    middle = math.fsum(values) / len(values)
    return math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1)


def bootstrap_ratio(
    tops: Sequence[float], weights: Sequence[float], *, seed: int, draws: int = 2_000, level: float = LEVEL
) -> Estimate:
    """As `ratio`, with the percentile interval of the bootstrap over clusters (Efron and Tibshirani 1993, ch. 13).

    Drawn by NumPy's PCG64 from `seed`: the same seed gives the same interval.
    """
    n = len(tops)
    plain = ratio(tops, weights, level)
    if plain.covers is None:
        return plain
    both = np.asarray([tops, weights], dtype=float)
    generator = np.random.default_rng(seed)
    sums = np.concatenate(
        [both[:, generator.integers(0, n, size=(size, n))].sum(axis=2) for size in _sizes(draws, n)], 1
    )
    # A draw of clusters without any weight has no ratio.
    ratios = sums[0][sums[1] > 0] / sums[1][sums[1] > 0]
    low, high = np.quantile(ratios, [0.5 - level / 2, 0.5 + level / 2])
    return Estimate(plain.value, float(ratios.std(ddof=1)), float(low), float(high), n, level)


def _sizes(draws: int, n: int) -> list[int]:
    """`draws` in parts that take a bounded memory each."""
    most = max(_PICKS_MOST // n, 1)
    return [most] * (draws // most) + ([draws % most] if draws % most else [])


def share(part: float, whole: int, level: float = LEVEL) -> Estimate:
    """`part` of `whole` as a share from 0 to 1, with the equal-tailed interval of Jeffreys' prior.

    Beta(part + 1/2, whole - part + 1/2), its end moved to 0 or 1 where the share is that (Brown, Cai and DasGupta
    2001). `part` may hold halves: ties of a percentile count half.
    """
    if not whole:
        return nothing("there is nothing to take a share of", 0, level)
    at = (part + 0.5, whole - part + 0.5)
    low = 0.0 if part == 0 else float(special.betaincinv(*at, 0.5 - level / 2))
    high = 1.0 if part == whole else float(special.betaincinv(*at, 0.5 + level / 2))
    rate = part / whole
    return Estimate(rate, math.sqrt(rate * (1 - rate) / whole), low, high, whole, level)
