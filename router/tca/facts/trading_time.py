"""Time in which an instrument trades: what lies between two instants of it, without nights and days off.

Knows no price.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from router.core.types import SECOND, Ns
from router.tca.facts.case import Case


class Span(Struct, frozen=True):
    """Part of one session: from `start` to `end`; `open` is when the session began (`start` without a calendar)."""

    open: Ns
    start: Ns
    end: Ns


def spans(case: Case, start: Ns, end: Ns) -> Iterator[Span]:
    """The parts of sessions between two instants, in order; without a calendar all of it is one."""
    if not case.sessions:
        if start < end:
            yield Span(start, start, end)
        return
    for session in case.sessions:
        first, last = max(start, session.open), min(end, session.close)
        if first < last:
            yield Span(session.open, first, last)


def seconds(case: Case, start: Ns, end: Ns) -> float:
    """Seconds of trading between two instants; 0 where `end` is not later."""
    return sum(span.end - span.start for span in spans(case, start, end)) / SECOND


def date_of(case: Case, at: Ns) -> tuple[Ns, Ns]:
    """First and last instant of the trading date in force at `at`, up to the journal's end."""
    later = [began for began, _ in case.days if began > at]
    begun = [began for began, _ in case.days if began <= at]
    return (begun[-1] if begun else 0), min(case.as_of, min(later) - 1 if later else case.as_of)


def dates(case: Case) -> tuple[tuple[Ns, str], ...]:
    """The trading dates (YYYYMMDD) on which the order was open, as far as the journal goes, with an instant of each."""
    first, last = case.record.arrived_at, min(case.record.ended_at or case.as_of, case.as_of)
    found = [(first, case.day(first)), *((began, day) for began, day in case.days if first < began <= last)]
    return tuple((at, day) for at, day in found if day)
