"""What every order-by-order feed comes to: messages about one symbol's orders, and the ledger that tidies them.

A new feed is a reader: it turns rows into calls of `Ledger.add`, `reduce`, `execute` and `delete`, and hands on what
they return (docs/market/real-days.md, "A feed of your own"). LOBSTER's own messages are this language; its reader needs
no ledger, since its file is consistent by construction and refused where it is not.

A ledger knows one symbol's live orders by the feed's own ids, and no book. Real rows contradict each other; what it
does with them is counted, never hidden (`Counts`).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from heapq import heappop, heappush
from typing import Final, Protocol

from msgspec import Struct

from router.api import CalendarDay, Ns, Px, Qty

OID_MAX: Final = 1 << 60
"""Order ids of messages stay below; a replay names what it cannot know from here on."""


class Kind(IntEnum):
    """What a message says; the numbers are LOBSTER's, column 2."""

    ADD = 1
    REDUCE = 2
    DELETE = 3
    EXECUTE = 4
    EXECUTE_HIDDEN = 5
    CROSS = 6
    HALT = 7


class Message(Struct, frozen=True, gc=False):
    """One event of history. `is_bid` is the resting order's side, `oid` is 0 where no order is named.

    A halt carries its meaning in `px`: -1 halt, 0 quoting, 1 trading.
    """

    at: Ns
    kind: int
    oid: int
    qty: Qty
    px: Px
    is_bid: bool


class Counts(Struct):
    """What a feed's rows came to, and what was odd about them."""

    rows: int = 0
    """Rows about the symbol."""
    messages: int = 0
    """What the ledger told of them: an order held back has rows that tell nothing."""
    unknown: int = 0
    """Rows about an order that was never added (it stood before the file begins): passed over."""
    repeated: int = 0
    """An id added while it stands: the second is passed over."""
    excess: int = 0
    """More shares leave an order than it has, or it grows: it loses what it has, and does not grow."""
    crossed: int = 0
    """Orders that came at or beyond the other side's best, and were held back (see `Ledger`)."""
    repriced: int = 0
    """Rows that give an order another price."""
    held_max_ns: Ns = 0
    """The longest that one of them was held back."""


class OrderFeed(Protocol):
    """One symbol's day, order by order. The prices of its messages are quanta of the instrument's scale."""

    @property
    def symbol(self) -> str: ...

    @property
    def session(self) -> CalendarDay:
        """What the file covers."""
        ...

    @property
    def counts(self) -> Counts:
        """Of the rows read so far."""
        ...

    def messages(self) -> Iterator[Message]:
        """The day from its beginning, in order of time; raises FeedError with file, line and text of a bad row."""
        ...


class _Order:
    """`left` is what its own rows say; `unsaid` how much of that it has traded by the rows of those it met already."""

    __slots__ = ("at", "is_bid", "left", "number", "px", "unsaid")

    def __init__(self, at: Ns, number: int, is_bid: bool, px: Px, left: Qty) -> None:
        self.at = at
        self.number = number
        self.is_bid = is_bid
        self.px = px
        self.left = left
        self.unsaid = 0


