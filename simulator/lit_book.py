"""The book of a lit venue: a `Book`, and what auctions do to it. It must not know a venue or a clock."""

from __future__ import annotations

from router.api import Qty
from simulator.book import Book


class LitBook(Book):
    """See the module."""

    # --- auctions

    def cross(self, order_id: int, qty: Qty) -> None:
        """`qty` of a resting order traded in an auction; ours is filled from its reserve first, and keeps its place."""
        if order_id >= 0:
            self.reduce(order_id, qty)
            return
        leaves = self.leaves(order_id)
        self.own_net += qty if self.is_bid(order_id) else -qty
        if qty == leaves:
            self.cancel(order_id)
        else:
            self.shrink(order_id, leaves - qty)
