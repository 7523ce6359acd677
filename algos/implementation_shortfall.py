"""Implementation shortfall: sooner costs impact, later risks the price. It must not follow volume as it trades.

Almgren and Chriss (2000), "Optimal Execution of Portfolio Transactions", with linear impact:

    tau = T/N   eta~ = eta - gamma tau/2   kappa~^2 = lambda sigma^2 / eta~   2 (cosh(kappa tau) - 1) / tau^2 = kappa~^2
    x_j = X sinh(kappa (T - t_j)) / sinh(kappa T)

The bias of the model: impact is linear and known, the price is a random walk without drift, volume is flat. It is
solved again at every slot from what is left, which changes nothing while fills follow the plan: the tail of an optimal
path is the optimal path of its tail. What does change it is the day: volatility and volume are estimated again at every
slot, for the lambda that the order began with, and kappa follows the root of either.

Units: time in days of 6.5 hours, prices relative to the arrival price, quantities in shares.
"""

from __future__ import annotations

from itertools import pairwise
from math import acosh, exp, expm1, log, sinh, sqrt
from typing import Annotated, ClassVar, Final

from msgspec import Struct

from algos.pacer import LATENESS, Inputs, Pacer
from algos.schedule import ONE, Anchor, ScheduledPace, expected_points, point_times
from algos.volume import curve_of, day_scale
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
    Phase,
    Ppm,
    Remember,
    SchedulePoint,
)

DAY_NS: Final = 23_400 * SECOND
"""The day in which Volatility and ADV are counted: 6.5 hours, the US session."""
ADV_UNKNOWN: Final = 1_000_000
"""Shares; used, and said so in the journal, where neither parameter nor instrument knows the ADV."""
KAPPA_T: Final = {"Low": 0.5, "Medium": 1.5, "High": 4.0}
"""kappa T by Urgency: at Low the rate falls little over the window (first to last as cosh(0.5) = 1.13 to 1), at High
its first half does 87 % of the order. Urgency speaks of the shape, so it scales with T; lambda speaks of
money, and does not. The lambda that Urgency comes to in an order is in its journal."""
PRIOR_DAYS: Final = 0.25
"""The volatility that was stated counts as much as the prices of a quarter of a day."""
SIGMA_RANGE: Final = (1 / 3, 3.0)
"""How far the day's prices may take the volatility from what was stated: a bad print must not sell a portfolio."""
SAID_AGAIN: Final = 0.1
"""A kappa that has moved by more than a tenth is journaled."""
KAPPA_TAU_MAX: Final = 50.0
"""Beyond this everything is done in the first slot, and cosh would overflow not far above."""


class Impact(Struct, frozen=True):
    """The model's inputs: `sigma` per sqrt(day), `eta` per (share per day), `gamma` per share; relative prices."""

    sigma: float
    eta: float
    gamma: float

    def kappa(self, risk_aversion: float, tau: float) -> float:
        """Per day, for slots of `tau` days. `risk_aversion` is lambda, per share and relative price."""
        kappa_tilde_2 = risk_aversion * self.sigma**2 / self.eta_tilde(tau)
        x = kappa_tilde_2 * tau * tau / 2
        # acosh(1 + x) loses all digits for small x, where it is sqrt(2 x) to first order.
        return (acosh(1 + x) if x > 1e-8 else sqrt(2 * x)) / tau

    def risk_aversion(self, kappa: float, tau: float) -> float:
        """The lambda whose kappa this is. 2 (cosh(x) - 1) is 4 sinh^2(x/2), which keeps the digits of a small x."""
        return (2 * sinh(kappa * tau / 2) / tau) ** 2 * self.eta_tilde(tau) / self.sigma**2

    def eta_tilde(self, tau: float) -> float:
        """Temporary impact, less the permanent that a slot would count twice."""
        eta_tilde = self.eta - self.gamma * tau / 2
        assert eta_tilde > 0, f"eta {self.eta} must exceed gamma tau / 2 = {self.gamma * tau / 2}"
        return eta_tilde


def sinh_ratio(kappa: float, left: float, whole: float) -> float:
    """sinh(kappa left) / sinh(kappa whole) for 0 <= left <= whole, without overflow; left/whole as kappa goes to 0."""
    if kappa * whole < 1e-9:
        return left / whole
    return exp(kappa * (left - whole)) * expm1(-2 * kappa * left) / expm1(-2 * kappa * whole)


def trajectory(qty: float, kappa: float, horizon: float, slots: int) -> list[float]:
    """Holdings x_0 ... x_N at equal times."""
    return [qty * sinh_ratio(kappa, horizon * (slots - j) / slots, horizon) for j in range(slots + 1)]


