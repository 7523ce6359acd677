"""Size rules of a block pool with negotiation (Liquidnet, Form ATS-N)."""

import msgspec
import pytest

from router.api import Px, Qty
from simulator.blocks import BlockRules, is_block, tolerance

RULES = BlockRules()
DOLLAR: Px = 10_000


@pytest.mark.parametrize(
    ("qty", "px", "adv", "expected"),
    [
        (5_000, 10 * DOLLAR, None, True),
        (4_999, 10 * DOLLAR, None, False),
        (3_000, 10 * DOLLAR, 60_000, True),
        (2_999, 10 * DOLLAR, 60_000, False),
        (4_000, 50 * DOLLAR, None, True),
        (3_999, 50 * DOLLAR, None, False),
        (2_499, 1_000 * DOLLAR, None, False),
        (2_500, 1_000 * DOLLAR, None, True),
        (1_000, 1_000 * DOLLAR, 4_000, True),
        (999, 1_000 * DOLLAR, 4_000, False),
    ],
    ids=["shares", "one short", "5 % of ADV", "one short", "money", "one short", "below the floor", "at the floor",
         "at the floor of a quiet one", "below the floor of a quiet one"],
)  # fmt: skip
def test_one_of_three_sizes_is_enough_and_the_floor_is_the_lesser_of_two(
    qty: Qty, px: Px, adv: Qty | None, expected: bool
) -> None:
    assert is_block(RULES, qty, px, adv=adv, price_scale=DOLLAR) is expected


@pytest.mark.parametrize(
    ("working", "adv", "expected"),
    [(100_000, None, 3_000), (100_000, 50_000, 1_500), (5_000_000, None, 35_000), (5_000_000, 2_000_000, 35_000)],
)
def test_tolerance_is_the_least_of_a_part_of_the_order_of_adv_and_a_constant(
    working: Qty, adv: Qty | None, expected: Qty
) -> None:
    assert tolerance(RULES, working, adv) == expected


@pytest.mark.parametrize("ppm", [9_999, 250_001])
def test_tolerance_is_between_1_and_25_percent(ppm: int) -> None:
    with pytest.raises(msgspec.ValidationError, match="tolerance_ppm"):
        msgspec.convert({"tolerance_ppm": ppm}, BlockRules)
