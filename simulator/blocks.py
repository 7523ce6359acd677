"""Size rules of a block pool with negotiation: what is a block, and from how large a contra an order takes one.

Bias: the least restrictive reading. One of the three sizes is enough, and an instrument without a known ADV is held to
shares and money alone. It must not know who is behind an order. Source: Liquidnet's Form ATS-N: 5,000 shares, 5 % of
the 30-day ADV or 200,000 dollars; never below the lesser of 2,500 shares and 25 % of ADV; tolerance the least of a
percentage of the working quantity (1-25, usually 3), the same of ADV, and 35,000 shares.
"""

from __future__ import annotations

from typing import Final

import msgspec

from router.api import PPM, Ppm, Px, Qty
from simulator.bounds import at_least, chances

TOLERANCE_MIN_PPM: Final[Ppm] = 10_000
TOLERANCE_MAX_PPM: Final[Ppm] = 250_000


class BlockRules(msgspec.Struct, frozen=True):
    """What counts as a block. Quantities in shares, shares of ADV in millionths, money in whole currency units."""

    block_min_qty: Qty = 5_000
    block_min_adv_ppm: Ppm = 50_000
    block_min_notional: int = 200_000
    block_floor_qty: Qty = 2_500
    block_floor_adv_ppm: Ppm = 250_000
    tolerance_ppm: Ppm = 30_000
    tolerance_max_qty: Qty = 35_000

    def __post_init__(self) -> None:
        at_least(self, 0, "block_min_qty", "block_min_notional", "block_floor_qty", "tolerance_max_qty")
        chances(self, "block_min_adv_ppm", "block_floor_adv_ppm")
        if not TOLERANCE_MIN_PPM <= self.tolerance_ppm <= TOLERANCE_MAX_PPM:
            raise ValueError(f"tolerance_ppm = {self.tolerance_ppm}: {TOLERANCE_MIN_PPM} to {TOLERANCE_MAX_PPM}")


def is_block(rules: BlockRules, qty: Qty, px: Px, *, adv: Qty | None, price_scale: int) -> bool:
    """Whether a trade of `qty` at `px` (quanta) is large enough by one of the sizes, and not below the floor."""
    floor = rules.block_floor_qty
    if adv is not None:
        floor = min(floor, adv * rules.block_floor_adv_ppm // PPM)
    enough_of_adv = adv is not None and qty * PPM >= adv * rules.block_min_adv_ppm
    enough_money = qty * px >= rules.block_min_notional * price_scale
    return qty >= floor and (qty >= rules.block_min_qty or enough_of_adv or enough_money)


def tolerance(rules: BlockRules, working: Qty, adv: Qty | None) -> Qty:
    """The smallest trade that an order of which `working` shares are left negotiates about."""
    of_adv = rules.tolerance_max_qty if adv is None else adv * rules.tolerance_ppm // PPM
    return min(working * rules.tolerance_ppm // PPM, of_adv, rules.tolerance_max_qty)
