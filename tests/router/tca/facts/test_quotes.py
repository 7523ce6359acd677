"""The national best as it changed: what held when, and what is no market."""

from fractions import Fraction

import pytest

from router.core.types import Side
from router.tca.facts.quotes import Quote, QuoteTape

NORMAL = Quote(10, 100, 103, 5, 6)
LOCKED = Quote(20, 103, 103, 5, 6)
ONE_SIDED = Quote(30, None, 103, 0, 6)
LATER = Quote(40, 101, 102, 1, 2)


@pytest.fixture
def tape() -> QuoteTape:
    tape = QuoteTape()
    for quote in (NORMAL, LOCKED, ONE_SIDED, LATER):
        tape.add(quote)
    return tape


def test_a_quote_holds_from_its_time_until_the_next(tape: QuoteTape) -> None:
    held = [tape.at(at) for at in (9, 10, 19, 20, 35, 1_000)]

    assert held == [None, NORMAL, NORMAL, LOCKED, ONE_SIDED, LATER]


def test_what_was_to_be_seen_as_something_came_in_is_the_quote_before_that_instant(tape: QuoteTape) -> None:
    assert [tape.before(at) for at in (10, 11, 20, 21)] == [None, NORMAL, NORMAL, LOCKED]


def test_a_market_that_is_locked_or_one_sided_has_neither_midpoint_nor_spread(tape: QuoteTape) -> None:
    assert [(quote.mid, quote.spread) for quote in tape] == [
        (Fraction(203, 2), 3),
        (None, None),
        (None, None),
        (Fraction(203, 2), 1),
    ]


def test_the_last_midpoint_is_that_of_the_last_normal_market_with_its_age(tape: QuoteTape) -> None:
    assert [tape.last_mid(at) for at in (9, 15, 35, 40)] == [
        None,
        (Fraction(203, 2), 10),
        (Fraction(203, 2), 10),
        (Fraction(203, 2), 40),
    ]


def test_an_interval_begins_with_what_held_at_its_start(tape: QuoteTape) -> None:
    assert list(tape.between(15, 30)) == [NORMAL, LOCKED, ONE_SIDED]
    assert list(tape.between(0, 5)) == []


def test_of_several_quotes_at_one_instant_the_last_holds() -> None:
    tape = QuoteTape()
    for bid in (100, 101):
        tape.add(Quote(10, bid, 103, 1, 1))

    assert tape.at(10) == Quote(10, 101, 103, 1, 1)
    assert tape.last == Quote(10, 101, 103, 1, 1)


def test_near_is_where_an_order_joins_and_far_where_it_takes() -> None:
    assert (NORMAL.near(Side.BUY), NORMAL.far(Side.BUY)) == (100, 103)
    assert (NORMAL.near(Side.SELL), NORMAL.far(Side.SELL)) == (103, 100)


def test_a_quote_older_than_the_last_is_a_broken_journal(tape: QuoteTape) -> None:
    with pytest.raises(AssertionError):
        tape.add(NORMAL)