class Ledger:
    """One symbol's live orders by the feed's ids, which may be any text; messages name them by number, from 1.

    An order that comes in at or beyond the other side's best is a taker whose fills are still to be reported: it is
    held back, its own rows make it smaller, and what is left stands from the moment at which it crosses nothing more.
    So history's book is never crossed, and an execution is told once, by the order that stood, whichever of the two
    rows of a fill comes first.
    """

    def __init__(self) -> None:
        self.counts = Counts()
        self._orders: dict[str, _Order] = {}
        self._held: dict[str, _Order] = {}
        self._numbered = 0
        # Shares by price key (+px or -px, best highest), and the keys as heaps that are cleaned when looked at.
        self._shares: tuple[dict[int, Qty], dict[int, Qty]] = ({}, {})
        self._heaps: tuple[list[int], list[int]] = ([], [])

    def left(self, ref: str) -> Qty | None:
        """What the order has left; None for one that is not known."""
        order = self._orders.get(ref)
        return None if order is None else order.left

    def px(self, ref: str) -> Px | None:
        """The order's price; None for one that is not known."""
        order = self._orders.get(ref)
        return None if order is None else order.px

    def add(self, at: Ns, ref: str, is_bid: bool, px: Px, qty: Qty) -> list[Message]:
        """A new order of `qty` shares."""
        if ref in self._orders:
            self.counts.repeated += 1
            return []
        self._numbered += 1
        order = self._orders[ref] = _Order(at, self._numbered, is_bid, px, qty)
        return self._enter(at, ref, order)

    def reprice(self, at: Ns, ref: str, px: Px, qty: Qty) -> list[Message]:
        """The order is `qty` shares at another price now, and behind everybody there. Nothing of it traded by that."""
        order = self._orders.get(ref)
        if order is None:
            self.counts.unknown += 1
            return []
        self.counts.repriced += 1
        if ref in self._held:
            order.px, order.left = px, qty
            return self._release(at)
        told = self._take_out(at, order)
        self._numbered += 1
        order.at, order.number, order.px, order.left = at, self._numbered, px, qty
        order.unsaid = min(order.unsaid, qty)
        return [*told, *self._enter(at, ref, order)]

    def _take_out(self, at: Ns, order: _Order) -> list[Message]:
        """What stands of an order leaves its level."""
        shares = order.left - order.unsaid
        if not shares:
            return []
        side, key = self._shares[order.is_bid], order.px if order.is_bid else -order.px
        side[key] -= shares
        gone = self.tell(Message(at, Kind.DELETE, order.number, shares, order.px, order.is_bid))
        return [gone, *self._release(at)]

    def _enter(self, at: Ns, ref: str, order: _Order) -> list[Message]:
        if self._crosses(order):
            self.counts.crossed += 1
            self._held[ref] = order
            return []
        return [self._stand(at, order)] if order.left > order.unsaid else []

    def reduce(self, at: Ns, ref: str, qty: Qty) -> list[Message]:
        """`qty` shares of the order are withdrawn."""
        return self._leave(at, ref, qty, Kind.REDUCE)

    def execute(self, at: Ns, ref: str, qty: Qty) -> list[Message]:
        """`qty` shares of the order traded."""
        return self._leave(at, ref, qty, Kind.EXECUTE)

    def delete(self, at: Ns, ref: str) -> list[Message]:
        """All that is left of the order is withdrawn."""
        return self._leave(at, ref, self.left(ref) or 0, Kind.REDUCE)

    def tell(self, message: Message) -> Message:
        """A message that changes no order here (a hidden execution, a halt): it is counted, and told as it is."""
        self.counts.messages += 1
        return message

    def clear(self, at: Ns) -> list[Message]:
        """Every order is withdrawn."""
        return [message for ref in list(self._orders) for message in self.delete(at, ref)]

    def _leave(self, at: Ns, ref: str, qty: Qty, kind: Kind) -> list[Message]:
        order = self._orders.get(ref)
        if order is None:
            self.counts.unknown += 1
            return []
        if qty > order.left:
            self.counts.excess += 1
            qty = order.left
        order.left -= qty
        if not order.left:
            del self._orders[ref]
        if ref in self._held:
            order.unsaid -= qty if kind is Kind.EXECUTE else 0
            self._waited(at, order)
            if not order.left:
                del self._held[ref]
            return []
        if kind is Kind.EXECUTE and order.unsaid > 0:
            said = min(order.unsaid, qty)
            order.unsaid -= said
            qty -= said
        else:
            qty = min(qty, max(qty + order.left - order.unsaid, 0))
        if not qty:
            return []
        if kind is Kind.EXECUTE:
            self._met(order, qty)
        side, key = self._shares[order.is_bid], order.px if order.is_bid else -order.px
        side[key] -= qty
        told = Kind.DELETE if kind is Kind.REDUCE and not order.left else kind
        left = self.tell(Message(at, told, order.number, qty, order.px, order.is_bid))
        return [left, *self._release(at)]

    def _met(self, maker: _Order, qty: Qty) -> None:
        """The oldest order held back that reaches the maker has traded these shares; a row of its own says so, too."""
        for taker in self._held.values():
            if taker.is_bid != maker.is_bid and (taker.px >= maker.px if taker.is_bid else taker.px <= maker.px):
                taker.unsaid += qty
                return

    def _release(self, at: Ns) -> list[Message]:
        """The orders held back that cross nothing more."""
        free = [ref for ref, order in self._held.items() if not self._crosses(order)]
        stand = []
        for ref in free:
            order = self._held[ref]
            # The one before it may be what it crosses now.
            if not self._crosses(order):
                del self._held[ref]
                self._waited(at, order)
                order.unsaid = min(max(order.unsaid, 0), order.left)
                if order.left > order.unsaid:
                    stand.append(self._stand(at, order))
        return stand

    def _waited(self, at: Ns, order: _Order) -> None:
        self.counts.held_max_ns = max(self.counts.held_max_ns, at - order.at)

    def _stand(self, at: Ns, order: _Order) -> Message:
        side, key = self._shares[order.is_bid], order.px if order.is_bid else -order.px
        if key not in side:
            heappush(self._heaps[order.is_bid], -key)
        qty = order.left - order.unsaid
        side[key] = side.get(key, 0) + qty
        return self.tell(Message(at, Kind.ADD, order.number, qty, order.px, order.is_bid))

    def _crosses(self, order: _Order) -> bool:
        """Whether the order would take from what stands on the other side."""
        side, heap = self._shares[not order.is_bid], self._heaps[not order.is_bid]
        while heap and not side[-heap[0]]:
            del side[-heappop(heap)]
        if not heap:
            return False
        return order.px >= heap[0] if order.is_bid else order.px <= -heap[0]
