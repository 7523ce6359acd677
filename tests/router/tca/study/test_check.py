"""Which orders are drawn to be predicted and traded."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from router.tca.study.check import QUIET, CostCheck, check_cells
from router.tca.study.plan import StudyError

CHECK = CostCheck(orders=40, quiet=3, seed=5, strategies=("TWAP", "POV"), with_rate=("POV",))


def test_quiet_days_come_first_and_every_run_has_a_market_of_its_own() -> None:
    found = check_cells(CHECK)

    assert [cell.spec.setting for cell in found] == [QUIET] * 3 + ["orders"] * 40
    assert [cell.spec.seed for cell in found] == list(range(5, 48))
    assert [cell.spec.orders for cell in found[:3]] == [()] * 3
    assert [cell.spec.watch for cell in found[2:4]] == [("ACME",), ()]


def test_orders_are_drawn_within_what_was_asked_and_the_same_each_time() -> None:
    orders = [cell.spec.orders[0] for cell in check_cells(CHECK)[3:]]

    assert orders == [cell.spec.orders[0] for cell in check_cells(CHECK)[3:]]
    assert all(CHECK.size_min <= order.size <= CHECK.size_max for order in orders)
    assert {order.minutes for order in orders} == {10.0, 20.0}
    assert {order.strategy: bool(order.params) for order in orders} == {"TWAP": False, "POV": True}


def test_more_orders_leave_the_first_as_they_were() -> None:
    more = replace(CHECK, orders=50)

    assert check_cells(more)[:43] == check_cells(CHECK)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"size_min": 0.02}, "sizes: must rise, above 0 to at most 1: got 0.02 to 0.02"),
        ({"symbols": ()}, "symbols: must be one at least: got none"),
    ],
)
def test_what_cannot_be_asked_says_why(fields: dict[str, object], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        replace(CHECK, **fields)
