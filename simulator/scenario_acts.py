"""What the market does once or step by step: news that fades, and quotes that fade when we take.

Bias: makers are of one mind, at once, and their quotes go rather than move. It must not know a venue's rules, or why.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from random import Random
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from router.api import PPM, ChildFilled, Ns, Phase, Ppm, Px, SendChild, VenueCommand, VenueSays
from simulator.conditions import Conditions
from simulator.scenario import Incident, Stage, State
from simulator.scenario_states import Swayed
from simulator.source import MarketPort

OVER: Final = 5.0
"""Time constants after which a mood is over: less than 1 % of it is left."""
STEPS: Final = 20
"""Steps in a time constant: each changes a mood by 5 % of what is left."""


def trades(port: MarketPort, symbol: str) -> bool:
    """Whether the symbol's market is continuous now."""
    return port.phase_of(symbol) is Phase.CONTINUOUS


class Jump(Struct, frozen=True, gc=False):
    """The efficient price moves by so many standard deviations of its day."""

    at: Ns
    symbol: str
    sigmas: float

    def play(self, port: MarketPort, stage: Stage) -> Sequence[Incident]:
        port.jump(self.symbol, self.sigmas)
        return ()


class Subside(Struct, frozen=True):
    """A mood that comes at once and goes as exp(-t/`decay_ns`), in steps; `last` is what is held of it now."""

    at: Ns
    symbol: str
    peak: Conditions
    began: Ns
    decay_ns: Ns
    last: Swayed | None = None

    def play(self, port: MarketPort, stage: Stage) -> Sequence[Incident]:
        if self.last is not None:
            stage.release(port, self.last)
        age = (self.at - self.began) / self.decay_ns
        if age >= OVER:
            return ()
        left, peak = exp(-age), self.peak
        rate, spread, depth = (1.0 + (factor - 1.0) * left for factor in (peak.rate, peak.spread, peak.depth))
        mood = Conditions(rate, spread, depth)
        held = Swayed(self.symbol, mood)
        stage.hold(port, held)
        return (replace(self, at=self.at + max(self.decay_ns // STEPS, 1), last=held),)


class Withdraw(Struct, frozen=True):
    """Background orders displayed at `prices` on some venues are withdrawn, each with a chance of `share_ppm`."""

    at: Ns
    symbol: str
    venues: tuple[str, ...]
    is_bid: bool
    prices: tuple[Px, ...]
    share_ppm: Ppm
    seed: str

    def play(self, port: MarketPort, stage: Stage) -> Sequence[Incident]:
        rng = Random(f"{self.seed}:{self.at}")
        for venue in self.venues:
            book = port.book(venue, self.symbol)
            for px in self.prices:
                for oid in book.orders(self.is_bid, px):
                    if rng.randrange(PPM) < self.share_ppm:
                        book.delete(oid)
        return ()


class Fading(Struct, frozen=True):
    """A state: when we take, quotes at the prices that we paid are withdrawn on the other `venues`, `react_ns` later.

    `seed` makes it one of its kind, too: two fades at once both draw.
    """

    venues: tuple[str, ...]
    symbols: tuple[str, ...]
    share_ppm: Ppm
    react_ns: Ns
    seed: str

    @property
    def key(self) -> tuple[str, ...]:
        return ("fading", self.seed)

    def apply(self, port: MarketPort, held: Sequence[State]) -> None:
        """Nothing changes until we take."""

    def hear(self, now: Ns, command: VenueCommand, says: Sequence[VenueSays]) -> Sequence[Incident]:
        if not isinstance(command, SendChild) or command.symbol not in self.symbols:
            return ()
        # A dict as an ordered set.
        prices = tuple({event.px: None for event in says if isinstance(event, ChildFilled)})
        others = tuple(mic for mic in self.venues if mic != command.venue)
        if not prices or not others:
            return ()
        is_bid = not command.side.is_buy
        at = now + self.react_ns
        return (Withdraw(at, command.symbol, others, is_bid, prices, self.share_ppm, self.seed),)
