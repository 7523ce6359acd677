"""The page: self-contained, escaped, with the figures of the reports, and without a blank whatever the day was."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from router.core.types import OrdStatus
from router.tca.facts.recorder import Recorder
from router.tca.report.page import percent_text, render, tone
from router.tca.report.page_parts import Sheet
from router.tca.report.tca_report import SIGN
from router.tca.report.tca_text import status_text, tables
from router.tca.universe.peers import Universe
from support.outcomes import outcome
from support.sheets import HEADING, sheets
from support.tca_day import Said, day, lines
from support.thin_days import no_fill, one_fill, taken_back
from support.twelve_trades import at, recorded, tape, until


class Page(HTMLParser):
    """What a page asks a browser to fetch, and its text: whole, and by table row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.tags: list[str] = []
        self.rows: list[list[str]] = []
        self.words: list[str] = []
        self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"src", "href", "xlink:href", "data"} and not (value or "").startswith("#"):
                self.asked.append(f"{tag} {name}={value}")
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._in_cell &= tag != "td"

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] not in (["style"], ["script"]):
            self.words.append(data)
        if self._in_cell:
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {data.strip()}".strip()


def page_of(recorder: Recorder) -> str:
    return render(sheets(recorder), HEADING)


@pytest.fixture(scope="module")
def text() -> str:
    """The page of the hand-made day; drawing it takes a second."""
    recorder = Recorder()
    recorder.follow(*lines(day()))
    return page_of(recorder)


@pytest.fixture(scope="module")
def twelve() -> str:
    """The page of the twelve trades."""
    return page_of(recorded(tape()))


def test_nothing_is_fetched_and_no_script_runs_but_the_sorter(text: str) -> None:
    page = Page(text)

    assert page.asked == []
    assert not {"link", "iframe", "img"} & set(page.tags)
    assert page.tags.count("script") == 1
    assert not re.search(r"https?:|@import|url\((?!#)", text)
    policy = r"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[A-Za-z0-9+/]{43}='"
    assert re.search(policy, text.replace("&#39;", "'"))


def pictures_of(said: Sequence[Said]) -> dict[str, str]:
    """The pictures of a page of one order by the first word of what they show, with the caption of each."""
    page = page_of(recorded(said))
    figures = re.findall(r"<figcaption>(.+?)</figcaption>.*?(<svg.+?</svg>)", page, re.DOTALL)
    return {re.sub(r"<[^>]+>", "", caption): picture for caption, picture in figures}


def labels(picture: str) -> set[str]:
    return set(re.findall(r">([^<>\n]+)</text>", picture))


def test_an_order_without_a_fill_is_seen_in_its_market() -> None:
    found = pictures_of(no_fill())

    price = found["Price, fills and benchmarks USD; size of a dot is shares, colour the venue"]
    assert {"market trades", "arrival mid", "limit"} <= labels(price)
    assert {"schedule", "filled"} <= labels(
        found["Schedule and fills shares, cumulative; behind them the market's volume"]
    )
    assert "Expected and realised by what was known at arrival, bps" in found


def test_trades_that_were_taken_back_after_the_end_are_crosses() -> None:
    found = pictures_of(taken_back())

    (caption,) = (each for each in found if each.startswith("Price"))
    assert caption.endswith("colour the venue; a cross is a trade that was taken back")
    assert "taken back" in labels(found[caption])
    assert "AvgPx(6)" not in labels(found[caption])


@pytest.mark.parametrize("said", [one_fill(alone=True), one_fill(limit="60.00"), no_fill(is_open=True)])
def test_no_label_of_a_thin_order_is_there_twice_or_no_number(said: Sequence[Said]) -> None:
    """Of one fill at one price the ticks lie closer than a cent."""
    for caption, picture in pictures_of(said).items():
        texts = re.findall(r">([^<>\n]+)</text>", picture)
        assert not [text for text in texts if "nan" in text.lower() or "inf" in text.lower()], caption
        if caption.startswith("Price"):
            assert len(texts) == len(set(texts))


def test_an_order_that_was_refused_has_no_pictures(text: str) -> None:
    section = text.partition('id="O3"')[2].partition("</section>")[0]

    assert section
    assert "<svg" not in section


def test_the_index_has_one_row_for_each_parent(text: str) -> None:
    rows = {row[0]: row for row in Page(text).rows[1:4]}

    assert rows["A1"][:10] == [
        *("A1", "Buy", "ACME", "VWAP", "Filled", "1,000", "1,000", "40.004", "-1.50", "-3.40"),
    ]
    assert rows["A1"][13] == "60 / 40 / 0"
    assert rows["B1"][:9] == ["B1", "Sell", "ACME", "SOR", "Canceled", "800", "500", "40.00", "2.50"]
    assert rows["R1"][:6] == ["R1", "Buy", "ACME", "\N{EN DASH}", "Rejected", "2,000,000"]


def test_every_table_of_every_report_is_on_the_page_whole(twelve: str) -> None:
    rows = [tuple(cell for cell in row) for row in Page(twelve).rows]

    for sheet in sheets(recorded(tape())):
        for table in tables(sheet.report):
            for row in table.rows:
                assert tuple("\N{EN DASH}" if cell == "none" else cell for cell in row) in rows


def test_pictures_are_inside_each_with_words_for_who_does_not_see_them(twelve: str) -> None:
    alts = re.findall(r'<svg [^>]*role="img" aria-label="([^"]+)"', twelve)

    assert Page(twelve).tags.count("svg") == len(alts) == 10
    assert len(set(alts)) == 10
    assert sum(alt.startswith("Implementation shortfall of O1") for alt in alts) == 1


