"""A fitted market is the one that made the day, within the errors that each estimate states."""

from functools import cache

import msgspec
import pytest

from router.api import SECOND
from simulator.facts.fit import OF_THE_TAPE, Estimate, fit, fitted, to_toml
from simulator.facts.recording import record
from simulator.synthetic_params import SyntheticParams, parse_market
from support.facts import OPEN, recording, synthetic

SEED = 11
TRUE = SyntheticParams(
    open_px=500_000,
    volatility_ppm=15_000,
    events_per_second=4.0,
    market_ppm=100_000,
    resting_orders=250,
    half_spread_ticks=1.2,
    spread_open=1.5,
    depth_ticks=6.0,
    size_median=250,
    size_sigma=0.7,
    size_round_ppm=300_000,
    odd_lot_ppm=100_000,
    off_exchange_ppm=200_000,
    burst_ppm=400_000,
    burst_ns=30_000_000,
    u_shape=1.0,
    activity_sigma=0.4,
)
"""None of them is a default."""


@cache
def estimates() -> dict[str, Estimate]:
    return fit(record(synthetic(SEED, **msgspec.to_builtins(TRUE))))


@pytest.mark.slow
def test_known_parameters_are_recovered_within_their_stated_errors() -> None:
    found = estimates()

    off = {
        name: (getattr(TRUE, name), estimate)
        for name, estimate in found.items()
        if abs(estimate.value / getattr(TRUE, name) - 1.0) > estimate.tolerance
    }
    assert off == {}, f"seed {SEED}"
    assert all(estimate.tolerance < 1.0 for estimate in found.values())


@pytest.mark.slow
def test_a_day_without_orders_tells_prices_spreads_and_where_it_traded() -> None:
    day = record(synthetic(SEED, **msgspec.to_builtins(TRUE)), OPEN + 3_600 * SECOND)

    found = fit(day, orders=False)

    assert tuple(found) == OF_THE_TAPE
    assert found == {name: fit(day)[name] for name in OF_THE_TAPE}


def test_what_is_not_seen_is_named() -> None:
    names = [name for name in SyntheticParams.__struct_fields__ if name not in {"impact", "burst_ns", "shares"}]

    text = to_toml("X", {name: Estimate(2.0, 0.1) for name in names}, "here")

    assert text.endswith("left to [default]: burst_ns, impact, shares.\n")


@pytest.mark.slow
def test_the_section_is_one_that_the_market_file_takes() -> None:
    text = to_toml("ACME", estimates(), "a test")

    read = parse_market(text).params("ACME")

    assert read.depth_ticks == pytest.approx(fitted(estimates()).depth_ticks, rel=1e-3)
    assert read.size_median == fitted(estimates()).size_median
    assert "# within about 15%" in text


def test_a_value_is_written_as_what_it_is() -> None:
    text = to_toml("X", {"open_px": Estimate(1_234_567.4, 0.001), "u_shape": Estimate(1.0, 0.6)}, "here")

    assert text.splitlines()[2:4] == [
        "open_px = 1_234_567           # within about 0%",
        "u_shape = 1.0                 # within about 60%",
    ]


def test_too_short_a_day_is_refused_with_what_it_has() -> None:
    with pytest.raises(ValueError, match="XYZ: 0 trades and 0 orders; a fit wants at least 100 and 1000"):
        fit(recording())
