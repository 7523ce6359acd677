"""The book's rules, one each. Own orders are negative: their ids tell the story in words."""

from __future__ import annotations

import pytest

from simulator.book import NOBODY, Book, Trade
from simulator.levels import IDLE_MAX

BID, ASK = True, False
BUY, SELL = True, False
OLDER, NEWER, HIDDEN, WORSE = 11, 12, 13, 14
OURS, OURS_TOO = -1, -2


def test_takes_best_price_then_oldest_and_leaves_the_remainder() -> None:
    book = Book()
    book.add(WORSE, ASK, 1001, 100)
    book.add(OLDER, ASK, 1000, 50)
    book.add(NEWER, ASK, 1000, 70)

    filled = book.market(BUY, 150)

    assert filled == 150
    assert book.trades == [
        Trade(1000, 50, OLDER, NOBODY, taker_is_buy=True, hidden=False, maker_leaves=0),
        Trade(1000, 70, NEWER, NOBODY, taker_is_buy=True, hidden=False, maker_leaves=0),
        Trade(1001, 30, WORSE, NOBODY, taker_is_buy=True, hidden=False, maker_leaves=70),
    ]
    assert book.levels(ASK, 5) == [(1001, 70)]


def test_displayed_trades_before_an_older_hidden_order_at_the_same_price() -> None:
    book = Book()
    book.add(HIDDEN, BID, 1000, 100, hidden=True)
    book.add(NEWER, BID, 1000, 100)

    book.market(SELL, 150)

    assert [(trade.maker, trade.qty, trade.hidden) for trade in book.trades] == [
        (NEWER, 100, False),
        (HIDDEN, 50, True),
    ]


def test_a_better_hidden_price_trades_before_a_displayed_one() -> None:
    book = Book()
    book.add(OLDER, BID, 1000, 100)
    book.add(HIDDEN, BID, 1001, 100, hidden=True)

    book.market(SELL, 100)

    assert [trade.maker for trade in book.trades] == [HIDDEN]
    assert book.best() == (1000, 100, None, 0)


def test_hidden_shares_are_in_no_level() -> None:
    book = Book()
    book.add(HIDDEN, BID, 1000, 100, hidden=True)

    assert book.changes() == []
    assert book.levels(BID, 5) == []


def test_a_limit_order_takes_what_crosses_and_rests_the_remainder() -> None:
    book = Book()
    book.add(OLDER, ASK, 1000, 100)

    filled = book.limit(NEWER, BID, 1000, 150)

    assert filled == 100
    assert book.trades == [Trade(1000, 100, OLDER, NEWER, taker_is_buy=True, hidden=False, maker_leaves=0)]
    assert book.best() == (1000, 50, None, 0)


def test_changes_tell_each_touched_level_once_as_it_is_now() -> None:
    book = Book()
    book.add(OLDER, BID, 1000, 100)
    book.add(NEWER, BID, 1000, 50)
    book.add(WORSE, BID, 999, 10)
    book.delete(WORSE)

    assert book.changes() == [(BID, 1000, 150), (BID, 999, 0)]
    assert book.changes() == []


