"""A desk that holds auctions: what is collected when, what is published before, and what an uncross does to orders.

Bias: at an uncross everybody at the venue takes part, the whole book included, and no self-match rule counts. The
opening auction comes at the first change to continuous trading, a reopening at the one after a halt, the closing
auction at the change to closed: all after what sources of background flow do at that instant.

It must not know how a book matches between auctions: a lit venue derives from `AuctionDesk`. How a price is found is
`simulator.auction`'s.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Final

from router.api import (
    SECOND,
    AuctionImbalance,
    CalendarDay,
    Instrument,
    LastLiquidityInd,
    Ns,
    Phase,
    PhaseChange,
    PrintKind,
    Px,
    Qty,
    SendChild,
    TimeInForce,
    TradePrint,
    VenueProfile,
    VenueSays,
)
from simulator.auction import AuctionQueue, Clearing, Grid, Interest, Rank, Waiting, allot, at_price, clear
from simulator.desk import Desk, VenueOrder
from simulator.lit_book import LitBook
from simulator.lit_settings import LitSettings
from simulator.quotes import Quotes
from simulator.timers import Timers

AUCTION_OF: Final = {TimeInForce.AT_OPEN: PrintKind.OPENING, TimeInForce.AT_CLOSE: PrintKind.CLOSING}
"""The one auction that an order is for."""

HISTORY_WAIT_NS: Final[Ns] = 600 * SECOND
"""How long after the close a recorded closing auction is waited for."""

_IMMEDIATE: Final = {TimeInForce.IOC, TimeInForce.FOK}


class AuctionDesk(Desk):
    """See the module. Of instruments whose auctions it does not hold, a plain desk."""

    def __init__(
        self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int, settings: LitSettings
    ) -> None:
        super().__init__(profile, instruments, seed)
        self._settings = settings
        self._followers: dict[int, VenueOrder] = {}
        """Orders whose price follows the market: pegs, and what stands away from its limit for a rule's sake."""
        self._timers = Timers()
        self._now: Ns = 0
        self.quotes = Quotes(self._limits, self._followers)
        self._last: dict[str, Px] = {}
        """The last price that each symbol traded at here."""
        self._sessions: dict[str, CalendarDay] = {}
        self._queues = {
            symbol: AuctionQueue()
            for symbol, instrument in instruments.items()
            if settings.holds_auctions(instrument, self.mic)
        }
        # A dict as a set: whose imbalance is being published.
        self._announcing: dict[tuple[str, PrintKind], None] = {}

    # --- what a lit venue adds

    @abstractmethod
    def book(self, symbol: str) -> LitBook: ...

    @abstractmethod
    def drain(self, at: Ns, symbol: str) -> list[VenueSays]: ...

    @abstractmethod
    def _work(self, at: Ns, order: VenueOrder) -> list[VenueSays]:
        """Match an order that is nowhere yet, and rest or cancel what remains."""

    # --- HasAuctions, HearsPhases

    @property
    def next_at(self) -> Ns | None:
        return self._timers.next_at

    def on_time(self, at: Ns) -> list[VenueSays]:
        self._now = at
        return self._timers.run(at)

    def auction(self, symbol: str) -> AuctionQueue | None:
        return self._queues.get(symbol)

    def on_session(self, at: Ns, symbol: str, day: CalendarDay) -> None:
        self._sessions[symbol] = day
        queue = self._queues.get(symbol)
        if queue is None:
            return
        settings = self._settings
        if at <= day.open:
            self._phases[symbol] = Phase.PRE_OPEN
            queue.collecting = PrintKind.OPENING
            self._announce_from(max(at, day.open - settings.imbalance_open_from_ns), symbol, PrintKind.OPENING)
        self._announce_from(max(at, day.close - settings.imbalance_close_from_ns), symbol, PrintKind.CLOSING)

    def on_phase(self, at: Ns, change: PhaseChange) -> list[VenueSays]:
        """Collect for an auction, or have one as soon as the sources have had their turn at this instant."""
        self._now = at
        queue = self._queues.get(change.symbol)
        if queue is None or change.venue not in {None, self.mic}:
            return super().on_phase(at, change)
        was, symbol = self.phase_of(change.symbol), change.symbol
        if change.phase is Phase.CLOSED:
            if was in {Phase.CLOSED, Phase.HALTED, Phase.PRE_OPEN}:
                return [*super().on_phase(at, change), *self._give_up(at, symbol)]
            self._phases[symbol] = Phase.CLOSED
            queue.collecting = PrintKind.CLOSING
            self._timers.at(at, lambda now: self._close(now, symbol, change))
            return []
        self._phases[symbol] = change.phase
        if change.phase is Phase.CONTINUOUS:
            if queue.collecting is not None:
                self._timers.at(at, lambda now: self._open(now, symbol))
            return []
        queue.collecting = PrintKind.CLOSING if change.phase is Phase.CLOSING_AUCTION else PrintKind.OPENING
        if change.phase is Phase.HALTED:
            self._announce_from(at + self._settings.imbalance_every_ns, symbol, PrintKind.OPENING)
        return []

    # --- orders

    def _refuse_phase(self, command: SendChild) -> str:
        queue = self._queues.get(command.symbol)
        if queue is None or queue.collecting is None or self.phase_of(command.symbol) is Phase.CLOSED:
            return super()._refuse_phase(command)
        if command.tif in _IMMEDIATE:
            phase = self.phase_of(command.symbol).value
            return f"TimeInForce(59)={command.tif.value} cannot wait for an auction, and {command.symbol} is {phase}"
        return ""

    def _refuse_tif(self, command: SendChild) -> str:
        when = AUCTION_OF.get(command.tif)
        if when is None or command.symbol not in self._queues:
            return super()._refuse_tif(command)
        if command.peg is not None or command.post_only or command.display_qty is not None or command.min_qty:
            return f"TimeInForce(59)={command.tif.value} is taken of plain market and limit orders"
        if when is PrintKind.OPENING:
            before = self.phase_of(command.symbol) in {Phase.PRE_OPEN, Phase.OPENING_AUCTION}
            return "" if before else "TimeInForce(59)=2 is taken before the opening auction"
        return self._past_cutoff(command.symbol)

    def _past_cutoff(self, symbol: str) -> str:
        """Why an on-close order may be neither entered, changed nor cancelled any more; "" where it may."""
        day = self._sessions.get(symbol)
        if day is None or self._now < day.close - self._settings.close_cutoff_ns:
            return ""
        return f"TimeInForce(59)=7 is fixed from {self._settings.close_cutoff_ns // SECOND} s before the close on"

    def _must_wait(self, order: VenueOrder) -> bool:
        """Whether an order waits for an auction instead of meeting the book."""
        queue = self._queues.get(order.symbol)
        return queue is not None and (queue.collecting is not None or order.sent.tif in AUCTION_OF)

    def _wait(self, order: VenueOrder) -> None:
        """Join the back of what waits for an auction. A peg waits outside, for the first NBBO after it."""
        if order.sent.peg is None:
            queue, when = self._queues[order.symbol], AUCTION_OF.get(order.sent.tif)
            queue.add(Waiting(order.key, order.side.is_buy, order.px, order.leaves, when))

    def _may_change(self, symbol: str) -> bool:
        queue = self._queues.get(symbol)
        collecting = queue is not None and queue.collecting is not None
        return super()._may_change(symbol) or (collecting and self.phase_of(symbol) is not Phase.CLOSED)

    def _ends_at_close(self, order: VenueOrder) -> bool:
        if not super()._ends_at_close(order):
            return False
        queue = self._queues.get(order.symbol)
        return queue is None or not queue.follows_history or order.sent.tif is not TimeInForce.AT_CLOSE

    # --- auctions

    def _open(self, at: Ns, symbol: str) -> list[VenueSays]:
        """The opening or reopening auction, and then what it left meets the book."""
        queue = self._queues[symbol]
        if queue.collecting is None or self.phase_of(symbol) is not Phase.CONTINUOUS:
            return []
        if queue.follows_history:
            queue.collecting = None
            return self._release(at, symbol)
        return self._uncross(at, symbol, queue.collecting)

    def _close(self, at: Ns, symbol: str, change: PhaseChange) -> list[VenueSays]:
        queue = self._queues[symbol]
        if not queue.follows_history:
            says = self._uncross(at, symbol, PrintKind.CLOSING)
            return [*says, *super().on_phase(at, change)]
        queue.collecting = None
        self._timers.at(at + HISTORY_WAIT_NS, lambda now: self._give_up(now, symbol))
        return super().on_phase(at, change)

    def _give_up(self, at: Ns, symbol: str) -> list[VenueSays]:
        """No auction comes any more: whoever waited for one is done."""
        return [word for when in (PrintKind.OPENING, PrintKind.CLOSING) for word in self._expire(at, symbol, when)]

    def _tell_history(self, at: Ns, symbol: str, queue: AuctionQueue) -> list[VenueSays]:
        """Auctions that a recording had: ours who accept the price take part of the shares that it printed."""
        says: list[VenueSays] = []
        printed, queue.printed = queue.printed, []
        for when, px, qty in printed:
            for is_buy in (True, False):
                queue.enter(is_buy=is_buy, qty=qty, when=when, px=px)
            interests = [each.interest for each in queue.due(when) if each.when is when]
            # The recording's own two sides are there, so that no more trades than it printed where ours accept.
            says += self._fill_all(symbol, interests, Clearing(px, qty, 0), when)
            says += self._expire(at, symbol, when)
        return says

    def _uncross(self, at: Ns, symbol: str, when: PrintKind) -> list[VenueSays]:
        queue = self._queues[symbol]
        interests = self._interests(symbol, when)
        cleared = clear(interests, self._reference(symbol), self._grid(symbol))
        says = self._fill_all(symbol, interests, cleared, when) if cleared else []
        queue.collecting = None
        says += self._expire(at, symbol, when)
        if self.phase_of(symbol) is not Phase.CLOSED:
            says += self._release(at, symbol)
        return [*says, *self.drain(at, symbol)]

    def _fill_all(self, symbol: str, interests: list[Interest], cleared: Clearing, when: PrintKind) -> list[VenueSays]:
        """Fill everybody at the auction's price, and print it."""
        says: list[VenueSays] = []
        for interest, qty in allot(interests, cleared):
            if interest.rank is Rank.WAITING:
                self._queues[symbol].reduce(interest.key, qty)
            else:
                self.book(symbol).cross(interest.key, qty)
            if interest.key < 0:
                order = self._by_key[interest.key]
                self.book(symbol).own_net += order.side.sign * qty if interest.rank is Rank.WAITING else 0
                says.append(self._fill(order, qty, cleared.px, LastLiquidityInd.AUCTION, when))
        self._last[symbol] = cleared.px
        says.append(TradePrint(self.mic, symbol, cleared.px, cleared.paired, None, when))
        return says

    def _expire(self, at: Ns, symbol: str, when: PrintKind) -> list[VenueSays]:
        """Whoever was there for this auction only is done."""
        queue = self._queues[symbol]
        says: list[VenueSays] = []
        for waiting in queue.due(when):
            if waiting.when is None:
                continue
            queue.drop(waiting.key)
            if waiting.key < 0:
                order = self._by_key[waiting.key]
                text = f"{self.mic}: {order.leaves} not filled in the {when.value} auction"
                says.append(self._canceled(order, None, text))
        return says

    def _release(self, at: Ns, symbol: str) -> list[VenueSays]:
        """What waited for any auction goes to the book, oldest first."""
        queue = self._queues[symbol]
        says: list[VenueSays] = []
        for waiting in [each for each in queue.due(PrintKind.OPENING) if each.when is None]:
            queue.drop(waiting.key)
            says += self._work(at, self._by_key[waiting.key])
        return says

    def _interests(self, symbol: str, when: PrintKind) -> list[Interest]:
        book = self.book(symbol)
        interests = [waiting.interest for waiting in self._queues[symbol].due(when)]
        for is_bid in (True, False):
            for one in book.standing(is_bid):
                rank = Rank.HIDDEN if one.hidden else Rank.DISPLAYED
                interests.append(Interest(one.id, is_bid, one.px, one.qty + one.reserve, rank))
        return interests

    # --- what is published before

    def _announce_from(self, at: Ns, symbol: str, when: PrintKind) -> None:
        if (symbol, when) not in self._announcing:
            self._announcing[symbol, when] = None
            self._timers.at(at, lambda now: self._announce(now, symbol, when))

    def _announce(self, at: Ns, symbol: str, when: PrintKind) -> list[VenueSays]:
        """The imbalance now, and again after a while until the auction has come."""
        queue, day = self._queues[symbol], self._sessions.get(symbol)
        if when is PrintKind.OPENING:
            coming = queue.collecting is PrintKind.OPENING and self.phase_of(symbol) is not Phase.CONTINUOUS
        else:
            coming = day is not None and at < day.close and self.phase_of(symbol) is not Phase.CLOSED
        if not coming or queue.follows_history:
            del self._announcing[symbol, when]
            return []
        self._timers.at(at + self._settings.imbalance_every_ns, lambda now: self._announce(now, symbol, when))
        return [self.imbalance(symbol, when)]

    def imbalance(self, symbol: str, when: PrintKind) -> AuctionImbalance:
        """What the auction would do if it came now."""
        interests, reference = self._interests(symbol, when), self._reference(symbol)
        cleared = clear(interests, reference, self._grid(symbol))
        if cleared is not None:
            return AuctionImbalance(self.mic, symbol, when, cleared.paired, cleared.imbalance, reference, cleared.px)
        left: Qty = at_price(interests, reference).imbalance if reference is not None else 0
        return AuctionImbalance(self.mic, symbol, when, 0, left, reference)

    def _reference(self, symbol: str) -> Px | None:
        """The last price here, else the midpoint of the NBBO."""
        if symbol in self._last:
            return self._last[symbol]
        nbbo = self.quotes.by_symbol.get(symbol)
        return (nbbo.bid + nbbo.ask) // 2 if nbbo and nbbo.is_normal and nbbo.bid and nbbo.ask else None

    def _grid(self, symbol: str) -> Grid:
        instrument = self._instruments[symbol]
        return Grid(instrument.ceil, instrument.floor)
