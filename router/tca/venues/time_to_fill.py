"""How long children waited for their first fill, those counted that were withdrawn before one.

Withdrawn and open children are censored: they waited at least so long. Knows no venue.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from router.core.types import SECOND, Ns

CENSORED_MOST: Final = 0.1
"""Above this share of censored children the median of those that filled says too little: half of them at least waited
longer than it. The Kaplan-Meier median is then the one to read."""


class Wait(Struct, frozen=True, gc=False):
    """One child: how long it waited, and whether that ended with a fill."""

    ns: Ns
    filled: bool


class TimeToFill(Struct, frozen=True):
    """Times in seconds; None of nobody, or where `note` says why."""

    children: int
    censored: int
    mean: float | None
    """Of those that filled."""
    median: float | None
    """Of those that filled."""
    kaplan_meier: float | None
    """The time by which half of all would have filled, had nobody been withdrawn."""
    note: str = ""


def time_to_fill(waits: Sequence[Wait]) -> TimeToFill:
    """Mean and median of the filled, and the median of all by Kaplan and Meier (1958).

    The last takes withdrawal to say nothing of when a child would have filled. A router withdraws what it believes will
    not fill, so that estimate is too short rather than too long.
    """
    filled = [wait.ns / SECOND for wait in waits if wait.filled]
    censored = len(waits) - len(filled)
    median = kaplan_meier_median(waits)
    return TimeToFill(
        children=len(waits),
        censored=censored,
        mean=statistics.fmean(filled) if filled else None,
        median=statistics.median(filled) if filled else None,
        kaplan_meier=None if median is None else median / SECOND,
        note=_note(waits, censored, median),
    )


def kaplan_meier_median(waits: Sequence[Wait]) -> Ns | None:
    """The first time at which no more than half are left unfilled; None where more than half are to the end.

    S(t) is the product over fill times s <= t of 1 - filled(s) / waiting(s); a child withdrawn at s still waited at s.
    """
    left, survival = len(waits), 1.0
    times: dict[Ns, list[Wait]] = {}
    for wait in sorted(waits, key=lambda wait: wait.ns):
        times.setdefault(wait.ns, []).append(wait)
    for ns, ending in times.items():
        survival *= 1 - sum(wait.filled for wait in ending) / left
        # A half that is the product of thirds and the like is a hair off in binary.
        if survival <= 0.5 + 1e-12:
            return ns
        left -= len(ending)
    return None


def _note(waits: Sequence[Wait], censored: int, median: Ns | None) -> str:
    if not waits:
        return "no firm child"
    if median is None:
        return "more than half were still unfilled when the last was seen"
    if censored > CENSORED_MOST * len(waits):
        return f"{censored} of {len(waits)} were withdrawn before a fill: read the Kaplan-Meier median"
    return ""
