"""The Python of the analysis's pages runs as it stands, beside a state directory."""

from pathlib import Path

import pytest

from router.tca.universe.outcome_file import write_outcomes
from support.docs import FENCE
from support.journals import floor_journal
from support.outcomes import outcome

pytestmark = pytest.mark.slow

PAGES = ("leakage", "peers", "pretrade", "tca", "tca-report", "tca-store", "venue-attribution")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Path:
    """A folder with what the pages name: settings, a journal, a study's outcomes."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "config").symlink_to(repo / "config")
    (folder / "study").mkdir()
    arms = [
        outcome(f"{setting}{seed}", setting=setting, seed=seed, pair="buy")
        for setting in ("TWAP", "VWAP")
        for seed in range(20)
    ]
    write_outcomes(folder / "study" / "outcomes.parquet", arms)
    floor_journal(folder / "var" / "state", seed=3)
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_its_examples_run(
    page: str, desk: Path, repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(desk)
    text = (repo / "docs" / f"{page}.md").read_text(encoding="utf-8")
    blocks = [each["text"] for each in FENCE.finditer(text) if each["kind"] == "python"]

    for block in blocks:
        exec(compile(block, page, "exec"), {})  # noqa: S102 - our own documentation, under test

    assert blocks
    assert capsys.readouterr().out
