"""The two rules that no type can give, against the real engine under any interleaving of clients, venues and losses.

(a) What is filled of an order and what may still be, at venues that know the truth, never exceeds its quantity.
(b) What leaves for a venue is what the last risk gate has just said yes to, in that order, and nothing else.
"""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from router.core.events import (
    CancelRequest,
    ChildBusted,
    ChildCorrected,
    ChildFilled,
    ChildStatus,
    Event,
    KillSwitch,
    NewOrder,
    OperatorCancel,
    OperatorDoneForDay,
    OperatorRelease,
    OperatorRestate,
    PhaseChange,
    ReplaceRequest,
    VenueDown,
    VenueUp,
)
from router.core.outputs import CancelChild, Output, QueryChild, ReplaceChild, SendChild
from router.core.profiles import ClientProfile, RiskLimits
from router.core.types import MILLISECOND, ListOrderStatus, OrdStatus, OrdType, Phase, Qty, Side, TimeInForce
from router.orders import Parent
from support.client_side import ClientSide
from support.floor import CLIENT, order
from support.lists import ask, execute, listed
from support.lists import cancel as cancel_list
from support.scripted import TWO_LIT, Scripted
from support.slow_venue import SlowVenue

MICS = tuple(venue.mic for venue in TWO_LIT)
TROUBLES: tuple[tuple[Event, Event], ...] = (
    (KillSwitch(on=True), KillSwitch(on=False)),
    (PhaseChange("ACME", Phase.HALTED), PhaseChange("ACME", Phase.CONTINUOUS)),
    (VenueDown("XLIT", "no answer"), VenueUp("XLIT")),
    (VenueDown("XALT", "no answer"), VenueUp("XALT")),
    (KillSwitch(on=False), PhaseChange("ACME", Phase.CONTINUOUS)),
    (VenueUp("XLIT"), VenueUp("XALT")),
)
"""What goes wrong, and what mends it, at once or a while later."""
PX = st.integers(399_500, 400_500).map(lambda px: px // 100 * 100)


class WatchedFloor(Scripted):
    """The scripted floor with a slow venue behind each wire, the client's own books, and an ear at the last gate."""

    def __init__(self, profile: ClientProfile) -> None:
        self.slow = {mic: SlowVenue(mic) for mic in MICS}
        self.client = ClientSide()
        self.approved: list[SendChild | ReplaceChild] = []
        self.is_listening = False
        super().__init__(clients=(profile,))

    def say(self, event: Event) -> list[Output]:
        """As before; then rule (b), the client's books, and the commands onto their wires."""
        self.approved.clear()
        fresh = super().say(event)
        sent = [out for out in fresh if isinstance(out, SendChild | ReplaceChild)]
        assert sent == self.approved, f"rule (b): sent {sent}, approved {self.approved}"
        self.client.hear(fresh)
        for out in fresh:
            if isinstance(out, SendChild | ReplaceChild | CancelChild | QueryChild):
                self.slow[out.venue].send(out)
        if not self.is_listening:
            self._listen()
        return fresh

    def _listen(self) -> None:
        """Write down what the last gate says yes to; the check itself is the engine's own."""
        self.is_listening = True
        risk = self.engine.desk.risk
        check = risk.check_child

        def heard(at: int, command: SendChild | ReplaceChild, **rest: object) -> object:
            refusal = check(at, command, **rest)  # type: ignore[arg-type]  # handed on as it came
            if refusal is None:
                self.approved.append(command)
            return refusal

        risk.check_child = heard  # type: ignore[method-assign,assignment]  # the ear


# Preconditions have names: Hypothesis describes each of them again and again, and a lambda by parsing its source.


def has_orders(machine: "Rules") -> bool:
    return len(machine.parents) > 0


def has_commands(machine: "Rules") -> bool:
    return bool(machine.busy())


def has_work(machine: "Rules") -> bool:
    return bool(machine.busy() or machine.speaking() or machine.resting())


def has_refusable(machine: "Rules") -> bool:
    return bool(machine.refusable())


def has_resting(machine: "Rules") -> bool:
    return bool(machine.resting())


def has_told(machine: "Rules") -> bool:
    return any(venue.told() for venue in machine.venues)


def has_reports(machine: "Rules") -> bool:
    return bool(machine.speaking())


def has_status_answers(machine: "Rules") -> bool:
    return bool(machine.answering())


def has_lists(machine: "Rules") -> bool:
    return machine.lists > 0


class Rules(RuleBasedStateMachine):
    """Everything that can happen to an engine with two lit venues."""

    @initialize(
        queue=st.booleans(), overlap=st.booleans(), revive=st.booleans(), child_max=st.sampled_from([None, 150])
    )
    def begin(self, queue: bool, overlap: bool, revive: bool, child_max: int | None) -> None:
        profile = ClientProfile(
            comp_id=CLIENT,
            limits=RiskLimits(child_max_qty=child_max),
            queue_replaces=queue,
            overlap_replaces=overlap,
            revive_filled=revive,
        )
        self.floor = WatchedFloor(profile)
        self.venues = list(self.floor.slow.values())
        self.parents = self.floor.engine.desk.parents
        self.children = self.floor.engine.desk.children
        self.cum_qty: dict[str, Qty] = {}
        """Valid fills that arrived, of each order, by our own count."""
        self.exec_qty: dict[tuple[str, str], Qty] = {}
        self.lists = 0
        """How many lists the client has sent: L1, L2, ..."""

    # --- the client

    @rule(
        lots=st.integers(1, 8),
        limit=st.none() | PX,
        direct=st.booleans(),
        tif=st.sampled_from([TimeInForce.DAY, TimeInForce.DAY, TimeInForce.IOC, TimeInForce.GTC]),
        side=st.sampled_from([Side.BUY, Side.SELL]),
        staged=st.sampled_from([False, False, False, True]),
    )
    def new_order(self, lots: int, limit: int | None, direct: bool, tif: TimeInForce, side: Side, staged: bool) -> None:
        new = order(
            self.floor.client.name(),
            qty=lots * 100,
            px=limit,
            ord_type=OrdType.MARKET if limit is None else OrdType.LIMIT,
            ex_destination="XLIT" if direct and limit is not None else None,
            tif=tif,
            side=side,
            manual=staged and not (direct and limit is not None),
        )
        self.floor.say(new)

    @precondition(has_orders)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        parent = self._any_parent(data)
        request = CancelRequest(
            client=CLIENT,
            cl_ord_id=self.floor.client.request(),
            orig_cl_ord_id=parent.cl_ord_id or "",
            symbol=parent.symbol,
            side=parent.side,
        )
        self.floor.say(request)

    @precondition(has_orders)
    @rule(data=st.data(), lots=st.integers(1, 10), limit=st.none() | PX)
    def replace(self, data: st.DataObject, lots: int, limit: int | None) -> None:
        parent = self._any_parent(data)
        last = parent.requests[-1].event.cl_ord_id if parent.requests else parent.cl_ord_id
        request = ReplaceRequest(
            client=CLIENT,
            cl_ord_id=self.floor.client.request(),
            orig_cl_ord_id=last or "",
            symbol=parent.symbol,
            side=parent.side,
            qty=lots * 100,
            ord_type=OrdType.MARKET if limit is None else OrdType.LIMIT,
            px=limit,
        )
        self.floor.say(request)

    @rule(lots=st.integers(1, 4), limit=PX, waits=st.booleans(), whole=st.sampled_from([True, True, False]))
    def new_list(self, lots: int, limit: int, waits: bool, whole: bool) -> None:
        """Three orders: one to a venue, one without a limit, one staged; one more is to come where it is not whole."""
        self.lists += 1
        name, qty = f"L{self.lists}", lots * 100
        orders = (
            self._in_list(name, 1, qty=qty, ord_type=OrdType.LIMIT, px=limit, ex_destination="XLIT"),
            self._in_list(name, 2, qty=qty),
            self._in_list(name, 3, qty=qty, manual=True),
        )
        total = 3 if whole else 4
        self.floor.say(listed(*orders, list_id=name, total=total, last=whole, waits=waits))

    @precondition(has_lists)
    @rule(data=st.data(), deed=st.sampled_from([execute, execute, cancel_list, ask]))
    def ask_of_a_list(self, data: st.DataObject, deed: Callable[[str], Event]) -> None:
        self.floor.say(deed(f"L{data.draw(st.integers(1, self.lists))}"))

    # --- time, market, desk

    @rule(ms=st.sampled_from([1, 300, 2_500, 30_000]))
    def time_passes(self, ms: int) -> None:
        self.floor.wait(ms * MILLISECOND)

    @rule(mic=st.sampled_from(MICS), bid=PX, ticks=st.integers(1, 3), qty=st.sampled_from([100, 500]))
    def quote(self, mic: str, bid: int, ticks: int, qty: int) -> None:
        self.floor.quote(mic, bid=bid, ask=bid + 100 * ticks, qty=qty)

    @rule(trouble=st.integers(0, len(TROUBLES) - 1), mends=st.sampled_from([True, True, True, False]))
    def trouble(self, trouble: int, mends: bool) -> None:
        event, mended = TROUBLES[trouble]
        self.floor.say(event)
        if mends:
            self.floor.say(mended)

    @precondition(has_orders)
    @rule(data=st.data(), lots=st.integers(1, 10), deed=st.sampled_from(["cancel", "restate", "done", "release"]))
    def desk(self, data: st.DataObject, lots: int, deed: str) -> None:
        order_id = self._any_parent(data).order_id
        events: dict[str, Callable[[], Event]] = {
            "cancel": lambda: OperatorCancel(order_id),
            "restate": lambda: OperatorRestate(order_id, lots * 100),
            "done": lambda: OperatorDoneForDay(order_id),
            "release": lambda: OperatorRelease(order_id),
        }
        self.floor.say(events[deed]())

    # --- the venues

    @precondition(has_work)
    @rule(take=st.sampled_from([0, 50, 1_000]))
    def all_is_well_for_a_moment(self, take: int) -> None:
        """Every venue takes in what was sent, trades some of what rests, and is heard."""
        for venue in self.venues:
            while venue.commands:
                venue.work(take, 400_000)
            for name, resting in venue.orders.items():
                if resting.leaves and take:
                    venue.trade(name, min(take, resting.leaves), 400_000)
            while venue.reports:
                self._arrive(venue, 0, twice=False)

    @precondition(has_commands)
    @rule(data=st.data(), take=st.sampled_from([0, 50, 1_000]))
    def venue_works(self, data: st.DataObject, take: int) -> None:
        data.draw(st.sampled_from(self.busy())).work(take, 400_000)

    @precondition(has_refusable)
    @rule(data=st.data())
    def venue_refuses(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.refusable())).refuse()

    @precondition(has_commands)
    @rule(data=st.data())
    def commands_are_lost(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.busy())).commands.clear()

    @precondition(has_resting)
    @rule(data=st.data())
    def venue_trades(self, data: st.DataObject) -> None:
        venue, child_id = data.draw(st.sampled_from(self.resting()))
        venue.trade(child_id, data.draw(st.integers(1, venue.orders[child_id].leaves)), 400_000)

    @precondition(has_told)
    @rule(data=st.data(), is_bust=st.booleans())
    def venue_takes_back(self, data: st.DataObject, is_bust: bool) -> None:
        venue = data.draw(st.sampled_from([venue for venue in self.venues if venue.told()]))
        child_id, exec_id = data.draw(st.sampled_from(venue.told()))
        if is_bust:
            venue.bust(child_id, exec_id)
        else:
            venue.correct(child_id, exec_id, data.draw(st.integers(1, venue.orders[child_id].fills[exec_id])), 400_100)

    @precondition(has_reports)
    @rule(data=st.data(), twice=st.booleans())
    def report_arrives(self, data: st.DataObject, twice: bool) -> None:
        self._arrive(data.draw(st.sampled_from(self.speaking())), 0, twice=twice)

    @precondition(has_status_answers)
    @rule(data=st.data())
    def status_answer_overtakes(self, data: st.DataObject) -> None:
        venue = data.draw(st.sampled_from(self.answering()))
        place = next(n for n, report in enumerate(venue.reports) if isinstance(report, ChildStatus))
        self._arrive(venue, place, twice=False)

    # --- what must be so

    @invariant()
    def rule_a(self) -> None:
        for parent in self.parents:
            own = [child for child in self.children if child.order_id == parent.order_id]
            truth = sum(self.floor.slow[child.venue].possible(child.child_id) for child in own)
            counted = self.children.exposure(parent.order_id)
            assert truth <= counted, (parent.order_id, truth, counted)
            assert parent.cum_qty + counted <= self._largest(parent), (parent.order_id, parent.cum_qty, counted)

    @invariant()
    def fills_are_counted_once(self) -> None:
        for parent in self.parents:
            assert parent.cum_qty == self.cum_qty.get(parent.order_id, 0), parent.order_id

    @invariant()
    def every_request_is_answered_once(self) -> None:
        waiting = [request.event.cl_ord_id for parent in self.parents for request in parent.requests]
        self.floor.client.check_answers(waiting)

    @invariant()
    def a_list_says_what_its_orders_are(self) -> None:
        for number in range(1, self.lists + 1):
            listing = self.floor.engine.desk.lists.find(CLIENT, f"L{number}")
            if listing is None:
                continue  # refused whole, as in a kill
            over = {ListOrderStatus.ALL_DONE, ListOrderStatus.REJECT}
            assert (listing.status in over) == (not listing.is_at_work), (listing.list_id, listing.status)
            for listed_order in listing.orders:
                state, parent = listed_order.state(), listed_order.parent
                if parent is not None and state.ord_status is not OrdStatus.REJECTED:
                    asked = max(parent.qty, parent.cum_qty)
                    assert state.cum_qty + state.leaves + state.cxl_qty == asked, state

    # --- how it is done

    def busy(self) -> Sequence[SlowVenue]:
        return [venue for venue in self.venues if venue.commands]

    def speaking(self) -> Sequence[SlowVenue]:
        return [venue for venue in self.venues if venue.reports]

    def answering(self) -> Sequence[SlowVenue]:
        return [venue for venue in self.venues if any(isinstance(report, ChildStatus) for report in venue.reports)]

    def refusable(self) -> Sequence[SlowVenue]:
        """Venues whose next command is a request on an order that is open there."""
        found = []
        for venue in self.busy():
            resting = venue.orders.get(venue.commands[0].child_id)
            if isinstance(venue.commands[0], CancelChild | ReplaceChild) and resting and resting.is_open:
                found.append(venue)
        return found

    def resting(self) -> Sequence[tuple[SlowVenue, str]]:
        return [(venue, name) for venue in self.venues for name, resting in venue.orders.items() if resting.leaves]

    def _in_list(self, list_id: str, list_seq: int, **terms: object) -> NewOrder:
        return order(self.floor.client.name(), list_id=list_id, list_seq=list_seq, **terms)

    def _any_parent(self, data: st.DataObject) -> Parent:
        return data.draw(st.sampled_from(list(self.parents)))

    def _largest(self, parent: Parent) -> Qty:
        """What bounds an order: its own quantity, or the larger one that its client asks of the venue it named."""
        asked = [request.event.qty for request in parent.requests if isinstance(request.event, ReplaceRequest)]
        return max(parent.qty, *asked, 0) if parent.terms.ex_destination else parent.qty

    def _arrive(self, venue: SlowVenue, place: int, *, twice: bool) -> None:
        report = venue.reports[place]
        del venue.reports[place]
        child = self.children.get(report.child_id)
        assert child is not None, report
        match report:
            case ChildFilled():
                self._count(child.order_id, (venue.mic, report.exec_id), report.qty)
            case ChildBusted():
                self._count(child.order_id, (venue.mic, report.exec_ref_id), 0)
            case ChildCorrected():
                self._count(child.order_id, (venue.mic, report.exec_ref_id), 0)
                self._count(child.order_id, (venue.mic, report.exec_id), report.qty)
            case _:
                pass
        self.floor.say(report)
        if twice and isinstance(report, ChildFilled | ChildBusted | ChildCorrected):
            self.floor.say(report)

    def _count(self, order_id: str, key: tuple[str, str], qty: Qty) -> None:
        change = qty - self.exec_qty.get(key, 0)
        self.exec_qty[key] = qty
        self.cum_qty[order_id] = self.cum_qty.get(order_id, 0) + change


TestRules = pytest.mark.untraced(pytest.mark.slow(Rules.TestCase))
