"""The calibration as a page, as Markdown and as pictures: every figure, and the same bytes for the same figures."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from router.core.types import SECOND
from router.tca.queues.calibration import calibrate
from router.tca.queues.calibration_page import Report
from router.tca.queues.places import Bet, OrderLife, PlaceSample, Recording


def recording(market: str) -> Recording:
    samples = [PlaceSample(at, 0, 1_000 - at, 2_000, 100, (1_000 + at, 1_000)) for at in range(1, 101)]
    bets = [Bet(at, 0, 5 * SECOND, (at / 100, 0.5), at % 3 == 0) for at in range(100)]
    life = OrderLife("C1", "XLIT", "ACME", is_bid=True, px=400_000, qty=100, joined_at=0)
    return Recording(market, "power", ("power", "log"), ("power", "exact place"), [life], samples, bets)


def report(*markets: str) -> Report:
    recordings = [recording(market) for market in markets]
    return Report([calibrate(each) for each in recordings], calibrate(*recordings), ("power", "exact place"))


def test_the_page_stands_alone_and_shows_every_market_and_all_together() -> None:
    page = report("one <market>", "two").html()

    assert re.findall(r"<h2>(.*?)</h2>", page) == ["one &lt;market&gt;", "two", "all markets"]
    assert page.count("<svg") == 2
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', page) == []


def test_markdown_has_one_row_for_each_model_and_forecast() -> None:
    lines = report("one").markdown().splitlines()

    assert lines == [
        "## one",
        "",
        "1 orders rested, 0 traded; 100 samples, 950 shares ahead and 2,000 in the level on average.",
        "",
        "| model | bias, shares | mean absolute error, shares | of the level | rank correlation |",
        "|---|---|---|---|---|",
        "| power | +101.0 | 101.0 | 5.1% | -1.000 |",
        "| log | +50.5 | 50.5 | 2.5% | \N{EN DASH} |",
        "",
        "Filled within 5 s: 34.0% of 100 bets.",
        "",
        "| forecast | Brier score | of the observed part | off, mean over deciles |",
        "|---|---|---|---|",
        "| power | 0.3318 | 0.2244 | 27.9% |",
        "| exact place | 0.2500 | 0.2244 | 16.0% |",
    ]


def test_pictures_are_svg_with_text_as_text() -> None:
    made = report("one", "two")

    for picture, words in ((made.errors_svg, "one"), (made.fills_svg, "within 5 s")):
        root = ET.fromstring(picture)  # noqa: S314 - what we have just drawn
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert words in "".join(root.itertext())


def test_the_same_figures_are_the_same_bytes() -> None:
    first, second = report("one", "two"), report("one", "two")

    assert (first.html(), first.errors_svg, first.fills_svg) == (second.html(), second.errors_svg, second.fills_svg)
