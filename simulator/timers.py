"""What a venue means to do later: a heap of instants and deeds. It must not know what the deeds are."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from router.api import Ns, VenueSays


class Timers:
    """Deeds in order of their instants, those of one instant in the order they were asked for."""

    def __init__(self) -> None:
        self._heap: list[tuple[Ns, int, Callable[[Ns], list[VenueSays]]]] = []
        self._count = 0

    @property
    def next_at(self) -> Ns | None:
        return self._heap[0][0] if self._heap else None

    def at(self, when: Ns, deed: Callable[[Ns], list[VenueSays]]) -> None:
        """Do `deed` at `when`. A deed that is no longer wanted must see that for itself."""
        self._count += 1
        heappush(self._heap, (when, self._count, deed))

    def run(self, at: Ns) -> list[VenueSays]:
        """Everything due by `at`, that which deeds ask for on the way included."""
        says: list[VenueSays] = []
        while self._heap and self._heap[0][0] <= at:
            due, _, deed = heappop(self._heap)
            says += deed(max(due, at))
        return says
