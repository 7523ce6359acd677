"""The example of a study runs, and its notebook reads what it wrote; no Jupyter needed."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from router.runtime.cli import main
from router.tca.study.plan import Study, cells

pytestmark = pytest.mark.slow


def smaller(example: Path, folder: Path) -> Path:
    """The example on three seeds and shorter orders, so that it takes seconds."""
    text = (
        example.read_text(encoding="utf-8")
        .replace("count = 20", "count = 3")
        .replace("minutes = 12.0", "minutes = 2.0")
    )
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def code_cells(notebook: Path) -> list[str]:
    found = json.loads(notebook.read_text(encoding="utf-8"))
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 5)
    return ["".join(cell["source"]) for cell in found["cells"] if cell["cell_type"] == "code"]


def test_the_example_is_the_study_that_it_says(repo: Path) -> None:
    study = msgspec.convert(tomllib.loads((repo / "examples/study/algorithms.toml").read_text()), Study)

    assert len(cells(study)) == 100
    assert [order.symbol for order in study.orders] == ["ACME", "CRUX"]


def test_the_notebook_reads_what_the_study_wrote_and_draws_it(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    study = smaller(repo / "examples/study/algorithms.toml", tmp_path)
    done = CliRunner().invoke(main, ["study", str(study), "--out", str(out)])
    monkeypatch.setenv("SLUICE_STUDY", str(out))
    monkeypatch.setenv("MPLBACKEND", "agg")

    space: dict[str, object] = {}
    for number, source in enumerate(code_cells(repo / "examples/study/read_study.ipynb")):
        exec(compile(source, f"cell {number}", "exec"), space)  # noqa: S102 - the example under test

    said = capsys.readouterr().out
    assert done.exit_code == 0, done.output
    assert "15 runs, 0 failed" in said
    assert "TWAP less VWAP" in said
    assert (out / "study.png").stat().st_size > 10_000
