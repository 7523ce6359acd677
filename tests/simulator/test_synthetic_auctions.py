"""The synthetic market at the auctions: who comes when, and that our order trades against them."""

from __future__ import annotations

from itertools import pairwise

from router.api import (
    SECOND,
    AuctionImbalance,
    CalendarDay,
    ChildFilled,
    Instrument,
    Ns,
    PrintKind,
    Side,
    TimeInForce,
    TradePrint,
    VenueKind,
    VenueProfile,
)
from simulator.synthetic import SyntheticSource
from simulator.synthetic_params import SyntheticParams
from simulator.testing import SYMBOL
from simulator.world import Delivered, World
from support.lit_orders import send

DAY = CalendarDay("20240304", 3_600 * SECOND, 4_500 * SECOND)
PARAMS = SyntheticParams(events_per_second=2.0, opening_ppm=100_000, closing_ppm=100_000)
VENUES = (
    VenueProfile("XLIT", VenueKind.LIT, "lit", settings={"auctions": "primary"}),
    VenueProfile("XALT", VenueKind.LIT, "lit"),
)
START: Ns = DAY.open - 30 * SECOND


def day(tif: TimeInForce | None = None, seed: int = 7, start: Ns = START) -> list[tuple[Ns, Delivered]]:
    """All that is heard of a short day; with `tif` we buy 500 at any price in that auction."""
    instrument = Instrument(SYMBOL, primary_venue="XLIT")
    source = SyntheticSource(instrument, ("XLIT", "XALT"), PARAMS, DAY, seed)
    world = World(VENUES, {SYMBOL: instrument}, [source], seed=seed, start=start, days={SYMBOL: DAY})
    if tif is not None:
        world.send(start + SECOND, send("c1", Side.BUY, 500, None, tif=tif))
    heard: list[tuple[Ns, Delivered]] = []
    while world.next_at is not None and world.next_at < DAY.close + 60 * SECOND:
        heard += world.step()
    return heard


def auctions(heard: list[tuple[Ns, Delivered]]) -> list[tuple[Ns, TradePrint]]:
    return [
        (at, event)
        for at, event in heard
        if isinstance(event, TradePrint) and event.kind in {PrintKind.OPENING, PrintKind.CLOSING}
    ]


def test_each_auction_prints_once_at_its_instant_about_the_stated_part_of_the_volume() -> None:
    heard = day()

    volume = sum(event.qty for _, event in heard if isinstance(event, TradePrint))
    opening, closing = auctions(heard)
    assert (opening[1].kind, opening[0] // SECOND) == (PrintKind.OPENING, DAY.open // SECOND)
    assert (closing[1].kind, closing[0] // SECOND) == (PrintKind.CLOSING, DAY.close // SECOND)
    assert all(0.04 < print_.qty / volume < 0.25 for _, print_ in (opening, closing)), (opening, closing, volume)


def test_our_orders_at_any_price_are_filled_in_their_auction() -> None:
    for tif, kind in ((TimeInForce.AT_OPEN, PrintKind.OPENING), (TimeInForce.AT_CLOSE, PrintKind.CLOSING)):
        heard = day(tif)

        fills = [event for _, event in heard if isinstance(event, ChildFilled)]
        (printed,) = [event for _, event in auctions(heard) if event.kind is kind]
        assert [(fill.qty, fill.px, fill.kind) for fill in fills] == [(500, printed.px, kind)]


def test_imbalances_lead_up_to_the_close_and_stop_there() -> None:
    heard = day()

    published = [at for at, event in heard if isinstance(event, AuctionImbalance) and event.when is PrintKind.CLOSING]
    assert DAY.close - 5 * SECOND <= published[-1] < DAY.close
    assert {later - earlier for earlier, later in pairwise(published)} == {5 * SECOND}


def test_a_world_that_begins_after_the_open_lays_out_its_books_then_and_holds_the_closing_auction() -> None:
    heard = day(start=DAY.open + 60 * SECOND)

    assert [event.kind for at, event in auctions(heard) if at > DAY.open + 61 * SECOND] == [PrintKind.CLOSING]
