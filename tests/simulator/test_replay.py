"""A LOBSTER day in one book: without us it is the file, row by row; with us, nobody's shares are spent twice."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.api import SECOND, Phase, PrintKind
from simulator.book import Book, Trade
from simulator.feeds.lobster import EMPTY, BookRow, Kind, open_day, parse_row, read_messages
from simulator.feeds.text import FeedError, midnight
from simulator.history import UNSEEN
from simulator.replay import LobsterSource
from support.fake_port import FakePort, Printed

OPEN = midnight(date(2012, 6, 21)) + 34_200 * SECOND
VENUE = "XLIT"
BUY, SELL = True, False
ADD, REDUCE, DELETE, EXECUTE, HIDDEN, HALT = 1, 2, 3, 4, 5, 7

Row = tuple[int, int, int, int, bool]
"""(type, order id, shares, price, is_bid); row k happens k seconds after the open."""


class History:
    """Writes the two files of a day: rows are counted here, naively, from the messages."""

    def __init__(self, folder: Path, opening: BookRow, levels: int = 10) -> None:
        self._folder = folder
        self._levels = levels
        self._sides = {BUY: dict(opening.bids), SELL: dict(opening.asks)}
        self.messages: list[str] = []
        self.rows: list[str] = []

    def happens(self, *events: Row) -> "History":
        for kind, oid, qty, px, is_bid in events:
            side = self._sides[is_bid]
            if kind in {ADD, REDUCE, DELETE, EXECUTE}:
                side[px] = side.get(px, 0) + (qty if kind == ADD else -qty)
                if not side[px]:
                    del side[px]
            self.messages.append(f"{34_200 + len(self.messages)},{kind},{oid},{qty},{px},{1 if is_bid else -1}")
            self.rows.append(",".join(self._row()))
        return self

    def _row(self) -> list[str]:
        asks, bids = sorted(self._sides[SELL].items()), sorted(self._sides[BUY].items(), reverse=True)
        fields: list[str] = []
        for level in range(self._levels):
            for side, none in ((asks, EMPTY), (bids, -EMPTY)):
                fields += map(str, side[level] if level < len(side) else (none, 0))
        return fields

    def source(self) -> LobsterSource:
        stem = "XYZ_2012-06-21_34200000_57600000_{}_" + f"{self._levels}.csv"
        (self._folder / stem.format("message")).write_text("\n".join(self.messages) + "\n")
        (self._folder / stem.format("orderbook")).write_text("\n".join(self.rows) + "\n")
        return LobsterSource(open_day(self._folder / stem.format("message")), VENUE)


OPENING = BookRow(asks=((102, 50), (103, 80)), bids=((100, 30), (99, 70)))


def replay(source: LobsterSource, until_row: int, port: FakePort | None = None) -> tuple[FakePort, Book]:
    port = port or FakePort(VENUE)
    port.run(source, OPEN + until_row * SECOND)
    return port, port.books[VENUE]


def test_the_opening_book_is_the_first_row_before_its_message(tmp_path: Path) -> None:
    source = History(tmp_path, OPENING).happens((EXECUTE, 7, 10, 100, BUY)).source()

    port, book = replay(source, 0)

    assert book.levels(BUY, 9) == [(100, 20), (99, 70)]
    assert book.levels(SELL, 9) == [(102, 50), (103, 80)]
    assert port.trades() == [Trade(100, 10, UNSEEN, 0, False, False, 20)]


def test_without_us_the_book_is_historys(tmp_path: Path) -> None:
    source = (
        History(tmp_path, OPENING)
        .happens(
            (ADD, 1, 40, 101, BUY),
            (REDUCE, 1, 15, 101, BUY),
            (EXECUTE, 1, 5, 101, BUY),
            (ADD, 2, 60, 102, SELL),
            (EXECUTE, 9, 50, 102, SELL),
            (DELETE, 1, 20, 101, BUY),
        )
        .source()
    )

    port, book = replay(source, 5)

    assert book.levels(BUY, 9) == [(100, 30), (99, 70)]
    assert book.levels(SELL, 9) == [(102, 60), (103, 80)]
    assert [(trade.px, trade.qty) for trade in port.trades()] == [(101, 5), (102, 50)]
    assert source.next_at is None


def test_an_execution_hits_us_where_we_stand_before_its_order_and_is_spent_once(tmp_path: Path) -> None:
    source = (
        History(tmp_path, OPENING)
        .happens((ADD, 1, 40, 101, BUY), (ADD, 2, 60, 101, BUY), (EXECUTE, 2, 50, 101, BUY))
        .source()
    )
    port, book = replay(source, 0)
    book.post(-1, BUY, 101, 30)

    replay(source, 2, port)

    assert port.trades() == [
        Trade(101, 30, -1, 0, False, False, 0),
        # History gave order 2 fifty; thirty were ours, and it leaves with the rest as it did in history.
        Trade(101, 20, 2, 0, False, False, 10),
    ]
    assert book.levels(BUY, 1) == [(101, 50)]


def test_an_execution_of_an_order_before_us_leaves_us_waiting(tmp_path: Path) -> None:
    source = History(tmp_path, OPENING).happens((ADD, 1, 40, 101, BUY), (EXECUTE, 1, 40, 101, BUY)).source()
    port, book = replay(source, 0)
    book.post(-1, BUY, 101, 30)
    assert book.ahead(-1) == 40

    replay(source, 1, port)

    assert port.trades() == [Trade(101, 40, 1, 0, False, False, 0)]
    assert (book.leaves(-1), book.ahead(-1)) == (30, 0)


def test_our_better_price_is_hit_first(tmp_path: Path) -> None:
    source = History(tmp_path, OPENING).happens((ADD, 1, 1, 90, BUY), (EXECUTE, 9, 30, 100, BUY)).source()
    port, book = replay(source, 0)
    book.post(-1, BUY, 101, 12)

    replay(source, 1, port)

    assert [(trade.px, trade.qty, trade.maker) for trade in port.trades()] == [(101, 12, -1), (100, 18, UNSEEN)]
    assert book.level(BUY, 100) == 0


def test_a_later_execution_trades_only_what_we_left(tmp_path: Path) -> None:
    source = History(tmp_path, OPENING).happens((ADD, 1, 100, 101, SELL), (EXECUTE, 1, 100, 101, SELL)).source()
    port, book = replay(source, 0)
    book.take(-1, BUY, 60, 101)
    port.trades()

    replay(source, 1, port)

    assert port.trades() == [Trade(101, 40, 1, 0, True, False, 0)]
    assert book.level(SELL, 101) == 0


@pytest.mark.parametrize(
    ("cancel", "stays"),
    [((REDUCE, 1, 50, 101, SELL), 40), ((REDUCE, 1, 70, 101, SELL), 30), ((DELETE, 1, 100, 101, SELL), 0)],
    ids=["all-absorbed", "part-absorbed", "gone"],
)
def test_a_later_cancel_of_shares_that_we_took_is_absorbed(tmp_path: Path, cancel: Row, stays: int) -> None:
    """We took 60 of 100: what history withdraws comes out of those first."""
    source = History(tmp_path, OPENING).happens((ADD, 1, 100, 101, SELL), cancel).source()
    port, book = replay(source, 0)
    book.take(-1, BUY, 60, 101)
    port.trades()

    replay(source, 1, port)

    assert book.level(SELL, 101) == stays
    assert port.trades() == []


def test_an_execution_that_finds_its_order_taken_by_us_hits_ours_next_in_line(tmp_path: Path) -> None:
    source = History(tmp_path, OPENING).happens((ADD, 1, 50, 101, SELL), (EXECUTE, 1, 50, 101, SELL)).source()
    port, book = replay(source, 0)
    book.take(-1, BUY, 50, 101)
    book.post(-2, SELL, 101, 20)
    port.trades()

    replay(source, 1, port)

    assert port.trades() == [Trade(101, 20, -2, 0, True, False, 0)]


def test_a_historical_order_that_crosses_ours_trades_and_rests_the_remainder(tmp_path: Path) -> None:
    source = (
        History(tmp_path, OPENING)
        .happens((ADD, 1, 1, 90, BUY), (ADD, 2, 50, 101, BUY), (DELETE, 2, 50, 101, BUY))
        .source()
    )
    port, book = replay(source, 0)
    book.post(-1, SELL, 101, 20)

    replay(source, 1, port)

    assert port.trades() == [Trade(101, 20, -1, 2, True, False, 0)]
    assert book.level(BUY, 101) == 30

    replay(source, 2, port)

    assert book.level(BUY, 101) == 0


def test_a_hidden_execution_meets_our_better_price_and_prints_the_rest(tmp_path: Path) -> None:
    source = History(tmp_path, OPENING).happens((ADD, 1, 1, 90, BUY), (HIDDEN, 0, 50, 101, SELL)).source()
    port, book = replay(source, 0)
    book.post(-1, SELL, 101, 20)

    replay(source, 1, port)

    assert port.trades() == [Trade(101, 20, -1, 0, True, False, 0)]
    assert port.tapes == [Printed(VENUE, 101, 30, PrintKind.HIDDEN, True)]


def test_halt_quoting_and_resumption(tmp_path: Path) -> None:
    source = (
        History(tmp_path, OPENING)
        .happens((ADD, 1, 1, 90, BUY), (HALT, 0, 0, -1, SELL), (HALT, 0, 0, 0, SELL), (HALT, 0, 0, 1, SELL))
        .source()
    )

    port, _ = replay(source, 3)

    assert port.phases == [Phase.HALTED, Phase.CONTINUOUS]


def out_of_view(folder: Path, seen: str) -> LobsterSource:
    """Two levels in view; 100 holds 20 unseen and 15 of order 8, goes out of view, and comes back as `seen`."""
    history = History(folder, BookRow(asks=((105, 9),), bids=((101, 10), (100, 20))), levels=2)
    history.happens((ADD, 8, 15, 100, BUY), (ADD, 1, 8, 102, BUY), (DELETE, 1, 8, 102, BUY))
    history.rows[2] = history.rows[2].replace("100,35", seen)
    return history.source()


@pytest.mark.parametrize(
    ("seen", "orders"),
    [
        ("100,35", [20, 15]),
        ("100,41", [20, 15, 6]),
        ("100,21", [6, 15]),
        ("100,12", [12]),
        ("99,50", []),
    ],
    ids=["as-it-was", "larger", "unseen-go-first", "then-the-known", "gone"],
)
def test_a_level_that_comes_back_into_view_is_as_its_row_has_it(tmp_path: Path, seen: str, orders: list[int]) -> None:
    _, book = replay(out_of_view(tmp_path, seen), 2)

    assert [book.qty_of(oid) for oid in book.orders(BUY, 100)] == orders
    px, qty = map(int, seen.split(","))
    assert book.levels(BUY, 2) == [(101, 10), (px, qty)]


def test_a_row_of_no_numbers_is_refused_where_it_is_needed(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"orderbook_2\.csv:3: not a LOBSTER orderbook row: "):
        replay(out_of_view(tmp_path, "100,many"), 2)


def test_our_place_out_of_view_is_kept(tmp_path: Path) -> None:
    history = History(tmp_path, BookRow(asks=((105, 9),), bids=((101, 10), (100, 20))), levels=2)
    history.happens((ADD, 9, 1, 101, BUY), (ADD, 1, 8, 102, BUY), (DELETE, 1, 8, 102, BUY))
    history.rows[2] = history.rows[2].replace("100,20", "100,45")
    source = history.source()
    port, book = replay(source, 0)
    book.post(-1, BUY, 100, 7)

    replay(source, 2, port)

    assert book.level(BUY, 100) == 45 + 7
    assert book.ahead(-1) == 20, "what joined out of view stands behind us"


@pytest.mark.parametrize(
    ("events", "refusal"),
    [
        (((ADD, 1, 5, 99, BUY), (ADD, 1, 5, 98, BUY)), r"message_10\.csv:2: order 1 added twice"),
        (((EXECUTE, 1, 5, 98, BUY),), r"message_10\.csv:1: 5 shares leave 98, where only 0 stand"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_with_its_line(
    tmp_path: Path, events: Sequence[Row], refusal: str
) -> None:
    history = History(tmp_path, OPENING).happens(*events)

    with pytest.raises(FeedError, match=refusal):
        replay(history.source(), 5)


def test_files_of_unequal_length_are_refused(tmp_path: Path) -> None:
    history = History(tmp_path, OPENING).happens((ADD, 1, 5, 99, BUY), (ADD, 2, 5, 98, BUY))
    history.rows.pop()

    with pytest.raises(FeedError, match=r"message_10\.csv:2: not as many rows as in .*orderbook_10\.csv"):
        replay(history.source(), 5)


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32))
def test_whatever_we_do_background_never_exceeds_history(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """At every row each level holds at most history's shares, and prints are history's less what we took."""
    rng = Random(seed)
    history = History(tmp_path_factory.mktemp("day"), OPENING)
    executed = _random_day(history, rng, rows=40)
    port = FakePort(VENUE)
    book = port.books[VENUE]
    source = history.source()
    background = taken = 0

    for number, _ in enumerate(port.steps(source)):
        row = _parse(history.rows[number])
        for is_bid, side in ((BUY, row.bids), (SELL, row.asks)):
            shown = {px: sum(map(book.qty_of, book.orders(is_bid, px))) for px, _ in book.levels(is_bid, 99)}
            assert all(qty <= dict(side).get(px, 0) for px, qty in shown.items()), (seed, number)
        _act(book, rng, key=-1 - number)
        for trade in port.trades():
            taken += trade.qty if trade.taker < 0 else 0
            background += trade.qty if trade.taker >= 0 and trade.taker == 0 else 0

    assert background <= executed, (seed, background, executed, taken)


def _random_day(history: History, rng: Random, rows: int) -> int:
    """A valid day of orders around 101; returns the shares that it executed."""
    alive: dict[int, tuple[int, int, bool]] = {}
    executed = 0
    for oid in range(1, rows + 1):
        kind = rng.choice((ADD, ADD, REDUCE, DELETE, EXECUTE))
        if kind == ADD or not alive:
            is_bid = rng.random() < 0.5
            px = rng.randint(98, 101) if is_bid else rng.randint(102, 105)
            alive[oid] = (rng.randint(2, 50), px, is_bid)
            history.happens((ADD, oid, *alive[oid]))
            continue
        chosen = rng.choice(list(alive))
        qty, px, is_bid = alive.pop(chosen)
        part = qty if kind == DELETE or qty == 1 else rng.randint(1, qty - 1)
        if part < qty:
            alive[chosen] = (qty - part, px, is_bid)
        executed += part if kind == EXECUTE else 0
        history.happens((kind, chosen, part, px, is_bid))
    return executed


def _act(book: Book, rng: Random, key: int) -> None:
    is_bid = rng.random() < 0.5
    if rng.random() < 0.5:
        book.take(key, is_bid, rng.randint(1, 60), None)
        return
    best = book.ask if is_bid else book.bid
    if best is not None:
        book.post(key, is_bid, best - 1 if is_bid else best + 1, rng.randint(1, 30))


def _parse(text: str) -> BookRow:
    fields = [int(field) for field in text.split(",")]
    asks = tuple((px, qty) for px, qty in zip(fields[0::4], fields[1::4], strict=True) if px != EMPTY)
    bids = tuple((px, qty) for px, qty in zip(fields[2::4], fields[3::4], strict=True) if px != -EMPTY)
    return BookRow(asks, bids)


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.untraced
@pytest.mark.parametrize(
    ("name", "events"), [("GOOG_*_message_10.csv.xz", 147_916), ("AAPL_*_message_1.csv.xz", 118_497)]
)
def test_without_us_a_real_day_is_its_orderbook_file_after_every_row(
    real_data_dir: Path, name: str, events: int
) -> None:
    [path] = (real_data_dir / "orderflow").glob(name)
    day = open_day(path)
    port = FakePort(VENUE)
    book = port.books[VENUE]
    source = LobsterSource(day, VENUE)
    rows = wrong = 0

    while (played := source.step_row(port)) is not None:
        rows += 1
        shown = BookRow(tuple(book.levels(SELL, day.levels)), tuple(book.levels(BUY, day.levels)))
        wrong += shown != parse_row(day, rows, played[1])
        port.trades()

    assert (rows, wrong) == (events, 0)


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.untraced
@pytest.mark.parametrize("seed", [1, 2])
def test_with_us_in_a_real_day_no_share_is_spent_twice(real_data_dir: Path, seed: int) -> None:
    """Random orders of ours all morning, taking and resting: nobody trades more than was brought, ours included."""
    [path] = (real_data_dir / "orderflow").glob("GOOG_*_message_10.csv.xz")
    day = open_day(path)
    until, rng = day.open + 3_600 * SECOND, Random(seed)
    brought = {message.oid: message.qty for message in read_messages(day) if message.kind == Kind.ADD}
    spent: Counter[int] = Counter()
    port = FakePort(VENUE)
    book, source = port.books[VENUE], LobsterSource(day, VENUE)
    key = hit = 0

    for _ in port.steps(source, until):
        if rng.random() < 0.05 and book.bid is not None and book.ask is not None:
            key -= 1
            brought[key] = rng.randint(1, 300)
            _random_order(book, rng, key, brought[key])
        for trade in port.trades():
            spent[trade.maker] += trade.qty
            spent[trade.taker] += trade.qty
            hit += trade.qty if trade.taker == 0 else 0
    hidden = sum(printed.qty for printed in port.tapes)
    ours = sum(qty for oid, qty in spent.items() if oid < 0)

    executed, unseen = _executed(path, until)
    print(f"seed {seed}: {-key} orders of ours traded {ours:,}; history executed {executed:,} + {unseen:,} hidden")
    # Orders of before the file have no size in it; `hit` bounds them.
    assert {oid: qty for oid, qty in spent.items() if oid and oid < UNSEEN and qty > brought.get(oid, qty)} == {}
    assert hit + hidden <= executed + unseen
    assert ours > 20_000


def _random_order(book: Book, rng: Random, key: int, qty: int) -> None:
    """At a random distance around the touch; what crosses takes, the rest stands, hidden in one case of four."""
    is_bid, touch = rng.random() < 0.5, (book.bid, book.ask)
    assert touch[0] is not None
    assert touch[1] is not None
    px = touch[0] + rng.randint(-5, 5) * 100 if is_bid else touch[1] + rng.randint(-5, 5) * 100
    filled, _ = book.take(key, is_bid, qty, px)
    if filled < qty:
        book.post(key, is_bid, px, qty - filled, 0 if rng.random() < 0.25 else None)


def _executed(path: Path, until: int) -> tuple[int, int]:
    """Visible and hidden executions of history up to an instant."""
    visible = hidden = 0
    for message in read_messages(open_day(path)):
        if message.at > until:
            break
        visible += message.qty if message.kind == Kind.EXECUTE else 0
        hidden += message.qty if message.kind == Kind.EXECUTE_HIDDEN else 0
    return visible, hidden
