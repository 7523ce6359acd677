"""Conditional orders in a midpoint pool: who is asked to firm up, when, and what an answer does."""

from __future__ import annotations

import pytest

from router.api import (
    MILLISECOND,
    SECOND,
    ChildAccepted,
    ChildCanceled,
    ChildFilled,
    ChildRejected,
    ChildRequestRejected,
    FirmUpRequest,
    Qty,
    Side,
    TimeInForce,
    VenueSays,
)
from simulator.contra import Interest
from simulator.testing import MID, NOON, SYMBOL
from support.dark_orders import FIRM_UP_NS, asked, decline, fills, pool, send


def test_an_aggregated_minimum_is_met_by_what_trades_and_not_by_who_is_only_asked() -> None:
    dark = pool(min_qty_rule="aggregated", self_match="allow")
    dark.on_command(NOON, send("firm", Side.SELL, 200))
    dark.on_command(NOON, send("wish", Side.SELL, 400, conditional=True))

    says = dark.on_command(NOON, send("comes", Side.BUY, 600, min_qty=500))

    assert says == [
        ChildAccepted("XDRK", "comes", "XDRK-3"),
        FirmUpRequest("XDRK", "wish", "XDRK-F1", 400, NOON + 500 * MILLISECOND),
    ]


@pytest.mark.parametrize(("declined", "first"), [(0, "wish"), (1, "")], ids=["never declined", "declined once"])
def test_of_two_conditionals_at_one_price_who_declined_fewer_requests_is_asked_first(declined: int, first: str) -> None:
    dark = pool()
    for number in range(declined):
        dark.on_command(NOON, send(f"sells {number}", Side.SELL, 100))
        dark.on_command(NOON, send(f"wish {number}", Side.BUY, 100, conditional=True))
        dark.on_command(NOON, decline(f"wish {number}"))
        dark.on_command(NOON, decline(f"sells {number}"))
    dark.on_command(NOON, send("wish", Side.BUY, 100, conditional=True))
    natural = Interest(is_buy=True, leaves=100, seq=99, who="natural", conditional=True)
    dark._pools[SYMBOL].waiting.append(natural)

    says = dark.on_command(NOON, send("sells", Side.SELL, 100))

    assert [child_id for child_id, _, _ in asked(says)] == ([first] if first else [])


