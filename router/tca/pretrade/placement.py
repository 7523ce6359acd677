"""Where an order is meant to trade, and what that costs: displayed, midpoint pools, scheduled crosses, in parts of it.

A goal, not a promise: pools and crosses fill what they can, and the rest is lit. Knows venues by their tariffs.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from router.core.profiles import VenueProfile
from router.core.types import VenueKind
from router.tca.impact.terms import BPS
from router.tca.pretrade.figure import Figure
from router.tca.pretrade.rules import PretradeRules, Urgency


class Placement(Struct, frozen=True, kw_only=True):
    """Parts of an order by kind of venue, summing to 1, and of the lit part what takes liquidity."""

    lit: float
    dark: float
    cross: float
    lit_taken: float
    venues: dict[VenueKind, tuple[str, ...]]
    """MICs by kind."""

    @property
    def taken(self) -> float:
        """The part of the whole order that pays half the spread; the midpoint pays none."""
        return self.lit * self.lit_taken


def place(venues: Sequence[VenueProfile], rules: PretradeRules, urgency: Urgency) -> Placement:
    """The parts for an urgency; of a kind of which no venue is enabled, the part is lit."""
    mics = {kind: tuple(each.mic for each in _of(venues, kind)) for kind in VenueKind}
    dark = rules.dark.of(urgency) if mics[VenueKind.DARK] else 0.0
    cross = rules.cross.of(urgency) if mics[VenueKind.CROSS] else 0.0
    return Placement(lit=1 - dark - cross, dark=dark, cross=cross, lit_taken=rules.taken.of(urgency), venues=mics)


def fees(venues: Sequence[VenueProfile], placement: Placement, day: str, price: float) -> Figure:
    """Expected fees, bps of `price`: the mean tariff of each kind's venues, from the cheapest mix to the dearest."""
    lit = [_lit(each, placement.lit_taken, day) for each in _of(venues, VenueKind.LIT)]
    dark = [float(each.fee(day).remove) for each in _of(venues, VenueKind.DARK)]
    cross = [float(each.fee(day).cross) for each in _of(venues, VenueKind.CROSS)]
    parts = ((placement.lit, lit), (placement.dark, dark), (placement.cross, cross))
    used = [(part, tariffs) for part, tariffs in parts if tariffs]
    micros = BPS / (price * 1_000_000)
    return Figure(
        value=micros * sum(part * sum(tariffs) / len(tariffs) for part, tariffs in used),
        unit="bps",
        low=micros * sum(part * min(tariffs) for part, tariffs in used),
        high=micros * sum(part * max(tariffs) for part, tariffs in used),
        source=f"tariffs of the venues on {day}, mean of each kind",
    )


def _lit(venue: VenueProfile, taken: float, day: str) -> float:
    rule = venue.fee(day)
    return taken * rule.remove + (1 - taken) * rule.add


def _of(venues: Sequence[VenueProfile], kind: VenueKind) -> list[VenueProfile]:
    """Enabled venues of a kind; of crosses those with times, since the others are only for orders that name them."""
    return [
        each
        for each in venues
        if each.enabled and each.kind is kind and (kind is not VenueKind.CROSS or each.cross_times)
    ]
