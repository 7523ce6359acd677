"""The door to all instruments' markets."""

import pytest

from router.core.events import BookSnapshot, LevelUpdate, MarketEvent, PhaseChange, TradePrint
from router.core.instruments import Instrument
from router.core.profiles import CalendarDay, VenueProfile
from router.core.types import Phase, VenueKind
from router.market.market import Market

MONDAY = CalendarDay(day="20240304", open=1_000, close=2_000)


def market() -> Market:
    return Market(
        instruments=(Instrument("AAA"), Instrument("BBB", calendar="XLON")),
        venues=(VenueProfile("XLIT", VenueKind.LIT, "lit"), VenueProfile("XALT", VenueKind.LIT, "lit")),
        calendars={"XNYS": (MONDAY,)},
        last_px={"AAA": 500_000},
    )


def test_each_event_reaches_its_own_symbol() -> None:
    markets = market()
    events: list[MarketEvent] = [
        PhaseChange("AAA", Phase.CONTINUOUS),
        BookSnapshot("XLIT", "AAA", bids=((99, 10),), asks=((102, 10),)),
        LevelUpdate("XALT", "AAA", is_bid=True, px=100, qty=5),
        TradePrint("XLIT", "AAA", px=102, qty=3),
    ]

    for at, event in enumerate(events):
        markets.on_event(at, event)

    state = markets["AAA"]
    assert (state.phase, state.bid, state.ask, state.tape.last) == (Phase.CONTINUOUS, 100, 102, 102)
    assert (markets["BBB"].phase, markets["BBB"].heard_at) == (Phase.CLOSED, 0)


def test_an_unknown_symbol_is_a_broken_configuration() -> None:
    with pytest.raises(AssertionError, match="ZZZ"):
        market().on_event(1, TradePrint("XLIT", "ZZZ", px=1, qty=1))


def test_a_venue_goes_down_and_up_for_every_instrument() -> None:
    markets = market()
    for symbol in markets.symbols:
        markets.on_event(1, LevelUpdate("XLIT", symbol, is_bid=True, px=100, qty=5))

    markets.mark_down(2, "XLIT")
    down = [markets[symbol].bid for symbol in markets.symbols]
    markets.mark_up(3, "XLIT")
    markets.on_event(4, LevelUpdate("XLIT", "BBB", is_bid=True, px=101, qty=5))

    assert down == [None, None]
    assert (markets["AAA"].bid, markets["BBB"].bid) == (None, 101)


def test_an_unknown_venue_is_a_broken_configuration() -> None:
    with pytest.raises(AssertionError, match="XNON"):
        market().mark_down(1, "XNON")


def test_the_reference_of_an_unknown_symbol_is_none() -> None:
    assert market().reference("ZZZ", now=1) is None


def test_the_reference_is_the_instruments() -> None:
    markets = market()
    markets.on_event(5, TradePrint("XLIT", "AAA", px=102, qty=3))

    assert markets.reference("AAA", now=9) == (102, 5)


def test_a_session_is_found_by_the_instruments_calendar_and_the_date() -> None:
    markets = market()

    assert markets.session("AAA", "20240304") == MONDAY
    assert markets.session("AAA", "20240305") is None
    assert markets.session("BBB", "20240304") is None


def test_known_closes_and_new_days_reach_the_tapes() -> None:
    markets = market()
    known = markets["AAA"].tape.previous_close
    markets.on_event(5, TradePrint("XLIT", "AAA", px=102, qty=3))

    markets.start_day()

    assert (known, markets["AAA"].tape.previous_close) == (500_000, 102)
    assert ("AAA" in markets, "ZZZ" in markets, markets.get("ZZZ")) == (True, False, None)
