"""The joint schedule against Almgren and Chriss (2000) in closed form, and against the optimum's own conditions."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from router.basket import almgren_chriss
from router.basket.names import BasketError, Floats
from router.basket.problem import Band, JointProblem, Measure
from router.basket.program import program_of
from router.basket.schedule import InfeasibleError, residuals, run, solve
from support.baskets import bare


def two_names(correlation: float = 0.5) -> Floats:
    sigma = np.array([0.95, 1.9])
    covariance: Floats = np.outer(sigma, sigma) * np.array([[1.0, correlation], [correlation, 1.0]])
    return covariance


def band(limit: float, *, members: list[float], measure: Measure = Measure.LEFT, label: str = "imbalance") -> Band:
    return Band(label=label, members=np.array(members), low=np.full(5, -limit), high=np.full(5, limit), measure=measure)


@pytest.mark.parametrize("risk_aversion", [0.0, 1e-7, 2e-6, 1e-4])
def test_one_name_is_the_trajectory_of_almgren_and_chriss(risk_aversion: float) -> None:
    sigma, eta, gamma = 0.95, 2.5e-6, 2.5e-7
    problem = bare(
        [1e6], [-50.0], [eta], np.array([[sigma**2]]), permanent=np.array([gamma]), risk_aversion=risk_aversion
    )

    left = solve(problem).left[0]

    rate = almgren_chriss.kappa(risk_aversion, sigma, eta - gamma / 2, 1.0)
    assert np.abs(left - almgren_chriss.trajectory(1e6, rate, 1.0, 5)[1:]).max() < 1e-6 * 1e6


@pytest.mark.parametrize(("sides", "correlation"), [((1, 1), 0.3), ((-1, 1), 0.3), ((-1, -1), -0.2), ((1, 1), 0.0)])
def test_two_names_without_bounds_are_the_closed_form_of_the_papers_appendix(
    sides: tuple[int, int], correlation: float
) -> None:
    shares, eta, covariance = [1e6, 5e5], [2.5e-6, 5e-6], two_names(correlation)
    problem = bare(shares, [sides[0] * 50.0, sides[1] * 100.0], eta, covariance)

    left = solve(problem).left

    signed = almgren_chriss.portfolio(
        np.array(shares) * sides, np.array(eta), covariance, risk_aversion=1e-6, tau=1.0, periods=5
    )
    expected = np.abs(signed[:, 1:])
    assert (np.diff(np.abs(signed), axis=1) <= 0).all(), "the case must be one in which no name changes its side"
    assert np.abs(left - expected).max() < 1e-6 * 1e6


def test_what_the_solver_gives_meets_the_conditions_and_another_point_does_not() -> None:
    problem = bare([1e6, 5e5], [50.0, -100.0], [2.5e-6, 5e-6], two_names(), bands=(band(1e7, members=[1, 1]),))
    program = program_of(problem)
    solution = run(program)
    z, dual = np.array(solution.x), np.array(solution.z)

    found = residuals(program, z, dual)
    moved = residuals(program, z + 1e-3, dual)

    assert found.worst < 1e-8
    assert moved.worst > 1e-4


def test_a_schedule_solved_again_from_a_later_period_is_the_tail_of_the_first() -> None:
    problem = bare([1e6, 5e5], [50.0, -100.0], [2.5e-6, 5e-6], two_names(), bands=(band(1e6, members=[1, 1]),))
    whole = solve(problem)

    later = solve(
        replace(
            problem,
            shares=whole.left[:, 1],
            temporary=problem.temporary[:, 2:],
            days=problem.days[2:],
            cap=problem.cap[:, 2:],
            bands=tuple(replace(each, low=each.low[2:], high=each.high[2:]) for each in problem.bands),
        )
    )

    assert np.abs(later.left - whole.left[:, 2:]).max() < 1e-6 * 1e6


def test_bands_caps_and_risk_hold_and_bind() -> None:
    free = bare([1e6, 5e5], [50.0, -100.0], [2.5e-6, 5e-6], two_names())
    problem = replace(
        free,
        cap=np.full((2, 5), 4e5),
        bands=(band(1e6, members=[1, 1]), band(3e7, members=[1, 0], label="sector a")),
        risk=np.full(5, 9e5),
    )

    left = solve(problem).left

    assert (problem.trades(left) <= 4e5 * (1 + 1e-6)).all()
    imbalance = np.abs(problem.bands[0].values(problem.value, problem.shares, left))
    assert imbalance.max() == pytest.approx(1e6, rel=1e-3)
    assert problem.bands[1].values(problem.value, problem.shares, left).max() == pytest.approx(3e7, rel=1e-3)
    assert (problem.day_risk(left) <= 9e5 * (1 + 1e-6)).all()
    assert problem.objective(left) > free.objective(solve(free).left)


def test_a_limit_on_risk_alone_is_met_to_the_currency() -> None:
    free = bare([1e6, 5e5], [50.0, 100.0], [2.5e-6, 5e-6], two_names())

    left = solve(replace(free, risk=np.full(5, 6e5))).left

    assert free.day_risk(solve(free).left)[0] > 6e5
    assert free.day_risk(left)[0] == pytest.approx(6e5, rel=1e-6)


def test_cash_holds_what_has_been_bought_less_what_has_been_sold() -> None:
    problem = bare([1e6, 5e5], [50.0, -100.0], [2.5e-6, 5e-6], two_names())
    cash = Band(
        label="cash",
        members=np.ones(2),
        low=np.full(5, -np.inf),
        high=np.full(5, 2e6),
        measure=Measure.DONE,
        base=1.5e6,
    )

    left = solve(replace(problem, bands=(cash,))).left

    spent = 1.5e6 + 50.0 * (1e6 - left[0]) - 100.0 * (5e5 - left[1])
    assert cash.values(problem.value, problem.shares, left) == pytest.approx(spent)
    assert spent.max() <= 2e6 * (1 + 1e-6)


def test_one_period_trades_all() -> None:
    problem = replace(
        bare([1e6], [50.0], [2.5e-6], np.array([[0.9]])),
        temporary=np.array([[2.5e-6]]),
        days=np.ones(1),
        cap=np.array([[1e6]]),
    )

    assert solve(problem).trades.tolist() == [[1e6]]


# --- bounds that exclude each other


def test_an_impossible_band_is_told_with_limit_and_need() -> None:
    problem = bare([1e6], [50.0], [2.5e-6], np.array([[0.9]]), cap=np.full((1, 5), 3e5))

    with pytest.raises(InfeasibleError) as refused:
        solve(replace(problem, bands=(band(2.5e7, members=[1.0], label="sector tools"),)))

    # 300,000 shares a period at 50: 35,000,000 are left after the first period, 20,000,000 after the second.
    (conflict,) = refused.value.conflicts
    assert (conflict.bound, conflict.period, conflict.limit) == ("sector tools (left to trade)", 1, 2.5e7)
    assert conflict.needed == pytest.approx(3.5e7, rel=1e-6)
    assert "sector tools (left to trade), period 1: limit 25,000,000 in the currency, needs 35,000,000" in str(
        refused.value
    )


def test_an_impossible_risk_limit_is_told() -> None:
    problem = bare([1e6], [50.0], [2.5e-6], np.array([[0.9]]), cap=np.full((1, 5), 3e5), risk=np.full(5, 1e5))

    with pytest.raises(
        InfeasibleError, match=r"risk \(standard deviation over a day of what is left\), period 1: limit 1"
    ):
        solve(problem)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cap": np.full((1, 5), 1e5)}, "N0: participation caps allow 500,000 shares in 5 periods, and 1,000,000 are"),
        ({"shares": np.zeros(1)}, "N0: shares to trade must be above 0: got 0"),
        ({"permanent": np.array([1e-5])}, "N0: temporary impact must be above half of the permanent"),
        (
            {"bands": (band(1e6, members=[1.0], measure=Measure.DONE, label="cash"),)},
            "cash: bought less sold is 50,000,000.00 when all is done, outside -1,000,000.00 to 1,000,000.00",
        ),
    ],
)
def test_what_no_schedule_can_mend_is_refused_before_solving(change: dict[str, object], said: str) -> None:
    problem: JointProblem = replace(bare([1e6], [50.0], [2.5e-6], np.array([[0.9]])), **change)

    with pytest.raises(BasketError, match=said):
        solve(problem)


# --- properties


@given(
    st.lists(st.tuples(st.floats(1e3, 1e6), st.sampled_from([-1, 1]), st.floats(1e-7, 1e-5)), min_size=1, max_size=4),
    st.floats(1e-8, 1e-5),
    st.randoms(use_true_random=False),
)
def test_no_admissible_schedule_is_better(
    names: list[tuple[float, int, float]], risk_aversion: float, rng: Random
) -> None:
    covariance = np.diag([0.5 + 0.1 * place for place in range(len(names))]) + 0.2
    problem = bare(
        [shares for shares, _, _ in names],
        [side * 40.0 for _, side, _ in names],
        [eta for _, _, eta in names],
        covariance,
        risk_aversion=risk_aversion,
    )

    left = solve(problem).left
    best = problem.objective(left)

    for _ in range(5):
        falls = np.array([[*sorted((rng.random() for _ in range(4)), reverse=True), 0.0] for _ in names])
        other = falls * problem.shares[:, None]
        mixed = 0.99 * left + 0.01 * other
        assert problem.objective(other) >= best * (1 - 1e-7)
        assert problem.objective(mixed) >= best * (1 - 1e-7)
