"""A price-time limit order book in which every order's place in the queue is exact: price, then displayed, then time.

It must not know a venue, a message, a clock or a client: orders are ints, and what happened is left in two lists
(`trades`, `touched`) that the caller reads and clears. There are two kinds of orders.

Background orders (history's, or a synthetic market's) are many. One costs a dictionary entry, a place in a list and no
object: the book's `oid -> lot` says where it stands and its shares, and is shared by all of that size there; the run's
list of ids *is* time priority. A cancelled order leaves its place behind until the run is compacted. A run is a stretch
of a level's queue with no order of ours inside.

Own orders are few, so each ends a run: a level is `run, own, run, own, ...`, and the shares ahead of an own order are
the sum of the parts before it, kept in a Fenwick tree. Nothing walks a queue, and a background order pays nothing for
our being there unless it stands behind us.

Ids: background `oid >= 0` (0 is the taker nobody named), own `key < 0`. Prices are quanta, quantities shares.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import takewhile
from typing import Final, NamedTuple, cast, final

from router.api import Px, Qty
from simulator.levels import SLACK, Boxed, Ladder, Level, Lot, Own, Rest, Run, accepts

NOBODY: Final = 0
"""The taker's id in a trade whose aggressor has no id in this book."""


@final
class Trade:
    """`maker_leaves` is what the maker has left in this book (reserve included); `hidden` that it stood undisplayed."""

    # A value, and no NamedTuple: compiled code makes one of those through the interpreter.
    __slots__ = ("hidden", "maker", "maker_leaves", "px", "qty", "taker", "taker_is_buy")

    def __init__(  # noqa: PLR0917 - made at every trade, and names cost time
        self, px: Px, qty: Qty, maker: int, taker: int, taker_is_buy: bool, hidden: bool, maker_leaves: Qty
    ) -> None:
        self.px = px
        self.qty = qty
        self.maker = maker
        self.taker = taker
        self.taker_is_buy = taker_is_buy
        self.hidden = hidden
        self.maker_leaves = maker_leaves

    def _values(self) -> tuple[Px, Qty, int, int, bool, bool, Qty]:
        return self.px, self.qty, self.maker, self.taker, self.taker_is_buy, self.hidden, self.maker_leaves

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trade) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        return f"Trade{self._values()}"


class Standing(NamedTuple):
    """A resting order: `id` is negative for ours, `qty` stands in the queue, `reserve` waits behind it."""

    id: int
    px: Px
    qty: Qty
    reserve: Qty
    hidden: bool


@final
class News:
    """Books that are about to change, in the order in which they said so: all that one has to look at."""

    __slots__ = ("first", "last")

    def __init__(self) -> None:
        self.first: Book | None = None
        self.last: Book | None = None

    def take(self) -> Book | None:
        """The next one, which may announce itself again from then on; None when there is none."""
        book = self.first
        if book is not None:
            self.first = book.following
            if self.first is None:
                self.last = None
            book.following = None
            book.announced = False
        return book


