"""Each measure against a series whose answer is known."""

from math import exp, log
from random import Random
from statistics import NormalDist

import numpy as np
import pytest

from router.api import SECOND
from simulator.facts import measures
from simulator.facts.recording import Recording
from support.facts import recording


def quoted(at: list[int], mids: list[int], *, spread: int = 200, seconds: int = 100) -> Recording:
    return recording(
        seconds,
        quote_at=[second * SECOND for second in at],
        bid=[mid - spread // 2 for mid in mids],
        bid_qty=[100] * len(mids),
        ask=[mid + spread // 2 for mid in mids],
        ask_qty=[300] * len(mids),
    )


def walk(steps: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Recording:
    """One quote a second that follows the steps."""
    mids = (10_000_000 + np.cumsum(steps)).astype(int).tolist()
    return quoted(list(range(len(mids))), mids, seconds=len(mids))


def normal(count: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.random.default_rng(seed).normal(0.0, 1_000.0, count)


def test_a_spread_is_weighted_by_how_long_it_stood() -> None:
    found = recording(
        100,
        quote_at=[0, 25 * SECOND, 50 * SECOND],
        bid=[10_000, 10_000, 10_000],
        bid_qty=[100, 100, 100],
        ask=[10_100, 10_300, 10_200],
        ask_qty=[100, 500, 100],
    )

    assert measures.spread_by_time(found, bins=2).tolist() == [2.0, 2.0]
    assert measures.spread_by_time(found, bins=4).tolist() == [1.0, 3.0, 2.0, 2.0]
    assert measures.depth_by_time(found, bins=4).tolist() == [100.0, 300.0, 100.0, 100.0]


def test_before_the_first_quote_there_is_no_spread() -> None:
    found = measures.spread_by_time(quoted([50], [10_000]), bins=2)

    assert (np.isnan(found[0]), found[1]) == (True, 2.0)


def test_the_volume_curve_is_parts_of_the_whole() -> None:
    found = recording(100, trade_at=[SECOND, 99 * SECOND], trade_px=[1, 1], trade_qty=[100, 300], trade_sign=[1, 1])

    assert measures.volume_curve(found, bins=2).tolist() == [0.25, 0.75]


def test_a_u_has_more_at_its_ends() -> None:
    assert measures.edge_over_middle(np.array([2.0, 1.0, 1.0, 1.0, 1.0, 4.0])) == 3.0
    assert measures.open_over_middle(np.array([2.0, 1.0, 1.0, 1.0, 1.0, 4.0])) == 2.0


def test_poisson_trades_have_gaps_as_dispersed_as_long() -> None:
    rng = Random(1)
    at = np.cumsum([int(rng.expovariate(1.0) * SECOND) for _ in range(20_000)]).tolist()
    count = len(at)

    found = recording(10**6, trade_at=at, trade_px=[1] * count, trade_qty=[1] * count, trade_sign=[1] * count)

    assert measures.gap_dispersion(found) == pytest.approx(1.0, abs=0.03)


def test_lives_of_an_exponential_law_span_one_and_a_third_decades() -> None:
    rng = Random(2)

    found = measures.life_decades(recording(life_ns=[int(rng.expovariate(1.0) * SECOND) for _ in range(20_000)]))

    assert found == pytest.approx(np.log10(log(10.0) / -log(0.9)), abs=0.03)


def test_sizes_are_counted_as_they_are() -> None:
    found = recording(arrival_at=[1] * 5, arrival_qty=[100, 100, 500, 600, 1_000], arrival_behind=[0] * 5)

    assert measures.lot_share(found) == 0.4
    assert measures.five_lot_share(found) == pytest.approx(2 / 3)


def test_alternating_signs_are_correlated_minus_one() -> None:
    found = recording(trade_at=range(100), trade_px=[1] * 100, trade_qty=[1] * 100, trade_sign=[1, -1] * 50)

    assert measures.sign_correlations(found, [1, 2]) == pytest.approx([-1.0, 1.0])


@pytest.mark.parametrize("exponent", [0.3, 0.6])
def test_the_exponent_of_long_memory_is_recovered(exponent: float) -> None:
    """Signs of a Gaussian series with correlation (1 + lag)^-g keep its exponent (the arcsine law)."""
    count = 1 << 15
    lags = np.arange(count)
    spectrum = np.fft.rfft(np.concatenate(((1.0 + lags) ** -exponent, (1.0 + lags[:0:-1]) ** -exponent))).real
    noise = np.random.default_rng(4).normal(size=2 * count - 1)
    series = np.fft.irfft(np.fft.rfft(noise) * np.sqrt(np.maximum(spectrum, 0.0)), 2 * count - 1)[:count]
    signs = np.where(series > 0, 1, -1).tolist()

    found = recording(trade_at=range(count), trade_px=[1] * count, trade_qty=[1] * count, trade_sign=signs)

    assert measures.sign_exponent(found) == pytest.approx(exponent, abs=0.12)


def test_a_random_walk_has_no_memory_and_a_flat_signature() -> None:
    found = walk(normal(60_000, seed=5))

    assert measures.return_correlation(found, 10) == pytest.approx(0.0, abs=0.04)
    assert measures.volatility_correlation(found, 10) == pytest.approx(0.0, abs=0.04)
    assert measures.kurtosis(found, 10) == pytest.approx(0.0, abs=0.2)
    assert measures.signature(found, [1, 10, 60]) / measures.volatility(found, 1) == pytest.approx([1, 1, 1], abs=0.06)


def test_a_bouncing_price_reverses_and_looks_volatile_from_near() -> None:
    steps = np.tile([1_000.0, -1_000.0], 5_000) + normal(10_000, seed=6) / 20

    found = walk(steps)

    assert measures.return_correlation(found, 1) < -0.9
    assert measures.signature_ratio(found) > 1.5


def test_a_day_too_short_for_the_longest_interval_has_no_signature() -> None:
    found = quoted([0, 10, 20, 30], [10_000, 10_100, 10_200, 10_300])

    assert np.isnan(measures.relative_signature(found)).all()
    assert np.isnan(measures.signature_ratio(found))


def test_the_response_is_counted_from_before_the_trade_in_half_spreads() -> None:
    found = quoted([0, 2, 4, 6], [10_000, 10_100, 10_200, 10_300])._replace(
        trade_at=np.array([1, 3, 5, 7]) * SECOND, trade_sign=np.array([1, 1, 1, 1])
    )

    assert measures.response(found, [0, 1, 2]).tolist() == [1.0, 2.0, 3.0]


def test_what_a_sweep_leaves_is_a_part_of_its_widening() -> None:
    found = recording(
        1_000,
        quote_at=[0, 100 * SECOND, 102 * SECOND, 105 * SECOND],
        bid=[10_000, 9_600, 9_800, 10_000],
        bid_qty=[1] * 4,
        ask=[10_100] * 4,
        ask_qty=[1] * 4,
        trade_at=[100 * SECOND],
        trade_px=[10_000],
        trade_qty=[500],
        trade_sign=[-1],
    )

    left = measures.resilience(found, [0.0, 3.0, 10.0])

    usual = measures.spread_by_time(found)[1] * 100
    assert left == pytest.approx([1.0, (300 - usual) / (500 - usual), (100 - usual) / (500 - usual)])


def test_half_of_a_decay_is_found_between_two_lags() -> None:
    lags = [0.0, 1.0, 2.0, 3.0]

    assert measures.half_life(lags, np.array([exp(-lag * log(2.0) / 2.0) for lag in lags])) == pytest.approx(2.0)
    assert measures.half_life(lags, np.array([1.0, 0.75, 0.25, 0.0])) == 1.5
    assert measures.half_life(lags, np.array([1.0, 0.9, 0.9, 0.9])) == 3.0


def test_survival_is_the_part_at_or_above() -> None:
    assert measures.survival(np.array([1, 2, 2, 5]), [0, 2, 3, 6]).tolist() == [1.0, 0.75, 0.25, 0.0]


def test_the_normal_laws_tails_are_not_heavy() -> None:
    uniform = (np.arange(20_000) + 0.5) / 20_000
    steps = np.array([NormalDist().inv_cdf(part) for part in np.random.default_rng(7).permutation(uniform)]) * 1_000

    assert abs(measures.kurtosis(walk(steps), 1)) < 0.1
