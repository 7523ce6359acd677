"""A synthetic year of orders in a store, from a seed: to size a machine, and to hold the store's sums against.

Parents, children and fills; no quotes and no prints. Quantities, prices and fees are consistent (fills add up to their
parents), and mean nothing: prices wander at random around an impact of a basis point or so. Knows no journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from router.core.types import (
    MICROSECOND,
    SECOND,
    LastLiquidityInd,
    OrdStatus,
    OrdType,
    PrintKind,
    Reason,
    Side,
    TimeInForce,
    VenueKind,
)
from router.tca.store.schema import TABLES
from router.tca.store.writer import Place, write_batches

Ints: TypeAlias = NDArray[np.int64]

FIRST_DAY: Final = date(2025, 1, 2)
_OPEN_HOUR: Final = 14
_SESSION_S: Final = 23_400
_SCALE: Final = 10_000
_ALGORITHMS: Final = ("VWAP", "TWAP", "POV", "IS")
_REASONS: Final = (Reason.PASSIVE_POST.value, Reason.SWEEP.value, Reason.DARK_REST.value, Reason.CROSS.value)


class _Venue(NamedTuple):
    mic: str
    kind: VenueKind
    print: PrintKind
    reason: int
    liquidity: LastLiquidityInd
    fee: int


_VENUES: Final = (
    _Venue("XLIT", VenueKind.LIT, PrintKind.REGULAR, 0, LastLiquidityInd.ADDED, -2_000),
    _Venue("XALT", VenueKind.LIT, PrintKind.REGULAR, 1, LastLiquidityInd.REMOVED, 2_800),
    _Venue("XDRK", VenueKind.DARK, PrintKind.DARK, 2, LastLiquidityInd.REMOVED, 1_000),
    _Venue("XCRS", VenueKind.CROSS, PrintKind.CROSS, 3, LastLiquidityInd.AUCTION, 500),
)


class Size(NamedTuple):
    """How much: `parents` a date and symbol, `fills` a parent (Poisson, at least 1)."""

    days: int
    symbols: int = 20
    parents: int = 200
    fills: int = 50


YEAR: Final = Size(days=250)
"""A million parents, fifty million fills."""


def trading_days(count: int) -> Iterator[str]:
    """So many weekdays from `FIRST_DAY`, YYYYMMDD."""
    day = FIRST_DAY
    while count:
        if day.isoweekday() <= 5:
            yield f"{day:%Y%m%d}"
            count -= 1
        day += timedelta(days=1)


def write_year(root: Path, seed: int, size: Size) -> dict[str, int]:
    """Write the first `size.days` of a year into the store at `root`; returns the number of rows by table.

    A date and symbol depends on the seed and on its own place alone: a longer year begins as a shorter one.
    """
    written = {"parents": 0, "children": 0, "fills": 0}
    for number, day in enumerate(trading_days(size.days)):
        for symbol in range(size.symbols):
            made = _Partition(seed, number, symbol, day, size)
            for table, columns in (("parents", made.parents()), ("children", made.children()), ("fills", made.fills())):
                batch = pa.RecordBatch.from_pydict(columns, schema=TABLES[table])
                place = Place(table, day, f"S{symbol:02}", made.journal)
                written[table] += write_batches(root, place, [batch])
    return written


class _Partition:
    """One date and symbol; columns as arrays, `owner` the parent of each fill."""

    def __init__(self, seed: int, number: int, symbol: int, day: str, size: Size) -> None:
        self.random = np.random.default_rng([seed, number, symbol])
        self.journal, self.prefix = f"year{seed}-{day}", f"{day}-{symbol:02}-"
        midnight = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
        self.open = (int(midnight.timestamp()) + _OPEN_HOUR * 3_600 + 1_800) * SECOND
        self._draw_parents(size)
        self._draw_fills(size)
        self._add_up()

    def _draw_parents(self, size: Size) -> None:
        draw, count = self.random, size.parents
        self.count = count
        self.buys = draw.integers(0, 2, count) == 0
        self.algorithm = draw.integers(0, len(_ALGORITHMS), count)
        self.mid2 = 2 * 100 * draw.integers(1_000, 20_000, count) + 100 * draw.integers(0, 2, count)
        self.arrived: Ints = (
            self.open + np.sort(draw.integers(0, (_SESSION_S - 3_600) * 1_000_000, count)) * MICROSECOND
        )
        self.lasting: Ints = draw.integers(60, 3_600, count) * SECOND
        self.per_parent = np.maximum(draw.poisson(size.fills, count), 1)

    def _draw_fills(self, size: Size) -> None:
        draw = self.random
        self.owner = np.repeat(np.arange(self.count), self.per_parent)
        fills = self.owner.size
        self.venue = draw.choice(len(_VENUES), fills, p=(0.4, 0.25, 0.3, 0.05))
        self.fill_qty: Ints = 100 * draw.integers(1, 5, fills)
        sign = np.where(self.buys, 1, -1)[self.owner]
        drift = draw.normal(1e-4, 5e-4, fills) * self.mid2[self.owner] / 2
        self.fill_px: Ints = self.mid2[self.owner] // 2 + sign * np.rint(drift).astype(np.int64)
        part = (np.arange(fills) - np.repeat(np.cumsum(self.per_parent) - self.per_parent, self.per_parent) + 1) / (
            self.per_parent[self.owner] + 1
        )
        self.fill_at: Ints = self.arrived[self.owner] + (part * self.lasting[self.owner]).astype(np.int64)

    def _add_up(self) -> None:
        fees = np.array([venue.fee for venue in _VENUES])[self.venue]
        self.fill_fee: Ints = fees * self.fill_qty
        eligible = np.array([venue.print is not PrintKind.CROSS for venue in _VENUES])[self.venue]
        self.cum = self._sum(self.fill_qty)
        self.notional = self._sum(self.fill_qty * self.fill_px)
        self.fees = self._sum(self.fill_fee)
        self.own = self._sum(self.fill_qty * eligible)
        # Others trade between nothing and fifty times as much: every participation from 2 % up.
        others: Ints = 100 * self.random.integers(0, 50 * (self.own // 100 + 1))
        self.volume = self.own + others
        self.market_notional = self._sum(self.fill_qty * self.fill_px * eligible) + others * (self.mid2 // 2)

    def _sum(self, values: Ints) -> Ints:
        sums = np.zeros(self.count, np.int64)
        np.add.at(sums, self.owner, values)
        return sums

    # --- columns

    def parents(self) -> dict[str, Any]:
        """Every fifth parent was left with as much unfilled as a fill has."""
        count, ended = self.count, self.arrived + self.lasting
        unfilled = np.where(np.arange(count) % 5 == 0, 400, 0)
        status = np.where(unfilled > 0, OrdStatus.CANCELED.value, OrdStatus.FILLED.value)
        quantities = pa.StructArray.from_arrays([pa.array(self.arrived), pa.array(self.cum + unfilled)], ["at", "qty"])
        limits = pa.StructArray.from_arrays([pa.array(self.arrived), pa.nulls(count, pa.int64())], ["at", "px"])
        one_each = pa.array(np.arange(count + 1, dtype=np.int32))
        none: list[list[object]] = [[] for _ in range(count)]
        columns = {
            "n": np.arange(count),
            "order_id": self._names("O", np.arange(count)),
            "cl_ord_id": self._names("C", np.arange(count)),
            "side": np.where(self.buys, Side.BUY.value, Side.SELL.value),
            "algorithm": np.array(_ALGORITHMS)[self.algorithm],
            "qty": self.cum + unfilled,
            "status": status,
            "arrived_at": self.arrived,
            "start": self.arrived,
            "end": ended,
            "ended_at": ended,
            "cum_qty": self.cum,
            "notional": self.notional,
            "fees": self.fees,
            "arrival_mid2": self.mid2,
            "arrival2": self.mid2,
            "interval_start": self.arrived,
            "interval_end": ended + SECOND,
            "interval_volume": self.volume,
            "interval_notional": self.market_notional,
            "own_eligible": self.own,
            "quantities": pa.ListArray.from_arrays(one_each, quantities),
            "limits": pa.ListArray.from_arrays(one_each, limits),
            "rests": none,
            "plans": none,
            "amendments": none,
        }
        plain = {"client": "EMS", "currency": "USD", "text": "", "curve": ""}
        numbers = {"price_scale": _SCALE, "multiplier": 1, "refused_at_gate": 0, "curve_days": 0}
        return self._whole("parents", count, columns | plain | numbers)

    def children(self) -> dict[str, Any]:
        """A child a fill, and of every fourth another that filled nothing."""
        fills = self.owner.size
        places = np.concatenate([np.arange(fills), np.arange(0, fills, 4)])
        filled = np.where(np.arange(places.size) < fills, self.fill_qty[places], 0)
        qty, px = self.fill_qty[places], self.fill_px[places]
        at = self.fill_at[places] - np.minimum(SECOND, self.fill_at[places] - self.arrived[self.owner[places]])
        terms = pa.StructArray.from_arrays([pa.array(at), pa.array(qty), pa.array(px)], ["at", "qty", "px"])
        columns = {
            "order_id": self._names("O", self.owner[places]),
            "n": np.arange(places.size),
            "child_id": self._names("K", np.arange(places.size)),
            "at": at,
            **self._of_venue(self.venue[places]),
            "px": px,
            "qty": qty,
            "accepted_at": at,
            "replaced_at": [[] for _ in range(places.size)],
            "terms": pa.ListArray.from_arrays(pa.array(np.arange(places.size + 1, dtype=np.int32)), terms),
            "filled": filled,
            "ended_at": self.fill_at[places],
            "end": np.where(filled > 0, "filled", "canceled"),
        }
        plain = {
            "ord_type": OrdType.LIMIT.value,
            "tif": TimeInForce.DAY.value,
            "post_only": False,
            "conditional": False,
        }
        return self._whole("children", places.size, columns | plain)

    def fills(self) -> dict[str, Any]:
        fills = self.owner.size
        columns = {
            "order_id": self._names("O", self.owner),
            "n": np.arange(fills),
            "exec_id": self._names("E", np.arange(fills)),
            "child_id": self._names("K", np.arange(fills)),
            "at": self.fill_at,
            **self._of_venue(self.venue),
            "kind": np.array([venue.print.value for venue in _VENUES])[self.venue],
            "liquidity": np.array([venue.liquidity.value for venue in _VENUES])[self.venue],
            "qty": self.fill_qty,
            "px": self.fill_px,
            "traded": self.fill_qty * self.fill_px * (1_000_000 // _SCALE),
            "fee": self.fill_fee,
        }
        return self._whole("fills", fills, columns | {"currency": "USD"})

    def _of_venue(self, venue: Ints) -> dict[str, Any]:
        return {
            "venue": np.array([each.mic for each in _VENUES])[venue],
            "venue_kind": np.array([each.kind.value for each in _VENUES])[venue],
            "reason": np.array(_REASONS)[np.array([each.reason for each in _VENUES])[venue]],
        }

    def _names(self, letter: str, numbers: Ints) -> pa.Array:
        return pc.binary_join_element_wise(letter + self.prefix, pc.cast(pa.array(numbers), pa.string()), "")

    def _whole(self, table: str, count: int, columns: dict[str, Any]) -> dict[str, Any]:
        """Every column of the table: those given, one value repeated, or nothing."""
        schema = TABLES[table]
        given = {"journal": self.journal, **columns}
        return {field.name: _column(given.get(field.name), field.type, count) for field in schema}


def _column(values: Any, kind: pa.DataType, count: int) -> Any:  # noqa: ANN401 - whatever Arrow makes an array of
    if values is None:
        return pa.nulls(count, kind)
    if isinstance(values, str | int):
        return pa.repeat(pa.scalar(values, kind), count)
    return values if isinstance(values, pa.Array) else pa.array(values, kind)
