"""Reads a TCA store through DuckDB, in bounded memory: tables as views, one parent as a `Case`, any SQL.

What DuckDB holds (sorts, joins, groups) stays below `memory_mb`; what does not fit is spilled into the store's folder
`spill`, and removed. Figures over many parents are in `router.tca.store_costs`; this module knows no cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import duckdb
import msgspec
import pyarrow.parquet as pq

from router.core.algo import SchedulePoint
from router.core.events import CancelRequest, Event, NewOrder, ReplaceRequest, TradePrint
from router.core.types import PrintKind
from router.journal import decode_event
from router.tca.case import Case, instrument_of, sessions_of
from router.tca.quotes import Quote, QuoteTape
from router.tca.record import Child, DecisionRecord, Fill, OrderRecord, Planned
from router.tca.store_schema import TABLES, VERSION, VERSION_KEY
from router.tca.store_sql import VIEWS
from router.tca.store_writer import JournalFacts, StoreError, facts_path
from router.tca.tape import MarketTape

MEMORY_MB: Final = 1_024
"""Enough for the groups of a million parents; a machine of any size has it."""
_PLACE: Final = "file_row_number"


class Store:
    """A store, open for reading; close it, or use it in a `with`.

    `days` and `symbols` are folders, so that a question that names them reads these files only. StoreError where `root`
    holds no store.
    """

    def __init__(self, root: Path, *, memory_mb: int = MEMORY_MB, threads: int | None = None) -> None:
        if not any((root / table).is_dir() for table in TABLES):
            raise StoreError(f"{root}: no TCA store: none of {', '.join(TABLES)} in it")
        if any(sign in str(root) for sign in "*?[{"):
            raise StoreError(f"{root}: the path of a store has none of * ? [ {{")
        self.root = root
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": str(root / "spill"),
            "preserve_insertion_order": False,
        }
        if threads is not None:
            settings["threads"] = threads
        self._db = duckdb.connect(":memory:", config=settings)
        for table in TABLES:
            self._db.execute(f"CREATE VIEW {table} AS {self._scan(table)}")
        for statement in VIEWS:
            self._db.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def _scan(self, table: str, journal: str = "*") -> str:
        """The table's files as SQL, of one journal or of all; of a table without a file, no row."""
        first = next((self.root / table).glob(f"date=*/symbol=*/{journal}.parquet"), None)
        if first is None:
            columns = ", ".join(f'NULL AS "{name}"' for name in (*TABLES[table].names, "date", "symbol", _PLACE))
            return f"SELECT {columns} WHERE false"
        _check_version(first)
        files = str(self.root / table / "date=*" / "symbol=*" / f"{journal}.parquet").replace("'", "''")
        kinds = "{'date': VARCHAR, 'symbol': VARCHAR}"
        return f"SELECT * FROM read_parquet('{files}', hive_partitioning = true, hive_types = {kinds}, {_PLACE} = true)"

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query over the tables and the views of `router.tca.store_sql`."""
        return self._run(sql, parameters).fetchall()

    def dicts(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """As `rows`, by the columns' names."""
        found = self._run(sql, parameters)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _run(self, sql: str, parameters: Sequence[object]) -> duckdb.DuckDBPyConnection:
        try:
            return self._db.execute(sql, list(parameters))
        except duckdb.Error as error:
            raise StoreError(f"{self.root}: {error}") from error

    def facts(self, journal: str) -> JournalFacts:
        """What is of the journal as a whole; StoreError where the store has none of that name or version."""
        path = facts_path(self.root, journal)
        if not path.is_file():
            raise StoreError(f"{self.root}: no journal {journal}")
        try:
            facts = msgspec.json.decode(path.read_bytes(), type=JournalFacts)
        except msgspec.DecodeError as error:
            raise StoreError(f"{path}: {error}") from None
        if facts.version != VERSION:
            raise StoreError(f"{path}: store of version {facts.version}, this version reads {VERSION}")
        return facts

    def case(self, journal: str, order_id: str) -> Case:
        """One parent with its market, as `router.tca.case.case_of` would give it from the journal.

        StoreError where there is no such parent.
        """
        facts = self.facts(journal)
        found = self._of_order("parents", journal, order_id)
        if not found:
            raise StoreError(f"{self.root}: no OrderID(37) {order_id} in journal {journal}")
        row = found[0]
        symbol, config = row["symbol"], facts.config
        instrument = instrument_of(config, symbol)
        return Case(
            record=self._record(row),
            instrument=instrument,
            quotes=self._quotes(journal, symbol),
            tape=self._tape(journal, symbol),
            as_of=facts.as_of,
            days=facts.days,
            venues={venue.mic: venue for venue in config.venues} if config else {},
            sessions=sessions_of(config, instrument),
            previous_close=config.last_px.get(symbol) if config else None,
            phases=tuple(facts.phases.get(symbol, ())),
        )

    # --- inside

    def _of_order(self, table: str, journal: str, order_id: str) -> list[dict[str, Any]]:
        """One parent's rows; only this journal's files are opened."""
        return self.dicts(f"SELECT * FROM ({self._scan(table, journal)}) WHERE order_id = ? ORDER BY n", (order_id,))

    def _record(self, row: dict[str, Any]) -> OrderRecord:
        key = (row["journal"], row["order_id"])
        fills = self._of_order("fills", *key)
        standing = [_made(Fill, each) for each in fills if each["busted_at"] is None]
        busted = [(each["busted_at"], _made(Fill, each)) for each in fills if each["busted_at"] is not None]
        request = None if row["request"] is None else _event(row["request"])
        assert request is None or isinstance(request, NewOrder), request
        known = {name: row[name] for name in OrderRecord.__struct_fields__ if name in row}
        known |= {
            "request": request,
            "amendments": [(each["at"], _amendment(each["event"])) for each in row["amendments"]],
            "quantities": [(each["at"], each["qty"]) for each in row["quantities"]],
            "plans": [_plan(each) for each in row["plans"]],
            "children": [_made(Child, each) for each in self._of_order("children", *key)],
            "decisions": [_made(DecisionRecord, each) for each in self._of_order("decisions", *key)],
            "fills": {fill.exec_id: fill for fill in standing},
            "busted": busted,
        }
        return msgspec.convert(known, OrderRecord)

    def _quotes(self, journal: str, symbol: str) -> QuoteTape:
        tape = QuoteTape()
        columns = '"at", bid, ask, bid_qty, ask_qty'
        for row in self._market("quotes", columns, journal, symbol):
            tape.add(Quote(*row))
        return tape

    def _tape(self, journal: str, symbol: str) -> MarketTape:
        tape = MarketTape()
        for at, px, qty, kind, venue in self._market("prints", '"at", px, qty, kind, venue', journal, symbol):
            tape.add(at, TradePrint(venue, symbol, px, qty, kind=PrintKind(kind)))
        return tape

    def _market(self, table: str, columns: str, journal: str, symbol: str) -> list[tuple[Any, ...]]:
        """In the order of writing, which is that of time; rows of one instant keep their places."""
        scan = self._scan(table, journal)
        return self.rows(f"SELECT {columns} FROM ({scan}) WHERE symbol = ? ORDER BY date, {_PLACE}", (symbol,))


def _check_version(path: Path) -> None:
    found = (pq.read_schema(path).metadata or {}).get(VERSION_KEY, b"none").decode()
    if found != VERSION:
        raise StoreError(f"{path}: table of version {found}, this version reads {VERSION}")


def _made(kind: Any, row: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever struct the caller names
    """A struct of a row's columns, those that it has no field for left out."""
    return msgspec.convert({name: row[name] for name in kind.__struct_fields__ if name in row}, kind)


def _event(text: str) -> Event:
    return decode_event(text.encode())


def _amendment(text: str) -> ReplaceRequest | CancelRequest:
    event = _event(text)
    assert isinstance(event, ReplaceRequest | CancelRequest), event
    return event


def _plan(row: dict[str, Any]) -> Planned:
    points = tuple(SchedulePoint(point["at"], point["qty"]) for point in row["points"])
    return Planned(row["at"], points)
