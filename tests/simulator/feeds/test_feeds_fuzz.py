"""Whatever the bytes, a reader ends in rows or in a FeedError that names the file."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.feeds import crypto, factors, ohlc
from simulator.feeds.bars import read_bars
from simulator.feeds.crypto import PRICE_SCALE, open_crypto
from simulator.feeds.factors import read_factors
from simulator.feeds.lean import read_quotes, read_trades
from simulator.feeds.lobster import open_day, parse_row, read_messages, read_rows
from simulator.feeds.ohlc import read_all_ohlc, read_ohlc
from simulator.feeds.pitch import open_pitch
from simulator.feeds.quote_bars import read_quote_bars
from simulator.feeds.text import FeedError

Reader = Callable[[Path], Iterable[object]]


def rows_of(path: Path) -> Iterable[object]:
    day = open_day(path)
    return [parse_row(day, number, line) for number, line in enumerate(read_rows(day), 1)]


def messages_of(path: Path) -> Iterable[object]:
    return read_messages(open_day(path))


def pitch_of(path: Path) -> Iterable[object]:
    return open_pitch(path, "SPY", date(2008, 1, 2)).messages()


def crypto_of(path: Path) -> Iterable[object]:
    return open_crypto(path, "BTCUSD", PRICE_SCALE).messages()


def ohlc_of(path: Path) -> Iterable[object]:
    return read_ohlc(path, "X", date(2013, 10, 8))


def factors_of(path: Path) -> Iterable[object]:
    return read_factors(path, "X")


MESSAGES = "X_2012-06-21_34200000_57600000_message_1.csv"
READERS: dict[str, tuple[str, Reader]] = {
    "messages": (MESSAGES, messages_of),
    "orderbook": (MESSAGES, rows_of),
    "trades": ("x_20131008_trade.csv", read_trades),
    "quotes": ("x_20131008_quote.csv", read_quotes),
    "bars": ("X_bars.csv", read_bars),
    "pitch": ("pitch.txt", pitch_of),
    "crypto": ("orders.csv", crypto_of),
    "ohlc": ("X_bars.csv", ohlc_of),
    "whole ohlc": ("X_bars.csv", read_all_ohlc),
    "quote bars": ("X_bars.csv", read_quote_bars),
    "factors": ("X_factors.csv", factors_of),
}
# Cells that real rows are made of, so that most of a drawn row is nearly right.
CELLS = st.one_of(
    st.sampled_from(
        ["1", "-1", "0", "34200.1", "9999999999", "Q", "D", "ffffffff", "", "timestamp", "volume", "bin_start"]
    ),
    st.sampled_from(["X", "20131008", "2013-10-08 13:30:00", "created", "bid", "1430438404518", "1e99", "NaN"]),
    st.integers(-10, 10**12).map(str),
    st.text(max_size=4),
)
# Whole rows that are right, so that what follows one is read, too.
ROWS = st.sampled_from(
    [
        crypto.HEADER,
        factors.HEADER,
        ohlc.HEADER,
        "X,20131008,0.9,0.5,100",
        "X,20131008 09:30,1,1,1,1,1",
        "1,1430438404518,0,236.47,5,created,bid",
        "X,20131008,34200000,1,1,1,1,1",
        "X,20131008,34200000,1,1,1,1,1,,,,,0",
        "S28800011AAK27GA0000DTB000100SPY   0000619200Y",
        "S28800012XAK27GA0000DT000100",
        "S28800012sSPY     ",
    ]
)
TEXTS = st.lists(ROWS | st.lists(CELLS, min_size=1, max_size=9).map(",".join), max_size=6).map("\n".join)


@pytest.mark.slow
@pytest.mark.parametrize("what", READERS)
@given(data=st.one_of(TEXTS.map(lambda text: text.encode("utf-8", "replace")), st.binary(max_size=60)))
def test_a_reader_gives_rows_or_names_the_file(
    tmp_path_factory: pytest.TempPathFactory, what: str, data: bytes
) -> None:
    name, read = READERS[what]
    folder = tmp_path_factory.mktemp("feed")
    names = (name, name.replace("message", "orderbook"))
    for each in names:
        (folder / each).write_bytes(data)

    refused = ""
    rows: list[object] = []
    try:
        rows = list(read(folder / name))
    except FeedError as error:
        refused = str(error)

    assert not refused or refused.startswith(names)
    # A matrix of bars has a row a cell; nothing else has more rows than lines.
    assert len(rows) <= sum(map(data.count, (b"\n", b"\r", b","))) + 1
