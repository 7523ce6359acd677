"""POV: a share of the volume, as it trades. It must not forecast.

Our own volume is in the denominator, so for a share p of everything we trade p/(1-p) of what others trade. The deficit
is cumulative: what one look rounds away or misses the next one makes good.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Annotated, ClassVar, Final

from msgspec import structs

from algos.pacer import Pacer, participation_qty
from algos.schedule import ONE, Anchor, Cuts, Goal, expected_points, point_times
from algos.volume import curve_of
from router.api import (
    PPM,
    SECOND,
    Action,
    AlgoParams,
    AlgoView,
    Kind,
    Ns,
    OrderTerms,
    Param,
    Ppm,
    Qty,
    SchedulePoint,
)

LATENESS: Final = {"Low": 100_000, "Medium": 50_000, "High": 20_000}
"""Tolerated arrears by Urgency, as a fraction of what the volume so far asks for."""
LOTS_LATE: Final = 2
"""Nor is being this many lots behind late: on a small volume every fraction is less than a lot."""


MINUTE: Final = 60 * SECOND
STEPS_MIN: Final = 30
"""Steps of an expected schedule at least, down to one a look."""


class PovParams(AlgoParams, frozen=True, kw_only=True):
    """POV's parameters. ParticipationRate is required."""

    participation_rate: Annotated[
        Ppm,
        Param(Kind.RATE, "The share of the volume to be, own included.", tag=849, low=1, high=990_000),
    ]
    interval: Annotated[Ns, Param(Kind.DURATION, "Time between looks at the volume.", low=SECOND, high=60 * SECOND)] = (
        SECOND
    )
    patience: Annotated[
        Ns,
        Param(
            Kind.DURATION,
            "How long a slice may wait in the book; a short wait gives up places in queues.",
            low=SECOND,
            high=600 * SECOND,
        ),
    ] = 30 * SECOND
    variance: Annotated[Ppm, Param(Kind.RATE, "Looks vary by up to half of this, either way.", low=0, high=PPM)] = (
        400_000
    )


class VolumePace:
    """Due is what the volume so far asks for; nothing is owed for volume to come."""

    def __init__(self, params: PovParams, terms: OrderTerms) -> None:
        self._params = params
        self._terms = terms
        self._cuts = Cuts(params.interval, params.variance)
        self._anchor = Anchor(terms.start, 0, 0)

    def restart(self, anchor: Anchor) -> None:
        self._anchor = anchor
        self._cuts.restart(anchor.at)

    def advance(self, view: AlgoView, shift: Ns) -> Goal:
        end, lot = self._terms.end, self._terms.instrument.round_lot
        asked = participation_qty(self._params.participation_rate, view.market.volume - self._anchor.volume)
        due = min(self._terms.qty, self._anchor.filled + asked)
        tolerance = max(LOTS_LATE * lot, asked * LATENESS[self._params.urgency] // PPM)
        until = self._cuts.next_cut(view.now, end, view.rng)
        return Goal(
            due=due, by=due, until=until, slice_until=min(end, view.now + self._params.patience), tolerance=tolerance
        )


class Pov:
    """TargetStrategy(847) 2, "POV"."""

    name: ClassVar[str] = "POV"
    Params: ClassVar[type[AlgoParams]] = PovParams

    def __init__(self, params: AlgoParams, terms: OrderTerms) -> None:
        assert isinstance(params, PovParams), params
        self._pacer = Pacer(params, terms, VolumePace(params, terms))

    def on_wake(self, view: AlgoView) -> list[Action]:
        return self._pacer.on_wake(view)

    def on_amend(self, params: AlgoParams, terms: OrderTerms) -> None:
        assert isinstance(params, PovParams), params
        self._pacer.amend(params, terms, VolumePace(params, terms))

    @staticmethod
    def expected_schedule(params: AlgoParams, terms: OrderTerms) -> tuple[SchedulePoint, ...]:
        """What an average day's volume would let through, up to where it is done; without an ADV, a straight line."""
        assert isinstance(params, PovParams), params
        if not terms.adv:
            return expected_points(terms, MINUTE)
        through = _through(params, terms)
        done = _done_at(params, terms, through)
        until_done = structs.replace(terms, end=done)
        # A small order is done within a minute: its rate shows only in steps that are finer than that.
        step = min(MINUTE, max(params.interval, (done - terms.start) // STEPS_MIN))
        parts = [min(ONE, through(at) * ONE // terms.qty) for at in point_times(until_done, step)]
        points = expected_points(until_done, step, parts)
        return points if done == terms.end else (*points, SchedulePoint(terms.end, points[-1].qty))


def _through(params: PovParams, terms: OrderTerms) -> Callable[[Ns], Qty]:
    """By when how many shares an average day's volume would let through, from the start on."""
    curve, adv = curve_of(terms, terms.curve), terms.adv or 0
    return lambda at: participation_qty(params.participation_rate, adv * curve.between(terms.start, at) // ONE)


def _done_at(params: PovParams, terms: OrderTerms, through: Callable[[Ns], Qty]) -> Ns:
    """When the whole is through, at the first look at the earliest; the end where it is not."""
    at = terms.start + bisect_left(range(terms.start, terms.end), terms.qty, key=through)
    return min(terms.end, max(at, terms.start + params.interval))
