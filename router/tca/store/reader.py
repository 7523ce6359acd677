"""Reads a TCA store through DuckDB, in bounded memory: tables as views, and any SQL over them.

What DuckDB holds (sorts, joins, groups) stays below `memory_mb`; what does not fit is spilled into the store's folder
`spill`, and removed. Figures over many parents are in `router.tca.store.costs`, single parents in
`router.tca.store.cases`; this module knows no cost and no order.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from router.tca.store.schema import TABLES, VERSION, VERSION_KEY
from router.tca.store.sql import VIEWS
from router.tca.store.writer import JournalFacts, StoreError, facts_path

MEMORY_MB: Final = 1_024
"""Enough for the groups of a million parents; a machine of any size has it."""
PLACE: Final = "file_row_number"
"""A row's number in its file, from 0: a column of every table."""


class Only(NamedTuple):
    """Which rows: trading dates from `first` to `last` (YYYYMMDD), of `symbols` (empty: all)."""

    first: str = "00000000"
    last: str = "99999999"
    symbols: tuple[str, ...] = ()

    def where(self) -> tuple[str, list[object]]:
        """As SQL, and its parameters."""
        parameters: list[object] = [self.first, self.last]
        text = "WHERE date BETWEEN ? AND ?"
        if self.symbols:
            text += f" AND symbol IN ({', '.join('?' * len(self.symbols))})"
            parameters += self.symbols
        return text, parameters


class Store:
    """A store, open for reading; close it, or use it in a `with`.

    `date` and `symbol` are folders: a question that names them reads these files only. StoreError where `root`
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
            self._db.execute(f"CREATE VIEW {table} AS {self.scan(table)}")
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

    def scan(self, table: str, journal: str = "*") -> str:
        """The table's files as SQL, of one journal or of all; of a table without a file, no row."""
        first = next((self.root / table).glob(f"date=*/symbol=*/{journal}.parquet"), None)
        if first is None:
            # An empty table of the right types: a NULL has none, and does not compare with a text.
            self._db.register(f"no_{table}", _empty(table))
            return f"SELECT * FROM no_{table}"
        _check_version(first)
        files = str(self.root / table / "date=*" / "symbol=*" / f"{journal}.parquet").replace("'", "''")
        kinds = "{'date': VARCHAR, 'symbol': VARCHAR}"
        return f"SELECT * FROM read_parquet('{files}', hive_partitioning = true, hive_types = {kinds}, {PLACE} = true)"

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query over the tables and the views of `router.tca.store.sql`."""
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


def _empty(table: str) -> pa.Table:
    more = (pa.field("date", pa.string()), pa.field("symbol", pa.string()), pa.field(PLACE, pa.int64()))
    return pa.schema([*TABLES[table], *more]).empty_table()


def _check_version(path: Path) -> None:
    found = (pq.read_schema(path).metadata or {}).get(VERSION_KEY, b"none").decode()
    if found != VERSION:
        raise StoreError(f"{path}: table of version {found}, this version reads {VERSION}")
