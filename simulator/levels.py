"""The parts of an order book: a ladder of price levels, and the queue of a level as runs of background orders and ours.

It must not know how orders match or why they move: `simulator.book` does. Prices are quanta, quantities shares.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from router.api import Px, Qty


class Level:
    """One price of one ladder; it is itself the first run of its queue. `rest` is None until an own order joins."""

    __slots__ = ("ladder", "px", "qty", "queue", "rest", "visits")

    def __init__(self, ladder: Ladder, px: Px) -> None:
        self.ladder = ladder
        self.px = px
        self.qty = 0
        self.queue: dict[int, Qty] = {}
        self.rest: list[Run | Own] | None = None
        self.visits = 0

    @property
    def total(self) -> Qty:
        """All shares that stand at this price in this ladder, ours included."""
        return self.qty if self.rest is None else self.qty + sum(part.qty for part in self.rest)

    def tail(self) -> Level | Run:
        """Where the next background order queues: the last part, or a new run behind our order."""
        if self.rest is None:
            return self
        last = self.rest[-1]
        if isinstance(last, Own):
            last = Run(self)
            self.rest.append(last)
        return last


class Run:
    """A stretch of background orders behind one of ours."""

    __slots__ = ("level", "qty", "queue", "visits")

    def __init__(self, level: Level) -> None:
        self.level = level
        self.qty = 0
        self.queue: dict[int, Qty] = {}
        self.visits = 0


class Own:
    """An order of ours: `qty` stands in the queue, `reserve` waits behind it to be shown `display` at a time."""

    __slots__ = ("display", "key", "level", "qty", "reserve")

    def __init__(self, key: int, level: Level, qty: Qty, reserve: Qty, display: Qty) -> None:
        self.key = key
        self.level = level
        self.qty = qty
        self.reserve = reserve
        self.display = display

    @property
    def leaves(self) -> Qty:
        return self.qty + self.reserve


class Ladder:
    """The levels of one side, displayed or hidden. `keys` ascend towards the best: px for bids, -px for asks."""

    __slots__ = ("hidden", "is_bid", "keys", "levels")

    def __init__(self, *, is_bid: bool, hidden: bool) -> None:
        self.is_bid = is_bid
        self.hidden = hidden
        self.keys: list[int] = []
        self.levels: dict[Px, Level] = {}

    def open(self, px: Px) -> Level:
        level = self.levels[px] = Level(self, px)
        insort(self.keys, px if self.is_bid else -px)
        return level

    def close(self, px: Px) -> None:
        del self.levels[px]
        key = px if self.is_bid else -px
        # The best level is the one that most often empties.
        if self.keys[-1] == key:
            self.keys.pop()
        else:
            del self.keys[bisect_left(self.keys, key)]

    def prices(self, n: int | None = None) -> list[Px]:
        """The best `n` prices (None: all), best first."""
        keys = self.keys if n is None else self.keys[-n:] if n else []
        return [key if self.is_bid else -key for key in reversed(keys)]

    def ranked(self) -> Iterator[tuple[int, bool]]:
        """(-key, hidden), best first: what merges two ladders of one side into a taker's order."""
        for key in reversed(self.keys):
            yield -key, self.hidden

    def best(self) -> Level | None:
        keys = self.keys
        return self.levels[keys[-1] if self.is_bid else -keys[-1]] if keys else None


def displayed(home: Level | Run) -> tuple[bool, Px, Qty] | None:
    """(is_bid, px, displayed shares now) where a touched run is or was; None in a hidden ladder."""
    level = home if isinstance(home, Level) else home.level
    ladder = level.ladder
    if ladder.hidden:
        return None
    # The level may have been closed, and another opened at its price, since.
    standing = ladder.levels.get(level.px)
    if standing is None:
        return ladder.is_bid, level.px, 0
    return ladder.is_bid, level.px, standing.qty if standing.rest is None else standing.total


def accepts(is_buy: bool, limit_px: Px | None, px: Px) -> bool:
    """Whether a taker limited at `limit_px` (None: no limit) trades at `px`."""
    if limit_px is None:
        return True
    return px <= limit_px if is_buy else px >= limit_px


def compact(run: Level | Run) -> None:
    """Rebuild a queue whose front has been looked for often.

    A dict keeps the place of a removed key, so finding the first walks over all removed before it. Rebuilding every
    ~2 sqrt(n) looks makes both walks and rebuilding cost about sqrt(n) steps of a nanosecond or two.
    """
    run.visits += 1
    if run.visits > 16 and run.visits * run.visits > 4 * len(run.queue):
        run.queue = dict(run.queue)
        run.visits = 0
