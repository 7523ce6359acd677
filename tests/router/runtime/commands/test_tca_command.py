"""`sluice tca` on journal files."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

import jsonschema
import msgspec
import pytest
from click.testing import CliRunner, Result

from router.core.events import Genesis
from router.journal import GENESIS_HASH
from router.runtime.cli import main
from router.runtime.journal_file import JournalFile
from router.runtime.settings import config_folder
from router.tca.profile.profile import SymbolProfile
from router.tca.report.tca_report import SIGN, schema
from router.tca.store.reader import Store
from router.tca.universe.outcome import encode_outcomes
from support.outcomes import outcome
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


def test_the_page_is_written_to_a_new_folder_and_says_how_many_orders_it_has(tmp_path: Path, state: Path) -> None:
    out = tmp_path / "new" / "tca.html"

    result = run(state, "--html", out)

    assert (result.exit_code, result.output) == (0, f"{out}: 2 parent orders\n")
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<span>trading date 20260316</span>" in page
    assert page.count('<section class="order"') == 2


def test_of_one_order_the_page_has_one_section(tmp_path: Path, state: Path) -> None:
    out = tmp_path / "tca.html"

    run(state, "--parent", "SELL", "--html", out)

    assert re.findall(r'<section class="order only" id="([^"]+)"', out.read_text(encoding="utf-8")) == ["O2"]


def test_the_estimate_is_of_the_settings_impact_models(tmp_path: Path, state: Path) -> None:
    """Every model's numbers begin in 2030: there is none for the day, and the report says so."""
    home = tmp_path / "home"
    CliRunner().invoke(main, ["init", str(home)])
    impact = config_folder(home) / "impact.toml"
    impact.write_text(re.sub(r'from_date = "\d{8}"', 'from_date = "20300101"', impact.read_text(encoding="utf-8")))

    shipped, later = (json.loads(run(state, "--json", "-", *args).output) for args in ((), ("--config", home)))

    assert shipped["reports"][0]["estimate"]["reason"] == ""
    assert "parameters begin on 20300101: got a day of 20260316" in later["reports"][0]["estimate"]["reason"]


def test_an_order_has_its_place_in_a_universe(tmp_path: Path, state: Path) -> None:
    past = tmp_path / "past.jsonl"
    past.write_bytes(encode_outcomes([outcome(f"P{n}", q_adv=0.0005, pov=0.25, cost_bps=float(n)) for n in range(20)]))

    written = json.loads(run(state, "--parent", "BUY", "--universe", past, "--json", "-").output)

    assert written["reports"][0]["peers"]["rank"]["percentile"]["value"] == 0.3


def test_a_profile_gives_the_estimate_what_was_measured_before(tmp_path: Path, state: Path) -> None:
    known = tmp_path / "acme.json"
    known.write_bytes(msgspec.json.encode(SymbolProfile(symbol="ACME", as_of="20260101", days=60, price=39.0, adv=5e5)))

    written = json.loads(run(state, "--parent", "BUY", "--profile", known, "--json", "-").output)

    inputs = {each["name"]: each["figure"] for each in written["reports"][0]["estimate"]["inputs"]}
    assert inputs["average daily volume"]["value"] == 5e5
    assert inputs["average daily volume"]["source"] == "mean, measured from 60 days to 20260101"


def test_a_profile_of_other_symbols_is_refused(tmp_path: Path, state: Path) -> None:
    other = tmp_path / "bolt.json"
    other.write_bytes(msgspec.json.encode(SymbolProfile(symbol="BOLT", as_of="20260101", days=60, price=39.0)))

    result = run(state, "--profile", other)

    assert (result.exit_code, result.output) == (1, "Error: bolt.json: no profile of ACME; it has BOLT\n")


def test_a_universe_that_is_none_is_told(tmp_path: Path, state: Path) -> None:
    past = tmp_path / "past.jsonl"
    past.write_text("{}\n")

    result = run(state, "--universe", past)

    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {past}: outcome on line 1: ")


