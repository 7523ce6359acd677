"""Almgren and Chriss in closed form: its own difference equation, and its ends where kappa is nothing or huge."""

from math import cosh

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.basket.almgren_chriss import kappa, portfolio, trajectory
from router.basket.names import BasketError


@given(st.floats(1e-9, 1e-3), st.floats(0.1, 5.0), st.floats(1e-7, 1e-4), st.floats(0.05, 2.0))
def test_kappa_solves_its_equation(risk_aversion: float, sigma: float, eta: float, tau: float) -> None:
    found = kappa(risk_aversion, sigma, eta, tau)

    assert 2 * (cosh(found * tau) - 1) / tau**2 == pytest.approx(risk_aversion * sigma**2 / eta, rel=1e-6)


@given(st.floats(1e-3, 4.0), st.integers(2, 20))
def test_a_trajectory_solves_the_difference_equation(rate: float, periods: int) -> None:
    left = trajectory(1e6, rate, 1.0, periods)

    curvature = left[:-2] - 2 * left[1:-1] + left[2:]
    assert curvature == pytest.approx(2 * (cosh(rate) - 1) * left[1:-1], rel=1e-6, abs=1e-6)
    assert (left[0], left[-1]) == (1e6, 0.0)


def test_without_risk_aversion_the_path_is_straight() -> None:
    assert trajectory(100.0, kappa(0.0, 1.0, 1e-6, 1.0), 1.0, 4).tolist() == [100.0, 75.0, 50.0, 25.0, 0.0]


def test_a_huge_kappa_trades_all_at_once_and_overflows_nothing() -> None:
    assert trajectory(100.0, 1e4, 1.0, 4) == pytest.approx([100.0, 0.0, 0.0, 0.0, 0.0])


def test_names_that_do_not_move_together_are_each_on_their_own_trajectory() -> None:
    left = portfolio(
        np.array([1e6, -5e5]), np.array([2.5e-6, 5e-6]), np.diag([0.9, 3.6]), risk_aversion=1e-6, tau=1.0, periods=5
    )

    assert left[0] == pytest.approx(trajectory(1e6, kappa(1e-6, 0.9**0.5, 2.5e-6, 1.0), 1.0, 5))
    assert left[1] == pytest.approx(trajectory(-5e5, kappa(1e-6, 3.6**0.5, 5e-6, 1.0), 1.0, 5))


def test_impact_of_nothing_is_refused() -> None:
    with pytest.raises(BasketError, match="Almgren-Chriss: eta~ and tau must be above 0: got 0 and 1"):
        kappa(1e-6, 1.0, 0.0, 1.0)
