"""Whether the market moves before we trade, or after a venue has seen our order: moves of the midpoint, with controls.

Positive is a cost: a move in the order's own direction, up for a buy. Over a window w before own activity at t,

    move = side (m(t) - m(t - w)) / m(t - w), in basis points,

against the same at times without own activity that resemble it: the nearest by volume and realised volatility of the
time before the window and by time of day (matching before treatment: Stuart, Statistical Science 25, 2010), drawn
by a seed and each used once. Volume and volatility of the window itself are not matched on, since they may be what
leaked. Knows no report.

Bias. A resting order fills when the market comes to it, so moves before passive fills are negative whoever knows what;
a router that pegs sends again after the market has gone away, so moves before its sendings are positive; `Anchor.FRESH`
leaves these out, and is the one to read. A parent's own impact is in the window before its next child: what is measured
is leakage and impact together. A parent of several dates is measured on the first.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final, TypeAlias

from msgspec import Struct

from router.core.types import SECOND, Ns, TimeInForce
from router.tca.clusters import runs
from router.tca.estimate import LEVEL, Estimate, nothing, p_value, ratio
from router.tca.facts.case import Case, market_numbers
from router.tca.facts.marks import traded_at
from router.tca.facts.record import Child, ChildEnd
from router.tca.footprint.controls import Controls
from router.tca.venues.markouts import HORIZONS, mid2_after

_AT_ONCE: Final = (TimeInForce.IOC, TimeInForce.FOK)
_NO_CONTROL: Final = "no time without own activity to compare with"
_NO_EVENT: Final = "no own activity with a midpoint before it"
_Told: TypeAlias = tuple[Case, int, Child]
"""An order that a venue saw, with its parent and the number of its market."""


class Anchor(StrEnum):
    """The own activity that a move comes before."""

    SENT = "sent"
    """A child's sending."""
    FRESH = "sent anew"
    """A child's sending, but for those within a window of the withdrawal of another: these follow the price."""
    FILL = "fill"
    """A child's first fill, when it traded (`marks.traded_at`)."""


class LeakageSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """How moves before own activity are measured and matched. Times in ns."""

    window: Ns = 10 * SECOND
    """Over which the move is taken."""
    before: Ns = 60 * SECOND
    """Over which volume and volatility are taken, ending where the window begins."""
    sample: Ns = SECOND
    """Between the midpoints of a realised volatility."""
    nearest: int = 10
    """Candidates that a control is drawn from."""
    controls: int = 3
    """Drawn for each event, at most."""
    seed: int = 0

    def check(self) -> None:
        """Raise ValueError for what cannot be measured."""
        for name in ("window", "before", "sample", "nearest", "controls"):
            if getattr(self, name) < 1:
                raise ValueError(f"leakage: {name} must be at least 1, it is {getattr(self, name)}")
        if self.before < 2 * self.sample:
            raise ValueError(f"leakage: before must hold two samples of {self.sample} ns, it is {self.before}")


class Leakage(Struct, frozen=True):
    """Moves before own activity and before controls, in basis points, by events that found a control.

    The difference is clustered: events less than a window apart are one observation. `p_value` is of no difference,
    two-sided.
    """

    anchor: Anchor
    window: Ns
    events: int
    matched: int
    own: Estimate
    control: Estimate
    difference: Estimate
    p_value: float | None


class _Pair(Struct, frozen=True):
    market: int
    at: Ns
    own: float
    control: float


class Markets:
    """The markets of some parents, with their times without own activity: found once for each market and date.

    Activity of any of them in one journal and symbol makes a time no control. Raises ValueError for a spec without
    sense.
    """

    def __init__(self, cases: Sequence[Case], spec: LeakageSpec | None = None) -> None:
        self.spec = spec or LeakageSpec()
        self.spec.check()
        self._cases = tuple(cases)
        numbers = market_numbers(self._cases)
        self._numbers = {id(case.quotes): number for case, number in zip(self._cases, numbers, strict=True)}
        self._busy = _busy(self._cases, numbers)
        self._controls: dict[tuple[int, str], Controls] = {}

    def number(self, case: Case) -> int:
        """The same for cases of one journal and symbol."""
        return self._numbers[id(case.quotes)]

    def controls(self, case: Case) -> Controls:
        """The controls of the market of `case` on its first date, as they were left."""
        key = (self.number(case), case.day(case.record.arrived_at))
        if key not in self._controls:
            spec, busy = self.spec, self._busy[key[0]]
            self._controls[key] = Controls(case, busy, window=spec.window, before=spec.before, sample=spec.sample)
        return self._controls[key]


def moves_before(
    cases: Sequence[Case], spec: LeakageSpec | None = None, anchor: Anchor = Anchor.SENT, level: float = LEVEL
) -> Leakage:
    """Moves before the activity of some parents, against controls from each parent's own market, each used once."""
    return _moves_before(cases, Markets(cases, spec), anchor, level)


def moves_before_one(case: Case, markets: Markets, anchor: Anchor, level: float = LEVEL) -> Leakage:
    """As `moves_before`, of one of the parents of `markets`: all controls of its market are there for it alone."""
    markets.controls(case).free_all()
    return _moves_before([case], markets, anchor, level)


def _moves_before(cases: Sequence[Case], markets: Markets, anchor: Anchor, level: float) -> Leakage:
    spec, draw = markets.spec, random.Random(markets.spec.seed)
    pairs: list[_Pair] = []
    events = 0
    for case in cases:
        times = _anchors(case, anchor, spec.window)
        events += len(times)
        pairs += _pairs(case, markets.number(case), times, markets.controls(case), spec=spec, draw=draw)
    return _leakage(pairs, events, spec, anchor, level)


