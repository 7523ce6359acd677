"""Schedules: when to look, how much should be done by then, in whole lots, with exact sums.

A `Path` says which fraction of the rest should be done by a time; `ScheduledPace` cuts a window into slots along it, a
little early or late and a little more or less so that no one can set a watch by us. All quantities are cumulative, so
that what one slot rounds away the next one carries. It must not know the market beyond what a `Path` asks of the view,
and never decides how to trade: that is `algos.pacer`.
"""

from __future__ import annotations

from random import Random
from typing import Final, Protocol

from msgspec import Struct

from router.api import PPM, AlgoView, Ns, OrderTerms, Ppm, Qty, SchedulePoint

ONE: Final = 10**12
"""Fractions of a path are counted in trillionths: a share of 10^9 shares, and time to the microsecond in a day."""
POINTS_MAX: Final = 500
"""Most points of an expected schedule: more than the pixels of a chart, one every 47 s of a US day."""


class Anchor(Struct, frozen=True, gc=False):
    """From where a schedule counts: the start, or the last amendment or resumption.

    `volume` is others' eligible volume and `filled` our own then; what was missed before it is forgiven.
    """

    at: Ns
    filled: Qty
    volume: Qty


class Goal(Struct, frozen=True, gc=False):
    """What one slot is for.

    `due` should have been filled by now, `by` by `until`, the slot's end (both cumulative). A slice lives until
    `slice_until`. Being `tolerance` short of `due` is not yet being late.
    """

    due: Qty
    by: Qty
    until: Ns
    slice_until: Ns
    tolerance: Qty


class Pace(Protocol):
    """How fast: turns time or volume into goals. `shift` is how long halts have pushed the schedule back."""

    def restart(self, anchor: Anchor) -> None: ...

    def advance(self, view: AlgoView, shift: Ns) -> Goal:
        """The goal of the slot that begins now. Called once a slot, inside the window and outside halts."""
        ...


class Path(Protocol):
    """The plan of one algorithm, as a fraction."""

    def done(self, view: AlgoView, anchor: Anchor, at: Ns) -> int:
        """Trillionths of what was left at `anchor` that should be done by `at`: 0 at the anchor, ONE at the end."""
        ...


