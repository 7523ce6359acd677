"""Several trading dates of one synthetic market, one world after another; prices carry over the night.

Each date is a world of its own, made in its morning from where prices stood at the close before it: books do not
outlive the night, and a venue that is asked after an order of yesterday says that it has none. Ids of each date after
the first are marked, as those of a later life are. The night itself is silent. Bias: a price opens where it closed,
without the gap that news leaves overnight. It must not know the router.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from router.api import BookSnapshot, CalendarDay, Ns, Px, VenueCommand
from simulator.lives import marked
from simulator.world import Delivered, World

MORNING_NS: Final[Ns] = 1_802 * 1_000_000_000
"""A date's world begins so long before its open: before anybody is told that the date begins."""
EVENING_NS: Final[Ns] = 120 * 1_000_000_000
"""It ends so long after its close: what was asked of a venue by then has been answered."""
MakeWorld: TypeAlias = Callable[[Mapping[str, Px]], World]
"""Makes the world of one date; given the last prices of the date before, in quanta by symbol."""


class Date(NamedTuple):
    """One trading date: when its world begins and is over, and how it is made."""

    day: str
    begins: Ns
    over: Ns
    make: MakeWorld


def date_of(day: str, sessions: Sequence[CalendarDay], make: MakeWorld, *, begins: Ns | None = None) -> Date:
    """The date of these sessions; `begins` where it is not to be in the early morning (the first date's)."""
    opens, closes = min(each.open for each in sessions), max(each.close for each in sessions)
    return Date(day, opens - MORNING_NS if begins is None else begins, closes + EVENING_NS, make)


class SeveralDays:
    """A world that goes on from date to date: the same words as `World`, see there."""

    def __init__(self, dates: Sequence[Date], displayed: Sequence[str]) -> None:
        """`dates` in order, at least one; `displayed` are the MICs of the venues that show a book."""
        assert dates, "no trading date"
        assert all(one.over < two.begins for one, two in pairwise(dates)), dates
        self._dates = tuple(dates)
        self._displayed = tuple(displayed)
        self._number = 0
        self._world = dates[0].make({})

    @property
    def day(self) -> str:
        """The trading date (YYYYMMDD) that is on, or was last."""
        return self._dates[self._number].day

    @property
    def symbols(self) -> tuple[str, ...]:
        """See `World`."""
        return self._world.symbols

    @property
    def next_at(self) -> Ns | None:
        """When something happens next, be it a morning; None when nothing ever will."""
        at = self._world.next_at
        if self._number + 1 == len(self._dates):
            return at
        return self._dates[self._number + 1].begins if at is None or at > self._dates[self._number].over else at

    def step(self, until: Ns | None = None) -> list[tuple[Ns, Delivered]]:
        """See `World.step`."""
        date, is_last = self._dates[self._number], self._number + 1 == len(self._dates)
        at = self._world.next_at
        if not is_last and (at is None or at > date.over):
            return self._next_date()
        limit = until if is_last or until is None else min(until, date.over)
        heard = self._world.step(limit)
        return heard if self._number == 0 else [(when, marked(event, f"-D{self._number}")) for when, event in heard]

    def send(self, at: Ns, command: VenueCommand) -> None:
        """See `World.send`. What is sent in the night is heard by nobody, and asked after in the morning."""
        self._world.send(at, command)

    def is_down(self, venue: str) -> bool:
        """See `World.is_down`."""
        return self._world.is_down(venue)

    def venue_down(self, venue: str, text: str) -> None:
        """See `World.venue_down`."""
        self._world.venue_down(venue, text)

    def venue_up(self, venue: str) -> None:
        """See `World.venue_up`."""
        self._world.venue_up(venue)

    def _next_date(self) -> list[tuple[Ns, Delivered]]:
        """The next date's world begins; what of yesterday still stands in anybody's books is gone."""
        prices = self._world.last_prices()
        self._number += 1
        self._world = self._dates[self._number].make(prices)
        books = [BookSnapshot(mic, symbol, (), ()) for mic in self._displayed for symbol in self._world.symbols]
        return [(self._world.now, book) for book in books]
