"""A scheduled cross: once, at a random instant soon after each stated time, everybody trades at the midpoint then.

Bias: contra interest appears at the instant of the cross, drawn from the seed, and does not know us; in the world a
cross attracts those who expect us there. It must not know a book or the tape. No cross, for that time, when the NBBO is
one-sided, locked, crossed or older than `nbbo_age_max_ns`, the instrument is not trading, or the midpoint lies outside
the price bands: interest stays for the next one. The instant is random so that nobody can move the quote just before it
(POSIT Match).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from router.api import (
    SECOND,
    Instrument,
    LastLiquidityInd,
    Nbbo,
    Ns,
    OrdType,
    Peg,
    Ppm,
    PrintKind,
    Px,
    Qty,
    SendChild,
    TimeInForce,
    TradePrint,
    VenueProfile,
    VenueSays,
)
from simulator.bounds import at_least, chances, zone
from simulator.contra import Interest
from simulator.cross_desk import CrossDesk
from simulator.desk import VenueOrder, read_settings
from simulator.quotes import Quotes


class CrossSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`VenueProfile.settings` of a scheduled cross; the times are the profile's `cross_times`.

    `timezone`: whose midnight those times count from. `window_ns`: how long after the stated time the cross may come.
    `allocation` of the larger side: "pro-rata" to size in round lots, or "time". `self_match`: "prevent" leaves out the
    smaller of our two sides where we have both. `contra_ppm`: the chance that each side has contra interest at a cross,
    of `contra_lots_mean` round lots on average.
    """

    timezone: str = "America/New_York"
    window_ns: Ns = 300 * SECOND
    allocation: Literal["pro-rata", "time"] = "pro-rata"
    self_match: Literal["prevent", "allow"] = "prevent"
    nbbo_age_max_ns: Ns = 60 * SECOND
    contra_ppm: Ppm = 600_000
    contra_lots_mean: int = 20

    def __post_init__(self) -> None:
        zone(self.timezone)
        at_least(self, 0, "window_ns", "nbbo_age_max_ns")
        at_least(self, 1, "contra_lots_mean")
        chances(self, "contra_ppm")


