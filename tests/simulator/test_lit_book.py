"""The lit venue's book beside its naive twin, and history's aggressors among minimums."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.api import Qty, Side
from simulator.book import NOBODY, Trade
from simulator.lit import LitVenue
from simulator.lit_book import LitBook, SelfTrade
from simulator.naive import NaiveLitBook
from simulator.testing import INSTRUMENTS, NOON, SYMBOL
from support.lit_orders import BID, XLIT, send

BUY, SELL = True, False
Step = tuple[str, bool, int, int, int, str]
steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "hidden", "market", "own", "own", "minimum", "reserve", "cancel"]),
        st.booleans(),
        st.integers(98, 102),
        st.integers(1, 12),
        st.integers(1, 12),
        st.sampled_from(["a", "b"]),
    ),
    max_size=25,
)


def play(book: LitBook | NaiveLitBook, flow: list[Step]) -> list[object]:
    """What each step came to."""
    told: list[object] = []
    for number, (what, is_buy, px, qty, least, group) in enumerate(flow, 1):
        if what in {"add", "hidden"}:
            told.append(book.limit(number, is_buy, px, qty, what == "hidden"))
        elif what == "market":
            told.append(book.market(is_buy, qty))
        elif what == "cancel":
            told.append(book.cancel(-px))
        else:
            book.groups[-number] = group
            filled, cancelled = book.take(-number, is_buy, qty, px)
            told.append((filled, cancelled))
            left = qty - filled - cancelled
            if left and what == "minimum":
                book.post_minimum(-number, is_buy, px, left, least)
            elif left:
                book.post(-number, is_buy, px, left, min(least, left) if what == "reserve" else None)
        told.append([book.leaves(-key) for key in range(1, number + 1)])
    return told


@given(st.sampled_from(SelfTrade), steps)
def test_says_what_its_naive_twin_says(rule: SelfTrade, flow: list[Step]) -> None:
    fast, naive = LitBook(rule), NaiveLitBook(rule)

    told = play(fast, flow), play(naive, flow)

    assert told[0] == told[1]
    assert fast.trades == naive.trades
    assert fast.prevented == naive.prevented


@given(st.sampled_from(SelfTrade), steps)
def test_knows_what_we_hold_by_trading_in_it(rule: SelfTrade, flow: list[Step]) -> None:
    book = LitBook(rule)

    play(book, flow)

    ours = [(trade, (trade.taker < 0) - (trade.maker < 0)) for trade in book.trades]
    assert book.own_net == sum(sign * (trade.qty if trade.taker_is_buy else -trade.qty) for trade, sign in ours)


def test_historys_aggressor_meets_a_better_minimum_that_it_is_large_enough_for_and_is_spent_once() -> None:
    book = LitBook()
    book.add(1, BUY, 100, 500)
    book.post_minimum(-1, BUY, 101, 200, 150)

    small, large = book.execute(1, 100), book.execute(1, 300)

    assert (small, large) == (100, 300)
    assert book.trades == [
        Trade(100, 100, 1, NOBODY, SELL, False, 400),
        Trade(101, 200, -1, NOBODY, SELL, True, 0),
        Trade(100, 100, 1, NOBODY, SELL, False, 300),
    ]
    assert book.qty_of(1) == 100


def test_what_is_reachable_stops_at_ones_own_group_and_counts_no_minimum() -> None:
    found: dict[SelfTrade, int] = {}
    for rule in SelfTrade:
        book = LitBook(rule)
        book.groups[-1] = "a"
        book.add(1, SELL, 100, 10)
        book.post(-1, SELL, 100, 20)
        book.add(2, SELL, 100, 30)
        book.post_minimum(-2, SELL, 100, 40, 5)
        found[rule] = book.reachable("a", BUY, 100, 1_000)

    assert found == {
        SelfTrade.ALLOW: 60,
        SelfTrade.NEWEST: 10,
        SelfTrade.OLDEST: 40,
        SelfTrade.BOTH: 10,
        SelfTrade.DECREMENT: 10,
    }


def test_ahead_of_a_minimum_stands_all_its_price() -> None:
    book = LitBook()
    book.add(1, BUY, 100, 10)
    book.add(2, BUY, 100, 20, hidden=True)
    book.post_minimum(-1, BUY, 100, 40, 5)
    book.post_minimum(-2, BUY, 100, 50, 5)
    book.add(3, BUY, 100, 30)
    book.post(-3, BUY, 100, 70, 10)
    book.add(4, BUY, 99, 500)

    assert [book.ahead(key) for key in (-1, -2)] == [130, 170]


def test_a_band_that_comes_nearer_takes_what_stands_beyond_it_along_in_order() -> None:
    book = LitBook()
    book.add(1, BUY, 104, 10)
    book.add(2, BUY, 107, 10, hidden=True)
    book.post(-1, BUY, 107, 30, 5)
    book.post_minimum(-2, BUY, 106, 40, 5)
    book.add(3, BUY, 108, 10)
    book.add(4, BUY, 105, 10)

    book.low, book.high = 95, 105

    assert book.levels(BUY, 3) == [(105, 25), (104, 10)]
    assert [(one.id, one.px, one.qty, one.reserve) for one in book.standing(BUY)] == [
        (4, 105, 10, 0),
        (3, 105, 10, 0),
        (-1, 105, 5, 25),
        (2, 105, 10, 0),
        (1, 104, 10, 0),
    ]
    assert book.stands(-2) == (BUY, 105, 40)
    assert book.repriced == [-1, -2]


@given(steps, st.integers(97, 100), st.integers(100, 103), steps)
def test_nothing_trades_beyond_the_bands_wherever_they_move(
    before: list[Step], low: int, high: int, after: list[Step]
) -> None:
    book = LitBook()
    play(book, before)
    book.trades.clear()

    book.low, book.high = low, high
    for number, (_, is_buy, _, qty, _, _) in enumerate(after):
        book.market(is_buy, qty) if number % 2 else book.limit(1_000 + number, is_buy, 98 + qty % 5, qty)

    assert [trade for trade in book.trades if not low <= trade.px <= high] == []


def test_a_reserve_order_may_show_peaks_that_differ_and_are_the_seeds() -> None:
    def shown(seed: int) -> list[Qty]:
        lit = LitVenue(XLIT, INSTRUMENTS, seed)
        lit.on_command(NOON, send("c1", Side.BUY, 5_000, BID, display_qty=100, display_high_qty=500))
        peaks: list[Qty] = []
        while level := lit.book(SYMBOL).level(True, BID):
            peaks.append(level)
            lit.book(SYMBOL).market(False, level)
        return peaks

    peaks = shown(7)

    assert peaks == shown(7) != shown(8)
    assert (peaks[0], sum(peaks)) == (100, 5_000)
    assert set(peaks[1:-1]) <= {100, 200, 300, 400, 500}
    assert len(set(peaks)) > 2


def ours_resting(rule: SelfTrade) -> LitBook:
    """50 of ours at 1000 behind 20 of a stranger's, and a taker of ours in the same group."""
    book = LitBook(rule)
    book.add(1, SELL, 1000, 20)
    book.post(-1, SELL, 1000, 50)
    book.groups.update({-1: "", -2: ""})
    return book


