"""`sluice report` on a journal file."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from router.core.events import Genesis
from router.runtime.cli import main
from router.runtime.journal_file import JournalFile
from support.tca_day import Said, day


def journal(state: Path, said: list[Said]) -> Path:
    file = JournalFile(state)
    for at, event, outputs in said:
        file.write_outputs(file.append(at, event), outputs)
    file.close()
    return state


@pytest.mark.parametrize("name", ["", "journal.sqlite3"])
def test_a_state_directory_or_the_file_in_it_becomes_a_page(tmp_path: Path, name: str) -> None:
    state, out = journal(tmp_path / "state", day()), tmp_path / "new" / "page.html"

    result = CliRunner().invoke(main, ["report", str(state / name), "--out", str(out)])

    assert result.output == f"{out}: 3 parent orders\n"
    assert result.exit_code == 0
    page = out.read_text()
    assert page.startswith("<!doctype html>")
    assert page.count("<svg") == 4


def test_a_journal_without_orders_is_told(tmp_path: Path) -> None:
    state = journal(tmp_path / "state", [(1, Genesis("T1", "{}"), [])])

    result = CliRunner().invoke(main, ["report", str(state), "--out", str(tmp_path / "page.html")])

    assert result.exit_code == 1
    assert result.output == f"Error: {state}: no order in it\n"
    assert not (tmp_path / "page.html").exists()


def test_a_folder_without_journal_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["report", str(tmp_path)])

    assert result.exit_code == 1
    assert "no such journal" in result.output