class TestConditional:
    """A conditional order never trades; on a match it is ended, and asked to be firmed up (Sigma X2)."""

    def test_a_match_ends_it_with_a_request_and_trades_nothing(self) -> None:
        dark = pool()
        dark.on_command(NOON, send("waits", Side.SELL, 300))

        says = dark.on_command(NOON, send("wish", Side.BUY, 500, conditional=True))

        assert says == [
            ChildAccepted("XDRK", "wish", "XDRK-2"),
            FirmUpRequest("XDRK", "wish", "XDRK-F1", 300, NOON + FIRM_UP_NS),
        ]

    def test_the_firm_order_that_names_the_request_is_an_order_like_any_other(self) -> None:
        dark = pool()
        dark.on_command(NOON, send("waits", Side.SELL, 300))
        dark.on_command(NOON, send("wish", Side.BUY, 500, conditional=True))

        says = dark.on_command(NOON + 1, send("firm", Side.BUY, 200, tif=TimeInForce.IOC, firm_up_id="XDRK-F1"))

        assert fills(says) == [("firm", 200, MID), ("waits", 200, MID)]

    def test_two_conditionals_are_both_asked_and_the_first_firm_order_waits_for_the_other(self) -> None:
        dark = pool()
        dark.on_command(NOON, send("sells", Side.SELL, 300, conditional=True))
        both = dark.on_command(NOON, send("buys", Side.BUY, 300, conditional=True))

        first = dark.on_command(NOON + 1, send("b", Side.BUY, 300, tif=TimeInForce.IOC, firm_up_id="XDRK-F2"))
        second = dark.on_command(NOON + 2, send("s", Side.SELL, 300, tif=TimeInForce.IOC, firm_up_id="XDRK-F1"))

        assert asked(both) == [("sells", "XDRK-F1", 300), ("buys", "XDRK-F2", 300)]
        assert first == [ChildAccepted("XDRK", "b", "XDRK-3")]
        assert fills(second) == [("s", 300, MID), ("b", 300, MID)]

    def test_what_waits_for_one_that_declines_is_cancelled_then(self) -> None:
        dark = pool()
        dark.on_command(NOON, send("sells", Side.SELL, 300, conditional=True))
        dark.on_command(NOON, send("buys", Side.BUY, 300, conditional=True))
        dark.on_command(NOON + 1, send("b", Side.BUY, 300, tif=TimeInForce.IOC, firm_up_id="XDRK-F2"))

        says = dark.on_command(NOON + 2, decline("sells"))

        assert says == [
            ChildRequestRejected("XDRK", "sells", "r", "XDRK: the order is done", too_late=True),
            ChildCanceled("XDRK", "b", None, "XDRK: 300 not matched"),
        ]

    def test_silence_declines_when_the_time_is_over(self) -> None:
        dark = pool()
        dark.on_command(NOON, send("sells", Side.SELL, 300, conditional=True))
        dark.on_command(NOON, send("buys", Side.BUY, 300, conditional=True))
        dark.on_command(NOON + 1, send("b", Side.BUY, 300, tif=TimeInForce.IOC, firm_up_id="XDRK-F2"))

        assert dark.next_at == NOON + FIRM_UP_NS
        says = dark.on_time(NOON + FIRM_UP_NS)

        assert says == [ChildCanceled("XDRK", "b", None, "XDRK: 300 not matched")]

    @pytest.mark.parametrize(
        ("late", "side", "qty", "name", "why"),
        [
            (FIRM_UP_NS + 1, Side.BUY, 300, "XDRK-F1", "IOIID(23) XDRK-F1 names no open firm-up request"),
            (1, Side.BUY, 300, "XDRK-F9", "IOIID(23) XDRK-F9 names no open firm-up request"),
            (1, Side.SELL, 300, "XDRK-F1", "Side(54)=2 is not that of firm-up request XDRK-F1"),
            (1, Side.BUY, 301, "XDRK-F1", "OrderQty(38) 301 is above the 300 of firm-up request XDRK-F1"),
        ],
    )
    def test_a_firm_up_is_for_what_was_asked(self, late: int, side: Side, qty: Qty, name: str, why: str) -> None:
        dark = pool()
        dark.on_command(NOON, send("waits", Side.SELL, 300))
        dark.on_command(NOON, send("wish", Side.BUY, 500, conditional=True))

        says = dark.on_command(NOON + late, send("firm", side, qty, firm_up_id=name))

        assert says == [ChildRejected("XDRK", "firm", f"XDRK: {why}")]

    def test_an_immediate_order_does_not_meet_one(self) -> None:
        dark = pool()
        dark.on_command(NOON, send("wish", Side.BUY, 500, conditional=True))

        says = dark.on_command(NOON, send("ioc", Side.SELL, 300, tif=TimeInForce.IOC))

        assert (asked(says), fills(says)) == ([], [])

    def test_firm_comes_before_conditional_and_who_declined_last(self) -> None:
        dark = pool(priority="size")
        dark.on_command(NOON, send("wish", Side.SELL, 900, conditional=True))
        dark.on_command(NOON, send("firm", Side.SELL, 100))

        says = dark.on_command(NOON, send("comes", Side.BUY, 300))

        assert fills(says) == [("comes", 100, MID), ("firm", 100, MID)]
        assert asked(says) == [("wish", "XDRK-F1", 200)]

    def test_who_declines_too_often_may_enter_none_for_a_while(self) -> None:
        dark = pool(declines_max=1, decline_pause_ns=SECOND)
        dark.on_command(NOON, send("waits", Side.SELL, 300))
        dark.on_command(NOON, send("wish", Side.BUY, 500, conditional=True))
        dark.on_command(NOON, decline("wish"))

        refused = dark.on_command(NOON + 1, send("again", Side.BUY, 500, conditional=True))
        later = dark.on_command(NOON + SECOND, send("later", Side.BUY, 500, conditional=True))

        assert refused == [
            ChildRejected(
                "XDRK", "again", "XDRK: conditional orders are paused: 1 of the last 10 firm-up requests were declined"
            )
        ]
        assert isinstance(later[0], ChildAccepted)

    def test_contras_may_be_conditional_and_answer_or_decline_as_the_seed_has_it(self) -> None:
        traded = []
        for decline_ppm in (0, 1_000_000):
            dark = pool(
                contra_per_second_ppm=2_000_000,
                noise_ppm=0,
                contra_conditional_ppm=1_000_000,
                contra_decline_ppm=decline_ppm,
            )
            dark.on_command(NOON, send("waits", Side.SELL, 10_000))
            says: list[VenueSays] = []
            for _ in range(60):
                assert dark.next_at is not None
                says += dark.on_time(dark.next_at)
            traded.append(sum(event.qty for event in says if isinstance(event, ChildFilled)))

        assert traded[0] > 1_000
        assert traded[1] == 0

    def test_a_profile_may_take_none(self) -> None:
        (refused,) = pool(conditionals=False).on_command(NOON, send("wish", Side.BUY, 500, conditional=True))

        assert refused == ChildRejected("XDRK", "wish", "XDRK: conditional orders are not supported")
