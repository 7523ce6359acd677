"""Orders that follow the market: to the midpoint, their own side, the other side."""

from __future__ import annotations

from router.api import (
    CancelChild,
    ChildAccepted,
    ChildCanceled,
    ChildFilled,
    LastLiquidityInd,
    LevelUpdate,
    Peg,
    Phase,
    PhaseChange,
    Side,
    TimeInForce,
)
from simulator.testing import MID, NOON, SYMBOL, TICK, nbbo
from support.lit_orders import ASK, BID, fill, send, venue


class TestMidpointPeg:
    def test_stands_hidden_at_the_midpoint_and_follows_it(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, None, peg=Peg.MID))

        lit.book(SYMBOL).delete(2)
        lit.on_nbbo(NOON, nbbo(NOON, BID, ASK + 2 * TICK))
        lit.book(SYMBOL).market(False, 100)

        fills = [event for event in lit.drain(NOON, SYMBOL) if isinstance(event, ChildFilled)]
        assert fills == [fill("c1", "XLIT-X1", 100, MID + TICK, 100, LastLiquidityInd.ADDED)]

    def test_is_capped_by_its_limit(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, BID, peg=Peg.MID))
        lit.book(SYMBOL).market(False, 600)

        fills = [event for event in lit.drain(NOON, SYMBOL) if isinstance(event, ChildFilled)]
        assert [event.px for event in fills] == [BID]

    def test_waits_outside_the_book_while_the_market_is_locked(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, None, peg=Peg.MID))

        lit.on_nbbo(NOON, nbbo(NOON, MID, MID))

        assert lit.book(SYMBOL).leaves(-1) == 0
        lit.on_nbbo(NOON, nbbo(NOON))
        assert lit.book(SYMBOL).leaves(-1) == 100

    def test_ioc_without_a_midpoint_is_cancelled(self) -> None:
        lit = venue()
        lit.on_nbbo(NOON, nbbo(NOON, MID, MID))

        says = lit.on_command(NOON, send("c1", Side.BUY, 100, None, peg=Peg.MID, tif=TimeInForce.IOC))

        assert says[-1] == ChildCanceled("XLIT", "c1", None, "XLIT: nothing to follow")

    def test_may_be_cancelled_while_it_waits(self) -> None:
        lit = venue()
        lit.on_nbbo(NOON, nbbo(NOON, None, ASK))
        lit.on_command(NOON, send("c1", Side.BUY, 100, None, peg=Peg.MID))

        cancel = CancelChild(venue="XLIT", child_id="c1", request_id="r1", symbol=SYMBOL, side=Side.BUY)
        assert lit.on_command(NOON, cancel) == [ChildCanceled("XLIT", "c1", "r1")]


class TestPrimaryAndMarketPeg:
    def test_a_primary_peg_is_displayed_at_its_own_side_and_follows_it_to_the_back(self) -> None:
        lit = venue()
        entered = lit.on_command(NOON, send("c1", Side.BUY, 100, None, peg=Peg.PRIMARY))
        lit.book(SYMBOL).add(3, True, MID, 50)
        lit.drain(NOON, SYMBOL)

        followed = lit.on_nbbo(NOON, nbbo(NOON, MID, ASK))

        assert entered[1:] == [LevelUpdate("XLIT", SYMBOL, True, BID, 600)]
        assert followed == [LevelUpdate("XLIT", SYMBOL, True, BID, 500), LevelUpdate("XLIT", SYMBOL, True, MID, 150)]
        assert lit.book(SYMBOL).ahead(-1) == 50

    def test_a_change_of_size_alone_leaves_it_in_its_place(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, None, peg=Peg.PRIMARY))
        lit.book(SYMBOL).add(3, True, BID, 50)
        lit.drain(NOON, SYMBOL)

        assert lit.on_nbbo(NOON, nbbo(NOON)) == []
        assert lit.book(SYMBOL).ahead(-1) == 500

    def test_its_own_quote_is_not_what_it_follows(self) -> None:
        """The others leave: a peg that counted as the best bid would stand there for ever."""
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, None, peg=Peg.PRIMARY))
        lit.book(SYMBOL).add(3, True, BID - TICK, 70)
        lit.book(SYMBOL).delete(1)

        assert lit.book(SYMBOL).best() == (BID - TICK, 70, ASK, 500)

    def test_a_market_peg_stands_hidden_at_its_offset_from_the_other_side_capped_by_its_limit(self) -> None:
        lit = venue()
        says = lit.on_command(NOON, send("c1", Side.SELL, 100, MID, peg=Peg.MARKET, peg_offset=TICK))
        lit.on_nbbo(NOON, nbbo(NOON, BID - 2 * TICK, ASK))

        assert says == [ChildAccepted("XLIT", "c1", "XLIT-1", ahead=0)]
        assert lit.book(SYMBOL).stands(-1) == (False, MID, 100)

    def test_a_market_peg_without_an_offset_takes(self) -> None:
        says = venue().on_command(NOON, send("c1", Side.BUY, 100, None, peg=Peg.MARKET))

        assert says[1] == fill("c1", "XLIT-X1", 100, ASK, 100)

    def test_trades_nothing_in_a_halt(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, None, peg=Peg.PRIMARY))
        lit.on_phase(NOON, PhaseChange(SYMBOL, Phase.HALTED))

        assert lit.on_nbbo(NOON, nbbo(NOON, MID, ASK)) == []


def test_a_peg_that_has_just_been_hit_moves_with_what_it_has_left() -> None:
    lit = venue()
    lit.book(SYMBOL).delete(1)
    lit.on_command(NOON, send("peg", Side.BUY, 100, None, peg=Peg.PRIMARY))
    lit.book(SYMBOL).market(False, 30)

    says = lit.on_nbbo(NOON, nbbo(NOON, MID, ASK + TICK))

    assert [event for event in says if isinstance(event, ChildFilled)] == [
        fill("peg", "XLIT-X1", 30, BID, 30, LastLiquidityInd.ADDED)
    ]
    assert lit.book(SYMBOL).stands(-1) == (True, MID, 70)


def test_a_post_only_peg_stays_where_it_is_as_long_as_it_would_take_where_it_ought_to_be() -> None:
    lit = venue()
    lit.on_command(NOON, send("peg", Side.BUY, 100, MID, peg=Peg.MID, post_only=True, peg_offset=-TICK))
    lit.on_command(NOON, send("hidden", Side.SELL, 100, MID, display_qty=0))

    says = lit.on_nbbo(NOON, nbbo(NOON, MID, ASK + TICK))

    assert says == []
    assert lit.book(SYMBOL).stands(-1) == (True, BID, 100)
