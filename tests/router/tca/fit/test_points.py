"""Past orders as a fit sees them."""

from __future__ import annotations

from math import sqrt

import pytest

from router.tca.fit.points import points_of
from support.outcomes import outcome


def test_an_order_is_an_even_path_as_long_as_its_participation_makes_it() -> None:
    (point,), _ = points_of([outcome(q_adv=0.02, pov=0.2, sigma=0.015, spread_bps=4.0, cost_bps=7.0)])

    assert point.order.size == pytest.approx(0.02)
    assert point.path.volume_days == pytest.approx(0.08)
    assert point.path.participation(point.order.adv) == pytest.approx(0.2)
    assert (point.cost, point.half_spread, point.rate) == pytest.approx((7.0, 2.0, 0.25))


def test_noise_is_timing_risk_at_its_own_pace_and_half_the_spread() -> None:
    (own, given), _ = points_of(
        [
            outcome("O1", q_adv=0.02, pov=0.2, sigma=0.015, spread_bps=4.0),
            outcome("O2", q_adv=0.02, pov=0.2, sigma=0.015, spread_bps=4.0, timing_risk_bps=10.0),
        ]
    )

    assert own.noise == pytest.approx(sqrt(150**2 * 0.08 / 3 + 4))
    assert given.noise == pytest.approx(sqrt(104))


def test_orders_of_one_seed_are_one_cluster() -> None:
    points, _ = points_of([outcome("O1", seed=1), outcome("O2", seed=1), outcome("O3"), outcome("O4")])

    assert [point.cluster for point in points] == [1, 1, "O3", "O4"]


def test_orders_that_lack_a_figure_are_left_out_and_counted() -> None:
    held = [outcome("O1", pov=None), outcome("O2", pov=1.0), outcome("O3", sigma=None), outcome("O4", spread_bps=None)]

    points, left_out = points_of([*held, outcome("O5", qty=100, filled=0), outcome("O6")])

    assert [point.outcome.order_id for point in points] == ["O6"]
    assert left_out == {
        "participation is not known, or not between 0 and 1": 2,
        "daily volatility is not known": 1,
        "quoted spread is not known": 1,
        "nothing was filled": 1,
    }
