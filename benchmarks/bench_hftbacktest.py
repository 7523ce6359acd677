"""The book's flow through hftbacktest's Level-3 backtest, in the same run; skipped where that package is not installed.

    python -m benchmarks hftbacktest

Comparable: both apply one add, change or removal of an order by id. Not comparable: theirs is a backtest, in Rust, that
applies each event twice, to an exchange's book and, at its latency, to the depth that a strategy sees, in one call for
the whole flow, from an array that was made before the clock starts; ours is the book alone, called from Python for each
event, answers what traded, and lets an order of ours take what stands there. Executions go to theirs as changes and
removals, as it has no aggressor in the data.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from hftbacktest import BacktestAsset, HashMapMarketDepthBacktest
from hftbacktest import types as hft
from numpy.typing import NDArray

from benchmarks.bench_book import ADD, DELETE, Event, lobster, recorded, replay, synthetic
from benchmarks.harness import rate, ratio, seconds, table
from simulator.book import Book

APART_NS = 1_000
"""Between two events: they take their order from it."""


def rows(events: list[Event]) -> NDArray[np.void]:
    """The events as hftbacktest's array: an order made smaller is modified, one that is used up is cancelled."""
    left, out = dict[int, int](), list[tuple[int, int, int, float, float, int, int, float]]()
    for kind, oid, is_bid, px, qty in events:
        if kind != ADD and oid not in left:
            continue
        stays = qty if kind == ADD else 0 if kind == DELETE else max(left[oid] - qty, 0)
        what = hft.ADD_ORDER_EVENT if kind == ADD else hft.MODIFY_ORDER_EVENT if stays else hft.CANCEL_ORDER_EVENT
        side = hft.BUY_EVENT if is_bid else hft.SELL_EVENT
        at = (len(out) + 1) * APART_NS
        flags = what | hft.EXCH_EVENT | hft.LOCAL_EVENT | side
        out.append((flags, at, at, px / 10_000, float(stays), oid, 0, 0.0))
        left[oid] = stays
        if not stays:
            del left[oid]
    return np.array(out, hft.event_dtype)


class Backtest(Protocol):
    """What is asked of theirs; the package has no types."""

    def elapse(self, ns: int) -> int: ...
    def close(self) -> int: ...


def ready(array: NDArray[np.void]) -> Backtest:
    """A backtest that has not begun: no fees, no latency, and the order queues of the data."""
    asset = BacktestAsset().data(array).linear_asset(1.0).constant_order_latency(0, 0)
    asset = asset.l3_fifo_queue_model().no_partial_fill_exchange().trading_value_fee_model(0.0, 0.0)
    started: Backtest = HashMapMarketDepthBacktest([asset.tick_size(0.01).lot_size(1.0)])
    started.elapse(1)  # compiles its binding, and begins at the first event
    return started


def measure(name: str, events: list[Event]) -> list[str]:
    array, theirs_s = rows(events), float("inf")
    for _ in range(3):
        backtest = ready(array)
        theirs_s = min(theirs_s, seconds(lambda run=backtest: run.elapse(len(array) * APART_NS), rounds=1))
        backtest.close()
    ours_s = seconds(lambda: replay(Book, events))
    cost = ratio(theirs_s / len(array), ours_s / len(events))
    return [name, rate(len(events), ours_s), rate(len(array), theirs_s), cost]


def main() -> None:
    flows = [("synthetic, 100,000 events", synthetic(100_000, seed=1))]
    flows += [(path.name.partition("_")[0], lobster(path)) for path in recorded()]
    columns = ["", "simulator.book", "hftbacktest", "ratio"]
    table("book beside hftbacktest's backtest", columns, [measure(*flow) for flow in flows])


if __name__ == "__main__":
    main()
