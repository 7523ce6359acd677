"""The contract of a simulated venue as a test class to inherit: yours passes it, or the world cannot run it.

It must not know pytest, nor any venue's matching rule. Derive a test class from `VenueContract`, set `profile`, and set
`factory` to your venue; override `order` when what your venue takes is not a plain limit order.

    class TestMyVenue(VenueContract):
        profile = VenueProfile("XMINE", VenueKind.DARK, "mine")
        factory = MyVenue
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import ClassVar

import msgspec

from router.api import (
    MILLISECOND,
    SECOND,
    CancelChild,
    ChildAccepted,
    ChildCanceled,
    ChildFilled,
    ChildRejected,
    ChildReplaced,
    ChildRequestRejected,
    ChildStatus,
    Instrument,
    Nbbo,
    Ns,
    OrdType,
    Phase,
    PhaseChange,
    Px,
    Qty,
    QueryChild,
    Reason,
    ReplaceChild,
    SendChild,
    Side,
    SimulatedVenue,
    TimeInForce,
    TradePrint,
    VenueCommand,
    VenueFactory,
    VenueProfile,
    VenueSays,
)
from simulator.book import Book
from simulator.source import HasBooks, HearsPhases

SYMBOL = "ABC"
INSTRUMENTS = {SYMBOL: Instrument(SYMBOL)}
NOON: Ns = 1_709_571_600 * SECOND
"""2024-03-04 12:00 in New York: a trading date like any other."""
TICK: Px = 100
MID: Px = 1_000_000


def nbbo(at: Ns, bid: Px | None = MID - TICK, ask: Px | None = MID + TICK, symbol: str = SYMBOL) -> Nbbo:
    """A two-sided market of 500 shares around `MID`, unless told otherwise."""
    return Nbbo(symbol, bid, ask, 500 if bid else 0, 500 if ask else 0, at)


class Tally:
    """Shares of one book: on either side, what everybody bought or sold is what was printed, ours and others' alike."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._others: Counter[bool] = Counter({is_bid: self._resting(is_bid) for is_bid in (True, False)})
        """By side, what others have entered less what they took away again."""
        self._sides: dict[int, bool] = {}
        self._printed = 0
        self._ours: Counter[bool] = Counter()
        self._read = 0

    def enter(self, oid: int, is_buy: bool, qty: Qty) -> None:
        self._sides[oid] = is_buy
        self._others[is_buy] += qty

    def leave(self, oid: int, qty: Qty) -> None:
        if qty:
            self._others[self._sides[oid]] -= qty

    def check(self, seed: int, sent: dict[str, SendChild], batches: Sequence[Sequence[VenueSays]]) -> None:
        """Count what was said since the last time; each printed share has one buyer and one seller."""
        for event in (event for batch in batches[self._read :] for event in batch):
            if isinstance(event, TradePrint):
                self._printed += event.qty
            elif isinstance(event, ChildFilled):
                self._ours[sent[event.child_id].side.is_buy] += event.qty
        self._read = len(batches)
        for is_buy in (True, False):
            traded = self._others[is_buy] - self._resting(is_buy)
            assert traded + self._ours[is_buy] == self._printed, (seed, is_buy, traded, self._ours, self._printed)

    def _resting(self, is_bid: bool) -> Qty:
        return sum(one.qty for one in self._book.standing(is_bid) if one.id >= 0)


