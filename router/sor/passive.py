"""Posting displayed orders: at what price, on which venue, and when a resting one follows the market.

A venue is judged by its expected cost a share: the fee (or rebate) for adding if the order fills within
`passive_patience_ns`, the spread and a fee for taking if it does not. The chance to fill is `router.sor.filling`'s.
Where a post-only order was refused though nothing displayed was there, something hidden is: that is met, for its fee.
Bias: the queue ahead is what is displayed now, and rates are of the recent past. Nothing is posted where it would lock
or cross a protected quote (Regulation NMS 610(d)). Knows no algorithm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from router.core.outputs import Candidate
from router.core.types import SECOND, Ns, OrdType, Px, Qty, Reason, Side, TimeInForce
from router.market.book import BookSide
from router.sor.filling import fill_model, spread_ticks
from router.sor.rates import TradeRates
from router.sor.review import Review
from router.sor.routes import Route
from router.sor.work import ChildView, Placement

QUEUE_LEVELS: Final = 10
"""Levels counted as queue ahead of an order deeper than the best; further away the time to fill is as good as never."""
CLEARLY_FASTER: Final = 2.0
"""How many times as fast another queue must be before a place in one is given up."""


class Estimate(NamedTuple):
    """What posting at one venue is expected to be; the smallest is chosen."""

    cost: float
    """Micros a share, fees in, rebates negative."""
    seconds: float
    route: Route


def post_px(review: Review, *, to_limit: bool) -> Px | None:
    """Where to post: join the near touch, or as far as the limit allows (`to_limit`); None if there is none.

    Never at or through the far touch where locking is banned: one tick short of it.
    """
    near, far, limit = review.market.near(review.work.side), review.market.far(review.work.side), review.work.limit_px
    px = limit if to_limit and limit is not None else near
    if px is None:
        return None
    if limit is not None and not review.within_limit(px):
        px = limit
    instrument = review.market.instrument
    if far is not None and review.routes.rule.ban_locking and (px >= far if review.is_buy else px <= far):
        px = instrument.floor(far - 1) if review.is_buy else instrument.ceil(far + 1)
    return px if px > 0 else None


def choose_venue(review: Review, rates: TradeRates, px: Px, qty: Qty) -> Route | None:
    """The lit venue where `qty` at `px` is expected to cost least; candidates explain every other. Ties by MIC."""
    barred = {route.mic: _barred(review, route, px) for route in review.routes.lit}
    estimates = {
        route.mic: _estimate(review, rates, route, px, queue_at(review, route, px) + qty)
        for route in review.routes.lit
        if not barred[route.mic]
    }
    # Where nothing is free nothing is sent, and nobody reads why it was not sent elsewhere.
    if review.free > 0:
        _explain(review, px, qty, barred, estimates)
    best = _cheapest(estimates)
    return None if best is None else best.route


def _cheapest(estimates: Mapping[str, Estimate]) -> Estimate | None:
    return min(estimates.values(), key=lambda estimate: (estimate.cost, estimate.route.mic), default=None)


def _explain(review: Review, px: Px, qty: Qty, barred: Mapping[str, str], estimates: Mapping[str, Estimate]) -> None:
    """One candidate a lit venue: what posting there is expected to cost, and why it was not chosen."""
    best = _cheapest(estimates)
    for route in review.routes.lit:
        estimate = estimates.get(route.mic)
        if estimate is None or best is None:
            candidate = Candidate(route.mic, 0, px, 0.0, "expected micros a share", barred[route.mic])
        else:
            chosen = route is best.route
            lost_by = "" if chosen else _lost_by(estimate, best)
            candidate = Candidate(
                route.mic, qty if chosen else 0, px, estimate.cost, "expected micros a share", lost_by
            )
        review.candidates.append(candidate)


def posting(review: Review, route: Route, px: Px, qty: Qty, reason: Reason) -> Placement:
    """A displayed (or reserve) limit order that only adds, but for what is known to be hidden at its price."""
    display = review.work.prefs.display_qty
    return Placement(
        venue=route.mic,
        qty=qty,
        ord_type=OrdType.LIMIT,
        px=px,
        tif=TimeInForce.DAY,
        display_qty=display if display is not None and display < qty else None,
        post_only=route.profile.supports_post_only and not _meets_hidden(review, route, px),
        reason=reason,
    )


def is_left_behind(review: Review, child: ChildView, px: Px) -> bool:
    """Whether the market moved away from a resting order by a tick or more: `px` is where one would post now."""
    if child.px is None:
        return False
    away = px - child.px if review.is_buy else child.px - px
    return away > 0 and away >= review.market.instrument.tick(child.px)


def is_beyond_limit(review: Review, child: ChildView) -> bool:
    """Whether a child may trade where the slice no longer may: its limit was tightened."""
    limit = review.work.limit_px
    return limit is not None and (child.px is None or not review.within_limit(child.px))


def better_queue(review: Review, rates: TradeRates, child: ChildView, ahead: Qty) -> Route | None:
    """The venue where a new order would cost clearly less than a resting one with `ahead` shares before it; or None.

    Clearly: at the back of the other queue it fills in half the time at most. A place in a queue has been waited for,
    and estimates of it err (docs/routing.md).
    """
    stays_at = review.routes.by_mic[child.venue]
    if child.px is None:
        return None
    best = _cheapest(
        {
            route.mic: _estimate(review, rates, route, child.px, queue_at(review, route, child.px) + child.leaves)
            for route in review.routes.lit
            if route.mic != child.venue and not _barred(review, route, child.px)
        }
    )
    stay = _estimate(review, rates, stays_at, child.px, ahead + child.leaves)
    if best is None or best.cost >= stay.cost or best.seconds * CLEARLY_FASTER > stay.seconds:
        return None
    return best.route


def _barred(review: Review, route: Route, px: Px) -> str:
    reason = review.barred(route)
    if reason:
        return reason
    far = review.market.against(route.mic, review.work.side).best
    if far is not None and (px >= far if review.is_buy else px <= far):
        return "would trade there, not rest"
    display = review.work.prefs.display_qty
    if display is not None and not route.profile.supports_hidden:
        return "takes no reserve orders"
    return ""


def _meets_hidden(review: Review, route: Route, px: Px) -> bool:
    """Whether `px` is at least as good to the other side as one at which something hidden was found there."""
    found = review.work.undisplayed.get(route.mic) if review.work.undisplayed else None
    return found is not None and review.work.side.accepts(px, found)


def _estimate(review: Review, rates: TradeRates, route: Route, px: Px, shares: Qty) -> Estimate:
    """What it is expected to cost, and to take, until `shares` have traded at a venue, our own the last of them."""
    if _meets_hidden(review, route, px):
        return Estimate(float(route.fees.remove), 0.0, route)
    rate = rates.expected(review.now, review.work.symbol, route.mic, bid_hit=review.is_buy)
    ticks = spread_ticks(review.market)
    fills = fill_model(review.settings).chance(shares, rate, patience_ns(review) / SECOND, ticks)
    return Estimate(fills * route.fees.add + (1.0 - fills) * _cost_of_crossing(review), shares / rate, route)


def queue_at(review: Review, route: Route, px: Px) -> Qty:
    """Displayed shares that would trade before a new order at `px`: better levels and that level itself."""
    quotes = review.market.beside(route.mic, review.work.side)
    return shares_before(quotes, px, review.work.side) + quotes.qty_at(px)


def shares_before(quotes: BookSide, px: Px, side: Side) -> Qty:
    """Displayed shares at better prices than `px`, `QUEUE_LEVELS` deep."""
    better = 0
    for level, qty in quotes.levels(QUEUE_LEVELS):
        if (level - px) * side.sign <= 0:
            break
        better += qty
    return better


def patience_ns(review: Review) -> Ns:
    """How long a posted order is given: the setting, or what is left of the slice where that is less."""
    patience = review.settings.passive_patience_ns
    if review.work.until is not None:
        patience = min(patience, review.work.until - review.now)
    return max(patience, 1)


def _cost_of_crossing(review: Review) -> float:
    """Micros a share lost by taking in the end: the spread, and the dearest removal fee that may be asked."""
    market = review.market
    tick = market.instrument.tick(market.bid or market.ask or 1)
    spread = market.ask - market.bid if market.bid is not None and market.ask is not None else tick
    return max(spread, tick) * 1_000_000 / market.instrument.price_scale + review.routes.rule.access_fee_cap


def _lost_by(estimate: Estimate, best: Estimate) -> str:
    if estimate.seconds > best.seconds * 1.05:
        return f"slower: {estimate.seconds:,.1f} s against {best.seconds:,.1f} s"
    if estimate.route.fees.add > best.route.fees.add:
        return f"fee: {estimate.route.fees.add:,} against {best.route.fees.add:,} micros a share"
    if estimate.cost > best.cost:
        return f"dearer: {estimate.cost:,.0f} against {best.cost:,.0f} micros a share"
    return f"a tie, and {best.route.mic} sorts first"
