"""LEAN's bars of the best quote: both ends of both sides, blanks for a side that is not there."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from router.api import SECOND
from simulator.feeds.quote_bars import QuoteBar, is_quote_bar_file, read_quote_bars
from simulator.feeds.text import FeedError

HALF_PAST_NINE = round(datetime(2013, 10, 8, 13, 30, tzinfo=UTC).timestamp()) * SECOND


def write(folder: Path, *rows: str) -> Path:
    path = folder / "quotes.csv"
    path.write_text("".join(f"{row}\n" for row in rows), encoding="ascii")
    return path


def test_a_bar_has_the_best_at_both_ends_by_new_york_time(tmp_path: Path) -> None:
    path = write(tmp_path, "XYZ,20131008,34200000,1000,1100,900,1050,7,1010,1120,1010,1070,8")

    assert list(read_quote_bars(path)) == [QuoteBar("XYZ", "20131008", HALF_PAST_NINE, 1000, 1010, 1050, 1070)]


def test_a_side_that_is_not_there_is_nought(tmp_path: Path) -> None:
    path = write(tmp_path, "XYZ,20131008,34200000,1000,1100,900,1050,7,,,,,0")

    (bar,) = read_quote_bars(path)

    assert (bar.bid_open, bar.ask_open, bar.bid_close, bar.ask_close) == (1000, 0, 1050, 0)


def test_the_number_of_fields_tells_it_from_a_bar_of_trades(tmp_path: Path) -> None:
    assert is_quote_bar_file(write(tmp_path, "XYZ,20131008,34200000,1,1,1,1,7,2,2,2,2,8"))
    assert not is_quote_bar_file(write(tmp_path, "XYZ,20131008,34200000,1,1,1,1,7"))


@pytest.mark.parametrize(
    "row",
    [
        "XYZ,20131008,34200000,1000,900,1100,1050,7,1010,1120,1010,1070,8",
        "XYZ,20131008,34200000,1000,,900,1050,7,1010,1120,1010,1070,8",
        "XYZ,20131008,86400000,1,1,1,1,7,2,2,2,2,8",
        "XYZ,20131308,34200000,1,1,1,1,7,2,2,2,2,8",
        "XYZ,20131008,34200000,1,1,1,1,7,2,2,2",
        "XYZ",
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str) -> None:
    path = write(tmp_path, row)

    with pytest.raises(FeedError, match=r"quotes\.csv.*1: not a LEAN quote bar"):
        list(read_quote_bars(path))
