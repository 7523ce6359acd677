"""The shipped venues in process and behind FIX: the same commands at the same times have the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from router.core.events import (
    ChildAccepted,
    ChildFilled,
    ChildReplaced,
    Event,
    TradePrint,
    VenueDown,
    VenueReport,
    VenueUp,
)
from router.core.outputs import CancelChild, QueryChild, ReplaceChild, SendChild, VenueCommand
from router.core.types import MILLISECOND, SECOND, Ns, OrdType, Peg, Reason, Side, TimeInForce, VenueKind
from router.runtime.assembly import Market, make_market
from router.runtime.fix.fix_venue import FixVenueLink
from router.runtime.settings import default_home, read_settings
from simulator.face.exchange import Exchange, Post
from simulator.face.face import ClientTerms, FixFace

DAY = "20260316"
CLIENT = "SLUICE"
SEED = 20_121_009
COMMANDS = 400
PX = {"ACME": 400_000, "BOLT": 180_000, "CRUX": 650_000}
PRIVATE = VenueReport.__args__


def market() -> Market:
    return make_market(read_settings(default_home()), "synthetic:7", DAY)


def script(market: Market) -> Iterator[tuple[Ns, VenueCommand]]:
    """Orders of every kind at every venue, some replaced, cancelled or asked after a little later."""
    rng = Random(SEED)
    at = market.start + 4 * SECOND
    for number in range(COMMANDS):
        at += rng.randrange(100 * MILLISECOND)
        order = _order(rng, market, number)
        yield at, order
        names = order.venue, order.child_id, f"R{number}", order.symbol, order.side
        chance = rng.random()
        if chance < 0.2:
            yield at + SECOND, cancel_of(*names)
        elif chance < 0.4 and order.px is not None:
            yield at + SECOND, replace_of(*names, qty=order.qty + 100, px=order.px)
        elif chance < 0.5:
            yield (
                at + SECOND,
                QueryChild(venue=order.venue, child_id=order.child_id, symbol=order.symbol, side=order.side),
            )


def cancel_of(venue: str, child_id: str, request_id: str, symbol: str, side: Side) -> CancelChild:
    return CancelChild(venue=venue, child_id=child_id, request_id=request_id, symbol=symbol, side=side)


def replace_of(
    venue: str, child_id: str, request_id: str, symbol: str, side: Side, *, qty: int, px: int
) -> ReplaceChild:
    return ReplaceChild(
        venue=venue,
        child_id=child_id,
        request_id=request_id,
        symbol=symbol,
        side=side,
        qty=qty,
        px=px,
        reason=Reason.RE_PEG,
    )


def _order(rng: Random, market: Market, number: int) -> SendChild:
    venue = rng.choice([venue for venue in market.config.venues if venue.enabled])
    symbol = rng.choice(list(PX))
    lit = venue.kind is VenueKind.LIT
    side = rng.choice([Side.BUY, Side.SELL])
    return SendChild(
        venue=venue.mic,
        child_id=f"C{number}",
        symbol=symbol,
        side=side,
        qty=100 * rng.randrange(1, 10),
        ord_type=OrdType.LIMIT if lit else OrdType.PEGGED,
        px=PX[symbol] + 100 * rng.randrange(-5, 6) if lit else None,
        tif=rng.choice([TimeInForce.DAY, TimeInForce.IOC]) if lit else TimeInForce.DAY,
        peg=None if lit else Peg.MID,
        reason=Reason.DIRECT,
    )


def heard_in_process(market: Market) -> list[Event]:
    """Every report and every print, in the order heard."""
    world = market.world
    assert world is not None
    heard: list[Event] = []
    for at, command in sorted(script(market), key=lambda entry: entry[0]):
        while (due := world.next_at) is not None and due <= at:
            heard += (event for _, event in world.step(at))
        world.send(at, command)
    return heard


def heard_over_fix(market: Market, life: int = 0) -> list[Event]:
    """The same from a router's links, which speak with the venues' faces in FIX."""
    instruments = {instrument.symbol: instrument for instrument in market.config.instruments}
    mics = [venue.mic for venue in market.config.venues if venue.enabled]
    links = {mic: FixVenueLink(mic, instruments) for mic in mics}
    terms = {CLIENT: ClientTerms(house_tags=True)}
    assert market.world is not None
    exchange = Exchange(market.world, {mic: FixFace(mic, instruments, terms) for mic in mics}, life)
    for mic, link in links.items():
        link.up = True
        for text in link._subscriptions():
            exchange.message(market.start, mic, CLIENT, text)
    heard: list[Event] = []

    def hear(posts: list[Post]) -> None:
        for post in posts:
            understood = links[post.mic].message(post.text)
            assert (post.client, understood.troubles) == (CLIENT, ())
            heard.extend(understood.events)

    for at, command in sorted(script(market), key=lambda entry: entry[0]):
        while (due := exchange.next_at) is not None and due <= at:
            hear(exchange.advance(at))
        hear(exchange.message(at, command.venue, CLIENT, links[command.venue].command(at, command)))
    return heard


def reports(events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, PRIVATE) and not isinstance(event, VenueUp | VenueDown)]


def tape(events: list[Event]) -> dict[str, list[TradePrint]]:
    """By symbol: what of one instant is about different symbols comes in messages of their own."""
    prints: dict[str, list[TradePrint]] = {}
    for event in events:
        if isinstance(event, TradePrint):
            prints.setdefault(event.symbol, []).append(event)
    return prints


@pytest.mark.untraced
def test_the_same_commands_at_the_same_times_have_the_same_answers_and_the_same_tape() -> None:
    here, there = heard_in_process(market()), heard_over_fix(market())

    assert reports(there) == reports(here)
    assert tape(there) == tape(here)
    kinds = [type(event) for event in reports(here)]
    assert {ChildAccepted, ChildFilled, ChildReplaced} <= set(kinds)
    assert kinds.count(ChildFilled) > 100, kinds.count(ChildFilled)


@pytest.mark.untraced
def test_a_later_life_says_the_same_with_ids_of_its_own() -> None:
    """ExecID(17) must not come twice: who knows it already takes the fill for a repetition."""
    first, later = reports(heard_over_fix(market())), reports(heard_over_fix(market(), life=2))

    ids = [[event.exec_id for event in said if isinstance(event, ChildFilled)] for said in (first, later)]
    orders = [[event.venue_order_id for event in said if isinstance(event, ChildAccepted)] for said in (first, later)]
    assert ids[1] == [f"{each}-L2" for each in ids[0]] != []
    assert orders[1] == [f"{each}-L2" for each in orders[0]] != []
