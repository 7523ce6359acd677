"""Trading through a scheduled event: the static path until it, the new one after it, and what is left in between."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.basket.almgren_chriss import kappa, trajectory
from router.basket.names import BasketError
from router.basket.scheduled_event import Outcome, Regime, ThroughEvent, moments_of, through_event

NOW = Regime(sigma=0.95, eta=2.5e-6, gamma=2.5e-7)
WILD = Regime(sigma=2.5, eta=5e-6, gamma=2.5e-7)
LAMBDA = 1e-6


def through(*outcomes: Outcome, risk_aversion: float = LAMBDA) -> ThroughEvent:
    return through_event(1e6, NOW, outcomes, risk_aversion=risk_aversion, tau=0.5, before=4, after=6)


def test_an_event_that_changes_nothing_leaves_the_plain_trajectory() -> None:
    made = through(Outcome(probability=1.0, regime=NOW))

    rate = kappa(LAMBDA, NOW.sigma, NOW.eta_tilde(0.5), 0.5)
    plain = trajectory(1e6, rate, 0.5, 10)
    assert np.abs(np.concatenate([made.before, made.after[0][1:]]) - plain).max() < 1e-6 * 1e6
    assert made.moments.cost == pytest.approx(moments_of(plain, NOW, 0.5).cost, rel=1e-9)
    assert made.moments.variance == pytest.approx(moments_of(plain, NOW, 0.5).variance, rel=1e-9)


def test_the_path_is_continuous_at_the_event_and_ends_at_nothing() -> None:
    made = through(Outcome(probability=0.5, regime=NOW), Outcome(probability=0.5, regime=WILD))

    assert (made.before[0], made.before[-1]) == (1e6, pytest.approx(made.left_at_event))
    assert [path[0] for path in made.after] == [made.left_at_event] * 2
    assert [path[-1] for path in made.after] == [0.0, 0.0]


def test_after_the_event_the_path_is_the_optimum_for_what_came() -> None:
    made = through(Outcome(probability=0.5, regime=NOW), Outcome(probability=0.5, regime=WILD))

    rate = kappa(LAMBDA, WILD.sigma, WILD.eta_tilde(0.5), 0.5)
    assert made.after[1] == pytest.approx(trajectory(made.left_at_event, rate, 0.5, 6))


def test_a_wilder_event_and_a_larger_jump_leave_less_to_trade_after_it() -> None:
    calm = through(Outcome(probability=1.0, regime=NOW))
    maybe = through(Outcome(probability=0.5, regime=NOW), Outcome(probability=0.5, regime=WILD))
    surely = through(Outcome(probability=1.0, regime=WILD))
    jumps = through(Outcome(probability=1.0, regime=WILD, jump=5.0))

    assert calm.left_at_event > maybe.left_at_event > surely.left_at_event > jumps.left_at_event > 0


def test_outcomes_whose_costs_differ_are_variance() -> None:
    made = through(Outcome(probability=0.25, regime=NOW), Outcome(probability=0.75, regime=WILD))

    paths = [moments_of(path, regime, 0.5) for path, regime in zip(made.after, (NOW, WILD), strict=True)]
    before = moments_of(made.before, NOW, 0.5)
    within = before.variance + 0.25 * paths[0].variance + 0.75 * paths[1].variance
    between = 0.25 * 0.75 * (paths[0].cost - paths[1].cost) ** 2
    assert made.moments.cost == pytest.approx(before.cost + 0.25 * paths[0].cost + 0.75 * paths[1].cost)
    assert made.moments.variance == pytest.approx(within + between)


@given(
    st.floats(0.1, 0.9),
    st.floats(0.1, 5.0),
    st.floats(1e-6, 1e-5),
    st.floats(0.0, 5.0),
    st.floats(1e-8, 1e-5),
    st.floats(0.0, 1.0),
)
def test_no_other_number_of_shares_at_the_event_is_better(
    probability: float, sigma: float, eta: float, jump: float, risk_aversion: float, part: float
) -> None:
    outcomes = (
        Outcome(probability=probability, regime=NOW),
        Outcome(probability=1 - probability, regime=Regime(sigma=sigma, eta=eta), jump=jump),
    )
    made = through(*outcomes, risk_aversion=risk_aversion)

    # Another x*: the same construction by hand, with the paths that are best from there.
    other = part * 1e6
    rate = kappa(risk_aversion, NOW.sigma, NOW.eta_tilde(0.5), 0.5)
    falling = trajectory(1.0, rate, 0.5, 4)
    before = moments_of(1e6 * falling + other * falling[::-1], NOW, 0.5)
    tails = [
        moments_of(
            trajectory(other, kappa(risk_aversion, o.regime.sigma, o.regime.eta_tilde(0.5), 0.5), 0.5, 6), o.regime, 0.5
        )
        for o in outcomes
    ]
    cost = before.cost + sum(o.probability * tail.cost for o, tail in zip(outcomes, tails, strict=True))
    variance = before.variance + sum(
        o.probability * (tail.variance + (o.jump * other) ** 2) for o, tail in zip(outcomes, tails, strict=True)
    )
    variance += probability * (1 - probability) * (tails[0].cost - tails[1].cost) ** 2
    assert cost + risk_aversion * variance >= made.objective * (1 - 1e-9)


@pytest.mark.parametrize(
    ("outcomes", "before", "said"),
    [
        ((Outcome(probability=0.5, regime=NOW),), 4, "scheduled event: probabilities must sum to 1: got 0.5"),
        ((Outcome(probability=1.0, regime=NOW),), 0, "at least 1 period before it and after it: got 0 and 6"),
        (
            (Outcome(probability=1.0, regime=Regime(sigma=1, eta=1e-8, gamma=1e-6)),),
            4,
            "eta must be above gamma tau / 2",
        ),
    ],
)
def test_what_has_no_optimum_is_refused(outcomes: tuple[Outcome, ...], before: int, said: str) -> None:
    with pytest.raises(BasketError, match=said):
        through_event(1e6, NOW, outcomes, risk_aversion=LAMBDA, tau=0.5, before=before, after=6)
