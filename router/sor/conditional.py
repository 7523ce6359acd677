"""Conditional orders: a patient slice rests as a wish in several pools at once, and firms up where one has its match.

Of the slice nothing is committed by that: the sum over the pools may be a multiple of it. A request is met with what is
free then; where that is less than was asked for, resting orders are called back first, if their venues can answer in
time, and nothing else is sent meanwhile. Knows no algorithm.
"""

from __future__ import annotations

from router.core.events import FirmUpRequest
from router.core.outputs import Candidate
from router.core.types import OrdType, Peg, Qty, Reason, TimeInForce, VenueKind
from router.sor import dark
from router.sor.markouts import Markouts
from router.sor.review import Review, is_settled
from router.sor.routes import Route
from router.sor.work import ChildView, Placement


def indicate(review: Review, markouts: Markouts) -> None:
    """Rest as conditional, with all that is not filled, in every pool that is used so and has no order of the slice."""
    work = review.work
    if work.prefs.dark_pct == 0 or work.remaining < dark.minimum(review):
        return
    being_answered = [request.venue for request in work.firm_ups.values()]
    for route in review.routes.dark:
        if not route.profile.conditional or route.mic in being_answered:
            continue
        lost_by = dark.barred(review, route, markouts, tif=TimeInForce.DAY)
        if not lost_by and review.has_room:
            qty = work.remaining
            review.send(_placement(review, route, qty, reason=Reason.CONDITIONAL))
            review.candidates.append(Candidate(route.mic, qty, None, -float(qty), "expected shares"))


def withdraw(review: Review) -> None:
    """Take conditional orders back, and decline: nothing is, or will be, left to firm up with."""
    review.declines += list(review.work.firm_ups)
    review.cancels += [child.child_id for child in review.children if child.conditional and is_settled(child)]


def answer(review: Review) -> bool:
    """Firm up, call back what is short, or decline; whether the slice waits for shares to come back."""
    waits = False
    for request in review.work.firm_ups.values():
        route = review.routes.by_mic[request.venue]
        wanted = min(request.qty, review.work.remaining, dark.most(review))
        last_call = request.expires - route.profile.latency_ns - route.profile.latency_jitter_ns
        if review.free < wanted and _is_called_back(review, wanted - review.free, last_call - 1):
            review.wake_at(last_call - 1)
            waits = True
        else:
            _answer_now(review, route, request, min(wanted, review.free))
    return waits


def _answer_now(review: Review, route: Route, request: FirmUpRequest, qty: Qty) -> None:
    if qty < min(dark.minimum(review), request.qty) or not review.has_room or review.barred(route):
        review.declines.append(request.firm_up_id)
    else:
        review.send(_placement(review, route, qty, reason=Reason.FIRM_UP, firm_up_id=request.firm_up_id))


def _is_called_back(review: Review, qty: Qty, by: int) -> bool:
    """Whether shares are on their way back that will be here by then; asks for `qty` of them where none is."""
    if review.now >= by:
        return False
    if any(child.pending_cancel or child.pending_replace for child in review.children if not child.conditional):
        return True
    resting = [*reversed(review.resting(VenueKind.LIT)), *reversed(review.resting(VenueKind.DARK))]
    before = len(review.cancels) + len(review.amendments)
    review.release([child for child in resting if _answers_by(review, child, by)], qty, Reason.FIRM_UP)
    return len(review.cancels) + len(review.amendments) > before


def _answers_by(review: Review, child: ChildView, by: int) -> bool:
    profile = review.routes.by_mic[child.venue].profile
    return review.now + 2 * (profile.latency_ns + profile.latency_jitter_ns) < by


def _placement(review: Review, route: Route, qty: Qty, *, reason: Reason, firm_up_id: str | None = None) -> Placement:
    firm = firm_up_id is not None
    return Placement(
        venue=route.mic,
        qty=qty,
        ord_type=OrdType.PEGGED,
        px=review.work.limit_px,
        tif=TimeInForce.IOC if firm and route.profile.supports_ioc else TimeInForce.DAY,
        min_qty=min(dark.minimum(review), qty) if route.profile.supports_min_qty else None,
        peg=Peg.MID,
        conditional=not firm,
        firm_up_id=firm_up_id,
        reason=reason,
    )
