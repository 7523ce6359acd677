"""Benchmark prices of one parent order, and what its filled shares cost against each.

Definitions, once (docs/tca.md has their sources and biases):

- the interval: from the release (arrival, or EffectiveTime(168) where later) to the order's last report; an open
  order's to the journal's end. Volumes count `TAPE_LAG_NS` more, since a print may come after the report of its trade.
- eligible prints: `router.market.tape.PRINT_RULES`. An own print is one of our fill's venue, kind, price and quantity
  within `TAPE_LAG_NS` of its report; of a corrected trade, those that it was first reported with.
  Limit-adjusted: of eligible prints those at prices that Price(44) allowed then.
- slippage: s (sum q_i p_i - n P), in basis points of n P; positive is a cost, for both sides.

A benchmark is a price in quanta, exact, or None with the reason; nothing after `as_of` exists.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from msgspec import Struct

from router.core.types import MILLISECOND, PPM, SECOND, Ns, Ppm, Px
from router.market.tape import PRINT_RULES
from router.tca.costs import Cost, cost_against
from router.tca.facts.case import Case
from router.tca.facts.marks import Mark, arrival, midpoint, no_mark, released_at, sent
from router.tca.facts.official import close_price, open_price, previous_close
from router.tca.facts.tape import MarketInterval, Print
from router.tca.facts.trading_time import Span, date_of, dates, seconds, spans

TAPE_LAG_NS: Final[Ns] = SECOND
"""Slower than any feed that a venue profile configures, and nothing beside the life of an order."""
PWP_RATES: Final[tuple[Ppm, ...]] = (50_000, 100_000, 200_000)
MINUTE: Final[Ns] = 60 * SECOND
_DECIMAL: Final = re.compile(r"[0-9]+(\.[0-9]+)?")
REVERSION_NS: Final[tuple[Ns, ...]] = (SECOND, 10 * SECOND, MINUTE, 5 * MINUTE)


class Prints(StrEnum):
    """Which eligible prints an interval's benchmark is of: as it stands behind the benchmark's name."""

    ALL = ""
    OTHERS = " without own"
    LIMIT = " within limit"
    OTHERS_LIMIT = " within limit, without own"


class Benchmark(Struct, frozen=True):
    """A price by its name, and the cost of the filled shares against it (None: nothing was filled, or no price)."""

    name: str
    mark: Mark
    cost: Cost | None


class Reversion(Struct, frozen=True):
    """How far the midpoint came back after the last fill: s (m_0 - m_h), positive where it moved back.

    What came back was temporary, and paid: a cost. `px` is m_h in quanta; `quanta` of price x the filled shares.
    """

    name: str
    px: Fraction | None
    bps: float | None
    quanta: Fraction | None
    reason: str = ""
    seconds: float | None = None
    """Trading time from the last fill to then."""


def interval(case: Case) -> tuple[Ns, Ns]:
    """First and last instant in which the order might have traded, as far as the journal goes."""
    start = released_at(case)
    return start, max(start, min(case.record.ended_at or case.as_of, case.as_of))


def volume_interval(case: Case) -> MarketInterval:
    """Eligible volume of the interval, late prints of its last trades included."""
    start, end = interval(case)
    return case.tape.between(start, max(start, min(end + TAPE_LAG_NS, case.as_of)))


def benchmarks(case: Case) -> tuple[Benchmark, ...]:
    """Every benchmark, in the order of an order's life."""
    end = interval(case)[1]
    volume = volume_interval(case)
    chosen = Chosen(case, volume.start, volume.end)
    marks: dict[str, Mark] = {
        "decision": sent(case),
        "arrival": arrival(case),
        "last before order": _last_before(case),
    }
    for which in Prints:
        marks[f"VWAP{which}"] = vwap(chosen, which)
    for which in Prints:
        marks[f"TWAP{which}"] = twap(case, chosen, which, end)
    for rate in PWP_RATES:
        marks[f"PWP {rate / PPM:.0%}"] = pwp(case, rate)
    marks["PWP own rate"] = _asked_rate_pwp(case)
    marks["open"] = open_price(case, case.record.arrived_at)
    # Of an order of several dates each has its close; the last one's is the benchmark's.
    marks |= {f"close {day}": close_price(case, began) for began, day in dates(case)[:-1]}
    marks["close"] = close_price(case, end)
    marks["previous close"] = previous_close(case, case.record.arrived_at)
    return tuple(Benchmark(name, mark, against(case, mark)) for name, mark in marks.items())


def against(case: Case, mark: Mark) -> Cost | None:
    """What the filled shares cost against a mark."""
    record = case.record
    return cost_against(record.side, record.cum_qty, record.notional, mark.px)


