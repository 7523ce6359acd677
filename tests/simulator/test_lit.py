"""The lit venue: FIX order types on the book, and what it says of them."""

from __future__ import annotations

import pytest

from router.api import (
    CancelChild,
    ChildAccepted,
    ChildCanceled,
    ChildFilled,
    ChildRejected,
    ChildReplaced,
    ChildRequestRejected,
    LastLiquidityInd,
    LevelUpdate,
    OrdType,
    Peg,
    Phase,
    PhaseChange,
    PrintKind,
    Px,
    Qty,
    Reason,
    ReplaceChild,
    SendChild,
    Side,
    TimeInForce,
    TradePrint,
    VenueKind,
    VenueProfile,
    VenueSays,
)
from simulator.lit import LitVenue
from simulator.testing import INSTRUMENTS, MID, NOON, SYMBOL, TICK, VenueContract, nbbo

XLIT = VenueProfile("XLIT", VenueKind.LIT, "lit")
ASK, BID = MID + TICK, MID - TICK


class TestContract(VenueContract):
    profile = XLIT
    factory = LitVenue


class TestContractWithoutSelfMatch(VenueContract):
    profile = VenueProfile("XALT", VenueKind.LIT, "lit", replace_keeps_place=False, settings={"self_match": "both"})
    factory = LitVenue


def venue(profile: VenueProfile = XLIT) -> LitVenue:
    """500 displayed on each side of `MID`, by background orders 1 (bid) and 2 (ask)."""
    lit = LitVenue(profile, INSTRUMENTS, 7)
    book = lit.book(SYMBOL)
    book.add(1, True, BID, 500)
    book.add(2, False, ASK, 500)
    lit.drain(NOON, SYMBOL)
    lit.on_nbbo(NOON, nbbo(NOON))
    return lit


def send(
    child_id: str,
    side: Side,
    qty: Qty,
    px: Px | None,
    *,
    tif: TimeInForce = TimeInForce.DAY,
    ord_type: OrdType | None = None,
    display_qty: Qty | None = None,
    min_qty: Qty | None = None,
    post_only: bool = False,
    peg: Peg | None = None,
) -> SendChild:
    return SendChild(
        venue="XLIT",
        child_id=child_id,
        symbol=SYMBOL,
        side=side,
        qty=qty,
        ord_type=ord_type or (OrdType.PEGGED if peg else OrdType.MARKET if px is None else OrdType.LIMIT),
        px=px,
        tif=tif,
        display_qty=display_qty,
        min_qty=min_qty,
        post_only=post_only,
        peg=peg,
        reason=Reason.DIRECT,
    )


def replace(child_id: str, qty: Qty, px: Px | None) -> ReplaceChild:
    return ReplaceChild(
        venue="XLIT",
        child_id=child_id,
        request_id="r1",
        symbol=SYMBOL,
        side=Side.BUY,
        qty=qty,
        px=px,
        reason=Reason.RE_PEG,
    )


def fill(
    child_id: str, exec_id: str, qty: Qty, px: Px, cum_qty: Qty, liquidity: LastLiquidityInd = LastLiquidityInd.REMOVED
) -> ChildFilled:
    return ChildFilled(
        venue="XLIT",
        child_id=child_id,
        exec_id=exec_id,
        qty=qty,
        px=px,
        liquidity=liquidity,
        last_mkt="XLIT",
        cum_qty=cum_qty,
    )


def refusal(says: list[VenueSays]) -> str:
    (refused,) = says
    assert isinstance(refused, ChildRejected | ChildRequestRejected), refused
    return refused.text


def test_a_resting_order_is_told_its_exact_place_and_shown_to_all() -> None:
    says = venue().on_command(NOON, send("c1", Side.BUY, 100, BID))

    assert says == [ChildAccepted("XLIT", "c1", "XLIT-1", ahead=500), LevelUpdate("XLIT", SYMBOL, True, BID, 600)]


def test_a_crossing_order_trades_prints_then_rests_the_remainder() -> None:
    says = venue().on_command(NOON, send("c1", Side.BUY, 700, ASK))

    assert says == [
        ChildAccepted("XLIT", "c1", "XLIT-1", ahead=0),
        fill("c1", "XLIT-X1", 500, ASK, 500),
        TradePrint("XLIT", SYMBOL, ASK, 500, True),
        LevelUpdate("XLIT", SYMBOL, False, ASK, 0),
        LevelUpdate("XLIT", SYMBOL, True, ASK, 200),
    ]


