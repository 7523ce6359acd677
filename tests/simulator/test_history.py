"""Our orders among history's, worked by hand: who trades, in which order, and what is absorbed.

Sizes are small so that each line can be followed with a pencil. `X` orders are history's, negative keys are ours.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.api import Phase, PrintKind
from simulator.book import Book, Trade
from simulator.feeds.orders import Kind, Message
from simulator.history import UNSEEN, History, HistoryError
from support.fake_port import FakePort, Printed

VENUE = "XLIT"
BUY, SELL = True, False


class Day:
    """History and its book; each call is one message."""

    def __init__(self) -> None:
        self.port = FakePort(VENUE)
        self.book: Book = self.port.books[VENUE]
        self._history = History("XYZ", VENUE)

    def _happens(self, kind: Kind, oid: int, qty: int, px: int, is_bid: bool) -> None:
        self._history.happens(self.port, self.book, Message(0, kind, oid, qty, px, is_bid))

    def add(self, oid: int, is_bid: bool, px: int, qty: int) -> "Day":
        self._happens(Kind.ADD, oid, qty, px, is_bid)
        return self

    def executes(self, oid: int, is_bid: bool, px: int, qty: int) -> list[tuple[int, int, int]]:
        """What traded, as (maker, px, qty)."""
        self._happens(Kind.EXECUTE, oid, qty, px, is_bid)
        return self.traded()

    def executes_hidden(self, is_bid: bool, px: int, qty: int) -> list[tuple[int, int, int]]:
        self._happens(Kind.EXECUTE_HIDDEN, 0, qty, px, is_bid)
        return self.traded()

    def withdraws(self, oid: int, is_bid: bool, px: int, qty: int) -> None:
        self._happens(Kind.REDUCE, oid, qty, px, is_bid)

    def other(self, kind: Kind, qty: int, px: int) -> None:
        self._happens(kind, 0, qty, px, SELL)

    def traded(self) -> list[tuple[int, int, int]]:
        return [(trade.maker, trade.px, trade.qty) for trade in self.port.trades()]


def test_we_are_filled_at_our_place_in_the_queue_in_parts() -> None:
    """1 stands before us, 2 behind: 40, then our 30, then 60."""
    day = Day().add(1, BUY, 100, 40)
    day.book.post(-1, BUY, 100, 30)
    day.add(2, BUY, 100, 60)

    assert day.executes(1, BUY, 100, 15) == [(1, 100, 15)]
    assert day.book.ahead(-1) == 25
    assert day.executes(1, BUY, 100, 25) == [(1, 100, 25)]
    assert day.book.ahead(-1) == 0
    # From here on, what history gave to 2 is ours first: 20, then our last 10 and 30 of 2's.
    assert day.executes(2, BUY, 100, 20) == [(-1, 100, 20)]
    assert day.executes(2, BUY, 100, 40) == [(-1, 100, 10), (2, 100, 30)]
    assert day.book.level(BUY, 100) == 0, "2 lost its 60 in history, 30 of them to us"


def test_a_cancel_before_us_moves_us_up_and_one_behind_us_does_not() -> None:
    day = Day().add(1, BUY, 100, 40).add(2, BUY, 100, 10)
    day.book.post(-1, BUY, 100, 30)
    day.add(3, BUY, 100, 60)

    day.withdraws(3, BUY, 100, 50)
    behind = day.book.ahead(-1)
    day.withdraws(1, BUY, 100, 40)

    assert (behind, day.book.ahead(-1)) == (50, 10)


def test_the_rest_of_an_execution_of_shares_that_we_took_waits_for_those_who_stand_before_us() -> None:
    """We took 1 whole and queue behind 2: who came for 1 in history does not reach us past 2."""
    day = Day().add(1, SELL, 101, 50).add(2, SELL, 101, 20)
    day.book.take(-1, BUY, 50, 101)
    day.book.post(-2, SELL, 101, 30)
    day.traded()

    assert day.executes(1, SELL, 101, 50) == []
    assert day.book.leaves(-2) == 30


def test_our_order_alone_at_a_price_that_history_left_is_traded_through_first() -> None:
    """All of history's 100 is gone; whoever trades at 99 in history meets our 100 before."""
    day = Day().add(1, BUY, 100, 40).add(2, BUY, 99, 50)
    day.book.post(-1, BUY, 100, 30)
    day.withdraws(1, BUY, 100, 40)

    assert day.book.levels(BUY, 9) == [(100, 30), (99, 50)]
    assert day.executes(2, BUY, 99, 45) == [(-1, 100, 30), (2, 99, 15)]
    assert day.book.levels(BUY, 9) == [(99, 5)]


