"""The venues' FIX face and the router's FIX link are each other's inverse: nothing that either knows is lost between.

What crosses no wire: `reason` of a command, which is the router's own; ids, which the face makes anew for the venue.
"""

from __future__ import annotations

from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from router.core.events import (
    AuctionImbalance,
    BookSnapshot,
    ChildAccepted,
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildRejected,
    ChildReplaced,
    ChildRequestRejected,
    ChildStatus,
    Event,
    FirmUpRequest,
    LevelUpdate,
    MarketEvent,
    PhaseChange,
    TradePrint,
    VenueReport,
)
from router.core.instruments import Instrument
from router.core.outputs import CancelChild, QueryChild, ReplaceChild, SendChild, VenueCommand
from router.core.types import LastLiquidityInd, OrdType, Peg, Phase, PrintKind, Px, Reason, Side, TimeInForce
from router.runtime.fix.fix_venue import FixVenueLink
from simulator.face.face import ClientTerms, FixFace

AT = 1_773_667_800_123_000_000
MIC, SYMBOL, CLIENT = "XLIT", "ACME", "SLUICE"
INSTRUMENTS = {SYMBOL: Instrument(SYMBOL, primary_venue=MIC)}

CommandT = TypeVar("CommandT", bound=VenueCommand)
qtys = st.integers(1, 10**9)
pxs = st.integers(1, 10**9)
maybe_qtys = st.none() | st.integers(0, 10**9)
ids = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60)
sides = st.sampled_from(Side)


class Wire:
    """A router's link and a venue's face, each given what the other says."""

    def __init__(self) -> None:
        self.link = FixVenueLink(MIC, INSTRUMENTS)
        self.face = FixFace(MIC, INSTRUMENTS, {CLIENT: ClientTerms(house_tags=True)})
        self.link.logged_on(AT)
        self.link.up = True
        for text in self.link._subscriptions():
            for _, letter in self.face.message(AT, CLIENT, text).letters:
                assert self.link.message(letter).troubles == ()

    def send(self, command: CommandT) -> CommandT:
        """The command that the venue gets."""
        heard = self.face.message(AT, CLIENT, self.link.command(AT, command))
        assert heard.letters == (), heard
        (arrived,) = heard.commands
        assert isinstance(arrived, type(command)), arrived
        return arrived

    def say(self, report: VenueReport) -> tuple[Event, ...]:
        """What the router hears of a report."""
        return self._heard(self.face.report(AT, report))

    def publish(self, events: list[MarketEvent]) -> list[Event]:
        """What the router hears of market data."""
        return list(self._heard(self.face.publish(AT, SYMBOL, events)))

    def _heard(self, letters: tuple[tuple[str, str], ...]) -> tuple[Event, ...]:
        events: list[Event] = []
        for client, text in letters:
            understood = self.link.message(text)
            assert (client, understood.troubles) == (CLIENT, ())
            events += understood.events
        return tuple(events)


@st.composite
def orders(draw: st.DrawFn) -> SendChild:
    ord_type = draw(st.sampled_from(OrdType))
    tif = draw(st.sampled_from(TimeInForce))
    px = {OrdType.MARKET: st.none(), OrdType.LIMIT: pxs, OrdType.PEGGED: st.none() | pxs}[ord_type]
    pegged = ord_type is OrdType.PEGGED
    return SendChild(
        venue=MIC,
        child_id=draw(ids),
        symbol=SYMBOL,
        side=draw(sides),
        qty=draw(qtys),
        ord_type=ord_type,
        px=draw(px),
        tif=tif,
        expire_time=draw(st.integers(0, 4 * 10**18)) if tif is TimeInForce.GTD else None,
        display_qty=draw(maybe_qtys),
        min_qty=draw(maybe_qtys),
        post_only=draw(st.booleans()),
        peg=draw(st.sampled_from(Peg)) if pegged else None,
        peg_offset=draw(st.integers(-(10**6), 10**6)) if pegged else 0,
        display_high_qty=draw(maybe_qtys),
        conditional=draw(st.booleans()),
        firm_up_id=draw(st.none() | ids),
        blocked_tiers=tuple(draw(st.lists(st.integers(0, 9), max_size=3))),
        self_match_id=draw(st.none() | ids),
        reason=draw(st.sampled_from(Reason)),
    )


