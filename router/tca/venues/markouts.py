"""Where the midpoint stood at each fill and went after it: spreads, markouts, adverse selection, of any set of fills.

Positive is a cost, for buys and sells. For one fill at px, with the midpoint m when it traded and m_h a horizon later:

- effective spread 2 side (px - m), realised spread 2 side (px - m_h), price impact 2 side (m_h - m), so that
  effective = realised + impact to the last quantum (Huang and Stoll 1996; as "average effective spread" and "average
  realized spread" of 17 CFR 242.600(b), but for the quote that they are held against: below);
- markout side (px - m_h): what the shares had cost by the midpoint then; half the realised spread;
- adverse selection side (m - m_h): what the midpoint moved against the shares just bought; half the impact, its sign
  turned. It is read of fills that gave liquidity.

"When it traded" is before we heard (`marks.judged_at`, as in the shortfall, so that half the effective spread of all
fills is its part "spread"): of a fill that took from a displayed book, when its child went out or was last changed; of
any other heard at t, just before t less the venue's latency and jitter by its profile. A quote of t itself has often
moved by the very trade, since public data is no slower than a report. Bias: the quote may be older than the trade by a
little more than the one-way latency. Horizons run from t. A midpoint in an auction, after the record's end, after the
session's close, or of a market that is locked, crossed or one-sided does not exist, and the fill is left out of that
horizon, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct

from router.core.types import (
    MILLISECOND,
    SECOND,
    LastLiquidityInd,
    Micros,
    Ns,
    OrdType,
    Px,
    Qty,
    TimeInForce,
    VenueKind,
)
from router.tca.clusters import runs
from router.tca.estimate import LEVEL, Estimate, nothing, ratio
from router.tca.facts.case import Case
from router.tca.facts.marks import AUCTIONS, arrival, judged_at
from router.tca.facts.record import Child, Fill

HORIZONS: Final[tuple[Ns, ...]] = (100 * MILLISECOND, SECOND, 10 * SECOND, 60 * SECOND, 300 * SECOND)
AFTER_END: Final = "after the end of the record"
AFTER_CLOSE: Final = "after the close"
AUCTION: Final = "an auction has no quoted side"
NO_MARKET: Final = "no two-sided, uncrossed market"
_AT_ONCE: Final = (TimeInForce.IOC, TimeInForce.FOK)


class Mark(Struct, frozen=True):
    """One fill with the market around it. Prices are in quanta, `mid2` and `after2` are twice midpoints.

    `unit` is what a quantum of price is worth a share, in the currency. `why` says, horizon by horizon, why a midpoint
    is None.
    """

    market: int
    """Fills of one journal and symbol share it (`case.market_numbers`)."""
    fill: Fill
    child: Child | None
    kind: VenueKind
    sign: int
    unit: Fraction
    fee: Micros
    arrival_mid2: Px | None
    mid2: Px | None
    spread: Px | None
    after2: tuple[Px | None, ...]
    why: tuple[str, ...]
    sent_far: Px | None
    """The best price against the child when it was sent."""
    at_once: bool
    """Whether the child could trade at once when it was sent: IOC, FOK, market, or a limit at the far side."""

    @property
    def effective(self) -> Px | None:
        """Effective spread in quanta; a buy above the midpoint and a sell below it are positive."""
        return None if self.mid2 is None else self.sign * (2 * self.fill.px - self.mid2)

    @property
    def gave(self) -> bool:
        return self.fill.liquidity is LastLiquidityInd.ADDED


class SpreadAt(Struct, frozen=True):
    """Spreads of the fills whose midpoints are known at the fill and `horizon` later: spread x shares, in the currency.

    `missing` counts the other shares by reason.
    """

    horizon: Ns
    shares: Qty
    notional: Fraction
    effective: Fraction
    realised: Fraction
    impact: Fraction
    missing: dict[str, Qty] = {}

    @property
    def effective_bps(self) -> float | None:
        """In basis points of what was traded, weighted by value; None of nothing."""
        return in_bps(self.effective, self.notional)

    @property
    def realised_bps(self) -> float | None:
        return in_bps(self.realised, self.notional)

    @property
    def impact_bps(self) -> float | None:
        return in_bps(self.impact, self.notional)


class Markout(Struct, frozen=True):
    """A horizon's costs in basis points of what was traded, weighted by value, with intervals.

    `markout` against the midpoint then, over `shares`; `adverse` the midpoint's move against the fills that gave
    liquidity, over `gave` of them.
    """

    horizon: Ns
    shares: Qty
    markout: Estimate
    gave: Qty
    adverse: Estimate


def in_bps(amount: Fraction, notional: Fraction) -> float | None:
    """`amount` in basis points of `notional`; None of nothing."""
    return float(amount / notional * 10_000) if notional else None


def money(amounts: Iterable[tuple[Fraction, int]]) -> Fraction:
    """The exact sum of (unit, quanta x shares) pairs in the currency."""
    total, unit, quanta = Fraction(0), Fraction(0), 0
    for each, amount in amounts:
        # Fills of one parent share the object, and a product of Fractions costs more than all the rest.
        if each is not unit:
            total += unit * quanta
            unit, quanta = each, 0
        quanta += amount
    return total + unit * quanta


# --- fills


def mid2_after(case: Case, start: Ns, horizon: Ns) -> tuple[Px | None, str]:
    """Twice the midpoint `horizon` after `start`, or None and why."""
    at = start + horizon
    known = case.reaching(at)
    if at > known.as_of:
        return None, AFTER_END
    session = case.session(start)
    if session is not None and at > session.close:
        return None, AFTER_CLOSE
    quote = known.quotes.at(at)
    mid2 = None if quote is None else quote.mid2
    return mid2, NO_MARKET if mid2 is None else ""


def mark(case: Case, horizons: Sequence[Ns] = HORIZONS, market: int = 0) -> tuple[Mark, ...]:
    """Every fill of a parent as it stands after busts, in the order of trading."""
    children = {child.child_id: child for child in case.record.children}
    came = arrival(case).px
    common = _Common(market, case.currency(1), None if came is None else int(2 * came))
    return tuple(_mark(case, fill, children.get(fill.child_id), horizons, common) for fill in case.fills)


class _Common(Struct, frozen=True):
    """What all marks of a parent have alike; fills share the objects."""

    market: int
    unit: Fraction
    arrival_mid2: Px | None


def _mark(case: Case, fill: Fill, child: Child | None, horizons: Sequence[Ns], common: _Common) -> Mark:
    at, _ = judged_at(case, fill, child)
    # In an auction everybody trades at one price: there is no side to be away from.
    quote = None if fill.kind in AUCTIONS else case.quotes.at(at)
    after = [mid2_after(case, fill.at, horizon) for horizon in horizons]
    sent = case.quotes.at(child.at) if child else None
    far = sent.far(case.record.side) if sent is not None and sent.mid2 is not None else None
    return Mark(
        market=common.market,
        fill=fill,
        child=child,
        kind=case.venue_kind(fill),
        sign=case.record.side.sign,
        unit=common.unit,
        fee=case.fee(fill),
        arrival_mid2=common.arrival_mid2,
        mid2=quote.mid2 if quote else None,
        spread=quote.spread if quote else None,
        after2=tuple(mid2 for mid2, _ in after),
        why=tuple(why for _, why in after),
        sent_far=far,
        at_once=child is not None and _at_once(case, child, far),
    )


def _at_once(case: Case, child: Child, far: Px | None) -> bool:
    if child.tif in _AT_ONCE or child.ord_type is OrdType.MARKET:
        return True
    # The record keeps the last price only: of a child that was repriced, nobody knows what it was sent at.
    if far is None or child.px is None or child.peg is not None or child.post_only or child.replaced_at:
        return False
    return case.record.side.accepts(child.px, far)


# --- sums


def spreads(marks: Sequence[Mark], horizons: Sequence[Ns] = HORIZONS) -> tuple[SpreadAt, ...]:
    """One `SpreadAt` for each horizon that the fills were marked at, in that order."""
    return tuple(_spread_at(marks, place, horizon) for place, horizon in enumerate(horizons))


def _spread_at(marks: Sequence[Mark], place: int, horizon: Ns) -> SpreadAt:
    missing: dict[str, Qty] = {}
    known: list[tuple[Mark, Px, Px]] = []
    for each in marks:
        mid2, after2 = each.mid2, each.after2[place]
        if mid2 is None or after2 is None:
            why = each.why[place] or (AUCTION if each.fill.kind in AUCTIONS else NO_MARKET)
            missing[why] = missing.get(why, 0) + each.fill.qty
        else:
            known.append((each, mid2, after2))
    return SpreadAt(
        horizon=horizon,
        shares=sum(each.fill.qty for each, _, _ in known),
        notional=money((each.unit, each.fill.qty * each.fill.px) for each, _, _ in known),
        effective=money((each.unit, each.sign * each.fill.qty * (2 * each.fill.px - mid2)) for each, mid2, _ in known),
        realised=money((each.unit, each.sign * each.fill.qty * (2 * each.fill.px - after)) for each, _, after in known),
        impact=money((each.unit, each.sign * each.fill.qty * (after - mid2)) for each, mid2, after in known),
        missing=missing,
    )


def markouts(marks: Sequence[Mark], horizons: Sequence[Ns] = HORIZONS, level: float = LEVEL) -> tuple[Markout, ...]:
    """Markout and adverse selection at each horizon, with intervals over clusters (`clusters`)."""
    return tuple(_markout(marks, place, horizon, level) for place, horizon in enumerate(horizons))


def _markout(marks: Sequence[Mark], place: int, horizon: Ns, level: float) -> Markout:
    paid, moved = [], []
    for each in marks:
        after2 = each.after2[place]
        if after2 is None:
            continue
        paid.append((each, each.sign * (2 * each.fill.px - after2)))
        if each.gave and each.mid2 is not None:
            moved.append((each, each.sign * (each.mid2 - after2)))
    return Markout(
        horizon=horizon,
        shares=sum(each.fill.qty for each, _ in paid),
        markout=_clustered(paid, horizon, level),
        gave=sum(each.fill.qty for each, _ in moved),
        adverse=_clustered(moved, horizon, level),
    )


def _clustered(twice: Sequence[tuple[Mark, int]], horizon: Ns, level: float) -> Estimate:
    """The mean of half of `twice` by shares, in basis points of value."""
    if not twice:
        return nothing("no fill with a midpoint at this horizon", 0, level)
    # Money by fill, as a float: an interval is statistics, and needs no last quantum.
    values = [float(each.unit) * each.fill.qty for each, _ in twice]
    paid = [5_000 * value * amount for value, (_, amount) in zip(values, twice, strict=True)]
    worth = [value * each.fill.px for value, (each, _) in zip(values, twice, strict=True)]
    groups = clusters([each for each, _ in twice], horizon)
    tops, weights = ([math.fsum(column[n] for n in places) for places in groups] for column in (paid, worth))
    return ratio(tops, weights, level)


def clusters(marks: Sequence[Mark], horizon: Ns) -> tuple[tuple[int, ...], ...]:
    """Places of fills in clusters that an interval takes as independent.

    The fills of one child are one cluster, and with it every child of the market whose first fill comes less than two
    horizons after the cluster's first: midpoints measured over windows that overlap are one piece of news told twice.
    Neighbouring clusters still share the edge of a window; other symbols are taken as independent. So intervals are a
    little narrow where clusters touch, and where several symbols moved as one.
    """
    by_market: dict[int, dict[str, list[int]]] = {}
    for place, each in enumerate(marks):
        child = each.fill.child_id or f"no child: {each.fill.exec_id}"
        by_market.setdefault(each.market, {}).setdefault(child, []).append(place)
    return tuple(
        tuple(place for places in run for place in places)
        for by_child in by_market.values()
        for run in runs(((min(marks[n].fill.at for n in places), places) for places in by_child.values()), 2 * horizon)
    )
