"""A midpoint pool: matches at the midpoint of the NBBO, on each new order and on each change of the NBBO.

Bias: it prices from the NBBO as it was `nbbo_lag_ns` ago, as pools with a slower feed do (Aquilina, Foley, O'Neill and
Ruf, "Sharks in the dark", 2023); the toxic contras see the move first and trade at the stale midpoint, as long as that
still lies within the NBBO. It must not know a lit book, an algorithm or who is behind an order.

No match when the NBBO is one-sided, locked, crossed or older than `nbbo_age_max_ns`, the instrument is not trading, or
the midpoint lies outside the price bands.
A conditional order never trades: where it would, it is ended by a `FirmUpRequest`, and the firm order that answers it
is an order like any other. Nothing is kept for it meanwhile (Sigma X2).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from heapq import heappop, heappush
from typing import Final

import msgspec
from msgspec.structs import replace

from router.api import (
    CancelChild,
    ChildReplaced,
    FirmUpRequest,
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
    VenueCommand,
    VenueProfile,
    VenueSays,
)
from simulator.contra import ContraFlow, ContraMix, Interest
from simulator.dark_settings import DarkSettings
from simulator.desk import Desk, SettingsT, VenueOrder, read_settings
from simulator.eligibility import Eligibility, EligibilitySettings
from simulator.invitations import Invitation, Invitations, Meeting
from simulator.source import VenueSettings
from simulator.standing import OURS, Standing, StandingSettings

LAGGED_MAX: Final = 4_096
"""NBBO changes held back at once per symbol; beyond it the oldest is used early (a burst outruns a slow feed)."""


class _Pool:
    """One symbol: who waits, what the market is, and what the pool still believes it is."""

    def __init__(self, symbol: str, flow: ContraFlow, lag: Ns) -> None:
        self.symbol = symbol
        self.lag = lag
        """`nbbo_lag_ns`."""
        self.flow = flow
        self.waiting: list[Interest] = []
        self.seen = Nbbo(symbol, None, None)
        self.mid2: int | None = None
        """Twice the midpoint of `seen`."""
        self.priced = self.seen
        self.lagged: deque[tuple[Ns, Nbbo]] = deque()
        """What is held back, with its time. Where nobody waits it is applied when somebody looks: see `learn`."""
        self.wakes_at: Ns | None = None
        """For which of these the pool will wake."""
        self.arrives_at: Ns | None = None
        self.pings_at: Ns | None = None
        self.invitations = Invitations()

    def see(self, nbbo: Nbbo) -> int:
        """The market is this now. Returns by how much twice its midpoint moved; 0 where it has none, or had none."""
        before, now = self.mid2, _mid2(nbbo)
        self.seen, self.mid2 = nbbo, now
        return 0 if before is None or now is None else now - before

    def hold_back(self, at: Ns, nbbo: Nbbo) -> None:
        """The slow feed brings it later."""
        if len(self.lagged) == LAGGED_MAX:
            self.priced = self.lagged.popleft()[1]
        self.lagged.append((at + self.lag, nbbo))

    def learn(self, at: Ns) -> None:
        """The slow feed has brought all that was due before `at`; what is due at it comes after all else."""
        lagged = self.lagged
        while lagged and lagged[0][0] < at:
            self.priced = lagged.popleft()[1]

    def is_two_sided(self) -> bool:
        """Whether a new midpoint could make anybody trade."""
        waiting = self.waiting
        return bool(waiting) and any(one.is_buy is not waiting[0].is_buy for one in waiting)


class DarkVenue(Desk):
    """Midpoint pegs (18=M) and limit orders, which cap the midpoint; day or IOC; MinQty(110); nothing is displayed."""

    takes_conditionals = True

    def __init__(self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int) -> None:
        super().__init__(profile, instruments, seed)
        self._standing = Standing()
        self._read(profile)
        self._pools = {
            symbol: _Pool(symbol, self._flow(instrument), self._settings.nbbo_lag_ns)
            for symbol, instrument in instruments.items()
        }
        self._at: Ns = 0
        self._seq = 0
        self._requests = 0
        # (when, which pool), for each contra to come, and for an NBBO held back that somebody waits for.
        self._due: list[tuple[Ns, str]] = []

    # --- SimulatedVenue

    @property
    def next_at(self) -> Ns | None:
        return self._due[0][0] if self._due else None

    def on_nbbo(self, at: Ns, nbbo: Nbbo) -> list[VenueSays]:
        pool = self._pools[nbbo.symbol]
        # What held until now is what fills are judged by.
        self._standing.settle(at, pool.symbol, pool.mid2)
        moved = pool.see(nbbo)
        if pool.arrives_at is None:
            self._expect_contra(at, pool)
        if pool.pings_at is None and pool.flow.mix.pinger_every_ns:
            self._expect_ping(at, pool)
        says = self._toxic(at, pool, mid_rose=moved > 0) if moved else []
        if not pool.lag:
            pool.priced = nbbo
            return says + self._match_all(at, pool)
        pool.learn(at)
        pool.hold_back(at, nbbo)
        if pool.is_two_sided():
            self._watch(pool)
        return says

    def on_time(self, at: Ns) -> list[VenueSays]:
        says: list[VenueSays] = []
        while self._due and self._due[0][0] <= at:
            pool = self._pools[heappop(self._due)[1]]
            says += self._catch_up(at, pool)
            if pool.arrives_at is not None and pool.arrives_at <= at:
                self._expect_contra(at, pool)
                says += self._contra(at, pool, pool.flow.arrive(at, self._next_seq()))
            if pool.pings_at is not None and pool.pings_at <= at:
                self._expect_ping(at, pool)
                says += self.ping(at, pool.symbol)
            says += self._end_requests(at, pool)
            self._watch(pool)
        return says

    def on_command(self, at: Ns, command: VenueCommand) -> list[VenueSays]:
        """As at every venue; the cancel of an order that was asked to firm up declines, and comes too late as such."""
        self._at = at
        if isinstance(command, CancelChild) and command.symbol in self._pools:
            pool = self._pools[command.symbol]
            asked = pool.invitations.by_child(command.child_id)
            if asked is not None:
                return [*super().on_command(at, command), *self._close(at, pool, asked, firm=False)]
        return super().on_command(at, command)

    def ping(self, at: Ns, symbol: str, qty: Qty | None = None) -> list[VenueSays]:
        """A pinger asks on both sides, for `qty` shares or its usual lots: a scenario may call it when it likes."""
        says: list[VenueSays] = []
        for is_buy in (True, False):
            pool = self._pools[symbol]
            says += self._contra(at, pool, pool.flow.ping(at, self._next_seq(), is_buy=is_buy, qty=qty))
        return says

    # --- HasPool, Tunable

    def probe(self, at: Ns, symbol: str, qty: Qty, *, is_buy: bool) -> tuple[Qty, list[VenueSays]]:
        pool = self._pools[symbol]
        contra = pool.flow.ping(at, self._next_seq(), is_buy=is_buy, qty=qty)
        says = self._contra(at, pool, contra)
        return qty - contra.leaves, says

    def tune(self, settings: VenueSettings) -> None:
        """Any setting may change; a contra that is already on its way comes when it would have."""
        self._read(replace(self._profile, settings={**self._profile.settings, **settings}))
        for symbol, pool in self._pools.items():
            pool.flow.mix = self._mix.of(self._instruments[symbol].adv)
            pool.lag = self._settings.nbbo_lag_ns

    def _read(self, profile: VenueProfile) -> None:
        self._mix, own = read_part(profile, ContraMix)
        rules, own = read_part(own, EligibilitySettings)
        self._standing.settings, own = read_part(own, StandingSettings)
        self._settings = read_settings(own, DarkSettings)
        self._rules = Eligibility(rules, self._standing)

    # --- Desk

    def _refuse(self, command: SendChild) -> str:
        if command.ord_type is OrdType.PEGGED and command.peg is not Peg.MID:
            return f"ExecInst(18)={command.peg.value if command.peg else ''}: only the midpoint (M) is pegged to here"
        if command.tif is TimeInForce.FOK:
            return "TimeInForce(59)=4 is not supported: use MinQty(110) with IOC"
        if command.post_only:
            return "ExecInst(18)=6 has no meaning in a midpoint pool"
        odd = self._rules.refusal(command.qty, self._instruments[command.symbol].round_lot)
        return odd or self._refuse_conditional(command) or self._refuse_firm_up(command)

    def _refuse_conditional(self, command: SendChild) -> str:
        if not command.conditional:
            return ""
        if not self._settings.conditionals:
            return "conditional orders are not supported"
        if command.tif is TimeInForce.IOC or command.firm_up_id is not None:
            return "a conditional order rests: neither TimeInForce(59)=3 nor a firm-up can be conditional"
        if self._standing.paused_until(OURS, self._at) is not None:
            most, of = self._standing.settings.declines_max, self._standing.settings.declines_of
            return f"conditional orders are paused: {most} of the last {of} firm-up requests were declined"
        return ""

    def _refuse_firm_up(self, command: SendChild) -> str:
        """A firm-up must be for what was asked: the side, at most the quantity, and in time."""
        if command.firm_up_id is None:
            return ""
        asked = self._pools[command.symbol].invitations.by_id(command.firm_up_id)
        if asked is None or asked.interest.order is None or self._at > asked.expires:
            return f"IOIID(23) {command.firm_up_id} names no open firm-up request"
        if command.side.is_buy is not asked.interest.is_buy:
            return f"Side(54)={command.side.value} is not that of firm-up request {command.firm_up_id}"
        if command.qty > asked.qty:
            return f"OrderQty(38) {command.qty} is above the {asked.qty} of firm-up request {command.firm_up_id}"
        return ""

    def _place(self, at: Ns, order: VenueOrder) -> list[VenueSays]:
        pool = self._pools[order.symbol]
        asked = None
        if order.sent.firm_up_id is not None:
            asked = pool.invitations.by_id(order.sent.firm_up_id)
            assert asked is not None, order.sent.firm_up_id
        mine = self._interest(order, waits=asked is not None)
        pool.waiting.append(mine)
        says: list[VenueSays] = [self._accepted(order), *self._match(at, pool, mine)]
        self._watch(pool)
        if asked is not None:
            asked.meeting.held.append(order)
            return says + self._close(at, pool, asked, firm=True)
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

    # --- conditional orders

    def _invite(self, at: Ns, pool: _Pool, one: Interest, qty: Qty, meeting: Meeting) -> list[VenueSays]:
        """End a conditional interest, and ask it to be firmed up."""
        pool.waiting.remove(one)
        self._requests += 1
        expires = at + self._settings.firm_up_ns
        asked = Invitation(f"{self.mic}-F{self._requests}", one, qty, expires, meeting)
        if one.order is None:
            answers_at = pool.flow.answer_after(at)
            asked.answers_at = None if answers_at is None else min(answers_at, expires)
        pool.invitations.add(asked)
        heappush(self._due, (pool.invitations.due_at(asked), pool.symbol))
        if one.order is None:
            return []
        self._end(one.order)
        return [FirmUpRequest(self.mic, one.order.child_id, asked.firm_up_id, qty, expires)]

    def _end_requests(self, at: Ns, pool: _Pool) -> list[VenueSays]:
        """Contras answer, and who has not answered in time has declined."""
        says: list[VenueSays] = []
        while (asked := pool.invitations.pop_due(at)) is not None:
            if asked.answers_at is not None:
                says += self._contra_firms_up(at, pool, asked)
            says += self._close(at, pool, asked, firm=asked.answers_at is not None)
        return says

    def _contra_firms_up(self, at: Ns, pool: _Pool, asked: Invitation) -> list[VenueSays]:
        wish = asked.interest
        firm = Interest(
            is_buy=wish.is_buy,
            leaves=asked.qty,
            seq=self._next_seq(),
            px=wish.px,
            min_qty=wish.min_qty,
            # Whoever it met may still be firming up.
            expires=max(asked.expires, wish.expires or 0) + 1,
            who=wish.who,
        )
        return self._contra(at, pool, firm)

    def _close(self, at: Ns, pool: _Pool, asked: Invitation, *, firm: bool) -> list[VenueSays]:
        """A request has its answer. In a halt nobody could have given one, and silence is not held against anybody."""
        pool.invitations.close(asked)
        if firm or self.is_trading(pool.symbol):
            self._standing.answered(at, asked.interest.who, firm=firm)
        if asked.meeting.open:
            return []
        says: list[VenueSays] = []
        for order in asked.meeting.held:
            if order.is_open and order.sent.tif is TimeInForce.IOC:
                says += self._withdraw(at, order, text=f"{self.mic}: {order.leaves} not matched")
        return says

    # --- contras

    def _flow(self, instrument: Instrument) -> ContraFlow:
        symbol = instrument.symbol
        mix = self._mix.of(instrument.adv)
        return ContraFlow(self._rng("contra", symbol), mix, instrument.round_lot, self._rng("conditional", symbol))

    def _expect_ping(self, at: Ns, pool: _Pool) -> None:
        every = self._mix.pinger_every_ns
        pool.pings_at = at + every if every else None
        if pool.pings_at is not None:
            heappush(self._due, (pool.pings_at, pool.symbol))

    def _expect_contra(self, at: Ns, pool: _Pool) -> None:
        pool.arrives_at = pool.flow.arrival_after(at)
        if pool.arrives_at is not None:
            heappush(self._due, (pool.arrives_at, pool.symbol))

    def _contra(self, at: Ns, pool: _Pool, contra: Interest) -> list[VenueSays]:
        if contra.conditional and self._standing.paused_until(contra.who, at) is not None:
            return []
        pool.waiting.append(contra)
        says = self._match(at, pool, contra)
        self._expire(at, pool)
        self._watch(pool)
        return says

    def _toxic(self, at: Ns, pool: _Pool, *, mid_rose: bool) -> list[VenueSays]:
        """A move of the midpoint may bring somebody who saw it before the pool did."""
        contra = pool.flow.toxic(at, self._next_seq(), mid_rose=mid_rose)
        return self._contra(at, pool, contra) if contra else []

    def _expire(self, at: Ns, pool: _Pool, but: Interest | None = None) -> None:
        if pool.waiting:
            pool.waiting = [one for one in pool.waiting if one is but or one.expires is None or one.expires > at]

    # --- matching

    def _match_all(self, at: Ns, pool: _Pool) -> list[VenueSays]:
        """Try everybody again, in priority: the NBBO has changed."""
        self._expire(at, pool)
        if not pool.is_two_sided():
            return []
        says: list[VenueSays] = []
        for one in self._by_priority(pool.waiting):
            if one.leaves and (not one.conditional or one in pool.waiting):
                says += self._match(at, pool, one)
        return says

    def _match(self, at: Ns, pool: _Pool, one: Interest) -> list[VenueSays]:
        """Find contras for one order at the midpoint, and trade with them if its minimum is met."""
        px = self._price(at, pool)
        if px is None or not one.accepts(px):
            return []
        self._expire(at, pool, but=one)
        self._standing.settle(at, pool.symbol, pool.mid2)
        pairs = self._contras(pool, one, px)
        found = sum(qty for _, qty in pairs)
        if not found or found < one.least:
            return []
        says: list[VenueSays] = []
        meeting = Meeting()
        # What conditional contras may bring counts for asking them, and not for what trades without them.
        trades = not one.conditional and sum(qty for other, qty in pairs if not other.conditional) >= one.least
        for other, qty in pairs:
            if other.conditional:
                says += self._invite(at, pool, other, qty, meeting)
            elif trades:
                says += self._trade(at, pool, (one, other), qty, px)
        if one.conditional:
            says += self._invite(at, pool, one, found, meeting)
        pool.waiting = [waits for waits in pool.waiting if waits.leaves]
        return says

    def _contras(self, pool: _Pool, one: Interest, px: Px) -> list[tuple[Interest, Qty]]:
        """Whom `one` would trade with, in priority, and how much with each."""
        pairs: list[tuple[Interest, Qty]] = []
        left, each = one.leaves, 0 if self._settings.min_qty_rule == "aggregated" else one.min_qty
        rules, instrument = self._rules, self._instruments[pool.symbol]
        others = [other for other in pool.waiting if other.is_buy is not one.is_buy and other.accepts(px)]
        for other in self._by_priority(others):
            qty = min(left, other.leaves)
            if not qty or qty < other.least or qty < min(each, left) or not rules.may_meet(one, other):
                continue
            if rules.is_large_enough(one, other, qty, px, instrument):
                pairs.append((other, qty))
                left -= qty
        return pairs

    def _by_priority(self, several: list[Interest]) -> list[Interest]:
        """Better limit first (no limit is best), firm before conditional, then larger or older; age decides at last.

        Among conditionals, whoever declined more firm-up requests of late comes later.
        """
        by_size = self._settings.priority == "size"

        def rank(one: Interest) -> tuple[int, int, int, int, int]:
            limit = 0 if one.px is None else -one.px if one.is_buy else one.px
            doubt = 1 + self._standing.declines(one.who) if one.conditional else 0
            return (0 if one.px is None else 1, limit, doubt, -one.leaves if by_size else 0, one.seq)

        return sorted(several, key=rank)

    def _trade(self, at: Ns, pool: _Pool, sides: tuple[Interest, Interest], qty: Qty, px: Px) -> list[VenueSays]:
        """A trade of a taker with a maker, in that order."""
        says: list[VenueSays] = []
        for side, liquidity in zip(sides, (LastLiquidityInd.REMOVED, LastLiquidityInd.ADDED), strict=True):
            side.leaves -= qty
            self._standing.filled(at, pool.symbol, side.who, is_buy=side.is_buy, px=px)
            if side.order is not None:
                says.append(self._fill(side.order, qty, px, liquidity, PrintKind.DARK))
        says.append(TradePrint(self.mic, pool.symbol, px, qty, None, PrintKind.DARK))
        return says

    def _price(self, at: Ns, pool: _Pool) -> Px | None:
        """The midpoint that the pool knows, or None when the rules forbid a match. Half a quantum rounds down."""
        pool.learn(at)
        priced, seen = pool.priced, pool.seen
        mid2 = _mid2(priced)
        if mid2 is None or not self.is_trading(pool.symbol):
            return None
        if not seen.is_normal or seen.bid is None or seen.ask is None:
            return None
        fresh = at - seen.at <= self._settings.nbbo_age_max_ns
        px = mid2 // 2
        allowed = seen.bid <= px <= seen.ask and self.within_bands(pool.symbol, px)
        return px if fresh and allowed else None

    # --- inside

    def _catch_up(self, at: Ns, pool: _Pool) -> list[VenueSays]:
        """The NBBO that was held back arrives: reprice, and try everybody."""
        if not pool.lagged or pool.lagged[0][0] > at:
            return []
        pool.learn(at + 1)
        return self._match_all(at, pool)

    def _watch(self, pool: _Pool) -> None:
        """Wake for the NBBO that is held back, if a new midpoint could make anybody trade."""
        if not pool.lagged or not pool.is_two_sided():
            return
        due = pool.lagged[0][0]
        if pool.wakes_at != due:
            pool.wakes_at = due
            heappush(self._due, (due, pool.symbol))

    def _interest(self, order: VenueOrder, *, waits: bool) -> Interest:
        """Our order as a wish; one that firms up waits for its match, whatever its time in force."""
        return Interest(
            is_buy=order.side.is_buy,
            leaves=order.qty,
            seq=self._next_seq(),
            px=order.px,
            min_qty=order.min_qty,
            order=order,
            who=OURS,
            conditional=order.sent.conditional,
            is_immediate=order.sent.tif is TimeInForce.IOC and not waits,
        )

    def _find(self, pool: _Pool, order: VenueOrder) -> Interest:
        return next(one for one in pool.waiting if one.order is order)

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq


def read_part(profile: VenueProfile, shape: type[SettingsT]) -> tuple[SettingsT, VenueProfile]:
    """The settings that are `shape`'s, and the profile with the others.

    Raises ValueError naming the venue and the key for a value of the wrong type.
    """
    names = shape.__struct_fields__
    mine = {name: value for name, value in profile.settings.items() if name in names}
    others = {name: value for name, value in profile.settings.items() if name not in names}
    part = read_settings(msgspec.structs.replace(profile, settings=mine), shape)
    return part, msgspec.structs.replace(profile, settings=others)


def _mid2(nbbo: Nbbo) -> int | None:
    """Twice the midpoint of a normal NBBO, exact; None for any other."""
    bid, ask = nbbo.bid, nbbo.ask
    return None if bid is None or ask is None or bid >= ask else bid + ask
