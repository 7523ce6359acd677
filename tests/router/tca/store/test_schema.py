"""The published schema is the one that is written."""

import re
from pathlib import Path

import pytest
from msgspec import Struct

from router.tca.facts.quotes import Quote
from router.tca.facts.record import Child, DecisionRecord, Fill, OrderRecord
from router.tca.facts.tape import Print
from router.tca.store.schema import TABLES


def test_every_column_is_told_of_under_its_table(repo: Path) -> None:
    text = (repo / "docs" / "tca-store.md").read_text(encoding="utf-8")
    sections = {name: _section(text, name) for name in ("parents", "children", "fills")}
    sections |= {name: _row(text, name) for name in ("decisions", "quotes", "prints")}

    told = {name: set(re.findall(r"`(\w+)`", section)) for name, section in sections.items()}

    assert {name: [column for column in TABLES[name].names if column not in told[name]] for name in TABLES} == {
        name: [] for name in TABLES
    }


@pytest.mark.parametrize(
    ("table", "kind"),
    [("parents", OrderRecord), ("children", Child), ("fills", Fill), ("decisions", DecisionRecord), ("quotes", Quote),
     ("prints", Print)],
)  # fmt: skip
def test_every_field_of_a_record_has_a_column_or_a_table(table: str, kind: type[Struct]) -> None:
    tables = {*TABLES, "busted", "symbol"}

    assert [name for name in kind.__struct_fields__ if name not in TABLES[table].names and name not in tables] == []


def _section(text: str, table: str) -> str:
    return text.partition(f"### `{table}`")[2].partition("\n### ")[0]


def _row(text: str, table: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"| `{table}` |"))
