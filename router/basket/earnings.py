"""An earnings season: participation scaled by volatility, urgency, and who goes first when results are due.

Rules are explicit, with their numbers as data; each answer says in words which rule gave it. Two of them pull
opposite ways on purpose: more volatility narrows the participation band, since impact grows with it, and raises the
urgency within the band, since waiting costs more. Knows no file: events and dates are handed in
(`router.tca.profile.events`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from router.basket.control import Worked
from router.basket.limits import BasketLimits
from router.basket.names import BasketError, BasketName, Period
from router.basket.orders import Done
from router.basket.plan import Terms
from router.tca.pretrade.rules import Urgency
from router.tca.profile.events import EventTime, MarketDate, ahead, moves_on, moving, volatility_factor
from router.tca.profile.profile import NotNegative, Positive


class BandRule(Struct, frozen=True, kw_only=True):
    """band = base x (sigma_base / sigma_now)^power, within floor and cap; on an event's date times `event_factor`."""

    low: NotNegative = 0.05
    """Participation at least, of an ordinary day: a fraction of the volume."""
    high: Positive = 0.15
    """Participation at most, of an ordinary day."""
    power: NotNegative = 1.0
    """1: constant impact, where impact is proportional to volatility times participation."""
    floor: Positive = 0.02
    """The band's upper end is never below; its lower end never above the upper."""
    cap: Annotated[float, Meta(gt=0, le=0.99)] = 0.25
    """The band's upper end is never above."""
    event_factor: Positive = 0.5
    """On the date whose prices an event moves, before floor and cap."""


class ParticipationBand(Struct, frozen=True):
    """MinParticipation and MaxParticipation as fractions, and why."""

    low: float
    high: float
    reason: str


def participation_band(
    rule: BandRule, *, sigma_base: float, sigma_now: float, events: Sequence[MarketDate] = ()
) -> ParticipationBand:
    """The band of one name on one date. Volatilities of a day; `events`: those that move the date's prices."""
    if not sigma_base > 0 or not sigma_now > 0:
        raise BasketError(f"participation band: volatilities must be above 0: got {sigma_base:g} and {sigma_now:g}")
    if rule.low > rule.high or rule.floor > rule.cap:
        raise BasketError(
            f"participation band: low must not be above high, nor floor above cap: got {rule.low:g} and {rule.high:g},"
            f" {rule.floor:g} and {rule.cap:g}"
        )
    scale = (sigma_base / sigma_now) ** rule.power * (rule.event_factor if events else 1.0)
    high = min(max(rule.high * scale, rule.floor), rule.cap)
    low = min(rule.low * scale, high)
    why = [f"volatility {sigma_now:.2%} against {sigma_base:.2%}"]
    if events:
        why.append(f"{', '.join(each.text for each in events)}: x {rule.event_factor:g}")
    if high != rule.high * scale:
        why.append(f"held at {high:.1%}")
    return ParticipationBand(low, high, "; ".join(why))


class UrgencyRule(Struct, frozen=True, kw_only=True):
    """When urgency rises: to High for an event within the horizon or `hot` volatility, to Low where it is `calm`."""

    within: Annotated[int, Meta(ge=1)] = 2
    """Trading dates: an event that moves prices so soon after today is within the horizon."""
    hot: Positive = 1.5
    """Volatility as a multiple of the usual."""
    calm: Positive = 0.75


def urgency_of(
    rule: UrgencyRule,
    name: BasketName,
    *,
    sigma_base: float,
    events: Sequence[MarketDate],
    day: str,
    dates: Sequence[str],
) -> tuple[Urgency, str]:
    """(Urgency, reason) of a name on `day`. `dates`: trading dates in order, `day` among them."""
    soon = ahead(events, name.symbol, day, dates, rule.within)
    if soon:
        return "High", f"{soon[0].text} moves prices within {rule.within} dates: be done before"
    ratio = name.sigma / sigma_base
    if ratio >= rule.hot:
        return "High", f"volatility is {ratio:.2f} of the usual, at least {rule.hot:g}: waiting is dear"
    if ratio <= rule.calm:
        return "Low", f"volatility is {ratio:.2f} of the usual, at most {rule.calm:g}: waiting is cheap"
    return "Medium", f"volatility is {ratio:.2f} of the usual, and no event within {rule.within} dates"


class Priority(Struct, frozen=True, kw_only=True):
    """A name's place in the queue, first is 1. `group`: 1 high beta ahead of its event, 2 event ahead, 3 no event."""

    rank: int
    symbol: str
    group: int
    event: MarketDate | None
    beta: float
    beta_low: float
    at_risk: float
    """|beta| x the order's worth: the market exposure that waiting leaves open, in the currency."""
    reason: str


class PriorityRule(Struct, frozen=True, kw_only=True):
    """A name's beta is high when its interval's lower end, beta - z x standard error, is at least `beta`."""

    within: Annotated[int, Meta(ge=1)] = 10
    """Trading dates after today in which an event counts."""
    beta: float = 1.2
    z: NotNegative = 1.645
    """One-sided 95 %: a beta that only looks high does not jump the queue."""


