"""The chance to fill: two hazards by hand, and what more volume, a longer queue, time or spread must do to it."""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.profiles import RouterSettings
from router.core.types import SECOND
from router.sor.filling import FillModel, fill_model, rate_alone, spread_ticks
from support.sor import CENT, Bench, lit

PX = 400_000


def test_both_hazards_add_up() -> None:
    model = FillModel(queue_part=0.2, price_hazard=0.01)

    # 0.2 x 50 / 500 = 0.02 a second by the queue, 0.01 by the price.
    assert model.chance(500, 50.0, 10.0, ticks=1.0) == pytest.approx(1 - exp(-0.3))


def test_a_wide_spread_slows_the_queue_by_its_square_root_and_the_price_by_its_fourth() -> None:
    model = FillModel(queue_part=0.2, price_hazard=0.01)

    assert model.chance(500, 50.0, 10.0, ticks=16.0) == pytest.approx(1 - exp(-0.2 / 4 - 0.1 / 2))


def test_the_rate_alone_is_exponential_in_the_expected_time() -> None:
    assert rate_alone(500, 50.0, 10.0) == pytest.approx(1 - exp(-1.0))


def test_settings_are_millionths_and_nanoseconds() -> None:
    settings = RouterSettings(fill_queue_ppm=250_000, fill_price_ns=50 * SECOND)

    assert fill_model(settings) == FillModel(queue_part=0.25, price_hazard=0.02)


def test_the_spread_is_counted_in_ticks_and_is_one_where_there_is_none() -> None:
    bench = Bench((lit("XLIT"),))
    spreads = []
    for bids, asks in (((), ()), (((PX, 100),), ()), (((PX, 100),), ((PX + 3 * CENT, 100),)), (((PX, 1),), ((PX, 1),))):
        bench.quotes("XLIT", bids, asks)
        spreads.append(spread_ticks(bench.market["ACME"]))

    assert spreads == [1.0, 1.0, 3.0, 1.0]


@given(
    shares=st.integers(1, 100_000),
    rate=st.floats(0, 1e4),
    seconds=st.floats(0.001, 1e4),
    ticks=st.floats(1, 100),
    factor=st.floats(1, 10),
)
def test_volume_and_time_never_lower_it_and_a_longer_queue_or_a_wider_spread_never_raises_it(
    shares: int, rate: float, seconds: float, ticks: float, factor: float
) -> None:
    model = fill_model(RouterSettings())
    chance = model.chance(shares, rate, seconds, ticks)

    assert 0.0 <= chance <= 1.0
    assert model.chance(shares, rate * factor, seconds, ticks) >= chance
    assert model.chance(shares, rate, seconds * factor, ticks) >= chance
    assert model.chance(shares * factor, rate, seconds, ticks) <= chance
    assert model.chance(shares, rate, seconds, ticks * factor) <= chance
