"""The bounds of a basket in the trader's words: participation, cash, imbalance, sectors, risk. Currency and fractions.

Each is one level for all periods, or one a period. Knows no solver; makes the bands that a joint problem holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import numpy as np
from msgspec import Meta, Struct
from msgspec.structs import replace

from router.basket.names import BasketError, BasketName, Floats
from router.basket.problem import Band, Measure

Level: TypeAlias = float | tuple[float, ...]
Fraction01: TypeAlias = Annotated[float, Meta(gt=0, le=1)]


class BasketLimits(Struct, frozen=True, kw_only=True):
    """What holds while the basket is worked; None for no bound."""

    participation: Fraction01 = 0.15
    """Of the volume expected in a period; the same fraction for every name that `participation_of` does not name."""
    participation_of: dict[str, tuple[float, ...] | float] = {}
    """By symbol: a fraction, or one a period (0 for a period without trading)."""
    cash_most: Level | None = None
    """Bought less sold, after each period, at most: the cash there is."""
    cash_least: Level | None = None
    """Bought less sold, at least: minus the cash that may lie idle."""
    imbalance: Level | None = None
    """Buys less sells still to trade, after each period, either way: the market exposure of an unfinished basket."""
    sector: Level | None = None
    """The same within each sector that `sector_of` does not name."""
    sector_of: dict[str, Level] = {}
    risk: Level | None = None
    """Standard deviation over one day of what is left, after each period."""

    def tail(self, period: int) -> BasketLimits:
        """The limits from `period` on."""

        def cut(level: Level | None) -> Level | None:
            return level[period:] if isinstance(level, tuple) else level

        return replace(
            self,
            participation_of={symbol: cut(level) for symbol, level in self.participation_of.items()},
            cash_most=cut(self.cash_most),
            cash_least=cut(self.cash_least),
            imbalance=cut(self.imbalance),
            sector=cut(self.sector),
            sector_of={name: cut(level) for name, level in self.sector_of.items()},
            risk=cut(self.risk),
        )

    def rate_of(self, name: BasketName, period: int) -> float:
        """The participation at most of a name in a period (from 0), as a fraction."""
        level = self.participation_of.get(name.symbol, self.participation)
        return level[period] if isinstance(level, tuple) else level

    def shares_at_most(self, names: Sequence[BasketName], volume: Floats) -> Floats:
        """(names, periods) shares by participation, whole lots, room left for the odd lot that goes out last."""
        rates = np.array(
            [
                levels(self.participation_of.get(name.symbol, self.participation), volume.shape[1], name.symbol)
                for name in names
            ]
        )
        lot = np.array([grid_lot(name) for name in names])[:, None]
        odd = np.array([name.qty % grid_lot(name) for name in names])[:, None]
        most: Floats = np.maximum(np.floor((rates * volume - odd) / lot), 0.0) * lot
        return most

    def bands(self, names: Sequence[BasketName], periods: int, spent: float) -> tuple[Band, ...]:
        """Cash, imbalance and sectors, as far as they are bounded. `spent`: bought less sold before."""
        everybody = np.ones(len(names))
        found = []
        if self.cash_most is not None or self.cash_least is not None:
            least = -np.inf if self.cash_least is None else self.cash_least
            most = np.inf if self.cash_most is None else self.cash_most
            found.append(
                Band(
                    label="cash",
                    members=everybody,
                    low=levels(least, periods, "cash"),
                    high=levels(most, periods, "cash"),
                    measure=Measure.DONE,
                    base=spent,
                )
            )
        if self.imbalance is not None:
            found.append(_either_way("imbalance", everybody, levels(self.imbalance, periods, "imbalance")))
        return (*found, *self._sectors(names, periods))

    def _sectors(self, names: Sequence[BasketName], periods: int) -> list[Band]:
        found = []
        for sector in dict.fromkeys(name.sector for name in names):
            level = self.sector_of.get(sector, self.sector)
            if level is not None:
                members = np.array([float(name.sector == sector) for name in names])
                label = f"sector {sector}"
                found.append(_either_way(label, members, levels(level, periods, label)))
        return found


def grid_lot(name: BasketName) -> int:
    """The lot in which a name is scheduled: its round lot, or the whole order where that is less."""
    return min(name.lot, name.qty)


def levels(level: Level, periods: int, label: str) -> Floats:
    """(periods,) of one level or of one a period."""
    if isinstance(level, tuple) and len(level) != periods:
        raise BasketError(f"{label}: one level, or one for each of {periods} periods: got {len(level)}")
    return np.broadcast_to(np.array(level, dtype=np.float64), (periods,)).copy()


def _either_way(label: str, members: Floats, most: Floats) -> Band:
    if (most < 0).any():
        raise BasketError(f"{label}: the limit must not be below 0: got {most.min():,.2f}")
    return Band(label=label, members=members, low=-most, high=most)
