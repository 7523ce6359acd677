"""A market source as the world steps it: when it is due is a plain int, and no attribute is looked for by its name.

It must not know a book, nor what a source does in its turn. Any `MarketSource` can be one (`flow_of`); those that are
stepped at every market event derive from `Flow`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import final

from router.api import Ns, Phase
from simulator.source import MarketPort, MarketSource
from simulator.wires import NEVER


class Flow(ABC):
    """A `MarketSource` that says in `due` when it next wants its turn: NEVER once it has ended."""

    def __init__(self) -> None:
        self.due: Ns = NEVER
        self.number = 0
        """Its place among the world's sources: of two that are due at one instant the lower has its turn first."""

    @property
    def next_at(self) -> Ns | None:
        """See `MarketSource.next_at`."""
        return None if self.due == NEVER else self.due

    def step(self, port: MarketPort) -> None:
        """See `MarketSource.step`."""
        self.turn(port, port.now)

    @abstractmethod
    def turn(self, port: MarketPort, now: Ns) -> None:
        """Do everything due at `now`, which is `port.now`, and move `due` on."""

    def look(self) -> None:  # noqa: B027 - most move it in their turns only
        """See when it is due, where that may have moved outside of a turn."""

    def hear_phase(self, symbol: str, phase: Phase) -> None:  # noqa: B027 - most ask the port
        """A symbol's phase is this from now on; who is told need not ask the port at each turn."""


@final
class Foreign(Flow):
    """Somebody's source."""

    def __init__(self, source: MarketSource) -> None:
        super().__init__()
        self._source = source
        self.look()

    def turn(self, port: MarketPort, now: Ns) -> None:
        self._source.step(port)
        self.look()

    def look(self) -> None:
        at = self._source.next_at
        self.due = NEVER if at is None else at


def flow_of(source: MarketSource) -> Flow:
    """The source itself where it is a `Flow`."""
    return source if isinstance(source, Flow) else Foreign(source)


@final
class Turns:
    """Whose turn is next: a heap of sources by `due`, then `number`, as they are many and each moves its own time."""

    __slots__ = ("_heap",)

    def __init__(self) -> None:
        self._heap: list[Flow] = []

    def ask(self, flows: list[Flow], now: Ns) -> None:
        """All anew, with those that have not ended; one that would have begun before `now` begins now."""
        for flow in flows:
            flow.look()
            flow.due = max(flow.due, now)
        # In order is a heap, too.
        self._heap = sorted((flow for flow in flows if flow.due != NEVER), key=lambda flow: (flow.due, flow.number))

    def next_at(self) -> Ns:
        return self._heap[0].due if self._heap else NEVER

    def first(self) -> Flow:
        """Who is next."""
        return self._heap[0]

    def moved(self) -> None:
        """The first has moved its time: it sinks to where it belongs, or leaves where it has ended."""
        heap = self._heap
        mover = heap[0]
        if mover.due == NEVER:
            last = heap.pop()
            if not heap:
                return
            mover = last
        at, below, size = 0, 1, len(heap)
        while below < size:
            child = heap[below]
            if below + 1 < size and _before(heap[below + 1], child):
                below += 1
                child = heap[below]
            if not _before(child, mover):
                break
            heap[at] = child
            at, below = below, 2 * below + 1
        heap[at] = mover


def _before(one: Flow, other: Flow) -> bool:
    return one.due < other.due or (one.due == other.due and one.number < other.number)
