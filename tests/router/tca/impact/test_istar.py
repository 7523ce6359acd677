"""I-Star: the formula by hand, and its timing risk. No printed example of Kissell's was found in a text to quote."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.types import Side
from router.tca.impact.istar import published_timing_risk
from router.tca.impact.parameters import Models
from router.tca.impact.terms import BPS, ImpactOrder, even_path, timing_risk

TENTH = ImpactOrder(side=Side.BUY, qty=100_000, price=50.0, adv=1_000_000, sigma=0.25 / sqrt(250))


def test_a_tenth_of_adv_at_a_quarter_s_volatility_and_a_fifth_of_the_volume(models: Models) -> None:
    # Others trade four times as much as we do: 400,000, in 0.4 of a day.
    estimate = models.i_star.estimate(TENTH, even_path(100_000, 0.4))

    whole = 708 * 0.1**0.55 * 0.25**0.71
    assert f"{whole:.1f}" == "74.6"
    assert estimate.temporary == pytest.approx(0.98 * whole * 0.2**0.5)
    assert estimate.permanent == pytest.approx(0.02 * whole)
    assert f"{estimate.total:.1f}" == "34.2"


@given(size=st.floats(0.001, 0.5), sigma=st.floats(0.005, 0.1), pov=st.floats(0.01, 0.9))
def test_the_printed_timing_risk_is_that_of_an_even_path(size: float, sigma: float, pov: float) -> None:
    order = ImpactOrder(side=Side.SELL, qty=round(size * 1e9), price=1.0, adv=1e9, sigma=sigma)
    days = order.size * (1 - pov) / pov

    risk = BPS * timing_risk(order, even_path(order.qty, days, 3))

    assert risk == pytest.approx(published_timing_risk(order.size, sigma, pov), rel=1e-9)
