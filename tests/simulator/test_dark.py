"""The midpoint pool: when it may match, at what price, with whom first."""

from __future__ import annotations

import msgspec
import pytest

from router.api import (
    MILLISECOND,
    SECOND,
    ChildAccepted,
    ChildCanceled,
    ChildRejected,
    LastLiquidityInd,
    Nbbo,
    Phase,
    PhaseChange,
    PrintKind,
    Qty,
    SendChild,
    Side,
    TimeInForce,
    TradePrint,
    VenueKind,
    VenueProfile,
    VenueSays,
)
from simulator.dark import DarkVenue
from simulator.testing import INSTRUMENTS, MID, NOON, SYMBOL, TICK, VenueContract, nbbo
from support.dark_orders import fill, fills, pool, send


class TestContract(VenueContract):
    profile = VenueProfile("XDRK", VenueKind.DARK, "dark")
    factory = DarkVenue


class TestContractWithBusyContras(VenueContract):
    profile = VenueProfile(
        "XBLK",
        VenueKind.DARK,
        "dark",
        settings={
            "contra_per_second_ppm": 3_000_000,
            "contra_min_qty": 300,
            "toxic_ppm": 500_000,
            "min_qty_rule": "aggregated",
            "self_match": "allow",
            "priority": "time",
        },
    )
    factory = DarkVenue


def test_a_new_order_meets_who_waits_at_the_midpoint() -> None:
    dark = pool()
    dark.on_command(NOON, send("waits", Side.SELL, 300))

    says = dark.on_command(NOON, send("comes", Side.BUY, 200))

    assert says == [
        ChildAccepted("XDRK", "comes", "XDRK-2"),
        fill("comes", 1, 200, 200, LastLiquidityInd.REMOVED),
        fill("waits", 2, 200, 200, LastLiquidityInd.ADDED),
        TradePrint("XDRK", SYMBOL, MID, 200, None, PrintKind.DARK),
    ]


@pytest.mark.parametrize(
    "market",
    [
        nbbo(NOON, MID, MID),
        nbbo(NOON, MID + TICK, MID),
        nbbo(NOON, None, MID),
        nbbo(NOON, MID, None),
        nbbo(NOON - 61 * SECOND),
    ],
    ids=["locked", "crossed", "no bid", "no offer", "stale"],
)
def test_no_match_unless_the_nbbo_is_normal_and_retried_when_it_is(market: Nbbo) -> None:
    dark = pool()
    dark.on_nbbo(NOON, market)
    dark.on_command(NOON, send("waits", Side.SELL, 100))
    nothing = dark.on_command(NOON, send("comes", Side.BUY, 100))

    says = dark.on_nbbo(NOON + 1, nbbo(NOON + 1))

    assert nothing == [ChildAccepted("XDRK", "comes", "XDRK-2")]
    assert fills(says) == [("waits", 100, MID), ("comes", 100, MID)]


def test_no_match_while_halted() -> None:
    dark = pool(self_match="allow")
    dark.on_command(NOON, send("waits", Side.SELL, 100, px=MID + TICK))
    dark.on_command(NOON, send("comes", Side.BUY, 100))
    dark.on_phase(NOON, PhaseChange(SYMBOL, Phase.HALTED))

    halted = dark.on_nbbo(NOON, nbbo(NOON, MID, MID + 2 * TICK))
    dark.on_phase(NOON, PhaseChange(SYMBOL, Phase.CONTINUOUS))
    resumed = dark.on_nbbo(NOON, nbbo(NOON, MID, MID + 2 * TICK))

    assert halted == []
    assert len(fills(resumed)) == 2


def test_no_match_at_a_midpoint_outside_the_price_bands_and_one_at_a_band() -> None:
    dark = pool(self_match="allow")
    dark.on_bands(NOON, SYMBOL, MID - TICK, MID + TICK)
    dark.on_command(NOON, send("waits", Side.SELL, 100, px=MID + TICK))

    dark.on_nbbo(NOON, nbbo(NOON, MID + TICK, MID + 3 * TICK))
    outside = dark.on_command(NOON, send("comes", Side.BUY, 100))
    at_the_band = dark.on_nbbo(NOON, nbbo(NOON, MID, MID + 2 * TICK))

    assert fills(outside) == []
    assert fills(at_the_band) == [("comes", 100, MID + TICK), ("waits", 100, MID + TICK)]