def test_two_pictures_share_no_id(twelve: str) -> None:
    ids = re.findall(r'<[^>]* id="([^"]+)"', twelve)

    assert ids
    assert len(ids) == len(set(ids))


def test_text_from_outside_is_escaped(text: str) -> None:
    assert "1,000,000 &lt;b&gt;" in text
    assert "1,000,000 <b>" not in text


def test_both_colour_schemes_are_there_and_print_is_light(text: str) -> None:
    assert "@media screen and (prefers-color-scheme: dark)" in text
    named = set(re.findall(r"var\((--[a-z0-9-]+)\)", text))
    light, dark = (
        re.search(r":root \{(.*?)\}", text, re.DOTALL),
        re.search(r"@media screen.*?:root \{(.*?)\}", text, re.DOTALL),
    )
    assert light is not None
    assert dark is not None
    assert all(f"{name}:" in light[1] and f"{name}:" in dark[1] for name in named)


def test_the_sign_is_on_the_page_and_in_the_foot_of_every_printed_one(text: str) -> None:
    assert text.count(SIGN) == 3
    assert f'@bottom-left {{ content: "{SIGN}"' in text


def test_a_journal_without_orders_is_a_page_too() -> None:
    assert "<h1>Transaction cost analysis</h1>" in render([], HEADING)


def test_the_same_journal_gives_the_same_page(twelve: str) -> None:
    assert page_of(recorded(tape())) == twelve


def test_of_many_orders_the_dearest_and_the_cheapest_have_sections_and_the_page_says_so() -> None:
    """Three of each: the buys cost money, the sells did not."""
    many = [named(sheet, number) for number in range(3) for sheet in sheets(recorded(tape()))]

    page = render(many, HEADING, sections=2)

    assert re.findall(r'<section class="order" id="([^"]+)"', page) == ["O2-0", "O1-2"]
    assert "Of 6 orders 2 have a section below: in each currency the 1 dearest and the 1 cheapest" in page
    assert [row[0] for row in Page(page).rows[1:7]] == ["BUY", "SELL"] * 3


def test_one_order_alone_begins_no_new_page_when_printed() -> None:
    (buy, _) = sheets(recorded(tape()))

    assert '<section class="order only" id="O1">' in render([buy], HEADING)


def named(sheet: Sheet, number: int) -> Sheet:
    order = replace(sheet.report.order, order_id=f"{sheet.order_id}-{number}")
    return replace(sheet, report=replace(sheet.report, order=order))


DAYS = {
    "before the order": until(-20),
    "no fill": until(10),
    "one fill": until(10.5),
    "open": until(60),
    "busted": until(90),
    "cancelled": until(100),
    "no quotes": [line for line in tape() if type(line[1]).__name__ != "BookSnapshot"],
    "refused": day(),
}


@pytest.mark.parametrize("name", DAYS)
def test_whatever_the_day_was_no_figure_on_its_page_is_a_blank(name: str) -> None:
    recorder = recorded(DAYS[name])
    if name == "no quotes":
        for record in recorder.orders.values():
            record.arrival_mid2 = None

    words = " ".join(Page(page_of(recorder)).words)

    assert re.findall(r"\b(nan|None|inf|NaN|Infinity|undefined)\b", words) == []


def test_an_order_among_its_like_has_its_percentile_on_the_page() -> None:
    past = Universe([outcome(f"P{n}", q_adv=0.0005, pov=0.25, cost_bps=float(n)) for n in range(20)])
    (buy, _) = sheets(recorded(tape()), past)

    rows = [row for row in Page(render([buy], HEADING)).rows if row and row[0] == "percentile"]

    assert [row[1] for row in rows] == ["30.00"]


@pytest.mark.parametrize(
    ("curve", "days", "said"),
    [
        ("pooled", 0, "volume curve: pooled, as the symbol has no history of its own<"),
        ("historical", 0, "own history<"),
        ("historical", 19, "own history, of 19 days only<"),
        ("historical", 20, "own history<"),
        ("", 0, ""),
    ],
)
def test_where_a_volume_curve_is_from_and_that_it_is_of_few_days_is_said(curve: str, days: int, said: str) -> None:
    recorder = recorded(until(5))
    recorder.orders["O1"].curve, recorder.orders["O1"].curve_days = curve, days

    page = page_of(recorder).replace("&#39;", "'")

    assert said in page
    assert ("<span>volume curve:" in page) == bool(curve)


def test_a_changed_quantity_and_a_limit_beyond_the_picture_are_said() -> None:
    recorder = recorded(tape())
    record = recorder.orders["O1"]
    record.quantities = [(at(0), 2_000), (at(5), 1_000)]
    record.limit_px = 500_000

    page = page_of(recorder)

    assert "OrderQty(38) 2,000 \N{RIGHTWARDS ARROW} 1,000" in page
    assert "the limit, 50.00, lies outside the picture" in page


def test_how_figures_are_written() -> None:
    assert [percent_text(share) for share in (0.0, 0.004, 0.006, 0.5, 1.0)] == ["0", "<1", "1", "50", "100"]
    assert [tone(value) for value in (1.0, -1.0, 0.0, 0.004, None)] == ["paid", "gained", "", "", ""]


@pytest.mark.parametrize("status", list(OrdStatus))
def test_every_status_has_words(status: OrdStatus) -> None:
    assert status_text(status)
