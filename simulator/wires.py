"""Market data under way on lines of one latency each: first in, first out, and no heap.

It must not know what is said, nor where time comes from. A sequence number, given when a thing is sent off, decides
between things of one instant.
"""

from __future__ import annotations

from typing import Final, final

from router.api import MarketEvent, Ns, VenueReport

NEVER: Final = 1 << 61
"""After every instant (2043), and still an int that compiled code keeps unboxed."""
SLACK: Final = 64
"""Places of what has arrived that a line may keep."""


@final
class Parcel:
    """One event under way: heard at `at`."""

    __slots__ = ("at", "event", "sequence")

    def __init__(self, at: Ns, sequence: int, event: VenueReport | MarketEvent) -> None:
        self.at = at
        self.sequence = sequence
        self.event = event


@final
class Wire:
    """A line on which everything takes `latency_ns`. `at` and `sequence` are those of what arrives next on it."""

    __slots__ = ("_head", "_parcels", "at", "latency_ns", "sequence")

    def __init__(self, latency_ns: Ns) -> None:
        self.latency_ns = latency_ns
        self.at: Ns = NEVER
        self.sequence = 0
        self._parcels: list[Parcel] = []
        self._head = 0

    def put(self, now: Ns, sequence: int, event: VenueReport | MarketEvent) -> None:
        """Sent off at `now`, which never runs backwards."""
        at = now + self.latency_ns
        if self.at == NEVER:
            self.at = at
            self.sequence = sequence
        self._parcels.append(Parcel(at, sequence, event))

    def take(self) -> VenueReport | MarketEvent:
        """What arrives next, taken off the line."""
        parcels, head = self._parcels, self._head
        event = parcels[head].event
        head += 1
        if head == len(parcels):
            parcels.clear()
            self._head = 0
            self.at = NEVER
            return event
        if head > SLACK and 2 * head > len(parcels):
            del parcels[:head]
            head = 0
        self._head = head
        following = parcels[head]
        self.at = following.at
        self.sequence = following.sequence
        return event
