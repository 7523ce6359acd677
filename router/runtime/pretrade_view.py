"""The documents on a terminal: what is recommended and why, what it costs by each model, and every strategy."""

from __future__ import annotations

import sys
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from router.tca.pretrade.documents import PreTrade
from router.tca.pretrade.sections import SIGN, Section, chapters, headline

SHOWN: Final = (
    "Order details",
    "Risk parameters",
    "Trading dates",
    "How many trading dates",
    "Venue allocation",
    "Clips",
    "Cost estimate",
    "What is left",
    "Each model",
    "Every strategy",
    "What was assumed",
)
"""Sections for a terminal, in order; Markdown, HTML and JSON have all."""
NARROWEST: Final = 180
"""Columns that the tables need; a pipe has no width of its own."""


def show(document: PreTrade) -> None:
    """Print to standard output."""
    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console = Console(file=sys.stdout, highlight=False, width=NARROWEST)
    strategy = document.execution_strategy
    console.print(Text(f"{headline(strategy.order)}. {SIGN}"))
    for refusal in strategy.refusals:
        console.print(Text(f"The router would refuse this order: {refusal}", "bold red"))
    console.print(Text(f"Recommended: {strategy.algorithm}, urgency {strategy.urgency} (rule {strategy.rule})", "bold"))
    for reason in strategy.reasons[len(strategy.refusals) :]:
        console.print(Text(f"  {reason}"))
    known = {section.title: section for chapter in chapters(document) for section in chapter.sections}
    for section in (known[f"Recommended: {strategy.algorithm}"], *(known[title] for title in SHOWN)):
        console.print()
        _print(console, section)
    console.print()
    console.print(Text(f"Limits of the house: {strategy.held_against}"))


def _print(console: Console, section: Section) -> None:
    console.print(Text(section.title, "bold"))
    if section.rows:
        table = Table(box=None, pad_edge=False, header_style="dim", show_edge=False)
        for index, head in enumerate(section.heads):
            table.add_column(head, justify="right" if index in section.numbers else "left", overflow="fold")
        for index, row in enumerate(section.rows):
            table.add_row(*(Text(cell) for cell in row), style="bold" if index in section.marked else None)
        console.print(table)
    for note in section.notes:
        console.print(Text(f"  {note}"))
