"""Auctions at a lit venue: who waits, what is published, who is filled at the uncross, and what becomes of the rest."""

from __future__ import annotations

from typing import ClassVar

from router.api import (
    SECOND,
    AuctionImbalance,
    CalendarDay,
    ChildAccepted,
    ChildCanceled,
    ChildFilled,
    ChildReplaced,
    LastLiquidityInd,
    LevelUpdate,
    Ns,
    Phase,
    PhaseChange,
    PrintKind,
    Px,
    Qty,
    Side,
    TimeInForce,
    TradePrint,
    VenueKind,
    VenueProfile,
    VenueSays,
)
from simulator.auction import AuctionQueue
from simulator.lit import LitVenue
from simulator.testing import INSTRUMENTS, MID, NOON, SYMBOL, TICK, VenueContract, nbbo
from support.lit_orders import cancel, refusal, replace, send

XLIT = VenueProfile("XLIT", VenueKind.LIT, "lit", settings={"auctions": "all"})
DAY = CalendarDay("20240304", NOON, NOON + 3_600 * SECOND)
BEFORE: Ns = NOON - 10 * SECOND
OPENING, CLOSING = PrintKind.OPENING, PrintKind.CLOSING
AT_OPEN, AT_CLOSE = TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE


class TestContract(VenueContract):
    profile: ClassVar[VenueProfile] = XLIT
    factory = LitVenue


def early() -> tuple[LitVenue, AuctionQueue]:
    """Before the open; others have 500 to sell at the open at `MID` or above."""
    lit = LitVenue(XLIT, INSTRUMENTS, 7)
    lit.on_session(BEFORE, SYMBOL, DAY)
    queue = lit.auction(SYMBOL)
    assert queue is not None
    queue.enter(is_buy=False, qty=500, when=OPENING, px=MID)
    return lit, queue


def trading() -> tuple[LitVenue, AuctionQueue]:
    """Open, with 500 displayed on each side of `MID`, by others."""
    lit, queue = early()
    change(lit, NOON, Phase.CONTINUOUS)
    lit.book(SYMBOL).add(1, True, MID - TICK, 500)
    lit.book(SYMBOL).add(2, False, MID + TICK, 500)
    lit.drain(NOON, SYMBOL)
    lit.on_nbbo(NOON, nbbo(NOON))
    return lit, queue


def change(lit: LitVenue, at: Ns, phase: Phase) -> list[VenueSays]:
    """A phase and the timers of its instant, without the imbalances that are due besides."""
    says = [*lit.on_phase(at, PhaseChange(SYMBOL, phase)), *lit.on_time(at)]
    return [event for event in says if not isinstance(event, AuctionImbalance)]


def filled(child_id: str, number: int, qty: Qty, px: Px, when: PrintKind, *, cum: Qty | None = None) -> ChildFilled:
    return ChildFilled(
        venue="XLIT",
        child_id=child_id,
        exec_id=f"XLIT-X{number}",
        qty=qty,
        px=px,
        liquidity=LastLiquidityInd.AUCTION,
        last_mkt="XLIT",
        kind=when,
        cum_qty=qty if cum is None else cum,
    )


class TestOpening:
    def test_orders_wait_and_nothing_is_shown(self) -> None:
        lit, _ = early()

        says = lit.on_command(BEFORE, send("c1", Side.BUY, 300, MID + TICK))

        assert says == [ChildAccepted("XLIT", "c1", "XLIT-1")]

    def test_everybody_trades_at_one_price_and_the_rest_goes_its_way(self) -> None:
        lit, _ = early()
        lit.on_command(BEFORE, send("market", Side.BUY, 300, None, tif=AT_OPEN))
        lit.on_command(BEFORE, send("day", Side.BUY, 300, MID, tif=TimeInForce.DAY))
        lit.on_command(BEFORE, send("low", Side.BUY, 300, MID - TICK, tif=AT_OPEN))

        says = change(lit, NOON, Phase.CONTINUOUS)

        assert says == [
            filled("market", 1, 300, MID, OPENING),
            filled("day", 2, 200, MID, OPENING),
            TradePrint("XLIT", SYMBOL, MID, 500, None, OPENING),
            ChildCanceled("XLIT", "low", None, "XLIT: 300 not filled in the opening auction"),
            LevelUpdate("XLIT", SYMBOL, True, MID, 100),
        ]

    def test_without_a_contra_nothing_prints_and_on_open_orders_are_cancelled(self) -> None:
        lit, queue = early()
        queue.drop(1)
        lit.on_command(BEFORE, send("c1", Side.BUY, 300, MID, tif=AT_OPEN))

        says = change(lit, NOON, Phase.CONTINUOUS)

        assert says == [ChildCanceled("XLIT", "c1", None, "XLIT: 300 not filled in the opening auction")]

    def test_takes_no_immediate_order_before(self) -> None:
        lit, _ = early()

        text = refusal(lit.on_command(BEFORE, send("c1", Side.BUY, 300, MID, tif=TimeInForce.IOC)))

        assert text == "XLIT: TimeInForce(59)=3 cannot wait for an auction, and ABC is pre-open"

    def test_takes_no_on_open_order_after(self) -> None:
        lit, _ = trading()

        text = refusal(lit.on_command(NOON, send("c1", Side.BUY, 300, MID, tif=AT_OPEN)))

        assert text == "XLIT: TimeInForce(59)=2 is taken before the opening auction"

    def test_a_smaller_order_keeps_its_time_a_larger_one_loses_it(self) -> None:
        lit, _ = early()
        for name in ("smaller", "larger", "as-it-is"):
            lit.on_command(BEFORE, send(name, Side.BUY, 300, MID, tif=AT_OPEN))
        lit.on_command(BEFORE, replace("smaller", 200, MID))
        lit.on_command(BEFORE, replace("larger", 400, MID))

        says = change(lit, NOON, Phase.CONTINUOUS)

        assert says[:2] == [filled("smaller", 1, 200, MID, OPENING), filled("as-it-is", 2, 300, MID, OPENING)]

    def test_what_waits_may_be_cancelled(self) -> None:
        lit, _ = early()
        lit.on_command(BEFORE, send("c1", Side.BUY, 300, MID, tif=AT_OPEN))

        assert lit.on_command(BEFORE, cancel("c1")) == [ChildCanceled("XLIT", "c1", "r1")]
        assert change(lit, NOON, Phase.CONTINUOUS) == []