class VenueContract:
    """What the world and the router rely on, whatever the venue matches and how."""

    profile: ClassVar[VenueProfile]
    factory: ClassVar[VenueFactory]
    flow_seeds: ClassVar[Sequence[int]] = range(5)
    """Seeds of the random flows; a failure names the one that failed."""

    # --- to override where the venue needs it

    def venue(self, seed: int = 7) -> SimulatedVenue:
        """A fresh venue that knows the time and a normal NBBO."""
        venue = type(self).factory(self.profile, INSTRUMENTS, seed)
        venue.on_time(NOON)
        venue.on_nbbo(NOON, nbbo(NOON))
        return venue

    def order(
        self,
        child_id: str,
        *,
        side: Side = Side.BUY,
        qty: Qty = 500,
        px: Px = MID - TICK,
        tif: TimeInForce = TimeInForce.DAY,
        symbol: str = SYMBOL,
    ) -> SendChild:
        """An order that this venue takes; as given here it rests."""
        return SendChild(
            venue=self.profile.mic,
            child_id=child_id,
            symbol=symbol,
            side=side,
            qty=qty,
            ord_type=OrdType.LIMIT,
            px=px,
            tif=tif,
            reason=Reason.PASSIVE_POST,
        )

    # --- the contract

    def test_is_a_simulated_venue_under_its_own_name(self) -> None:
        venue = self.venue()

        assert isinstance(venue, SimulatedVenue)
        assert venue.mic == self.profile.mic

    def test_accepts_an_order_first_of_all_and_has_it_open(self) -> None:
        venue = self.venue()

        says = venue.on_command(NOON, self.order("c1"))

        assert isinstance(says[0], ChildAccepted)
        assert self._status(venue, "c1") == ChildStatus(venue.mic, "c1", known=True, is_open=True)

    def test_refuses_a_symbol_that_it_does_not_trade(self) -> None:
        says = self.venue().on_command(NOON, self.order("c1", symbol="NONE"))

        (refused,) = says
        assert isinstance(refused, ChildRejected)
        assert "NONE" in refused.text

    def test_a_child_sent_twice_is_one_order(self) -> None:
        venue = self.venue()
        venue.on_command(NOON, self.order("c1"))

        says = venue.on_command(NOON, self.order("c1"))

        assert [type(event) for event in says] == [ChildRejected]
        assert self._status(venue, "c1").is_open

    def test_cancel_ends_the_order_and_answers_the_request(self) -> None:
        venue = self.venue()
        venue.on_command(NOON, self.order("c1"))

        says = venue.on_command(NOON, self._cancel("c1"))

        assert [event for event in says if isinstance(event, ChildCanceled)] == [
            ChildCanceled(venue.mic, "c1", request_id="r1")
        ]
        assert self._status(venue, "c1") == ChildStatus(venue.mic, "c1", known=True)

    def test_cancel_of_what_is_done_is_too_late(self) -> None:
        venue = self.venue()
        venue.on_command(NOON, self.order("c1"))
        venue.on_command(NOON, self._cancel("c1"))

        (refused,) = venue.on_command(NOON, self._cancel("c1", request_id="r2"))

        assert isinstance(refused, ChildRequestRejected)
        assert (refused.request_id, refused.too_late) == ("r2", True)

    def test_cancel_and_replace_of_the_unknown_are_refused_not_too_late(self) -> None:
        venue = self.venue()

        says = [*venue.on_command(NOON, self._cancel("none")), *venue.on_command(NOON, self._replace("none", 100))]

        assert [(type(event), getattr(event, "too_late", None)) for event in says] == [
            (ChildRequestRejected, False)
        ] * 2

    def test_replace_answers_the_request_with_what_the_order_is_now(self) -> None:
        venue = self.venue()
        venue.on_command(NOON, self.order("c1", qty=500))

        says = venue.on_command(NOON, self._replace("c1", 300))

        first = says[0]
        assert isinstance(first, ChildReplaced)
        assert (first.request_id, first.qty, first.px) == ("r1", 300, MID - TICK)
        assert first.kept_place is self.profile.replace_keeps_place

    def test_knows_no_order_that_it_never_saw(self) -> None:
        venue = self.venue()

        assert self._status(venue, "none") == ChildStatus(venue.mic, "none", known=False)

    def test_in_a_halt_nothing_trades_and_orders_may_be_cancelled(self) -> None:
        """A new order is refused, or waits for the reopening."""
        venue = self.venue()
        if not isinstance(venue, HearsPhases):
            return
        venue.on_command(NOON, self.order("c1"))
        venue.on_phase(NOON, PhaseChange(SYMBOL, Phase.HALTED))

        entered = venue.on_command(NOON, self.order("c2", side=Side.SELL))
        canceled = venue.on_command(NOON, self._cancel("c1"))

        assert [type(event) for event in entered] in ([ChildRejected], [ChildAccepted])
        assert ChildCanceled(venue.mic, "c1", request_id="r1") in canceled

    def test_the_close_ends_day_orders(self) -> None:
        venue = self.venue()
        if not isinstance(venue, HearsPhases):
            return
        venue.on_command(NOON, self.order("c1"))

        says = venue.on_phase(NOON, PhaseChange(SYMBOL, Phase.CLOSED))
        while venue.next_at is not None and venue.next_at <= NOON:  # a closing auction comes first
            says += venue.on_time(NOON)

        assert [event.request_id for event in says if isinstance(event, ChildCanceled)] == [None]
        assert not self._status(venue, "c1").is_open

    def test_asks_for_a_later_time_once_it_has_had_its_turn(self) -> None:
        venue = self.venue()
        for _ in range(50):
            due = venue.next_at
            if due is None:
                return
            venue.on_time(due)
            assert venue.next_at is None or venue.next_at > due

    def test_any_flow_keeps_the_books_straight(self) -> None:
        """Fills within quantity and limit, unique ExecIDs(17), nothing after the last word, every trade printed."""
        for seed in self.flow_seeds:
            sent, batches = self._flow(seed)
            self._check_orders(seed, sent, [event for batch in batches for event in batch])
            for batch in batches:
                self._check_shares(seed, sent, batch)

    def test_the_same_seed_says_the_same_bytes(self) -> None:
        first, second = (msgspec.json.encode(self._flow(3)[1]) for _ in range(2))

        assert first == second

    # --- a random flow, and what must hold of it

    def _flow(self, seed: int, steps: int = 300) -> tuple[dict[str, SendChild], list[list[VenueSays]]]:
        """What was sent, and what each call to the venue returned; where there is a book, its shares are counted."""
        rng, venue = Random(seed), self.venue(seed)
        sent: dict[str, SendChild] = {}
        batches: list[list[VenueSays]] = []
        tally = Tally(venue.book(SYMBOL)) if isinstance(venue, HasBooks) else None
        at, halted = NOON, False
        for number in range(steps):
            at += rng.randrange(1, SECOND)
            if isinstance(venue, HearsPhases) and rng.random() < 0.03:
                halted = not halted
                phase = Phase.HALTED if halted else Phase.CONTINUOUS
                batches.append(venue.on_phase(at, PhaseChange(SYMBOL, phase)))
            while venue.next_at is not None and venue.next_at <= at:
                batches.append(venue.on_time(venue.next_at))
            bid = MID + TICK * rng.randrange(-3, 3)
            seen = nbbo(at, bid, bid + TICK * rng.choice((-1, 0, 1, 2, 2, 4)))
            if isinstance(venue, HasBooks) and tally is not None:
                self._background(rng, venue, number + 1, tally)
                # What was done to several venues at one instant moves the NBBO before each has said what came of it.
                heard_first = [venue.on_nbbo(at, seen)] if number % 2 else []
                batches += [*heard_first, venue.drain(at, SYMBOL)]
            batches.append(venue.on_nbbo(at, seen))
            batches.append(venue.on_command(at + MILLISECOND, self._any_command(rng, number, sent)))
            if tally is not None:
                tally.check(seed, sent, batches)
        return sent, batches

    def _any_command(self, rng: Random, number: int, sent: dict[str, SendChild]) -> VenueCommand:
        if not sent or rng.random() < 0.5:
            order = self.order(
                f"c{number}",
                side=rng.choice((Side.BUY, Side.SELL, Side.SELL_SHORT)),
                qty=rng.randrange(1, 1_000),
                px=MID + TICK * rng.randrange(-4, 5),
                tif=rng.choice((TimeInForce.DAY, TimeInForce.DAY, TimeInForce.IOC)),
            )
            sent[order.child_id] = order
            return order
        child_id = rng.choice(list(sent))
        if rng.random() < 0.5:
            return self._cancel(child_id, request_id=f"r{number}")
        px = sent[child_id].px
        return self._replace(child_id, rng.randrange(1, 1_000), px=px, request_id=f"r{number}")

    def _background(self, rng: Random, venue: HasBooks, oid: int, tally: Tally) -> None:
        book = venue.book(SYMBOL)
        is_buy = rng.random() < 0.5
        px, qty = MID + TICK * rng.randrange(-3, 4), rng.randrange(1, 600)
        tally.enter(oid, is_buy, qty)
        book.limit(oid, is_buy, px, qty, rng.random() < 0.2)
        gone = rng.randrange(1, oid + 1)
        tally.leave(gone, book.delete(gone))

    def _check_orders(self, seed: int, sent: dict[str, SendChild], says: Sequence[VenueSays]) -> None:
        qty = {child_id: order.qty for child_id, order in sent.items()}
        cum: Counter[str] = Counter()
        done: set[str] = set()
        exec_ids: list[str] = []
        for event in says:
            if isinstance(event, ChildReplaced):
                qty[event.child_id] = event.qty
            elif isinstance(event, ChildCanceled | ChildRejected):
                done.add(event.child_id)
            elif isinstance(event, ChildFilled):
                order = sent[event.child_id]
                cum[event.child_id] += event.qty
                exec_ids.append(event.exec_id)
                assert event.child_id not in done, (seed, event)
                assert order.side.accepts(order.px, event.px), (seed, event)
                assert cum[event.child_id] == event.cum_qty, (seed, event)
                assert cum[event.child_id] <= qty[event.child_id], (seed, event)
        assert len(exec_ids) == len(set(exec_ids)), seed

    def _check_shares(self, seed: int, sent: dict[str, SendChild], batch: Sequence[VenueSays]) -> None:
        """Each share that we bought somebody sold, each that we sold somebody bought, and it was printed at once."""
        printed: Counter[Px] = Counter()
        ours: Counter[tuple[bool, Px]] = Counter()
        for event in batch:
            if isinstance(event, TradePrint):
                printed[event.px] += event.qty
            elif isinstance(event, ChildFilled):
                ours[sent[event.child_id].side.is_buy, event.px] += event.qty
        assert all(qty <= printed[px] for (_, px), qty in ours.items()), (seed, batch)

    # --- commands

    def _cancel(self, child_id: str, request_id: str = "r1") -> CancelChild:
        return CancelChild(
            venue=self.profile.mic, child_id=child_id, request_id=request_id, symbol=SYMBOL, side=Side.BUY
        )

    def _replace(self, child_id: str, qty: Qty, px: Px | None = MID - TICK, request_id: str = "r1") -> ReplaceChild:
        return ReplaceChild(
            venue=self.profile.mic,
            child_id=child_id,
            request_id=request_id,
            symbol=SYMBOL,
            side=Side.BUY,
            qty=qty,
            px=px,
            reason=Reason.RE_PEG,
        )

    def _status(self, venue: SimulatedVenue, child_id: str) -> ChildStatus:
        query = QueryChild(venue=self.profile.mic, child_id=child_id, symbol=SYMBOL, side=Side.BUY)
        (status,) = venue.on_command(NOON, query)
        assert isinstance(status, ChildStatus), status
        return status
