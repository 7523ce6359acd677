"""What a pool knows of its participants: tiers by markout, and firm-up requests declined."""

import pytest

from router.api import SECOND
from simulator.standing import Standing, StandingSettings

PX = 1_000_000


def standing(**settings: int) -> Standing:
    return Standing(StandingSettings(**{"tier_fills_min": 2, **settings}))


def fill(known: Standing, times: int, moved: int, *, is_buy: bool = True) -> None:
    """Fills at the midpoint, which a horizon later has moved by `moved` quanta."""
    for number in range(times):
        known.filled(number, "ABC", "toxic", is_buy=is_buy, px=PX)
    known.settle(SECOND + times, "ABC", 2 * (PX + moved))


@pytest.mark.parametrize(("moved", "tier"), [(-500, 1), (0, 1), (100, 1), (101, 2), (400, 2), (401, 3)])
def test_a_tier_is_the_mean_move_in_favour_of_the_participants_own_fills(moved: int, tier: int) -> None:
    buyer, seller = standing(), standing()

    fill(buyer, 2, moved)
    fill(seller, 2, -moved, is_buy=False)

    assert (buyer.tier("toxic"), seller.tier("toxic")) == (tier, tier)


def test_too_few_fills_say_nothing() -> None:
    known = standing(tier_fills_min=3)

    fill(known, 2, 10_000)

    assert (known.tier("toxic"), known.mean_ppm("toxic")) == (1, 0.0)


def test_a_fill_is_judged_at_its_horizon_and_not_before() -> None:
    known = standing(tier_fills_min=1)
    known.filled(0, "ABC", "toxic", is_buy=True, px=PX)

    known.settle(SECOND - 1, "ABC", 2 * (PX + 1_000))
    before = known.tier("toxic")
    known.settle(SECOND, "ABC", None)
    unknown = known.tier("toxic")
    known.settle(SECOND, "ABC", 2 * (PX + 1_000))

    assert (before, unknown, known.tier("toxic")) == (1, 1, 3)


def test_declines_of_the_last_requests_are_counted() -> None:
    known = standing(declines_of=3)

    for firm in (False, False, True, True):
        known.answered(0, "ours", firm=firm)

    assert known.declines("ours") == 1


def test_too_many_declines_pause_conditional_orders_for_a_while_and_are_forgiven() -> None:
    known = standing(declines_max=2, declines_of=3, decline_pause_ns=SECOND)

    known.answered(0, "ours", firm=False)
    once = known.paused_until("ours", 0)
    known.answered(0, "ours", firm=False)

    assert (once, known.paused_until("ours", 0), known.paused_until("ours", SECOND)) == (None, SECOND, None)
    assert known.declines("ours") == 0
