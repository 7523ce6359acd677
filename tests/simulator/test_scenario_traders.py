"""Traders of a scenario, each on a book of a few orders: what they take, when, and that they stop."""

from __future__ import annotations

from router.api import SECOND, Instrument, Ns, Phase, Px, TickBand
from simulator.scenario import Scenario
from simulator.scenario_traders import RENEW_NS, STRANGER, Igniter, Lock, Pinger, Sweep, sweep
from support.fake_port import FakePort

BID, ASK = 999_900, 1_000_100
INSTRUMENT = Instrument("ABC", ticks=(TickBand(0, 100),))


def market() -> FakePort:
    """300 offered on XLIT and 200 on XALT at the best price, 1,000 more a tick above; bids alike."""
    port = FakePort("XLIT", "XALT")
    for is_bid, px in ((True, BID), (False, ASK)):
        worse = px - 100 if is_bid else px + 100
        base = 10 if is_bid else 20
        port.books["XLIT"].add(base + 1, is_bid, px, 300)
        port.books["XALT"].add(base + 2, is_bid, px, 200)
        port.books["XALT"].add(base + 3, is_bid, worse, 1_000)
    return port


def traded(port: FakePort) -> list[tuple[Px, int, bool]]:
    return [(trade.px, trade.qty, trade.taker_is_buy) for trade in port.trades()]


def igniter(**changes: object) -> Igniter:
    terms: dict[str, object] = {
        "at": 10,
        "symbol": "ABC",
        "is_buy": True,
        "orders": 2,
        "qty": 200,
        "gap_ns": 5,
        "reverse_ns": 50,
        "drag_sigmas": 0.0,
    }
    return Igniter(**terms | changes)  # type: ignore[arg-type]  # each change is of its field's type


class TestSweep:
    def test_takes_the_best_over_all_books_first(self) -> None:
        port = market()

        filled = sweep(port, ("XLIT", "XALT"), "ABC", 700, is_buy=True)

        assert filled == 700
        assert sorted(traded(port)) == [(ASK, 200, True), (ASK, 300, True), (ASK + 100, 200, True)]

    def test_takes_no_more_than_there_is(self) -> None:
        assert sweep(market(), ("XLIT", "XALT"), "ABC", 5_000, is_buy=False) == 1_500

    def test_waits_in_a_halt(self) -> None:
        port = market()
        port.phase("ABC", Phase.HALTED)

        port.run(Scenario([Sweep(10, "ABC", 100, is_buy=True)], lit=("XLIT", "XALT")))

        assert traded(port) == []


class TestIgniter:
    def test_sells_in_the_reversal_what_it_bought_in_the_burst(self) -> None:
        port = market()
        sides: list[tuple[Ns, int, bool]] = []

        for at in port.steps(Scenario([igniter()], lit=("XLIT", "XALT"))):
            sides += [(at, qty, is_buy) for _, qty, is_buy in traded(port)]

        assert sides == [
            (10, 200, True),
            (15, 100, True),
            (15, 100, True),
            (65, 200, False),
            (70, 100, False),
            (70, 100, False),
        ]

    def test_the_price_follows_it_and_comes_back(self) -> None:
        port = market()

        port.run(Scenario([igniter(drag_sigmas=0.5)], lit=("XLIT", "XALT")))

        assert port.deeds == ["ABC jumps 0.25", "ABC jumps 0.25", "ABC jumps -0.25", "ABC jumps -0.25"]


class TestPinger:
    def pinger(self, drag_sigmas: float = 0.0) -> Pinger:
        return Pinger(
            at=0,
            until=100,
            symbol="ABC",
            pool="XDRK",
            qty=100,
            gap_ns=30,
            run_qty=300,
            hold_ns=50,
            drag_sigmas=drag_sigmas,
        )

    def test_probes_both_sides_by_turns_until_its_time_is_over(self) -> None:
        port = market()

        port.run(Scenario([self.pinger()], lit=("XLIT", "XALT")))

        assert port.deeds == [f"{side} 100 at XDRK: 0" for side in ("buy", "sell", "buy", "sell")]
        assert traded(port) == []

    def test_runs_ahead_of_a_hidden_buyer_and_gives_back_what_it_took(self) -> None:
        port = market()
        port.hidden["XDRK", True] = 5_000
        seen: list[tuple[Ns, str | tuple[Px, int, bool]]] = []

        for at in port.steps(Scenario([self.pinger(drag_sigmas=0.5)], lit=("XLIT", "XALT"))):
            seen += [(at, deed) for deed in port.deeds]
            seen += [(at, trade) for trade in traded(port)]
            port.deeds.clear()

        assert seen == [
            (0, "buy 100 at XDRK: 0"),
            (30, "sell 100 at XDRK: 100"),
            (30, "ABC jumps 0.5"),
            (30, (ASK, 300, True)),
            (80, (BID, 300, False)),
            (80, "buy 100 at XDRK: 0"),
        ]


class TestLock:
    def lock(self, through: int = 0) -> Scenario:
        lock = Lock(
            at=0,
            until=SECOND,
            instrument=INSTRUMENT,
            offering="XLIT",
            bidding="XALT",
            through=through,
            qty=500,
            oid=STRANGER,
        )
        return Scenario([lock], lit=("XLIT", "XALT"))

    def test_bids_at_the_other_venue_s_offer_where_its_own_offers_have_made_way(self) -> None:
        port = market()

        port.run(self.lock(), until=0)

        assert port.books["XALT"].best() == (ASK, 500, ASK + 100, 1_000)
        assert port.books["XLIT"].ask == ASK
        assert traded(port) == []

    def test_bids_above_it_by_ticks_of_that_price(self) -> None:
        port = market()

        port.run(self.lock(through=2), until=0)

        assert port.books["XALT"].best() == (ASK + 200, 500, None, 0)

    def test_is_put_up_again_where_it_was_taken_and_follows_the_offer(self) -> None:
        port, scenario = market(), self.lock()
        port.run(scenario, until=0)
        port.books["XALT"].market(False, 500)
        port.run(scenario, until=RENEW_NS)
        again = port.books["XALT"].bid
        port.books["XLIT"].delete(21)
        port.books["XLIT"].add(30, False, ASK + 100, 100)
        port.run(scenario, until=2 * RENEW_NS)

        assert (again, port.books["XALT"].bid) == (ASK, ASK + 100)

    def test_is_gone_when_its_time_is_over_and_in_a_halt(self) -> None:
        port, scenario = market(), self.lock()
        port.run(scenario, until=0)
        port.phase("ABC", Phase.HALTED)
        port.run(scenario, until=RENEW_NS)
        halted = port.books["XALT"].bid
        port.phase("ABC", Phase.CONTINUOUS)
        port.run(scenario, until=2 * RENEW_NS)
        back = port.books["XALT"].bid
        port.run(scenario)

        assert (halted, back, port.books["XALT"].bid) == (BID, ASK, BID)
        assert scenario.next_at is None

    def test_our_offers_in_its_way_are_traded_with(self) -> None:
        port = market()
        port.books["XALT"].post(-1, False, ASK, 200)

        port.run(self.lock(), until=0)

        assert traded(port) == [(ASK, 200, True)]
        assert port.books["XALT"].qty_of(STRANGER) == 300