class CrossingVenue(CrossDesk):
    """Midpoint pegs (18=M), market orders, and limit orders which cap the midpoint; IOC is for the next cross only."""

    def __init__(self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int) -> None:
        self._settings = read_settings(profile, CrossSettings)
        super().__init__(profile, instruments, seed, self._settings.contra_lots_mean)
        self._zone = ZoneInfo(self._settings.timezone)
        self._times = tuple(sorted(profile.cross_times))
        self.quotes = Quotes()
        self._instants: Iterator[Ns] | None = None
        self._crosses_at: Ns | None = None

    # --- SimulatedVenue

    @property
    def next_at(self) -> Ns | None:
        """The next cross; None until the venue has been told the time once, by any call."""
        return self._crosses_at

    def on_nbbo(self, at: Ns, nbbo: Nbbo) -> list[VenueSays]:
        self._learn_day(at)
        self.quotes.by_symbol[nbbo.symbol] = nbbo
        return []

    def on_time(self, at: Ns) -> list[VenueSays]:
        self._learn_day(at)
        says: list[VenueSays] = []
        while self._crosses_at is not None and self._crosses_at <= at:
            for symbol in self._instruments:
                says += self._cross(at, symbol)
            self._crosses_at = next(self._instants) if self._instants else None
        return says

    def _refuse(self, command: SendChild) -> str:
        if command.ord_type is OrdType.PEGGED and command.peg is not Peg.MID:
            return f"ExecInst(18)={command.peg.value if command.peg else ''}: only the midpoint (M) is crossed at"
        if command.tif is TimeInForce.FOK:
            return "TimeInForce(59)=4 is not supported: use MinQty(110)"
        if command.post_only:
            return "ExecInst(18)=6 has no meaning in a cross"
        return ""

    def _place(self, at: Ns, order: VenueOrder) -> list[VenueSays]:
        self._learn_day(at)
        return self._wait(order)

    # --- the cross

    def _cross(self, at: Ns, symbol: str) -> list[VenueSays]:
        px = self._price(at, symbol)
        # Drawn whether or not there is a cross, so that a halt at one time leaves the later ones as they were.
        contras = self._contras(symbol, self._settings.contra_ppm)
        says: list[VenueSays] = []
        if px is not None:
            there = [one for one in [*self._waiting[symbol], *contras] if one.accepts(px)]
            if self._settings.self_match == "prevent":
                there = keep_ours_apart(there)
            lot = self._instruments[symbol].round_lot
            fills = cross_fills(there, lot, pro_rata=self._settings.allocation == "pro-rata")
            says += self._report(symbol, px, fills)
        self._waiting[symbol] = [one for one in self._waiting[symbol] if one.leaves]
        for one in list(self._waiting[symbol]):
            order = one.order
            if order is not None and order.sent.tif is TimeInForce.IOC:
                says += self._withdraw(at, order, text=f"{self.mic}: {order.leaves} not crossed")
        return says

    def _report(self, symbol: str, px: Px, fills: Sequence[tuple[Interest, Qty]]) -> list[VenueSays]:
        says: list[VenueSays] = []
        for one, qty in fills:
            one.leaves -= qty
            if one.order is not None:
                says.append(self._fill(one.order, qty, px, LastLiquidityInd.AUCTION, PrintKind.CROSS))
        volume = sum(qty for one, qty in fills if one.is_buy)
        if volume:
            says.append(TradePrint(self.mic, symbol, px, volume, None, PrintKind.CROSS))
        return says

    def _price(self, at: Ns, symbol: str) -> Px | None:
        """The midpoint now, or None when the rules forbid a cross. Half a quantum rounds down."""
        nbbo = self.quotes.by_symbol.get(symbol)
        if nbbo is None or nbbo.bid is None or nbbo.ask is None or not nbbo.is_normal:
            return None
        if at - nbbo.at > self._settings.nbbo_age_max_ns or not self.is_trading(symbol):
            return None
        px = (nbbo.bid + nbbo.ask) // 2
        return px if self.within_bands(symbol, px) else None

    # --- when

    def _learn_day(self, at: Ns) -> None:
        """The venue has no clock: the first call tells it which date it is."""
        if self._instants is None:
            self._instants = self._schedule(at)
            self._crosses_at = next(self._instants, None)

    def _schedule(self, at: Ns) -> Iterator[Ns]:
        """The instants of all crosses from `at` on, day after day."""
        day = datetime.fromtimestamp(at // SECOND, UTC).astimezone(self._zone).date()
        while self._times:
            for number, seconds in enumerate(self._times):
                instant = self._instant(day, number, seconds)
                if instant >= at:
                    yield instant
            day += timedelta(days=1)

    def _instant(self, day: date, number: int, seconds: int) -> Ns:
        """A draw of its own for each day and time: no other event moves it. Local time, so that DST is respected."""
        local = datetime(day.year, day.month, day.day, tzinfo=self._zone) + timedelta(seconds=seconds)
        delay = self._rng(day.isoformat(), str(number)).randrange(max(self._settings.window_ns, 1))
        return int(local.timestamp()) * SECOND + delay


def keep_ours_apart(there: list[Interest]) -> list[Interest]:
    """Where we stand on both sides, and may not meet ourselves, the smaller of our sides sits this cross out."""
    ours = {side: sum(one.leaves for one in there if one.order and one.is_buy is side) for side in (True, False)}
    if not ours[True] or not ours[False]:
        return there
    out = ours[True] < ours[False]
    return [one for one in there if one.order is None or one.is_buy is not out]


def cross_fills(there: Sequence[Interest], lot: Qty, *, pro_rata: bool) -> list[tuple[Interest, Qty]]:
    """Who gets what when everybody in `there` accepts the price; shares bought equal shares sold, exactly.

    The smaller side is filled whole, the larger one shared out. Whoever would get less than its minimum leaves, the
    newest first, and the rest is shared out again: each turn loses one, so the loop ends.
    """
    left = sorted(there, key=lambda one: one.seq)
    while True:
        buys, sells = ([one for one in left if one.is_buy is side] for side in (True, False))
        volume = min(sum(one.leaves for one in buys), sum(one.leaves for one in sells))
        fills = [*share_out(buys, volume, lot, pro_rata=pro_rata), *share_out(sells, volume, lot, pro_rata=pro_rata)]
        unhappy = [one for one, qty in fills if 0 < qty < one.least]
        if not unhappy:
            return [(one, qty) for one, qty in fills if qty]
        left.remove(max(unhappy, key=lambda one: one.seq))


def share_out(side: Sequence[Interest], volume: Qty, lot: Qty, *, pro_rata: bool) -> list[tuple[Interest, Qty]]:
    """Divide `volume` over one side (oldest first), which wants at least that much.

    Pro rata gives each its share rounded down to round lots; what rounding left goes, oldest first, a lot at most to
    each in turn, and odd shares to whoever still wants them. By time, the oldest is filled first.
    """
    total = sum(one.leaves for one in side)
    assert volume <= total, (volume, total)
    got = [volume * one.leaves // total // lot * lot if pro_rata and total else 0 for one in side]
    left = volume - sum(got)
    step = lot if pro_rata else max(volume, 1)
    while left:
        for at, one in enumerate(side):
            more = min(step, one.leaves - got[at], left)
            got[at] += more
            left -= more
    return list(zip(side, got, strict=True))
