"""The two documents of a trade before it happens, filled by machine: no number without unit, interval and source.

Structs that are the JSON, whose schemas are published in docs/schemas; Markdown, HTML and the terminal show them.
"""

from __future__ import annotations

from msgspec import Struct

from router.tca.pretrade.figure import Figure


class Named(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number by its name."""

    name: str
    figure: Figure


class Setting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One parameter to send: its name in StrategyParametersGrp (957), FIX tag where it has one (else 0), text, unit."""

    name: str
    tag: int
    text: str
    unit: str
    source: str


class Slot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A span of time (UTC, FIX timestamps) and the part of the order in it."""

    start: str
    end: str
    share: Figure


class VenueShare(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of venue, its venues (MIC), and the part of the order meant for it."""

    kind: str
    venues: tuple[str, ...]
    share: Figure


class ModelLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model's answer: parts in bps, the expected total and the cost of one order with 95 % intervals."""

    model: str
    title: str
    source: str
    spread: float
    temporary: float
    permanent: float
    drift: float
    fees: float
    expected: Figure
    outcome: Figure
    timing_risk: float
    outside: bool
    """The order lies beyond where the model is held valid."""
    warnings: tuple[str, ...]


class ModelCost(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one model expects of one strategy, bps: parts, their sum with the fees, and 95 % of one order's outcomes."""

    model: str
    spread: float
    temporary: float
    permanent: float
    drift: float
    total: float
    low: float
    high: float
    outside: bool
    """The strategy lies beyond where the model is held valid, and the model does not count in the middle."""


class StrategyLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One candidate by the middle model, and what each model expects of it.

    Costs in bps of what it executes; what it leaves is beside them, and in `risk_adjusted`.
    """

    strategy: str
    urgency: str
    rate: float | None
    takes: str
    """Why there is a rate, or none."""
    dates: int
    """Trading dates on which it trades."""
    day_schedule: str
    """DaySchedule of several dates; of one: `one date`."""
    horizon_minutes: float
    participation: float
    busiest_participation: float
    """Of the date on which it is highest."""
    peak_participation: float
    unfilled: float
    unfilled_part: float
    """Of the order."""
    left_risk: float
    """One average day's standard deviation of what is left, bps of the whole order."""
    risk_adjusted: float
    """Cost + lambda risk^2, bps, of the whole order: what is left is finished on the dates after it, at the limit."""
    finished_cost: float
    """Of the whole order so, bps."""
    finished_risk: float
    middle_model: str
    spread: float
    temporary: float
    permanent: float
    drift: float
    fees: float
    expected: Figure
    outcome: Figure
    timing_risk: float
    models: tuple[ModelCost, ...]
    recommended: bool


class Point(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A point of the frontier: risk aversion per bps, cost and timing risk in bps."""

    risk_aversion: float
    cost: float
    risk: float


class Frontier(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The least cost for each risk by one model, from least cost to least risk."""

    model: str
    points: tuple[Point, ...]


class DateLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A trading date of the recommended strategy: its window (UTC), its shares, and what is held after it."""

    day: str
    start: str
    end: str
    shares: Figure
    share: Figure
    """Per cent of the order."""
    participation: Figure
    of_adv: Figure
    held: Figure
    night_risk: Figure
    """One standard deviation of the next night's move on what is held, bps of the whole order."""


class DatesLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The best way on so many trading dates: the least risk-adjusted cost of what is within the limit, else of all.

    `expected` and `timing_risk` are of what executes, `whole` and `whole_risk` of all of it, the rest done after it.
    """

    dates: int
    last_day: str
    strategy: str
    within_limit: bool
    """It completes, and on no date is more of the volume than the limit."""
    asked: bool
    """The order may take so many."""
    busiest_participation: float
    unfilled: float
    expected: Figure
    timing_risk: float
    whole: Figure
    whole_risk: float
    risk_adjusted: float
    recommended: bool


class OrderDetails(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be traded, when (UTC, FIX timestamps)."""

    symbol: str
    side: str
    day: str
    """The first trading date, YYYYMMDD."""
    last_day: str
    """The last on which it expects to trade."""
    start: str
    end: str
    currency: str
    figures: tuple[Named, ...]


class ExecutionStrategy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first document: how to work the order, and what it should cost."""

    order: OrderDetails
    refusals: tuple[str, ...]
    """Why the router would refuse the order as recommended, in its own words: rule, limit, value."""
    held_against: str
    """Whose limits it was held against; or why against none."""
    urgency: str
    horizon: tuple[Named, ...]
    limits: tuple[Named, ...]
    algorithm: str
    rule: str
    reasons: tuple[str, ...]
    order_fields: tuple[Setting, ...]
    """What the order itself needs beside its parameters: of several dates TimeInForce(59) and ExpireDate(432)."""
    parameters: tuple[Setting, ...]
    dates: tuple[DateLine, ...]
    how_many_dates: tuple[DatesLine, ...]
    venues: tuple[VenueShare, ...]
    time_distribution: tuple[Slot, ...]
    clips: tuple[Named, ...]
    cost: tuple[Named, ...]
    left: tuple[Named, ...]
    """What it leaves: quantity, worth, one day's risk; of what completes noughts."""
    assumptions: tuple[str, ...]


class MarketImpact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The second document: the impact model's numbers, each model's answer, their distance, what follows."""

    order: OrderDetails
    parameters: tuple[Named, ...]
    terms: tuple[Named, ...]
    totals: tuple[Named, ...]
    models: tuple[ModelLine, ...]
    recommendation: str
    warnings: tuple[str, ...]


class PreTrade(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it: both documents, every strategy, the frontier."""

    execution_strategy: ExecutionStrategy
    market_impact: MarketImpact
    strategies: tuple[StrategyLine, ...]
    not_estimated: tuple[str, ...]
    frontiers: tuple[Frontier, ...]
