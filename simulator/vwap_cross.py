"""An interval-VWAP cross: matched before an interval begins, priced at the consolidated VWAP of it when it has ended.

Bias: contra interest is there when the match is made, drawn from the seed, and does not know us; nobody trades in the
interval because of what was matched. It must not know a book or the NBBO. All prints of the tape count but the cross's
own and late ones (Trajectory Cross excludes its own volume). Where the VWAP lies outside the price bands at the end the
match is void.

A VWAP is a fraction, and a price here is an int of quanta. The price itself is kept exact: each fill carries numerator
and denominator (`ChildFilled.px_exact`). Money is ints: an order's shares are filled at the two quanta around the VWAP,
so many at each that what it pays is the exact amount to within one quantum in all, and both sides together pay and get
the same. With 10^-4 quanta and 10,000 shares the average paid is within 10^-8 of the VWAP.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from router.api import (
    SECOND,
    ChildFilled,
    ChildRequestRejected,
    Instrument,
    LastLiquidityInd,
    Nbbo,
    Ns,
    OrdType,
    Phase,
    PhaseChange,
    Ppm,
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
from simulator.bounds import at_least, chances, zone
from simulator.contra import Interest
from simulator.cross_desk import CrossDesk
from simulator.crossing import cross_fills, keep_ours_apart
from simulator.desk import VenueOrder, read_settings
from simulator.quotes import Quotes


class VwapSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`VenueProfile.settings` of an interval-VWAP cross.

    The intervals follow each other, each `interval_s` seconds long, from `first_s` to `last_s` after midnight in
    `timezone`. `allocation`, `self_match`, `contra_ppm` and `contra_lots_mean` are as at a scheduled cross.
    """

    timezone: str = "America/New_York"
    first_s: int = 36_000
    last_s: int = 55_800
    interval_s: int = 1_800
    allocation: Literal["pro-rata", "time"] = "pro-rata"
    self_match: Literal["prevent", "allow"] = "prevent"
    contra_ppm: Ppm = 600_000
    contra_lots_mean: int = 20

    def __post_init__(self) -> None:
        zone(self.timezone)
        at_least(self, 0, "first_s")
        at_least(self, self.first_s + 1, "last_s")
        at_least(self, 1, "contra_lots_mean")
        chances(self, "contra_ppm")


class _Interval:
    """One symbol's interval: what was matched for it, and the tape since it began.

    A print at the instant of its end belongs to the next one, and comes before anybody's timer: `early` keeps it.
    """

    __slots__ = ("early", "ends", "matched", "notional", "volume")

    def __init__(self) -> None:
        self.ends: Ns = 0
        self.matched: list[tuple[Interest, Qty]] = []
        self.notional = 0
        self.volume: Qty = 0
        self.early: list[tuple[Ns, Px, Qty]] = []

    def begin(self, at: Ns, ends: Ns) -> None:
        """The next interval: what was printed at this very instant is its first."""
        early = [(px, qty) for when, px, qty in self.early if when == at]
        self.ends, self.notional, self.volume = ends, 0, 0
        for px, qty in early:
            self.count(px, qty)

    def on_print(self, at: Ns, px: Px, qty: Qty) -> None:
        if at < self.ends:
            self.count(px, qty)
            return
        if self.early and self.early[0][0] != at:
            self.early.clear()
        self.early.append((at, px, qty))

    def count(self, px: Px, qty: Qty) -> None:
        self.notional += px * qty
        self.volume += qty

    @property
    def vwap(self) -> Fraction | None:
        """Exact, in quanta; None where nothing has traded."""
        return Fraction(self.notional, self.volume) if self.volume else None


