"""VWAP: the order in proportion to the market's volume, forecast by a curve. It must not follow volume after the fact.

The plan is the cumulative volume curve over the window (Konishi 2002: the expected curve, where volatility and volume
are independent). As the day goes, the rest of the curve is weighted with the day's volume so far, within a tenth of
the order of the static plan: a burst of volume is evidence, not an instruction. Where the instrument has no `adv`, the
day so far stands for it.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from algos.pacer import LATENESS, Inputs, Pacer
from algos.schedule import ONE, Anchor, ScheduledPace, expected_points, point_times
from algos.volume import Curve, curve_of, day_scale
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
    ParamRefusal,
    Ppm,
    SchedulePoint,
)

STRAY_MAX: Final = ONE // 10
"""How far the day's volume may pull the plan from the static curve, as a fraction of the order."""


class VwapParams(AlgoParams, frozen=True, kw_only=True):
    """VWAP's parameters."""

    curve_source: Annotated[
        str,
        Param(
            Kind.CHOICE,
            "The instrument's own curve (or the pooled one where it has none), no curve, or the one in Curve.",
            choices=("Historical", "Uniform", "Custom"),
        ),
    ] = "Historical"
    curve: Annotated[
        tuple[Ppm, ...],
        Param(Kind.RATES, "CurveSource Custom: the volume in equal bins from open to close, as fractions."),
    ] = ()
    interval: Annotated[Ns, Param(Kind.DURATION, "Time between slices.", low=SECOND, high=3600 * SECOND)] = 60 * SECOND
    variance: Annotated[
        Ppm,
        Param(Kind.RATE, "Each slice's time and size vary by up to half of this, either way.", low=0, high=PPM),
    ] = 200_000

    def conflict(self) -> ParamRefusal | None:
        if self.curve_source == "Custom" and sum(self.curve) == 0:
            return ParamRefusal("Curve", "is required where CurveSource is Custom, with a sum above", "0", "")
        if self.curve_source != "Custom" and self.curve:
            return ParamRefusal("Curve", "must be absent unless CurveSource is", "Custom", self.curve_source)
        return super().conflict()


class VolumeCurve:
    """Done in proportion to volume: the curve's, corrected by the day's."""

    def __init__(self, curve: Curve) -> None:
        self._curve = curve

    def done(self, view: AlgoView, anchor: Anchor, at: Ns) -> int:
        end = view.order.end
        whole = self._curve.between(anchor.at, end)
        if whole == 0:
            # No volume is expected here: time is all there is to go by.
            return (at - anchor.at) * ONE // max(1, end - anchor.at)
        static = self._curve.between(anchor.at, at) * ONE // whole
        # A plan pushed back by a halt follows the clock of the curve, not of the tape.
        if at >= end or at < view.now:
            return static
        day = self._whole_day(view)
        if day == 0:
            return static
        return min(max(self._corrected(view, anchor, at, day), static - STRAY_MAX), static + STRAY_MAX, ONE)

    def _whole_day(self, view: AlgoView) -> int:
        """What the day is going to trade, in trillionths of a share; 0 where nothing says it.

        The average day as corrected by this one; where no average is known, this one as it has gone so far.
        """
        adv, so_far = view.order.adv, view.market.day_volume
        if adv:
            return adv * day_scale(self._curve, view.now, so_far, adv)
        done = self._curve.done(view.now)
        return so_far * ONE * ONE // done if done else 0

    def _corrected(self, view: AlgoView, anchor: Anchor, at: Ns, day: int) -> int:
        """Volume since the anchor and expected until `at`, over that and expected until the end."""
        traded = (view.market.volume - anchor.volume) * ONE
        ahead = day * self._curve.between(view.now, max(at, view.now)) // ONE
        rest = day * self._curve.between(view.now, view.order.end) // ONE
        return (traded + ahead) * ONE // max(1, traded + rest)


class Vwap:
    """TargetStrategy(847) 1, "VWAP"."""

    name: ClassVar[str] = "VWAP"
    Params: ClassVar[type[AlgoParams]] = VwapParams

    def __init__(self, params: AlgoParams, terms: OrderTerms) -> None:
        self._pacer = Pacer(params, terms, _pace(params, terms), _inputs(params, terms))

    def on_wake(self, view: AlgoView) -> list[Action]:
        return self._pacer.on_wake(view)

    def on_amend(self, params: AlgoParams, terms: OrderTerms) -> None:
        self._pacer.amend(params, terms, _pace(params, terms), _inputs(params, terms))

    @staticmethod
    def expected_schedule(params: AlgoParams, terms: OrderTerms) -> tuple[SchedulePoint, ...]:
        assert isinstance(params, VwapParams), params
        curve = curve_of(terms, _bins(params, terms)[0])
        whole = curve.between(terms.start, terms.end)
        if whole == 0:
            return expected_points(terms, params.interval)
        done = [curve.between(terms.start, at) * ONE // whole for at in point_times(terms, params.interval)]
        return expected_points(terms, params.interval, done)


def _bins(params: AlgoParams, terms: OrderTerms) -> tuple[tuple[Ppm, ...], str]:
    """The curve to use and where it is from."""
    assert isinstance(params, VwapParams), params
    if params.curve_source == "Custom":
        return params.curve, "custom"
    if params.curve_source == "Uniform" or sum(terms.curve) == 0:
        return (), "uniform"
    return terms.curve, terms.curve_source


def _pace(params: AlgoParams, terms: OrderTerms) -> ScheduledPace:
    assert isinstance(params, VwapParams), params
    path = VolumeCurve(curve_of(terms, _bins(params, terms)[0]))
    return ScheduledPace(
        terms, path, interval=params.interval, variance=params.variance, lateness=LATENESS[params.urgency]
    )


def _inputs(params: AlgoParams, terms: OrderTerms) -> Inputs:
    bins, source = _bins(params, terms)
    asked = params.curve_source if isinstance(params, VwapParams) else ""
    fell_back = "Y" if asked == "Historical" and source == "uniform" else "N"
    return (
        ("curve_source", source),
        ("curve_missing", fell_back),
        ("bins", str(len(bins))),
        ("curve_days", str(terms.curve_days or "") if source == terms.curve_source else ""),
        ("adv", str(terms.adv or "")),
    )
