"""How good the estimates of queue places and of fills are: figures from what a probe recorded.

Errors are estimate less truth, in shares or as a part of the level's displayed quantity; every sample weighs alike.
Forecasts are judged by the Brier score (mean squared difference of chance and outcome; Brier 1950) and in deciles of
the chance, each with the binomial interval of what was observed (Wilson 1927, 95 %). Bets on one order follow each
other and do not overlap, so that they are nearly independent. Knows no market, no file and no page.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Final, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from router.core.types import SECOND
from router.tca.queues.places import Bet, Recording

Numbers: TypeAlias = NDArray[np.float64]

ALL: Final = "all markets"
DECILES: Final = 10
Z: Final = 1.959964
"""Standard normal quantile of a two-sided 95 % interval."""


class PlaceError(Struct, frozen=True):
    """One model's error. `bias`, `mean_abs` in shares; `of_level` the mean absolute error as a part of its level.

    `rank` is Spearman's correlation of estimates and truth, None where either never changes.
    """

    model: str
    bias: float
    mean_abs: float
    of_level: float
    rank: float | None


class Group(Struct, frozen=True):
    """Bets of about one predicted chance: mean `predicted`, part `observed` and its 95 % interval `low` to `high`."""

    bets: int
    predicted: float
    observed: float
    low: float
    high: float


class Forecast(Struct, frozen=True):
    """One forecast of one horizon. `climate` is the Brier score of always saying the observed part.

    `off` is the mean distance of predicted and observed over the deciles, by bets (expected calibration error).
    """

    name: str
    brier: float
    climate: float
    off: float
    deciles: tuple[Group, ...]


class Horizon(Struct, frozen=True):
    """All forecasts of the bets on one horizon. `lost` bets were cancelled before they were decided."""

    seconds: float
    bets: int
    lost: int
    filled: float
    forecasts: tuple[Forecast, ...]


class Calibration(Struct, frozen=True):
    """The figures of one market, or of all together. `mean_ahead` and `mean_shown` in shares."""

    market: str
    chosen: str
    orders: int
    traded: int
    """Orders that traded at all."""
    samples: int
    mean_ahead: float
    mean_shown: float
    errors: tuple[PlaceError, ...]
    horizons: tuple[Horizon, ...]


def calibrate(*recordings: Recording) -> Calibration:
    """The figures of one market, or of several as one; those must have the same models and forecasts.

    ValueError where nothing rested in any of them.
    """
    first = recordings[0]
    for each in recordings:
        assert (each.models, each.forecasts) == (first.models, first.forecasts), (each.market, first.market)
    samples = [sample for each in recordings for sample in each.samples]
    if not samples:
        raise ValueError(
            f"{', '.join(each.market for each in recordings)}: no order rested, so there is nothing to say"
        )
    ahead = np.array([sample.ahead for sample in samples], float)
    shown = np.array([sample.shown for sample in samples], float)
    estimates = np.array([sample.estimates for sample in samples], float)
    orders = [order for each in recordings for order in each.orders]
    return Calibration(
        market=first.market if len(recordings) == 1 else ALL,
        chosen=first.chosen,
        orders=len(orders),
        traded=sum(order.filled > 0 for order in orders),
        samples=len(samples),
        mean_ahead=float(ahead.mean()),
        mean_shown=float(shown.mean()),
        errors=tuple(_error(model, estimates[:, number], ahead, shown) for number, model in enumerate(first.models)),
        horizons=_horizons(first.forecasts, [bet for each in recordings for bet in each.bets]),
    )


def best_model(calibrations: Sequence[Calibration]) -> tuple[str, float]:
    """The model whose mean absolute error as a part of the level is least, each market weighing alike; and that error.

    The level's part, because a hundred shares wrong in two hundred is a place lost and in ten thousand nothing; each
    market alike, because the one with the most events is not the one that matters most.
    """
    scores = {
        error.model: sum(each.errors[number].of_level for each in calibrations) / len(calibrations)
        for number, error in enumerate(calibrations[0].errors)
    }
    best = min(scores, key=lambda model: scores[model])
    return best, scores[best]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a part of which `hits` were observed in `of` (Wilson 1927), `of` above 0."""
    part, spread = hits / of, Z * Z / of
    centre = (part + spread / 2) / (1 + spread)
    half = Z * sqrt(part * (1 - part) / of + spread / of / 4) / (1 + spread)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def spearman(first: Numbers, second: Numbers) -> float | None:
    """Rank correlation, ties at their mean rank; None where one of the two is constant or empty."""
    if not len(first) or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(_ranks(first), _ranks(second))[0, 1])


def judge(name: str, chances: Numbers, outcomes: Numbers) -> Forecast:
    """One forecast's score and deciles; at least one bet."""
    groups = tuple(_groups(chances, outcomes))
    base = float(outcomes.mean())
    return Forecast(
        name=name,
        brier=float(((chances - outcomes) ** 2).mean()),
        climate=base * (1.0 - base),
        off=sum(abs(group.predicted - group.observed) * group.bets for group in groups) / len(chances),
        deciles=groups,
    )


# --- inside


def _error(model: str, estimates: Numbers, ahead: Numbers, shown: Numbers) -> PlaceError:
    errors = estimates - ahead
    # A level that the feed no longer shows is taken as one share: the order was filled, and the word is under way.
    parts = np.abs(errors) / np.maximum(shown, 1.0)
    return PlaceError(
        model=model,
        bias=float(errors.mean()),
        mean_abs=float(np.abs(errors).mean()),
        of_level=float(parts.mean()),
        rank=spearman(estimates, ahead),
    )


def _ranks(values: Numbers) -> Numbers:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: Numbers = last - (counts - 1) / 2.0
    return means[inverse]


def _horizons(names: Sequence[str], bets: Sequence[Bet]) -> tuple[Horizon, ...]:
    horizons = sorted({bet.horizon_ns for bet in bets})
    return tuple(_horizon(names, ns / SECOND, [bet for bet in bets if bet.horizon_ns == ns]) for ns in horizons)


def _horizon(names: Sequence[str], seconds: float, bets: Sequence[Bet]) -> Horizon:
    decided = [bet for bet in bets if bet.filled is not None]
    outcomes = np.array([bet.filled for bet in decided], float)
    chances = np.array([bet.chances for bet in decided], float)
    forecasts = (judge(name, chances[:, number], outcomes) for number, name in enumerate(names)) if decided else ()
    return Horizon(
        seconds=seconds,
        bets=len(bets),
        lost=len(bets) - len(decided),
        filled=float(outcomes.mean()) if decided else 0.0,
        forecasts=tuple(forecasts),
    )


def _groups(chances: Numbers, outcomes: Numbers) -> list[Group]:
    """Tenths of the bets by their chance; bets of the very same chance may be parted."""
    order = np.argsort(chances, kind="stable")
    groups = []
    for part in np.array_split(order, DECILES):
        if len(part):
            hits = int(outcomes[part].sum())
            low, high = wilson(hits, len(part))
            groups.append(Group(len(part), float(chances[part].mean()), hits / len(part), low, high))
    return groups
