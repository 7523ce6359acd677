"""Per-order crypto CSV: exact units, fills told from withdrawals, takers held back, and what is refused."""

from datetime import date
from pathlib import Path

import pytest

from router.api import MILLISECOND, SECOND, CalendarDay
from simulator.feeds.crypto import HEADER, PRICE_SCALE, CryptoFeed, first_day, open_crypto
from simulator.feeds.orders import Counts, Kind, Message
from simulator.feeds.text import FeedError

T0 = 1_430_438_404_518
"""2015-05-01 00:00:04.518 UTC, in ms."""


def feed(folder: Path, *rows: str, scale: int = PRICE_SCALE) -> CryptoFeed:
    """Rows are `id,ms after T0,price,volume,action,direction`."""
    written = [HEADER]
    for row in rows:
        ref, ms, *rest = row.split(",")
        written.append(",".join([ref, str(T0 + int(ms)), "0", *rest]))
    path = folder / "orders.csv"
    path.write_text("\n".join(written) + "\n")
    return open_crypto(path, "BTCUSD", scale)


def at(ms: int) -> int:
    return (T0 + ms) * MILLISECOND


def test_what_leaves_an_order_that_is_changed_or_ends_empty_was_executed(tmp_path: Path) -> None:
    read = feed(
        tmp_path,
        "7,0,236.47,200000000,created,bid",
        "7,5,236.47,178855669,changed,bid",
        "8,6,240.00,50,created,ask",
        "7,7,236.47,78855669,deleted,bid",
        "8,9,240.00,0,deleted,ask",
    )

    assert list(read.messages()) == [
        Message(at(0), Kind.ADD, 1, 200_000_000, 23_647, is_bid=True),
        Message(at(5), Kind.EXECUTE, 1, 21_144_331, 23_647, is_bid=True),
        Message(at(6), Kind.ADD, 2, 50, 24_000, is_bid=False),
        Message(at(7), Kind.EXECUTE, 1, 100_000_000, 23_647, is_bid=True),
        Message(at(7), Kind.DELETE, 1, 78_855_669, 23_647, is_bid=True),
        Message(at(9), Kind.EXECUTE, 2, 50, 24_000, is_bid=False),
    ]


def test_a_taker_s_own_rows_are_no_executions(tmp_path: Path) -> None:
    read = feed(
        tmp_path,
        "1,0,236.47,30,created,ask",
        "2,1,236.50,50,created,bid",
        "2,2,236.50,20,changed,bid",
        "1,2,236.47,0,deleted,ask",
    )

    assert list(read.messages()) == [
        Message(at(0), Kind.ADD, 1, 30, 23_647, is_bid=False),
        Message(at(2), Kind.EXECUTE, 1, 30, 23_647, is_bid=False),
        Message(at(2), Kind.ADD, 2, 20, 23_650, is_bid=True),
    ]
    assert read.counts == Counts(rows=4, messages=3, crossed=1, held_max_ns=MILLISECOND)


def test_a_market_order_s_price_walks_through_the_book_and_its_fills_are_told_once(tmp_path: Path) -> None:
    """It sells 50 at the market: 30 trade at 236.47, 15 at 236.40; 1 is lost to rounding, the rest withdrawn."""
    read = feed(
        tmp_path,
        "1,0,236.47,30,created,bid",
        "2,0,236.40,15,created,bid",
        "3,1,236.90,50,created,ask",
        "3,2,236.47,50,changed,ask",
        "1,3,236.47,0,deleted,bid",
        "3,3,236.47,20,changed,ask",
        "3,4,236.40,19,changed,ask",
        "2,5,236.40,0,deleted,bid",
        "3,5,236.40,4,changed,ask",
        "3,6,236.40,4,deleted,ask",
    )

    assert list(read.messages()) == [
        Message(at(0), Kind.ADD, 1, 30, 23_647, is_bid=True),
        Message(at(0), Kind.ADD, 2, 15, 23_640, is_bid=True),
        Message(at(1), Kind.ADD, 3, 50, 23_690, is_bid=False),
        Message(at(2), Kind.DELETE, 3, 50, 23_690, is_bid=False),
        Message(at(3), Kind.EXECUTE, 1, 30, 23_647, is_bid=True),
        Message(at(3), Kind.ADD, 4, 20, 23_647, is_bid=False),
        Message(at(4), Kind.DELETE, 4, 20, 23_647, is_bid=False),
        Message(at(5), Kind.EXECUTE, 2, 15, 23_640, is_bid=True),
        Message(at(5), Kind.ADD, 5, 4, 23_640, is_bid=False),
        Message(at(6), Kind.DELETE, 5, 4, 23_640, is_bid=False),
    ]


