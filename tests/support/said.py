"""A digest of everything that a market says, for comparing two builds of one source.

    python -m support.said SPECIFICATION MINUTES

Prints which build ran, how many events were heard, and their digest. Orders of ours are in the books: seeded ones that
rest, are hidden, take and are withdrawn.
"""

from __future__ import annotations

import sys
from hashlib import blake2b
from random import Random

from msgspec import json

from router.api import (
    SECOND,
    CalendarDay,
    CancelChild,
    Instrument,
    Ns,
    OrdType,
    Px,
    Reason,
    SendChild,
    Side,
    TimeInForce,
    VenueKind,
    VenueProfile,
)
from router.market.state import SymbolMarket
from router.runtime.build import how_it_runs
from simulator.market_spec import build_world, open_market
from simulator.synthetic_params import MarketConfig
from simulator.world import World

OPEN: Ns = 1_709_562_600 * SECOND
DAYS = {"XNYS": (CalendarDay("20240304", OPEN, OPEN + 23_400 * SECOND),)}
VENUES = (
    *(VenueProfile(mic, VenueKind.LIT, "lit") for mic in ("XLIT", "XALT", "XINV")),
    VenueProfile("XDRK", VenueKind.DARK, "dark", protected=False),
    VenueProfile("XCRS", VenueKind.CROSS, "cross", protected=False, cross_times=(34_260, 34_380)),
)
EVERY_NS: Ns = SECOND // 4


def _order(rng: Random, number: int, symbol: str, bid: Px, ask: Px) -> SendChild:
    side = rng.choice((Side.BUY, Side.SELL))
    px = rng.choice((bid, ask)) + 100 * rng.randrange(-2, 3)
    tif = rng.choice((TimeInForce.DAY, TimeInForce.DAY, TimeInForce.IOC))
    display = rng.choice((None, None, 0, 100)) if tif is TimeInForce.DAY else None
    return SendChild(
        venue=rng.choice(VENUES[:3]).mic,
        child_id=f"C{number}",
        symbol=symbol,
        side=side,
        qty=100 * rng.randrange(1, 6),
        ord_type=OrdType.LIMIT,
        px=px // 100 * 100,
        tif=tif,
        display_qty=display,
        reason=Reason.PASSIVE_POST,
    )


def _cancel(order: SendChild, number: int) -> CancelChild:
    return CancelChild(
        venue=order.venue, child_id=order.child_id, request_id=f"R{number}", symbol=order.symbol, side=order.side
    )


def _trade(world: World, at: Ns, rng: Random, number: int, symbol: str, sent: list[SendChild]) -> None:
    """Send one order at `at`, or withdraw an old one."""
    if sent and rng.random() < 0.4:
        old = sent.pop(rng.randrange(len(sent)))
        world.send(at, _cancel(old, number))
        return
    nbbo = world.nbbo(symbol)
    if nbbo.bid is not None and nbbo.ask is not None:
        sent.append(_order(rng, number, symbol, nbbo.bid, nbbo.ask))
        world.send(at, sent[-1])


def said(spec: str, minutes: int, seed: int = 1) -> tuple[int, str]:
    """(events heard, digest) of the first minutes of a market; the public state that they make is in the digest."""
    symbol = "GOOG" if spec.startswith("lobster") else "XYZ"
    instruments = {symbol: Instrument(symbol)}
    opens = open_market(spec, VENUES, instruments, DAYS, MarketConfig()).open
    world = build_world(spec, VENUES, instruments, DAYS, seed=seed, config=MarketConfig())
    market = SymbolMarket(instruments[symbol], VENUES)
    rng, digest, heard, number, next_order = Random(seed), blake2b(), 0, 0, opens + SECOND
    sent: list[SendChild] = []
    until = opens + minutes * 60 * SECOND
    while (at := world.next_at) is not None and at < until:
        if at >= next_order:
            number += 1
            _trade(world, next_order, rng, number, symbol, sent)
            next_order += EVERY_NS
        for when, event in world.step(min(until, next_order - 1)):
            heard += 1
            digest.update(json.encode((when, type(event).__name__, event)))
            if getattr(event, "symbol", None) == symbol:
                market.on_event(when, event)  # type: ignore[arg-type]  # only market data names a symbol
            digest.update(json.encode(market.nbbo()))
    return heard, digest.hexdigest()


def main() -> None:
    spec, minutes = sys.argv[1:]
    print(how_it_runs(), *said(spec, int(minutes)))


if __name__ == "__main__":
    main()
