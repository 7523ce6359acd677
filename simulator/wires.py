"""Market data under way on lines of one latency each: first in, first out, and no heap.

It must not know what is said, nor where time comes from. A sequence number, given when a thing is sent off, decides
between things of one instant.
"""

from __future__ import annotations

from typing import Final, final

from router.api import MarketEvent, Ns, VenueReport

NEVER: Final = 1 << 61
"""After every instant (2043), and still an int that compiled code keeps unboxed."""
PLACES: Final = 64
"""What a line begins with."""


@final
class Parcel:
    """One event under way, heard at `at`; or an empty place for one."""

    __slots__ = ("at", "event", "sequence")

    def __init__(self) -> None:
        self.at: Ns = NEVER
        self.sequence = 0
        self.event: VenueReport | MarketEvent | None = None


@final
class Wire:
    """A line on which everything takes `latency_ns`. `at` and `sequence` are those of what arrives next on it.

    Parcels go round in a ring and are used again: one is not made for each event.
    """

    __slots__ = ("_count", "_head", "_ring", "at", "latency_ns", "sequence")

    def __init__(self, latency_ns: Ns) -> None:
        self.latency_ns = latency_ns
        self.at: Ns = NEVER
        self.sequence = 0
        self._ring = [Parcel() for _ in range(PLACES)]
        self._head = 0
        self._count = 0

    def put(self, now: Ns, sequence: int, event: VenueReport | MarketEvent) -> None:
        """Sent off at `now`, which never runs backwards."""
        at = now + self.latency_ns
        if not self._count:
            self.at = at
            self.sequence = sequence
        elif self._count == len(self._ring):
            self._grow()
        parcel = self._ring[(self._head + self._count) & (len(self._ring) - 1)]
        parcel.at = at
        parcel.sequence = sequence
        parcel.event = event
        self._count += 1

    def take(self) -> VenueReport | MarketEvent:
        """What arrives next, taken off the line."""
        ring, head = self._ring, self._head
        parcel = ring[head]
        event = parcel.event
        assert event is not None, "nothing is under way"
        parcel.event = None
        self._count -= 1
        if self._count:
            self._head = head = (head + 1) & (len(ring) - 1)
            following = ring[head]
            self.at = following.at
            self.sequence = following.sequence
        else:
            # From the start again, where the processor's cache has it.
            self._head = 0
            self.at = NEVER
        return event

    def _grow(self) -> None:
        """Twice as many places; a power of two, so that a place is found by its lowest bits."""
        ring = self._ring
        self._ring = ring[self._head :] + ring[: self._head] + [Parcel() for _ in ring]
        self._head = 0
