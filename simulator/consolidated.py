"""A recorded day of the consolidated tape, split over our lit venues: trades at their venue, one national best.

Bias: only the national best is history; the rest is a model, kind to nobody on purpose:

- The exchange that sets the national best shows its size, on the venue that stands for it. Other venues keep what they
  last showed there, never more than the setter. When the best moves away, what is worse stays as depth and what is
  better is withdrawn: books never cross.
- Behind the best, every venue has `DEPTH_LEVELS` levels at least: a level that history never showed holds the running
  mean of the best's size times the venue's share of trades so far, in round lots.
- A size that grows joins the back; one that shrinks without a print is withdrawn from the back: who stands ahead of us
  goes only by trading, which is pessimistic.
- A print trades at its venue and price: with what stands ahead of us, then us, then nobody in the book. All of it is
  never more than history traded there plus what we brought; what we took earlier is not there to print again.

Quotes that lock or cross are skipped, the last sound best stands (a tape's sides arrive apart). History does not react
to us, and a print on one venue never reaches our better price on another. It must not know the router.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from router.api import SECOND, CalendarDay, Ns, PrintKind, Px, Qty
from simulator.book import Book
from simulator.feeds import lean
from simulator.feeds.lean import Quote, Trade
from simulator.feeds.text import midnight
from simulator.source import MarketPort
from simulator.synthetic import OFF_EXCHANGE

DEPTH_LEVELS: Final = 5
KEEP_LEVELS: Final = 50
"""Levels further behind than this are withdrawn: a bound on the book, beyond any sweep that a collar allows."""
LOT: Final = 100
TICK: Final = 100
"""One cent: the tick of every stock above a dollar in the files' years."""
CLOSING_NS: Final = 300 * SECOND
"""Closing auctions print up to minutes after the bell; what comes later is another session's."""

_IN_BOOK: Final = frozenset({PrintKind.REGULAR})
_AUCTIONS: Final = frozenset({PrintKind.OPENING, PrintKind.CLOSING})
_OPEN_S: Final = 34_200
_CLOSE_S: Final = 57_600


class ConsolidatedDay(NamedTuple):
    """The two files of one symbol and date, and the core session."""

    symbol: str
    session: CalendarDay
    trades: Path
    quotes: Path


def open_consolidated(folder: Path, symbol: str, day: date) -> ConsolidatedDay:
    """Find the files of a day; FeedError names the one that is missing."""
    start = midnight(day)
    session = CalendarDay(f"{day:%Y%m%d}", start + _OPEN_S * SECOND, start + _CLOSE_S * SECOND)
    trades, quotes = (lean.file_for(folder, symbol, day, kind) for kind in ("trade", "quote"))
    return ConsolidatedDay(symbol.upper(), session, trades, quotes)


class _Level:
    """One price of one venue: what history (or the model) shows there, and the orders that stand for it."""

    __slots__ = ("oids", "shown")

    def __init__(self) -> None:
        self.shown: Qty = 0
        self.oids: list[int] = []


