"""The probe: what it records of orders in a real lit book, event by event, against places worked by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from router.core.events import ChildAccepted, ChildFilled, VenueDown
from router.core.outputs import CancelChild, ReplaceChild, SendChild
from router.core.profiles import RouterSettings, VenueProfile
from router.core.types import SECOND, LastLiquidityInd, Ns, OrdType, Px, Qty, Reason, Side, VenueKind
from router.market.market import Market
from router.runtime.queue_probe import QueueProbe
from router.sor.filling import fill_model, rate_alone
from router.tca.queues.places import Bet, OrderLife
from simulator.book import Book
from simulator.source import MarketPort
from simulator.testing import INSTRUMENTS, MID, NOON, SYMBOL, TICK
from simulator.world import World

BID, ASK = MID - TICK, MID + TICK
XLIT = VenueProfile("XLIT", VenueKind.LIT, "lit", latency_ns=200, market_data_latency_ns=300)
SETTINGS = RouterSettings()
HORIZON: Ns = 10 * SECOND
Act = Callable[[Book], object]


class Script:
    """A source of given deeds in XLIT's book, in seconds after noon."""

    def __init__(self, deeds: list[tuple[int, Act]]) -> None:
        self._deeds = deeds

    @property
    def next_at(self) -> Ns | None:
        return NOON + self._deeds[0][0] * SECOND if self._deeds else None

    def step(self, port: MarketPort) -> None:
        self._deeds.pop(0)[1](port.book("XLIT", SYMBOL))


def _begin(book: Book) -> None:
    book.add(1, True, BID, 300)
    book.add(2, True, BID, 200)
    book.add(3, False, ASK, 500)


class Bench:
    """A book that begins with 300 and then 200 shares bid, 500 offered; a probe; and our buy of 100 at the bid."""

    def __init__(self, *deeds: tuple[int, Act], px: Px = BID) -> None:
        self.world = World([XLIT], INSTRUMENTS, [Script([(0, _begin), *deeds])], seed=1, start=NOON)
        market = Market(INSTRUMENTS.values(), [XLIT], {})
        self.probe = QueueProbe("test", market, SETTINGS, self.world.ahead, horizons_ns=[HORIZON])
        self.run(until=1)
        self.at = NOON + SECOND
        sent = SendChild(venue="XLIT", child_id="C1", symbol=SYMBOL, side=Side.BUY, qty=100,
                         ord_type=OrdType.LIMIT, px=px, reason=Reason.PASSIVE_POST)  # fmt: skip
        self.probe.on_sent(self.at, sent)
        self.world.send(self.at, sent)

    def run(self, until: int) -> None:
        """Everything up to `until`, seconds after noon."""
        end = NOON + until * SECOND
        while True:
            due = [at for at in (self.world.next_at, self.probe.next_at) if at is not None and at <= end]
            if not due:
                return
            at = min(due)
            if self.world.next_at == at:
                for heard_at, event in self.world.step():
                    self.probe.on_heard(heard_at, event)
            self.probe.settle(at)

    @property
    def places(self) -> list[tuple[Qty, Qty, tuple[Qty, ...]]]:
        return [(sample.ahead, sample.shown, sample.estimates) for sample in self.probe.recording.samples]


def cut(qty: Qty, px: Px, request_id: str = "R1") -> ReplaceChild:
    return ReplaceChild(venue="XLIT", child_id="C1", request_id=request_id, symbol=SYMBOL, side=Side.BUY, qty=qty,
                        px=px, reason=Reason.RE_PEG)  # fmt: skip


CANCEL = CancelChild(venue="XLIT", child_id="C1", request_id="R1", symbol=SYMBOL, side=Side.BUY)


def test_truth_and_estimates_from_acceptance_to_fill() -> None:
    bench = Bench(
        (2, lambda book: book.add(4, True, BID, 500)),
        (3, lambda book: book.delete(2)),
        (4, lambda book: book.market(False, 300)),
        (5, lambda book: book.market(False, 100)),
    )

    bench.run(until=6)

    # Models: risk-averse, uniform, power, log, young. Order 2's 200 were ahead; 500 stood on either side of us.
    assert bench.probe.recording.models == ("risk-averse", "uniform", "power", "log", "young")
    assert bench.places == [
        (500, 500, (500, 500, 500, 500, 500)),
        (300, 900, (500, 400, 400, 400, 475)),
        (0, 600, (200, 100, 100, 100, 175)),
    ]


def test_what_changes_nothing_is_no_sample() -> None:
    bench = Bench((2, lambda book: book.add(4, True, BID, 500)), (3, lambda book: book.add(5, True, BID - TICK, 500)))

    bench.run(until=4)

    assert bench.places == [(500, 500, (500,) * 5)]


