"""A consolidated day over our venues: one national best, prints at history's venue and price, ours among them."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from router.api import MILLISECOND, SECOND, PrintKind
from simulator.consolidated import (
    CLOSING_NS,
    DEPTH_LEVELS,
    ConsolidatedDay,
    ConsolidatedSource,
    open_consolidated,
)
from simulator.feeds.lean import read_quotes, read_trades
from simulator.feeds.text import FeedError, midnight
from support.fake_port import FakePort, Printed

DAY = date(2013, 10, 8)
START = midnight(DAY)
VENUES = ("XLIT", "XALT")
EXCHANGES = {"N": "XLIT", "Q": "XALT", "P": "XALT"}
BUY, SELL = True, False
REGULAR, OPENING, CLOSING = "1", "40", "80"


class Tape:
    """Writes the two files of a day; times are seconds after the open, prices cents, sizes shares."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trades: list[str] = []
        self._quotes: list[str] = []

    def quote(self, second: float, bid: tuple[int, int, str], ask: tuple[int, int, str]) -> "Tape":
        ms = int((34_200 + second) * 1_000)
        self._quotes.append(f"{ms},{bid[0] * 100},{bid[1]},0,0,{bid[2]},1,0")
        self._quotes.append(f"{ms},0,0,{ask[0] * 100},{ask[1]},{ask[2]},1,0")
        return self

    def trade(self, second: float, cents: float, qty: int, exchange: str, flags: str = REGULAR) -> "Tape":
        self._trades.append(f"{int((34_200 + second) * 1_000)},{round(cents * 100)},{qty},{exchange},{flags},0")
        return self

    def day(self) -> ConsolidatedDay:
        for kind, rows in (("trade", self._trades), ("quote", self._quotes)):
            (self._folder / f"xyz_20131008_{kind}.csv").write_text("".join(row + "\n" for row in rows))
        return open_consolidated(self._folder, "XYZ", DAY)

    def source(self) -> ConsolidatedSource:
        return ConsolidatedSource(self.day(), VENUES, EXCHANGES)


def at(second: float) -> int:
    return START + int((34_200 + second) * 1_000) * MILLISECOND


def test_the_setter_shows_the_best_and_others_stand_behind_it(tmp_path: Path) -> None:
    source = Tape(tmp_path).quote(1, (1000, 300, "N"), (1002, 200, "Q")).source()
    port = FakePort(*VENUES)

    port.run(source)

    best = {venue: book.best() for venue, book in port.books.items()}
    assert best == {"XLIT": (100_000, 300, 100_300, 100), "XALT": (99_900, 100, 100_200, 200)}
    assert all(len(book.levels(side, 99)) >= DEPTH_LEVELS for book in port.books.values() for side in (BUY, SELL))


def test_the_last_quote_before_the_open_opens_the_book(tmp_path: Path) -> None:
    source = (
        Tape(tmp_path)
        .quote(-60, (900, 100, "N"), (1100, 100, "N"))
        .quote(-5, (999, 100, "N"), (1001, 100, "Q"))
        .source()
    )

    port = FakePort(*VENUES)
    port.run(source, at(0))

    assert source.next_at is None
    assert (port.nbbo("XYZ").bid, port.nbbo("XYZ").ask) == (99_900, 100_100)


def test_a_best_that_worsens_takes_what_was_better_away_on_every_venue(tmp_path: Path) -> None:
    source = (
        Tape(tmp_path)
        .quote(1, (1000, 300, "N"), (1002, 200, "Q"))
        .quote(2, (1000, 500, "Q"), (1002, 200, "Q"))
        .quote(3, (998, 100, "N"), (999, 100, "Q"))
        .source()
    )
    port = FakePort(*VENUES)

    port.run(source, at(2))
    assert [book.level(BUY, 100_000) for book in port.books.values()] == [300, 500]
    port.run(source, at(3))

    assert (port.nbbo("XYZ").bid, port.nbbo("XYZ").ask) == (99_800, 99_900)
    assert port.trades() == []


