"""What a pool knows of its participants: what followed their fills, and whether they firm up when asked.

Bias: a participant is a kind (ours, natural, noise, toxic, pinger), not a person, and one instrument's markouts speak
for all. It must not know an order or a matching rule. A participant's tier comes from the markouts of its own fills, as
the pool sees them from the NBBO one horizon later (CrossFinder's tiers): side x (midpoint then - price), in millionths
of the price, exponentially weighted. High is good for it, and bad for whom it met.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

import msgspec

from router.api import PPM, SECOND, Ns, Ppm, Px, Qty
from simulator.bounds import at_least

OURS: Final = "ours"
WEIGHT: Final = 0.05
"""Of a new fill in the mean: about the last twenty count."""
PENDING_MAX: Final = 4_096
"""Fills of one symbol that wait for their horizon; beyond it the oldest is judged early."""


class StandingSettings(msgspec.Struct, frozen=True):
    """When a participant is in which tier, and when it may not be conditional.

    Tier 2 from a mean markout above `tier_2_ppm`, tier 3 from one above `tier_3_ppm`, each fill judged after
    `tier_horizon_ns`; tier 1 below, and before `tier_fills_min` fills were judged. Who declined `declines_max` (0: no
    limit) of its last `declines_of` firm-up requests may enter no conditional orders for `decline_pause_ns`.
    """

    tier_horizon_ns: Ns = SECOND
    tier_fills_min: int = 20
    tier_2_ppm: Ppm = 100
    tier_3_ppm: Ppm = 400
    declines_max: int = 0
    declines_of: int = 10
    decline_pause_ns: Ns = 300 * SECOND

    def __post_init__(self) -> None:
        at_least(self, 0, "tier_horizon_ns", "declines_max", "decline_pause_ns")
        at_least(self, 1, "tier_fills_min", "declines_of")
        if self.declines_max > self.declines_of:
            raise ValueError(f"declines_max = {self.declines_max}: at most declines_of, {self.declines_of}")
        if self.tier_3_ppm < self.tier_2_ppm:
            raise ValueError(f"tier_3_ppm = {self.tier_3_ppm}: not below tier_2_ppm, {self.tier_2_ppm}")


class _Fill(NamedTuple):
    due: Ns
    who: str
    sign: int
    px: Px


class Standing:
    """One pool's memory of its participants."""

    def __init__(self, settings: StandingSettings | None = None) -> None:
        self.settings = settings or StandingSettings()
        """May change while the memory goes on; a deque of answers keeps the length that it began with."""
        self._pending: dict[str, deque[_Fill]] = {}
        self._mean_ppm: dict[str, float] = {}
        self._fills: dict[str, int] = {}
        self._answers: dict[str, deque[bool]] = {}
        self._paused_until: dict[str, Ns] = {}

    # --- markouts

    def filled(self, at: Ns, symbol: str, who: str, *, is_buy: bool, px: Px) -> None:
        """A fill to be judged one horizon on."""
        waiting = self._pending.setdefault(symbol, deque(maxlen=PENDING_MAX))
        waiting.append(_Fill(at + self.settings.tier_horizon_ns, who, 1 if is_buy else -1, px))

    def settle(self, at: Ns, symbol: str, mid2: int | None) -> None:
        """Judge what is due by twice the midpoint that has held until `at`; in no normal market it has to wait."""
        waiting = self._pending.get(symbol)
        while waiting and mid2 is not None and waiting[0].due <= at:
            self._judge(waiting.popleft(), mid2)

    def mean_ppm(self, who: str) -> float:
        """Mean markout in millionths of the price; 0 while too few fills were judged."""
        enough = self._fills.get(who, 0) >= self.settings.tier_fills_min
        return self._mean_ppm[who] if enough else 0.0

    def tier(self, who: str) -> int:
        """1 to 3; the higher, the worse for whom it meets."""
        mean = self.mean_ppm(who)
        return 1 + (mean > self.settings.tier_2_ppm) + (mean > self.settings.tier_3_ppm)

    def _judge(self, fill: _Fill, mid2: int) -> None:
        markout = fill.sign * (mid2 - 2 * fill.px) * PPM / (2 * fill.px)
        mean = self._mean_ppm.get(fill.who)
        self._mean_ppm[fill.who] = markout if mean is None else mean + WEIGHT * (markout - mean)
        self._fills[fill.who] = self._fills.get(fill.who, 0) + 1

    # --- firm-up requests

    def answered(self, at: Ns, who: str, *, firm: bool) -> None:
        """A firm-up request was met, or declined (by word or by silence)."""
        settings = self.settings
        answers = self._answers.setdefault(who, deque(maxlen=settings.declines_of))
        answers.append(firm)
        if settings.declines_max and self.declines(who) >= settings.declines_max:
            self._paused_until[who] = at + settings.decline_pause_ns
            # It comes back with a clean slate.
            answers.clear()

    def declines(self, who: str) -> Qty:
        """How many of its last requests a participant declined: the more, the later its conditionals' turn."""
        answers = self._answers.get(who)
        return 0 if answers is None else len(answers) - sum(answers)

    def paused_until(self, who: str, at: Ns) -> Ns | None:
        """Until when it may enter no conditional orders; None where it may."""
        until = self._paused_until.get(who, 0)
        return until if until > at else None
