"""A basket's bounds in the trader's words, and the bands that they become."""

import numpy as np
import pytest

from router.basket.limits import BasketLimits, levels
from router.basket.names import BasketError
from router.basket.problem import Measure
from router.core.types import Side
from support.baskets import name

PAIR = [name("ACME", Side.BUY, 10_050), name("BOLT", Side.SELL, 37, sector="food")]


def test_each_bound_becomes_a_band_over_its_names() -> None:
    limits = BasketLimits(cash_most=5.0, imbalance=(3.0, 2.0), sector=7.0, sector_of={"food": 1.0})

    bands = limits.bands(PAIR, 2, spent=4.0)

    told = [(b.label, b.measure, b.base, b.members.tolist(), b.low.tolist(), b.high.tolist()) for b in bands]
    assert told == [
        ("cash", Measure.DONE, 4.0, [1.0, 1.0], [-np.inf, -np.inf], [5.0, 5.0]),
        ("imbalance", Measure.LEFT, 0.0, [1.0, 1.0], [-3.0, -2.0], [3.0, 2.0]),
        ("sector tools", Measure.LEFT, 0.0, [1.0, 0.0], [-7.0, -7.0], [7.0, 7.0]),
        ("sector food", Measure.LEFT, 0.0, [0.0, 1.0], [-1.0, -1.0], [1.0, 1.0]),
    ]


def test_no_bound_is_no_band() -> None:
    assert BasketLimits().bands(PAIR, 2, spent=0.0) == ()


def test_participation_is_whole_lots_with_room_for_the_odd_lot() -> None:
    limits = BasketLimits(participation=0.1, participation_of={"BOLT": (0.5, 0.0)})

    most = limits.shares_at_most(PAIR, np.array([[2_040.0, 12_549.0], [100.0, 100.0]]))

    # ACME: 204 and 1,254 shares, less the odd 50. BOLT: an order of 37 shares is one lot of 37.
    assert most.tolist() == [[100.0, 1_200.0], [37.0, 0.0]]


def test_the_tail_of_limits_is_theirs_from_a_later_period() -> None:
    limits = BasketLimits(
        imbalance=(3.0, 2.0, 1.0),
        risk=5.0,
        participation_of={"ACME": (0.1, 0.2, 0.3)},
        sector_of={"food": (1.0, 2.0, 3.0)},
    )

    assert limits.tail(1) == BasketLimits(
        imbalance=(2.0, 1.0), risk=5.0, participation_of={"ACME": (0.2, 0.3)}, sector_of={"food": (2.0, 3.0)}
    )


def test_as_many_levels_as_periods_are_asked_for() -> None:
    with pytest.raises(BasketError, match="cash: one level, or one for each of 3 periods: got 2"):
        levels((1.0, 2.0), 3, "cash")


def test_a_limit_below_nothing_is_refused() -> None:
    with pytest.raises(BasketError, match=r"imbalance: the limit must not be below 0: got -1\.00"):
        BasketLimits(imbalance=-1.0).bands(PAIR, 2, spent=0.0)
