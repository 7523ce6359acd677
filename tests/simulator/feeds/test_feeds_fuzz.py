"""Whatever the bytes, a reader ends in rows or in a FeedError that names the file."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.feeds.bars import read_bars
from simulator.feeds.lean import read_quotes, read_trades
from simulator.feeds.lobster import open_day, parse_row, read_messages, read_rows
from simulator.feeds.text import FeedError

Reader = Callable[[Path], Iterable[object]]


def rows_of(path: Path) -> Iterable[object]:
    day = open_day(path)
    return [parse_row(day, number, line) for number, line in enumerate(read_rows(day), 1)]


def messages_of(path: Path) -> Iterable[object]:
    return read_messages(open_day(path))


MESSAGES = "X_2012-06-21_34200000_57600000_message_1.csv"
READERS: dict[str, tuple[str, Reader]] = {
    "messages": (MESSAGES, messages_of),
    "orderbook": (MESSAGES, rows_of),
    "trades": ("x_20131008_trade.csv", read_trades),
    "quotes": ("x_20131008_quote.csv", read_quotes),
    "bars": ("X_bars.csv", read_bars),
}
# Cells that real rows are made of, so that most of a drawn row is nearly right.
CELLS = st.one_of(
    st.sampled_from(
        ["1", "-1", "0", "34200.1", "9999999999", "Q", "D", "ffffffff", "", "timestamp", "volume", "bin_start"]
    ),
    st.integers(-10, 10**12).map(str),
    st.text(max_size=4),
)
TEXTS = st.lists(st.lists(CELLS, min_size=1, max_size=9).map(",".join), max_size=6).map("\n".join)


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
