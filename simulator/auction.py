"""A single-price auction. Bias: at its price displayed orders come before auction-only ones, and those before hidden.

One price that maximises volume, then leaves the least imbalance, then lies nearest the reference; filled by price, then
in that order, then by time. A reserve order takes part whole. An order's own self-match group and MinQty(110) do not
count here: everybody trades at one price at one instant.

It must not know a venue, a clock or a report: interests in, a price and fills out. Prices are quanta,
quantities shares.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple

from msgspec import Struct

from router.api import PrintKind, Px, Qty


class Rank(IntEnum):
    """Who comes first among interests of one price, before time."""

    DISPLAYED = 0
    WAITING = 1
    HIDDEN = 2


class Interest(NamedTuple):
    """Somebody who trades at the auction's price if `px` (None: any) allows it. Time is the order they are given in."""

    key: int
    is_buy: bool
    px: Px | None
    qty: Qty
    rank: Rank = Rank.WAITING

    def accepts(self, px: Px) -> bool:
        return self.px is None or (self.px >= px if self.is_buy else self.px <= px)


class Clearing(NamedTuple):
    """What a price would clear: `imbalance` is what is left over, positive where buyers are."""

    px: Px
    paired: Qty
    imbalance: Qty


class Grid(NamedTuple):
    """The prices that an auction may have: the nearest at or above a price, and at or below it."""

    up: Callable[[Px], Px]
    down: Callable[[Px], Px]


def clear(interests: Sequence[Interest], reference: Px | None, grid: Grid) -> Clearing | None:
    """The auction's price, or None where nobody meets anybody, or nobody names a price.

    Without a reference the middle one of several equally good prices is taken.
    """
    prices = _candidates(interests, reference, grid)
    if not prices:
        return None
    cleared = _clearings(interests, prices)
    most = max(one.paired for one in cleared)
    if not most:
        return None
    least = min(abs(one.imbalance) for one in cleared if one.paired == most)
    best = [one for one in cleared if one.paired == most and abs(one.imbalance) == least]
    if reference is None:
        return best[len(best) // 2]
    return min(best, key=lambda one: (abs(one.px - reference), one.px))


def at_price(interests: Iterable[Interest], px: Px) -> Clearing:
    """What would trade at `px`, and what would be left over."""
    bought = sold = 0
    for interest in interests:
        if interest.accepts(px):
            if interest.is_buy:
                bought += interest.qty
            else:
                sold += interest.qty
    return Clearing(px, min(bought, sold), bought - sold)


def _clearings(interests: Iterable[Interest], prices: Iterable[Px]) -> list[Clearing]:
    """`at_price` at each of `prices`, ascending, in one pass: a whole book is asked every few seconds."""
    starts: Counter[Px] = Counter()
    stops: Counter[Px] = Counter()
    bought = sold = 0
    for interest in interests:
        if interest.is_buy:
            bought += interest.qty
            if interest.px is not None:
                stops[interest.px] += interest.qty
        elif interest.px is None:
            sold += interest.qty
        else:
            starts[interest.px] += interest.qty
    sellers, buyers = deque(sorted(starts.items())), deque(sorted(stops.items()))
    cleared: list[Clearing] = []
    for px in prices:
        while sellers and sellers[0][0] <= px:
            sold += sellers.popleft()[1]
        while buyers and buyers[0][0] < px:
            bought -= buyers.popleft()[1]
        cleared.append(Clearing(px, min(bought, sold), bought - sold))
    return cleared


def allot(interests: Sequence[Interest], cleared: Clearing) -> list[tuple[Interest, Qty]]:
    """Who gets how much: buyers first, each side by price, rank and time. Either side sums to `paired`."""
    fills: list[tuple[Interest, Qty]] = []
    for is_buy in (True, False):
        left = cleared.paired
        side = [each for each in interests if each.is_buy is is_buy and each.accepts(cleared.px)]
        for interest in sorted(side, key=_priority):
            if not left:
                break
            fills.append((interest, min(interest.qty, left)))
            left -= fills[-1][1]
    return fills


def _priority(interest: Interest) -> tuple[bool, Px, Rank]:
    px = interest.px or 0
    return interest.px is not None, -px if interest.is_buy else px, interest.rank


def _candidates(interests: Sequence[Interest], reference: Px | None, grid: Grid) -> list[Px]:
    """Where what trades or is left over may change, its neighbours on the grid, and the reference: no other is better.

    Between two limits next to each other nothing changes, so that the nearest price to the reference is one of these.
    """
    limits = dict.fromkeys(interest.px for interest in interests if interest.px is not None)
    around: set[Px] = set()
    for limit in limits:
        around |= {grid.down(limit - 1), grid.down(limit), grid.up(limit), grid.up(limit + 1)}
    if reference is not None:
        around |= {grid.down(reference), grid.up(reference)}
    return sorted(px for px in around if px > 0)


class Waiting(Struct):
    """An interest that waits for an auction: `when` is its only one (None: whichever comes, then the book)."""

    key: int
    is_buy: bool
    px: Px | None
    qty: Qty
    when: PrintKind | None

    @property
    def interest(self) -> Interest:
        return Interest(self.key, self.is_buy, self.px, self.qty)


class AuctionQueue:
    """What waits for the auctions of one symbol on one venue, oldest first: ours (`key` < 0) and others' (above 0).

    `collecting` is the auction that orders are being collected for, None while the book trades.
    """

    def __init__(self) -> None:
        self.collecting: PrintKind | None = None
        self.printed: list[tuple[PrintKind, Px, Qty]] = []
        """Auctions of history that the venue has not told yet (`history`)."""
        self.follows_history = False
        self._waiting: dict[int, Waiting] = {}
        self._next_id = 1

    # --- what a source of background flow may do

    def enter(self, *, is_buy: bool, qty: Qty, when: PrintKind, px: Px | None = None) -> None:
        """Somebody's interest in one auction only; what it does not get there is gone."""
        assert qty > 0, qty
        self.add(Waiting(self._next_id, is_buy, px, qty, when))
        self._next_id += 1

    def follow_history(self) -> None:
        """The auctions of this day are those of a recording: the venue holds none of its own."""
        self.follows_history = True

    def history(self, when: PrintKind, px: Px, qty: Qty) -> None:
        """History's auction took place. Ours that accept its price are part of its `qty`, first on their side."""
        self.printed.append((when, px, qty))

    # --- what the venue does

    def add(self, waiting: Waiting) -> None:
        """Join at the back."""
        assert waiting.key not in self._waiting, waiting.key
        self._waiting[waiting.key] = waiting

    def get(self, key: int) -> Waiting | None:
        return self._waiting.get(key)

    def drop(self, key: int) -> bool:
        """Withdraw. Returns whether it was there."""
        return self._waiting.pop(key, None) is not None

    def reduce(self, key: int, qty: Qty) -> None:
        """`qty` of it traded."""
        waiting = self._waiting[key]
        waiting.qty -= qty
        assert waiting.qty >= 0, waiting
        if not waiting.qty:
            del self._waiting[key]

    def due(self, when: PrintKind) -> list[Waiting]:
        """Who takes part in this auction, oldest first."""
        return [each for each in self._waiting.values() if each.when is None or each.when is when]

    def __len__(self) -> int:
        return len(self._waiting)
