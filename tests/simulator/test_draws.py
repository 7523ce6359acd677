"""A draw written out is the draw that Python's `random` makes."""

from collections.abc import Callable
from random import Random

import pytest

from simulator.draws import Draws

PAIRS: dict[str, tuple[Callable[[Draws], float], Callable[[Random], float]]] = {
    "uniform": (lambda draws: draws.uniform(), lambda rng: rng.random()),
    "normal": (lambda draws: draws.normal(), lambda rng: rng.gauss(0.0, 1.0)),
    "normal_by_ratio": (lambda draws: draws.normal_by_ratio(), lambda rng: rng.normalvariate(0.0, 1.0)),
    "exponential": (lambda draws: draws.exponential(), lambda rng: rng.expovariate(1.0)),
    "below 1": (lambda draws: draws.below(1), lambda rng: rng.randrange(1)),
    "below 300": (lambda draws: draws.below(300), lambda rng: rng.randrange(300)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_draw_is_the_one_that_random_makes(name: str) -> None:
    ours, pythons = PAIRS[name]
    draws, rng = Draws(Random(7)), Random(7)

    assert [ours(draws) for _ in range(1_000)] == [pythons(rng) for _ in range(1_000)]


def test_draws_of_all_kinds_take_turns_as_those_of_random_do() -> None:
    draws, rng, order = Draws(Random(8)), Random(8), Random(9)

    names = order.choices(list(PAIRS), k=1_000)

    assert [PAIRS[name][0](draws) for name in names] == [PAIRS[name][1](rng) for name in names]