class TestClosing:
    AT = DAY.close

    def test_the_book_takes_part_displayed_before_on_close_before_hidden(self) -> None:
        lit, queue = trading()
        lit.on_command(NOON, send("hidden", Side.BUY, 100, MID - TICK, display_qty=0))
        lit.on_command(NOON, send("close", Side.BUY, 100, MID - TICK, tif=AT_CLOSE))
        lit.on_command(NOON, send("shown", Side.BUY, 100, MID - TICK))
        queue.enter(is_buy=False, qty=750, when=CLOSING)

        says = change(lit, self.AT, Phase.CLOSED)

        assert [event for event in says if not isinstance(event, LevelUpdate)] == [
            filled("shown", 1, 100, MID - TICK, CLOSING),
            filled("close", 2, 100, MID - TICK, CLOSING),
            filled("hidden", 3, 50, MID - TICK, CLOSING),
            TradePrint("XLIT", SYMBOL, MID - TICK, 750, None, CLOSING),
            ChildCanceled("XLIT", "hidden", None, "XLIT: session closed"),
        ]
        assert lit.book(SYMBOL).level(True, MID - TICK) == 0

    def test_an_on_close_order_never_meets_the_book_before(self) -> None:
        lit, _ = trading()

        says = lit.on_command(NOON, send("c1", Side.BUY, 100, MID + TICK, tif=AT_CLOSE))

        assert says == [ChildAccepted("XLIT", "c1", "XLIT-1")]

    def test_on_close_orders_are_fixed_from_the_cutoff_on(self) -> None:
        lit, _ = trading()
        lit.on_command(NOON, send("c1", Side.BUY, 100, MID, tif=AT_CLOSE))
        cutoff = DAY.close - 600 * SECOND

        texts = [
            refusal(lit.on_command(cutoff, command))
            for command in (send("c2", Side.BUY, 100, MID, tif=AT_CLOSE), cancel("c1"), replace("c1", 50, MID))
        ]

        assert texts == ["XLIT: TimeInForce(59)=7 is fixed from 600 s before the close on"] * 3

    def test_a_call_phase_before_it_stops_the_book(self) -> None:
        lit, _ = trading()
        change(lit, self.AT - SECOND, Phase.CLOSING_AUCTION)

        waits = lit.on_command(self.AT - SECOND, send("c1", Side.BUY, 100, MID + TICK))
        says = change(lit, self.AT, Phase.CLOSED)

        assert waits == [ChildAccepted("XLIT", "c1", "XLIT-1")]
        assert says[0] == filled("c1", 1, 100, MID + TICK, CLOSING)

    def test_a_market_that_closes_in_a_halt_has_no_closing_auction(self) -> None:
        lit, queue = trading()
        lit.on_command(NOON, send("c1", Side.BUY, 100, MID, tif=AT_CLOSE))
        queue.enter(is_buy=False, qty=500, when=CLOSING)
        change(lit, NOON, Phase.HALTED)

        says = change(lit, self.AT, Phase.CLOSED)

        assert says == [ChildCanceled("XLIT", "c1", None, "XLIT: session closed")]
        assert len(queue) == 0