def test_an_order_of_history_that_reaches_our_lonely_price_trades_and_its_own_life_goes_on() -> None:
    """History offers 50 at 100, where only we bid 30: 20 of it rest. Its later execution of 50 finds those 20."""
    day = Day().add(9, SELL, 105, 1)
    day.book.post(-1, BUY, 100, 30)

    day.add(1, SELL, 100, 50)
    crossed = day.traded()

    assert crossed == [(-1, 100, 30)]
    assert day.executes(1, SELL, 100, 50) == [(1, 100, 20)]
    assert day.book.levels(SELL, 9) == [(105, 1)]


def test_our_sweep_through_several_prices_is_absorbed_by_several_rows() -> None:
    """We buy 70 up to 102: 1 and 2 whole, 20 of 3. History then trades 1, cancels 2, trades 3."""
    day = Day().add(1, SELL, 100, 30).add(2, SELL, 101, 20).add(3, SELL, 102, 60)

    filled, _ = day.book.take(-1, BUY, 70, 102)
    swept = day.traded()
    later = [*day.executes(1, SELL, 100, 30)]
    day.withdraws(2, SELL, 101, 20)
    later += day.executes(3, SELL, 102, 60)

    assert (filled, swept) == (70, [(1, 100, 30), (2, 101, 20), (3, 102, 20)])
    assert later == [(3, 102, 40)], "20 of its 60 were ours"
    assert day.book.levels(SELL, 9) == []


def test_a_sweep_of_history_in_several_rows_fills_us_once() -> None:
    """History's seller hits 1 at 100 and 2 at 99 in two rows; our 99 stands between them."""
    day = Day().add(1, BUY, 100, 30)
    day.book.post(-1, BUY, 99, 25)
    day.add(2, BUY, 99, 40)

    rows = [day.executes(1, BUY, 100, 30), day.executes(2, BUY, 99, 40)]

    assert rows == [[(1, 100, 30)], [(-1, 99, 25), (2, 99, 15)]]


@pytest.mark.parametrize(
    ("our_px", "display", "trades", "printed"),
    [
        (102, None, [(-1, 102, 20)], 30),
        (101, None, [(-1, 101, 20)], 30),
        (101, 0, [(-1, 101, 20)], 30),
        (100, None, [], 50),
    ],
    ids=["better", "first-at-its-price", "hidden-too", "worse"],
)
def test_a_hidden_execution_is_ours_where_nothing_stands_before_us(
    our_px: int, display: int | None, trades: list[tuple[int, int, int]], printed: int
) -> None:
    """A seller of history met 50 hidden shares bid at 101; we bid 20."""
    day = Day().add(1, BUY, 99, 10)
    day.book.post(-1, BUY, our_px, 20, display)

    assert day.executes_hidden(BUY, 101, 50) == trades
    assert day.port.tapes == [Printed(VENUE, 101, printed, PrintKind.HIDDEN, False)]


def test_a_hidden_execution_behind_displayed_shares_passes_us_by() -> None:
    day = Day().add(1, BUY, 101, 10)
    day.book.post(-1, BUY, 101, 20)

    assert day.executes_hidden(BUY, 101, 50) == []
    assert day.book.leaves(-1) == 20


def test_a_hidden_order_of_ours_waits_for_all_that_is_displayed() -> None:
    day = Day().add(1, BUY, 100, 10)
    day.book.post(-1, BUY, 100, 20, 0)
    day.add(2, BUY, 100, 30)

    assert day.book.ahead(-1) == 40
    assert day.executes(2, BUY, 100, 30) == [(2, 100, 30)]
    assert day.executes(1, BUY, 100, 10) == [(1, 100, 10)]
    assert day.book.ahead(-1) == 0


