"""The scheduled cross: when, at what price, and who gets how much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.api import (
    SECOND,
    ChildAccepted,
    ChildCanceled,
    ChildFilled,
    LastLiquidityInd,
    Nbbo,
    Ns,
    OrdType,
    Peg,
    Phase,
    PhaseChange,
    PrintKind,
    Px,
    Qty,
    Reason,
    SendChild,
    Side,
    TimeInForce,
    TradePrint,
    VenueKind,
    VenueProfile,
    VenueSays,
)
from simulator.contra import Interest
from simulator.crossing import CrossingVenue, cross_fills, share_out
from simulator.testing import INSTRUMENTS, MID, NOON, SYMBOL, TICK, VenueContract, nbbo

AT_13 = 13 * 3_600
ALONE: dict[str, str | int | float | bool] = {"contra_ppm": 0, "self_match": "allow"}


def profile(*times: int, **settings: str | int) -> VenueProfile:
    return VenueProfile("XCRS", VenueKind.CROSS, "cross", cross_times=times or (AT_13,), settings={**ALONE, **settings})


class TestContract(VenueContract):
    # Every minute, so that a short flow meets several crosses.
    profile = VenueProfile(
        "XCRS",
        VenueKind.CROSS,
        "cross",
        cross_times=tuple(range(12 * 3_600, 13 * 3_600, 60)),
        settings={"window_ns": 30 * SECOND, "contra_ppm": 900_000, "self_match": "allow"},
    )
    factory = CrossingVenue


def venue(**settings: str | int) -> CrossingVenue:
    cross = CrossingVenue(profile(**settings), INSTRUMENTS, 7)
    cross.on_time(NOON)
    return cross


def send(
    child_id: str,
    side: Side,
    qty: Qty,
    *,
    px: Px | None = None,
    min_qty: Qty | None = None,
    tif: TimeInForce = TimeInForce.DAY,
) -> SendChild:
    return SendChild(
        venue="XCRS",
        child_id=child_id,
        symbol=SYMBOL,
        side=side,
        qty=qty,
        ord_type=OrdType.PEGGED,
        peg=Peg.MID,
        px=px,
        min_qty=min_qty,
        tif=tif,
        reason=Reason.CROSS,
    )


def cross_now(cross: CrossingVenue, market: Nbbo | None = None) -> list[VenueSays]:
    """The next scheduled cross, in a normal market unless another is given."""
    at = cross.next_at
    assert at is not None
    cross.on_nbbo(at, market or nbbo(at))
    return cross.on_time(at)


def fills(says: list[VenueSays]) -> list[tuple[str, Qty]]:
    return [(event.child_id, event.qty) for event in says if isinstance(event, ChildFilled)]


def test_crosses_at_the_midpoint_then_and_prints_once() -> None:
    cross = venue()
    accepted = cross.on_command(NOON, send("buys", Side.BUY, 300))
    cross.on_command(NOON, send("sells", Side.SELL, 200))

    says = cross_now(cross, nbbo(NOON + 3_700 * SECOND, MID, MID + 2 * TICK))

    def fill(child_id: str, number: int) -> ChildFilled:
        return ChildFilled(
            venue="XCRS",
            child_id=child_id,
            exec_id=f"XCRS-X{number}",
            qty=200,
            px=MID + TICK,
            liquidity=LastLiquidityInd.AUCTION,
            last_mkt="XCRS",
            kind=PrintKind.CROSS,
            cum_qty=200,
        )

    assert accepted == [ChildAccepted("XCRS", "buys", "XCRS-1")]
    assert says == [
        fill("buys", 1),
        fill("sells", 2),
        TradePrint("XCRS", SYMBOL, MID + TICK, 200, None, PrintKind.CROSS),
    ]


class TestInstant:
    def test_is_within_the_window_after_the_stated_local_time_whatever_the_seed(self) -> None:
        stated = NOON + 3_600 * SECOND
        for seed in range(50):
            cross = CrossingVenue(profile(), INSTRUMENTS, seed)
            cross.on_time(NOON)
            assert cross.next_at is not None
            assert stated <= cross.next_at < stated + 300 * SECOND

    def test_follows_the_seed_and_the_day(self) -> None:
        offsets = set()
        for seed, days in ((1, 0), (1, 1), (2, 0)):
            cross = CrossingVenue(profile(), INSTRUMENTS, seed)
            cross.on_time(NOON + days * 86_400 * SECOND)
            assert cross.next_at is not None
            offsets.add(cross.next_at % (86_400 * SECOND))

        assert len(offsets) == 3

    def test_keeps_local_time_over_the_change_of_clocks(self) -> None:
        """New York is UTC-5 on Friday 2024-03-08 and UTC-4 on Monday 2024-03-11."""
        hours = []
        for day in (8, 11):
            cross = CrossingVenue(profile(window_ns=1), INSTRUMENTS, 7)
            cross.on_time(_ns(datetime(2024, 3, day, 6, tzinfo=UTC)))
            assert cross.next_at is not None
            hours.append((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=cross.next_at // SECOND)).hour)

        assert hours == [18, 17]

    def test_comes_again_the_next_day(self) -> None:
        cross = venue(window_ns=1)
        first = cross.next_at
        assert first is not None
        cross.on_time(first)

        assert cross.next_at == first + 86_400 * SECOND


@pytest.mark.parametrize(
    "market",
    [nbbo(NOON, MID, MID), nbbo(NOON, MID + TICK, MID), nbbo(NOON, None, MID), nbbo(NOON)],
    ids=["locked", "crossed", "one-sided", "stale"],
)
def test_no_cross_unless_the_nbbo_is_normal_and_interest_stays_for_the_next(market: Nbbo) -> None:
    cross = CrossingVenue(profile(AT_13, AT_13 + 3_600), INSTRUMENTS, 7)
    cross.on_time(NOON)
    cross.on_command(NOON, send("buys", Side.BUY, 100))
    cross.on_command(NOON, send("sells", Side.SELL, 100))

    assert cross_now(cross, market) == []
    assert fills(cross_now(cross)) == [("buys", 100), ("sells", 100)]


def test_no_cross_while_halted() -> None:
    cross = venue()
    cross.on_command(NOON, send("buys", Side.BUY, 100))
    cross.on_command(NOON, send("sells", Side.SELL, 100))
    cross.on_phase(NOON, PhaseChange(SYMBOL, Phase.HALTED))

    assert cross_now(cross) == []


@pytest.mark.parametrize(("away", "crossed"), [(TICK, [("buys", 300), ("sells", 300)]), (TICK + 1, [])])
def test_no_cross_at_a_midpoint_outside_the_price_bands(away: Px, crossed: list[tuple[str, Qty]]) -> None:
    cross = venue()
    cross.on_command(NOON, send("buys", Side.BUY, 300))
    cross.on_command(NOON, send("sells", Side.SELL, 300))
    cross.on_bands(NOON, SYMBOL, MID + away, MID + 100 * TICK)

    says = cross_now(cross, nbbo(NOON + 3_700 * SECOND, MID, MID + 2 * TICK))

    assert fills(says) == crossed


def test_a_limit_stays_out_of_a_cross_beyond_it() -> None:
    cross = venue()
    cross.on_command(NOON, send("shy", Side.BUY, 100, px=MID - TICK))
    cross.on_command(NOON, send("bold", Side.BUY, 100, px=MID))
    cross.on_command(NOON, send("sells", Side.SELL, 200))

    assert fills(cross_now(cross)) == [("bold", 100), ("sells", 100)]


def test_ioc_is_for_the_next_cross_only() -> None:
    cross = venue()
    cross.on_command(NOON, send("buys", Side.BUY, 100, tif=TimeInForce.IOC))

    assert cross_now(cross) == [ChildCanceled("XCRS", "buys", None, "XCRS: 100 not crossed")]


def test_our_smaller_side_sits_out_where_we_may_not_meet_ourselves() -> None:
    cross = venue(self_match="prevent")
    cross.on_command(NOON, send("buys", Side.BUY, 100))
    cross.on_command(NOON, send("sells", Side.SELL, 500))

    assert fills(cross_now(cross)) == []


class TestAllocation:
    def test_pro_rata_in_round_lots_rest_to_the_oldest(self) -> None:
        """1,000 over 600, 300 and 500: 428, 214 and 357 are 400, 200 and 300 in lots; the last lot is the oldest's."""
        side = [interest(True, qty, seq) for seq, qty in enumerate((600, 300, 500))]

        assert [qty for _, qty in share_out(side, 1_000, 100, pro_rata=True)] == [500, 200, 300]

    def test_odd_shares_are_not_lost(self) -> None:
        side = [interest(True, qty, seq) for seq, qty in enumerate((150, 150))]

        assert [qty for _, qty in share_out(side, 199, 100, pro_rata=True)] == [100, 99]

    def test_by_time(self) -> None:
        side = [interest(True, qty, seq) for seq, qty in enumerate((600, 300, 500))]

        assert [qty for _, qty in share_out(side, 1_000, 100, pro_rata=False)] == [600, 300, 100]

    def test_who_would_get_less_than_its_minimum_leaves(self) -> None:
        picky = interest(True, 500, 2, min_qty=400)
        plain, seller = interest(True, 500, 1), interest(False, 600, 3)

        assert cross_fills([plain, picky, seller], 100, pro_rata=True) == [(plain, 500), (seller, 500)]

    @given(
        st.lists(st.tuples(st.booleans(), st.integers(1, 2_000), st.integers(0, 800)), max_size=12),
        st.sampled_from([1, 10, 100]),
        st.booleans(),
    )
    def test_shares_bought_equal_shares_sold_and_nobody_gets_too_much_or_too_little(
        self, wishes: list[tuple[bool, Qty, Qty]], lot: Qty, pro_rata: bool
    ) -> None:
        there = [interest(is_buy, qty, seq, min_qty) for seq, (is_buy, qty, min_qty) in enumerate(wishes)]

        got = cross_fills(there, lot, pro_rata=pro_rata)

        assert sum(qty for one, qty in got if one.is_buy) == sum(qty for one, qty in got if not one.is_buy)
        assert all(max(one.least, 1) <= qty <= one.leaves for one, qty in got)
        assert len({one.seq for one, _ in got}) == len(got)


