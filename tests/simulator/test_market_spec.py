"""A market in one line: what it parses to, what is refused and why, and the world that comes of it."""

from datetime import date
from pathlib import Path

import pytest

from router.api import (
    SECOND,
    CalendarDay,
    Instrument,
    LevelUpdate,
    Ns,
    Phase,
    PhaseChange,
    PrintKind,
    Px,
    TickBand,
    TradePrint,
    VenueDown,
    VenueKind,
    VenueProfile,
)
from simulator.feeds.text import FeedError, midnight
from simulator.market_spec import (
    Bars,
    Consolidated,
    Crypto,
    Lobster,
    Pitch,
    SpecError,
    Synthetic,
    build_world,
    day_of,
    open_market,
    parse_spec,
)
from simulator.scenario_file import ScenarioError, ScenarioFile, parse_scenario
from simulator.synthetic import SyntheticSource
from simulator.synthetic_params import MarketConfig, default_market

VENUES = (
    VenueProfile(mic="XLIT", kind=VenueKind.LIT, plugin="lit"),
    VenueProfile(mic="XALT", kind=VenueKind.LIT, plugin="lit"),
)
MIDNIGHT = midnight(date(2013, 6, 10))
SESSION = CalendarDay("20130610", MIDNIGHT + 34_200 * SECOND, MIDNIGHT + 57_600 * SECOND)
NEXT = CalendarDay("20130611", SESSION.open + 86_400 * SECOND, SESSION.close + 86_400 * SECOND)
CALENDARS = {"XNYS": (SESSION, NEXT)}
INSTRUMENTS = {symbol: Instrument(symbol) for symbol in ("ACME", "BOLT", "GOOG")}
CONFIG = default_market({"events_per_second": 5.0})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("synthetic:7", (Synthetic(7),)),
        ("synthetic:7:0.25", (Synthetic(7, 0.25),)),
        ("lobster:/data/X_1.csv", (Lobster(Path("/data/X_1.csv")),)),
        ("consolidated:/data:IBM:20131008", (Consolidated(Path("/data"), "IBM", date(2013, 10, 8)),)),
        ("pitch:/data/p.txt:SPY", (Pitch(Path("/data/p.txt"), "SPY"),)),
        ("pitch:p.txt:SPY:20080102", (Pitch(Path("p.txt"), "SPY", date(2008, 1, 2)),)),
        ("crypto:o.csv:BTCUSD", (Crypto(Path("o.csv"), "BTCUSD"),)),
        ("bars:b.csv:IBM:2013-10-08", (Bars(Path("b.csv"), "IBM", date(2013, 10, 8), 1),)),
        ("bars:b.csv:IBM:2013-10-08:7", (Bars(Path("b.csv"), "IBM", date(2013, 10, 8), 7),)),
        (
            "consolidated:d:IBM:2013-10-08 + synthetic:7",
            (Consolidated(Path("d"), "IBM", date(2013, 10, 8)), Synthetic(7)),
        ),
    ],
)
def test_a_line_is_its_parts(text: str, parts: tuple[object, ...]) -> None:
    assert parse_spec(text) == parts


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "market '': not synthetic:SEED"),
        ("random:7", "market 'random:7': not synthetic:SEED"),
        ("synthetic:7:0", "market 'synthetic:7:0': activity 0: above 0"),
        ("synthetic:7:1:2", "not synthetic:SEED"),
        ("lobster:", "market 'lobster:': not synthetic:SEED"),
        ("consolidated:d:IBM", "not synthetic:SEED"),
        ("consolidated:d:IBM:today", "not a date: 'today'"),
        ("synthetic:7+", "market '': not synthetic:SEED"),
        ("pitch:p.txt", "not synthetic:SEED"),
        ("pitch:p.txt:SPY:soon", "not a date: 'soon'"),
        ("crypto:o.csv:BTCUSD:1", "not synthetic:SEED"),
        ("bars:b.csv:IBM", r"or bars:FILE:SYMBOL:DATE\[:SEED\]"),
        ("bars:b.csv:IBM:20131008:x", "the seed 'x' is no whole number"),
        ("synthetic:x", "market 'synthetic:x': the seed 'x' is no whole number"),
        ("synthetic:", "market 'synthetic:': the seed '' is no whole number"),
        ("synthetic:1:fast", "market 'synthetic:1:fast': the activity 'fast' is no number"),
        ("synthetic:1+synthetic:2", "one synthetic part, which has every instrument that is left"),
    ],
)
def test_a_line_that_names_no_market_is_refused(text: str, refusal: str) -> None:
    with pytest.raises(SpecError, match=refusal):
        parse_spec(text)


