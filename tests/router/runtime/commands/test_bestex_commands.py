"""`sluice bestex` on journal files: the SEC's files, evidence packs, and their check."""

import json
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from router.core.events import DayStart, Genesis
from router.core.types import SECOND
from router.runtime.analysis.evidence_files import read_pack
from router.runtime.cli import main
from router.runtime.journal_file import FILE_NAME, JournalFile
from router.tca.regulatory.rule605_2024 import NotCovered
from support import sec_script, sec_script_2024
from support.floor import OPEN, engine_config
from support.journals import two_day_journal, write_journal
from support.sec_day import T0, november_day, sec_day, two_days
from support.tca_day import Said


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["bestex", *map(str, arguments)])
    return result.exit_code, result.output


def test_605_writes_a_file_for_each_venue_and_says_what_is_in_none(tmp_path: Path) -> None:
    journal, out = write_journal(tmp_path / "state", sec_day()), tmp_path / "out"

    code, output = run("605", journal.parent, "--out", out)

    assert code == 0
    assert sorted(path.name for path in out.iterdir()) == ["TXALT202603.txt", "TXLIT202603.txt"]
    assert "6 covered orders in 6 lines, form 2001\n" in output
    assert "1 not covered: limit further from the quote than the rule counts\n" in output
    assert "warning" not in output


def test_605_sums_several_journals(tmp_path: Path) -> None:
    later = [(at + SECOND, event, outputs) for at, event, outputs in sec_day()]
    journals = [write_journal(tmp_path / "one", sec_day()), write_journal(tmp_path / "two", later)]

    code, output = run("605", *journals, "--out", tmp_path / "out", "--participant", "N")

    assert code == 0
    assert "12 covered orders in 6 lines" in output
    (first, *_) = (tmp_path / "out" / "NXLIT202603.txt").read_text().splitlines()
    assert first.startswith("N|XLIT|202603|ACME|12|22|2|1000|0|1000|0|1000|")


@pytest.mark.parametrize(
    ("report", "said"),
    [(("605",), "6 covered orders in 6 lines"), (("606", "--client", "EMS44"), " not-held orders of")],
)
def test_a_journal_that_is_there_twice_counts_once(tmp_path: Path, report: tuple[str, ...], said: str) -> None:
    journal, copy = (write_journal(tmp_path / name, sec_day()) for name in ("state", "copy"))

    (_, once), (_, twice) = (
        run(*report, *paths, "--out", tmp_path / str(number))
        for number, paths in enumerate(((journal,), (journal, copy)))
    )

    assert said in once
    assert twice.replace(str(tmp_path / "1"), str(tmp_path / "0")) == once
    for file in (tmp_path / "0").iterdir():
        assert (tmp_path / "1" / file.name).read_bytes() == file.read_bytes()


def on_date(day: str) -> list[Said]:
    """`sec_day` on another date."""
    config = engine_config()
    (was,) = config.calendars["XNYS"]
    later = msgspec.structs.replace(config, calendars={"XNYS": (msgspec.structs.replace(was, day=day),)})
    genesis = Genesis("T1", msgspec.json.encode(later).decode())
    return [(OPEN, genesis, []), (OPEN, DayStart(day), []), *sec_day()[2:]]


def test_605_writes_months_of_the_amended_rule_in_its_form(tmp_path: Path) -> None:
    journal, out = write_journal(tmp_path / "state", on_date("20260817")), tmp_path / "out"

    code, output = run("605", journal, "--out", out)

    assert code == 0
    assert sorted(path.name for path in out.iterdir()) == ["XALT202608.txt", "XLIT202608.txt"]
    assert output.splitlines()[2:] == [
        "6 covered orders in 6 lines, form 2024",
        "1 not covered: conditional order: nothing is committed, so nothing was received for execution",
        "1 not covered: special handling: pegged, minimum quantity, all or none, or an auction's order",
        f"2 not covered: {NotCovered.NEVER}",
        "no summary report: it is divided by membership of the S&P 500, see --sp500",
        "columns relative to the best available displayed price are empty: they are asked for from 202611 on",
    ]


def test_605_writes_the_summary_by_the_members_that_it_is_given(tmp_path: Path) -> None:
    journal, out = write_journal(tmp_path / "state", november_day()), tmp_path / "out"
    (tmp_path / "members").write_text("# 2026-11-02\nBOLT\n\nACME  # renamed in May\n")

    code, output = run("605", journal, "--out", out, "--sp500", tmp_path / "members")

    assert (code, output.splitlines()[4]) == (0, "7 covered orders in 7 lines, form 2024")
    assert "see --sp500" not in output
    written = {path.name: path.read_bytes().decode() for path in out.iterdir()}
    assert written == sec_script_2024.files605_2024(journal, {"ACME", "BOLT"})


def test_605_takes_a_list_of_members_for_one_month_only(tmp_path: Path) -> None:
    august = on_date("20260817")
    september = [(at + SECOND, event, outputs) for at, event, outputs in on_date("20260901")]
    journals = [write_journal(tmp_path / name, said) for name, said in (("one", august), ("two", september))]
    (tmp_path / "members").write_text("")

    code, output = run("605", *journals, "--out", tmp_path / "out", "--sp500", tmp_path / "members")

    assert (code, (tmp_path / "out").exists()) == (1, False)
    assert "one month, and there are orders of 202608, 202609: give journals of one month" in output


