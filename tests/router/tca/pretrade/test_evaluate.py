"""The middle of the models, their distance, and the two intervals."""

import pytest
from msgspec.structs import replace

from router.core.algo import SchedulePoint
from router.core.types import Side
from router.tca.impact.parameters import Models
from router.tca.impact.terms import Estimate, ImpactOrder, even_path
from router.tca.pretrade.candidates import Candidate
from router.tca.pretrade.dates import Leg
from router.tca.pretrade.evaluate import DatePart, Evaluation, evaluate, on_one_basis
from router.tca.pretrade.figure import exact
from support.pretrade import CLOSE, OPEN, SESSION, impact_file

HALF = Leg(
    session=SESSION, start=OPEN, end=CLOSE, points=(SchedulePoint(OPEN, 0), SchedulePoint((OPEN + CLOSE) // 2, 500))
)
CANDIDATE = Candidate(
    strategy="TWAP", urgency="Medium", rate=None, settings=(), legs=(HALF,), interval_ns=None, variance=0.0
)
ORDER = ImpactOrder(side=Side.BUY, qty=1_000, price=40.0, adv=10_000, sigma=0.02, spread=0.02)


def estimate(model: str, temporary: float, *, outside: bool = False) -> Estimate:
    return Estimate(
        model=model,
        spread=1.0,
        temporary=temporary,
        permanent=2.0,
        drift=0.0,
        timing_risk=40.0,
        error=3.0,
        outside=outside,
    )


def evaluation(*estimates: Estimate) -> Evaluation:
    return Evaluation(
        candidate=CANDIDATE,
        path=even_path(1_000, 1.0),
        estimates=estimates,
        fees=exact(0.5, "bps", "tariff"),
        participation=0.1,
        peak_rate=0.1,
        left=0.0,
        order=ORDER,
        parts=(),
        finished=estimates,
    )


def test_the_middle_is_the_median_model_and_the_lower_of_two() -> None:
    three = evaluation(estimate("a", 9.0), estimate("b", 1.0), estimate("c", 4.0))
    four = evaluation(*three.estimates, estimate("d", 30.0))

    assert (three.middle.model, four.middle.model) == ("c", "c")
    assert three.cost == 1 + 4 + 2 + 0.5


def test_a_model_beyond_its_range_counts_neither_in_the_middle_nor_in_the_distance() -> None:
    plain = evaluation(estimate("a", 9.0), estimate("b", 1.0))

    more = evaluation(*plain.estimates, estimate("x", 1_000.0, outside=True))

    assert (more.middle, more.between) == (plain.middle, plain.between)
    assert more.between == 4.0


def test_where_no_model_holds_all_count() -> None:
    beyond = evaluation(*(replace(each, outside=True) for each in (estimate("a", 9.0), estimate("b", 1.0))))

    assert (beyond.middle.model, beyond.between) == ("b", 4.0)


def test_the_expectation_is_in_doubt_and_the_order_at_risk_too() -> None:
    it = evaluation(estimate("a", 9.0), estimate("b", 1.0))

    # Doubt: error 3 and distance 4; this order: the timing risk of 40 as well.
    assert it.doubt == 5.0
    assert it.expected().high - it.cost == pytest.approx(1.959964 * 5)
    assert it.outcome().high - it.cost == pytest.approx(1.959964 * (25 + 1_600) ** 0.5)
    assert it.adjusted(0.01) == pytest.approx(it.cost + 16)


def test_ways_are_compared_by_the_models_that_hold_for_all_of_them() -> None:
    slow = evaluation(estimate("a", 5.0), estimate("b", 1.0))
    fast = evaluation(estimate("a", 9.0), estimate("b", 1.0, outside=True))

    found = on_one_basis((slow, fast), (slow, fast))

    assert (slow.middle.model, fast.middle.model) == ("b", "a")
    assert [each.middle.model for each in found] == ["a", "a"]
    assert [each.cost for each in found] == [8.5, 12.5]


def test_where_no_model_holds_for_all_of_them_all_models_count() -> None:
    slow = evaluation(estimate("a", 5.0, outside=True), estimate("b", 1.0))
    fast = evaluation(estimate("a", 9.0), estimate("b", 1.0, outside=True))

    assert [each.basis for each in on_one_basis((slow, fast), (slow, fast))] == [("a", "b")] * 2


@pytest.fixture(scope="module")
def models() -> Models:
    return impact_file().on("20261130")


def test_what_is_left_is_told_in_shares_as_a_part_and_as_a_day_s_risk(models: Models) -> None:
    it = evaluate(CANDIDATE, even_path(500, 0.5), ORDER, models.all, fees=exact(0.5, "bps", "tariff"))

    assert (it.left, it.left_part) == (500, 0.5)
    assert it.left_risk == pytest.approx(0.5 * 200)
    assert it.parts == (DatePart(day="20261130", qty=500, participation=500 / 5_500, held=500),)


def test_what_leaves_shares_is_weighed_with_the_whole_order_s_cost_and_risk(models: Models) -> None:
    half, whole = even_path(500, 0.5), even_path(1_000, 1.0)
    fees = exact(0.5, "bps", "tariff")

    it = evaluate(CANDIDATE, half, ORDER, models.all, fees=fees, finished=whole)

    finished = evaluate(CANDIDATE, whole, ORDER, models.all, fees=fees)
    assert it.cost < finished.cost
    assert (it.finished_cost, it.finished_risk) == (finished.cost, finished.risk)
    assert it.adjusted(0.001) == finished.adjusted(0.001) == finished.cost + 0.001 * finished.risk**2
    assert (it.whole().value, it.whole().high) == (finished.cost, finished.expected().high)
