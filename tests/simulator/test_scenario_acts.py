"""News that fades step by step, and quotes that are gone when we come."""

from __future__ import annotations

import pytest

from router.api import (
    SECOND,
    CancelChild,
    ChildAccepted,
    ChildFilled,
    LastLiquidityInd,
    OrdType,
    Px,
    Reason,
    SendChild,
    Side,
    VenueSays,
)
from simulator.conditions import Conditions
from simulator.scenario import Begin, Scenario
from simulator.scenario_acts import OVER, STEPS, Fading, Jump, Subside, Withdraw
from simulator.scenario_states import Swayed
from simulator.source import MarketPort
from support.fake_port import FakePort

ASK = 1_000_100
ALL = 1_000_000


class Moods(FakePort):
    """Keeps the moods that it is told as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.moods: list[tuple[int, Conditions]] = []

    def sway(self, symbol: str, conditions: Conditions) -> None:
        self.moods.append((self.now, conditions))


def order(side: Side = Side.BUY, symbol: str = "ABC") -> SendChild:
    return SendChild(
        venue="XLIT", child_id="c1", symbol=symbol, side=side, qty=100, ord_type=OrdType.MARKET, reason=Reason.SWEEP
    )


def fill(px: Px) -> ChildFilled:
    return ChildFilled(venue="XLIT", child_id="c1", exec_id=f"X{px}", qty=50, px=px, liquidity=LastLiquidityInd.REMOVED)


def fading(share_ppm: int = ALL) -> Fading:
    return Fading(("XLIT", "XALT", "XINV"), ("ABC",), share_ppm, 20, "1:0:0")


def test_a_jump_is_passed_on() -> None:
    port = FakePort()

    port.run(Scenario([Jump(10, "ABC", -2.5)]))

    assert port.deeds == ["ABC jumps -2.5"]


def test_a_mood_comes_at_once_and_falls_to_a_third_in_its_time_constant() -> None:
    port = Moods()
    scenario = Scenario([Subside(0, "ABC", Conditions(rate=5.0, spread=3.0, depth=0.5), 0, 100 * SECOND)])

    port.run(scenario)

    rates = {at: mood.rate for at, mood in port.moods}
    assert port.moods[0] == (0, Conditions(rate=5.0, spread=3.0, depth=0.5))
    assert rates[100 * SECOND] == pytest.approx(1 + 4 / 2.718281828, rel=1e-6)
    assert port.moods[-1] == (500 * SECOND, Conditions())
    assert len({at for at, _ in port.moods}) == STEPS * OVER + 1


def test_two_moods_at_once_multiply_while_both_last() -> None:
    port = Moods()
    lasting = Begin(5, Swayed("ABC", Conditions(rate=2.0)), until=6)

    port.run(Scenario([Subside(0, "ABC", Conditions(rate=5.0), 0, 100 * SECOND), lasting]), until=6)

    assert [(at, mood.rate) for at, mood in port.moods] == [(0, 5.0), (5, 10.0), (6, 5.0)]


def test_quotes_at_the_prices_that_we_paid_go_on_the_other_venues() -> None:
    followed = fading().hear(100, order(), [ChildAccepted("XLIT", "c1", "1"), fill(ASK), fill(ASK + 100), fill(ASK)])

    assert followed == (Withdraw(120, "ABC", ("XALT", "XINV"), False, (ASK, ASK + 100), ALL, "1:0:0"),)


def test_who_sells_makes_bids_go() -> None:
    (followed,) = fading().hear(100, order(Side.SELL), [fill(ASK)])

    assert isinstance(followed, Withdraw)
    assert followed.is_bid


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (order(), [ChildAccepted("XLIT", "c1", "1")]),
        (order(symbol="XYZ"), [fill(ASK)]),
        (CancelChild(venue="XLIT", child_id="c1", request_id="r", symbol="ABC", side=Side.BUY), [fill(ASK)]),
    ],
)
def test_nothing_goes_where_we_took_nothing(command: SendChild | CancelChild, says: list[VenueSays]) -> None:
    assert fading().hear(100, command, says) == ()


def test_withdrawn_are_background_quotes_at_these_prices_and_never_ours() -> None:
    port: MarketPort = FakePort("XALT")
    book = port.book("XALT", "ABC")
    book.add(1, False, ASK, 100)
    book.post(-1, False, ASK, 300)
    book.add(2, False, ASK, 100)
    book.add(3, False, ASK + 100, 100)

    Withdraw(0, "ABC", ("XALT",), False, (ASK,), ALL, "1").play(port, None)  # type: ignore[arg-type]  # it has no stage

    assert book.levels(False, 5) == [(ASK, 300), (ASK + 100, 100)]


def test_a_share_of_them_goes_by_chance_and_the_same_ones_each_time() -> None:
    left = []
    for _ in range(2):
        port = FakePort("XALT")
        for oid in range(1, 1_001):
            port.books["XALT"].add(oid, False, ASK, 100)
        port.run(Scenario([Withdraw(0, "ABC", ("XALT",), False, (ASK,), 300_000, "1")]))
        left.append(port.books["XALT"].orders(False, ASK))

    assert left[0] == left[1]
    assert 640 < len(left[0]) < 760
