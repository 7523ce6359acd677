"""The report of Rule 606(b)(3) as text: XML in the elements of the Commission's schema, and the same columns as CSV.

Writes what `rule606` reckoned, and reckons nothing. Elements and their order are those of oh-20191231.xsd, versions 1.2
and 1.3 (the Commission's repository sec-gov/oh), its spelling `providedLiqudityShr` too. A column without a value is an
empty element ("not meaningful"). A fee is negative and a rebate positive here, as the schema has it: the one place in
this project where a cost is not positive.
"""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from fractions import Fraction
from typing import Final
from xml.sax.saxutils import escape

from router.tca.regulatory.rule606 import Month, Report606, Section, VenueLine

SCHEMA: Final = "oh-20191231.xsd"
VERSION: Final = "1.3"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
NAME_MAX: Final = 80
"""Characters of a name in the schema; a longer one is cut."""
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""
_ELEMENTS: Final = {Section.DIRECTED: "hDirected", Section.NON_DIRECTED: "hNondirected"}


def columns(line: VenueLine) -> dict[str, str]:
    """One venue's columns by element name, in the schema's order."""
    return {
        "routedShr": str(line.routed),
        "iocRoutedShr": str(line.routed_ioc),
        # Whether a venue may route an order on is not configured: not meaningful rather than a guess.
        "furtherRoutableShr": "",
        "orderSizeShr": _number(line.order_size, 3),
        "executedShr": str(line.executed),
        "filledPct": _percent(line.fill_rate),
        "fillSizeShr": _number(line.fill_size, 3),
        "netFeeOrRebateCph": _cents(line.fees, line.executed),
        "midpointShr": str(line.at_midpoint),
        "midpointPct": _percent(line.of_executed(line.at_midpoint)),
        "nearsideShr": str(line.near_side),
        "nearsidePct": _percent(line.of_executed(line.near_side)),
        "farsideShr": str(line.far_side),
        "farsidePct": _percent(line.of_executed(line.far_side)),
        "providedLiqudityShr": str(line.provided),
        "providedLiquidityPct": _percent(line.of_executed(line.provided)),
        "orderDurationMsec": _number(line.duration_ms, 0),
        "providedLiquidityNetCph": _cents(line.provided_fees, line.provided),
        "removedLiquidityShr": str(line.removed),
        "removedLiquidityPct": _percent(line.of_executed(line.removed)),
        "removedLiquidityNetCph": _cents(line.removed_fees, line.removed),
    }


def xml_text(report: Report606, *, broker: str, start: str, end: str) -> str:
    """The whole report; `broker` is the filer's name, the days YYYYMMDD. Text of the client is escaped."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<notHeldOrderHandlingCustomerReport xmlns:xsi="{XSI}" xsi:noNamespaceSchemaLocation="{SCHEMA}">',
        _element("version", VERSION, 1),
        _element("customer", report.client[:NAME_MAX], 1),
        _element("bd", broker[:NAME_MAX], 1),
        _element("startDate", _date(start), 1),
        _element("endDate", _date(end), 1),
    ]
    for section in Section:
        months = [month for month in report.months if month.section is section]
        if months:
            name = _ELEMENTS[section]
            lines += [f"  <{name}>", *(line for month in months for line in _month(month)), f"  </{name}>"]
    return "\n".join([*lines, "</notHeldOrderHandlingCustomerReport>", ""])


def _month(month: Month) -> list[str]:
    lines = [
        "    <hMonthly>",
        _element("year", month.month[:4], 3),
        _element("mon", str(int(month.month[4:])), 3),
        _element("sentShr", str(month.sent), 3),
        _element("executedAsPrincipalShr", "0", 3),
        _element("ioiExposedOrd", str(month.exposed), 3),
        "      <ioiExposedVenueList>",
    ]
    for mic in month.exposed_to:
        lines += ["        <ioiExposedVenue>", *_venue_name(mic, 5), "        </ioiExposedVenue>"]
    lines += ["      </ioiExposedVenueList>", "      <routingVenueList>"]
    for venue in month.venues:
        lines += ["        <iVenue>", *_venue_name(venue.venue, 5)]
        lines += [_element(name, text, 5) for name, text in columns(venue).items()]
        lines.append("        </iVenue>")
    return [*lines, "      </routingVenueList>", "    </hMonthly>"]


def _venue_name(mic: str, depth: int) -> list[str]:
    return [_element("venueName", mic, depth), _element("mic", mic, depth)]


def csv_text(report: Report606) -> str:
    """One line for each section, month and venue."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names: list[str] = []
    for month in report.months:
        for venue in month.venues:
            values = columns(venue)
            if not names:
                names = list(values)
                writer.writerow(["customer", "section", "month", "sentShr", "venue", "orders", *names])
            head = [report.client, month.section.value, month.month, month.sent, venue.venue, venue.orders]
            writer.writerow([*head, *values.values()])
    return out.getvalue()


def _element(name: str, text: str, depth: int) -> str:
    return f"{'  ' * depth}<{name}>{escape(_NO_XML.sub(REPLACEMENT, text))}</{name}>"


def _date(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def _number(value: Fraction | None, digits: int) -> str:
    """Rounded half to even at `digits`; nothing for what is not there."""
    return "" if value is None else f"{Decimal(round(value * 10**digits)).scaleb(-digits):f}"


def _percent(part: Fraction | None) -> str:
    return _number(None if part is None else part * 100, 4)


def _cents(fees: int, shares: int) -> str:
    """Cents a hundred shares, a fee negative: micros a share, times 100 shares, over 10,000 micros a cent."""
    return _number(Fraction(-fees, shares * 100) if shares else None, 4)
