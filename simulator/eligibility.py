"""Who may trade with whom in a pool, and how much at least: every rule that is not price, priority or quantity.

Bias: where nothing is known of a participant it may meet everybody. It must not know the market or the time. Each rule
holds for both sides of a match, and a match that breaks one does not happen at all.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from router.api import Instrument, Ppm, Px, Qty
from simulator.blocks import BlockRules, is_block, tolerance
from simulator.bounds import at_least
from simulator.contra import Interest
from simulator.standing import OURS, Standing

Flow: TypeAlias = Literal["none", "move-towards", "move-away"]


class EligibilitySettings(BlockRules, frozen=True):
    """The rules that a pool may have.

    `self_match`: "prevent" keeps all our buys and sells apart, "group" those of one SelfMatchPreventionID(2362),
    "allow" none. `block_flow` keeps us from participants whose fills were followed by a move of `flow_ppm` or more, in
    the mean: with the fill ("move-away": from us) or against it ("move-towards"); one or the other, as at POSIT.
    `odd_lots`: "opt-out" keeps us from trades of less than a round lot. `size_rule`: "negotiation" has `blocks`' rules.
    `contra_block_tier`: the natural contras never meet a participant of this tier or a higher one; 0 is none.
    """

    self_match: Literal["prevent", "group", "allow"] = "prevent"
    block_flow: Flow = "none"
    flow_ppm: Ppm = 100
    odd_lots: Literal["allow", "opt-out"] = "allow"
    size_rule: Literal["none", "negotiation"] = "none"
    contra_block_tier: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least(self, 0, "flow_ppm", "contra_block_tier")


class Eligibility:
    """The rules of one pool."""

    def __init__(self, settings: EligibilitySettings, standing: Standing) -> None:
        self._settings = settings
        self._standing = standing

    def may_meet(self, one: Interest, other: Interest) -> bool:
        """Whether two interests may trade with each other, whatever the size."""
        if (one.conditional and other.is_immediate) or (other.conditional and one.is_immediate):
            return False  # it would be gone before the firm order came
        if one.who == other.who == OURS and not self._may_meet_ourselves(one, other):
            return False
        return not (self._blocks(one, other) or self._blocks(other, one))

    def is_large_enough(self, one: Interest, other: Interest, qty: Qty, px: Px, instrument: Instrument) -> bool:
        """Whether a trade of `qty` between them is of a size that the pool and both of them take."""
        settings = self._settings
        opted_out = settings.odd_lots == "opt-out" and OURS in {one.who, other.who}
        if opted_out and qty < instrument.round_lot:
            return False
        if settings.size_rule == "none":
            return True
        least = max(tolerance(settings, side.leaves, instrument.adv) for side in (one, other))
        is_large = is_block(settings, qty, px, adv=instrument.adv, price_scale=instrument.price_scale)
        return is_large and qty >= least

    def refusal(self, qty: Qty, lot: Qty) -> str:
        """Why an order of ours of this size could never trade here, or ""."""
        if self._settings.odd_lots == "opt-out" and qty < lot:
            return f"OrderQty(38) {qty} is below a round lot of {lot}, and odd lots do not trade here"
        return ""

    def _may_meet_ourselves(self, one: Interest, other: Interest) -> bool:
        rule = self._settings.self_match
        if rule != "group":
            return rule == "allow"
        assert one.order is not None and other.order is not None, (one.who, other.who)  # noqa: PT018 - one fact
        return one.order.sent.self_match_id != other.order.sent.self_match_id

    def _blocks(self, one: Interest, other: Interest) -> bool:
        """Whether `one` keeps away from the participant behind `other`."""
        tier = self._standing.tier(other.who)
        if one.order is not None:
            return tier in one.order.sent.blocked_tiers or self._is_blocked_flow(other.who)
        blocked_from = self._settings.contra_block_tier
        return one.who == "natural" and 0 < blocked_from <= tier

    def _is_blocked_flow(self, who: str) -> bool:
        settings, mean = self._settings, self._standing.mean_ppm(who)
        if settings.block_flow == "move-away":
            return mean >= settings.flow_ppm
        return settings.block_flow == "move-towards" and mean <= -settings.flow_ppm
