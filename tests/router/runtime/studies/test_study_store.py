"""A study's folder: cells whole or not there, another question refused."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from router.runtime.studies.study_store import StudyStore
from router.tca.study.plan import Study, StudyError
from router.tca.study.result import CellResult, DayResult, Worked
from router.tca.universe.outcome_file import read_outcomes
from support.outcomes import outcome

STUDY = msgspec.convert(
    {
        "name": "s",
        "day": "20260316",
        "seeds": {"count": 2},
        "orders": [{"name": "A", "symbol": "ACME", "side": "sell", "size": 0.01}],
        "settings": [{"name": "POV", "strategy": "POV", "grid": {"ParticipationRate": [0.05, 1]}}],
        "market": {"depth_ticks": 3, "impact": False},
    },
    Study,
)


def cell(number: int, cost: float = 1.0) -> CellResult:
    order = Worked(name="A", outcome=outcome("O1", seed=number, cost_bps=cost), arrived_at=0)
    return CellResult(
        number=number, setting="POV", seed=number, result=DayResult(digest=f"{number}", open=0, orders=(order,))
    )


def test_what_is_whole_is_found_again_and_what_failed_is_not(tmp_path: Path) -> None:
    store = StudyStore(tmp_path / "new", STUDY, "abc")
    store.add(cell(1))
    store.add(CellResult(number=0, setting="POV", seed=0, error="it broke"))

    again = StudyStore(tmp_path / "new", STUDY, "abc")

    assert again.done() == {1: cell(1)}


def test_a_file_that_was_cut_short_while_written_is_not_a_cell(tmp_path: Path) -> None:
    store = StudyStore(tmp_path, STUDY, "abc")
    store.add(cell(1))
    (tmp_path / "cells" / "000002.part").write_bytes(b'{"number":2,"set')

    assert list(store.done()) == [1]


def test_another_question_other_settings_or_somebodys_folder_are_refused(tmp_path: Path) -> None:
    StudyStore(tmp_path / "study", STUDY, "abc")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")

    with pytest.raises(StudyError, match="is of another study: day, seeds changed; take another --out"):
        StudyStore(
            tmp_path / "study",
            msgspec.convert(msgspec.to_builtins(STUDY) | {"seeds": {"count": 3}, "day": "20260317"}, Study),
            "abc",
        )
    with pytest.raises(StudyError, match="is of another study: settings was abc, is abd"):
        StudyStore(tmp_path / "study", STUDY, "abd")
    with pytest.raises(StudyError, match=r"other: must be empty or a study's: it has files, and no study.json"):
        StudyStore(tmp_path / "other", STUDY, "abc")


def test_a_cell_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    store = StudyStore(tmp_path, STUDY, "abc")
    (tmp_path / "cells" / "000003.json").write_text("{")

    with pytest.raises(StudyError, match=r"000003.json: cannot be read: "):
        store.done()


def test_tables_are_in_the_order_of_cells_whatever_the_order_they_came_in(tmp_path: Path) -> None:
    stores = [StudyStore(tmp_path / name, STUDY, "abc") for name in ("one", "other")]
    held = [cell(0, 1.5), cell(1, -2.5), replace(cell(2), result=None, error="it broke")]

    stores[0].write_tables(held)
    stores[1].write_tables(held[::-1])

    assert [each.cost_bps for each in read_outcomes(tmp_path / "one" / "outcomes.parquet")] == [1.5, -2.5]
    for name in ("outcomes.parquet", "cells.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