def expected_cost(impact: Impact, holdings: list[float], horizon: float, epsilon: float = 0.0) -> float:
    """E = gamma X^2/2 + epsilon sum|n| + (eta~/tau) sum n^2, for any path. Relative price x shares."""
    tau = horizon / (len(holdings) - 1)
    trades = [before - after for before, after in pairwise(holdings)]
    linear = impact.gamma * holdings[0] ** 2 / 2 + epsilon * sum(abs(n) for n in trades)
    return linear + (impact.eta - impact.gamma * tau / 2) / tau * sum(n * n for n in trades)


def cost_variance(impact: Impact, holdings: list[float], horizon: float) -> float:
    """V = sigma^2 tau sum_{k>=1} x_k^2, for any path."""
    tau = horizon / (len(holdings) - 1)
    return impact.sigma**2 * tau * sum(x * x for x in holdings[1:])


class IsParams(AlgoParams, frozen=True, kw_only=True):
    """Implementation shortfall's parameters. RiskAversion is the exact statement of what Urgency says roughly."""

    risk_aversion: Annotated[
        float | None,
        Param(Kind.NUMBER, "Lambda of Almgren and Chriss, per share and relative price; absent: by Urgency.", low=0.0),
    ] = None
    volatility: Annotated[Ppm, Param(Kind.RATE, "Daily volatility, as a fraction of the price.", low=100, high=PPM)] = (
        20_000
    )
    adv: Annotated[int | None, Param(Kind.QUANTITY, "Average daily volume; absent: the instrument's.", low=1)] = None
    temporary_impact: Annotated[
        float,
        Param(Kind.NUMBER, "Price moved while trading one ADV a day, in daily volatilities.", low=0.001, high=100.0),
    ] = 1.0
    permanent_impact: Annotated[
        float, Param(Kind.NUMBER, "Price moved for good by one ADV, in daily volatilities.", low=0.0, high=100.0)
    ] = 0.3
    reestimate: Annotated[
        bool, Param(Kind.FLAG, "Correct Volatility and ADV by the day's prices and volume as it goes.")
    ] = True
    interval: Annotated[Ns, Param(Kind.DURATION, "Time between slices.", low=SECOND, high=3600 * SECOND)] = 60 * SECOND
    variance: Annotated[
        Ppm,
        Param(Kind.RATE, "Each slice's time and size vary by up to half of this, either way.", low=0, high=PPM),
    ] = 200_000

    def conflict(self) -> ParamRefusal | None:
        # eta~ > 0 in the model: permanent impact within one slot must not exceed the temporary.
        most = 2 * self.temporary_impact * DAY_NS / self.interval
        if self.permanent_impact >= most:
            text = str(self.permanent_impact)
            return ParamRefusal("PermanentImpact", "must be below 2 TemporaryImpact day/Interval,", f"{most:g}", text)
        return super().conflict()


class Model(Struct, frozen=True):
    """An order's model, solved: `kappa` per day, `risk_aversion` the lambda it belongs to."""

    impact: Impact
    risk_aversion: float
    kappa: float
    adv: int
    adv_source: str


def solve(params: IsParams, terms: OrderTerms) -> Model:
    """The order's kappa: from RiskAversion where it is given, otherwise from Urgency and the window's length."""
    adv, source = _adv(params, terms)
    impact = impact_of(params, params.volatility / PPM, adv)
    horizon = (terms.end - terms.start) / DAY_NS
    tau = params.interval / DAY_NS
    if params.risk_aversion is None:
        kappa = min(KAPPA_T[params.urgency] / horizon, KAPPA_TAU_MAX / tau)
        return Model(impact, impact.risk_aversion(kappa, tau), kappa, adv, source)
    kappa = min(impact.kappa(params.risk_aversion, tau), KAPPA_TAU_MAX / tau)
    return Model(impact, params.risk_aversion, kappa, adv, source)


def impact_of(params: IsParams, sigma: float, adv: int) -> Impact:
    """The impact of a symbol with this volatility and volume."""
    return Impact(sigma, params.temporary_impact * sigma / adv, params.permanent_impact * sigma / adv)


def _adv(params: IsParams, terms: OrderTerms) -> tuple[int, str]:
    if params.adv is not None:
        return params.adv, "parameter"
    known = terms.adv or terms.instrument.adv
    return (known, "instrument") if known else (ADV_UNKNOWN, "unknown: assumed")


