"""The client's requests: each gets exactly one first answer, and what is accepted is put to work.

Order of the checks: message rate, duplicate, what the order asks for, risk limits. Knows no FIX message: the gateway
has read it.
"""

from __future__ import annotations

from msgspec.structs import replace

from router.core.algo import Cause
from router.core.events import BadRequest, CancelRequest, ClientDown, ClientUp, NewOrder, ReplaceRequest, StatusRequest
from router.core.types import CxlRejReason, ExecRestatementReason, OrdRejReason
from router.engine.desk import Desk
from router.engine.expiry import expires_at, expiry_text
from router.engine.halts import tell_phase
from router.engine.hold import held_change, held_text, send_direct
from router.engine.instructions import unkept_change
from router.engine.opening import open_work, reopen
from router.engine.plan import OrderPlan, Refused, order_plan
from router.orders import Parent
from router.orders.terms import amended, terms_of


class Requests:
    """Answers clients."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def new_order(self, order: NewOrder) -> None:
        """NewOrderSingle(D)."""
        desk = self._desk
        too_many = None
        if desk.parents.duplicate_of(order) is None:
            too_many = desk.risk.count_message(desk.now, order.client)
        if too_many is not None:
            desk.say(desk.parents.reject(desk.now, order, too_many.reason, too_many.text))
            return
        self.take(order)

    def take(self, order: NewOrder, *, waits: bool = False) -> Parent | Refused:
        """Take an order in, alone or out of a list, and say so; with `waits` its list's execution is to come yet."""
        desk = self._desk
        order = self._with_default(order)
        plan = self._plan(order)
        if isinstance(plan, Refused):
            desk.say(desk.parents.reject(desk.now, order, plan.reason, plan.text))
            return plan
        parent, outs = desk.parents.receive(desk.now, order)
        desk.say(outs)
        work = open_work(desk, parent, plan)
        work.staged, work.waits_for_list = order.manual, waits
        if work.algo is not None:
            desk.say(desk.parents.confirm(desk.now, parent, held_text(work)))
            tell_phase(desk, parent)
            desk.wake(work, Cause.START)
        elif waits:
            # Its New is its venue's word, and nothing is sent there yet.
            parent.text = held_text(work)
        else:
            send_direct(desk, work)
        return parent

    def _with_default(self, order: NewOrder) -> NewOrder:
        """The order, worked as its client has agreed where it names neither a strategy nor a venue."""
        profile = self._desk.clients.get(order.client)
        if profile is None or profile.default_strategy is None:
            return order
        if order.strategy is not None or order.ex_destination is not None:
            return order
        return replace(order, strategy=profile.default_strategy)

    def _plan(self, order: NewOrder) -> OrderPlan | Refused:
        """How the order would be worked, or the first rule that it breaks."""
        desk = self._desk
        if desk.parents.duplicate_of(order) is not None:
            return Refused(OrdRejReason.DUPLICATE_ORDER, "")
        if order.ex_destination is not None and order.ex_destination not in desk.venues:
            known = ", ".join(desk.venues)
            return Refused(OrdRejReason.OTHER, f"ExDestination(100) {order.ex_destination} is not one of {known}")
        terms = terms_of(order)
        if order.manual and terms.is_direct:
            where = order.ex_destination
            text = f"HandlInst(21) 3 needs no ExDestination(100): a person decides where, got '{where}'"
            return Refused(OrdRejReason.UNSUPPORTED, text)
        plan = order_plan(desk, terms, desk.now, None)
        if isinstance(plan, Refused):
            return plan
        refusal = desk.risk.check_order(desk.now, order, desk.open_orders.get(order.client, 0))
        return plan if refusal is None else Refused(refusal.reason, refusal.text)

    def cancel(self, request: CancelRequest) -> None:
        """OrderCancelRequest(F). Never refused for the message rate: it lowers risk."""
        desk = self._desk
        desk.risk.count_message(desk.now, request.client)
        parent, outs = desk.parents.request_cancel(desk.now, request)
        desk.say(outs)
        self._carry_out(parent)

    def replace(self, request: ReplaceRequest) -> None:
        """OrderCancelReplaceRequest(G)."""
        desk = self._desk
        refusal = self._objection(request)
        reason = CxlRejReason.BROKER_OPTION if refusal else CxlRejReason.OTHER
        parent, outs = desk.parents.request_replace(desk.now, request, refusal=refusal, reason=reason)
        desk.say(outs)
        self._carry_out(parent)

    def _objection(self, request: ReplaceRequest) -> str | None:
        """What the limits, or the algorithm's own rules, have against a replace; None also where there is no order."""
        desk = self._desk
        too_many = desk.risk.count_message(desk.now, request.client)
        if too_many is not None:
            return too_many.text
        parent = desk.parents.find(request.client, request.orig_cl_ord_id, request.order_id)
        if parent is None:
            return None
        if expires_at(parent.terms) <= desk.now:
            return expiry_text(parent.terms)
        if request.strategy is not None and request.strategy != parent.terms.strategy:
            return f"the strategy {parent.terms.strategy} cannot become {request.strategy}: cancel, and send anew"
        refusal = desk.risk.check_replace(desk.now, request, parent.terms)
        if refusal is not None:
            return refusal.text
        asked = amended(parent.terms, request)
        work = desk.works.get(parent.order_id)
        unkept = unkept_change(parent.terms, asked) or held_change(work, request)
        if unkept:
            return unkept
        standing = None if work is None else work.terms
        plan = order_plan(desk, asked, desk.now, standing, traded_before=parent.traded_before)
        return plan.text if isinstance(plan, Refused) else None

    def _carry_out(self, parent: Parent | None) -> None:
        """A request that was admitted is dealt with after this event; an order revived by it is put to work again."""
        if parent is None:
            return
        desk = self._desk
        work = reopen(desk, parent)
        if work is not None:
            desk.settle(work)
        elif parent.has_cancel:
            desk.say(desk.parents.cancel_done(desk.now, parent))

    def status(self, request: StatusRequest) -> None:
        """OrderStatusRequest(H)."""
        self._desk.say(self._desk.parents.status(self._desk.now, request))

    def bad(self, request: BadRequest) -> None:
        """A message that could not be understood: answered once, in the form its type asks for."""
        self._desk.risk.count_message(self._desk.now, request.client)
        self._desk.say(self._desk.parents.bad_request(self._desk.now, request))

    def client_up(self, event: ClientUp) -> None:
        """A logon changes nothing in the orders; the journal has it."""

    def client_down(self, event: ClientDown) -> None:
        """By setting, a client's orders are withdrawn when its session is lost."""
        desk = self._desk
        profile = desk.clients.get(event.client)
        if profile is None or not profile.cancel_on_disconnect:
            return
        for work in desk.works_of(event.client):
            work.cancel("cancelled on disconnect", ExecRestatementReason.BROKER_OPTION)
            desk.settle(work)
