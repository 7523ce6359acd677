"""Tables at a terminal: whole at any width."""

import re
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from router.runtime.commands.terminal_tables import (
    BOXED,
    PLAIN,
    UNFOLDED,
    Frame,
    figures_of,
    parts,
    show_table,
    stdout_console,
)
from router.tca.tables import WORDS, Table

VENUES = Table(
    "By venue",
    ("venue", "shares", "cost, bps", "95 % interval", "note"),
    (("XLIT", "6,572", "-146.44", "-150.01 to -142.87", ""), ("XALT", "0", "none", "none", "nothing was filled there")),
)
FIGURE = st.integers(-(10**9), 10**9).map("{:,}".format)
WORD = st.text("abcdefghij", min_size=1, max_size=12)
SENTENCE = st.lists(WORD, max_size=12).map(" ".join)
HEAD = st.sampled_from(["shares", "cost, bps", "95 % interval", "unit", "note", "better than the quote"])


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """One key or two, figures and words under heads in any order; every figure and word is told from all others."""
    keys = draw(st.integers(1, 2))
    header = (*("name", "after")[:keys], *draw(st.lists(HEAD, min_size=1, max_size=8)))
    cells = [SENTENCE if place < keys or head in WORDS else FIGURE for place, head in enumerate(header)]
    return Table(draw(SENTENCE), header, tuple(draw(st.lists(st.tuples(*cells), min_size=1, max_size=4))), keys)


def shown(table: Table, width: int, *, boxed: bool = True) -> str:
    console = Console(file=StringIO(), width=width)
    show_table(console, table, boxed=boxed)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def words(cells: list[str]) -> str:
    return " ".join(" ".join(cells).split())


def read_back(text: str, heads: int) -> list[str]:
    """The cells of one row of a boxed part, of which folded lines are joined."""
    lines = [line.strip("│\n").split("│") for line in text.splitlines() if line.startswith("│")]
    return [words([line[column] for line in lines]) for column in range(heads)]


def test_what_fits_is_one_table() -> None:
    assert shown(VENUES, 100) == (
        "By venue\n"
        "┏━━━━━━━┳━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━┓\n"
        "┃ venue ┃ shares ┃ cost, bps ┃      95 % interval ┃ note                     ┃\n"
        "┡━━━━━━━╇━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━┩\n"
        "│ XLIT  │  6,572 │   -146.44 │ -150.01 to -142.87 │                          │\n"
        "│ XALT  │      0 │      none │               none │ nothing was filled there │\n"
        "└───────┴────────┴───────────┴────────────────────┴──────────────────────────┘\n"
    )


def test_words_are_folded_before_a_table_is_parted() -> None:
    assert shown(VENUES, 64, boxed=False) == (
        "By venue\n"
        "                 cost,                                          \n"
        "venue  shares      bps       95 % interval  note                \n"
        "XLIT    6,572  -146.44  -150.01 to -142.87                      \n"
        "XALT        0     none                none  nothing was filled  \n"
        "                                            there               \n"
    )


def test_each_part_names_its_rows_and_an_interval_stays_with_its_figure() -> None:
    assert shown(VENUES, 44, boxed=False) == (
        "By venue\n"
        "venue  shares  cost, bps       95 % interval\n"
        "XLIT    6,572    -146.44  -150.01 to -142.87\n"
        "XALT        0       none                none\n"
        "By venue (continued)\n"
        "venue  note                    \n"
        "XALT   nothing was filled there\n"
    )


def test_a_part_without_a_word_in_it_is_not_shown() -> None:
    table = Table("", ("part", "cost", "note"), (("delay", "1,234,567.00", ""),))

    assert shown(table, 18, boxed=False) == "part           cost\ndelay  1,234,567.00\n"


def test_rows_named_by_two_columns_have_both_in_each_part() -> None:
    table = Table("", ("venue", "after", "shares", "realised"), (("XLIT", "60 s", "6,572", "-146.44"),), keys=2)

    found = parts(table, 24, PLAIN, figures_of(table))

    assert [[column.place for column in part] for part in found] == [[0, 1, 2], [0, 1, 3]]


@given(tables(), st.integers(1, 200), st.sampled_from([BOXED, PLAIN]))
def test_parts_have_every_column_once_beside_the_keys_and_fit_where_anything_can(
    table: Table, width: int, frame: Frame
) -> None:
    found = parts(table, width, frame, figures_of(table))

    keys = tuple(range(table.keys))
    assert all(tuple(column.place for column in part[: table.keys]) == keys for part in found)
    assert [column.place for part in found for column in part[table.keys :]] == [*range(table.keys, len(table.header))]
    for part in found:
        alone = [each for each in part[table.keys :] if not is_beside(table.header[each.place])]
        assert len(alone) <= 1 or frame.around([column.width for column in part]) <= width


def is_beside(head: str) -> bool:
    return head in {"unit", "95 % interval"}


@settings(max_examples=50)
@given(tables(), st.integers(1, 200))
def test_every_cell_can_be_read_whole_at_any_width(table: Table, width: int) -> None:
    for row in table.rows:
        one = Table(table.title, table.header, (row,), table.keys)
        columns = parts(one, width, BOXED, figures_of(one))

        drawn = re.split("┏.*\n", shown(one, width))[1:]

        # A part whose cells are all blank is left out, but for the first.
        told = [
            part
            for number, part in enumerate(columns)
            if not number or any(row[each.place] for each in part[one.keys :])
        ]
        assert [read_back(text, len(part)) for text, part in zip(drawn, told, strict=True)] == [
            [words([row[each.place]]) for each in part] for part in told
        ]


@settings(max_examples=50)
@given(tables(), st.integers(1, 200))
def test_no_figure_is_folded(table: Table, width: int) -> None:
    lines = shown(table, width, boxed=False).splitlines()

    for place in figures_of(table):
        assert all(any(row[place] in line for line in lines) for row in table.rows)


def test_what_a_client_wrote_is_text_and_no_markup() -> None:
    table = Table("[bold]x", ("order", "shares"), (("[red]A[/red]", "1"),))

    assert shown(table, 80, boxed=False) == "[bold]x\norder         shares\n[red]A[/red]       1\n"


@pytest.mark.parametrize(("columns", "width"), [(None, UNFOLDED), ("80", 80)])
def test_a_pipe_is_not_folded_unless_its_width_is_given(
    monkeypatch: pytest.MonkeyPatch, columns: str | None, width: int
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)

    assert stdout_console().width == width
