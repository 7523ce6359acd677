"""What other simulators get wrong, one test a bug: here each is a rule that holds of the lit venue."""

from __future__ import annotations

import pytest

from router.api import (
    ChildAccepted,
    ChildCanceled,
    ChildFilled,
    ChildReplaced,
    LastLiquidityInd,
    Px,
    Qty,
    Side,
    TimeInForce,
    TradePrint,
    VenueSays,
)
from simulator.lit import LitVenue
from simulator.testing import MID, NOON, SYMBOL, TICK
from support.lit_orders import ASK, BID, cancel, replace, send, venue


def fills(says: list[VenueSays]) -> list[tuple[str, Qty, Px]]:
    return [(event.child_id, event.qty, event.px) for event in says if isinstance(event, ChildFilled)]


def behind(*, at: Px = BID) -> LitVenue:
    """ "older" and "newer" bid 100 each behind 500 of others."""
    lit = venue()
    for name in ("older", "newer"):
        lit.on_command(NOON, send(name, Side.BUY, 100, at))
    return lit


def test_one_print_does_not_fill_two_resting_orders() -> None:
    lit = behind()

    lit.book(SYMBOL).market(False, 600)
    says = lit.drain(NOON, SYMBOL)

    assert fills(says) == [("older", 100, BID)]
    assert sum(event.qty for event in says if isinstance(event, TradePrint)) == 600


def test_one_print_of_history_does_not_either() -> None:
    lit = venue()
    for name in ("older", "newer"):
        lit.on_command(NOON, send(name, Side.BUY, 100, MID))

    traded = lit.book(SYMBOL).execute(1, 150)

    assert traded == 150
    assert fills(lit.drain(NOON, SYMBOL)) == [("older", 100, MID), ("newer", 50, MID)]
    assert lit.book(SYMBOL).qty_of(1) == 350


def test_a_strangers_cancel_behind_us_leaves_our_queue_ahead_and_one_before_us_takes_its_own_shares_off_it() -> None:
    lit = behind()
    book = lit.book(SYMBOL)
    book.add(3, True, BID, 900)

    book.delete(3)
    after_cancel_behind = book.ahead(-1)
    book.reduce(1, 200)

    assert (after_cancel_behind, book.ahead(-1)) == (500, 300)


def test_an_order_does_not_fill_against_the_book_from_before_the_trade() -> None:
    lit = venue()
    lit.book(SYMBOL).market(True, 500)

    says = lit.on_command(NOON, send("late", Side.BUY, 100, ASK, tif=TimeInForce.IOC))

    assert fills(says) == []
    assert isinstance(says[-1], ChildCanceled)


def test_partial_fills_are_credited_at_once_and_add_up() -> None:
    lit = venue()
    lit.on_command(NOON, send("c1", Side.SELL, 300, MID))
    credited: list[tuple[Qty, Qty | None]] = []
    for qty in (50, 120, 130):
        lit.book(SYMBOL).market(True, qty)
        credited += [(event.qty, event.cum_qty) for event in lit.drain(NOON, SYMBOL) if isinstance(event, ChildFilled)]

    assert credited == [(50, 50), (120, 170), (130, 300)]


def test_a_taker_gets_the_size_that_is_there_price_by_price_not_all_at_the_best() -> None:
    lit = venue()
    lit.book(SYMBOL).add(3, False, ASK + TICK, 200)

    says = lit.on_command(NOON, send("c1", Side.BUY, 1_000, ASK + TICK, tif=TimeInForce.IOC))

    assert fills(says) == [("c1", 500, ASK), ("c1", 200, ASK + TICK)]


@pytest.mark.parametrize(
    ("qty", "px", "kept", "ahead"),
    [(60, BID, True, 500), (100, BID, True, 500), (140, BID, False, 650), (100, BID - TICK, False, 0)],
    ids=["size down", "as it is", "size up", "new price"],
)
def test_size_down_keeps_the_place_size_up_or_a_new_price_loses_it(qty: Qty, px: Px, kept: bool, ahead: Qty) -> None:
    lit = venue()
    lit.on_command(NOON, send("c1", Side.BUY, 100, BID))
    lit.book(SYMBOL).add(3, True, BID, 150)

    replaced = lit.on_command(NOON, replace("c1", qty, px))[0]

    assert replaced == ChildReplaced("XLIT", "c1", "r1", qty, px, kept_place=kept, ahead=ahead)


def test_an_own_cancel_and_a_new_order_never_improve_the_own_place() -> None:
    lit = venue()
    lit.on_command(NOON, send("older", Side.BUY, 100, BID))
    lit.book(SYMBOL).add(3, True, BID, 150)
    lit.on_command(NOON, send("newer", Side.BUY, 100, BID))

    lit.on_command(NOON, cancel("older"))
    again = lit.on_command(NOON, send("again", Side.BUY, 100, BID))[0]

    assert lit.book(SYMBOL).ahead(-2) == 650
    assert again == ChildAccepted("XLIT", "again", "XLIT-3", ahead=750)


def test_every_resting_orders_event_says_the_exact_shares_ahead_reserves_and_hidden_ones_too() -> None:
    lit = venue()

    told = [
        lit.on_command(NOON, send(name, Side.BUY, 300, BID, display_qty=display))[0]
        for name, display in (("shown", None), ("reserve", 100), ("hidden", 0), ("behind", None))
    ]

    assert [event.ahead for event in told if isinstance(event, ChildAccepted)] == [500, 800, 900, 900]


def test_a_reserve_orders_next_peak_is_at_the_back_and_before_what_is_hidden() -> None:
    lit = venue()
    for name, display in (("reserve", 100), ("hidden", 0), ("behind", None)):
        lit.on_command(NOON, send(name, Side.BUY, 200, BID, display_qty=display))
    lit.book(SYMBOL).market(False, 1_100)

    got = [event for event in lit.drain(NOON, SYMBOL) if isinstance(event, ChildFilled)]

    assert [(event.child_id, event.qty) for event in got] == [
        ("reserve", 100),
        ("behind", 200),
        ("reserve", 100),
        ("hidden", 200),
    ]
    assert {event.liquidity for event in got} == {LastLiquidityInd.ADDED}
