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

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from router.core.types import SECOND, Ns, TimeInForce
from router.tca.case import Case, market_numbers
from router.tca.clusters import runs
from router.tca.estimate import LEVEL, Estimate, nothing, p_value, ratio
from router.tca.markouts import HORIZONS, mid2_after, traded_at
from router.tca.record import Child, ChildEnd

_AT_ONCE: Final = (TimeInForce.IOC, TimeInForce.FOK)
_NO_CONTROL: Final = "no time without own activity to compare with"
_NO_EVENT: Final = "no own activity with a midpoint before it"
_FEATURES: Final = 3
_Told: TypeAlias = tuple[Case, int, Child]
"""An order that a venue saw, with its parent and the number of its market."""


class Anchor(StrEnum):
    """The own activity that a move comes before."""

    SENT = "sent"
    """A child's sending."""
    FRESH = "sent anew"
    """A child's sending, but for those within a window of the withdrawal of another: these follow the price."""
    FILL = "fill"
    """A child's first fill, when it traded (`markouts.traded_at`)."""


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


def moves_before(
    cases: Sequence[Case], spec: LeakageSpec | None = None, anchor: Anchor = Anchor.SENT, level: float = LEVEL
) -> Leakage:
    """Moves before the activity of some parents, against controls from each parent's own market.

    Activity of any of them in one journal and symbol makes a time no control. Raises ValueError for a spec without
    sense.
    """
    spec = spec or LeakageSpec()
    spec.check()
    draw = random.Random(spec.seed)
    numbers = market_numbers(cases)
    busy = _busy(cases, numbers)
    pairs: list[_Pair] = []
    events = 0
    used: set[tuple[int, Ns]] = set()
    for case, number in zip(cases, numbers, strict=True):
        times = _anchors(case, anchor, spec.window)
        events += len(times)
        pairs += _Market(case, number, spec).pairs(times, busy[number], draw, used)
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


class _Market:
    """One parent's market: moves at any time, and candidates for controls with what they are matched by."""

    def __init__(self, case: Case, number: int, spec: LeakageSpec) -> None:
        self._case, self._number, self._spec = case, number, spec
        session = case.session(case.record.arrived_at)
        first = next(iter(case.quotes), None)
        self._start = max(first.at if first else case.as_of, session.open if session else 0)
        self._end = max(self._start, min(case.as_of, session.close if session else case.as_of))
        self._squares = self._sum_of_squares()

    def _sum_of_squares(self) -> NDArray[np.float64]:
        """Running sum of squared log returns between samples; a sample without a midpoint repeats the last."""
        step = self._spec.sample
        logs: list[float] = []
        place = self._start
        last = math.nan
        while place <= self._end:
            quote = self._case.quotes.at(place)
            mid2 = quote.mid2 if quote else None
            last = math.log(mid2) if mid2 else last
            logs.append(last)
            place += step
        changes = np.diff(np.asarray(logs))
        return np.concatenate([[0.0], np.cumsum(np.nan_to_num(changes) ** 2)])

    def pairs(
        self, times: Sequence[Ns], busy: Sequence[Ns], draw: random.Random, used: set[tuple[int, Ns]]
    ) -> list[_Pair]:
        """Each event's move beside the mean move of its controls; events that find none are left out."""
        number, sign = self._number, self._case.record.side.sign
        moves = {at: move for at, move in self._quiet(busy) if (number, at) not in used}
        candidates = list(moves)
        features = np.asarray([self._features(at) for at in candidates]).reshape(-1, _FEATURES)
        spread = features.std(axis=0) if candidates else np.ones(_FEATURES)
        spread[spread == 0] = 1.0
        free = np.ones(len(candidates), dtype=bool)
        found: list[_Pair] = []
        for at in times:
            own = self._move(at)
            if own is None or not self._in_reach(at):
                continue
            distance = (((features - self._features(at)) / spread) ** 2).sum(axis=1)
            distance[~free] = np.inf
            near = [int(n) for n in np.argsort(distance, kind="stable")[: self._spec.nearest] if free[n]]
            picks = sorted(draw.sample(near, min(self._spec.controls, len(near))))
            if not picks:
                continue
            free[picks] = False
            control = math.fsum(moves[candidates[n]] for n in picks) / len(picks)
            found.append(_Pair(number, at, sign * own, sign * control))
        used.update((number, at) for at, left in zip(candidates, free, strict=True) if not left)
        return found

    def _in_reach(self, at: Ns) -> bool:
        return at - self._spec.window - self._spec.before >= self._start and at <= self._end

    def _quiet(self, busy: Sequence[Ns]) -> Iterator[tuple[Ns, float]]:
        """Ends of windows far from own activity, no two overlapping, with their moves."""
        window = self._spec.window
        for at in range(self._start + self._spec.before + window, self._end + 1, window):
            place = bisect_left(busy, at - 2 * window)
            # Nor in the window after: what leaks before own activity is no control for it.
            move = None if place < len(busy) and busy[place] <= at + window else self._move(at)
            if move is not None:
                yield at, move

    def _features(self, at: Ns) -> tuple[float, float, float]:
        """Log volume and log volatility of the time before the window, and the time of day."""
        until = at - self._spec.window
        volume = self._case.tape.between(until - self._spec.before, until).volume
        last = min((until - self._start) // self._spec.sample, len(self._squares) - 1)
        first = max(last - self._spec.before // self._spec.sample, 0)
        variance = float(self._squares[last] - self._squares[first])
        return math.log1p(volume), math.log1p(1e4 * math.sqrt(max(variance, 0.0))), float(at - self._start)

    def _move(self, at: Ns) -> float | None:
        """Of the midpoint over the window before `at`, in basis points, up positive."""
        then, now = self._case.quotes.at(at - self._spec.window), self._case.quotes.before(at)
        before, after = (quote.mid2 if quote else None for quote in (then, now))
        return None if before is None or after is None else (after - before) / before * 10_000


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