def cancel_of(order: SendChild, request_id: str = "cancel ") -> CancelChild:
    return CancelChild(
        venue=MIC, child_id=order.child_id, request_id=f"{request_id}{order.child_id}|", symbol=SYMBOL, side=order.side
    )


def replace_of(order: SendChild, qty: int = 7, px: Px | None = None) -> ReplaceChild:
    return ReplaceChild(
        venue=MIC,
        child_id=order.child_id,
        request_id=f"replace {order.child_id}|",
        symbol=SYMBOL,
        side=order.side,
        qty=qty,
        px=px,
        reason=Reason.RE_PEG,
    )


@given(orders())
def test_an_order_arrives_as_it_was_sent(order: SendChild) -> None:
    arrived = Wire().send(order)

    assert replace(arrived, child_id=order.child_id) == replace(order, reason=Reason.DIRECT)


@given(orders(), qtys, pxs)
def test_requests_for_an_order_arrive_as_they_were_sent(order: SendChild, qty: int, px: Px) -> None:
    wire = Wire()
    there = wire.send(order)
    asked = replace_of(order, qty, None if order.ord_type is OrdType.MARKET else px)

    arrived = [
        wire.send(asked),
        wire.send(cancel_of(order)),
        wire.send(QueryChild(venue=MIC, child_id=order.child_id, symbol=SYMBOL, side=order.side)),
    ]

    assert arrived == [
        replace(asked, child_id=there.child_id, request_id="R2", reason=Reason.DIRECT),
        replace(cancel_of(order), child_id=there.child_id, request_id="R3"),
        QueryChild(venue=MIC, child_id=there.child_id, symbol=SYMBOL, side=order.side),
    ]


def fills(child_id: str) -> st.SearchStrategy[VenueReport]:
    return st.builds(
        ChildFilled,
        venue=st.just(MIC),
        child_id=st.just(child_id),
        exec_id=ids,
        qty=qtys,
        px=pxs,
        liquidity=st.sampled_from(LastLiquidityInd),
        last_mkt=st.sampled_from([MIC, "XDRK"]),
        kind=st.sampled_from(PrintKind),
        cum_qty=st.integers(0, 10**9),
        px_exact=st.none() | st.tuples(qtys, qtys),
    )


def statuses(child_id: str) -> st.SearchStrategy[VenueReport]:
    known = st.builds(
        ChildStatus, st.just(MIC), st.just(child_id), st.just(value=True), st.booleans(), st.integers(0, 10**9)
    )
    return known | st.just(ChildStatus(MIC, child_id, known=False))


def reports(child_id: str, px: Px | None) -> st.SearchStrategy[VenueReport]:
    """What a venue may say unasked, in no order that makes sense: translation must not depend on it."""
    who = st.just(MIC), st.just(child_id)
    return st.one_of(
        st.builds(ChildAccepted, *who, ids, maybe_qtys),
        st.builds(ChildRejected, *who, texts),
        fills(child_id),
        st.builds(ChildCanceled, *who, st.none(), texts | st.just("")),
        st.builds(ChildReplaced, *who, st.just(""), qtys, st.just(px), st.booleans(), maybe_qtys),
        st.builds(ChildBusted, *who, ids, ids),
        st.builds(ChildCorrected, *who, ids, ids, qtys, pxs),
        st.builds(FirmUpRequest, *who, ids, qtys, st.integers(0, 4 * 10**18)),
    )


@pytest.mark.slow
@given(orders(), st.data())
def test_every_report_is_heard_as_it_was_said(order: SendChild, data: st.DataObject) -> None:
    wire = Wire()
    there = wire.send(order)

    for said in data.draw(st.lists(reports(there.child_id, there.px), max_size=6)):
        assert wire.say(said) == (replace(said, child_id=order.child_id),)


