"""Writes a TCA store: one Parquet file a table, date, symbol and journal, in folders as Hive lays them out.

    ROOT/TABLE/date=YYYYMMDD/symbol=SYMBOL/JOURNAL.parquet
    ROOT/journals/JOURNAL.json      configuration, dates and phases: what is of a journal and not of an order

Rows are made as they are written, `ROWS` at a time, so that beside the journal's record no table is ever whole in
memory. A file is renamed into place; writing a journal again, when it has grown, replaces what it wrote before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote as escaped

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct

from router.core.profiles import EngineConfig
from router.core.types import Ns, Phase
from router.journal import Extent, InputLine
from router.tca.facts.case import Case, case_of
from router.tca.facts.recorder import Recorder
from router.tca.facts.tape import MarketTape
from router.tca.store.rows import Row, child_rows, decision_rows, fill_rows, parent_row, print_row, quote_row
from router.tca.store.schema import TABLES, VERSION

ROWS: Final = 65_536
"""Of a row group: what DuckDB reads at once in one thread, a few megabytes."""
_EVER: Final = 2**63 - 1


class StoreError(ValueError):
    """Not a store, or not to be written to one; the text names the place, the rule and the value."""


class JournalFacts(Struct, frozen=True, kw_only=True):
    """What a store keeps of a journal as a whole."""

    version: str = VERSION
    journal: str
    as_of: Ns
    days: tuple[tuple[Ns, str], ...]
    config: EngineConfig | None
    phases: dict[str, list[tuple[Ns, Phase]]]
    cut: Extent | None = None
    """How far the journal's outputs went as it was stored, where that was not to its end."""


class Place(NamedTuple):
    """Which file of a store: a table, a trading date (YYYYMMDD), a symbol, a journal."""

    table: str
    day: str
    symbol: str
    journal: str

    @property
    def schema(self) -> pa.Schema:
        return TABLES[self.table]

    def path(self, root: Path) -> Path:
        folder = root / self.table / f"date={self.day}" / f"symbol={escaped(self.symbol, safe='')}"
        return folder / f"{self.journal}.parquet"


def journal_id(inputs: Iterable[InputLine]) -> str:
    """A journal's name in a store: the hash of its first order's line, which covers every line before it.

    It stays as the journal grows, and differs between two days that began alike. Without an order: of its first line.
    """
    lines = iter(inputs)
    first = next(lines, None)
    if first is None:
        raise StoreError("the journal is empty")
    order = next((line for line in lines if line.kind == "NewOrder"), first)
    return order.hash.hex()[:16]


def write_journal(root: Path, journal: str, recorder: Recorder) -> dict[str, int]:
    """Write everything that `recorder` read under the name `journal`; returns the number of rows by table.

    StoreError where the journal began no trading date.
    """
    if not recorder.days:
        raise StoreError(f"journal {journal}: no trading date (DayStart) in it, and a row belongs to one")
    written = dict.fromkeys(TABLES, 0)
    for symbol in sorted({*recorder.tapes, *recorder.quotes, *(order.symbol for order in recorder.orders.values())}):
        for table, day, rows in _Symbol(journal, symbol, recorder).tables():
            written[table] += write_rows(root, Place(table, day, symbol, journal), rows)
    facts = JournalFacts(
        journal=journal,
        as_of=recorder.at,
        days=tuple(recorder.days),
        config=recorder.config,
        phases=recorder.phases,
        cut=recorder.cut,
    )
    _replace(facts_path(root, journal), msgspec.json.encode(facts))
    return written


def write_rows(root: Path, place: Place, rows: Iterable[Row]) -> int:
    """Write one file from rows; returns how many there were. No row, no file."""
    source = iter(rows)
    chunks = iter(lambda: list(islice(source, ROWS)), [])
    return write_batches(root, place, (pa.RecordBatch.from_pylist(chunk, schema=place.schema) for chunk in chunks))


def write_batches(root: Path, place: Place, batches: Iterable[pa.RecordBatch]) -> int:
    """As `write_rows`, from batches of the table's schema."""
    source = iter(batches)
    first = next(source, None)
    if first is None:
        return 0
    path, count = place.path(root), 0
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".tmp")
    with pq.ParquetWriter(half, place.schema, compression="zstd") as file:
        for batch in chain((first,), source):
            file.write_batch(batch, row_group_size=ROWS)
            count += batch.num_rows
    half.replace(path)
    return count


def facts_path(root: Path, journal: str) -> Path:
    """Where a journal's facts are."""
    return root / "journals" / f"{journal}.json"


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".tmp")
    half.write_bytes(content)
    half.replace(path)


class _Symbol:
    """One symbol of a journal: its tables, a date at a time."""

    def __init__(self, journal: str, symbol: str, recorder: Recorder) -> None:
        self.journal, self.symbol, self.recorder = journal, symbol, recorder
        self.numbered = [
            (n, case_of(recorder, order)) for n, order in enumerate(recorder.orders.values()) if order.symbol == symbol
        ]
        self._began = [at for at, _ in recorder.days]

    def tables(self) -> Iterator[tuple[str, str, Iterable[Row]]]:
        """Table, date and rows; each must be written before the next is asked for."""
        arrivals = groupby(self.numbered, lambda each: self._day(each[1].record.arrived_at))
        for day, some in arrivals:
            yield "parents", day, (parent_row(self.journal, n, case) for n, case in some)
        for table, rows_of in (("children", child_rows), ("fills", fill_rows), ("decisions", decision_rows)):
            for day in dict.fromkeys(day for _, day in self.recorder.days):
                yield table, day, self._of_orders(day, rows_of)
        for day, quotes in groupby(self.recorder.quotes.get(self.symbol, ()), lambda each: self._day(each.at)):
            yield "quotes", day, (quote_row(self.journal, each) for each in quotes)
        tape = self.recorder.tapes.get(self.symbol) or MarketTape()
        for day, prints in groupby(tape.prints(0, _EVER), lambda each: self._day(each.at)):
            yield "prints", day, (print_row(self.journal, each) for each in prints)

    def _day(self, at: Ns) -> str:
        """The trading date of an instant; what came before the first belongs to the first."""
        return self.recorder.days[max(bisect_right(self._began, at) - 1, 0)][1]

    def _of_orders(self, day: str, rows_of: Callable[[str, Case], Iterator[Row]]) -> Iterator[Row]:
        """The rows of one date, order by order."""
        return (row for _, case in self.numbered for row in rows_of(self.journal, case) if self._day(row["at"]) == day)
