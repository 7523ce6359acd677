"""The client's requests: each gets exactly one first answer, and what is accepted is put to work.

Order of the checks: message rate, duplicate, what the order asks for, risk limits. Knows no FIX message: the gateway
has read it.
"""

from __future__ import annotations

from msgspec.structs import replace

from router.core.algo import Cause
from router.core.events import BadRequest, CancelRequest, ClientDown, ClientUp, NewOrder, ReplaceRequest, StatusRequest
from router.core.types import CxlRejReason, ExecRestatementReason, OrdRejReason, Reason, Urgency
from router.engine.desk import Desk
from router.engine.expiry import expires_at, expiry_text
from router.engine.halts import tell_phase
from router.engine.instructions import unkept_change
from router.engine.opening import open_work, reopen
from router.engine.plan import OrderPlan, Refused, order_plan
from router.engine.work import ParentWork
from router.orders import Parent
from router.orders.terms import amended, terms_of
from router.sor.work import SliceWork


class Requests:
    """Answers clients."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def new_order(self, order: NewOrder) -> None:
        """NewOrderSingle(D)."""
        desk = self._desk
        order = self._with_default(order)
        if desk.parents.duplicate_of(order) is not None:
            desk.say(desk.parents.reject(desk.now, order, OrdRejReason.DUPLICATE_ORDER, ""))
            return
        plan = self._plan(order)
        if isinstance(plan, Refused):
            desk.say(desk.parents.reject(desk.now, order, plan.reason, plan.text))
            return
        parent, outs = desk.parents.receive(desk.now, order)
        desk.say(outs)
        work = open_work(desk, parent, plan)
        if work.algo is None:
            self._send_direct(work)
        else:
            desk.say(desk.parents.confirm(desk.now, parent))
            tell_phase(desk, parent)
            desk.wake(work, Cause.START)

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
        refusal = desk.risk.count_message(desk.now, order.client)
        if refusal is not None:
            return Refused(refusal.reason, refusal.text)
        if order.ex_destination is not None and order.ex_destination not in desk.venues:
            known = ", ".join(desk.venues)
            return Refused(OrdRejReason.OTHER, f"ExDestination(100) {order.ex_destination} is not one of {known}")
        plan = order_plan(desk, terms_of(order), desk.now, None)
        if isinstance(plan, Refused):
            return plan
        refusal = desk.risk.check_order(desk.now, order, desk.open_orders.get(order.client, 0))
        return plan if refusal is None else Refused(refusal.reason, refusal.text)

    def _send_direct(self, work: ParentWork) -> None:
        """Direct market access: one slice that goes to the client's venue as it is; the venue's word is the answer."""
        desk, parent = self._desk, work.parent
        piece = SliceWork(
            slice_id=desk.ids.slice(),
            order_id=work.order_id,
            symbol=parent.symbol,
            side=parent.side,
            qty=parent.qty,
            urgency=Urgency.NEUTRAL,
            reason=Reason.DIRECT,
            started_at=desk.now,
            limit_px=parent.px,
            prefs=work.prefs,
            wall=parent.client,
        )
        desk.open_slice(work, piece)
        desk.review(piece.slice_id)

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
        unkept = unkept_change(parent.terms, asked)
        if unkept:
            return unkept
        work = desk.works.get(parent.order_id)
        plan = order_plan(desk, asked, desk.now, None if work is None else work.terms)
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
            work.done = True
            work.cancel_reason = ExecRestatementReason.BROKER_OPTION
            work.ending_text = "cancelled on disconnect"
            desk.settle(work)
