"""Traders that a scenario brings: one who ignites momentum, one who pings a pool, one whose quote locks another's.

Bias: they have no limits and no fear; they trade at any price, and stop when their time is over. They act in the books
as background flow does: what they take, nobody else gets. It must not know a venue's rules, the router, or why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from router.api import MILLISECOND, Instrument, Ns, Px, Qty
from simulator.book import Book
from simulator.scenario import Incident, Stage
from simulator.scenario_acts import trades
from simulator.source import MarketPort

STRANGER: Final = 1 << 60
"""Ids of a scenario's resting orders begin here, above those of any flow."""
RENEW_NS: Final = 20 * MILLISECOND
"""How often a locking quote is looked after: somebody may have taken it."""


def sweep(port: MarketPort, mics: Sequence[str], symbol: str, qty: Qty, *, is_buy: bool) -> Qty:
    """Take up to `qty` at any price, the best displayed first over all books. Returns the fill."""
    books = [port.book(mic, symbol) for mic in mics]
    left = qty
    while left:
        touches = [book.ask if is_buy else book.bid for book in books]
        keys = [(px if is_buy else -px, number) for number, px in enumerate(touches) if px is not None]
        if not keys:
            break
        key, number = min(keys)
        left -= books[number].market(is_buy, left, key if is_buy else -key)
    return qty - left


class Sweep(Struct, frozen=True, gc=False):
    """One large taker over all displayed books."""

    at: Ns
    symbol: str
    qty: Qty
    is_buy: bool

    def play(self, port: MarketPort, stage: Stage) -> Sequence[Incident]:
        if trades(port, self.symbol) and self.qty:
            sweep(port, stage.lit, self.symbol, self.qty, is_buy=self.is_buy)
        return ()


class Igniter(Struct, frozen=True, kw_only=True):
    """A burst of `orders` takers of `qty` on one side, and `reverse_ns` after the last of them as many on the other.

    `drag_sigmas` is how far the price follows in all, in standard deviations of its day: others join in, and leave
    again. What was bought in the burst is sold in the reversal.
    """

    at: Ns
    symbol: str
    is_buy: bool
    orders: int
    qty: Qty
    gap_ns: Ns
    reverse_ns: Ns
    drag_sigmas: float
    done: int = 0
    position: Qty = 0
    reversed: bool = False

    def play(self, port: MarketPort, stage: Stage) -> Sequence[Incident]:
        position = self.position
        if trades(port, self.symbol):
            filled = sweep(port, stage.lit, self.symbol, self.qty, is_buy=self.is_buy)
            position += -filled if self.reversed else filled
        if self.drag_sigmas:
            sign = 1 if self.is_buy else -1
            port.jump(self.symbol, sign * self.drag_sigmas / self.orders)
        done = self.done + 1
        if done < self.orders:
            return (replace(self, at=self.at + self.gap_ns, done=done, position=position),)
        if self.reversed:
            return ()
        # Rounded up, and no order is of nothing: the price comes back even where nothing was to be had.
        each = max(-(-position // self.orders), 1)
        turned = replace(self, is_buy=not self.is_buy, qty=each, position=position, done=0, reversed=True)
        return (replace(turned, at=self.at + self.reverse_ns),)


class Pinger(Struct, frozen=True, kw_only=True):
    """Immediate-or-cancel orders of `qty` into a pool, buys and sells by turns, `gap_ns` apart, until `until`.

    One that is filled has found somebody: the pinger takes `run_qty` from the displayed books on the found one's side,
    the price moves that way by `drag_sigmas` and stays (what was a secret is known), and `hold_ns` later the pinger
    gives back what it took and goes on.
    """

    at: Ns
    until: Ns
    symbol: str
    pool: str
    qty: Qty
    gap_ns: Ns
    run_qty: Qty
    hold_ns: Ns
    drag_sigmas: float
    is_buy: bool = True

    def play(self, port: MarketPort, stage: Stage) -> Sequence[Incident]:
        if self.at >= self.until:
            return ()
        turn = replace(self, at=self.at + self.gap_ns, is_buy=not self.is_buy)
        if not trades(port, self.symbol) or not port.probe(self.pool, self.symbol, self.qty, is_buy=self.is_buy):
            return (turn,)
        # Whoever sold to our buy has more to sell.
        they_buy = not self.is_buy
        ran = sweep(port, stage.lit, self.symbol, self.run_qty, is_buy=they_buy)
        if self.drag_sigmas:
            port.jump(self.symbol, self.drag_sigmas if they_buy else -self.drag_sigmas)
        over = self.at + self.hold_ns
        return (Sweep(over, self.symbol, ran, not they_buy), replace(turn, at=over))


class Lock(Struct, frozen=True, kw_only=True):
    """A bid on one venue at another's offer, or `through` ticks above it, until `until`; renewed where it was taken.

    Background offers that stand in its way on its own venue are withdrawn before; ours are traded with.
    """

    at: Ns
    until: Ns
    instrument: Instrument
    offering: str
    bidding: str
    through: int
    qty: Qty
    oid: int
    px: Px = 0
    """Where it stands now."""

    def play(self, port: MarketPort, stage: Stage) -> Sequence[Incident]:
        symbol = self.instrument.symbol
        book = port.book(self.bidding, symbol)
        ask = port.book(self.offering, symbol).ask
        over = self.at >= self.until
        px = 0
        if ask is not None and not over and trades(port, symbol):
            px = ask + self.through * self.instrument.tick(ask)
        if px != self.px or not book.qty_of(self.oid):
            book.delete(self.oid)
            if px:
                self._bid(book, px)
        return () if over else (replace(self, at=min(self.at + RENEW_NS, self.until), px=px),)

    def _bid(self, book: Book, px: Px) -> None:
        for ask, _ in book.levels(is_bid=False, n=len(book)):
            if ask > px:
                break
            for oid in book.orders(False, ask):
                book.delete(oid)
        book.limit(self.oid, is_bid=True, px=px, qty=self.qty)
