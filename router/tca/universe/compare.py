"""Two ways of working orders, or two spans of time: the difference of their costs and how well it is known.

- `paired`: the same orders on the same seeds in two arms (common random numbers: Law, Simulation Modeling and
  Analysis, ch. 11.2), where what both share falls out of the difference; and how much narrower that made it.
- `compare_all`: several arms against one, with p-values after Holm (1979), since the best of many looks good by chance.
- `before_after`: two spans, other orders in each, plain and at like size, volatility and spread.

Knows no file, no market and no runner. Costs in basis points of the arrival mid, positive is a cost: a positive
difference says that the first is dearer.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from router.tca.estimate import (
    LEVEL,
    Difference,
    Estimate,
    bootstrap_ratio,
    difference,
    nothing,
    p_value,
    ratio,
    student,
)
from router.tca.universe.outcome import Outcome

Arm: TypeAlias = Sequence[Outcome]
COVARIATES: Final = ("root size x volatility", "half spread")
"""What an adjusted difference is taken at like values of, in basis points: sigma sqrt(Q/ADV), and spread / 2."""


class CompareError(ValueError):
    """Arms that cannot be compared; the text names the rule and the value."""


class Paired(Struct, frozen=True):
    """`first` less `second` over orders that both have. What an arm has alone is counted and left out.

    Orders of one seed share a market: they are one cluster. `unpaired` is the difference of the same orders as if the
    arms knew nothing of each other.
    """

    first: str
    second: str
    pairs: int
    only_first: int
    only_second: int
    difference: Estimate
    """With Student's interval over clusters."""
    bootstrap: Estimate
    """With the percentile interval of the bootstrap over clusters."""
    p_value: float | None
    unpaired: Estimate
    holm: float | None = None
    """`p_value` for as many comparisons as were made together; None of a single one."""

    @property
    def variance_kept(self) -> float | None:
        """Variance of the paired difference as a part of the unpaired: 0.25 is what four times the orders would give.

        Above 1, pairing did harm. None where there is no error to compare.
        """
        if self.difference.standard_error is None or not self.unpaired.standard_error:
            return None
        return (self.difference.standard_error / self.unpaired.standard_error) ** 2


def paired(
    first: Arm, second: Arm, *, names: tuple[str, str] = ("first", "second"), seed: int = 0, level: float = LEVEL
) -> Paired:
    """Compare two arms order by order; `seed` is the bootstrap's. Raises CompareError where they share no order."""
    one, other = (_by_key(arm, name) for arm, name in zip((first, second), names, strict=True))
    shared = [key for key in one if key in other]
    if not shared:
        raise CompareError(
            f"a paired comparison takes orders of one seed and pair in both arms; {names[0]} ({len(one)} orders) and "
            f"{names[1]} ({len(other)}) share none"
        )
    pairs = [(one[key], other[key]) for key in shared]
    tops, sizes = _clustered([(_cluster(a), a.cost_bps - b.cost_bps) for a, b in pairs])
    found = ratio(tops, sizes, level)
    arms = [
        ratio(*_clustered([(_cluster(each), each.cost_bps) for each in arm]), level) for arm in zip(*pairs, strict=True)
    ]
    return Paired(
        first=names[0],
        second=names[1],
        pairs=len(pairs),
        only_first=len(one) - len(pairs),
        only_second=len(other) - len(pairs),
        difference=found,
        bootstrap=bootstrap_ratio(tops, sizes, seed=seed, level=level),
        p_value=p_value(found),
        unpaired=difference(*arms).estimate,
    )


