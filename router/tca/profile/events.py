"""Dated events that change how an instrument trades: earnings, rebalances, rate decisions, expiries.

A list of facts and expectations, given by whoever keeps it; which dates an order meets, and what they ask of it, is
answered here from trading dates that are handed in. Knows no file, no calendar and no order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from math import prod
from typing import Annotated

from msgspec import Meta, Struct

from router.core.profiles import Day
from router.tca.profile.profile import Positive


class EventKind(StrEnum):
    """What happens."""

    EARNINGS = "earnings"
    """A company's results, or its guidance."""
    REBALANCE = "rebalance"
    """An index changes its members or weights: the close trades more than usual."""
    RATES = "rates"
    """A central bank decides (FOMC)."""
    EXPIRY = "expiry"
    """Listed options or futures expire."""
    DIVIDEND = "dividend"
    """The first date without the right to it."""
    OTHER = "other"


class EventTime(StrEnum):
    """When on its date: what comes after the close moves the next trading date."""

    BEFORE_OPEN = "before-open"
    SESSION = "session"
    AFTER_CLOSE = "after-close"


class MarketDate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One dated event of one instrument, or of all (`symbol` left out)."""

    date: Day
    kind: EventKind
    symbol: str | None = None
    when: EventTime = EventTime.SESSION
    local: Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = None
    """The minute, where it is known: HH:MM by the clock of the exchange."""
    volatility: Positive = 1.0
    """The date's volatility as a multiple of an ordinary one's; of the date that it moves, see `moves_on`."""
    volume: Positive = 1.0
    """The date's volume as a multiple of an ordinary one's."""
    note: str = ""

    @property
    def text(self) -> str:
        """`earnings of ACME, 20261203 after-close`."""
        whose = f" of {self.symbol}" if self.symbol else ""
        return f"{self.kind}{whose}, {self.date} {self.local or self.when}"


class EventsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `events.toml`."""

    events: tuple[MarketDate, ...] = ()


def events_of(events: Iterable[MarketDate], symbol: str) -> tuple[MarketDate, ...]:
    """The events of `symbol` and of the whole market, by date; of one date in the order given."""
    return tuple(sorted((each for each in events if each.symbol in {None, symbol}), key=lambda each: each.date))


def moves_on(event: MarketDate, dates: Sequence[str]) -> str | None:
    """The trading date whose prices the event moves; None where it lies beyond `dates` (YYYYMMDD, in order).

    An event on a date without a session moves the next one, as does one after the close.
    """
    after = event.when is EventTime.AFTER_CLOSE
    return next((day for day in dates if day > event.date or (day == event.date and not after)), None)


def moving(events: Iterable[MarketDate], symbol: str, day: str, dates: Sequence[str]) -> tuple[MarketDate, ...]:
    """The events that move `symbol` on `day`. `dates`: trading dates from before the earliest event of interest."""
    return tuple(each for each in events_of(events, symbol) if moves_on(each, dates) == day)


def ahead(
    events: Iterable[MarketDate], symbol: str, day: str, dates: Sequence[str], within: int
) -> tuple[MarketDate, ...]:
    """The events that will move `symbol` after `day`, at most `within` trading dates later, the next one first."""
    later = [each for each in dates if each > day][:within]
    return tuple(each for each in events_of(events, symbol) if moves_on(each, dates) in later)


def volatility_factor(events: Iterable[MarketDate]) -> float:
    """The multiple of ordinary volatility that events of one date come to: the largest, since they are one surprise."""
    return max((each.volatility for each in events), default=1.0)


def volume_factor(events: Iterable[MarketDate]) -> float:
    """The multiple of ordinary volume that events of one date come to: of each kind the largest, and their product."""
    largest: dict[EventKind, float] = {}
    for each in events:
        largest[each.kind] = max(largest.get(each.kind, each.volume), each.volume)
    return prod(largest.values())
