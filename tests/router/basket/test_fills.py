"""A basket's imbalance fill by fill, and how its limit was kept."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.basket.control import work
from router.basket.fills import BasketFill, Held, filled, held, imbalance_path, limits_of
from router.basket.limits import BasketLimits
from router.basket.names import BasketError
from router.basket.orders import Done
from router.basket.plan import plan
from router.basket.sorting import HardLimits, advise
from router.core.types import Side
from support.baskets import DAY, name, seeded, terms

NAMES = (name("ACME", Side.BUY, 2_000), name("BOLT", Side.SELL, 1_000))
"""At 50.00: 100,000 to buy and 50,000 to sell."""


def fill(at: int, symbol: str, qty: int) -> BasketFill:
    return BasketFill(at, symbol, Done(qty, qty * 500_000))


def test_the_imbalance_moves_with_each_fill_of_its_own_names() -> None:
    fills = [fill(10, "ACME", 400), fill(20, "COIL", 900), fill(30, "BOLT", 100), fill(40, "ACME", -400)]

    path = imbalance_path(NAMES, fills, start=0)

    assert list(path.times) == [0, 10, 30, 40]
    assert list(path.values) == [50_000.0, 30_000.0, 35_000.0, 55_000.0]
    assert list(path.at([0, 9, 10, 35, 99])) == [50_000.0, 50_000.0, 30_000.0, 35_000.0, 55_000.0]


def test_a_bust_takes_back_what_was_done() -> None:
    assert filled([fill(10, "ACME", 400), fill(40, "ACME", -100)]) == {"ACME": Done(300, 150_000_000)}


def test_a_period_that_begins_outside_its_limit_may_not_lead_further_out() -> None:
    fills = [fill(10, "BOLT", 200), fill(60, "ACME", 1_200)]

    kept = held(imbalance_path(NAMES, fills, start=0), [100, 200], [40_000.0, 10_000.0])

    # 50,000 at first, 60,000 from 10 to 60, then 0: a fifth beyond where it began, for half of the first period.
    assert kept == Held(most=1.2, beyond=0.25, ends_most=0.0, ends_beyond=0, periods=2)


def test_a_limit_is_broken_at_the_end_of_a_period() -> None:
    kept = held(imbalance_path(NAMES, [], start=0), [100, 200], [100_000.0, 40_000.0])

    assert kept == Held(most=1.0, beyond=0.0, ends_most=1.25, ends_beyond=1, periods=2)


@given(st.integers(0, 10_000))
def test_what_is_left_at_the_end_is_what_was_not_filled(seed: int) -> None:
    rng = Random(seed)
    names = seeded(5, seed)
    fills = [fill(at, rng.choice(names).symbol, rng.randint(1, 50)) for at in range(1, 20)]

    path = imbalance_path(names, fills, start=0)

    done = filled(fills)
    left = sum(each.value * (each.qty - done.get(each.symbol, Done()).qty) for each in names)
    assert path.values[-1] == pytest.approx(left)


def test_the_limits_held_are_those_of_the_steps() -> None:
    names = seeded(4, 3)
    money = float(sum(each.notional for each in names))
    levels = tuple(money * part for part in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5))
    made = plan(names, DAY, terms(BasketLimits(participation=0.3, imbalance=levels)))

    worked = work(
        made,
        advise(names, HardLimits(of_adv=10, spread_bps=1e6, sigma=10)),
        lambda orders: {order.symbol: Done(order.qty, order.qty) for order in orders},
    )

    assert limits_of(worked) == pytest.approx(levels)


def test_without_a_bound_there_is_no_limit_to_hold_against() -> None:
    made = plan(seeded(3, 3), DAY, terms(BasketLimits(participation=0.3)))
    worked = work(made, advise(made.names, HardLimits(of_adv=10, spread_bps=1e6, sigma=10)), lambda _orders: {})

    with pytest.raises(BasketError, match="without a bound on the imbalance"):
        limits_of(worked)