def interest(is_buy: bool, qty: Qty, seq: int, min_qty: Qty = 0) -> Interest:
    return Interest(is_buy=is_buy, leaves=qty, seq=seq, min_qty=min_qty)


def _ns(when: datetime) -> Ns:
    return int(when.timestamp()) * SECOND


# --- against an oracle that is obviously right


class Side0(NamedTuple):
    """One interest of a small book, as the oracle sees it."""

    seq: int
    leaves: Qty
    least: Qty


def oracle(buys: list[Side0], sells: list[Side0]) -> int:
    """The largest volume at which some subset of the book leaves nobody below its minimum, by trying every subset.

    What a subset trades is its smaller side; that side is filled whole, so that only the larger can be short.
    """
    best = 0
    for some_buys in subsets(buys):
        for some_sells in subsets(sells):
            best = max(best, min(sum(one.leaves for one in some_buys), sum(one.leaves for one in some_sells)))
    return best


def subsets(side: list[Side0]) -> list[tuple[Side0, ...]]:
    return [chosen for size in range(len(side) + 1) for chosen in combinations(side, size)]


INTERESTS = st.lists(st.tuples(st.integers(1, 900), st.sampled_from([0, 0, 100, 250])), max_size=4)


@given(buys=INTERESTS, sells=INTERESTS, pro_rata=st.booleans(), lot=st.sampled_from([1, 100]))
def test_a_cross_of_a_small_book_is_what_brute_force_finds(
    buys: list[tuple[Qty, Qty]], sells: list[tuple[Qty, Qty]], pro_rata: bool, lot: Qty
) -> None:
    there = [
        Interest(is_buy=number < len(buys), leaves=leaves, seq=number, min_qty=min_qty)
        for number, (leaves, min_qty) in enumerate([*buys, *sells])
    ]

    fills_of = cross_fills(there, lot, pro_rata=pro_rata)

    got = {one.seq: qty for one, qty in fills_of}
    bought = sum(qty for one, qty in fills_of if one.is_buy)
    sold = sum(qty for one, qty in fills_of if not one.is_buy)
    assert bought == sold
    assert all(one.least <= qty <= one.leaves for one, qty in fills_of)
    small = [[Side0(one.seq, one.leaves, one.least) for one in there if one.is_buy is side] for side in (True, False)]
    assert bought <= oracle(*small)
    if not any(min_qty for _, min_qty in [*buys, *sells]):
        assert bought == oracle(*small)
        assert got == naive_allocation(there, bought, lot, pro_rata=pro_rata)


