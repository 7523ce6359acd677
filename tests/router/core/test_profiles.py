"""A venue's fees by date, maker-taker and inverted."""

import pytest

from router.core.profiles import FeeRule, VenueProfile
from router.core.types import VenueKind

MAKER_TAKER = VenueProfile(
    "XLIT",
    VenueKind.LIT,
    "lit",
    fees=(
        FeeRule("20070705", add=-2_000, remove=3_000, auction=1_000),
        FeeRule("20200102", add=-2_500, remove=2_900, auction=500),
    ),
)


@pytest.mark.parametrize(
    ("day", "add"), [("20070705", -2_000), ("20200101", -2_000), ("20200102", -2_500), ("20991231", -2_500)]
)
def test_a_fee_rule_is_in_force_from_its_date_until_the_day_before_the_next(day: str, add: int) -> None:
    assert MAKER_TAKER.fee(day).add == add


def test_a_day_before_the_first_rule_is_a_broken_configuration() -> None:
    with pytest.raises(AssertionError, match="XLIT: no fee rule in force on 20070704"):
        MAKER_TAKER.fee("20070704")
