"""The book's flow through nautilus_trader's order book, in the same run; skipped where that package is not installed.

    python -m benchmarks nautilus

Comparable: both apply one add, change or removal of an order by id to a book of orders (theirs `L3_MBO`, in Rust,
called from Python). Not comparable: theirs has no trades and nobody's place in a queue, and gets its events as objects
made before the clock starts; ours answers what traded, and gets plain arguments.
"""

from __future__ import annotations

from typing import Any

from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import BookOrder, OrderBookDelta
from nautilus_trader.model.enums import BookAction, BookType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price, Quantity

from benchmarks.bench_book import ADD, DELETE, Event, lobster, recorded, replay, synthetic
from benchmarks.harness import rate, ratio, seconds, table
from simulator.book import Book


def deltas(events: list[Event]) -> list[Any]:
    """The events as nautilus_trader's: an order that is made smaller is updated, one that is used up is deleted."""
    instrument, left, out = InstrumentId.from_str("XYZ.XLIT"), dict[int, int](), list[Any]()
    for kind, oid, is_bid, px, qty in events:
        if kind != ADD and oid not in left:
            continue
        stays = qty if kind == ADD else 0 if kind == DELETE else max(left[oid] - qty, 0)
        action = BookAction.ADD if kind == ADD else BookAction.UPDATE if stays else BookAction.DELETE
        side = OrderSide.BUY if is_bid else OrderSide.SELL
        order = BookOrder(side, Price(px / 10_000, 4), Quantity.from_int(stays or left[oid]), oid)
        out.append(OrderBookDelta(instrument, action, order, 0, 0, 0, 0))
        left[oid] = stays
        if not stays:
            del left[oid]
    return out


def apply(events: list[Any]) -> None:
    one = OrderBook(InstrumentId.from_str("XYZ.XLIT"), BookType.L3_MBO).apply_delta
    for event in events:
        one(event)


def measure(name: str, events: list[Event]) -> list[str]:
    theirs = deltas(events)
    ours_s, theirs_s = seconds(lambda: replay(Book, events)), seconds(lambda: apply(theirs))
    return [
        name,
        rate(len(events), ours_s),
        rate(len(theirs), theirs_s),
        ratio(theirs_s / len(theirs), ours_s / len(events)),
    ]


def main() -> None:
    flows = [("synthetic, 100,000 events", synthetic(100_000, seed=1))]
    flows += [(path.name.partition("_")[0], lobster(path)) for path in recorded()]
    columns = ["", "simulator.book", "nautilus_trader", "ratio"]
    table("book beside nautilus_trader's", columns, [measure(*flow) for flow in flows])


if __name__ == "__main__":
    main()
