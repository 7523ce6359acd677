"""The stylised facts, each a function of a recording: what is measured, its unit, shape and source.

Bias: an autocorrelation of one day is biased down by about 1/n, and an exponent holds only over the lags or sizes that
it was fitted on. It must not know how a recording came about, or what a fact ought to be (`simulator.facts.table`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from router.api import SECOND, Ns
from simulator.facts.recording import Floats, Ints, Recording

BINS: Final = 13
"""Half-hours of a New York session."""
SIGN_LAGS: Final = tuple(range(1, 101))
SIGN_SUMS: Final = (20, 40, 75, 150, 300)
"""How many signs are summed for the exponent of their correlation: fewer see bursts, more see one day's drift."""
SIGNATURE_S: Final = (1, 2, 5, 10, 30, 60, 120, 300)
RESPONSE_LAGS: Final = (0, 1, 2, 5, 10, 20, 50, 100, 200)
RESILIENCE_S: Final = (0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0)
_QUANTILES: Final = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)


def bin_edges(recording: Recording, bins: int = BINS) -> Ints:
    """`bins + 1` instants that cut the session evenly; UTC ns."""
    day = recording.day
    return np.linspace(day.open, day.close, bins + 1).astype(np.int64)


def by_time(recording: Recording, values: Floats, bins: int = BINS) -> Floats:
    """Time-weighted mean of a value that each quote row sets, by time of day: shape (bins,); NaN where never quoted."""
    edges = bin_edges(recording, bins)
    at = np.append(recording.quote_at, recording.day.close)
    # What a row has added up by an instant: the integral is linear between rows, so that a bin is a difference.
    total = np.concatenate(([0.0], np.cumsum(values * np.diff(at))))
    inside: Floats = np.interp(edges, at, total)
    quoted = np.diff(np.clip(edges, at[0], at[-1]))
    return np.asarray(np.divide(np.diff(inside), quoted, out=np.full(bins, np.nan), where=quoted > 0))


def spread_by_time(recording: Recording, bins: int = BINS) -> Floats:
    """Displayed spread in ticks; McInish and Wood (J. Finance 47, 1992): a reverse J, widest at the open."""
    return by_time(recording, (recording.ask - recording.bid) / recording.tick, bins)


def depth_by_time(recording: Recording, bins: int = BINS) -> Floats:
    """Shares displayed at the touch, mean of both sides; Biais, Hillion and Spatt (J. Finance 50, 1995)."""
    return by_time(recording, (recording.bid_qty + recording.ask_qty) / 2.0, bins)


def volume_curve(recording: Recording, bins: int = BINS) -> Floats:
    """Part of the continuous volume in each bin; sums to 1. Jain and Joh (J. Financ. Quant. Anal. 23, 1988): a U."""
    volume, _ = np.histogram(recording.trade_at, bin_edges(recording, bins), weights=recording.trade_qty)
    return np.asarray(volume / max(float(volume.sum()), 1.0))


