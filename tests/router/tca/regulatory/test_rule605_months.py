"""Each order is reported in the form of the month in which its venue received it, and in one only."""

import pytest
from msgspec.structs import replace

from router.core.types import Phase
from router.tca.facts.case import Case
from router.tca.regulatory.rule605_months import reports605
from support.tca_cases import case, child, quotes


def received(day: str) -> Case:
    """A parent of two covered orders and a conditional one on that date."""
    orders = [child("C1", 1, px=400_200), child("C2", 2, px=400_000), child("C3", 3, px=400_000, conditional=True)]
    was = case(quotes([(0, 400_000, 400_200)]), orders)
    sessions = tuple(replace(each, day=day) for each in was.sessions)
    return replace(was, days=((0, day),), sessions=sessions, phases=((0, Phase.CONTINUOUS),))


@pytest.mark.parametrize(
    ("day", "old", "amended", "neither"),
    [
        ("20010430", 0, 0, {"200104": 3}),
        ("20010501", 2, 0, {}),
        ("20260731", 2, 0, {}),
        ("20260801", 0, 2, {}),
        ("20270104", 0, 2, {}),
    ],
)
def test_the_month_of_receipt_decides(day: str, old: int, amended: int, neither: dict[str, int]) -> None:
    found = reports605([received(day)])

    counts = [sum(line.orders for line in report.lines.values()) for report in (found.old, found.amended)]
    excluded = [sum(report.excluded.values()) for report in (found.old, found.amended)]
    assert (counts, found.neither) == ([old, amended], neither)
    assert excluded == [int(old > 0), int(amended > 0)]


def test_orders_of_both_forms_in_one_run() -> None:
    found = reports605([received("20260731"), received("20260803"), received("20000103")])

    assert found.old.files == [("XLIT", "202607")]
    assert found.amended.files == [("XLIT", "202608")]
    assert found.neither == {"200001": 3}
