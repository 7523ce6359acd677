"""What is asked, and what is known: the order, the session, the instrument, with the source of each number."""

from __future__ import annotations

from math import exp, isfinite, sqrt
from typing import Final

from msgspec import Struct

from router.core.instruments import Instrument
from router.core.params import show_time
from router.core.profiles import CalendarDay, ClientProfile, VenueProfile
from router.core.types import PPM, SECOND, Ns, Ppm, Px, Qty, Side
from router.tca.impact.terms import Z95, ImpactInputError, ImpactOrder
from router.tca.pretrade.figure import Figure, exact, spanning
from router.tca.pretrade.rules import PretradeRules, Urgency
from router.tca.profile.events import MarketDate, ahead, moving, volatility_factor, volume_factor
from router.tca.profile.profile import SymbolProfile

MINUTE: Final = 60 * SECOND
GIVEN: Final = "given"
RATE_MIN: Final = 1e-6
RATE_MAX: Final = 0.99
"""As MaxParticipation of the algorithms."""


class Overrides(Struct, frozen=True, kw_only=True):
    """What the asker says instead of what is known; None: as known."""

    price: float | None = None
    adv: float | None = None
    sigma: float | None = None
    spread: float | None = None
    shares_outstanding: float | None = None
    momentum: float = 0.0
    regime: str = "normal"
    concentration: float = 0.0
    max_participation: float | None = None

    def __post_init__(self) -> None:
        rate, shares = self.max_participation, self.shares_outstanding
        if rate is not None and not RATE_MIN <= rate <= RATE_MAX:
            raise ImpactInputError(f"MaxParticipation: must be from {RATE_MIN:f} to {RATE_MAX}: got {rate:g}")
        if shares is not None and not (isfinite(shares) and shares > 0):
            raise ImpactInputError(f"shares outstanding: must be above 0: got {shares:g}")
        if not isfinite(self.momentum):
            raise ImpactInputError(f"momentum: must be a number: got {self.momentum}")


DATES_MOST: Final = 20
"""Trading dates that are looked at: a month. What takes longer is no one order any more."""


class Question(Struct, frozen=True, kw_only=True):
    """One order, before it is sent. Times are UTC ns; the window must lie in the first date's session."""

    instrument: Instrument
    side: Side
    qty: Qty
    session: CalendarDay
    start: Ns
    end: Ns
    profile: SymbolProfile | None
    overrides: Overrides
    urgency: Urgency | None
    venues: tuple[VenueProfile, ...]
    curve: tuple[Ppm, ...] = ()
    """The engine's volume curve, where the profile has none."""
    curve_source: str = "uniform"
    events: tuple[MarketDate, ...] = ()
    session_part: float = 1.0
    """The session's length as a part of an ordinary one: an early close."""
    dates: tuple[str, ...] = ()
    """Trading dates around the day, in order, by which events are placed."""
    later: tuple[CalendarDay, ...] = ()
    """Trading dates after the first that are known, in order."""
    dates_most: int = 1
    """Trading dates that the order may take, the first included; of more than one it is good till the last."""
    client: ClientProfile | None = None
    """Who would send it: the limits that the router would hold it against; None: it is held against none."""
    limit_px: Px | None = None
    """Price(44), quanta: what the limits look at. The estimate is of an order without one."""

    def __post_init__(self) -> None:
        known = min(1 + len(self.later), DATES_MOST)
        if not 1 <= self.dates_most <= known:
            raise ImpactInputError(f"days: must be from 1 to {known} trading dates: got {self.dates_most}")
        name = "OrderQty(38)"
        if self.qty <= 0:
            raise ImpactInputError(f"{name}: must be above 0: got {self.qty}")
        if not self.session.open <= self.start < self.session.close:
            raise ImpactInputError(
                f"EffectiveTime(168): must lie in the session of {self.session.day}: got {show_time(self.start)}"
            )
        profile, currency = self.profile, self.instrument.currency
        if profile is not None and profile.currency != currency:
            raise ImpactInputError(f"profile: must be in {currency}, nothing is converted: got {profile.currency}")
        if self.end <= self.start:
            raise ImpactInputError(f"horizon: must be above 0 minutes: got {(self.end - self.start) / MINUTE:g}")
        if self.end > self.session.close:
            limit, asked = ((at - self.start) / MINUTE for at in (self.session.close, self.end))
            raise ImpactInputError(f"horizon: must end by the close, in {limit:g} minutes: got {asked:g}")

    @property
    def length(self) -> Ns:
        """From the open to the end of the first date's window."""
        return self.end - self.session.open

    def part_of(self, session: CalendarDay) -> float:
        """A session's length as a part of an ordinary one."""
        longer = (session.close - session.open) / (self.session.close - self.session.open)
        return min(1.0, self.session_part * longer)


