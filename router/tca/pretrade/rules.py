"""The numbers of the choice, as data: `[pretrade]` of `impact.toml`. Which rule uses them is said in `choose`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from router.tca.impact.parameters import ModelTables
from router.tca.profile.profile import NotNegative, Positive

Urgency: TypeAlias = Literal["Low", "Medium", "High"]
"""Urgency(848), as the algorithms' parameters spell it."""
Part: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Rate: TypeAlias = Annotated[float, Meta(gt=0, le=0.99)]


class ByUrgency(Struct, frozen=True, forbid_unknown_fields=True, rename="pascal"):
    """A number for each urgency."""

    low: NotNegative
    medium: NotNegative
    high: NotNegative

    def of(self, urgency: Urgency) -> float:
        return {"Low": self.low, "Medium": self.medium, "High": self.high}[urgency]


class PretradeRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is weighed, assumed and allowed before a trade."""

    risk_aversion: ByUrgency
    """Bps of expected cost given for one bps^2 of variance less."""
    taken: ByUrgency
    """Part of the lit shares that pays half the spread; the rest is posted, and is taken to pay nothing."""
    dark: ByUrgency
    cross: ByUrgency
    """Parts of the order that are meant for midpoint pools and for scheduled crosses."""
    max_participation: ByUrgency
    horizons: tuple[Rate | Literal[1], ...]
    """Parts of the time there is, that are tried as horizons."""
    rates: tuple[Rate, ...]
    """Rates of volume that are tried where an algorithm asks for one."""
    small_size: Positive
    large_size: Positive
    """Parts of ADV."""
    volatile: Positive
    """Daily volatility from which an order is taken to be urgent."""
    adverse_drift: Positive
    """Expected move against the order in a day, in daily volatilities, from which it is urgent."""
    wide_spread_bps: Positive
    thin_notional: Positive
    """Average daily value traded, currency, below which volume is too lumpy for a clock or a curve."""
    event_days: Annotated[int, Meta(ge=0)]
    """Trading dates ahead that are looked at for events."""
    assumed_sigma: Positive
    assumed_spread_bps: Positive
    assumed_range: Annotated[float, Meta(ge=1)]
    """An assumed number may be so many times larger or smaller."""
    session_variance: Annotated[float, Meta(gt=0, le=1)]
    """The session's part of a day's variance, where it is not measured; the rest is the night's."""
    volume_sigma: NotNegative
    """Standard deviation of the log of a day's volume around ADV."""
    volatility_tolerance: Positive
    """Standard deviations of the price over the horizon at which a person is asked."""


class ImpactFile(ModelTables, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The whole of `impact.toml`."""

    pretrade: PretradeRules
