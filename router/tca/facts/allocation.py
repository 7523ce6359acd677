"""Where an order is meant to trade and where it does: parts displayed, in midpoint pools, in scheduled crosses.

A goal, not a limit: pools and crosses trade when somebody is there. What steers towards it are the order's own
parameters, DarkPct and CrossPct, which a client may amend as it goes. Knows no message and no market.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct

from router.core.types import PPM, Ppm, Qty, VenueKind
from router.tca.facts.case import Case
from router.tca.facts.record import Fill

STEP_MAX: Final = 2
"""An offer is at most doubled or halved at once: a few fills say little of what an offer brings."""
OFFER_MIN: Final[Ppm] = 10_000
"""A kind that is wanted is always offered something, so that it can be seen to trade."""

CROSS_MAX: Final[Ppm] = 500_000
"""More than half of what is left is called back before the cross comes: the algorithm goes on trading, and needs it."""


class Goal(Struct, frozen=True):
    """Parts of the order, in millionths, meant for midpoint pools and scheduled crosses; the rest is displayed."""

    dark: Ppm
    cross: Ppm

    def __post_init__(self) -> None:
        for name, part in (("dark", self.dark), ("cross", self.cross), ("dark + cross", self.dark + self.cross)):
            if not 0 <= part <= PPM:
                raise ValueError(f"goal: {name} must be a part from 0 to {PPM:,} millionths: got {part:,}")

    def of(self, kind: VenueKind) -> Ppm:
        """The part meant for one kind of venue."""
        return {VenueKind.DARK: self.dark, VenueKind.CROSS: self.cross}.get(kind, PPM - self.dark - self.cross)


class Share(Struct, frozen=True):
    """One kind's part of the fills against its goal. `part` None: nothing was filled."""

    kind: VenueKind
    goal: Ppm
    filled: Qty
    of: Qty
    """Filled at all kinds."""

    @property
    def part(self) -> Fraction | None:
        return Fraction(self.filled, self.of) if self.of else None

    @property
    def missed(self) -> Fraction:
        """Shares short of the goal; negative where there were more than that."""
        return Fraction(self.goal * self.of, PPM) - self.filled


def allocation(case: Case, goal: Goal, day: str | None = None) -> tuple[Share, ...]:
    """Every kind of venue against the goal, of the whole order or of one of its dates (YYYYMMDD).

    An auction of a lit venue is lit, as everywhere.
    """
    fills = [fill for fill in case.fills if day is None or case.day(fill.at) == day]
    filled = by_kind(case, fills)
    return tuple(Share(kind, goal.of(kind), filled[kind], sum(filled.values())) for kind in VenueKind)


def by_kind(case: Case, fills: Sequence[Fill]) -> dict[VenueKind, Qty]:
    """Shares filled by kind of venue; every kind is there."""
    filled = dict.fromkeys(VenueKind, 0)
    for fill in fills:
        filled[case.venue_kind(fill)] += fill.qty
    return filled


class Offers(Struct, frozen=True):
    """DarkPct and CrossPct in force, in millionths."""

    dark: Ppm
    cross: Ppm


def steered(offers: Offers, goal: Goal, filled: Mapping[VenueKind, Qty]) -> Offers:
    """What to offer next: more of a kind that is behind its goal, less of one that is ahead, in proportion.

    The offer is multiplied by goal / part so far, by `STEP_MAX` at most either way: what an offer brings depends on who
    else is there and is not known, so it is tried again after a while. Unchanged before the first fill.
    """
    whole = sum(filled.values())
    if not whole:
        return offers
    return Offers(
        _next(offers.dark, goal.dark, filled.get(VenueKind.DARK, 0), whole),
        min(_next(offers.cross, goal.cross, filled.get(VenueKind.CROSS, 0), whole), CROSS_MAX),
    )


def _next(offer: Ppm, goal: Ppm, filled: Qty, whole: Qty) -> Ppm:
    if not goal:
        return 0
    wanted = Fraction(goal * whole, PPM)
    factor = min(max(wanted / filled, Fraction(1, STEP_MAX)), Fraction(STEP_MAX)) if filled else Fraction(STEP_MAX)
    return min(max(int(offer * factor), OFFER_MIN), PPM)
