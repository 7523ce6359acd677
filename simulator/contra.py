"""The other participants of a pool or a cross: what they want, from a seed.

Bias: they do not see us, do not learn, and do not react to what we do; only the toxic ones react, to the NBBO. It must
not know how a venue matches. Sizes are geometric in round lots, arrivals a Poisson process.
"""

from __future__ import annotations

from math import log
from random import Random
from typing import Final

import msgspec

from router.api import PPM, SECOND, Ns, Ppm, Px, Qty
from simulator.bounds import at_least, chances
from simulator.desk import VenueOrder
from simulator.draws import WholeDraws


class Interest:
    """Somebody's wish to trade: ours (`order` set) or a contra's. `px` None: any price the venue makes.

    `who` is the participant that a pool knows it by; a `conditional` one never trades; an immediate one does not rest.
    """

    __slots__ = ("conditional", "expires", "is_buy", "is_immediate", "leaves", "min_qty", "order", "px", "seq", "who")

    def __init__(
        self,
        *,
        is_buy: bool,
        leaves: Qty,
        seq: int,
        px: Px | None = None,
        min_qty: Qty = 0,
        expires: Ns | None = None,
        order: VenueOrder | None = None,
        who: str = "natural",
        conditional: bool = False,
        is_immediate: bool = False,
    ) -> None:
        self.is_buy = is_buy
        self.leaves = leaves
        self.seq = seq
        self.px = px
        self.min_qty = min_qty
        self.expires = expires
        self.who = who
        self.conditional = conditional
        self.is_immediate = is_immediate
        self.order = order

    @property
    def least(self) -> Qty:
        """The smallest trade it takes: MinQty(110), or all of it when less is left."""
        return min(self.min_qty, self.leaves)

    def accepts(self, px: Px) -> bool:
        if self.px is None:
            return True
        return px <= self.px if self.is_buy else px >= self.px


ADV_REFERENCE: Final[Qty] = 2_000_000
"""Average daily volume of the instrument that a venue's settings are written for."""


CONTRA_PPM_MAX: Final[Ppm] = 10_000_000
"""Ten a second: the default mix at 100 million shares a day. Where ADV is counted in finer units it would be a million,
and a day would have no end."""


class ContraMix(msgspec.Struct, frozen=True):
    """Who else is there, per symbol.

    `contra_per_second_ppm` arrivals a second in millionths (200,000: one in five seconds), of an instrument that trades
    `ADV_REFERENCE` shares a day; others in proportion, where their ADV is known, to `CONTRA_PPM_MAX` at most, or to
    what is said here where that is more. `contra_lots_mean`: round lots an order. `noise_ppm` of them are
    immediate-or-cancel, the rest (natural) stay `contra_patience_ns` and half of them want at least `contra_min_qty`.
    `toxic_ppm`: the chance that a move of the midpoint brings a taker on its side.
    `contra_conditional_ppm` of the natural ones are conditional: asked to firm up they decline, by silence, with
    `contra_decline_ppm`, or answer within `contra_answer_ns`. A pinger comes every `pinger_every_ns` (0: never) and
    asks for `pinger_lots` on each side, immediate-or-cancel.
    """

    contra_per_second_ppm: Ppm = 200_000
    contra_lots_mean: int = 4
    contra_patience_ns: Ns = 10 * SECOND
    contra_min_qty: Qty = 0
    noise_ppm: Ppm = 500_000
    toxic_ppm: Ppm = 100_000
    contra_conditional_ppm: Ppm = 0
    contra_decline_ppm: Ppm = 200_000
    contra_answer_ns: Ns = 100_000_000
    pinger_every_ns: Ns = 0
    pinger_lots: int = 1

    def __post_init__(self) -> None:
        at_least(self, 0, "contra_per_second_ppm", "contra_patience_ns", "contra_min_qty", "contra_answer_ns")
        at_least(self, 0, "pinger_every_ns")
        at_least(self, 1, "contra_lots_mean", "pinger_lots")
        chances(self, "noise_ppm", "toxic_ppm", "contra_conditional_ppm", "contra_decline_ppm")

    def of(self, adv: Qty | None) -> ContraMix:
        """The mix for an instrument of this ADV: a pool's share of a day does not grow as the instrument gets quiet."""
        if adv is None:
            return self
        most = max(CONTRA_PPM_MAX, self.contra_per_second_ppm)
        rate = min(self.contra_per_second_ppm * adv // ADV_REFERENCE, most)
        return msgspec.structs.replace(self, contra_per_second_ppm=rate)


class ContraFlow:
    """The contra participants of one symbol on one venue."""

    def __init__(self, rng: Random, mix: ContraMix, round_lot: Qty, conditional: Random) -> None:
        self._draws = WholeDraws(rng)
        self._conditional = WholeDraws(conditional)
        self.mix = mix
        """May change while the flow goes on."""
        self._lot = round_lot

    def arrival_after(self, at: Ns) -> Ns | None:
        """The next arrival's instant; None when nobody comes."""
        rate = self.mix.contra_per_second_ppm
        return at + 1 + int(self._draws.exponential() / (rate / PPM) * SECOND) if rate else None

    def arrive(self, at: Ns, seq: int) -> Interest:
        """A natural order, which stays, or a noise order, which does not (it expires as it arrives)."""
        draws, mix = self._draws, self.mix
        noise = draws.below(PPM) < mix.noise_ppm
        picky = not noise and draws.uniform() < 0.5
        # Drawn only where there are any: switching them on leaves the others' draws as they were.
        conditional = mix.contra_conditional_ppm > 0 and not noise and self._is_hit(mix.contra_conditional_ppm)
        return Interest(
            is_buy=draws.uniform() < 0.5,
            leaves=self.size(),
            seq=seq,
            min_qty=mix.contra_min_qty if picky else 0,
            expires=at if noise else at + mix.contra_patience_ns,
            who="noise" if noise else "natural",
            conditional=conditional,
            is_immediate=noise,
        )

    def toxic(self, at: Ns, seq: int, *, mid_rose: bool) -> Interest | None:
        """A taker on the side of the move that has just begun, or nobody."""
        if self._draws.below(PPM) >= self.mix.toxic_ppm:
            return None
        return Interest(is_buy=mid_rose, leaves=self.size(), seq=seq, expires=at, who="toxic", is_immediate=True)

    def ping(self, at: Ns, seq: int, *, is_buy: bool, qty: Qty | None = None) -> Interest:
        """A small immediate order that wants to know who is there."""
        lots = self.mix.pinger_lots * self._lot
        return Interest(is_buy=is_buy, leaves=qty or lots, seq=seq, expires=at, who="pinger", is_immediate=True)

    def answer_after(self, at: Ns) -> Ns | None:
        """When a conditional contra that was asked firms up; None where it lets the time pass."""
        if self._is_hit(self.mix.contra_decline_ppm):
            return None
        return at + 1 + self._conditional.below(max(self.mix.contra_answer_ns, 1))

    def _is_hit(self, ppm: Ppm) -> bool:
        return self._conditional.below(PPM) < ppm

    def size(self) -> Qty:
        """Geometric round lots of the mix's mean, never nothing."""
        mean = self.mix.contra_lots_mean
        more = int(log(1 - self._draws.uniform()) / log(1 - 1 / mean)) if mean > 1 else 0
        return (1 + more) * self._lot
