"""Tables at a terminal: one that is too wide is shown in parts, so that no figure is cut. Knows no figure's meaning.

Each part repeats the columns that name a row. Words may be folded at their spaces; a figure stands whole, and its unit
and interval stand beside it. A pipe has no width: nothing is folded there, unless COLUMNS says how wide it is.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from rich import box
from rich.console import Console
from rich.rule import Rule
from rich.table import Table as RichTable
from rich.text import Text

from router.tca.tables import WORDS, Table

UNFOLDED: Final = 100_000
"""Columns of what has no width."""
RULE_MOST: Final = 120
WORDS_PART: Final = 5
"""Words are folded to a fifth of the width before a table is parted: at 80 columns a name, a unit, a note, figures."""


class Column(Struct, frozen=True):
    """A column of a part: its place in the table, and how many letters wide it is drawn."""

    place: int
    width: int


class Frame(Struct, frozen=True):
    """What stands around columns: letters at both ends together, and between two columns."""

    ends: int
    between: int

    def around(self, widths: Collection[int]) -> int:
        """The width of a row of such columns."""
        return self.ends + sum(widths) + self.between * (len(widths) - 1)


BOXED: Final = Frame(ends=4, between=3)
PLAIN: Final = Frame(ends=0, between=2)


class _Need(Struct, frozen=True):
    place: int
    least: int
    full: int
    is_words: bool


def stdout_console() -> Console:
    """Standard output; a pipe is as wide as its lines, whatever terminal Rich would find behind the command."""
    console = Console(highlight=False)
    if console.is_terminal or "COLUMNS" in os.environ:
        return console
    return Console(highlight=False, width=UNFOLDED)


def show_rule(console: Console, title: str) -> None:
    """A line with a title in it."""
    console.print(Rule(Text(title, "bold")), width=min(console.width, RULE_MOST))


def show_table(
    console: Console,
    table: Table,
    *,
    figures: Collection[int] | None = None,
    styles: Mapping[int, str] = MappingProxyType({}),
    boxed: bool = True,
) -> None:
    """Print it whole, in as many parts as it takes; `styles` sets rows off, by their place.

    `figures` are the places of its columns of figures: all but its keys and columns of words, where it is None.
    """
    frame = BOXED if boxed else PLAIN
    places = figures_of(table) if figures is None else figures
    for number, columns in enumerate(parts(table, console.width, frame, places)):
        rows = _rows(table, columns, is_first=not number)
        if not rows and number:
            continue
        if table.title:
            console.print(Text(f"{table.title} (continued)" if number else table.title, "bold"))
        drawn = _drawn(columns, table, places, frame)
        for row in rows:
            drawn.add_row(*(Text(table.rows[row][each.place]) for each in columns), style=styles.get(row))
        console.print(drawn, crop=False)


def _rows(table: Table, columns: Sequence[Column], *, is_first: bool) -> tuple[int, ...]:
    """Where a further part has nothing to say of a row, such as one without a note, the row is not said again."""
    said = (any(row[each.place] for each in columns[table.keys :]) for row in table.rows)
    return tuple(number for number, is_said in enumerate(said) if is_first or is_said)


def figures_of(table: Table) -> tuple[int, ...]:
    """The places of columns that are neither keys nor words."""
    return tuple(place for place, head in enumerate(table.header) if place >= table.keys and head not in WORDS)


def parts(table: Table, width: int, frame: Frame, figures: Collection[int]) -> tuple[tuple[Column, ...], ...]:
    """The columns of each part, keys first; no part is wider than `width` where its keys and one figure are not."""
    needs = [_need(table, place, width, place in figures) for place in range(len(table.header))]
    if frame.around([need.full for need in needs]) <= width:
        return (tuple(Column(need.place, need.full) for need in needs),)
    keys, found = needs[: table.keys], [needs[: table.keys]]
    for group in _groups(table, needs[table.keys :]):
        taken = [*found[-1], *group]
        if len(found[-1]) > len(keys) and frame.around([need.least for need in taken]) > width:
            found.append([*keys, *group])
        else:
            found[-1] = taken
    return tuple(_widened(each, width, frame) for each in found)


def _need(table: Table, place: int, width: int, is_figure: bool) -> _Need:
    head, cells = table.header[place], [row[place] for row in table.rows]
    full = max(map(_letters, (head, *cells)))
    longest_word = max(map(_longest_word, (head, *(() if is_figure else cells))))
    figure = max(map(_letters, cells), default=0) if is_figure else 0
    least = max(longest_word, figure) if is_figure else max(longest_word, min(full, width // WORDS_PART))
    return _Need(place, least, full, not is_figure)


def _letters(text: str) -> int:
    return max((Text(line).cell_len for line in text.splitlines()), default=0)


def _longest_word(text: str) -> int:
    return max((Text(word).cell_len for word in text.split()), default=0)


def _groups(table: Table, needs: Iterable[_Need]) -> Iterator[list[_Need]]:
    """Columns that are read together: a figure, its interval, its unit."""
    group: list[_Need] = []
    for need in needs:
        head = table.header[need.place]
        if group and head != "unit" and not head.startswith("95 %"):
            yield group
            group = []
        group.append(need)
    if group:
        yield group


def _widened(needs: Sequence[_Need], width: int, frame: Frame) -> tuple[Column, ...]:
    """What is left of the width goes to words, whose rows grow shorter, and then to heads."""
    widths = {need.place: need.least for need in needs}
    for need in sorted(needs, key=lambda each: not each.is_words):
        left = max(width - frame.around(widths.values()), 0)
        widths[need.place] = min(need.full, need.least + left)
    return tuple(Column(place, letters) for place, letters in widths.items())


def _drawn(columns: Sequence[Column], table: Table, figures: Collection[int], frame: Frame) -> RichTable:
    boxed = frame is BOXED
    drawn = RichTable(
        width=frame.around([each.width for each in columns]),
        box=box.HEAVY_HEAD if boxed else None,
        pad_edge=boxed,
        show_edge=boxed,
        header_style="bold" if boxed else "dim",
    )
    for each in columns:
        drawn.add_column(
            Text(table.header[each.place]),
            justify="right" if each.place in figures else "left",
            width=each.width,
            overflow="fold",
        )
    return drawn
