"""Whose cancellation it was: models of the part of a level's cancelled shares that stood behind our order.

A level's feed says how much left, never who. Each model states its bias in its first line. Knows no order and no feed;
`router.sor.queue` asks, and holds every answer to what can have stood there. Which one is right is measured:
`sluice market queue` (docs/market/queue.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log1p
from types import MappingProxyType
from typing import Final, Protocol


class BehindModel(Protocol):
    """Shares ahead and shares behind (each at least 0) -> the part of a cancellation that is behind us, 0 to 1."""

    def __call__(self, ahead: float, behind: float) -> float: ...


class RiskAverse:
    """Bias: every cancellation is behind us while anything stands there; never too hopeful, often far too sad.

    Source: Rigtorp, "Estimating order queue position", 2013.
    """

    def __call__(self, ahead: float, behind: float) -> float:
        return 1.0


class Power:
    """Bias: cancellations lean to the longer part, the more so the larger `exponent`; 1 takes every share to be alike.

    behind^n / (ahead^n + behind^n). Source: Rigtorp 2013 (any increasing function of the parts); hftbacktest's
    `PowerProbQueueFunc`.
    """

    def __init__(self, exponent: float) -> None:
        assert exponent > 0, exponent
        self.exponent = exponent

    def __call__(self, ahead: float, behind: float) -> float:
        front, back = ahead**self.exponent, behind**self.exponent
        return back / (front + back) if front + back > 0 else 1.0


class Log:
    """Bias: cancellations come nearly evenly from ahead and behind, however long each part is.

    ln(1 + behind) / (ln(1 + ahead) + ln(1 + behind)). Source: Rigtorp 2013; hftbacktest's `LogProbQueueFunc`.
    """

    def __call__(self, ahead: float, behind: float) -> float:
        front, back = log1p(ahead), log1p(behind)
        return back / (front + back) if front + back > 0 else 1.0


class Young:
    """Bias: who came last leaves first, the more so the larger `exponent`; 1 takes every share to be alike.

    1 - (ahead / (ahead + behind))^n. Source: hftbacktest's `PowerProbQueueFunc3`.
    """

    def __init__(self, exponent: float) -> None:
        assert exponent > 0, exponent
        self.exponent = exponent

    def __call__(self, ahead: float, behind: float) -> float:
        return 1.0 - (ahead / (ahead + behind)) ** self.exponent if ahead + behind > 0 else 1.0


EXPONENT: Final = 3.0
"""Of `power` and `young`: 2 to 3 is hftbacktest's advice for stocks."""

MODELS: Final[Mapping[str, BehindModel]] = MappingProxyType(
    {
        "risk-averse": RiskAverse(),
        "uniform": Power(1.0),
        "power": Power(EXPONENT),
        "log": Log(),
        "young": Young(EXPONENT),
    }
)
"""By the name that `queue_model` gives them."""
