"""Cells as a table."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from router.tca.study.result import CellResult, DayResult, Worked
from router.tca.study.table import write_cells


def test_a_cell_is_a_row_with_what_has_no_cost_and_what_went_wrong(tmp_path: Path) -> None:
    order = Worked(name="P0", outcome=None, why="a cost takes a fill, there was none", arrived_at=0)
    cells = [
        CellResult(number=0, setting="TWAP", seed=1, result=DayResult(digest="ab", open=0, orders=(order,))),
        CellResult(number=1, setting="VWAP", seed=1, error="StudyError: it broke"),
    ]

    write_cells(tmp_path / "cells.parquet", cells)

    said = "P0: a cost takes a fill, there was none"
    assert pq.read_table(tmp_path / "cells.parquet").to_pylist() == [
        {"number": 0, "setting": "TWAP", "seed": 1, "orders": 1, "without_cost": said, "digest": "ab", "error": ""},
        {
            "number": 1,
            "setting": "VWAP",
            "seed": 1,
            "orders": 0,
            "without_cost": "",
            "digest": None,
            "error": "StudyError: it broke",
        },
    ]
