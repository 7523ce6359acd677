"""Who may trade with whom in a pool: what contras ask for, beside what our own orders do (test_dark.py)."""

from __future__ import annotations

import pytest

from simulator.contra import Interest
from simulator.eligibility import Eligibility, EligibilitySettings
from simulator.standing import OURS, Standing, StandingSettings
from simulator.testing import MID, NOON, SYMBOL, TICK


@pytest.mark.parametrize(
    ("who", "ticks", "met"),
    [("natural", 5, False), ("natural", 2, True), ("noise", 5, True)],
    ids=["in tier 3", "in tier 2", "asked by who does not care"],
)
def test_natural_contras_keep_away_from_a_tier_that_they_block(who: str, ticks: int, met: bool) -> None:
    """A tick is 100 ppm of the price: tier 2 begins above one, tier 3 above four."""
    standing = Standing(StandingSettings(tier_horizon_ns=1, tier_fills_min=1))
    standing.filled(NOON, SYMBOL, OURS, is_buy=True, px=MID)
    standing.settle(NOON + 1, SYMBOL, 2 * (MID + ticks * TICK))
    rules = Eligibility(EligibilitySettings(contra_block_tier=3), standing)
    ours, contra = (Interest(is_buy=name == OURS, leaves=100, seq=1, who=name) for name in (OURS, who))

    assert rules.may_meet(ours, contra) is rules.may_meet(contra, ours) is met
