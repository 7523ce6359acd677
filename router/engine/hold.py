"""Orders that were taken and are not to be worked yet, and how they are let go.

Two things hold an order: HandlInst(21)=3, until a person at the desk releases it, and a list that waits for its
ListExecute(L). It is in force meanwhile: acknowledged, cancelled, replaced and ended as any other. Knows no message.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from router.core.algo import Cause
from router.core.events import OperatorRelease, ReplaceRequest
from router.core.types import Reason, Urgency
from router.engine.desk import Desk
from router.engine.plan import Refused, note_schedule, order_plan
from router.engine.work import ParentWork
from router.orders.terms import chosen
from router.sor.work import SliceWork

STAGED: Final = "staged: a person at the desk decides how and when it is worked"
WAITS: Final = "waits for the ListExecute(L) of its list"


def held_text(work: ParentWork) -> str:
    """Why the order is not worked, for Text(58) of its New and of its status; "" where it is."""
    return STAGED if work.staged else (WAITS if work.waits_for_list else "")


def held_change(work: ParentWork | None, request: ReplaceRequest) -> str:
    """Why a replace cannot be kept for what holds the order, or does not; "" where it can."""
    if request.manual and (work is None or not work.staged):
        return "HandlInst(21) 3 is for an order that is staged: this one is being worked"
    if work is not None and work.algo is None and work.is_held:
        return "the order has not been sent to its venue and cannot be changed before: cancel, and send anew"
    return ""


def let_go(desk: Desk, work: ParentWork) -> None:
    """Work the order, if nothing else holds it. What can be worked no more, as its EndTime is past, is cancelled."""
    if work.is_held:
        work.parent.text = held_text(work)
        return
    desk.parents.release(work.parent, None, None)
    if work.algo is None:
        send_direct(desk, work)
        return
    why = _begin(desk, work)
    if why:
        work.cancel(f"it waited too long: {why}")
        desk.settle(work)


def release(desk: Desk, event: OperatorRelease) -> None:
    """A person lets a staged order go, as it asks itself or with a strategy and parameters of the desk's choice."""
    work = desk.works.get(event.order_id)
    if work is None:
        desk.alarm(f"no open order {event.order_id}")
        return
    if not work.staged:
        desk.alarm(f"{event.order_id} is not staged: it is being worked")
        return
    asked = chosen(work.parent.terms, event.strategy, event.params)
    plan = order_plan(desk, asked, desk.now, None, traded_before=work.parent.traded_before)
    if isinstance(plan, Refused):
        desk.alarm(f"{event.order_id} stays staged: {plan.text}")
        return
    work.staged = False
    desk.parents.release(work.parent, event.strategy, event.params)
    let_go(desk, work)


def _begin(desk: Desk, work: ParentWork) -> str:
    """Plan the order from now on, and wake its algorithm; why that cannot be, "" where it is done."""
    parent = work.parent
    plan = order_plan(desk, parent.terms, desk.now, None, traded_before=parent.traded_before)
    if isinstance(plan, Refused):
        return plan.text
    factory, terms = plan.factory, replace(plan.terms, order_id=parent.order_id, seed=work.terms.seed)
    assert factory is not None, parent.order_id
    work.params, work.terms, work.prefs = plan.params, terms, plan.prefs
    work.algo = factory(plan.params, terms)
    desk.note(parent.order_id, "released", algorithm=factory.name, start=terms.start, end=terms.end)
    note_schedule(desk, parent.order_id, replace(plan, terms=terms), done=parent.traded_before)
    desk.wake(work, Cause.START)
    return ""


def send_direct(desk: Desk, work: ParentWork) -> None:
    """Direct market access: one slice that goes to the client's venue as it is; the venue's word is the answer."""
    parent = work.parent
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
