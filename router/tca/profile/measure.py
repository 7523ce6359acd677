"""A symbol's profile from its dates: what each figure is, which dates it is of, what is said where there are too few.

- Volumes (ADV): all full dates, brought to the last date's shares.
- Volume curve: the median of date fractions by bin, scaled to 1, over ordinary dates (full ones, volume within
  `MeasureRules.quietest` to `busiest` of the median date); of fewer than `curve_days_min` the pooled curve, and it
  says so.
- Volatility curve: the mean of date fractions of squared returns, over the same dates; there is no pooled one.
- Daily volatility: sample deviation of log returns between the dates' last prices, partial dates in; a night taken for
  a split, and one over a gap of more than `gap_days_max` days, are left out.
- Autocorrelation: of the five-minute returns, pairs within a date only, about the mean of all of them.

Knows no file and no feed: dates come reduced, from `router.tca.profile.measure_day`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import log, sqrt
from statistics import fmean, median, stdev
from typing import Any, Final, NamedTuple

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from router.core.types import PPM, SECOND
from router.tca.profile.measure_day import SAMPLE_NS, DayFigures, SpreadSum
from router.tca.profile.profile import SymbolProfile
from router.tca.profile.splits import Factor, Scale, jumps, scales_by_factors, scales_by_jumps


class MeasureRules(Struct, frozen=True):
    """How dates are cut, and how many a figure needs. The defaults are those of `sluice curves`, where it has them."""

    bins: int = 26
    """Of a session: 15 minutes of a New York one."""
    curve_days_min: int = 20
    """A month of dates: below that one date's habit may look like the symbol's."""
    quietest: float = 1 / 3
    busiest: float = 3.0
    tail_min: float = 0.02
    """A date with a smaller part of its volume in the last hour closed early, calendar or not."""
    returns_min: int = 5
    """Nights for a daily volatility: a week, whose standard error is a third of the figure."""
    returns_wanted: int = 20
    """Below that the error is said: 1 / sqrt(2 (n - 1)) of the figure (normal returns)."""
    gap_days_max: int = 4
    """Friday to Tuesday: a return over more days is not a day's."""
    lags: int = 5


class PooledCurve(NamedTuple):
    """A volume curve for a symbol without enough history: parts of the session's volume, and where it is from."""

    parts: tuple[float, ...]
    source: str


class Origin(NamedTuple):
    """What stands in a profile of itself: the currency, and name and SHA-256 of each file."""

    currency: str = "USD"
    sources: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


_VOLUMES_APART: Final = 1.5
"""Extended hours, late prints and auctions make less of a difference between two files of the same shares."""
_FROM_COARSER: Final = ("first", "last", "bins", "tail", "returns", "opening", "closing")


def finest(days: Iterable[DayFigures]) -> tuple[DayFigures, ...]:
    """A date once, in order of date: each figure from the finest source that tells it, the volume from the finest.

    ValueError where two of one grain tell of the same date.
    """
    by_day = _by_day(days)
    return tuple(_merged(by_day[name]) for name in sorted(by_day))


def disagreement(days: Iterable[DayFigures]) -> tuple[str, ...]:
    """A note where sources of one date have volumes further apart than `_VOLUMES_APART`; none where they agree."""
    apart = {}
    for name, sources in _by_day(days).items():
        volumes = sorted(each.volume for each in sources if each.volume)
        if volumes and volumes[-1] > _VOLUMES_APART * volumes[0]:
            apart[name] = volumes[-1] / volumes[0]
    if not apart:
        return ()
    most = f"the sources' volumes differ by a factor of up to {max(apart.values()):.1f}"
    return (f"{_dates(sorted(apart))}: {most}: one may be adjusted for splits, or of one venue; the finest is taken",)


def _by_day(days: Iterable[DayFigures]) -> dict[str, list[DayFigures]]:
    found: dict[str, list[DayFigures]] = {}
    for day in days:
        found.setdefault(day.day, []).append(day)
    return found


