"""Cells of a study as Parquet, a row each. Needs pyarrow, so that nothing of a running router may import it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from router.tca.study.result import CellResult

SCHEMA: Final = pa.schema(
    [
        pa.field("number", pa.int64(), nullable=False),
        pa.field("setting", pa.string(), nullable=False),
        pa.field("seed", pa.int64(), nullable=False),
        pa.field("orders", pa.int64(), nullable=False),
        pa.field("without_cost", pa.string(), nullable=False),
        pa.field("digest", pa.string()),
        pa.field("error", pa.string(), nullable=False),
    ]
)
"""`without_cost`: orders that have none, with the reason, one a line. `digest` is null of a cell with an error."""


def write_cells(path: Path, results: Sequence[CellResult]) -> None:
    """Write them in the order given; the same cells give the same bytes."""
    pq.write_table(pa.Table.from_pylist([_row(each) for each in results], schema=SCHEMA), path)


def _row(cell: CellResult) -> dict[str, object]:
    orders = cell.result.orders if cell.result else ()
    return {
        "number": cell.number,
        "setting": cell.setting,
        "seed": cell.seed,
        "orders": len(orders),
        "without_cost": "\n".join(f"{each.name}: {each.why}" for each in orders if each.outcome is None),
        "digest": cell.result.digest if cell.result else None,
        "error": cell.error,
    }