class ConsolidatedSource:
    """Background flow of one recorded day. `exchanges` maps SIP letters to `venues`; every letter must be there."""

    def __init__(self, day: ConsolidatedDay, venues: tuple[str, ...], exchanges: Mapping[str, str]) -> None:
        self.symbol = day.symbol
        self._day = day
        self._followed = False
        """Whether the venues know that this day's auctions are recorded ones."""
        self._venues = venues
        self._exchanges = {letter: venues.index(mic) for letter, mic in exchanges.items() if mic in venues}
        # By side, indexed by is_bid: offers first, bids second; then by venue and price.
        self._levels: tuple[dict[int, dict[Px, _Level]], ...] = (
            {number: {} for number in range(len(venues))},
            {number: {} for number in range(len(venues))},
        )
        self._best: list[Px] = [0, 0]
        self._traded = [0] * len(venues)
        self._mean_size = float(LOT)
        self._next_oid = 1
        self._events = _merge(_quotes(day), _trades(day))
        self._next: Quote | Trade | None = next(self._events, None)

    @property
    def next_at(self) -> Ns | None:
        return None if self._next is None else self._next.at

    def step(self, port: MarketPort) -> None:
        if not self._followed:
            self._followed = True
            for venue in self._venues:
                queue = port.auction(venue, self.symbol)
                if queue is not None:
                    queue.follow_history()
        while self._next is not None and self._next.at <= port.now:
            if isinstance(self._next, Quote):
                self._quote(port, self._next)
            else:
                self._trade(port, self._next)
            self._next = next(self._events, None)

    def _venue(self, letter: str) -> int:
        number = self._exchanges.get(letter)
        if number is None:
            raise ValueError(f"{self._day.trades.name}: exchange {letter!r} has no lit venue (config: [exchanges])")
        return number

    # --- quotes

    def _quote(self, port: MarketPort, quote: Quote) -> None:
        # Withdraw on both sides before anything is added: the new bid may stand where the old offer was.
        for is_bid, px in ((True, quote.bid), (False, quote.ask)):
            if px != self._best[is_bid]:
                self._withdraw_better(port, is_bid, px)
        self._side(port, True, quote.bid, quote.bid_qty, self._venue(quote.bid_exchange))
        self._side(port, False, quote.ask, quote.ask_qty, self._venue(quote.ask_exchange))

    def _side(self, port: MarketPort, is_bid: bool, px: Px, qty: Qty, setter: int) -> None:
        self._mean_size += (qty - self._mean_size) / 100
        moved = px != self._best[is_bid]
        self._best[is_bid] = px
        for number in range(len(self._venues)):
            level = self._levels[is_bid][number].get(px)
            if number == setter or (level is not None and level.shown > qty):
                self._show(port, number, is_bid, px, qty)
        if moved:
            self._fill_depth(port, is_bid, px)

    def _withdraw_better(self, port: MarketPort, is_bid: bool, px: Px) -> None:
        """Nothing of history stands better than the best, nor too far behind it."""
        for number, levels in self._levels[is_bid].items():
            for price in [p for p in levels if _behind(is_bid, px, p) < 0 or _behind(is_bid, px, p) > KEEP_LEVELS]:
                self._show(port, number, is_bid, price, 0)

    def _fill_depth(self, port: MarketPort, is_bid: bool, px: Px) -> None:
        """Give every venue its modelled levels behind the best where history has shown none."""
        total = sum(self._traded) + len(self._venues)
        step = -TICK if is_bid else TICK
        for number in range(len(self._venues)):
            share = (self._traded[number] + 1) / total
            qty = max(round(self._mean_size * share * len(self._venues) / LOT), 1) * LOT
            levels = self._levels[is_bid][number]
            for price in range(px + step, px + step * (DEPTH_LEVELS + 1), step):
                if price > 0 and price not in levels:
                    self._show(port, number, is_bid, price, qty)

    def _show(self, port: MarketPort, number: int, is_bid: bool, px: Px, qty: Qty) -> None:
        """Make history's part of a level `qty`. What we took of it is gone, and the first that it loses."""
        levels = self._levels[is_bid][number]
        level = levels.get(px)
        shown = level.shown if level else 0
        if qty == shown:
            return
        book = port.book(self._venues[number], self.symbol)
        if level is None:
            level = levels[px] = _Level()
        level.shown = qty
        if qty > shown:
            level.oids.append(self._next_oid)
            book.limit(self._next_oid, is_bid, px, qty - shown)
            self._next_oid += 1
        else:
            _trim(book, level)
        if qty == 0:
            del levels[px]

    # --- trades

    def _trade(self, port: MarketPort, trade: Trade) -> None:
        if trade.kind not in _IN_BOOK:
            venue = OFF_EXCHANGE if trade.exchange == lean.OFF_EXCHANGE else self._venues[self._venue(trade.exchange)]
            queue = port.auction(venue, self.symbol) if trade.kind in _AUCTIONS else None
            if queue is None:
                port.tape(venue, self.symbol, trade.px, trade.qty, kind=trade.kind)
            else:
                queue.history(trade.kind, trade.px, trade.qty)
            return
        number = self._venue(trade.exchange)
        self._traded[number] += trade.qty
        # The quote rule: a print above the middle of the best was a buy (Lee and Ready, 1991); at it, a sell.
        is_buy = 2 * trade.px > self._best[True] + self._best[False]
        book = port.book(self._venues[number], self.symbol)
        left = self._spend(book, number, not is_buy, trade.px, trade.qty)
        if left:
            # Hidden, or at a price that nobody's best was: history's print all the same, less what meets us.
            left -= book.hit_own(not is_buy, trade.px, left)
        if left:
            port.tape(self._venues[number], self.symbol, trade.px, left, aggressor_is_buy=is_buy)

    def _spend(self, book: Book, number: int, is_bid: bool, px: Px, qty: Qty) -> Qty:
        """Trade a print with its level, ours where we stand before it. Returns what found nobody there."""
        level = self._levels[is_bid][number].get(px)
        if level is None:
            return qty
        left = qty
        taken = level.shown - sum(book.qty_of(oid) for oid in level.oids)
        for oid in level.oids:
            have = book.qty_of(oid)
            if have and left:
                left -= book.execute(oid, min(have, left))
        # Shares that we took cannot print a second time.
        left -= min(left, taken)
        level.shown = max(level.shown - qty, 0)
        level.oids = [oid for oid in level.oids if book.qty_of(oid)]
        if level.shown == 0:
            _trim(book, level)
            del self._levels[is_bid][number][px]
        return left


