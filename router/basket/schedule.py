"""The joint schedule solved: the one optimum of a convex program, or the bounds that cannot all be met.

Clarabel (Goulart and Chen 2024), one thread, the same steps each time. Whether what it gives is the optimum is not
taken from it: `residuals` reckons the Karush-Kuhn-Tucker conditions anew. Knows no lot and no clock.
"""

from __future__ import annotations

from typing import Any, Final

import clarabel
import numpy as np
import scipy.sparse as sp
from msgspec import Struct

from router.basket.infeasible import Conflict, conflicts, least_loosening
from router.basket.names import BasketError, Floats
from router.basket.problem import JointProblem
from router.basket.program import Program, left_of, program_of

_INFEASIBLE: Final = (clarabel.SolverStatus.PrimalInfeasible, clarabel.SolverStatus.AlmostPrimalInfeasible)
_TOLERANCES: Final = (1e-14, 1e-12, 1e-10)
"""Asked of the solver one after the other until it answers. The first is more than it can always give, and then it goes
back a long way; the last leaves the small end of a steep trajectory off by a hundredth of a per cent of the order."""
RESIDUAL_MAX: Final = 1e-6
"""Of the scaled program (parts of an order, parts of the basket's worth). A solution above it is refused."""


class InfeasibleError(BasketError):
    """No schedule meets every bound. `conflicts`: the least loosening that would give one, bound by bound."""

    def __init__(self, found: tuple[Conflict, ...]) -> None:
        super().__init__(
            "no schedule meets every bound; the least that would have to give: " + "; ".join(c.text for c in found)
        )
        self.conflicts = found


class Residuals(Struct, frozen=True):
    """How far a point is from the optimum's conditions, each the largest absolute value in the scaled program."""

    stationarity: float
    primal: float
    complementarity: float

    @property
    def worst(self) -> float:
        return max(self.stationarity, self.primal, self.complementarity)


class Schedule(Struct, frozen=True, eq=False):
    """`left` (names, periods): shares left after each period. `trades`: shares in each."""

    left: Floats
    trades: Floats
    residuals: Residuals
    iterations: int


def solve(problem: JointProblem, *, caps_give: bool = True) -> Schedule:
    """The schedule of least cost and risk. Raises `BasketError`; `InfeasibleError` where bounds exclude each other.

    `caps_give`: whether participation caps are among the bounds that may be told as those that would have to give.
    """
    problem.check()
    if problem.periods == 1:
        nothing = np.zeros((problem.names, 1))
        return Schedule(nothing, problem.trades(nothing), Residuals(0.0, 0.0, 0.0), 0)
    program = program_of(problem)
    solution = run(program)
    if solution.status in _INFEASIBLE:
        raise InfeasibleError(conflicts(program, np.array(solution.z), caps_give=caps_give))
    z = np.array(solution.x)
    found = residuals(program, z, np.array(solution.z))
    if not found.worst < RESIDUAL_MAX:
        # Bounds that miss each other by less than the solver resolves: neither an optimum nor a certificate.
        if loosening := least_loosening(program, caps_give=caps_give):
            raise InfeasibleError(loosening)
        raise BasketError(f"schedule: the solver stopped at {solution.status} with residuals {found}")
    left = left_of(problem, z)
    return Schedule(left, problem.trades(left), found, solution.iterations)


def residuals(program: Program, z: Floats, dual: Floats) -> Residuals:
    """The Karush-Kuhn-Tucker conditions at `z`: Pz + q + A'y = 0, b - Az in the cones, and y's part in them nothing."""
    matrix, right, _ = program.matrices()
    whole = program.quadratic + sp.triu(program.quadratic, 1).T
    slack = right - matrix @ z
    stationarity = whole @ z + program.linear + matrix.T @ dual
    primal = 0.0
    complementarity = 0.0
    place = 0
    for block in program.blocks:
        end = place + len(block.right)
        primal = max(primal, _outside(block.cone, slack[place:end]))
        if not isinstance(block.cone, clarabel.ZeroConeT):
            complementarity = max(complementarity, abs(float(slack[place:end] @ dual[place:end])))
            primal = max(primal, _outside(block.cone, dual[place:end]))
        place = end
    return Residuals(float(np.abs(stationarity).max()), primal, complementarity)


def _outside(cone: object, point: Floats) -> float:
    """How far `point` is outside of its cone."""
    if isinstance(cone, clarabel.ZeroConeT):
        return float(np.abs(point).max())
    if isinstance(cone, clarabel.SecondOrderConeT):
        return max(0.0, float(np.linalg.norm(point[1:]) - point[0]))
    return max(0.0, float(-point.min()))


def run(program: Program) -> Any:  # noqa: ANN401 - Clarabel is published without types
    """Clarabel's answer at the finest tolerance at which it has one; the coarsest's, where it never says "solved"."""
    matrix, right, cones = program.matrices()
    quadratic, constraints = sp.csc_matrix(program.quadratic), sp.csc_matrix(matrix)
    for tolerance in _TOLERANCES:
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.max_threads = 1
        settings.direct_solve_method = "qdldl"
        settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = tolerance
        answer = clarabel.DefaultSolver(quadratic, program.linear, constraints, right, cones, settings).solve()
        if answer.status in (clarabel.SolverStatus.Solved, *_INFEASIBLE):
            break
    return answer
