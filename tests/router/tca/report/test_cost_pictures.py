"""The waterfall ends where the parts sum to; the realised point stands beside the estimate and the frontier."""

import re
from decimal import Decimal

from msgspec.structs import replace

from router.tca.cost.arrival_estimate import arrival_estimate
from router.tca.report.cost_pictures import frontier_picture, waterfall_picture
from router.tca.report.tca_report import PartLine, tca_report
from support.pretrade import impact_file
from support.twelve_trades import case


def words(svg: str) -> list[str]:
    return re.findall(r">([^<>\n]+)</text>", svg)


def test_each_part_has_its_bar_and_figure_and_the_total_stands_last() -> None:
    report = tca_report(case("O1"))

    said = words(waterfall_picture("O1", report.shortfall))

    names = ["delay", "spread", "impact", "timing", "opportunity", "fees", "total"]
    assert [word for word in said if word in names] == names
    figures = [word.replace("\N{MINUS SIGN}", "-") for word in said if re.fullmatch(r"[-+][\d,.]+", word)]
    money = [part.money for part in (*report.shortfall.parts, report.shortfall.total) if part.money is not None]
    assert figures == [f"{each:+,.2f}" for each in money]


def test_a_part_that_is_not_known_has_no_bar() -> None:
    costs = tca_report(case("O1")).shortfall
    parts = (PartLine("delay", None, None, "no price"), *costs.parts[1:])

    said = words(waterfall_picture("O1", replace(costs, parts=parts)))

    assert "delay" not in said
    assert "spread" in said


def test_costs_are_painted_as_paid_and_gains_as_gained() -> None:
    costs = tca_report(case("O1")).shortfall
    gained = tuple(PartLine(part.name, Decimal(-1), -1.0) for part in costs.parts)
    sold = replace(costs, parts=gained, total=PartLine("total", Decimal(-6), -6.0))

    picture = waterfall_picture("O1", sold)

    assert "var(--gained)" in picture
    assert "var(--paid)" not in picture


def test_the_frontier_has_both_models_the_estimate_and_the_outcome() -> None:
    estimate = arrival_estimate(case("O1"), impact_file())

    said = words(frontier_picture("O1", estimate))

    wanted = {"estimate, 95 % of one order", "realised", "frontier, almgren-2005", "cost with fees, bps"}
    assert wanted <= {*said}
    assert frontier_picture("O1", estimate) == frontier_picture("O1", estimate)


def test_what_was_not_filled_has_no_realised_point() -> None:
    estimate = arrival_estimate(case("O1"), impact_file())
    open_one = replace(estimate, realised=None, realised_risk=None)

    said = words(frontier_picture("O1", open_one))

    assert "realised" not in said
    assert "estimate, 95 % of one order" in said
