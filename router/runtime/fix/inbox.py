"""The bridge from the thread of a client's FIX port to its loop: a bounded deque, one wake-up per batch.

Any thread puts, the loop drains. The flag is cleared *before* draining, so that an item put meanwhile wakes the loop
again. At the bound the putting thread waits, which its counterparty feels as TCP back-pressure. Knows nothing of what
it carries.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")

ITEMS_MAX: Final = 50_000
"""A second and more of the fastest input measured; beyond it the loop is behind, and more queueing only hides it."""


class Inbox(Generic[Item]):
    """`wake` is called by the putting thread, once per batch; it must be quick and thread-safe."""

    def __init__(self, wake: Callable[[], object], *, items_max: int = ITEMS_MAX) -> None:
        self._wake = wake
        self._items: deque[Item] = deque()
        self._items_max = items_max
        self._woken = False
        self._closed = False

    def put(self, item: Item) -> None:
        """Add an item, waiting while the inbox is full; after `close` it is dropped (its sender will resend it)."""
        while len(self._items) >= self._items_max and not self._closed:
            time.sleep(0.001)
        if self._closed:
            return
        self._items.append(item)
        if not self._woken:
            self._woken = True
            self._wake()

    def drain(self) -> list[Item]:
        """Everything put so far, in order."""
        self._woken = False
        items = []
        while self._items:
            items.append(self._items.popleft())
        return items

    def close(self) -> None:
        """Take no more, and let every waiting thread go."""
        self._closed = True
