"""Which bounds exclude each other, and by how much: from the solver's certificate, and the least loosening.

A certificate of infeasibility (Farkas) names rows that together admit nothing. Each bound that it names is given
slack, and the sum of slacks, in parts of the basket, is minimised: what stays above zero is what would have to give.
There may be other ways; this is the cheapest in currency. Knows no schedule.
"""

from __future__ import annotations

from typing import Final

import clarabel
import numpy as np
import scipy.sparse as sp
from msgspec import Struct
from msgspec.structs import replace

from router.basket.names import BasketError, Floats
from router.basket.problem import JointProblem
from router.basket.program import RISK, Program, Row, band_name

_NAMED: Final = 1e-6
"""Of the certificate's largest entry: below it a row takes no part."""
_GIVES: Final = 1e-6
"""Slack below this part of the basket (of the order, for a cap) is the solver's noise."""


_RESOLVED: Final = 1e-8
"""Slack below this is none: what the solver resolves."""
_CAP_PRICE: Final = 10.0
"""What a participation cap gives costs so many times what a band gives: it is the client's word on each name."""
_TIE: Final = 1e-4
"""Of two ways that cost the same, the one whose bounds come first; an interior point would mix them."""


class Conflict(Struct, frozen=True):
    """A bound that would have to give: in `period` (from 1) its `limit` would have to be `needed`."""

    bound: str
    period: int
    limit: float
    needed: float
    unit: str

    @property
    def text(self) -> str:
        return f"{self.bound}, period {self.period}: limit {self.limit:,.0f} {self.unit}, needs {self.needed:,.0f}"


class _Place(Struct, frozen=True):
    """A row of the stacked program that a bound can be blamed for."""

    place: int
    row: Row


def conflicts(program: Program, certificate: Floats, *, caps_give: bool = True) -> tuple[Conflict, ...]:
    """The least loosening of the bounds that the certificate names; of all bounds, where that is not enough.

    Participation caps are among them if `caps_give`.
    """
    weight = np.abs(certificate)
    every = tuple(each for each in _places(program) if caps_give or not each.row.is_cap)
    named = tuple(each for each in every if weight[each.place] > _NAMED * weight.max())
    found = _loosened(program, named) or _loosened(program, every)
    if not found:
        raise BasketError("schedule: the solver finds no schedule, and no bound to blame")
    return found


def least_loosening(program: Program, *, caps_give: bool) -> tuple[Conflict, ...]:
    """The least loosening of all bounds without a certificate; nothing where none is needed, or helps."""
    return _loosened(program, tuple(each for each in _places(program) if caps_give or not each.row.is_cap))


def _places(program: Program) -> tuple[_Place, ...]:
    # A second-order cone's bound is its first row; a linear cone's rows are bounds each.
    starts = np.cumsum([0, *(len(block.right) for block in program.blocks)])
    return tuple(
        _Place(int(start) + number, row)
        for start, block in zip(starts, program.blocks, strict=False)
        for number, row in enumerate(block.rows)
    )


def _loosened(program: Program, places: tuple[_Place, ...]) -> tuple[Conflict, ...]:
    """Minimise the sum of t >= 0 with b + t in the rows of `places`. Nothing where that has no solution either."""
    if not places:
        return ()
    matrix, right, cones = program.matrices()
    count, variables = len(places), matrix.shape[1]
    slack = sp.csc_array((-np.ones(count), ([each.place for each in places], range(count))), (len(right), count))
    below = sp.hstack([sp.csc_array((count, variables)), -sp.eye_array(count)])
    constraints = sp.vstack([sp.hstack([matrix, slack]), below])
    prices = [(_CAP_PRICE if each.row.is_cap else 1.0) * (1 + _TIE * number) for number, each in enumerate(places)]
    cost = np.concatenate([np.zeros(variables), prices])
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    solution = clarabel.DefaultSolver(
        sp.csc_matrix((len(cost), len(cost))),
        cost,
        sp.csc_matrix(constraints),
        np.concatenate([right, np.zeros(count)]),
        [*cones, clarabel.NonnegativeConeT(count)],
        settings,
    ).solve()
    if solution.status not in {clarabel.SolverStatus.Solved, clarabel.SolverStatus.AlmostSolved}:
        return ()
    gives = np.array(solution.x)[variables:]
    # Bounds may miss each other by less than the noise: then the one that gives most is told.
    most = float(gives.max())
    if most < _RESOLVED:
        return ()
    least = min(_GIVES, most / 2)
    return tuple(
        Conflict(
            each.row.bound,
            each.row.period + 1,
            each.row.limit,
            each.row.limit + each.row.loosening * float(gives[number]),
            each.row.unit,
        )
        for number, each in enumerate(places)
        if gives[number] > least
    )


def ends_told(problem: JointProblem) -> tuple[Conflict, ...]:
    """The bands whose last limit the finished basket itself breaks: no schedule helps, only another limit."""
    found = []
    for band, end in zip(problem.bands, problem.ends(), strict=True):
        if not band.low[-1] <= end <= band.high[-1]:
            limit = float(band.high[-1] if end > band.high[-1] else band.low[-1])
            found.append(Conflict(band_name(band), problem.periods, limit, end, "in the currency"))
    return tuple(found)


def loosen(problem: JointProblem, given: tuple[Conflict, ...], room: float) -> JointProblem:
    """The problem with these bands' and risk's limits at what they need, and `room` (currency) more to round in."""
    bands = list(problem.bands)
    risk = None if problem.risk is None else problem.risk.copy()
    for each in given:
        period = each.period - 1
        to = each.needed + (room if each.needed > each.limit else -room)
        for place, band in enumerate(bands):
            if each.bound == band_name(band):
                high, low = band.high.copy(), band.low.copy()
                (high if each.needed > each.limit else low)[period] = to
                bands[place] = replace(band, high=high, low=low)
        if each.bound == RISK and risk is not None:
            risk[period] = to
    return replace(problem, bands=tuple(bands), risk=risk)
