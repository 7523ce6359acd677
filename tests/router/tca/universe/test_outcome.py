"""One parent in the few figures that orders are compared by: what it refuses, and that it survives JSON."""

import math

import pytest

from router.tca.universe.outcome import Outcome, OutcomeError, checked, decode_outcomes, encode_outcomes
from support.outcomes import outcome


def test_z_is_cost_less_estimate_in_units_of_timing_risk() -> None:
    found = outcome(cost_bps=9.0, estimate_bps=5.0, timing_risk_bps=8.0).z

    assert found == 0.5


def test_there_is_no_z_without_an_estimate_or_with_a_risk_of_nothing() -> None:
    lacking = [outcome(timing_risk_bps=8.0), outcome(estimate_bps=5.0), outcome(estimate_bps=5.0, timing_risk_bps=0.0)]

    assert [each.z for each in lacking] == [None, None, None]


def test_what_was_not_filled_is_no_part_of_what_was_executed() -> None:
    assert outcome(q_adv=0.02, qty=1_000, filled=250).executed == pytest.approx(0.005)
    assert outcome(q_adv=0.02).executed == 0.02


def test_json_lines_and_an_array_hold_the_same() -> None:
    outcomes = (outcome("O1"), outcome("O2", pov=None, seed=7, estimate_bps=1.5))
    lines = encode_outcomes(outcomes)
    array = b"[" + b",".join(lines.splitlines()) + b"]"

    assert decode_outcomes(lines) == outcomes
    assert decode_outcomes(array) == outcomes


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (outcome(cost_bps=math.nan), r"outcome 1 \(O1\): cost_bps must be a number, it is nan"),
        (outcome(sigma=math.inf), r"outcome 1 \(O1\): sigma must be a number, it is inf"),
        (outcome(q_adv=0.0), r"outcome 1 \(O1\): Expected `float` > 0.0 - at `\$.q_adv`"),
        (outcome(pov=1.5), r"outcome 1 \(O1\): Expected `float` <= 1.0 - at `\$.pov`"),
        (outcome(date="today"), r"outcome 1 \(O1\): Expected `str` matching regex"),
    ],
)
def test_a_figure_outside_its_range_is_refused_by_name(wrong: Outcome, text: str) -> None:
    with pytest.raises(OutcomeError, match=text):
        checked([wrong])


def test_an_order_may_be_there_once_in_each_setting_and_seed() -> None:
    twice = [outcome(setting="A"), outcome(setting="B"), outcome(setting="A", seed=1)]

    assert checked(twice) == tuple(twice)
    with pytest.raises(OutcomeError, match="outcome 4: order_id O1 is there twice"):
        checked([*twice, outcome(setting="B")])


def test_a_line_that_is_no_outcome_is_named_by_its_number() -> None:
    good = encode_outcomes([outcome()])

    with pytest.raises(OutcomeError, match=r"outcome on line 2: .*unknown field `fee`"):
        decode_outcomes(good + good.replace(b'"order_id"', b'"fee":1,"order_id"'))
