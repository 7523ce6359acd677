"""The cost figures of an evidence pack, from the post-trade analysis: name, value, unit, or the reason for none.

The one place where a pack asks what an order cost: another analysis is put here, and nothing else changes.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from router.core.types import VenueKind
from router.tca.analysis import OrderAnalysis, analyse_order
from router.tca.costs import Cost
from router.tca.record import OrderRecord
from router.tca.recorder import Recorder

NOT_FILLED = "nothing was filled"


class Figure(Struct, frozen=True):
    """`value` is exact or rounded text, None with `why`. Positive is a cost."""

    name: str
    value: str | None
    unit: str
    why: str = ""


def figures(recorder: Recorder, record: OrderRecord) -> tuple[Figure, ...]:
    """What the order did and cost, as `router.tca.analysis` defines it."""
    order = analyse_order(recorder, record)
    scale, currency = order.instrument.price_scale, order.instrument.currency
    return (
        Figure("OrderQty(38)", f"{record.qty:,}", "shares"),
        Figure("CumQty(14)", f"{record.cum_qty:,}", "shares"),
        _number("AvgPx(6)", order.average_px, currency, scale, NOT_FILLED),
        _number("arrival mid", _arrival_mid(record), currency, scale, "no two-sided market as the order came in"),
        *_cost("cost against arrival", order.arrival, order, "nothing was filled, or there is no arrival mid"),
        _number("interval VWAP", order.interval.vwap, currency, scale, "nothing eligible traded in the interval"),
        *_cost("cost against interval VWAP", order.vwap, order, "nothing was filled, or there is no interval VWAP"),
        _share("participation", order.participation, "nothing eligible traded in the interval"),
        Figure("venue fees", _text(Fraction(order.fees, 1_000_000), 4), currency),
        *(_share(f"filled at {kind.value} venues", order.share(kind), NOT_FILLED) for kind in VenueKind),
        _planned(order),
    )


def _arrival_mid(record: OrderRecord) -> Fraction | None:
    return None if record.arrival_mid2 is None else Fraction(record.arrival_mid2, 2)


def _cost(name: str, cost: Cost | None, order: OrderAnalysis, why: str) -> tuple[Figure, Figure]:
    currency = order.instrument.currency
    if cost is None:
        return Figure(name, None, "bps", why), Figure(f"{name}, in money", None, currency, why)
    money = cost.quanta * order.instrument.multiplier / order.instrument.price_scale
    return Figure(name, f"{cost.bps:.2f}", "bps"), Figure(f"{name}, in money", _text(money, 2), currency)


def _number(name: str, quanta: Fraction | None, currency: str, scale: int, why: str) -> Figure:
    if quanta is None:
        return Figure(name, None, f"{currency} a share", why)
    return Figure(name, _text(quanta / scale, 6), f"{currency} a share")


def _share(name: str, share: float | None, why: str) -> Figure:
    return Figure(name, None, "%", why) if share is None else Figure(name, f"{share * 100:.2f}", "%")


def _planned(order: OrderAnalysis) -> Figure:
    if order.planned is None:
        return Figure("schedule's shares by the end", None, "shares", "the algorithm has no schedule")
    return Figure("schedule's shares by the end", f"{order.planned:,}", "shares")


def _text(value: Fraction, digits: int) -> str:
    return f"{Decimal(round(value * 10**digits)).scaleb(-digits):f}"
