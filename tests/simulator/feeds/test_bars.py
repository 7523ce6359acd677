"""Three shapes of bar file, one kind of bar."""

from pathlib import Path

import pytest

from simulator.feeds.bars import VolumeBar, read_bars
from simulator.feeds.text import FeedError


def write(folder: Path, text: str, name: str = "ABC_bars.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_lean_minute_bars(tmp_path: Path) -> None:
    path = write(tmp_path, "XYZ,20131008,34200000,1,1,1,1,500\nXYZ,20131008,34260000,1,1,1,1,70\n")

    assert list(read_bars(path)) == [
        VolumeBar("XYZ", "20131008", 34_200, 500),
        VolumeBar("XYZ", "20131008", 34_260, 70),
    ]


def test_utc_stamps_become_new_york_time_of_day_in_summer_and_winter(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "timestamp,open,high,low,close,volume\n2023-07-10 13:30:00,1,1,1,1,250.0\n2024-01-08 14:30:00,1,1,1,1,10\n",
    )

    assert list(read_bars(path)) == [
        VolumeBar("ABC", "20230710", 34_200, 250),
        VolumeBar("ABC", "20240108", 34_200, 10),
    ]


def test_a_matrix_has_a_column_a_day(tmp_path: Path) -> None:
    path = write(tmp_path, "bin_start,2019-01-02,2019-01-03\n09:30,10.0,3434768.856\n09:45,,7\n")

    assert list(read_bars(path)) == [
        VolumeBar("ABC", "20190102", 34_200, 10),
        VolumeBar("ABC", "20190103", 34_200, 3_434_769),
        VolumeBar("ABC", "20190103", 35_100, 7),
    ]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "ABC_bars.csv: empty file"),
        ("a,b\n", ":1: neither LEAN bars, nor "),
        ("XYZ,20131008,34200000,1,1,1,1,-5\n", r":1: not a LEAN bar \(volume below 0: '-5'\)"),
        ("timestamp,volume\n2023-07-10,1\nsoon,1\n", ":3: not a timestamped bar "),
        ("bin_start,2019-01-02\n09:30,1,2\n", ":2: 2 volumes, 1 dates in the header"),
        ("bin_start,2019-01-02\n09:30,many\n", r":2: not a row of the matrix \(not a volume: 'many'\)"),
        ("bin_start,monday\n", ":1: not a date: 'monday'"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_value(tmp_path: Path, text: str, refusal: str) -> None:
    path = write(tmp_path, text)

    with pytest.raises(FeedError, match=refusal):
        list(read_bars(path))
