"""An order among its like: its percentile in a universe of past orders, means that few orders tell, and z.

The universe is cut by size, participation, volatility and spread. Knows no file and no market. Costs in basis points,
positive is a cost, so a low percentile is a cheap order.

Which are its like: the orders of its own bucket; where these are fewer than `least`, those of every bucket up to one
step away in all (one dimension by one), then two, and so on until there are enough. `steps` says how far it went.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import Struct

from router.tca.estimate import LEVEL, Estimate, mean, nothing, share, variance
from router.tca.universe.outcome import Outcome

LEAST: Final = 20
"""Of so many orders the middle one's percentile is known to about a fifth on either side."""
_GROUPS_LEAST: Final = 4


class PeersError(ValueError):
    """A universe that says nothing of an order; the text names the rule, the limit and the value."""


class Cut(Struct, frozen=True):
    """Borders between buckets, rising; a figure at a border is in the upper one.

    Defaults: size as a part of ADV (the desk's 0.1, 1, 5, 10, 25 %), participation, daily volatility, spread in bps.
    """

    q_adv: tuple[float, ...] = (0.001, 0.01, 0.05, 0.10, 0.25)
    pov: tuple[float, ...] = (0.05, 0.10, 0.20)
    sigma: tuple[float, ...] = (0.01, 0.02, 0.03)
    spread_bps: tuple[float, ...] = (2.0, 5.0, 10.0, 20.0)

    def bucket(self, outcome: Outcome) -> tuple[int | None, ...]:
        """The order's place in each dimension; None where its figure is not known."""
        return tuple(
            None if (figure := getattr(outcome, name)) is None else bisect_right(getattr(self, name), figure)
            for name in self.__struct_fields__
        )

    def words(self, bucket: Sequence[int | None]) -> str:
        """A bucket as a person reads it: "q_adv 0.01 to 0.05, pov below 0.05"; unknown dimensions are left out."""
        named = zip(self.__struct_fields__, bucket, strict=True)
        return ", ".join(f"{name} {_range(getattr(self, name), place)}" for name, place in named if place is not None)


def _range(borders: Sequence[float], place: int) -> str:
    if place == 0:
        return f"below {borders[0]:g}"
    return f"from {borders[-1]:g}" if place == len(borders) else f"{borders[place - 1]:g} to {borders[place]:g}"


class Rank(Struct, frozen=True):
    """One order among its like. `percentile` is from 0 (the cheapest) to 1, with the interval of a share."""

    order_id: str
    bucket: str
    steps: int
    """How many buckets away its like were taken from, at most; 0: of its own bucket alone."""
    peers: int
    percentile: Estimate
    peer_mean: Estimate
    peer_median: float
    z: float | None
    """Cost less pre-trade estimate in units of timing risk."""
    z_note: str = ""


class Universe:
    """Past orders by bucket. An order is never its own peer, and what lacks a dimension is nobody's."""

    def __init__(self, outcomes: Iterable[Outcome], cut: Cut | None = None) -> None:
        self.cut = cut or Cut()
        self._buckets: dict[tuple[int, ...], list[Outcome]] = {}
        self.left_out = 0
        """Past orders that lack a dimension."""
        for outcome in outcomes:
            bucket = tuple(place for place in self.cut.bucket(outcome) if place is not None)
            if len(bucket) < len(self.cut.__struct_fields__):
                self.left_out += 1
            else:
                self._buckets.setdefault(bucket, []).append(outcome)

    def __len__(self) -> int:
        return sum(len(held) for held in self._buckets.values())

    def like(self, outcome: Outcome, least: int = LEAST) -> tuple[int, tuple[Outcome, ...]]:
        """Its peers and how many steps away they were sought. A dimension that it lacks does not count.

        Raises PeersError where the whole universe has fewer than `least`.
        """
        place = self.cut.bucket(outcome)
        by_steps: dict[int, list[tuple[int, ...]]] = {}
        for bucket in sorted(self._buckets):
            by_steps.setdefault(_steps(place, bucket), []).append(bucket)
        found: list[Outcome] = []
        for steps in sorted(by_steps):
            near = (each for bucket in by_steps[steps] for each in self._buckets[bucket])
            found += (each for each in near if not _same(each, outcome))
            if len(found) >= least:
                return steps, tuple(found)
        raise PeersError(
            f"a percentile takes at least {least} past orders with all dimensions, there are {len(found)}"
            + (f" and {self.left_out} that lack one" if self.left_out else "")
        )

    def rank(self, outcome: Outcome, least: int = LEAST, level: float = LEVEL) -> Rank:
        """Where an order stands among its like; equals count half. Raises PeersError as `like`."""
        steps, peers = self.like(outcome, least)
        costs = [peer.cost_bps for peer in peers]
        below = sum(1.0 if cost < outcome.cost_bps else 0.5 if cost == outcome.cost_bps else 0.0 for cost in costs)
        return Rank(
            order_id=outcome.order_id,
            bucket=self.cut.words(self.cut.bucket(outcome)),
            steps=steps,
            peers=len(peers),
            percentile=share(below, len(peers), level),
            peer_mean=mean(costs, level),
            peer_median=statistics.median(costs),
            z=outcome.z,
            z_note=_z_note(outcome),
        )


