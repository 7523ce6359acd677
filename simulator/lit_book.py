"""The book of a lit venue: a `Book` between price bands, which auctions may cross and which knows pegged quotes.

Bias: background orders beyond a band stand at the band; a recording's own executions are not checked against it.

It must not know a venue or a clock, nor where bands come from.
"""

from __future__ import annotations

from router.api import Px, Qty
from simulator.book import Book, SelfMatch


class LitBook(Book):
    """Nothing that `low` and `high` (None: no bands) exclude trades, and no background order rests beyond them."""

    def __init__(self, self_match: SelfMatch = SelfMatch.ALLOW) -> None:
        super().__init__(self_match)
        self.low: Px | None = None
        self.high: Px | None = None
        self.pegged: dict[int, None] = {}
        """Displayed orders of ours that follow the best price: they take no part in making it."""

    # --- between bands

    def within(self, is_buy: bool, px: Px | None) -> Px | None:
        """A limit as the bands let it stand."""
        band = self.high if is_buy else self.low
        if band is None:
            return px
        if px is None:
            return band
        return min(px, band) if is_buy else max(px, band)

    def limit(self, oid: int, is_bid: bool, px: Px, qty: Qty, hidden: bool = False) -> Qty:
        if self.high is not None:
            px = self.within(is_bid, px) or px
        return super().limit(oid, is_bid, px, qty, hidden)

    def market(self, is_buy: bool, qty: Qty, limit_px: Px | None = None) -> Qty:
        return super().market(is_buy, qty, self.within(is_buy, limit_px))

    # --- pegs

    def best(self) -> tuple[Px | None, Qty, Px | None, Qty]:
        """The best displayed prices that are somebody's own opinion, with the shares at them that are."""
        if not self.pegged:
            return super().best()
        bid, bid_qty = self._best_unpegged(is_bid=True)
        ask, ask_qty = self._best_unpegged(is_bid=False)
        return bid, bid_qty, ask, ask_qty

    def _best_unpegged(self, *, is_bid: bool) -> tuple[Px | None, Qty]:
        pegged: dict[tuple[bool, Px], Qty] = {}
        for key in self.pegged:
            stands = self.stands(key)
            if stands is not None:
                side, px, qty = stands
                pegged[side, px] = pegged.get((side, px), 0) + qty
        for px, qty in self.levels(is_bid, len(pegged) + 1):
            own = qty - pegged.get((is_bid, px), 0)
            if own:
                return px, own
        return None, 0

    # --- auctions

    def cross(self, order_id: int, qty: Qty) -> None:
        """`qty` of a resting order traded in an auction; ours is filled from its reserve first, and keeps its place."""
        if order_id >= 0:
            self.reduce(order_id, qty)
            return
        stands, leaves = self.stands(order_id), self.leaves(order_id)
        assert stands is not None, order_id
        self.own_net += qty if stands[0] else -qty
        if qty == leaves:
            self.cancel(order_id)
        else:
            self.shrink(order_id, leaves - qty)
