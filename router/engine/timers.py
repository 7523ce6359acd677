"""Timers: which `TimerFired(timer_id)` means what.

Ids count up and never come back; a timer is never cancelled, only found empty.
Knows no clock: a time is asked for by an output and comes back as an input.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from router.core.outputs import Output, SetTimer
from router.core.types import Ns

Handler: TypeAlias = Callable[..., None]


class Timers:
    """Timer ids and what each is for."""

    __slots__ = ("_due", "_last_id")

    def __init__(self) -> None:
        self._last_id = 0
        self._due: dict[int, tuple[Handler, tuple[Any, ...]]] = {}

    def set(self, outs: list[Output], at: Ns, handler: Handler, *args: object) -> int:
        """Ask for `handler(*args)` at `at`.

        The id tells a later owner whether this timer is still the one that counts.
        """
        self._last_id += 1
        self._due[self._last_id] = (handler, args)
        outs.append(SetTimer(self._last_id, at))
        return self._last_id

    def fire(self, timer_id: int) -> None:
        """Run what the timer is for; an id that was never given is a broken journal."""
        assert timer_id <= self._last_id, (timer_id, self._last_id)
        due = self._due.pop(timer_id, None)
        if due is not None:
            handler, args = due
            handler(*args)

    def drop(self, timer_id: int) -> None:
        """Forget a timer that has lost its meaning, so that what it refers to can be freed."""
        self._due.pop(timer_id, None)
