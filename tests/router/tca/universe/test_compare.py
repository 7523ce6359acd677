"""Two arms on common seeds, many arms at once, and orders before and after a date."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.tca.estimate import welch
from router.tca.universe.compare import ClusterBy, CompareError, before_after, compare_all, holm, paired
from router.tca.universe.outcome import Outcome
from support.outcomes import outcome


def arms(seed: int, gap: float, orders: int = 30, *, shared: float = 20.0) -> tuple[list[Outcome], list[Outcome]]:
    """TWAP and VWAP on the same days: what the day costs both, what each has of its own, and TWAP dearer by `gap`."""
    draw = random.Random(seed)
    twap, vwap = [], []
    for day in range(orders):
        common = draw.gauss(0, shared)
        twap.append(outcome(f"T{day}", pair="P", seed=day, cost_bps=common + gap + draw.gauss(0, 3)))
        vwap.append(outcome(f"V{day}", pair="P", seed=day, cost_bps=common + draw.gauss(0, 3)))
    return twap, vwap


def test_a_pairs_difference_by_hand() -> None:
    first = [outcome(f"O{n}", seed=n, cost_bps=cost) for n, cost in enumerate((10.0, 20.0, 33.0))]
    second = [outcome(f"O{n}", seed=n, cost_bps=cost) for n, cost in enumerate((8.0, 18.0, 28.0))]

    found = paired(first, second, names=("TWAP", "VWAP"))

    # Differences 2, 2, 5: mean 3, standard error 1, t(2) at 97.5 % 4.3027.
    assert (found.first, found.second, found.pairs, found.only_first, found.only_second) == ("TWAP", "VWAP", 3, 0, 0)
    assert (found.difference.value, found.difference.n) == (3.0, 3)
    assert found.difference.standard_error == pytest.approx(1.0)
    assert found.difference.covers == pytest.approx((3 - 4.302653, 3 + 4.302653), abs=1e-6)
    assert found.unpaired.value == pytest.approx(3.0)
    assert found.p_value == pytest.approx(0.0955, abs=5e-5)


def test_common_seeds_find_what_unpaired_orders_cannot() -> None:
    found = paired(*arms(1, 4.0))

    assert found.difference.within(4.0)
    assert found.p_value is not None
    assert found.p_value < 0.001
    assert found.unpaired.within(0.0)
    assert found.variance_kept is not None
    assert found.variance_kept < 0.1


def test_pairing_of_what_shares_nothing_narrows_nothing() -> None:
    found = paired(*arms(2, 0.0, orders=200, shared=0.0))

    assert found.variance_kept == pytest.approx(1.0, abs=0.3)


def test_orders_of_one_seed_are_one_observation() -> None:
    first = [outcome(f"O{n}", seed=n // 5, cost_bps=float(n // 5)) for n in range(20)]
    second = [outcome(f"O{n}", seed=n // 5, cost_bps=0.0) for n in range(20)]

    found = paired(first, second)

    assert (found.pairs, found.difference.n, found.difference.value) == (20, 4, 1.5)


def test_what_only_one_arm_has_is_counted_and_left_out() -> None:
    twap, vwap = arms(3, 0.0)

    found = paired(twap[2:], vwap[:-5])

    assert (found.pairs, found.only_first, found.only_second) == (23, 5, 2)
    assert found.difference == paired(twap[2:-5], vwap[2:-5]).difference


def test_the_bootstrap_agrees_with_student_and_repeats_with_its_seed() -> None:
    both = arms(4, 4.0, orders=100)

    one, again, other = paired(*both, seed=1), paired(*both, seed=1), paired(*both, seed=2)

    assert one == again
    assert one.bootstrap != other.bootstrap
    assert one.bootstrap.covers == pytest.approx(one.difference.covers, abs=0.2)


@given(st.integers(0, 1_000))
def test_the_arms_change_places_and_the_sign_does(seed: int) -> None:
    twap, vwap = arms(seed, 2.0, orders=8)

    there, back = paired(twap, vwap), paired(vwap, twap)

    assert there.difference.value is not None
    assert back.difference.value == pytest.approx(-there.difference.value)
    assert there.p_value == pytest.approx(back.p_value)


@pytest.mark.slow
def test_two_arms_that_are_alike_differ_as_often_as_the_level_says() -> None:
    seeds = range(300)
    p_values = [paired(*arms(seed, 0.0, orders=10)).p_value for seed in seeds]

    false = [seed for seed, p in zip(seeds, p_values, strict=True) if p is not None and p < 0.05]

    # 15 of 300 expected, 3.8 its deviation.
    assert 3 <= len(false) <= 29, f"seeds {false}"


def test_arms_without_a_common_order_or_with_one_twice_are_refused() -> None:
    twap, vwap = arms(5, 0.0, orders=3)
    elsewhere = [outcome(f"X{n}", seed=99 + n) for n in range(2)]

    with pytest.raises(CompareError, match=r"TWAP \(3 orders\) and VWAP \(2\) share none"):
        paired(twap, elsewhere, names=("TWAP", "VWAP"))
    with pytest.raises(CompareError, match="second has seed 0, pair P twice"):
        paired(twap, [*vwap, vwap[0]])


# --- several


def test_holm_multiplies_the_smallest_most_and_keeps_their_order() -> None:
    """0.01, 0.04, 0.03 and 0.005 become 0.03, 0.06, 0.06 and 0.02 (R's p.adjust prints the same)."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([]) == ()


@given(st.lists(st.floats(0, 1), max_size=10))
def test_an_adjusted_p_value_is_no_smaller_and_no_more_than_one(p_values: list[float]) -> None:
    found = holm(p_values)

    assert all(p <= adjusted <= 1 for p, adjusted in zip(p_values, found, strict=True))


def test_several_arms_against_one_each_know_how_many_there_were() -> None:
    twap, vwap = arms(6, 1.5)
    pov = [
        outcome(each.order_id, pair="P", seed=each.seed, cost_bps=each.cost_bps + n % 3) for n, each in enumerate(vwap)
    ]

    found = compare_all({"TWAP": twap, "VWAP": vwap, "POV": pov}, "VWAP")

    assert [(each.first, each.second) for each in found] == [("TWAP", "VWAP"), ("POV", "VWAP")]
    assert [each.holm for each in found] == list(holm([each.p_value or 0.0 for each in found]))
    with pytest.raises(CompareError, match=r"one of \['TWAP'\], it is IS"):
        compare_all({"TWAP": twap}, "IS")


def test_the_best_of_many_arms_that_are_alike_is_not_believed() -> None:
    draw = random.Random(21)
    known = 0
    for _ in range(20):
        alike = {str(arm): [outcome(f"O{n}", seed=n, cost_bps=draw.gauss(0, 9)) for n in range(12)] for arm in range(8)}
        found = compare_all(alike, "0")
        known += min(each.holm for each in found if each.holm is not None) < 0.05

    # At most 1 of 20 expected; more than 4 has a chance of 1 in 300.
    assert known <= 4


# --- before and after


def season(seed: int, effect: float, *, larger: float = 1.0) -> list[Outcome]:
    """Forty dates of five orders each: cost by the square root of size, and from the 21st date on `effect` more."""
    draw = random.Random(seed)
    made = []
    for day in range(40):
        news = draw.gauss(0, 2)
        after = day >= 20
        for n in range(5):
            q_adv, spread = draw.uniform(0.005, 0.05) * (larger if after else 1.0), draw.uniform(2, 8)
            cost = 200 * q_adv**0.5 + spread / 2 + news + (effect if after else 0.0) + draw.gauss(0, 2)
            name, date = f"O{day}-{n}", f"2026{3 + day // 20:02d}{1 + day % 20:02d}"
            made.append(outcome(name, date=date, q_adv=q_adv, sigma=0.02, spread_bps=spread, cost_bps=cost))
    return made


def test_orders_by_themselves_have_welchs_test() -> None:
    orders = season(1, 3.0)
    after, before = ([each.cost_bps for each in orders if (each.date >= "20260401") is late] for late in (True, False))

    found = before_after(orders, "20260401", by=ClusterBy.ORDER)

    plain = welch(after, before)
    assert (found.before, found.after, found.adjusted, found.left_out) == (100, 100, None, 0)
    assert found.plain.estimate.value == pytest.approx(plain.estimate.value)
    assert found.plain.estimate.covers == pytest.approx(plain.estimate.covers)
    assert found.plain.df == pytest.approx(plain.df)
    assert found.plain.p_value == pytest.approx(plain.p_value)


def test_orders_of_one_date_share_its_news_and_count_once() -> None:
    orders = season(1, 3.0)

    by_date, by_order = (before_after(orders, "20260401", by=by).plain.estimate for by in ClusterBy)

    assert {by_date.n, by_order.n} == {200, 40}
    assert by_date.value == pytest.approx(by_order.value)


def test_seeds_of_one_date_are_markets_of_their_own() -> None:
    studied = [
        outcome(f"O{n}", date=date, seed=seed, cost_bps=float(n + seed))
        for date in ("20260316", "20260317")
        for seed in (1, 2, 3)
        for n in (1, 2)
    ]

    found = before_after(studied, "20260317").plain

    assert found.estimate.n == 6
    assert found.estimate.low is not None


def test_larger_orders_after_the_event_are_not_taken_for_its_effect() -> None:
    orders = season(2, 0.0, larger=4.0)

    found = before_after(orders, "20260401", adjust=True)

    assert found.adjusted is not None
    assert found.plain.estimate.low is not None
    assert found.plain.estimate.low > 10
    assert found.adjusted.estimate.within(0.0), found.adjusted
    assert found.adjusted.estimate.n == 40


def test_the_events_own_date_is_after_it() -> None:
    """No order is between the last date before and the event, so that the border may lie anywhere between."""
    orders = season(2, 5.0)

    own, earlier = (before_after(orders, event, adjust=True) for event in ("20260401", "20260325"))

    assert (own.plain, own.adjusted) == (earlier.plain, earlier.adjusted)


@pytest.mark.slow
def test_the_adjusted_interval_holds_the_effect_as_often_as_it_says() -> None:
    seeds = range(100)
    found = [before_after(season(seed, 3.0, larger=2.0), "20260401", adjust=True).adjusted for seed in seeds]

    missed = [seed for seed, each in zip(seeds, found, strict=True) if each and not each.estimate.within(3.0)]

    # 5 of 100 expected; more than 13 has a chance of 1 in 1,000.
    assert len(missed) <= 13, f"seeds {missed}"


def test_what_lacks_a_figure_is_left_out_of_the_adjusted_difference_only() -> None:
    orders = [*season(3, 0.0), outcome("LACKS", date="20260505", sigma=None)]

    found = before_after(orders, "20260401", adjust=True)

    assert (found.after, found.left_out) == (101, 1)


def test_too_few_dates_or_figures_that_do_not_vary_have_no_adjusted_difference() -> None:
    alike = [outcome(f"O{n}", date=f"202603{n + 10}", cost_bps=float(n)) for n in range(12)]

    found = before_after(alike, "20260316", adjust=True).adjusted

    assert found is not None
    assert found.estimate.value is None
    assert found.estimate.note == (
        "size, volatility and spread must vary, and not only with the event: nothing tells their effects apart"
    )

    few = before_after(alike[4:8], "20260316", adjust=True).adjusted

    assert few is not None
    assert few.estimate.note == "4 coefficients take more than 4 clusters, there are 4"


def test_an_event_with_orders_on_one_side_only_is_refused() -> None:
    with pytest.raises(CompareError, match="before and after 20260401 takes orders on both sides, there are 1 before"):
        before_after([outcome()], "20260401")
