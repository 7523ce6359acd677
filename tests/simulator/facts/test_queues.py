"""The invariant law of measured intensities, against chains whose law is known."""

from math import exp, factorial
from random import Random

import numpy as np
import pytest

from router.api import SECOND
from simulator.facts.queues import SIZE_MAX, QueueRates, queue_rates
from simulator.facts.recording import Change, Recording, record
from support.facts import OPEN, recording, synthetic


def rates(arrival: float, leaving: float) -> QueueRates:
    """Counts of an endless observation: constant arrivals, each order leaves at a constant rate (M/M/infinity)."""
    mean = arrival / leaving
    law = np.array([exp(-mean) * mean**n / factorial(n) for n in range(SIZE_MAX + 1)])
    sizes = np.arange(SIZE_MAX + 1, dtype=np.float64)
    return QueueRates(1.0, law, law * arrival, law * sizes * leaving * 0.8, law * sizes * leaving * 0.2)


@pytest.mark.parametrize("mean", [0.5, 3.0, 8.0])
def test_linear_cancellation_gives_a_poisson_law(mean: float) -> None:
    """Huang, Lehalle and Rosenbaum: pi(n) = pi(0) prod lambda_L(j) / (lambda_C(j + 1) + lambda_M(j + 1))."""
    found = rates(arrival=mean, leaving=1.0)

    poisson = [exp(-mean) * mean**n / factorial(n) for n in range(20)]
    assert found.law()[:20].tolist() == pytest.approx(poisson, rel=1e-9)
    assert found.distance() < 1e-9


def test_a_queue_that_is_not_as_its_rates_would_have_it_is_far() -> None:
    """Ten times as long at size 5 as the flow says, and twice the cancels: no birth and death process does that."""
    true = rates(arrival=3.0, leaving=1.0)
    longer = true.seconds.copy()
    longer[5] *= 10.0

    found = true._replace(seconds=longer, cancels=true.cancels * 2.0)

    assert found.distance() > 0.3


def test_nothing_is_said_beyond_a_size_that_was_never_left() -> None:
    zeros = np.zeros(SIZE_MAX + 1)
    seconds, arrivals = zeros.copy(), zeros.copy()
    seconds[:2], arrivals[0] = 1.0, 4.0

    found = QueueRates(1.0, seconds, arrivals, zeros, zeros)

    assert found.law()[:3].tolist() == [1.0, 0.0, 0.0]


def chain(steps: int, seed: int) -> Recording:
    """One bid queue of orders of 100 shares, birth 2 and death n a second, under a quote that stands still."""
    rng, size, at = Random(seed), 0, 0
    rows: list[tuple[int, int, int, int, int]] = []
    for _ in range(steps):
        at += int(rng.expovariate(2.0 + size) * SECOND)
        up = rng.random() * (2.0 + size) < 2.0
        size += 1 if up else -1
        rows.append((at, 1, 10_000, size * 100, Change.ARRIVAL if up else Change.CANCEL))
    columns = {
        name: [row[place] for row in rows]
        for place, name in enumerate(("queue_at", "queue_is_bid", "queue_px", "queue_qty", "queue_change"))
    }
    quote = {"quote_at": [0], "bid": [10_000], "bid_qty": [100], "ask": [10_100], "ask_qty": [100]}
    arrivals = {"arrival_at": [0], "arrival_qty": [100], "arrival_behind": [0]}
    return recording(at // SECOND + 1, **columns, **quote, **arrivals)


def test_rates_are_counted_by_the_size_before_the_change() -> None:
    found = queue_rates(chain(20_000, seed=1))

    busy = found.seconds[1:5]
    assert (found.cancels[1:5] / busy).tolist() == pytest.approx([1.0, 2.0, 3.0, 4.0], rel=0.1)
    assert (found.arrivals[1:5] / busy).tolist() == pytest.approx([2.0] * 4, rel=0.1)


@pytest.mark.untraced
def test_a_simulated_queue_obeys_the_law_of_its_measured_intensities() -> None:
    """The synthetic market with a price that stands half-way between two ticks: both first queues are the touch."""
    market = synthetic(
        5,
        open_px=400_050,
        half_spread_ticks=0.4,
        events_per_second=60.0,
        volatility_ppm=0,
        market_ppm=50_000,
        resting_orders=60,
        informed_ppm=0,
        hidden_ppm=0,
        odd_lot_ppm=0,
        size_median=10,
        size_sigma=0.0,
        u_shape=0.0,
        activity_sigma=0.0,
        spread_open=0.0,
    )

    found = queue_rates(record(market, OPEN + 900 * SECOND))

    assert found.arrivals.sum() > 1_000
    assert found.distance() < 0.02, (found.observed[:8], found.law()[:8])


def test_the_reference_price_stays_on_its_side_when_the_mid_lies_on_a_tick() -> None:
    """Section 2.2 of the paper: with an even spread the reference is half a tick off the mid, towards where it was."""
    found = recording(
        100,
        quote_at=[0, 10 * SECOND, 20 * SECOND],
        bid=[10_000, 9_900, 9_900],
        bid_qty=[100] * 3,
        ask=[10_100, 10_100, 10_000],
        ask_qty=[100] * 3,
        queue_at=[0, 0, 10 * SECOND, 20 * SECOND],
        queue_is_bid=[1, 1, 1, 1],
        queue_px=[10_000, 9_900, 10_000, 9_800],
        queue_qty=[100, 200, 0, 100],
        queue_change=[Change.ARRIVAL, Change.ARRIVAL, Change.CANCEL, Change.ARRIVAL],
        arrival_at=[0],
        arrival_qty=[100],
        arrival_behind=[0],
    )

    counted = queue_rates(found)

    # The bid at 10,000 for ten seconds, nothing there for ten (the mid leaves the reference above it), then 9,900.
    assert counted.seconds[:3].tolist() == [10.0 + 100.0, 10.0, 80.0]