class Chosen:
    """Eligible prints of one interval, chosen in each way; each choice is made once."""

    def __init__(self, case: Case, start: Ns, end: Ns) -> None:
        self.start, self.end = start, end
        self._case = case
        self._has_limit = any(px is not None for _, px in case.record.limits) or case.record.limit_px is not None
        self._all = [trade for trade in case.tape.prints(start, end) if PRINT_RULES[trade.kind].eligible]
        self._others = others(case, self._all)

    def has(self, which: Prints) -> bool:
        """Whether there is such a choice: without a limit price nothing is within it."""
        return which in {Prints.ALL, Prints.OTHERS} or self._has_limit

    def of(self, which: Prints) -> list[Print]:
        """The prints in order of time."""
        prints = self._others if which in {Prints.OTHERS, Prints.OTHERS_LIMIT} else self._all
        return (
            prints
            if which in {Prints.ALL, Prints.OTHERS}
            else [each for each in prints if self._accepts(each.at, each.px)]
        )

    def before(self, which: Prints, since: Ns) -> Print | None:
        """The last such print before the interval, not older than `since`: none of ours is older than the interval."""
        limited = which in {Prints.LIMIT, Prints.OTHERS_LIMIT}
        return self._case.tape.eligible_before(
            self.start, since, lambda px: not limited or self._accepts(self.start, px)
        )

    def _accepts(self, at: Ns, px: Px) -> bool:
        record = self._case.record
        return record.side.accepts(record.limit_at(at), px)


def vwap(chosen: Chosen, which: Prints) -> Mark:
    """Volume-weighted average price of the interval's prints."""
    if not chosen.has(which):
        return no_mark(_NO_LIMIT)
    prints = chosen.of(which)
    volume = sum(trade.qty for trade in prints)
    if not volume:
        return no_mark(_NONE_SUCH[which])
    return Mark(Fraction(sum(trade.px * trade.qty for trade in prints), volume), chosen.end, _BASIS[which])


def twap(case: Case, chosen: Chosen, which: Prints, end: Ns) -> Mark:
    """Time-weighted average of the last price, over the parts of sessions from the interval's start to `end`.

    A price holds until the next print; one of another date does not, so that a span begins with its date's first print
    where none was before. None where no print was in force for any time.
    """
    if not chosen.has(which):
        return no_mark(_NO_LIMIT)
    if chosen.start >= end:
        return no_mark("the interval has no length")
    prints = chosen.of(which)
    worth = length = 0
    for span in spans(case, chosen.start, end):
        began, _ = date_of(case, span.start)
        before = chosen.before(which, began) if began <= chosen.start else None
        held = [trade for trade in prints if began <= trade.at < span.end]
        each_worth, each_length = _held(held if before is None else [before, *held], span)
        worth, length = worth + each_worth, length + each_length
    if not length:
        return no_mark(f"{_NONE_SUCH[which]} while a session lasted")
    return Mark(Fraction(worth, length), end, _BASIS[which])


def _held(prints: Sequence[Print], span: Span) -> tuple[int, Ns]:
    """Sum of price x time that it held within a span, and that time."""
    worth = length = 0
    for place, trade in enumerate(prints):
        until = prints[place + 1].at if place + 1 < len(prints) else span.end
        held = min(until, span.end) - max(trade.at, span.start)
        if held > 0:
            worth, length = worth + trade.px * held, length + held
    return worth, length


def pwp(case: Case, rate: Ppm) -> Mark:
    """Participation-weighted price: VWAP of the first (filled shares / rate) eligible shares since the release.

    Kissell (2013): what an order of a constant `rate` (parts per million of the volume, our own included) would have
    seen. Of the print that completes the volume only the part needed counts.
    """
    if not case.record.cum_qty:
        return no_mark("nothing was filled")
    shares = Fraction(case.record.cum_qty * PPM, rate)
    start = released_at(case)
    found = case.tape.first_shares(start, case.as_of, shares)
    if found is None:
        traded = case.tape.between(start, case.as_of).volume
        return no_mark(f"only {traded:,} of {float(shares):,.0f} eligible shares traded by the journal's end")
    notional, at = found
    return Mark(notional / shares, at, f"VWAP of the first {float(shares):,.0f} shares, at {rate / PPM:.1%}")


def participation(case: Case, volume: MarketInterval) -> Fraction | None:
    """The order's eligible fills in the interval's eligible volume, its own included; None where nothing traded."""
    own = sum(fill.qty for fill in case.fills if PRINT_RULES[fill.kind].eligible)
    return Fraction(own, volume.volume) if volume.volume else None