class Book:
    """See the module. Background calls never raise on an id that is gone: its shares may be ones that we took."""

    def __init__(self) -> None:
        self.trades: list[Trade] = []
        """What traded since the caller last cleared it, in order."""
        self.touched: list[Level] = []
        """Where displayed quantity may have changed; read it through `changes`."""
        self.news = News()
        """Where it puts itself when it is about to change."""
        self.number = 0
        """Its own among them."""
        self.announced = False
        self.following: Book | None = None
        """The one that announced itself after it."""
        self.own_net: Qty = 0
        """Shares bought less sold by own orders here: all that a reactive market needs to know of us."""
        self._bids = Ladder(is_bid=True, hidden=False)
        self._asks = Ladder(is_bid=False, hidden=False)
        self._hidden_bids = Ladder(is_bid=True, hidden=True)
        self._hidden_asks = Ladder(is_bid=False, hidden=True)
        self._orders: dict[Boxed, Lot] = {}
        self._own: dict[int, Own] = {}

    def announce(self) -> None:
        """It is about to change: see `news`."""
        if self.announced:
            return
        self.announced = True
        news = self.news
        if news.last is None:
            news.first = self
        else:
            news.last.following = self
        news.last = self

    # --- background flow

    def add(self, oid: int, is_bid: bool, px: Px, qty: Qty, hidden: bool = False) -> None:
        """A background order joins the back of its queue. It never trades here: `limit` is for one that may cross."""
        assert qty > 0 <= oid, (oid, qty)
        boxed: Boxed = oid
        orders = self._orders
        known = len(orders)
        if hidden:
            ladder = self._hidden_bids if is_bid else self._hidden_asks
        else:
            ladder = self._bids if is_bid else self._asks
        level = ladder.first
        if level is None or level.px != px:
            level = ladder.levels.get(px)
            if level is None:
                level = ladder.open(px)
            elif level.idle:
                ladder.reopen(level)
        home: Run = level if level.rest is None else level.tail()
        # An id that stood here before must not get that place back.
        if oid <= level.gone_top and boxed in home.queue:
            home.compact(orders)
        lot = home.lot
        if lot is None or lot.qty != qty:
            lots = home.lots
            lot = home.lot_of(qty) if lots is None else lots.get(qty) or home.lot_of(qty)
        orders[boxed] = lot
        # Cheaper than to look first: an id that stands here already is a caller's mistake, and ends the run.
        assert len(orders) > known, oid
        home.queue.append(boxed)
        home.qty += qty
        if home is not level:
            level.behind(home.place, qty)
        self.touched.append(level)

    def delete(self, oid: int) -> Qty:
        """A background order is withdrawn whole. Returns its shares; 0 when it is gone already."""
        boxed: Boxed = oid
        lot = self._orders.pop(boxed, None)
        if lot is None:
            return 0
        home = lot.home
        qty = lot.qty
        level = home.level
        left = home.qty = home.qty - qty
        if home is not level:
            level.behind(home.place, -qty)
        self.touched.append(level)
        if not left:
            self._emptied(home)
            return qty
        queue = home.queue
        if queue[-1] == boxed:
            queue.pop()
            return qty
        if oid > level.gone_top:  # noqa: PLR1730 - a call of max() costs more than all the rest of this
            level.gone_top = oid
        if len(queue) > home.room:
            home.compact(self._orders)
        return qty

    def reduce(self, oid: int, qty: Qty) -> Qty:
        """A background order is made smaller by up to `qty` and keeps its place. Returns what was taken off."""
        boxed: Boxed = oid
        lot = self._orders.get(boxed)
        if lot is None:
            return 0
        if qty >= lot.qty:
            return self.delete(oid)
        home = lot.home
        self._orders[boxed] = home.lot_of(lot.qty - qty)
        home.qty -= qty
        level = home.level
        if home is not level:
            level.behind(home.place, -qty)
        self.touched.append(level)
        return qty

    def execute(self, oid: int, qty: Qty) -> Qty:
        """History executed `qty` of this resting order. Returns what traded, with us or with it.

        An own order with priority over it (a better price, or ahead in its queue) is hit first, and what we got is
        withdrawn from `oid` untraded: the aggressor's shares are spent once. What we took from `oid` earlier is
        absorbed: it trades what it has left, and nothing when it is gone (`hit_own` then).
        """
        lot = self._orders.get(oid)
        if lot is None:
            return 0
        home, have = lot.home, lot.qty
        level = home.level
        ladder = level.ladder
        ours = self._hit(self._own_before(level, home), qty, NOBODY) if self._own else 0
        left = qty - ours
        traded = min(have, left)
        if traded:
            stays = have - qty if have > qty else 0
            self.trades.append(Trade(level.px, traded, oid, NOBODY, not ladder.is_bid, ladder.hidden, stays))
        self.reduce(oid, qty)
        return ours + traded

    def hit_own(self, is_bid: bool, px: Px, qty: Qty) -> Qty:
        """History executed `qty` at `px` against somebody who is not in this book (hidden, or taken by us before).

        Own orders resting on that side at a better price are hit, and at `px` those with nothing ahead. Returns their
        shares; nobody else trades.
        """
        hit = [own for own in self._own_ranked(is_bid) if self._beats(own, is_bid, px)]
        return self._hit(hit, qty, NOBODY)

    def market(self, is_buy: bool, qty: Qty, limit_px: Px | None = None) -> Qty:
        """A background taker trades with whatever stands there, ours included, down to `limit_px`. Returns the fill."""
        return self.take(NOBODY, is_buy, qty, limit_px)[0]

    def limit(self, oid: int, is_bid: bool, px: Px, qty: Qty, hidden: bool = False) -> Qty:
        """A background limit order: takes what crosses, rests what remains. Returns what it took."""
        # Nearly none of a day's limit orders cross: one look at the other side spares them the taking.
        filled = self.take(oid, is_bid, qty, px)[0] if self.crosses(is_bid, px) else 0
        if filled < qty:
            self.add(oid, is_bid, px, qty - filled, hidden)
        return filled

    # --- own orders

    def take(self, taker: int, is_buy: bool, qty: Qty, limit_px: Px | None) -> tuple[Qty, Qty]:
        """Trade up to `qty`, best price first, displayed before hidden, oldest first.

        Returns (shares filled, shares of the taker cancelled instead: 0 here, where nobody is kept from anybody).
        """
        assert qty > 0, (taker, qty)
        left = qty
        # Each turn fills the taker or empties a level: the loop ends with the book.
        while left and (level := self._best_level(not is_buy, limit_px)):
            left = self._take_level(level, left, taker)
        filled = qty - left
        if taker < 0:
            self.own_net += filled if is_buy else -filled
        return filled, 0

    def post(self, key: int, is_bid: bool, px: Px, qty: Qty, display: Qty | None = None) -> None:
        """Rest an own order at the back. `display` None shows all, 0 nothing (hidden), else a reserve order's peak.

        It does not match: the caller has taken what crosses, or refused (post-only).
        """
        assert key < 0 < qty, (key, qty)
        assert key not in self._own, key
        ladder = self._ladder(is_bid, hidden=display == 0)
        level = ladder.open(px)
        peak = min(display, qty) if display else qty
        own = self._own[key] = Own(key, level, peak, qty - peak, display or 0)
        if level.rest is None:
            level.rest = Rest()
        own.place = level.rest.append(own, peak)
        self.touched.append(level)

    def cancel(self, key: int) -> Qty:
        """Withdraw an own order. Returns the shares that were left; 0 when it is gone."""
        own = self._own.pop(key, None)
        if own is None:
            return 0
        self._leave(own)
        return own.leaves

    def shrink(self, key: int, leaves: Qty) -> None:
        """Make an own order smaller where it stands: the reserve goes first, the place is kept."""
        own = self._own[key]
        assert 0 < leaves <= own.leaves, (key, leaves, own.leaves)
        own.reserve = max(leaves - own.qty, 0)
        shown = min(own.qty, leaves)
        own.level.behind(own.place, shown - own.qty)
        own.qty = shown
        self.touched.append(own.level)

    def leaves(self, key: int) -> Qty:
        """What an own order has left, reserve included; 0 when it is gone."""
        own = self._own.get(key)
        return own.leaves if own else 0

    def ahead(self, key: int) -> Qty:
        """The shares that trade before this own order at its price: exact. A hidden one waits for all displayed."""
        own = self._own[key]
        level, rest = own.level, own.level.rest
        assert rest is not None, key
        before = level.qty + rest.before(own.place)
        return before + (self.level(level.ladder.is_bid, level.px) if level.ladder.hidden else 0)

    # --- what anybody may ask

    @property
    def bid(self) -> Px | None:
        """The best displayed bid."""
        best = self._bids.first
        return None if best is None else best.px

    @property
    def ask(self) -> Px | None:
        """The best displayed offer."""
        best = self._asks.first
        return None if best is None else best.px

    def best(self) -> tuple[Px | None, Qty, Px | None, Qty]:
        """(bid, its shares, ask, its shares), displayed; (None, 0) for an empty side."""
        bid, ask = self._bids.first, self._asks.first
        return (
            bid.px if bid else None,
            bid.total if bid else 0,
            ask.px if ask else None,
            ask.total if ask else 0,
        )

    def ladder(self, is_bid: bool) -> Ladder:
        """The displayed levels of one side, to look at only: it stays the same one, and who looks often keeps it."""
        return self._bids if is_bid else self._asks

    def level(self, is_bid: bool, px: Px) -> Qty:
        """Displayed shares at a price, ours included."""
        level = self._ladder(is_bid, hidden=False).levels.get(px)
        return level.total if level else 0

    def levels(self, is_bid: bool, n: int) -> list[tuple[Px, Qty]]:
        """The best `n` displayed levels as (px, shares), best first."""
        ladder = self._ladder(is_bid, hidden=False)
        return [(px, ladder.levels[px].total) for px in ladder.prices(n)]

    def qty_of(self, oid: int) -> Qty:
        """What a background order has left; 0 when it is gone."""
        lot = self._orders.get(oid)
        return 0 if lot is None else lot.qty

    def orders(self, is_bid: bool, px: Px) -> list[int]:
        """The background orders displayed at a price, oldest first: what a synthetic market may withdraw."""
        level = self._ladder(is_bid, hidden=False).levels.get(px)
        if level is None:
            return []
        runs = [part for part in level.parts() if isinstance(part, Run)]
        return [cast("int", oid) for run in runs for oid in run.queue[run.head :] if self._stands(run, oid)]

    def crosses(self, is_buy: bool, px: Px) -> bool:
        """Whether an order limited at `px` would take anything here, hidden shares included."""
        shown, dark = (self._asks, self._hidden_asks) if is_buy else (self._bids, self._hidden_bids)
        reach = -px if is_buy else px
        return shown.top >= reach or dark.top >= reach

    def available(self, is_buy: bool, limit_px: Px | None, enough: Qty) -> Qty:
        """What a taker could get, hidden and reserves included, counted until `enough` (FOK, minimum quantity)."""
        found = 0
        for level in self._met(is_buy, limit_px):
            for part in level.parts():
                found += part.leaves if isinstance(part, Own) else part.qty
            if found >= enough:
                break
        return found

    def changes(self) -> list[tuple[bool, Px, Qty]]:
        """(is_bid, px, displayed shares now) of every level touched since last asked, each once."""
        touched = self.touched
        now: dict[tuple[bool, Px], Qty] = {}
        # A level that its ladder has forgotten since shows 0; one that it has opened there later comes later.
        for level in touched:
            if not level.ladder.hidden:
                now[level.ladder.is_bid, level.px] = level.total
        touched.clear()
        return [(is_bid, px, qty) for (is_bid, px), qty in now.items()]

    def __len__(self) -> int:
        return len(self._orders) + len(self._own)

    # --- inside

    def _ladder(self, is_bid: bool, *, hidden: bool) -> Ladder:
        if hidden:
            return self._hidden_bids if is_bid else self._hidden_asks
        return self._bids if is_bid else self._asks

    def _met(self, is_buy: bool, limit_px: Px | None) -> Iterator[Level]:
        """The levels that a taker meets, in its order: better price first, displayed before hidden."""
        shown, hidden = (self._ladder(not is_buy, hidden=hidden) for hidden in (False, True))
        for minus_key, is_hidden in merge(shown.ranked(), hidden.ranked()):
            ladder = hidden if is_hidden else shown
            px = -minus_key if ladder.is_bid else minus_key
            if not accepts(is_buy, limit_px, px):
                return
            yield ladder.levels[px]

    def _best_level(self, is_bid: bool, limit_px: Px | None) -> Level | None:
        """The next level that a taker on the other side meets: the better price, displayed where they are equal."""
        level = self._ladder(is_bid, hidden=False).first
        hidden = self._ladder(is_bid, hidden=True).first
        if level is None or (hidden and (hidden.px > level.px if is_bid else hidden.px < level.px)):
            level = hidden
        return level if level and accepts(not is_bid, limit_px, level.px) else None

    def _take_level(self, level: Level, left: Qty, taker: int) -> Qty:
        """Trade at one level. Returns what the taker still wants."""
        self.touched.append(level)
        if level.qty:
            left = self._take_run(level, level, left, taker)
        while left and level.rest is not None:
            part = level.rest.front()
            assert part is not None, level.px
            if isinstance(part, Run):
                left = self._take_run(part, level, left, taker)
            else:
                left -= self._fill_own(part, left, taker)
        return left

    def _take_run(self, run: Run, level: Level, left: Qty, taker: int) -> Qty:
        orders, queue, at, wanted = self._orders, run.queue, run.head, left
        stood, is_buy, hidden = run.qty, not level.ladder.is_bid, level.ladder.hidden
        end = max(stood - left, 0)
        while stood > end:
            boxed = queue[at]
            lot = orders.get(boxed)
            if lot is None or lot.home is not run:
                at += 1
                continue
            have = lot.qty
            traded = min(have, stood - end)
            stood -= traded
            self.trades.append(Trade(level.px, traded, cast("int", boxed), taker, is_buy, hidden, have - traded))
            if traded < have:
                orders[boxed] = run.lot_of(have - traded)
            else:
                del orders[boxed]
                at += 1
        left -= run.qty - stood
        run.head = at
        run.qty = stood
        if run is not level:
            level.behind(run.place, left - wanted)
        if not stood:
            self._emptied(run)
        elif 2 * at > len(queue) + SLACK:
            run.compact(orders)
        return left

    def _fill_own(self, own: Own, left: Qty, taker: int) -> Qty:
        """Trade with one of ours; a reserve order whose peak is gone shows the next one at the back."""
        traded = min(own.qty, left)
        own.qty -= traded
        level = own.level
        level.behind(own.place, -traded)
        ladder = level.ladder
        self.own_net += traded if ladder.is_bid else -traded
        self.trades.append(Trade(level.px, traded, own.key, taker, not ladder.is_bid, ladder.hidden, own.leaves))
        if own.qty == 0:
            self._refresh(own)
        return traded

    def _refresh(self, own: Own) -> None:
        """Show the next peak at the back of the queue, or leave it when nothing is in reserve."""
        if not own.reserve:
            del self._own[own.key]
            self._leave(own)
            return
        own.qty = min(self.peak(own), own.reserve)
        own.reserve -= own.qty
        rest = own.level.rest
        assert rest is not None, own.key
        rest.remove(own.place, 0)
        own.place = rest.append(own, own.qty)

    def _hit(self, owns: list[Own], qty: Qty, taker: int) -> Qty:
        """Fill own orders in the order given, up to `qty` (peak and reserve: the aggressor is bigger than either)."""
        left = qty
        for own in owns:
            while left and own.key in self._own:
                self.touched.append(own.level)
                left -= self._fill_own(own, left, taker)
        return qty - left

    def _own_ranked(self, is_bid: bool) -> list[Own]:
        """Our orders of one side in the order in which a taker would meet them."""
        found: list[Own] = []
        ladders = (self._ladder(is_bid, hidden=False), self._ladder(is_bid, hidden=True))
        prices = {own.level.px for own in self._own.values() if own.level.ladder in ladders}
        for px in sorted(prices, reverse=is_bid):
            for ladder in ladders:
                level = ladder.levels.get(px)
                found += [part for part in level.parts() if isinstance(part, Own)] if level else []
        return found

    def _own_before(self, level: Level, home: Run) -> list[Own]:
        """Our orders that a taker meets before it meets the orders of `home`."""
        is_bid, px = level.ladder.is_bid, level.px
        better = [
            own for own in self._own_ranked(is_bid) if own.level.px != px and accepts(not is_bid, px, own.level.px)
        ]
        shown = self._ladder(is_bid, hidden=False).levels.get(px) if level.ladder.hidden else None
        here = shown.parts() if shown else []
        here += takewhile(lambda part: part is not home, level.parts())
        return better + [part for part in here if isinstance(part, Own)]

    def _beats(self, own: Own, is_bid: bool, px: Px) -> bool:
        if own.level.px != px:
            return accepts(not is_bid, px, own.level.px)
        return self.ahead(own.key) == 0

    def _leave(self, own: Own) -> None:
        level = own.level
        assert level.rest is not None, own.key
        level.rest.remove(own.place, own.qty)
        self.touched.append(level)
        self._settle(level)

    def _emptied(self, run: Run) -> None:
        """The last background order of a run is gone."""
        run.empty()
        level = run.level
        if run.place >= 0:
            assert level.rest is not None, level.px
            level.rest.remove(run.place, 0)
        self._settle(level)

    def _settle(self, level: Level) -> None:
        """Forget what is empty."""
        if level.rest is not None:
            if level.rest.count:
                return
            level.rest = None
        if not level.qty:
            level.ladder.close(level)

    def _stands(self, run: Run, boxed: Boxed) -> bool:
        lot = self._orders.get(boxed)
        return lot is not None and lot.home is run

    # --- for what is built on a book

    def standing(self, is_bid: bool) -> Iterator[Standing]:
        """Every order of one side in the order in which a taker would meet them."""
        for level in self._met(not is_bid, None):
            px, hidden = level.px, level.ladder.hidden
            for part in level.parts():
                if isinstance(part, Own):
                    yield Standing(part.key, px, part.qty, part.reserve, hidden)
                    continue
                for boxed in part.queue[part.head :]:
                    lot = self._orders.get(boxed)
                    if lot is not None and lot.home is part:
                        yield Standing(cast("int", boxed), px, lot.qty, 0, hidden)

    def all_at(self, is_bid: bool, px: Px) -> Qty:
        """All shares at a price: displayed, hidden, and what our orders there have in reserve."""
        found = 0
        for hidden in (False, True):
            level = self._ladder(is_bid, hidden=hidden).levels.get(px)
            if level is not None and not level.idle:
                found += level.total
                if level.rest is not None:
                    found += sum(part.reserve for part in level.rest.standing() if isinstance(part, Own))
        return found

    def stands(self, key: int) -> tuple[bool, Px, Qty] | None:
        """(is_bid, px, shares in its queue) of an own order that rests here."""
        own = self._own.get(key)
        return None if own is None else (own.level.ladder.is_bid, own.level.px, own.qty)

    def side_of(self, oid: int) -> tuple[bool, Px] | None:
        """(is_bid, px) of a background order; None when it is gone."""
        lot = self._orders.get(oid)
        if lot is None:
            return None
        level = lot.home.level
        return level.ladder.is_bid, level.px

    def peak(self, own: Own) -> Qty:
        """What a reserve order shows next, before what it has left is looked at."""
        return own.display
