"""What would have to give, and the problem in which it has given."""

import numpy as np
import pytest
from msgspec.structs import replace

from router.basket.infeasible import Conflict, ends_told, loosen
from router.basket.problem import Band, JointProblem, Measure
from router.basket.schedule import InfeasibleError, solve
from support.baskets import bare

CURRENCY = "in the currency"


def capped(**changes: object) -> JointProblem:
    """A million shares at 50, at most 300,000 a period."""
    return bare([1e6], [50.0], [2.5e-6], np.array([[0.9]]), cap=np.full((1, 5), 3e5), **changes)


def band(low: float, high: float, measure: Measure = Measure.LEFT) -> Band:
    return Band(label="all", members=np.ones(1), low=np.full(5, low), high=np.full(5, high), measure=measure)


def refused(problem: JointProblem, *, caps_give: bool = True) -> tuple[Conflict, ...]:
    with pytest.raises(InfeasibleError) as caught:
        solve(problem, caps_give=caps_give)
    return caught.value.conflicts


@pytest.mark.parametrize("caps_give", [True, False])
def test_a_loosened_problem_has_a_solution_at_the_least_that_was_needed(caps_give: bool) -> None:
    problem = capped(bands=(band(-2e7, 2e7),))

    given = refused(problem, caps_give=caps_give)
    left = solve(loosen(problem, given, room=10.0)).left

    assert [(each.bound, each.period) for each in given] == [("all (left to trade)", 1)]
    assert 50.0 * left[0, 0] == pytest.approx(3.5e7, rel=1e-6)


def test_risk_is_loosened_too() -> None:
    problem = capped(risk=np.full(5, 4e5))

    given = refused(problem)
    left = solve(loosen(problem, given, room=1.0)).left

    assert problem.day_risk(left)[0] == pytest.approx(given[0].needed, rel=1e-5)
    assert given[0].needed == pytest.approx(7e5 * 0.9**0.5, rel=1e-6)


def test_a_band_gives_before_a_cap_does() -> None:
    # 400,000 shares would have to be done in the first period, and the cap is 300,000: either could give.
    problem = capped(bands=(replace(band(2e7, np.inf, Measure.DONE), high=np.full(5, 1e9)),))

    told = refused(problem)

    assert [each.bound for each in told] == ["all (bought less sold)"]
    assert told[0].limit == 2e7
    assert told[0].needed == pytest.approx(1.5e7, rel=1e-6)


def test_what_the_finished_basket_itself_breaks_is_told() -> None:
    assert ends_told(capped(bands=(band(-1e6, 4e7, Measure.DONE),))) == (
        Conflict("all (bought less sold)", 5, 4e7, 5e7, CURRENCY),
    )


def test_bounds_that_miss_each_other_by_a_hair_are_told_too() -> None:
    told = refused(capped(bands=(band(-3.5e7 + 5.0, 3.5e7 - 5.0),)))

    assert [each.bound for each in told] == ["all (left to trade)"]
    assert told[0].needed == pytest.approx(3.5e7, rel=1e-6)
