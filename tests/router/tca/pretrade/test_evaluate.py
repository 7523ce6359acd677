"""The middle of the models, their distance, and the two intervals."""

import pytest
from msgspec.structs import replace

from router.tca.impact.terms import Estimate, even_path
from router.tca.pretrade.candidates import Candidate
from router.tca.pretrade.evaluate import Evaluation
from router.tca.pretrade.figure import exact
from support.pretrade import CLOSE

CANDIDATE = Candidate(
    strategy="TWAP", urgency="Medium", rate=None, end=CLOSE, settings=(), schedule=(), interval_ns=None, variance=0.0
)


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
