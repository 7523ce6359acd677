"""A schedule in whole lots. What is left after each period goes to the lot below or above; the sums stay together.

Name by name, of the two lots the one that keeps the basket's and its sector's rounding error nearer to nothing (error
diffusion), where no trade is against its side and none above its cap. One of the two always is admissible: with caps
in whole lots, the kind (below or above) chosen one period before. The odd lot goes out with the name's last trade.
Bands may still be missed, by lots; who calls checks, tightens and solves again (`plan`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from router.basket.limits import grid_lot
from router.basket.names import BasketName, Floats

Shares: TypeAlias = NDArray[np.int64]


def whole_lots(names: Sequence[BasketName], left: Floats, cap: Floats) -> Shares:
    """(names, periods) shares to trade, summing to each order exactly.

    `left` (names, periods): whole-lot shares left after each period; `cap` (names, periods): whole lots, or inf.
    """
    periods = left.shape[1]
    lots = np.array([grid_lot(name) for name in names], dtype=np.int64)
    after = np.zeros((len(names), periods), dtype=np.int64)
    before = np.array([name.qty // grid_lot(name) for name in names], dtype=np.int64)
    caps = cap / lots[:, None]
    for period in range(periods - 1):
        after[:, period] = _one_period(names, lots, before, left[:, period] / lots, caps[:, period])
        before = after[:, period]
    start = np.array([[name.qty // grid_lot(name)] for name in names], dtype=np.int64)
    trades: Shares = (np.concatenate([start, after[:, :-1]], axis=1) - after) * lots[:, None]
    for place, name in enumerate(names):
        (traded,) = np.nonzero(trades[place])
        trades[place, traded[-1]] += name.qty % grid_lot(name)
    return trades


def _one_period(names: Sequence[BasketName], lots: Shares, before: Shares, wanted: Floats, cap: Floats) -> Shares:
    """Lots left of each name. `before`: lots left before, `wanted`: after, as solved."""
    basket = 0.0
    sectors: dict[str, float] = dict.fromkeys((name.sector for name in names), 0.0)
    chosen = np.zeros(len(names), dtype=np.int64)
    for place, name in enumerate(names):
        best = None
        for lot in _near(wanted[place]):
            if not 0 <= before[place] - lot <= cap[place] + 1e-6:
                continue
            error = name.value * float(lots[place]) * (lot - wanted[place])
            size = abs(basket + error) + abs(sectors[name.sector] + error)
            if best is None or size < best[0]:
                best = (size, lot, error)
        assert best is not None, f"{name.symbol}: no lot near {wanted[place]} from {before[place]} within {cap[place]}"
        chosen[place] = best[1]
        basket += best[2]
        sectors[name.sector] += best[2]
    return chosen


def _near(wanted: float) -> tuple[int, ...]:
    """The whole numbers below and above; one where the solver meant one, but for its own rounding."""
    nearest = round(wanted)
    if abs(wanted - nearest) < 1e-6:
        return (nearest,)
    return (int(np.floor(wanted)), int(np.ceil(wanted)))
