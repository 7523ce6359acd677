"""The order book: events a second, bytes a resting order, a deep queue, and our place in it.

    python -m benchmarks.bench_book [LOBSTER_MESSAGE_FILE.csv.xz ...]

Each figure stands beside the textbook book's (`textbook.py`) from the same run. Besides a seeded flow of adds, cancels
and executions, LOBSTER days are measured (types 1-4): those named, or GOOG's where there is recorded data.
"""

from __future__ import annotations

import gc
import lzma
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Protocol

from benchmarks.harness import rate, ratio, real_data, seconds, table
from benchmarks.textbook import TextbookBook
from simulator.book import Book

ADD, REDUCE, DELETE, EXECUTE = 1, 2, 3, 4
BACKGROUND_BYTES = 100
Event = tuple[int, int, bool, int, int]
"""(type, order id, is_bid, px, shares), types as LOBSTER numbers them."""


class Clearable(Protocol):
    def clear(self) -> None: ...


class AnyBook(Protocol):
    @property
    def trades(self) -> Clearable: ...
    @property
    def touched(self) -> Clearable: ...

    def add(self, oid: int, is_bid: bool, px: int, qty: int) -> object: ...
    def delete(self, oid: int) -> object: ...
    def reduce(self, oid: int, qty: int) -> object: ...
    def execute(self, oid: int, qty: int) -> object: ...


def synthetic(count: int, seed: int) -> list[Event]:
    """About 48 % adds, 45 % deletes, 2 % reductions, 5 % executions of the best: the mix of GOOG on 2012-06-21."""
    rng, live, events = Random(seed), list[Event](), list[Event]()
    for oid in range(1, count + 1):
        draw = rng.random()
        if draw < 0.48 or len(live) < 500:
            is_bid = rng.random() < 0.5
            away = 100 * (1 + int(rng.expovariate(0.15)))
            order = (ADD, oid, is_bid, 1_000_000 - away if is_bid else 1_000_000 + away, 100 * rng.randrange(1, 6))
            live.append(order)
            events.append(order)
            continue
        at = rng.randrange(len(live))
        live[at], live[-1] = live[-1], live[at]
        _, target, is_bid, px, qty = live[-1]
        if draw < 0.50:
            events.append((REDUCE, target, is_bid, px, 1))
        else:
            live.pop()
            events.append((DELETE if draw < 0.95 else EXECUTE, target, is_bid, px, qty))
    return events


def lobster(path: Path) -> list[Event]:
    """Types 1-4 of a message file."""
    with lzma.open(path, "rt", encoding="ascii") as lines:
        rows = [line.split(",") for line in lines]
    seen, events = set[int](), list[Event]()
    for _, kind, oid, size, px, side in rows:
        event = (int(kind), int(oid), int(side) > 0, int(px), int(size))
        if event[0] == ADD:
            seen.add(event[1])
        if event[0] <= EXECUTE and event[1] in seen:
            events.append(event)
    return events


def replay(make: Callable[[], AnyBook], events: list[Event]) -> AnyBook:
    """Apply all events, and read what each left behind as a venue would (here: by clearing it)."""
    book = make()
    add, reduce, delete, execute = book.add, book.reduce, book.delete, book.execute
    clear, clear_trades = book.touched.clear, book.trades.clear
    for kind, oid, is_bid, px, qty in events:
        if kind == ADD:
            add(oid, is_bid, px, qty)
        elif kind == DELETE:
            delete(oid)
        elif kind == EXECUTE:
            execute(oid, qty)
            clear_trades()
        else:
            reduce(oid, qty)
        clear()
    return book


def measure_flow(name: str, events: list[Event]) -> list[str]:
    ours = seconds(lambda: replay(Book, events))
    textbook = seconds(lambda: replay(TextbookBook, events))
    return [name, rate(len(events), ours), rate(len(events), textbook), ratio(textbook, ours)]


