"""`sluice study`: the same orders on many seeded days, worked in several ways, and what each way cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec
from rich.console import Console

from router.runtime.commands.comparison_tables import SIGN, paired_table, settings_table
from router.runtime.commands.terminal_tables import show_table, stdout_console
from router.runtime.console import HOME_OPTION, errors_as_lines
from router.runtime.journal_file import JournalFile
from router.runtime.studies.study_cells import work_cells
from router.runtime.studies.study_pool import Place
from router.runtime.studies.study_run import config_digest, run_day
from router.runtime.studies.study_store import StudyStore
from router.runtime.toml_file import read_toml
from router.tca.study.plan import Cell, Study, StudyError, cells
from router.tca.study.result import CellResult, DayResult, study_digest
from router.tca.universe.outcome import OutcomeError

if TYPE_CHECKING:
    from router.tca.study.summary import StudySummary

SUMMARY: Final = "summary.json"
FAILURES_SHOWN: Final = 20


@click.command("study", help=__doc__)
@HOME_OPTION
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path),
              help="The study's folder; one that has cells of this study goes on with the others.")  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes on this machine.")
@click.option("--dask", metavar="ADDRESS", help="Work on the Dask cluster with this scheduler (tcp://host:port).")
@click.option("--cell", type=click.IntRange(min=0), help="Run this cell alone, here, and show it; nothing is kept.")
@click.option("--journal", type=click.Path(file_okay=False, path_type=Path),
              help="With --cell: keep its journal in this new state directory.")  # fmt: skip
def command(*, home: Path | None, file: Path, out: Path | None, workers: int, dask: str | None, cell: int | None,
            journal: Path | None) -> None:  # fmt: skip
    """Run every cell of the study in FILE (docs/studies.md) into --out; exit 1 where a cell failed."""
    with errors_as_lines():
        try:
            study = read_toml(file, Study)
            if cell is not None:
                _one(cells(study), cell, home, journal)
            elif out is None:
                raise click.UsageError("--out or --cell is needed")
            else:
                _all(study, out, Place(workers, dask), home, file)
        except (StudyError, OutcomeError) as error:
            raise click.ClickException(str(error)) from None


def _all(study: Study, out: Path, place: Place, home: Path | None, file: Path) -> None:
    from router.tca.study.summary import summarise  # noqa: PLC0415 - scipy is of the extra `analysis`

    planned = cells(study)
    settings = config_digest(planned[0].spec, home)
    store = StudyStore(out, study, settings)
    results = work_cells(planned, store, place, home=home, settings=settings, command=("study", str(file)))
    store.write_tables(results)
    summary = summarise(results, study.against)
    (out / SUMMARY).write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n")
    show(stdout_console(), summary)
    click.echo(f"{len(results)} cells, digest {study_digest(results)}")
    show_failures(results)


def show_failures(results: list[CellResult]) -> None:
    """Each failed cell in a line and the command that repeats it; exit status 1 where there is one."""
    failed = [each for each in results if each.result is None]
    for each in failed[:FAILURES_SHOWN]:
        click.echo(f"cell {each.number} (seed {each.seed}, {each.setting}) failed: {each.error}", err=True)
        click.echo(f"  again: {each.repeat}", err=True)
    if len(failed) > FAILURES_SHOWN:
        click.echo(f"... and {len(failed) - FAILURES_SHOWN} more: cells.parquet has all", err=True)
    if failed:
        raise click.exceptions.Exit(1)


def _one(planned: tuple[Cell, ...], number: int, home: Path | None, journal: Path | None) -> None:
    if number >= len(planned):
        raise StudyError(f"cell: must be below {len(planned)}: got {number}")
    result = run_cell(planned[number], home, journal)
    click.echo(msgspec.json.format(msgspec.json.encode(result), indent=1))


def run_cell(cell: Cell, home: Path | None, journal: Path | None) -> DayResult:
    """One cell in this process, its journal kept in `journal` if that is given."""
    if journal is None:
        return run_day(cell.spec, home=home)
    journal.mkdir(parents=True, exist_ok=True)
    kept = JournalFile(journal)
    try:
        if kept.last_seq:
            raise StudyError(f"{journal}: must be new: it has a journal of {kept.last_seq} inputs")
        return run_day(cell.spec, home=home, kept=kept)
    finally:
        kept.close()


def show(console: Console, summary: StudySummary) -> None:
    """Both tables."""
    console.print(SIGN, style="italic")
    show_table(console, settings_table(summary.settings))
    if summary.comparisons:
        show_table(console, paired_table(summary.comparisons))
    if summary.note:
        console.print(f"No comparison: {summary.note}", markup=False)
