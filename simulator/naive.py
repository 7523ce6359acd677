"""The order book again, obviously right and slow: one list of orders, sorted whenever somebody asks.

It is the oracle of `simulator.book` and `simulator.lit_book` and must not share a line with them but the names of their
types. Every rule of the book is one expression here: priority is a sort key, "ahead" is a filter.
"""

from __future__ import annotations

from dataclasses import dataclass

from router.api import Px, Qty
from simulator.book import NOBODY, Trade
from simulator.lit_book import SelfTrade


@dataclass
class _Order:
    """`id` is negative for ours; `seq` is when it joined its queue."""

    id: int
    is_bid: bool
    px: Px
    qty: Qty
    seq: int
    hidden: bool = False
    reserve: Qty = 0
    display: Qty = 0

    def crosses(self, limit_px: Px | None) -> bool:
        """Whether a taker from the other side, limited at `limit_px`, accepts this order's price."""
        return limit_px is None or (self.px >= limit_px if self.is_bid else self.px <= limit_px)

    @property
    def priority(self) -> tuple[int, bool, int]:
        return (-self.px if self.is_bid else self.px, self.hidden, self.seq)


class NaiveBook:
    """Same calls, same answers, same `trades` as `Book`."""

    def __init__(self) -> None:
        self.trades: list[Trade] = []
        self._orders: list[_Order] = []
        self._seq = 0

    # --- background flow

    def add(self, oid: int, is_bid: bool, px: Px, qty: Qty, hidden: bool = False) -> None:
        self._orders.append(_Order(oid, is_bid, px, qty, self._next(), hidden))

    def delete(self, oid: int) -> Qty:
        return self.reduce(oid, self.qty_of(oid))

    def reduce(self, oid: int, qty: Qty) -> Qty:
        order = self._find(oid)
        if order is None:
            return 0
        taken = min(qty, order.qty)
        order.qty -= taken
        self._sweep()
        return taken

    def execute(self, oid: int, qty: Qty) -> Qty:
        order = self._find(oid)
        if order is None:
            return 0
        ours = [own for own in self._ranked(order.is_bid) if own.id < 0 and own.priority < order.priority]
        hit = self._hit(ours, qty)
        traded = min(order.qty, qty - hit)
        if traded:
            leaves = max(order.qty - qty, 0)
            self.trades.append(Trade(order.px, traded, oid, NOBODY, not order.is_bid, order.hidden, leaves))
        self.reduce(oid, qty)
        return hit + traded

    def hit_own(self, is_bid: bool, px: Px, qty: Qty) -> Qty:
        ours = [own for own in self._ranked(is_bid) if own.id < 0 and own.crosses(px)]
        return self._hit([own for own in ours if own.px != px or self.ahead(own.id) == 0], qty)

    def market(self, is_buy: bool, qty: Qty, limit_px: Px | None = None) -> Qty:
        return self.take(NOBODY, is_buy, qty, limit_px)[0]

    def limit(self, oid: int, is_bid: bool, px: Px, qty: Qty, hidden: bool = False) -> Qty:
        filled = self.take(oid, is_bid, qty, px)[0]
        if filled < qty:
            self.add(oid, is_bid, px, qty - filled, hidden)
        return filled

    # --- own orders

    def take(self, taker: int, is_buy: bool, qty: Qty, limit_px: Px | None) -> tuple[Qty, Qty]:
        left = qty
        while left and (there := [order for order in self._ranked(not is_buy) if order.crosses(limit_px)]):
            left -= self._trade(there[0], left, taker)
        return qty - left, 0

    def post(self, key: int, is_bid: bool, px: Px, qty: Qty, display: Qty | None = None) -> None:
        peak = min(display, qty) if display else qty
        self._orders.append(_Order(key, is_bid, px, peak, self._next(), display == 0, qty - peak, display or 0))

    def cancel(self, key: int) -> Qty:
        leaves = self.leaves(key)
        self._orders = [order for order in self._orders if order.id != key]
        return leaves

    def shrink(self, key: int, leaves: Qty) -> None:
        own = self._find(key)
        assert own is not None, key
        own.reserve = max(leaves - own.qty, 0)
        own.qty = min(own.qty, leaves)

    def leaves(self, key: int) -> Qty:
        own = self._find(key)
        return own.qty + own.reserve if own else 0

    def ahead(self, key: int) -> Qty:
        own = self._find(key)
        assert own is not None, key
        return sum(
            order.qty for order in self._ranked(own.is_bid) if order.px == own.px and order.priority < own.priority
        )

    # --- what anybody may ask

    def level(self, is_bid: bool, px: Px) -> Qty:
        return sum(
            order.qty for order in self._orders if order.is_bid is is_bid and order.px == px and not order.hidden
        )

    def levels(self, is_bid: bool, n: int) -> list[tuple[Px, Qty]]:
        prices = {order.px for order in self._orders if order.is_bid is is_bid and not order.hidden}
        return [(px, self.level(is_bid, px)) for px in sorted(prices, reverse=is_bid)[:n]]

    def qty_of(self, oid: int) -> Qty:
        order = self._find(oid)
        return order.qty if order else 0

    def available(self, is_buy: bool, limit_px: Px | None) -> Qty:
        """All that a taker could get."""
        return sum(order.qty + order.reserve for order in self._ranked(not is_buy) if order.crosses(limit_px))

    def __len__(self) -> int:
        return len(self._orders)

    # --- inside

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    def _find(self, order_id: int) -> _Order | None:
        return next((order for order in self._orders if order.id == order_id), None)

    def _ranked(self, is_bid: bool) -> list[_Order]:
        return sorted((order for order in self._orders if order.is_bid is is_bid), key=lambda order: order.priority)

    def _sweep(self) -> None:
        self._orders = [order for order in self._orders if order.qty]

    def _hit(self, ours: list[_Order], qty: Qty) -> Qty:
        left = qty
        for own in ours:
            while left and self.leaves(own.id):
                left -= self._trade(own, left, NOBODY)
        return qty - left

    def _trade(self, maker: _Order, left: Qty, taker: int) -> Qty:
        traded = min(maker.qty, left)
        maker.qty -= traded
        leaves = maker.qty + maker.reserve
        self.trades.append(Trade(maker.px, traded, maker.id, taker, not maker.is_bid, maker.hidden, leaves))
        if not maker.qty and maker.reserve:
            maker.qty = min(maker.display, maker.reserve)
            maker.reserve -= maker.qty
            maker.seq = self._next()
        self._sweep()
        return traded