def _trim(book: Book, level: _Level) -> None:
    """Withdraw from the back until no more stands than is shown: shares that we took are the first to have gone."""
    standing = [(oid, book.qty_of(oid)) for oid in level.oids]
    excess = sum(qty for _, qty in standing) - level.shown
    for oid, qty in reversed(standing):
        if excess <= 0:
            break
        excess -= book.reduce(oid, min(qty, excess))
    level.oids = [oid for oid in level.oids if book.qty_of(oid)]


def _behind(is_bid: bool, best: Px, px: Px) -> int:
    """How many ticks `px` is worse than `best`."""
    return (best - px if is_bid else px - best) // TICK


def _quotes(day: ConsolidatedDay) -> Iterator[Quote]:
    """The session's sound quotes, the last one before the open first, moved to the open."""
    before: Quote | None = None
    for quote in lean.read_quotes(day.quotes):
        if not 0 < quote.bid < quote.ask or quote.at >= day.session.close:
            continue
        if quote.at < day.session.open:
            before = quote
            continue
        if before is not None:
            yield before._replace(at=day.session.open)
            before = None
        yield quote
    if before is not None:
        yield before._replace(at=day.session.open)


def _trades(day: ConsolidatedDay) -> Iterator[Trade]:
    """The session's trades, and the closing auction that prints after it."""
    for trade in lean.read_trades(day.trades):
        if day.session.open <= trade.at < day.session.close or (
            trade.kind is PrintKind.CLOSING and trade.at < day.session.close + CLOSING_NS
        ):
            yield trade


def _merge(quotes: Iterator[Quote], trades: Iterator[Trade]) -> Iterator[Quote | Trade]:
    """By time; at one instant trades first, since a quote at the same millisecond shows what they left."""
    quote, trade = next(quotes, None), next(trades, None)
    while quote is not None or trade is not None:
        if trade is not None and (quote is None or trade.at <= quote.at):
            yield trade
            trade = next(trades, None)
        elif quote is not None:
            yield quote
            quote = next(quotes, None)
