"""Days made by hand as sheets of the TCA page, with the shipped impact models."""

from __future__ import annotations

from router.tca.case import cases
from router.tca.leakage import Markets
from router.tca.page import Heading
from router.tca.page_parts import Sheet
from router.tca.peers import Universe
from router.tca.recorder import Recorder
from router.tca.tca_report import Beside, tca_report
from support.pretrade import impact_file

HEADING = Heading(("20260316",), ("by hand", "for EMS44"))


def sheets(recorder: Recorder, universe: Universe | None = None) -> list[Sheet]:
    """Every order of a day."""
    found = list(cases(recorder))
    beside = Beside(markets=Markets(found), impact=impact_file(), universe=universe)
    return [Sheet(case, tca_report(case, beside=beside)) for case in found]
