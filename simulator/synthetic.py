"""A seeded market in one symbol over several lit venues: orders, cancels and trades around one efficient price.

Bias: makers quote around a price that they know without delay, so spreads and depth are calmer than real ones in news.
Resting orders are a queue-reactive flow of the simplest kind: arrivals at a constant rate per price, each order leaving
at a constant rate (Huang, Lehalle and Rosenbaum, arXiv:1312.0563, with linear lambda_C), so that a level's count of
orders is Poisson where nothing trades. Market orders have long-memory signs. Quotes that the price has passed are
withdrawn or picked off, ours included: adverse selection is real here. Our fills displace the price (see the model).

One source draws one event at a time and looks at the books as it finds them, so our orders are met wherever they
stand. Venues keep one national best: an arriving quote never locks another venue's. It must not know the router.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from math import ceil, floor
from math import pow as to_power
from random import Random
from typing import Final

from router.api import PPM, SECOND, CalendarDay, Instrument, Ns, Phase, PrintKind, Px
from simulator.book import Book
from simulator.conditions import CALM, Conditions
from simulator.draws import AheadDraws
from simulator.flow import Flow
from simulator.levels import NOTHING, Ladder
from simulator.source import MarketPort
from simulator.synthetic_auctions import CALL_NS, SyntheticAuctions
from simulator.synthetic_model import EfficientPrice, Rhythm, Signs, Sizes
from simulator.synthetic_params import SyntheticParams
from simulator.wires import NEVER

OFF_EXCHANGE: Final = "XOFF"
"""Venue of prints that no book of ours made (ISO 10383: off-exchange transactions)."""


# Looked up once, as compiled code would else look for them at every event.
_SECOND_NS: Final = 1e9
_PPM: Final = 1e6
_NO_PX: Final = -NOTHING
"""The best offer where there is none; the best bid is as far below."""

SWEEP_NS: Final[Ns] = 60 * SECOND
"""How often orders that traded are forgotten: they would be counted among those that may leave."""


class SyntheticSource(Flow):
    """Background flow for `instrument` on `venues` (MICs, the primary first) over one trading day.

    `seed` and the symbol decide everything; two symbols of one seed are independent.
    """

    def __init__(
        self,
        instrument: Instrument,
        venues: Iterable[str],
        params: SyntheticParams,
        day: CalendarDay,
        seed: int,
    ) -> None:
        super().__init__()
        self.symbol = instrument.symbol
        self._instrument = instrument
        self._venues = tuple(venues)
        assert self._venues, f"{self.symbol}: no lit venue to trade on"
        self._params = params
        self._hidden_ppm, self._pick_off_ppm = params.hidden_ppm, params.pick_off_ppm
        self._off_exchange_ppm = params.off_exchange_ppm
        self.day, self._close_at, self._trading = day, day.close, False
        self._draws = draws = AheadDraws(Random(f"{seed}/{instrument.symbol}/{day.day}"))
        self._top_tick_from, self._top_tick_size = instrument.ticks[-1].from_px, instrument.ticks[-1].tick
        self._cumulative_shares = list(accumulate(params.shares.get(mic, 1) for mic in self._venues))
        # Generators of their own: one draw more in the books moves neither the day's mood nor anybody's.
        self._rhythm = Rhythm(day, params, Random(f"{seed}/{instrument.symbol}/{day.day}/activity"))
        self._pace = 1.0
        """How busy the hour was when the last event was drawn, and until the next."""
        self._signs = Signs(params, draws)
        self._sizes = Sizes(params, instrument, draws)
        # Cancels balance arrivals less trades at the wanted number of resting orders (M/M/infinity).
        events = params.events_per_second
        market_rate = events * params.market_ppm / PPM / 2
        self._add_rate = events / 2
        self._away_rate = 1.0 / params.depth_ticks
        self._fill_gap = params.fill_gap_ppm / PPM
        self._calm_leave_rate = (events - market_rate - self._add_rate) / params.resting_orders
        # Of market orders only the first of a burst is drawn; the others follow it.
        self._burst = params.burst_ppm / PPM
        self._burst_rate = market_rate * (1.0 - self._burst)
        self._encore: bool | None = None
        """Whether the next market order of a burst under way buys; None without one."""
        session_s = (day.close - day.open) / SECOND
        self.day_volume = market_rate * session_s * self._sizes.mean
        """Expected continuous volume of the day in shares, before our own."""
        surprise = self._burst_rate * session_s * self._signs.surprise_variance
        self.price = EfficientPrice(params, day, self.day_volume, float(params.open_px), draws, surprise=surprise)
        self._books: list[Book] = []
        self._bids: list[Ladder] = []
        self._asks: list[Ladder] = []
        """Each book's sides: they are looked at before each event."""
        self._bid, self._ask = -_NO_PX, _NO_PX
        """The best displayed prices over the venues, as last looked at."""
        self._resting: list[int] = []
        """Ids of our resting orders, oldest first, some gone already; an id tells its venue by its remainder."""
        self._youth = params.cancel_youth
        self._sweep_at = day.open + SWEEP_NS
        self._next_oid = len(self._venues)
        self._auctions = SyntheticAuctions(
            instrument, self._venues[0], params, day, day_volume=self.day_volume, seed=seed
        )
        self._call_at: Ns = self._auctions.next_at
        """When interest in an auction comes next."""
        self._resume_at = day.open
        """When the next event of the books is due."""
        self.due = day.open - CALL_NS
        self.sway(CALM)

    @property
    def last_px(self) -> Px:
        """The efficient price as it stands, in whole quanta and at least one tick."""
        px = round(self.price.px)
        return max(px - px % self._tick(px), self._tick(px))

    # --- Sways

    def sway(self, conditions: Conditions) -> None:
        self._busy = conditions.rate
        self._half_spread_ticks = self._params.half_spread_ticks * conditions.spread
        # Arrivals stay: with fewer resting orders wanted, each leaves the sooner (M/M/infinity).
        self._leave_rate = self._calm_leave_rate / conditions.depth
        self._chases = conditions.chases

    def jump(self, sigmas: float) -> None:
        self.price.jump(sigmas)

    # --- Flow

    def step(self, port: MarketPort) -> None:
        self.hear_phase(self.symbol, port.phase_of(self.symbol))
        super().step(port)

    def hear_phase(self, symbol: str, phase: Phase) -> None:
        if symbol == self.symbol:
            self._trading = phase is Phase.CONTINUOUS

    def turn(self, port: MarketPort, now: Ns) -> None:
        if now >= self._call_at:
            self._auctions.step(port)
            self._call_at = self._auctions.next_at
            self.due = max(now, min(self._resume_at, self._call_at))
            return
        if now > self._close_at:
            self._tidy()
            return
        if self._books and now >= self._close_at:
            self._close(port)
            return
        in_haste = self._act(port, now) if self._books else self._open(port)
        self._resume_at = at = min(self._wake(now, in_haste=in_haste), self._close_at)
        self.due = min(self._call_at, at)

    # --- the day

    def _open(self, port: MarketPort) -> bool:
        """Lay out the opening books and have the opening auction."""
        self._books = [port.book(mic, self.symbol) for mic in self._venues]
        self._bids = [book.ladder(is_bid=True) for book in self._books]
        self._asks = [book.ladder(is_bid=False) for book in self._books]
        for _ in range(self._params.resting_orders):
            self._look()
            self._add()
        self._auctions.have(port, PrintKind.OPENING, self.price.px)
        return False

    def _close(self, port: MarketPort) -> None:
        """Have the closing auction, in which the books take part."""
        self._auctions.have(port, PrintKind.CLOSING, self.price.px)
        self.due = self._close_at + 1

    def _tidy(self) -> None:
        """Take everything of ours out of the books."""
        for oid in self._resting:
            venue = oid % len(self._venues)
            if self._books[venue].qty_of(oid):
                self._book(venue).delete(oid)
        self._resting.clear()
        self.due = NEVER

    def _wake(self, now: Ns, *, in_haste: bool) -> Ns:
        """When the next event is due: the total rate as it is now, at the pace of the hour; sooner for stale quotes."""
        rate = self._add_rate + self._burst_rate + self._leave_rate * float(len(self._resting))
        self._pace = pace = self._rhythm.at(now) * self._busy
        wait = self._draws.exponential() / (rate * pace) * _SECOND_NS
        if in_haste:
            wait = min(wait, self._draws.exponential() * self._params.reaction_ns)
        elif self._encore is not None:
            wait = min(wait, self._draws.exponential() * self._params.burst_ns)
        return now + max(int(wait), 1)

    # --- one event

    def _act(self, port: MarketPort, now: Ns) -> bool:
        """Do one thing. Returns whether it was about a stale quote, after which makers look again in haste."""
        if now >= self._sweep_at:
            self._sweep(now)
        own_net = 0
        for book in self._books:
            own_net += book.own_net
        self.price.move(now, self._pace, own_net)
        if not self._trading:
            return False  # halted: makers wait, and quote around wherever the price is afterwards
        self._look()
        stale = self._stale() if self._chases else None
        if stale is not None:
            self._reprice(*stale)
            return True
        if self._encore is not None:
            self._trade(port, self._encore)
            return False
        leaving = self._leave_rate * float(len(self._resting))
        draw = self._draws.uniform() * (self._add_rate + self._burst_rate + leaving)
        if draw < self._add_rate:
            self._add()
        elif draw < self._add_rate + self._burst_rate:
            self._trade(port, self._signs.draw())
            self.price.learn(self._signs.surprise)
        else:
            self._cancel()
        return False

    def _add(self) -> None:
        """A limit order joins behind the quote that its venue's makers would make, the nearer the likelier."""
        draws, price = self._draws, self.price.px
        is_bid = draws.uniform() < 0.5
        tick = self._top_tick_size if price >= self._top_tick_from else self._tick(round(price))
        reach = self._half_spread_ticks * tick * self._rhythm.width
        away = int(draws.exponential() / self._away_rate) * tick
        if is_bid:
            px = floor(price - reach)
            px -= px % self._tick(px)
            px -= 0 if self._bid < px and draws.uniform() < self._fill_gap else away
            px = min(px, self._ask - tick)
        else:
            px = ceil(price + reach)
            px += -px % self._tick(px)
            px += 0 if self._ask > px and draws.uniform() < self._fill_gap else away
            px = max(px, self._bid + tick)
        if px <= 0:
            return
        venue = self._draw_venue()
        oid = self._next_oid * len(self._venues) + venue
        self._next_oid += 1
        hidden = draws.uniform() * _PPM < self._hidden_ppm
        qty = self._sizes.draw()
        if self._book(venue).limit(oid, is_bid, px, qty, hidden) < qty:
            self._resting.append(oid)

    def _tick(self, px: Px) -> Px:
        """As `Instrument.tick`, which is interpreted: nearly every price lies in the highest band."""
        return self._top_tick_size if px >= self._top_tick_from else self._instrument.tick(px)

    def _cancel(self) -> None:
        """A resting order leaves, the younger the likelier; ids of orders that traded are forgotten on the way.

        Of n orders by age the k-th youngest goes with a density of (k/n)^(1/youth - 1): lives then have a heavy tail.
        With youth 1 all are alike. Age says nothing of price, so that the counts at each price keep their law.
        """
        resting = self._resting
        while resting:
            place = len(resting)
            place -= 1 + int(place * to_power(self._draws.uniform(), self._youth))
            oid = resting.pop(place)
            book = self._books[oid % len(self._venues)]
            if book.delete(oid):
                book.announce()
                return

    def _sweep(self, now: Ns) -> None:
        self._sweep_at = now + SWEEP_NS
        books, venues = self._books, len(self._venues)
        self._resting = [oid for oid in self._resting if books[oid % venues].qty_of(oid)]

    def _trade(self, port: MarketPort, is_buy: bool) -> None:
        """A market order takes the national best, venue by venue, and leaves what is not there; or prints elsewhere."""
        self._encore = is_buy if self._draws.uniform() < self._burst else None
        qty = self._sizes.draw()
        bid, ask = self._bid, self._ask
        if self._draws.uniform() * _PPM < self._off_exchange_ppm:
            if bid != -_NO_PX and ask != _NO_PX:
                port.tape(OFF_EXCHANGE, self.symbol, (bid + ask) // 2, qty, kind=PrintKind.OFF_EXCHANGE)
            return
        touch, top = (ask, -ask) if is_buy else (bid, bid)
        if top == NOTHING:
            return
        first, ladders = self._draw_venue(), self._asks if is_buy else self._bids
        for turn in range(len(self._venues)):
            venue = (first + turn) % len(self._venues)
            if qty and ladders[venue].top == top:
                qty -= self._book(venue).market(is_buy, qty, touch)

    def _reprice(self, venue: int, is_bid: bool, px: Px) -> None:
        """A quote that the price has passed is picked off, or its makers withdraw it; ours are always picked off."""
        ids = self._books[venue].orders(is_bid, px)
        book = self._book(venue)
        if not ids or self._draws.uniform() * _PPM < self._pick_off_ppm:
            book.market(not is_bid, self._sizes.draw(), px)
        else:
            for oid in ids:
                book.delete(oid)

    # --- what the books say

    def _look(self) -> None:
        """See the best displayed bid and offer over the venues."""
        bid = minus_ask = NOTHING
        for ladder in self._bids:
            bid = max(bid, ladder.top)
        for ladder in self._asks:
            minus_ask = max(minus_ask, ladder.top)
        self._bid, self._ask = bid, -minus_ask

    def _stale(self) -> tuple[int, bool, Px] | None:
        """(venue, is_bid, px) of a best quote that the efficient price has passed, or that locks another venue's."""
        px, bid, ask = self.price.px, self._bid, self._ask
        # Of two quotes that lock or cross, at least one is on the wrong side of the price or at it.
        if ask < px or (ask <= bid and ask <= px):
            return next(venue for venue, asks in enumerate(self._asks) if asks.top == -ask), False, ask
        if bid > px:
            return next(venue for venue, bids in enumerate(self._bids) if bids.top == bid), True, bid
        return None

    def _draw_venue(self) -> int:
        shares = self._cumulative_shares
        drawn = 1 + int(self._draws.uniform() * shares[-1])
        venue = 0
        while shares[venue] < drawn:
            venue += 1
        return venue

    def _book(self, venue: int) -> Book:
        """The book to change now; the world is told to look at it."""
        book = self._books[venue]
        book.announce()
        return book