class TestOurPlaceInTheQueue:
    """Exact at every moment, and improved by nothing but those ahead of us."""

    def test_is_behind_who_came_before_and_not_who_came_after(self) -> None:
        book = Book()
        book.add(OLDER, BID, 1000, 100)
        book.post(OURS, BID, 1000, 10)
        book.add(NEWER, BID, 1000, 300)

        assert book.ahead(OURS) == 100

    def test_improves_when_somebody_ahead_leaves_shrinks_or_trades(self) -> None:
        book = Book()
        for oid in (1, 2, 3):
            book.add(oid, BID, 1000, 100)
        book.post(OURS, BID, 1000, 10)

        seen = [book.ahead(OURS)]
        book.delete(2)
        seen.append(book.ahead(OURS))
        book.reduce(1, 30)
        seen.append(book.ahead(OURS))
        book.market(SELL, 90)
        seen.append(book.ahead(OURS))

        assert seen == [300, 200, 170, 80]

    def test_a_strangers_cancel_behind_us_does_not_move_it(self) -> None:
        """Known from other simulators: any cancel at the level is taken off our queue, down to nothing."""
        book = Book()
        book.add(OLDER, BID, 1000, 100)
        book.post(OURS, BID, 1000, 10)
        book.add(NEWER, BID, 1000, 500)

        book.delete(NEWER)

        assert book.ahead(OURS) == 100

    def test_two_of_ours_count_each_other(self) -> None:
        book = Book()
        book.add(OLDER, BID, 1000, 100)
        book.post(OURS, BID, 1000, 10)
        book.add(NEWER, BID, 1000, 50)
        book.post(OURS_TOO, BID, 1000, 10)

        assert (book.ahead(OURS), book.ahead(OURS_TOO)) == (100, 160)

    def test_own_cancel_and_return_goes_to_the_back(self) -> None:
        book = Book()
        book.add(OLDER, BID, 1000, 100)
        book.post(OURS, BID, 1000, 10)
        book.add(NEWER, BID, 1000, 50)

        book.cancel(OURS)
        book.post(OURS, BID, 1000, 10)

        assert book.ahead(OURS) == 150

    def test_size_down_keeps_it(self) -> None:
        book = Book()
        book.add(OLDER, BID, 1000, 100)
        book.post(OURS, BID, 1000, 50)
        book.add(NEWER, BID, 1000, 50)

        book.shrink(OURS, 20)

        assert (book.ahead(OURS), book.leaves(OURS), book.level(BID, 1000)) == (100, 20, 170)

    def test_a_hidden_order_waits_for_all_displayed_at_its_price(self) -> None:
        book = Book()
        book.add(HIDDEN, BID, 1000, 40, hidden=True)
        book.post(OURS, BID, 1000, 10, display=0)
        book.add(NEWER, BID, 1000, 100)

        assert book.ahead(OURS) == 140

    def test_a_reserve_order_shows_its_next_peak_at_the_back(self) -> None:
        book = Book()
        book.post(OURS, BID, 1000, 250, display=100)
        book.add(NEWER, BID, 1000, 70)

        book.market(SELL, 100)

        assert (book.level(BID, 1000), book.ahead(OURS), book.leaves(OURS)) == (170, 70, 150)

    def test_a_large_taker_meets_each_peak_in_turn_and_hidden_shares_last(self) -> None:
        book = Book()
        book.add(HIDDEN, BID, 1000, 500, hidden=True)
        book.post(OURS, BID, 1000, 250, display=100)
        book.add(NEWER, BID, 1000, 70)

        book.market(SELL, 330)

        assert [(trade.maker, trade.qty, trade.maker_leaves) for trade in book.trades] == [
            (OURS, 100, 150),
            (NEWER, 70, 0),
            (OURS, 100, 50),
            (OURS, 50, 0),
            (HIDDEN, 10, 490),
        ]

    def test_a_reserve_order_made_smaller_loses_reserve_first(self) -> None:
        book = Book()
        book.post(OURS, BID, 1000, 250, display=100)

        book.shrink(OURS, 120)

        assert (book.level(BID, 1000), book.leaves(OURS)) == (100, 120)


class TestHistoryWithUsInTheBook:
    """An execution that history had is spent once: on us, where we stood first, else on whom history says."""

    def test_hits_history_when_we_stand_behind(self) -> None:
        book = Book()
        book.add(OLDER, BID, 1000, 100)
        book.post(OURS, BID, 1000, 100)

        traded = book.execute(OLDER, 60)

        assert traded == 60
        assert [(trade.maker, trade.qty) for trade in book.trades] == [(OLDER, 60)]
        assert book.ahead(OURS) == 40

    def test_hits_us_when_we_stand_ahead_and_takes_it_from_what_history_gave(self) -> None:
        """Known from other simulators: one print fills two resting orders."""
        book = Book()
        book.post(OURS, BID, 1000, 100)
        book.add(NEWER, BID, 1000, 100)

        traded = book.execute(NEWER, 100)

        assert traded == 100
        assert [(trade.maker, trade.qty) for trade in book.trades] == [(OURS, 100)]
        assert book.level(BID, 1000) == 0

    def test_splits_between_us_and_history(self) -> None:
        book = Book()
        book.post(OURS, BID, 1001, 30)
        book.add(OLDER, BID, 1000, 100)

        book.execute(OLDER, 100)

        assert [(trade.maker, trade.qty, trade.px) for trade in book.trades] == [(OURS, 30, 1001), (OLDER, 70, 1000)]

    def test_a_hidden_order_of_ours_at_the_price_waits_for_displayed_history(self) -> None:
        book = Book()
        book.post(OURS, BID, 1000, 100, display=0)
        book.add(NEWER, BID, 1000, 100)

        book.execute(NEWER, 100)

        assert [trade.maker for trade in book.trades] == [NEWER]

    def test_what_we_took_is_absorbed_when_history_comes_to_cancel_or_execute_it(self) -> None:
        book = Book()
        book.add(OLDER, ASK, 1000, 100)
        book.take(OURS, BUY, 80, 1000)
        book.trades.clear()

        assert book.execute(OLDER, 100) == 20
        assert (book.execute(OLDER, 100), book.reduce(OLDER, 10), book.delete(OLDER)) == (0, 0, 0)
        assert [trade.qty for trade in book.trades] == [20]

    def test_an_execution_against_somebody_gone_hits_us_only_where_nobody_is_ahead(self) -> None:
        book = Book()
        book.post(OURS, BID, 1001, 10)
        book.add(OLDER, BID, 1000, 50)
        book.post(OURS_TOO, BID, 1000, 10)

        assert book.hit_own(BID, 1000, 100) == 10
        assert [trade.maker for trade in book.trades] == [OURS]


