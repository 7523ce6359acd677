"""Where the cells of a study are worked: in this process, in local processes, or on a Dask cluster that exists.

A worker gets a cell and a folder's name, and gives back a `CellResult`, in whatever order; it writes nothing.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Final, NamedTuple

from router.runtime.studies.study_run import config_digest, run_day
from router.tca.study.plan import Cell, StudyError
from router.tca.study.result import CellResult

HELD_MAX: Final = 4
"""Cells in a worker's hands or queue at once: a study of a million does not lie in memory twice."""


class Place(NamedTuple):
    """Where to work: `workers` local processes (1: this one), or the cluster whose scheduler is at `dask`."""

    workers: int = 1
    dask: str | None = None


class Job(NamedTuple):
    """What a worker is handed. `settings` is the digest that its own settings must have, `repeat` for the record."""

    cell: Cell
    home: str | None
    settings: str
    repeat: str


def work(job: Job) -> CellResult:
    """Run one cell; what goes wrong in it is its result."""
    spec = job.cell.spec
    blank = CellResult(number=job.cell.number, setting=spec.setting, seed=spec.seed, repeat=job.repeat)
    home = None if job.home is None else Path(job.home)
    try:
        _refuse_other_settings(job, config_digest(spec, home))
        result = run_day(spec, home=home)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other cells go on, and this one is told of
        return _failed(blank, error)
    return CellResult(number=blank.number, setting=blank.setting, seed=blank.seed, repeat=blank.repeat, result=result)


def _refuse_other_settings(job: Job, found: str) -> None:
    if found != job.settings:
        raise StudyError(f"settings: a worker's must be those of the study ({job.settings[:12]}): got {found[:12]}")


def _failed(blank: CellResult, error: Exception) -> CellResult:
    return CellResult(
        number=blank.number,
        setting=blank.setting,
        seed=blank.seed,
        repeat=blank.repeat,
        error=f"{type(error).__name__}: {error}",
        trace="".join(traceback.format_exception(error)),
    )


def work_all(jobs: Sequence[Job], place: Place) -> Iterator[CellResult]:
    """Every result as it comes. StudyError where the cluster cannot be reached or a worker process dies."""
    if place.dask is not None:
        yield from _on_dask(jobs, place.dask)
    elif place.workers == 1:
        yield from map(work, jobs)
    else:
        try:
            yield from _locally(jobs, place.workers)
        except BrokenProcessPool as error:
            raise StudyError(f"workers: a process died ({error}); what is whole is kept, run again") from None


def _locally(jobs: Sequence[Job], workers: int) -> Iterator[CellResult]:
    # Spawned: what a fork would inherit differs with what the parent has done, and a result must not.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        todo = iter(jobs)
        waiting: set[Future[CellResult]] = set()
        for job in todo:
            waiting.add(pool.submit(work, job))
            if len(waiting) >= workers * HELD_MAX:
                done = next(as_completed(waiting))
                waiting.remove(done)
                yield done.result()
        for done in as_completed(waiting):
            yield done.result()


def _on_dask(jobs: Sequence[Job], address: str) -> Iterator[CellResult]:
    from router.runtime.studies.study_dask import work_on_dask  # noqa: PLC0415 - the extra `dask`

    yield from work_on_dask(work, jobs, address)
