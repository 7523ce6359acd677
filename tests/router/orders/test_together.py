"""Client orders and child orders together, under any interleaving of clients, venues, losses and second thoughts."""

from collections.abc import Iterator

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from router.core.events import (
    CancelRequest,
    ChildBusted,
    ChildCanceled,
    ChildCorrected,
    ChildFilled,
    ChildRejected,
    ChildStatus,
    NewOrder,
    ReplaceRequest,
)
from router.core.outputs import (
    CancelChild,
    ClientOutput,
    ExecReport,
    QueryChild,
    ReplaceChild,
)
from router.core.profiles import ClientProfile
from router.core.types import (
    CxlRejReason,
    ExecRestatementReason,
    OrdStatus,
    OrdType,
    Reason,
    Side,
    TimeInForce,
)
from router.orders import Child, Children, Ids, Parent, Parents
from router.orders.fills import FillKey
from support.child_orders import OneChild, filled, send
from support.client_side import ClientSide
from support.order_matrix import Player
from support.slow_venue import SlowVenue

# Preconditions have names: Hypothesis describes each of them again and again, and a lambda by parsing its source.


def has_orders(machine: "Orders") -> bool:
    return bool(len(machine.parents))


def has_requests(machine: "Orders") -> bool:
    return any(parent.requests for parent in machine.parents)


def has_room(machine: "Orders") -> bool:
    return any(machine.room(parent) for parent in machine.parents)


def has_idle(machine: "Orders") -> bool:
    return any(machine.idle(parent) for parent in machine.parents)


def has_open_children(machine: "Orders") -> bool:
    return bool(machine.open_children())


def has_cancellable(machine: "Orders") -> bool:
    return bool(machine.cancellable())


def has_replaceable(machine: "Orders") -> bool:
    return bool(machine.replaceable())


def has_commands(machine: "Orders") -> bool:
    return bool(machine.venue.commands)


def has_refusable(machine: "Orders") -> bool:
    if not machine.venue.commands:
        return False
    command = machine.venue.commands[0]
    order = machine.venue.orders.get(command.child_id)
    return isinstance(command, CancelChild | ReplaceChild) and order is not None and order.is_open


def has_resting(machine: "Orders") -> bool:
    return any(order.leaves for order in machine.venue.orders.values())


def has_fills(machine: "Orders") -> bool:
    return bool(machine.venue.told())


def has_reports(machine: "Orders") -> bool:
    return bool(machine.venue.reports)


def has_status_answers(machine: "Orders") -> bool:
    return any(isinstance(report, ChildStatus) for report in machine.venue.reports)


