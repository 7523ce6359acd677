"""Attribution as plain rows: the same figures, divided, and fit for JSON."""

from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest

from router.tca.facts.case import Case, cases
from router.tca.facts.recorder import Recorder
from router.tca.venues.attribution import By, attribute, gather
from router.tca.venues.attribution_rows import AttributionRow, rows
from support.tca_cases import at, case, child, fill, quotes

MARKET = quotes([(0, 400_000, 400_200), (8, 399_900, 400_100)])


@pytest.fixture
def parent() -> Case:
    sent = child("C1", 1, 200, ended_at=at(9))
    return case(MARKET, [sent], [fill("E1", 5, 400_000, sent)], arrival=(400_000, 400_200), as_of=at(30))


def test_a_row_divides_what_the_group_sums(parent: Case) -> None:
    group, total = rows(attribute(gather([parent]), By.VENUE))

    assert (group.group, total.group, group.part) == ("XLIT", "total", 1.0)
    assert (group.notional, group.cost, group.net_fees) == (Decimal(4_000), Decimal(-1), Decimal("-0.2"))
    assert (group.fees, group.rebates) == (Decimal(0), Decimal("-0.2"))
    assert (group.cost_bps, group.net_fees_bps, group.quoted_bps, group.effective_bps) == (-2.5, -0.5, 5.0, -5.0)
    assert group.orders is not None
    assert (group.orders.fill_rate_shares, group.orders.median_s) == (0.5, 4.0)
    # At 10 s the midpoint is a cent lower: bought at 40.00 what is worth 40.00.
    horizon = group.horizons[2]
    assert (horizon.horizon_s, horizon.realised_bps, horizon.impact_bps) == (10.0, 0.0, -5.0)
    assert (horizon.markout_bps.value, horizon.adverse_bps.value) == (0.0, 2.5)


def test_a_parent_without_an_arrival_mid_has_no_cost_and_one_without_fills_nothing_to_divide_by(parent: Case) -> None:
    blind = case(MARKET, parent.record.children, parent.fills)
    idle = case(MARKET, [child("C1", 1)], arrival=(400_000, 400_200))

    (one, _), (other, _) = (rows(attribute(gather([each]), By.VENUE)) for each in (blind, idle))

    assert (one.shares, one.cost, one.cost_bps) == (100, None, None)
    assert (other.part, other.cost, other.effective_bps, other.capture) == (None, None, None, None)


def test_rows_go_through_json_and_their_parts_sum_to_one(recorder: Recorder) -> None:
    for by in By:
        found = rows(attribute(gather(cases(recorder)), by))

        assert msgspec.json.decode(msgspec.json.encode(found), type=tuple[AttributionRow, ...]) == found
        assert sum(Fraction(row.shares, found[-1].shares) for row in found[:-1]) == 1
