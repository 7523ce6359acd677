"""The report's XML, held against the Commission's schema element by element, and its CSV."""

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from router.tca.facts.case import cases
from router.tca.facts.recorder import Recorder
from router.tca.regulatory.rule606 import Report606, report606
from router.tca.regulatory.rule606_files import csv_text, xml_text
from support.sec_day import sec_day
from support.tca_day import lines

HEAD = ["version", "customer", "bd", "startDate", "endDate"]
MONTH = ["year", "mon", "sentShr", "executedAsPrincipalShr", "ioiExposedOrd", "ioiExposedVenueList", "routingVenueList"]
SHR = re.compile(r"\d+(\.\d+)?|")
PCT = re.compile(r"\d*\.\d{2,}|")
CPH = re.compile(r"-?\d*\.\d{4}\d*|")
VENUE = {
    "venueName": re.compile(r".{1,80}"),
    "mic": re.compile(r"[A-Z0-9]{4}"),
    **dict.fromkeys(["routedShr", "iocRoutedShr", "furtherRoutableShr", "orderSizeShr", "executedShr"], SHR),
    "filledPct": PCT,
    "fillSizeShr": SHR,
    "netFeeOrRebateCph": CPH,
    "midpointShr": SHR,
    "midpointPct": PCT,
    "nearsideShr": SHR,
    "nearsidePct": PCT,
    "farsideShr": SHR,
    "farsidePct": PCT,
    "providedLiqudityShr": SHR,
    "providedLiquidityPct": PCT,
    "orderDurationMsec": re.compile(r"\d+|"),
    "providedLiquidityNetCph": CPH,
    "removedLiquidityShr": SHR,
    "removedLiquidityPct": PCT,
    "removedLiquidityNetCph": CPH,
}
"""oh-20191231.xsd: the elements of `iVenue` in their order, with their types as patterns."""


@pytest.fixture(name="report")
def made() -> Report606:
    recorder = Recorder()
    recorder.follow(*lines(sec_day()))
    return report606(cases(recorder), "EMS44")


def xml(report: Report606) -> ET.Element:
    return ET.fromstring(xml_text(report, broker="House & Sons", start="20260316", end="20260316"))  # noqa: S314 - parses what we have just written, nobody else's text


def test_elements_stand_in_the_schemas_order_and_hold_its_types(report: Report606) -> None:
    root = xml(report)

    assert root.tag == "notHeldOrderHandlingCustomerReport"
    assert [element.tag for element in root] == [*HEAD, "hDirected", "hNondirected"]
    assert [[element.tag for element in month] for month in root.iter("hMonthly")] == [MONTH, MONTH]
    for venue in root.iter("iVenue"):
        assert [element.tag for element in venue] == list(VENUE)
        wrong = [element.tag for element in venue if not VENUE[element.tag].fullmatch(element.text or "")]
        assert wrong == []
        assert all(0 <= Decimal(each.text or 0) <= 100 for each in venue if each.tag.endswith("Pct"))


def test_a_fee_is_negative_and_a_rebate_positive_in_cents_a_hundred_shares(report: Report606) -> None:
    (venue,) = [each for each in xml(report).iter("iVenue") if each.findtext("mic") == "XLIT"]

    # Three tenths of a cent taken from 500 shares, two tenths given on 300.
    assert venue.findtext("removedLiquidityNetCph") == "-30.0000"
    assert venue.findtext("providedLiquidityNetCph") == "20.0000"
    assert venue.findtext("netFeeOrRebateCph") == "-11.2500"


def test_orders_shown_as_conditional_are_told_with_their_venue(report: Report606) -> None:
    root = xml(report)

    assert [month.findtext("ioiExposedOrd") for month in root.iter("hMonthly")] == ["0", "1"]
    assert [each.findtext("mic") for each in root.iter("ioiExposedVenue")] == ["XBLK"]


def test_names_are_escaped_and_what_xml_cannot_hold_is_replaced(report: Report606) -> None:
    named = replace(report, client="<b>\x01&")

    root = xml(named)

    assert root.findtext("customer") == "<b>\N{REPLACEMENT CHARACTER}&"
    assert root.findtext("bd") == "House & Sons"


def test_the_table_has_the_same_columns(report: Report606) -> None:
    head, *rows = csv_text(report).splitlines()

    assert head.split(",")[6:] == list(VENUE)[2:]
    assert rows[-1] == (
        "EMS44,non-directed,202603,3000,XLIT,3,1100,500,,366.667,800,72.7273,200.000,-11.2500,500,62.5000,100,12.5000,"
        "200,25.0000,300,37.5000,32500,20.0000,500,62.5000,-30.0000"
    )
