"""A recorded day held against its own file: what is equal, what is found where it is not, and the real days."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from router.api import SECOND, CalendarDay, Instrument
from simulator.bar_day import BarDay
from simulator.feeds.lean import Quote, Trade
from simulator.feeds.lobster import BookRow, open_day
from simulator.feeds.ohlc import Bar
from simulator.feeds.orders import Counts, Kind, Message
from simulator.feeds.text import midnight
from simulator.market_spec import SpecError
from simulator.verify import (
    BarsCheck,
    ConsolidatedCheck,
    Difference,
    LobsterCheck,
    OrdersCheck,
    verify,
    verify_bars,
    verify_lobster,
)

START = midnight(date(2012, 6, 21)) + 34_200 * SECOND


def write_lobster(folder: Path, *rows: tuple[str, str]) -> Path:
    """One level; rows are (message, book), a second apart."""
    messages = "".join(f"{34_200 + second},{message}\n" for second, (message, _) in enumerate(rows))
    books = "".join(f"{book}\n" for _, book in rows)
    for kind, text in (("message", messages), ("orderbook", books)):
        (folder / f"XYZ_2012-06-21_34200000_57600000_{kind}_1.csv").write_text(text)
    return folder / "XYZ_2012-06-21_34200000_57600000_message_1.csv"


def test_a_pair_that_agrees_is_equal_in_every_row(tmp_path: Path) -> None:
    path = write_lobster(tmp_path, ("1,1,10,100,1", "105,9,100,10"), ("1,2,5,101,1", "105,9,101,5"))

    check = verify(f"lobster:{path}")

    assert check == LobsterCheck(rows=2, equal=2)
    assert check.holds


def test_the_first_row_that_differs_is_shown_with_what_led_to_it(tmp_path: Path) -> None:
    path = write_lobster(
        tmp_path,
        ("1,1,10,100,1", "105,9,100,10"),
        ("1,2,5,101,1", "105,9,101,6"),
        ("3,2,5,101,1", "105,9,100,10"),
    )

    check = verify_lobster(open_day(path))

    messages = (
        Message(START, Kind.ADD, 1, 10, 100, is_bid=True),
        Message(START + SECOND, Kind.ADD, 2, 5, 101, is_bid=True),
    )
    file, book = (BookRow(asks=((105, 9),), bids=((101, qty),)) for qty in (6, 5))
    assert check == LobsterCheck(3, 2, Difference(2, messages, file, book))
    assert not check.holds


def test_an_empty_file_shows_nothing(tmp_path: Path) -> None:
    assert not verify(f"lobster:{write_lobster(tmp_path)}").holds


def test_a_feed_s_rows_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "pitch.txt"
    path.write_text(
        "S00000001AAK27GA0000DTB000100SPY   0000010000Y\n"
        "S00000002EAK27GA0000DT00004000004AQ00001\n"
        "S00000002PAK27GA0000DUB000030SPY   0000010000000N4AQ00003\n"
        "S00000003XAK27GA0000DX000001\n"
    )

    check = verify(f"pitch:{path}:SPY")

    assert check == OrdersCheck(Counts(rows=4, messages=3, unknown=1), executed=40, hidden=30, instants=2)
    assert check.holds


class _Late(BarDay):
    """Its tape comes a second late."""

    def events(self) -> Iterator[Quote | Trade]:
        return (event._replace(at=event.at + SECOND) for event in super().events())


def test_the_first_bar_that_is_not_met_is_shown_with_what_printed() -> None:
    """Bars of one second, a tape that comes a second late: the first bar has no trade, the second the first's."""
    session = CalendarDay("20131008", START, START + 600 * SECOND)
    first, second = (Bar(START + n * SECOND, 400_000, 400_000, 400_000, 400_000, 200 * (1 - n)) for n in (0, 1))
    day = _Late(Instrument("XYZ"), session, (first, second), ("XLIT",), (1,), 1)

    check = verify_bars(day)

    assert check == BarsCheck(bars=2, equal=0, shares=200, first=(first, None))
    assert not check.holds


@pytest.mark.parametrize("spec", ["synthetic:1", "bars:a:B:20131008+synthetic:1"])
def test_what_has_no_file_to_be_held_against_is_refused(spec: str) -> None:
    with pytest.raises(SpecError, match="one recorded part can be held against its file"):
        verify(spec)


def test_bars_that_cannot_be_met_are_refused_by_the_market(tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    path.write_text("XYZ,20131008,34200000,1000,1100,900,1050,3\n")

    with pytest.raises(SpecError, match="3 shares cannot print 4 prices"):
        verify(f"bars:{path}:XYZ:20131008")


@pytest.mark.real_data
def test_a_real_feed_never_crosses_our_book(real_data_dir: Path) -> None:
    orders = real_data_dir / "orderflow"

    pitch = verify(f"pitch:{orders / 'bats_pitch_example_data.txt.xz'}:DRYS")
    crypto = verify(f"crypto:{orders / 'bitstamp_btcusd_2015-05-01_orders.csv.xz'}:BTCUSD")

    assert pitch == OrdersCheck(Counts(rows=167, messages=167), executed=509, hidden=700, instants=109)
    assert isinstance(crypto, OrdersCheck)
    assert (crypto.crossed, crypto.executed, crypto.instants) == (0, 80_479_603_843, 49_215)


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.untraced
def test_a_real_consolidated_day_has_historys_best_and_each_exchange_s_shares(real_data_dir: Path) -> None:
    check = verify(f"consolidated:{real_data_dir / 'consolidated'}:IBM:20131008")

    assert isinstance(check, ConsolidatedCheck)
    total = sum(check.printed.values())
    print("\nIBM 2013-10-08, 09:30 to the closing auction, share of volume in the replay and in the file:")
    for letter, qty in sorted(check.printed.items(), key=lambda item: -item[1]):
        print(f"  {letter} {qty / total:6.2%} {check.recorded[letter] / sum(check.recorded.values()):6.2%}")
    assert check.printed == check.recorded
    assert (check.quotes, check.equal) == (48_055, 48_055)
    assert {letter: round(100 * check.printed[letter] / total) for letter in "DNQKP"} == {
        "D": 33,
        "N": 24,
        "Q": 12,
        "K": 10,
        "P": 10,
    }
