"""Bars made into a tape: every bar is met, share for share, and our orders trade against what is drawn."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.api import SECOND, CalendarDay, Instrument, PrintKind
from simulator.bar_day import TRADES_MAX, BarDay, BarError, bar_day
from simulator.consolidated import ConsolidatedSource
from simulator.feeds.lean import Quote, Trade
from simulator.feeds.ohlc import Bar, read_ohlc
from simulator.feeds.text import midnight
from simulator.verify import BarsCheck, verify_bars
from support.fake_port import FakePort

OPEN = 1_381_239_000 * SECOND
SESSION = CalendarDay("20131008", OPEN, OPEN + 23_400 * SECOND)
MINUTE = 60 * SECOND
VENUES = ("XLIT", "XALT", "XINV")
SHARES = tuple(zip(VENUES, (45, 30, 25), strict=True))
XYZ = Instrument("XYZ")
BUY, SELL = True, False


def drawn(*bars: Bar, seed: int = 1) -> BarDay:
    return bar_day(XYZ, SESSION, bars, SHARES, seed)


def minute(number: int, opened: int, high: int, low: int, close: int, qty: int) -> Bar:
    return Bar(OPEN + number * MINUTE, opened, high, low, close, qty)


@st.composite
def bar_lists(draw: st.DrawFn) -> list[Bar]:
    """Some minutes, prices on and off the tick, down to a cent, volumes down to the fewest that can meet the bar."""
    bars = []
    for number in draw(st.lists(st.integers(0, 389), min_size=1, max_size=4, unique=True).map(sorted)):
        low = draw(st.integers(100, 3_000_000))
        prices = [low + draw(st.integers(0, 3)) * draw(st.sampled_from([1, 50, 100, 700])) for _ in range(3)]
        high = max(prices)
        opened, close = prices[0], prices[1]
        fewest = 1 if low == high else 4
        bars.append(minute(number, opened, high, low, close, draw(st.integers(fewest, 30_000))))
    return bars


@pytest.mark.slow
@pytest.mark.untraced
@given(bars=bar_lists(), seed=st.integers(0, 2**32))
def test_every_bar_is_met_in_all_its_figures(bars: list[Bar], seed: int) -> None:
    day = drawn(*bars, seed=seed)

    assert verify_bars(day) == BarsCheck(len(bars), len(bars), sum(bar.qty for bar in bars)), (bars, seed)


@given(bars=bar_lists(), seed=st.integers(0, 2**32))
def test_the_national_best_is_sound_and_on_the_tick_at_every_moment(bars: list[Bar], seed: int) -> None:
    events = list(drawn(*bars, seed=seed).events())

    quotes = [event for event in events if isinstance(event, Quote)]
    assert [quote for quote in quotes if not 0 < quote.bid < quote.ask] == []
    assert [quote for quote in quotes if not (XYZ.on_tick(quote.bid) and XYZ.on_tick(quote.ask))] == []
    assert [event.at for event in events] == sorted(event.at for event in events)


def test_a_trade_comes_at_or_between_the_quotes_before_it_and_is_no_larger() -> None:
    events = list(drawn(minute(0, 400_000, 401_000, 399_000, 400_500, 9_000)).events())

    pairs = [(quote, trade) for quote, trade in pairwise(events) if isinstance(trade, Trade)]

    assert len(pairs) == 45
    for quote, trade in pairs:
        assert isinstance(quote, Quote)
        assert quote.at == trade.at
        assert quote.bid <= trade.px <= quote.ask
        assert trade.qty <= max(quote.bid_qty, quote.ask_qty)


def test_a_busy_bar_has_a_bounded_number_of_trades_in_round_lots_but_one() -> None:
    events = list(drawn(minute(0, 400_000, 401_000, 399_000, 400_500, 5_000_017)).events())

    sizes = [event.qty for event in events if isinstance(event, Trade)]

    assert len(sizes) == TRADES_MAX
    assert sum(sizes) == 5_000_017
    assert [size % 100 for size in sizes if size % 100] == [17]


def test_a_bar_without_volume_prints_nothing_and_bars_out_of_the_session_are_left_out() -> None:
    early, late = minute(-1, 1, 1, 1, 1, 5), minute(390, 1, 1, 1, 1, 5)

    day = drawn(early, minute(3, 400_000, 400_000, 400_000, 400_000, 0), late)

    assert [type(event) for event in day.events()] == [Quote], "the opening quote"


def test_one_seed_one_tape() -> None:
    bars = [minute(number, 400_000, 401_000, 399_000, 400_500, 9_000) for number in range(3)]

    assert list(drawn(*bars, seed=5).events()) == list(drawn(*bars, seed=5).events())
    assert list(drawn(*bars, seed=5).events()) != list(drawn(*bars, seed=6).events())


def test_every_lit_venue_has_its_part() -> None:
    bars = [minute(number, 400_000, 401_000, 399_000, 400_500, 12_000) for number in range(100)]
    events = drawn(*bars).events()

    trades = [event for event in events if isinstance(event, Trade)]
    parts = [sum(trade.exchange == mic for trade in trades) / len(trades) for mic in VENUES]

    assert parts == pytest.approx([0.45, 0.3, 0.25], abs=0.02)
    assert {trade.kind for trade in trades} == {PrintKind.REGULAR}


def test_what_no_trades_can_meet_is_refused_by_its_figures() -> None:
    with pytest.raises(BarError, match=r"XYZ: 3 shares cannot print 4 prices: Bar\(at="):
        drawn(minute(0, 400_000, 401_000, 399_000, 400_500, 3))
    with pytest.raises(BarError, match="XYZ: no bar within the session of 20131008"):
        drawn(minute(-1, 1, 1, 1, 1, 1))


def test_our_orders_trade_and_the_bar_s_volume_is_not_exceeded_by_what_rests() -> None:
    """A bid of ours in the market is hit by prints that were the bar's: they are counted once, ours among them."""
    day = drawn(*(minute(number, 400_000, 401_000, 399_000, 400_500, 9_000) for number in range(10)))
    source = ConsolidatedSource(day, VENUES, {mic: mic for mic in VENUES})
    port = FakePort(*VENUES)
    port.run(source, OPEN)
    for number, mic in enumerate(VENUES, 1):
        port.books[mic].post(-number, BUY, 400_300, 500)

    port.run(source)

    trades = port.trades()
    ours = sum(trade.qty for trade in trades if trade.maker < 0)
    taped = sum(tape.qty for tape in port.tapes)
    assert ours > 500
    # A quote of history that comes across our bid trades with it beside the prints: it is what stood there, no print.
    met = sum(trade.qty for trade in trades if trade.taker > 0)
    assert sum(trade.qty for trade in trades) + taped - met <= 90_000


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.untraced
@pytest.mark.parametrize(
    ("name", "symbol", "day", "bars"),
    [
        ("lean_minute_trade.csv.xz", "IBM", date(2013, 10, 8), 390),
        ("lean_minute_trade.csv.xz", "SHY", date(2008, 3, 7), 333),
        ("lean_minute_trade.csv.xz", "GOOG", date(2015, 12, 24), 224),
        ("INDA_1min_2023-07-10_to_2025-07-07.csv.xz", "INDA", date(2025, 5, 6), 382),
    ],
)
def test_a_real_day_of_bars_is_met_in_every_bar(
    real_data_dir: Path, name: str, symbol: str, day: date, bars: int
) -> None:
    start = midnight(day) + 34_200 * SECOND
    session = CalendarDay(f"{day:%Y%m%d}", start, start + 23_400 * SECOND)
    read = read_ohlc(real_data_dir / "bars" / name, symbol, day)

    check = verify_bars(bar_day(Instrument(symbol), session, read, SHARES, 1))

    print(f"{symbol} {day}: {check.equal} of {check.bars} bars, {check.shares:,} shares")
    assert (check.bars, check.equal, check.first) == (bars, bars, None)
