"""The impact of a meta-order of ours against its size: an experiment in a synthetic market, over sizes and seeds.

Bias: the mid is compared with the efficient price less our displacement of it, which only a synthetic market knows;
that spares the noise of the walk. The meta-order is equal market orders (IOC) at equal intervals, venue after venue;
its size is what was filled. It must not know how the market makes its impact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Final, NamedTuple

import numpy as np

from router.api import SECOND, ChildFilled, Ns, OrdType, Qty, Reason, SendChild, Side, TimeInForce, VenueProfile
from simulator.facts.recording import Floats, Heard
from simulator.synthetic import SyntheticSource

FRACTIONS: Final = (0.0025, 0.005, 0.01, 0.02, 0.04)
"""Meta-orders as parts of a day's volume."""
SLICES: Final = 20
SLICE_NS: Final[Ns] = 30 * SECOND
START_NS: Final[Ns] = 1_800 * SECOND
"""After the open, when makers no longer quote as wide as they begin."""
HORIZON_NS: Final[Ns] = 2 * SLICES * SLICE_NS
"""How long the market is watched after the last slice: twice the order's own life."""


class Impact(NamedTuple):
    """One meta-order: the filled part of a day's volume, and the mid's displacement, as a fraction of the price."""

    size: float
    peak: float
    """Mean over the last slice's interval."""
    later: float
    """Mean over a slice's interval at the horizon after it."""


class Exponent(NamedTuple):
    """A fitted power law's exponent, its standard error (jackknife over seeds), and how many seeds."""

    value: float
    error: float
    seeds: int

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, as if normal."""
        return self.value - 1.96 * self.error, self.value + 1.96 * self.error


def meta_order(heard: Heard, lit: Sequence[VenueProfile], fraction: float, side: Side = Side.BUY) -> Impact:
    """Work `fraction` of the expected day's volume on a fresh synthetic market, and watch the mid.

    ValueError when the market is not one synthetic symbol.
    """
    source = next((each for each in heard.sources if isinstance(each, SyntheticSource)), None)
    if source is None:
        raise ValueError("impact: a synthetic market is wanted, which knows its day without us")
    start = heard.day.open + START_NS
    each = max(round(source.day_volume * fraction / SLICES), 1)
    base, filled = _run(heard, source, start - SLICE_NS, start)
    mics = cycle([venue.mic for venue in lit])
    for number in range(SLICES):
        at = start + number * SLICE_NS
        heard.world.send(at, _order(number, next(mics), source.symbol, side, each))
        peak, got = _run(heard, source, at, at + SLICE_NS)
        filled += got
    end = start + SLICES * SLICE_NS
    later, _ = _run(heard, source, end + HORIZON_NS - SLICE_NS, end + HORIZON_NS)
    sign = 1 if side.is_buy else -1
    return Impact(filled / source.day_volume, sign * (peak - base), sign * (later - base))


def _order(number: int, mic: str, symbol: str, side: Side, qty: Qty) -> SendChild:
    return SendChild(
        venue=mic,
        child_id=f"meta-{number}",
        symbol=symbol,
        side=side,
        qty=qty,
        ord_type=OrdType.MARKET,
        tif=TimeInForce.IOC,
        reason=Reason.IMMEDIATE,
    )


def _run(heard: Heard, source: SyntheticSource, since: Ns, until: Ns) -> tuple[float, Qty]:
    """Run to `until`. Returns the mid's mean distance from the price without us since `since`, and our fills."""
    world, filled = heard.world, 0
    distances: list[float] = []
    while (at := world.next_at) is not None and at < until:
        filled += sum(event.qty for _, event in world.step() if isinstance(event, ChildFilled))
        nbbo = world.nbbo(source.symbol)
        if at >= since and nbbo.bid is not None and nbbo.ask is not None:
            distances.append((nbbo.bid + nbbo.ask) / 2 / source.price.without_us - 1.0)
    return float(np.mean(distances)) if distances else 0.0, filled


def impacts(
    make: Callable[[int], Heard],
    lit: Sequence[VenueProfile],
    seeds: Sequence[int],
    fractions: Sequence[float] = FRACTIONS,
) -> dict[float, list[Impact]]:
    """By fraction, a meta-order on each seed's market; `make` gives a fresh one each time. Buys and sells in turn."""
    sides = (Side.BUY, Side.SELL)
    return {
        fraction: [meta_order(make(seed), lit, fraction, sides[place % 2]) for place, seed in enumerate(seeds)]
        for fraction in fractions
    }


def exponent(found: dict[float, list[Impact]]) -> Exponent:
    """Of peak impact by size: a line through the logarithms of means over seeds. Toth and others (2011): near 1/2."""
    sizes = np.array([[impact.size for impact in row] for row in found.values()])
    peaks = np.array([[impact.peak for impact in row] for row in found.values()])
    seeds = sizes.shape[1]
    without = [
        _slope(np.delete(sizes, seed, axis=1), np.delete(peaks, seed, axis=1)) for seed in range(seeds) if seeds > 1
    ]
    error = np.sqrt((seeds - 1) * np.var(without)) if without else float("nan")
    return Exponent(_slope(sizes, peaks), float(error), seeds)


def _slope(sizes: Floats, peaks: Floats) -> float:
    means = peaks.mean(axis=1)
    if (means <= 0).any():
        return float("nan")
    return float(np.polyfit(np.log(sizes.mean(axis=1)), np.log(means), 1)[0])


def decay(found: dict[float, list[Impact]]) -> float:
    """What is left of the peak at the horizon: the mean over all meta-orders over the mean of their peaks."""
    rows = [impact for row in found.values() for impact in row]
    return sum(impact.later for impact in rows) / sum(impact.peak for impact in rows)
