"""Any source's book as messages: what is told is what happened, and read back it is the same book after every row."""

from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.api import SECOND, CalendarDay, Instrument, Phase, PrintKind
from simulator.book import Book
from simulator.feeds.lobster import open_day
from simulator.feeds.lobster_writer import LobsterWriter
from simulator.feeds.orders import Kind, Message
from simulator.feeds.text import midnight, parse_day
from simulator.history import History
from simulator.lone_market import LoneMarket
from simulator.recording import record
from simulator.source import MarketPort
from simulator.synthetic import SyntheticSource
from simulator.synthetic_params import SyntheticParams
from simulator.verify import LobsterCheck, verify_lobster

OPEN = midnight(parse_day("2013-06-10")) + 34_200 * SECOND
VENUES = ("XLIT", "XALT")
BUY, SELL = True, False
Act = Callable[[MarketPort], None]


class Scripted:
    """A source whose k-th step, k seconds after the open, is the k-th function."""

    def __init__(self, *acts: Act) -> None:
        self._acts = list(acts)
        self._number = 0

    @property
    def next_at(self) -> int | None:
        return OPEN + self._number * SECOND if self._number < len(self._acts) else None

    def step(self, port: MarketPort) -> None:
        self._acts[self._number](port)
        self._number += 1


def on_book(*calls: tuple[str, tuple[object, ...]]) -> Act:
    """Calls of the book of XLIT."""

    def act(port: MarketPort) -> None:
        book = port.book("XLIT", "XYZ")
        for name, arguments in calls:
            getattr(book, name)(*arguments)

    return act


def told(*acts: Act) -> list[tuple[int, int, int, int, bool]]:
    messages = record(Scripted(*acts), VENUES, "XLIT")
    return [(message.kind, message.oid, message.qty, message.px, message.is_bid) for message in messages]


def test_adds_cancels_and_trades_are_told_as_they_happened() -> None:
    assert told(
        on_book(("add", (1, BUY, 100, 30)), ("add", (2, BUY, 100, 20))),
        on_book(("reduce", (2, 5))),
        on_book(("market", (SELL, 40))),
        on_book(("delete", (2,))),
    ) == [
        (Kind.ADD, 1, 30, 100, BUY),
        (Kind.ADD, 2, 20, 100, BUY),
        (Kind.REDUCE, 2, 5, 100, BUY),
        (Kind.EXECUTE, 1, 30, 100, BUY),
        (Kind.EXECUTE, 2, 10, 100, BUY),
        (Kind.DELETE, 2, 5, 100, BUY),
    ]


def test_a_limit_order_trades_and_then_rests_its_remainder() -> None:
    assert told(on_book(("add", (1, SELL, 101, 30))), on_book(("limit", (2, BUY, 101, 50)))) == [
        (Kind.ADD, 1, 30, 101, SELL),
        (Kind.EXECUTE, 1, 30, 101, SELL),
        (Kind.ADD, 2, 20, 101, BUY),
    ]


def test_an_order_that_comes_and_trades_in_one_step_is_told_before_its_trade_and_after_what_made_way() -> None:
    assert told(
        on_book(("add", (1, SELL, 101, 30))),
        on_book(("delete", (1,)), ("add", (2, BUY, 101, 50)), ("market", (SELL, 10))),
    ) == [
        (Kind.ADD, 1, 30, 101, SELL),
        (Kind.DELETE, 1, 30, 101, SELL),
        (Kind.ADD, 2, 50, 101, BUY),
        (Kind.EXECUTE, 2, 10, 101, BUY),
    ]


def test_a_hidden_order_is_seen_when_it_trades_only() -> None:
    assert told(on_book(("add", (1, SELL, 101, 30, True))), on_book(("market", (BUY, 10)))) == [
        (Kind.EXECUTE_HIDDEN, 0, 10, 101, SELL)
    ]


def test_auctions_hidden_prints_and_halts_are_told_and_other_venues_are_not() -> None:
    def prints(port: MarketPort) -> None:
        port.tape("XLIT", "XYZ", 100, 900, kind=PrintKind.OPENING)
        port.tape("XLIT", "XYZ", 101, 40, kind=PrintKind.HIDDEN, aggressor_is_buy=False)
        port.tape("XALT", "XYZ", 100, 900, kind=PrintKind.OPENING)
        port.book("XALT", "XYZ").add(1, BUY, 100, 5)
        port.phase("XYZ", Phase.HALTED)

    assert told(prints) == [
        (Kind.CROSS, 0, 900, 100, SELL),
        (Kind.EXECUTE_HIDDEN, 0, 40, 101, BUY),
        (Kind.HALT, 0, 0, -1, SELL),
    ]


def synthetic(seed: int, seconds: int) -> SyntheticSource:
    params = SyntheticParams(events_per_second=20.0, resting_orders=80)
    session = CalendarDay("20130610", OPEN, OPEN + seconds * SECOND)
    return SyntheticSource(Instrument("ACME"), VENUES, params, session, seed)


def write(folder: Path, messages: Iterable[Message], session: CalendarDay, levels: int) -> Path:
    writer = LobsterWriter("ACME", session, levels)
    rows = [row for message in messages if (row := writer.rows(message)) is not None]
    for number, name in enumerate(writer.names):
        (folder / name).write_text("".join(f"{row[number]}\n" for row in rows))
    return folder / writer.names[0]


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), levels=st.integers(1, 12), venue=st.sampled_from(VENUES))
def test_a_synthetic_day_written_and_replayed_has_the_same_book_after_every_row(
    tmp_path_factory: pytest.TempPathFactory, seed: int, levels: int, venue: str
) -> None:
    source = synthetic(seed, 20)
    path = write(tmp_path_factory.mktemp("day"), record(source, VENUES, venue), source.day, levels)

    check = verify_lobster(open_day(path))

    assert check == LobsterCheck(check.rows, check.rows), (seed, levels, venue)
    assert check.rows > 50


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32))
def test_the_messages_of_a_synthetic_day_are_its_book_at_every_instant_order_by_order(seed: int) -> None:
    """All levels, and the queue of each: a copy driven by the messages alone beside the source's own book."""
    messages = groupby(record(synthetic(seed, 10), VENUES, "XLIT"), key=lambda message: message.at)
    original, copy = LoneMarket(*VENUES), LoneMarket("XLIT")
    source, history = synthetic(seed, 10), History("ACME", "XLIT")
    instants = 0

    for at, happened in messages:
        while original.now < at:
            assert original.step(source), seed
        for message in happened:
            history.happens(copy, copy.books["XLIT"], message)
        instants += 1
        for is_bid in (BUY, SELL):
            wanted, found = (_queues(market.books["XLIT"], is_bid) for market in (original, copy))
            assert wanted == found, (seed, at)
    assert instants > 20


def _queues(book: Book, is_bid: bool) -> dict[int, list[tuple[int, int]]]:
    """Every displayed order, (id, shares), by price and in its order."""
    return {
        px: [(oid, book.qty_of(oid)) for oid in book.orders(is_bid, px)] for px, _ in book.levels(is_bid, len(book))
    }
