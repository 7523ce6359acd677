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
    BusinessReject,
    CancelChild,
    CancelReject,
    ClientOutput,
    ExecReport,
    QueryChild,
    ReplaceChild,
)
from router.core.profiles import ClientProfile
from router.core.types import (
    CxlRejReason,
    ExecRestatementReason,
    ExecType,
    OrdStatus,
    OrdType,
    Reason,
    Side,
    TimeInForce,
)
from router.orders import Child, Children, Ids, Parent, Parents
from router.orders.fills import FillKey
from support.child_orders import OneChild, filled, send
from support.order_matrix import Player
from support.slow_venue import SlowVenue

PENDING = (ExecType.PENDING_CANCEL, ExecType.PENDING_REPLACE)
FINAL = (ExecType.CANCELED, ExecType.REPLACED)


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

    It keeps rule (a) the plain way (adds up, sends what is left) and notes all that is told to the client.
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
        self.heard: list[ClientOutput] = []
        self.accepted: dict[str, str] = {}
        """The ClOrdID(11) last accepted of each order."""
        self.answers: dict[str, list[str]] = {}
        self.waiting: dict[str, str] = {}
        """Requests let in and not finally answered, and their orders."""
        self.names = 0

    # --- the client

    @rule(qty=st.integers(1, 30).map(lambda lots: lots * 10), gt=st.booleans())
    def new_order(self, qty: int, gt: bool) -> None:
        order = NewOrder(
            client="c",
            cl_ord_id=self._name(),
            symbol="S",
            side=Side.BUY,
            qty=qty,
            ord_type=OrdType.LIMIT,
            px=100,
            tif=TimeInForce.GTC if gt else TimeInForce.DAY,
        )
        parent, outs = self.parents.accept(self._tick(), order)
        self.accepted[parent.order_id] = order.cl_ord_id
        self._say(outs)

    @precondition(has_orders)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        parent = self._any_parent(data)
        name = self._name()
        self.answers[name] = []
        request = CancelRequest(
            client="c", cl_ord_id=name, orig_cl_ord_id=parent.cl_ord_id or "", symbol="S", side=Side.BUY
        )
        self._let_in(name, self.parents.request_cancel(self._tick(), request))

    @precondition(has_orders)
    @rule(data=st.data(), qty=st.integers(1, 40).map(lambda lots: lots * 10))
    def replace(self, data: st.DataObject, qty: int) -> None:
        parent = self._any_parent(data)
        name = self._name()
        self.answers[name] = []
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
        self._let_in(name, self.parents.request_replace(self._tick(), request))

    # --- the engine

    @precondition(has_requests)
    @rule(data=st.data(), willing=st.booleans())
    def deal_with_a_request(self, data: st.DataObject, willing: bool) -> None:
        parent = data.draw(st.sampled_from([parent for parent in self.parents if parent.requests]))
        request, at = parent.next_request, self._tick()
        exposure = self.children.exposure(parent.order_id)
        if isinstance(request, CancelRequest):
            if not willing:
                self._say(self.parents.cancel_refused(at, parent, CxlRejReason.OTHER, "no"))
            elif exposure == 0 and not self.children.of_order(parent.order_id):
                self._say(self.parents.cancel_done(at, parent))
        elif isinstance(request, ReplaceRequest):
            if not willing:
                self._say(self.parents.replace_refused(at, parent, CxlRejReason.OTHER, "no"))
            elif parent.cum_qty + exposure <= max(request.qty, parent.cum_qty):
                before = parent.cl_ord_id
                outs = self.parents.replace_done(at, parent)
                if parent.cl_ord_id != before:
                    assert parent.cl_ord_id == request.cl_ord_id
                self._say(outs)

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
                self._say(self.parents.unsolicited_cancel(at, parent, reason))
            case "expire":
                self._say(self.parents.expire(at, parent))
            case "end" if parent.own_status is not OrdStatus.DONE_FOR_DAY:
                self._say(self.parents.done_for_day(at, parent))
            case "day":
                self._say(self.parents.new_day(at, parent, "20260105"))
            case "restate":
                self._say(self.parents.restate(at, parent, parent.qty + 10, reason))
            case "halt":
                self._say(self.parents.suspend(at, parent))
            case _:
                self._say(self.parents.resume(at, parent))

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
        for name, answers in self.answers.items():
            in_line = name in self.waiting
            if in_line:
                # A replace to what is filled, and one that waits for its turn, have heard nothing yet.
                assert answers in ([], ["pending"]), (name, answers)
            else:
                assert answers in (["refused"], ["done"], ["pending", "refused"], ["pending", "done"]), (name, answers)

    @invariant()
    def exec_ids_are_used_once(self) -> None:
        given = [out.exec_id for out in self.heard if isinstance(out, ExecReport)]
        assert len(dict.fromkeys(given)) == len(given)

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
        self._say(outs)

    def _say(self, outs: list[ClientOutput]) -> None:
        for out in outs:
            assert not isinstance(out, BusinessReject), out
            self.heard.append(out)
            if isinstance(out, CancelReject):
                assert out.orig_cl_ord_id == self.accepted[out.order_id], out
                self._answer(out.cl_ord_id, "refused")
            else:
                self._check_report(out)

    def _check_report(self, out: ExecReport) -> None:
        before = self.accepted[out.order_id]
        if out.orig_cl_ord_id is None:
            assert out.cl_ord_id == before, out
        else:
            assert out.orig_cl_ord_id == before, out
            assert out.cl_ord_id is not None, out
            self._answer(out.cl_ord_id, "pending" if out.exec_type in PENDING else "done")
        if out.exec_type is ExecType.REPLACED:
            assert out.cl_ord_id is not None, out
            self.accepted[out.order_id] = out.cl_ord_id
        over = (OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED)
        keeps = out.ord_status is not OrdStatus.DONE_FOR_DAY or out.tif is TimeInForce.GTC
        assert out.leaves == (out.qty - out.cum_qty if out.ord_status not in over and keeps else 0), out

    def _answer(self, name: str, how: str) -> None:
        self.answers[name].append(how)
        if how != "pending":
            self.waiting.pop(name, None)

    def _let_in(self, name: str, answer: tuple[Parent | None, list[ClientOutput]]) -> None:
        parent, outs = answer
        if parent is not None:
            self.waiting[name] = parent.order_id
        self._say(outs)

    def _name(self) -> str:
        self.names += 1
        return f"N{self.names}"

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


TestOrders = pytest.mark.slow(Orders.TestCase)


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
