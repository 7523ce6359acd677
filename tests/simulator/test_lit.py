"""The lit venue: FIX order types on the book, and what it says of them."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import pytest

from router.api import (
    ChildAccepted,
    ChildCanceled,
    ChildFilled,
    ChildReplaced,
    LastLiquidityInd,
    LevelUpdate,
    OrdType,
    Peg,
    Phase,
    PhaseChange,
    PrintKind,
    Px,
    Qty,
    SendChild,
    Side,
    TimeInForce,
    TradePrint,
    VenueKind,
    VenueProfile,
)
from simulator.lit import LitVenue
from simulator.testing import MID, NOON, SYMBOL, TICK, VenueContract, nbbo
from support.lit_orders import ASK, BID, XLIT, cancel, fill, refusal, replace, send, venue


class TestContract(VenueContract):
    profile = XLIT
    factory = LitVenue


class TestContractOfEveryKind(VenueContract):
    """Pegs, minimums, reserves, hidden orders and two self-match groups, with auctions after halts."""

    profile = VenueProfile(
        "XALT",
        VenueKind.LIT,
        "lit",
        settings={"self_match": "decrement", "auctions": "all", "locking": "slide", "trade_through": "prevent"},
    )
    factory = LitVenue
    kinds: ClassVar[tuple[dict[str, Any], ...]] = (
        {},
        {"peg": Peg.MID, "ord_type": OrdType.PEGGED},
        {"peg": Peg.PRIMARY, "ord_type": OrdType.PEGGED},
        {"peg": Peg.MARKET, "ord_type": OrdType.PEGGED, "peg_offset": 2 * TICK},
        {"min_qty": 1},
        {"display_qty": 50, "display_high_qty": 150},
        {"display_qty": 0},
    )

    def order(
        self,
        child_id: str,
        *,
        side: Side = Side.BUY,
        qty: Qty = 500,
        px: Px = BID,
        tif: TimeInForce = TimeInForce.DAY,
        symbol: str = SYMBOL,
    ) -> SendChild:
        plain = super().order(child_id, side=side, qty=qty, px=px, tif=tif, symbol=symbol)
        number = int(child_id.removeprefix("c"))
        if number < 5:  # those of the tests that want a plain order
            return plain
        kind = self.kinds[number % len(self.kinds)]
        if "min_qty" in kind:
            kind = {"min_qty": 1 + qty // 2}
        return msgspec.structs.replace(plain, self_match_id=str(number % 2), **kind)


class TestContractWithoutSelfMatch(VenueContract):
    profile = VenueProfile("XALT", VenueKind.LIT, "lit", replace_keeps_place=False, settings={"self_match": "both"})
    factory = LitVenue


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
            send("c1", Side.BUY, 100, None, peg=Peg.PRIMARY, peg_offset=TICK),
            "PegOffsetValue(211) 100: a displayed ExecInst(18)=R may not improve on the best price",
        ),
        (
            XLIT,
            send("c1", Side.BUY, 100, None, ord_type=OrdType.PEGGED),
            "OrdType(40)=P needs ExecInst(18) R, P or M: what to follow",
        ),
        (
            VenueProfile("XLIT", VenueKind.LIT, "lit", settings={"odd_lots": False}),
            send("c1", Side.BUY, 150, BID),
            "OrderQty(38) 150 is no multiple of RoundLot(561) 100",
        ),
        (
            XLIT,
            send("c1", Side.BUY, 100, BID, min_qty=200, tif=TimeInForce.IOC),
            "MinQty(110) 200 is above OrderQty(38) 100",
        ),
        (
            XLIT,
            send("c1", Side.BUY, 100, BID, min_qty=50, display_qty=20),
            "MaxFloor(111) 20: an order with MinQty(110) stands hidden",
        ),
        (
            XLIT,
            send("c1", Side.BUY, 1_000, BID, display_qty=200, display_high_qty=100),
            "DisplayHighQty(1086) 100 needs a DisplayQty(1138) from 1 to that: got 200",
        ),
        (XLIT, send("c1", Side.BUY, 100, BID, tif=TimeInForce.GTD), "TimeInForce(59)=6 needs ExpireTime(126)"),
        (
            XLIT,
            send("c1", Side.BUY, 100, BID, tif=TimeInForce.GTD, expire_time=NOON),
            "ExpireTime(126) is past",
        ),
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


class TestQuotesElsewhere:
    """The NBBO says 100.01 offered by 500 shares; here stand 500 at 100.02 only, so that those are elsewhere."""

    def away(self, **settings: str) -> LitVenue:
        lit = venue(VenueProfile("XLIT", VenueKind.LIT, "lit", settings={**settings}))
        lit.book(SYMBOL).delete(2)
        lit.book(SYMBOL).add(3, False, ASK + TICK, 500)
        lit.drain(NOON, SYMBOL)
        return lit

    def test_a_locking_order_stands_where_the_profile_allows_it(self) -> None:
        says = self.away().on_command(NOON, send("c1", Side.BUY, 100, ASK))

        assert says[1:] == [LevelUpdate("XLIT", SYMBOL, True, ASK, 100)]

    def test_slides_a_tick_away_and_comes_back_when_the_quote_has_gone(self) -> None:
        lit = self.away(locking="slide")

        slid = lit.on_command(NOON, send("c1", Side.BUY, 100, ASK))
        back = lit.on_nbbo(NOON, nbbo(NOON, MID, ASK + TICK))

        assert slid[1:] == [LevelUpdate("XLIT", SYMBOL, True, MID, 100)]
        assert back == [LevelUpdate("XLIT", SYMBOL, True, MID, 0), LevelUpdate("XLIT", SYMBOL, True, ASK, 100)]

    def test_a_post_only_order_does_not_come_back_to_where_it_would_take(self) -> None:
        lit = self.away(locking="slide")
        lit.on_command(NOON, send("c1", Side.BUY, 100, ASK, post_only=True))
        lit.book(SYMBOL).add(4, False, ASK, 500)
        lit.drain(NOON, SYMBOL)

        met = lit.on_nbbo(NOON, nbbo(NOON, MID, ASK))
        lit.book(SYMBOL).delete(4)
        lit.drain(NOON, SYMBOL)
        back = lit.on_nbbo(NOON, nbbo(NOON, MID, ASK + TICK))

        assert met == []
        assert back == [LevelUpdate("XLIT", SYMBOL, True, MID, 0), LevelUpdate("XLIT", SYMBOL, True, ASK, 100)]

    def test_does_not_slide_further_when_the_quote_comes_nearer(self) -> None:
        lit = self.away(locking="slide")
        lit.on_command(NOON, send("c1", Side.BUY, 100, ASK))

        assert lit.on_nbbo(NOON, nbbo(NOON, BID, MID)) == []

    def test_is_refused_where_the_profile_rejects_but_not_what_can_be_had_here_or_is_hidden(self) -> None:
        lit = self.away(locking="reject")

        text = refusal(lit.on_command(NOON, send("c1", Side.BUY, 100, ASK)))

        assert text == "XLIT: Price(44) 100.01 would lock or cross 100.01 displayed elsewhere"
        for order in (
            send("c2", Side.BUY, 100, ASK, display_qty=0),
            send("c3", Side.BUY, 100, ASK + TICK),
            send("c4", Side.BUY, 100, ASK, tif=TimeInForce.IOC),
        ):
            assert isinstance(lit.on_command(NOON, order)[0], ChildAccepted)

    def test_our_own_shares_at_the_national_best_are_not_elsewhere(self) -> None:
        lit = venue(VenueProfile("XLIT", VenueKind.LIT, "lit", settings={"locking": "reject"}))

        says = lit.on_command(NOON, send("c1", Side.BUY, 700, ASK))

        assert says[-1] == LevelUpdate("XLIT", SYMBOL, True, ASK, 200)

    def test_trades_through_a_better_quote_only_where_the_profile_lets_it(self) -> None:
        order = send("c1", Side.BUY, 100, ASK + TICK, tif=TimeInForce.IOC)

        through = self.away().on_command(NOON, order)
        kept = self.away(trade_through="prevent").on_command(NOON, order)

        assert through[1] == fill("c1", "XLIT-X1", 100, ASK + TICK, 100)
        assert kept[1:] == [ChildCanceled("XLIT", "c1", None, "XLIT: 100 not filled")]


class TestMinimum:
    """MinQty(110) on an order that rests: hidden, and a contra of fewer shares does not trade with it."""

    def test_a_smaller_contra_passes_it_by_and_a_larger_one_meets_it(self) -> None:
        lit = venue()
        entered = lit.on_command(NOON, send("c1", Side.BUY, 500, MID, min_qty=300))
        lit.book(SYMBOL).market(False, 200)
        small = lit.drain(NOON, SYMBOL)
        lit.book(SYMBOL).market(False, 300)
        large = lit.drain(NOON, SYMBOL)

        assert entered == [ChildAccepted("XLIT", "c1", "XLIT-1", ahead=0)]
        assert small == [TradePrint("XLIT", SYMBOL, BID, 200, False), LevelUpdate("XLIT", SYMBOL, True, BID, 300)]
        assert large == [
            fill("c1", "XLIT-X1", 300, MID, 300, LastLiquidityInd.ADDED),
            TradePrint("XLIT", SYMBOL, MID, 300, False, PrintKind.HIDDEN),
        ]

    def test_its_last_shares_trade_with_whoever_takes_them_all(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 400, MID, min_qty=300))
        lit.book(SYMBOL).market(False, 300)
        lit.book(SYMBOL).market(False, 100)

        assert [trade.qty for trade in lit.book(SYMBOL).trades if trade.maker == -1] == [300, 100]

    def test_on_entry_it_takes_only_where_enough_is_there(self) -> None:
        lit = venue()

        rests = lit.on_command(NOON, send("c1", Side.BUY, 900, ASK, min_qty=600))
        takes = lit.on_command(NOON, send("c2", Side.BUY, 900, ASK, min_qty=500))

        assert rests == [ChildAccepted("XLIT", "c1", "XLIT-1", ahead=0)]
        assert takes[:2] == [
            ChildAccepted("XLIT", "c2", "XLIT-2", ahead=900),
            fill("c2", "XLIT-X1", 500, ASK, 500),
        ]

    def test_it_may_be_made_smaller_and_cancelled(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 500, MID, min_qty=300))

        smaller = lit.on_command(NOON, replace("c1", 400, MID))

        assert smaller == [ChildReplaced("XLIT", "c1", "r1", 400, MID, kept_place=True, ahead=0)]
        assert lit.on_command(NOON, cancel("c1")) == [ChildCanceled("XLIT", "c1", "r1")]
        assert lit.book(SYMBOL).market(False, 500, MID) == 0


class TestTimeInForce:
    def test_good_till_date_ends_at_its_date_and_outlives_the_close_before_it(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, BID, tif=TimeInForce.GTD, expire_time=NOON + 10))
        lit.on_command(NOON, send("c2", Side.BUY, 100, BID))
        lit.on_command(NOON, send("c3", Side.BUY, 100, BID, tif=TimeInForce.GTC))
        closed = lit.on_phase(NOON, PhaseChange(SYMBOL, Phase.CLOSED))

        expired = lit.on_time(NOON + 10)

        assert [event.child_id for event in closed if isinstance(event, ChildCanceled)] == ["c2"]
        assert expired == [
            ChildCanceled("XLIT", "c1", None, "XLIT: ExpireTime(126) has come"),
            LevelUpdate("XLIT", SYMBOL, True, BID, 600),
        ]
        assert lit.book(SYMBOL).leaves(-3) == 100

    def test_one_that_is_done_before_its_date_is_not_ended_again(self) -> None:
        lit = venue()
        lit.on_command(NOON, send("c1", Side.BUY, 100, BID, tif=TimeInForce.GTD, expire_time=NOON + 10))
        lit.on_command(NOON, cancel("c1"))

        assert lit.on_time(NOON + 10) == []


class TestSelfMatchGroups:
    def venue(self, rule: str) -> LitVenue:
        return venue(VenueProfile("XLIT", VenueKind.LIT, "lit", settings={"self_match": rule}))

    def test_orders_of_two_groups_trade_with_each_other(self) -> None:
        lit = self.venue("both")
        lit.on_command(NOON, send("c1", Side.BUY, 100, MID, self_match_id="desk-1"))

        says = lit.on_command(NOON, send("c2", Side.SELL, 100, MID, self_match_id="desk-2"))

        assert [event.child_id for event in says if isinstance(event, ChildFilled)] == ["c2", "c1"]

    def test_decrement_takes_the_smaller_ones_shares_off_both(self) -> None:
        lit = self.venue("decrement")
        lit.on_command(NOON, send("resting", Side.BUY, 500, MID))

        says = lit.on_command(NOON, send("taker", Side.SELL, 200, MID))

        assert says == [
            ChildAccepted("XLIT", "taker", "XLIT-2"),
            ChildReplaced("XLIT", "resting", "", 300, MID, kept_place=True, ahead=0),
            LevelUpdate("XLIT", SYMBOL, True, MID, 300),
            ChildCanceled("XLIT", "taker", None, "XLIT: self-match prevention"),
        ]

    def test_decrement_lets_the_larger_taker_go_on(self) -> None:
        lit = self.venue("decrement")
        lit.on_command(NOON, send("resting", Side.BUY, 100, MID))

        says = lit.on_command(NOON, send("taker", Side.SELL, 700, BID))

        assert [event for event in says if not isinstance(event, LevelUpdate)] == [
            ChildAccepted("XLIT", "taker", "XLIT-2", ahead=0),
            fill("taker", "XLIT-X1", 500, BID, 500),
            TradePrint("XLIT", SYMBOL, BID, 500, False),
            ChildCanceled("XLIT", "resting", None, "XLIT: self-match prevention"),
            ChildReplaced("XLIT", "taker", "", 600, BID, kept_place=False, ahead=0),
        ]

    def test_the_group_is_met_only_after_what_stands_before_it(self) -> None:
        lit = self.venue("newest")
        lit.on_command(NOON, send("resting", Side.BUY, 100, BID))

        says = lit.on_command(NOON, send("taker", Side.SELL, 600, BID))

        assert [event for event in says if isinstance(event, ChildFilled | ChildCanceled)] == [
            fill("taker", "XLIT-X1", 500, BID, 500),
            ChildCanceled("XLIT", "taker", None, "XLIT: self-match prevention"),
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

    lit.on_command(NOON, cancel("c1"))

    assert lit.ahead("c1") is None