def _asked_rate_pwp(case: Case) -> Mark:
    """PWP at the order's own rate, the ParticipationRate(849) that its client asked for.

    At the rate that it came to have, the first filled shares / rate shares are the interval: that is its VWAP.
    """
    rate = _asked_rate(case)
    return pwp(case, rate) if rate else no_mark("the order asked for no ParticipationRate(849)")


def _asked_rate(case: Case) -> Ppm | None:
    request = case.record.request
    text = dict(request.params).get("ParticipationRate", "") if request else ""
    return int(Decimal(text) * PPM) if _DECIMAL.fullmatch(text) else None


def _last_before(case: Case) -> Mark:
    record = case.record
    began, _ = date_of(case, record.arrived_at)
    last = case.tape.last_before(record.arrived_at)
    if last is None or last.at < began:
        return no_mark("no print on its date before the order came")
    return Mark(Fraction(last.px), last.at, "last print before arrival")


# --- which prints


_BASIS: Final = {
    Prints.ALL: "eligible prints, our own among them",
    Prints.OTHERS: "eligible prints without our own",
    Prints.LIMIT: "eligible prints within the limit, our own among them",
    Prints.OTHERS_LIMIT: "eligible prints within the limit, without our own",
}
_NO_LIMIT: Final = "the order has no limit price"
_NONE_SUCH: Final = {
    Prints.ALL: "no eligible print in the interval",
    Prints.OTHERS: "no eligible print in the interval but our own",
    Prints.LIMIT: "no eligible print within the limit",
    Prints.OTHERS_LIMIT: "no eligible print within the limit but our own",
}


def others(case: Case, prints: Sequence[Print]) -> list[Print]:
    """`prints`, in order of time, without our own; a trade of ours that was taken back printed too, and is left out.

    One that is not found on the tape takes nothing away.
    """
    places: dict[tuple[object, ...], list[int]] = {}
    for place, trade in enumerate(prints):
        places.setdefault((trade.venue, trade.kind, (trade.qty, trade.px)), []).append(place)
    own: set[int] = set()
    for fill in (*case.fills, *(fill for _, fill in case.record.busted)):
        same = places.get((fill.venue, fill.kind, fill.printed), [])
        first = bisect_left(same, fill.at - TAPE_LAG_NS, key=lambda place: prints[place].at)
        beyond = bisect_right(same, fill.at + TAPE_LAG_NS, key=lambda place: prints[place].at)
        near = [place for place in same[first:beyond] if place not in own]
        if near:
            own.add(min(near, key=lambda place: abs(prints[place].at - fill.at)))
    return [trade for place, trade in enumerate(prints) if place not in own]


# --- after the last fill


def reversions(case: Case, horizons: Sequence[Ns] = REVERSION_NS) -> tuple[Reversion, ...]:
    """The midpoint at each horizon after the last fill, and at the close of its date, against that at the last fill."""
    names = [horizon_name(horizon) for horizon in horizons]
    if not case.fills:
        return tuple(Reversion(name, None, None, None, "nothing was filled") for name in [*names, "close"])
    last = max(fill.at for fill in case.fills)
    base = midpoint(case, last, "midpoint at the last fill")
    marks = [after(case, last, horizon) for horizon in horizons] + [close_price(case, last)]
    return tuple(_reversion(case, name, base, mark) for name, mark in zip([*names, "close"], marks, strict=True))


def after(case: Case, at: Ns, horizon: Ns) -> Mark:
    """The midpoint `horizon` after `at`; none beyond the close of the session."""
    session = case.session(at)
    if session is not None and at <= session.close < at + horizon:
        return no_mark("lies after the close")
    return midpoint(case, at + horizon, f"midpoint {horizon_name(horizon)} later")


def _reversion(case: Case, name: str, base: Mark, mark: Mark) -> Reversion:
    if base.px is None:
        return Reversion(name, mark.px, None, None, f"no midpoint at the last fill: {base.reason}")
    if mark.px is None:
        return Reversion(name, None, None, None, mark.reason)
    back = case.record.side.sign * (base.px - mark.px)
    held = seconds(case, base.at, mark.at) if base.at is not None and mark.at is not None else None
    return Reversion(name, mark.px, float(back / base.px * 10_000), back * case.record.cum_qty, seconds=held)


def horizon_name(horizon: Ns) -> str:
    """A length of time as a trader says it: 500 ms, 10 s, 5 min."""
    if horizon and horizon % MINUTE == 0:
        return f"{horizon // MINUTE} min"
    return f"{horizon / SECOND:g} s" if horizon >= SECOND else f"{horizon / MILLISECOND:g} ms"
