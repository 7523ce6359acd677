"""Where background flow comes from, and what it may reach: a market source sees books, the tape and the NBBO.

It must not know the router, an order of ours, or how the world is run. A source is asked for its next instant and then
stepped at it; between two of its steps the world may have changed (our orders trade in the same books), so that a
source decides lazily, from the state it finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from router.api import (
    CalendarDay,
    Nbbo,
    Ns,
    Phase,
    PhaseChange,
    PrintKind,
    Px,
    Qty,
    TradePrint,
    VenueCommand,
    VenueSays,
)
from simulator.auction import AuctionQueue
from simulator.book import Book
from simulator.conditions import Conditions
from simulator.quotes import Quotes

VenueSettings: TypeAlias = Mapping[str, str | int | float | bool]
"""As `VenueProfile.settings`."""


class MarketPort(Protocol):
    """What a source may do to the market within one step; all of it happens at `now`."""

    @property
    def now(self) -> Ns:
        """The virtual time, UTC ns."""
        ...

    def book(self, venue: str, symbol: str) -> Book:
        """The book of a symbol on a lit venue.

        Ask in every step in which it is changed: asking tells the world to look for trades and level changes in it.
        So does `announce` of a book that was asked for before. KeyError when the venue has no such book.
        """
        ...

    def auction(self, venue: str, symbol: str) -> AuctionQueue | None:
        """What waits for the symbol's auctions on a venue; None where it holds none. Asking counts as for `book`."""
        ...

    def nbbo(self, symbol: str) -> Nbbo:
        """The public best prices as they stood before this step."""
        ...

    def phase_of(self, symbol: str) -> Phase:
        """The symbol's trading phase now."""
        ...

    def phase(self, symbol: str, phase: Phase, venue: str | None = None) -> None:
        """The symbol's phase changes (a halt, a resumption), everywhere or on one venue."""
        ...

    def tape(
        self,
        venue: str,
        symbol: str,
        px: Px,
        qty: Qty,
        *,
        kind: PrintKind = PrintKind.REGULAR,
        aggressor_is_buy: bool | None = None,
    ) -> None:
        """A print that no book here made: an auction of history, a trade off exchange, a hidden execution."""
        ...

    def venue_down(self, venue: str, text: str) -> None:
        """The venue stops answering: it takes no command and its resting orders stay, UNKNOWN to their owner."""
        ...

    def venue_up(self, venue: str) -> None:
        """The venue answers again."""
        ...

    # What only a scenario does; see `simulator.scenario_states`.

    def sway(self, symbol: str, conditions: Conditions) -> None:
        """The symbol's makers are in this mood from now on. A recorded day has none: history does not react."""
        ...

    def jump(self, symbol: str, sigmas: float) -> None:
        """The symbol's efficient price moves at once by so many standard deviations of its day; history does not."""
        ...

    def tune(self, venue: str, settings: VenueSettings) -> None:
        """The venue's settings are its profile's, overlaid with these, from now on.

        Raises ValueError for a setting that the venue does not have, or cannot change while it runs.
        """
        ...

    def slow(self, venue: str, times: float) -> None:
        """Commands to the venue and its reports take so many times what the profile says, from now on."""
        ...

    def stale(self, venue: str, lag: Ns | None) -> None:
        """The venue's market data comes so much later than the profile says, from now on; None: not at all.

        With 0 it is as configured again. What was late then comes at once; after a stop its books are told whole, and
        the prints of the meantime are lost. The venues' own NBBO is never late.
        """
        ...

    def probe(self, venue: str, symbol: str, qty: Qty, *, is_buy: bool) -> Qty:
        """Somebody's immediate-or-cancel order in a pool. Returns the fill; KeyError for a venue that is no pool."""
        ...


@runtime_checkable
class MarketSource(Protocol):
    """Background flow for the books of one or several venues and symbols, from a seed or from a file."""

    @property
    def next_at(self) -> Ns | None:
        """When it next wants `step`, or None when it has ended. It changes only in `step`."""
        ...

    def step(self, port: MarketPort) -> None:
        """Do everything due at `port.now` (equal to `next_at`), and move `next_at` on."""
        ...


