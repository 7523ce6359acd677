"""What a venue knows of the NBBO, and whether anything in it has to act on it: where nothing has, it is noted only.

It must not know a venue, nor the world.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

from router.api import Nbbo


@final
class Quotes:
    """The last NBBO `by_symbol`. While all of `watchers` are empty, `on_nbbo` would do no more than note it here."""

    __slots__ = ("_watchers", "by_symbol")

    def __init__(self, *watchers: Mapping[int, object] | Mapping[str, object]) -> None:
        self._watchers = watchers
        self.by_symbol: dict[str, Nbbo] = {}

    def is_watched(self) -> bool:
        """Whether the venue has to be told."""
        return any(watchers for watchers in self._watchers)