def test_the_setter_is_never_smaller_than_another_venue_at_the_best(tmp_path: Path) -> None:
    source = (
        Tape(tmp_path)
        .quote(1, (1000, 900, "N"), (1002, 200, "Q"))
        .quote(2, (1000, 400, "Q"), (1002, 200, "Q"))
        .source()
    )
    port = FakePort(*VENUES)

    port.run(source)

    assert [book.level(BUY, 100_000) for book in port.books.values()] == [400, 400]


def test_locked_and_crossed_quotes_are_skipped(tmp_path: Path) -> None:
    source = (
        Tape(tmp_path)
        .quote(1, (1000, 300, "N"), (1002, 200, "Q"))
        .quote(2, (1002, 300, "N"), (1002, 200, "Q"))
        .quote(3, (1003, 300, "N"), (1002, 200, "Q"))
        .source()
    )
    port = FakePort(*VENUES)

    port.run(source)

    assert (port.nbbo("XYZ").bid, port.nbbo("XYZ").ask) == (100_000, 100_200)


def test_prints_consume_the_queue_ahead_and_then_us_at_their_venue(tmp_path: Path) -> None:
    quotes = Tape(tmp_path).quote(1, (1000, 300, "N"), (1002, 200, "Q"))
    source = quotes.trade(2, 1000, 250, "Q").trade(3, 1000, 250, "N").trade(4, 1000, 100, "N").source()
    port = FakePort(*VENUES)
    port.run(source, at(1))
    lit = port.books["XLIT"]
    lit.post(-1, BUY, 100_000, 80)
    assert lit.ahead(-1) == 300

    port.run(source, at(2))
    assert (port.trades(), lit.ahead(-1)) == ([], 300), "another venue's print is not ours"
    port.run(source, at(3))
    assert [(trade.maker < 0, trade.qty) for trade in port.trades()] == [(False, 250)]
    assert lit.ahead(-1) == 50
    port.run(source, at(4))

    assert [(trade.maker < 0, trade.qty) for trade in port.trades()] == [(False, 50), (True, 50)]
    assert lit.leaves(-1) == 30


def test_our_better_price_on_the_venue_is_hit_before_historys(tmp_path: Path) -> None:
    source = Tape(tmp_path).quote(1, (1000, 300, "N"), (1003, 200, "Q")).trade(2, 1000, 100, "N").source()
    port = FakePort(*VENUES)
    port.run(source, at(1))
    port.books["XLIT"].post(-1, BUY, 100_100, 40)

    port.run(source)

    assert [(trade.px, trade.qty, trade.maker < 0) for trade in port.trades()] == [
        (100_100, 40, True),
        (100_000, 60, False),
    ]


def test_shares_that_we_took_neither_print_again_nor_come_back(tmp_path: Path) -> None:
    tape = Tape(tmp_path).quote(1, (1000, 300, "N"), (1002, 200, "Q"))
    source = tape.trade(2, 1002, 200, "Q").quote(3, (1000, 300, "N"), (1003, 100, "Q")).source()
    port = FakePort(*VENUES)
    port.run(source, at(1))
    filled, _ = port.books["XALT"].take(-1, True, 150, 100_200)
    port.trades()

    port.run(source)

    assert filled == 150
    assert [trade.qty for trade in port.trades()] == [50], "200 were there; we took 150"
    assert port.tapes == []


def test_a_size_that_falls_without_a_print_leaves_from_the_back(tmp_path: Path) -> None:
    source = (
        Tape(tmp_path)
        .quote(1, (1000, 300, "N"), (1002, 200, "Q"))
        .quote(2, (1000, 500, "N"), (1002, 200, "Q"))
        .quote(3, (1000, 200, "N"), (1002, 200, "Q"))
        .source()
    )
    port = FakePort(*VENUES)
    port.run(source, at(1))
    lit = port.books["XLIT"]
    lit.post(-1, BUY, 100_000, 80)

    port.run(source, at(2))
    assert (lit.ahead(-1), lit.level(BUY, 100_000)) == (300, 580)
    port.run(source, at(3))

    assert (lit.ahead(-1), lit.level(BUY, 100_000)) == (200, 280)


