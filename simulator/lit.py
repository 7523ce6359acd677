"""A lit venue: continuous price-time matching, displayed before hidden.

Bias: a reserve order's next peak is shown at once, so that one large taker meets it again before it meets hidden
orders (as on Xetra and CME).

It must not know the other venues' books: of the market it sees the NBBO only, to price midpoint pegs. Fees are not
charged here (they are the profile's), and history that is replayed does not react to us (docs/simulator.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from router.api import (
    ChildReplaced,
    ChildRequestRejected,
    Instrument,
    LastLiquidityInd,
    LevelUpdate,
    Nbbo,
    Ns,
    OrdType,
    Peg,
    PrintKind,
    Px,
    Qty,
    ReplaceChild,
    SendChild,
    TimeInForce,
    TradePrint,
    VenueProfile,
    VenueSays,
)
from simulator.book import Book, SelfMatch, Trade
from simulator.desk import Desk, VenueOrder, read_settings

_SELF_MATCH: Final = {
    "allow": SelfMatch.ALLOW,
    "newest": SelfMatch.CANCEL_NEWEST,
    "oldest": SelfMatch.CANCEL_OLDEST,
    "both": SelfMatch.CANCEL_BOTH,
}


class LitSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`VenueProfile.settings` of a lit venue.

    `self_match`: which order goes when two of ours would trade: "allow" (none; they trade), "newest", "oldest", "both".
    """

    self_match: Literal["allow", "newest", "oldest", "both"] = "allow"


