"""What a basket's fills made of its imbalance, fill by fill, and how far it came to its limit.

Between the ends of periods nobody looks, but the market does: this is what was open at every instant. Knows no journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from router.basket.control import Worked
from router.basket.names import BasketError, BasketName, Floats
from router.basket.orders import Done
from router.core.types import Ns


class BasketFill(Struct, frozen=True):
    """One execution of one name: UTC ns, and what was done. A bust is less than nothing."""

    at: Ns
    symbol: str
    done: Done


def filled(fills: Iterable[BasketFill]) -> dict[str, Done]:
    """By symbol, all that was done."""
    found: dict[str, Done] = {}
    for fill in fills:
        old = found.get(fill.symbol, Done())
        found[fill.symbol] = Done(old.qty + fill.done.qty, old.notional + fill.done.notional)
    return found


class BasketPath(Struct, frozen=True, eq=False):
    """A measure of a basket over time: `values[n]` from `times[n]` on, in the currency."""

    times: NDArray[np.int64]
    values: Floats

    def at(self, moments: Sequence[Ns]) -> Floats:
        """The values in force at `moments`."""
        places = np.searchsorted(self.times, np.asarray(moments, dtype=np.int64), side="right") - 1
        found: Floats = self.values[np.maximum(places, 0)]
        return found


def imbalance_path(names: Sequence[BasketName], fills: Sequence[BasketFill], *, start: Ns) -> BasketPath:
    """Buys less sells still to trade of `names`, at decision prices, from `start` on; other fills are passed over."""
    value = {name.symbol: name.value for name in names}
    ours = [fill for fill in fills if fill.symbol in value]
    whole = float(sum(name.value * name.qty for name in names))
    moved = np.array([0.0, *(value[fill.symbol] * fill.done.qty for fill in ours)])
    return BasketPath(np.array([start, *(fill.at for fill in ours)], dtype=np.int64), whole - np.cumsum(moved))


class Held(Struct, frozen=True):
    """How a limit was kept: within each period at worst, and at its end."""

    most: float
    """At worst, of what was allowed: 1 is at the limit. See `held`."""
    beyond: float
    """Part of the time beyond what was allowed, 0 to 1."""
    ends_most: float
    """At worst at a period's end, of its limit."""
    ends_beyond: int
    """Periods at whose end the limit was broken."""
    periods: int


def held(path: BasketPath, ends: Sequence[Ns], limits: Sequence[float]) -> Held:
    """`path` against one limit a period, either way; `ends`: of the periods, the first from the path's start.

    Within a period that begins outside of its limit, allowed is where it began: what `control.throttle` promises.
    """
    times = [int(path.times[0]), *ends]
    worst, beyond, at_ends, after = 0.0, 0.0, 0.0, 0
    for first, last, limit in zip(times, ends, limits, strict=False):
        inside = path.times[(path.times > first) & (path.times <= last)]
        marks = [first, *map(int, inside), last]
        open_then = np.abs(path.at(marks))
        parts = open_then[:-1] / max(limit, float(open_then[0]))
        worst = max(worst, float(parts.max()))
        # A millionth of the limit: sums of products of ints, in float.
        beyond += float((np.diff(marks) * (parts > 1 + 1e-6)).sum())
        at_ends = max(at_ends, float(open_then[-1]) / limit)
        after += bool(open_then[-1] > limit * (1 + 1e-6))
    return Held(worst, beyond / (times[-1] - times[0]), at_ends, after, len(ends))


def limits_of(worked: Worked) -> tuple[float, ...]:
    """The imbalance's limit in each period, as it was held; a period that was not needed has the last one's.

    Raises `BasketError` where the imbalance was not bounded.
    """
    if not any("imbalance" in step.limits for step in worked.steps):
        raise BasketError("basket: worked without a bound on the imbalance, so there is no limit to hold it against")
    found: list[float] = []
    for period in range(len(worked.plan.periods)):
        steps = [step for step in worked.steps if step.period == period and "imbalance" in step.limits]
        found.append(steps[-1].limits["imbalance"][1] if steps else found[-1])
    return tuple(found)
