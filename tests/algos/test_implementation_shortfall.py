"""Implementation shortfall: Almgren and Chriss 2000, checked against the paper's own properties."""

from math import sinh
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algos.implementation_shortfall import (
    DAY_NS,
    Impact,
    ImplementationShortfall,
    IsParams,
    cost_variance,
    expected_cost,
    solve,
    trajectory,
)
from algos.testing import AlgorithmContract, Conditions, Driver, Run, example_terms
from router.api import SECOND, AlgoParams, OrderTerms, ParamRefusal, Remember, parse_params

IMPACT = Impact(sigma=0.02, eta=2e-8, gamma=6e-9)
STEADY = IsParams(variance=0)


def run(params: IsParams = STEADY, terms: OrderTerms | None = None, conditions: Conditions | None = None) -> Run:
    return Driver(ImplementationShortfall, params, terms or example_terms(), conditions or Conditions()).run()


class TestContract(AlgorithmContract):
    factory = ImplementationShortfall
    params: ClassVar[AlgoParams] = IsParams()


class TestContractUrgent(AlgorithmContract):
    factory = ImplementationShortfall
    params: ClassVar[AlgoParams] = IsParams(urgency="High", completion="Complete", halt_policy="Shift")


class TestContractInOneSlot(AlgorithmContract):
    factory = ImplementationShortfall
    params: ClassVar[AlgoParams] = IsParams(risk_aversion=1e9)


def test_the_closed_form_solves_the_papers_difference_equation() -> None:
    """(x_{j-1} - 2 x_j + x_{j+1}) / tau^2 = kappa~^2 x_j: what an optimal path must satisfy."""
    risk_aversion, slots = 1e-3, 40
    tau = 1 / slots
    kappa = IMPACT.kappa(risk_aversion, tau)

    x = trajectory(1e6, kappa, 1.0, slots)

    kappa_tilde_2 = risk_aversion * IMPACT.sigma**2 / IMPACT.eta_tilde(tau)
    for j in range(1, slots):
        assert (x[j - 1] - 2 * x[j] + x[j + 1]) / tau**2 == pytest.approx(kappa_tilde_2 * x[j], rel=1e-6)
    assert (x[0], x[-1]) == (1e6, 0.0)


@given(
    risk_aversion=st.floats(1e-8, 1.0),
    at=st.integers(1, 18),
    bump=st.floats(-0.2, 0.2).filter(lambda value: abs(value) > 1e-3),
)
def test_no_path_beside_the_optimal_one_is_better(risk_aversion: float, at: int, bump: float) -> None:
    slots, horizon = 20, 1.0
    best = trajectory(1e6, IMPACT.kappa(risk_aversion, horizon / slots), horizon, slots)
    other = [*best[:at], best[at] + bump * 1e6, *best[at + 1 :]]

    def utility(path: list[float]) -> float:
        return expected_cost(IMPACT, path, horizon) + risk_aversion * cost_variance(IMPACT, path, horizon)

    assert utility(best) < utility(other)


@given(kappa=st.floats(0.001, 30.0), k=st.integers(1, 19))
def test_solving_again_on_the_way_gives_the_tail(kappa: float, k: int) -> None:
    whole = trajectory(1e6, kappa, 1.0, 20)

    again = trajectory(whole[k], kappa, 1.0 - k / 20, 20 - k)

    assert again == pytest.approx(whole[k:], rel=1e-9, abs=1e-6)


@given(st.floats(1e-10, 1.0), st.floats(1e-4, 0.2))
def test_a_kappa_names_its_lambda(risk_aversion: float, tau: float) -> None:
    assert IMPACT.risk_aversion(IMPACT.kappa(risk_aversion, tau), tau) == pytest.approx(risk_aversion, rel=1e-5)


def test_without_risk_aversion_the_path_is_a_straight_line() -> None:
    assert trajectory(1_000.0, IMPACT.kappa(0.0, 0.1), 1.0, 10) == pytest.approx([1_000.0 - 100 * j for j in range(11)])


def test_more_urgency_does_more_of_the_order_early() -> None:
    terms = example_terms(qty=100_000, minutes=30)
    half = {
        urgency: ImplementationShortfall.expected_schedule(IsParams(urgency=urgency), terms)[15].qty
        for urgency in ("Low", "Medium", "High")
    }

    assert half == {
        urgency: int(1_000 * (1 - sinh(kappa_t / 2) / sinh(kappa_t))) * 100
        for urgency, kappa_t in (("Low", 0.5), ("Medium", 1.5), ("High", 4.0))
    }


def test_when_fills_follow_the_plan_the_slices_are_the_planned_ones() -> None:
    terms = example_terms(qty=100_000, minutes=30)

    sent = run(terms=terms)

    planned = ImplementationShortfall.expected_schedule(STEADY, terms)
    by_time = {cut.at: 0 for cut in sent.cuts}
    total = 0
    for cut in sent.cuts:
        total += cut.slice.qty
        by_time[cut.at] = total
    for slot, point in enumerate(planned[1:]):
        assert by_time[terms.start + slot * 60 * SECOND] == pytest.approx(point.qty, abs=200)


def test_the_models_inputs_are_journaled_with_the_lambda_that_urgency_comes_to() -> None:
    terms = example_terms(minutes=30)
    model = solve(STEADY, terms)

    log = run(terms=terms).log

    remembered = [action for _, _, actions in log for action in actions if isinstance(action, Remember)]
    assert remembered[0] == Remember(
        "inputs",
        (
            ("sigma", "0.02"),
            ("eta", "2e-08"),
            ("gamma", "6e-09"),
            ("kappa", f"{1.5 / (1800 * SECOND / DAY_NS):g}"),
            ("adv", "1000000"),
            ("adv_source", "unknown: assumed"),
            ("lambda", f"{model.risk_aversion:g}"),
        ),
    )


def test_an_impact_for_which_the_model_has_no_solution_is_refused() -> None:
    refused = parse_params(
        IsParams,
        (("Interval", "3600"), ("PermanentImpact", "10"), ("TemporaryImpact", "0.5")),
        price_scale=10_000,
        lot=100,
    )

    assert isinstance(refused, ParamRefusal)
    assert refused.text == "PermanentImpact: must be below 2 TemporaryImpact day/Interval, 6.5: got '10.0'"
