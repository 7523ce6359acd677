"""What the market does after our fills at a venue: one whose fills are followed by losses is left alone for a while.

Markout = side x (mid one second later - fill price), in parts per million of the price, exponentially weighted; kept
apart by wall (client). Bias: one horizon, and the midpoint of the last quote before it. Knows no slice.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from router.core.types import MILLISECOND, PPM, SECOND, Ns, Px, Side

HORIZON_NS: Final = SECOND
"""Long enough for the move that an informed counterparty expects, short enough to be about the fill."""
FILLS_MIN: Final = 20
"""Fills before a venue is judged: fewer say more of luck than of the venue."""
LOSS_PPM: Final = 500
"""A mean loss of 5 basis points in a second is more than the half spread that a midpoint fill saves."""
QUARANTINE_NS: Final = 600 * SECOND
WEIGHT: Final = 0.05
"""Of a new fill in the mean: about the last twenty count."""
PENDING_MAX: Final = 4_096
"""Fills waiting for their horizon; beyond it the oldest is dropped unjudged."""
SETTLE_LATE_MAX_NS: Final = 250 * MILLISECOND
"""A market silent past the horizon for longer says nothing about it: the fill is dropped."""


class _Fill(NamedTuple):
    due: Ns
    wall: str
    mic: str
    sign: int
    px: Px


class Markouts:
    """Mean markout by (wall, venue), and who is in quarantine until when."""

    __slots__ = ("_count", "_mean_ppm", "_quarantined_until", "pending")

    def __init__(self) -> None:
        self.pending: dict[str, deque[_Fill]] = {}
        """Fills that wait for their horizon, by symbol, without empty entries."""
        self._mean_ppm: dict[tuple[str, str], float] = {}
        self._count: dict[tuple[str, str], int] = {}
        self._quarantined_until: dict[tuple[str, str], Ns] = {}

    def on_fill(self, at: Ns, *, wall: str, symbol: str, mic: str, side: Side, px: Px) -> None:
        """Remember a fill until its horizon."""
        waiting = self.pending.setdefault(symbol, deque(maxlen=PENDING_MAX))
        waiting.append(_Fill(at + HORIZON_NS, wall, mic, side.sign, px))

    def on_mid(self, at: Ns, symbol: str, mid2: Px | None) -> None:
        """The market at `at`: settle the fills whose horizon has come. Costs one look-up where none waits."""
        waiting = self.pending.get(symbol)
        if not waiting or mid2 is None:
            return
        while waiting and waiting[0].due <= at:
            fill = waiting.popleft()
            if at - fill.due <= SETTLE_LATE_MAX_NS:
                self._settle(at, fill, mid2)
        if not waiting:
            del self.pending[symbol]

    def mean_ppm(self, wall: str, mic: str) -> float:
        """Mean markout in parts per million of the price; negative is a loss; 0 where nothing is known."""
        return self._mean_ppm.get((wall, mic), 0.0)

    def quarantined(self, now: Ns, wall: str, mic: str) -> bool:
        return self._quarantined_until.get((wall, mic), 0) > now

    def _settle(self, at: Ns, fill: _Fill, mid2: Px) -> None:
        key = (fill.wall, fill.mic)
        markout = fill.sign * (mid2 - 2 * fill.px) * PPM / (2 * fill.px)
        mean = self._mean_ppm.get(key)
        mean = markout if mean is None else mean + WEIGHT * (markout - mean)
        self._mean_ppm[key] = mean
        self._count[key] = self._count.get(key, 0) + 1
        if self._count[key] >= FILLS_MIN and mean <= -LOSS_PPM:
            # It comes back with a clean slate: the flow that hurt may have gone.
            self._quarantined_until[key] = at + QUARANTINE_NS
            del self._mean_ppm[key], self._count[key]
