"""What the pictures of an order of several dates show; how they look is for eyes."""

import re

import msgspec
import pytest

from router.core.types import VenueKind
from router.tca.cost.by_date import by_date
from router.tca.cost.shortfall import shortfall
from router.tca.facts.allocation import Share
from router.tca.report.date_pictures import allocation_picture, price_picture, progress_picture, waterfall_picture
from support.three_dates import BUY


def words(svg: str) -> list[str]:
    """The texts of a picture, in the order in which they are drawn."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_each_date_has_a_panel_with_its_name() -> None:
    costs = shortfall(BUY)

    price, progress = (draw(BUY, by_date(BUY, costs)) for draw in (price_picture, progress_picture))

    for picture in (price, progress):
        assert [text for text in words(picture) if text.startswith("2026")] == [
            "2026-03-16",
            "2026-03-17",
            "2026-03-18",
        ]
    assert {"midpoint", "filled lit", "VWAP while at work", "AvgPx(6) of the date"} <= {*words(price)}
    assert {"market volume", "filled"} <= {*words(progress)}


@pytest.mark.slow
def test_the_same_figures_give_the_same_bytes() -> None:
    found = by_date(BUY, shortfall(BUY))

    assert price_picture(BUY, found) == price_picture(BUY, found)
    assert progress_picture(BUY, found) == progress_picture(BUY, found)


def test_kinds_are_shown_with_their_parts_and_goals_between_them() -> None:
    shares = [
        Share(VenueKind.LIT, 500_000, 600, 1_000),
        Share(VenueKind.DARK, 300_000, 380, 1_000),
        Share(VenueKind.CROSS, 200_000, 20, 1_000),
    ]

    shown = words(allocation_picture({"all": shares}))

    assert [text for text in shown if text.endswith(".0 %")] == ["60.0 %", "38.0 %"]  # 2 % has no room for its figure
    assert {"all", "goal", "lit", "dark", "cross"} <= {*shown}


def test_the_waterfall_has_every_part_and_their_total() -> None:
    """Of 600 x 40.00: bought 10 and 220 above it (100 at 40.10, 200 at 41.10), 300 x 0.20 for the rest."""
    shown = words(waterfall_picture(shortfall(BUY)))

    names = ["delay", "spread", "impact", "timing", "opportunity", "fees", "total"]
    assert [text for text in shown if text in names] == names
    assert [text for text in shown if text[0] in "+-"][-1] == "+120.83"


def test_a_part_that_cannot_be_told_has_no_step() -> None:
    untold = msgspec.structs.replace(shortfall(BUY), opportunity=None)

    shown = words(waterfall_picture(untold))

    assert "opportunity" not in shown
    assert [text for text in shown if text[0] in "+-"][-1] == "+95.83"
