"""Exact numbers, local midnights and refusals of the text layer."""

import lzma
from datetime import date
from pathlib import Path

import pytest

from simulator.feeds.text import FeedError, decimal_to_int, lines, midnight, parse_day


@pytest.mark.parametrize("name", ["plain.csv", "packed.csv.xz"])
def test_a_file_reads_the_same_plain_or_packed(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = "a,1\r\nb,2\n"
    path.write_bytes(lzma.compress(text.encode()) if path.suffix == ".xz" else text.encode())

    assert list(lines(path)) == ["a,1", "b,2"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"gone\.csv: no such file in "):
        list(lines(tmp_path / "gone.csv"))


def test_a_broken_archive_is_a_feed_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.csv.xz"
    path.write_bytes(b"not xz")

    with pytest.raises(FeedError, match=r"broken\.csv\.xz: unreadable"):
        list(lines(path))


@pytest.mark.parametrize(
    ("day", "hours_behind_utc"),
    [(date(2012, 6, 21), 4), (date(2013, 1, 8), 5)],
    ids=["summer", "winter"],
)
def test_midnight_is_new_yorks(day: date, hours_behind_utc: int) -> None:
    days_since_epoch = (day - date(1970, 1, 1)).days

    assert midnight(day) == (days_since_epoch * 24 + hours_behind_utc) * 3_600 * 1_000_000_000


@pytest.mark.parametrize(
    ("text", "quanta"), [("0.29", 2_900), ("4.35", 43_500), ("-1.5", -15_000), ("7", 70_000), ("2.00010", 20_001)]
)
def test_decimals_are_exact(text: str, quanta: int) -> None:
    assert decimal_to_int(text, 4) == quanta


@pytest.mark.parametrize("text", ["1.00001", "", "1e5", "1,5", "abc"])
def test_what_is_finer_than_the_scale_or_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a number of at most 4 decimals"):
        decimal_to_int(text, 4)


def test_a_bad_date_is_named() -> None:
    with pytest.raises(ValueError, match="not a date: '2013-13-01'"):
        parse_day("2013-13-01")
