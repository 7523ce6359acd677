"""A lit venue: continuous price-time matching, displayed before hidden.

Bias: a reserve order's next peak is shown at once, so that one large taker meets it again before it meets hidden
orders (as on Xetra and CME).

It must not know the other venues' books: of the market it sees the NBBO and the tape only. Fees are not charged here
(they are the profile's), and history that is replayed does not react to us (docs/market.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from router.api import (
    ChildReplaced,
    ChildRequestRejected,
    Instrument,
    LastLiquidityInd,
    LevelUpdate,
    Nbbo,
    Ns,
    PrintKind,
    Px,
    Qty,
    ReplaceChild,
    SendChild,
    TimeInForce,
    TradePrint,
    VenueCommand,
    VenueProfile,
    VenueSays,
)
from simulator.band_desk import BandDesk
from simulator.book import Trade
from simulator.desk import VenueOrder, read_settings
from simulator.lit_book import LitBook, SelfTrade
from simulator.lit_settings import LitSettings
from simulator.pegs import displayed_qty, peg_px, refuse_peg

_IMMEDIATE: Final = frozenset({TimeInForce.IOC, TimeInForce.FOK})


class LitVenue(BandDesk):
    """Every order that docs/market/lit.md lists; what of it a profile takes, its settings say."""

    def __init__(self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int) -> None:
        settings = read_settings(profile, LitSettings)
        super().__init__(profile, instruments, seed, settings)
        self._books = {symbol: LitBook(SelfTrade(settings.self_match)) for symbol in instruments}
        self._lessened: dict[int, None] = {}
        """Takers that self-match prevention has just made smaller, and that have not been told."""

    # --- HasBooks

    def book(self, symbol: str) -> LitBook:
        return self._books[symbol]

    def drain(self, at: Ns, symbol: str) -> list[VenueSays]:
        """Fills and prints in the order of the trades, then the levels as they are now."""
        book = self._books[symbol]
        says: list[VenueSays] = []
        queue = self._queues.get(symbol)
        if queue is not None and queue.printed:
            says += self._tell_history(at, symbol, queue)
        if book.trades:
            for trade in book.trades:
                self._tell(symbol, trade, says)
            book.trades.clear()
        if book.prevented:
            for key, qty in book.prevented:
                says.append(self._lessen(self._by_key[key], qty, rests=bool(book.leaves(key))))
            book.prevented.clear()
        if book.repriced:
            self._followers.update((key, self._by_key[key]) for key in book.repriced if key in self._by_key)
            book.repriced.clear()
        if book.touched:
            mic = self.mic
            for is_bid, px, qty in book.changes():
                says.append(LevelUpdate(mic, symbol, is_bid, px, qty))
        return says

    def _lessen(self, order: VenueOrder, qty: Qty, *, rests: bool) -> VenueSays:
        """Self-match prevention took `qty` out of an order: it is smaller, or done."""
        if not rests:
            return self._canceled(order, None, f"{self.mic}: self-match prevention")
        order.qty -= qty
        return ChildReplaced(self.mic, order.child_id, "", order.qty, order.px, True, self._ahead(order))

    def _tell(self, symbol: str, trade: Trade, says: list[VenueSays]) -> None:
        if trade.taker < 0:
            says.append(self._fill(self._by_key[trade.taker], trade.qty, trade.px, LastLiquidityInd.REMOVED))
        if trade.maker < 0:
            says.append(self._fill(self._by_key[trade.maker], trade.qty, trade.px, LastLiquidityInd.ADDED))
        self._last[symbol] = trade.px
        kind = PrintKind.HIDDEN if trade.hidden else PrintKind.REGULAR
        says.append(TradePrint(self.mic, symbol, trade.px, trade.qty, trade.taker_is_buy, kind))

    # --- KnowsPlaces

    def ahead(self, child_id: str) -> Qty | None:
        order = self._orders.get(child_id)
        return None if order is None else self._ahead(order)

    # --- SimulatedVenue

    def on_command(self, at: Ns, command: VenueCommand) -> list[VenueSays]:
        self._now = at
        return super().on_command(at, command)

    def on_nbbo(self, at: Ns, nbbo: Nbbo) -> list[VenueSays]:
        self.quotes.by_symbol[nbbo.symbol] = nbbo
        if self._limits:
            self._watch_bands(at, nbbo)
        if not self._followers:
            return []
        # The NBBO may move before this venue has said what was done to its book at this instant: fills come first.
        says = self.drain(at, nbbo.symbol)
        # What follows moves one by one, each after what the one before it did.
        for order in [order for order in self._followers.values() if order.symbol == nbbo.symbol]:
            if order.is_open and self.is_trading(order.symbol) and not self._must_wait(order):
                says += self._follow(at, order)
        return says

    def _follow(self, at: Ns, order: VenueOrder) -> list[VenueSays]:
        """Move an order to where it ought to stand now, at the back of the queue there; leave it where that is here."""
        book = self._books[order.symbol]
        stands = book.stands(order.key)
        now = stands[1] if stands else None
        px = self._resting_px(order, self._limit_of(order))
        if px == now or (now is not None and order.sent.peg is None and not _is_nearer(order, px, now)):
            return []
        if order.sent.post_only and px is not None and book.crosses(order.side.is_buy, px):
            return []
        book.cancel(order.key)
        return self._work(at, order)

    def _refuse(self, command: SendChild) -> str:
        instrument = self._instruments[command.symbol]
        if command.px is not None and command.peg is None and not instrument.on_tick(command.px):
            return _off_tick(instrument, command.px)
        if not self._settings.odd_lots and command.qty % instrument.round_lot:
            return f"OrderQty(38) {command.qty} is no multiple of RoundLot(561) {instrument.round_lot}"
        if command.display_qty is not None and not self._profile.supports_hidden:
            return f"MaxFloor(111) {command.display_qty}: reserve and hidden orders are not supported"
        if command.min_qty and command.display_qty:
            return f"MaxFloor(111) {command.display_qty}: an order with MinQty(110) stands hidden"
        if (high := command.display_high_qty) is not None and not 0 < (command.display_qty or 0) <= high:
            shown = command.display_qty if command.display_qty is not None else "none"
            return f"DisplayHighQty(1086) {high} needs a DisplayQty(1138) from 1 to that: got {shown}"
        if command.post_only and (refusal := self._refuse_post_only(command, command.px)):
            return refusal
        return refuse_peg(command) or self._refuse_locking(command, command.px)

    def _refuse_locking(self, order: SendChild, px: Px | None) -> str:
        """Regulation NMS 610(d): a displayed order does not lock or cross a protected quote elsewhere."""
        if self._settings.locking != "reject" or px is None or order.peg or order.tif in _IMMEDIATE:
            return ""
        away = self._away(order.symbol, is_ask=order.side.is_buy)
        if away is None or order.display_qty == 0 or not order.side.accepts(px, away):
            return ""
        book, group = self._books[order.symbol], order.self_match_id or ""
        if book.reachable(group, order.side.is_buy, px, order.qty) >= order.qty:
            return ""
        show = self._instruments[order.symbol].show
        return f"Price(44) {show(px)} would lock or cross {show(away)} displayed elsewhere"

    def _refuse_post_only(self, order: SendChild, px: Px | None) -> str:
        """Participate-don't-initiate, ExecInst(18)=6: an order that would take, hidden shares included, is refused."""
        if not self._profile.supports_post_only:
            return "ExecInst(18)=6 is not supported"
        if px is None or order.tif in _IMMEDIATE:
            return "ExecInst(18)=6 needs a limit order that can rest"
        if self._books[order.symbol].crosses(order.side.is_buy, px):
            return f"ExecInst(18)=6: would take at Price(44) {self._instruments[order.symbol].show(px)}"
        return ""

    def _place(self, at: Ns, order: VenueOrder) -> list[VenueSays]:
        if order.sent.peg is not None:
            self._followers[order.key] = order
        self._enrol(order)
        if self._must_wait(order):
            self._wait(order)
            return [self._accepted(order)]
        missing = self._missing(order)
        if missing:
            return [self._accepted(order), self._canceled(order, None, f"{self.mic}: {missing}")]
        says = self._work(at, order)
        return [self._accepted(order, self._ahead(order)), *says]

    def _enrol(self, order: VenueOrder) -> None:
        """Let the book know whose it is and how it shows itself, and end it at its ExpireTime(126)."""
        sent, book = order.sent, self._books[order.symbol]
        book.groups[order.key] = sent.self_match_id or ""
        if sent.display_high_qty is not None and sent.display_qty:
            low, high, lot = sent.display_qty, sent.display_high_qty, self._instruments[order.symbol].round_lot
            rng = self._rng("refresh", order.child_id)
            book.peaks[order.key] = lambda: rng.randrange(low, high + 1, lot)
        if sent.tif is TimeInForce.GTD and sent.expire_time is not None:
            self._timers.at(sent.expire_time, lambda now: self._expire_order(now, order))

    def _expire_order(self, at: Ns, order: VenueOrder) -> list[VenueSays]:
        return self._withdraw(at, order, text=f"{self.mic}: ExpireTime(126) has come") if order.is_open else []

    def _refuse_tif(self, command: SendChild) -> str:
        if command.tif is not TimeInForce.GTD:
            return super()._refuse_tif(command)
        if command.expire_time is None:
            return "TimeInForce(59)=6 needs ExpireTime(126)"
        return "" if command.expire_time > self._now else "ExpireTime(126) is past"

    def _move(self, at: Ns, order: VenueOrder, command: ReplaceChild) -> list[VenueSays]:
        """A smaller size keeps the place (where the profile says so); a new price or a larger size goes to the back."""
        refusal = self._refuse_move(order, command)
        if refusal:
            text = f"{self.mic}: {refusal}"
            return [ChildRequestRejected(self.mic, order.child_id, command.request_id, text)]
        book = self._books[order.symbol]
        kept = self._profile.replace_keeps_place and command.px == order.px and command.qty <= order.qty
        order.qty, order.px = command.qty, command.px
        if self._must_wait(order):
            says = self._move_waiting(at, order, kept=kept)
        elif kept and book.leaves(order.key):
            book.shrink(order.key, order.leaves)
            says = self.drain(at, order.symbol)
        else:
            book.cancel(order.key)
            if order.sent.peg is None:
                self._followers.pop(order.key, None)
            says = self._work(at, order)
        replaced = ChildReplaced(
            self.mic, order.child_id, command.request_id, command.qty, command.px, kept, self._ahead(order)
        )
        return [replaced, *says]

    def _withdraw(self, at: Ns, order: VenueOrder, *, request_id: str | None = None, text: str = "") -> list[VenueSays]:
        refusal = self._past_cutoff(order.symbol) if request_id and order.sent.tif is TimeInForce.AT_CLOSE else ""
        if request_id and refusal:
            return [ChildRequestRejected(self.mic, order.child_id, request_id, f"{self.mic}: {refusal}")]
        self._leave(order)
        return [self._canceled(order, request_id, text), *self.drain(at, order.symbol)]

    def _end(self, order: VenueOrder) -> None:
        self._followers.pop(order.key, None)
        self._books[order.symbol].forget(order.key)
        super()._end(order)

    # --- inside

    def _leave(self, order: VenueOrder) -> None:
        """Take an order out of wherever it stands."""
        queue = self._queues.get(order.symbol)
        if queue is None or not queue.drop(order.key):
            self._books[order.symbol].cancel(order.key)

    def _move_waiting(self, at: Ns, order: VenueOrder, *, kept: bool) -> list[VenueSays]:
        """A changed order waits on where it stands, or at the back of what waits for the auction."""
        queue, book = self._queues[order.symbol], self._books[order.symbol]
        waiting = queue.get(order.key)
        if kept and waiting is not None:
            waiting.qty = order.leaves
        elif kept and book.leaves(order.key):
            book.shrink(order.key, order.leaves)
        else:
            self._leave(order)
            self._wait(order)
        return self.drain(at, order.symbol)

    def _work(self, at: Ns, order: VenueOrder) -> list[VenueSays]:
        """Match an order that is not in the book, rest or cancel its remainder, and say all that came of it."""
        why = self._match(order)
        says = self.drain(at, order.symbol)
        if order.key in self._lessened:
            del self._lessened[order.key]
            says.append(ChildReplaced(self.mic, order.child_id, "", order.qty, order.px, False, self._ahead(order)))
        if why:
            says.append(self._canceled(order, None, f"{self.mic}: {why}"))
        return says

    def _match(self, order: VenueOrder) -> str:
        """Take what crosses, then rest. Returns why the remainder is to be cancelled, or ""."""
        book, is_buy, pegged = self._books[order.symbol], order.side.is_buy, order.sent.peg is not None
        can_rest = order.sent.tif not in _IMMEDIATE
        px = self._limit_of(order)
        if pegged and px is None:
            return "" if can_rest else "nothing to follow"
        take_px, rest_px = self._taking_px(order, px), self._resting_px(order, px)
        if order.sent.post_only:
            return self._match_post_only(order, rest_px)
        filled, prevented = 0, 0
        # On entry all that is there counts together; once it rests, each contra alone.
        enough = order.min_qty
        if not enough or not can_rest or book.reachable(self._group(order), is_buy, take_px, enough) >= enough:
            filled, prevented = book.take(order.key, is_buy, order.leaves, take_px)
        left = order.leaves - filled - prevented
        if not left:
            return "self-match prevention" if prevented else ""
        if prevented:
            order.qty -= prevented
            self._lessened[order.key] = None
        if rest_px is None or not can_rest:
            return f"{left} not filled"
        self._rest(order, rest_px, left)
        return ""

    def _match_post_only(self, order: VenueOrder, px: Px | None) -> str:
        """Rest, and never take: what was checked on entry may not hold any more after a call or at a new price."""
        if px is None or self._books[order.symbol].crosses(order.side.is_buy, px):
            return "ExecInst(18)=6: would take"
        self._rest(order, px, order.leaves)
        return ""

    def _group(self, order: VenueOrder) -> str:
        return order.sent.self_match_id or ""

    def _rest(self, order: VenueOrder, px: Px, left: Qty) -> None:
        book, shown = self._books[order.symbol], displayed_qty(order.sent)
        if order.sent.peg is not None or px != order.px:
            self._followers[order.key] = order
        if order.sent.peg is not None and shown != 0:
            book.pegged[order.key] = None
        if order.min_qty:
            book.post_minimum(order.key, order.side.is_buy, px, left, order.min_qty)
        else:
            book.post(order.key, order.side.is_buy, px, left, shown)

    def _limit_of(self, order: VenueOrder) -> Px | None:
        """The order's price by its own terms, now."""
        if order.sent.peg is None:
            return order.px
        return peg_px(order.sent, order.px, self.quotes.by_symbol.get(order.symbol), self._instruments[order.symbol])

    def _taking_px(self, order: VenueOrder, px: Px | None) -> Px | None:
        """How far it may take: to the price bands, and to a better quote elsewhere where the profile has it so."""
        is_buy = order.side.is_buy
        px = self._books[order.symbol].within(is_buy, px)
        if self._settings.trade_through == "allow":
            return px
        return _tighter(is_buy, px, self._away(order.symbol, is_ask=is_buy))

    def _resting_px(self, order: VenueOrder, px: Px | None) -> Px | None:
        """Where its remainder stands: within the bands, and displayed a tick from what it would lock elsewhere."""
        is_buy = order.side.is_buy
        if px is None:
            return None
        px = self._books[order.symbol].within(is_buy, px)
        if self._settings.locking != "slide" or displayed_qty(order.sent) == 0:
            return px
        away, instrument = self._away(order.symbol, is_ask=is_buy), self._instruments[order.symbol]
        if away is None:
            return px
        return _tighter(is_buy, px, instrument.floor(away - 1) if is_buy else instrument.ceil(away + 1))

    def _away(self, symbol: str, *, is_ask: bool) -> Px | None:
        """The national best where others than this venue show shares at it; None where they do not.

        Sizes in the NBBO may be a tenth of a second old, so that a quote that we have just taken alone may be looked
        for elsewhere that long.
        """
        nbbo, book = self.quotes.by_symbol.get(symbol), self._books[symbol]
        if nbbo is None or not nbbo.is_normal:
            return None
        px, qty = (nbbo.ask, nbbo.ask_qty) if is_ask else (nbbo.bid, nbbo.bid_qty)
        return px if px is not None and qty > book.level(not is_ask, px) else None

    def _missing(self, order: VenueOrder) -> str:
        """Why a fill-or-kill order, or one with a minimum, is killed; "" when it can have what it needs."""
        need = order.qty if order.sent.tif is TimeInForce.FOK else order.min_qty
        if not need or order.sent.tif not in _IMMEDIATE:
            return ""
        book = self._books[order.symbol]
        px = self._taking_px(order, self._limit_of(order))
        there = book.reachable(self._group(order), order.side.is_buy, px, need)
        rule = "TimeInForce(59)=4" if order.sent.tif is TimeInForce.FOK else "MinQty(110)"
        return "" if there >= need else f"{rule}: {need} wanted, {there} there"

    def _refuse_move(self, order: VenueOrder, command: ReplaceChild) -> str:
        sent, px = order.sent, command.px
        if sent.tif is TimeInForce.AT_CLOSE and (late := self._past_cutoff(order.symbol)):
            return late
        if px is None or px == order.px or sent.peg is not None:
            return ""
        instrument = self._instruments[order.symbol]
        if not instrument.on_tick(px):
            return _off_tick(instrument, px)
        if sent.post_only and (refusal := self._refuse_post_only(sent, px)):
            return refusal
        return self._refuse_locking(sent, px)

    def _ahead(self, order: VenueOrder) -> Qty | None:
        """The exact shares ahead of a resting order, None for one that does not rest."""
        book = self._books[order.symbol]
        return book.ahead(order.key) if book.leaves(order.key) else None


def _tighter(is_buy: bool, px: Px | None, other: Px | None) -> Px | None:
    """The less aggressive of two limits; None is no limit."""
    if px is None or other is None:
        return other if px is None else px
    return min(px, other) if is_buy else max(px, other)


def _is_nearer(order: VenueOrder, px: Px | None, now: Px) -> bool:
    """Whether `px` is nearer to the limit of an order than where it stands now."""
    return px is not None and (px > now if order.side.is_buy else px < now)


def _off_tick(instrument: Instrument, px: Px) -> str:
    return f"Price(44) {instrument.show(px)} is not on the tick {instrument.show(instrument.tick(px))}"
