"""Outcomes in files: what is written is what is read, and what is no such file says so."""

from pathlib import Path

import pytest

from router.tca.universe.outcome import Outcome, OutcomeError
from router.tca.universe.outcome_file import SCHEMA, read_outcomes, write_outcomes
from support.outcomes import outcome

OUTCOMES = (outcome("O1"), outcome("O2", pov=None, sigma=None, seed=7, estimate_bps=1.5, timing_risk_bps=30.0, qty=900))


def test_columns_are_the_fields_in_their_order() -> None:
    assert tuple(SCHEMA.names) == Outcome.__struct_fields__


@pytest.mark.parametrize("name", ["past.parquet", "past.json", "past.jsonl"])
def test_what_is_written_is_read_again_and_the_same_outcomes_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    first, second = tmp_path / name, tmp_path / f"again-{name}"

    for path in (first, second):
        write_outcomes(path, OUTCOMES)

    assert read_outcomes(first) == OUTCOMES
    assert first.read_bytes() == second.read_bytes()


def test_a_file_that_is_no_parquet_or_of_another_kind_is_refused_by_its_name(tmp_path: Path) -> None:
    broken, other = tmp_path / "past.parquet", tmp_path / "past.csv"
    broken.write_bytes(b"not at all")

    with pytest.raises(OutcomeError, match=r"past.parquet: no Parquet file"):
        read_outcomes(broken)
    with pytest.raises(OutcomeError, match=r"kept in .parquet, .json or .jsonl, not in .csv"):
        write_outcomes(other, OUTCOMES)


def test_a_row_with_a_figure_out_of_range_is_refused_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "past.parquet"

    with pytest.raises(OutcomeError, match="q_adv"):
        write_outcomes(path, [outcome(q_adv=-1.0)])

    assert not path.exists()
