"""Impact laws, the risk model, and betas with their errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import linregress

from router.basket.costs import ImpactLaw, RiskModel, beta_of, law_of
from router.basket.names import BasketError
from router.runtime.analysis.analysis_files import read_impact
from router.runtime.settings import config_folder, default_home
from support.baskets import LAW, RISK, name


def test_almgren_et_al_is_0142_sigma_times_the_rate_to_the_three_fifths() -> None:
    paid = LAW.paid(np.array([50.0]), np.array([0.02]), np.array([[1e6]]), np.array([[1e5]]))

    assert paid == pytest.approx(1e5 * 50 * 0.142 * 0.02 * 0.1**0.6)


def test_the_law_is_that_of_the_impact_file() -> None:
    models = read_impact(config_folder(default_home())).on("20260427")

    law = law_of(models.almgren_2005)

    assert law == ImpactLaw(
        eta=0.142,
        exponent=0.6,
        gamma=0.314,
        source="Risk 18 (7), 57-62: fit to 29,509 US orders, 2001-12 to 2003-06",
        as_of="20050701",
    )


@given(st.floats(1e-3, 1.0), st.floats(1e-4, 0.1))
def test_the_linearised_cost_has_the_power_laws_slope(rate: float, sigma: float) -> None:
    price, volume = np.array([50.0]), np.array([[1e6]])
    trade = rate * 1e6

    def paid(shares: float) -> float:
        return float(LAW.paid(price, np.array([sigma]), volume, np.array([[shares]]))[0])

    slope = 2 * trade * float(LAW.temporary(price, np.array([sigma]), volume, np.array([[rate]]))[0, 0])
    step = trade * 1e-4
    assert slope == pytest.approx((paid(trade + step) - paid(trade - step)) / (2 * step), rel=1e-6)


def test_factors_and_the_names_own_part_make_its_variance() -> None:
    names = [name(beta=1.2), name("BOLT", sector="food", sigma=0.03, beta=0.5)]

    loadings, specific = RISK.loadings(names), RISK.specific(names)

    assert loadings == pytest.approx(np.array([[0.012, 0.005, 0.0], [0.005, 0.0, 0.005]]))
    assert (loadings**2).sum(axis=1) + specific == pytest.approx(np.array([0.02**2, 0.03**2]))


def test_a_name_keeps_some_variance_of_its_own() -> None:
    risk = RiskModel(market_sigma=0.02, specific_floor=0.25)

    assert risk.specific([name(beta=3.0, sigma=0.02)]) == pytest.approx([0.25 * 0.02**2])


@given(st.integers(0, 10_000), st.integers(3, 60))
def test_beta_and_its_error_are_those_of_least_squares(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    market = rng.normal(0, 0.01, count)
    returns = 1.3 * market + rng.normal(0, 0.01, count)

    found = beta_of(returns.tolist(), market.tolist())

    expected = linregress(market, returns)
    assert found.value == pytest.approx(expected.slope, rel=1e-9)
    assert found.error == pytest.approx(expected.stderr, rel=1e-6)
    assert found.low() == pytest.approx(found.value - 1.96 * found.error)


@pytest.mark.parametrize(
    ("returns", "market", "said"),
    [
        ([0.1, 0.2], [0.1, 0.2], "beta: at least 3 pairs of returns: got 2"),
        ([0.1, 0.2, 0.3], [0.1, 0.2], "beta: as many returns of the name as of the market: got 3 and 2"),
        ([0.1, 0.2, 0.3], [0.1, 0.1, 0.1], "beta: the market's returns are all the same"),
        ([0.1, float("nan"), 0.3], [0.1, 0.2, 0.1], "beta: a return is not a number"),
    ],
)
def test_returns_without_a_beta_are_refused(returns: list[float], market: list[float], said: str) -> None:
    with pytest.raises(BasketError, match=said):
        beta_of(returns, market)