def test_orders_of_before_the_file_and_orders_that_grow_are_counted(tmp_path: Path) -> None:
    read = feed(
        tmp_path,
        "1,0,236.00,0,deleted,bid",
        "2,1,236.00,5,changed,bid",
        "3,2,236.00,5,created,bid",
        "3,3,236.00,9,changed,bid",
        "3,4,236.00,5,changed,bid",
        "3,5,236.00,9,deleted,bid",
    )

    assert list(read.messages()) == [
        Message(at(2), Kind.ADD, 1, 5, 23_600, is_bid=True),
        Message(at(5), Kind.DELETE, 1, 5, 23_600, is_bid=True),
    ]
    assert read.counts == Counts(rows=6, messages=2, unknown=2, excess=2)


def test_the_session_and_the_date_are_the_file_s(tmp_path: Path) -> None:
    read = feed(tmp_path, "1,0,236.00,5,created,bid", "1,1500,236.00,5,deleted,bid")

    assert read.session == CalendarDay("20150501", 1_430_438_404 * SECOND, 1_430_438_407 * SECOND)
    assert first_day(tmp_path / "orders.csv") == date(2015, 5, 1)


def test_a_price_that_the_instrument_cannot_say_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"orders\.csv:2: price 236\.47 a coin is finer than .* price_scale 10000 "):
        feed(tmp_path, "1,0,236.47,5,created,bid", scale=10_000)


@pytest.mark.parametrize(
    "row",
    [
        "1,0,236.47,5,created",
        "1,0,236.47,5,created,buy",
        "1,0,236.47,5,amended,bid",
        "1,0,236.47,0,created,bid",
        "1,0,236.47,-1,changed,bid",
        "1,0,0,5,created,bid",
        "1,0,much,5,created,bid",
        "1,0,236.123456789,5,created,bid",
    ],
    ids=["short", "side", "action", "no-volume", "below-0", "no-price", "text", "too-fine"],
)
def test_a_bad_row_is_refused_with_its_file_line_and_text(tmp_path: Path, row: str) -> None:
    with pytest.raises(FeedError, match=r"^orders\.csv:3: not an order event: '"):
        feed(tmp_path, "9,0,236.47,5,created,bid", row)


def test_a_file_of_another_header_without_rows_or_out_of_order_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("time,price\n")

    with pytest.raises(FeedError, match=r"other\.csv:1: the header is not id,timestamp,"):
        open_crypto(path, "BTCUSD", PRICE_SCALE)
    with pytest.raises(FeedError, match="no rows"):
        feed(tmp_path)
    with pytest.raises(FeedError, match=r"orders\.csv:3: time runs backwards"):
        feed(tmp_path, "1,5,236.47,5,created,bid", "1,4,236.47,0,deleted,bid")
    with pytest.raises(FeedError, match=r"orders\.csv:2: not milliseconds since 1970"):
        feed(tmp_path, f"1,{10**15},236.47,5,created,bid")


@pytest.mark.real_data
def test_the_real_file_leaves_nobody_held_back_and_no_row_unexplained(real_data_dir: Path) -> None:
    path = real_data_dir / "orderflow" / "bitstamp_btcusd_2015-05-01_orders.csv.xz"

    read = open_crypto(path, "BTCUSD", PRICE_SCALE)
    messages = list(read.messages())

    assert len(messages) == read.counts.messages
    assert read.counts == Counts(
        rows=50_414, messages=49_382, unknown=213, crossed=378, repriced=36, held_max_ns=584 * MILLISECOND
    )
