"""`sluice study` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from router.runtime.analysis.journal_cases import read_recorder
from router.runtime.cli import main
from router.runtime.journal_file import FILE_NAME
from router.tca.universe.outcome_file import read_outcomes

STUDY = """
name = "small"
day = "20260316"
seeds = { count = 2 }
[[orders]]
name = "A"
symbol = "ACME"
side = "buy"
size = 0.001
start = 0.2
minutes = 1.0
[[settings]]
name = "TWAP"
strategy = "TWAP"
[[settings]]
name = "VWAP"
strategy = "VWAP"
"""


def run(*options: str) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(main, ["study", *options])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def test_every_cell_is_kept_and_summed_up(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    done = run(str(file), "--out", str(out))

    assert done.exit_code == 0, done.output
    assert "VWAP less TWAP" in done.output
    assert "4 cells, digest " in done.output
    assert [(each.setting, each.seed) for each in read_outcomes(out / "outcomes.parquet")] == [
        ("TWAP", 1),
        ("VWAP", 1),
        ("TWAP", 2),
        ("VWAP", 2),
    ]
    assert [each["setting"] for each in json.loads((out / "summary.json").read_text())["settings"]] == ["TWAP", "VWAP"]


def test_a_study_cut_short_goes_on_where_it_was_and_ends_the_same(file: Path, tmp_path: Path) -> None:
    whole = run(str(file), "--out", str(tmp_path / "whole"))
    cut = tmp_path / "cut"
    run(str(file), "--out", str(cut))
    kept = cut / "cells" / "000001.json"
    stamp = kept.stat().st_mtime_ns
    for name in ("cells/000002.json", "outcomes.parquet"):
        (cut / name).unlink()

    again = run(str(file), "--out", str(cut))

    assert again.output == whole.output
    assert kept.stat().st_mtime_ns == stamp
    assert (cut / "outcomes.parquet").read_bytes() == (tmp_path / "whole" / "outcomes.parquet").read_bytes()


def test_a_changed_study_is_refused(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(str(file), "--out", str(out))
    file.write_text(STUDY.replace("size = 0.001", "size = 0.002"), encoding="utf-8")

    done = run(str(file), "--out", str(out))

    assert done.exit_code == 1
    assert "study.json: is of another study: orders changed; take another --out" in done.output


def test_a_cell_that_fails_is_told_with_its_seed_and_the_command_that_repeats_it(file: Path, tmp_path: Path) -> None:
    file.write_text(STUDY.replace('strategy = "VWAP"', 'strategy = "POV"'), encoding="utf-8")
    out = tmp_path / "out"

    done = run(str(file), "--out", str(out))

    assert done.exit_code == 1
    assert "cell 3 (seed 2, VWAP) failed: StudyError: A: was refused: " in done.output
    assert f"  again: sluice study {file} --cell 3" in done.output
    rows = pq.read_table(out / "cells.parquet").to_pylist()
    assert [bool(row["error"]) for row in rows] == [False, True, False, True]
    assert len(read_outcomes(out / "outcomes.parquet")) == 2


def test_the_command_that_repeats_a_cell_shows_the_same_result_and_keeps_its_journal(
    file: Path, tmp_path: Path
) -> None:
    out, state = tmp_path / "out", tmp_path / "state"
    run(str(file), "--out", str(out))

    done = run(str(file), "--cell", "1", "--journal", str(state))

    assert json.loads(done.output) == json.loads((out / "cells" / "000001.json").read_text())["result"]
    assert list(read_recorder(state / FILE_NAME).orders) == ["S-O1"]
    assert "must be new" in run(str(file), "--cell", "1", "--journal", str(state)).output


def test_what_cannot_be_asked_says_why(file: Path, tmp_path: Path) -> None:
    assert "--out or --cell is needed" in run(str(file)).output
    assert "cell: must be below 4: got 4" in run(str(file), "--cell", "4").output
    file.write_text(STUDY.replace("count = 2", "count = 0"), encoding="utf-8")
    assert "small.toml:4: seeds.count: Expected `int` >= 1" in run(str(file), "--out", str(tmp_path / "out")).output
