"""A draw written out is the draw that Python's `random` makes."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.draws import BLOCK, AheadDraws, Draws, WholeDraws, nearest

PAIRS: dict[str, tuple[Callable[[Draws], float], Callable[[Random], float]]] = {
    "uniform": (lambda draws: draws.uniform(), lambda rng: rng.random()),
    "normal": (lambda draws: draws.normal(), lambda rng: rng.gauss(0.0, 1.0)),
    "normal_by_ratio": (lambda draws: draws.normal_by_ratio(), lambda rng: rng.normalvariate(0.0, 1.0)),
    "exponential": (lambda draws: draws.exponential(), lambda rng: rng.expovariate(1.0)),
}
MANY = 3 * BLOCK


@pytest.mark.parametrize("kind", [Draws, AheadDraws, WholeDraws])
@pytest.mark.parametrize("name", PAIRS)
def test_a_draw_is_the_one_that_random_makes(name: str, kind: type[Draws]) -> None:
    ours, pythons = PAIRS[name]
    draws, rng = kind(Random(7)), Random(7)

    assert [ours(draws) for _ in range(MANY)] == [pythons(rng) for _ in range(MANY)]


@pytest.mark.parametrize("n", [1, 300])
def test_a_whole_draw_is_the_one_that_random_makes(n: int) -> None:
    draws, rng = WholeDraws(Random(7)), Random(7)

    assert [draws.below(n) for _ in range(MANY)] == [rng.randrange(n) for _ in range(MANY)]


@pytest.mark.parametrize("kind", [Draws, AheadDraws])
def test_draws_of_all_kinds_take_turns_as_those_of_random_do(kind: type[Draws]) -> None:
    draws, rng, order = kind(Random(8)), Random(8), Random(9)

    names = order.choices(list(PAIRS), k=MANY)

    assert [PAIRS[name][0](draws) for name in names] == [PAIRS[name][1](rng) for name in names]


def test_whole_draws_come_in_between() -> None:
    draws, rng = WholeDraws(Random(8)), Random(8)

    ours = [(draws.uniform(), draws.below(7), draws.normal()) for _ in range(MANY)]

    assert ours == [(rng.random(), rng.randrange(7), rng.gauss(0.0, 1.0)) for _ in range(MANY)]


def test_draws_ahead_begin_where_the_generator_stands() -> None:
    rng, same = Random(8), Random(8)
    for each in (rng, same):
        each.getrandbits(32)

    assert [AheadDraws(rng).uniform()] == [same.random()]


@given(st.floats(-1e15, 1e15) | st.integers(-1_000, 1_000).map(lambda halves: halves / 2))
def test_the_nearest_whole_number_is_what_round_makes_of_it(x: float) -> None:
    assert nearest(x) == round(x)
