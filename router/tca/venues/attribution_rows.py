"""Attribution in plain numbers for a table, a picture or a file: one flat row for each group, figures with their unit.

Exact sums are in `router.tca.venues.attribution`; money here is the same as decimals, and the rest is divided. A figure
that does not exist is None. Knows no format.
"""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

from router.core.types import SECOND, Qty
from router.tca.estimate import Estimate
from router.tca.exact import Money, exact_decimal
from router.tca.venues.attribution import Attribution, By, Group, OrderFigures
from router.tca.venues.markouts import Markout, SpreadAt, in_bps


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
    reason: str = ""


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
    wishes: int
    wishes_met: int
    note: str = ""


class AttributionRow(Struct, frozen=True):
    """One group, or the total. Money in the currency of `Attribution`, bps of what was traded, positive is a cost."""

    group: str
    trades: int
    shares: Qty
    part: float | None
    """Of the total's shares, 0 to 1."""
    notional: Money
    cost: Money | None
    """Against the arrival mid; None where a parent has none."""
    cost_bps: float | None
    fees: Money
    """Paid, never negative."""
    rebates: Money
    """Received, never positive."""
    net_fees: Money
    net_fees_bps: float | None
    quoted_bps: float | None
    effective_bps: float | None
    capture: float | None
    midpoint_share: float | None
    improved: Qty
    at_quote: Qty
    outside: Qty
    beyond_quote: Money
    """Paid beyond the quote when sent, net; negative is price improvement."""
    horizons: tuple[HorizonRow, ...]
    orders: OrdersRow | None
    reasons: dict[str, str] = {}
    """Why a field has no figure, by its name."""


class AttributionSection(Struct, frozen=True):
    """One grouping: its rows with the total last, and Herfindahl's index of its shares (None of nothing)."""

    by: By
    currency: str
    herfindahl: float | None
    rows: tuple[AttributionRow, ...]
    reason: str = ""


def section(attribution: Attribution) -> AttributionSection:
    """A grouping, ready to be written."""
    found = attribution.herfindahl
    reason = "nothing was filled" if found is None else ""
    return AttributionSection(attribution.by, attribution.currency, _float(found), rows(attribution), reason)


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
        notional=exact_decimal(group.notional),
        cost=exact_decimal(group.cost) if complete else None,
        cost_bps=in_bps(group.cost, group.notional) if complete else None,
        fees=exact_decimal(Fraction(group.fees, 1_000_000)),
        rebates=exact_decimal(Fraction(group.rebates, 1_000_000)),
        net_fees=exact_decimal(Fraction(group.fees + group.rebates, 1_000_000)),
        net_fees_bps=group.net_fees_bps,
        quoted_bps=at_fill.quoted_bps,
        effective_bps=at_fill.effective_bps,
        capture=at_fill.capture,
        midpoint_share=at_fill.midpoint_share,
        improved=improvement.improved,
        at_quote=improvement.at_quote,
        outside=improvement.outside,
        beyond_quote=exact_decimal(improvement.cost),
        horizons=tuple(_horizon(each, mark) for each, mark in zip(group.spreads, group.markouts, strict=True)),
        orders=None if group.orders is None else _orders(group.orders),
        reasons=_reasons(group) | ({} if whole else {"part": "nothing was filled"}),
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
        reason="" if spread.shares else "no fill with both midpoints",
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
        wishes=figures.wishes,
        wishes_met=figures.wishes_met,
        note=_note(figures),
    )


def _note(figures: OrderFigures) -> str:
    """What the times do not say, once where both kinds lack the same."""
    sent, accepted = figures.from_sent.note, figures.from_accepted.note
    return "; ".join(dict.fromkeys(note for note in (sent, accepted and f"from acceptance: {accepted}") if note))


def _reasons(group: Group) -> dict[str, str]:
    """Why a field of the row has no figure."""
    idle = "nothing was filled"
    found = {} if group.shares else dict.fromkeys(("cost", "cost_bps", "net_fees_bps"), idle)
    if group.shares and group.arrival_shares != group.shares:
        found |= dict.fromkeys(("cost", "cost_bps"), "no midpoint is known at arrival")
    if not group.at_fill.quoted:
        quoted = ("quoted_bps", "effective_bps", "capture", "midpoint_share")
        found |= dict.fromkeys(quoted, "no fill in a normal market" if group.shares else idle)
    if group.orders is None:
        found["orders"] = "a child has no liquidity flag before it trades"
    return found


def _float(exact: Fraction | None) -> float | None:
    return None if exact is None else float(exact)
