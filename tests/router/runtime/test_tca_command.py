"""`sluice tca` on journal files."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from router.core.events import Genesis
from router.runtime.cli import main
from router.runtime.journal_file import JournalFile
from router.tca.tca_report import SIGN, schema
from support.tca_day import Said, day
from support.twelve_trades import tape


def journal(state: Path, said: Sequence[Said]) -> Path:
    file = JournalFile(state)
    for at, event, outputs in said:
        file.write_outputs(file.append(at, event), outputs)
    file.close()
    return state


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The twelve trades as a state directory."""
    return journal(tmp_path / "state", tape())


def run(*args: str | Path) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(main, ["tca", *map(str, args)])


def test_every_order_is_shown_with_the_sign(state: Path) -> None:
    result = run(state)

    assert result.exit_code == 0
    assert result.output.count(SIGN) == 2
    assert "Buy 1,000 ACME, BUY (O1)" in result.output
    assert "137.70" in result.output


@pytest.mark.parametrize("name", ["O2", "SELL"])
def test_one_order_is_chosen_by_its_order_id_or_its_cl_ord_id(state: Path, name: str) -> None:
    written = json.loads(run(state, "--parent", name, "--json", "-").output)

    assert [report["order"]["order_id"] for report in written["reports"]] == ["O2"]


def test_several_journals_are_read_together_in_the_order_of_their_orders(tmp_path: Path, state: Path) -> None:
    other = journal(tmp_path / "other", day())

    written = json.loads(run(state, other / "journal.sqlite3", "--json", "-").output)

    assert [report["order"]["cl_ord_id"] for report in written["reports"]] == ["BUY", "A1", "B1", "R1", "SELL"]


def test_the_files_asked_for_are_written(tmp_path: Path, state: Path) -> None:
    as_json, as_text = tmp_path / "new" / "tca.json", tmp_path / "new" / "tca.md"

    result = run(state, "--json", as_json, "--markdown", as_text)

    assert result.output == f"{as_json}: written\n{as_text}: written\n"
    jsonschema.Draft202012Validator(schema()).validate(json.loads(as_json.read_text()))
    assert as_text.read_text().startswith("# TCA: Buy 1,000 ACME, BUY (O1)\n")


def test_the_same_journal_gives_the_same_bytes(state: Path) -> None:
    assert run(state, "--json", "-").output == run(state, "--json", "-").output


def test_the_schema_is_printed_without_a_journal() -> None:
    assert json.loads(run("--schema").output) == schema()


def test_an_order_that_is_not_there_is_told(state: Path) -> None:
    result = run(state, "--parent", "X9")

    assert (result.exit_code, result.output) == (1, f"Error: no order X9 in {state}\n")


def test_a_journal_without_orders_is_told(tmp_path: Path) -> None:
    empty = journal(tmp_path / "state", [(1, Genesis("T1", "{}"), [])])

    result = run(empty)

    assert (result.exit_code, result.output) == (1, f"Error: {empty}: no order in it\n")


def test_a_journal_whose_fills_do_not_tie_is_told(tmp_path: Path) -> None:
    """The line of a fill is lost: what the next report sums to has no fill behind it."""
    said = [line for line in tape() if not (line[2] and getattr(line[2][0], "exec_id", "") == "E1")]

    result = run(journal(tmp_path / "state", said))

    assert (result.exit_code, result.output) == (1, "Error: O1: its fills are 100 shares, CumQty(14) is 400\n")


def test_venues_and_guesses_are_shown_after_the_costs(state: Path) -> None:
    output = run(state, "--parent", "O1").output

    titles = [
        "Implementation shortfall",
        "By venue (Herfindahl",
        "After the fills",
        "By liquidity flag",
        "Guessing the",
    ]
    places = [output.index(title) for title in titles]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["tca", "STATE"], "Error: this needs scipy: pip install 'sluice[analysis]'"),
        (["bestex", "pack", "STATE", "--parent", "O1"], "Error: this needs scipy: pip install 'sluice[analysis]'"),
        (["bestex", "--help"], "pack   this needs scipy"),
        (["--help"], "tca "),
    ],
)
def test_without_the_extra_a_command_names_it_and_the_others_go_on(state: Path, args: list[str], told: str) -> None:
    without = "import sys; sys.modules['scipy'] = None; from router.runtime.cli import main; main(sys.argv[1:])"

    done = subprocess.run(
        [sys.executable, "-c", without, *(str(state) if arg == "STATE" else arg for arg in args)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
