"""One parent among its like, for a report: its rank in a universe of past orders, or why it has none.

Knows no file and no format.
"""

from __future__ import annotations

from msgspec import Struct

from router.tca.cost.arrival_estimate import EstimateSection
from router.tca.facts.case import Case
from router.tca.universe.outcome import OutcomeError
from router.tca.universe.outcome_of import outcome_of
from router.tca.universe.peers import PeersError, Rank, Universe

_NOT_KNOWN = "assumed: not measured"


class PeersSection(Struct, frozen=True, kw_only=True):
    """`universe` counts past orders with all dimensions, `left_out` those that lack one."""

    rank: Rank | None = None
    cost_bps: float | None = None
    """What is ranked: of what was filled, against the midpoint at arrival, without fees."""
    universe: int = 0
    left_out: int = 0
    reason: str = ""


def peers(case: Case, universe: Universe, estimate: EstimateSection) -> PeersSection:
    """The rank; volatility, expected cost and timing risk are those of the estimate at arrival."""
    sigma = next((each.figure for each in estimate.inputs if each.name == "daily volatility"), None)
    risk = estimate.timing_risk
    rank: Rank | None = None
    cost: float | None = None
    reason = ""
    try:
        outcome = outcome_of(
            case,
            sigma=None if sigma is None or sigma.source == _NOT_KNOWN else sigma.value,
            estimate_bps=estimate.bare_bps,
            timing_risk_bps=None if risk is None else risk.value,
        )
        rank, cost = universe.rank(outcome), outcome.cost_bps
    except (OutcomeError, PeersError) as error:
        reason = str(error)
    return PeersSection(rank=rank, cost_bps=cost, universe=len(universe), left_out=universe.left_out, reason=reason)