def test_a_limit_caps_the_midpoint() -> None:
    dark = pool()
    dark.on_command(NOON, send("waits", Side.SELL, 100, px=MID + TICK))

    too_dear = dark.on_command(NOON, send("comes", Side.BUY, 100))
    at_its_price = dark.on_nbbo(NOON, nbbo(NOON, MID, MID + 2 * TICK))

    assert fills(too_dear) == []
    assert fills(at_its_price) == [("comes", 100, MID + TICK), ("waits", 100, MID + TICK)]


def test_half_a_quantum_rounds_down() -> None:
    dark = pool()
    dark.on_nbbo(NOON, nbbo(NOON, 5_000, 5_001))
    dark.on_command(NOON, send("waits", Side.SELL, 100))

    assert fills(dark.on_command(NOON, send("comes", Side.BUY, 100))) == [("comes", 100, 5_000), ("waits", 100, 5_000)]


class TestPriority:
    def test_better_limit_first(self) -> None:
        dark = pool()
        dark.on_command(NOON, send("capped", Side.SELL, 100, px=MID))
        dark.on_command(NOON, send("better", Side.SELL, 100, px=MID - TICK))
        dark.on_command(NOON, send("any", Side.SELL, 100))

        says = dark.on_command(NOON, send("comes", Side.BUY, 300))

        assert [child for child, *_ in fills(says)[1::2]] == ["any", "better", "capped"]

    @pytest.mark.parametrize(("priority", "order"), [("time", ["small", "large"]), ("size", ["large", "small"])])
    def test_then_size_or_time_by_profile(self, priority: str, order: list[str]) -> None:
        dark = pool(priority=priority)
        dark.on_command(NOON, send("small", Side.SELL, 100))
        dark.on_command(NOON, send("large", Side.SELL, 500))

        says = dark.on_command(NOON, send("comes", Side.BUY, 600))

        assert [child for child, *_ in fills(says)[1::2]] == order


class TestMinQty:
    """MinQty(110)."""

    def test_of_the_resting_order_counts_for_each_trade(self) -> None:
        dark = pool()
        dark.on_command(NOON, send("waits", Side.SELL, 500, min_qty=200))

        too_small = dark.on_command(NOON, send("c1", Side.BUY, 199))
        enough = dark.on_command(NOON, send("c2", Side.BUY, 200))

        assert fills(too_small) == []
        assert fills(enough) == [("c2", 200, MID), ("waits", 200, MID)]

    def test_of_the_incoming_order_is_met_by_each_contra_or_by_all_together(self) -> None:
        results = []
        for rule in ("per-contra", "aggregated"):
            dark = pool(min_qty_rule=rule)
            dark.on_command(NOON, send("c1", Side.SELL, 100))
            dark.on_command(NOON, send("c2", Side.SELL, 100))
            results.append(len(fills(dark.on_command(NOON, send("comes", Side.BUY, 200, min_qty=200)))))

        assert results == [0, 4]

    def test_is_all_of_it_when_less_is_left(self) -> None:
        dark = pool()
        dark.on_command(NOON, send("waits", Side.SELL, 250, min_qty=200))
        dark.on_command(NOON, send("c1", Side.BUY, 200))

        assert fills(dark.on_command(NOON, send("c2", Side.BUY, 50))) == [("c2", 50, MID), ("waits", 50, MID)]


def test_ioc_leaves_nothing_behind() -> None:
    dark = pool()

    says = dark.on_command(NOON, send("c1", Side.BUY, 100, tif=TimeInForce.IOC))

    assert says == [
        ChildAccepted("XDRK", "c1", "XDRK-1"),
        ChildCanceled("XDRK", "c1", None, "XDRK: 100 not matched"),
    ]
    assert fills(dark.on_command(NOON, send("c2", Side.SELL, 100))) == []


def test_a_profile_may_refuse_ioc() -> None:
    profile = VenueProfile("XDRK", VenueKind.DARK, "dark", supports_ioc=False)

    (refused,) = DarkVenue(profile, INSTRUMENTS, 7).on_command(NOON, send("c1", Side.BUY, 100, tif=TimeInForce.IOC))

    assert refused == ChildRejected("XDRK", "c1", "XDRK: TimeInForce(59)=3 is not supported")


def test_our_two_sides_never_meet_where_the_profile_prevents_it() -> None:
    dark = pool(self_match="prevent")
    dark.on_command(NOON, send("waits", Side.SELL, 100))

    assert fills(dark.on_command(NOON, send("comes", Side.BUY, 100))) == []
    assert fills(dark.on_nbbo(NOON, nbbo(NOON, MID, MID + 2 * TICK))) == []


