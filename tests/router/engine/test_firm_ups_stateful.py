"""One order that rests as conditional in three pools at once can never be over-filled, under any interleaving.

The house's invariant, against the real engine: what is filled of an order, and what may still be at any venue, never
exceeds its quantity; and each firm-up request has one answer, a firm order or a decline.
"""

from collections.abc import Sequence

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from router.core.events import (
    CancelRequest,
    ChildFilled,
    Event,
    FirmUpRequest,
    PhaseChange,
    ReplaceRequest,
    VenueDown,
    VenueUp,
)
from router.core.outputs import CancelChild, Output, QueryChild, ReplaceChild, SendChild
from router.core.types import MILLISECOND, OrdType, Phase, Qty
from support.conditional_pool import AllAtOnce, ConditionalPool, pool_profile
from support.floor import CLIENT, lit, order
from support.scripted import Scripted
from support.slow_venue import SlowVenue

POOLS = ("XA", "XB", "XC")
TROUBLES: tuple[tuple[Event, Event], ...] = (
    (PhaseChange("ACME", Phase.HALTED), PhaseChange("ACME", Phase.CONTINUOUS)),
    (VenueDown("XA", "no answer"), VenueUp("XA")),
    (VenueDown("XLIT", "no answer"), VenueUp("XLIT")),
)


class ConditionalFloor(Scripted):
    """The scripted floor with a slow displayed venue and three slow pools of conditional orders."""

    def __init__(self) -> None:
        self.pools = {mic: ConditionalPool(mic) for mic in POOLS}
        self.slow: dict[str, SlowVenue] = {"XLIT": SlowVenue("XLIT"), **self.pools}
        super().__init__(venues=(lit("XLIT"), *map(pool_profile, POOLS)), algos={"ALL": AllAtOnce})

    def say(self, event: Event) -> list[Output]:
        fresh = super().say(event)
        for out in fresh:
            if isinstance(out, SendChild | ReplaceChild | CancelChild | QueryChild):
                self.slow[out.venue].send(out)
        return fresh


def has_commands(machine: "FirmUps") -> bool:
    return bool(machine.busy())


def has_reports(machine: "FirmUps") -> bool:
    return bool(machine.speaking())


def has_wishes(machine: "FirmUps") -> bool:
    return bool(machine.wishing())


def has_firm(machine: "FirmUps") -> bool:
    return bool(machine.resting())


