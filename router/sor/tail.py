"""How much a dark venue is likely to hold: tail probabilities from censored fills, and the greedy split over venues.

Ganchev, Kearns, Nevmyvaka and Wortman, "Censored exploration and the dark pool problem" (2010): a fill of everything
sent says only "at least so much". The Kaplan-Meier estimator takes that into account, T(s) = product over s' < s of
(1 - D(s')/N(s')), and units go one by one to the venue of the largest T(v + 1). Beyond what was ever seen, the tail
falls by a small factor only (their optimistic estimator): too little known is a reason to look.
Works in lots. Knows no order and no market.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Final

from router.core.types import Qty

OPTIMISM: Final = 0.98
"""Factor by which the unexplored tail falls with each lot: near 1 explores, and breaks ties towards an even spread."""
LOTS_MAX: Final = 256
"""Largest size told apart; a greater one counts as this."""
STEPS_MAX: Final = 32
"""A split is made in so many steps at most: the last percent of a share is not worth the microseconds."""
MEMORY: Final = 0.98
"""What old observations weigh when a new one comes: a venue's flow of fifty probes ago says little (half in 34)."""


class Tail:
    """One venue's estimated P(liquidity >= s lots)."""

    __slots__ = ("_at_risk", "_ended")

    def __init__(self) -> None:
        self._at_risk: list[float] = []
        """N(s): weight of probes that were larger than s and had s filled."""
        self._ended: list[float] = []
        """D(s): those of them that were filled exactly s, so that the venue had no more."""

    def observe(self, sent: int, filled: int) -> None:
        """A probe of `sent` lots was filled `filled` lots; filled whole, it says nothing of what more was there."""
        assert 0 <= filled <= sent, (sent, filled)
        sent, filled = min(sent, LOTS_MAX), min(filled, LOTS_MAX)
        self._at_risk = [weight * MEMORY for weight in self._at_risk]
        self._ended = [weight * MEMORY for weight in self._ended]
        grow = sent - len(self._at_risk)
        if grow > 0:
            self._at_risk.extend([0.0] * grow)
            self._ended.extend([0.0] * grow)
        for size in range(min(filled + 1, sent)):
            self._at_risk[size] += 1.0
        if filled < sent:
            self._ended[filled] += 1.0

    def probabilities(self, lots: int) -> list[float]:
        """T(1) ... T(lots): never rising, optimistic beyond what was seen."""
        tail: list[float] = []
        probability = 1.0
        for size in range(lots):
            at_risk = self._at_risk[size] if size < len(self._at_risk) else 0.0
            # A first probe that found nothing leaves a chance of 1/2, not 0 (Laplace): zero would never look again.
            survives = 1.0 - self._ended[size] / (at_risk + 1.0) if at_risk else OPTIMISM
            probability *= survives
            tail.append(probability)
        return tail


def allocate(lots: int, tails: Mapping[str, Sequence[float]]) -> dict[str, int]:
    """Split `lots` over venues: each next one to the largest T(v + 1), ties to the one that has least, then by name.

    `tails` gives T(1) ... T(n) by venue. Every lot is given out while a tail lasts.
    """
    given = dict.fromkeys(tails, 0)
    best = [(-tail[0], 0, mic) for mic, tail in tails.items() if tail]
    heapify(best)
    for _ in range(lots):
        if not best:
            break
        _, had, mic = heappop(best)
        given[mic] = had + 1
        if had + 1 < len(tails[mic]):
            heappush(best, (-tails[mic][had + 1], had + 1, mic))
    return given


class DarkBook:
    """What was learned of each dark venue, apart for each wall (client) and symbol, so that nobody learns another's.

    Probes and rests have tails of their own: what is there at an instant is not what comes in a while. Bias: all rests
    count alike, however long.
    """

    __slots__ = ("_tails",)

    def __init__(self) -> None:
        self._tails: dict[tuple[str, str, str, bool], Tail] = {}

    def observe(self, wall: str, symbol: str, mic: str, *, rested: bool, sent: Qty, filled: Qty, lot: Qty) -> None:
        """An order is over. An odd rest counts as part of its lot."""
        lots_sent = -(-sent // lot)
        lots_filled = lots_sent if filled >= sent else filled // lot
        self._tails.setdefault((wall, symbol, mic, rested), Tail()).observe(lots_sent, lots_filled)

    def split(self, wall: str, symbol: str, mics: Sequence[str], *, rest: bool, qty: Qty, lot: Qty) -> dict[str, Qty]:
        """Shares for each venue: whole lots by the tails, in at most `STEPS_MAX` steps; the odd rest goes to the most.

        The sum is `qty`; a venue may get 0.
        """
        assert mics, "no venue to split over"
        lots = qty // lot
        step = max(-(-lots // STEPS_MAX), 1)
        tails = {mic: _coarse(self._tails.get((wall, symbol, mic, rest)), lots // step, step) for mic in mics}
        shares = {mic: given * step * lot for mic, given in allocate(lots // step, tails).items()}
        most = max(mics, key=lambda mic: shares[mic])
        shares[most] += qty - sum(shares.values())
        return shares


def _coarse(tail: Tail | None, steps: int, step: int) -> list[float]:
    """The tail at every `step` lots."""
    fine = (tail or Tail()).probabilities(min(steps * step, LOTS_MAX))
    return [fine[min((index + 1) * step, len(fine)) - 1] for index in range(steps)]
