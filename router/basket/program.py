"""The joint schedule as a cone program for Clarabel: minimise z'Pz/2 + q'z with Az + s = b and s in cones.

z is the part of each name that is left after each period but the last, then each factor's exposure after those
periods. The factors are variables so that P and A stay sparse: with 200 names and 13 periods the covariance alone
would be 20,100 entries a period. Rows carry their bound's name and limit, so that a refusal can tell them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import clarabel
import numpy as np
import scipy.sparse as sp
from msgspec import Struct

from router.basket.names import Floats
from router.basket.problem import Band, JointProblem, Measure

RISK: Final = "risk (standard deviation over a day of what is left)"


def band_name(band: Band) -> str:
    """A band as a refusal calls it."""
    return f"{band.label} ({band.measure})"


class Row(Struct, frozen=True):
    """What a row of the program holds: a bound, its period (from 0) and limit in `unit`.

    Slack of 1 in the row moves the limit by `loosening`.
    """

    bound: str
    period: int
    limit: float
    loosening: float
    unit: str = "in the currency"
    is_cap: bool = False
    """A participation cap."""


class Block(Struct, frozen=True, eq=False):
    """Some rows `s = b - Az` in one cone. `rows` name the bounds, the first rows first; none: nothing to be blamed."""

    matrix: sp.csr_array
    right: Floats
    cone: object
    rows: tuple[Row, ...] = ()


class Program(Struct, frozen=True, eq=False):
    """The whole program; `objective_scale` currency to one unit of its objective."""

    quadratic: sp.csc_array
    linear: Floats
    blocks: tuple[Block, ...]
    objective_scale: float

    def matrices(self) -> tuple[sp.csc_array, Floats, list[object]]:
        """(A, b, cones) of all blocks."""
        stacked = sp.vstack([block.matrix for block in self.blocks], format="csc")
        return (
            sp.csc_array(stacked),
            np.concatenate([each.right for each in self.blocks]),
            [block.cone for block in self.blocks],
        )


class _Shape(Struct, frozen=True):
    """Places of the variables: u[i,k] is name i's after period k, y[f,k] factor f's."""

    names: int
    steps: int
    factors: int

    @property
    def size(self) -> int:
        return (self.names + self.factors) * self.steps

    def y(self, factor: int) -> int:
        return (self.names + factor) * self.steps


def program_of(problem: JointProblem) -> Program:
    """The program whose solution is the schedule. At least two periods: with one there is nothing to choose."""
    assert problem.periods > 1, problem.periods
    shape = _Shape(problem.names, problem.periods - 1, problem.loadings.shape[1])
    money = float(np.abs(problem.value) @ problem.shares)
    quadratic, linear = _objective(problem, shape, money)
    scale = float(quadratic.diagonal().mean())
    blocks = [*_factors(problem, shape, money), *_trades(problem, shape), *_bands(problem, shape, money)]
    if problem.risk is not None:
        blocks += _risk(problem, shape, money)
    return Program(sp.csc_array(sp.triu(quadratic / scale)), linear / scale, tuple(blocks), scale)


def left_of(problem: JointProblem, z: Floats) -> Floats:
    """(names, periods) shares left after each period: within 0 and the order, never rising, nothing at the end."""
    parts = z[: problem.names * (problem.periods - 1)].reshape(problem.names, -1)
    falling = np.minimum.accumulate(np.clip(parts, 0.0, 1.0), axis=1)
    return np.hstack([falling, np.zeros((problem.names, 1))]) * problem.shares[:, None]


def _steps(steps: int) -> tuple[sp.csr_array, Floats]:
    """Trades as parts of the order, `first + D u`: D is (periods, steps)."""
    difference = sp.diags_array([[-1.0] * steps, [1.0] * steps], offsets=[0, -1], shape=(steps + 1, steps))
    first = np.zeros(steps + 1)
    first[0] = 1.0
    return sp.csr_array(difference), first


def _objective(problem: JointProblem, shape: _Shape, money: float) -> tuple[sp.csc_array, Floats]:
    difference, first = _steps(shape.steps)
    per_part = problem.quadratic * problem.shares[:, None] ** 2
    waiting = problem.risk_aversion * problem.specific_variance * (problem.value * problem.shares)[:, None] ** 2
    parts: list[sp.csc_array] = []
    linear: list[Floats] = []
    for place in range(shape.names):
        weights = sp.diags_array(per_part[place])
        impact = difference.T @ weights @ difference
        parts.append(sp.csc_array(2 * (impact + sp.diags_array(waiting[place, :-1]))))
        linear.append(2 * (difference.T @ (per_part[place] * first)))
    factor = 2 * problem.risk_aversion * money**2 * problem.days[:-1]
    parts += [sp.csc_array(sp.diags_array(factor))] * shape.factors
    linear += [np.zeros(shape.steps)] * shape.factors
    return sp.csc_array(sp.block_diag(parts, format="csc")), np.concatenate(linear)


def _factors(problem: JointProblem, shape: _Shape, money: float) -> Iterator[Block]:
    """Exposure of what is left: y[f,k] = sum loading value shares u[i,k] / money."""
    if not shape.factors:
        return
    weights = problem.loadings * (problem.value * problem.shares)[:, None] / money
    matrix = sp.kron(sp.hstack([sp.csr_array(weights.T), -sp.eye_array(shape.factors)]), sp.eye_array(shape.steps))
    rows = shape.factors * shape.steps
    yield Block(sp.csr_array(matrix), np.zeros(rows), clarabel.ZeroConeT(rows))


def _trades(problem: JointProblem, shape: _Shape) -> Iterator[Block]:
    """No trade against the order's side, none above its cap."""
    difference, first = _steps(shape.steps)
    every = sp.kron(sp.eye_array(shape.names), difference, format="csr")
    wide = sp.csr_array((every.shape[0], shape.factors * shape.steps))
    trades = sp.csr_array(sp.hstack([every, wide]))
    offset = np.tile(first, shape.names)
    yield Block(-trades, offset, clarabel.NonnegativeConeT(len(offset)))
    part = (problem.cap / problem.shares[:, None]).ravel()
    (capped,) = np.nonzero(np.isfinite(part))
    if len(capped):
        rows = tuple(_cap_row(problem, *divmod(int(each), problem.periods)) for each in capped)
        yield Block(sp.csr_array(trades[capped]), (part - offset)[capped], clarabel.NonnegativeConeT(len(capped)), rows)