class FirmUps(RuleBasedStateMachine):
    """Everything that can happen between orders, a displayed venue and three pools."""

    @initialize(lots=st.integers(2, 20))
    def begin(self, lots: int) -> None:
        self.floor = ConditionalFloor()
        self.parents = self.floor.engine.desk.parents
        self.children = self.floor.engine.desk.children
        self.requests = 0
        self.traded: dict[str, Qty] = {}
        self.asked: dict[str, None] = {}
        """Firm-up requests that reached the engine while it held their order for open."""
        self.new_order(lots)
        self.all_is_heard()

    # --- the client

    @rule(lots=st.integers(2, 20))
    def new_order(self, lots: int) -> None:
        self.requests += 1
        qty = lots * 100
        self.floor.say(order(f"N{self.requests}", qty=qty, ord_type=OrdType.LIMIT, px=400_500, strategy="ALL"))

    @rule(data=st.data(), lots=st.integers(1, 25), is_cancel=st.sampled_from([True, False, False]))
    def client_changes_its_mind(self, data: st.DataObject, lots: int, is_cancel: bool) -> None:
        parent = data.draw(st.sampled_from(list(self.parents)))
        self.requests += 1
        name, orig = f"N{self.requests}", parent.cl_ord_id or ""
        if is_cancel:
            self.floor.say(
                CancelRequest(
                    client=CLIENT, cl_ord_id=name, orig_cl_ord_id=orig, symbol=parent.symbol, side=parent.side
                )
            )
        else:
            self.floor.say(
                ReplaceRequest(
                    client=CLIENT,
                    cl_ord_id=name,
                    orig_cl_ord_id=orig,
                    symbol=parent.symbol,
                    side=parent.side,
                    qty=lots * 100,
                    ord_type=OrdType.LIMIT,
                    px=400_500,
                )
            )

    # --- time and trouble

    @rule(ms=st.sampled_from([1, 100, 499, 2_500]))
    def time_passes(self, ms: int) -> None:
        self.floor.wait(ms * MILLISECOND)

    @rule(ticks=st.integers(-1, 1))
    def quote(self, ticks: int) -> None:
        self.floor.quote("XLIT", bid=400_000 + 100 * ticks, ask=400_200 + 100 * ticks)

    @rule(trouble=st.integers(0, len(TROUBLES) - 1), mends=st.sampled_from([True, True, False]))
    def trouble(self, trouble: int, mends: bool) -> None:
        event, mended = TROUBLES[trouble]
        self.floor.say(event)
        if mends:
            self.floor.say(mended)

    # --- the venues

    @rule()
    def all_is_heard(self) -> None:
        """Every venue takes in what was sent, and is heard."""
        for venue in self.floor.slow.values():
            while venue.commands:
                venue.work()
            while venue.reports:
                self._arrive(venue)

    @precondition(has_wishes)
    @rule(data=st.data(), lots=st.integers(1, 20), ms=st.sampled_from([0, 100, 500]))
    def pool_asks(self, data: st.DataObject, lots: int, ms: int) -> None:
        pool, child_id = data.draw(st.sampled_from(self.wishing()))
        qty = min(lots * 100, pool.wishes[child_id].qty)
        pool.invite(child_id, qty, self.floor.at + ms * MILLISECOND)

    @precondition(has_wishes)
    @rule(ms=st.sampled_from([100, 500]))
    def every_pool_asks_at_once_for_all(self, ms: int) -> None:
        for pool, child_id in self.wishing():
            pool.invite(child_id, pool.wishes[child_id].qty, self.floor.at + ms * MILLISECOND)
        for pool in self.floor.pools.values():
            while pool.reports:
                self._arrive(pool)

    @precondition(has_commands)
    @rule(data=st.data())
    def venue_works(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.busy())).work()

    @precondition(has_commands)
    @rule(data=st.data())
    def commands_are_lost(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.busy())).commands.clear()

    @precondition(has_firm)
    @rule(data=st.data())
    def a_firm_order_trades(self, data: st.DataObject) -> None:
        venue, child_id = data.draw(st.sampled_from(self.resting()))
        venue.trade(child_id, data.draw(st.integers(1, venue.orders[child_id].leaves)), 400_100)

    @precondition(has_firm)
    @rule(data=st.data())
    def a_firm_order_is_over(self, data: st.DataObject) -> None:
        venue, child_id = data.draw(st.sampled_from(self.resting()))
        if isinstance(venue, ConditionalPool):
            venue.end(child_id)

    @precondition(has_reports)
    @rule(data=st.data())
    def report_arrives(self, data: st.DataObject) -> None:
        self._arrive(data.draw(st.sampled_from(self.speaking())))

    # --- what must be so

    @invariant()
    def nothing_is_committed_twice(self) -> None:
        for parent in self.parents:
            own = [child for child in self.children if child.order_id == parent.order_id]
            truth = sum(self.floor.slow[child.venue].possible(child.child_id) for child in own)
            counted = self.children.exposure(parent.order_id)
            assert truth <= counted, (parent.order_id, truth, counted)
            assert parent.cum_qty + counted <= parent.qty, (parent.order_id, parent.cum_qty, counted)

    @invariant()
    def no_order_is_over_filled(self) -> None:
        for parent in self.parents:
            traded = self.traded.get(parent.order_id, 0)
            assert traded == parent.cum_qty <= parent.qty, (parent.order_id, traded, parent.cum_qty)

    @invariant()
    def every_request_has_one_answer_or_is_being_answered(self) -> None:
        firm = [child.firm_up_id for child in self.floor.all(SendChild) if child.firm_up_id is not None]
        declined = [note["id"] for note in self.floor.notes("firm-up-declined")]
        answers = [*firm, *declined, *self.waiting()]
        assert sorted(answers) == sorted(self.asked), (firm, declined, self.waiting())

    def teardown(self) -> None:
        """No request outlives its time."""
        if hasattr(self, "floor"):
            self.floor.wait(600 * MILLISECOND)
            assert self.waiting() == []

    # --- how it is done

    def waiting(self) -> list[str]:
        works = self.floor.engine.desk.works.values()
        return [name for work in works for piece in work.slices.values() for name in piece.firm_ups]

    def busy(self) -> Sequence[SlowVenue]:
        return [venue for venue in self.floor.slow.values() if venue.commands]

    def speaking(self) -> Sequence[SlowVenue]:
        return [venue for venue in self.floor.slow.values() if venue.reports]

    def wishing(self) -> Sequence[tuple[ConditionalPool, str]]:
        return [(pool, name) for pool in self.floor.pools.values() for name in pool.wishes]

    def resting(self) -> Sequence[tuple[SlowVenue, str]]:
        venues = self.floor.slow.values()
        return [(venue, name) for venue in venues for name, resting in venue.orders.items() if resting.leaves]

    def _arrive(self, venue: SlowVenue) -> None:
        report = venue.reports.popleft()
        child = self.children.get(report.child_id)
        assert child is not None, report
        if isinstance(report, ChildFilled):
            self.traded[child.order_id] = self.traded.get(child.order_id, 0) + report.qty
        elif isinstance(report, FirmUpRequest) and child.is_open:
            self.asked[report.firm_up_id] = None
        self.floor.say(report)


TestFirmUps = pytest.mark.untraced(pytest.mark.slow(FirmUps.TestCase))
