"""Bars made into a tape: trades and quotes, drawn from a seed, that meet every bar. Bias: reactive to nothing.

Of a bar only five figures are history. The trades drawn for it print first at its open, touch its high and its low, end
at its close, and add up to its volume, share for share; the way between and the times are a bounded random walk. Around
them stands one national best of a constant width, which moves only when something trades, and whose sizes are drawn: it
is calmer than a real one, knows nothing of the next trade, and never runs from our orders.

A print above the last is a buy, below it a sell (the tick rule). A price between two ticks prints between the quotes.
`simulator.consolidated` plays the tape over the lit venues, and says there what our orders do to it. It must not know a
book, a router, or a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random
from statistics import median_low
from typing import Final, NamedTuple

from router.api import SECOND, CalendarDay, Instrument, Ns, PrintKind, Px, Qty
from simulator.feeds.lean import Quote, Trade
from simulator.feeds.ohlc import Bar

TRADES_MAX: Final = 60
"""Trades drawn for one bar at most: a day of minutes has 23,400 then, and is played in seconds."""
TRADE_MEAN: Final = 200
"""Shares of a trade, where the bound above does not make them more: IBM's mean was 158 on 2013-10-08."""
WIDTH_MAX: Final[Ns] = 60 * SECOND
"""A bar lasts until the next one at the soonest, and no longer than this."""
SPREAD_PART: Final = 4
"""The spread is this part of the day's median high less low. A bar of one quiet minute is some spreads high."""
QUOTE_LOTS_MAX: Final = 8


class BarError(ValueError):
    """A bar that no trades can meet; the text names it."""


class BarDay(NamedTuple):
    """The bars of one symbol and session, and what the tape is drawn with: see `Tape` in `simulator.consolidated`."""

    instrument: Instrument
    session: CalendarDay
    bars: tuple[Bar, ...]
    venues: tuple[str, ...]
    shares: tuple[int, ...]
    """Each venue's part of the trades."""
    seed: int

    @property
    def symbol(self) -> str:
        return self.instrument.symbol

    @property
    def name(self) -> str:
        return f"bars of {self.symbol} on {self.session.day}"

    def events(self) -> Iterator[Quote | Trade]:
        """The tape in order of time, a trade after the quote that it trades with."""
        pen = _Pen(self)
        yield pen.quote(self.session.open, self.bars[0].open, is_buy=True, mic=self.venues[0], qty=0)
        width = min([WIDTH_MAX, *(after.at - bar.at for bar, after in pairwise(self.bars))])
        for bar in self.bars:
            if bar.qty:
                yield from pen.bar(bar, width)


def bar_day(
    instrument: Instrument,
    session: CalendarDay,
    bars: Sequence[Bar],
    shares: Sequence[tuple[str, int]],
    seed: int,
) -> BarDay:
    """The bars that begin within `session`; `shares` is each lit venue's part. BarError where no trade meets one."""
    within = tuple(bar for bar in bars if session.open <= bar.at < session.close)
    if not within:
        raise BarError(f"{instrument.symbol}: no bar within the session of {session.day}")
    for bar in within:
        needed = len(_waypoints(bar, highest_first=True))
        if 0 < bar.qty < needed:
            raise BarError(f"{instrument.symbol}: {bar.qty} shares cannot print {needed} prices: {bar}")
    venues, parts = zip(*shares, strict=True)
    return BarDay(instrument, session, within, venues, parts, seed)