def test_605_refuses_a_list_of_members_that_is_a_table(tmp_path: Path) -> None:
    journal = write_journal(tmp_path / "state", on_date("20260817"))
    (tmp_path / "members").write_text("ACME,Industrials\n")

    code, output = run("605", journal, "--out", tmp_path / "out", "--sp500", tmp_path / "members")

    assert code == 1
    assert "one symbol a line, not 'ACME,Industrials'" in output


def test_605_says_why_a_summary_is_empty(tmp_path: Path) -> None:
    said = on_date("20260817")
    journal = write_journal(tmp_path / "state", said[: [at for at, _, _ in said].index(T0 + 120 * SECOND)])
    (tmp_path / "members").write_text("")

    code, output = run("605", journal, "--out", tmp_path / "out", "--sp500", tmp_path / "members")

    assert code == 0
    assert "the summary reports have no record: no market order, and no marketable limit order but" in output
    assert (tmp_path / "out/XLIT202608.csv").read_text().count("\n") == 1


def test_605_refuses_a_list_of_members_that_is_no_text(tmp_path: Path) -> None:
    journal = write_journal(tmp_path / "state", on_date("20260817"))
    (tmp_path / "members").write_bytes(b"PK\x03\x04\xff")

    code, output = run("605", journal, "--out", tmp_path / "out", "--sp500", tmp_path / "members")

    assert code == 1
    assert "not a text of UTF-8" in output


def test_605_says_that_there_was_nothing_to_count(tmp_path: Path) -> None:
    journal = write_journal(tmp_path / "state", sec_day()[:3])

    code, output = run("605", journal, "--out", tmp_path / "out")

    assert (code, output) == (0, "no order was received by a venue\n")


def test_605_warns_of_a_month_before_the_rule(tmp_path: Path) -> None:
    journal = write_journal(tmp_path / "state", on_date("20010430"))

    code, output = run("605", journal, "--out", tmp_path / "out")

    assert (code, list((tmp_path / "out").iterdir())) == (0, [])
    assert output == "warning: 10 orders of 200104 are in no file: the rule's first month is 200105\n"


def test_605_refuses_a_participant_that_is_no_letter(tmp_path: Path) -> None:
    journal = write_journal(tmp_path / "state", sec_day())

    code, output = run("605", journal, "--out", tmp_path / "out", "--participant", "../x")

    assert code == 2
    assert "a participant's code is one letter, not '../x'" in output


def test_606_writes_both_files_of_one_client(tmp_path: Path) -> None:
    journal, out = write_journal(tmp_path / "state", sec_day()), tmp_path / "out"

    code, output = run("606", journal, "--client", "EMS44", "--out", out)

    assert code == 0
    assert sorted(path.suffix for path in out.iterdir()) == [".csv", ".xml"]
    assert {path.stem for path in out.iterdir()} == {"606b3-EMS44-20260316-20260316"}
    assert output.endswith("3 not-held orders of EMS44; not in the report: 1 held, 1 refused\n")


def test_606_names_the_clients_that_there_are(tmp_path: Path) -> None:
    journal = write_journal(tmp_path / "state", sec_day())

    code, output = run("606", journal, "--client", "EMS45", "--out", tmp_path / "out")

    assert code == 1
    assert output == "Error: no order of client 'EMS45' in there; there are EMS44\n"


@pytest.fixture(name="state")
def recorded(tmp_path: Path) -> Path:
    return write_journal(tmp_path / "state", sec_day()).parent


@pytest.mark.parametrize("parent", ["O1", "A2", "O3", "O4", "O5"])
def test_a_pack_is_made_and_agrees_with_its_journal(state: Path, tmp_path: Path, parent: str) -> None:
    made, _ = run("pack", state, "--parent", parent, "--out", tmp_path / "pack")

    code, output = run("check", tmp_path / "pack", "--journal", state)

    assert (made, code) == (0, 0)
    assert output.endswith("chains, quoted lines, children and trades agree; made anew, the pack is the same\n")


def test_a_pack_of_an_order_over_two_days_has_the_trade_of_the_second(tmp_path: Path) -> None:
    state = write_journal(tmp_path / "state", two_days()).parent
    run("pack", state, "--parent", "O4", "--out", tmp_path / "pack")

    code, _ = run("check", tmp_path / "pack", "--journal", state)

    assert code == 0
    assert "<td>2026-04-15 13:31:00.000000</td><td>E20</td>" in (tmp_path / "pack/index.html").read_text()


