"""The fast book and its naive twin see the same flow and must say the same, after every single call."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from simulator.book import Book
from simulator.naive import NaiveBook

# Few prices and few sizes: queues get long, levels empty and return, and sides cross often.
PX = st.integers(min_value=99, max_value=101)
QTY = st.integers(min_value=1, max_value=5)
SIDE = st.booleans()


class TwinMachine(RuleBasedStateMachine):
    background: Bundle[int] = Bundle("background")
    own: Bundle[int] = Bundle("own")

    @initialize()
    def open(self) -> None:
        self.fast, self.naive = Book(), NaiveBook()
        self.next_id = 0
        self.entered = 0
        self.shown: dict[tuple[bool, int], int] = {}

    def _new_id(self) -> int:
        self.next_id += 1
        return self.next_id

    @rule(target=background, is_bid=SIDE, px=PX, qty=QTY, hidden=SIDE)
    def add(self, is_bid: bool, px: int, qty: int, hidden: bool) -> int:
        oid = self._new_id()
        assert self.fast.limit(oid, is_bid, px, qty, hidden) == self.naive.limit(oid, is_bid, px, qty, hidden)
        return oid

    @rule(oid=consumes(background))
    def delete(self, oid: int) -> None:
        assert self.fast.delete(oid) == self.naive.delete(oid)

    @rule(oid=background, qty=QTY)
    def reduce(self, oid: int, qty: int) -> None:
        assert self.fast.reduce(oid, qty) == self.naive.reduce(oid, qty)

    @rule(oid=background, qty=QTY)
    def execute(self, oid: int, qty: int) -> None:
        assert self.fast.execute(oid, qty) == self.naive.execute(oid, qty)

    @rule(is_bid=SIDE, px=PX, qty=QTY)
    def hit_own(self, is_bid: bool, px: int, qty: int) -> None:
        assert self.fast.hit_own(is_bid, px, qty) == self.naive.hit_own(is_bid, px, qty)

    @rule(is_buy=SIDE, qty=st.integers(min_value=1, max_value=20), limit_px=st.none() | PX)
    def market(self, is_buy: bool, qty: int, limit_px: int | None) -> None:
        assert self.fast.market(is_buy, qty, limit_px) == self.naive.market(is_buy, qty, limit_px)

    @rule(
        target=own,
        is_bid=SIDE,
        px=PX,
        qty=st.integers(min_value=1, max_value=12),
        display=st.none() | st.integers(0, 3),
    )
    def enter_own(self, is_bid: bool, px: int, qty: int, display: int | None) -> int | MultipleResults[int]:
        key = -self._new_id()
        got = self.fast.take(key, is_bid, qty, px)
        assert got == self.naive.take(key, is_bid, qty, px)
        left = qty - sum(got)
        if not left:
            return multiple()
        self.fast.post(key, is_bid, px, left, display)
        self.naive.post(key, is_bid, px, left, display)
        return key

    @rule(key=consumes(own))
    def cancel_own(self, key: int) -> None:
        assert self.fast.cancel(key) == self.naive.cancel(key)

    @rule(key=own, data=st.data())
    def shrink_own(self, key: int, data: st.DataObject) -> None:
        leaves = self.naive.leaves(key)
        if leaves:
            smaller = data.draw(st.integers(1, leaves))
            self.fast.shrink(key, smaller)
            self.naive.shrink(key, smaller)

    @rule(is_buy=SIDE, px=st.none() | PX, enough=st.integers(1, 40))
    def available(self, is_buy: bool, px: int | None, enough: int) -> None:
        there = self.naive.available(is_buy, px)
        assert min(self.fast.available(is_buy, px, enough), enough) == min(there, enough)

    @invariant()
    def say_the_same(self) -> None:
        assert self.fast.trades == self.naive.trades

    @invariant()
    def hold_the_same(self) -> None:
        assert len(self.fast) == len(self.naive)
        for is_bid in (True, False):
            assert self.fast.levels(is_bid, 10) == self.naive.levels(is_bid, 10)

    @invariant()
    def know_the_same_place_in_the_queue(self) -> None:
        ours = [-number for number in range(1, self.next_id + 1) if self.naive.leaves(-number)]
        assert [self.fast.leaves(key) for key in ours] == [self.naive.leaves(key) for key in ours]
        assert [self.fast.ahead(key) for key in ours] == [self.naive.ahead(key) for key in ours]

    @invariant()
    def know_what_we_hold_by_trading_here(self) -> None:
        ours = [(trade, (trade.taker < 0) - (trade.maker < 0)) for trade in self.naive.trades]
        net = sum(sign * (trade.qty if trade.taker_is_buy else -trade.qty) for trade, sign in ours)
        assert self.fast.own_net == net

    @invariant()
    def publish_every_change_of_a_displayed_level(self) -> None:
        for is_bid, px, qty in self.fast.changes():
            self.shown[is_bid, px] = qty
        published = {key: qty for key, qty in self.shown.items() if qty}
        standing = {(side, px): qty for side in (True, False) for px, qty in self.naive.levels(side, 10)}
        assert published == standing


TestTwins = pytest.mark.slow(TwinMachine.TestCase)
TestTwins.settings = settings(stateful_step_count=60)
