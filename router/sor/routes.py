"""What each venue is on one trading date: its profile with that date's fees, and the market rules in force.

Knows no order and no quote.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from router.core.profiles import FeeRule, RuleProfile, VenueProfile
from router.core.types import SECOND, Micros, Ns, VenueKind


class Route(Struct, frozen=True):
    """One venue today. `unfit` says why it is never used today; empty where it is."""

    mic: str
    kind: VenueKind
    profile: VenueProfile
    fees: FeeRule
    hold_ns: Ns
    """How long a quote that was just taken may still be shown to us: there, and the news of it back."""
    protected: bool
    """Its best quote may not be traded through (Regulation NMS 611)."""
    unfit: str = ""


_HOLD_MIN_NS: Final = 100_000
"""A venue configured without latency still answers before its feed does: without a hold, a missed quote is chased for
ever within one instant."""


class Routes:
    """Every venue of one trading date, by kind, ordered by MIC so that ties have one answer."""

    __slots__ = ("all", "by_mic", "cross", "dark", "lit", "rule")

    def __init__(self, venues: Sequence[VenueProfile], rules: Sequence[RuleProfile], day: str) -> None:
        self.rule = rule_in_force(rules, day)
        self.all = tuple(_route(venue, self.rule, day) for venue in sorted(venues, key=lambda venue: venue.mic))
        self.by_mic = {route.mic: route for route in self.all}
        self.lit = tuple(route for route in self.all if route.kind is VenueKind.LIT)
        self.dark = tuple(route for route in self.all if route.kind is VenueKind.DARK)
        self.cross = tuple(route for route in self.all if route.kind is VenueKind.CROSS)


def rule_in_force(rules: Sequence[RuleProfile], day: str) -> RuleProfile:
    """The market rules with the latest date not after `day` (YYYYMMDD); rules stand in order of date."""
    in_force = [rule for rule in rules if rule.from_date <= day]
    assert in_force, f"no market rule in force on {day}"
    return in_force[-1]


def _route(venue: VenueProfile, rule: RuleProfile, day: str) -> Route:
    fees = venue.fee(day)
    lit = venue.kind is VenueKind.LIT
    unfit = "" if venue.enabled else "disabled"
    if not unfit and lit and fees.remove > rule.access_fee_cap:
        unfit = _above_cap(fees.remove, rule.access_fee_cap)
    trip = venue.latency_ns + venue.latency_jitter_ns
    back = max(venue.latency_ns, venue.market_data_latency_ns) + venue.latency_jitter_ns
    return Route(
        mic=venue.mic,
        kind=venue.kind,
        profile=venue,
        fees=fees,
        hold_ns=min(max(trip + back, _HOLD_MIN_NS), SECOND),
        protected=lit and venue.protected and rule.order_protection and not unfit,
        unfit=unfit,
    )


def _above_cap(fee: Micros, cap: Micros) -> str:
    return f"access fee {fee:,} is above the cap of {cap:,} micros a share"
