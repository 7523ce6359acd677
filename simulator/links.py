"""A venue of the world and its wires: latency, what it has to report while it is down, and what it can do.

It must not know what is said over a wire, nor the clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from router.api import (
    Instrument,
    MarketEvent,
    Ns,
    SimulatedVenue,
    VenueFactory,
    VenueKind,
    VenueProfile,
    VenueReport,
)
from simulator.faults import with_faults
from simulator.late_feed import LateFeed
from simulator.quotes import Quotes
from simulator.source import HasBooks, HasPool, HasQuotes, HearsBands, HearsPhases
from simulator.wires import NEVER, Wire


class Link:
    """One venue and its wires; `line` is what its market data goes over."""

    __slots__ = (
        "bands",
        "books",
        "command_at",
        "down",
        "feed",
        "hears",
        "held",
        "in_nbbo",
        "line",
        "mic",
        "on_nbbo",
        "pool",
        "profile",
        "quotes",
        "report_at",
        "rng",
        "times",
        "venue",
        "wants_at",
    )

    def __init__(self, profile: VenueProfile, venue: SimulatedVenue, rng: Random, line: Wire) -> None:
        self.profile = profile
        self.mic = profile.mic
        self.line = line
        self.wants_at: Ns = NEVER
        """When the venue wants its turn."""
        self.wire(venue)
        self.in_nbbo = self.books is not None and profile.kind is VenueKind.LIT and profile.protected
        self.rng = rng
        self.times = 1.0
        """What a scenario makes of its latency."""
        self.feed: LateFeed[VenueReport | MarketEvent] | None = None
        self.down = False
        self.held: list[VenueReport] = []
        self.command_at: Ns = 0
        self.report_at: Ns = 0

    def wire(self, venue: SimulatedVenue) -> None:
        """What the venue can do, looked up once."""
        self.venue = venue
        self.on_nbbo = venue.on_nbbo
        self.books: HasBooks | None = venue if isinstance(venue, HasBooks) else None
        self.hears: HearsPhases | None = venue if isinstance(venue, HearsPhases) else None
        self.bands: HearsBands | None = venue if isinstance(venue, HearsBands) else None
        self.pool: HasPool | None = venue if isinstance(venue, HasPool) else None
        self.quotes: Quotes | None = venue.quotes if isinstance(venue, HasQuotes) else None

    def delay(self) -> Ns:
        """One way between the router and the venue: the profile's latency and up to its jitter."""
        profile = self.profile
        jitter = profile.latency_jitter_ns
        delay = profile.latency_ns + (self.rng.randrange(jitter + 1) if jitter else 0)
        return delay if self.times == 1.0 else round(delay * self.times)


def link_all(
    venues: Sequence[VenueProfile],
    instruments: Mapping[str, Instrument],
    seed: int,
    factories: Mapping[str, VenueFactory],
) -> list[Link]:
    """A link for each enabled venue, in order; those of one market-data latency share a line.

    Raises ValueError that names one that nobody simulates, or that is there twice.
    """
    links: list[Link] = []
    lines: dict[Ns, Wire] = {}
    for profile in venues:
        if not profile.enabled:
            continue
        if profile.plugin not in factories:
            known = ", ".join(sorted(factories))
            raise ValueError(f"venue {profile.mic}: plugin {profile.plugin!r} is not simulated here (known: {known})")
        if any(link.profile.mic == profile.mic for link in links):
            raise ValueError(f"venue {profile.mic}: configured twice")
        venue = with_faults(factories[profile.plugin](profile, instruments, seed), profile, seed)
        line = lines.setdefault(profile.market_data_latency_ns, Wire(profile.market_data_latency_ns))
        links.append(Link(profile, venue, Random(f"{seed}:{profile.mic}:latency"), line))
    return links
