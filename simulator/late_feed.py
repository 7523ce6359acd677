"""A venue's market data on a slow line, or on none: what is under way, so that it can be brought forward.

It must not know what the data say, nor why the line is slow.
"""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

from router.api import Ns

EventT = TypeVar("EventT")


class LateFeed(Generic[EventT]):
    """`lag` beyond the venue's own latency; None: the line is cut."""

    def __init__(self, lag: Ns | None) -> None:
        self.lag = lag
        self._under_way: deque[tuple[Ns, list[EventT]]] = deque()

    def delay(self, now: Ns, due: Ns, events: list[EventT]) -> Ns | None:
        """When what was to be heard at `due` is; None: never. What has been heard by now is forgotten."""
        if self.lag is None:
            return None
        while self._under_way and self._under_way[0][0] <= now:
            self._under_way.popleft()
        self._under_way.append((due + self.lag, events))
        return due + self.lag

    def bring_forward(self, due: Ns) -> list[EventT]:
        """What would be heard after `due`, taken from where it is under way: the line is as it was again."""
        found: list[EventT] = []
        for at, events in self._under_way:
            if at > due:
                found += events
                events.clear()
        return found
