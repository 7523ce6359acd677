"""The picture: what is where, in page colours only."""

from __future__ import annotations

import re

from msgspec.structs import replace

from router.tca.pretrade.documents import PreTrade
from router.tca.pretrade.picture import HEIGHT, WIDTH, Axis, frontier_picture, legend, lines_drawn


def test_every_strategy_is_a_point_with_a_bar_and_one_is_large(document: PreTrade) -> None:
    svg = frontier_picture(document)

    radii = re.findall(r'<circle [^>]*r="(\d)"', svg)
    assert sorted(radii) == ["4"] * (len(document.strategies) - 1) + ["7"]
    assert svg.count("recommended</text>") == 1
    assert svg.count("stroke-opacity") == len(document.strategies)


def test_everything_lies_inside(document: PreTrade) -> None:
    svg = frontier_picture(document)

    across = [float(each) for each in re.findall(r'\b(?:cx|x|x1|x2)="([-\d.]+)"', svg)]
    down = [float(each) for each in re.findall(r'\b(?:cy|y|y1|y2)="([-\d.]+)"', svg)]
    assert 0 <= min(across) <= max(across) <= WIDTH
    assert 0 <= min(down) <= max(down) <= HEIGHT


def test_what_leaves_shares_is_hollow(document: PreTrade) -> None:
    hollow = frontier_picture(document).count('fill="var(--card)"')

    assert hollow == sum(bool(each.unfilled) for each in document.strategies) > 0


def test_what_leaves_shares_stands_where_its_whole_order_would(document: PreTrade) -> None:
    left = next(each for each in document.strategies if each.unfilled)

    svg = frontier_picture(document)

    said = (
        f"{left.finished_cost:.1f} bps, risk {left.finished_risk:.1f} bps, {100 * left.unfilled_part:.3g} % of it after"
    )
    assert said in svg


def test_colours_are_the_page_s(document: PreTrade) -> None:
    svg = frontier_picture(document)

    assert re.findall(r'(?:fill|stroke)="(?!var\(|none)[^"]*"', svg) == []
    assert [name for _, name in legend(document)] == ["IS", "POV", "TWAP", "VWAP"]


def test_a_frontier_that_lies_beyond_the_picture_is_not_said_to_be_in_it(document: PreTrade) -> None:
    first, second = document.frontiers
    far = replace(second, points=tuple(replace(point, cost=point.cost + 1e6) for point in second.points))

    shown = replace(document, frontiers=(first, far))

    assert lines_drawn(shown) == ("almgren-2005",)
    assert frontier_picture(shown).count("<polyline") == 1


def test_ticks_are_round_and_inside() -> None:
    assert Axis(0.0, 37.0, 0.0, 100.0).ticks() == [0, 10, 20, 30]
    assert Axis(-3.0, 1.0, 0.0, 100.0).ticks() == [-3, -2, -1, 0, 1]