def _merged(sources: Sequence[DayFigures]) -> DayFigures:
    ordered = sorted(sources, key=lambda each: each.grain_ns)
    for finer, coarser in pairwise(ordered):
        if finer.grain_ns == coarser.grain_ns:
            grain = f"{finer.grain_ns // SECOND} s bars" if finer.grain_ns else "prints"
            raise ValueError(f"{finer.day}: two files of {grain}, one is allowed")
    told = {
        name: next((value for each in ordered if (value := getattr(each, name)) is not None), None)
        for name in _FROM_COARSER
    }
    return replace(ordered[0], **told)


def measure(
    symbol: str,
    days: Sequence[DayFigures],
    spreads: Sequence[SpreadSum] = (),
    *,
    rules: MeasureRules | None = None,
    pooled: PooledCurve | None = None,
    factors: Sequence[Factor] = (),
    origin: Origin | None = None,
) -> SymbolProfile:
    """The profile of `days` (one a date, in order: see `finest`) and of the dates with quotes, each from its finest.

    ValueError where no date has a price (a profile has one), or quotes of one date and grain twice.
    """
    if all(day.last is None for day in days):
        raise ValueError(f"{symbol}: no date with a price in the session: bars or prints of trades are needed")
    if twice := [
        day for (day, _), count in Counter((each.day, each.grain_ns) for each in spreads).items() if count > 1
    ]:
        raise ValueError(f"{symbol}: {_dates(twice)}: two files of quotes, one is allowed")
    quoted = {each.day: each for each in sorted(spreads, key=lambda each: each.grain_ns, reverse=True)}
    measuring = _Measuring(symbol, days, rules or MeasureRules(), factors)
    return measuring.profile(tuple(quoted.values()), pooled, origin or Origin())


class _Prices(NamedTuple):
    day: str
    first: float
    last: float


