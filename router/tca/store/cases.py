"""Parents out of a TCA store as cases: what `router.tca.facts.case` gives from the journal, to the last field.

The market of a symbol and journal is read once for all of its parents, so that an analysis may walk through a year of
them with one symbol's date in memory. Knows no analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from typing import Any, TypeAlias

import msgspec

from router.core.algo import SchedulePoint
from router.core.events import CancelRequest, Event, NewOrder, ReplaceRequest, TradePrint
from router.core.types import PrintKind
from router.journal import decode_event
from router.tca.facts.case import Case, curve_of, instrument_of, sessions_of
from router.tca.facts.quotes import Quote, QuoteTape
from router.tca.facts.record import Child, DecisionRecord, Fill, OrderRecord, Planned
from router.tca.facts.tape import MarketTape
from router.tca.store.reader import PLACE, Only, Store
from router.tca.store.writer import StoreError

Row: TypeAlias = dict[str, Any]


def read_case(store: Store, journal: str, order_id: str) -> Case:
    """One parent with its market; StoreError where there is none."""
    store.facts(journal)
    found = store.dicts(f"SELECT * FROM ({store.scan('parents', journal)}) WHERE order_id = ?", (order_id,))
    if not found:
        raise StoreError(f"{store.root}: no OrderID(37) {order_id} in journal {journal}")
    return next(_cases(store, found, "order_id = ?", order_id))


def read_cases(store: Store, only: Only | None = None) -> Iterator[Case]:
    """Every parent that arrived on these dates, journal by journal, symbol by symbol, in the order of their coming."""
    where, parameters = (only or Only()).where()
    parts = store.rows(f"SELECT DISTINCT journal, symbol FROM parents {where} ORDER BY ALL", parameters)
    for journal, symbol in parts:
        sql = f"SELECT * FROM ({store.scan('parents', journal)}) {where} AND symbol = ? ORDER BY n"
        parents = store.dicts(sql, [*parameters, symbol])
        yield from _cases(store, parents, "symbol = ?", symbol)


def _cases(store: Store, parents: list[Row], which: str, value: str) -> Iterator[Case]:
    """Cases of `parents`, of one journal and symbol; their other rows are those for which `which` holds."""
    journal, symbol = parents[0]["journal"], parents[0]["symbol"]
    tables = {}
    for table in ("children", "fills", "decisions"):
        sql = f"SELECT * FROM ({store.scan(table, journal)}) WHERE {which} ORDER BY order_id, n"
        rows = groupby(store.dicts(sql, (value,)), lambda row: row["order_id"])
        tables[table] = {order_id: list(mine) for order_id, mine in rows}
    around = _around(store, journal, symbol)
    for row in parents:
        mine = {name: rows.get(row["order_id"], []) for name, rows in tables.items()}
        yield around(_record(row, **mine))


def _around(store: Store, journal: str, symbol: str) -> Callable[[OrderRecord], Case]:
    """What makes a case of an order: all the rest is the same for every one of the symbol."""
    facts = store.facts(journal)
    config = facts.config
    instrument = instrument_of(config, symbol)
    return partial(
        Case,
        instrument=instrument,
        quotes=_quotes(store, journal, symbol),
        tape=_tape(store, journal, symbol),
        as_of=facts.as_of,
        days=facts.days,
        venues={venue.mic: venue for venue in config.venues} if config else {},
        sessions=sessions_of(config, instrument),
        previous_close=config.last_px.get(symbol) if config else None,
        phases=tuple(facts.phases.get(symbol, ())),
        curve=curve_of(config, symbol),
        cut=facts.cut,
    )


def _record(row: Row, children: list[Row], fills: list[Row], decisions: list[Row]) -> OrderRecord:
    standing = [_made(Fill, each) for each in fills if each["busted_at"] is None]
    busted = [(each["busted_at"], _made(Fill, each)) for each in fills if each["busted_at"] is not None]
    request = None if row["request"] is None else _event(row["request"])
    assert request is None or isinstance(request, NewOrder), request
    known = {name: row[name] for name in OrderRecord.__struct_fields__ if name in row}
    known |= {
        "request": request,
        "amendments": [(each["at"], _amendment(each["event"])) for each in row["amendments"]],
        "quantities": [(each["at"], each["qty"]) for each in row["quantities"]],
        "limits": [(each["at"], each["px"]) for each in row["limits"]],
        "rests": [(each["start"], each["end"]) for each in row["rests"]],
        "plans": [_plan(each) for each in row["plans"]],
        "children": [_made(Child, each) for each in children],
        "decisions": [_made(DecisionRecord, each) for each in decisions],
        "fills": {fill.exec_id: fill for fill in standing},
        "busted": busted,
    }
    return msgspec.convert(known, OrderRecord)


def _quotes(store: Store, journal: str, symbol: str) -> QuoteTape:
    tape = QuoteTape()
    for row in _market(store, "quotes", '"at", bid, ask, bid_qty, ask_qty', journal, symbol):
        tape.add(Quote(*row))
    return tape


def _tape(store: Store, journal: str, symbol: str) -> MarketTape:
    tape = MarketTape()
    for at, px, qty, kind, venue in _market(store, "prints", '"at", px, qty, kind, venue', journal, symbol):
        tape.add(at, TradePrint(venue, symbol, px, qty, kind=PrintKind(kind)))
    return tape


def _market(store: Store, table: str, columns: str, journal: str, symbol: str) -> list[tuple[Any, ...]]:
    """In the order of writing, which is that of time; rows of one instant keep their places."""
    scan = store.scan(table, journal)
    return store.rows(f"SELECT {columns} FROM ({scan}) WHERE symbol = ? ORDER BY date, {PLACE}", (symbol,))


def _made(kind: Any, row: Row) -> Any:  # noqa: ANN401 - whatever struct the caller names
    """A struct of a row's columns, those that it has no field for left out."""
    return msgspec.convert({name: row[name] for name in kind.__struct_fields__ if name in row}, kind)


def _event(text: str) -> Event:
    return decode_event(text.encode())


def _amendment(text: str) -> ReplaceRequest | CancelRequest:
    event = _event(text)
    assert isinstance(event, ReplaceRequest | CancelRequest), event
    return event


def _plan(row: Row) -> Planned:
    points = tuple(SchedulePoint(point["at"], point["qty"]) for point in row["points"])
    return Planned(row["at"], points)
