"""What a study found: each setting's mean cost, and each against one, order by order on the same seeds."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from router.tca.estimate import Estimate, ratio
from router.tca.study.result import CellResult
from router.tca.universe.compare import CompareError, Paired, compare_all
from router.tca.universe.outcome import Outcome


class SettingSummary(Struct, frozen=True, kw_only=True):
    """One setting. Costs in bps of the arrival mid, positive is a cost, of what was filled: see `filled` beside it."""

    setting: str
    cells: int
    failed: int
    orders: int
    without_cost: int
    filled: float | None
    """Shares filled, as a part of those ordered, by size in ADV; None without an order."""
    cost: Estimate
    """Mean over orders, its interval Student's over seeds."""


class StudySummary(Struct, frozen=True, kw_only=True):
    """All of it. `note` says why there is no comparison, where there is none."""

    settings: tuple[SettingSummary, ...]
    comparisons: tuple[Paired, ...]
    note: str = ""


def summarise(results: Sequence[CellResult], against: str = "") -> StudySummary:
    """Sum up cells in order of their number; `against` the first setting if empty."""
    ordered = sorted(results, key=lambda each: each.number)
    by_setting: dict[str, list[CellResult]] = {}
    for each in ordered:
        by_setting.setdefault(each.setting, []).append(each)
    arms = {name: found for name, held in by_setting.items() if (found := _outcomes(held))}
    settings = tuple(_setting(name, held) for name, held in by_setting.items())
    base = against or next(iter(by_setting), "")
    if base in by_setting and base not in arms:
        return StudySummary(settings=settings, comparisons=(), note=f"no order of {base} has a cost to compare with")
    try:
        return StudySummary(settings=settings, comparisons=compare_all(arms, base))
    except CompareError as error:
        return StudySummary(settings=settings, comparisons=(), note=str(error))


def _outcomes(cells: Sequence[CellResult]) -> tuple[Outcome, ...]:
    return tuple(outcome for each in cells for outcome in each.outcomes)


def _setting(name: str, cells: Sequence[CellResult]) -> SettingSummary:
    outcomes = _outcomes(cells)
    ordered = sum(outcome.q_adv for outcome in outcomes)
    seeds: dict[int, list[float]] = {}
    for each in cells:
        seeds.setdefault(each.seed, []).extend(outcome.cost_bps for outcome in each.outcomes)
    known = [costs for costs in seeds.values() if costs]
    return SettingSummary(
        setting=name,
        cells=len(cells),
        failed=sum(1 for each in cells if each.result is None),
        orders=len(outcomes),
        without_cost=sum(1 for each in cells if each.result for order in each.result.orders if order.outcome is None),
        filled=sum(outcome.executed for outcome in outcomes) / ordered if ordered else None,
        cost=ratio([sum(costs) for costs in known], [float(len(costs)) for costs in known]),
    )
