"""What each fact of the default market ought to be, with its source; and whether a market's days keep to it.

A tolerance is for a single day of the default market's default symbol: a market meets a fact when every day lies
within, so that a lucky mean excuses nothing. Real days are shown beside and not judged: one stock is not all stocks. It
must not know how a figure is measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Final, NamedTuple

from simulator.facts.day import DayFacts
from simulator.facts.impact import Exponent


class Fact(NamedTuple):
    """A figure by its key, in words, with the closed interval that it should lie in, and who says so."""

    key: str
    title: str
    low: float
    high: float
    source: str


FACTS: Final = (
    Fact("spread_bps", "spread, mean over time, bps", 2.0, 8.0, "liquid US stocks; GOOG 2012-06-21: 4.8"),
    Fact(
        "spread_open",
        "spread in the first half-hour / at midday",
        1.05,
        2.5,
        "McInish and Wood 1992: widest at the open",
    ),
    Fact(
        "depth",
        "shares at the touch, mean of both sides",
        500.0,
        5_000.0,
        "several orders deep, as in large tick stocks",
    ),
    Fact("volume_u", "volume at both ends / at midday, per half-hour", 1.1, 4.5, "Jain and Joh 1988: a U"),
    Fact("orders_per_trade", "orders that come to rest / trades", 5.0, 20.0, "LOBSTER days of 2012: about 9"),
    Fact("one_lot", "orders of exactly one round lot", 0.35, 0.65, "GOOG 2012-06-21: 0.50"),
    Fact(
        "five_lots",
        "of orders of 5 lots or more, multiples of 5 lots",
        0.4,
        0.9,
        "Alexander and Peterson 2007: round sizes",
    ),
    Fact(
        "gap_dispersion",
        "times between trades, deviation / mean",
        1.3,
        3.0,
        "Engle and Russell 1998: above Poisson's 1",
    ),
    Fact(
        "life_decades",
        "lives to cancellation, decades from 10 % to 90 %",
        2.0,
        5.0,
        "Hasbrouck and Saar 2009: fleeting to patient",
    ),
    Fact("sign_first", "trade signs, correlation at lag 1", 0.3, 0.8, "Lillo and Farmer 2004; GOOG: 0.63"),
    Fact(
        "sign_exponent",
        "trade signs, exponent of their correlation's decay",
        0.1,
        1.0,
        "Lillo and Farmer 2004: below 1, long memory",
    ),
    Fact("return_correlation", "10 s returns, correlation at lag 1", -0.2, 0.1, "Cont 2001: none, but for bounce"),
    Fact("signature", "volatility from 5 s / from 300 s", 0.7, 1.4, "Andersen and others 2000: flat, about 1"),
    Fact("volatility_correlation", "absolute 1 min returns, correlation at lag 1", 0.0, 0.5, "Cont 2001: positive"),
    Fact("kurtosis", "1 min returns, excess kurtosis", 0.1, 20.0, "Cont 2001: above the normal law's 0"),
    Fact("response_first", "mid after a trade, half-spreads", 0.05, 0.6, "Bouchaud and others 2004: with the trade"),
    Fact(
        "response_rises",
        "and its rise over the next ten trades",
        0.0,
        1.0,
        "Bouchaud and others 2004: it rises, then flattens",
    ),
    Fact("resilience", "seconds to half of a sweep's widening", 0.2, 20.0, "Large 2007: seconds to minutes"),
    Fact(
        "queue_law", "first queue against its invariant law, total variation", 0.0, 0.2, "arXiv:1312.0563, section 2.3"
    ),
)
"""The one table of tolerances."""

IMPACT: Final = Fact("impact", "impact against size, exponent (95 %)", 0.4, 0.6, "Toth and others 2011: near one half")
DECAY: Final = Fact(
    "decay", "impact left after twice the order's life", 0.3, 0.9, "Bershova and Rakhlin 2013: two thirds"
)


class Row(NamedTuple):
    """A fact of one market: over its days the least, mean and greatest figure, and how many days keep to it."""

    fact: Fact
    least: float
    mean: float
    greatest: float
    met: int
    days: int

    @property
    def is_met(self) -> bool:
        return self.met == self.days


def judge(days: Sequence[DayFacts], facts: Sequence[Fact] = FACTS) -> list[Row]:
    """A row for each fact; a figure that could not be measured keeps to nothing."""
    return [_row(fact, [day.figures[fact.key] for day in days]) for fact in facts]


def judge_impact(found: Exponent, left: float) -> list[Row]:
    """The two rows of the meta-order experiment. The exponent is met when its whole interval lies within."""
    low, high = found.interval
    met = IMPACT.low <= low and high <= IMPACT.high
    return [Row(IMPACT, low, found.value, high, int(met), 1), _row(DECAY, [left])]


def _row(fact: Fact, figures: Sequence[float]) -> Row:
    known = [figure for figure in figures if isfinite(figure)] or [float("nan")]
    met = sum(fact.low <= figure <= fact.high for figure in figures)
    return Row(fact, min(known), sum(known) / len(known), max(known), met, len(figures))


def show(value: float) -> str:
    """A figure with three significant digits, thousands set apart."""
    return "-" if not isfinite(value) else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def spread_of(row: Row) -> str:
    """Mean and range of a row: `0.49 (0.48 to 0.51)`; the mean alone of a single day."""
    if row.least == row.greatest:
        return show(row.mean)
    return f"{show(row.mean)} ({show(row.least)} to {show(row.greatest)})"


Judged = Mapping[str, Sequence[Row]]
"""A market's rows by its name, in the order in which they are shown; the first is the one that is judged."""
