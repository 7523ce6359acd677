"""Taking displayed quantity at once: the best net prices, and no protected quote traded through.

Net price is price and removal fee (or rebate) together, exact. Before any share is taken at a price, the full displayed
size of every better protected quote is taken (Regulation NMS 611(b)(6), simultaneous intermarket sweep orders), though
its net price be worse. Bias: what is displayed is taken to be there; hidden quantity is not counted on.
Knows no algorithm and no resting order of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from router.core.outputs import Candidate
from router.core.types import OrdType, Px, Qty, Reason, TimeInForce
from router.sor.review import LEFT_OUT, Review
from router.sor.routes import Route
from router.sor.work import Placement


class Quote(NamedTuple):
    """One displayed level as a cost to the taker: sorted, the cheapest is first on either side.

    `net` is in 1/(price_scale x 10^6) of the currency a share and `dear` the price in quanta, both negated for a sell.
    """

    net: int
    dear: int
    mic: str
    qty: Qty


class Sweep:
    """Quantities to take by venue, and the price they all reach to."""

    __slots__ = ("blocked_by", "dear_worst", "taken", "wanted")

    def __init__(self, wanted: Qty) -> None:
        self.wanted = wanted
        self.taken: dict[tuple[str, int], Qty] = {}
        self.dear_worst: int | None = None
        self.blocked_by: str | None = None
        """A venue whose better protected quote the client does not let us take: nothing worse may be taken."""

    @property
    def qty(self) -> Qty:
        return sum(self.taken.values())

    def take(self, quote: Quote) -> None:
        """Take of a quote what is still wanted and was not taken before."""
        key = (quote.mic, quote.dear)
        had = self.taken.get(key, 0)
        qty = min(quote.qty - had, self.wanted)
        if qty <= 0:
            return
        self.taken[key] = had + qty
        self.wanted -= qty
        self.dear_worst = quote.dear if self.dear_worst is None else max(self.dear_worst, quote.dear)

    def by_venue(self) -> dict[str, Qty]:
        """Shares for each venue, in the order of the first quote taken."""
        total: dict[str, Qty] = {}
        for (mic, _), qty in self.taken.items():
            total[mic] = total.get(mic, 0) + qty
        return total


def sweep(review: Review, wanted: Qty) -> Sweep:
    """Choose up to `wanted` shares of what is displayed within the limit, cheapest net first under order protection."""
    barred = {route.mic: _barred(review, route) for route in review.routes.lit}
    usable = [route for route in review.routes.lit if not barred[route.mic]]
    protected = sorted(_protected(review, barred), key=lambda quote: (quote.dear, quote.net, quote.mic))
    result = Sweep(wanted)
    _fill(result, sorted(_quotes(review, usable, wanted)), protected, barred)
    _explain(review, result, barred)
    return result


def placements(review: Review, chosen: Sweep, reason: Reason) -> Iterator[Placement]:
    """One immediate-or-cancel child a venue, all limited at the sweep price."""
    if chosen.dear_worst is None:
        return
    px = chosen.dear_worst if review.is_buy else -chosen.dear_worst
    for mic, qty in chosen.by_venue().items():
        yield Placement(venue=mic, qty=qty, ord_type=OrdType.LIMIT, px=px, tif=TimeInForce.IOC, reason=reason)


def _fill(result: Sweep, quotes: list[Quote], protected: list[Quote], barred: dict[str, str]) -> None:
    guard = 0
    for quote in quotes:
        while guard < len(protected) and protected[guard].dear < quote.dear and result.wanted > 0:
            better = protected[guard]
            if barred[better.mic]:
                result.blocked_by = better.mic
                return
            result.take(better)
            guard += 1
        if result.wanted <= 0:
            return
        result.take(quote)


def _barred(review: Review, route: Route) -> str:
    """Why a lit venue's quotes cannot be taken; empty where they can."""
    reason = review.barred(route)
    if not reason and not route.profile.supports_ioc:
        return "takes no immediate-or-cancel orders"
    if not reason and review.work.taken_until.get(route.mic, 0) > review.now:
        return "just taken: what it shows is older than our order"
    return reason


def _quotes(review: Review, usable: list[Route], wanted: Qty) -> Iterator[Quote]:
    """Levels within the limit of the venues that may be used: `taker_levels` deep, no deeper than could be `wanted`."""
    depth, limit = review.settings.taker_levels, review.work.limit_px
    side, market, sign = review.work.side, review.market, review.work.side.sign
    scale = market.instrument.price_scale
    dear_max = None if limit is None else limit * sign
    for route in usable:
        fee, left, mic = route.fees.remove * scale, wanted, route.mic
        for px, qty in market.against(route.mic, side).levels(depth):
            dear = px * sign
            if left <= 0 or (dear_max is not None and dear > dear_max):
                break
            left -= qty
            yield Quote(dear * 1_000_000 + fee, dear, mic, qty)


def _protected(review: Review, barred: dict[str, str]) -> Iterator[Quote]:
    """Best quotes that may not be traded through: of venues that answer, and of those that the client leaves out.

    A venue that is down, halted or refuses us is under self-help (611(b)(1)); one just swept was sent its full size.
    """
    side, scale = review.work.side, review.market.instrument.price_scale
    for route in review.routes.lit:
        if not route.protected or barred[route.mic] not in ("", LEFT_OUT):
            continue
        quotes = review.market.against(route.mic, side)
        if quotes.best is not None:
            dear = quotes.best * side.sign
            yield Quote(dear * 1_000_000 + route.fees.remove * scale, dear, route.mic, quotes.best_qty)


def _explain(review: Review, result: Sweep, barred: dict[str, str]) -> None:
    """One candidate a lit venue: what it would cost net, and why it was not chosen."""
    chosen = result.by_venue()
    scale, sign = review.market.instrument.price_scale, review.work.side.sign
    for route in review.routes.lit:
        quotes = review.market.against(route.mic, review.work.side)
        net = 0.0 if quotes.best is None else quotes.best * sign * 1_000_000 / scale + route.fees.remove
        qty = chosen.get(route.mic, 0)
        lost_by = "" if qty else barred[route.mic] or _lost_by(review, result, quotes.best, net)
        review.candidates.append(Candidate(route.mic, qty, quotes.best, net, "net micros a share", lost_by))


def _lost_by(review: Review, result: Sweep, best: Px | None, net: float) -> str:
    if best is None:
        return "nothing displayed"
    if not review.within_limit(best):
        return "beyond the limit"
    if result.blocked_by is not None:
        return f"order protection: {result.blocked_by} shows better and is left out by the client"
    return f"net price: {net:,.0f} micros, and cheaper quotes were enough"
