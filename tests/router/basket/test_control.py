"""A basket under way: what may be open, the plan made again, and bands that hold at each step whatever fills."""

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.basket.control import replan, throttle, work
from router.basket.limits import BasketLimits
from router.basket.names import BasketError, BasketName
from router.basket.orders import BasketOrder, Done
from router.basket.plan import plan
from router.basket.sorting import HardLimits, advise
from router.core.types import Side
from support.baskets import DAY, name, seeded, terms

ALL_EASY = HardLimits(of_adv=10, spread_bps=1e6, sigma=10)


def pair(buy: int = 60_000, sell: int = 60_000) -> list[BasketName]:
    return [name("ACME", Side.BUY, buy), name("BOLT", Side.SELL, sell)]


def filled_whole(orders: Sequence[BasketOrder]) -> Mapping[str, Done]:
    return {order.symbol: Done(order.qty, order.qty * 500_000) for order in orders}


def test_what_would_break_a_band_if_only_one_side_filled_is_held_back() -> None:
    names = pair()
    bands = BasketLimits(imbalance=100_000.0).bands(names, 6, 0.0)

    allowed = throttle(names, bands, left=[60_000, 60_000], wanted=[5_000, 1_500], spent=0.0)

    # 100,000 either way at 50 is 2,000 shares; the sells' 1,500 cannot break it alone.
    assert allowed == (2_000, 1_500)


def test_all_names_that_push_one_way_are_cut_by_one_factor_to_whole_lots() -> None:
    names = [*pair(), name("COIL", Side.BUY, 60_000)]
    bands = BasketLimits(imbalance=3_100_000.0).bands(names, 6, 0.0)

    allowed = throttle(names, bands, left=[60_000, 60_000, 60_000], wanted=[4_000, 4_000, 1_000], spent=0.0)

    # 3,000,000 are left to buy on balance: 100,000 more may be left, which is 2,000 of the 4,000 shares to sell.
    assert allowed == (4_000, 2_000, 1_000)


def test_a_band_that_is_broken_lets_nothing_push_it_further() -> None:
    names = pair(60_000, 10_000)
    bands = BasketLimits(imbalance=1_000_000.0).bands(names, 6, 0.0)

    allowed = throttle(names, bands, left=[60_000, 10_000], wanted=[5_000, 5_000], spent=0.0)

    assert allowed == (5_000, 0)


def test_cash_is_guarded_by_what_has_been_spent() -> None:
    names = pair()
    bands = BasketLimits(cash_most=50_000.0).bands(names, 6, 0.0)

    allowed = throttle(names, bands, left=[60_000, 60_000], wanted=[5_000, 5_000], spent=-25_000.0)

    assert allowed == (1_500, 5_000)


@given(st.integers(0, 10_000), st.floats(1e4, 1e8))
def test_no_order_of_fills_breaks_a_band_that_held(seed: int, limit: float) -> None:
    rng = Random(seed)
    names = list(seeded(6, seed))
    left = [rng.randint(1, each.qty) for each in names]
    wanted = [rng.randint(0, qty) for qty in left]
    bands = BasketLimits(imbalance=limit, sector=limit).bands(names, 6, 0.0)
    value = np.array([each.value for each in names])
    before = {band.label: abs(float((band.members * value) @ np.array(left))) for band in bands}

    allowed = throttle(names, bands, left, wanted, 0.0)

    assert all(0 <= qty <= most for qty, most in zip(allowed, wanted, strict=True))
    for _ in range(20):
        after = np.array([qty - rng.randint(0, open_qty) for qty, open_qty in zip(left, allowed, strict=True)])
        for band in bands:
            now = abs(float((band.members * value) @ after))
            assert now <= max(limit, before[band.label]) + 1e-3, f"seed {seed}: {band.label}"


# --- planning again


def test_planned_again_without_a_surprise_the_rest_is_the_tail() -> None:
    names = list(seeded(8, 4))
    first = plan(names, DAY, terms(BasketLimits(participation=0.2, imbalance=8e6), 1e-7))
    # Continuous plans are compared, so what was filled is what the solver gave: whole shares of it, to the nearest.
    filled = {each.symbol: round(float(sum(row[:2]))) for each, row in zip(names, first.schedule.trades, strict=True)}

    later = replan(first, 2, filled)

    assert later.names[0].qty == names[0].qty - filled[names[0].symbol]
    assert np.abs(later.schedule.left - first.schedule.left[:, 2:]).max() <= 100


def test_what_is_behind_is_caught_up_within_the_caps() -> None:
    first = plan(pair(), DAY, terms())

    later = replan(first, 3, {"ACME": 0, "BOLT": sum(first.shares[1][:3])})

    assert sum(later.shares[0]) == 60_000
    assert max(later.shares[0]) <= 33_300


