"""Costs of many parents out of a TCA store: sums by any of the columns, exact, currencies apart. Positive is a cost.

The same figures as `router.tca.cost.analysis` gives of one parent, added up; the SQL is in `router.tca.store.sql`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from router.core.types import Micros, Qty
from router.tca.store.reader import Only, Store
from router.tca.store.sql import COSTS, FEES, UNTIED, VENUES
from router.tca.store.writer import StoreError

PARENT_KEYS: Final = ("date", "symbol", "client", "side", "algorithm", "status", "participation")
CHILD_KEYS: Final = ("date", "symbol", "venue", "venue_kind", "reason")
FILL_KEYS: Final = (*CHILD_KEYS, "kind", "liquidity")


class CostRow(Struct, frozen=True):
    """The parents of one `key`, in one currency. `arrival_*` and `vwap_*` are over those that have such a benchmark."""

    key: tuple[str, ...]
    currency: str
    parents: int
    traded_parents: int
    qty: Qty
    filled: Qty
    traded: Micros
    fees: Micros
    arrival_parents: int
    arrival_cost: Micros
    arrival_value: Micros
    vwap_parents: int
    vwap_cost: Micros
    vwap_value: Micros

    @property
    def arrival_bps(self) -> float | None:
        """Cost against arrival in basis points of what was filled at the arrival mids; None of nothing."""
        return _bps(self.arrival_cost, self.arrival_value)

    @property
    def vwap_bps(self) -> float | None:
        """Cost against the interval's VWAP, in basis points of what was filled at it; None of nothing."""
        return _bps(self.vwap_cost, self.vwap_value)

    @property
    def fees_bps(self) -> float | None:
        """Fees in basis points of what was traded; a rebate is negative."""
        return _bps(self.fees, self.traded)


class VenueRow(Struct, frozen=True):
    """The children sent and the trades made of one `key`; a currency only where something traded."""

    key: tuple[str, ...]
    currency: str
    orders: int
    orders_filled: int
    sent: Qty
    fills: int
    filled: Qty
    traded: Micros
    fees: Micros

    @property
    def fill_rate(self) -> float | None:
        """Shares filled of shares sent, 0 to 1; what was withdrawn and sent again counts again."""
        return self.filled / self.sent if self.sent else None

    @property
    def order_fill_rate(self) -> float | None:
        """Children that filled at all, of those sent, 0 to 1."""
        return self.orders_filled / self.orders if self.orders else None

    @property
    def fees_bps(self) -> float | None:
        return _bps(self.fees, self.traded)


class FeeRow(Struct, frozen=True):
    """The trades of one `key`: what they cost in fees; a rebate is negative."""

    key: tuple[str, ...]
    currency: str
    fills: int
    filled: Qty
    traded: Micros
    fees: Micros

    @property
    def fees_bps(self) -> float | None:
        return _bps(self.fees, self.traded)


def costs(store: Store, by: Sequence[str] = ("algorithm",), only: Only | None = None) -> list[CostRow]:
    """Shortfall against arrival and against the interval's VWAP, and fees, of parents by any of `PARENT_KEYS`.

    By "participation" they are in the buckets of `router.tca.store.sql.BUCKETS_PPM`.
    """
    where, parameters = (only or Only()).where()
    sql = COSTS.format(by=_keys(by, PARENT_KEYS), where=where)
    return [CostRow(row[: len(by)], *row[len(by) :]) for row in store.rows(sql, parameters)]


def venues(store: Store, by: Sequence[str] = ("venue", "venue_kind"), only: Only | None = None) -> list[VenueRow]:
    """Fill rates and fees by any of `CHILD_KEYS`."""
    where, parameters = (only or Only()).where()
    names = _keys(by, CHILD_KEYS)
    keys = ", ".join(f"coalesce(sent.{name}, done.{name})" for name in by)
    same = " AND ".join(f"sent.{name} IS NOT DISTINCT FROM done.{name}" for name in by)
    sql = VENUES.format(by=names, where=where, keys=keys, same=same)
    return [VenueRow(_key(row[: len(by)]), *row[len(by) :]) for row in store.rows(sql, parameters * 2)]


def fees(store: Store, by: Sequence[str] = ("venue", "kind", "reason"), only: Only | None = None) -> list[FeeRow]:
    """Fees of the trades by any of `FILL_KEYS`; a column without a value (a reason that is not known) reads ""."""
    where, parameters = (only or Only()).where()
    sql = FEES.format(by=_keys(by, FILL_KEYS), where=where)
    return [FeeRow(_key(row[: len(by)]), *row[len(by) :]) for row in store.rows(sql, parameters)]


def untied(store: Store) -> list[tuple[str, str, str, str]]:
    """(date, symbol, journal, OrderID) of parents whose fills do not add up to them; a sound store has none."""
    return store.rows(UNTIED)


def _bps(cost: Micros, value: Micros) -> float | None:
    return cost / value * 10_000 if value else None


def _key(values: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(value or "" for value in values)


def _keys(by: Sequence[str], known: Sequence[str]) -> str:
    for name in by:
        if name not in known:
            raise StoreError(f"by {name!r}: one of {', '.join(known)} is allowed")
    if not by:
        raise StoreError(f"by nothing: at least one of {', '.join(known)} is needed")
    return ", ".join(by)