def test_samples_tell_when_they_were_heard_and_the_spread() -> None:
    bench = Bench((3, lambda book: book.delete(2)))

    bench.run(until=4)

    first, second = bench.probe.recording.samples
    # Accepted after the way there and back; the cancel heard after the market data's latency.
    assert (first.at, second.at) == (bench.at + 400, NOON + 3 * SECOND + 300)
    assert (first.spread, first.order) == (2 * TICK, 0)


def test_an_order_s_life_from_acceptance_to_its_fill() -> None:
    bench = Bench((2, lambda book: book.market(False, 540)), (3, lambda book: book.market(False, 60)))

    bench.run(until=4)

    assert bench.probe.recording.orders == [
        OrderLife(
            "C1",
            "XLIT",
            SYMBOL,
            is_bid=True,
            px=BID,
            qty=100,
            joined_at=bench.at + 400,
            ended_at=NOON + 3 * SECOND + 200,
            filled=100,
        )
    ]


def test_a_bet_is_decided_by_the_fill_and_the_next_is_not_made() -> None:
    bench = Bench((5, lambda book: book.market(False, 600)))

    bench.run(until=30)

    # 500 ahead and our own 100, where nothing has traded yet but the prior's share a minute.
    chance = fill_model(SETTINGS).chance(600, 1 / 60, 10.0, ticks=2.0)
    chances = [*[chance] * 5, rate_alone(600, 1 / 60, 10.0), chance]
    (bet,) = bench.probe.recording.bets
    assert bench.probe.recording.forecasts[5:] == ("rate alone", "exact place")
    assert list(bet.chances) == pytest.approx(chances)
    assert bet == Bet(bench.at + 400, 0, HORIZON, bet.chances, filled=True)


def test_bets_follow_each_other_while_it_rests_and_a_cancel_leaves_the_last_open() -> None:
    bench = Bench()
    bench.run(until=25)
    bench.world.send(NOON + 25 * SECOND, CANCEL)

    bench.run(until=60)

    bets = bench.probe.recording.bets
    assert [(bet.at - bench.at - 400, bet.filled) for bet in bets] == [
        (0, False),
        (HORIZON, False),
        (2 * HORIZON, None),
    ]


def test_better_prices_stand_before_it_in_a_bet() -> None:
    bench = Bench(px=BID - TICK)

    bench.run(until=20)

    # Nobody at its price, 500 at the better one, our own 100.
    expected = fill_model(SETTINGS).chance(600, 1 / 60, 10.0, ticks=2.0)
    assert bench.places == [(0, 0, (0,) * 5)]
    assert [bet.chances[0] for bet in bench.probe.recording.bets] == [pytest.approx(expected)]


def test_a_replace_to_a_smaller_size_keeps_the_place_and_to_a_new_price_goes_to_the_back() -> None:
    bench = Bench((2, lambda book: book.add(4, True, BID, 500)))
    bench.run(until=3)
    bench.world.send(NOON + 3 * SECOND, cut(60, BID))
    bench.run(until=4)
    bench.world.send(NOON + 4 * SECOND, cut(60, BID - TICK, "R2"))
    bench.run(until=5)

    # The cut changes nobody's place, and so is no sample.
    assert bench.places == [(500, 500, (500,) * 5), (0, 60, (0,) * 5)]


def test_an_order_that_trades_at_once_has_no_place() -> None:
    bench = Bench(px=ASK)

    bench.run(until=2)

    assert (bench.probe.recording.orders, bench.probe.recording.samples) == ([], [])


def test_a_fill_that_is_told_twice_counts_once() -> None:
    bench = Bench((2, lambda book: book.market(False, 540)))
    bench.run(until=3)
    again = ChildFilled(venue="XLIT", child_id="C1", exec_id="XLIT-X1", qty=40, px=BID,
                        liquidity=LastLiquidityInd.ADDED, cum_qty=40)  # fmt: skip

    bench.probe.on_heard(bench.at + 2 * SECOND, again)

    assert bench.probe.recording.orders[0].filled == 40


def test_strangers_and_silent_venues_are_no_trouble() -> None:
    bench = Bench()
    bench.run(until=2)

    bench.probe.on_heard(NOON + 2 * SECOND, ChildAccepted("XLIT", "stranger", "V1"))
    bench.probe.on_heard(NOON + 2 * SECOND, VenueDown("XLIT"))
    bench.run(until=3)

    assert [order.child_id for order in bench.probe.recording.orders] == ["C1"]
