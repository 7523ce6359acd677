"""A recording holds what happened, no more and no less."""

from itertools import groupby, takewhile
from pathlib import Path

import numpy as np
import pytest

from router.api import SECOND, CalendarDay, Instrument, Nbbo, VenueKind, VenueProfile
from simulator.facts.recording import Change, Recorder, Recording, hear_market, record
from simulator.feeds import lobster
from simulator.market_spec import SpecError
from simulator.source import MarketPort
from simulator.synthetic_params import default_market
from simulator.world import World
from support.facts import DAY, LIT, OPEN, SYMBOL, synthetic

BID, ASK = True, False


class Script:
    """A source that does one scripted thing a second, from time 1."""

    def __init__(self, *steps: tuple[str, tuple[object, ...]]) -> None:
        self._steps = list(steps)
        self.next_at: int | None = SECOND

    def step(self, port: MarketPort) -> None:
        call, arguments = self._steps.pop(0)
        getattr(port.book("XLIT", SYMBOL), call)(*arguments)
        self.next_at = port.now + SECOND if self._steps else None


def heard(*steps: tuple[str, tuple[object, ...]]) -> Recording:
    day = CalendarDay("19700101", 0, 100 * SECOND)
    instrument = Instrument(SYMBOL)
    recorder = Recorder(instrument, day)
    venue = VenueProfile("XLIT", VenueKind.LIT, "lit", latency_ns=0, latency_jitter_ns=0, market_data_latency_ns=0)
    world = World(
        [venue],
        {SYMBOL: instrument},
        [Script(*steps)],
        seed=0,
        start=0,
        factories=recorder.factories,
        days={SYMBOL: day},
    )
    while (at := world.next_at) is not None and at < day.close:
        recorder.hear(world, world.step())
    return recorder.recording()


def test_quotes_trades_lives_and_queues_are_told_apart() -> None:
    found = heard(
        ("limit", (1, BID, 10_000, 300)),
        ("limit", (2, ASK, 10_200, 200)),
        ("limit", (3, BID, 9_900, 500)),
        ("market", (False, 100, 10_000)),
        ("delete", (3,)),
    )

    quotes = np.column_stack([found.quote_at // SECOND, found.bid, found.bid_qty, found.ask, found.ask_qty])
    assert quotes.tolist() == [[2, 10_000, 300, 10_200, 200], [4, 10_000, 200, 10_200, 200]]
    trades = np.column_stack([found.trade_at // SECOND, found.trade_px, found.trade_qty, found.trade_sign])
    assert trades.tolist() == [[4, 10_000, 100, -1]]
    arrivals = np.column_stack([found.arrival_at // SECOND, found.arrival_qty, found.arrival_behind])
    assert arrivals.tolist() == [[3, 500, 1]], "two-sided from the second order on"
    assert found.life_ns.tolist() == [2 * SECOND]
    changes = np.column_stack([found.queue_at // SECOND, found.queue_px, found.queue_qty, found.queue_change])
    assert changes.tolist() == [
        [1, 10_000, 300, Change.ARRIVAL],
        [2, 10_200, 200, Change.ARRIVAL],
        [3, 9_900, 500, Change.ARRIVAL],
        [4, 10_000, 200, Change.TRADE],
        [5, 9_900, 0, Change.CANCEL],
    ]


def test_an_execution_of_history_is_no_cancellation() -> None:
    found = heard(("limit", (1, BID, 10_000, 300)), ("limit", (2, ASK, 10_200, 200)), ("execute", (1, 300)))

    assert (found.life_ns.tolist(), found.trade_qty.tolist(), found.trade_sign.tolist()) == ([], [300], [-1])


def test_a_taker_of_several_makers_is_one_trade() -> None:
    found = heard(
        ("limit", (1, BID, 10_000, 300)),
        ("limit", (2, ASK, 10_200, 200)),
        ("limit", (3, ASK, 10_300, 200)),
        ("market", (True, 300, None)),
    )

    assert (found.trade_px.tolist(), found.trade_qty.tolist(), found.trade_sign.tolist()) == ([10_200], [300], [1])


@pytest.mark.slow
def test_one_seed_is_one_recording() -> None:
    first, second = (record(synthetic(seed=3), OPEN + 300 * SECOND) for _ in range(2))

    assert [column.tobytes() for column in first if isinstance(column, np.ndarray)] == [
        column.tobytes() for column in second if isinstance(column, np.ndarray)
    ]


def test_the_venues_of_a_synthetic_market_keep_one_best_that_never_locks() -> None:
    found = record(synthetic(seed=4), OPEN + 300 * SECOND)

    assert len(found.quote_at) > 200
    assert (found.bid < found.ask).all()
    assert (found.bid_qty > 0).all()


@pytest.mark.slow
def test_listening_changes_nothing() -> None:
    """The national best is the one of a market to which nobody listens."""
    heard_world = synthetic(seed=3)
    heard_world.run(OPEN + 300 * SECOND)

    plain = World(
        _quick(),
        {SYMBOL: Instrument(SYMBOL)},
        synthetic(seed=3).sources,
        seed=0,
        start=DAY.open - 1,
        days={SYMBOL: DAY},
    )
    while (at := plain.next_at) is not None and at < OPEN + 300 * SECOND:
        plain.step()

    found: Nbbo = plain.nbbo(SYMBOL)
    assert found == heard_world.world.nbbo(SYMBOL)


def _quick() -> list[VenueProfile]:
    return [
        VenueProfile(venue.mic, VenueKind.LIT, "lit", latency_ns=0, latency_jitter_ns=0, market_data_latency_ns=0)
        for venue in LIT
    ]


def test_a_symbol_that_is_not_configured_is_refused_by_name() -> None:
    with pytest.raises(SpecError, match="ABC is not among the configured instruments"):
        hear_market("synthetic:1", "ABC", LIT, {SYMBOL: Instrument(SYMBOL)}, {"XNYS": (DAY,)}, config=default_market())


@pytest.mark.real_data
def test_a_recorded_days_trades_are_the_files(real_data_dir: Path) -> None:
    """LOBSTER GOOG: visible and hidden executions, an aggressor and an instant at a time, up to 10:00."""
    path = next((real_data_dir / "orderflow").glob("GOOG_*_message_10.csv.xz"))
    market = hear_market(f"lobster:{path}", "GOOG", LIT, {"GOOG": Instrument("GOOG")}, {}, config=default_market())

    found = record(market, market.day.open + 1_800 * SECOND)

    executed = [
        (message.at, not message.is_bid, message.qty)
        for message in takewhile(
            lambda message: message.at < found.day.close, lobster.read_messages(lobster.open_day(path))
        )
        if message.kind in {lobster.Kind.EXECUTE, lobster.Kind.EXECUTE_HIDDEN}
    ]
    assert len(executed) > 500
    assert len(found.trade_at) == len(list(groupby(executed, lambda row: row[:2])))
    assert int(found.trade_qty.sum()) == sum(qty for _, _, qty in executed)
    assert (found.bid < found.ask).all()