def deep_queue(make: Callable[[], AnyBook], depth: int, turns: int = 10_000) -> float:
    """Seconds for `turns` cancels from the middle half of one level that holds `depth`, each replaced at the back."""
    rng, book, live, victims = Random(1), make(), list(range(1, depth + 1)), list[int]()
    for turn in range(turns):
        victims.append(live.pop(rng.randrange(depth // 4, depth * 3 // 4)))
        live.append(depth + 1 + turn)
    for oid in range(1, depth + 1):
        book.add(oid, True, 1_000_000, 100)

    def churn() -> None:
        for turn, victim in enumerate(victims, start=depth + 1):
            book.delete(victim)
            book.add(turn, True, 1_000_000, 100)
            book.touched.clear()

    return seconds(churn, rounds=1)


def measure_deep(name: str, make: Callable[[], AnyBook]) -> list[str]:
    shallow, deep = deep_queue(make, 100), deep_queue(make, 10_000)
    return [name, rate(20_000, shallow), rate(20_000, deep), ratio(deep, shallow)]


def bytes_per_order(make: Callable[[], AnyBook], orders: int, levels: int) -> float:
    """Resident bytes per order, its share of levels and tables included, its id and size too."""
    gc.collect()
    tracemalloc.start()
    book = make()
    for oid in range(1_000_000, 1_000_000 + orders):
        book.add(oid, True, 1_000_000 + 100 * (oid % levels), 300)
        book.touched.clear()
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return used / orders


def bytes_per_own_order(orders: int, behind: int) -> float:
    """Resident bytes per order of ours on one level; the `behind` background orders behind each are taken off."""
    gc.collect()
    tracemalloc.start()
    book = Book()
    for key in range(1, orders + 1):
        book.post(-key, True, 1_000_000, 300)
        for oid in range(behind):
            book.add(key * behind + oid, True, 1_000_000, 300)
        book.touched.clear()
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (used - orders * behind * BACKGROUND_BYTES) / orders


def ask_our_place(orders: int, ours: int) -> tuple[float, float]:
    """Seconds for 1,000 answers to "how many shares are ahead of me" behind `orders` others: ours, textbook's.

    `ours` are orders of our own spread among the others.
    """
    book, textbook = Book(), TextbookBook()
    for oid in range(1, orders + 1):
        book.add(oid, True, 1_000_000, 100)
        textbook.add(oid, True, 1_000_000, 100)
        if oid * ours // orders > (oid - 1) * ours // orders:
            book.post(-1 - oid, True, 1_000_000, 100)
            textbook.add(orders + 1 + oid, True, 1_000_000, 100)
    book.post(-1, True, 1_000_000, 100)
    textbook.add(orders + 1, True, 1_000_000, 100)
    assert book.ahead(-1) == textbook.ahead(orders + 1)
    return (
        seconds(lambda: [book.ahead(-1) for _ in range(1_000)]),
        seconds(lambda: [textbook.ahead(orders + 1) for _ in range(100)]) * 10,
    )


def recorded() -> list[Path]:
    """GOOG's message file, where there is recorded data."""
    folder = real_data()
    return sorted(folder.glob("orderflow/GOOG_*_message_10.csv.xz")) if folder else []


def main(files: list[Path] | None = None) -> None:
    files = recorded() if files is None else files
    flows = [("synthetic, 400,000 events", synthetic(400_000, seed=1))]
    flows += [(path.name.partition("_")[0], lobster(path)) for path in files]
    table("flow", ["", "simulator.book", "textbook", "ratio"], [measure_flow(*flow) for flow in flows])

    deep = [measure_deep("simulator.book", Book), measure_deep("textbook", TextbookBook)]
    table("cancels from the middle of one level", ["", "100 deep", "10,000 deep", "slower"], deep)

    memory = [
        [
            f"{orders:,} orders, {levels:,} levels",
            *(f"{bytes_per_order(make, orders, levels):.0f} B" for make in (Book, TextbookBook)),
        ]
        for orders, levels in ((100_000, 1_000), (20_000, 5_000), (5_000, 5_000))
    ]
    table("memory per resting order", ["", "simulator.book", "textbook"], memory)

    own = [
        [f"{behind} background orders behind each", f"{bytes_per_own_order(1_000, behind):.0f} B"] for behind in (0, 1)
    ]
    table("memory per order of ours, 1,000 on a level", ["", "simulator.book"], own)

    asked = [(f"{ours:,} of ours among them", *ask_our_place(10_000, ours)) for ours in (0, 1_000)]
    table(
        "our place behind 10,000 orders",
        ["", "simulator.book", "textbook", "ratio"],
        [[name, rate(1_000, fast), rate(1_000, slow), ratio(slow, fast)] for name, fast, slow in asked],
    )


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or None)
