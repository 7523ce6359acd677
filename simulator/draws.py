"""Draws of `random.Random` written out, so that a compiled model does not wait for interpreted ones.

Each takes from its generator what Python's own method takes and returns the same number, bit for bit, so that a seed
means what it meant. It must not know what is drawn for.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, exp, floor, log, pi, sin, sqrt
from random import Random
from typing import Final, final

from numpy import array, uint32
from numpy.random import MT19937, RandomState

_TWO_PI: Final = 2.0 * pi
_MAGIC: Final = 4 * exp(-0.5) / sqrt(2.0)
BLOCK: Final = 256
"""How many numbers are drawn at once."""


class Draws:
    """One generator; `normal` keeps every second number for the next call, as `Random.gauss` does."""

    def __init__(self, rng: Random) -> None:
        self._random: Callable[[], float] = rng.random
        self._next = 0.0
        self._has_next = False

    def uniform(self) -> float:
        """As `Random.random`."""
        return self._random()

    def normal(self) -> float:
        """As `Random.gauss(0.0, 1.0)`, where nobody else asks the generator for `gauss`."""
        if self._has_next:
            self._has_next = False
            return self._next
        angle = self.uniform() * _TWO_PI
        radius = sqrt(-2.0 * log(1.0 - self.uniform()))
        self._next = sin(angle) * radius
        self._has_next = True
        return cos(angle) * radius

    def normal_by_ratio(self) -> float:
        """As `Random.normalvariate(0.0, 1.0)`: Kinderman and Monahan, ACM Trans. Math. Software 3, 1977."""
        while True:
            first = self.uniform()
            second = 1.0 - self.uniform()
            ratio = _MAGIC * (first - 0.5) / second
            if ratio * ratio / 4.0 <= -log(second):
                return ratio

    def exponential(self) -> float:
        """As `Random.expovariate(1.0)`."""
        return -log(1.0 - self.uniform())


@final
class AheadDraws(Draws):
    """The same, drawn a block at a time: of its generator nobody may ask anything from then on.

    NumPy's Mersenne Twister, set to where Python's stands, makes the same numbers (NEP 19 freezes its legacy stream).
    """

    def __init__(self, rng: Random) -> None:
        super().__init__(rng)
        words: tuple[int, ...] = rng.getstate()[1]
        twister = MT19937()
        twister.state = {"bit_generator": "MT19937", "state": {"key": array(words[:-1], uint32), "pos": words[-1]}}
        self._state = RandomState(twister)
        self._block: list[float] = []
        self._at = BLOCK
        """Where in the block the next one stands."""

    def uniform(self) -> float:
        at = self._at
        if at == BLOCK:
            self._block, at = self._state.random_sample(BLOCK).tolist(), 0
        self._at = at + 1
        return self._block[at]


@final
class WholeDraws(Draws):
    """With draws of whole numbers in between."""

    def __init__(self, rng: Random) -> None:
        super().__init__(rng)
        self._bits: Callable[[int], int] = rng.getrandbits

    def below(self, n: int) -> int:
        """As `Random.randrange(n)`, of an `n` above 0."""
        bits = n.bit_length()
        drawn = self._bits(bits)
        while drawn >= n:
            drawn = self._bits(bits)
        return drawn


def nearest(x: float) -> int:
    """As `round(x)`, of a half to the even one: the built-in is interpreted."""
    below = floor(x)
    above = x - below
    if above == 0.5:
        return below + below % 2
    return below + 1 if above > 0.5 else below
