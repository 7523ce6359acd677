"""The table as text: what is missed is said, in every form."""

from simulator.facts.page import cells, header, html, markdown, verdict
from simulator.facts.table import Fact, Row

GOOD = Fact("a", "an a", 1.0, 2.0, "Some & Body 1999")
BAD = Fact("b", "a b", 1.0, 2.0, "nobody")
JUDGED = {
    "made": [Row(GOOD, 1.25, 1.5, 1.75, 2, 2), Row(BAD, 0.5, 1.0, 1.5, 1, 2)],
    "real": [Row(GOOD, 1.0, 1.0, 1.0, 1, 1)],
}


def test_markets_stand_beside_each_other_and_the_first_is_judged() -> None:
    assert header(JUDGED) == ["fact", "made", "real", "wanted", "source"]
    assert cells(JUDGED) == [
        (["an a", "1.5 (1.25 to 1.75)", "1", "1 to 2", "Some & Body 1999"], False),
        (["a b", "1 (0.5 to 1.5) (1 of 2 days)", "", "1 to 2", "nobody"], True),
    ]


def test_the_verdict_counts_and_names() -> None:
    assert verdict(JUDGED["made"]) == "1 of 2 facts are met on every day; not: a b."
    assert verdict(JUDGED["real"]) == "1 of 1 facts are met on every day."


def test_markdown_shows_what_is_missed_in_bold() -> None:
    assert markdown(JUDGED).splitlines() == [
        "| fact | made | real | wanted | source |",
        "|---|---|---|---|---|",
        "| an a | 1.5 (1.25 to 1.75) | 1 | 1 to 2 | Some & Body 1999 |",
        "| a b | **1 (0.5 to 1.5) (1 of 2 days)** |  | 1 to 2 | nobody |",
        "",
        "1 of 2 facts are met on every day; not: a b.",
    ]


def test_the_page_fetches_nothing_and_escapes_what_it_shows() -> None:
    text = html(JUDGED, {"day": "<svg>drawn</svg>"})

    assert "<svg>drawn</svg>" in text
    assert "Some &amp; Body 1999" in text
    assert '<tr class="missed"><td>a b</td>' in text
    assert "http" not in text
    assert "src=" not in text