class _Pen:
    """Draws the tape. One generator, in the order of the bars."""

    def __init__(self, day: BarDay) -> None:
        self._day = day
        self._rng = Random(f"{day.seed}/{day.symbol}/{day.session.day}")
        self._last_px = day.bars[0].open
        spread = median_low([bar.high - bar.low for bar in day.bars]) // SPREAD_PART
        self._spread: Px = max(day.instrument.floor(spread), day.instrument.tick(self._last_px))

    def bar(self, bar: Bar, width: Ns) -> Iterator[Quote | Trade]:
        """One bar's trades, each behind the quote that it trades with."""
        rng = self._rng
        waypoints = _waypoints(bar, highest_first=rng.random() < 0.5)
        count = max(len(waypoints), min(TRADES_MAX, bar.qty // TRADE_MEAN))
        times = sorted(rng.sample(range(width), count))
        for after, px, qty in zip(times, self._path(bar, waypoints, count), self._sizes(bar.qty, count), strict=True):
            at = bar.at + after
            is_buy = px > self._last_px if px != self._last_px else rng.random() < 0.5
            [mic] = rng.choices(self._day.venues, self._day.shares)
            yield self.quote(at, px, is_buy=is_buy, mic=mic, qty=qty)
            yield Trade(at, px, qty, mic, PrintKind.REGULAR)
            self._last_px = px

    def quote(self, at: Ns, px: Px, *, is_buy: bool, mic: str, qty: Qty) -> Quote:
        """The national best with which `qty` can trade at `px` on `mic`."""
        instrument = self._day.instrument
        below, above = instrument.floor(px), instrument.ceil(px)
        if below == above:
            # The lowest price there is has no bid under it.
            if is_buy and instrument.floor(px - self._spread) > 0:
                below = instrument.floor(px - self._spread)
            else:
                is_buy = False
                above = instrument.ceil(px + self._spread)
        [other] = self._rng.choices(self._day.venues, self._day.shares)
        bid_mic, ask_mic = (other, mic) if is_buy else (mic, other)
        return Quote(at, below, qty + self._lots(), bid_mic, above, qty + self._lots(), ask_mic)

    def _lots(self) -> Qty:
        return self._rng.randint(1, QUOTE_LOTS_MAX) * self._day.instrument.round_lot

    def _path(self, bar: Bar, waypoints: Sequence[Px], count: int) -> list[Px]:
        """`count` prices through the waypoints in order, between high and low, on ticks where there is one."""
        rng = self._rng
        inner = sorted(rng.sample(range(1, count - 1), len(waypoints) - 2)) if len(waypoints) > 2 else []
        stops = [0, *inner, count - 1][: len(waypoints)]
        wide = (bar.high - bar.low) / 6
        path = [waypoints[0]]
        for (start, stop), (px, target) in zip(pairwise(stops), pairwise(waypoints), strict=True):
            for step in range(start + 1, stop):
                on_the_way = px + (target - px) * (step - start) / (stop - start)
                path.append(self._within(bar, round(rng.gauss(on_the_way, wide))))
            path.append(target)
        path += [waypoints[-1]] * (count - len(path))
        return path

    def _within(self, bar: Bar, px: Px) -> Px:
        instrument = self._day.instrument
        on_tick = instrument.floor(min(max(px, bar.low), bar.high))
        if on_tick < bar.low:
            on_tick = instrument.ceil(bar.low)
        return on_tick if on_tick <= bar.high else bar.low

    def _sizes(self, qty: Qty, count: int) -> list[Qty]:
        """`count` sizes of one share or more that add up to `qty`; round lots but for one where there are enough."""
        lot = self._day.instrument.round_lot
        unit = lot if qty // lot >= count else 1
        cuts = [0, *sorted(self._rng.sample(range(1, qty // unit), count - 1)), qty // unit]
        sizes = [(after - before) * unit for before, after in pairwise(cuts)]
        sizes[self._rng.randrange(count)] += qty % unit
        return sizes


def _waypoints(bar: Bar, *, highest_first: bool) -> list[Px]:
    """The prices that a bar must print, in order: its open, the extremes that neither end touches, its close."""
    extremes = (bar.high, bar.low) if highest_first else (bar.low, bar.high)
    between = [px for px in dict.fromkeys(extremes) if px not in (bar.open, bar.close)]
    ends = [bar.open] if not between and bar.open == bar.close else [bar.open, bar.close]
    return [bar.open, *between, *ends[1:]]
