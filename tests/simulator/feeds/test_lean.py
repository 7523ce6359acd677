"""LEAN tick files: what counts as a trade, of which kind, and how two rows make one national best."""

from datetime import date
from pathlib import Path

import pytest

from router.api import MILLISECOND, PrintKind
from simulator.feeds.lean import Quote, Trade, file_for, print_kind, read_quotes, read_trades
from simulator.feeds.text import FeedError, midnight

DAY = date(2013, 10, 8)
START = midnight(DAY)


def write(folder: Path, kind: str, text: str) -> Path:
    path = folder / f"xyz_20131008_{kind}.csv"
    path.write_text(text)
    return path


def test_official_values_and_suspicious_rows_are_no_trades(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "trade",
        "34200000,100,300,Q,1,0\n34200001,100,300,Q,4000000,0\n34200002,900,5,K,1,1\n34200003,101,7,D,20000020,0\n",
    )

    assert list(read_trades(path)) == [
        Trade(START + 34_200_000 * MILLISECOND, 100, 300, "Q", PrintKind.REGULAR),
        Trade(START + 34_200_003 * MILLISECOND, 101, 7, "D", PrintKind.OFF_EXCHANGE),
    ]


@pytest.mark.parametrize(
    ("conditions", "exchange", "kind"),
    [
        (0x1, "Q", PrintKind.REGULAR),
        (0x2000_0020, "Z", PrintKind.REGULAR),
        (0x1, "D", PrintKind.OFF_EXCHANGE),
        (0x2000_0040, "N", PrintKind.OPENING),
        (0x80, "N", PrintKind.CLOSING),
        (0x20_0000, "N", PrintKind.CROSS),
        (0x10_0200, "D", PrintKind.LATE),
    ],
)
def test_condition_flags_say_how_a_trade_came_about(conditions: int, exchange: str, kind: PrintKind) -> None:
    assert print_kind(conditions, exchange) is kind


def test_a_bid_row_and_its_ask_row_are_one_quote(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "quote",
        "1000,99,200,0,0,K,1,0\n1000,0,0,101,100,Q,1,0\n2000,101,300,0,0,Z,1,0\n2000,0,0,102,400,N,1,0\n",
    )

    assert list(read_quotes(path)) == [
        Quote(START + 1000 * MILLISECOND, 99, 200, "K", 101, 100, "Q"),
        # Read row by row the market would be locked for an instant at 101; it never was.
        Quote(START + 2000 * MILLISECOND, 101, 300, "Z", 102, 400, "N"),
    ]


def test_a_side_that_comes_alone_keeps_the_other(tmp_path: Path) -> None:
    path = write(tmp_path, "quote", "1000,99,200,0,0,K,1,0\n2000,98,100,0,0,Q,1,0\n3000,0,0,101,5,P,1,0\n")

    assert list(read_quotes(path)) == [
        Quote(START + 1000 * MILLISECOND, 99, 200, "K", 0, 0, ""),
        Quote(START + 2000 * MILLISECOND, 98, 100, "Q", 0, 0, ""),
        Quote(START + 3000 * MILLISECOND, 98, 100, "Q", 101, 5, "P"),
    ]


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("trade", "1000,99,200,K,xyz,0"),
        ("trade", "1000,99"),
        ("quote", "1000,99,200,0,0,K,1"),
        ("quote", "a,1,1,0,0,K,1,0"),
    ],
)
def test_a_bad_row_is_refused_with_its_file_line_and_text(tmp_path: Path, kind: str, row: str) -> None:
    path = write(tmp_path, kind, row + "\n")
    read = {"trade": read_trades, "quote": read_quotes}[kind]

    with pytest.raises(FeedError, match=rf"xyz_20131008_{kind}\.csv:1: not a LEAN {kind}: '{row}'"):
        list(read(path))


@pytest.mark.parametrize(("kind", "row"), [("trade", "1000,-99,200,K,1,0"), ("quote", "1000,99,-200,0,0,K,1,0")])
def test_below_zero_is_refused(tmp_path: Path, kind: str, row: str) -> None:
    read = {"trade": read_trades, "quote": read_quotes}[kind]

    with pytest.raises(FeedError, match=rf"{kind}\.csv:1: price and size are 0 or more: '{row}'"):
        list(read(write(tmp_path, kind, row + "\n")))


def test_a_missing_file_is_named_with_its_folder(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"xyz_20131008_quote\.csv\.xz: no such file in "):
        file_for(tmp_path, "XYZ", DAY, "quote")


@pytest.mark.real_data
def test_off_exchange_is_a_third_of_ibm(real_data_dir: Path) -> None:
    """1,910,405 of 5,562,416 shares, counted with awk from the file less its official open and close rows."""
    trades = list(read_trades(file_for(real_data_dir / "consolidated", "IBM", DAY, "trade")))

    off_exchange = sum(trade.qty for trade in trades if trade.exchange == "D")

    assert (off_exchange, sum(trade.qty for trade in trades)) == (1_910_405, 5_562_416)


@pytest.mark.real_data
@pytest.mark.parametrize("symbol", ["IBM", "BAC"])
def test_read_in_pairs_the_national_best_is_hardly_ever_crossed(real_data_dir: Path, symbol: str) -> None:
    quotes = [
        quote
        for quote in read_quotes(file_for(real_data_dir / "consolidated", symbol, DAY, "quote"))
        if START + 34_200_000 * MILLISECOND <= quote.at < START + 57_600_000 * MILLISECOND
    ]

    crossed = sum(1 for quote in quotes if quote.bid > quote.ask)

    assert crossed * 1_000 < len(quotes)
