"""Direct market access: the client named the venue, so the order goes there as it is, once.

Knows no algorithm and weighs nothing; it only says why a venue cannot be had.
"""

from __future__ import annotations

from router.core.outputs import Candidate
from router.core.types import OrdType, Reason
from router.sor.review import Review, is_settled
from router.sor.work import Amendment, Placement, Plan


def plan(review: Review, mic: str) -> Plan:
    """Send the order if it was not sent; follow what the client changed; say when it is over."""
    if mic in review.work.probed or review.children:
        return _follow(review)
    route = review.routes.by_mic.get(mic)
    lost_by = f"{mic} is no venue of ours" if route is None else review.barred(route)
    review.candidates.append(
        Candidate(mic, 0 if lost_by else review.free, review.work.limit_px, 0.0, "as it is", lost_by)
    )
    if lost_by:
        return review.plan(Reason.DIRECT, lost_by, done=True)
    review.send(_placement(review, mic))
    return review.plan(Reason.DIRECT)


def _follow(review: Review) -> Plan:
    """An order that is there: its quantity and price are the client's."""
    if not review.children:
        return review.plan(Reason.DIRECT, "the direct order is over", done=True)
    child = review.children[0]
    limit_px = review.work.limit_px
    if is_settled(child) and (review.free != 0 or child.px != limit_px):
        review.amendments.append(Amendment(child.child_id, child.qty + review.free, limit_px, Reason.DIRECT))
    return review.plan(Reason.DIRECT, "the direct order is there")


def _placement(review: Review, mic: str) -> Placement:
    prefs = review.work.prefs
    market = prefs.ord_type is OrdType.MARKET
    return Placement(
        venue=mic,
        qty=review.free,
        ord_type=prefs.ord_type,
        px=None if market else review.work.limit_px,
        tif=prefs.tif,
        expire_time=prefs.expire_time,
        display_qty=prefs.display_qty,
        min_qty=prefs.min_qty,
        post_only=prefs.post_only,
        peg=prefs.peg,
        reason=Reason.DIRECT,
    )
