"""Figures of a calibration, on recordings whose answers are known."""

from __future__ import annotations

from math import sqrt
from random import Random

import numpy as np
import pytest
from msgspec.structs import replace

from router.core.types import SECOND
from router.tca.queues.calibration import (
    Calibration,
    Group,
    PlaceError,
    best_model,
    calibrate,
    judge,
    spearman,
    wilson,
)
from router.tca.queues.places import Bet, OrderLife, PlaceSample, Recording

LIVES = [OrderLife("C1", "XLIT", "ACME", is_bid=True, px=400_000, qty=100, joined_at=0, filled=100)]
SAMPLES = [
    # exact, the level, and what "high" and "off" say
    PlaceSample(1, 0, ahead=100, shown=400, spread=100, estimates=(140, 100)),
    PlaceSample(2, 0, ahead=200, shown=400, spread=100, estimates=(220, 160)),
    PlaceSample(3, 0, ahead=300, shown=500, spread=None, estimates=(330, 310)),
]
BETS = [
    Bet(1, 0, 5 * SECOND, (0.5, 0.25), filled=True),
    Bet(2, 0, 5 * SECOND, (0.5, 0.25), filled=False),
    Bet(3, 0, 5 * SECOND, (0.5, 0.25), filled=None),
]


def recording(market: str = "m", samples: list[PlaceSample] = SAMPLES, bets: list[Bet] = BETS) -> Recording:
    return Recording(market, "high", ("high", "off"), ("even", "quarter"), list(LIVES), samples, bets)


def test_errors_are_estimate_less_truth() -> None:
    high, off = calibrate(recording()).errors

    # 40, 20 and 30 shares too many, of 400, 400 and 500; then none, 40 too few and 10 too many.
    assert (high.model, off.model) == ("high", "off")
    assert [high.bias, high.mean_abs, high.of_level, high.rank] == pytest.approx([30.0, 30.0, 0.07, 1.0])
    assert [off.bias, off.mean_abs, off.of_level, off.rank] == pytest.approx([-10.0, 50 / 3, 0.04, 1.0])


def test_what_was_recorded_is_counted() -> None:
    found = calibrate(recording())

    assert (found.orders, found.traded, found.samples) == (1, 1, 3)
    assert [found.mean_ahead, found.mean_shown] == pytest.approx([200.0, 1_300 / 3])


def test_bets_that_nobody_could_decide_are_counted_and_left_out() -> None:
    (horizon,) = calibrate(recording()).horizons

    assert (horizon.seconds, horizon.bets, horizon.lost, horizon.filled) == (5.0, 3, 1, 0.5)
    # (0.5)^2 either way; (0.75)^2 and (0.25)^2.
    assert [(each.name, each.brier, each.climate) for each in horizon.forecasts] == [
        ("even", 0.25, 0.25),
        ("quarter", 0.3125, 0.25),
    ]


def test_without_a_decided_bet_there_is_no_forecast() -> None:
    (horizon,) = calibrate(recording(bets=BETS[2:])).horizons

    assert (horizon.bets, horizon.lost, horizon.forecasts) == (1, 1, ())


def test_a_market_in_which_nothing_rested_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="quiet: no order rested"):
        calibrate(recording("quiet", samples=[]))


def test_the_best_model_weighs_each_market_alike() -> None:
    def market(high: float, off: float) -> Calibration:
        errors = tuple(PlaceError(name, 0.0, 0.0, part, None) for name, part in (("high", high), ("off", off)))
        return Calibration("m", "high", 1, 0, 1, 1.0, 1.0, errors, ())

    best, score = best_model([market(0.10, 0.20), market(0.40, 0.25)])

    assert best == "off"
    assert score == pytest.approx(0.225)


def test_several_markets_are_counted_as_one() -> None:
    one, both = calibrate(recording("one")), calibrate(recording("one"), recording("two"))

    assert (both.market, both.orders, both.traded, both.samples) == ("all markets", 2, 2, 6)
    assert (both.mean_ahead, both.errors) == (one.mean_ahead, one.errors)
    assert [(each.bets, each.lost) for each in both.horizons] == [(6, 2)]


def test_markets_of_other_models_are_not_mixed() -> None:
    other = Recording("two", "high", ("high",), ("even",), [], [], [])

    with pytest.raises(AssertionError, match="two"):
        calibrate(recording("one"), other)


def test_wilson_s_interval_by_its_formula() -> None:
    # Wilson 1927; 8 of 10 as in Newcombe 1998: 0.4902 to 0.9433.
    assert list(wilson(8, 10)) == pytest.approx([0.4902, 0.9433], abs=1e-4)
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_spearman_gives_ties_their_mean_rank() -> None:
    # Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4.
    found = spearman(np.array([1.0, 5.0, 5.0, 9.0]), np.array([10.0, 20.0, 30.0, 40.0]))

    assert found == pytest.approx(4.5 / sqrt(4.5 * 5.0))


def test_spearman_of_what_never_changes_is_none() -> None:
    assert spearman(np.array([1.0, 1.0]), np.array([1.0, 2.0])) is None


def test_a_true_forecast_is_on_the_line_and_a_hopeful_one_is_not() -> None:
    rng = Random(5)
    true = np.array([rng.random() for _ in range(20_000)])
    outcomes = np.array([float(rng.random() < chance) for chance in true])

    honest, hopeful = judge("honest", true, outcomes), judge("hopeful", np.sqrt(true), outcomes)

    # The mean of p(1 - p) over [0, 1] is 1/6; the square root is 1/6 too high on average.
    assert honest.brier == pytest.approx(1 / 6, abs=0.004)
    assert honest.off < 0.012
    assert hopeful.off == pytest.approx(1 / 6, abs=0.01)
    assert sum(group.low <= group.predicted <= group.high for group in honest.deciles) >= 8


def test_deciles_hold_a_tenth_of_the_bets_each() -> None:
    chances = np.arange(20) / 20
    outcomes = np.array([0.0] * 10 + [1.0] * 10)

    first, *_, last = judge("f", chances, outcomes).deciles

    assert [first.predicted, last.predicted] == pytest.approx([0.025, 0.925])
    assert replace(first, predicted=0.0) == Group(2, 0.0, 0.0, *wilson(0, 2))
    assert replace(last, predicted=0.0) == Group(2, 0.0, 1.0, *wilson(2, 2))
