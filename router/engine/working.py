"""Working an order: the algorithm's actions become slices, the router's plans become commands, and what ends is ended.

Knows no client message and no venue report; `Requests` and `Reports` change the state and ask for a wake, a review or a
settlement, and `run` carries these out until nothing is left to do for the event.
"""

from __future__ import annotations

from typing import Final

from router.core.algo import Action, CancelWorking, Cause, Done, Remember, Slice, WakeAt, WatchPx, WatchVolume
from router.core.events import CancelRequest
from router.core.outputs import Decision
from router.core.types import (
    SECOND,
    ExecRestatementReason,
    Ns,
    OrdRejReason,
    OrdStatus,
    Phase,
    TimeInForce,
)
from router.engine.amend import Amendments
from router.engine.crosses import Crosses
from router.engine.desk import Desk
from router.engine.expiry import expires_at, expiry_text
from router.engine.firm_ups import FirmUps
from router.engine.gate import Gate
from router.engine.work import ParentWork
from router.orders import Child
from router.risk.rules import Refusal
from router.sor.work import Placement, Plan, SliceWork

ROUNDS_MAX: Final = 10_000
"""Wakes, reviews and settlements for one event before the engine is taken to be going in circles."""
ROUNDS_PER_ORDER_MAX: Final = 100
"""As many again for each order at work: a morning, or a list, wakes them all at once."""
WATCHES_CROSSES: Final = (Cause.START, Cause.AMENDED, Cause.RESUMED, Cause.RECOVERED)
REFUSED_WAIT_NS_MAX: Final[Ns] = 30 * SECOND
"""Longest pause before the last gate is asked again for an order it refused: half a reference's default age."""
REJECTS_IN_ROW_MAX: Final = 50
"""Children rejected in a row, over all venues, before an order is given back to the client as unable to work."""


