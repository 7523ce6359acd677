"""Implementation shortfall: Almgren and Chriss 2000, checked against the paper's own properties."""

from itertools import pairwise
from math import sinh, sqrt
from random import Random
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from algos.implementation_shortfall import (
    DAY_NS,
    PRIOR_DAYS,
    DayEstimate,
    Impact,
    ImplementationShortfall,
    IsParams,
    cost_variance,
    expected_cost,
    solve,
    trajectory,
)
from algos.testing import AlgorithmContract, Conditions, Driver, Run, example_terms
from router.api import (
    SECOND,
    AlgoParams,
    AlgoView,
    Cause,
    OrderTerms,
    ParamRefusal,
    Phase,
    Remember,
    parse_params,
)

IMPACT = Impact(sigma=0.02, eta=2e-8, gamma=6e-9)
STEADY = IsParams(variance=0, reestimate=False)
LEARNING = IsParams(variance=0)


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


def prices(minutes: int, step: int) -> tuple[tuple[int, int, int], ...]:
    """A quote that jumps by `step` quanta up and down again, minute by minute."""
    return tuple(
        (minute * 60 * SECOND, 1_000_000 + up, 1_000_100 + up)
        for minute in range(minutes)
        for up in [minute % 2 * step]
    )


def first_half(params: IsParams, **conditions: object) -> int:
    """Shares cut in the first half of two hours."""
    terms = example_terms(qty=100_000, minutes=120, adv=10_000_000)
    cuts = run(params, terms, structs.replace(Conditions(), **conditions)).cuts
    return sum(cut.slice.qty for cut in cuts if cut.at < terms.start + 3_600 * SECOND)


def test_a_day_more_volatile_than_the_parameter_says_is_traded_sooner() -> None:
    # 0.2 % a minute is 4 % a day, twice the parameter; a quote that stands still is none at all.
    wild, calm = prices(125, 2_000), prices(125, 0)

    still, expected, moving = (
        first_half(LEARNING, quotes=calm),
        first_half(STEADY, quotes=wild),
        first_half(LEARNING, quotes=wild),
    )

    assert still < expected - 1_000 < expected + 1_000 < moving
    assert first_half(STEADY, quotes=calm) == expected


def test_a_day_of_more_volume_is_traded_sooner() -> None:
    quotes = prices(125, 1_000)

    thin, thick = (first_half(LEARNING, quotes=quotes, volume_per_second=shares) for shares in (10, 5_000))

    assert thin < thick - 1_000


def test_the_same_market_is_learned_from_in_the_same_way() -> None:
    logs = [run(LEARNING, example_terms(minutes=60), Conditions(quotes=prices(70, 1_500))).log for _ in range(2)]

    assert logs[0] == logs[1]


def test_what_is_learned_is_journaled_when_it_matters() -> None:
    terms = example_terms(minutes=120, adv=10_000_000)

    log = run(LEARNING, terms, Conditions(quotes=prices(125, 2_000))).log

    said = [dict(action.data) for _, _, actions in log for action in actions if isinstance(action, Remember)]
    learned = [data for data in said if set(data) == {"sigma", "adv", "kappa"}]
    kappas = [float(said[0]["kappa"]), *(float(data["kappa"]) for data in learned)]
    assert len(learned) >= 2
    assert all(abs(after / before - 1) > 0.1 for before, after in pairwise(kappas))
    assert float(learned[-1]["sigma"]) > 0.02


def test_a_price_over_a_halt_says_nothing_of_the_volatility() -> None:
    day = DayEstimate(LEARNING, example_terms())
    minute = 60 * SECOND
    views = [quoted(0, 1_000_000), quoted(minute, 0), quoted(2 * minute, 2_000_000)]

    for view in views:
        day.look(view)

    assert day.sigma == 0.02


def test_an_amended_order_goes_on_with_what_its_day_has_shown() -> None:
    before, after = DayEstimate(LEARNING, example_terms()), DayEstimate(LEARNING, example_terms(minutes=60))
    for minute in range(60):
        before.look(quoted(minute * 60 * SECOND, 1_000_000 + minute % 2 * 2_000))

    after.remember(before)
    after.look(quoted(3_600 * SECOND, 9_000_000))

    assert after.sigma == before.sigma > 0.02


def test_the_estimate_is_the_parameter_s_until_prices_say_otherwise_and_keeps_within_bounds() -> None:
    calm, wild = DayEstimate(LEARNING, example_terms()), DayEstimate(LEARNING, example_terms())
    for minute in range(390):
        calm.look(quoted(minute * 60 * SECOND, 1_000_000))
        wild.look(quoted(minute * 60 * SECOND, 1_000_000 + minute % 2 * 100_000))

    assert DayEstimate(LEARNING, example_terms()).sigma == 0.02
    assert calm.sigma == pytest.approx(0.02 * sqrt(PRIOR_DAYS / (PRIOR_DAYS + 389 / 390)))
    assert wild.sigma == 0.02 * 3


def quoted(after: int, mid: int) -> AlgoView:
    """A view `after` nanoseconds with this midpoint; 0 is a halt."""
    terms = example_terms()
    driver = Driver(ImplementationShortfall, LEARNING, terms, Conditions())
    driver._now = terms.start + after
    view = driver._view(Cause.TIMER, Random(1))
    phase = Phase.CONTINUOUS if mid else Phase.HALTED
    return structs.replace(view, market=structs.replace(view.market, phase=phase, bid=mid - 50, ask=mid + 50))


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
