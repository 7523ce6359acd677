"""A basket's plan: exact quantities, whole lots within every bound, and the power law's own optimum."""

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from router.basket.costs import ImpactLaw
from router.basket.limits import BasketLimits
from router.basket.names import BasketError, BasketName, Floats, expected_volume, periods_of
from router.basket.plan import BasketPlan, plan
from router.basket.schedule import InfeasibleError
from router.core.types import Side
from support.baskets import DAY, HOUR, LAW, SQUARE_ROOT, name, seeded, terms

LINEAR = ImpactLaw(eta=0.142, exponent=1.0, gamma=0.0, source="a test", as_of="20260101")


def true_objective(made: BasketPlan, left: Floats) -> float:
    """Cost by the power law itself, permanent part and risk as the problem has them."""
    problem = made.problem
    trades = problem.trades(left)
    price = np.array([each.price for each in made.names])
    sigma = np.array([each.sigma for each in made.names])
    paid = made.terms.law.paid(price, sigma, expected_volume(made.names, made.periods), trades).sum()
    permanent = (problem.permanent[:, None] * trades**2 / 2).sum()
    return float(paid - permanent + problem.risk_aversion * problem.variance(left))


def assert_within_every_bound(made: BasketPlan) -> None:
    values = made.band_values()
    for band in made.problem.bands:
        assert (values[band.label] <= band.high + 1e-6).all(), (band.label, values[band.label], band.high)
        assert (values[band.label] >= band.low - 1e-6).all(), (band.label, values[band.label], band.low)
    volume = expected_volume(made.names, made.periods)
    rates = np.array([made.terms.limits.rate_of(each, 0) for each in made.names])
    assert (made.trades <= rates[:, None] * volume).all()
    assert (made.trades >= 0).all()


def test_a_pair_is_planned_in_whole_lots_and_the_odd_lot_goes_out_last() -> None:
    pair = [name("ACME", Side.BUY, 10_050), name("BOLT", Side.SELL, 8_000)]

    made = plan(pair, DAY, terms())

    assert [sum(row) for row in made.shares] == [10_050, 8_000]
    assert [qty % 100 for qty in made.shares[0]] == [0, 0, 0, 0, 0, 50]


def test_an_order_below_a_lot_is_one_trade() -> None:
    made = plan([name(qty=37), name("BOLT", Side.SELL, 5_000)], DAY, terms())

    assert sorted(made.shares[0]) == [0, 0, 0, 0, 0, 37]


@pytest.mark.parametrize("law", [LAW, SQUARE_ROOT, LINEAR])
def test_no_schedule_near_or_far_is_better_under_the_power_law_itself(law: ImpactLaw) -> None:
    made = plan(seeded(4, 7), DAY, replace(terms(risk_aversion=1e-7), law=law))
    best = true_objective(made, made.schedule.left)
    rng = np.random.default_rng(7)

    for _ in range(40):
        falls = np.sort(rng.random((4, 5)), axis=1)[:, ::-1]
        other = np.hstack([falls, np.zeros((4, 1))]) * made.problem.shares[:, None]
        for part in (0.001, 0.1, 1.0):
            assert true_objective(made, (1 - part) * made.schedule.left + part * other) >= best * (1 - 1e-7)


def test_a_linear_law_is_solved_once() -> None:
    assert plan(seeded(3, 1), DAY, replace(terms(), law=LINEAR)).linearisations == 1


def test_more_risk_aversion_buys_less_risk_for_more_impact() -> None:
    basket = seeded(4, 3)

    costs = [plan(basket, DAY, terms(risk_aversion=each)).cost for each in (1e-9, 1e-7, 1e-5)]

    assert costs[0].risk > costs[1].risk > costs[2].risk
    assert costs[0].temporary < costs[1].temporary < costs[2].temporary
    assert {cost.spread for cost in costs} == {costs[0].spread}


