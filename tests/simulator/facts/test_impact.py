"""Our orders in the synthetic market: the price moves as the law says, comes back in part, and a switch stops it."""

import math

import pytest

from router.api import Side
from simulator.facts.impact import Exponent, Impact, decay, exponent, impacts, meta_order
from simulator.facts.recording import Heard
from support.facts import LIT, synthetic


def quiet(seed: int, *, impact: bool = True) -> Heard:
    """A tenth of the default's events: what is measured is the difference to the same walk, not the day."""
    return synthetic(seed, events_per_second=1.0, impact=impact)


def busy(seed: int) -> Heard:
    return synthetic(seed, events_per_second=3.0)


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_a_meta_order_moves_the_price_its_way_and_part_of_it_comes_back(side: Side) -> None:
    found = meta_order(quiet(1), LIT, 0.02, side)

    assert found.size == pytest.approx(0.02, rel=0.2)
    assert found.peak > found.later > 0.2 * found.peak
    assert found.peak > 5e-4


def test_the_switch_turns_impact_off() -> None:
    """What is left is the part of a touch that we took away, and that refills."""
    on, off = (meta_order(quiet(1, impact=impact), LIT, 0.02) for impact in (True, False))

    assert abs(off.later) < 0.2 * on.later


@pytest.mark.slow
@pytest.mark.untraced
def test_impact_grows_like_the_square_root_of_size() -> None:
    """Toth and others, Phys. Rev. X 1, 021006 (2011): an exponent near one half."""
    found = exponent(impacts(busy, LIT, range(1, 6), fractions=(0.005, 0.02, 0.04)))

    low, high = found.interval
    assert 0.35 < low < high < 0.65, found


def test_a_power_law_is_fitted_with_its_error() -> None:
    exact = {size: [Impact(size, size**0.5, size**0.5 * 0.7)] * 3 for size in (0.01, 0.02, 0.04)}

    found = exponent(exact)

    assert found == pytest.approx(Exponent(0.5, 0.0, 3), abs=1e-9)
    assert decay(exact) == pytest.approx(0.7)


def test_seeds_that_differ_widen_the_interval() -> None:
    noisy = {
        size: [Impact(size, size**0.5 * (1.0 + 0.1 * seed * place), 0.0) for seed in range(4)]
        for place, size in enumerate((0.01, 0.02, 0.04))
    }

    low, high = exponent(noisy).interval

    assert high - low > 0.01


def test_one_seed_has_no_error_to_give() -> None:
    found = exponent({size: [Impact(size, size**0.5, 0.0)] for size in (0.01, 0.04)})

    assert found.value == pytest.approx(0.5)
    assert math.isnan(found.error)


def test_a_recorded_market_has_no_day_without_us() -> None:
    market = quiet(1)._replace(sources=())

    with pytest.raises(ValueError, match="a synthetic market"):
        meta_order(market, LIT, 0.01)
