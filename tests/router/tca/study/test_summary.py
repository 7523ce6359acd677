"""What a study found, from cells made by hand."""

from __future__ import annotations

import pytest

from router.tca.study.result import CellResult, DayResult, Worked
from router.tca.study.summary import summarise
from router.tca.universe.outcome import Outcome
from support.outcomes import outcome


def cell(number: int, setting: str, seed: int, *costs: float | None) -> CellResult:
    orders = tuple(_worked(setting, seed, name, cost) for name, cost in enumerate(costs))
    return CellResult(
        number=number, setting=setting, seed=seed, result=DayResult(digest=f"{number}", open=0, orders=orders)
    )


def _worked(setting: str, seed: int, name: int, cost: float | None) -> Worked:
    found: Outcome | None = None
    if cost is not None:
        found = outcome(f"O{name}", setting=setting, seed=seed, pair=f"P{name}", cost_bps=cost, qty=100, filled=50)
    return Worked(name=f"P{name}", outcome=found, why="" if found else "a cost takes a fill", arrived_at=0)


def test_a_mean_is_over_orders_and_its_error_over_seeds() -> None:
    cells = [cell(0, "TWAP", 1, 1.0, 3.0), cell(1, "TWAP", 2, 5.0, None)]

    (found,) = summarise(cells).settings

    assert (found.cells, found.failed, found.orders, found.without_cost, found.filled) == (2, 0, 3, 1, 0.5)
    assert found.cost.value == 3.0
    assert found.cost.n == 2


def test_settings_are_compared_on_the_seeds_that_both_have() -> None:
    cells = [
        cell(0, "TWAP", 1, 1.0),
        cell(1, "VWAP", 1, 0.0),
        cell(2, "TWAP", 2, 12.0),
        cell(3, "VWAP", 2, 10.0),
        CellResult(number=4, setting="TWAP", seed=3, error="StudyError: it broke"),
        cell(5, "VWAP", 3, 7.0),
    ]

    found = summarise(cells, "VWAP")

    (pair,) = found.comparisons
    assert (pair.first, pair.second, pair.pairs, pair.only_second) == ("TWAP", "VWAP", 2, 1)
    assert pair.difference.value == pytest.approx(1.5)
    assert [(each.setting, each.failed) for each in found.settings] == [("TWAP", 1), ("VWAP", 0)]


def test_the_order_in_which_cells_came_changes_nothing() -> None:
    cells = [cell(0, "TWAP", 1, 0.1), cell(1, "VWAP", 1, 0.2), cell(2, "TWAP", 2, 0.3), cell(3, "VWAP", 2, 0.7)]

    assert summarise(cells[::-1]) == summarise(cells)


def test_without_anything_to_compare_it_says_so() -> None:
    found = summarise([CellResult(number=0, setting="TWAP", seed=1, error="broke")])

    assert found.settings[0].cost.value is None
    assert found.note == "no order of TWAP has a cost to compare with"


def test_a_setting_to_compare_with_that_there_is_not_is_named() -> None:
    assert "must be one of ['TWAP'], it is SLOW" in summarise([cell(0, "TWAP", 1, 1.0)], "SLOW").note