class Orders(RuleBasedStateMachine):
    """A simple engine between clients and a slow venue.

    It keeps rule (a) the plain way: adds up, and sends what is left.
    """

    @initialize(queue=st.booleans(), overlap=st.booleans(), revive=st.booleans(), below=st.booleans())
    def begin(self, queue: bool, overlap: bool, revive: bool, below: bool) -> None:
        profile = ClientProfile(
            comp_id="c",
            queue_replaces=queue,
            overlap_replaces=overlap,
            revive_filled=revive,
            refuse_replace_below_cum=below,
        )
        self.at = 0
        self.ids = Ids("t")
        self.parents = Parents(self.ids, {"c": profile})
        self.children = Children()
        self.venue = SlowVenue()
        self.ledger: dict[FillKey, tuple[str, int, int]] = {}
        """Our own book of valid fills: (order, quantity, price) by the latest version's key."""
        self.told: dict[FillKey, str] = {}
        """The ExecID(17) that told the client of that version."""
        self.client = ClientSide()

    # --- the client

    @rule(qty=st.integers(1, 30).map(lambda lots: lots * 10), gt=st.booleans())
    def new_order(self, qty: int, gt: bool) -> None:
        order = NewOrder(
            client="c",
            cl_ord_id=self.client.name(),
            symbol="S",
            side=Side.BUY,
            qty=qty,
            ord_type=OrdType.LIMIT,
            px=100,
            tif=TimeInForce.GTC if gt else TimeInForce.DAY,
        )
        parent, outs = self.parents.accept(self._tick(), order)
        assert parent.cl_ord_id == order.cl_ord_id
        self.client.hear(outs)

    @precondition(has_orders)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        parent = self._any_parent(data)
        name = self.client.request()
        request = CancelRequest(
            client="c", cl_ord_id=name, orig_cl_ord_id=parent.cl_ord_id or "", symbol="S", side=Side.BUY
        )
        self.client.hear(self.parents.request_cancel(self._tick(), request)[1])

    @precondition(has_orders)
    @rule(data=st.data(), qty=st.integers(1, 40).map(lambda lots: lots * 10))
    def replace(self, data: st.DataObject, qty: int) -> None:
        parent = self._any_parent(data)
        name = self.client.request()
        # As the rule of chaining has it: the last id that was not rejected.
        last = parent.requests[-1].event.cl_ord_id if parent.requests else parent.cl_ord_id
        request = ReplaceRequest(
            client="c",
            cl_ord_id=name,
            orig_cl_ord_id=last or "",
            symbol="S",
            side=Side.BUY,
            qty=qty,
            ord_type=OrdType.LIMIT,
        )
        self.client.hear(self.parents.request_replace(self._tick(), request)[1])

    # --- the engine

    @precondition(has_requests)
    @rule(data=st.data(), willing=st.booleans())
    def deal_with_a_request(self, data: st.DataObject, willing: bool) -> None:
        parent = data.draw(st.sampled_from([parent for parent in self.parents if parent.requests]))
        request, at = parent.next_request, self._tick()
        exposure = self.children.exposure(parent.order_id)
        if isinstance(request, CancelRequest):
            if not willing:
                self.client.hear(self.parents.cancel_refused(at, parent, CxlRejReason.OTHER, "no"))
            elif exposure == 0 and not self.children.of_order(parent.order_id):
                self.client.hear(self.parents.cancel_done(at, parent))
        elif isinstance(request, ReplaceRequest):
            if not willing:
                self.client.hear(self.parents.replace_refused(at, parent, CxlRejReason.OTHER, "no"))
            elif parent.cum_qty + exposure <= max(request.qty, parent.cum_qty):
                before = parent.cl_ord_id
                outs = self.parents.replace_done(at, parent)
                if parent.cl_ord_id != before:
                    assert parent.cl_ord_id == request.cl_ord_id
                self.client.hear(outs)

    @precondition(has_room)
    @rule(data=st.data())
    def send_child(self, data: st.DataObject) -> None:
        parent = data.draw(st.sampled_from([parent for parent in self.parents if self.room(parent)]))
        qty = data.draw(st.integers(1, self.room(parent)))
        command = send(self.ids.child(), qty)
        self.children.add(self._tick(), command, parent.order_id, self.ids.slice())
        self.venue.send(command)

    @precondition(has_cancellable)
    @rule(data=st.data())
    def cancel_child(self, data: st.DataObject) -> None:
        child = data.draw(st.sampled_from(self.cancellable()))
        command = CancelChild(
            venue="V", child_id=child.child_id, request_id=self.ids.request(), symbol="S", side=Side.BUY
        )
        self.children.cancel_sent(command)
        self.venue.send(command)

    @precondition(has_replaceable)
    @rule(data=st.data(), px=st.integers(90, 100))
    def replace_child(self, data: st.DataObject, px: int) -> None:
        child = data.draw(st.sampled_from(self.replaceable()))
        parent = self._parent(child)
        command = ReplaceChild(
            venue="V",
            child_id=child.child_id,
            request_id=self.ids.request(),
            symbol="S",
            side=Side.BUY,
            qty=data.draw(st.integers(1, child.qty + self.room(parent))),
            px=px,
            reason=Reason.RE_PEG,
        )
        self.children.replace_sent(command)
        self.venue.send(command)

    @precondition(has_open_children)
    @rule(data=st.data())
    def ask_after_a_silent_child(self, data: st.DataObject) -> None:
        child = data.draw(st.sampled_from(self.open_children()))
        self.children.lost(child)
        self.venue.send(QueryChild(venue="V", child_id=child.child_id, symbol="S", side=Side.BUY))

    # --- the desk

    @precondition(has_idle)
    @rule(data=st.data(), deed=st.sampled_from(["cancel", "expire", "end", "day", "restate", "halt", "lift"]))
    def desk(self, data: st.DataObject, deed: str) -> None:
        parent = data.draw(st.sampled_from([parent for parent in self.parents if self.idle(parent)]))
        at, reason = self._tick(), ExecRestatementReason.VERBAL_CHANGE
        match deed:
            case "cancel":
                self.client.hear(self.parents.unsolicited_cancel(at, parent, reason))
            case "expire":
                self.client.hear(self.parents.expire(at, parent))
            case "end" if parent.own_status is not OrdStatus.DONE_FOR_DAY:
                self.client.hear(self.parents.done_for_day(at, parent))
            case "day":
                self.client.hear(self.parents.new_day(at, parent, "20260105"))
            case "restate":
                self.client.hear(self.parents.restate(at, parent, parent.qty + 10, reason))
            case "halt":
                self.client.hear(self.parents.suspend(at, parent))
            case _:
                self.client.hear(self.parents.resume(at, parent))

    # --- the venue

    @precondition(has_commands)
    @rule()
    def venue_works(self) -> None:
        self.venue.work()

    @precondition(has_refusable)
    @rule()
    def venue_refuses(self) -> None:
        self.venue.refuse()

    @precondition(has_commands)
    @rule()
    def commands_are_lost(self) -> None:
        self.venue.commands.clear()

    @precondition(has_resting)
    @rule(data=st.data(), px=st.integers(90, 100))
    def venue_trades(self, data: st.DataObject, px: int) -> None:
        child_id = data.draw(st.sampled_from([name for name, order in self.venue.orders.items() if order.leaves]))
        self.venue.trade(child_id, data.draw(st.integers(1, self.venue.orders[child_id].leaves)), px)

    @precondition(has_fills)
    @rule(data=st.data(), is_bust=st.booleans(), px=st.integers(90, 100))
    def venue_takes_back(self, data: st.DataObject, is_bust: bool, px: int) -> None:
        child_id, exec_id = data.draw(st.sampled_from(self.venue.told()))
        if is_bust:
            self.venue.bust(child_id, exec_id)
        else:
            qty = data.draw(st.integers(1, self.venue.orders[child_id].fills[exec_id]))
            self.venue.correct(child_id, exec_id, qty, px)

    @precondition(has_reports)
    @rule(twice=st.booleans())
    def report_arrives(self, twice: bool) -> None:
        self._arrive(0, twice=twice)

    @precondition(has_status_answers)
    @rule()
    def status_answer_overtakes(self) -> None:
        places = [n for n, report in enumerate(self.venue.reports) if isinstance(report, ChildStatus)]
        self._arrive(places[0], twice=False)

    # --- what must be so

    @invariant()
    def rule_a_no_order_can_be_filled_beyond_its_quantity(self) -> None:
        for parent in self.parents:
            exposure = self.children.exposure(parent.order_id)
            assert parent.cum_qty + exposure <= parent.qty, (parent.order_id, parent.cum_qty, exposure, parent.qty)

    @invariant()
    def all_that_a_child_may_still_trade_is_counted(self) -> None:
        for child in self.children:
            assert self.venue.possible(child.child_id) <= child.leaves, child.child_id

    @invariant()
    def running_totals_are_the_sums(self) -> None:
        for parent in self.parents:
            own = [child for child in self.children if child.order_id == parent.order_id]
            assert self.children.exposure(parent.order_id) == sum(child.leaves for child in own)
            assert self.children.of_order(parent.order_id) == tuple(child for child in own if child.is_open)

    @invariant()
    def fills_are_exact(self) -> None:
        for parent in self.parents:
            own = [(qty, px) for order_id, qty, px in self.ledger.values() if order_id == parent.order_id]
            assert parent.cum_qty == sum(qty for qty, _ in own)
            assert parent.notional == sum(qty * px for qty, px in own)

    @invariant()
    def every_request_is_answered_in_its_form(self) -> None:
        waiting = [request.event.cl_ord_id for parent in self.parents for request in parent.requests]
        self.client.check_answers(waiting)

    # --- how it is done

    def _arrive(self, place: int, *, twice: bool) -> None:
        report = self.venue.reports[place]
        del self.venue.reports[place]
        applied = self.children.apply(report)
        assert applied.child is not None, report
        assert applied.changed, (report, applied.problem)
        parent, at = self._parent(applied.child), self._tick()
        match report:
            case ChildFilled():
                key = (report.venue, report.exec_id)
                self.ledger[key] = (parent.order_id, report.qty, report.px)
                outs = self.parents.fill(at, parent, key=key, qty=report.qty, px=report.px)
                self._told(key, None, outs)
            case ChildBusted():
                old, new = (report.venue, report.exec_ref_id), (report.venue, report.exec_id)
                del self.ledger[old]
                self._told(new, self.told[old], self.parents.bust(at, parent, old, new))
            case ChildCorrected():
                old, new = (report.venue, report.exec_ref_id), (report.venue, report.exec_id)
                del self.ledger[old]
                self.ledger[new] = (parent.order_id, report.qty, report.px)
                outs = self.parents.correct(at, parent, old, new, qty=report.qty, px=report.px)
                self._told(new, self.told[old], outs)
            case _:
                pass
        if twice and isinstance(report, ChildFilled | ChildBusted | ChildCorrected):
            assert not self.children.apply(report).changed

    def _told(self, key: FillKey, reference: str | None, outs: list[ClientOutput]) -> None:
        (out,) = outs
        assert isinstance(out, ExecReport), out
        assert out.exec_ref_id == reference, (key, out.exec_ref_id, reference)
        self.told[key] = out.exec_id
        self.client.hear(outs)

    def _tick(self) -> int:
        self.at += 1
        return self.at

    def room(self, parent: Parent) -> int:
        if not parent.is_working or parent.requests:
            return 0
        return parent.qty - parent.cum_qty - self.children.exposure(parent.order_id)

    def idle(self, parent: Parent) -> bool:
        """Whether the desk may end it: nothing of it is at a venue."""
        return parent.is_open and not self.children.of_order(parent.order_id)

    def _any_parent(self, data: st.DataObject) -> Parent:
        return data.draw(st.sampled_from(list(self.parents)))

    def _parent(self, child: Child) -> Parent:
        parent = self.parents.get(child.order_id)
        assert parent is not None, child.order_id
        return parent

    def open_children(self) -> list[Child]:
        return [child for child in self.children if child.is_open]

    def cancellable(self) -> list[Child]:
        return [child for child in self.open_children() if not child.pending_cancel]

    def replaceable(self) -> list[Child]:
        return [
            child
            for child in self.cancellable()
            if not child.pending_replace and not child.unknown and not self._parent(child).requests
        ]


