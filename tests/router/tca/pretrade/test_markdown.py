"""The Markdown, walked: every table has its cells, every number its unit and interval."""

from __future__ import annotations

import re

from msgspec.structs import replace

from router.tca.pretrade.documents import PreTrade
from router.tca.pretrade.markdown import render


def tables(text: str) -> list[list[list[str]]]:
    """Each table's rows, head first, as cells."""
    found: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
        elif found[-1]:
            found.append([])
    return [table for table in found if table]


def test_both_documents_and_the_comparison_are_there(document: PreTrade) -> None:
    heads = [line for line in render(document).splitlines() if line.startswith("# ")]

    assert heads == ["# Execution strategy", "# Market impact model", "# Strategies compared"]


def test_every_row_is_full_and_every_figure_has_unit_interval_and_source(document: PreTrade) -> None:
    seen = 0
    for head, _, *rows in tables(render(document)):
        for row in rows:
            assert len(row) == len(head), row
            assert all(row), row
            if head[1:] == ["value", "unit", "95 % interval", "source"]:
                seen += 1
                assert re.fullmatch(r"-?[\d,]+(\.\d+)?(e[+-]\d+)?", row[1]), row
                assert row[3] == "exact" or " to " in row[3], row

    assert seen > 40


def test_a_bar_in_a_text_does_not_end_its_cell(document: PreTrade) -> None:

    strange = replace(document, market_impact=replace(document.market_impact, recommendation="a|b"))
    order = replace(document.execution_strategy.order, symbol="A|B")
    changed = replace(strange, execution_strategy=replace(document.execution_strategy, order=order))

    assert all(len(row) == len(table[0]) for table in tables(render(changed)) for row in table)
