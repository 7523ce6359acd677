"""Price bands at a lit venue: orders stop there, and a quote that stays there pauses the market, which then reopens."""

from __future__ import annotations

from router.api import (
    SECOND,
    AuctionImbalance,
    CalendarDay,
    ChildAccepted,
    Instrument,
    LevelUpdate,
    Ns,
    Phase,
    PhaseChange,
    PriceBand,
    PrintKind,
    Side,
    TradePrint,
    VenueKind,
    VenueProfile,
    VenueSays,
)
from simulator.lit import LitVenue
from simulator.lit_book import LitBook
from simulator.source import MarketPort
from simulator.testing import MID, NOON, SYMBOL, TICK, nbbo
from simulator.world import World
from support.lit_orders import fill, send

INSTRUMENTS = {SYMBOL: Instrument(SYMBOL, bands=(PriceBand(0, 50_000),))}
XLIT = VenueProfile("XLIT", VenueKind.LIT, "lit", settings={"bands": True, "auctions": "all"})
HIGH, LOW = MID + MID // 20, MID - MID // 20
DAY = CalendarDay("20240304", NOON - 3_600 * SECOND, NOON + 3_600 * SECOND)


def venue(day: CalendarDay = DAY) -> LitVenue:
    """Traded at `MID`, so that its bands are 95 and 105; 500 are offered at 104.99."""
    lit = LitVenue(XLIT, INSTRUMENTS, 7)
    lit.on_session(NOON - SECOND, SYMBOL, day)
    lit.on_time(NOON - SECOND)
    lit.on_bands(NOON, SYMBOL, LOW, HIGH)
    lit.book(SYMBOL).add(1, False, HIGH - TICK, 500)
    lit.book(SYMBOL).add(2, False, HIGH + TICK, 500)
    lit.drain(NOON, SYMBOL)
    return lit


def phases(says: list[VenueSays]) -> list[PhaseChange]:
    assert all(isinstance(event, PhaseChange | AuctionImbalance) for event in says), says
    return [event for event in says if isinstance(event, PhaseChange)]


def test_an_order_takes_up_to_the_band_and_stands_at_it() -> None:
    says = venue().on_command(NOON, send("c1", Side.BUY, 700, HIGH + 10 * TICK))

    assert says == [
        ChildAccepted("XLIT", "c1", "XLIT-1", ahead=0),
        fill("c1", "XLIT-X1", 500, HIGH - TICK, 500),
        TradePrint("XLIT", SYMBOL, HIGH - TICK, 500, True),
        LevelUpdate("XLIT", SYMBOL, False, HIGH - TICK, 0),
        LevelUpdate("XLIT", SYMBOL, True, HIGH, 200),
    ]


def test_background_flow_stops_at_the_band_too() -> None:
    lit = venue()
    book = lit.book(SYMBOL)

    assert book.market(True, 900) == 500
    assert book.limit(3, True, HIGH + 5 * TICK, 100) == 0
    assert book.level(True, HIGH) == 100


def test_an_order_that_a_band_has_moved_comes_back_when_the_band_does() -> None:
    lit = venue()
    lit.on_command(NOON, send("c1", Side.BUY, 100, HIGH - 2 * TICK))
    book = lit.book(SYMBOL)

    book.high = MID
    moved = lit.drain(NOON, SYMBOL)
    book.high = HIGH
    back = lit.on_nbbo(NOON, nbbo(NOON, MID, HIGH))

    assert moved == [LevelUpdate("XLIT", SYMBOL, True, HIGH - 2 * TICK, 0), LevelUpdate("XLIT", SYMBOL, True, MID, 100)]
    assert back == [LevelUpdate("XLIT", SYMBOL, True, MID, 0), LevelUpdate("XLIT", SYMBOL, True, HIGH - 2 * TICK, 100)]


def test_a_quote_at_the_band_for_15_seconds_pauses_the_market_for_five_minutes() -> None:
    lit, begun = venue(), NOON + SECOND
    lit.on_nbbo(begun, nbbo(begun, HIGH, HIGH + TICK))

    early = phases(lit.on_time(begun + 15 * SECOND - 1))
    paused = phases(lit.on_time(begun + 15 * SECOND))
    lit.on_phase(begun + 15 * SECOND, paused[0])
    resumed = phases(lit.on_time(begun + 315 * SECOND))

    assert (early, paused, resumed) == (
        [],
        [PhaseChange(SYMBOL, Phase.HALTED)],
        [PhaseChange(SYMBOL, Phase.CONTINUOUS)],
    )