def test_a_synthetic_market_has_every_instrument_on_the_first_date() -> None:
    market = open_market("synthetic:7", VENUES, INSTRUMENTS, CALENDARS, CONFIG)

    assert (market.day, market.symbols) == ("20130610", ("ACME", "BOLT", "GOOG"))
    assert (market.open, market.close) == (SESSION.open, SESSION.close)


def test_a_date_may_be_chosen() -> None:
    assert open_market("synthetic:7", VENUES, INSTRUMENTS, CALENDARS, CONFIG, day="20130611").open == NEXT.open


def write_goog(folder: Path) -> Path:
    for kind, text in (("message", "34200.5,1,1,10,1000000,1\n"), ("orderbook", "1010000,50,1000000,30\n")):
        (folder / f"GOOG_2013-06-10_34200000_57600000_{kind}_1.csv").write_text(text)
    return folder / "GOOG_2013-06-10_34200000_57600000_message_1.csv"


def test_a_recorded_part_brings_its_symbol_and_the_synthetic_one_the_rest(tmp_path: Path) -> None:
    market = open_market(f"lobster:{write_goog(tmp_path)}+synthetic:7", VENUES, INSTRUMENTS, CALENDARS, CONFIG)

    assert (market.day, market.symbols) == ("20130610", ("GOOG", "ACME", "BOLT"))
    assert len(market.sources) == 3