def compare_all(arms: Mapping[str, Arm], against: str, *, seed: int = 0, level: float = LEVEL) -> tuple[Paired, ...]:
    """Every other arm less `against`, in the order given, with p-values after Holm. Intervals are each for itself."""
    if against not in arms:
        raise CompareError(f"the arm to compare against must be one of {list(arms)}, it is {against}")
    found = [
        paired(arm, arms[against], names=(name, against), seed=seed, level=level)
        for name, arm in arms.items()
        if name != against
    ]
    known = holm([each.p_value for each in found if each.p_value is not None])
    adjusted = iter(known)
    return tuple(replace(each, holm=None if each.p_value is None else next(adjusted)) for each in found)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Each p-value as if the only one (Holm, Scandinavian Journal of Statistics 6, 1979), in the order given.

    The smallest of m counts m times, the next m-1 times, and none less than one before it; at most 1.
    """
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    found = [0.0] * len(p_values)
    worst = 0.0
    for rank, place in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[place]))
        found[place] = worst
    return tuple(found)


def _by_key(arm: Arm, name: str) -> dict[tuple[int | None, str], Outcome]:
    found: dict[tuple[int | None, str], Outcome] = {}
    for outcome in arm:
        key = (outcome.seed, outcome.pair or outcome.order_id)
        if key in found:
            raise CompareError(f"an arm has an order once; {name} has seed {key[0]}, pair {key[1]} twice")
        found[key] = outcome
    return found


def _cluster(outcome: Outcome) -> Hashable:
    return outcome.order_id if outcome.seed is None else outcome.seed


def _clustered(values: Iterable[tuple[Hashable, float]]) -> tuple[list[float], list[float]]:
    """Sums and sizes of clusters, in the order of their first coming."""
    held: dict[Hashable, list[float]] = {}
    for cluster, value in values:
        held.setdefault(cluster, []).append(value)
    return [math.fsum(each) for each in held.values()], [float(len(each)) for each in held.values()]


# --- before and after


class ClusterBy(StrEnum):
    """What is taken as independent."""

    ORDER = "order"
    DATE = "date"


class EventStudy(Struct, frozen=True):
    """Orders from `event` on less those before it.

    `plain` is of all (Welch), `adjusted` at like size, volatility and spread (least squares); it leaves out
    `left_out` orders that lack a figure. Neither says that the event is the cause.
    """

    event: str
    before: int
    after: int
    plain: Difference
    adjusted: Difference | None
    left_out: int = 0


def before_after(
    outcomes: Arm, event: str, *, by: ClusterBy = ClusterBy.DATE, adjust: bool = False, level: float = LEVEL
) -> EventStudy:
    """Compare the orders of dates before `event` (YYYYMMDD) with those of that date and later.

    Intervals are over clusters: by date (and seed), since orders of one day share its market, or by order. Raises
    CompareError where a side has no order.
    """
    before = [outcome for outcome in outcomes if outcome.date < event]
    after = [outcome for outcome in outcomes if outcome.date >= event]
    if not before or not after:
        raise CompareError(
            f"a comparison before and after {event} takes orders on both sides, there are {len(before)} before and "
            f"{len(after)} after"
        )
    sides = [ratio(*_clustered([(_unit(each, by), each.cost_bps) for each in side]), level) for side in (after, before)]
    usable = [each for each in outcomes if each.sigma is not None and each.spread_bps is not None]
    return EventStudy(
        event=event,
        before=len(before),
        after=len(after),
        plain=difference(*sides),
        adjusted=_adjusted(usable, event, by, level) if adjust else None,
        left_out=len(outcomes) - len(usable) if adjust else 0,
    )


def _unit(outcome: Outcome, by: ClusterBy) -> Hashable:
    if by is ClusterBy.DATE:
        # A seed is a market of its own: a study's many seeds have one date, and share no news.
        return outcome.date, outcome.seed
    return outcome.setting, outcome.order_id, outcome.seed


def _adjusted(outcomes: Arm, event: str, by: ClusterBy, level: float) -> Difference:
    """Coefficient of "after" beside `COVARIATES`, errors clustered (Liang and Zeger 1986; with orders: HC1)."""
    rows = [_row(each, after=each.date >= event) for each in outcomes]
    units = list(dict.fromkeys(_unit(each, by) for each in outcomes))
    design = np.asarray(rows).reshape(-1, 2 + len(COVARIATES))
    n, k = design.shape
    if len(units) <= k:
        return _unknown(f"{k} coefficients take more than {k} clusters, there are {len(units)}", len(units), level)
    if np.linalg.matrix_rank(design) < k:
        rule = "size, volatility and spread must vary, and not only with the event: nothing tells their effects apart"
        return _unknown(rule, len(units), level)
    costs = np.asarray([each.cost_bps for each in outcomes])
    bread = np.linalg.inv(design.T @ design)
    fitted = bread @ design.T @ costs
    scores = design * (costs - design @ fitted)[:, None]
    places = {unit: place for place, unit in enumerate(units)}
    sums: NDArray[np.float64] = np.zeros((len(units), k))
    np.add.at(sums, [places[_unit(each, by)] for each in outcomes], scores)
    few = len(units) / (len(units) - 1) * (n - 1) / (n - k)
    covariance = few * bread @ (sums.T @ sums) @ bread
    error = math.sqrt(max(float(covariance[1, 1]), 0.0))
    found = student(float(fitted[1]), error, len(units) - 1, len(units), level)
    return Difference(found, len(units) - 1, p_value(found))


def _unknown(why: str, units: int, level: float) -> Difference:
    return Difference(nothing(why, units, level), None, None)


def _row(outcome: Outcome, *, after: bool) -> tuple[float, float, float, float]:
    assert outcome.sigma is not None, outcome.order_id
    assert outcome.spread_bps is not None, outcome.order_id
    return 1.0, float(after), 10_000 * outcome.sigma * math.sqrt(outcome.q_adv), outcome.spread_bps / 2
