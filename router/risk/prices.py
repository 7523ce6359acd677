"""The price side of risk: a fresh reference, the collar around it, and what an order is worth at most.

Money is exact: prices in quanta, notional in quanta x shares. Knows no client's list and no order's state; what the
reference price is made of is the market's business.
"""

from __future__ import annotations

from typing import Protocol

from router.core.instruments import Instrument
from router.core.profiles import RiskLimits
from router.core.types import PPM, SECOND, Ns, Px, Qty, Side
from router.risk.rules import COLLAR, NO_REFERENCE, STALE_REFERENCE, Refusal, Rule, show_decimal


class Reference(Protocol):
    """Where prices come from: the last good one of a symbol, and when it was last known to hold."""

    def reference(self, symbol: str, now: Ns) -> tuple[Px, Ns] | None:
        """(price in quanta, time) or None where there has been none. Its age is judged by who asks."""
        ...


def check_price(
    at: Ns,
    *,
    instrument: Instrument,
    side: Side,
    qty: Qty,
    px: Px | None,
    limits: RiskLimits,
    max_notional: int | None,
    notional_rule: Rule,
    reference: Reference,
) -> Refusal | None:
    """Refuse a price beyond the collar, a worth above `max_notional` (currency units), or either where none can tell.

    `px` None is an order without a price of its own. The collar binds on the side that costs: a buy above the market, a
    sell below it. A buy is worth its price; a sell, which trades at its price or higher, the higher of that and the
    reference; an order without a price the reference.
    """
    collar_ppm = limits.collar_ppm
    reference_px: Px | None = None
    if collar_ppm is not None or (max_notional is not None and (px is None or not side.is_buy)):
        found = _fresh(at, instrument, limits, reference)
        if isinstance(found, Refusal):
            return found
        reference_px = found
        if px is not None and collar_ppm is not None:
            limit_ppm = PPM + side.sign * collar_ppm
            if side.sign * (px * PPM - reference_px * limit_ppm) > 0:
                return _collared(instrument, side, px=px, reference_px=reference_px, collar_ppm=collar_ppm)
    if max_notional is None:
        return None
    worth_px = _worth_px(side, px=px, reference_px=reference_px)
    notional = qty * worth_px * instrument.multiplier
    if notional <= max_notional * instrument.price_scale:
        return None
    return notional_rule.refuse(
        value=show_decimal(notional, instrument.price_scale), currency=instrument.currency, limit=f"{max_notional:,}"
    )


def worth(
    at: Ns,
    *,
    instrument: Instrument,
    side: Side,
    qty: Qty,
    px: Px | None,
    limits: RiskLimits,
    reference: Reference,
) -> int | Refusal:
    """What an order is worth at most, as `check_price` reckons it, in quanta x shares; or why nobody can tell."""
    reference_px: Px | None = None
    if px is None or not side.is_buy:
        found = _fresh(at, instrument, limits, reference)
        if isinstance(found, Refusal):
            return found
        reference_px = found
    return qty * _worth_px(side, px=px, reference_px=reference_px) * instrument.multiplier


def _fresh(at: Ns, instrument: Instrument, limits: RiskLimits, reference: Reference) -> Px | Refusal:
    found = reference.reference(instrument.symbol, at)
    if found is None:
        return NO_REFERENCE.refuse(symbol=instrument.symbol)
    reference_px, known_at = found
    if at - known_at > limits.reference_age_max_ns:
        return _stale(instrument, age=at - known_at, limit=limits.reference_age_max_ns)
    return reference_px


def _worth_px(side: Side, *, px: Px | None, reference_px: Px | None) -> Px:
    if px is None or (not side.is_buy and reference_px is not None and reference_px > px):
        assert reference_px is not None, "an order without a price is valued at a reference"
        return reference_px
    return px


def _stale(instrument: Instrument, *, age: Ns, limit: Ns) -> Refusal:
    return STALE_REFERENCE.refuse(
        symbol=instrument.symbol, value=show_decimal(age, SECOND), limit=show_decimal(limit, SECOND)
    )


def _collared(instrument: Instrument, side: Side, *, px: Px, reference_px: Px, collar_ppm: int) -> Refusal:
    bound = reference_px * (PPM + side.sign * collar_ppm)
    # The last price that passes: rounded down for a buy, up for a sell.
    limit_px = bound // PPM if side.is_buy else -(-bound // PPM)
    scale = instrument.price_scale
    return COLLAR.refuse(
        value=show_decimal(px, scale),
        beyond="above" if side.is_buy else "below",
        limit=show_decimal(limit_px, scale),
        fraction=show_decimal(collar_ppm, PPM),
        reference=show_decimal(reference_px, scale),
    )
