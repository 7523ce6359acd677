"""What the shell tells the engine by the clock: days beginning and ending, and phases where no simulator says them.

It merges its own entries with the simulated world's, so that the pipeline sees one source in order of time; at one
instant the world speaks first. Knows calendars, no order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from router.core.events import DayEnd, DayStart, Event, PhaseChange
from router.core.profiles import CalendarDay, EngineConfig
from router.core.types import SECOND, Ns, Phase
from router.runtime.pipeline import MarketClock

PRE_OPEN_NS: Final = 1_800 * SECOND
"""A day starts half an hour before the open: orders may be entered, and nothing is sent yet."""
DAY_END_NS: Final = 60 * SECOND
"""A day ends a minute after the last close: late reports of the closing prints are in."""


class Agenda:
    """A `MarketClock` of planned events and, where there is one, a world."""

    def __init__(self, planned: Iterable[tuple[Ns, Event]], world: MarketClock | None = None) -> None:
        # Soonest last, to be popped; what is due at one instant in the order given.
        self._planned = sorted(planned, key=lambda entry: entry[0])[::-1]
        self._world = world

    @property
    def next_at(self) -> Ns | None:
        own = self._planned[-1][0] if self._planned else None
        market = self._world.next_at if self._world else None
        if own is None or market is None:
            return market if own is None else own
        return min(own, market)

    def step(self, until: Ns | None = None) -> Sequence[tuple[Ns, Event]]:
        """See `MarketClock`: the world may go on in silence up to `until`, but not past what is planned."""
        at = self.next_at
        assert at is not None, "nothing is planned"
        own = self._planned[-1][0] if self._planned else None
        if self._world and (own is None or at < own):
            until = at if until is None else until
            return self._world.step(until if own is None else min(until, own - 1))
        heard = list(self._world.step(at)) if self._world and self._world.next_at == at else []
        while self._planned and self._planned[-1][0] == at:
            heard.append(self._planned.pop())
        return heard


def plan_days(config: EngineConfig, after: Ns, *, phases: bool, told: Sequence[str] = ()) -> list[tuple[Ns, Event]]:
    """Every day of the configured calendars: its start, its end and, with `phases`, each instrument's phases.

    What was due by `after` is left out, but for the phase and the day that are then in force; so is the start of a day
    (YYYYMMDD) that the engine was `told` of.
    """
    planned: list[tuple[Ns, Event]] = []
    for day, sessions in sorted(_by_day(config.calendars).items()):
        opens, closes = min(each.open for each in sessions.values()), max(each.close for each in sessions.values())
        if closes + DAY_END_NS <= after:
            continue
        planned.append((opens - PRE_OPEN_NS, DayStart(day)))
        planned.append((closes + DAY_END_NS, DayEnd(day)))
        if phases:
            planned += _phases(config, sessions)
    to_come = _from(planned, after)
    return [(at, event) for at, event in to_come if not (isinstance(event, DayStart) and event.day in told)]


def _by_day(calendars: Mapping[str, Sequence[CalendarDay]]) -> dict[str, dict[str, CalendarDay]]:
    days: dict[str, dict[str, CalendarDay]] = {}
    for name, sessions in calendars.items():
        for session in sessions:
            days.setdefault(session.day, {})[name] = session
    return days


def _phases(config: EngineConfig, sessions: Mapping[str, CalendarDay]) -> list[tuple[Ns, Event]]:
    planned: list[tuple[Ns, Event]] = []
    for instrument in config.instruments:
        session = sessions.get(instrument.calendar)
        if session is not None:
            planned.append((session.open - PRE_OPEN_NS, PhaseChange(instrument.symbol, Phase.PRE_OPEN)))
            planned.append((session.open, PhaseChange(instrument.symbol, Phase.CONTINUOUS)))
            planned.append((session.close, PhaseChange(instrument.symbol, Phase.CLOSED)))
    return planned


def _from(planned: Sequence[tuple[Ns, Event]], after: Ns) -> list[tuple[Ns, Event]]:
    """What is due later, and of what is past the last word on each subject, now."""
    past: dict[str, tuple[Ns, Event]] = {}
    for at, event in sorted(planned, key=lambda entry: entry[0]):
        if at <= after:
            subject = event.symbol if isinstance(event, PhaseChange) else "day"
            past[subject] = (after, event)
    return [*past.values(), *(entry for entry in planned if entry[0] > after)]
