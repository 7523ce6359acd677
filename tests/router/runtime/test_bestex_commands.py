"""`sluice bestex 605` and `606` on journal files."""

from pathlib import Path

from click.testing import CliRunner

from router.runtime.cli import main
from support.journals import write_journal
from support.sec_day import sec_day


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
    journals = [write_journal(tmp_path / name, sec_day()) for name in ("one", "two")]

    code, output = run("605", *journals, "--out", tmp_path / "out", "--participant", "N")

    assert code == 0
    assert "12 covered orders in 6 lines" in output
    (first, *_) = (tmp_path / "out" / "NXLIT202603.txt").read_text().splitlines()
    assert first.startswith("N|XLIT|202603|ACME|12|22|2|1000|0|1000|0|1000|")


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
