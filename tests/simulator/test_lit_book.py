"""The lit venue's book beside its naive twin, and history's aggressors among minimums."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.book import NOBODY, Trade
from simulator.lit_book import LitBook, SelfTrade
from simulator.naive import NaiveLitBook

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

    assert [book.ahead(key) for key in (-1, -2)] == [60, 100]


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
