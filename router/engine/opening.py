"""Putting an order to work: the first time, and again when a replace or a bust has opened it after it was over.

Knows no FIX message and no venue report.
"""

from __future__ import annotations

from msgspec.structs import replace

from router.core.algo import Cause
from router.engine.desk import Desk
from router.engine.expiry import watch_expiry
from router.engine.plan import OrderPlan, Refused, note_schedule, order_plan, order_seed
from router.engine.work import ParentWork
from router.orders import Parent


def open_work(desk: Desk, parent: Parent, plan: OrderPlan) -> ParentWork:
    """Work the order by its plan from now on; the journal gets the market on arrival and the schedule."""
    terms = replace(plan.terms, order_id=parent.order_id, seed=order_seed(desk.config.seed, parent.order_id))
    work = ParentWork(
        parent=parent,
        client=desk.clients[parent.client],
        market=desk.market[parent.symbol],
        terms=terms,
        params=plan.params,
        prefs=plan.prefs,
        algo=None if plan.factory is None else plan.factory(plan.params, terms),
    )
    desk.open_work(work)
    market = work.market
    desk.note(
        parent.order_id,
        "arrival",
        algorithm="DMA" if plan.factory is None else plan.factory.name,
        client=parent.client,
        cl_ord_id=parent.cl_ord_id,
        bid=market.bid,
        ask=market.ask,
        last=market.tape.last,
        start=terms.start,
        end=terms.end,
        curve=terms.curve_source,
    )
    note_schedule(desk, parent.order_id, replace(plan, terms=terms), done=parent.traded_before)
    watch_expiry(desk, parent.order_id, parent.terms)
    return work


def reopen(desk: Desk, parent: Parent) -> ParentWork | None:
    """The work of an order that may have been closed; None, and an alarm, where it can be worked no more today."""
    work = desk.works.get(parent.order_id)
    if work is not None:
        return work
    plan = order_plan(desk, parent.terms, desk.now, None, traded_before=parent.traded_before)
    if isinstance(plan, Refused):
        desk.alarm(f"{parent.order_id} is open again and cannot be worked: {plan.text}")
        return None
    work = open_work(desk, parent, plan)
    if work.algo is None:
        # A venue's order does not begin again by itself: what came back is the client's to send anew.
        desk.alarm(f"{parent.order_id} is open again and was sent to {parent.terms.ex_destination}: a person decides")
    else:
        desk.wake(work, Cause.START)
    return work
