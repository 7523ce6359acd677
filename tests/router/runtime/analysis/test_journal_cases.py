"""Journals that stop: whose last outputs, inputs or bytes are missing. Every command says so in a line, or refuses."""

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.core.events import Genesis
from router.runtime.cli import main
from router.runtime.journal_file import FILE_NAME, JournalFile
from router.tca.store.cases import read_cases as stored_cases
from router.tca.store.reader import Store
from support.journals import write_journal
from support.sec_day import sec_day

SAID = sec_day()
INPUTS = len(SAID)
ENDS = next(seq for seq, (_, _, said) in reversed(list(enumerate(SAID, 1))) if said)
"""The last input that was answered with anything."""


def run(*arguments: str | Path) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, list(map(str, arguments)))


def half_answered(state: Path, answered: int) -> Path:
    """A router killed between an input's commit and its outputs': those of the last inputs were never written."""
    file = JournalFile(state)
    lines = [file.append(at, event) for at, event, _ in SAID]
    for line, (_, _, said) in list(zip(lines, SAID, strict=True))[:answered]:
        file.write_outputs(line, said)
    file.close()
    return state


def cut(state: Path, *statements: str) -> Path:
    """A whole journal, and then somebody's SQL."""
    write_journal(state, SAID)
    with closing(sqlite3.connect(state / FILE_NAME)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()
    return state


def asked_of(state: Path, out: Path) -> dict[str, list[str | Path]]:
    """Every command that reads a journal's orders."""
    return {
        "tca": ["tca", state],
        "store": ["tca", state, "--parquet", out / "store"],
        "605": ["bestex", "605", state, "--out", out / "605"],
        "606": ["bestex", "606", state, "--client", "EMS44", "--out", out / "606"],
        "pack": ["bestex", "pack", state, "--parent", "O1", "--out", out / "pack"],
        "compare": ["compare", state, "--vol", "0.02"],
        "fit": ["fit", state, "--vol", "0.02"],
        "desk": ["desk", "orders", "--state", state],
    }


COMMANDS = tuple(asked_of(Path(), Path()))
MIDDLE = 25


@pytest.mark.parametrize("command", COMMANDS)
def test_a_journal_whose_last_outputs_were_never_written_is_told(tmp_path: Path, command: str) -> None:
    state = half_answered(tmp_path / "state", MIDDLE)

    result = run(*asked_of(state, tmp_path / "out")[command])

    assert re.search(
        rf"journal.sqlite3: outputs answered up to input {MIDDLE} of {INPUTS}, "
        r"at 2026-03-16 \d\d:\d\d:\d\d\.\d\d\d UTC: later inputs are not in this report; "
        r"[1-9] orders? (is|are) open there\n",
        result.stderr,
    )
    assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("command", COMMANDS)
def test_of_a_whole_journal_nothing_is_told(tmp_path: Path, command: str) -> None:
    state = write_journal(tmp_path / "state", SAID).parent

    assert "answered" not in run(*asked_of(state, tmp_path / "out")[command]).output


def test_outputs_that_were_cut_off_afterwards_are_missed(tmp_path: Path) -> None:
    """The writer noted its last output. Of the input of the last one that is left some may be gone, too."""
    state = cut(tmp_path / "state", "DELETE FROM outputs WHERE seq = (SELECT max(seq) FROM outputs)")
    left = max(seq for seq, (_, _, said) in enumerate(SAID[: ENDS - 1], 1) if said)

    result = run("tca", state)

    assert f"outputs answered up to input {left - 1} of {INPUTS}, at" in result.stderr
    assert result.exit_code == 0


def test_inputs_and_outputs_that_were_cut_off_together_are_missed(tmp_path: Path) -> None:
    state = cut(tmp_path / "state", "DELETE FROM inputs WHERE seq > 30", "DELETE FROM outputs WHERE seq > 30")

    assert re.search(rf"outputs answered up to input \d\d of {INPUTS}, at", run("tca", state).stderr)


def test_every_open_order_of_the_reports_says_so(tmp_path: Path) -> None:
    state = half_answered(tmp_path / "state", MIDDLE)
    page, text, data = (tmp_path / name for name in ("tca.html", "tca.md", "tca.json"))

    run("tca", state, "--html", page, "--markdown", text, "--json", data)

    words = f"outputs answered up to input {MIDDLE} of {INPUTS}, at"
    written = json.loads(data.read_text())
    assert [words in line for line in written["cut_short"]] == [True]
    open_ones = [each for each in written["reports"] if each["order"]["ended_at"] is None]
    assert open_ones
    for each in open_ones:
        assert each["order"]["reasons"]["ended_at"].startswith(f"open where the outputs end: {words}")
        assert any(note.startswith("The order is open where the outputs end") for note in each["notes"])
    assert text.read_text().startswith("> ")
    assert text.read_text().count(f"open where the outputs end: {words}") == len(open_ones)
    assert f'<p class="text">{state}/journal.sqlite3: {words}' in page.read_text()
    assert page.read_text().count(f"<span>open where the outputs end: {words}") == len(open_ones)


def test_the_terminal_says_it_with_each_open_order(tmp_path: Path) -> None:
    state = half_answered(tmp_path / "state", MIDDLE)

    output = run("tca", state).stdout

    assert "The order is open where the outputs end" in output


def test_the_desk_marks_orders_that_are_open_for_want_of_outputs(tmp_path: Path) -> None:
    state = half_answered(tmp_path / "state", MIDDLE)

    lines = run("desk", "orders", "--state", state).stdout.splitlines()

    assert lines
    assert all(line.endswith(f" (as of input {MIDDLE})") for line in lines)


def test_a_fit_leaves_out_orders_whose_fills_may_be_missing(tmp_path: Path) -> None:
    state = half_answered(tmp_path / "state", MIDDLE)

    result = run("fit", state, "--vol", "0.02")

    assert result.exit_code == 1
    assert result.stderr.endswith("left out: 2: open where the outputs of their journal end\n")


def test_a_store_keeps_how_far_the_journal_went(tmp_path: Path) -> None:
    state = half_answered(tmp_path / "state", MIDDLE)
    run("tca", state, "--parquet", tmp_path / "store")

    with Store(tmp_path / "store") as store:
        kept = [case.cut for case in stored_cases(store)]

    assert kept
    assert {each and (each.answered, each.last) for each in kept} == {(MIDDLE, INPUTS)}


def test_a_pack_is_of_the_answered_part_and_the_same_once_the_journal_is_whole(tmp_path: Path) -> None:
    state = half_answered(tmp_path / "state", MIDDLE)
    run("bestex", "pack", state, "--parent", "O1", "--out", tmp_path / "pack")
    whole = write_journal(tmp_path / "whole", SAID)

    result = run("bestex", "check", tmp_path / "pack", "--journal", whole)

    assert result.exit_code == 0
    assert "what came later is not in this pack" in (tmp_path / "pack/index.html").read_text()


def test_a_pack_is_checked_against_a_journal_that_has_lost_its_outputs(tmp_path: Path) -> None:
    whole = write_journal(tmp_path / "whole", SAID)
    run("bestex", "pack", whole, "--parent", "O1", "--out", tmp_path / "pack")
    state = half_answered(tmp_path / "state", MIDDLE)

    result = run("bestex", "check", tmp_path / "pack", "--journal", state)

    assert result.exit_code == 1
    assert f"outputs answered up to input {MIDDLE} of {INPUTS}" in result.output
    assert result.output.endswith(f"; the pack is of input {INPUTS}\n")


def test_check_says_how_far_a_journal_is_answered(tmp_path: Path) -> None:
    result = run("check", "--state", half_answered(tmp_path / "state", MIDDLE))

    assert f"answered  up to input {MIDDLE} of {INPUTS}\n" in result.output


# --- what cannot be read


def _halved(state: Path) -> None:
    """In the middle of a page, as a copy that was broken off."""
    file = state / FILE_NAME
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2 + 1_000])