def naive_allocation(there: list[Interest], volume: Qty, lot: Qty, *, pro_rata: bool) -> dict[int, Qty]:
    """Without minima: a share at a time by age; or proportional lots, then a lot at a time by age, over and over."""
    got: dict[int, Qty] = {}
    for is_buy in (True, False):
        side = [one for one in there if one.is_buy is is_buy]
        total, left = sum(one.leaves for one in side), volume
        for one in side:
            got[one.seq] = int(Fraction(volume * one.leaves, total) / lot) * lot if pro_rata and total else 0
            left -= got[one.seq]
        while left:
            for one in side:
                for _ in range(lot if pro_rata else one.leaves):
                    if left and got[one.seq] < one.leaves:
                        got[one.seq] += 1
                        left -= 1
    return {seq: qty for seq, qty in got.items() if qty}


@given(
    steps=st.lists(st.tuples(st.sampled_from(["buy", "sell", "cross", "cancel"]), st.integers(1, 900)), max_size=25),
    market=st.sampled_from(["normal", "normal", "locked", "crossed", "halted"]),
)
def test_shares_are_conserved_at_every_event_and_nothing_crosses_in_no_market(
    steps: list[tuple[str, Qty]], market: str
) -> None:
    cross = CrossingVenue(profile(*range(AT_13, AT_13 + 7_200, 60), window_ns=1), INSTRUMENTS, 7)
    cross.on_time(NOON)
    ask = {"locked": MID, "crossed": MID - TICK}.get(market, MID + 2 * TICK)
    names: list[str] = []
    bought = sold = 0
    for number, (what, qty) in enumerate(steps):
        if what == "cross":
            at = cross.next_at
            assert at is not None
            cross.on_nbbo(at, nbbo(at, MID, ask))
            cross.on_phase(at, PhaseChange(SYMBOL, Phase.HALTED if market == "halted" else Phase.CONTINUOUS))
            says = cross.on_time(at)
            cross.on_phase(at, PhaseChange(SYMBOL, Phase.CONTINUOUS))
        elif what == "cancel":
            name = names[qty % len(names)] if names else "nobody"
            says = cross.on_command(NOON, TestContract()._cancel(name))
        else:
            names.append(f"{what}{number}")
            says = cross.on_command(NOON, send(names[-1], Side.BUY if what == "buy" else Side.SELL, qty))
        trades = [event for event in says if isinstance(event, ChildFilled)]
        bought += sum(event.qty for event in trades if event.child_id.startswith("buy"))
        sold += sum(event.qty for event in trades if event.child_id.startswith("sell"))
        assert bought == sold
        assert not trades or market == "normal"
