"""The data dictionaries: fresh, and QuickFIX reads with them what the stock ones refuse."""

from pathlib import Path
from typing import Protocol
from xml.etree import ElementTree as ET

import pytest

from fixspec import dictionary
from fixspec.codec import OutField, decode, encode
from fixspec.fields import FIELDS
from fixspec.spec import VERSIONS

BOTH = pytest.mark.parametrize("begin_string", VERSIONS)
HEADER: list[OutField] = [(49, "US"), (56, "THEM"), (34, 2), (52, "20240102-14:30:00.000")]
ORDER: list[OutField] = [(11, "A1"), (21, 1), (55, "ABC"), (54, 1), (60, "20240102-14:30:00"), (38, 100), (40, 1)]
STRATEGY: list[OutField] = [(957, 2), (958, "Urgency"), (959, 14), (960, "High"), (958, "DarkPct"), (960, "0.2")]


class Validator(Protocol):
    """What these tests use of QuickFIX's DataDictionary."""

    def validate(self, message: object) -> None: ...


@pytest.fixture
def quickfix_dictionary(begin_string: str) -> Validator:
    fix = pytest.importorskip("quickfix")
    loaded = fix.DataDictionary(str(dictionary.path_of(begin_string)))
    loaded.checkUserDefinedFields(False)  # ValidateUserDefinedFields=N
    validator: Validator = loaded
    return validator


def test_committed_dictionaries_are_what_the_table_says() -> None:
    assert dictionary.stale() == []


def test_check_fails_and_names_a_stale_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dictionary, "DIRECTORY", tmp_path / "dictionaries")
    assert dictionary.main(["--write"]) == 0
    assert dictionary.main(["--check"]) == 0

    (tmp_path / "dictionaries" / "SLUICE42.xml").write_text("<fix/>")

    assert dictionary.main(["--check"]) == 1
    assert capsys.readouterr().out == "SLUICE42.xml is stale: run python -m fixspec.dictionary --write\n"


def test_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert dictionary.main([]) == 2
    assert capsys.readouterr().out == "usage: python -m fixspec.dictionary --check | --write\n"


@BOTH
def test_every_member_is_a_declared_field(begin_string: str) -> None:
    root = ET.parse(dictionary.path_of(begin_string)).getroot()  # noqa: S314 - a file of our own

    declared = {field.get("name") for field in root.iterfind("fields/field")}
    used = {field.get("name") for block in root for kind in ("field", "group") for field in block.iter(kind)}
    assert used <= declared


@BOTH
def test_relaxed_fields_are_written_without_codes(begin_string: str) -> None:
    root = ET.parse(dictionary.path_of(begin_string)).getroot()  # noqa: S314 - a file of our own

    coded = {int(field.get("number", "0")) for field in root.iterfind("fields/field") if len(field)}
    assert coded.isdisjoint({tag for tag, field in FIELDS.items() if field.relaxed})
    assert {39, 54, 150} <= coded


@pytest.mark.fix
@BOTH
def test_quickfix_accepts_a_strategy_and_user_tags_and_keeps_groups(
    begin_string: str, quickfix_dictionary: Validator
) -> None:
    fix = pytest.importorskip("quickfix")
    text = encode("D", [*HEADER, *ORDER, *STRATEGY, (20001, "POV"), (6401, "45")], begin_string)

    message = fix.Message(text, quickfix_dictionary)
    quickfix_dictionary.validate(message)

    entries = decode(message.toString(), VERSIONS[begin_string]).group(957)
    assert [(entry.get(958), entry.get(960)) for entry in entries] == [("Urgency", "High"), ("DarkPct", "0.2")]


@pytest.mark.fix
@BOTH
@pytest.mark.parametrize("bad", [(40, "Z"), (59, "Z"), (18, "Z"), (21, "9")])
def test_quickfix_leaves_relaxed_codes_to_us(begin_string: str, bad: OutField, quickfix_dictionary: Validator) -> None:
    fix = pytest.importorskip("quickfix")
    fields = [field for field in ORDER if field[0] != bad[0]]
    text = encode("D", [*HEADER, *fields, bad], begin_string)

    quickfix_dictionary.validate(fix.Message(text, quickfix_dictionary))

    assert decode(text).get(bad[0]) == bad[1]


@pytest.mark.fix
@BOTH
def test_quickfix_still_refuses_other_codes_and_missing_fields(
    begin_string: str, quickfix_dictionary: Validator
) -> None:
    fix = pytest.importorskip("quickfix")
    bad_side = encode("D", [*HEADER, *(field for field in ORDER if field[0] != 54), (54, "Z")], begin_string)
    no_side = encode("D", [*HEADER, *(field for field in ORDER if field[0] != 54)], begin_string)

    with pytest.raises(fix.IncorrectTagValue):
        quickfix_dictionary.validate(fix.Message(bad_side, quickfix_dictionary))
    with pytest.raises(fix.RequiredTagMissing):
        quickfix_dictionary.validate(fix.Message(no_side, quickfix_dictionary))


@pytest.mark.fix
@BOTH
def test_quickfix_takes_a_report_without_the_fields_its_session_fills(
    begin_string: str, quickfix_dictionary: Validator
) -> None:
    fix = pytest.importorskip("quickfix")
    report: list[OutField] = [
        (37, 1),
        (17, 1),
        (20, 0),
        (150, 0),
        (39, 0),
        (55, "A"),
        (54, 1),
        (6, 0),
        (14, 0),
        (151, 9),
    ]

    sent = fix.Message(encode("8", [*report, *STRATEGY], begin_string), quickfix_dictionary).toString()

    message = decode(sent, VERSIONS[begin_string])
    assert {tag: message.get(tag) for tag in (37, 151, 957)} == {37: "1", 151: "9", 957: "2"}
    assert len(message.group(957)) == 2
