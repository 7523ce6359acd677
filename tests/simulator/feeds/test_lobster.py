"""LOBSTER files: exact nanoseconds, the pair of files, and the book before the first message."""

from datetime import date
from pathlib import Path

import pytest

from router.api import SECOND
from simulator.feeds.lobster import BookRow, Kind, Message, book_before, open_day, parse_row, read_messages, read_rows
from simulator.feeds.text import FeedError, midnight

START = midnight(date(2012, 6, 21))


def write_day(folder: Path, messages: str, rows: str, levels: int = 1) -> Path:
    for kind, text in (("message", messages), ("orderbook", rows)):
        (folder / f"XYZ_2012-06-21_34200000_57600000_{kind}_{levels}.csv").write_text(text)
    return folder / f"XYZ_2012-06-21_34200000_57600000_message_{levels}.csv"


def test_the_file_name_gives_symbol_session_and_levels(tmp_path: Path) -> None:
    day = open_day(write_day(tmp_path, "", "", levels=3))

    assert (day.symbol, day.day, day.levels) == ("XYZ", date(2012, 6, 21), 3)
    assert (day.open - START, day.close - START) == (34_200 * SECOND, 57_600 * SECOND)


def test_time_is_counted_in_digits_never_through_a_float(tmp_path: Path) -> None:
    day = open_day(write_day(tmp_path, "34200.05990197,4,158,300,5794000,1\n34200.113246707,1,9,5,100,-1\n", ""))

    assert list(read_messages(day)) == [
        Message(START + 34_200_059_901_970, Kind.EXECUTE, 158, 300, 5_794_000, True),
        Message(START + 34_200_113_246_707, Kind.ADD, 9, 5, 100, False),
    ]


@pytest.mark.parametrize(
    "row",
    [
        "34200.1,9,1,1,1,1",
        "34200.1,1,1,1,1,2",
        "34200.1,1,1,1,1",
        "34200.1,1,1,1.5,1,1",
        "34200.1234567890,1,1,1,1,1",
        "",
        "34200.1,1,1,0,1,1",
        "34200.1,4,1,1,-1,1",
        f"34200.1,1,{1 << 60},1,1,1",
    ],
    ids=["type", "side", "short", "size", "too-fine", "blank", "no-shares", "no-price", "id"],
)
def test_a_bad_row_is_refused_with_its_file_line_and_text(tmp_path: Path, row: str) -> None:
    day = open_day(write_day(tmp_path, f"34200.0,1,1,1,1,1\n{row}\n", ""))

    with pytest.raises(FeedError, match=r"XYZ_.*_message_1\.csv:2: not a LOBSTER message: '"):
        list(read_messages(day))


def test_empty_levels_are_left_out_of_a_row(tmp_path: Path) -> None:
    row = "101,5,100,7,9999999999,0,-9999999999,0"
    day = open_day(write_day(tmp_path, "", row + "\n", levels=2))

    [line] = read_rows(day)

    assert parse_row(day, 1, line) == BookRow(asks=((101, 5),), bids=((100, 7),))


def test_a_row_of_another_width_is_refused(tmp_path: Path) -> None:
    day = open_day(write_day(tmp_path, "", "101,5,100,7\n", levels=2))

    with pytest.raises(FeedError, match=r"orderbook_2\.csv:1: 4 fields, 8 wanted for 2 levels"):
        list(read_rows(day))


def test_a_row_of_no_numbers_is_refused(tmp_path: Path) -> None:
    day = open_day(write_day(tmp_path, "", ""))

    with pytest.raises(FeedError, match=r":3: not a LOBSTER orderbook row: 'a,1,2,3'"):
        parse_row(day, 3, "a,1,2,3")


def test_either_file_names_the_pair_and_both_must_be_there(tmp_path: Path) -> None:
    message_file = write_day(tmp_path, "", "")
    orderbook_file = Path(str(message_file).replace("message", "orderbook"))
    assert open_day(orderbook_file) == open_day(message_file)

    orderbook_file.unlink()

    with pytest.raises(FeedError, match="the orderbook file must lie beside"):
        open_day(message_file)


def test_a_strange_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="not a LOBSTER file name"):
        open_day(tmp_path / "trades.csv")


@pytest.mark.parametrize(
    ("message", "bids_before"),
    [
        (Message(0, Kind.ADD, 1, 5, 100, True), ((99, 4),)),
        (Message(0, Kind.ADD, 1, 2, 100, True), ((100, 3), (99, 4))),
        (Message(0, Kind.EXECUTE, 1, 2, 100, True), ((100, 7), (99, 4))),
        (Message(0, Kind.DELETE, 1, 2, 101, True), ((101, 2), (100, 5), (99, 4))),
        (Message(0, Kind.EXECUTE_HIDDEN, 0, 2, 101, True), ((100, 5), (99, 4))),
        (Message(0, Kind.ADD, 1, 2, 105, False), ((100, 5), (99, 4))),
    ],
    ids=["add-of-all", "add-to", "execute", "delete-of-all", "hidden", "other-side"],
)
def test_the_book_before_a_message_is_its_row_undone(
    message: Message, bids_before: tuple[tuple[int, int], ...]
) -> None:
    row = BookRow(asks=((105, 2),), bids=((100, 5), (99, 4)))

    before = book_before(message, row)

    assert before.bids == bids_before
    assert before.asks == (() if not message.is_bid else row.asks)


@pytest.mark.real_data
def test_goog_has_the_counts_that_its_source_states(real_data_dir: Path) -> None:
    [path] = (real_data_dir / "orderflow").glob("GOOG_*_message_10.csv.xz")
    counts = dict.fromkeys(Kind, 0)

    for message in read_messages(open_day(path)):
        counts[Kind(message.kind)] += 1

    assert [counts[kind] for kind in Kind] == [71_258, 19, 64_961, 7_765, 3_913, 0, 0]
