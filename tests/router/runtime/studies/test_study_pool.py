"""The same cells in this process, in two, and on a cluster: the same results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from router.core.types import Side
from router.runtime.studies.study_pool import Job, Place, work, work_all
from router.runtime.studies.study_run import config_digest
from router.tca.study.plan import Cell, OrderSpec, RunSpec, StudyError
from router.tca.study.result import CellResult, study_digest

if TYPE_CHECKING:
    import distributed

ORDER = OrderSpec(name="A", symbol="ACME", side=Side.SELL, size=0.001, start=0.2, minutes=1, strategy="VWAP", params=())
SPEC = RunSpec(setting="VWAP", seed=1, day="20260316", orders=(ORDER,), minutes=1.5)
BROKEN = replace(SPEC, orders=(replace(ORDER, strategy="NONE"),))


@pytest.fixture(scope="module")
def jobs() -> list[Job]:
    settings = config_digest(SPEC, None)
    specs = [SPEC, replace(SPEC, seed=2), BROKEN, replace(SPEC, seed=3), replace(SPEC, seed=4)]
    return [Job(Cell(number, spec), None, settings, f"again {number}") for number, spec in enumerate(specs)]


@pytest.fixture(scope="module")
def here(jobs: list[Job]) -> list[CellResult]:
    return list(work_all(jobs, Place()))


def without_traces(results: list[CellResult]) -> list[CellResult]:
    """A trace names the files of the process that wrote it."""
    return [replace(each, trace="") for each in sorted(results, key=lambda each: each.number)]


def test_what_goes_wrong_in_a_cell_is_its_result_and_the_others_go_on(here: list[CellResult]) -> None:
    broken = here[2]

    assert [each.result is None for each in here] == [False, False, True, False, False]
    assert (broken.seed, broken.repeat) == (1, "again 2")
    assert broken.error.startswith("StudyError: A: was refused: ")
    assert broken.trace.rstrip().endswith(broken.error)


def test_a_worker_with_other_settings_does_not_pass_for_one_of_the_study(jobs: list[Job]) -> None:
    found = work(jobs[0]._replace(settings="f" * 64))

    assert found.result is None
    assert "settings: a worker's must be those of the study (ffffffffffff)" in found.error


@pytest.mark.slow
def test_two_processes_give_what_one_gives(jobs: list[Job], here: list[CellResult]) -> None:
    found = list(work_all(jobs, Place(workers=2)))

    assert without_traces(found) == without_traces(here)
    assert study_digest(found) == study_digest(here)


@pytest.fixture
def cluster() -> Iterator[distributed.LocalCluster]:
    made = pytest.importorskip("distributed").LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    )
    try:
        yield made
    finally:
        made.close()


@pytest.mark.slow
def test_a_cluster_of_two_processes_gives_what_one_gives(
    jobs: list[Job], here: list[CellResult], cluster: distributed.LocalCluster
) -> None:
    found = list(work_all(jobs, Place(dask=cluster.scheduler_address)))

    assert without_traces(found) == without_traces(here)
    assert study_digest(found) == study_digest(here)


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1", "tcp://127.0.0.1:x"])
def test_what_is_no_address_is_said_before_anything_is_tried(jobs: list[Job], address: str) -> None:
    pytest.importorskip("distributed")

    with pytest.raises(
        StudyError, match=rf"dask: must be the address of a scheduler, tcp://HOST:PORT: got '{address}'"
    ):
        list(work_all(jobs, Place(dask=address)))


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_said(jobs: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("router.runtime.studies.study_dask.TIMEOUT_S", 1)

    with pytest.raises(StudyError, match=r"dask: tcp://127.0.0.1:1 must be a scheduler that answers within 1 s"):
        list(work_all(jobs, Place(dask="tcp://127.0.0.1:1")))
