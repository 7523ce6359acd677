"""Cells worked into a folder: what is whole is skipped, the rest worked with progress shown, and kept as it comes."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from router.runtime.studies.study_pool import Job, Place, work_all
from router.runtime.studies.study_store import StudyStore
from router.tca.study.plan import Cell
from router.tca.study.result import CellResult


def work_cells(cells: Sequence[Cell], store: StudyStore, place: Place, *, home: Path | None, settings: str,
               command: Sequence[str]) -> list[CellResult]:  # fmt: skip
    """Every cell's result, in order of number. `command` with `--cell N` is what repeats one."""
    found = store.done()
    jobs = [
        Job(cell, None if home is None else str(home.resolve()), settings, repeat_command(command, cell.number, home))
        for cell in cells
        if cell.number not in found
    ]
    with _progress() as progress:
        task = progress.add_task("cells", total=len(cells), completed=len(cells) - len(jobs))
        for result in work_all(jobs, place):
            store.add(result)
            found[result.number] = result
            progress.advance(task)
    return [found[cell.number] for cell in cells]


def repeat_command(command: Sequence[str], number: int, home: Path | None) -> str:
    """What a person types to run one cell again."""
    where = [] if home is None else ["--config", str(home)]
    return shlex.join(["sluice", *command, "--cell", str(number), *where])


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
