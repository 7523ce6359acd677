"""One digest for all cells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from router.tca.study.result import CellResult, DayResult, study_digest


def cell(number: int, digest: str | None) -> CellResult:
    result = None if digest is None else DayResult(digest=digest, open=0, orders=())
    return CellResult(number=number, setting="TWAP", seed=number, result=result, error="" if result else "broke")


@given(st.permutations([cell(0, "a"), cell(1, "b"), cell(2, None)]))
def test_the_order_in_which_cells_come_has_no_part_in_the_digest(cells: list[CellResult]) -> None:
    assert study_digest(cells) == study_digest([cell(0, "a"), cell(1, "b"), cell(2, None)])


def test_another_cell_or_an_error_is_another_digest() -> None:
    whole = study_digest([cell(0, "a"), cell(1, "b")])

    others = [study_digest([cell(0, "b"), cell(1, "a")]), study_digest([cell(0, "a"), cell(1, None)])]

    assert whole not in others
    assert others[0] != others[1]
