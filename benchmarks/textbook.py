"""The order book as it is usually written: a `SortedDict` of levels, each an `OrderedDict` of order objects.

What `bench_book` measures the book of `simulator` against, in the same run. It must answer the same calls.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from sortedcontainers import SortedDict


@dataclass(slots=True)
class Order:
    oid: int
    is_bid: bool
    px: int
    qty: int


class TextbookBook:
    def __init__(self) -> None:
        self._sides: tuple[SortedDict, SortedDict] = (SortedDict(), SortedDict())
        self._orders: dict[int, Order] = {}
        self.trades: list[tuple[int, int, int]] = []
        self.touched: list[tuple[bool, int]] = []

    def add(self, oid: int, is_bid: bool, px: int, qty: int) -> None:
        order = self._orders[oid] = Order(oid, is_bid, px, qty)
        side = self._sides[is_bid]
        if px not in side:
            side[px] = OrderedDict()
        side[px][oid] = order
        self.touched.append((is_bid, px))

    def delete(self, oid: int) -> None:
        order = self._orders.pop(oid, None)
        if order is None:
            return
        side = self._sides[order.is_bid]
        level = side[order.px]
        del level[oid]
        if not level:
            del side[order.px]
        self.touched.append((order.is_bid, order.px))

    def reduce(self, oid: int, qty: int) -> None:
        order = self._orders.get(oid)
        if order is None:
            return
        if qty >= order.qty:
            self.delete(oid)
            return
        order.qty -= qty
        self.touched.append((order.is_bid, order.px))

    def execute(self, oid: int, qty: int) -> None:
        order = self._orders.get(oid)
        if order is not None:
            self.trades.append((order.px, min(qty, order.qty), oid))
            self.reduce(oid, qty)

    def ahead(self, oid: int) -> int:
        """Shares ahead, by walking the queue."""
        order = self._orders[oid]
        found = 0
        for other in self._sides[order.is_bid][order.px].values():
            if other is order:
                return found
            found += other.qty
        raise AssertionError(oid)
