"""POV: a share of the volume, as it trades. It must not forecast.

Our own volume is in the denominator, so for a share p of everything we trade p/(1-p) of what others trade. The deficit
is cumulative: what one look rounds away or misses the next one makes good.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

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
    SchedulePoint,
)

LATENESS: Final = {"Low": 100_000, "Medium": 50_000, "High": 20_000}
"""Tolerated arrears by Urgency, as a fraction of what the volume so far asks for."""
LOTS_LATE: Final = 2
"""Nor is being this many lots behind late: on a small volume every fraction is less than a lot."""


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
        """What an average day's volume would let through; without an ADV, a straight line to the whole order."""
        assert isinstance(params, PovParams), params
        if not terms.adv:
            return expected_points(terms, 60 * SECOND)
        curve = curve_of(terms, terms.curve)
        most = [
            participation_qty(params.participation_rate, terms.adv * curve.between(terms.start, at) // ONE)
            for at in point_times(terms, 60 * SECOND)
        ]
        return expected_points(terms, 60 * SECOND, [min(ONE, qty * ONE // terms.qty) for qty in most])
