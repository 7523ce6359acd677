"""Volume curves from history: each bin's share of the day, the median over ordinary days.

Bias: a median of fractions damps the days on which volume came at an unusual hour, which is what a schedule wants and
a forecast of one day's volume does not.

A day's fractions are taken before the median, so that a busy day weighs no more than a quiet one. It must not know an
algorithm; the engine takes the result as `EngineConfig.curves` (ppm by bin from open to close, summing to 10^6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from statistics import median
from typing import NamedTuple

from router.api import PPM, Ppm, PrintKind, Qty
from simulator.feeds.bars import VolumeBar, read_bars
from simulator.feeds.lean import Trade

POOLED = "*"
"""The curve for a symbol that has none of its own: the median over all symbols' days."""


class CurveRules(NamedTuple):
    """How days are cut and which are left out. Seconds are after local midnight; the defaults are New York equities."""

    open_second: int = 34_200
    close_second: int = 57_600
    bins: int = 26
    """26 bins of 15 minutes: the grain of the published intraday volume studies."""
    quietest: float = 1 / 3
    busiest: float = 3.0
    """A day's volume outside these multiples of the median day is an event (index change, outage), not a habit."""
    quiet_tail_bins: int = 4
    quiet_tail_ppm: Ppm = 20_000
    """A day whose last hour (4 bins) holds under 2 % was an early close: an ordinary last hour holds a fifth."""
    days_min: int = 3
    """Below three days a median is one day's accident."""
    days_wanted: int = 20
    """A month: below that a curve is made, with a warning."""


class Curve(NamedTuple):
    """`ppm` sums to 10^6. `dropped` names each day left out and why; auctions are (opening, closing), if known."""

    symbol: str
    ppm: tuple[Ppm, ...]
    days: tuple[str, ...]
    dropped: tuple[tuple[str, str], ...]
    auctions: tuple[Ppm, Ppm] | None = None
    adv: Qty | None = None
    """Shares of the average ordinary day, in the session; the pooled curve has none."""

    @property
    def day_count(self) -> int:
        """Dates behind it: of the pooled curve, those of any symbol."""
        return len(dict.fromkeys(day.split()[-1] for day in self.days))