def test_background_flow_fills_our_resting_order_in_parts() -> None:
    """Known from other simulators: partial fills are never credited."""
    lit = venue()
    lit.on_command(NOON, send("c1", Side.SELL, 300, MID))
    lit.book(SYMBOL).market(True, 120)
    first = lit.drain(NOON, SYMBOL)
    lit.book(SYMBOL).market(True, 180)
    second = lit.drain(NOON, SYMBOL)

    added = LastLiquidityInd.ADDED
    assert first[:2] == [
        fill("c1", "XLIT-X1", 120, MID, 120, added),
        TradePrint("XLIT", SYMBOL, MID, 120, True),
    ]
    assert second[:2] == [
        fill("c1", "XLIT-X2", 180, MID, 300, added),
        TradePrint("XLIT", SYMBOL, MID, 180, True),
    ]


def test_an_order_meets_the_book_as_it_is_now_not_as_it_was_before_the_trade() -> None:
    """Known from other simulators: a taker fills against the book from before the last trade."""
    lit = venue()
    lit.on_command(NOON, send("c1", Side.BUY, 500, ASK, tif=TimeInForce.IOC))

    says = lit.on_command(NOON, send("c2", Side.BUY, 500, ASK, tif=TimeInForce.IOC))

    assert [type(event) for event in says] == [ChildAccepted, ChildCanceled]


def test_ioc_cancels_what_it_did_not_get() -> None:
    says = venue().on_command(NOON, send("c1", Side.BUY, 700, ASK, tif=TimeInForce.IOC))

    assert says[-1] == ChildCanceled("XLIT", "c1", None, "XLIT: 200 not filled")


def test_a_market_order_ends_with_the_book() -> None:
    says = venue().on_command(NOON, send("c1", Side.SELL_SHORT, 700, None))

    assert says[1] == fill("c1", "XLIT-X1", 500, BID, 500)
    assert says[-1] == ChildCanceled("XLIT", "c1", None, "XLIT: 200 not filled")


def test_fok_takes_all_or_nothing() -> None:
    lit = venue()
    killed = lit.on_command(NOON, send("c1", Side.BUY, 501, ASK, tif=TimeInForce.FOK))
    filled = lit.on_command(NOON, send("c2", Side.BUY, 500, ASK, tif=TimeInForce.FOK))

    assert killed == [
        ChildAccepted("XLIT", "c1", "XLIT-1"),
        ChildCanceled("XLIT", "c1", None, "XLIT: TimeInForce(59)=4: 501 wanted, 500 there"),
    ]
    assert filled[1] == fill("c2", "XLIT-X1", 500, ASK, 500)


def test_min_qty_ioc_is_killed_below_its_minimum() -> None:
    says = venue().on_command(NOON, send("c1", Side.BUY, 900, ASK, tif=TimeInForce.IOC, min_qty=600))

    assert says[1] == ChildCanceled("XLIT", "c1", None, "XLIT: MinQty(110): 600 wanted, 500 there")


def test_post_only_is_refused_where_it_would_take_hidden_shares_too() -> None:
    lit = venue()
    lit.book(SYMBOL).add(3, False, MID, 10, hidden=True)

    assert "would take" in refusal(lit.on_command(NOON, send("c1", Side.BUY, 100, MID, post_only=True)))
    assert isinstance(lit.on_command(NOON, send("c2", Side.BUY, 100, BID, post_only=True))[0], ChildAccepted)


def test_a_hidden_order_moves_no_level_and_prints_as_hidden() -> None:
    lit = venue()
    entered = lit.on_command(NOON, send("c1", Side.BUY, 100, MID, display_qty=0))
    lit.book(SYMBOL).market(False, 100)
    traded = lit.drain(NOON, SYMBOL)

    assert entered == [ChildAccepted("XLIT", "c1", "XLIT-1", ahead=0)]
    assert traded[1:] == [TradePrint("XLIT", SYMBOL, MID, 100, False, PrintKind.HIDDEN)]


