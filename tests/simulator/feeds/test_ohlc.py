"""Open, high, low, close and volume out of bar files of two shapes, and what is refused."""

from datetime import date
from pathlib import Path

import pytest

from router.api import SECOND
from simulator.feeds.ohlc import HEADER, Bar, SymbolBar, read_all_ohlc, read_ohlc
from simulator.feeds.text import FeedError, midnight

DAY = date(2013, 10, 8)
START = midnight(DAY)


def write(folder: Path, *rows: str) -> Path:
    path = folder / "XYZ_bars.csv"
    path.write_text("".join(row + "\n" for row in rows))
    return path


def test_lean_bars_of_the_symbol_and_day_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "XYZ,20131007,34200000,1,1,1,1,1",
        "XYZ,20131008,34200000,1000,1100,900,1050,700",
        "ABC,20131008,34200000,1,1,1,1,1",
        "XYZ,20131008,34260000,1050,1050,1050,1050,0",
    )

    assert read_ohlc(path, "XYZ", DAY) == [
        Bar(START + 34_200 * SECOND, 1_000, 1_100, 900, 1_050, 700),
        Bar(START + 34_260 * SECOND, 1_050, 1_050, 1_050, 1_050, 0),
    ]


def test_stamped_bars_are_utc_and_rounded_half_to_even(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        HEADER,
        "2013-10-08 03:59:00,1,1,1,1,1",
        "2013-10-08 13:30:00,53.845,53.84766,53.835,53.83505,2214.5",
    )

    assert read_ohlc(path, "XYZ", DAY) == [Bar(START + 34_200 * SECOND, 538_450, 538_477, 538_350, 538_350, 2_214)]


@pytest.mark.parametrize(
    "row",
    [
        "XYZ,20131008,34260000,1000,999,900,950,1",
        "XYZ,20131008,34260000,1000,1000,1001,1000,1",
        "XYZ,20131008,34260000,0,0,0,0,1",
        "XYZ,20131008,86400000,1,1,1,1,1",
        "XYZ,20131008,34260000,1,1,1,1,-1",
        "XYZ,20131008,34260000,1,1,1,1,Infinity",
        "XYZ,20131008,34260000,1,1,1,1,1e30",
        "XYZ,20131008,34260000,1,1,1,1",
    ],
    ids=["high", "low", "no-price", "time", "volume", "infinite", "endless", "short"],
)
def test_a_bad_row_is_refused_with_its_file_line_and_text(tmp_path: Path, row: str) -> None:
    path = write(tmp_path, "XYZ,20131008,34200000,1,1,1,1,1", row)

    with pytest.raises(FeedError, match=r"^XYZ_bars\.csv:2: not a LEAN bar \(.*\): 'XYZ"):
        read_ohlc(path, "XYZ", DAY)


def test_what_is_not_there_or_out_of_order_is_refused(tmp_path: Path) -> None:
    bar = "XYZ,20131008,34200000,1,1,1,1,1"

    with pytest.raises(FeedError, match="no bar of ABC on 2013-10-08"):
        read_ohlc(write(tmp_path, bar), "ABC", DAY)
    with pytest.raises(FeedError, match="no bar of ABC on 2013-10-08"):
        read_ohlc(write(tmp_path, HEADER, "2013-10-08 13:30:00,1,1,1,1,1"), "ABC", DAY)
    with pytest.raises(FeedError, match="not in order of time"):
        read_ohlc(write(tmp_path, bar, bar), "XYZ", DAY)
    with pytest.raises(FeedError, match="empty file"):
        read_ohlc(write(tmp_path), "XYZ", DAY)
    with pytest.raises(FeedError, match=r"XYZ_bars\.csv:2: not a timestamped bar"):
        read_ohlc(write(tmp_path, HEADER, "yesterday,1,1,1,1,1"), "XYZ", DAY)


def test_a_whole_file_gives_every_symbol_and_date(tmp_path: Path) -> None:
    path = write(tmp_path, "XYZ,20131007,34200000,1,1,1,1,1", "ABC,20131008,34200000,2,3,1,2,5")

    assert list(read_all_ohlc(path)) == [
        SymbolBar("XYZ", "20131007", Bar(START + (34_200 - 86_400) * SECOND, 1, 1, 1, 1, 1)),
        SymbolBar("ABC", "20131008", Bar(START + 34_200 * SECOND, 2, 3, 1, 2, 5)),
    ]


def test_hours_and_days_are_read_as_a_whole_file(tmp_path: Path) -> None:
    path = write(tmp_path, "XYZ,20131008 09:30,1000,1100,900,1050,700")

    assert list(read_all_ohlc(path)) == [
        SymbolBar("XYZ", "20131008", Bar(START + 34_200 * SECOND, 1_000, 1_100, 900, 1_050, 700))
    ]


def test_stamped_bars_of_a_whole_file_have_their_new_york_date(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, "2013-10-09 03:59:00,1,1,1,1,5", "2013-10-09 04:00:00,1,1,1,1,6")

    assert [(bar.symbol, bar.day, bar.bar.qty) for bar in read_all_ohlc(path)] == [
        ("XYZ", "20131008", 5),
        ("XYZ", "20131009", 6),
    ]


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ((), "empty file"),
        (("time,price",), "1: no bars"),
        (("XYZ,20131008,34200000,1000,1100,900,1050,700", "XYZ,20131008,34260000,9,9,9"), "2: not a LEAN bar"),
        (("XYZ,20131008 9h30,1000,1100,900,1050,700",), "1: not a LEAN bar"),
        (("XYZ,20131008 24:00,1000,1100,900,1050,700",), "1: not a LEAN bar .86400000 ms"),
        ((HEADER, "2013-10-08 13:30:00,1,1,2,1,5"), "2: not a timestamped bar"),
    ],
)
def test_a_bad_row_of_a_whole_file_is_refused(tmp_path: Path, rows: tuple[str, ...], where: str) -> None:
    with pytest.raises(FeedError, match=where):
        list(read_all_ohlc(write(tmp_path, *rows)))
