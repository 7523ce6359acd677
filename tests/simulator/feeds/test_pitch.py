"""PITCH as text: fixed fields, base-36 ids, one symbol of many, and what is refused."""

from datetime import date
from pathlib import Path

import pytest

from router.api import MILLISECOND, SECOND, CalendarDay
from simulator.feeds.orders import Counts, Kind, Message
from simulator.feeds.pitch import PitchFeed, open_pitch
from simulator.feeds.text import FeedError, midnight

DAY = date(2008, 1, 2)
START = midnight(DAY)
OLDER, NEWER, OTHER = "AK27GA0000DT", "1K27GA00000Y", "ZK27GA00000Z"


def write(folder: Path, *rows: str) -> Path:
    path = folder / "pitch.txt"
    path.write_text("".join(row + "\n" for row in rows))
    return path


def add(ms: int, oid: str, side: str, qty: int, symbol: str, px: int) -> str:
    return f"S{ms:08}A{oid}{side}{qty:06}{symbol:<6}{px:010}Y"


def feed(folder: Path, *rows: str) -> PitchFeed:
    return open_pitch(write(folder, *rows), "SPY", DAY)


def at(ms: int) -> int:
    return START + ms * MILLISECOND


def test_a_symbol_s_orders_are_read_out_of_many(tmp_path: Path) -> None:
    read = feed(
        tmp_path,
        add(28_800_011, OLDER, "B", 1_000, "SPY", 1_424_100),
        add(28_800_012, OTHER, "B", 100, "IWM", 763_600),
        add(28_800_013, NEWER, "S", 200, "SPY", 1_424_300),
        f"S28800168X{OTHER}000100",
        f"S28800169X{OLDER}000400",
        f"S28803224E{NEWER}00020000004AQ00001",
        f"S28803225X{OLDER}000600",
    )

    assert list(read.messages()) == [
        Message(at(28_800_011), Kind.ADD, 1, 1_000, 1_424_100, is_bid=True),
        Message(at(28_800_013), Kind.ADD, 2, 200, 1_424_300, is_bid=False),
        Message(at(28_800_169), Kind.REDUCE, 1, 400, 1_424_100, is_bid=True),
        Message(at(28_803_224), Kind.EXECUTE, 2, 200, 1_424_300, is_bid=False),
        Message(at(28_803_225), Kind.DELETE, 1, 600, 1_424_100, is_bid=True),
    ]
    assert read.counts == Counts(rows=5, messages=5)


def test_the_long_forms_and_a_file_without_the_sequence_letter(tmp_path: Path) -> None:
    read = feed(
        tmp_path,
        f"28800011d{OLDER}B000100SPY     0001424100YMPID",
        f"28800012r{NEWER}B000050SPY     000142400000004AQ00001",
    )

    assert list(read.messages()) == [
        Message(at(28_800_011), Kind.ADD, 1, 100, 1_424_100, is_bid=True),
        Message(at(28_800_012), Kind.EXECUTE_HIDDEN, 0, 50, 1_424_000, is_bid=True),
    ]


def test_hidden_trades_halts_and_a_cleared_symbol(tmp_path: Path) -> None:
    read = feed(
        tmp_path,
        add(1, OLDER, "B", 100, "SPY", 10_000),
        f"S00000002P{NEWER}S000070SPY   0000010100000N4AQ00003",
        "S00000003HSPY     H0XX",
        "S00000004HSPY     Q0XX",
        "S00000005HSPY     T0XX",
        "S00000006sIWM     ",
        "S00000007sSPY     ",
    )

    assert list(read.messages())[1:] == [
        Message(at(2), Kind.EXECUTE_HIDDEN, 0, 70, 10_100, is_bid=False),
        Message(at(3), Kind.HALT, 0, 0, -1, is_bid=False),
        Message(at(4), Kind.HALT, 0, 0, 0, is_bid=False),
        Message(at(5), Kind.HALT, 0, 0, 1, is_bid=False),
        Message(at(7), Kind.DELETE, 1, 100, 10_000, is_bid=True),
    ]


def test_an_order_of_no_symbol_is_unknown_and_what_is_not_read_is_passed_over(tmp_path: Path) -> None:
    read = feed(
        tmp_path,
        add(1, OLDER, "B", 100, "SPY", 10_000),
        f"S00000002X{NEWER}000100",
        "S00000003B00004AQ00001",
        "S00000004Jwhatever",
    )

    assert len(list(read.messages())) == 1
    assert read.counts == Counts(rows=2, messages=1, unknown=1)


def test_the_session_is_what_the_file_covers(tmp_path: Path) -> None:
    read = feed(tmp_path, add(28_800_011, OLDER, "B", 100, "SPY", 10_000), f"S28963734X{OLDER}000100")

    assert read.session == CalendarDay("20080102", START + 28_800 * SECOND, START + 28_964 * SECOND)


@pytest.mark.parametrize(
    "row",
    [
        "",
        "S2880001",
        "S28800011",
        f"S28800011U{OLDER}000100",
        f"S28800011X{OLDER}0100",
        f"S28800011X{OLDER}000000",
        f"S28800011A{OLDER}X000100SPY   0000010000Y",
        f"S28800011A{OLDER}B000100SPY   0000000000Y",
        f"S86400000X{OLDER}000100",
        "S28800011HSPY     Z0XX",
    ],
    ids=["blank", "cut", "no-letter", "letter", "narrow", "no-shares", "side", "no-price", "midnight", "status"],
)
def test_a_bad_row_is_refused_with_its_file_line_and_text(tmp_path: Path, row: str) -> None:
    with pytest.raises(FeedError, match=r"^pitch\.txt:2: not a PITCH message: '"):
        feed(tmp_path, add(1, OLDER, "B", 100, "SPY", 10_000), row)


def test_a_file_without_the_symbol_or_out_of_order_or_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"no order of SPY among 1 symbols \(IWM, \.\.\.\)"):
        feed(tmp_path, add(1, OLDER, "B", 100, "IWM", 10_000))
    with pytest.raises(FeedError, match=r"pitch\.txt:2: time runs backwards, from 5 ms"):
        feed(tmp_path, add(5, OLDER, "B", 100, "SPY", 10_000), f"S00000004X{OLDER}000100")
    with pytest.raises(FeedError, match="empty file"):
        feed(tmp_path)


@pytest.mark.real_data
def test_every_row_of_the_exchange_s_sample_is_read(real_data_dir: Path) -> None:
    path = real_data_dir / "orderflow" / "bats_pitch_example_data.txt.xz"

    feeds = {symbol: open_pitch(path, symbol, DAY) for symbol in ("IWM", "SPY", "AAPL", "DRYS")}
    read = {symbol: len(list(each.messages())) for symbol, each in feeds.items()}

    assert read == {"IWM": 3_908, "SPY": 3_381, "AAPL": 90, "DRYS": 167}
    assert {symbol: each.counts.messages for symbol, each in feeds.items()} == read
    assert [each.counts.unknown + each.counts.excess + each.counts.crossed for each in feeds.values()] == [0] * 4