def day_volumes(bars: Iterable[VolumeBar], rules: CurveRules) -> dict[str, dict[str, list[Qty]]]:
    """Shares by symbol, day and bin; what traded outside the session is left out."""
    span = rules.close_second - rules.open_second
    volumes: dict[str, dict[str, list[Qty]]] = {}
    for bar in bars:
        if rules.open_second <= bar.second < rules.close_second:
            day = volumes.setdefault(bar.symbol, {}).setdefault(bar.day, [0] * rules.bins)
            day[(bar.second - rules.open_second) * rules.bins // span] += bar.qty
    return volumes


def build_curves(
    bars: Iterable[VolumeBar],
    rules: CurveRules | None = None,
    auctions: Mapping[str, Sequence[tuple[Ppm, Ppm]]] | None = None,
) -> dict[str, Curve]:
    """A curve for each symbol with enough ordinary days, and the pooled one under "*" when there is any.

    `auctions` gives each symbol's daily (opening, closing) shares of volume where the tape tells them apart.
    """
    rules = rules or CurveRules()
    curves: dict[str, Curve] = {}
    pooled: dict[str, list[Qty]] = {}
    for symbol, days in sorted(day_volumes(bars, rules).items()):
        dropped = _special_days(days, rules)
        kept = {day: volumes for day, volumes in sorted(days.items()) if day not in dropped}
        if len(kept) < rules.days_min:
            continue
        known = (auctions or {}).get(symbol, ())
        apart = (_middle([day[0] for day in known]), _middle([day[1] for day in known])) if known else None
        adv = sum(map(sum, kept.values())) // len(kept)
        left_out = tuple(sorted(dropped.items()))
        curves[symbol] = Curve(symbol, _median_curve(kept.values()), tuple(kept), left_out, apart, adv)
        pooled |= {f"{symbol} {day}": volumes for day, volumes in kept.items()}
    if pooled:
        curves[POOLED] = Curve(POOLED, _median_curve(pooled.values()), tuple(pooled), ())
    return curves


def auction_shares(trades: Iterable[Trade]) -> tuple[Ppm, Ppm]:
    """One day's volume in the opening and the closing auction as a share of all that the tape prints."""
    volumes = {PrintKind.OPENING: 0, PrintKind.CLOSING: 0}
    total = 0
    for trade in trades:
        total += trade.qty
        if trade.kind in volumes:
            volumes[trade.kind] += trade.qty
    assert total > 0, "no trades"
    return volumes[PrintKind.OPENING] * PPM // total, volumes[PrintKind.CLOSING] * PPM // total


def _middle(shares: list[Ppm]) -> Ppm:
    return int(median(shares))


def _special_days(days: Mapping[str, Sequence[Qty]], rules: CurveRules) -> dict[str, str]:
    """Each day that no ordinary curve should learn from, and the rule that says so with its numbers."""
    usual = median(sum(volumes) for volumes in days.values())
    special: dict[str, str] = {}
    for day, volumes in sorted(days.items()):
        total = sum(volumes)
        if total == 0:
            special[day] = "no volume in the session"
        elif (tail := sum(volumes[-rules.quiet_tail_bins :]) * PPM // total) < rules.quiet_tail_ppm:
            special[day] = (
                f"early close: {tail} ppm in the last {rules.quiet_tail_bins} bins, {rules.quiet_tail_ppm} wanted"
            )
        elif not rules.quietest <= total / usual <= rules.busiest:
            limits = f"{rules.quietest:.2f} to {rules.busiest:.2f}"
            special[day] = f"unusual volume: {total / usual:.2f} of the median day, {limits} allowed"
    return special


def _median_curve(days: Iterable[Sequence[Qty]]) -> tuple[Ppm, ...]:
    """Median over days of each bin's fraction, scaled to sum to exactly 10^6."""
    fractions = [[qty / sum(volumes) for qty in volumes] for volumes in days]
    return to_ppm([median(column) for column in zip(*fractions, strict=True)])


def to_ppm(weights: Sequence[float]) -> tuple[Ppm, ...]:
    """Weights as parts per million summing to exactly 10^6: largest remainder first, the earlier bin on a tie."""
    total = sum(weights)
    assert total > 0, weights
    exact = [weight / total * PPM for weight in weights]
    ppm = [int(share) for share in exact]
    by_remainder = sorted(range(len(ppm)), key=lambda bin_: (ppm[bin_] - exact[bin_], bin_))
    for bin_ in by_remainder[: PPM - sum(ppm)]:
        ppm[bin_] += 1
    return tuple(ppm)


def too_short(curves: Mapping[str, Curve], rules: CurveRules | None = None) -> list[str]:
    """What is to be said of curves from fewer days than a median should have."""
    wanted = (rules or CurveRules()).days_wanted
    return [
        f"{symbol}: {curve.day_count} days, fewer than {wanted}: one day's habit may look like the symbol's"
        for symbol, curve in curves.items()
        if curve.day_count < wanted
    ]


def curves_text(paths: Sequence[Path], rules: CurveRules | None = None) -> str:
    """The curve file of several bar files: what `sluice curves` writes.

    FeedError names a file that cannot be read; ValueError says that no symbol had enough ordinary days.
    """
    rules = rules or CurveRules()
    curves = build_curves(chain.from_iterable(map(read_bars, paths)), rules)
    names = ", ".join(path.name for path in paths)
    if not curves:
        raise ValueError(f"{names}: no symbol has {rules.days_min} ordinary days of volume in the session")
    return to_toml(curves, names)


def to_toml(curves: Mapping[str, Curve], source: str) -> str:
    """The curves as the text of a configuration file, each with where it came from."""
    out = [
        "# Volume curves: parts per million of the day's volume in equal bins from open to close, summing to 1000000.",
        f"# Median of daily fractions. Source: {source}",
    ]
    for symbol, curve in sorted(curves.items()):
        out.append("")
        out.append(f"# {len(curve.days)} days, {curve.days[0]} to {curve.days[-1]}; {len(curve.dropped)} left out")
        out += [f"#   {day}: {why}" for day, why in curve.dropped]
        if curve.auctions is not None:
            out.append("#   auctions apart: opening {} ppm, closing {} ppm of the day".format(*curve.auctions))
        out.append(f'"{symbol}" = [')
        out += [f"    {', '.join(map(str, curve.ppm[start : start + 13]))}," for start in range(0, len(curve.ppm), 13)]
        out.append("]")
    known = {symbol: curve.adv for symbol, curve in sorted(curves.items()) if curve.adv is not None}
    if known:
        out += [
            "",
            "# Average daily volume of the same days, shares: for an instrument that has none of its own.",
            "[adv]",
        ]
        out += [f'"{symbol}" = {adv}' for symbol, adv in known.items()]
    out += ["", "# How many days each curve is from.", "[days]"]
    out += [f'"{symbol}" = {curve.day_count}' for symbol, curve in sorted(curves.items())]
    return "\n".join(out) + "\n"
