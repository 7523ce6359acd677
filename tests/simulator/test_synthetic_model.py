"""The synthetic market's randomness, each piece against the law that it states."""

from itertools import pairwise
from math import exp, log, sqrt
from random import Random
from statistics import fmean, mean, median, pstdev

import pytest

from router.api import SECOND, CalendarDay, Instrument
from simulator.draws import Draws
from simulator.synthetic_model import EfficientPrice, Rhythm, Signs, Sizes
from simulator.synthetic_params import SyntheticParams

HOUR = 3_600 * SECOND
DAY = CalendarDay("20130610", 0, 6 * HOUR)


def price(params: SyntheticParams, seed: int = 1) -> EfficientPrice:
    return EfficientPrice(params, DAY, 1_000_000.0, 400_000.0, Draws(Random(seed)))


def test_a_jump_is_in_the_price_at_once_and_no_draw_is_made_for_it() -> None:
    jumped, calm = price(SyntheticParams(volatility_ppm=10_000)), price(SyntheticParams(volatility_ppm=10_000))

    jumped.jump(-2.5)

    assert (jumped.px, calm.px) == (390_000.0, 400_000.0)
    assert jumped.move(HOUR, 1.0, 0) == pytest.approx(calm.move(HOUR, 1.0, 0) - 10_000)


