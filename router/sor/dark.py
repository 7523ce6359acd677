"""Undisplayed midpoint pools: a probe before taking, a resting part while posting, all where only dark is allowed.

Quantities go where the censored tails expect them (`tail`). Every order carries a minimum quantity where its venue
takes one, so that it is not found out a share at a time. Knows no algorithm and no displayed quote but the midpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from router.core.outputs import Candidate
from router.core.types import PPM, OrdType, Peg, Ppm, Qty, Reason, TimeInForce, VenueKind
from router.sor.markouts import Markouts
from router.sor.review import Review, is_settled
from router.sor.routes import Route
from router.sor.tail import DarkBook
from router.sor.work import ChildView, Placement

REST_SHARE_PPM: Final[Ppm] = 500_000
"""Of what a posting slice has left, the part that rests dark: half, so that neither queue nor midpoint starves."""


def probe(review: Review, book: DarkBook, markouts: Markouts) -> None:
    """Ask every pool not yet asked for this slice, immediate-or-cancel at the midpoint, with all that is free."""
    routes = _usable(review, markouts, tif=TimeInForce.IOC)
    qty = min(review.free, most(review))
    _place(review, book, routes, qty=qty, tif=TimeInForce.IOC, reason=Reason.DARK_PROBE)


def call_off(review: Review) -> list[ChildView]:
    """Cancel the probes that had to be day orders and have had their moment; returns those that have not."""
    running: list[ChildView] = []
    for child in review.resting(VenueKind.DARK):
        if child.reason is not Reason.DARK_PROBE:
            continue
        profile = review.routes.by_mic[child.venue].profile
        due = child.sent_at + profile.latency_ns + review.settings.simulated_ioc_ns
        if review.now < due:
            review.wake_at(due)
            running.append(child)
        elif not is_settled(child):
            running.append(child)
        else:
            review.cancels.append(child.child_id)
    return running


def rest(review: Review, book: DarkBook, markouts: Markouts, *, share_ppm: Ppm = REST_SHARE_PPM) -> None:
    """Rest the dark part of a posting slice: `share_ppm` of what is left of it, less what rests there already."""
    lot = review.market.instrument.round_lot
    part = review.work.remaining * share_ppm // PPM
    wanted = part if share_ppm == PPM else part // lot * lot
    qty = min(wanted - undisplayed(review), most(review), review.free)
    if qty > 0:
        routes = [route for route in _usable(review, markouts, tif=TimeInForce.DAY) if not route.profile.conditional]
        _place(review, book, routes, qty=qty, tif=TimeInForce.DAY, reason=Reason.DARK_REST)


def undisplayed(review: Review) -> Qty:
    """Shares open at undisplayed venues."""
    return sum(child.leaves for child in review.children if review.kind_of(child) is not VenueKind.LIT)


def surplus(review: Review) -> Qty:
    """Shares resting dark above their part of what is left: the displayed part was filled, the dark one was not."""
    lot = review.market.instrument.round_lot
    part = review.work.remaining * REST_SHARE_PPM // PPM // lot * lot
    return undisplayed(review) - (part if part >= minimum(review) else 0)


def most(review: Review) -> Qty:
    """Shares that the client still lets us have at undisplayed venues: DarkPct of the slice, less what is there."""
    dark_pct = review.work.prefs.dark_pct
    if dark_pct is None or review.work.prefs.dark_only:
        return review.work.remaining
    return max(review.work.qty * dark_pct // PPM - undisplayed(review), 0)


def minimum(review: Review) -> Qty:
    """The smallest trade that an order at an undisplayed venue takes."""
    return max(review.settings.dark_min_qty, review.work.prefs.min_qty or 0)


def _place(review: Review, book: DarkBook, routes: list[Route], *, qty: Qty, tif: TimeInForce, reason: Reason) -> None:
    """Split `qty` over the venues; parts below the minimum go to the venue with the most."""
    least = minimum(review)
    # Only-dark slices have nowhere else to go: their small rests are sent whole or not at all by the pool.
    if not routes or qty <= 0 or (qty < least and not review.work.prefs.dark_only):
        return
    lot = review.market.instrument.round_lot
    mics = [route.mic for route in routes]
    resting = tif is not TimeInForce.IOC
    shares = book.split(review.work.wall, review.work.symbol, mics, rest=resting, qty=qty, lot=lot)
    merged = _merged(shares, least)
    for route in routes:
        share = merged.get(route.mic, 0)
        placed = share if review.has_room else 0
        if placed:
            review.send(_placement(review, route, placed, tif, reason))
        lost_by = "" if placed else "less expected there"
        review.candidates.append(Candidate(route.mic, placed, None, -float(share), "expected shares", lost_by))


def _merged(shares: Mapping[str, Qty], minimum: Qty) -> dict[str, Qty]:
    """The shares without crumbs: what is below the minimum joins the largest."""
    most = max(shares, key=lambda mic: shares[mic])
    kept = {mic: qty for mic, qty in shares.items() if qty >= minimum or mic == most}
    kept[most] += sum(shares.values()) - sum(kept.values())
    return kept


def _placement(review: Review, route: Route, qty: Qty, tif: TimeInForce, reason: Reason) -> Placement:
    return Placement(
        venue=route.mic,
        qty=qty,
        ord_type=OrdType.PEGGED,
        px=review.work.limit_px,
        tif=tif if route.profile.supports_ioc else TimeInForce.DAY,
        min_qty=min(minimum(review), qty) if route.profile.supports_min_qty else None,
        peg=Peg.MID,
        reason=reason,
    )


def _usable(review: Review, markouts: Markouts, *, tif: TimeInForce) -> list[Route]:
    """The pools that may be used now; a candidate explains each other one."""
    routes: list[Route] = []
    for route in review.routes.dark:
        lost_by = barred(review, route, markouts, tif=tif)
        if lost_by:
            review.candidates.append(Candidate(route.mic, 0, None, 0.0, "expected shares", lost_by))
        else:
            routes.append(route)
    return routes


def barred(review: Review, route: Route, markouts: Markouts, *, tif: TimeInForce) -> str:
    """Why no midpoint order can go there now, in words; empty where it can."""
    reason = review.barred(route)
    if reason:
        return reason
    if not review.market.is_normal:
        return "no midpoint: the market is one-sided, locked or crossed"
    if markouts.quarantined(review.now, review.work.wall, route.mic):
        return "toxic: in quarantine after losses that followed fills there"
    if review.work.prefs.min_qty is not None and not route.profile.supports_min_qty:
        return "takes no minimum quantity"
    if tif is TimeInForce.IOC and not route.profile.supports_ioc and not review.settings.simulated_ioc_ns:
        return "takes no immediate-or-cancel orders"
    if tif is TimeInForce.IOC and route.mic in review.work.probed:
        return "asked already for this slice"
    if review.open_at(route.mic):
        return "an order of the slice is there"
    return ""
