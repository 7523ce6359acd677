"""The page: self-contained, escaped, and with the figures of the analysis."""

import re
from html.parser import HTMLParser

import pytest

from router.core.types import OrdStatus
from router.tca.page import percent_text, px_text, render, signed_text, status_text, tone
from router.tca.recorder import Recorder
from support.tca_day import day, lines


class Page(HTMLParser):
    """What a page asks a browser to fetch, and its text by table row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.tags: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"src", "href", "xlink:href", "data"} and not (value or "").startswith("#"):
                self.asked.append(f"{tag} {name}={value}")
        if tag == "tr":
            self.rows.append([])

    def handle_data(self, data: str) -> None:
        if self.rows and data.strip():
            self.rows[-1].append(data.strip())


@pytest.fixture(scope="module")
def text() -> str:
    """The page of the hand-made day; drawing it takes most of a second."""
    recorder = Recorder()
    recorder.follow(*lines(day()))
    return render(recorder)


def test_nothing_is_fetched(text: str) -> None:
    page = Page(text)

    assert page.asked == []
    assert not {"script", "link", "iframe", "img"} & set(page.tags)
    assert not re.search(r"https?:|@import|url\((?!#)", text)


def test_the_table_has_one_row_for_each_parent(text: str) -> None:
    minus = "\N{MINUS SIGN}"

    rows = {row[0]: row for row in Page(text).rows[1:4]}

    assert rows["A1"] == [
        *("A1", "Buy", "ACME", "VWAP", "Filled", "1,000", "1,000", "40.0040", f"{minus}1.50", f"{minus}3.40"),
        *("60 / 40 / 0", "2"),
    ]
    assert rows["B1"][:8] == ["B1", "Sell", "ACME", "SOR", "Canceled", "800", "500", "40.0000"]
    assert rows["B1"][8] == "+2.50"
    assert rows["R1"][:6] == ["R1", "Buy", "ACME", "none", "Rejected", "2,000,000"]


def test_pictures_are_inside_for_every_order_that_traded(text: str) -> None:
    assert Page(text).tags.count("svg") == 4


def test_text_from_outside_is_escaped(text: str) -> None:
    assert "1,000,000 &lt;b&gt;" in text
    assert "1,000,000 <b>" not in text


def test_both_colour_schemes_are_there(text: str) -> None:
    assert "prefers-color-scheme: dark" in text
    named = set(re.findall(r"var\((--[a-z0-9-]+)\)", text))
    light, dark = (
        re.search(r":root \{(.*?)\}", text, re.DOTALL),
        re.search(r"@media.*?:root \{(.*?)\}", text, re.DOTALL),
    )
    assert light is not None
    assert dark is not None
    assert all(f"{name}:" in light[1] and f"{name}:" in dark[1] for name in named)


def test_a_journal_without_orders_is_a_page_too() -> None:
    assert "<h1>Execution report</h1>" in render(Recorder())


def test_the_same_journal_gives_the_same_page(recorder: Recorder, text: str) -> None:
    assert render(recorder) == text


def test_a_pooled_volume_curve_is_said(recorder: Recorder) -> None:
    assert "volume curve" not in render(recorder)
    pooled = Recorder()
    pooled.follow(*lines(day()))

    pooled.orders["O1"].curve = "pooled"

    assert "volume curve: pooled, as the symbol has no history of its own &middot;" in render(pooled)


@pytest.mark.parametrize(
    ("curve_days", "said"),
    [(0, "own history &middot;"), (19, "own history, of 19 days only"), (20, "own history &middot;")],
)
def test_a_volume_curve_of_few_days_is_said(curve_days: int, said: str) -> None:
    recorder = Recorder()
    recorder.follow(*lines(day()))
    recorder.orders["O1"].curve, recorder.orders["O1"].curve_days = "historical", curve_days

    assert said in render(recorder)


def test_how_figures_are_written() -> None:
    assert [signed_text(value) for value in (1.25, -0.4, 0.001, -0.001, None, 1234.5)] == [
        "+1.25",
        "\N{MINUS SIGN}0.40",
        "0.00",
        "0.00",
        "\N{EN DASH}",
        "+1,234.50",
    ]
    assert [px_text(px, 10_000) for px in (400_125, 12_345_678_901, None)] == [
        "40.0125",
        "1,234,567.8901",
        "\N{EN DASH}",
    ]
    assert [percent_text(share) for share in (0.0, 0.004, 0.006, 0.5, 1.0)] == ["0", "<1", "1", "50", "100"]
    assert [tone(value) for value in (1.0, -1.0, 0.0, None)] == ["paid", "gained", "", ""]


@pytest.mark.parametrize("status", list(OrdStatus))
def test_every_status_has_words(status: OrdStatus) -> None:
    assert status_text(status)
