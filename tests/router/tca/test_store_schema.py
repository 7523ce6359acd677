"""The published schema is the one that is written."""

import re
from pathlib import Path

from router.tca.store_schema import TABLES


def test_every_column_is_told_of_under_its_table(repo: Path) -> None:
    text = (repo / "docs" / "tca-store.md").read_text(encoding="utf-8")
    sections = {name: _section(text, name) for name in ("parents", "children", "fills")}
    sections |= {name: _row(text, name) for name in ("decisions", "quotes", "prints")}

    told = {name: set(re.findall(r"`(\w+)`", section)) for name, section in sections.items()}

    assert {name: [column for column in TABLES[name].names if column not in told[name]] for name in TABLES} == {
        name: [] for name in TABLES
    }


def _section(text: str, table: str) -> str:
    return text.partition(f"### `{table}`")[2].partition("\n### ")[0]


def _row(text: str, table: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"| `{table}` |"))