class Inputs(Struct, frozen=True, kw_only=True):
    """What the estimate stands on: each number with its interval and its source."""

    price: Figure
    adv: Figure
    sigma: Figure
    spread: Figure
    curve: tuple[float, ...]
    curve_source: str
    variance_curve: tuple[float, ...]
    variance_source: str
    session_variance: Figure
    """The session's part of a day's variance; the rest is the night's."""
    session_volume: Figure
    """The continuous session's part of a day's volume; the rest is the auctions'."""
    today: tuple[MarketDate, ...]
    next: tuple[MarketDate, ...]
    """Events that move the day, and those that move one of the dates after it."""

    def figures(self) -> tuple[tuple[str, Figure], ...]:
        """By name, in the order of a report."""
        return (
            ("price", self.price),
            ("average daily volume", self.adv),
            ("daily volatility", self.sigma),
            ("quoted spread", self.spread),
            ("continuous session's part of the volume", self.session_volume),
            ("session's part of the day's variance", self.session_variance),
        )


def inputs_of(question: Question, rules: PretradeRules) -> Inputs:
    """The numbers of a question. ImpactInputError where one is not known and may not be assumed."""
    profile = question.profile
    price = _price(question)
    today = moving(question.events, question.instrument.symbol, question.session.day, question.dates)
    return Inputs(
        price=price,
        adv=_times(_adv(question), volume_factor(today), today),
        sigma=_times(_sigma(question, rules), volatility_factor(today), today),
        spread=_spread(question, rules, price.value),
        curve=(profile.curve if profile else ()) or tuple(each / PPM for each in question.curve),
        curve_source=_measured(profile) if profile and profile.curve else question.curve_source,
        variance_curve=profile.volatility_curve if profile else (),
        variance_source=_measured(profile)
        if profile and profile.volatility_curve
        else "assumed: even over the session",
        session_variance=_session_variance(profile, rules),
        session_volume=_session_volume(profile),
        today=today,
        next=ahead(
            question.events,
            question.instrument.symbol,
            question.session.day,
            question.dates,
            rules.event_days + question.dates_most - 1,
        ),
    )


def relative_factors(question: Question, inputs: Inputs, day: str) -> tuple[float, float]:
    """(volume, volatility) that are expected on a later date, in those of the first; what is given holds on each."""
    on_it = moving(question.events, question.instrument.symbol, day, question.dates)
    volume = 1.0 if inputs.adv.source == GIVEN else volume_factor(on_it) / volume_factor(inputs.today)
    sigma = 1.0 if inputs.sigma.source == GIVEN else volatility_factor(on_it) / volatility_factor(inputs.today)
    return volume, sigma


def impact_order(question: Question, inputs: Inputs) -> ImpactOrder:
    """The order as the models see it."""
    said = question.overrides
    return ImpactOrder(
        side=question.side,
        qty=question.qty,
        price=inputs.price.value,
        adv=inputs.adv.value,
        sigma=inputs.sigma.value,
        spread=inputs.spread.value,
        shares_outstanding=said.shares_outstanding,
        momentum=said.momentum,
        regime=said.regime,
        concentration=said.concentration,
    )


def _measured(profile: SymbolProfile) -> str:
    if profile.days:
        return f"measured from {profile.days} days to {profile.as_of}"
    return f"given in {profile.sources[0][0]}" if profile.sources else "given in the profile"


def _unknown(what: str, rule: str) -> ImpactInputError:
    return ImpactInputError(f"{what}: {rule}: got nothing")


def _given(value: float, what: str, unit: str) -> Figure:
    if not (isfinite(value) and value > 0):
        raise ImpactInputError(f"{what}: must be above 0 ({unit}): got {value:g}")
    return exact(value, unit, GIVEN)


def _not_negative(spread: float, unit: str) -> Figure:
    """A spread may be 0: a locked market, or a midpoint model."""
    if not (isfinite(spread) and spread >= 0):
        raise ImpactInputError(f"spread: must be at least 0 ({unit}): got {spread:g}")
    return exact(spread, unit, GIVEN)


def _price(question: Question) -> Figure:
    currency = question.instrument.currency
    if question.overrides.price is not None:
        return _given(question.overrides.price, "price", currency)
    if question.profile is None:
        raise _unknown("price", f"is not known of {question.instrument.symbol} and must be given, or a profile")
    return exact(question.profile.price, currency, f"last price, {_measured(question.profile)}")


