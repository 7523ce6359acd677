"""A journal's parent as an outcome: its figures by hand, and what has no cost."""

import pytest

from router.core.types import Side
from router.tca.facts.case import case_of
from router.tca.facts.recorder import Recorder
from router.tca.universe.outcome import Outcome, OutcomeError, checked
from router.tca.universe.outcome_of import outcome_of, quoted_spread_bps
from support.floor import DAY
from support.tca_cases import at, case, child, fill, quotes


def test_the_buy_of_the_hand_made_day_in_a_few_figures(recorder: Recorder) -> None:
    found = outcome_of(case_of(recorder, recorder.orders["O1"]), sigma=0.02, pair="A", seed=7)

    # 600 at 40.00 and 400 at 40.01 against 40.01; of 2,000,000 shares a day; 1,000 of the 2,500 that traded.
    assert found == Outcome(
        order_id="O1",
        symbol="ACME",
        side=Side.BUY,
        date=DAY,
        algorithm="VWAP",
        q_adv=0.0005,
        pov=0.4,
        sigma=0.02,
        spread_bps=None,
        cost_bps=float(-6 / (1_000 * 40.01) * 10_000),
        qty=1_000,
        filled=1_000,
        pair="A",
        seed=7,
    )
    assert checked([found]) == (found,)


def test_what_filled_nothing_or_met_no_market_or_has_no_volume_to_be_a_part_of_has_no_outcome(
    recorder: Recorder,
) -> None:
    sent = child("C1", 1)
    market = quotes([(0, 400_000, 400_200)])
    filled = [fill("E1", 5, 400_000, sent)]

    for parent, adv, text in (
        (case_of(recorder, recorder.orders["O3"]), None, "O3: a cost takes a fill, there was none"),
        (case(market, [sent], filled), 1e6, "O1: a cost takes a two-sided market when it came, there was none"),
        (case(market, [sent], filled, arrival=(1, 3)), None, "O1: its size takes the average daily volume of ACME"),
        (case(market, [sent], filled, arrival=(1, 3)), -1.0, "O1: its size takes the average daily volume of ACME"),
    ):
        with pytest.raises(OutcomeError, match=text):
            outcome_of(parent, adv=adv)


def test_fills_that_are_missing_on_the_tape_leave_no_rate_of_participation() -> None:
    sent = child("C1", 1)
    parent = case(quotes([(0, 1, 3)]), [sent], [fill("E1", 5, 2, sent)], arrival=(1, 3))

    assert outcome_of(parent, adv=1e6).pov is None


def test_a_spread_is_weighted_by_the_time_that_it_stood_and_a_locked_market_has_none() -> None:
    market = quotes([(0, 400_000, 400_200), (10, 400_000, 400_600), (13, 400_100, 400_100)])

    found = quoted_spread_bps(market, at(4), at(20))

    # 2 cents of 40.01 for 6 s, 6 cents of 40.03 for 3 s.
    assert found == pytest.approx((6 * 0.02 / 40.01 + 3 * 0.06 / 40.03) / 9 * 10_000)
    assert quoted_spread_bps(market, at(14), at(20)) is None