def edge_over_middle(curve: Floats) -> float:
    """Mean of the first and last sixth of a curve over the mean of its middle third: above 1 for a U."""
    wing, third = max(len(curve) // 6, 1), len(curve) // 3
    edges = np.nanmean(np.concatenate((curve[:wing], curve[-wing:])))
    return float(edges / np.nanmean(curve[third:-third]))


def open_over_middle(curve: Floats) -> float:
    """The first bin of a curve over the mean of its middle third."""
    third = len(curve) // 3
    return float(curve[0] / np.nanmean(curve[third:-third]))


def gap_dispersion(recording: Recording) -> float:
    """Deviation of times between trades over their mean; 1 for Poisson. Engle and Russell (Econometrica 66, 1998)."""
    gaps = np.diff(recording.trade_at)
    return float(gaps.std() / gaps.mean()) if len(gaps) else float("nan")


def quantiles(values: Ints) -> Floats:
    """The 10, 25, 50, 75, 90 and 99 % quantiles, in the unit of `values`."""
    return np.quantile(values, _QUANTILES) if len(values) else np.full(len(_QUANTILES), np.nan)


def life_decades(recording: Recording) -> float:
    """Decades between the tenth and the ninetieth percent of lives to cancellation; an exponential law has 1.34.

    Hasbrouck and Saar (J. Financ. Markets 12, 2009): many orders live for less than two seconds, some all day.
    """
    low, *_, high, _ = quantiles(recording.life_ns)
    return float(np.log10(high / max(low, 1.0)))


def lot_share(recording: Recording) -> float:
    """Part of arriving orders of exactly one round lot."""
    return float(np.mean(recording.arrival_qty == recording.lot))


def five_lot_share(recording: Recording) -> float:
    """Of orders of five round lots or more, the part that are multiples of five: 1/5 were nobody partial to them.

    Traders like round numbers: Alexander and Peterson (J. Financ. Econ. 84, 2007), trades of 500, 1000 and 5000 shares.
    """
    large = recording.arrival_qty[recording.arrival_qty >= 5 * recording.lot]
    return float(np.mean(large % (5 * recording.lot) == 0)) if len(large) else float("nan")


def correlation(series: Floats, lag: int) -> float:
    """Autocorrelation of `series` at `lag` steps; NaN when it is too short or constant."""
    if len(series) <= lag + 1 or not series.std():
        return float("nan")
    centred = series - series.mean()
    return float((centred[:-lag] * centred[lag:]).mean() / centred.var())


def sign_correlations(recording: Recording, lags: Sequence[int] = SIGN_LAGS) -> Floats:
    """Autocorrelation of trade signs in trades; shape (lags,). Lillo and Farmer (SNDE 8, 2004): long memory."""
    signs = recording.trade_sign.astype(np.float64)
    return np.array([correlation(signs, lag) for lag in lags])


def sign_exponent(recording: Recording) -> float:
    """The g of C(lag) ~ lag^-g: below 1 is long memory (0.5 to 0.7 in Lillo and Farmer, 2004).

    From the variance of the sum of n signs, which grows like n^(2 - g); sums of 20 to 300 signs, all that there are.
    Sums average over many lags: the correlations themselves, beyond a few lags of one day, are mostly noise.
    """
    total = np.concatenate(([0.0], np.cumsum(recording.trade_sign, dtype=np.float64)))
    sizes = [n for n in SIGN_SUMS if len(total) > 5 * n]
    if len(sizes) < 3:
        return float("nan")
    variances = [float(np.mean((total[n:] - total[:-n]) ** 2)) for n in sizes]
    return 2.0 - float(np.polyfit(np.log(sizes), np.log(variances), 1)[0])


def sampled_mid(recording: Recording, step: Ns) -> Floats:
    """The mid every `step` ns from the first quote to the end of the session; quanta."""
    instants = np.arange(recording.quote_at[0], recording.day.close, step)
    return recording.mid[np.searchsorted(recording.quote_at, instants, side="right") - 1]


def returns(recording: Recording, step: Ns) -> Floats:
    """Log returns of the mid over `step` ns, one after the other."""
    return np.diff(np.log(sampled_mid(recording, step)))


def return_correlation(recording: Recording, seconds: int) -> float:
    """First autocorrelation of returns over `seconds`; near 0, or below. Cont (Quant. Finance 1, 2001), fact 1."""
    return correlation(returns(recording, seconds * SECOND), 1)


def volatility_correlation(recording: Recording, seconds: int = 60) -> float:
    """First autocorrelation of absolute returns over `seconds`: volatility clusters. Cont (2001), fact 6."""
    return correlation(np.abs(returns(recording, seconds * SECOND)), 1)


def kurtosis(recording: Recording, seconds: int = 60) -> float:
    """Excess kurtosis of returns over `seconds`; 0 for a normal law. Cont (2001), fact 2: heavy tails."""
    found = returns(recording, seconds * SECOND)
    centred = found - found.mean()
    return float((centred**4).mean() / centred.var() ** 2 - 3.0) if centred.any() else float("nan")


def volatility(recording: Recording, seconds: int) -> float:
    """Deviation of the session's return, from returns over `seconds`: sqrt of their squares' sum, as a fraction."""
    return float(np.sqrt((returns(recording, seconds * SECOND) ** 2).sum()))


def signature(recording: Recording, steps: Sequence[int] = SIGNATURE_S) -> Floats:
    """Volatility by sampling interval in seconds; flat is diffusive (Andersen and others, Risk 13, 2000)."""
    return np.array([volatility(recording, step) for step in steps])


def relative_signature(recording: Recording, steps: Sequence[int] = SIGNATURE_S) -> Floats:
    """The signature over that of its longest interval; not a number where no return is as long, or none moves."""
    found = signature(recording, steps)
    return found / found[-1] if found[-1] else np.full(len(steps), np.nan)


def signature_ratio(recording: Recording) -> float:
    """Volatility from 5 s over volatility from 300 s: above 1 prices bounce, below 1 they trend."""
    return float(relative_signature(recording, (5, 300))[0])


def response(recording: Recording, lags: Sequence[int] = RESPONSE_LAGS) -> Floats:
    """Mean of sign x (mid `lag` trades later - mid before the trade), in mean half-spreads; shape (lags,).

    Lag 0 is just before the next trade. It rises, and flattens: Bouchaud, Gefen, Potters and Wyart (Quant. Finance 4,
    2004).
    """
    before = np.searchsorted(recording.quote_at, recording.trade_at, side="left") - 1
    known = before >= 0
    mids, signs = recording.mid[before[known]], recording.trade_sign[known]
    half = float(np.mean(recording.ask - recording.bid)) / 2.0
    found = np.full(len(lags), np.nan)
    for place, lag in enumerate(lags):
        if len(mids) > lag + 1:
            # The mid before trade k + 1 is the mid after trade k.
            found[place] = np.mean(signs[: -lag - 1] * (mids[lag + 1 :] - mids[: -lag - 1])) / half
    return found


def resilience(recording: Recording, lags: Sequence[float] = RESILIENCE_S) -> Floats:
    """How far the spread stands above its usual `lag` seconds after a sweep, 1 just after it; shape (lags,).

    A sweep is a trade that widens the spread by half of itself and by a tick at least, to more than the half-hour's
    mean.
    Large (J. Financ. Markets 10, 2007) measures the same return by intensities of replenishment.
    """
    spreads = (recording.ask - recording.bid).astype(np.float64)
    before = np.searchsorted(recording.quote_at, recording.trade_at, side="left") - 1
    after = np.searchsorted(recording.quote_at, recording.trade_at, side="right") - 1
    edges = bin_edges(recording)
    bins = np.clip(np.searchsorted(edges, recording.trade_at, side="right") - 1, 0, BINS - 1)
    usual = by_time(recording, spreads)[bins]
    wider = spreads[after] - spreads[before]
    enough = wider >= np.maximum(recording.tick, spreads[before] / 2.0)
    swept = (before >= 0) & enough & (spreads[after] > usual)
    if not swept.any():
        return np.full(len(lags), np.nan)
    at, usual = recording.trade_at[swept], usual[swept]
    jump = float(np.mean(spreads[after[swept]] - usual))
    later = [np.searchsorted(recording.quote_at, at + int(lag * SECOND), side="right") - 1 for lag in lags]
    return np.array([float(np.mean(spreads[rows] - usual)) / jump for rows in later])


def half_life(lags: Sequence[float], left: Floats) -> float:
    """The first lag at which a decaying curve is at most a half, interpolated; the last lag when it never is."""
    for place in range(1, len(lags)):
        if left[place] <= 0.5:
            slope = (left[place - 1] - 0.5) / max(left[place - 1] - left[place], 1e-12)
            return float(lags[place - 1] + max(slope, 0.0) * (lags[place] - lags[place - 1]))
    return float(lags[-1])


def survival(values: Ints, grid: Sequence[float]) -> Floats:
    """The part of `values` at or above each point of `grid`."""
    ordered = np.sort(values)
    return 1.0 - np.searchsorted(ordered, np.asarray(grid), side="left") / max(len(ordered), 1)
