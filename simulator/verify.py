"""A recorded day held against its own file: what the simulator makes of it without us, row by row.

It must not know the router, nor the terminal: findings are values. What can be compared is: a LOBSTER book with every
row of its orderbook file, a consolidated day's national best and shares with its quotes and trades, the trades drawn
for a bar with the bar. Of an order-by-order feed, which shows no book, what came of its rows can be counted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from datetime import date
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct

from router.api import SECOND, CalendarDay, Instrument, Ns, Px, Qty
from simulator.bar_day import BarDay, BarError, bar_day
from simulator.consolidated import ConsolidatedDay, ConsolidatedSource, open_consolidated
from simulator.feeds import lobster
from simulator.feeds.crypto import PRICE_SCALE, open_crypto
from simulator.feeds.lean import OFF_EXCHANGE, Quote, read_quotes
from simulator.feeds.lobster import BookRow, LobsterDay, parse_row
from simulator.feeds.ohlc import Bar, read_ohlc
from simulator.feeds.orders import Counts, Message, OrderFeed
from simulator.feeds.pitch import open_pitch
from simulator.feeds.text import midnight
from simulator.lone_market import LoneMarket
from simulator.market_spec import Bars, Consolidated, Crypto, Lobster, Pitch, SpecError, parse_spec
from simulator.replay import LobsterSource, OrderSource
from simulator.synthetic import OFF_EXCHANGE as OFF_EXCHANGE_MIC

VENUE: Final = "BOOK"
BAR_VENUES: Final = (("X", 50), ("Y", 30), ("Z", 20))
CONTEXT: Final = 3
"""Messages shown before the first difference."""
_SOME_DAY: Final = date(2000, 1, 3)
"""For a file that has no date: nothing that is compared depends on it."""


class Difference(NamedTuple):
    """The first row that the book does not show: the file's levels, ours, and the messages up to it."""

    row: int
    messages: tuple[Message, ...]
    file: BookRow
    book: BookRow


class LobsterCheck(Struct):
    """How many rows the book shows as the file has them, at every level that the file shows."""

    rows: int = 0
    equal: int = 0
    first: Difference | None = None

    @property
    def holds(self) -> bool:
        return self.equal == self.rows > 0


class OrdersCheck(Struct):
    """What a feed came to in the book. `crossed` counts instants after which its bid is at or above its offer."""

    counts: Counts
    executed: Qty = 0
    hidden: Qty = 0
    instants: int = 0
    crossed: int = 0

    @property
    def holds(self) -> bool:
        return self.crossed == 0 < self.counts.messages


class ConsolidatedCheck(Struct):
    """How often the venues' best was the file's after its last quote of an instant; shares printed, by exchange letter.

    Every letter is a venue of its own here, so that the shares of either can be compared.
    """

    quotes: int = 0
    equal: int = 0
    skipped: int = 0
    """Quotes of the session that lock or cross, or have one side only: the last sound one stands."""
    printed: dict[str, Qty] = {}
    recorded: dict[str, Qty] = {}

    @property
    def holds(self) -> bool:
        return self.equal == self.quotes > 0 and self.printed == self.recorded


class BarsCheck(Struct):
    """How many bars of the session the trades drawn for them meet, in all five figures."""

    bars: int = 0
    equal: int = 0
    shares: Qty = 0
    first: tuple[Bar, tuple[Px, Px, Px, Px, Qty] | None] | None = None
    """The first bar that is not met, and what printed instead."""

    @property
    def holds(self) -> bool:
        return self.equal == self.bars > 0


Check: TypeAlias = LobsterCheck | OrdersCheck | ConsolidatedCheck | BarsCheck


def verify(spec: str) -> Check:
    """Play a recorded market of one part and compare. SpecError for one that is not, FeedError as its reader does."""
    match parse_spec(spec):
        case (Lobster(path),):
            return verify_lobster(lobster.open_day(path))
        case (Pitch(path, symbol, day),):
            return verify_orders(open_pitch(path, symbol, day or _SOME_DAY))
        case (Crypto(path, symbol),):
            return verify_orders(open_crypto(path, symbol, PRICE_SCALE))
        case (Consolidated(folder, symbol, day),):
            return verify_consolidated(open_consolidated(folder, symbol, day))
        case (Bars(path, symbol, day, seed),):
            try:
                return verify_bars(_core_day(Instrument(symbol), read_ohlc(path, symbol, day), day, seed))
            except BarError as error:
                raise SpecError(str(error)) from None
        case _:
            raise SpecError(f"market {spec!r}: one recorded part can be held against its file")