class LitVenue(Desk):
    """Limit, market, IOC, FOK, post-only (18=6), hidden, reserve, midpoint peg (18=M, hidden), MinQty(110) with IOC."""

    def __init__(self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int) -> None:
        super().__init__(profile, instruments, seed)
        rule = _SELF_MATCH[read_settings(profile, LitSettings).self_match]
        self._books = {symbol: Book(rule) for symbol in instruments}
        self._nbbo: dict[str, Nbbo] = {}
        self._pegged: dict[int, VenueOrder] = {}

    # --- HasBooks

    def book(self, symbol: str) -> Book:
        return self._books[symbol]

    def drain(self, at: Ns, symbol: str) -> list[VenueSays]:
        """Fills and prints in the order of the trades, then the levels as they are now."""
        book = self._books[symbol]
        says: list[VenueSays] = []
        if book.trades:
            for trade in book.trades:
                self._tell(symbol, trade, says)
            book.trades.clear()
        if book.prevented:
            says += [
                self._canceled(self._by_key[key], None, f"{self.mic}: self-match prevention")
                for key, _ in book.prevented
            ]
            book.prevented.clear()
        if book.touched:
            mic = self.mic
            for is_bid, px, qty in book.changes():
                says.append(LevelUpdate(mic, symbol, is_bid, px, qty))
        return says

    def _tell(self, symbol: str, trade: Trade, says: list[VenueSays]) -> None:
        if trade.taker < 0:
            says.append(self._fill(self._by_key[trade.taker], trade.qty, trade.px, LastLiquidityInd.REMOVED))
        if trade.maker < 0:
            says.append(self._fill(self._by_key[trade.maker], trade.qty, trade.px, LastLiquidityInd.ADDED))
        kind = PrintKind.HIDDEN if trade.hidden else PrintKind.REGULAR
        says.append(TradePrint(self.mic, symbol, trade.px, trade.qty, trade.taker_is_buy, kind))

    # --- KnowsPlaces

    def ahead(self, child_id: str) -> Qty | None:
        order = self._orders.get(child_id)
        return None if order is None else self._ahead(order)

    # --- SimulatedVenue

    def on_nbbo(self, at: Ns, nbbo: Nbbo) -> list[VenueSays]:
        self._nbbo[nbbo.symbol] = nbbo
        says: list[VenueSays] = []
        if not self._pegged:
            return says
        # What is pegged moves one by one, each after what the one before it did.
        for order in [order for order in self._pegged.values() if order.symbol == nbbo.symbol]:
            if order.is_open:
                self._books[order.symbol].cancel(order.key)
                says += self._work(at, order)
        return says

    def _refuse(self, command: SendChild) -> str:
        instrument = self._instruments[command.symbol]
        if command.px is not None and command.peg is None and not instrument.on_tick(command.px):
            return _off_tick(instrument, command.px)
        if command.ord_type is OrdType.PEGGED and command.peg is not Peg.MID:
            return f"ExecInst(18)={command.peg.value if command.peg else ''}: only the midpoint (M) is pegged to here"
        if command.display_qty is not None and not self._profile.supports_hidden:
            return f"MaxFloor(111) {command.display_qty}: reserve and hidden orders are not supported"
        if command.min_qty and command.tif is not TimeInForce.IOC:
            return f"MinQty(110) {command.min_qty} is taken with TimeInForce(59)=3 only"
        if command.post_only:
            return self._refuse_post_only(command, command.px)
        return ""

    def _refuse_post_only(self, order: SendChild, px: Px | None) -> str:
        """Participate-don't-initiate, ExecInst(18)=6: an order that would take, hidden shares included, is refused."""
        if not self._profile.supports_post_only:
            return "ExecInst(18)=6 is not supported"
        if px is None or order.tif in {TimeInForce.IOC, TimeInForce.FOK}:
            return "ExecInst(18)=6 needs a limit order that can rest"
        if self._books[order.symbol].crosses(order.side.is_buy, px):
            return f"ExecInst(18)=6: would take at Price(44) {self._instruments[order.symbol].show(px)}"
        return ""

    def _place(self, at: Ns, order: VenueOrder) -> list[VenueSays]:
        if order.sent.peg is not None:
            self._pegged[order.key] = order
        missing = self._missing(order)
        if missing:
            return [self._accepted(order), self._canceled(order, None, f"{self.mic}: {missing}")]
        says = self._work(at, order)
        return [self._accepted(order, self._ahead(order)), *says]

    def _move(self, at: Ns, order: VenueOrder, command: ReplaceChild) -> list[VenueSays]:
        """A smaller size keeps the place (where the profile says so); a new price or a larger size goes to the back."""
        refusal = self._refuse_move(order, command)
        if refusal:
            text = f"{self.mic}: {refusal}"
            return [ChildRequestRejected(self.mic, order.child_id, command.request_id, text)]
        book = self._books[order.symbol]
        kept = self._profile.replace_keeps_place and command.px == order.px and command.qty <= order.qty
        order.qty, order.px = command.qty, command.px
        if kept and book.leaves(order.key):
            book.shrink(order.key, order.leaves)
            says = self.drain(at, order.symbol)
        else:
            book.cancel(order.key)
            says = self._work(at, order)
        replaced = ChildReplaced(
            self.mic, order.child_id, command.request_id, command.qty, command.px, kept, self._ahead(order)
        )
        return [replaced, *says]

    def _withdraw(self, at: Ns, order: VenueOrder, *, request_id: str | None = None, text: str = "") -> list[VenueSays]:
        self._books[order.symbol].cancel(order.key)
        return [self._canceled(order, request_id, text), *self.drain(at, order.symbol)]

    def _end(self, order: VenueOrder) -> None:
        self._pegged.pop(order.key, None)
        super()._end(order)

    # --- inside

    def _work(self, at: Ns, order: VenueOrder) -> list[VenueSays]:
        """Match an order that is not in the book, rest or cancel its remainder, and say all that came of it."""
        why = self._match(order)
        says = self.drain(at, order.symbol)
        if why:
            says.append(self._canceled(order, None, f"{self.mic}: {why}"))
        return says

    def _match(self, order: VenueOrder) -> str:
        """Take what crosses, then rest. Returns why the remainder is to be cancelled, or ""."""
        book, is_buy, pegged = self._books[order.symbol], order.side.is_buy, order.sent.peg is not None
        can_rest = order.sent.tif not in {TimeInForce.IOC, TimeInForce.FOK}
        px = self._peg_px(order) if pegged else order.px
        if pegged and px is None:
            return "" if can_rest else "no midpoint"
        filled, prevented = book.take(order.key, is_buy, order.leaves, px)
        left = order.leaves - filled
        if not left:
            return ""
        if prevented:
            return "self-match prevention"
        if px is None or not can_rest:
            return f"{left} not filled"
        book.post(order.key, is_buy, px, left, 0 if pegged else order.sent.display_qty)
        return ""

    def _missing(self, order: VenueOrder) -> str:
        """Why a fill-or-kill order, or one with a minimum, is killed; "" when it can have what it needs."""
        need = order.qty if order.sent.tif is TimeInForce.FOK else order.min_qty
        if not need:
            return ""
        book = self._books[order.symbol]
        px = self._peg_px(order) if order.sent.peg else order.px
        there = book.available(order.side.is_buy, px, need, own=True)
        rule = "TimeInForce(59)=4" if order.sent.tif is TimeInForce.FOK else "MinQty(110)"
        return "" if there >= need else f"{rule}: {need} wanted, {there} there"

    def _peg_px(self, order: VenueOrder) -> Px | None:
        """The midpoint, capped by the limit; None while there is none.

        A midpoint between two quanta rounds to the order's own side: a buy down, a sell up.
        """
        nbbo = self._nbbo.get(order.symbol)
        if nbbo is None or nbbo.bid is None or nbbo.ask is None or not nbbo.is_normal:
            return None
        mid2 = nbbo.bid + nbbo.ask
        if order.side.is_buy:
            return min(mid2 // 2, order.px) if order.px is not None else mid2 // 2
        return max(-(-mid2 // 2), order.px) if order.px is not None else -(-mid2 // 2)

    def _refuse_move(self, order: VenueOrder, command: ReplaceChild) -> str:
        sent, px = order.sent, command.px
        if px is None or px == order.px or sent.peg is not None:
            return ""
        instrument = self._instruments[order.symbol]
        if not instrument.on_tick(px):
            return _off_tick(instrument, px)
        return self._refuse_post_only(sent, px) if sent.post_only else ""

    def _ahead(self, order: VenueOrder) -> Qty | None:
        """The exact shares ahead of a resting order, None for one that does not rest."""
        book = self._books[order.symbol]
        return book.ahead(order.key) if book.leaves(order.key) else None


def _off_tick(instrument: Instrument, px: Px) -> str:
    return f"Price(44) {instrument.show(px)} is not on the tick {instrument.show(instrument.tick(px))}"
