"""One instrument's public market: every venue's book, the national best over protected ones, tape and phase.

Knows no order. The best is kept, not computed at each reading: an update worse than it costs one comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from router.core.events import BookSnapshot, LevelUpdate, MarketEvent, PhaseChange, TradePrint
from router.core.instruments import Instrument
from router.core.profiles import VenueProfile
from router.core.types import Ns, Phase, Px, Qty, Side, VenueKind
from router.core.venue import Nbbo
from router.market.book import BookSide, VenueBook
from router.market.tape import Tape

# Compiled code would else look for the names at every event.
_LEVEL_UPDATE: Final = LevelUpdate
_TRADE_PRINT: Final = TradePrint


class SymbolMarket:
    """What is publicly known of one instrument now.

    `bid`, `ask` and their quantities are the NBBO over protected lit venues that answer; `touch_at` is when a price of
    it last changed and `touch_seq` counts those changes; `status_seq` counts changes of phase and of venues up or down.
    Until a phase is announced it is CLOSED: nothing is sent on silence. `phase` is as announced, but HALTED too where
    every protected venue that answers says for itself that it is: so a halt of the instrument arrives over FIX. From
    the first of them that trades again on the instrument does.
    """

    __slots__ = (
        "_announced",
        "_at_halt",
        "_halt_at",
        "_phases",
        "_protected",
        "ask",
        "ask_qty",
        "bid",
        "bid_qty",
        "books",
        "heard_at",
        "instrument",
        "phase",
        "status_seq",
        "tape",
        "touch_at",
        "touch_seq",
    )

    def __init__(
        self, instrument: Instrument, venues: Sequence[VenueProfile], previous_close: Px | None = None
    ) -> None:
        self.instrument = instrument
        self.books = {venue.mic: VenueBook(venue.mic) for venue in venues}
        self._protected = tuple(
            self.books[venue.mic] for venue in venues if venue.protected and venue.kind is VenueKind.LIT
        )
        self._phases: dict[str, Phase] = {}
        self._announced = Phase.CLOSED
        """The instrument's own phase, as last announced."""
        self.phase = Phase.CLOSED
        self._at_halt: tuple[Px, Ns] | None = None
        """The reference as the last halt began, and its age then."""
        self._halt_at: Ns = 0
        """When the last halt began, or when it ended."""
        self.tape = Tape(previous_close)
        self.bid: Px | None = None
        self.ask: Px | None = None
        self.bid_qty: Qty = 0
        self.ask_qty: Qty = 0
        self.heard_at: Ns = 0
        self.touch_at: Ns = 0
        self.touch_seq = 0
        self.status_seq = 0

    # --- readings

    @property
    def is_normal(self) -> bool:
        """Two-sided, neither locked nor crossed."""
        return self.bid is not None and self.ask is not None and self.bid < self.ask

    @property
    def mid2(self) -> Px | None:
        """Twice the midpoint (exact), or None where the market is one-sided, locked or crossed."""
        if self.bid is None or self.ask is None or self.bid >= self.ask:
            return None
        return self.bid + self.ask

    def near(self, side: Side) -> Px | None:
        """The best price on an order's own side: where it would join."""
        return self.bid if side is Side.BUY else self.ask

    def far(self, side: Side) -> Px | None:
        """The best price against an order: where it would take."""
        return self.ask if side is Side.BUY else self.bid

    def against(self, mic: str, side: Side) -> BookSide:
        """The quotes of one venue that an order of `side` would take."""
        book = self.books[mic]
        return book.asks if side is Side.BUY else book.bids

    def beside(self, mic: str, side: Side) -> BookSide:
        """The quotes of one venue that an order of `side` would join."""
        book = self.books[mic]
        return book.bids if side is Side.BUY else book.asks

    def venue_phase(self, mic: str) -> Phase:
        """The phase at one venue: the instrument's, or the venue's own where the instrument trades continuously."""
        phase = self.phase
        return self._phases.get(mic, phase) if self._phases and phase is Phase.CONTINUOUS else phase

    def nbbo(self) -> Nbbo:
        """The national best as a value."""
        return Nbbo(
            symbol=self.instrument.symbol,
            bid=self.bid,
            ask=self.ask,
            bid_qty=self.bid_qty,
            ask_qty=self.ask_qty,
            at=self.touch_at,
        )

    def reference(self, now: Ns) -> tuple[Px, Ns] | None:
        """What a price collar is measured against, and when it was last known to hold.

        The midpoint (rounded down to a quantum) of a normal market, at the feed's last word; else the last trade, at
        its time; None before either. In a halt the reference from before it stands and does not age: nobody can know
        better. From the resumption on it ages again, and the market's first word replaces it.
        """
        if self._at_halt is None:
            return self._latest()
        px, age = self._at_halt
        if self.phase is Phase.HALTED:
            return px, now - age
        latest = self._latest()
        return latest if latest is not None and latest[1] >= self._halt_at else (px, self._halt_at - age)

    def _latest(self) -> tuple[Px, Ns] | None:
        mid2 = self.mid2
        if mid2 is not None:
            return mid2 // 2, self.heard_at
        if self.tape.last is not None:
            return self.tape.last, self.tape.last_at
        return None

    # --- inputs

    def on_event(self, at: Ns, event: MarketEvent) -> None:
        """Take in one piece of this instrument's market data."""
        if isinstance(event, _LEVEL_UPDATE):
            self.on_level(at, event)
        elif isinstance(event, _TRADE_PRINT):
            self.on_print(at, event)
        elif isinstance(event, BookSnapshot):
            self.on_snapshot(at, event)
        elif isinstance(event, PhaseChange):
            self.on_phase(at, event)

    def on_level(self, at: Ns, update: LevelUpdate) -> None:
        book = self.books[update.venue]
        px = update.px
        self.heard_at = at
        if update.is_bid:
            book.bids.set(px, update.qty)
            # A level worse than the national best can neither make it nor have been it.
            if self.bid is None or px >= self.bid:
                self._renew_bid(at)
        else:
            book.asks.set(px, update.qty)
            if self.ask is None or px <= self.ask:
                self._renew_ask(at)

    def on_snapshot(self, at: Ns, snapshot: BookSnapshot) -> None:
        book = self.books[snapshot.venue]
        book.bids.load(snapshot.bids)
        book.asks.load(snapshot.asks)
        self.heard_at = at
        self._renew(at)

    def on_print(self, at: Ns, trade: TradePrint) -> None:
        self.heard_at = at
        self.tape.add(at, trade.px, trade.qty, trade.kind)

    def on_phase(self, at: Ns, change: PhaseChange) -> None:
        if change.venue is None:
            self._announced = change.phase
        else:
            self._phases[change.venue] = change.phase
        phase = Phase.HALTED if self._is_halted_everywhere else self._announced
        self._keep_reference(at, phase)
        self.phase = phase
        self.status_seq += 1

    @property
    def _is_halted_everywhere(self) -> bool:
        """Whether the instrument should trade, and no protected venue that answers does."""
        if self._announced is not Phase.CONTINUOUS or not self._phases:
            return False
        up = [book.mic for book in self._protected if book.up]
        return bool(up) and all(self._phases.get(mic) is Phase.HALTED for mic in up)

    def _keep_reference(self, at: Ns, phase: Phase) -> None:
        if (phase is Phase.HALTED) is (self.phase is Phase.HALTED):
            return
        if phase is Phase.HALTED:
            known = self.reference(at)
            self._at_halt = None if known is None else (known[0], at - known[1])
        self._halt_at = at

    def set_up(self, at: Ns, mic: str, *, up: bool) -> None:
        """A venue answers again, or does not: then its quotes are nobody's (self-help, Regulation NMS 611(b)(1))."""
        book = self.books[mic]
        book.up = up
        if not up:
            book.clear()
        self.status_seq += 1
        self._renew(at)

    def start_day(self) -> None:
        """A trading date begins: closed until announced otherwise, yesterday's quotes forgotten."""
        for book in self.books.values():
            book.clear()
        self._phases.clear()
        self._at_halt = None
        self._announced = self.phase = Phase.CLOSED
        self.tape.start_day()
        self.status_seq += 1
        self._renew(self.heard_at)

    # --- the national best

    def _renew(self, at: Ns) -> None:
        self._renew_bid(at)
        self._renew_ask(at)

    def _renew_bid(self, at: Ns) -> None:
        best: Px | None = None
        qty = 0
        for book in self._protected:
            side = book.bids
            px = side.best
            if px is None or not book.up:
                continue
            if best is None or px > best:
                best, qty = px, side.best_qty
            elif px == best:
                qty += side.best_qty
        self.bid_qty = qty
        if best != self.bid:
            self.bid = best
            self.touch_at = at
            self.touch_seq += 1

    def _renew_ask(self, at: Ns) -> None:
        best: Px | None = None
        qty = 0
        for book in self._protected:
            side = book.asks
            px = side.best
            if px is None or not book.up:
                continue
            if best is None or px < best:
                best, qty = px, side.best_qty
            elif px == best:
                qty += side.best_qty
        self.ask_qty = qty
        if best != self.ask:
            self.ask = best
            self.touch_at = at
            self.touch_seq += 1
