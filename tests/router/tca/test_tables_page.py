"""Tables and pictures as a page: nothing to fetch, figures to the right, text as text."""

import re

from router.tca.tables import Table
from router.tca.tables_page import Picture, Section, numbers, render

TABLE = Table("Costs", ("part", "USD", "note"), (("delay", "1,234.50", ""), ("spread", "none", "<b>late</b>")))
SECTION = Section("All", words=("Said & done.",), pictures=(Picture("A line", "<svg><path/></svg>"),), tables=(TABLE,))


def test_a_page_shows_its_sections_and_fetches_nothing() -> None:
    page = render("After", "Positive is a cost.", [SECTION])

    assert "<h1>After</h1>" in page
    assert "<figcaption>A line</figcaption><svg><path/></svg>" in page
    assert not re.search(r"(src|href)=|url\(|@import", page)


def test_text_is_text() -> None:
    page = render("<i>", "", [SECTION])

    assert "&lt;b&gt;late&lt;/b&gt;" in page
    assert "Said &amp; done." in page
    assert "<h1>&lt;i&gt;</h1>" in page


def test_a_table_without_rows_is_left_out() -> None:
    page = render("After", "", [Section("All", tables=(Table("Empty", ("part",), ()),))])

    assert "Empty" not in page


def test_columns_of_figures_are_set_to_the_right() -> None:
    table = Table(
        "Any",
        ("name", "money", "part", "interval", "unknown", "code", "blank"),
        (
            ("A", "-1,000.25", "13.58%", "-1.00 to 2.50", "none", "4", ""),
            ("1", "none", "none", "none", "none", "x", ""),
        ),
    )

    assert numbers(table) == [1, 2, 3]
