"""Whether one parent was seen coming, in plain numbers for a report: the figures of `leakage`, by row.

Knows no format.
"""

from __future__ import annotations

from msgspec import Struct

from router.core.types import SECOND
from router.tca.estimate import Estimate
from router.tca.facts.case import Case
from router.tca.footprint.leakage import AfterIoc, Anchor, Leakage, Markets, moves_after_ioc, moves_before_one


class BeforeRow(Struct, frozen=True):
    """The midpoint's move in our direction before own activity and before its controls, bps, positive is a cost.

    `events` times of own activity, of which `matched` found a control. `p_value` is of no difference, two-sided.
    """

    anchor: Anchor
    events: int
    matched: int
    own_bps: Estimate
    control_bps: Estimate
    difference_bps: Estimate
    p_value: float | None
    note: str = ""


class AfterRow(Struct, frozen=True):
    """The midpoint's move from the sending of a venue's IOC and FOK orders to `horizon_s` after their end, bps.

    Of those that filled it is what they took; of those that filled nothing it is news that left with them.
    """

    venue: str
    horizon_s: float
    filled_bps: Estimate
    unfilled_bps: Estimate


class LeakageSection(Struct, frozen=True, kw_only=True):
    """Moves over `window_s` before own activity, and moves after orders that do not rest."""

    window_s: float
    seed: int
    """Of the draw of controls."""
    before: tuple[BeforeRow, ...]
    after: tuple[AfterRow, ...]
    reason: str = ""
    """Why `after` has no row."""


def leakage(case: Case, markets: Markets | None = None) -> LeakageSection:
    """Of one parent, which is one of those of `markets`; alone in its market where these are not given."""
    markets = markets or Markets([case])
    after = tuple(_after(each) for each in moves_after_ioc([case]))
    return LeakageSection(
        window_s=markets.spec.window / SECOND,
        seed=markets.spec.seed,
        before=tuple(_before(moves_before_one(case, markets, anchor)) for anchor in Anchor),
        after=after,
        reason="" if after else "no IOC or FOK order was sent and ended",
    )


def _before(found: Leakage) -> BeforeRow:
    return BeforeRow(
        anchor=found.anchor,
        events=found.events,
        matched=found.matched,
        own_bps=found.own,
        control_bps=found.control,
        difference_bps=found.difference,
        p_value=found.p_value,
        note=found.difference.note,
    )


def _after(found: AfterIoc) -> AfterRow:
    return AfterRow(found.venue, found.horizon / SECOND, found.filled, found.unfilled)
