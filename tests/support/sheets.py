"""Days made by hand as sheets of the TCA page, with the shipped impact models."""

from __future__ import annotations

from router.tca.facts.case import cases
from router.tca.facts.recorder import Recorder
from router.tca.footprint.leakage import Markets
from router.tca.report.page import Heading
from router.tca.report.page_parts import Sheet
from router.tca.report.tca_report import Beside, tca_report
from router.tca.universe.peers import Universe
from support.pretrade import impact_file

HEADING = Heading(("20260316",), ("by hand", "for EMS44"))


def sheets(recorder: Recorder, universe: Universe | None = None) -> list[Sheet]:
    """Every order of a day."""
    found = list(cases(recorder))
    beside = Beside(markets=Markets(found), impact=impact_file(), universe=universe)
    return [Sheet(case, tca_report(case, beside=beside)) for case in found]
