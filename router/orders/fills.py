"""The fills of one order: each in its latest version, with totals that are exact through busts and corrections.

Knows no OrdStatus and no report. Money is price quanta x shares; nothing is divided here.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from router.core.types import Px, Qty

FillKey: TypeAlias = tuple[str, str]
"""(venue, the venue's ExecID(17)) of a fill's latest version: an ExecID is unique per venue only."""


class Fill(Struct, frozen=True, gc=False):
    """The latest version of one trade: our ExecID(17) that reported it, its size, and the trading day it was made."""

    exec_id: str
    qty: Qty
    notional: int
    day: int


class Fills:
    """All valid fills of one order. `day` counts trading days of the order from 0; `day_*` are the present day's."""

    __slots__ = ("_by_key", "cum_qty", "day", "day_cum_qty", "day_notional", "notional")

    def __init__(self) -> None:
        self._by_key: dict[FillKey, Fill] = {}
        self.cum_qty: Qty = 0
        self.notional = 0
        self.day = 0
        self.day_cum_qty: Qty = 0
        self.day_notional = 0

    def __contains__(self, key: FillKey) -> bool:
        return key in self._by_key

    def __len__(self) -> int:
        return len(self._by_key)

    def add(self, key: FillKey, exec_id: str, qty: Qty, px: Px) -> None:
        """Book a trade of today."""
        assert qty > 0, (key, qty)
        assert key not in self._by_key, key
        self._book(key, Fill(exec_id, qty, qty * px, self.day))

    def take(self, key: FillKey) -> Fill:
        """Unbook a trade: it was busted, or comes again corrected."""
        fill = self._by_key.pop(key, None)
        assert fill is not None, key
        self._count(fill, -1)
        return fill

    def correct(self, key: FillKey, new_key: FillKey, exec_id: str, qty: Qty, px: Px) -> Fill:
        """Book another version of a trade on the day of the first; returns the version it takes the place of.

        Yesterday's fill stays yesterday's, so that DayCumQty(425) is untouched by its correction (J.1.c).
        """
        assert qty > 0, (key, qty)
        old = self.take(key)
        assert new_key not in self._by_key, new_key
        self._book(new_key, Fill(exec_id, qty, qty * px, old.day))
        return old

    def new_day(self) -> None:
        """Nothing is filled yet today."""
        self.day += 1
        self.day_cum_qty = self.day_notional = 0

    def split(self, new: int, old: int) -> None:
        """Count every fill in shares after a split; what was paid stays, so AvgPx(6) scales by itself."""
        fills, self._by_key = self._by_key, {}
        self.cum_qty = self.notional = self.day_cum_qty = self.day_notional = 0
        for key, fill in fills.items():
            self._book(key, Fill(fill.exec_id, fill.qty * new // old, fill.notional, fill.day))

    def _book(self, key: FillKey, fill: Fill) -> None:
        self._by_key[key] = fill
        self._count(fill, +1)

    def _count(self, fill: Fill, sign: int) -> None:
        self.cum_qty += sign * fill.qty
        self.notional += sign * fill.notional
        if fill.day == self.day:
            self.day_cum_qty += sign * fill.qty
            self.day_notional += sign * fill.notional
