"""Predicted against realised, on orders whose truth is known."""

from __future__ import annotations

from random import Random

import pytest

from router.core.algo import SchedulePoint
from router.core.types import SECOND
from router.tca.fit.fit import fit
from router.tca.fit.points import points_of
from router.tca.fit.simulate import draw_orders, simulate_costs
from router.tca.fit.verify import Asked, ask, calibrate, of_fit, of_model, slope
from router.tca.impact.parameters import Models
from router.tca.study.result import Worked
from router.tca.study.window import MINUTE, MarketMinutes
from router.tca.universe.outcome import Outcome
from support.outcomes import outcome

OPEN = 1_000 * SECOND


def asked(outcomes: tuple[Outcome, ...]) -> list[Asked]:
    points, _ = points_of(outcomes)
    return [Asked(point.order, point.path, point.outcome) for point in points]


def test_a_true_model_has_no_bias_a_slope_of_one_and_intervals_that_hold(models: Models) -> None:
    model = models.square_root
    orders = asked(simulate_costs(model, draw_orders(3_000, 1), seed=2, spread_part=1.0))

    found = calibrate("true", lambda order, path: (of_model(model)(order, path)[0], 0.0), orders)

    assert found.bias.within(0.0)
    assert found.slope.within(1.0)
    assert found.dispersion == pytest.approx(1.0, abs=0.04)
    assert [one.found.value for one in found.coverage] == pytest.approx([0.5, 0.8, 0.95], abs=0.03)


def test_a_model_that_promises_half_is_found_out_and_a_fit_mends_it(models: Models) -> None:
    true = models.square_root
    train, test = (simulate_costs(true, draw_orders(1_500, seed), seed=seed, spread_part=1.0) for seed in (1, 2))

    half = calibrate("half", lambda order, path: (of_model(true)(order, path)[0] / 2, 0.0), asked(test))
    fitted = calibrate("fitted", of_fit(fit(true, train)), asked(test))

    assert half.slope.low is not None
    assert half.slope.low > 1.2
    assert half.bias.low is not None
    assert half.bias.low > 0
    assert fitted.slope.within(1.0)
    assert fitted.bias.within(0.0)


def test_a_slope_is_that_of_the_line_and_its_interval_holds_it() -> None:
    rng = Random(4)
    xs = [rng.uniform(0, 10) for _ in range(200)]
    ys = [3 + 2 * x + rng.gauss(0, 1 + x) for x in xs]

    found = slope(xs, ys, [1 / (1 + x) ** 2 for x in xs])

    assert found.within(2.0)
    assert slope(
        [1.0, 2.0, 3.0, 4.0, 5.0], [3.0, 5.0, 7.0, 9.0, 11.0], [1.0, 2.0, 3.0, 1.0, 9.0]
    ).value == pytest.approx(2.0)


def test_a_slope_of_predictions_that_are_all_alike_does_not_exist() -> None:
    found = slope([1.0] * 9, [float(n) for n in range(9)], [1.0] * 9)

    assert (found.value, found.note) == (None, "a slope takes 5 orders whose predictions differ, there are 9")


def test_an_order_is_asked_along_its_stated_schedule_in_the_market_of_quiet_days() -> None:
    market = MarketMinutes(
        symbol="ACME", volume=(1_000.0,) * 20, variance=(1e-6,) * 20, spread_bps=(8.0,) * 20, mid=None
    )
    points = tuple(SchedulePoint(OPEN + minute * MINUTE, qty) for minute, qty in ((5, 0), (15, 2_000)))
    worked = Worked(
        name="P",
        outcome=outcome(q_adv=0.01, qty=2_000, filled=2_000),
        arrived_at=points[0].at,
        schedule=points,
    )

    found = ask(worked, market, start=points[0].at, end=points[-1].at, open_=OPEN, sigma=0.01, taken=0.5)

    assert found.path.qty == pytest.approx((1_000.0, 1_000.0))
    assert found.path.rates(found.order.adv) == pytest.approx((0.2, 0.2))
    assert sum(found.path.variance) == pytest.approx(10 * 1e-6 / 0.01**2)
    assert (found.order.qty, found.order.adv, found.order.spread) == (2_000, 200_000, 8e-4)
