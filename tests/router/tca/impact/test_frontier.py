"""The frontier on an uneven clock: nothing does better, and on an even one it is Almgren and Chriss's path."""

from math import sinh, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from router.core.types import Side
from router.tca.impact.frontier import frontier, optimal_path
from router.tca.impact.parameters import Models
from router.tca.impact.terms import ImpactInputError, ImpactOrder, Parameter, Path, even_path

ORDER = ImpactOrder(side=Side.BUY, qty=100_000, price=50.0, adv=1_000_000, sigma=0.02, spread=0.05)


def uneven(seed: int) -> Path:
    rng = Random(seed)
    volume, variance = ([0.02 + rng.random() / 10 for _ in range(10)] for _ in range(2))
    return Path(qty=(10_000.0,) * 10, volume=tuple(volume), variance=tuple(variance), days=(0.1,) * 10)


@pytest.mark.parametrize("name", ["almgren_chriss", "almgren_2005"])
@given(seed=st.integers(0, 2**32), risk_aversion=st.sampled_from([0.0, 1e-4, 1e-3, 1e-2, 1.0]))
def test_no_other_path_does_better(models: Models, name: str, seed: int, risk_aversion: float) -> None:
    model, clock = getattr(models, name), uneven(seed)
    rng = Random(seed + 1)
    weights = [rng.random() for _ in range(10)]
    other = replace(clock, qty=tuple(ORDER.qty * weight / sum(weights) for weight in weights))

    best, worse = (
        each.total + risk_aversion * each.timing_risk**2
        for each in (model.estimate(ORDER, path) for path in (optimal_path(model, ORDER, clock, risk_aversion), other))
    )

    assert best <= worse * (1 + 1e-6), seed


@given(seed=st.integers(0, 2**32), risk_aversion=st.sampled_from([0.0, 1e-4, 1e-2]))
def test_over_a_night_no_other_path_does_better(models: Models, seed: int, risk_aversion: float) -> None:
    day, model, rng = uneven(seed), models.almgren_2005, Random(seed + 1)
    clock = Path(
        qty=(*day.qty, 0.0, *day.qty),
        volume=(*day.volume, 0.0, *day.volume),
        variance=(*day.variance, 0.25, *day.variance),
        days=(*day.days, 0.0, *day.days),
    )
    weights = [rng.random() if volume else 0.0 for volume in clock.volume]
    other = replace(clock, qty=tuple(ORDER.qty * weight / sum(weights) for weight in weights))

    best, worse = (
        each.total + risk_aversion * each.timing_risk**2
        for each in (model.estimate(ORDER, path) for path in (optimal_path(model, ORDER, clock, risk_aversion), other))
    )

    assert best <= worse * (1 + 1e-6), seed


def test_the_more_the_night_may_move_the_less_is_held_over_it(models: Models) -> None:
    day = uneven(5)

    def held(night: float) -> float:
        clock = Path(
            qty=(*day.qty, 0.0, *day.qty),
            volume=(*day.volume, 0.0, *day.volume),
            variance=(*day.variance, night, *day.variance),
            days=(*day.days, 0.0, *day.days),
        )
        return optimal_path(models.almgren_chriss, ORDER, clock, 1e-3).held(ORDER.qty)[10][0]

    assert held(0.0) > 1.01 * held(0.25) > 1.01 * held(4.0) > 0


def test_in_an_interval_without_volume_nothing_trades(models: Models) -> None:
    night = Path(qty=(1.0, 0.0), volume=(0.1, 0.0), variance=(0.1, 0.1), days=(0.1, 0.0))

    path = optimal_path(models.almgren_chriss, ORDER, night, 0.0)

    assert path.qty == (100_000.0, 0.0)


def test_without_risk_aversion_shares_follow_the_volume(models: Models) -> None:
    clock = uneven(7)

    path = optimal_path(models.almgren_chriss, ORDER, clock, 0.0)

    assert path.rates(ORDER.adv) == pytest.approx([path.rates(ORDER.adv)[0]] * 10)


def test_on_an_even_clock_it_is_the_sinh_path(models: Models) -> None:
    model, aversion, steps = models.almgren_chriss, 2e-3, 400
    # kappa^2 = lambda sigma^2 / eta, with eta in bps for the whole order in a day.
    kappa = sqrt(aversion * (1e4 * ORDER.sigma) ** 2 / (1e4 * model.eta(ORDER) * ORDER.size))

    path = optimal_path(model, ORDER, even_path(ORDER.qty, 1.0, steps), aversion)

    half = path.held(ORDER.qty)[steps // 2][0] / ORDER.qty
    assert half == pytest.approx(sinh(kappa / 2) / sinh(kappa), rel=1e-4)


def test_more_aversion_buys_less_risk_for_more_cost(models: Models) -> None:
    points = frontier(models.almgren_chriss, ORDER, uneven(3), [0.0, 1e-4, 1e-3, 1e-2, 1e-1])

    assert [point.cost for point in points] == sorted(point.cost for point in points)
    assert [point.risk for point in points] == sorted((point.risk for point in points), reverse=True)


def test_one_interval_leaves_no_choice(models: Models) -> None:
    path = optimal_path(models.almgren_chriss, ORDER, even_path(5.0, 1.0), 1.0)

    assert path.qty == (100_000.0,)


def test_without_a_spread_there_is_no_optimum(models: Models) -> None:
    with pytest.raises(ImpactInputError, match="frontier: needs a temporary impact above 0: got 0"):
        optimal_path(models.almgren_chriss, replace(ORDER, spread=0.0), uneven(1), 0.0)


def test_a_power_above_the_linear_is_refused(models: Models) -> None:
    convex = replace(models.almgren_2005, beta=Parameter(1.5))

    with pytest.raises(ImpactInputError, match=r"frontier: needs a power above 0 and at most 1: got 1.5"):
        optimal_path(convex, ORDER, uneven(1), 0.0)