def test_what_cannot_be_had_is_refused_with_the_reason(tmp_path: Path) -> None:
    goog = f"lobster:{write_goog(tmp_path)}"
    only_acme = {"ACME": INSTRUMENTS["ACME"]}
    dark_only = (VenueProfile(mic="XDRK", kind=VenueKind.DARK, plugin="dark"),)

    with pytest.raises(SpecError, match="GOOG is not among the configured instruments"):
        open_market(goog, VENUES, only_acme, CALENDARS, CONFIG)
    with pytest.raises(SpecError, match="GOOG comes twice"):
        open_market(f"{goog}+{goog}", VENUES, INSTRUMENTS, CALENDARS, CONFIG)
    with pytest.raises(SpecError, match="one trading date, not 20130610 and 20130611"):
        open_market(goog, VENUES, INSTRUMENTS, CALENDARS, CONFIG, day="20130611")
    with pytest.raises(SpecError, match="no lit venue"):
        open_market("synthetic:7", dark_only, INSTRUMENTS, CALENDARS, CONFIG)
    with pytest.raises(SpecError, match="ACME: calendar XNYS has no session 20300101"):
        open_market("synthetic:7", VENUES, only_acme, CALENDARS, CONFIG, day="20300101")
    with pytest.raises(SpecError, match="no instrument is left"):
        open_market("synthetic:7", VENUES, {}, CALENDARS, CONFIG)
    with pytest.raises(FeedError, match=r"not a LOBSTER file name"):
        open_market("lobster:there.csv", VENUES, INSTRUMENTS, CALENDARS, CONFIG)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A file of each of the other kinds, by kind, as a market: 2013-06-10, from 09:30."""
    (tmp_path / "p.txt").write_text("S34200100AAK27GA0000DTB000100ACME  0000010000Y\nS34260100XAK27GA0000DT000100\n")
    orders = [
        "id,timestamp,exchange.timestamp,price,volume,action,direction",
        "1,1370871000500,0,236.47,50,created,bid",
    ]
    (tmp_path / "o.csv").write_text("\n".join(orders) + "\n")
    (tmp_path / "b.csv").write_text("BOLT,20130610,34200000,1000,1100,1000,1100,700\n")
    return {
        "pitch": f"pitch:{tmp_path / 'p.txt'}:ACME",
        "crypto": f"crypto:{tmp_path / 'o.csv'}:BTC",
        "bars": f"bars:{tmp_path / 'b.csv'}:BOLT:20130610",
    }


BTC = Instrument("BTC", price_scale=10**10, round_lot=10**6, ticks=(TickBand(0, 1),))


def test_feeds_bring_the_session_that_they_cover_and_bars_the_calendar_s(files: dict[str, str]) -> None:
    market = open_market("+".join(files.values()), VENUES, INSTRUMENTS | {"BTC": BTC}, CALENDARS, CONFIG)

    begins = {
        symbol: (day.day, day.open - SESSION.open, day.close - SESSION.open) for symbol, day in market.days.items()
    }
    assert begins == {
        "ACME": ("20130610", 0, 61 * SECOND),
        "BTC": ("20130610", 0, SECOND),
        "BOLT": ("20130610", 0, 23_400 * SECOND),
    }


def test_only_a_file_without_a_date_takes_the_market_s(files: dict[str, str]) -> None:
    days = {kind: day_of(parse_spec(spec)[0]) for kind, spec in files.items()}
    dated = day_of(parse_spec(f"{files['pitch']}:20130611")[0])

    assert days == {"pitch": None, "crypto": "20130610", "bars": "20130610"}
    assert dated == "20130611"
    with pytest.raises(SpecError, match=r"a PITCH file has no date: pitch:.*p\.txt:ACME:DATE"):
        open_market(files["pitch"], VENUES, INSTRUMENTS, CALENDARS, CONFIG)
    assert open_market(files["pitch"], VENUES, INSTRUMENTS, CALENDARS, CONFIG, day="20130610").day == "20130610"


def test_a_file_whose_prices_the_instrument_says_otherwise_is_refused(files: dict[str, str]) -> None:
    fine = {"BOLT": Instrument("BOLT", price_scale=100), "BTC": Instrument("BTC")}

    with pytest.raises(SpecError, match="BOLT has price_scale 100, the file 10000"):
        open_market(files["bars"], VENUES, fine, CALENDARS, CONFIG)
    with pytest.raises(FeedError, match="finer than an instrument of price_scale 10000 can say"):
        open_market(files["crypto"], VENUES, fine, CALENDARS, CONFIG)
    with pytest.raises(SpecError, match="BTC is not among the configured instruments"):
        open_market(files["crypto"], VENUES, INSTRUMENTS, CALENDARS, CONFIG)
    with pytest.raises(SpecError, match="calendar XNYS has no session 20130610"):
        open_market(files["bars"], VENUES, INSTRUMENTS, {"XNYS": (NEXT,)}, CONFIG)


def test_bars_that_nothing_can_meet_are_refused_with_the_market(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("BOLT,20130610,34200000,1000,1100,900,1000,2\n")

    with pytest.raises(SpecError, match=r"market 'bars:.*': BOLT: 2 shares cannot print 4 prices"):
        open_market(files["bars"], VENUES, INSTRUMENTS, CALENDARS, CONFIG)


def heard(config: MarketConfig, spec: str, seed: int = 1) -> list[tuple[int, object]]:
    world = build_world(spec, VENUES, INSTRUMENTS, CALENDARS, seed=seed, config=config)
    said: list[tuple[int, object]] = []
    while world.next_at is not None and world.next_at <= SESSION.open + 30 * SECOND:
        said += world.step()
    return said


def test_a_world_opens_the_session_and_publishes_books_from_every_lit_venue() -> None:
    said = heard(CONFIG, "synthetic:7")

    phases = [event for _, event in said if isinstance(event, PhaseChange) and event.symbol == "ACME"]
    books = {(event.venue, event.symbol) for _, event in said if isinstance(event, LevelUpdate)}
    assert phases == [PhaseChange("ACME", Phase.PRE_OPEN), PhaseChange("ACME", Phase.CONTINUOUS)]
    assert books == {(venue.mic, symbol) for venue in VENUES for symbol in INSTRUMENTS}


def test_one_seed_one_world() -> None:
    assert heard(CONFIG, "synthetic:7") == heard(CONFIG, "synthetic:7")
    assert heard(CONFIG, "synthetic:7") != heard(CONFIG, "synthetic:8")


def test_activity_scales_the_number_of_events() -> None:
    full, tenth = (len(heard(CONFIG, spec)) for spec in ("synthetic:7", "synthetic:7:0.01"))

    assert tenth < full


def test_a_replay_in_the_world_starts_with_its_opening_book(tmp_path: Path) -> None:
    said = heard(CONFIG, f"lobster:{write_goog(tmp_path)}")

    assert [event for _, event in said if isinstance(event, LevelUpdate)] == [
        LevelUpdate("XLIT", "GOOG", True, 1_000_000, 20),
        LevelUpdate("XLIT", "GOOG", False, 1_010_000, 50),
        LevelUpdate("XLIT", "GOOG", True, 1_000_000, 30),
    ]


EARLY = '[[happening]]\nwhat = "early-close"\nclose = "13:00"\n'


def scenario(happenings: str) -> ScenarioFile:
    return parse_scenario(f'name = "test"\nseed = 1\n{happenings}')


def test_a_scenario_may_close_the_day_early_for_everybody() -> None:
    market = open_market("synthetic:7", VENUES, INSTRUMENTS, CALENDARS, CONFIG, scenarios=[scenario(EARLY)])

    close = MIDNIGHT + 13 * 3_600 * SECOND
    assert {day.close for day in market.days.values()} == {close}
    assert {source.day.close for source in market.sources if isinstance(source, SyntheticSource)} == {close}


def test_a_recorded_day_is_not_closed_early(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="a recorded day ends when it did"):
        open_market(
            f"lobster:{write_goog(tmp_path)}", VENUES, INSTRUMENTS, CALENDARS, CONFIG, scenarios=[scenario(EARLY)]
        )


def test_a_world_has_what_its_scenarios_bring() -> None:
    down = '[[happening]]\nwhat = "venue-down"\nafter_open_s = 1\nvenues = ["XALT"]\ntext = "cut"\n'
    world = build_world(
        "synthetic:7", VENUES, INSTRUMENTS, CALENDARS, seed=1, config=CONFIG, scenarios=[scenario(down)]
    )
    heard = []
    while world.next_at is not None and world.next_at <= SESSION.open + 2 * SECOND:
        heard += world.step()

    assert [(at, event) for at, event in heard if isinstance(event, VenueDown)] == [
        (SESSION.open + SECOND, VenueDown("XALT", "cut"))
    ]


@pytest.mark.parametrize("when", ["after_open_s = 0", 'at = "09:30"'])
def test_news_at_the_open_is_known_in_the_opening_auction(when: str) -> None:
    """Two standard deviations of a day of 1 %: the auction is held 2 % higher, and trading begins there."""
    news = f'[[happening]]\nwhat = "news"\n{when}\njump_sigmas = 2\n'
    config = default_market({"events_per_second": 100.0, "volatility_ppm": 10_000, "opening_ppm": 10_000})

    calm, moved = (prices_to(SESSION.open + 5 * SECOND, config, each) for each in ([], [scenario(news)]))

    (before,), (opened,) = calm[PrintKind.OPENING], moved[PrintKind.OPENING]
    assert opened == before * 102 // 100
    assert moved[PrintKind.REGULAR]
    assert all(abs(px - opened) < before // 200 for px in moved[PrintKind.REGULAR])


def prices_to(until: Ns, config: MarketConfig, scenarios: list[ScenarioFile]) -> dict[PrintKind, list[Px]]:
    """What ACME printed, by kind, in the order of printing."""
    world = build_world("synthetic:7", VENUES, INSTRUMENTS, CALENDARS, seed=1, config=config, scenarios=scenarios)
    printed: dict[PrintKind, list[Px]] = {}
    while world.next_at is not None and world.next_at <= until:
        for _, event in world.step():
            if isinstance(event, TradePrint) and event.symbol == "ACME":
                printed.setdefault(event.kind, []).append(event.px)
    return printed


def test_news_of_a_recorded_day_is_refused(tmp_path: Path) -> None:
    news = '[[happening]]\nwhat = "news"\nafter_open_s = 1\njump_sigmas = 1\n'

    with pytest.raises(ScenarioError, match="a recorded day, which nothing can move"):
        build_world(
            f"lobster:{write_goog(tmp_path)}",
            VENUES,
            INSTRUMENTS,
            CALENDARS,
            seed=1,
            config=CONFIG,
            scenarios=[scenario(news)],
        )
