"""Means of groups: each beside itself drawn toward the mean of all, and z over all."""

import pytest

from router.core.types import Side
from router.tca.universe.group_means import GroupBy, group_means, means_table, z_text
from router.tca.universe.peers import shrink_groups
from support.outcomes import outcome

COSTS = {"IS": (4.0, 8.0), "POV": (1.0, 3.0, 2.0), "TWAP": (9.0, 5.0), "VWAP": (2.0, 2.0, 5.0, 3.0)}
PAST = tuple(
    outcome(f"{name}{n}", algorithm=name, cost_bps=cost, estimate_bps=3.0, timing_risk_bps=2.0)
    for name, costs in reversed(COSTS.items())
    for n, cost in enumerate(costs)
)


def test_each_group_has_its_mean_and_what_few_orders_tell_of_it() -> None:
    found = group_means(PAST, GroupBy.ALGORITHM)

    shrunk = {each.name: each for each in shrink_groups(PAST, lambda each: each.algorithm)}
    assert [(row.name, row.orders, row.cost_bps.value) for row in found.rows] == [
        ("IS", 2, 6.0), ("POV", 3, 2.0), ("TWAP", 2, 7.0), ("VWAP", 4, 3.0),
    ]  # fmt: skip
    assert {row.name: (row.shrunk_bps, row.toward) for row in found.rows} == {
        name: (each.shrunk, each.toward) for name, each in shrunk.items()
    }
    # The dearest, of two orders, is believed to be cheaper than it was.
    assert found.rows[2].shrunk_bps < 7.0


def test_z_of_all_orders_is_told_with_its_interval() -> None:
    found = group_means(PAST, GroupBy.ALGORITHM)

    costs = [cost for each in COSTS.values() for cost in each]
    assert found.z.value == pytest.approx((sum(costs) / len(costs) - 3.0) / 2.0)
    assert z_text(found).startswith("z, cost less estimate in timing risks, of 11 orders: mean 0.50 (")
    bare = (outcome("O1"), outcome("O2"))
    assert z_text(group_means(bare, GroupBy.SYMBOL)) == "z: no order with an estimate and a timing risk"


def test_of_few_groups_the_means_stay_and_the_table_says_why() -> None:
    sides = [outcome(f"O{n}", side=side, cost_bps=float(n)) for n in range(4) for side in (Side.BUY, Side.SELL_SHORT)]

    table = means_table(group_means(sides, GroupBy.SIDE))

    assert [row[:3] + row[4:6] for row in table.rows] == [
        ("buy", "4", "1.50", "1.50", "none"),
        ("sell short", "4", "1.50", "1.50", "none"),
    ]
    assert all(row[-1] == "shrinking takes 4 groups, there are 2" for row in table.rows)


def test_a_bucket_is_of_size_participation_volatility_and_spread() -> None:
    (row,) = group_means((outcome("O1"), outcome("O2")), GroupBy.BUCKET).rows

    assert row.name == "q_adv 0.01 to 0.05, pov 0.05 to 0.1, sigma 0.01 to 0.02, spread_bps 2 to 5"