class VwapCrossVenue(CrossDesk):
    """Market orders, and limit orders, which trade if the VWAP is within their limit; IOC is for the next interval."""

    def __init__(self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int) -> None:
        self._settings = settings = read_settings(profile, VwapSettings)
        super().__init__(profile, instruments, seed, settings.contra_lots_mean)
        if not 0 < settings.interval_s <= settings.last_s - settings.first_s:
            span = settings.last_s - settings.first_s
            raise ValueError(f"venue {self.mic}, settings: interval_s {settings.interval_s} is not in 1..{span}")
        self._zone = ZoneInfo(settings.timezone)
        self._intervals = {symbol: _Interval() for symbol in instruments}
        self._bounds: Iterator[tuple[Ns, Ns | None]] | None = None
        self._next: tuple[Ns, Ns | None] | None = None
        self.quotes = Quotes()

    # --- SimulatedVenue, HearsPhases and HearsTape

    @property
    def next_at(self) -> Ns | None:
        """The next end or beginning of an interval; None until the venue has been told the time once, by any call."""
        return None if self._next is None else self._next[0]

    def on_nbbo(self, at: Ns, nbbo: Nbbo) -> list[VenueSays]:
        self._learn_day(at)
        return []

    @property
    def wants_tape(self) -> bool:
        return True

    def on_tape(self, at: Ns, event: TradePrint) -> None:
        """A trade somewhere: it counts towards the VWAP of the interval that it falls into."""
        interval = self._intervals.get(event.symbol)
        if interval is not None and event.venue != self.mic and event.kind is not PrintKind.LATE:
            interval.on_print(at, event.px, event.qty)

    def on_phase(self, at: Ns, change: PhaseChange) -> list[VenueSays]:
        """A close before an interval's end leaves it without a price: what was matched for it is void."""
        if change.phase is Phase.CLOSED and change.venue in {None, self.mic}:
            self._intervals[change.symbol].matched.clear()
        return super().on_phase(at, change)

    def on_time(self, at: Ns) -> list[VenueSays]:
        self._learn_day(at)
        says: list[VenueSays] = []
        while self._next is not None and self._next[0] <= at:
            ends = self._next[1]
            for symbol in self._instruments:
                says += self._price(at, symbol)
                if ends is not None:
                    says += self._match(at, symbol, ends)
            self._next = next(self._bounds) if self._bounds else None
        return says

    def _refuse(self, command: SendChild) -> str:
        if command.ord_type is OrdType.PEGGED:
            return "OrdType(40)=P has no meaning here: the price is the VWAP"
        if command.tif is TimeInForce.FOK:
            return "TimeInForce(59)=4 is not supported: use MinQty(110)"
        if command.post_only:
            return "ExecInst(18)=6 has no meaning in a cross"
        return ""

    def _place(self, at: Ns, order: VenueOrder) -> list[VenueSays]:
        self._learn_day(at)
        return self._wait(order)

    def _move(self, at: Ns, order: VenueOrder, command: ReplaceChild) -> list[VenueSays]:
        bound = self._bound(order)
        if bound:
            return [ChildRequestRejected(self.mic, order.child_id, command.request_id, bound)]
        return super()._move(at, order, command)

    def _withdraw(self, at: Ns, order: VenueOrder, *, request_id: str | None = None, text: str = "") -> list[VenueSays]:
        bound = self._bound(order)
        if bound and request_id is not None:
            return [ChildRequestRejected(self.mic, order.child_id, request_id, bound)]
        return super()._withdraw(at, order, request_id=request_id, text=text)

    # --- the match and the price

    def _match(self, at: Ns, symbol: str, ends: Ns) -> list[VenueSays]:
        """At the beginning: who trades how much. In a halt nobody does, and the tape is heard all the same."""
        interval, settings = self._intervals[symbol], self._settings
        interval.begin(at, ends)
        # Drawn whether or not there is a match, so that a halt leaves the later ones as they were.
        contras = self._contras(symbol, settings.contra_ppm)
        if self.is_trading(symbol):
            there = [*self._waiting[symbol], *contras]
            if settings.self_match == "prevent":
                there = keep_ours_apart(there)
            lot = self._instruments[symbol].round_lot
            interval.matched = cross_fills(there, lot, pro_rata=settings.allocation == "pro-rata")
        return self._end_immediate(at, symbol)

    def _price(self, at: Ns, symbol: str) -> list[VenueSays]:
        """At the end: what was matched trades at the VWAP, so far as the limits let it."""
        interval = self._intervals[symbol]
        matched, interval.matched = interval.matched, []
        vwap = interval.vwap
        if not matched:
            return []
        says: list[VenueSays] = []
        if vwap is not None and self.is_trading(symbol) and self.within_bands(symbol, vwap):
            lot = self._instruments[symbol].round_lot
            fills = within_limits(matched, vwap, lot, pro_rata=self._settings.allocation == "pro-rata")
            says += self._report(symbol, vwap, fills)
            self._waiting[symbol] = [one for one in self._waiting[symbol] if one.leaves]
        return says + self._end_immediate(at, symbol)

    def _report(self, symbol: str, vwap: Fraction, fills: Sequence[tuple[Interest, Qty]]) -> list[VenueSays]:
        says: list[VenueSays] = []
        prints: dict[Px, Qty] = {}
        for one, parts in at_two_quanta(fills, vwap):
            for px, qty in parts:
                one.leaves -= qty
                if one.is_buy:
                    prints[px] = prints.get(px, 0) + qty
                if one.order is not None:
                    says.append(self._exact_fill(one.order, qty, px, vwap))
        says += [TradePrint(self.mic, symbol, px, qty, None, PrintKind.CROSS) for px, qty in sorted(prints.items())]
        return says

    def _exact_fill(self, order: VenueOrder, qty: Qty, px: Px, vwap: Fraction) -> ChildFilled:
        fill = self._fill(order, qty, px, LastLiquidityInd.AUCTION, PrintKind.CROSS)
        return msgspec.structs.replace(fill, px_exact=(vwap.numerator, vwap.denominator))

    def _end_immediate(self, at: Ns, symbol: str) -> list[VenueSays]:
        says: list[VenueSays] = []
        for one in list(self._waiting[symbol]):
            order = one.order
            if order is not None and order.sent.tif is TimeInForce.IOC and not self._bound(order):
                says += self._withdraw(at, order, text=f"{self.mic}: {order.leaves} not crossed")
        return says

    def _bound(self, order: VenueOrder) -> str:
        """Why an order cannot be withdrawn now, or ""."""
        for one, qty in self._intervals[order.symbol].matched:
            if one.order is order:
                return f"{self.mic}: {qty} shares are matched, and trade at the VWAP when the interval has ended"
        return ""

    # --- when

    def _learn_day(self, at: Ns) -> None:
        """The venue has no clock: the first call tells it which date it is."""
        if self._bounds is None:
            self._bounds = self._schedule(at)
            self._next = next(self._bounds)

    def _schedule(self, at: Ns) -> Iterator[tuple[Ns, Ns | None]]:
        """Each bound of an interval from `at` on, with the end of the interval that begins there, day after day."""
        settings = self._settings
        day = datetime.fromtimestamp(at // SECOND, UTC).astimezone(self._zone).date()
        while True:
            midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
            # Added as local time, so that DST is respected.
            seconds = range(settings.first_s, settings.last_s + 1, settings.interval_s)
            bounds = [int((midnight + timedelta(seconds=second)).timestamp()) * SECOND for second in seconds]
            for number, bound in enumerate(bounds):
                if bound >= at:
                    yield bound, bounds[number + 1] if number + 1 < len(bounds) else None
            day += timedelta(days=1)


def within_limits(
    matched: Sequence[tuple[Interest, Qty]], vwap: Fraction, lot: Qty, *, pro_rata: bool
) -> list[tuple[Interest, Qty]]:
    """What of a match trades: all of it, or where a limit is beyond the VWAP, what the others are left with."""
    if all(_accepts(one, vwap) for one, _ in matched):
        return list(matched)
    left = {
        one.seq: (one, Interest(is_buy=one.is_buy, leaves=qty, seq=one.seq, min_qty=one.min_qty))
        for one, qty in matched
        if _accepts(one, vwap)
    }
    fills = cross_fills([part for _, part in left.values()], lot, pro_rata=pro_rata)
    return [(left[part.seq][0], qty) for part, qty in fills]


def at_two_quanta(fills: Sequence[tuple[Interest, Qty]], px: Fraction) -> list[tuple[Interest, list[tuple[Px, Qty]]]]:
    """Divide each fill over the quanta below and above `px`.

    On each side the shares above are rounded cumulatively, so that what one order is over another is under: the sides'
    money is the same to the quantum, and each order's within one quantum of exact.
    """
    below = px.numerator // px.denominator
    part = px - below
    so_far = {True: (0, 0), False: (0, 0)}
    divided: list[tuple[Interest, list[tuple[Px, Qty]]]] = []
    for one, qty in fills:
        shares, above = so_far[one.is_buy]
        # Half a share rounds down: ints only, and the same on both sides.
        total = -((part.denominator - 2 * (shares + qty) * part.numerator) // (2 * part.denominator))
        up = total - above
        so_far[one.is_buy] = (shares + qty, above + up)
        divided.append((one, [(at, some) for at, some in ((below, qty - up), (below + 1, up)) if some]))
    return divided


def _accepts(one: Interest, px: Fraction) -> bool:
    if one.px is None:
        return True
    return px <= one.px if one.is_buy else px >= one.px