class Working:
    """Drives algorithms and router for one desk."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate
        self._amendments = Amendments(desk, gate)
        self._crosses = Crosses(desk, self._slice_over)
        self.firm_ups = FirmUps(desk, gate)

    def run(self) -> None:
        """Do what the event has made necessary: settle first, since it frees quantity, then route, then decide."""
        desk = self._desk
        most = ROUNDS_MAX + ROUNDS_PER_ORDER_MAX * len(desk.works)
        for _ in range(most):
            if desk.unsettled:
                order_id = next(iter(desk.unsettled))
                del desk.unsettled[order_id]
                self._settle(order_id)
            elif desk.reviews:
                slice_id = next(iter(desk.reviews))
                del desk.reviews[slice_id]
                self._review(slice_id)
            elif desk.wakes:
                order_id, cause = next(iter(desk.wakes))
                del desk.wakes[order_id, cause]
                self._wake(order_id, cause)
            else:
                return
        raise AssertionError(f"one event has caused {most} steps: {desk.unsettled} {desk.reviews} {desk.wakes}")

    # --- the algorithm

    def _wake(self, order_id: str, cause: Cause) -> None:
        work = self._desk.works.get(order_id)
        if work is None or work.algo is None or work.is_frozen or not work.parent.is_open:
            return
        if cause in WATCHES_CROSSES:
            self._crosses.watch(work)
        for action in work.algo.on_wake(work.view(self._desk.now, cause)):
            self._act(work, action)

    def _act(self, work: ParentWork, action: Action) -> None:
        desk = self._desk
        match action:
            case Slice():
                self._start_slice(work, action)
            case CancelWorking():
                for slice_id in tuple(work.slices):
                    self.close_slice(work, slice_id)
            case WakeAt(at=at):
                if work.wake_timer is not None:
                    desk.timers.drop(work.wake_timer)
                work.wake_timer = desk.timers.set(desk.outs, max(at, desk.now), self._timer, work.order_id)
            case WatchPx(px=px):
                work.watch_px = px
                self.watch(work)
            case WatchVolume(above=above):
                work.watch_volume = above
                self.watch_volume(work)
            case Done():
                work.done = True
                desk.settle(work)
            case Remember(what=what, data=data):
                desk.note(work.order_id, what, **dict(data))

    def _timer(self, order_id: str) -> None:
        work = self._desk.works.get(order_id)
        if work is not None:
            work.wake_timer = None
            self._desk.wake(work, Cause.TIMER)

    def watch(self, work: ParentWork) -> None:
        """Wake the algorithm, once, if the far touch is at its watched price or better."""
        if work.watch_px is None:
            return
        touch = work.market.far(work.parent.side)
        if touch is not None and work.parent.side.accepts(work.watch_px, touch):
            work.watch_px = None
            self._desk.wake(work, Cause.PRICE)

    def watch_volume(self, work: ParentWork) -> None:
        """Wake the algorithm, once, if the market has traded more than it watches for."""
        if work.watch_volume is not None and work.window.volume > work.watch_volume:
            work.watch_volume = None
            self._desk.wake(work, Cause.VOLUME)

    # --- slices

    def _start_slice(self, work: ParentWork, action: Slice) -> None:
        """Release a slice, cut to what is available: an algorithm may not spend a share twice."""
        desk = self._desk
        if action.qty > work.available:
            self._crosses.call_back(work)
        refusal = self._slice_refusal(work, action)
        if refusal:
            desk.note(work.order_id, "slice-refused", qty=action.qty, reason=action.reason, text=refusal)
            return
        piece = SliceWork(
            slice_id=desk.ids.slice(),
            order_id=work.order_id,
            symbol=work.parent.symbol,
            side=work.parent.side,
            qty=min(action.qty, work.available),
            urgency=action.urgency,
            reason=action.reason,
            started_at=desk.now,
            until=action.until,
            limit_px=work.limit_px(action.limit_px),
            prefs=work.prefs,
            wall=work.parent.client,
        )
        desk.open_slice(work, piece)
        if action.until is not None and action.until > desk.now:
            desk.timers.set(desk.outs, action.until, self._slice_over, piece.slice_id)

    def _slice_refusal(self, work: ParentWork, action: Slice) -> str:
        now, terms = self._desk.now, work.terms
        if action.qty <= 0:
            return f"a slice is of at least one share: {action.qty}"
        if not work.available:
            return f"nothing is available of {work.parent.qty}: filled {work.parent.cum_qty}, open {work.released}"
        if work.algo is not None and not terms.start <= now <= terms.end:
            return f"outside the order's window {terms.start}..{terms.end}: {now}"
        if work.market.phase is not Phase.CONTINUOUS:
            return f"no slice while the market is {work.market.phase}"
        return ""

    def _slice_over(self, slice_id: int) -> None:
        found = self._desk.slice_of(slice_id)
        if found is not None:
            self.close_slice(found[0], slice_id)

    def close_slice(self, work: ParentWork, slice_id: int) -> None:
        """Withdraw a slice: what the venues have not given back yet still counts."""
        work.closing[slice_id] = True
        self.firm_ups.decline_all(work.slices[slice_id])
        for child in self._desk.children.of_slice(slice_id):
            self._gate.cancel(child)
        self.end_slice_if_over(work, slice_id)

    def end_slice_if_over(self, work: ParentWork, slice_id: int) -> None:
        """A slice ends when it is filled, or withdrawn with nothing open; the algorithm gets the rest back."""
        desk, piece = self._desk, work.slices.get(slice_id)
        still_open = desk.children.of_slice(slice_id)
        if piece is None or still_open:
            if still_open and slice_id not in work.closing and all(child.conditional for child in still_open):
                desk.review(slice_id)
            return
        past = piece.until is not None and piece.until <= desk.now
        if piece.remaining > 0 and slice_id not in work.closing and not past:
            desk.review(slice_id)
            return
        self.firm_ups.decline_all(piece)
        desk.close_slice(work, slice_id)
        desk.wake(work, Cause.SLICE_DONE)
        desk.settle(work)

    # --- the router

    def _review(self, slice_id: int) -> None:
        desk, found = self._desk, self._desk.slice_of(slice_id)
        if found is None:
            return
        work, piece = found
        if slice_id in work.closing or work.is_frozen:
            return
        if work.algo is None:
            self._review_direct(work, piece)
            return
        if work.market.phase is not Phase.CONTINUOUS or desk.now < work.held_until:
            return
        children = desk.children.of_slice(slice_id)
        plan = desk.router.review(desk.now, piece, children)
        self._carry_out(work, piece, plan)
        over = piece.until is not None and piece.until <= desk.now
        if (plan.done or over) and not plan.sends:
            self.close_slice(work, slice_id)
        elif plan.review_at is not None:
            self._review_by(work, slice_id, max(plan.review_at, desk.now + 1))

    def _review_by(self, work: ParentWork, slice_id: int, at: Ns) -> None:
        """Look at a slice again at `at`, unless that is due before anyway: one timer a slice, not one a review."""
        desk, due = self._desk, work.review_due.get(slice_id)
        if due is None or due > at:
            work.review_due[slice_id] = at
            desk.timers.set(desk.outs, at, self._review_due, slice_id, at)

    def _review_due(self, slice_id: int, at: Ns) -> None:
        work = self._desk.slices.get(slice_id)
        if work is not None and work.review_due.get(slice_id) == at:
            del work.review_due[slice_id]
            self._desk.review(slice_id)

    def _carry_out(self, work: ParentWork, piece: SliceWork, plan: Plan) -> None:
        desk = self._desk
        for child_id in plan.cancels:
            child = desk.children.get(child_id)
            assert child is not None, child_id
            self._gate.cancel(child)
        for amendment in plan.replaces:
            child = desk.children.get(amendment.child_id)
            assert child is not None, amendment.child_id
            self._gate.replace(work, child, amendment)
        for firm_up_id in plan.declines:
            self.firm_ups.decline(piece, firm_up_id)
        if not plan.sends:
            return
        sent = [self._send(work, piece, placement) for placement in plan.sends]
        children = [child for child in sent if isinstance(child, Child)]
        if not children:
            # What the last gate refuses now it will refuse again at once: ask less and less often.
            work.refusals_in_row += 1
            wait = min(desk.config.router.re_peg_interval_ns << work.refusals_in_row, REFUSED_WAIT_NS_MAX)
            work.held_until = desk.now + wait
            self._review_by(work, piece.slice_id, work.held_until)
            return
        work.refusals_in_row = 0
        desk.outs.append(
            Decision(
                order_id=work.order_id,
                slice_id=piece.slice_id,
                reason=plan.reason,
                qty=sum(child.leaves for child in children),
                bid=work.market.bid,
                ask=work.market.ask,
                child_ids=tuple(child.child_id for child in children),
                candidates=plan.candidates,
            )
        )

    def _send(self, work: ParentWork, piece: SliceWork, placement: Placement) -> Child | Refusal:
        sent = self._gate.send(work, piece, placement)
        if placement.firm_up_id is not None:
            self.firm_ups.answered(piece, placement.firm_up_id, sent)
        return sent

    def _review_direct(self, work: ParentWork, piece: SliceWork) -> None:
        """Direct market access is sent once; what cannot be sent is refused with the router's or the gate's words."""
        desk, parent = self._desk, work.parent
        if parent.own_status is not OrdStatus.PENDING_NEW or desk.children.of_slice(piece.slice_id):
            return
        plan = desk.router.review(desk.now, piece, ())
        refusal = plan.text or f"{piece.prefs.direct_venue} takes no order now"
        for placement in plan.sends:
            sent = self._gate.send(work, piece, placement)
            if isinstance(sent, Child):
                return
            refusal = sent.text
        desk.say(desk.parents.decline(desk.now, parent, OrdRejReason.BROKER_OPTION, refusal))
        work.closing[piece.slice_id] = True
        self.end_slice_if_over(work, piece.slice_id)

    # --- what ends

    def _settle(self, order_id: str) -> None:
        """Answer the client's requests that can be answered now, and end the order if it is over."""
        work = self._desk.works.get(order_id)
        if work is None:
            return
        while (request := work.parent.next_request) is not None:
            if isinstance(request, CancelRequest):
                if not self.withdraw(work):
                    return
                self._desk.say(self._desk.parents.cancel_done(self._desk.now, work.parent))
            elif not self._amendments.carry_out(work, request):
                return
        self._end_if_over(work)

    def withdraw(self, work: ParentWork) -> bool:
        """Withdraw all that is open; whether nothing is."""
        for slice_id in tuple(work.slices):
            self.close_slice(work, slice_id)
        return not self._desk.children.of_order(work.order_id)

    def _end_if_over(self, work: ParentWork) -> None:
        """An order that is over is closed; one whose day or algorithm is done ends when nothing of it is open."""
        ends = work.done or work.day_over or not work.parent.is_open
        if not ends or not self.withdraw(work):
            return
        if work.parent.is_open:
            self._end(work)
        if work.parent.leaves == 0:
            self._desk.close_work(work)

    def _end(self, work: ParentWork) -> None:
        """Say how an order with a balance ends; a good-till order done for the day lives on."""
        parent, desk, text = work.parent, self._desk, work.ending_text
        desk.touch_list(parent)
        if work.cancelled:
            desk.say(desk.parents.unsolicited_cancel(desk.now, parent, work.cancel_reason, text))
        elif parent.terms.tif in (TimeInForce.IOC, TimeInForce.FOK):
            desk.say(desk.parents.unsolicited_cancel(desk.now, parent, text=text or "IOC: the balance is cancelled"))
        elif expires_at(parent.terms) <= desk.now:
            desk.say(desk.parents.expire(desk.now, parent, text=expiry_text(parent.terms)))
        elif parent.own_status is OrdStatus.PENDING_NEW:
            # It waited for its list, and was never sent to the venue whose word would have been its New.
            desk.say(desk.parents.expire(desk.now, parent, text=text))
        elif parent.own_status is not OrdStatus.DONE_FOR_DAY:
            if not text and parent.cum_qty >= work.target:
                text = f"today's share is done, {work.target} of {parent.qty} in all"
            desk.say(desk.parents.done_for_day(desk.now, parent, text=text))

    def rejected(self, work: ParentWork, text: str) -> None:
        """A venue refused a child; an order that is refused everywhere is given back to the client (X3)."""
        work.rejects_in_row += 1
        if work.rejects_in_row >= REJECTS_IN_ROW_MAX and not work.done:
            why = f"unable to work: {work.rejects_in_row} orders in a row were rejected, the last: {text}"
            work.cancel(why, ExecRestatementReason.BROKER_OPTION)
            self._desk.alarm(f"{work.order_id}: {work.ending_text}")
            self._desk.settle(work)