@pytest.mark.slow
@pytest.mark.untraced
def test_two_days_of_the_real_engine_with_a_bust_and_a_correction(tmp_path: Path) -> None:
    state = two_day_journal(tmp_path / "state", seed=4).parent
    packs = {name: tmp_path / name for name in ("G1", "V1")}

    for name, folder in packs.items():
        run("pack", state, "--parent", name, "--out", folder)
    codes = [run("check", folder, "--journal", state)[0] for folder in packs.values()]
    run("605", state, "--out", tmp_path / "sec")

    assert codes == [0, 0]
    fills = json.loads((packs["V1"] / "fills.json").read_text())
    assert len(fills["busted"]) == 1
    quoted = [json.loads(line) for line in (packs["G1"] / "lines.jsonl").read_text().splitlines()]
    assert [line["body"] for line in quoted if line["kind"] == "DayStart"] == ['{"type":"DayStart","day":"20260317"}']
    checks = [json.loads((folder / "limits.json").read_text())["gate"] for folder in packs.values()]
    assert [check for gate in checks for sent in gate for check in sent["checks"] if check["held"] is False] == []
    written = {path.name: path.read_text() for path in (tmp_path / "sec").iterdir()}
    assert written == sec_script.files605(state / FILE_NAME)


def test_a_pack_agrees_after_the_journal_has_grown(tmp_path: Path) -> None:
    said = sec_day()
    state = write_journal(tmp_path / "state", said[:-3]).parent
    run("pack", state, "--parent", "O1", "--out", tmp_path / "pack")
    file = JournalFile(state)
    for at, event, outputs in said[-3:]:
        file.write_outputs(file.append(at, event), outputs)
    file.close()

    code, output = run("check", tmp_path / "pack", "--journal", state)

    assert code == 0
    assert output.endswith("made anew, the pack is the same\n")


def test_a_pack_is_made_again_byte_for_byte_by_the_command_that_it_names(state: Path, tmp_path: Path) -> None:
    run("pack", state, "--parent", "O1", "--out", tmp_path / "one")
    command = json.loads((tmp_path / "one/manifest.json").read_text())["commands"][1].split()

    code, _ = run("pack", state / command[3], *command[4:-1], tmp_path / "two")

    assert code == 0
    assert read_pack(tmp_path / "one") == read_pack(tmp_path / "two")


def test_a_changed_pack_is_told_line_by_line_with_status_1(state: Path, tmp_path: Path) -> None:
    run("pack", state, "--parent", "O1", "--out", tmp_path / "pack")
    (tmp_path / "pack/fills.json").write_text("{}")
    (tmp_path / "pack/more").mkdir()

    code, output = run("check", tmp_path / "pack", "--journal", state)

    assert code == 1
    assert "more/: not in the manifest\n" in output
    assert "fills.json: its SHA-256 is" in output


def test_a_forged_pack_with_true_hashes_does_not_pass_against_the_journal(state: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    run("pack", state, "--parent", "O1", "--out", folder)
    page = (folder / "index.html").read_text().replace("40.00", "39.00").encode()
    (folder / "index.html").write_bytes(page)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][0] |= {"sha256": sha256(page).hexdigest(), "bytes": len(page)}
    (folder / "manifest.json").write_text(json.dumps(manifest))

    alone, _ = run("check", folder)
    code, output = run("check", folder, "--journal", state)

    assert (alone, code) == (0, 1)
    assert output == "index.html: made anew, it is different\nmanifest.json: made anew, it is different\n"


def test_an_unknown_parent_is_an_error_that_names_near_ids(state: Path, tmp_path: Path) -> None:
    code, output = run("pack", state, "--parent", "A11", "--out", tmp_path / "pack")

    assert code == 1
    assert output == f"Error: {state}: no parent order 'A11'; near it: A1\n"
    assert not (tmp_path / "pack").exists()


def test_a_folder_that_holds_something_is_not_written_into(state: Path) -> None:
    code, output = run("pack", state, "--parent", "O1", "--out", state)

    assert code == 1
    assert output == f"Error: {state}: not empty: an evidence pack has a folder of its own\n"


def test_the_clients_messages_come_out_of_its_fix_log(state: Path, tmp_path: Path) -> None:
    log = tmp_path / "fix.log"
    mine = [
        "8=FIX.4.4|9=5|35=D|49=EMS44|56=SLUICE|11=A1|55=ACME|10=000|",
        # As logged before the session put the CompIDs in, and the answer.
        "8=FIX.4.4|9=5|35=G|11=A1B|41=A1|55=ACME|10=000|",
        "8=FIX.4.4|9=5|35=8|49=SLUICE|56=EMS44|37=O1|11=A1B|55=ACME|10=000|",
    ]
    others = [
        mine[0].replace("11=A1|", "11=A2|"),
        mine[0].replace("EMS44", "EMS45"),
        "8=FIX.4.4|9=5|35=0|49=EMS44|56=SLUICE|10=000|",
    ]
    log.write_text("".join(f"{line}\n" for line in [*mine, *others]))

    run("pack", state, "--parent", "O1", "--out", tmp_path / "pack", "--fix-log", log)
    code, _ = run("check", tmp_path / "pack", "--journal", state)

    assert (tmp_path / "pack/fix-messages.txt").read_text().splitlines() == mine
    assert code == 0


def test_what_is_no_pack_is_refused(tmp_path: Path) -> None:
    code, output = run("check", tmp_path)

    assert code == 1
    assert output == f"Error: {tmp_path}: no manifest.json: not an evidence pack\n"
