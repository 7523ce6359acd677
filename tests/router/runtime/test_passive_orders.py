"""The passive orders to measure by, and what they find: a short synthetic market, and a recorded day."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from router.core.types import SECOND
from router.runtime.assembly import LEAD_NS, make_market
from router.runtime.passive_orders import Flow, record
from router.runtime.settings import default_home, read_settings
from router.tca.queues.calibration import best_model, calibrate
from router.tca.queues.places import Recording

pytestmark = pytest.mark.slow

DAY = "20240304"
GOOG = "orderflow/GOOG_2012-06-21_34200000_57600000_message_10.csv.xz"
AAPL = "orderflow/AAPL_2012-06-21_34200000_57600000_message_1.csv.xz"


def measured(
    minutes: int, *, seed: int = 1, spec: str = "synthetic:1", symbols: tuple[str, ...] = ("ACME",)
) -> Recording:
    market = make_market(read_settings(default_home()), spec, DAY if spec.startswith("synthetic") else None)
    assert market.world is not None
    until = market.start + LEAD_NS + minutes * 60 * SECOND
    return record(spec, market.world, market.config, Flow(seed=seed), symbols=symbols, until=until)


@pytest.fixture(scope="module")
def minutes() -> Recording:
    """Six minutes of a synthetic market in ACME."""
    return measured(6)


def test_orders_go_to_every_lit_venue_on_both_sides_and_stay_for_their_life(minutes: Recording) -> None:
    places = {(order.venue, order.is_bid) for order in minutes.orders}
    stayed = [order.ended_at - order.joined_at for order in minutes.orders if order.ended_at and not order.filled]

    assert sorted(places) == [(venue, bid) for venue in ("XALT", "XINV", "XLIT") for bid in (False, True)]
    # A life and a second, less the way of the order and its acceptance, and the same for the cancel.
    assert all(31 * SECOND - 2_000_000 <= each <= 31 * SECOND + 2_000_000 for each in stayed)


def test_every_bet_on_a_life_is_decided_before_the_order_is_cancelled(minutes: Recording) -> None:
    life = Flow().life_ns

    undecided = {bet.horizon_ns for bet in minutes.bets if bet.filled is None}

    assert undecided == {5 * SECOND, life}
    first = {bet.order: bet for bet in reversed(minutes.bets) if bet.horizon_ns == life}
    assert [bet.filled for bet in first.values() if bet.filled is None] == []


def test_a_short_synthetic_market_is_estimated_within_stated_bounds(minutes: Recording) -> None:
    found = calibrate(minutes)
    errors = {error.model: error for error in found.errors}

    # No model sees who cancels; caution never hopes. A tenth of the level and half the queue are bounds, not figures.
    assert errors["risk-averse"].bias == errors["risk-averse"].mean_abs > 0
    assert all(error.of_level < 0.1 for error in found.errors)
    assert all(error.rank is not None and error.rank > 0.9 for error in found.errors)
    # The market's cancellations are of the young (`cancel_youth`): whoever takes every share to be alike errs more.
    assert max(errors["risk-averse"].of_level, errors["young"].of_level) < errors["uniform"].of_level
    for horizon in found.horizons:
        forecasts = {forecast.name: forecast for forecast in horizon.forecasts}
        assert forecasts[found.chosen].brier < horizon.filled * (1 - horizon.filled) * 1.1
        assert forecasts[found.chosen].brier == pytest.approx(forecasts["exact place"].brier, abs=0.01)


def test_the_same_seeds_are_the_same_recording_and_another_seed_is_another() -> None:
    first, again, other = (msgspec.json.encode(measured(1, seed=seed)) for seed in (1, 1, 2))

    assert first == again
    assert first != other


@pytest.mark.untraced
@pytest.mark.real_data
def test_recorded_days_bear_out_the_shipped_settings(real_data_dir: Path) -> None:
    """GOOG and AAPL, NASDAQ, 2012-06-21: the model that is set errs least, and fills come as often as predicted."""
    goog = calibrate(measured(390, spec=f"lobster:{real_data_dir / GOOG}", symbols=("GOOG",)))
    aapl = calibrate(measured(390, spec=f"lobster:{real_data_dir / AAPL}", symbols=("AAPL",)))

    print(msgspec.json.format(msgspec.json.encode([goog, aapl]), indent=1).decode())
    assert min(goog.orders, aapl.orders) > 2_000
    assert best_model([goog, aapl])[0] == goog.chosen
    for horizon in goog.horizons:
        forecasts = {forecast.name: forecast for forecast in horizon.forecasts}
        ours, rate = forecasts[goog.chosen], forecasts["rate alone"]
        assert ours.off < 0.05
        assert ours.off < rate.off / 2
        assert ours.brier < ours.climate < rate.brier