def _overwritten(state: Path) -> None:
    """A page in the middle is something else."""
    file = state / FILE_NAME
    data = bytearray(file.read_bytes())
    data[8_192:-4_096] = b"\xff" * (len(data) - 12_288)
    file.write_bytes(data)


def _copied_without_its_wal(state: Path) -> None:
    """Of a router that has not yet had its -wal put into the file."""
    shutil.rmtree(state)
    file = JournalFile(state)
    shutil.copy(state / FILE_NAME, state / "copy")
    file.close()
    shutil.copy(state / "copy", state / FILE_NAME)


def _emptied(state: Path) -> None:
    (state / FILE_NAME).write_bytes(b"")


def _sql(*statements: str) -> Callable[[Path], None]:
    def done(state: Path) -> None:
        shutil.rmtree(state)
        cut(state, *statements)

    return done


BROKEN = {
    "cut in a page": (_halved, "the file is damaged (database disk image is malformed)"),
    "a page overwritten": (_overwritten, "the file is damaged (database disk image is malformed)"),
    "no -wal": (_copied_without_its_wal, "; of a journal in use its -wal has to be copied, too"),
    "no byte": (_emptied, "no journal: its tables are not there"),
    "no rows": (_sql("DELETE FROM inputs", "DELETE FROM outputs", "DELETE FROM about WHERE key != 'format'"),
                "the journal is empty: no input was ever written to it"),
    "inputs cut": (_sql("DELETE FROM inputs WHERE seq > 30"), "inputs end at 30, and outputs go up to input"),
    "an input gone": (_sql("DELETE FROM inputs WHERE seq = 12"), "outputs 12/0: no such input"),
    "outputs gone in the middle": (_sql("DELETE FROM outputs WHERE seq BETWEEN 12 AND 20"),
                                   "its hash does not cover it: changed, or outputs before it are gone"),
    "answered, no number": (_sql("UPDATE about SET value = 'all' WHERE key = 'answered'"),
                            "about: 'all' is not the number of a line"),
    "answered before its outputs": (_sql("UPDATE about SET value = '9' WHERE key = 'answered'"),
                                    "says that it was answered up to 9: its tables are not of one moment"),
    "a time that is text": (_sql("UPDATE inputs SET at = 'noon' WHERE seq = 9"), "its hash does not cover it"),
    "a place that is text": (_sql("UPDATE outputs SET n = 'x' WHERE seq = 12 AND n = 0"), "journal broken at outputs"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "command"),
    [
        *((name, "desk") for name in BROKEN),
        *((name, command) for name in ("cut in a page", "outputs gone in the middle") for command in COMMANDS),
    ],
)
def test_a_journal_that_cannot_be_read_is_one_clear_line(tmp_path: Path, name: str, command: str) -> None:
    breaks, words = BROKEN[name]
    state = write_journal(tmp_path / "state", SAID).parent
    breaks(state)

    result = run(*asked_of(state, tmp_path / "out")[command])

    assert isinstance(result.exception, SystemExit)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert result.stderr.startswith("Error: ")
    assert words in result.stderr
    assert FILE_NAME in result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_journal_with_inputs_and_no_order_is_one_clear_line(tmp_path: Path, command: str) -> None:
    state = write_journal(tmp_path / "state", [(1, Genesis("T1", "{}"), [])]).parent

    result = run(*asked_of(state, tmp_path / "out")[command])

    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.output.count("\n") == 1
