"""Mean costs of groups of past orders, with what few orders can tell of them, and z over all: as data, and as a table.

A group's mean stands beside the same drawn toward the mean of all (`peers.shrink_groups`). Basis points of the arrival
mid, positive is a cost; z in timing risks. Orders are taken as independent. Knows no file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from router.tca.estimate import Estimate, mean
from router.tca.tables import NOTHING, Table, bps_text, interval_text, part_text
from router.tca.universe.outcome import Outcome
from router.tca.universe.peers import Cut, shrink_groups, z_scores


class GroupBy(StrEnum):
    """What orders are put together by."""

    ALGORITHM = "algorithm"
    SYMBOL = "symbol"
    SIDE = "side"
    SETTING = "setting"
    BUCKET = "bucket"


_KEYS: Final[dict[GroupBy, Callable[[Outcome], str]]] = {
    GroupBy.ALGORITHM: lambda each: each.algorithm,
    GroupBy.SYMBOL: lambda each: each.symbol,
    GroupBy.SIDE: lambda each: each.side.name.lower().replace("_", " "),
    GroupBy.SETTING: lambda each: each.setting,
    GroupBy.BUCKET: lambda each: Cut().words(Cut().bucket(each)),
}


class GroupRow(Struct, frozen=True):
    """One group, bps. `toward` is the part of the mean of all in `shrunk`, 0 to 1; None with a `note` that says why."""

    name: str
    orders: int
    cost_bps: Estimate
    shrunk_bps: float
    toward: float | None
    note: str = ""


class GroupMeans(Struct, frozen=True):
    """Every group, by name; `z` is the mean of all orders that have one, `z_deviation` its standard deviation.

    Where estimates and risks are right these are 0 and 1. None: of fewer than two orders there is no deviation.
    """

    by: GroupBy
    rows: tuple[GroupRow, ...]
    z: Estimate
    z_deviation: float | None


def group_means(outcomes: Sequence[Outcome], by: GroupBy) -> GroupMeans:
    """The means of `outcomes` by `by`, in the order of the groups' names."""
    key = _KEYS[by]
    held: dict[str, list[float]] = {}
    for outcome in outcomes:
        held.setdefault(key(outcome), []).append(outcome.cost_bps)
    rows = (
        GroupRow(each.name, each.n, mean(held[each.name]), each.shrunk, each.toward, each.note)
        for each in shrink_groups(outcomes, key)
    )
    return GroupMeans(by, tuple(sorted(rows, key=lambda row: row.name)), *z_scores(outcomes))


def means_table(found: GroupMeans) -> Table:
    """The groups as text."""
    header = (
        found.by.value,
        "orders",
        "mean cost, bps",
        "95 % interval",
        "drawn to the mean of all, bps",
        "by",
        "note",
    )
    return Table(f"Mean cost by {found.by.value}", header, tuple(_row(each) for each in found.rows))


def z_text(found: GroupMeans) -> str:
    """`z of 12 orders: mean 0.10 (-0.50 to 0.70), deviation 0.95 ...`, or why there is none."""
    if found.z.value is None:
        return f"z: {found.z.note}"
    spread = "" if found.z_deviation is None else f", deviation {found.z_deviation:.2f}"
    return (
        f"z, cost less estimate in timing risks, of {found.z.n} orders: mean {bps_text(found.z.value)} "
        f"({interval_text(found.z.low, found.z.high)}){spread}; of right estimates they are 0 and 1"
    )


def _row(each: GroupRow) -> tuple[str, ...]:
    cost = each.cost_bps
    return (
        each.name or NOTHING,
        f"{each.orders:,}",
        bps_text(cost.value),
        interval_text(cost.low, cost.high),
        bps_text(each.shrunk_bps),
        part_text(each.toward),
        "; ".join(dict.fromkeys(note for note in (each.note, cost.note) if note)),
    )