class _Measuring:
    """One profile in the making: figures, what is missing and why, notes."""

    def __init__(self, symbol: str, days: Sequence[DayFigures], rules: MeasureRules, factors: Sequence[Factor]) -> None:
        self.symbol, self.days, self.rules = symbol, days, rules
        self.prices = [_Prices(day.day, day.first, day.last) for day in days
                       if day.first is not None and day.last is not None]  # fmt: skip
        self.missing: dict[str, str] = {}
        self.notes: list[str] = []
        self.scales = self._scales(factors)
        usual = median(day.tail for day in days if day.tail is not None) if self._any_tail() else 0.0
        # Only where the last hour is busy as a rule does a quiet one say that the market had closed.
        self.tail_min = rules.tail_min if usual >= 2 * rules.tail_min else 0.0
        partial = {day.day: why for day in days if (why := self._partial(day))}
        self.full = [day for day in days if day.day not in partial]
        self.usual_volume = median(self._volume(day) for day in self.full) if self.full else 0.0
        for why in dict.fromkeys(partial.values()):
            self.notes.append(
                f"{_dates([day for day in partial if partial[day] == why])} {why}: not in volumes, curves"
            )

    def profile(self, spreads: Sequence[SpreadSum], pooled: PooledCurve | None, origin: Origin) -> SymbolProfile:
        figures: dict[str, Any] = {
            **self._volumes(),
            "sigma_daily": self._sigma_daily(),
            "sigma_intraday": self._sigma_intraday(),
            "spread": self._spread(spreads),
            **self._curves(pooled),
            **self._auctions(),
            "autocorrelation": self._autocorrelation(),
        }
        return SymbolProfile(
            symbol=self.symbol,
            currency=origin.currency,
            as_of=self.days[-1].day,
            days=len(self.days),
            price=self.prices[-1].last,
            **figures,
            sources=origin.sources,
            missing=self.missing,
            notes=(*origin.notes, *self.notes),
        )

    # --- dates

    def _scales(self, factors: Sequence[Factor]) -> dict[str, Scale]:
        names = [day.day for day in self.days]
        self.split_nights: dict[str, str] = {}
        if factors:
            return dict(zip(names, scales_by_factors(names, factors), strict=True))
        found = jumps(*zip(*self.prices, strict=True))
        for jump in found:
            self.split_nights[jump.day] = str(jump.ratio)
            self.notes.append(
                f"{jump.day} opened at 1/{float(jump.ratio):g} of the last price: taken for a split of {jump.ratio}, "
                "earlier volumes brought to the new shares"
            )
        return dict(zip(names, scales_by_jumps(names, found), strict=True))

    def _any_tail(self) -> bool:
        return any(day.tail is not None for day in self.days)

    def _partial(self, day: DayFigures) -> str:
        if not day.partial and day.tail is not None and day.tail < self.tail_min:
            return f"had less than {self.tail_min:.0%} of the session's volume in the last hour"
        return day.partial

    def _volume(self, day: DayFigures) -> float:
        return day.volume * self.scales[day.day].shares

    def _ordinary(self) -> list[DayFigures]:
        """Full dates with bins and a volume that is no event."""
        low, high = self.rules.quietest * self.usual_volume, self.rules.busiest * self.usual_volume
        return [day for day in self.full if any(day.bins or ()) and low <= self._volume(day) <= high]

    # --- figures

    def _volumes(self) -> dict[str, float | None]:
        volumes = [self._volume(day) for day in self.full]
        if not any(volumes):
            for name in ("adv", "adv_median"):
                self.missing[name] = "no full date with volume"
            return {"adv": None, "adv_median": None}
        middle = median(volumes)
        if not middle:
            self.missing["adv_median"] = "the median date has no volume"
        return {"adv": fmean(volumes), "adv_median": middle or None}

    def _sigma_daily(self) -> float | None:
        returns, gaps = [], 0
        for before, after in pairwise(self.prices):
            if (date.fromisoformat(after.day) - date.fromisoformat(before.day)).days > self.rules.gap_days_max:
                gaps += 1
            elif after.day not in self.split_nights:
                price = after.last * self.scales[after.day].price / (before.last * self.scales[before.day].price)
                returns.append(log(price))
        if gaps:
            self.notes.append(f"{gaps} nights of more than {self.rules.gap_days_max} days left out of sigma_daily")
        count, floor = len(returns), self.rules.returns_min
        if count < floor:
            self.missing["sigma_daily"] = f"{count} close-to-close returns, {floor} are needed"
            return None
        if count < self.rules.returns_wanted:
            error = 100 / sqrt(2 * (count - 1))
            self.notes.append(f"sigma_daily is of {count} returns: standard error {error:.0f} % of it")
        return self._positive("sigma_daily", stdev(returns))

    def _sigma_intraday(self) -> float | None:
        sums = [sum(each * each for each in day.returns) for day in self.full if day.returns is not None]
        if not sums:
            self.missing["sigma_intraday"] = self._too_coarse(SAMPLE_NS // SECOND)
            return None
        return self._positive("sigma_intraday", sqrt(fmean(sums)))

    def _positive(self, name: str, value: float) -> float | None:
        if value > 0:
            return value
        self.missing[name] = "the price never moved"
        return None

    def _spread(self, spreads: Sequence[SpreadSum]) -> float | None:
        total = sum(each.ns for each in spreads)
        if not total:
            self.missing["spread"] = "both sides were never quoted, uncrossed" if spreads else "no quotes"
            return None
        if barred := sorted(each.day for each in spreads if each.grain_ns):
            self.notes.append(f"{_dates(barred)}: spread of the quotes at both ends of bars")
        return sum(each.weighted for each in spreads) / total

    def _curves(self, pooled: PooledCurve | None) -> dict[str, tuple[float, ...]]:
        ordinary, floor = self._ordinary(), self.rules.curve_days_min
        if left := [day.day for day in self.full if day.bins is not None and day not in ordinary]:
            self.notes.append(f"{_dates(left)} of unusual volume: not in the curves")
        if len(ordinary) < floor:
            why = f"{len(ordinary)} ordinary dates with bins, {floor} are needed"
            self.missing["volatility_curve"] = why
            return {"curve": self._pooled(why, pooled), "volatility_curve": ()}
        fractions = np.array([day.bins for day in ordinary], float)
        middle = np.median(fractions / fractions.sum(axis=1, keepdims=True), axis=0)
        return {
            "curve": tuple((middle / middle.sum()).tolist())
            if middle.sum()
            else self._pooled("most bins are empty", pooled),
            "volatility_curve": self._volatility_curve(ordinary),
        }

    def _pooled(self, why: str, pooled: PooledCurve | None) -> tuple[float, ...]:
        if pooled is None or len(pooled.parts) != self.rules.bins:
            bins = "no pooled curve" if pooled is None else f"the pooled curve has {len(pooled.parts)} bins"
            self.missing["curve"] = f"{why}; {bins}, {self.rules.bins} are asked for"
            return ()
        self.notes.append(f"the volume curve is pooled, from {pooled.source}: {why}")
        return pooled.parts

    def _volatility_curve(self, ordinary: Sequence[DayFigures]) -> tuple[float, ...]:
        rows = [np.square(day.returns) for day in ordinary if day.returns is not None and any(day.returns)]
        floor, bins = self.rules.curve_days_min, self.rules.bins
        if len(rows) < floor:
            self.missing["volatility_curve"] = (
                f"{len(rows)} ordinary dates with five-minute returns, {floor} are needed"
            )
            return ()
        if bins > rows[0].size:
            self.missing["volatility_curve"] = f"{bins} bins are finer than {rows[0].size} five-minute returns"
            return ()
        mean = np.mean([row / row.sum() for row in rows], axis=0)
        # A return belongs to the bin that holds its middle.
        places = (2 * np.arange(mean.size) + 1) * bins // (2 * mean.size)
        return tuple(np.bincount(places, weights=mean, minlength=bins).tolist())

    def _auctions(self) -> dict[str, float | None]:
        told = [day for day in self.full if day.opening is not None and day.closing is not None and day.volume]
        if not told:
            for name in ("open_auction", "close_auction"):
                self.missing[name] = "no source tells auctions apart" if self.full else "no full date"
            return {"open_auction": None, "close_auction": None}
        return {
            "open_auction": median((day.opening or 0) / day.volume for day in told),
            "close_auction": median((day.closing or 0) / day.volume for day in told),
        }

    def _autocorrelation(self) -> tuple[float, ...]:
        rows = [np.asarray(day.returns) for day in self.full if day.returns is not None]
        everything = np.concatenate(rows) if rows else np.zeros(0)
        moved = everything - everything.mean() if rows else everything
        squares = float((moved * moved).sum())
        if not squares:
            self.missing["autocorrelation"] = self.missing.get("sigma_intraday", "the price never moved")
            return ()
        about = [row - everything.mean() for row in rows]
        return tuple(
            float(sum((row[:-lag] * row[lag:]).sum() for row in about)) / squares
            for lag in range(1, self.rules.lags + 1)
        )

    def _too_coarse(self, seconds: int) -> str:
        grain = min(day.grain_ns for day in self.days) // SECOND
        return f"the finest bars are of {grain} s, {seconds} s are needed" if grain > seconds else "no full date"


def pooled_of(curves: Mapping[str, Sequence[int]], symbol: str, source: str) -> PooledCurve | None:
    """What stands in for a curve of its own: the one that `curves` (ppm by bin) has of the symbol, else the pooled."""
    name = symbol if symbol in curves else "*"
    parts = curves.get(name)
    return None if parts is None else PooledCurve(tuple(part / PPM for part in parts), f"{source} ({name})")


def _dates(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more dates"