def test_the_days_rhythm_is_a_u_whose_mean_is_one() -> None:
    rhythm = Rhythm(DAY, SyntheticParams(u_shape=1.2, activity_sigma=0.0), Random(1))
    paces = [rhythm.at(DAY.close * k // 1_000) for k in range(1_001)]

    assert mean(paces) == pytest.approx(1.0, abs=2e-3)
    assert [paces[0], paces[500], paces[1_000]] == pytest.approx([1.8, 0.6, 1.8])


def test_activity_comes_in_spells_around_the_curve() -> None:
    """exp(Ornstein-Uhlenbeck), mean one: its log has the stated deviation, and the stated memory."""
    params = SyntheticParams(u_shape=0.0, activity_sigma=0.5, activity_s=60.0)
    rhythm = Rhythm(DAY, params, Random(3))
    paces = [rhythm.at(second * SECOND) for second in range(6 * 3_600)]
    logs = [log(pace) for pace in paces]
    centre = fmean(logs)

    apart = fmean((a - centre) * (b - centre) for a, b in zip(logs, logs[60:], strict=False))

    assert fmean(paces) == pytest.approx(1.0, abs=0.1)
    assert pstdev(logs) == pytest.approx(0.5, abs=0.06)
    assert apart / pstdev(logs) ** 2 == pytest.approx(exp(-1.0), abs=0.1)


def test_makers_stand_wider_at_the_open() -> None:
    rhythm = Rhythm(DAY, SyntheticParams(spread_open=1.0, spread_open_s=600.0), Random(1))

    widths = []
    for at in (0, 600 * SECOND, 6 * HOUR - 1):
        rhythm.at(at)
        widths.append(rhythm.width)

    assert widths == pytest.approx([2.0, 1.0 + exp(-1.0), 1.0])


def test_a_days_returns_have_the_stated_volatility() -> None:
    returns = []
    for seed in range(300):
        walk = price(SyntheticParams(volatility_ppm=12_000), seed)
        for minute in range(1, 361):
            walk.move(minute * 60 * SECOND, 1.0, 0)
        returns.append(walk.px / 400_000 - 1)

    # 300 draws know a standard deviation to about 4 %.
    assert pstdev(returns) == pytest.approx(0.012, rel=0.12)


def test_our_impact_is_the_square_root_law() -> None:
    """Y sigma sqrt(Q/V), Toth et al. 2011: four times the shares, twice the impact, against the seller alike."""
    params = SyntheticParams(volatility_ppm=12_000, impact_y=0.8)

    moved = {net: price(params).move(0, 1.0, net) - 400_000 for net in (10_000, 40_000, -40_000)}

    assert moved[10_000] == pytest.approx(0.8 * 4_800 * sqrt(0.01))
    assert moved[40_000] == pytest.approx(2 * moved[10_000])
    assert moved[-40_000] == pytest.approx(-moved[40_000])


def test_impact_falls_to_its_permanent_part() -> None:
    params = SyntheticParams(volatility_ppm=12_000, impact_decay_s=900.0, impact_permanent_ppm=300_000)
    plain, ours = price(params), price(params)

    instants = (0, 300 * SECOND, 900 * SECOND, 6 * HOUR)
    distance = [ours.move(at, 1.0, 40_000) - plain.move(at, 1.0, 0) for at in instants]

    full = distance[0]
    assert all(later < earlier for earlier, later in pairwise(distance))
    assert distance[-1] == pytest.approx(0.3 * full, rel=1e-3)


def test_impact_can_be_switched_off() -> None:
    params = SyntheticParams(impact=False)

    assert price(params).move(HOUR, 1.0, 500_000) == price(params).move(HOUR, 1.0, 0)


def test_signs_of_market_orders_are_correlated_over_long_lags() -> None:
    signs = Signs(SyntheticParams(run_tail=1.5, run_follow_ppm=750_000), Draws(Random(1)))
    drawn = [1 if signs.draw() else -1 for _ in range(200_000)]

    correlation = {lag: mean(a * b for a, b in zip(drawn, drawn[lag:], strict=False)) for lag in (1, 10, 100)}

    assert correlation[1] > correlation[10] > correlation[100] > 0.01
    assert abs(mean(drawn)) < 0.2


def test_a_sign_that_was_expected_is_no_surprise() -> None:
    """Surprises are uncorrelated, though signs are not, and as large as is said: prices may follow them for good."""
    signs = Signs(SyntheticParams(run_tail=1.5, run_follow_ppm=750_000), Draws(Random(2)))
    surprises = []
    for _ in range(100_000):
        signs.draw()
        surprises.append(signs.surprise)

    assert abs(mean(a * b for a, b in pairwise(surprises))) < 0.02
    assert mean(x * x for x in surprises) == pytest.approx(signs.surprise_variance, rel=0.03)


def test_what_trades_tell_is_the_stated_part_of_a_days_variance() -> None:
    params = SyntheticParams(volatility_ppm=12_000, informed_ppm=250_000)
    walk = EfficientPrice(params, DAY, 1_000_000.0, 400_000.0, Draws(Random(1)), surprise=400.0)

    walk.learn(20.0)

    assert walk.without_us - 400_000 == pytest.approx(4_800 * sqrt(0.25))


def test_signs_without_runs_are_coins() -> None:
    signs = Signs(SyntheticParams(run_follow_ppm=0), Draws(Random(1)))
    drawn = [1 if signs.draw() else -1 for _ in range(50_000)]

    assert abs(mean(a * b for a, b in pairwise(drawn))) < 0.02


def test_sizes_are_lots_around_the_median_but_for_the_odd_part() -> None:
    sizes = Sizes(
        SyntheticParams(size_median=400, odd_lot_ppm=150_000, size_round_ppm=0), Instrument("XYZ"), Draws(Random(1))
    )
    drawn = [sizes.draw() for _ in range(20_000)]
    odd = [size for size in drawn if size % 100]

    assert min(drawn) >= 1
    assert max(odd) < 100
    assert len(odd) / len(drawn) == pytest.approx(0.15, abs=0.01)
    assert median(size for size in drawn if size % 100 == 0) == 400


def test_sizes_above_five_lots_are_partial_to_fives() -> None:
    sizes = Sizes(
        SyntheticParams(size_median=900, odd_lot_ppm=0, size_round_ppm=1_000_000), Instrument("XYZ"), Draws(Random(1))
    )
    drawn = {sizes.draw() for _ in range(5_000)}

    assert all(size % 500 == 0 for size in drawn if size > 500)
    assert {100, 200, 300, 400} < drawn