class DayEstimate:
    """The order's model as its day shows it. The same views give the same estimate."""

    def __init__(self, params: IsParams, terms: OrderTerms) -> None:
        self.model = solve(params, terms)
        """As it was stated."""
        self.kappa = self.model.kappa
        self.sigma = self.model.impact.sigma
        self.adv = self.model.adv
        self._params = params
        self._curve = curve_of(terms, terms.curve)
        self._tau = params.interval / DAY_NS
        self._last: tuple[Ns, int] | None = None
        self._variance = 0.0
        self._days = 0.0

    def remember(self, before: DayEstimate) -> None:
        """Go on with what was seen under the terms before; not with the last price, from which a night may lie."""
        self._variance, self._days = before._variance, before._days

    def look(self, view: AlgoView) -> None:
        """Learn from the market now: a midpoint an interval, and the volume of the day so far."""
        market = view.market
        if market.phase is not Phase.CONTINUOUS or market.mid2 is None or market.mid2 <= 0:
            self._last = None  # what it is after a halt is one step, and no measure of the time between
            return
        if self._last is not None and view.now - self._last[0] < self._params.interval:
            return
        if self._last is not None:
            before, mid2 = self._last
            self._variance += log(market.mid2 / mid2) ** 2
            self._days += (view.now - before) / DAY_NS
        self._last = view.now, market.mid2
        if self._params.reestimate:
            self._solve(view)

    def _solve(self, view: AlgoView) -> None:
        stated = self.model.impact.sigma
        seen = sqrt((stated**2 * PRIOR_DAYS + self._variance) / (PRIOR_DAYS + self._days))
        self.sigma = min(max(seen, stated * SIGMA_RANGE[0]), stated * SIGMA_RANGE[1])
        scale = day_scale(self._curve, view.now, view.market.day_volume, self.model.adv)
        self.adv = max(1, self.model.adv * scale // ONE)
        impact = impact_of(self._params, self.sigma, self.adv)
        self.kappa = min(impact.kappa(self.model.risk_aversion, self._tau), KAPPA_TAU_MAX / self._tau)


class SinhPath:
    """The share of the rest done by a time: 1 - sinh(kappa (T - t)) / sinh(kappa T), counted from the anchor."""

    def __init__(self, day: DayEstimate) -> None:
        self._day = day

    def done(self, view: AlgoView, anchor: Anchor, at: Ns) -> int:
        return done_by(self._day.kappa, view.order.end - anchor.at, view.order.end - at)


def done_by(kappa: float, whole: Ns, left: Ns) -> int:
    """Trillionths done when `left` of `whole` nanoseconds are left."""
    if left <= 0:
        return ONE
    return ONE - round(ONE * sinh_ratio(kappa, left / DAY_NS, whole / DAY_NS))


class ImplementationShortfall:
    """TargetStrategy(847) 3, "IS"."""

    name: ClassVar[str] = "IS"
    Params: ClassVar[type[AlgoParams]] = IsParams

    def __init__(self, params: AlgoParams, terms: OrderTerms) -> None:
        self._day = _day(params, terms)
        self._said = self._day.kappa
        self._pacer = Pacer(params, terms, *_pace(self._day, params, terms))

    def on_wake(self, view: AlgoView) -> list[Action]:
        day = self._day
        day.look(view)
        learned = abs(day.kappa - self._said) > SAID_AGAIN * self._said
        actions = self._pacer.on_wake(view)
        if not learned:
            return actions
        self._said = day.kappa
        data = (("sigma", f"{day.sigma:g}"), ("adv", str(day.adv)), ("kappa", f"{day.kappa:g}"))
        return [Remember("learned", data), *actions]

    def on_amend(self, params: AlgoParams, terms: OrderTerms) -> None:
        before, self._day = self._day, _day(params, terms)
        self._day.remember(before)
        self._said = self._day.kappa
        self._pacer.amend(params, terms, *_pace(self._day, params, terms))

    @staticmethod
    def expected_schedule(params: AlgoParams, terms: OrderTerms) -> tuple[SchedulePoint, ...]:
        assert isinstance(params, IsParams), params
        kappa, window = solve(params, terms).kappa, terms.end - terms.start
        done = [done_by(kappa, window, terms.end - at) for at in point_times(terms, params.interval)]
        return expected_points(terms, params.interval, done)


def _day(params: AlgoParams, terms: OrderTerms) -> DayEstimate:
    assert isinstance(params, IsParams), params
    return DayEstimate(params, terms)


def _pace(day: DayEstimate, params: AlgoParams, terms: OrderTerms) -> tuple[ScheduledPace, Inputs]:
    assert isinstance(params, IsParams), params
    model = day.model
    inputs = (
        ("sigma", f"{model.impact.sigma:g}"),
        ("eta", f"{model.impact.eta:g}"),
        ("gamma", f"{model.impact.gamma:g}"),
        ("kappa", f"{model.kappa:g}"),
        ("adv", str(model.adv)),
        ("adv_source", model.adv_source),
        ("lambda", f"{model.risk_aversion:g}"),
    )
    pace = ScheduledPace(
        terms,
        SinhPath(day),
        interval=params.interval,
        variance=params.variance,
        lateness=LATENESS[params.urgency],
        resolve=True,
    )
    return pace, inputs
