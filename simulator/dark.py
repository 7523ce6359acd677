"""A midpoint pool: matches at the midpoint of the NBBO, on each new order and on each change of the NBBO.

Bias: it prices from the NBBO as it was `nbbo_lag_ns` ago, as pools with a slower feed do (Aquilina, Foley, O'Neill and
Ruf, "Sharks in the dark", 2023); the toxic contras see the move first and trade at the stale midpoint, as long as that
still lies within the NBBO. It must not know a lit book, an algorithm or who is behind an order.

No match when the NBBO is one-sided, locked, crossed, older than `nbbo_age_max_ns`, or the instrument is not trading.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from heapq import heappop, heappush
from typing import Final, Literal

from msgspec.structs import replace

from router.api import (
    SECOND,
    ChildReplaced,
    Instrument,
    LastLiquidityInd,
    Nbbo,
    Ns,
    OrdType,
    Peg,
    PrintKind,
    Px,
    Qty,
    ReplaceChild,
    SendChild,
    TimeInForce,
    TradePrint,
    VenueProfile,
    VenueSays,
)
from simulator.contra import ContraFlow, ContraMix, Interest
from simulator.desk import Desk, VenueOrder, read_settings
from simulator.source import VenueSettings

LAGGED_MAX: Final = 4_096
"""NBBO changes held back at once per symbol; beyond it the oldest is used early (a burst outruns a slow feed)."""


class DarkSettings(ContraMix, frozen=True, forbid_unknown_fields=True):
    """`VenueProfile.settings` of a midpoint pool, with those of `ContraMix`.

    `priority`: after price, "size" (larger first) or "time". `min_qty_rule`: MinQty(110) of the order that looks for a
    match must be met by each contra ("per-contra") or by all contras of that instant together ("aggregated"); a resting
    order's own minimum always counts for each trade. `self_match`: "prevent" keeps our buys and sells apart, "allow"
    does not. `nbbo_lag_ns`, `nbbo_age_max_ns`: see the module.
    """

    priority: Literal["size", "time"] = "size"
    min_qty_rule: Literal["per-contra", "aggregated"] = "per-contra"
    self_match: Literal["prevent", "allow"] = "prevent"
    nbbo_lag_ns: Ns = 500_000
    nbbo_age_max_ns: Ns = 60 * SECOND


class _Pool:
    """One symbol: who waits, what the market is, and what the pool still believes it is."""

    def __init__(self, symbol: str, flow: ContraFlow) -> None:
        self.symbol = symbol
        self.flow = flow
        self.waiting: list[Interest] = []
        self.seen = Nbbo(symbol, None, None)
        self.priced = self.seen
        self.lagged: deque[tuple[Ns, Nbbo]] = deque()
        self.arrives_at: Ns | None = None


class DarkVenue(Desk):
    """Midpoint pegs (18=M) and limit orders, which cap the midpoint; day or IOC; MinQty(110); nothing is displayed."""

    def __init__(self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int) -> None:
        super().__init__(profile, instruments, seed)
        self._settings = read_settings(profile, DarkSettings)
        self._pools = {
            symbol: _Pool(
                symbol, ContraFlow(self._rng("contra", symbol), self._settings.of(instrument.adv), instrument.round_lot)
            )
            for symbol, instrument in instruments.items()
        }
        self._seq = 0
        # (when, which pool), one entry per contra to come and per NBBO held back: symbols are many, and ask seldom.
        self._due: list[tuple[Ns, str]] = []

    # --- SimulatedVenue

    @property
    def next_at(self) -> Ns | None:
        return self._due[0][0] if self._due else None

    def on_nbbo(self, at: Ns, nbbo: Nbbo) -> list[VenueSays]:
        pool = self._pools[nbbo.symbol]
        before, pool.seen = pool.seen, nbbo
        if pool.arrives_at is None:
            self._expect_contra(at, pool)
        says = self._toxic(at, pool, before)
        lag = self._settings.nbbo_lag_ns
        if not lag:
            pool.priced = nbbo
            return says + self._match_all(at, pool)
        if len(pool.lagged) == LAGGED_MAX:
            pool.priced = pool.lagged.popleft()[1]
        pool.lagged.append((at + lag, nbbo))
        heappush(self._due, (at + lag, pool.symbol))
        return says

    def on_time(self, at: Ns) -> list[VenueSays]:
        says: list[VenueSays] = []
        while self._due and self._due[0][0] <= at:
            pool = self._pools[heappop(self._due)[1]]
            says += self._catch_up(at, pool)
            if pool.arrives_at is not None and pool.arrives_at <= at:
                self._expect_contra(at, pool)
                says += self._contra(at, pool, pool.flow.arrive(at, self._next_seq()))
        return says

    # --- HasPool, Tunable

    def probe(self, at: Ns, symbol: str, qty: Qty, *, is_buy: bool) -> tuple[Qty, list[VenueSays]]:
        pool = self._pools[symbol]
        contra = Interest(is_buy=is_buy, leaves=qty, seq=self._next_seq(), expires=at)
        says = self._contra(at, pool, contra)
        return qty - contra.leaves, says

    def tune(self, settings: VenueSettings) -> None:
        """Any setting may change; a contra that is already on its way comes when it would have."""
        profile = replace(self._profile, settings={**self._profile.settings, **settings})
        self._settings = read_settings(profile, DarkSettings)
        for symbol, pool in self._pools.items():
            pool.flow.mix = self._settings.of(self._instruments[symbol].adv)

    # --- Desk

    def _refuse(self, command: SendChild) -> str:
        if command.ord_type is OrdType.PEGGED and command.peg is not Peg.MID:
            return f"ExecInst(18)={command.peg.value if command.peg else ''}: only the midpoint (M) is pegged to here"
        if command.tif is TimeInForce.FOK:
            return "TimeInForce(59)=4 is not supported: use MinQty(110) with IOC"
        if command.post_only:
            return "ExecInst(18)=6 has no meaning in a midpoint pool"
        return ""

    def _place(self, at: Ns, order: VenueOrder) -> list[VenueSays]:
        pool = self._pools[order.symbol]
        mine = self._interest(order)
        pool.waiting.append(mine)
        says: list[VenueSays] = [self._accepted(order), *self._match(at, pool, mine)]
        if order.is_open and order.sent.tif is TimeInForce.IOC:
            says += self._withdraw(at, order, text=f"{self.mic}: {order.leaves} not matched")
        return says

    def _move(self, at: Ns, order: VenueOrder, command: ReplaceChild) -> list[VenueSays]:
        """A smaller size keeps its time; anything else is a new order's."""
        pool = self._pools[order.symbol]
        kept = self._profile.replace_keeps_place and command.px == order.px and command.qty <= order.qty
        mine = self._find(pool, order)
        order.qty, order.px = command.qty, command.px
        mine.leaves, mine.px = order.leaves, order.px
        replaced = ChildReplaced(self.mic, order.child_id, command.request_id, command.qty, command.px, kept)
        if kept:
            return [replaced]
        mine.seq = self._next_seq()
        return [replaced, *self._match(at, pool, mine)]

    def _withdraw(self, at: Ns, order: VenueOrder, *, request_id: str | None = None, text: str = "") -> list[VenueSays]:
        pool = self._pools[order.symbol]
        pool.waiting.remove(self._find(pool, order))
        return [self._canceled(order, request_id, text)]

    # --- contras

    def _expect_contra(self, at: Ns, pool: _Pool) -> None:
        pool.arrives_at = pool.flow.arrival_after(at)
        if pool.arrives_at is not None:
            heappush(self._due, (pool.arrives_at, pool.symbol))

    def _contra(self, at: Ns, pool: _Pool, contra: Interest) -> list[VenueSays]:
        pool.waiting.append(contra)
        says = self._match(at, pool, contra)
        self._expire(at, pool)
        return says

    def _toxic(self, at: Ns, pool: _Pool, before: Nbbo) -> list[VenueSays]:
        """A move of the midpoint may bring somebody who saw it before the pool did."""
        old, new = _mid2(before), _mid2(pool.seen)
        if old is None or new is None or old == new:
            return []
        contra = pool.flow.toxic(at, self._next_seq(), mid_rose=new > old)
        return self._contra(at, pool, contra) if contra else []

    def _expire(self, at: Ns, pool: _Pool, but: Interest | None = None) -> None:
        if pool.waiting:
            pool.waiting = [one for one in pool.waiting if one is but or one.expires is None or one.expires > at]

    # --- matching

    def _match_all(self, at: Ns, pool: _Pool) -> list[VenueSays]:
        """Try everybody again, in priority: the NBBO has changed."""
        if len(pool.waiting) < 2:
            return []
        self._expire(at, pool)
        buys = [one.is_buy for one in pool.waiting]
        if all(buys) or not any(buys):
            return []
        says: list[VenueSays] = []
        for one in self._by_priority(pool.waiting):
            if one.leaves:
                says += self._match(at, pool, one)
        return says

    def _match(self, at: Ns, pool: _Pool, one: Interest) -> list[VenueSays]:
        """Find contras for one order at the midpoint, and trade with them if its minimum is met."""
        px = self._price(at, pool)
        if px is None or not one.accepts(px):
            return []
        self._expire(at, pool, but=one)
        pairs = self._contras(pool, one, px)
        if sum(qty for _, qty in pairs) < one.least:
            return []
        says: list[VenueSays] = []
        for other, qty in pairs:
            says += self._trade(pool, one, other, qty, px)
        pool.waiting = [waits for waits in pool.waiting if waits.leaves]
        return says

    def _contras(self, pool: _Pool, one: Interest, px: Px) -> list[tuple[Interest, Qty]]:
        """Whom `one` would trade with, in priority, and how much with each."""
        pairs: list[tuple[Interest, Qty]] = []
        left, each = one.leaves, 0 if self._settings.min_qty_rule == "aggregated" else one.min_qty
        others = [other for other in pool.waiting if other.is_buy is not one.is_buy and other.accepts(px)]
        for other in self._by_priority(others):
            qty = min(left, other.leaves)
            if qty and qty >= other.least and qty >= min(each, left) and self._may_meet(one, other):
                pairs.append((other, qty))
                left -= qty
        return pairs

    def _may_meet(self, one: Interest, other: Interest) -> bool:
        ours = one.order is not None and other.order is not None
        return not (ours and self._settings.self_match == "prevent")

    def _by_priority(self, several: list[Interest]) -> list[Interest]:
        """Better limit first (no limit is best), then larger or older; age decides between equals."""
        by_size = self._settings.priority == "size"

        def rank(one: Interest) -> tuple[int, int, int, int]:
            limit = 0 if one.px is None else -one.px if one.is_buy else one.px
            return (0 if one.px is None else 1, limit, -one.leaves if by_size else 0, one.seq)

        return sorted(several, key=rank)

    def _trade(self, pool: _Pool, taker: Interest, maker: Interest, qty: Qty, px: Px) -> list[VenueSays]:
        says: list[VenueSays] = []
        for side, liquidity in ((taker, LastLiquidityInd.REMOVED), (maker, LastLiquidityInd.ADDED)):
            side.leaves -= qty
            if side.order is not None:
                says.append(self._fill(side.order, qty, px, liquidity, PrintKind.DARK))
        says.append(TradePrint(self.mic, pool.symbol, px, qty, None, PrintKind.DARK))
        return says

    def _price(self, at: Ns, pool: _Pool) -> Px | None:
        """The midpoint that the pool knows, or None when the rules forbid a match. Half a quantum rounds down."""
        priced, seen = pool.priced, pool.seen
        mid2 = _mid2(priced)
        if mid2 is None or not self.is_trading(pool.symbol):
            return None
        if not seen.is_normal or seen.bid is None or seen.ask is None:
            return None
        fresh = at - seen.at <= self._settings.nbbo_age_max_ns
        px = mid2 // 2
        return px if fresh and seen.bid <= px <= seen.ask else None

    # --- inside

    def _catch_up(self, at: Ns, pool: _Pool) -> list[VenueSays]:
        """The NBBO that was held back arrives: reprice, and try everybody."""
        if not pool.lagged or pool.lagged[0][0] > at:
            return []
        while pool.lagged and pool.lagged[0][0] <= at:
            pool.priced = pool.lagged.popleft()[1]
        return self._match_all(at, pool)

    def _interest(self, order: VenueOrder) -> Interest:
        return Interest(
            is_buy=order.side.is_buy,
            leaves=order.qty,
            seq=self._next_seq(),
            px=order.px,
            min_qty=order.min_qty,
            order=order,
        )

    def _find(self, pool: _Pool, order: VenueOrder) -> Interest:
        return next(one for one in pool.waiting if one.order is order)

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq


def _mid2(nbbo: Nbbo) -> int | None:
    """Twice the midpoint of a normal NBBO, exact; None for any other."""
    bid, ask = nbbo.bid, nbbo.ask
    return None if bid is None or ask is None or bid >= ask else bid + ask
