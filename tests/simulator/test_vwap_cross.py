"""The interval-VWAP cross: matched before the interval, priced exactly at its consolidated VWAP."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.api import (
    SECOND,
    ChildAccepted,
    ChildCanceled,
    ChildFilled,
    ChildRejected,
    ChildRequestRejected,
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
from simulator.source import MarketPort
from simulator.testing import INSTRUMENTS, MID, NOON, SYMBOL, TICK, VenueContract
from simulator.vwap_cross import VwapCrossVenue, at_two_quanta, within_limits
from simulator.world import World

AT_13 = 13 * 3_600
BEGIN: Ns = NOON + 3_600 * SECOND
END: Ns = BEGIN + 600 * SECOND
ALONE: dict[str, str | int | float | bool] = {
    "contra_ppm": 0,
    "self_match": "allow",
    "first_s": AT_13,
    "last_s": AT_13 + 1_200,
    "interval_s": 600,
}


class TestContract(VenueContract):
    profile = VenueProfile(
        "XVWP",
        VenueKind.CROSS,
        "vwap",
        settings={
            "first_s": 12 * 3_600,
            "last_s": 13 * 3_600,
            "interval_s": 20,
            "contra_ppm": 900_000,
            "self_match": "allow",
        },
    )
    factory = VwapCrossVenue


def venue(**settings: str | int) -> VwapCrossVenue:
    cross = VwapCrossVenue(
        VenueProfile("XVWP", VenueKind.CROSS, "vwap", settings={**ALONE, **settings}), INSTRUMENTS, 7
    )
    cross.on_time(NOON)
    return cross


def send(child_id: str, side: Side, qty: Qty, *, px: Px | None = None, **more: object) -> SendChild:
    return SendChild(
        venue="XVWP",
        child_id=child_id,
        symbol=SYMBOL,
        side=side,
        qty=qty,
        px=px,
        reason=Reason.DIRECT,
        **{"ord_type": OrdType.MARKET if px is None else OrdType.LIMIT, **more},  # type: ignore[arg-type]  # a test's keywords
    )


def prints(
    cross: VwapCrossVenue, *trades: tuple[Ns, Px, Qty], mic: str = "XLIT", kind: PrintKind = PrintKind.REGULAR
) -> None:
    for at, px, qty in trades:
        cross.on_tape(at, TradePrint(mic, SYMBOL, px, qty, None, kind))


def fills(says: list[VenueSays]) -> list[tuple[str, Qty, Px]]:
    return [(event.child_id, event.qty, event.px) for event in says if isinstance(event, ChildFilled)]


def matched(**settings: str | int) -> VwapCrossVenue:
    """300 to buy and 300 to sell, matched for the interval that has just begun."""
    cross = venue(**settings)
    cross.on_command(NOON, send("buys", Side.BUY, 300))
    cross.on_command(NOON, send("sells", Side.SELL, 300))
    cross.on_time(BEGIN)
    return cross


def test_is_priced_at_the_vwap_exactly_and_pays_at_the_two_quanta_around_it() -> None:
    cross = matched()
    prints(cross, (BEGIN, MID, 100), (BEGIN + 1, MID + 1, 200))

    says = cross.on_time(END)

    vwap = Fraction(100 * MID + 200 * (MID + 1), 300)
    assert {event.px_exact for event in says if isinstance(event, ChildFilled)} == {(vwap.numerator, vwap.denominator)}
    assert fills(says) == [
        ("buys", 100, MID),
        ("buys", 200, MID + 1),
        ("sells", 100, MID),
        ("sells", 200, MID + 1),
    ]
    assert says[4:] == [
        TradePrint("XVWP", SYMBOL, MID, 100, None, PrintKind.CROSS),
        TradePrint("XVWP", SYMBOL, MID + 1, 200, None, PrintKind.CROSS),
    ]


def test_its_own_volume_late_prints_and_what_lies_outside_of_the_interval_do_not_count() -> None:
    cross = venue()
    cross.on_command(NOON, send("buys", Side.BUY, 300))
    cross.on_command(NOON, send("sells", Side.SELL, 300))
    prints(cross, (BEGIN - 1, MID + 5, 100))
    cross.on_time(BEGIN)
    prints(cross, (BEGIN, MID, 100), (END, MID + 7, 900))
    prints(cross, (BEGIN + 1, MID + 9, 900), mic="XVWP", kind=PrintKind.CROSS)
    prints(cross, (BEGIN + 1, MID + 9, 900), kind=PrintKind.LATE)

    assert fills(cross.on_time(END)) == [("buys", 300, MID), ("sells", 300, MID)]


def test_a_print_at_the_very_end_is_the_next_intervals_first() -> None:
    cross = matched()
    prints(cross, (BEGIN, MID, 100))
    cross.on_command(END - 1, send("b2", Side.BUY, 100))
    cross.on_command(END - 1, send("s2", Side.SELL, 100))
    prints(cross, (END, MID + 2, 100))
    cross.on_time(END)

    assert fills(cross.on_time(END + 600 * SECOND)) == [("b2", 100, MID + 2), ("s2", 100, MID + 2)]


def test_what_is_matched_cannot_be_withdrawn_before_it_has_traded() -> None:
    cross = matched()
    contract = TestContract()

    says = cross.on_command(BEGIN + 1, contract._cancel("buys"))

    text = "XVWP: 300 shares are matched, and trade at the VWAP when the interval has ended"
    assert says == [ChildRequestRejected("XVWP", "buys", "r1", text)]


@pytest.mark.parametrize("trouble", ["no print", "halted", "outside the bands"])
def test_without_a_price_or_in_a_halt_the_match_is_void_and_waits_for_the_next(trouble: str) -> None:
    cross = matched()
    if trouble == "halted":
        prints(cross, (BEGIN, MID, 100))
        cross.on_phase(END - 1, PhaseChange(SYMBOL, Phase.HALTED))
    if trouble == "outside the bands":
        prints(cross, (BEGIN, MID, 100))
        cross.on_bands(BEGIN, SYMBOL, MID + 1, MID + TICK)
    nothing = cross.on_time(END)
    cross.on_phase(END, PhaseChange(SYMBOL, Phase.CONTINUOUS))

    cancelled = cross.on_command(END + 1, TestContract()._cancel("buys"))

    assert nothing == []
    assert isinstance(cancelled[0], ChildCanceled if trouble == "halted" else ChildRequestRejected)


def test_a_limit_beyond_the_vwap_does_not_trade_and_the_others_share_what_is_left() -> None:
    cross = venue()
    cross.on_command(NOON, send("dear", Side.BUY, 300, px=MID - TICK))
    cross.on_command(NOON, send("any", Side.BUY, 100))
    cross.on_command(NOON, send("sells", Side.SELL, 400))
    cross.on_time(BEGIN)
    prints(cross, (BEGIN, MID, 100))

    assert fills(cross.on_time(END)) == [("any", 100, MID), ("sells", 100, MID)]


def test_ioc_is_for_the_next_interval_only() -> None:
    cross = venue()
    cross.on_command(NOON, send("ioc", Side.BUY, 300, tif=TimeInForce.IOC))

    assert cross.on_time(BEGIN) == [ChildCanceled("XVWP", "ioc", None, "XVWP: 300 not crossed")]


def test_the_close_voids_what_was_matched() -> None:
    cross = matched()

    says = cross.on_phase(BEGIN + 1, PhaseChange(SYMBOL, Phase.CLOSED))

    assert [event.child_id for event in says if isinstance(event, ChildCanceled)] == ["buys", "sells"]
    assert fills(cross.on_time(END)) == []


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"ord_type": OrdType.PEGGED, "peg": Peg.MID}, "OrdType(40)=P has no meaning here: the price is the VWAP"),
        ({"tif": TimeInForce.FOK}, "TimeInForce(59)=4 is not supported: use MinQty(110)"),
        ({"conditional": True}, "conditional orders and their firm-ups are not supported"),
    ],
)
def test_what_has_no_meaning_is_refused(more: dict[str, object], why: str) -> None:
    assert venue().on_command(NOON, msgspec.structs.replace(send("c", Side.BUY, 100), **more)) == [
        ChildRejected("XVWP", "c", f"XVWP: {why}")
    ]


def test_an_interval_longer_than_the_day_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"venue XVWP, settings: interval_s 1201 is not in 1\.\.1200"):
        venue(interval_s=1_201)


def test_is_accepted_before_it_is_matched() -> None:
    assert venue().on_command(NOON, send("c", Side.BUY, 100)) == [ChildAccepted("XVWP", "c", "XVWP-1")]


TRADES = st.lists(st.tuples(st.integers(1, 10**7), st.integers(1, 10**6)), min_size=1, max_size=20)
SHARES = st.lists(st.integers(1, 10**5), min_size=1, max_size=6)


@given(trades=TRADES, buys=SHARES, sells=SHARES)
def test_money_is_conserved_and_each_order_pays_the_exact_amount_to_the_quantum(
    trades: list[tuple[Px, Qty]], buys: list[Qty], sells: list[Qty]
) -> None:
    vwap = Fraction(sum(px * qty for px, qty in trades), sum(qty for _, qty in trades))
    volume = min(sum(buys), sum(sells))
    sides = [(True, _filled(buys, volume)), (False, _filled(sells, volume))]
    fills_of = [(Interest(is_buy=is_buy, leaves=qty, seq=1), qty) for is_buy, some in sides for qty in some]

    divided = at_two_quanta(fills_of, vwap)

    money = {True: 0, False: 0}
    for (one, parts), (_, qty) in zip(divided, fills_of, strict=True):
        paid = sum(px * some for px, some in parts)
        money[one.is_buy] += paid
        assert sum(some for _, some in parts) == qty
        assert abs(paid - qty * vwap) < 1
        assert all(abs(px - vwap) < 1 for px, _ in parts)
    assert money[True] == money[False]


def _filled(wanted: list[Qty], volume: Qty) -> list[Qty]:
    """Each in turn, up to `volume` in all."""
    got = []
    for qty in wanted:
        got.append(min(qty, volume))
        volume -= got[-1]
    return [qty for qty in got if qty]


def test_a_match_within_all_limits_is_left_as_it_was() -> None:
    match = [(Interest(is_buy=True, leaves=500, seq=1, px=MID), 100), (Interest(is_buy=False, leaves=100, seq=2), 100)]

    assert within_limits(match, Fraction(2 * MID - 1, 2), 100, pro_rata=True) == match


def test_a_world_tells_it_every_print_wherever_it_was_made_faults_or_not() -> None:
    ends = BEGIN + 600 * SECOND

    class Prints:
        """A trade reported off exchange, two hidden ones at a venue, the last after the end."""

        def __init__(self) -> None:
            self.left = [
                (BEGIN, "XOFF", MID, 100),
                (BEGIN + 1, "XLIT", MID + 3, 100),
                (ends + 1, "XLIT", MID + 90, 100),
            ]

        @property
        def next_at(self) -> Ns | None:
            return self.left[0][0] if self.left else None

        def step(self, port: MarketPort) -> None:
            _, mic, px, qty = self.left.pop(0)
            port.tape(mic, SYMBOL, px, qty, kind=PrintKind.HIDDEN)

    for fault in ({}, {"fault_late_ppm": 1}):
        settings = {**ALONE, **fault}
        venues = [
            VenueProfile("XLIT", VenueKind.LIT, "lit"),
            VenueProfile("XVWP", VenueKind.CROSS, "vwap", settings=settings),
        ]
        world = World(venues, INSTRUMENTS, [Prints()], seed=7, start=NOON)
        for order in (send("buys", Side.BUY, 100), send("sells", Side.SELL, 100)):
            world.send(NOON, order)

        heard: list[VenueSays] = []
        while (due := world.next_at) is not None and due <= ends + SECOND:
            heard += [event for _, event in world.step()]

        assert fills(heard) == [
            ("buys", 50, MID + 1),
            ("buys", 50, MID + 2),
            ("sells", 50, MID + 1),
            ("sells", 50, MID + 2),
        ]