def test_a_cancel_of_what_we_took_is_absorbed(tmp_path: Path) -> None:
    source = (
        Tape(tmp_path)
        .quote(1, (1000, 300, "N"), (1002, 200, "Q"))
        .quote(2, (1000, 300, "N"), (1002, 100, "Q"))
        .source()
    )
    port = FakePort(*VENUES)
    port.run(source, at(1))
    alt = port.books["XALT"]
    alt.take(-1, True, 120, 100_200)

    port.run(source)

    assert alt.level(SELL, 100_200) == 80


def test_what_no_book_made_only_reaches_the_tape(tmp_path: Path) -> None:
    source = (
        Tape(tmp_path)
        .quote(1, (1000, 300, "N"), (1002, 200, "Q"))
        .trade(1.5, 1001, 900, "N", OPENING)
        .trade(2, 1000.5, 70, "D")
        .trade(3, 1001, 60, "Q")
        .trade(23_400 + 2, 1001, 5_000, "N", CLOSING)
        .trade(23_400 + 3, 1001, 400, "P", "2000")
        .trade(23_400 + 2 * CLOSING_NS / SECOND, 1001, 1, "N", CLOSING)
        .source()
    )
    port = FakePort(*VENUES)

    port.run(source)

    assert port.trades() == []
    assert port.tapes == [
        Printed("XLIT", 100_100, 900, PrintKind.OPENING, None),
        Printed("XOFF", 100_050, 70, PrintKind.OFF_EXCHANGE, None),
        Printed("XALT", 100_100, 60, PrintKind.REGULAR, False),
        Printed("XLIT", 100_100, 5_000, PrintKind.CLOSING, None),
    ]


def test_an_exchange_without_a_venue_is_refused_by_name(tmp_path: Path) -> None:
    source = Tape(tmp_path).quote(1, (1000, 300, "K"), (1002, 200, "Q")).source()

    with pytest.raises(ValueError, match=r"exchange 'K' has no lit venue \(config: \[exchanges\]\)"):
        FakePort(*VENUES).run(source)


def test_a_missing_day_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"xyz_20131008_trade\.csv\.xz: no such file"):
        open_consolidated(tmp_path, "XYZ", DAY)


LETTERS = dict.fromkeys("NQTPABCJKMVWXYZ", "XALT") | {"N": "XLIT"}


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.untraced
@pytest.mark.parametrize("symbol", ["IBM", "BAC"])
def test_a_real_day_keeps_historys_best_and_prints_historys_shares(real_data_dir: Path, symbol: str) -> None:
    """After every quote our venues' best is the recorded national best; every share prints once, in its kind."""
    day = open_consolidated(real_data_dir / "consolidated", symbol, DAY)
    port = FakePort(*VENUES)
    source = ConsolidatedSource(day, VENUES, LETTERS)
    sound = {}
    for quote in read_quotes(day.quotes):
        if day.session.open <= quote.at < day.session.close and 0 < quote.bid < quote.ask:
            sound[quote.at] = (quote.bid, quote.ask)
    printed: Counter[PrintKind] = Counter()
    wrong = 0

    for now in port.steps(source):
        nbbo = port.nbbo(symbol)
        wrong += now in sound and (nbbo.bid, nbbo.ask) != sound[now]
        printed[PrintKind.REGULAR] += sum(trade.qty for trade in port.trades())
    for tape in port.tapes:
        printed[tape.kind] += tape.qty

    history: Counter[PrintKind] = Counter()
    for trade in read_trades(day.trades):
        in_session = day.session.open <= trade.at < day.session.close
        if in_session or (trade.kind is PrintKind.CLOSING and trade.at < day.session.close + CLOSING_NS):
            history[trade.kind] += trade.qty
    assert wrong == 0
    assert printed == history