class TestSlowFeed:
    """The pool prices from the NBBO of a moment ago; whoever is faster trades at the old midpoint."""

    def test_matches_at_the_old_midpoint_while_it_lies_within_the_nbbo(self) -> None:
        dark = pool(nbbo_lag_ns=MILLISECOND)
        dark.on_time(NOON + MILLISECOND)
        dark.on_command(NOON, send("waits", Side.SELL, 100))
        dark.on_nbbo(NOON + 2 * MILLISECOND, nbbo(NOON, MID, MID + 2 * TICK))

        says = dark.on_command(NOON + 2 * MILLISECOND, send("comes", Side.BUY, 100))

        assert fills(says) == [("comes", 100, MID), ("waits", 100, MID)]

    def test_never_outside_the_nbbo(self) -> None:
        dark = pool(nbbo_lag_ns=MILLISECOND)
        dark.on_time(NOON + MILLISECOND)
        dark.on_command(NOON, send("waits", Side.SELL, 100))
        dark.on_nbbo(NOON + 2 * MILLISECOND, nbbo(NOON, MID + TICK, MID + 3 * TICK))

        outside = dark.on_command(NOON + 2 * MILLISECOND, send("comes", Side.BUY, 100))
        caught_up = dark.on_time(NOON + 3 * MILLISECOND)

        assert fills(outside) == []
        assert fills(caught_up) == [("waits", 100, MID + 2 * TICK), ("comes", 100, MID + 2 * TICK)]

    def test_no_match_at_an_old_midpoint_in_a_locked_market_nor_at_one_that_was_locked(self) -> None:
        dark = pool(nbbo_lag_ns=MILLISECOND)
        dark.on_time(NOON + MILLISECOND)
        dark.on_command(NOON, send("waits", Side.SELL, 100))
        dark.on_nbbo(NOON + 2 * MILLISECOND, nbbo(NOON, MID, MID))

        locked = dark.on_command(NOON + 2 * MILLISECOND, send("c1", Side.BUY, 100, tif=TimeInForce.IOC))
        dark.on_time(NOON + 3 * MILLISECOND)
        dark.on_nbbo(NOON + 4 * MILLISECOND, nbbo(NOON))
        was_locked = dark.on_command(NOON + 4 * MILLISECOND, send("c2", Side.BUY, 100, tif=TimeInForce.IOC))

        assert fills(locked) == fills(was_locked) == []

    def test_toxic_contras_take_the_side_of_the_move_at_the_old_price(self) -> None:
        dark = pool(nbbo_lag_ns=MILLISECOND, toxic_ppm=1_000_000, self_match="prevent")
        dark.on_time(NOON + MILLISECOND)
        dark.on_command(NOON, send("buys", Side.BUY, 10_000))
        dark.on_command(NOON, send("sells", Side.SELL, 10_000))

        says = dark.on_nbbo(NOON + 2 * MILLISECOND, nbbo(NOON, MID, MID + 2 * TICK))

        assert [(child, px) for child, _, px in fills(says)] == [("sells", MID)]


def test_contras_come_and_go_as_the_seed_has_them() -> None:
    says = []
    for seed in (1, 1, 2):
        profile = VenueProfile("XDRK", VenueKind.DARK, "dark", settings={"contra_per_second_ppm": 2_000_000})
        dark = DarkVenue(profile, INSTRUMENTS, seed)
        dark.on_nbbo(NOON, nbbo(NOON))
        dark.on_command(NOON, send("c1", Side.BUY, 100_000))
        heard: list[VenueSays] = []
        for _ in range(50):
            assert dark.next_at is not None
            heard += dark.on_time(dark.next_at)
        says.append(fills(heard))

    assert says[0] == says[1] != says[2]
    assert all(len(heard) > 5 for heard in says)


def test_an_unknown_setting_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"venue XDRK, settings: .*prioritty"):
        DarkVenue(VenueProfile("XDRK", VenueKind.DARK, "dark", settings={"prioritty": "size"}), INSTRUMENTS, 7)


