"""Small passive orders on every lit venue of a simulated market, to measure by: where they rest is drawn, not chosen.

A router that chooses by its estimates sends where they are hopeful and keeps what they favour, so that what it sees of
them is selected by them. These orders go at random times, to the touch or a level behind it, and stay for a fixed time.
They go through the router's own market state, queue models and rates; its engine would add only that choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heapreplace
from random import Random
from typing import Final

from msgspec import Struct

from router.core.outputs import CancelChild, SendChild
from router.core.profiles import EngineConfig
from router.core.types import PPM, SECOND, Ns, OrdType, Phase, Ppm, Reason, Side, VenueKind
from router.market.market import Market
from router.runtime.assembly import simulated_venues
from router.runtime.queue_probe import QueueProbe
from router.tca.queues.places import Recording
from simulator.world import World


class Flow(Struct, frozen=True):
    """How many orders, how large, for how long: `slots` a symbol, venue and side, each with one order at a time."""

    seed: int = 1
    slots: int = 2
    lots: tuple[int, ...] = (1, 1, 2)
    """Round lots of an order, drawn evenly."""
    behind_ppm: Ppm = 300_000
    """Of orders that do not join the venue's best price but one of its best `LEVELS`, drawn evenly."""
    life_ns: Ns = 30 * SECOND
    pause_ns: Ns = 10 * SECOND
    """At most this long, and a second at least, between two orders of a slot."""


LEVELS: Final = 3


class _Slot:
    """One place for an order: sends it, leaves it alone for its life, cancels it, pauses."""

    def __init__(self, flow: Flow, name: str, *, venue: str, symbol: str, side: Side, start: Ns) -> None:
        self._flow = flow
        self._name = name
        self._venue, self._symbol, self._side = venue, symbol, side
        self._rng = Random(f"{flow.seed}:{name}")
        self._sent = 0
        self._rests = False
        self.next_at = start + self._rng.randrange(flow.life_ns)

    @property
    def _child_id(self) -> str:
        return f"{self._name}-{self._sent}"

    def act(self, at: Ns, market: Market) -> SendChild | CancelChild | None:
        """What is to be sent now; None while there is no book to join."""
        if self._rests:
            self._rests = False
            self.next_at = at + SECOND + self._rng.randrange(self._flow.pause_ns)
            request = f"{self._child_id}-X"
            return CancelChild(
                venue=self._venue, child_id=self._child_id, request_id=request, symbol=self._symbol, side=self._side
            )
        self.next_at = at + SECOND
        return self._post(at, market)

    def _post(self, at: Ns, market: Market) -> SendChild | None:
        state, flow = market[self._symbol], self._flow
        levels = list(state.beside(self._venue, self._side).levels(LEVELS))
        if state.phase is not Phase.CONTINUOUS or not levels:
            return None
        behind = self._rng.randrange(PPM) < flow.behind_ppm
        px = levels[self._rng.randrange(len(levels)) if behind else 0][0]
        self._sent += 1
        self._rests = True
        # A second more than its life: it is counted from the acceptance, which comes later.
        self.next_at = at + flow.life_ns + SECOND
        return SendChild(
            venue=self._venue,
            child_id=self._child_id,
            symbol=self._symbol,
            side=self._side,
            qty=self._rng.choice(flow.lots) * state.instrument.round_lot,
            ord_type=OrdType.LIMIT,
            px=px,
            post_only=True,
            reason=Reason.PASSIVE_POST,
        )


def record(
    name: str, world: World, config: EngineConfig, flow: Flow, *, symbols: Sequence[str], until: Ns
) -> Recording:
    """Run the flow over `world` from where it stands to `until` (UTC ns), with bets on one patience and on a life."""
    market = Market(config.instruments, config.venues, config.calendars, config.last_px)
    horizons_ns = tuple(dict.fromkeys((max(config.router.passive_patience_ns, 1), flow.life_ns)))
    probe = QueueProbe(name, market, config.router, world.ahead, horizons_ns=horizons_ns)
    slots = _slots(flow, config, symbols, world.now)
    turns = [(slot.next_at, number) for number, slot in enumerate(slots)]
    heapify(turns)
    while True:
        market_at, bet_at, (slot_at, number) = world.next_at, probe.next_at, turns[0]
        ours_at = slot_at if bet_at is None else min(slot_at, bet_at)
        at = ours_at if market_at is None else min(ours_at, market_at)
        if at > until or market_at is None:
            return probe.recording
        if market_at <= ours_at:
            for heard_at, event in world.step(min(ours_at, until)):
                probe.on_heard(heard_at, event)
            probe.settle(world.now)
        elif bet_at == ours_at:
            probe.settle(ours_at)
        else:
            _act(slots[number], slot_at, market, probe, world)
            heapreplace(turns, (slots[number].next_at, number))


def _act(slot: _Slot, at: Ns, market: Market, probe: QueueProbe, world: World) -> None:
    command = slot.act(at, market)
    if isinstance(command, SendChild):
        probe.on_sent(at, command)
    if command is not None:
        world.send(at, command)


def _slots(flow: Flow, config: EngineConfig, symbols: Sequence[str], start: Ns) -> list[_Slot]:
    venues = [venue.mic for venue in simulated_venues(config) if venue.kind is VenueKind.LIT]
    return [
        _Slot(flow, f"{venue}-{symbol}-{side.name}-{number}", venue=venue, symbol=symbol, side=side, start=start)
        for symbol in symbols
        for venue in venues
        for side in (Side.BUY, Side.SELL)
        for number in range(flow.slots)
    ]
