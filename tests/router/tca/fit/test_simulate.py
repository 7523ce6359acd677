"""Orders and costs drawn from a seed."""

from __future__ import annotations

from statistics import fmean, pstdev

import pytest

from router.tca.fit.points import points_of
from router.tca.fit.simulate import draw_orders, simulate_costs
from router.tca.impact.parameters import Models
from router.tca.universe.outcome import checked


def test_orders_are_valid_and_the_same_for_a_seed() -> None:
    orders = draw_orders(50, 3)

    assert checked(orders) == draw_orders(50, 3)
    assert orders != draw_orders(50, 4)


def test_costs_are_the_models_and_luck_of_the_size_that_is_thought(models: Models) -> None:
    orders = simulate_costs(models.square_root, draw_orders(2_000, 3), seed=1, spread_part=0.0)

    points, _ = points_of(orders)
    z = [(point.cost - 1e4 * models.square_root.parts(point.order, point.path).total) / point.noise for point in points]

    assert fmean(z) == pytest.approx(0.0, abs=0.1)
    assert pstdev(z) == pytest.approx(1.0, abs=0.06)
