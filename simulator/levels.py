"""The parts of an order book: a ladder of price levels, and the queue of a level as runs of background orders and ours.

It must not know how orders match or why they move: `simulator.book` does. Prices are quanta, quantities shares.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Final, TypeAlias, final

from router.api import Px, Qty

Boxed: TypeAlias = object
"""A background id, as an object: compiled code would else make a new int of it for each container that it goes into."""

NOTHING: Final = -(1 << 61)
"""The key of no price, below all others, and still an int that compiled code keeps unboxed."""
IDLE_MAX: Final = 1_024
"""Empty levels that a ladder keeps, beyond as many as stand: a price that empties mostly comes back."""
LOTS_MAX: Final = 32
SLACK: Final = 16
"""Places of gone orders that a queue may always keep."""


@final
class Lot:
    """What all orders of one size in one run share, so that an order needs no object of its own."""

    __slots__ = ("home", "qty")

    def __init__(self, home: Run, qty: Qty) -> None:
        self.home = home
        self.qty = qty


class Run:
    """A stretch of background orders, oldest first, with none of ours inside; `qty` are the shares that stand in it.

    `queue` holds ids from `head` on, and the places of orders that are gone: `compact` forgets those where it is longer
    than `room`. `place` is the run's own in its level's `Rest`, -1 for the first run, which is the level itself.
    """

    __slots__ = ("head", "level", "lot", "lots", "place", "qty", "queue", "room")

    def __init__(self, level: Level | None = None) -> None:
        self.queue: list[Boxed] = []
        self.head = 0
        self.room = SLACK
        self.qty: Qty = 0
        self.place = -1
        self.lot: Lot | None = None
        self.lots: dict[Qty, Lot] | None = None
        """By size, from the second size on: most queues are short, and of one."""
        if level is not None:
            self.level = level

    def lot_of(self, qty: Qty) -> Lot:
        """The lot of a size that is not `lot`."""
        if self.lot is None:
            self.lot = Lot(self, qty)
            return self.lot
        lots = self.lots
        if lots is None:
            lots = self.lots = {self.lot.qty: self.lot}
        lot = lots.get(qty)
        if lot is None:
            if len(lots) >= LOTS_MAX:
                lots.clear()
            lot = lots[qty] = Lot(self, qty)
        return lot

    def compact(self, orders: dict[Boxed, Lot]) -> None:
        """Forget the places of orders that are gone. With room for as many again, each costs two looks at most."""
        queue = self.queue[self.head :] if self.head else self.queue
        lots = map(orders.get, queue)
        self.queue = [boxed for boxed, lot in zip(queue, lots, strict=True) if lot is not None and lot.home is self]
        self.head = 0
        self.room = 2 * len(self.queue) + SLACK
        self._left_no_place()

    def empty(self) -> None:
        """The last order is gone."""
        self.queue.clear()
        self.head = 0
        self._left_no_place()

    def _left_no_place(self) -> None:
        """No place of a gone order is left here, nor at this price where this is its only run."""
        level = self.level
        if level.rest is None:
            level.gone_top = -1


class Level(Run):
    """One price of one ladder; it is itself the first run of its queue. `rest` is None until an own order joins.

    `idle` is one that is empty: the ladder keeps it, since its price will be back. `gone_top` is the highest id whose
    place may be left in one of its runs: a higher one has none here.
    """

    __slots__ = ("gone_top", "idle", "ladder", "px", "rest")

    def __init__(self, ladder: Ladder, px: Px) -> None:
        super().__init__()
        self.level = self
        self.ladder = ladder
        self.px = px
        self.rest: Rest | None = None
        self.gone_top = -1
        self.idle = True

    @property
    def total(self) -> Qty:
        """All shares that stand at this price in this ladder, ours included: a running sum."""
        rest = self.rest
        return self.qty if rest is None else self.qty + rest.total

    def tail(self) -> Run:
        """Where the next background order queues: the last part, or a new run behind our order."""
        rest = self.rest
        if rest is None:
            return self
        last = rest.parts[-1]
        if isinstance(last, Run):
            return last
        run = Run(self)
        run.place = rest.append(run, 0)
        return run

    def parts(self) -> list[Run | Own]:
        """The queue in the order in which it trades: the level as its first run, then ours and the runs behind."""
        return [self] if self.rest is None else [self, *self.rest.standing()]

    def behind(self, place: int, delta: Qty) -> None:
        """The part at `place` of the rest grew by `delta`."""
        rest = self.rest
        assert rest is not None, self.px
        rest.change(place, delta)


@final
class Own:
    """An order of ours: `qty` stands in the queue, `reserve` waits behind it to be shown `display` at a time."""

    __slots__ = ("display", "key", "level", "place", "qty", "reserve")

    def __init__(self, key: int, level: Level, qty: Qty, reserve: Qty, display: Qty) -> None:
        self.key = key
        self.level = level
        self.qty = qty
        self.reserve = reserve
        self.display = display
        self.place = -1

    @property
    def leaves(self) -> Qty:
        return self.qty + self.reserve


@final
class Rest:
    """The parts of a queue from our first order on, and how many shares stand before each: a Fenwick tree.

    (Fenwick 1994, "A new data structure for cumulative frequency tables".) A part that goes leaves its place empty;
    `append` numbers all anew when most places are. Reading and changing a sum cost log2 of the places.
    """

    __slots__ = ("count", "first", "parts", "total", "tree")

    def __init__(self) -> None:
        self.parts: list[Run | Own | None] = []
        self.tree: list[Qty] = [0]
        self.total: Qty = 0
        self.first = 0
        """No part stands before this place."""
        self.count = 0

    def append(self, part: Run | Own, qty: Qty) -> int:
        """A part of `qty` shares joins the back. Returns its place."""
        if len(self.parts) > 2 * self.count + SLACK:
            self._renumber()
        self._push(part, qty)
        self.count += 1
        self.total += qty
        return len(self.parts) - 1

    def change(self, place: int, delta: Qty) -> None:
        self.total += delta
        tree, at = self.tree, place + 1
        while at < len(tree):
            tree[at] += delta
            at += at & -at

    def before(self, place: int) -> Qty:
        """Shares of the parts before `place`."""
        tree, at, found = self.tree, place, 0
        while at:
            found += tree[at]
            at &= at - 1
        return found

    def remove(self, place: int, qty: Qty) -> None:
        """A part that stood with `qty` shares goes. The last place is never left empty."""
        if qty:
            self.change(place, -qty)
        parts = self.parts
        parts[place] = None
        self.count -= 1
        while parts and parts[-1] is None:
            parts.pop()
            self.tree.pop()
        self.first = min(self.first, len(parts))

    def front(self) -> Run | Own | None:
        """The first part that stands."""
        parts, at = self.parts, self.first
        while at < len(parts) and parts[at] is None:
            at += 1
        self.first = at
        return parts[at] if at < len(parts) else None

    def standing(self) -> list[Run | Own]:
        return [part for part in self.parts if part is not None]

    def _push(self, part: Run | Own, qty: Qty) -> None:
        self.parts.append(part)
        tree, at = self.tree, len(self.parts)
        below, stop = at - 1, at & (at - 1)
        while below > stop:
            qty += tree[below]
            below &= below - 1
        tree.append(qty)

    def _renumber(self) -> None:
        standing = self.standing()
        self.parts, self.tree, self.first = [], [0], 0
        for place, part in enumerate(standing):
            part.place = place
            self._push(part, part.qty)


@final
class Ladder:
    """The levels of one side, displayed or hidden. `keys` ascend towards the best: px for bids, -px for asks.

    `levels` has the idle ones too, `keys` has not. `top` is the best key, NOTHING where there is none, and `first` its
    level: everybody looks at the best.
    """

    __slots__ = ("first", "hidden", "is_bid", "keys", "levels", "top")

    def __init__(self, *, is_bid: bool, hidden: bool) -> None:
        self.is_bid = is_bid
        self.hidden = hidden
        self.keys: list[int] = []
        self.levels: dict[Px, Level] = {}
        self.top = NOTHING
        self.first: Level | None = None

    def open(self, px: Px) -> Level:
        """The level at a price, standing from now on; its first order is the caller's to add."""
        level = self.levels.get(px)
        if level is None:
            if len(self.levels) > 2 * len(self.keys) + IDLE_MAX:
                self.levels = {px: level for px, level in self.levels.items() if not level.idle}
            level = self.levels[px] = Level(self, px)
        if level.idle:
            self.reopen(level)
        return level

    def reopen(self, level: Level) -> None:
        """An idle level stands again."""
        level.idle = False
        key = level.px if self.is_bid else -level.px
        if key < self.top:
            insort(self.keys, key)
        else:
            self.keys.append(key)
            self.top = key
            self.first = level

    def close(self, level: Level) -> None:
        """A level is empty."""
        level.idle = True
        keys, key = self.keys, level.px if self.is_bid else -level.px
        if key != self.top:
            del keys[bisect_left(keys, key)]
            return
        # The best level is the one that most often empties.
        keys.pop()
        if keys:
            self.top = top = keys[-1]
            self.first = self.levels[top if self.is_bid else -top]
        else:
            self.top = NOTHING
            self.first = None

    def prices(self, n: int | None = None) -> list[Px]:
        """The best `n` prices (None: all), best first."""
        keys = self.keys if n is None else self.keys[-n:] if n else []
        return [key if self.is_bid else -key for key in reversed(keys)]

    def ranked(self) -> Iterator[tuple[int, bool]]:
        """(-key, hidden), best first: what merges two ladders of one side into a taker's order."""
        for key in reversed(self.keys):
            yield -key, self.hidden


def accepts(is_buy: bool, limit_px: Px | None, px: Px) -> bool:
    """Whether a taker limited at `limit_px` (None: no limit) trades at `px`."""
    if limit_px is None:
        return True
    return px <= limit_px if is_buy else px >= limit_px
