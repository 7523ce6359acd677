"""The documents as Markdown: a heading a document, a table a section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from router.tca.pretrade.documents import PreTrade
from router.tca.pretrade.sections import Chapter, Section, chapters


def render(document: PreTrade) -> str:
    """All documents, with a newline at the end."""
    return "\n".join(line for chapter in chapters(document) for line in _chapter(chapter))


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield from (f"# {chapter.title}", "", chapter.lead, "")
    for section in chapter.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield from (f"## {section.title}", "")
    if section.rows:
        yield _row(section.heads)
        yield _row("--:" if index in section.numbers else "---" for index in range(len(section.heads)))
        for index, row in enumerate(section.rows):
            yield _row(f"**{cell}**" if index in section.marked else cell for cell in row)
        yield ""
    for note in section.notes:
        yield f"- {note}"
    if section.notes:
        yield ""


def _row(cells: Iterable[str]) -> str:
    # A bar would end the cell.
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
