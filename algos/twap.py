"""TWAP: the order in equal parts over equal times. It must not know volume.

The plan is a straight line from start to end (Bertsimas and Lo 1998: what minimises expected cost when impact is linear
and prices are a random walk); times and sizes vary around it within Variance.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from algos.pacer import LATENESS, Pacer
from algos.schedule import ONE, Anchor, ScheduledPace, expected_points
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


class TwapParams(AlgoParams, frozen=True, kw_only=True):
    """TWAP's parameters."""

    interval: Annotated[Ns, Param(Kind.DURATION, "Time between slices.", low=SECOND, high=3600 * SECOND)] = 60 * SECOND
    variance: Annotated[
        Ppm,
        Param(Kind.RATE, "Each slice's time and size vary by up to half of this, either way.", low=0, high=PPM),
    ] = 200_000


class StraightLine:
    """Done in proportion to time."""

    def done(self, view: AlgoView, anchor: Anchor, at: Ns) -> int:
        return (at - anchor.at) * ONE // max(1, view.order.end - anchor.at)


class Twap:
    """TargetStrategy(847) 1000, "TWAP"."""

    name: ClassVar[str] = "TWAP"
    Params: ClassVar[type[AlgoParams]] = TwapParams

    def __init__(self, params: AlgoParams, terms: OrderTerms) -> None:
        self._pacer = Pacer(params, terms, _pace(params, terms))

    def on_wake(self, view: AlgoView) -> list[Action]:
        return self._pacer.on_wake(view)

    def on_amend(self, params: AlgoParams, terms: OrderTerms) -> None:
        self._pacer.amend(params, terms, _pace(params, terms))

    @staticmethod
    def expected_schedule(params: AlgoParams, terms: OrderTerms) -> tuple[SchedulePoint, ...]:
        assert isinstance(params, TwapParams), params
        return expected_points(terms, params.interval)


def _pace(params: AlgoParams, terms: OrderTerms) -> ScheduledPace:
    assert isinstance(params, TwapParams), params
    return ScheduledPace(
        terms,
        StraightLine(),
        interval=params.interval,
        variance=params.variance,
        lateness=LATENESS[params.urgency],
    )