def _adv(question: Question) -> Figure:
    if question.overrides.adv is not None:
        return _given(question.overrides.adv, "adv", "shares a day")
    profile = question.profile
    if profile is not None and profile.adv is not None:
        other = profile.adv_median or profile.adv
        low, high = sorted((profile.adv, other))
        return Figure(value=profile.adv, unit="shares a day", low=low, high=high, source=f"mean, {_measured(profile)}")
    if question.instrument.adv is not None:
        return exact(question.instrument.adv, "shares a day", "configured: instruments or curves")
    raise _unknown("adv", f"is not known of {question.instrument.symbol} and must be given, or a profile")


def _sigma(question: Question, rules: PretradeRules) -> Figure:
    unit = "a day, fraction of the price"
    if question.overrides.sigma is not None:
        return _given(question.overrides.sigma, "vol", unit)
    profile = question.profile
    if profile is not None and profile.sigma_daily is None and profile.sigma_intraday is not None:
        return _of_the_session(profile, profile.sigma_intraday, unit, rules)
    if profile is None or profile.sigma_daily is None:
        return _assumed(rules.assumed_sigma, unit, rules)
    if not profile.days:
        return exact(profile.sigma_daily, unit, _measured(profile))
    # A standard deviation of n normal returns has a relative error of 1/sqrt(2(n - 1)).
    error = Z95 / sqrt(2 * max(1, profile.days - 1))
    low = profile.sigma_daily * max(0.0, 1 - error)
    high = profile.sigma_daily * (1 + error)
    return Figure(value=profile.sigma_daily, unit=unit, low=low, high=high, source=_measured(profile))


def _of_the_session(profile: SymbolProfile, sigma: float, unit: str, rules: PretradeRules) -> Figure:
    """Too few nights to measure: the session's volatility, and the night's part as it is assumed."""
    source = f"the session's {sigma:.3g}, {_measured(profile)}, and assumed: the night's part"
    ends = (sigma / sqrt(part) for part in (1.0, 1 / rules.assumed_range))
    return spanning(sigma / sqrt(rules.session_variance), *ends, unit=unit, source=source)


def _spread(question: Question, rules: PretradeRules, price: float) -> Figure:
    unit = f"{question.instrument.currency} a share"
    if question.overrides.spread is not None:
        return _not_negative(question.overrides.spread, unit)
    if question.profile is not None and question.profile.spread is not None:
        return exact(question.profile.spread, unit, f"quoted, by time, {_measured(question.profile)}")
    scale = question.instrument.price_scale
    tick = question.instrument.tick(round(price * scale)) / scale
    return _assumed(max(tick, price * rules.assumed_spread_bps / 10_000), unit, rules)


def _assumed(value: float, unit: str, rules: PretradeRules) -> Figure:
    span = rules.assumed_range
    return Figure(value=value, unit=unit, low=value / span, high=value * span, source="assumed: not measured")


def _times(figure: Figure, factor: float, events: tuple[MarketDate, ...]) -> Figure:
    """A number on a day of events; one that is given is meant for the day."""
    if factor == 1 or figure.source == GIVEN:
        return figure
    said = "; ".join(each.text for each in events)
    return Figure(
        value=figure.value * factor,
        unit=figure.unit,
        low=figure.low * factor,
        high=figure.high * factor,
        source=f"{figure.source}; times {factor:g} for {said}",
    )


def _session_variance(profile: SymbolProfile | None, rules: PretradeRules) -> Figure:
    unit = "part of the day's"
    if profile is None or profile.sigma_intraday is None or profile.sigma_daily is None:
        ends = (1 / rules.assumed_range, 1.0)
        return spanning(rules.session_variance, *ends, unit=unit, source="assumed: not measured")
    return exact((profile.sigma_intraday / profile.sigma_daily) ** 2, unit, _measured(profile))


def _session_volume(profile: SymbolProfile | None) -> Figure:
    unit = "part of the day's"
    if profile is None or profile.open_auction is None or profile.close_auction is None:
        return Figure(value=1.0, unit=unit, low=0.8, high=1.0, source="assumed: all of it, no auctions")
    auctions = profile.open_auction + profile.close_auction
    if auctions >= 1:
        raise ImpactInputError(f"profile: auctions must leave a part of the volume to the session: got {auctions:g}")
    return exact(1 - auctions, unit, _measured(profile))


def volume_range(adv: Figure, rules: PretradeRules) -> tuple[float, float]:
    """The day's volume that 19 days in 20 should see, shares, from ADV and the spread of days around it."""
    span = exp(Z95 * rules.volume_sigma)
    return adv.low / span, adv.high * span