class TestReopening:
    def test_after_a_halt_what_came_in_meets_what_stood_there_at_one_price(self) -> None:
        lit, _ = trading()
        change(lit, NOON, Phase.HALTED)
        lit.on_command(NOON, send("c1", Side.BUY, 700, MID + 3 * TICK))

        says = change(lit, NOON + SECOND, Phase.CONTINUOUS)

        assert says == [
            filled("c1", 1, 500, MID + TICK, OPENING),
            TradePrint("XLIT", SYMBOL, MID + TICK, 500, None, OPENING),
            LevelUpdate("XLIT", SYMBOL, False, MID + TICK, 0),
            LevelUpdate("XLIT", SYMBOL, True, MID + 3 * TICK, 200),
        ]

    def test_a_reserve_order_takes_part_with_all_of_itself(self) -> None:
        lit, _ = trading()
        lit.on_command(NOON, send("reserve", Side.SELL, 400, MID, display_qty=100))
        change(lit, NOON, Phase.HALTED)
        lit.on_command(NOON, send("c1", Side.BUY, 400, MID))

        says = change(lit, NOON + SECOND, Phase.CONTINUOUS)

        assert says == [
            filled("c1", 1, 400, MID, OPENING),
            filled("reserve", 2, 400, MID, OPENING),
            TradePrint("XLIT", SYMBOL, MID, 400, None, OPENING),
            LevelUpdate("XLIT", SYMBOL, False, MID, 0),
        ]

    def test_an_order_may_be_moved_out_of_the_book_in_a_halt(self) -> None:
        lit, _ = trading()
        lit.on_command(NOON, send("c1", Side.BUY, 100, MID - TICK))
        change(lit, NOON, Phase.HALTED)

        says = lit.on_command(NOON, replace("c1", 100, MID + TICK))

        assert says == [
            ChildReplaced("XLIT", "c1", "r1", 100, MID + TICK),
            LevelUpdate("XLIT", SYMBOL, True, MID - TICK, 500),
        ]


class TestImbalance:
    def test_is_published_every_so_often_until_the_auction(self) -> None:
        lit, queue = early()
        queue.enter(is_buy=True, qty=700, when=OPENING, px=MID)

        first = lit.on_time(BEFORE)
        second = lit.on_time(BEFORE + 5 * SECOND)
        change(lit, NOON, Phase.CONTINUOUS)

        published = AuctionImbalance("XLIT", SYMBOL, OPENING, 500, 200, None, MID)
        assert (first, second) == ([published], [published])
        assert lit.on_time(NOON + 5 * SECOND) == []

    def test_of_the_close_counts_the_book_and_names_the_reference(self) -> None:
        lit, queue = trading()
        queue.enter(is_buy=False, qty=800, when=CLOSING)

        says = lit.on_time(DAY.close - 600 * SECOND)

        assert says == [AuctionImbalance("XLIT", SYMBOL, CLOSING, 500, -300, MID, MID - TICK)]

    def test_of_one_side_alone_says_what_is_left_over_at_the_reference(self) -> None:
        lit, queue = trading()
        lit.book(SYMBOL).delete(1)
        queue.enter(is_buy=False, qty=800, when=CLOSING)

        assert lit.imbalance(SYMBOL, CLOSING) == AuctionImbalance("XLIT", SYMBOL, CLOSING, 0, -800, MID)


class TestHistory:
    """A recording has its own auctions: ours who accept the price are part of the shares that it printed."""

    def test_our_order_takes_part_at_historys_price_and_the_print_is_as_large_as_it_was(self) -> None:
        lit, queue = early()
        queue.drop(1)
        queue.follow_history()
        lit.on_command(BEFORE, send("c1", Side.BUY, 300, None, tif=AT_OPEN))
        before = change(lit, NOON, Phase.CONTINUOUS)

        queue.history(OPENING, MID, 1_000)
        says = lit.drain(NOON + SECOND, SYMBOL)

        assert before == []
        assert says == [
            filled("c1", 1, 300, MID, OPENING),
            TradePrint("XLIT", SYMBOL, MID, 1_000, None, OPENING),
        ]

    def test_an_on_close_order_waits_for_a_print_after_the_close_and_not_for_ever(self) -> None:
        lit, queue = trading()
        queue.follow_history()
        lit.on_command(NOON, send("c1", Side.BUY, 300, None, tif=AT_CLOSE))
        lit.on_command(NOON, send("c2", Side.BUY, 300, MID - TICK, tif=AT_CLOSE))
        closed = change(lit, DAY.close, Phase.CLOSED)

        queue.history(CLOSING, MID, 100)
        says = lit.drain(DAY.close + SECOND, SYMBOL)

        assert closed == []
        assert says == [
            filled("c1", 1, 100, MID, CLOSING),
            TradePrint("XLIT", SYMBOL, MID, 100, None, CLOSING),
            ChildCanceled("XLIT", "c1", None, "XLIT: 200 not filled in the closing auction"),
            ChildCanceled("XLIT", "c2", None, "XLIT: 300 not filled in the closing auction"),
        ]