def test_a_journal_is_added_to_a_store_without_a_report(tmp_path: Path, state: Path) -> None:
    store = tmp_path / "store"

    result = run(state, "--parquet", store)

    assert result.exit_code == 0
    assert re.fullmatch(rf"{re.escape(str(store))}: \S+: .*\b2 parents\b.*\n", result.output)
    with Store(store) as opened:
        assert opened.rows("SELECT count(*) FROM parents") == [(2,)]


def test_what_is_told_beside_a_report_on_stdout_is_told_elsewhere(tmp_path: Path, state: Path) -> None:
    result = run(state, "--parquet", tmp_path / "store", "--html", tmp_path / "tca.html", "--json", "-")

    assert len(json.loads(result.stdout)["reports"]) == 2
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        str(tmp_path / "store"),
        str(tmp_path / "tca.html"),
    ]


def test_a_browser_that_is_not_there_is_told_with_what_was_looked_for(tmp_path: Path, state: Path) -> None:
    result = run(state, "--pdf", tmp_path / "tca.pdf", "--browser", "no-such-browser")

    assert result.exit_code == 1
    assert "no-such-browser is no program here" in result.output
    assert "--browser or SLUICE_BROWSER names one" in result.output


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


@pytest.fixture
def untied(tmp_path: Path) -> Path:
    """The line of a fill is lost: what the next report of O1 sums to has no fill behind it."""
    said = [line for line in tape() if not (line[2] and getattr(line[2][0], "exec_id", "") == "E1")]
    return journal(tmp_path / "untied", said)


def test_an_order_whose_fills_do_not_tie_is_left_out_and_told_and_the_others_are_reported(
    untied: Path, tmp_path: Path
) -> None:
    page = tmp_path / "tca.html"

    result = run(untied)
    written = run(untied, "--html", page)

    line = "left out: O1: its fills are 100 shares, CumQty(14) is 400"
    assert (result.exit_code, result.output.count(SIGN), result.output.count("(O2)")) == (1, 1, 1)
    assert result.output.endswith(f"Error: {line}\n")
    assert (written.exit_code, written.output) == (1, f"{page}: 1 parent order\nError: {line}\n")
    assert line in page.read_text(encoding="utf-8")


def test_of_an_order_whose_fills_do_not_tie_alone_there_is_no_report(untied: Path) -> None:
    result = run(untied, "--parent", "O1")

    assert (result.exit_code, result.output) == (
        1,
        "Error: left out: O1: its fills are 100 shares, CumQty(14) is 400\n",
    )


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


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        ("DELETE FROM inputs WHERE seq = 3", "inputs 4: number 3 expected"),
        (
            "UPDATE inputs SET body = replace(body, '399500', '399600') WHERE seq = 3",
            "inputs 3: its hash does not cover it",
        ),
        ("DELETE FROM outputs WHERE kind = 'ExecReport'", "outputs "),
    ],
)
def test_a_journal_that_is_not_what_was_written_is_refused(state: Path, edit: str, why: str) -> None:
    with closing(sqlite3.connect(state / "journal.sqlite3")) as db, db:
        assert db.execute(edit).rowcount > 0

    result = run(state)

    assert result.exit_code == 1
    assert f"journal broken at {why}" in result.output
    assert "Traceback" not in result.output


def test_a_whole_journal_with_an_input_of_another_version_is_refused_by_its_line(tmp_path: Path) -> None:
    state = journal(tmp_path / "state", tape()[:1])
    with closing(sqlite3.connect(state / "journal.sqlite3")) as db, db:
        _rehash(db, seq=1, body='{"type":"Genesis","instance":"X","config_json":7}')

    result = run(state)

    assert result.exit_code == 1
    assert "journal broken at inputs 1: no input of this version: Expected `str`, got `int`" in result.output


def _rehash(db: sqlite3.Connection, seq: int, body: str) -> None:
    """Put another body into the first line, as another version would have written it."""
    at, kind = db.execute("SELECT at, kind FROM inputs WHERE seq = ?", (seq,)).fetchone()
    line = b"%bI%d|%d|%b" % (GENESIS_HASH, seq, at, body.encode())
    db.execute(
        "UPDATE inputs SET body = ?, hash = ? WHERE seq = ?", (body, blake2b(line, digest_size=32).digest(), seq)
    )
    assert kind == "Genesis"