def test_a_cross_and_a_halt_touch_no_order() -> None:
    day = Day().add(1, BUY, 100, 10)
    day.book.post(-1, BUY, 100, 20)

    day.other(Kind.CROSS, 500, 100)
    day.other(Kind.HALT, 0, -1)

    assert day.traded() == []
    assert day.port.tapes == [Printed(VENUE, 100, 500, PrintKind.CROSS, None)]
    assert day.port.phases == [Phase.HALTED]


def test_a_contradiction_is_refused() -> None:
    day = Day().add(1, BUY, 100, 10)

    with pytest.raises(HistoryError, match="order 1 added twice"):
        day.add(1, BUY, 100, 10)
    with pytest.raises(HistoryError, match="11 shares leave 100, where only 10 stand"):
        day.executes(1, BUY, 100, 11)


class Audit:
    """Every share that an order brought, and every share of it that traded, history's and ours."""

    def __init__(self) -> None:
        self.brought: dict[int, int] = {}
        self.spent: dict[int, int] = {}
        self.hit = 0
        """Shares traded with takers that history names no order for: its executions."""

    def see(self, trades: list[Trade]) -> None:
        for trade in trades:
            for oid in (trade.maker, trade.taker):
                self.spent[oid] = self.spent.get(oid, 0) + trade.qty
            self.hit += trade.qty if trade.taker == 0 else 0

    @property
    def overspent(self) -> dict[int, tuple[int, int]]:
        return {
            oid: (qty, self.brought[oid]) for oid, qty in self.spent.items() if oid and qty > self.brought.get(oid, 0)
        }


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["add", "execute", "reduce", "hidden", "take", "post"]), st.integers(0, 10**6)),
    min_size=10,
    max_size=80,
)


@given(actions=ACTIONS)
def test_nobody_trades_a_share_that_was_not_brought_and_no_execution_is_spent_twice(
    actions: list[tuple[str, int]],
) -> None:
    """Each order trades at most what it brought, history's aggressors at most what they executed."""
    day, audit = Day(), Audit()
    alive: dict[int, tuple[bool, int, int]] = {}
    offered = 0

    for number, (what, draw) in enumerate(actions, 1):
        is_bid, qty = draw % 2 == 0, 1 + draw % 37
        # History alone never crosses: bids up to 101, offers from 102.
        px = 101 - draw % 5 if is_bid else 102 + draw % 5
        chosen = list(alive)[draw % len(alive)] if alive else 0
        if what == "add" or (not alive and what in {"execute", "reduce"}):
            audit.brought[number] = qty
            alive[number] = (is_bid, px, qty)
            day.add(number, is_bid, px, qty)
        elif what in {"execute", "reduce"}:
            side, level, left = alive.pop(chosen)
            part = min(qty, left)
            if part < left:
                alive[chosen] = (side, level, left - part)
            kind = Kind.EXECUTE if what == "execute" else Kind.REDUCE
            offered += part if kind is Kind.EXECUTE else 0
            day._happens(kind, chosen, part, level, side)
        elif what == "hidden":
            offered += qty
            day._happens(Kind.EXECUTE_HIDDEN, 0, qty, px, is_bid)
        else:
            audit.brought[-number] = qty
            if what == "take":
                day.book.take(-number, is_bid, qty, px + (3 if is_bid else -3))
            else:
                day.book.post(-number, is_bid, px, qty)
        audit.see(day.port.trades())
        printed = sum(tape.qty for tape in day.port.tapes)

        assert audit.overspent == {}, actions
        assert audit.hit + printed <= offered, actions
        for is_bid_side in (BUY, SELL):
            for level, _ in day.book.levels(is_bid_side, 99):
                shown = {oid: day.book.qty_of(oid) for oid in day.book.orders(is_bid_side, level)}
                assert all(oid in alive and qty <= alive[oid][2] for oid, qty in shown.items() if oid < UNSEEN), actions
