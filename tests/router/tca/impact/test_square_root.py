"""The square-root law by hand."""

import pytest

from router.core.types import Side
from router.tca.impact.parameters import Models
from router.tca.impact.terms import ImpactOrder, even_path


def test_one_per_cent_of_adv_at_two_per_cent_a_day(models: Models) -> None:
    order = ImpactOrder(side=Side.SELL, qty=10_000, price=50.0, adv=1_000_000, sigma=0.02, spread=0.05)

    estimate = models.square_root.estimate(order, even_path(10_000, 0.75, taken=0.4))

    # The move at the end: 2 % x 0.1 = 20 bps; two thirds are paid, half of that for good. Spread: 10 bps, half, 0.4 of
    # it.
    parts = (
        estimate.spread,
        estimate.temporary,
        estimate.permanent,
        estimate.drift,
        estimate.timing_risk,
        estimate.error,
    )
    assert parts == pytest.approx((2.0, 20 / 3, 20 / 3, 0.0, 100.0, 0.3 * 40 / 3))
