"""The documents on a terminal: what is recommended and why, what it costs by each model, and every strategy."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.text import Text

from router.runtime.commands.terminal_tables import show_table, stdout_console
from router.tca.pretrade.documents import PreTrade
from router.tca.pretrade.sections import SIGN, Section, chapters, headline
from router.tca.tables import Table

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


def show(document: PreTrade) -> None:
    """Print to standard output."""
    console = stdout_console()
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
    if section.rows:
        table = Table(section.title, section.heads, section.rows, section.keys)
        show_table(console, table, figures=section.numbers, styles=dict.fromkeys(section.marked, "bold"), boxed=False)
    else:
        console.print(Text(section.title, "bold"))
    for note in section.notes:
        console.print(Text(f"  {note}"))
