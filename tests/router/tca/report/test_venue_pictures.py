"""Markout curves: a line for each venue in its colour, each horizon named, and the same bytes each time."""

import re

from router.tca.report.page_parts import venue_colours, venue_rows
from router.tca.report.tca_report import tca_report
from router.tca.report.venue_pictures import markout_picture
from support.tca_day import day
from support.twelve_trades import case


def test_each_venue_and_each_horizon_is_named() -> None:
    was = case("O1")

    picture = markout_picture("O1", venue_rows(tca_report(was)), venue_colours([was]))

    said = re.findall(r">([^<>\n]+)</text>", picture)
    assert {"XLIT", "0.1 s", "1 s", "10 s", "60 s", "300 s", "markout, bps"} <= {*said}
    assert "var(--venue-0)" in picture
    assert 'aria-label="Markouts of the fills of O1 by venue and horizon, bps, with 95 % intervals"' in picture


def test_two_venues_have_two_colours() -> None:
    was = case("O1", day())
    report = tca_report(was)

    assert [row.group for row in venue_rows(report)] == ["XLIT", "XDRK"]
    assert venue_colours([was]) == {"XLIT": 0, "XDRK": 1}
