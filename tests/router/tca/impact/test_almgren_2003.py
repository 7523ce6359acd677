"""Almgren (2003): its closed forms against its own integrals, and its limit, the linear model.

The example of its section 2 (100,000 shares, sigma 1, half a dollar at 100,000 shares a day) gives the inputs; its
printed results were not found in a text, so none is quoted.
"""

from itertools import pairwise
from math import exp

import pytest

from router.core.types import Side
from router.tca.impact.almgren_2003 import Almgren2003, PowerLaw
from router.tca.impact.parameters import Models
from router.tca.impact.terms import ImpactInputError, ImpactOrder, Parameter, even_path


def example(k: float) -> PowerLaw:
    return PowerLaw(qty=100_000, sigma=1.0, eta=0.5 / 100_000**k, k=k)


@pytest.mark.parametrize("k", [0.25, 0.5, 1.0, 1.5, 2.0])
def test_cost_and_variance_are_the_integrals_along_the_path(k: float) -> None:
    law, aversion, steps = example(k), 5e-6, 40_000
    end = law.ends(aversion) or 400 * law.characteristic_time(aversion)
    # Quadratic in the step's number: the path is steep where it begins.
    times = [end * (step / steps) ** 3 for step in range(steps + 1)]
    held = [law.holding(aversion, at) for at in times]

    spans = [(b - a, x, y) for (a, b), (x, y) in zip(pairwise(times), pairwise(held), strict=True)]
    cost = sum(law.eta * ((x - y) / span) ** (k + 1) * span for span, x, y in spans)
    variance = sum((x * x + x * y + y * y) / 3 * span for span, x, y in spans)

    assert cost == pytest.approx(law.expected(aversion), rel=2e-3)
    assert variance == pytest.approx(law.variance(aversion), rel=2e-3)


def test_the_linear_law_is_almgren_and_chriss_without_horizon() -> None:
    law, aversion = example(1.0), 5e-6
    kappa = (aversion * law.sigma**2 / law.eta) ** 0.5

    assert law.characteristic_time(aversion) == pytest.approx(1 / kappa)
    assert law.holding(aversion, 0.7) == pytest.approx(law.qty * exp(-kappa * 0.7))
    assert law.ends(aversion) is None


def test_a_power_near_one_is_near_the_linear_law() -> None:
    near, linear = example(1.0 - 1e-6), example(1.0)

    assert near.holding(5e-6, 0.5) == pytest.approx(linear.holding(5e-6, 0.5), rel=1e-4)
    assert near.expected(5e-6) == pytest.approx(linear.expected(5e-6), rel=1e-4)


def test_a_convex_law_is_done_in_time() -> None:
    law = example(2.0)
    end = law.ends(5e-6)

    assert end is not None
    assert end == pytest.approx(3 * law.characteristic_time(5e-6))
    assert (law.holding(5e-6, 0.999 * end) > 0, law.holding(5e-6, 1.001 * end)) == (True, 0.0)


def test_the_form_with_k_of_one_is_the_linear_form(models: Models) -> None:
    order = ImpactOrder(side=Side.BUY, qty=50_000, price=50.0, adv=1_000_000, sigma=0.02, spread=0.05)
    linear, path = models.almgren_chriss, even_path(50_000, 0.5, 7)
    same = Almgren2003(
        source="the same numbers",
        eta=Parameter(linear.eta(order) / order.sigma),
        k=Parameter(1.0),
        gamma=Parameter(linear.gamma(order) / order.sigma),
    )

    assert same.estimate(order, path).total == pytest.approx(linear.estimate(order, path).total)


def test_at_a_tenth_of_the_volume_it_costs_what_the_2005_fit_does(models: Models) -> None:
    order = ImpactOrder(side=Side.BUY, qty=100_000, price=50.0, adv=1_000_000, sigma=0.02)
    path = even_path(100_000, 1.0)

    costs = [model.estimate(order, path).total for model in (models.almgren_2003, models.almgren_2005)]

    assert costs[0] == pytest.approx(costs[1], rel=1e-3)


def test_no_law_without_a_power() -> None:
    with pytest.raises(ImpactInputError, match="k: must be above 0: got 0"):
        PowerLaw(qty=1, sigma=1, eta=1, k=0)
