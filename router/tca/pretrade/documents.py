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
    """One candidate by the middle model, and what each model expects of it. Costs in bps."""

    strategy: str
    urgency: str
    rate: float | None
    horizon_minutes: float
    participation: float
    peak_participation: float
    unfilled: float
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


class OrderDetails(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be traded, when (UTC, FIX timestamps)."""

    symbol: str
    side: str
    day: str
    start: str
    end: str
    currency: str
    figures: tuple[Named, ...]


class ExecutionStrategy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first document: how to work the order, and what it should cost."""

    order: OrderDetails
    urgency: str
    horizon: tuple[Named, ...]
    limits: tuple[Named, ...]
    algorithm: str
    rule: str
    reasons: tuple[str, ...]
    parameters: tuple[Setting, ...]
    venues: tuple[VenueShare, ...]
    time_distribution: tuple[Slot, ...]
    clips: tuple[Named, ...]
    cost: tuple[Named, ...]
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
