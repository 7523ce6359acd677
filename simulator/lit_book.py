"""The book of a lit venue: a `Book` between price bands, with self-match groups, minimum quantities and auctions.

Bias: an order with a minimum stands hidden, behind everything else at its price whatever its time; a contra of fewer
shares than the minimum passes it by, and it takes no part in auctions. Background orders beyond a band stand at the
band; a recording's own executions are not checked against it.

It must not know a venue or a clock, nor where bands and groups come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from itertools import takewhile

from msgspec import Struct

from router.api import Px, Qty
from simulator.book import NOBODY, Book, Trade
from simulator.levels import Own, accepts


class SelfTrade(Enum):
    """What happens when two orders of one self-match group would trade."""

    ALLOW = "allow"
    NEWEST = "newest"
    OLDEST = "oldest"
    BOTH = "both"
    DECREMENT = "decrement"
    """Both lose the smaller one's shares."""


class Minimum(Struct):
    """A resting order of ours that trades `least` shares at a time or more; all of it when fewer are left."""

    key: int
    is_bid: bool
    px: Px
    leaves: Qty
    least: Qty


class LitBook(Book):
    """Nothing that `low` and `high` (None: no bands) exclude trades, and no background order rests beyond them."""

    def __init__(self, rule: SelfTrade = SelfTrade.ALLOW) -> None:
        super().__init__()
        self.rule = rule
        self._low: Px | None = None
        self._high: Px | None = None
        self.repriced: list[int] = []
        """Own keys that a band has moved since the caller last cleared it."""
        self.prevented: list[tuple[int, Qty]] = []
        """(own key, shares) taken out of a resting order of ours by self-match prevention, to be read and cleared."""
        self.groups: dict[int, str] = {}
        """The self-match group of every order of ours that is open, resting or not."""
        self.pegged: dict[int, None] = {}
        """Displayed orders of ours that follow the best price: they take no part in making it."""
        self.peaks: dict[int, Callable[[], Qty]] = {}
        """What draws the next peak of reserve orders whose peaks differ."""
        self._minimums: dict[int, Minimum] = {}

    # --- between bands

    @property
    def low(self) -> Px | None:
        """Nothing trades below it, and no offer rests there: those that do when it rises stand at it from then on."""
        return self._low

    @low.setter
    def low(self, px: Px | None) -> None:
        self._low = px
        self._bring_within(is_bid=False, band=px)

    @property
    def high(self) -> Px | None:
        """As `low`, for bids above it."""
        return self._high

    @high.setter
    def high(self, px: Px | None) -> None:
        self._high = px
        self._bring_within(is_bid=True, band=px)

    def _bring_within(self, *, is_bid: bool, band: Px | None) -> None:
        """What stands beyond a band goes to the back of the queue at it, in the order in which it would have traded."""
        if band is None:
            return
        for one in [
            *takewhile(lambda one: one.px != band and accepts(not is_bid, band, one.px), self.standing(is_bid))
        ]:
            if one.id >= 0:
                self.delete(one.id)
                self.add(one.id, is_bid, band, one.qty, one.hidden)
                continue
            own = self._own[one.id]
            self.cancel(own.key)
            self.post(own.key, is_bid, band, own.leaves, 0 if one.hidden else own.display or None)
            self.repriced.append(own.key)
        for each in self._minimums.values():
            if each.is_bid is is_bid and accepts(not is_bid, band, each.px) and each.px != band:
                each.px = band
                self.repriced.append(each.key)

    def within(self, is_buy: bool, px: Px | None) -> Px | None:
        """A limit as the bands let it stand."""
        band = self._high if is_buy else self._low
        if band is None:
            return px
        if px is None:
            return band
        return min(px, band) if is_buy else max(px, band)

    def limit(self, oid: int, is_bid: bool, px: Px, qty: Qty, hidden: bool = False) -> Qty:
        if self._high is not None:
            px = self.within(is_bid, px) or px
        if not self._minimums:
            return super().limit(oid, is_bid, px, qty, hidden)
        filled = self.take(oid, is_bid, qty, px)[0]
        if filled < qty:
            self.add(oid, is_bid, px, qty - filled, hidden)
        return filled

    def market(self, is_buy: bool, qty: Qty, limit_px: Px | None = None) -> Qty:
        return self.take(NOBODY, is_buy, qty, self.within(is_buy, limit_px))[0]

    # --- taking

    def take(self, taker: int, is_buy: bool, qty: Qty, limit_px: Px | None) -> tuple[Qty, Qty]:
        """As `Book.take`, meeting minimums after the rest of their price, and one's own group by the rule.

        Returns (shares filled, shares of the taker cancelled by self-match prevention).
        """
        if not self._minimums and (taker >= 0 or self.rule is SelfTrade.ALLOW):
            return super().take(taker, is_buy, qty, limit_px)
        left, cancelled = qty, 0
        for px in self._minimum_prices(is_buy, limit_px):
            left, gone = self._take_plain(taker, is_buy, left, px)
            left, also = self._take_minimums(taker, is_buy, left, px)
            cancelled += gone + also
        left, gone = self._take_plain(taker, is_buy, left, limit_px)
        cancelled += gone
        return qty - left - cancelled, cancelled

    def reachable(self, group: str, is_buy: bool, limit_px: Px | None, enough: Qty) -> Qty:
        """What an order of `group` could get for certain, counted until `enough`: nothing from minimums."""
        if self.rule is SelfTrade.ALLOW:
            return self.available(is_buy, limit_px, enough)
        found = 0
        for one in self.standing(not is_buy):
            if found >= enough or not accepts(is_buy, limit_px, one.px):
                break
            if self.groups.get(one.id) != group:
                found += one.qty + one.reserve
            elif self.rule is not SelfTrade.OLDEST:
                break
        return found

    def _take_plain(self, taker: int, is_buy: bool, qty: Qty, limit_px: Px | None) -> tuple[Qty, Qty]:
        """Returns (what the taker still wants, what of it self-match prevention has cancelled)."""
        left, cancelled = qty, 0
        # Each turn fills the taker, takes what stands before an order of its group, or removes one: it ends.
        while left:
            met = self._first_of_group(taker, is_buy, limit_px)
            if met is None:
                left -= super().take(taker, is_buy, left, limit_px)[0]
                break
            key, ahead = met
            if ahead:
                left -= super().take(taker, is_buy, min(left, ahead), limit_px)[0]
            else:
                gone = self._prevented(key, left)
                left, cancelled = left - gone, cancelled + gone
        return left, cancelled

    def _first_of_group(self, taker: int, is_buy: bool, limit_px: Px | None) -> tuple[int, Qty] | None:
        """The first order of the taker's own group in its path, and the shares that stand before that."""
        if taker >= 0 or self.rule is SelfTrade.ALLOW or len(self.groups) < 2:
            return None
        group, ahead = self.groups.get(taker), 0
        for one in self.standing(not is_buy):
            if not accepts(is_buy, limit_px, one.px):
                return None
            if one.id < 0 and self.groups.get(one.id) == group:
                return one.id, ahead
            ahead += one.qty
        return None

    def _prevented(self, key: int, left: Qty) -> Qty:
        """Keep a taker of `left` from an order of its group. Returns how much of the taker that cancels."""
        if self.rule is SelfTrade.NEWEST:
            return left
        if self.rule is SelfTrade.DECREMENT:
            both = min(left, self.leaves(key))
            self._lessen(key, both)
            self.prevented.append((key, both))
            return both
        self.prevented.append((key, self.cancel(key)))
        return left if self.rule is SelfTrade.BOTH else 0

    def _lessen(self, key: int, qty: Qty) -> None:
        """An own order has `qty` fewer shares and stands where it stood, or is gone."""
        leaves = self.leaves(key)
        if qty == leaves:
            self.cancel(key)
        else:
            self.shrink(key, leaves - qty)

    # --- minimum quantities

    def post_minimum(self, key: int, is_bid: bool, px: Px, qty: Qty, least: Qty) -> None:
        """Rest an own order with MinQty(110)."""
        self._minimums[key] = Minimum(key, is_bid, px, qty, least)

    def _minimum_prices(self, is_buy: bool, limit_px: Px | None) -> list[Px]:
        """Where minimums stand that a taker may meet, best first."""
        other = [one.px for one in self._minimums.values() if one.is_bid is not is_buy]
        there = dict.fromkeys(px for px in other if accepts(is_buy, limit_px, px))
        return sorted(there, reverse=not is_buy)

    def _take_minimums(self, taker: int, is_buy: bool, qty: Qty, px: Px) -> tuple[Qty, Qty]:
        """As `_take_plain`, of the minimums at one price, oldest first."""
        left, cancelled = qty, 0
        for one in [one for one in self._minimums.values() if one.is_bid is not is_buy and one.px == px]:
            if not left or left < min(one.least, one.leaves):
                continue
            if taker < 0 and self.rule is not SelfTrade.ALLOW and self.groups.get(one.key) == self.groups.get(taker):
                gone = self._prevented(one.key, left)
                left, cancelled = left - gone, cancelled + gone
                continue
            traded = self._fill_minimum(one, left, taker)
            self.own_net += (traded if is_buy else -traded) if taker < 0 else 0
            left -= traded
        return left, cancelled

    def _fill_minimum(self, one: Minimum, qty: Qty, taker: int) -> Qty:
        traded = min(qty, one.leaves)
        one.leaves -= traded
        if not one.leaves:
            del self._minimums[one.key]
        self.own_net += traded if one.is_bid else -traded
        self.trades.append(Trade(one.px, traded, one.key, taker, not one.is_bid, True, one.leaves))
        return traded

    def _hit_minimums(self, is_bid: bool, px: Px, qty: Qty) -> Qty:
        """History's aggressor meets those at better prices than the one it traded at. Returns their shares."""
        left = qty
        for one in self._better(is_bid, px):
            if left >= min(one.least, one.leaves) and left:
                left -= self._fill_minimum(one, left, NOBODY)
        return qty - left

    def _better(self, is_bid: bool, px: Px) -> Iterable[Minimum]:
        there = [one for one in self._minimums.values() if one.is_bid is is_bid and one.px != px]
        met = [one for one in there if accepts(not is_bid, px, one.px)]
        return sorted(met, key=lambda one: -one.px if is_bid else one.px)

    def execute(self, oid: int, qty: Qty) -> Qty:
        side = self.side_of(oid) if self._minimums else None
        ours = self._hit_minimums(*side, qty) if side else 0
        if not ours:
            return super().execute(oid, qty)
        traded = super().execute(oid, qty - ours) if ours < qty else 0
        self.reduce(oid, ours)
        return ours + traded

    def hit_own(self, is_bid: bool, px: Px, qty: Qty) -> Qty:
        ours = self._hit_minimums(is_bid, px, qty) if self._minimums else 0
        return ours + (super().hit_own(is_bid, px, qty - ours) if ours < qty else 0)

    def crosses(self, is_buy: bool, px: Px) -> bool:
        return super().crosses(is_buy, px) or bool(self._minimums and self._minimum_prices(is_buy, px))

    def cancel(self, key: int) -> Qty:
        one = self._minimums.pop(key, None)
        return super().cancel(key) if one is None else one.leaves

    def shrink(self, key: int, leaves: Qty) -> None:
        one = self._minimums.get(key)
        if one is None:
            super().shrink(key, leaves)
        else:
            one.leaves = leaves

    def leaves(self, key: int) -> Qty:
        one = self._minimums.get(key)
        return super().leaves(key) if one is None else one.leaves

    def ahead(self, key: int) -> Qty:
        """As `Book.ahead`; before a minimum stands everything at its price, and the minimums that came sooner."""
        one = self._minimums.get(key)
        if one is None:
            return super().ahead(key)
        here = self.all_at(one.is_bid, one.px)
        for other in self._minimums.values():
            if other is one:
                break
            if (other.is_bid, other.px) == (one.is_bid, one.px):
                here += other.leaves
        return here

    def stands(self, key: int) -> tuple[bool, Px, Qty] | None:
        one = self._minimums.get(key)
        return super().stands(key) if one is None else (one.is_bid, one.px, one.leaves)

    # --- pegs and reserves

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

    def peak(self, own: Own) -> Qty:
        draw = self.peaks.get(own.key)
        return draw() if draw else super().peak(own)

    def forget(self, key: int) -> None:
        """An own order is done: nothing of it is kept."""
        self.groups.pop(key, None)
        self.pegged.pop(key, None)
        self.peaks.pop(key, None)

    # --- auctions

    def cross(self, order_id: int, qty: Qty) -> None:
        """`qty` of a resting order traded in an auction; ours is filled from its reserve first, and keeps its place."""
        if order_id >= 0:
            self.reduce(order_id, qty)
            return
        stands = self.stands(order_id)
        assert stands is not None, order_id
        self.own_net += qty if stands[0] else -qty
        self._lessen(order_id, qty)