def priorities(
    rule: PriorityRule, names: Sequence[BasketName], events: Sequence[MarketDate], day: str, dates: Sequence[str]
) -> tuple[Priority, ...]:
    """Who trades first: by group, then the earlier event, then more at risk, then the symbol."""
    found = [_priority(rule, name, events, day, dates) for name in names]
    found.sort(key=lambda each: (each.group, _date(each.event, dates), -each.at_risk, each.symbol))
    return tuple(replace(each, rank=rank) for rank, each in enumerate(found, 1))


def _date(event: MarketDate | None, dates: Sequence[str]) -> str:
    return "" if event is None else moves_on(event, dates) or ""


def _priority(
    rule: PriorityRule, name: BasketName, events: Sequence[MarketDate], day: str, dates: Sequence[str]
) -> Priority:
    soon = ahead(events, name.symbol, day, dates, rule.within)
    # Of several the one whose prices move first: `ahead` is by the date on which the event is.
    event = min(soon, key=lambda each: _date(each, dates)) if soon else None
    low = name.beta - rule.z * (name.beta_error or 0.0)
    group = 3 if event is None else 1 if low >= rule.beta else 2
    said = f"beta {name.beta:.2f}, at least {low:.2f}, threshold {rule.beta:g}"
    return Priority(
        rank=0,
        symbol=name.symbol,
        group=group,
        event=event,
        beta=name.beta,
        beta_low=low,
        at_risk=abs(name.beta) * float(name.notional),
        reason=f"{event.text}; {said}" if event else f"no event within {rule.within} dates; {said}",
    )


def season_terms(
    terms: Terms,
    names: Sequence[BasketName],
    periods: Sequence[Period],
    events: Sequence[MarketDate],
    *,
    dates: Sequence[str],
    rule: BandRule,
    sigma_base: dict[str, float],
    finish_first: Sequence[Priority] = (),
) -> Terms:
    """The terms of a plan over several dates of a season.

    Participation of each name on each date is its band's upper end; an event adds the variance that it has beyond an
    ordinary day's, on the night before the date that it moves, or over that date's periods where it comes in the
    session.
    Names of `finish_first` in group 1 do not trade from that date on: they are done before. `dates`: trading dates in
    order, from before the first period's.
    """
    first = {each.symbol: each.event for each in finish_first if each.group == 1 and each.event is not None}
    participation: dict[str, tuple[float, ...] | float] = {}
    announcements: dict[str, tuple[float, ...]] = {}
    for name in names:
        by_day = {
            day: participation_band(
                rule,
                sigma_base=sigma_base[name.symbol],
                sigma_now=name.sigma,
                events=moving(events, name.symbol, day, dates),
            ).high
            for day in dict.fromkeys(period.day for period in periods)
        }
        until = moves_on(first[name.symbol], dates) if name.symbol in first else None
        participation[name.symbol] = tuple(
            0.0 if until is not None and period.day >= until else by_day[period.day] for period in periods
        )
        extra = announced(name, periods, events, dates)
        if any(extra):
            announcements[name.symbol] = extra
    limits: BasketLimits = replace(terms.limits, participation_of=participation)
    return replace(terms, limits=limits, announcements=announcements)


def announced(
    name: BasketName, periods: Sequence[Period], events: Sequence[MarketDate], dates: Sequence[str]
) -> tuple[float, ...]:
    """(periods,) variance that events add behind each: sigma^2 (factor^2 - 1) for each date that they move."""
    extra = [0.0] * len(periods)
    for day in dict.fromkeys(period.day for period in periods):
        moved = moving(events, name.symbol, day, dates)
        more = name.sigma**2 * max(volatility_factor(moved) ** 2 - 1, 0.0)
        inside = [place for place, period in enumerate(periods) if period.day == day]
        at_night = any(each.when is not EventTime.SESSION for each in moved)
        # Before the first period nothing has been traded yet: that move is nobody's choice.
        places = [inside[0] - 1] if at_night else inside
        for place in places:
            if place >= 0:
                extra[place] += more / len(places)
    return tuple(extra)


class Halves(Struct, frozen=True):
    """Fills of the names with an event, by symbol, before and after the date whose prices it moved."""

    before: dict[str, Done]
    after: dict[str, Done]


def around_events(worked: Worked, events: Sequence[MarketDate], dates: Sequence[str]) -> Halves:
    """Split the fills of each name that has an event of its own, at the first that moves prices within `dates`.

    A fill in the session of an event counts as after it: which came first is not known by date.
    """
    moved: dict[str, str] = {}
    for event in events:
        day = moves_on(event, dates)
        if event.symbol is not None and day is not None:
            moved[event.symbol] = min(day, moved.get(event.symbol, day))
    halves = Halves({}, {})
    for step in worked.steps:
        day = worked.plan.periods[step.period].day
        for symbol, done in step.done.items():
            if symbol in moved and done.qty:
                half = halves.before if day < moved[symbol] else halves.after
                old = half.get(symbol, Done())
                half[symbol] = Done(old.qty + done.qty, old.notional + done.notional)
    return halves
