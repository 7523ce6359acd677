"""Factor files of both layouts, and what is refused."""

from pathlib import Path

import pytest

from simulator.feeds.factors import HEADER, FactorRow, is_factor_file, read_factors
from simulator.feeds.text import FeedError


def write(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("".join(row + "\n" for row in rows))
    return path


def test_a_file_of_many_symbols_gives_the_one_that_is_asked_for(tmp_path: Path) -> None:
    rows = ("AAPL,20140806,0.9,0.25,94.97", "AAPL.1,20010101,0.1,1,5", "AAPL,20140606,0.9,0.0357143,645.57")
    path = write(tmp_path, "factors.csv", HEADER, *rows)

    assert read_factors(path, "AAPL") == [FactorRow("20140606", 0.9, 0.0357143), FactorRow("20140806", 0.9, 0.25)]
    assert read_factors(path, "IBM") == []
    assert is_factor_file(path)


def test_a_file_of_one_symbol_is_named_after_it(tmp_path: Path) -> None:
    path = write(tmp_path, "aapl.csv", "20140606,0.9,0.0357143,645.57", "20501231,1,1,0")

    assert read_factors(path, "AAPL") == [FactorRow("20140606", 0.9, 0.0357143), FactorRow("20501231", 1.0, 1.0)]
    assert read_factors(path, "IBM") == []


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("AAPL,20140606,0.9", "not a row of factors"),
        ("AAPL,yesterday,0.9,1,1", "not a date: 'yesterday'"),
        ("AAPL,20140606,0.9,0,1", "factors are above 0"),
        ("AAPL,20140606,nan,1,1", "factors are above 0"),
    ],
)
def test_a_row_that_is_no_factor_is_refused(tmp_path: Path, row: str, why: str) -> None:
    path = write(tmp_path, "factors.csv", HEADER, row)

    with pytest.raises(FeedError, match=rf"factors\.csv:2: .*{why}"):
        read_factors(path, "AAPL")