@pytest.mark.slow
@given(orders(), st.data())
def test_every_answer_is_heard_as_it_was_given(order: SendChild, data: st.DataObject) -> None:
    wire = Wire()
    there = wire.send(order)
    asked = replace_of(order, 7, None if order.ord_type is OrdType.MARKET else 70)
    replacing_there, canceling_there = wire.send(asked), wire.send(cancel_of(order))
    wire.send(QueryChild(venue=MIC, child_id=order.child_id, symbol=SYMBOL, side=order.side))
    replaced = ChildReplaced(
        MIC,
        there.child_id,
        replacing_there.request_id,
        data.draw(qtys),
        asked.px,
        data.draw(st.booleans()),
        data.draw(maybe_qtys),
    )
    refused = ChildRequestRejected(
        MIC, there.child_id, canceling_there.request_id, data.draw(texts), data.draw(st.booleans())
    )
    status = data.draw(statuses(there.child_id))

    heard = [*wire.say(replaced), *wire.say(refused), *wire.say(status)]

    assert heard == [
        replace(replaced, child_id=order.child_id, request_id=asked.request_id),
        replace(refused, child_id=order.child_id, request_id=cancel_of(order).request_id),
        replace(status, child_id=order.child_id),
    ]


@given(orders(), texts)
def test_a_cancellation_names_the_request_that_asked_for_it(order: SendChild, text: str) -> None:
    wire = Wire()
    there, asked = wire.send(order), wire.send(cancel_of(order))

    heard = wire.say(ChildCanceled(MIC, there.child_id, asked.request_id, text))

    assert heard == (ChildCanceled(MIC, order.child_id, cancel_of(order).request_id, text),)


levels = st.builds(
    LevelUpdate, st.just(MIC), st.just(SYMBOL), st.booleans(), st.integers(1, 12), st.sampled_from([0, 0, 100, 200])
)
prints = st.builds(
    TradePrint,
    st.sampled_from([MIC, "XADF"]),
    st.just(SYMBOL),
    pxs,
    qtys,
    st.none() | st.booleans(),
    st.sampled_from(PrintKind),
)
sides_of_book = st.dictionaries(st.integers(1, 12), st.sampled_from([100, 300]), max_size=5)
snapshots = st.builds(
    lambda bids, asks: BookSnapshot(
        MIC, SYMBOL, tuple(sorted(bids.items(), reverse=True)), tuple(sorted(asks.items()))
    ),
    sides_of_book,
    sides_of_book,
)
imbalances = st.builds(
    AuctionImbalance,
    st.just(MIC),
    st.just(SYMBOL),
    st.sampled_from([PrintKind.OPENING, PrintKind.CLOSING]),
    st.integers(0, 10**9),
    st.integers(-(10**9), 10**9),
    st.none() | pxs,
    st.none() | pxs,
)
phases = st.builds(PhaseChange, st.just(SYMBOL), st.sampled_from(Phase), st.just(MIC))


def book_of(events: list[Event]) -> dict[tuple[bool, Px], int]:
    """The book that these events leave."""
    book: dict[tuple[bool, Px], int] = {}
    for event in events:
        if isinstance(event, BookSnapshot):
            book = {(True, px): qty for px, qty in event.bids} | {(False, px): qty for px, qty in event.asks}
        elif isinstance(event, LevelUpdate):
            book[event.is_bid, event.px] = event.qty
    return {level: qty for level, qty in book.items() if qty}


@pytest.mark.slow
@given(st.lists(st.lists(levels | prints | phases | snapshots | imbalances, max_size=6), max_size=8))
def test_the_book_the_tape_the_phases_and_the_imbalances_are_heard_whole(batches: list[list[MarketEvent]]) -> None:
    wire = Wire()
    said: list[Event] = [event for batch in batches for event in batch]

    heard = [event for batch in batches for event in wire.publish(batch)]

    assert book_of(heard) == book_of(said)
    for kind in (TradePrint, PhaseChange, AuctionImbalance):
        assert [event for event in heard if isinstance(event, kind)] == [
            each for each in said if isinstance(each, kind)
        ]


@given(st.lists(levels, min_size=1))
def test_level_by_level_nothing_is_said_twice(updates: list[LevelUpdate]) -> None:
    wire = Wire()
    changes: list[LevelUpdate] = []
    book: dict[tuple[bool, Px], int] = {}
    for update in updates:
        if book.get((update.is_bid, update.px), 0) != update.qty:
            changes.append(update)
        book[update.is_bid, update.px] = update.qty

    heard = [event for update in updates for event in wire.publish([update])]

    assert heard == changes
