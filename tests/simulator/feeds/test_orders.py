"""The ledger of a feed: what its rows come to, what is held back, and what is counted."""

import pytest

from simulator.feeds.orders import Counts, Kind, Ledger, Message

BID, ASK = True, False


def standing(*orders: tuple[str, bool, int, int]) -> Ledger:
    """A ledger in which these (id, is_bid, px, qty) stand, numbered from 1."""
    ledger = Ledger()
    for ref, is_bid, px, qty in orders:
        ledger.add(1, ref, is_bid, px, qty)
    return ledger


def test_rows_become_messages_with_price_and_side() -> None:
    ledger = Ledger()

    told = [
        *ledger.add(1, "a", BID, 100, 50),
        *ledger.reduce(2, "a", 10),
        *ledger.execute(3, "a", 15),
        *ledger.delete(4, "a"),
    ]

    assert told == [
        Message(1, Kind.ADD, 1, 50, 100, BID),
        Message(2, Kind.REDUCE, 1, 10, 100, BID),
        Message(3, Kind.EXECUTE, 1, 15, 100, BID),
        Message(4, Kind.DELETE, 1, 25, 100, BID),
    ]
    assert ledger.left("a") is None
    assert ledger.counts == Counts(messages=4)


@pytest.mark.parametrize("px", [100, 101], ids=["locks", "crosses"])
def test_a_taker_is_held_back_and_its_remainder_stands_when_it_crosses_nothing_more(px: int) -> None:
    ledger = standing(("maker", ASK, 100, 30))

    told = [
        *ledger.add(2, "taker", BID, px, 50),
        *ledger.execute(3, "taker", 30),
        *ledger.execute(5, "maker", 30),
    ]

    assert told == [Message(5, Kind.EXECUTE, 1, 30, 100, ASK), Message(5, Kind.ADD, 2, 20, px, BID)]
    assert ledger.counts == Counts(messages=3, crossed=1, held_max_ns=3)


def test_a_fill_is_told_once_where_the_maker_s_row_comes_first() -> None:
    """30 of the taker's 50 are known from the maker's row: its own row adds nothing, the next one does."""
    ledger = standing(("maker", ASK, 100, 30))

    told = [
        *ledger.add(2, "taker", BID, 100, 50),
        *ledger.execute(3, "maker", 30),
        *ledger.execute(3, "taker", 30),
        *ledger.execute(4, "taker", 5),
        *ledger.delete(5, "taker"),
    ]

    assert told == [
        Message(3, Kind.EXECUTE, 1, 30, 100, ASK),
        Message(3, Kind.ADD, 2, 20, 100, BID),
        Message(4, Kind.EXECUTE, 2, 5, 100, BID),
        Message(5, Kind.DELETE, 2, 15, 100, BID),
    ]


def test_a_taker_filled_whole_by_its_maker_s_row_never_stands() -> None:
    ledger = standing(("maker", ASK, 100, 30))

    told = [
        *ledger.add(2, "taker", BID, 100, 30),
        *ledger.execute(3, "maker", 30),
        *ledger.execute(3, "taker", 30),
    ]

    assert told == [Message(3, Kind.EXECUTE, 1, 30, 100, ASK)]
    assert ledger.left("taker") is None


def test_a_taker_that_is_filled_whole_never_stands() -> None:
    ledger = standing(("maker", BID, 100, 30))

    told = [
        *ledger.add(2, "taker", ASK, 99, 20),
        *ledger.execute(3, "maker", 20),
        *ledger.execute(4, "taker", 20),
        *ledger.delete(5, "maker"),
    ]

    assert told == [Message(3, Kind.EXECUTE, 1, 20, 100, BID), Message(5, Kind.DELETE, 1, 10, 100, BID)]


def test_of_two_held_back_against_each_other_the_older_stands_first() -> None:
    ledger = standing(("bid", BID, 100, 10), ("ask", ASK, 102, 10))
    ledger.add(2, "older", BID, 102, 5)
    ledger.add(2, "newer", ASK, 100, 5)

    told = [*ledger.delete(3, "ask"), *ledger.delete(4, "bid")]

    assert told == [
        Message(3, Kind.DELETE, 2, 10, 102, ASK),
        Message(3, Kind.ADD, 3, 5, 102, BID),
        Message(4, Kind.DELETE, 1, 10, 100, BID),
    ]
    assert ledger.left("newer") == 5, "it still crosses the older, which stands now"


def test_an_order_at_another_price_is_a_new_one_there_and_one_that_crosses_is_held_back() -> None:
    ledger = standing(("bid", BID, 100, 10), ("ask", ASK, 105, 20))

    told = [
        *ledger.reprice(2, "ask", 103, 15),
        *ledger.reprice(3, "ask", 100, 15),
        *ledger.reprice(4, "ask", 101, 12),
        *ledger.reprice(5, "gone", 101, 12),
    ]

    assert told == [
        Message(2, Kind.DELETE, 2, 20, 105, ASK),
        Message(2, Kind.ADD, 3, 15, 103, ASK),
        Message(3, Kind.DELETE, 3, 15, 103, ASK),
        Message(4, Kind.ADD, 4, 12, 101, ASK),
    ]
    assert (ledger.px("ask"), ledger.px("gone")) == (101, None)
    assert ledger.counts == Counts(messages=6, unknown=1, crossed=1, repriced=3, held_max_ns=1)


def test_what_a_real_file_gets_wrong_is_counted_and_passed_over() -> None:
    ledger = standing(("a", BID, 100, 50))

    told = [
        *ledger.add(2, "a", ASK, 120, 9),
        *ledger.execute(3, "gone", 5),
        *ledger.delete(4, "gone"),
        *ledger.execute(5, "a", 80),
    ]

    assert told == [Message(5, Kind.EXECUTE, 1, 50, 100, BID)]
    assert ledger.counts == Counts(messages=2, repeated=1, unknown=2, excess=1)


def test_clear_withdraws_every_order() -> None:
    ledger = standing(("a", BID, 100, 50), ("b", ASK, 101, 5))

    told = ledger.clear(7)

    assert told == [Message(7, Kind.DELETE, 1, 50, 100, BID), Message(7, Kind.DELETE, 2, 5, 101, ASK)]


def test_a_price_that_was_emptied_may_be_quoted_again() -> None:
    ledger = standing(("a", BID, 100, 50))
    ledger.delete(2, "a")
    ledger.add(3, "b", BID, 100, 20)

    told = ledger.add(4, "c", ASK, 100, 5)

    assert told == [], "it crosses b"