def test_a_quote_that_leaves_the_band_in_time_does_not() -> None:
    lit = venue()
    lit.on_nbbo(NOON, nbbo(NOON, LOW - TICK, LOW))
    lit.on_nbbo(NOON + 14 * SECOND, nbbo(NOON, LOW, LOW + TICK))
    lit.on_nbbo(NOON + 16 * SECOND, nbbo(NOON, LOW - TICK, LOW))

    assert phases(lit.on_time(NOON + 30 * SECOND)) == []


def test_a_pause_into_the_close_is_a_call_for_the_closing_auction() -> None:
    lit = venue(CalendarDay("20240304", NOON - SECOND * 3_600, NOON + 200 * SECOND))
    lit.on_nbbo(NOON, nbbo(NOON, LOW - TICK, LOW))

    assert phases(lit.on_time(NOON + 15 * SECOND)) == [PhaseChange(SYMBOL, Phase.CLOSING_AUCTION)]


class Run:
    """Others buy everything up to the band and bid there, then offers come in the pause."""

    def __init__(self) -> None:
        self.next_at: Ns | None = NOON

    def step(self, port: MarketPort) -> None:
        book = port.book("XLIT", SYMBOL)
        if self.next_at == NOON:
            book.limit(1, False, MID, 100)
            book.limit(2, True, MID, 100)
            book.limit(3, True, HIGH + 50 * TICK, 300)
            book.limit(4, False, HIGH + 60 * TICK, 300)
            self.next_at = NOON + 100 * SECOND
        else:
            book.add(5, False, HIGH, 200)
            self.next_at = None


def test_in_a_world_the_pause_is_everybodys_and_ends_with_an_auction_and_new_bands() -> None:
    alt = VenueProfile("XALT", VenueKind.LIT, "lit", settings={"bands": True})
    world = World((XLIT, alt), INSTRUMENTS, [Run()], seed=7, start=NOON - SECOND, days={SYMBOL: DAY})
    heard: list[tuple[Ns, object]] = []
    while world.next_at is not None and world.next_at < NOON + 400 * SECOND:
        heard += world.step()
    told = [
        ((at - NOON) // SECOND, event)
        for at, event in heard
        if isinstance(event, PhaseChange | TradePrint) and at >= NOON
    ]

    assert told == [
        (0, TradePrint("XLIT", SYMBOL, MID, 100, True)),
        (15, PhaseChange(SYMBOL, Phase.HALTED)),
        (315, PhaseChange(SYMBOL, Phase.CONTINUOUS)),
        (315, TradePrint("XLIT", SYMBOL, HIGH, 200, None, PrintKind.OPENING)),
    ]
    books = [world.book(mic, SYMBOL) for mic in ("XLIT", "XALT")]
    assert [book.high for book in books if isinstance(book, LitBook)] == [1_102_500] * 2


class QuoteUnderTheBand:
    """One trade at 100, then a quote around 92, where nobody may trade: the bands are 95 and 105."""

    def __init__(self) -> None:
        self.next_at: Ns | None = NOON

    def step(self, port: MarketPort) -> None:
        book = port.book("XLIT", SYMBOL)
        if self.next_at == NOON:
            book.limit(1, False, MID, 100)
            book.limit(2, True, MID, 100)
            book.add(3, True, MID - TICK, 100)
            book.add(4, False, MID + TICK, 100)
            self.next_at = NOON + 10 * SECOND
        else:
            book.delete(3)
            book.delete(4)
            book.add(5, True, MID - 801 * TICK, 100)
            book.add(6, False, MID - 799 * TICK, 100)
            self.next_at = None


def test_a_pool_trades_within_the_bands_that_the_world_keeps_whether_the_lit_venue_keeps_them_or_not() -> None:
    lit = VenueProfile("XLIT", VenueKind.LIT, "lit")
    busy: dict[str, str | int | float | bool] = {
        "contra_per_second_ppm": 20_000_000,
        "noise_ppm": 0,
        "fault_late_ppm": 1,
    }
    dark = VenueProfile("XDRK", VenueKind.DARK, "dark", protected=False, settings=busy)
    world = World((lit, dark), INSTRUMENTS, [QuoteUnderTheBand()], seed=7, start=NOON - SECOND, days={SYMBOL: DAY})
    heard: list[tuple[Ns, object]] = []
    while world.next_at is not None and world.next_at < NOON + 30 * SECOND:
        heard += world.step()
    prints = [(at, event) for at, event in heard if isinstance(event, TradePrint) and event.venue == "XDRK"]

    assert {event.px for _, event in prints} == {MID}
    assert max(at for at, _ in prints) < NOON + 11 * SECOND
