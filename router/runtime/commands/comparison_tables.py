"""Comparisons of costs as tables for a terminal; what `sluice study` and `sluice compare` print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from router.tca.tables import Table

if TYPE_CHECKING:  # these need the extra `analysis`, which only a command that is called for may ask for
    from router.tca.estimate import Estimate
    from router.tca.study.summary import SettingSummary
    from router.tca.universe.compare import EventStudy, Paired

SIGN: Final = "Costs in basis points of the arrival mid, of what was filled. Positive is a cost."
INTERVAL: Final = "95 % interval"


def interval(found: Estimate) -> tuple[str, str]:
    """The value, and what covers it."""
    value = "-" if found.value is None else f"{found.value:+.2f}"
    covers = found.covers
    return value, "-" if covers is None else f"{covers[0]:+.2f} to {covers[1]:+.2f}"


def settings_table(settings: Sequence[SettingSummary]) -> Table:
    """What each setting cost, and of how many orders that is the mean."""
    header = ("setting", "cells", "failed", "orders", "no cost", "filled", "mean cost", INTERVAL)
    return Table("", header, tuple(_setting_row(each) for each in settings))


def _setting_row(each: SettingSummary) -> tuple[str, ...]:
    filled = "-" if each.filled is None else f"{each.filled:.1%}"
    counts = (each.cells, each.failed, each.orders, each.without_cost)
    return (each.setting, *map(str, counts), filled, *interval(each.cost))


def paired_table(comparisons: Sequence[Paired]) -> Table:
    """Each arm less the one that it is compared with, order by order on the same seeds."""
    header = ("first less second", "pairs", "difference", INTERVAL, "p (Holm)", "variance kept")
    return Table("", header, tuple(_paired_row(pair) for pair in comparisons))


def _paired_row(pair: Paired) -> tuple[str, ...]:
    kept = "-" if pair.variance_kept is None else f"{pair.variance_kept:.2f}"
    name = f"{pair.first} less {pair.second}"
    return name, str(pair.pairs), *interval(pair.difference), p_text(pair.holm), kept


def event_table(study: EventStudy) -> Table:
    """Orders from the date on less those before it."""
    header = ("after less before", "before", "after", "difference", INTERVAL, "p")
    named = [("as they are", study.plain)]
    if study.adjusted is not None:
        named.append(("at like size, volatility and spread", study.adjusted))
    counts = str(study.before), str(study.after)
    rows = ((name, *counts, *interval(found.estimate), p_text(found.p_value)) for name, found in named)
    return Table("", header, tuple(rows))


def p_text(p_value: float | None) -> str:
    """Three places; a dash where there is no test."""
    return "-" if p_value is None else f"{p_value:.3f}"
