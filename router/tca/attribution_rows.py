"""Attribution in plain numbers for a table, a picture or a file: one flat row for each group, floats with their unit.

Exact sums are in `router.tca.attribution`; this only divides. A figure that does not exist is None. Knows no format.
"""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

from router.core.types import SECOND, Qty
from router.tca.attribution import Attribution, Group, OrderFigures
from router.tca.estimate import Estimate
from router.tca.markouts import Markout, SpreadAt, in_bps


class HorizonRow(Struct, frozen=True):
    """One horizon after the fills, in seconds; spreads, markout and adverse selection in bps, positive is a cost.

    `shares` have both midpoints; `missing` shares lack one, by reason. effective = realised + impact, but for rounding.
    """

    horizon_s: float
    shares: Qty
    missing: dict[str, Qty]
    effective_bps: float | None
    realised_bps: float | None
    impact_bps: float | None
    markout_bps: Estimate
    adverse_bps: Estimate


class OrdersRow(Struct, frozen=True):
    """Children sent; times to the first fill in seconds: `median_s` of those that filled, `kaplan_meier_s` of all."""

    orders: int
    with_fill: int
    rejected: int
    sent: Qty
    fill_rate_shares: float | None
    fill_rate_orders: float | None
    mean_s: float | None
    median_s: float | None
    kaplan_meier_s: float | None
    accepted_median_s: float | None
    withdrawn: int
    time_note: str
    wishes: int
    wishes_met: int


class AttributionRow(Struct, frozen=True):
    """One group, or the total. Money in the currency of `Attribution`, bps of what was traded, positive is a cost."""

    group: str
    trades: int
    shares: Qty
    part: float | None
    """Of the total's shares, 0 to 1."""
    notional: float
    cost: float | None
    """Against the arrival mid; None where a parent has none."""
    cost_bps: float | None
    net_fees: float
    net_fees_bps: float | None
    quoted_bps: float | None
    effective_bps: float | None
    capture: float | None
    midpoint_share: float | None
    improved: Qty
    at_quote: Qty
    outside: Qty
    beyond_quote: float
    """Paid beyond the quote when sent, net; negative is price improvement."""
    horizons: tuple[HorizonRow, ...]
    orders: OrdersRow | None


def rows(attribution: Attribution) -> tuple[AttributionRow, ...]:
    """The groups in their order, and the total last."""
    total = attribution.total
    return tuple(_row(group, total.shares) for group in (*attribution.groups, total))


def _row(group: Group, whole: Qty) -> AttributionRow:
    at_fill, improvement = group.at_fill, group.improvement
    complete = group.shares > 0 and group.arrival_shares == group.shares
    return AttributionRow(
        group=group.key,
        trades=group.trades,
        shares=group.shares,
        part=group.shares / whole if whole else None,
        notional=float(group.notional),
        cost=float(group.cost) if complete else None,
        cost_bps=in_bps(group.cost, group.notional) if complete else None,
        net_fees=(group.fees + group.rebates) / 1_000_000,
        net_fees_bps=group.net_fees_bps,
        quoted_bps=at_fill.quoted_bps,
        effective_bps=at_fill.effective_bps,
        capture=at_fill.capture,
        midpoint_share=at_fill.midpoint_share,
        improved=improvement.improved,
        at_quote=improvement.at_quote,
        outside=improvement.outside,
        beyond_quote=float(improvement.cost),
        horizons=tuple(_horizon(each, mark) for each, mark in zip(group.spreads, group.markouts, strict=True)),
        orders=None if group.orders is None else _orders(group.orders),
    )


def _horizon(spread: SpreadAt, mark: Markout) -> HorizonRow:
    return HorizonRow(
        horizon_s=spread.horizon / SECOND,
        shares=spread.shares,
        missing=spread.missing,
        effective_bps=spread.effective_bps,
        realised_bps=spread.realised_bps,
        impact_bps=spread.impact_bps,
        markout_bps=mark.markout,
        adverse_bps=mark.adverse,
    )


def _orders(figures: OrderFigures) -> OrdersRow:
    return OrdersRow(
        orders=figures.orders,
        with_fill=figures.with_fill,
        rejected=figures.rejected,
        sent=figures.sent,
        fill_rate_shares=_float(figures.fill_rate_shares),
        fill_rate_orders=_float(figures.fill_rate_orders),
        mean_s=figures.from_sent.mean,
        median_s=figures.from_sent.median,
        kaplan_meier_s=figures.from_sent.kaplan_meier,
        accepted_median_s=figures.from_accepted.median,
        withdrawn=figures.from_sent.censored,
        time_note=figures.from_sent.note,
        wishes=figures.wishes,
        wishes_met=figures.wishes_met,
    )


def _float(exact: Fraction | None) -> float | None:
    return None if exact is None else float(exact)
