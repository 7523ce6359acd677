"""A fit recovers known numbers within the errors that it states, and says where it cannot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from msgspec.structs import replace

from router.tca.fit.fit import SPREAD_PART, FitError, fit
from router.tca.fit.points import points_of
from router.tca.fit.simulate import draw_orders, simulate_costs
from router.tca.impact.parameters import Models
from router.tca.impact.terms import Parameter, ParametricModel
from router.tca.universe.outcome import Outcome

SPREAD = 0.4
"""What is paid of the half spread in these markets."""


def traded(model: ParametricModel, count: int, seed: int) -> tuple[Outcome, ...]:
    return simulate_costs(model, draw_orders(count, seed), seed=1_000 + seed, spread_part=SPREAD)


def without_luck(model: ParametricModel, count: int = 200) -> list[Outcome]:
    """Costs that are what the model says, to the last digit."""
    points, _ = points_of(draw_orders(count, 1))
    return [
        replace(
            point.outcome,
            cost_bps=SPREAD * point.half_spread + 1e4 * model.parts(point.order, point.path).total,
        )
        for point in points
    ]


@pytest.mark.parametrize("name", ["square_root", "almgren_2005", "i_star", "general"])
def test_without_luck_the_numbers_come_back(models: Models, name: str) -> None:
    true: ParametricModel = getattr(models, name)
    begun = replace(true, **{"y": Parameter(0.4)} if name == "square_root" else {})

    found = fit(begun, without_luck(true))

    assert found.values[0] == pytest.approx(SPREAD, abs=1e-4)
    for parameter in found.names[1:]:
        assert getattr(found.model, parameter).value == pytest.approx(getattr(true, parameter).value, rel=1e-3)


@pytest.mark.slow
@pytest.mark.untraced
@pytest.mark.parametrize(
    ("name", "seeds", "orders"), [("square_root", 100, 150), ("almgren_2005", 20, 500), ("general", 10, 500)]
)
def test_stated_intervals_hold_the_true_numbers_as_often_as_they_promise(
    models: Models, name: str, seeds: int, orders: int
) -> None:
    true: ParametricModel = getattr(models, name)
    held: dict[str, list[bool | None]] = {}

    for seed in range(seeds):
        found = fit(true, traded(true, orders, seed))
        for parameter in found.names:
            known = SPREAD if parameter == SPREAD_PART else getattr(true, parameter).value
            held.setdefault(parameter, []).append(found.estimate(parameter).within(known))

    rates = {parameter: sum(map(bool, inside)) / seeds for parameter, inside in held.items()}
    print(f"{name}, {orders} orders, {seeds} seeds, coverage of 95 %: {rates}")
    # Three standard errors of a share below 95 %.
    assert min(rates.values()) >= 0.95 - 3 * (0.95 * 0.05 / seeds) ** 0.5, rates


def test_the_weighted_line_is_the_textbooks(models: Models) -> None:
    """A model that is linear in what is free: numpy's weighted regression, and HC3 written out."""
    outcomes = traded(models.square_root, 100, seed=3)
    points, _ = points_of(outcomes)
    noise = np.array([point.noise for point in points])
    halves = np.array([point.half_spread for point in points])
    per_y = np.array([1e4 * 2 / 3 * point.order.sigma * point.order.size**0.5 for point in points])
    design = np.stack([halves / noise, per_y / noise], axis=1)
    costs = np.array([point.cost for point in points]) / noise
    bread = np.linalg.inv(design.T @ design)
    theta = bread @ design.T @ costs
    leverage = np.einsum("ij,jk,ik->i", design, bread, design)
    scores = design * ((costs - design @ theta) / (1 - leverage))[:, None]

    found = fit(models.square_root, outcomes)

    assert found.values == pytest.approx(theta, rel=1e-6)
    assert np.array(found.covariance) == pytest.approx(bread @ scores.T @ scores @ bread, rel=1e-5)


