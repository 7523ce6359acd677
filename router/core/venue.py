"""What a simulated venue is to the world that runs it: commands in, messages out, time as an argument.

A venue knows its own book and the public NBBO, never the router, an algorithm or a clock. What it says is of two kinds:
a report to the owner of an order, and public market data; the world adds latency and delivers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

from router.core.events import MarketEvent, VenueReport
from router.core.instruments import Instrument
from router.core.outputs import VenueCommand
from router.core.profiles import VenueProfile
from router.core.types import Ns, Px, Qty


class Nbbo(Struct, frozen=True, gc=False):
    """The best displayed prices over the protected lit venues; None where a side is empty."""

    symbol: str
    bid: Px | None
    ask: Px | None
    bid_qty: Qty = 0
    ask_qty: Qty = 0
    at: Ns = 0

    @property
    def is_normal(self) -> bool:
        """Two-sided, neither locked nor crossed."""
        return self.bid is not None and self.ask is not None and self.bid < self.ask


VenueSays: TypeAlias = VenueReport | MarketEvent


@runtime_checkable
class SimulatedVenue(Protocol):
    """One venue of the simulator. Every call returns what the venue says because of it, in order.

    Made by `factory(profile, instruments, seed)`. `next_at` is when it next wants `on_time` (a scheduled cross, an
    expiry), or None.
    """

    mic: str

    def on_command(self, at: Ns, command: VenueCommand) -> list[VenueSays]:
        """One of our orders arrives (the router's)."""
        ...

    def on_nbbo(self, at: Ns, nbbo: Nbbo) -> list[VenueSays]:
        """The public NBBO changed."""
        ...

    def on_time(self, at: Ns) -> list[VenueSays]: ...

    @property
    def next_at(self) -> Ns | None: ...


class VenueFactory(Protocol):
    """The class behind an entry point in `sluice.venues`."""

    def __call__(self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int) -> SimulatedVenue: ...