class NaiveLitBook(NaiveBook):
    """The same of `LitBook`: a taker looks again after each trade for who is willing."""

    def __init__(self, rule: SelfTrade) -> None:
        super().__init__()
        self.rule = rule
        self.prevented: list[tuple[int, Qty]] = []
        self.groups: dict[int, str] = {}
        self._least: dict[int, Qty] = {}

    def post_minimum(self, key: int, is_bid: bool, px: Px, qty: Qty, least: Qty) -> None:
        self._orders.append(_Order(key, is_bid, px, qty, self._next(), hidden=True))
        self._least[key] = least

    def take(self, taker: int, is_buy: bool, qty: Qty, limit_px: Px | None) -> tuple[Qty, Qty]:
        left, cancelled = qty, 0
        while left and (there := self._willing(is_buy, left, limit_px)):
            first = there[0]
            if not self._same_group(taker, first.id):
                left -= self._trade(first, left, taker)
                continue
            leaves = self.leaves(first.id)
            off_maker, off_taker = {
                SelfTrade.NEWEST: (0, left),
                SelfTrade.OLDEST: (leaves, 0),
                SelfTrade.BOTH: (leaves, left),
                SelfTrade.DECREMENT: (min(left, leaves), min(left, leaves)),
            }[self.rule]
            if off_maker:
                self.prevented.append((first.id, off_maker))
                if off_maker == leaves:
                    self.cancel(first.id)
                else:
                    self.shrink(first.id, leaves - off_maker)
            left, cancelled = left - off_taker, cancelled + off_taker
        return qty - left - cancelled, cancelled

    def _willing(self, is_buy: bool, left: Qty, limit_px: Px | None) -> list[_Order]:
        """Whom a taker of `left` may trade with, those with a minimum last at their price."""
        there = [order for order in self._ranked(not is_buy) if order.crosses(limit_px)]
        willing = [order for order in there if min(self._least.get(order.id, 0), order.qty) <= left]
        return sorted(willing, key=lambda order: (order.priority[0], order.id in self._least, order.priority))

    def _same_group(self, taker: int, maker: int) -> bool:
        return (
            self.rule is not SelfTrade.ALLOW
            and taker < 0
            and maker < 0
            and self.groups.get(taker) == self.groups.get(maker)
        )
