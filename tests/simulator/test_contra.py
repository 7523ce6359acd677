"""The others in a pool: how often, how large, how patient, and on which side when they know more."""

from __future__ import annotations

from random import Random

import pytest

from router.api import SECOND, Qty
from simulator.contra import ContraFlow, ContraMix, Interest

LOT: Qty = 100


def flow(seed: int = 1, **mix: int) -> ContraFlow:
    return ContraFlow(Random(seed), ContraMix(**mix), LOT, Random(seed))


def test_arrivals_are_a_poisson_process_of_the_stated_rate() -> None:
    one_in_five_seconds = flow(contra_per_second_ppm=200_000)
    at = 0
    for _ in range(5_000):
        after = one_in_five_seconds.arrival_after(at)
        assert after is not None
        assert after > at
        at = after

    assert at / 5_000 == pytest.approx(5 * SECOND, rel=0.05)


def test_nobody_comes_at_rate_nothing() -> None:
    assert flow(contra_per_second_ppm=0).arrival_after(0) is None


@pytest.mark.parametrize("mean", [1, 4, 60])
def test_sizes_are_round_lots_of_the_stated_mean(mean: int) -> None:
    others = flow(contra_lots_mean=mean)
    sizes = [others.size() for _ in range(20_000)]

    assert min(sizes) == LOT
    assert all(size % LOT == 0 for size in sizes)
    assert sum(sizes) / len(sizes) == pytest.approx(mean * LOT, rel=0.05)


def test_noise_expires_as_it_comes_and_natural_stays_its_patience() -> None:
    noise = flow(noise_ppm=1_000_000).arrive(7, seq=1)
    natural = flow(noise_ppm=0, contra_patience_ns=SECOND).arrive(7, seq=1)

    assert (noise.expires, natural.expires) == (7, 7 + SECOND)


@pytest.mark.parametrize("mid_rose", [True, False])
def test_toxic_takes_the_side_of_the_move(mid_rose: bool) -> None:
    contra = flow(toxic_ppm=1_000_000).toxic(7, seq=1, mid_rose=mid_rose)

    assert contra is not None
    assert (contra.is_buy, contra.expires) == (mid_rose, 7)


def test_no_toxic_flow_where_there_is_none() -> None:
    assert flow(toxic_ppm=0).toxic(7, seq=1, mid_rose=True) is None


def test_least_is_all_of_it_when_less_is_left_than_its_minimum() -> None:
    interest = Interest(is_buy=True, leaves=500, seq=1, min_qty=300)
    before = interest.least
    interest.leaves = 200

    assert (before, interest.least) == (300, 200)


def test_a_pools_flow_is_in_proportion_to_what_the_instrument_trades_in_a_day() -> None:
    mix = ContraMix(contra_per_second_ppm=200_000)

    assert mix.of(None) == mix
    assert mix.of(2_000_000) == mix
    assert mix.of(100_000) == ContraMix(contra_per_second_ppm=10_000)


@pytest.mark.parametrize(("said", "rate"), [(200_000, 10_000_000), (20_000_000, 20_000_000), (0, 0)])
def test_that_proportion_ends_at_ten_a_second_or_at_what_was_said(said: int, rate: int) -> None:
    """An instrument counted in hundred-millionths of a coin trades 10^12 of them a day."""
    assert ContraMix(contra_per_second_ppm=said).of(10**12) == ContraMix(contra_per_second_ppm=rate)
