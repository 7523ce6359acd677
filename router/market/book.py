"""One venue's displayed book of one instrument, level by level: what its feed has said, nothing inferred.

Knows no other venue and no order. A level's quantity is absolute, so an update lost is repaired by the next.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from router.core.types import Px, Qty

Boxed: TypeAlias = object
"""A price, as an object: compiled code would else make a new int of it at each look."""

LEVELS_MAX: Final = 4_096
"""Bound of one side. At the bound the worst level is forgotten: no order of ours reaches that deep."""


class BookSide:
    """Price levels of one side. `best` and `best_qty` are attributes because the NBBO reads them at every update."""

    __slots__ = ("_keys", "_qty", "_sign", "best", "best_qty")

    def __init__(self, *, is_bid: bool) -> None:
        self._sign = 1 if is_bid else -1
        # Prices times sign, ascending: the best is last, where a list grows and shrinks at no cost.
        self._keys: list[int] = []
        self._qty: dict[Boxed, Qty] = {}
        self.best: Px | None = None
        self.best_qty: Qty = 0

    def set(self, px: Px, qty: Qty) -> None:
        """The level at `px` now shows `qty` shares in all; 0 removes it."""
        boxed: Boxed = px
        shown, keys, key = self._qty, self._keys, px * self._sign
        if qty > 0:
            stood = len(shown)
            shown[boxed] = qty
            if len(shown) > stood:
                insort(keys, key)
                if stood == LEVELS_MAX:
                    del shown[keys.pop(0) * self._sign]
            if keys[-1] == key:
                self.best = px
                self.best_qty = qty
        elif boxed in shown:
            del shown[boxed]
            if keys[-1] == key:
                keys.pop()
                self._renew_best()
            else:
                del keys[bisect_left(keys, key)]

    def _renew_best(self) -> None:
        keys = self._keys
        if keys:
            best = keys[-1] * self._sign
            self.best = best
            self.best_qty = self._qty[best]
        else:
            self.best = None
            self.best_qty = 0

    def load(self, levels: Iterable[tuple[Px, Qty]]) -> None:
        """Replace everything by a snapshot's (px, qty) pairs."""
        self.clear()
        for px, qty in levels:
            self.set(px, qty)

    def clear(self) -> None:
        self._keys.clear()
        self._qty.clear()
        self.best = None
        self.best_qty = 0

    def qty_at(self, px: Px) -> Qty:
        """Displayed shares at exactly `px`."""
        return self._qty.get(px, 0)

    def levels(self, depth: int) -> Iterator[tuple[Px, Qty]]:
        """The best `depth` levels as (px, qty), best first."""
        keys, shown, sign = self._keys, self._qty, self._sign
        for index in range(len(keys) - 1, max(len(keys) - 1 - depth, -1), -1):
            px = keys[index] * sign
            yield px, shown[px]

    def __len__(self) -> int:
        return len(self._keys)


class VenueBook:
    """Both sides of one venue, and whether the venue answers."""

    __slots__ = ("asks", "bids", "mic", "up")

    def __init__(self, mic: str) -> None:
        self.mic = mic
        self.bids = BookSide(is_bid=True)
        self.asks = BookSide(is_bid=False)
        self.up = True

    def side(self, *, is_bid: bool) -> BookSide:
        return self.bids if is_bid else self.asks

    def clear(self) -> None:
        self.bids.clear()
        self.asks.clear()
