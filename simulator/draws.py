"""Draws of `random.Random` written out, so that a compiled model does not wait for interpreted ones.

Each takes from its generator what Python's own method takes and returns the same number, bit for bit, so that a seed
means what it meant. It must not know what is drawn for.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, exp, log, pi, sin, sqrt
from random import Random
from typing import Final, final

_TWO_PI: Final = 2.0 * pi
_MAGIC: Final = 4 * exp(-0.5) / sqrt(2.0)


@final
class Draws:
    """One generator; `normal` keeps every second number for the next call, as `Random.gauss` does."""

    __slots__ = ("_bits", "_has_next", "_next", "uniform")

    def __init__(self, rng: Random) -> None:
        self.uniform: Callable[[], float] = rng.random
        """As `Random.random`."""
        self._bits: Callable[[int], int] = rng.getrandbits
        self._next = 0.0
        self._has_next = False

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
        uniform = self.uniform
        while True:
            first = uniform()
            second = 1.0 - uniform()
            ratio = _MAGIC * (first - 0.5) / second
            if ratio * ratio / 4.0 <= -log(second):
                return ratio

    def exponential(self) -> float:
        """As `Random.expovariate(1.0)`."""
        return -log(1.0 - self.uniform())

    def below(self, n: int) -> int:
        """As `Random.randrange(n)`, of an `n` above 0."""
        bits = n.bit_length()
        drawn = self._bits(bits)
        while drawn >= n:
            drawn = self._bits(bits)
        return drawn
