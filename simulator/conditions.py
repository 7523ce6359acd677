"""The mood of a synthetic market for a while: what a scenario may multiply, and nothing else.

Bias: one mood for all makers at once; real ones differ, and the slowest are picked off first. It must not know who
sets it, nor a book. With every factor at 1 a market is bit for bit what it is without.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Conditions(Struct, frozen=True):
    """Factors on a symbol's parameters.

    `rate`: events a second, and with them the variance of the price, which moves in business time. `spread`: how far
    from the price makers quote. `depth`: how many orders rest. `chases`: whether a quote that the price has passed, or
    that another venue's locks, is seen to at all.
    """

    rate: float = 1.0
    spread: float = 1.0
    depth: float = 1.0
    chases: bool = True

    @classmethod
    def of_all(cls, several: Iterable[Conditions]) -> Conditions:
        """What several moods at once come to: factors multiply, and one that does not chase is enough."""
        rate = spread = depth = 1.0
        chases = True
        for each in several:
            rate, spread, depth = rate * each.rate, spread * each.spread, depth * each.depth
            chases = chases and each.chases
        return cls(rate, spread, depth, chases)


CALM = Conditions()
"""As configured."""