def _busy(cases: Sequence[Case], numbers: Sequence[int]) -> dict[int, list[Ns]]:
    """By market, when anything of ours was sent, changed, ended or traded, in order."""
    found: dict[int, list[Ns]] = {}
    for case, number in zip(cases, numbers, strict=True):
        times = found.setdefault(number, [])
        times += [traded_at(case, fill) for fill in case.fills]
        for child in case.record.children:
            times += [child.at, *child.replaced_at, *([] if child.ended_at is None else [child.ended_at])]
    return {number: sorted(times) for number, times in found.items()}


def _anchors(case: Case, anchor: Anchor, window: Ns) -> list[Ns]:
    if anchor is Anchor.FILL:
        first: dict[str, Ns] = {}
        for fill in case.fills:
            first.setdefault(fill.child_id or fill.exec_id, traded_at(case, fill))
        return sorted(set(first.values()))
    children = [child for child in case.record.children if child.end is not ChildEnd.REJECTED]
    sent = sorted({child.at for child in children})
    if anchor is Anchor.SENT:
        return sent
    gone = sorted(child.ended_at for child in children if child.ended_at is not None and child.end is ChildEnd.CANCELED)
    return [at for at in sent if bisect_right(gone, at) == bisect_left(gone, at - window)]


def _pairs(
    case: Case, number: int, times: Sequence[Ns], controls: Controls, *, spec: LeakageSpec, draw: random.Random
) -> Iterator[_Pair]:
    """Each event's move beside the mean move of its controls; events that find none are left out."""
    sign = case.record.side.sign
    for at in times:
        own = controls.move(at)
        if own is None or not controls.in_reach(at):
            continue
        near = controls.nearest(at, spec.nearest)
        picks = sorted(draw.sample(near, min(spec.controls, len(near))))
        if picks:
            yield _Pair(number, at, sign * own, sign * controls.take(picks))


def _leakage(pairs: Sequence[_Pair], events: int, spec: LeakageSpec, anchor: Anchor, level: float) -> Leakage:
    if not pairs:
        none = nothing(_NO_CONTROL if events else _NO_EVENT, 0, level)
        return Leakage(anchor, spec.window, events, 0, none, none, none, None)
    by_market: dict[int, list[tuple[Ns, _Pair]]] = {}
    for pair in pairs:
        by_market.setdefault(pair.market, []).append((pair.at, pair))
    groups = [group for stamped in by_market.values() for group in runs(stamped, spec.window)]
    sizes = [float(len(group)) for group in groups]

    def over(value: str) -> list[float]:
        return [math.fsum(getattr(pair, value) for pair in group) for group in groups]

    own, control = over("own"), over("control")
    difference = ratio([mine - theirs for mine, theirs in zip(own, control, strict=True)], sizes, level)
    return Leakage(
        anchor=anchor,
        window=spec.window,
        events=events,
        matched=len(pairs),
        own=ratio(own, sizes, level),
        control=ratio(control, sizes, level),
        difference=difference,
        p_value=p_value(difference),
    )


# --- after our orders


class AfterIoc(Struct, frozen=True):
    """The midpoint's move from when a venue's IOC orders were sent to `horizon` after they ended, in basis points.

    Those that filled move it by what they took; of those that filled nothing, a move is news that left with the order.
    """

    venue: str
    horizon: Ns
    filled: Estimate
    unfilled: Estimate


def moves_after_ioc(
    cases: Sequence[Case], horizons: Sequence[Ns] = HORIZONS, level: float = LEVEL
) -> tuple[AfterIoc, ...]:
    """By venue and horizon; orders less than two horizons apart in a market are one observation. IOC and FOK alike."""
    sent: dict[tuple[str, bool], list[_Told]] = {}
    for case, number in zip(cases, market_numbers(cases), strict=True):
        for child in case.record.children:
            if _tells(child):
                sent.setdefault((child.venue, child.filled > 0), []).append((case, number, child))
    return tuple(
        AfterIoc(
            venue,
            horizon,
            _after(sent.get((venue, True), []), horizon, level),
            _after(sent.get((venue, False), []), horizon, level),
        )
        for venue in sorted({venue for venue, _ in sent})
        for horizon in horizons
    )


def _tells(child: Child) -> bool:
    return child.tif in _AT_ONCE and child.ended_at is not None and child.end is not ChildEnd.REJECTED


def _after(sent: Sequence[_Told], horizon: Ns, level: float) -> Estimate:
    by_market: dict[int, list[tuple[Ns, float]]] = {}
    for case, number, child in sent:
        move = _move_after(case, child, horizon)
        if move is not None:
            by_market.setdefault(number, []).append((child.at, move))
    if not by_market:
        return nothing("no such order with midpoints before and after it", 0, level)
    groups = [group for stamped in by_market.values() for group in runs(stamped, 2 * horizon)]
    return ratio([math.fsum(group) for group in groups], [float(len(group)) for group in groups], level)


def _move_after(case: Case, child: Child, horizon: Ns) -> float | None:
    assert child.ended_at is not None, child.child_id
    quote = case.quotes.at(child.at)
    before = quote.mid2 if quote else None
    after, _ = mid2_after(case, child.ended_at, horizon)
    return None if before is None or after is None else case.record.side.sign * (after - before) / before * 10_000