def _core_day(instrument: Instrument, bars: list[Bar], day: date, seed: int) -> BarDay:
    """The bars from 09:30 to 16:00 New York."""
    start = midnight(day)
    session = CalendarDay(f"{day:%Y%m%d}", start + 34_200 * SECOND, start + 57_600 * SECOND)
    return bar_day(instrument, session, bars, BAR_VENUES, seed)


def verify_lobster(day: LobsterDay) -> LobsterCheck:
    """Replay a LOBSTER pair and compare the book after every row. Raises FeedError as the reader does."""
    market, check = LoneMarket(VENUE), LobsterCheck()
    book, source = market.books[VENUE], LobsterSource(day, VENUE)
    latest: deque[Message] = deque(maxlen=CONTEXT + 1)
    while (played := source.step_row(market)) is not None:
        message, text = played
        check.rows += 1
        latest.append(message)
        file = parse_row(day, check.rows, text)
        shown = BookRow(tuple(book.levels(False, day.levels)), tuple(book.levels(True, day.levels)))
        if shown == file:
            check.equal += 1
        elif check.first is None:
            check.first = Difference(check.rows, tuple(latest), file, shown)
        market.clear()
    return check


def verify_orders(feed: OrderFeed) -> OrdersCheck:
    """Replay an order-by-order feed and count. Raises FeedError as the reader does."""
    market, check = LoneMarket(VENUE), OrdersCheck(feed.counts)
    source = OrderSource(feed, VENUE)
    book = market.books[VENUE]
    while market.step(source):
        bid, ask = book.bid, book.ask
        check.instants += 1
        check.crossed += bid is not None and ask is not None and bid >= ask
        check.executed += sum(trade.qty for trade in book.trades)
        check.hidden += sum(printed.qty for printed in market.tapes)
        market.clear()
    check.counts = feed.counts
    return check


def verify_consolidated(day: ConsolidatedDay) -> ConsolidatedCheck:
    """Play a consolidated day, every exchange a venue, and compare with its quotes and trades. Raises FeedError."""
    check = ConsolidatedCheck()
    best: dict[Ns, Quote] = {}
    for event in day.events():
        if isinstance(event, Quote):
            best[event.at] = event
        else:
            check.recorded[event.exchange] = check.recorded.get(event.exchange, 0) + event.qty
    check.skipped = sum(
        day.session.open <= quote.at < day.session.close and not 0 < quote.bid < quote.ask
        for quote in read_quotes(day.quotes)
    )
    letters = {quote.bid_exchange: None for quote in best.values()}
    letters |= {quote.ask_exchange: None for quote in best.values()} | dict.fromkeys(check.recorded)
    venues = tuple(sorted(letter for letter in letters if letter != OFF_EXCHANGE))
    market = LoneMarket(*venues)
    source = ConsolidatedSource(day, venues, {letter: letter for letter in venues})
    while market.step(source):
        quote = best.get(market.now)
        if quote is not None:
            now = market.nbbo(day.symbol)
            check.quotes += 1
            check.equal += (now.bid, now.ask) == (quote.bid, quote.ask)
        prints = [(mic, trade.qty) for mic, book in market.books.items() for trade in book.trades]
        prints += [(printed.venue, printed.qty) for printed in market.tapes]
        for venue, qty in prints:
            letter = OFF_EXCHANGE if venue == OFF_EXCHANGE_MIC else venue
            check.printed[letter] = check.printed.get(letter, 0) + qty
        market.clear()
    return check


def verify_bars(day: BarDay) -> BarsCheck:
    """Play the tape drawn from bars over its venues and compare what printed with every bar."""
    market, check = LoneMarket(*day.venues), BarsCheck()
    source = ConsolidatedSource(day, day.venues, {mic: mic for mic in day.venues})
    starts = [bar.at for bar in day.bars]
    printed: dict[Ns, list[tuple[Px, Qty]]] = {at: [] for at in starts}
    while market.step(source):
        prints = [(trade.px, trade.qty) for book in market.books.values() for trade in book.trades]
        prints += [(tape.px, tape.qty) for tape in market.tapes]
        if prints:
            printed[starts[bisect_right(starts, market.now) - 1]] += prints
        market.clear()
    for bar in day.bars:
        check.bars += 1
        check.shares += bar.qty
        found = _summary(printed[bar.at])
        if found == (bar[1:] if bar.qty else None):
            check.equal += 1
        elif check.first is None:
            check.first = (bar, found)
    return check


def _summary(prints: list[tuple[Px, Qty]]) -> tuple[Px, Px, Px, Px, Qty] | None:
    if not prints:
        return None
    prices = [px for px, _ in prints]
    return prices[0], max(prices), min(prices), prices[-1], sum(qty for _, qty in prints)
