"""Comparisons of costs as tables for a terminal; what `sluice study` and `sluice compare` print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:  # these need the extra `analysis`, which only a command that is called for may ask for
    from router.tca.compare import EventStudy, Paired
    from router.tca.estimate import Estimate

SIGN: Final = "Costs in basis points of the arrival mid, of what was filled. Positive is a cost."


def table(*columns: str) -> Table:
    """Text on the left, figures on the right."""
    drawn = Table()
    for place, name in enumerate(columns):
        drawn.add_column(name, justify="right" if place else "left")
    return drawn


def interval(found: Estimate) -> tuple[str, str]:
    """The value, and what covers it."""
    value = "-" if found.value is None else f"{found.value:+.2f}"
    covers = found.covers
    return value, "-" if covers is None else f"{covers[0]:+.2f} to {covers[1]:+.2f}"


def paired_table(comparisons: Sequence[Paired]) -> Table:
    """Each arm less the one that it is compared with, order by order on the same seeds."""
    drawn = table("first less second", "pairs", "difference", "95 % interval", "p (Holm)", "variance kept")
    for pair in comparisons:
        kept = "-" if pair.variance_kept is None else f"{pair.variance_kept:.2f}"
        name = escape(f"{pair.first} less {pair.second}")
        drawn.add_row(name, str(pair.pairs), *interval(pair.difference), p_text(pair.holm), kept)
    return drawn


def event_table(study: EventStudy) -> Table:
    """Orders from the date on less those before it."""
    drawn = table("after less before", "before", "after", "difference", "95 % interval", "p")
    rows = [("as they are", study.plain)]
    if study.adjusted is not None:
        rows.append(("at like size, volatility and spread", study.adjusted))
    for name, found in rows:
        counts = (str(study.before), str(study.after))
        drawn.add_row(name, *counts, *interval(found.estimate), p_text(found.p_value))
    return drawn


def p_text(p_value: float | None) -> str:
    """Three places; a dash where there is no test."""
    return "-" if p_value is None else f"{p_value:.3f}"