def _cap_row(problem: JointProblem, name: int, period: int) -> Row:
    limit, shares = float(problem.cap[name, period]), float(problem.shares[name])
    return Row(f"participation of {problem.symbols[name]}", period, limit, shares, "shares", is_cap=True)


def _bands(problem: JointProblem, shape: _Shape, money: float) -> Iterator[Block]:
    for band in problem.bands:
        weights = band.members * problem.value * problem.shares / money
        matrix = sp.kron(sp.csr_array(weights[None, :]), sp.eye_array(shape.steps))
        after = sp.csr_array(sp.hstack([matrix, sp.csr_array((shape.steps, shape.factors * shape.steps))]))
        # What is done is what there was to do, less what is left.
        done = band.measure is Measure.DONE
        offset = band.base / money + float(weights.sum()) if done else 0.0
        signed = -after if done else after
        for sign, limits in ((1, band.high), (-1, band.low)):
            (kept,) = np.nonzero(np.isfinite(limits[:-1]))
            if len(kept):
                yield Block(
                    sp.csr_array(sign * signed[kept]),
                    sign * (limits[kept] / money - offset),
                    clarabel.NonnegativeConeT(len(kept)),
                    tuple(Row(band_name(band), int(each), float(limits[each]), sign * money) for each in kept),
                )


def _risk(problem: JointProblem, shape: _Shape, money: float) -> Iterator[Block]:
    """|(y, sqrt(specific) w)| <= limit after each period: a second-order cone each."""
    assert problem.risk is not None
    specific = np.sqrt(problem.specific) * np.abs(problem.value) * problem.shares / money
    diagonal = np.concatenate([specific, np.ones(shape.factors)])
    for step in np.nonzero(np.isfinite(problem.risk[:-1]))[0]:
        columns = np.arange(shape.names + shape.factors) * shape.steps + step
        size = len(diagonal) + 1
        matrix = sp.csr_array((-diagonal, (np.arange(1, size), columns)), shape=(size, shape.size))
        right = np.zeros(size)
        right[0] = problem.risk[step] / money
        row = Row(RISK, int(step), float(problem.risk[step]), money)
        yield Block(matrix, right, clarabel.SecondOrderConeT(size), (row,))