@runtime_checkable
class HearsOwn(Protocol):
    """A source that reacts to our orders."""

    def on_own(self, port: MarketPort, command: VenueCommand, says: Sequence[VenueSays]) -> None:
        """A venue has carried out a command of ours, and said this. `next_at` may move; books wait for `step`."""
        ...


@runtime_checkable
class Sways(Protocol):
    """A source whose market has moods: the synthetic one."""

    symbol: str

    def sway(self, conditions: Conditions) -> None:
        """See `MarketPort.sway`."""
        ...

    def jump(self, sigmas: float) -> None:
        """See `MarketPort.jump`."""
        ...


@runtime_checkable
class HasPrice(Protocol):
    """A source whose market has a price of its own, from which its next day can begin."""

    symbol: str

    @property
    def last_px(self) -> Px:
        """Where it stands, in quanta, on the tick."""
        ...


@runtime_checkable
class Tunable(Protocol):
    """A venue whose settings may change while it runs."""

    def tune(self, settings: VenueSettings) -> None:
        """See `MarketPort.tune`."""
        ...


@runtime_checkable
class HasPool(Protocol):
    """A venue in which others' orders meet undisplayed ones."""

    def probe(self, at: Ns, symbol: str, qty: Qty, *, is_buy: bool) -> tuple[Qty, list[VenueSays]]:
        """An immediate-or-cancel order of somebody's: its fill, and what the venue says because of it."""
        ...


@runtime_checkable
class HasQuotes(Protocol):
    """A venue that need not be told of the NBBO while nobody in it watches: the world notes it in `quotes` then.

    Who derives from one and has an `on_nbbo` of its own needs quotes of its own, with a watcher that never goes.
    """

    quotes: Quotes


@runtime_checkable
class HasBooks(Protocol):
    """A venue with displayed books that sources may feed."""

    def book(self, symbol: str) -> Book:
        """Its book of a symbol; KeyError without one."""
        ...

    def drain(self, at: Ns, symbol: str) -> list[VenueSays]:
        """What the venue says because of what happened in that book since last drained.

        Where nothing but displayed levels changed, the world says so itself: a `LevelUpdate` for each.
        """
        ...


@runtime_checkable
class HasAuctions(Protocol):
    """A venue that holds auctions, and so has to know when its session begins and ends."""

    def on_session(self, at: Ns, symbol: str, day: CalendarDay) -> None:
        """The symbol's session of the day; said once, before anything else."""
        ...

    def auction(self, symbol: str) -> AuctionQueue | None:
        """What waits for its auctions in a symbol; None where it holds none."""
        ...


@runtime_checkable
class HearsPhases(Protocol):
    """A venue that acts on a change of phase; the world tells it at once, without latency."""

    def on_phase(self, at: Ns, change: PhaseChange) -> list[VenueSays]:
        """The symbol's phase changed, everywhere or on this venue."""
        ...


@runtime_checkable
class HearsTape(Protocol):
    """A venue that depends on the consolidated tape; it hears each print as it is made, without latency."""

    @property
    def wants_tape(self) -> bool:
        """Whether it is told at all, asked once: reading every print costs the world."""
        ...

    def on_tape(self, at: Ns, event: TradePrint) -> None:
        """A trade anywhere, its own included. It says nothing: a print that made prints would have no end."""
        ...


@runtime_checkable
class HearsBands(Protocol):
    """A venue that keeps the instruments' price bands: it trades nothing outside of them."""

    def on_bands(self, at: Ns, symbol: str, low: Px, high: Px) -> None:
        """From now on nothing trades below `low` or above `high` (quanta). It says nothing, as for `HearsTape`."""
        ...


@runtime_checkable
class KnowsPlaces(Protocol):
    """A venue that can say where an order of ours stands: for measurement, never for a router."""

    def ahead(self, child_id: str) -> Qty | None:
        """The exact shares that trade before it at its price; None where it does not rest."""
        ...
