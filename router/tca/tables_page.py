"""Tables and pictures as one HTML page with nothing to fetch, light and dark, tables sortable, printable. Returns text.

Shows what it is given and reckons nothing. Text is escaped; pictures are SVG of our own drawing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup
from msgspec import Struct

from router.tca.tables import NOTHING, Table
from router.tca.templating import environment

_NUMBER: Final = re.compile(r"[-+]?[\d,]*\.?\d+( ?%)?( to [-+]?[\d,]*\.?\d+)?")


class Picture(Struct, frozen=True):
    """An SVG with what it shows in a line."""

    title: str
    svg: str


class Section(Struct, frozen=True):
    """A part of the page: a heading, words, pictures, tables. A table without rows is left out."""

    title: str
    words: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()


def render(title: str, lead: str, sections: Sequence[Section]) -> str:
    """The page."""
    templates = environment()
    templates.filters |= {"numbers": numbers, "drawn": _drawn}
    return templates.get_template("tables.html.j2").render(title=title, lead=lead, sections=sections)


def numbers(table: Table) -> list[int]:
    """The columns that hold figures, or none where a figure might be: they are set to the right."""
    columns = list(zip(*table.rows, strict=True))
    return [
        place
        for place, cells in enumerate(columns)
        if any(cell != NOTHING for cell in cells)
        and all(cell == NOTHING or _NUMBER.fullmatch(cell) for cell in cells if cell)
        and any(cells)
    ]


def _drawn(picture: Picture) -> Markup:
    return Markup(picture.svg)  # noqa: S704 - drawn by us; matplotlib escapes its labels
