"""What may last: halts, venues that are down, slow, silent or misbehaving, and moods of makers.

Each says what several of its kind at once come to. It must not know when they begin and end, or why.

Bias: a halt and a venue's return are known everywhere at once; a venue that is down keeps its book, and background flow
goes on in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TypeVar

from msgspec import Struct

from router.api import Ns, Phase
from simulator.conditions import Conditions
from simulator.scenario import State
from simulator.source import MarketPort

StateT = TypeVar("StateT", bound=State)


def _same(kind: type[StateT], held: Sequence[State]) -> list[StateT]:
    """States of one key are of one kind."""
    return [state for state in held if isinstance(state, kind)]


class Halted(Struct, frozen=True):
    """No trading in a symbol, everywhere (`venue` None) or on one venue.

    What was continuous when it began is continuous again after it; a session that has closed meanwhile stays closed.
    """

    symbol: str
    venue: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return ("halted", self.symbol, self.venue or "")

    def apply(self, port: MarketPort, held: Sequence[State]) -> None:
        now = port.phase_of(self.symbol)
        if held and now is Phase.CONTINUOUS:
            port.phase(self.symbol, Phase.HALTED, self.venue)
        elif not held and now is (Phase.HALTED if self.venue is None else Phase.CONTINUOUS):
            port.phase(self.symbol, Phase.CONTINUOUS, self.venue)


class Down(Struct, frozen=True):
    """A venue is logged out: it answers nothing and publishes nothing."""

    venue: str
    text: str = "scenario: venue down"

    @property
    def key(self) -> tuple[str, ...]:
        return ("down", self.venue)

    def apply(self, port: MarketPort, held: Sequence[State]) -> None:
        if held:
            port.venue_down(self.venue, self.text)
        else:
            port.venue_up(self.venue)


class Slow(Struct, frozen=True):
    """Commands to a venue and its reports take so many times as long; two such multiply."""

    venue: str
    times: float

    @property
    def key(self) -> tuple[str, ...]:
        return ("slow", self.venue)

    def apply(self, port: MarketPort, held: Sequence[State]) -> None:
        port.slow(self.venue, prod((state.times for state in _same(Slow, held)), start=1.0))


class Stale(Struct, frozen=True):
    """A venue's market data come later by `lag`, or not at all (None); of two the worse counts."""

    venue: str
    lag: Ns | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return ("stale", self.venue)

    def apply(self, port: MarketPort, held: Sequence[State]) -> None:
        lags = [state.lag for state in _same(Stale, held)]
        port.stale(self.venue, None if None in lags else max((lag for lag in lags if lag is not None), default=0))


class Tuned(Struct, frozen=True):
    """A venue's settings are others for a while, `fault_` ones included; of two on one key the later counts."""

    venue: str
    settings: dict[str, str | int | float | bool]

    @property
    def key(self) -> tuple[str, ...]:
        return ("tuned", self.venue)

    def apply(self, port: MarketPort, held: Sequence[State]) -> None:
        merged = {name: value for state in _same(Tuned, held) for name, value in state.settings.items()}
        port.tune(self.venue, merged)


class Swayed(Struct, frozen=True):
    """A mood of a symbol's makers; moods multiply."""

    symbol: str
    conditions: Conditions

    @property
    def key(self) -> tuple[str, ...]:
        return ("swayed", self.symbol)

    def apply(self, port: MarketPort, held: Sequence[State]) -> None:
        port.sway(self.symbol, Conditions.of_all(state.conditions for state in _same(Swayed, held)))
