"""Observations whose windows of time overlap, put together: an interval may not count one piece of news twice.

Knows no order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from router.core.types import Ns

T = TypeVar("T")


def runs(stamped: Iterable[tuple[Ns, T]], reach: Ns) -> Iterator[tuple[T, ...]]:
    """In order of time: each run holds what comes less than `reach` after its first; at one instant, as given."""
    run: list[T] = []
    begun = 0
    for at, each in sorted(stamped, key=lambda pair: pair[0]):
        if run and at >= begun + reach:
            yield tuple(run)
            run = []
        if not run:
            begun = at
        run.append(each)
    if run:
        yield tuple(run)
