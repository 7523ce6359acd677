"""The page: self-contained, complete, and what comes from outside is escaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from msgspec.structs import replace

from router.tca.pretrade.documents import PreTrade
from router.tca.pretrade.page import render
from router.tca.pretrade.sections import SIGN


class Cells(HTMLParser):
    """The texts of all cells, and the tags that were left open."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br"}:
            self.open.append(tag)
        if tag in {"td", "dd"}:
            self.cells.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that closes itself stays not open."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        if "td" in self.open or "dd" in self.open:
            self.cells[-1] += data


def test_no_cell_of_the_page_is_blank_and_every_tag_is_closed(document: PreTrade) -> None:
    reader = Cells()

    reader.feed(render(document))

    assert reader.open == []
    assert len(reader.cells) > 500
    assert [cell for cell in reader.cells if not cell.strip() or cell.strip().lower() in {"nan", "none", "inf"}] == []


def test_nothing_is_fetched(document: PreTrade) -> None:
    page = render(document)

    assert re.findall(r"(?:src|href)=|@import|url\(", page) == []
    assert page.startswith("<!doctype html>")


def test_a_text_from_outside_is_escaped(document: PreTrade) -> None:
    order = replace(document.execution_strategy.order, symbol="<script>alert(1)</script>")
    strange = replace(document, execution_strategy=replace(document.execution_strategy, order=order))

    page = render(strange)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_same_documents_are_the_same_page(document: PreTrade) -> None:
    assert render(document) == render(document)


def test_on_paper_no_column_is_cut_and_every_page_says_the_sign(document: PreTrade) -> None:
    page = render(document)

    printed = page[page.index("@media print") :]
    assert f'@bottom-left {{ content: "{SIGN}"' in page
    assert ".scroll { overflow: visible; }" in printed
    # Tables of nine columns and more are set smaller, so that they fit on A4.
    assert page.count('<table class="sortable broad">') == 3