def test_orders_that_share_their_luck_have_wider_errors_than_orders_alone(models: Models) -> None:
    alone = traded(models.square_root, 100, seed=1)
    copied = [replace(each, seed=number) for number, each in enumerate(alone) for _ in range(5)]

    errors = [fit(models.square_root, held).estimate("y").standard_error for held in (alone, copied)]

    assert errors[0] == pytest.approx(errors[1], rel=0.05)


def test_a_prediction_has_the_error_of_its_numbers_with_their_covariance(models: Models) -> None:
    found = fit(models.square_root, traded(models.square_root, 200, seed=2))
    (point, *_), _ = points_of(draw_orders(1, 9))

    expected, error = found.predict(point.order, point.path)

    slopes = np.array([point.half_spread, 1e4 * 2 / 3 * point.order.sigma * point.order.size**0.5])
    assert expected == pytest.approx(slopes @ np.array(found.values))
    assert error == pytest.approx((slopes @ np.array(found.covariance) @ slopes) ** 0.5, rel=1e-6)


@pytest.mark.slow
def test_a_wrong_model_shows_in_its_residuals(models: Models) -> None:
    outcomes = traded(models.almgren_2005, 3_000, seed=6)

    right, wrong = (fit(model, outcomes).diagnostics for model in (models.almgren_2005, models.square_root))

    assert min(trend.p_value for trend in right.trends) > 0.001
    assert min(trend.p_value for trend in wrong.trends) < 1e-4
    assert right.chi2 == pytest.approx(1.0, abs=0.1)


def test_what_is_fitted_says_where_it_is_from_and_from_when_it_holds(models: Models) -> None:
    found = fit(models.square_root, traded(models.square_root, 100, seed=1)).model

    assert found.source == "fit to 100 own orders, 20260316 to 20260316, weighted by timing risk, CR3 errors"
    assert found.from_date == "20260317"
    assert 0.001 <= found.size_min < 0.01 < (found.size_max or 0) <= 0.2


def one_volatility(orders: Sequence[Outcome]) -> list[Outcome]:
    return [replace(each, sigma=0.02) for each in orders]


def test_an_exponent_of_what_does_not_vary_is_held_and_said(models: Models) -> None:
    found = fit(models.i_star, one_volatility(traded(models.i_star, 400, seed=1)))

    assert found.held == {
        "a3": "its exponent takes a volatility that varies by a factor of 2: got 1.00",
        "b1": "not asked for",
    }
    assert found.model.a3 == models.i_star.a3


@pytest.mark.parametrize(
    ("count", "change", "said"),
    [
        (19, {}, r"orders: 2 parameters take at least 20 independent orders \(one a seed\): got 19"),
        (60, {"seed": 7}, r"orders: 2 parameters take at least 20 independent orders \(one a seed\): got 1"),
        (60, {"pov": None}, "got 0; 60 left out: participation is not known, or not between 0 and 1"),
        (60, {"q_adv": 0.01}, r"sizes: must vary by a factor of 2 \(5th to 95th percentile\): got 1.00"),
    ],
)
def test_too_few_or_too_alike_is_refused(models: Models, count: int, change: dict[str, object], said: str) -> None:
    outcomes = [replace(each, **change) for each in traded(models.square_root, count, seed=1)]

    with pytest.raises(FitError, match=said):
        fit(models.square_root, outcomes)


def test_numbers_that_cannot_be_told_apart_are_refused(models: Models) -> None:
    """At one rate and one volatility, eta is the slope of a constant and the spread part of another."""
    alike = [replace(each, pov=0.1, sigma=0.02, spread_bps=5.0) for each in traded(models.almgren_2005, 200, seed=1)]

    with pytest.raises(FitError, match="spread part, gamma, eta: the condition of the fit must be at most 1e"):
        fit(models.almgren_2005, alike)


def test_a_parameter_that_is_none_is_refused(models: Models) -> None:
    with pytest.raises(FitError, match="free: must be one of y: got 'eta'"):
        fit(models.square_root, traded(models.square_root, 50, seed=1), free=["eta"])