def _same(one: Outcome, other: Outcome) -> bool:
    return (one.order_id, one.setting, one.seed) == (other.order_id, other.setting, other.seed)


def _steps(place: Sequence[int | None], bucket: Sequence[int]) -> int:
    return sum(abs(mine - theirs) for mine, theirs in zip(place, bucket, strict=True) if mine is not None)


def _z_note(outcome: Outcome) -> str:
    if outcome.estimate_bps is None:
        return "no pre-trade estimate"
    if outcome.timing_risk_bps is None:
        return "no pre-trade timing risk"
    return "" if outcome.timing_risk_bps else "the pre-trade timing risk is 0"


def z_scores(outcomes: Iterable[Outcome], level: float = LEVEL) -> tuple[Estimate, float | None]:
    """Mean of z with its interval, and its standard deviation: 0 and 1 where estimate and risk are right."""
    found = [outcome.z for outcome in outcomes if outcome.z is not None]
    if not found:
        return nothing("no order with an estimate and a timing risk", 0, level), None
    return mean(found, level), math.sqrt(variance(found)) if len(found) > 1 else None


# --- means of few


class Shrunk(Struct, frozen=True):
    """A group's mean, and where it is believed to be: `toward` x the grand mean and the rest its own.

    `toward` is from 0 to 1; None where nothing was shrunk, and `note` says why.
    """

    name: str
    n: int
    mean: float
    shrunk: float
    toward: float | None
    note: str = ""


class GroupMean(Struct, frozen=True):
    """The plain mean of `n` observations."""

    name: str
    n: int
    mean: float


def shrink_groups(outcomes: Iterable[Outcome], key: Callable[[Outcome], str]) -> tuple[Shrunk, ...]:
    """Mean costs by `key` (algorithm, symbol, bucket), each drawn to the mean of all as far as its few orders ask.

    One variance within groups is taken for all: of a small group its own is known worse than that.
    """
    costs: dict[str, list[float]] = {}
    for outcome in outcomes:
        costs.setdefault(key(outcome), []).append(outcome.cost_bps)
    groups = [GroupMean(name, len(held), statistics.fmean(held)) for name, held in costs.items()]
    freedom = sum(len(held) - 1 for held in costs.values())
    if not freedom:
        return _as_they_are(groups, "no group has two orders: what varies within one is not known")
    within = math.fsum(variance(held) * (len(held) - 1) for held in costs.values() if len(held) > 1) / freedom
    return shrink(groups, within)


def shrink(groups: Sequence[GroupMean], within: float) -> tuple[Shrunk, ...]:
    """Empirical Bayes estimates of the groups' means, in the order given; `within` is the variance of one observation.

    With v_j = within / n_j, and the variance T between groups by the method of moments (DerSimonian and Laird 1986),

        shrunk_j = B_j m + (1 - B_j) mean_j,  B_j = (k-3)/(k-1) v_j / (v_j + T),

    m the mean weighted by 1 / (v_j + T). The factor is Morris's (JASA 78, 1983) for m and T being estimated; with equal
    n_j it is the estimator of James and Stein toward the mean (Efron and Morris, JASA 70, 1975). It takes four groups.
    """
    k = len(groups)
    if k < _GROUPS_LEAST:
        return _as_they_are(groups, f"shrinking takes {_GROUPS_LEAST} groups, there are {k}")
    if not within > 0:
        return _as_they_are(groups, "nothing varies within groups")
    variances = [within / group.n for group in groups]
    between = _between(groups, variances)
    centre = _weighted(groups, [1 / (own + between) for own in variances])
    toward = [(k - 3) / (k - 1) * own / (own + between) for own in variances]
    return tuple(
        Shrunk(group.name, group.n, group.mean, pull * centre + (1 - pull) * group.mean, pull)
        for group, pull in zip(groups, toward, strict=True)
    )


def _as_they_are(groups: Sequence[GroupMean], note: str) -> tuple[Shrunk, ...]:
    return tuple(Shrunk(group.name, group.n, group.mean, group.mean, None, note) for group in groups)


def _weighted(groups: Sequence[GroupMean], weights: Sequence[float]) -> float:
    return math.fsum(weight * group.mean for weight, group in zip(weights, groups, strict=True)) / math.fsum(weights)


def _between(groups: Sequence[GroupMean], variances: Sequence[float]) -> float:
    """Variance of the true means, never below 0."""
    weights = [1 / own for own in variances]
    centre = _weighted(groups, weights)
    q = math.fsum(weight * (group.mean - centre) ** 2 for weight, group in zip(weights, groups, strict=True))
    total = math.fsum(weights)
    return max(0.0, (q - (len(groups) - 1)) / (total - math.fsum(weight**2 for weight in weights) / total))
