"""Rule 605 of orders of any month: each in the form that was in force when its venue received it.

Knows no column of either form, and no file.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from router.tca.facts.case import Case
from router.tca.regulatory.routed import month_of, routed
from router.tca.regulatory.rule605 import Report605, empty605
from router.tca.regulatory.rule605_2024_lines import Report2024, empty605_2024


class Reports605(Struct, frozen=True):
    """The report of each form, and how many orders were received in months (YYYYMM) of neither."""

    old: Report605
    amended: Report2024
    neither: dict[str, int]


def reports605(cases: Iterable[Case]) -> Reports605:
    """Statistics of every order that venues received for these parents, by the form of its month."""
    found = Reports605(empty605(), empty605_2024(), {})
    for case in cases:
        for order in routed(case.record):
            month = month_of(case, order.at)
            if found.old.form.in_force(month):
                found.old.take(case, order, month)
            elif found.amended.form.in_force(month):
                found.amended.take(case, order, month)
            else:
                found.neither[month] = found.neither.get(month, 0) + 1
    return found