@pytest.mark.parametrize(
    ("rule", "result", "prevented", "resting"),
    [
        (SelfTrade.ALLOW, (30, 0), [], 40),
        (SelfTrade.NEWEST, (20, 10), [], 50),
        (SelfTrade.OLDEST, (20, 0), [(-1, 50)], 0),
        (SelfTrade.BOTH, (20, 10), [(-1, 50)], 0),
        (SelfTrade.DECREMENT, (20, 10), [(-1, 10)], 40),
    ],
)
def test_one_group_trades_with_what_stands_before_it_and_then_by_the_rule(
    rule: SelfTrade, result: tuple[int, int], prevented: list[tuple[int, int]], resting: int
) -> None:
    book = ours_resting(rule)

    assert book.take(-2, BUY, 30, 1000) == result
    assert book.prevented == prevented
    assert book.leaves(-1) == resting


def test_a_stranger_trades_with_ours_whatever_the_rule() -> None:
    book = ours_resting(SelfTrade.BOTH)

    assert book.market(BUY, 70) == 70


@pytest.mark.parametrize(
    ("rule", "there"),
    [(SelfTrade.ALLOW, 100), (SelfTrade.OLDEST, 50), (SelfTrade.NEWEST, 20), (SelfTrade.BOTH, 20)],
)
def test_what_is_reachable_to_us_is_what_self_match_prevention_leaves(rule: SelfTrade, there: int) -> None:
    book = ours_resting(rule)
    book.add(2, SELL, 1000, 30)

    assert book.reachable("", BUY, 1000, 500) == there
