"""Dialect files: shipped ones load, and a mistake is named with file, line and key."""

from pathlib import Path

import pytest

from fixspec.dialect_file import DialectError, load_dialect, parse_dialect

DIALECTS = Path(__file__).parents[2] / "config" / "dialects"


@pytest.mark.parametrize("path", sorted(DIALECTS.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_dialects_load_under_their_own_name(path: Path) -> None:
    assert load_dialect(path).name == path.stem


GOOD = """name = "x"

[strategy]
tag = 6401

[[parameter]]
name = "Urgency"
tag = 6405

[[parameter]]
name = "Interval"
tag = 6406
unit = "minutes"

[reports]
time_digits = 6
"""


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (("tag = 6401", "tga = 6401"), "d.toml:4: strategy.tga: Object contains unknown field `tga`"),
        (("time_digits = 6", "time_digits = 5"), "d.toml:16: reports.time_digits: Invalid enum value 5"),
        (("tag = 6405", "tagg = 6405"), "d.toml:8: parameter.0.tagg: Object contains unknown field `tagg`"),
        (
            ('unit = "minutes"', 'unit = "percent"'),
            "d.toml:10: parameter.1: unit 'percent' does not fit 'Interval', which is a duration",
        ),
        (('name = "Urgency"', 'name = "urgency"'), "name 'urgency' is not CamelCase of at most 40 letters and digits"),
        (("tag = 6405", ""), "d.toml:6: parameter.0: 'Urgency' needs a tag or a group name"),
        (("tag = 6405", "tag = 6405\npattern = '('"), "pattern '(' is no regular expression"),
        (
            ("tag = 6401", "tag = 55"),
            "d.toml:3: strategy: Symbol(55) says something else of an order: no strategy stands",
        ),
        (("tag = 6401", "tag = 35"), "d.toml:3: strategy: MsgType(35) says something else of an order"),
        (("tag = 6401", "name_tag = 11"), "d.toml:3: strategy: ClOrdID(11) says something else of an order"),
        (
            ("tag = 6405", "tag = 54"),
            "d.toml:6: parameter.0: Side(54) says something else of an order: 'Urgency' cannot stand there",
        ),
        (("tag = 6406", "tag = 6401"), "d.toml:1: file: tag 6401 holds the strategy: 'Interval' cannot stand there"),
        (("tag = 6401", "tag = 20001\nname_tag = 20001"), "SluiceStrategy(20001) cannot hold both a code and a name"),
        (('name = "x"\n', ""), "d.toml:1: file: Object missing required field `name`"),
        (('name = "x"', "name = "), "d.toml: Invalid value (at line 1, column 8)"),
    ],
)
def test_a_mistake_is_named(change: tuple[str, str], error: str) -> None:
    with pytest.raises(DialectError) as refused:
        parse_dialect(GOOD.replace(*change), "d.toml")

    assert error in str(refused.value)


def test_reads_the_map_beside_the_file_and_the_files_own_entries_win(tmp_path: Path) -> None:
    path = tmp_path / "d.toml"
    path.write_text('name = "d"\n[instrument]\nmap_file = "m.csv"\nmap = { A = "TOML" }\n')
    (tmp_path / "m.csv").write_text("theirs,ours\nA,CSV\nB,BEE\n")

    assert load_dialect(path).instrument.map == {"A": "TOML", "B": "BEE"}


def test_a_file_or_map_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "d.toml"
    with pytest.raises(DialectError, match=r"d\.toml: cannot be read"):
        load_dialect(path)

    path.write_text('name = "d"\n[instrument]\nmap_file = "m.csv"\n')
    with pytest.raises(DialectError, match=r"m\.csv: cannot be read"):
        load_dialect(path)

    (tmp_path / "m.csv").write_text("a,b,c\n")
    with pytest.raises(DialectError, match=r"m\.csv: a map has two columns"):
        load_dialect(path)
