"""The rules of engagement: fresh, and every key of a dialect is documented."""

from pathlib import Path

import msgspec
import pytest

from fixspec import rules
from fixspec.dialect import Dialect, InstrumentRule, ReportHabits, RoutingPair, StrategyRule
from fixspec.model import tags_in
from fixspec.parameters import KINDS, ParameterRule
from fixspec.spec import FIX44


def test_the_document_is_what_the_table_says() -> None:
    assert rules.main(["--check"]) == 0


def test_check_fails_on_a_stale_document_and_write_renews_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "rules.md"
    document.write_text(rules.DOCUMENT.read_text("utf-8").replace("| 847 | TargetStrategy |", "| 847 | Strategy |"))

    assert rules.main(["--check"], document) == 1
    assert rules.main(["--write"], document) == 0
    assert rules.main(["--check"], document) == 0
    assert capsys.readouterr().out == "rules.md is stale: run python -m fixspec.rules --write\n"


def test_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert rules.main([]) == 2
    assert capsys.readouterr().out == "usage: python -m fixspec.rules --check | --write\n"


def test_a_document_without_a_part_is_refused() -> None:
    with pytest.raises(AssertionError, match="in-D"):
        rules.rendered("# nothing generated\n")


@pytest.mark.parametrize("table", [rules.ACTED_ON, rules.SENT])
def test_lists_only_fields_that_the_message_has(table: dict[str, tuple[int, ...]]) -> None:
    for msg_type, tags in table.items():
        assert set(tags) <= set(tags_in(FIX44.messages[msg_type].members)), msg_type


@pytest.mark.parametrize(
    ("prefix", "struct"),
    [
        ("strategy.", StrategyRule),
        ("parameter.", ParameterRule),
        ("instrument.", InstrumentRule),
        ("reports.", ReportHabits),
        ("routing.", RoutingPair),
        ("", Dialect),
    ],
)
def test_every_key_of_a_dialect_is_documented(prefix: str, struct: type[msgspec.Struct]) -> None:
    text = (rules.DOCUMENT.parent / "dialects.md").read_text("utf-8")

    keys = [f"`{prefix}{name}" for name in struct.__struct_fields__]
    assert [key for key in keys if key not in text] == []


def test_every_shared_parameter_is_explained_or_has_a_user_tag() -> None:
    text = rules.DOCUMENT.read_text("utf-8")

    assert [name for name in KINDS if name not in text] == []