def test_done_names_drop_out() -> None:
    first = plan(pair(), DAY, terms())

    later = replan(first, 1, {"ACME": 60_000, "BOLT": 0})

    assert [each.symbol for each in later.names] == ["BOLT"]


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"ACME": 60_001}, r"ACME: CumQty\(14\) must be 0 to 60000: got 60001"),
        ({"ACME": 60_000, "BOLT": 60_000}, "basket: everything is filled, nothing is left to plan"),
    ],
)
def test_a_state_that_cannot_be_is_refused(filled: dict[str, int], said: str) -> None:
    with pytest.raises(BasketError, match=said):
        replan(plan(pair(), DAY, terms()), 1, filled)


# --- worked from end to end


def test_without_surprises_the_plan_is_worked_as_it_stands() -> None:
    names = pair()
    first = plan(names, DAY, terms())

    worked = work(first, advise(names, ALL_EASY), filled_whole)

    sent = [[next(o.qty for o in step.orders if o.symbol == each.symbol) for step in worked.steps] for each in names]
    assert sent == [list(row) for row in first.shares]
    assert worked.left() == {}


def test_orders_carry_their_window_participation_and_reason() -> None:
    names = [name(qty=2_400)]
    first = plan(names, DAY, terms(risk_aversion=0.0))

    worked = work(first, advise(names), filled_whole, rounds=2)

    (order,) = worked.steps[0].orders
    assert first.shares[0][0] == 400
    assert order.params == (
        ("StartTime", "19700101-00:00:00"),
        ("EndTime", "19700101-00:30:00"),
        ("MaxParticipation", "0.2"),
        ("Completion", "Complete"),
    )
    assert (order.algorithm, order.qty) == ("TWAP", 200)
    assert order.text == "0.24% of a day's volume at a spread of 2.0 bp: any even pace will do"


@pytest.mark.parametrize("seed", range(3))
def test_bands_hold_after_every_step_though_fills_surprise(seed: int) -> None:
    rng = Random(seed)
    names = list(seeded(10, seed, of_adv=0.03))
    money = float(sum(each.notional for each in names))
    net = abs(float(sum(each.side.sign * each.notional for each in names)))
    limits = BasketLimits(participation=0.3, imbalance=max(net, 0.1 * money) + 0.02 * money)

    def in_part(orders: Sequence[BasketOrder]) -> Mapping[str, Done]:
        px = {each.symbol: each.px for each in names}
        return {
            order.symbol: Done(qty, qty * px[order.symbol])
            for order in orders
            for qty in [order.qty if rng.random() < 0.7 else rng.randint(0, order.qty)]
        }

    worked = work(plan(names, DAY, terms(limits)), advise(names, ALL_EASY), in_part, rounds=2)

    assert len(worked.steps) == 12
    for step in worked.steps:
        low, high = step.limits["imbalance"]
        assert low - 1e-3 <= step.imbalance <= high + 1e-3, f"seed {seed}: period {step.period} round {step.round}"
    assert all(step.gave == () for step in worked.steps)


def test_a_bound_that_a_surprise_made_impossible_gives_and_is_told() -> None:
    names = pair(150_000, 150_000)
    first = plan(names, DAY, terms(BasketLimits(participation=0.2, imbalance=500_000.0)))

    def no_sells(orders: Sequence[BasketOrder]) -> Mapping[str, Done]:
        return {o.symbol: Done(o.qty, o.qty * 500_000) for o in orders if o.symbol == "ACME"}

    worked = work(first, advise(names, ALL_EASY), no_sells)

    # The throttle lets 500,000 / 50 shares be bought and no more, so the band itself has not been broken ...
    assert worked.filled["ACME"].qty == 10_000
    # ... and what the caps leave no time for is what remains.
    assert worked.left() == {"ACME": 140_000, "BOLT": 150_000}
    assert {step.imbalance for step in worked.steps} == {-500_000.0}


def test_a_name_is_worked_as_is_advised_when_its_period_begins() -> None:
    names = pair()
    made = plan(names, DAY, terms(BasketLimits(participation=0.3)))
    calm, hot = (advise(names, ALL_EASY, dict.fromkeys(("ACME", "BOLT"), urgency)) for urgency in ("Low", "High"))

    worked = work(
        made, calm, filled_whole, readvise=lambda period: hot if period.start >= made.periods[2].start else calm
    )

    used = {period: {order.algorithm for order in step.orders} for step in worked.steps for period in [step.period]}
    assert [used[period] for period in range(4)] == [{"VWAP"}, {"VWAP"}, {"IS"}, {"IS"}]


def test_a_name_without_an_algorithm_is_not_worked() -> None:
    names = [name(spread=0.5)]

    with pytest.raises(BasketError, match="basket: planned, but no algorithm is advised for: ACME"):
        work(plan(names, DAY, terms()), advise(names), filled_whole)


def test_more_done_than_sent_is_refused() -> None:
    names = pair()

    with pytest.raises(BasketError, match=r"ACME: executed must be 0 to OrderQty\(38\)"):
        work(plan(names, DAY, terms()), advise(names), lambda _orders: {"ACME": Done(10**9, 0)})