def test_cost_is_spread_temporary_and_permanent() -> None:
    law = ImpactLaw(eta=0.1, exponent=1.0, gamma=0.1, source="a test", as_of="20260101")

    cost = plan([name(qty=10_000)], periods_of(0, 6 * HOUR, 1), replace(terms(), law=law)).cost

    # 10,000 shares at 50, half a spread of 0.01; 1 % of volume at 10 % of a sigma of 2 % for each; the whole order is
    # one trade, which pays none of the permanent move that it makes itself.
    assert cost.spread == pytest.approx(50.0)
    assert cost.temporary == pytest.approx(10_000 * 50 * 0.1 * 0.02 * 0.01)
    assert cost.permanent == pytest.approx(0.0)
    assert cost.risk == 0.0


def test_a_volume_curve_moves_trading_to_where_the_volume_is() -> None:
    curve = (0.3, 0.1, 0.1, 0.1, 0.1, 0.3)

    made = plan([name(qty=60_000, curve=curve)], DAY, replace(terms(risk_aversion=0.0), law=SQUARE_ROOT))

    parts = made.schedule.trades[0] / 60_000
    assert parts == pytest.approx(np.array(curve), rel=1e-4)


@given(
    st.integers(0, 10_000),
    st.integers(2, 12),
    st.sampled_from([0.0, 1e-8, 1e-6]),
    st.floats(0.3, 0.9),
    st.floats(0.3, 0.9),
)
@settings(max_examples=10)
def test_everything_is_traded_exactly_and_whole_lots_keep_every_bound(
    seed: int, count: int, risk_aversion: float, imbalance: float, sector: float
) -> None:
    basket = seeded(count, seed)
    money = float(sum(each.notional for each in basket))
    limits = BasketLimits(participation=0.25, imbalance=imbalance * money, sector=sector * money)

    try:
        made = plan(basket, DAY, terms(limits, risk_aversion))
    except InfeasibleError:
        reject()

    assert [sum(row) for row in made.shares] == [each.qty for each in basket], f"seed {seed}"
    assert_within_every_bound(made)


def test_the_same_basket_has_the_same_plan() -> None:
    limits = BasketLimits(participation=0.2, imbalance=1e7)

    first, second = (plan(seeded(8, 5), DAY, terms(limits)) for _ in range(2))

    assert first.shares == second.shares
    assert first.cost == second.cost


def test_a_best_effort_leaves_out_what_caps_have_no_room_for_and_says_so() -> None:
    basket = [name("ACME", Side.BUY, 10_000), name("BOLT", Side.SELL, 300_000)]

    made = plan(basket, DAY, terms(), best_effort=True)

    # 20 % of a million shares, in whole lots of each of six periods.
    room = 6 * (33_333 // 100 * 100)
    assert made.residue == {"BOLT": 300_000 - room}
    assert [sum(row) for row in made.shares] == [10_000, room]


def test_a_best_effort_loosens_a_band_by_the_least_and_says_so() -> None:
    basket = [name("ACME", Side.BUY, 150_000), name("BOLT", Side.SELL, 10_000)]
    limits = BasketLimits(participation=0.2, imbalance=1e6)

    made = plan(basket, DAY, terms(limits), best_effort=True)

    assert made.gave[0].bound == "imbalance (left to trade)"
    # In the first period 33,300 shares at 50 can be bought, and none need be sold.
    assert made.gave[0].needed == pytest.approx((150_000 - 33_300 - 10_000) * 50.0, rel=1e-6)
    assert sum(made.shares[0]) == 150_000


@pytest.mark.parametrize(
    ("basket", "said"),
    [
        ([], "basket: at least one name"),
        ([name(), name(side=Side.SELL)], "basket: ACME is in it more than once; net it first"),
        ([name(curve=(0.5, 0.5, 0.0))], "ACME: expected volume must be above 0 in every period"),
        (
            [name(qty=900_000)],
            "ACME: participation caps allow 199,800 shares in 6 periods, and 900,000 are to be",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused(basket: list[BasketName], said: str) -> None:
    with pytest.raises(BasketError, match=said):
        plan(basket, DAY, terms())


def test_lots_that_do_not_fit_are_refused_in_words() -> None:
    basket = [name("ACME", Side.BUY, 10_000, lot=10_000), name("BOLT", Side.SELL, 9_900)]

    with pytest.raises(BasketError, match="whole lots do not fit"):
        plan(basket, DAY, terms(BasketLimits(participation=0.2, imbalance=10_000.0), 1e-7))
