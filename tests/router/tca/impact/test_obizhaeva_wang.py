"""Obizhaeva and Wang (2013): block, rate, block; its cost against any other path.

The blocks are the paper's formula for its example (X = 100,000, one day of 390 minutes, q = 5,000, lambda = 1/2q); the
printed table was not found in a text, so the digits below are the formula's.
"""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.types import Side
from router.tca.impact.obizhaeva_wang import Book
from router.tca.impact.parameters import Models
from router.tca.impact.terms import ImpactInputError, ImpactOrder, Path, even_path


def book(rho: float) -> Book:
    return Book(kick=1 / 5_000 - 1 / 10_000, permanent=1 / 10_000, rho=rho)


@pytest.mark.parametrize(
    ("rho", "minutes", "block", "between"),
    [
        (0.001, "270327.40", 49_975, 50),
        (1.0, "270.33", 33_333, 33_333),
        (2.0, "135.16", 25_000, 50_000),
        (5.0, "54.07", 14_286, 71_429),
        (20.0, "13.52", 4_545, 90_909),
        (300.0, "0.90", 331, 99_338),
    ],
)
def test_the_faster_the_book_recovers_the_smaller_the_blocks(
    rho: float, minutes: str, block: int, between: int
) -> None:
    at_ends, rate = book(rho).optimum(100_000, 1.0)

    assert f"{390 * book(rho).half_life:.2f}" == minutes
    assert (round(at_ends), round(rate)) == (block, between)


@pytest.mark.parametrize("rho", [0.1, 2.0, 50.0])
def test_the_optimum_costs_what_the_closed_form_says(rho: float) -> None:
    block, rate = book(rho).optimum(100_000, 1.0)

    cost = book(rho).transient_cost((block, rate, block), (0.0, 1.0, 0.0)) + 100_000**2 / 10_000 / 2

    assert cost == pytest.approx(book(rho).least_cost(100_000, 1.0))


@given(seed=st.integers(0, 2**32), rho=st.sampled_from([0.1, 2.0, 10.0, 100.0]))
def test_no_other_path_costs_less(seed: int, rho: float) -> None:
    rng = Random(seed)
    weights = [rng.random() + 1e-3 for _ in range(12)]
    qty = tuple(100_000 * weight / sum(weights) for weight in weights)
    times = (0.0, *(0.1,) * 10, 0.0)

    cost = book(rho).transient_cost(qty, times) + book(rho).permanent * 100_000**2 / 2

    assert cost >= book(rho).least_cost(100_000, 1.0) * (1 - 1e-12), seed


def test_what_does_not_recover_costs_half_of_its_whole_move_on_every_path() -> None:
    still = book(1e-9)

    costs = [still.transient_cost(*path) for path in (((9.0,), (0.0,)), ((4.0, 5.0), (1.0, 2.0)))]

    assert costs == pytest.approx([still.kick * 81 / 2] * 2)


def test_a_steady_flow_is_held_off_as_far_as_flow_says(models: Models) -> None:
    order = ImpactOrder(side=Side.BUY, qty=100_000, price=50.0, adv=1_000_000, sigma=0.02)
    recovered = models.obizhaeva_wang

    estimate = recovered.estimate(order, even_path(100_000, 1.0))

    # All but the first 1/rho of the day is steady.
    assert estimate.temporary == pytest.approx(1e4 * 0.357 * 0.02 * 0.1 * (1 - 1 / recovered.rho.value), rel=1e-9)


def test_a_book_that_never_recovers_is_refused() -> None:
    with pytest.raises(ImpactInputError, match="rho and K: must be above 0: got 0"):
        book(0.0)


def test_over_a_night_the_transient_part_comes_back_and_the_permanent_stays(models: Models) -> None:
    order = ImpactOrder(side=Side.BUY, qty=200_000, price=50.0, adv=1_000_000, sigma=0.02)
    day = even_path(100_000, 1.0, 10)
    both = Path(
        qty=(*day.qty, 0.0, *day.qty),
        volume=(*day.volume, 0.0, *day.volume),
        variance=(*day.variance, 0.25, *day.variance),
        days=(*day.days, 0.0, *day.days),
    )

    one, two = (models.obizhaeva_wang.parts(order, path) for path in (day, both))

    assert two.temporary == pytest.approx(one.temporary)
    assert two.permanent == pytest.approx(2 * one.permanent)