def test_a_taker_of_any_size_walks_the_book() -> None:
    """Known from other simulators: a taker is filled at best for any size."""
    book = Book()
    for oid, px in enumerate((1000, 1001, 1002), start=1):
        book.add(oid, ASK, px, 10)

    assert book.take(OURS, BUY, 100, 1001) == (20, 0)
    assert [(trade.px, trade.qty) for trade in book.trades] == [(1000, 10), (1001, 10)]


def test_available_counts_hidden_shares_and_reserves_up_to_the_limit() -> None:
    book = Book()
    book.add(OLDER, ASK, 1000, 10)
    book.add(HIDDEN, ASK, 1000, 20, hidden=True)
    book.post(OURS, ASK, 1001, 100, display=10)
    book.add(WORSE, ASK, 1002, 1_000)

    assert book.available(BUY, 1001, 500) == 130


def test_an_id_that_rests_already_is_a_broken_invariant() -> None:
    book = Book()
    book.add(OLDER, BID, 1000, 10)

    with pytest.raises(AssertionError, match=str(OLDER)):
        book.add(OLDER, BID, 1001, 10)


def test_a_deep_queue_keeps_its_order_through_many_looks_at_its_front() -> None:
    """The queue is rebuilt now and then (see `compact`); nobody's place changes by that."""
    book = Book()
    for oid in range(1, 501):
        book.add(oid, BID, 1000, 10)
    for oid in range(2, 501, 2):
        book.delete(oid)

    for _ in range(250):
        book.market(SELL, 10)

    assert [trade.maker for trade in book.trades] == list(range(1, 501, 2))


def test_an_id_that_comes_back_to_its_price_queues_at_the_back() -> None:
    book = Book()
    for oid in (1, 2, 3):
        book.add(oid, True, 100, 10)
    book.delete(1)
    book.add(1, True, 100, 10)

    book.market(False, 30)

    assert [trade.maker for trade in book.trades] == [2, 3, 1]


def test_an_id_that_left_for_another_price_is_not_met_at_the_old_one() -> None:
    book = Book()
    for oid in range(1, 61):
        book.add(oid, True, 100, 10)
    for oid in range(1, 41):
        book.delete(oid)
        book.add(oid, True, 99, 10)

    book.market(False, 200)

    assert [trade.maker for trade in book.trades] == list(range(41, 61))
    assert book.levels(True, 2) == [(99, 400)]


def test_our_place_among_many_of_ours_is_exact_as_the_queue_thins() -> None:
    book = Book()
    for number in range(1, 201):
        book.add(number, True, 100, 10)
        book.post(-number, True, 100, 1)
    for number in range(1, 151):
        book.delete(number)
        if number % 3 == 0:
            book.cancel(-number)
    book.post(-201, True, 100, 1)

    ahead = [book.ahead(-number) for number in (1, 151, 200, 201)]

    assert ahead == [0, 100 + 10, 149 + 500, 150 + 500]
    assert book.level(True, 100) == 150 + 500 + 1


def test_a_ladder_forgets_prices_that_have_long_been_empty() -> None:
    book = Book()
    for number in range(1, 5_001):
        book.add(number, True, number, 10)
        book.delete(number)

    kept = len(book._bids.levels)

    assert kept <= IDLE_MAX + 1
    assert book.levels(True, 1) == []