class Cuts:
    """The times between slots: a grid of `interval`, each cut moved by up to `variance` of half an interval.

    Never at or before now, never beyond the end; a last slot shorter than half an interval joins the one before it.
    """

    def __init__(self, interval: Ns, variance: Ppm) -> None:
        assert interval > 0, interval
        assert 0 <= variance <= PPM, variance
        self.interval = interval
        self._reach = interval * variance // (2 * PPM)
        self._anchor: Ns = 0
        self._count = 0

    def restart(self, at: Ns) -> None:
        self._anchor, self._count = at, 0

    def next_cut(self, now: Ns, end: Ns, rng: Random) -> Ns:
        """The end of the slot that begins now. Draws once from `rng`, whatever the outcome."""
        self._count = max(self._count, (now - self._anchor) // self.interval) + 1
        moved = self._anchor + self._count * self.interval + rng.randint(-self._reach, self._reach)
        cut = max(moved, now + 1)
        return end if end - cut < self.interval // 2 else cut

    def left(self, now: Ns, end: Ns) -> int:
        """Slots that still fit, the present one included: at least one."""
        return max(1, -(-(end - now) // self.interval))


class ScheduledPace:
    """Slots along a path.

    What a slot missed is made up over the slots that are left, or at no more than twice the schedule's own speed where
    that is faster: a price that comes back inside the limit must not find us dumping an hour's arrears at once.

    `resolve` plans each slot from what is really filled, not from the plan at the anchor: right for a path that is
    optimal from any state (Almgren and Chriss 2000), where arrears are not owed but planned again.
    """

    def __init__(
        self, terms: OrderTerms, path: Path, *, interval: Ns, variance: Ppm, lateness: Ppm, resolve: bool = False
    ) -> None:
        """`lateness`: tolerated arrears, as a fraction of a slot's quantity."""
        self._terms = terms
        self._path = path
        self._cuts = Cuts(interval, variance)
        self._variance = variance
        self._lateness = lateness
        self._resolve = resolve
        self._anchor = Anchor(terms.start, 0, 0)
        self._due: Qty = 0

    def restart(self, anchor: Anchor) -> None:
        self._anchor = anchor
        self._due = anchor.filled
        self._cuts.restart(anchor.at)

    def advance(self, view: AlgoView, shift: Ns) -> Goal:
        qty, end, lot = self._terms.qty, self._terms.end, self._terms.instrument.round_lot
        cut = self._cuts.next_cut(view.now, end, view.rng)
        if self._resolve:
            self._anchor = Anchor(view.now - shift, self._state(view), view.market.volume)
        else:
            self._due = self._planned(view, view.now - shift)
        due = self._due
        planned = self._planned(view, cut - shift)
        fresh = max(0, planned - (self._anchor.filled if self._resolve else due))
        tolerance = max(lot, fresh * self._lateness // PPM)
        # The last slot takes everything; a shifted schedule has no last slot, it is cut off.
        if cut < end or shift:
            planned = self._vary(planned, fresh, view)
        if not self._resolve:
            arrears = max(0, due - view.filled)
            catch_up = max(fresh, lot, -(-arrears // self._cuts.left(view.now, end)))
            planned = min(planned, view.filled + fresh + catch_up)
        self._due = max(due, planned)
        return Goal(due=due, by=min(planned, qty), until=cut, slice_until=cut, tolerance=tolerance)

    def _state(self, view: AlgoView) -> Qty:
        """From where to plan again: what is filled, but what only rounding to lots left undone is carried."""
        behind = self._due - view.filled
        return self._due if 0 <= behind < self._terms.instrument.round_lot else view.filled

    def _planned(self, view: AlgoView, at: Ns) -> Qty:
        anchor = self._anchor
        rest = max(0, self._terms.qty - anchor.filled)
        return anchor.filled + part_of(rest, self._path.done(view, anchor, at))

    def _vary(self, planned: Qty, fresh: Qty, view: AlgoView) -> Qty:
        reach = fresh * self._variance // (2 * PPM)
        return min(planned + view.rng.randint(-reach, reach), self._terms.qty)


def part_of(qty: Qty, part: int) -> Qty:
    """`part` trillionths of `qty`, to the nearest share: a third (no whole trillionth is one) of 300 is 100."""
    return (2 * qty * part + ONE) // (2 * ONE)


def whole_lots(qty: Qty, lot: Qty) -> Qty:
    """`qty` rounded down to round lots; negative is nothing."""
    return max(0, qty) // lot * lot


def expected_points(terms: OrderTerms, interval: Ns, done: list[int] | None = None) -> tuple[SchedulePoint, ...]:
    """The path as points a slot apart, in whole lots, the first 0 at the start and the last at the end.

    `done` are cumulative trillionths at `point_times`; None is a straight line.
    """
    times = point_times(terms, interval)
    if done is None:
        window = terms.end - terms.start
        done = [(at - terms.start) * ONE // window for at in times]
    lot = terms.instrument.round_lot
    # Only the end may hold an odd lot.
    quantities = [whole_lots(part_of(terms.qty, part), lot) if part < ONE else terms.qty for part in done]
    return tuple(SchedulePoint(at, qty) for at, qty in zip(times, quantities, strict=True))


def point_times(terms: OrderTerms, interval: Ns) -> list[Ns]:
    """Start, every interval (or coarser, to stay within POINTS_MAX), end."""
    window = terms.end - terms.start
    assert window > 0, f"{terms.order_id}: window of {window} ns"
    step = max(interval, -(-window // (POINTS_MAX - 1)))
    return [*range(terms.start, terms.end, step), terms.end]
