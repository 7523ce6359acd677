"""Whole lots: exact sums, no trade above its cap, and a basket whose rounding errors do not add up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.basket.limits import grid_lot
from router.basket.rounding import whole_lots
from router.core.types import Side
from support.baskets import name, seeded


def test_two_equal_names_round_apart_so_that_the_basket_stays_in_balance() -> None:
    pair = [name("ACME", Side.BUY, 1_000), name("BOLT", Side.BUY, 1_000)]
    left = np.array([[550.0, 0.0], [550.0, 0.0]])

    trades = whole_lots(pair, left, np.full((2, 2), np.inf))

    assert sorted(trades[:, 0].tolist()) == [400, 500]
    assert trades.sum(axis=1).tolist() == [1_000, 1_000]


def test_a_buy_and_a_sell_round_together() -> None:
    pair = [name("ACME", Side.BUY, 1_000), name("BOLT", Side.SELL, 1_000)]
    left = np.array([[550.0, 0.0], [550.0, 0.0]])

    trades = whole_lots(pair, left, np.full((2, 2), np.inf))

    assert trades[0, 0] == trades[1, 0]


@given(st.integers(0, 100_000), st.integers(2, 8))
def test_any_schedule_within_its_caps_has_whole_lots_within_them(seed: int, periods: int) -> None:
    names = seeded(5, seed)
    rng = np.random.default_rng(seed)
    lots = np.array([grid_lot(each) for each in names])
    whole = np.array([each.qty - each.qty % grid_lot(each) for each in names], dtype=np.float64)
    parts = rng.dirichlet(np.ones(periods), len(names))
    trades = parts * whole[:, None]
    left = np.hstack([whole[:, None] - trades.cumsum(axis=1)[:, :-1], np.zeros((len(names), 1))])
    cap = np.ceil(trades / lots[:, None] - 1e-9) * lots[:, None]

    rounded = whole_lots(names, left, cap)

    odd = np.array([each.qty % grid_lot(each) for each in names])
    assert rounded.sum(axis=1).tolist() == [each.qty for each in names], f"seed {seed}"
    assert (rounded >= 0).all()
    assert (rounded <= cap + odd[:, None]).all()
    after = np.array([each.qty for each in names])[:, None] - rounded.cumsum(axis=1) - odd[:, None]
    assert (np.abs(np.maximum(after, 0) - left) <= lots[:, None]).all()


def test_a_schedule_that_is_in_lots_is_not_touched() -> None:
    left = np.array([[700.0, 200.0, 0.0]])

    assert whole_lots([name(qty=1_000)], left, np.full((1, 3), 500.0)).tolist() == [[300, 500, 200]]


@pytest.mark.parametrize("odd", [1, 50, 99])
def test_the_odd_lot_goes_out_with_the_last_trade(odd: int) -> None:
    left = np.array([[500.0, 0.0, 0.0]])

    assert whole_lots([name(qty=1_000 + odd)], left, np.full((1, 3), np.inf)).tolist() == [[500, 500 + odd, 0]]