class TestTiers:
    """An order that blocks a tier never meets it (CrossFinder)."""

    def test_blocked_once_its_own_fills_have_shown_what_it_is(self) -> None:
        dark = pool(nbbo_lag_ns=0, tier_fills_min=1, pinger_lots=1)
        dark.on_command(NOON, send("pays", Side.SELL, 200))
        dark.on_command(NOON, send("careful", Side.SELL, 100, blocked_tiers=(3,)))
        first = dark.ping(NOON, SYMBOL)
        dark.on_nbbo(NOON + SECOND // 2, nbbo(NOON, MID + 9 * TICK, MID + 11 * TICK))
        dark.on_nbbo(NOON + 2 * SECOND, nbbo(NOON + 2 * SECOND, MID + 9 * TICK, MID + 11 * TICK))

        second = dark.ping(NOON + 2 * SECOND, SYMBOL)
        third = dark.ping(NOON + 2 * SECOND, SYMBOL)

        assert [child for child, *_ in fills(first + second + third)] == ["pays", "pays"]

    @pytest.mark.parametrize(("flow", "moves", "met"), [
        ("move-away", 10, False), ("move-towards", 10, True), ("move-away", -10, True), ("move-towards", -10, False),
    ])  # fmt: skip
    def test_flow_may_be_blocked_by_what_followed_it(self, flow: str, moves: int, met: bool) -> None:
        dark = pool(tier_fills_min=1, block_flow=flow)
        dark.on_command(NOON, send("sells", Side.SELL, 200))
        dark.ping(NOON, SYMBOL)
        at = NOON + 2 * SECOND
        dark.on_nbbo(NOON + SECOND // 2, nbbo(NOON + SECOND // 2, MID + (moves - 1) * TICK, MID + (moves + 1) * TICK))
        dark.on_nbbo(at, nbbo(at, MID + (moves - 1) * TICK, MID + (moves + 1) * TICK))

        assert bool(fills(dark.ping(at, SYMBOL))) is met


@pytest.mark.parametrize(("ids", "met"), [(("A", "A"), False), (("A", "B"), True), ((None, None), False)])
def test_our_orders_of_one_self_match_id_never_meet(ids: tuple[str | None, str | None], met: bool) -> None:
    dark = pool(self_match="group")
    dark.on_command(NOON, send("waits", Side.SELL, 100, self_match_id=ids[0]))

    says = dark.on_command(NOON, send("comes", Side.BUY, 100, self_match_id=ids[1]))

    assert bool(fills(says)) is met


def test_opting_out_of_odd_lots_neither_takes_them_nor_enters_them() -> None:
    dark = pool(odd_lots="opt-out")
    dark.on_command(NOON, send("waits", Side.SELL, 150))

    odd = dark.on_command(NOON, send("odd", Side.BUY, 99))
    mixed = dark.on_command(NOON, send("mixed", Side.BUY, 120))

    assert odd == [
        ChildRejected(
            "XDRK", "odd", "XDRK: OrderQty(38) 99 is below a round lot of 100, and odd lots do not trade here"
        )
    ]
    assert fills(mixed) == [("mixed", 120, MID), ("waits", 120, MID)]


@pytest.mark.parametrize(
    ("qty", "working", "met"), [(4_999, 4_999, True), (1_999, 1_999, False), (5_000, 200_000, False)]
)
def test_negotiation_takes_blocks_within_both_sides_tolerance(qty: Qty, working: Qty, met: bool) -> None:
    """At 100 dollars 2,500 shares are 200,000 dollars and more; 3 % of 200,000 shares are 6,000."""
    dark = pool(size_rule="negotiation")
    dark.on_command(NOON, send("waits", Side.SELL, working))

    says = dark.on_command(NOON, send("comes", Side.BUY, qty))

    assert bool(fills(says)) is met


def test_a_pinger_asks_for_a_little_on_both_sides_again_and_again() -> None:
    dark = pool(pinger_every_ns=SECOND, pinger_lots=2)
    dark.on_command(NOON, send("sells", Side.SELL, 1_000))
    dark.on_command(NOON, send("buys", Side.BUY, 1_000, px=MID - TICK))
    dark.on_nbbo(NOON, nbbo(NOON))
    says: list[VenueSays] = []

    for second in (1, 2, 3):
        says += dark.on_time(NOON + second * SECOND)

    assert fills(says) == [("sells", 200, MID)] * 3


class TestContractWithEverything(VenueContract):
    profile = VenueProfile(
        "XALL",
        VenueKind.DARK,
        "dark",
        settings={
            "contra_per_second_ppm": 3_000_000,
            "contra_conditional_ppm": 500_000,
            "toxic_ppm": 500_000,
            "pinger_every_ns": SECOND,
            "self_match": "group",
            "tier_fills_min": 1,
            "contra_block_tier": 3,
            "block_flow": "move-away",
            "odd_lots": "opt-out",
        },
    )
    factory = DarkVenue

    def order(self, child_id: str, **terms: object) -> SendChild:
        """Round lots: this pool takes no odd ones."""
        sent = super().order(child_id, **terms)  # type: ignore[arg-type]  # handed on as they came
        return msgspec.structs.replace(sent, qty=max(sent.qty, 100), self_match_id=child_id)