def test_a_reserve_order_shows_its_peak_only() -> None:
    says = venue().on_command(NOON, send("c1", Side.BUY, 1_000, MID, display_qty=100))

    assert says[-1] == LevelUpdate("XLIT", SYMBOL, True, MID, 100)


def test_a_price_off_the_tick_is_refused() -> None:
    text = refusal(venue().on_command(NOON, send("c1", Side.BUY, 100, BID + 1)))

    assert text == "XLIT: Price(44) 99.9901 is not on the tick 0.01"


BARE = VenueProfile(
    "XLIT",
    VenueKind.LIT,
    "lit",
    supports_post_only=False,
    supports_hidden=False,
    supports_min_qty=False,
    supports_ioc=False,
)


@pytest.mark.parametrize(
    ("profile", "order", "text"),
    [
        (XLIT, send("c1", Side.BUY, 0, BID), "OrderQty(38) 0 is not above 0"),
        (XLIT, send("c1", Side.BUY, 100, None, ord_type=OrdType.LIMIT), "OrdType(40)=2 needs Price(44)"),
        (XLIT, send("c1", Side.BUY, 100, BID, tif=TimeInForce.AT_CLOSE), "TimeInForce(59)=7 is not supported"),
        (
            XLIT,
            send("c1", Side.BUY, 100, None, peg=Peg.PRIMARY),
            "ExecInst(18)=R: only the midpoint (M) is pegged to here",
        ),
        (
            XLIT,
            send("c1", Side.BUY, 100, BID, min_qty=200, tif=TimeInForce.IOC),
            "MinQty(110) 200 is above OrderQty(38) 100",
        ),
        (XLIT, send("c1", Side.BUY, 100, BID, min_qty=50), "MinQty(110) 50 is taken with TimeInForce(59)=3 only"),
        (
            XLIT,
            send("c1", Side.BUY, 100, BID, post_only=True, tif=TimeInForce.IOC),
            "ExecInst(18)=6 needs a limit order that can rest",
        ),
        (
            XLIT,
            send("c1", Side.BUY, 100, ASK, post_only=True),
            "ExecInst(18)=6: would take at Price(44) 100.01",
        ),
        (BARE, send("c1", Side.BUY, 100, BID, post_only=True), "ExecInst(18)=6 is not supported"),
        (BARE, send("c1", Side.BUY, 100, BID, tif=TimeInForce.IOC), "TimeInForce(59)=3 is not supported"),
        (BARE, send("c1", Side.BUY, 100, BID, min_qty=50), "MinQty(110) is not supported"),
        (
            BARE,
            send("c1", Side.BUY, 100, BID, display_qty=10),
            "MaxFloor(111) 10: reserve and hidden orders are not supported",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refusal_names_the_rule_and_the_value(profile: VenueProfile, order: SendChild, text: str) -> None:
    assert refusal(venue(profile).on_command(NOON, order)) == f"XLIT: {text}"


class TestReplace:
    def test_smaller_keeps_the_place(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, BID))
        lit.book(SYMBOL).add(3, True, BID, 50)

        says = lit.on_command(NOON, replace("c1", 60, BID))

        assert says[0] == ChildReplaced("XLIT", "c1", "r1", 60, BID, kept_place=True, ahead=500)

    def test_larger_goes_to_the_back(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, BID))
        lit.book(SYMBOL).add(3, True, BID, 50)

        says = lit.on_command(NOON, replace("c1", 200, BID))

        assert says[0] == ChildReplaced("XLIT", "c1", "r1", 200, BID, kept_place=False, ahead=550)

    def test_a_new_price_may_trade_at_once(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, BID))

        says = lit.on_command(NOON, replace("c1", 100, ASK))

        assert says == [
            ChildReplaced("XLIT", "c1", "r1", 100, ASK),
            fill("c1", "XLIT-X1", 100, ASK, 100),
            TradePrint("XLIT", SYMBOL, ASK, 100, True),
            LevelUpdate("XLIT", SYMBOL, True, BID, 500),
            LevelUpdate("XLIT", SYMBOL, False, ASK, 400),
        ]

    def test_off_the_tick_or_without_a_price_is_refused(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, BID))

        assert "is not on the tick 0.01" in refusal(lit.on_command(NOON, replace("c1", 100, BID + 1)))
        assert "needs Price(44)" in refusal(lit.on_command(NOON, replace("c1", 100, None)))

    def test_in_a_halt_only_smaller_at_the_same_price(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, BID))
        lit.on_phase(NOON, PhaseChange(SYMBOL, Phase.HALTED))

        assert "only smaller at the same price" in refusal(lit.on_command(NOON, replace("c1", 100, BID - TICK)))
        assert isinstance(lit.on_command(NOON, replace("c1", 50, BID))[0], ChildReplaced)

    def test_quantity_counts_what_is_filled_already(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 300, MID))
        lit.book(SYMBOL).market(False, 100)
        lit.drain(NOON, SYMBOL)

        assert "100 is not above CumQty(14) 100" in refusal(lit.on_command(NOON, replace("c1", 100, MID)))
        lit.on_command(NOON, replace("c1", 250, MID))
        assert lit.book(SYMBOL).level(True, MID) == 150

    def test_of_post_only_into_the_other_side_is_refused_and_the_order_stands(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, BID, post_only=True))

        assert "would take" in refusal(lit.on_command(NOON, replace("c1", 100, ASK)))
        assert lit.book(SYMBOL).level(True, BID) == 600


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

        assert says[-1] == ChildCanceled("XLIT", "c1", None, "XLIT: no midpoint")

    def test_may_be_cancelled_while_it_waits(self) -> None:
        lit = venue()
        lit.on_nbbo(NOON, nbbo(NOON, None, ASK))
        lit.on_command(NOON, send("c1", Side.BUY, 100, None, peg=Peg.MID))

        cancel = CancelChild(venue="XLIT", child_id="c1", request_id="r1", symbol=SYMBOL, side=Side.BUY)
        assert lit.on_command(NOON, cancel) == [ChildCanceled("XLIT", "c1", "r1")]