TestOrders = pytest.mark.untraced(pytest.mark.slow(Orders.TestCase))


# --- the cases of an algo engine that need both kinds of order, or a second life


def test_x2_canceled_is_sent_when_the_last_child_has_ended() -> None:
    """The cancel of an order with children at work waits for all of them; a late fill is told before it."""
    player, children = Player(), Children()
    player.play("D X 300")
    for child_id in ("C1", "C2", "C3"):
        children.add(1, send(child_id), player.parent.order_id, 1)
    heard = [*player.play("F Y X")]

    exposures = []
    for report in (ChildCanceled("V", "C1"), filled("E1", 40, child_id="C2"), ChildCanceled("V", "C2")):
        children.apply(report)
        heard += player.play("fill 40") if isinstance(report, ChildFilled) else ()
        exposures.append(children.exposure(player.parent.order_id))
    children.apply(ChildCanceled("V", "C3"))
    heard += player.play("ok") if not children.of_order(player.parent.order_id) else ()

    assert exposures == [200, 160, 100]
    assert heard == [
        "8 Y<X 6/6 300 0 300 0",
        "8 X F/6 300 40 260 40",
        "8 Y<X 4/4 300 40 0 0",
    ]


def test_x3_a_child_s_rejection_gives_its_shares_back_and_tells_the_client_nothing() -> None:
    one = OneChild()

    applied = one.children.apply(ChildRejected("V", "C", "closed"))

    assert (applied.ended, applied.leaves_before, one.children.exposure("O")) == (True, 100, 0)


STORY = ("D X 1000", "fill 300", "G Y X 1500", "fill 100", "ok", "H X", "fill 50", "bust 2", "F Z Y", "ok", "H Y")


@pytest.mark.parametrize("crash_after", range(len(STORY)))
def test_x7_replay_gives_the_same_state_and_goes_on_with_new_ids(crash_after: int) -> None:
    before, after = Player(), Player()
    told = [before.play(action) for action in STORY[:crash_after]]

    retold = [after.play(action) for action in STORY[:crash_after]]
    goes_on = [after.play(action) for action in STORY[crash_after:]]

    assert retold == told
    assert [*told, *goes_on] == list(_unbroken(STORY))


def _unbroken(story: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    player = Player()
    return (player.play(action) for action in story)