def test_self_match_prevention_cancels_the_resting_order_where_the_profile_says_oldest() -> None:
    lit = venue(VenueProfile("XLIT", VenueKind.LIT, "lit", settings={"self_match": "oldest"}))
    lit.on_command(NOON, send("c1", Side.BUY, 100, MID))

    says = lit.on_command(NOON, send("c2", Side.SELL, 50, MID))

    assert says[:2] == [
        ChildAccepted("XLIT", "c2", "XLIT-2", ahead=0),
        ChildCanceled("XLIT", "c1", None, "XLIT: self-match prevention"),
    ]


def test_fok_is_killed_where_self_match_prevention_would_stop_it_half_way() -> None:
    lit = venue(VenueProfile("XLIT", VenueKind.LIT, "lit", settings={"self_match": "newest"}))
    lit.on_command(NOON, send("c1", Side.SELL, 100, ASK))
    lit.book(SYMBOL).add(3, False, ASK, 500)

    says = lit.on_command(NOON, send("c2", Side.BUY, 700, ASK, tif=TimeInForce.FOK))

    assert says[1:] == [ChildCanceled("XLIT", "c2", None, "XLIT: TimeInForce(59)=4: 700 wanted, 500 there")]


def test_our_two_sides_trade_with_each_other_where_the_profile_allows_it() -> None:
    lit = venue()
    lit.on_command(NOON, send("c1", Side.BUY, 100, MID))

    says = lit.on_command(NOON, send("c2", Side.SELL, 100, MID))

    assert says[1:4] == [
        fill("c2", "XLIT-X1", 100, MID, 100),
        fill("c1", "XLIT-X2", 100, MID, 100, LastLiquidityInd.ADDED),
        TradePrint("XLIT", SYMBOL, MID, 100, False),
    ]


def test_it_says_where_an_order_of_ours_stands_while_it_rests() -> None:
    lit = venue()
    lit.on_command(NOON, send("c1", Side.BUY, 100, BID))
    behind_500 = lit.ahead("c1")

    lit.book(SYMBOL).delete(1)

    assert (behind_500, lit.ahead("c1"), lit.ahead("none")) == (500, 0, None)


def test_an_order_that_is_over_stands_nowhere() -> None:
    lit = venue()
    lit.on_command(NOON, send("c1", Side.BUY, 100, BID))

    lit.on_command(NOON, CancelChild(venue="XLIT", child_id="c1", request_id="r1", symbol=SYMBOL, side=Side.BUY))

    assert lit.ahead("c1") is None
