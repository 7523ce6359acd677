"""TWAP: a straight line, kept in lots, inside its window, a little unpunctual on purpose."""

from itertools import pairwise
from typing import ClassVar

import pytest

from algos.testing import AlgorithmContract, Conditions, Driver, Run, example_terms
from algos.twap import Twap, TwapParams
from router.api import PPM, SECOND, AlgoParams, OrderTerms, Reason, SchedulePoint, Urgency

MINUTE = 60 * SECOND
STEADY = TwapParams(variance=0)


def run(params: TwapParams = STEADY, terms: OrderTerms | None = None, conditions: Conditions | None = None) -> Run:
    return Driver(Twap, params, terms or example_terms(), conditions or Conditions()).run()


class TestContract(AlgorithmContract):
    factory = Twap
    params: ClassVar[AlgoParams] = TwapParams()


class TestContractToComplete(AlgorithmContract):
    factory = Twap
    params: ClassVar[AlgoParams] = TwapParams(completion="Complete", halt_policy="Shift", interval=7 * SECOND)


def test_equal_slices_at_equal_times_and_the_odd_lot_last() -> None:
    terms = example_terms(qty=1_050, minutes=5)

    cuts = run(terms=terms).cuts

    assert [((cut.at - terms.start) // MINUTE, cut.slice.qty) for cut in cuts] == [
        (0, 200),
        (1, 200),
        (2, 200),
        (3, 200),
        (4, 250),
    ]
    assert {cut.slice.urgency for cut in cuts} == {Urgency.PASSIVE}
    assert [cut.slice.until for cut in cuts] == [terms.start + minute * MINUTE for minute in range(1, 6)]


def test_a_slice_too_small_for_a_lot_is_carried_until_it_is_one() -> None:
    terms = example_terms(qty=300, minutes=9)

    cuts = run(terms=terms).cuts

    assert [((cut.at - terms.start) // MINUTE, cut.slice.qty) for cut in cuts] == [(2, 100), (5, 100), (8, 100)]


def test_an_order_smaller_than_a_lot_goes_out_whole_in_the_last_slot() -> None:
    terms = example_terms(qty=37, minutes=10)

    cuts = run(terms=terms).cuts

    assert [((cut.at - terms.start) // MINUTE, cut.slice.qty) for cut in cuts] == [(9, 37)]


def test_variance_moves_times_and_sizes_but_not_the_sum() -> None:
    terms = example_terms(qty=100_000, minutes=60)

    varied = run(TwapParams(variance=500_000), terms)

    gaps = {(two.at - one.at) // SECOND for one, two in pairwise(varied.cuts)}
    sizes = {cut.slice.qty for cut in varied.cuts}
    assert len(gaps) > 20
    assert len(sizes) > 5
    assert sum(cut.slice.qty for cut in varied.cuts) == varied.filled == 100_000


def test_arrears_within_the_tolerance_stay_passive_and_beyond_it_cross() -> None:
    terms = example_terms(qty=30_000, minutes=30)

    lagging = run(terms=terms, conditions=Conditions(filled=300_000))

    assert {(cut.slice.reason, cut.slice.urgency) for cut in lagging.cuts} >= {
        (Reason.SCHEDULE, Urgency.PASSIVE),
        (Reason.CATCH_UP, Urgency.NEUTRAL),
    }
    assert all(cut.slice.urgency is not Urgency.PASSIVE for cut in lagging.cuts if cut.slice.reason is Reason.CATCH_UP)


def test_without_completion_a_residue_is_left() -> None:
    left = run(conditions=Conditions(ignored=PPM))

    assert left.filled == 0
    assert Reason.COMPLETION not in {cut.slice.reason for cut in left.cuts}


def test_completion_crosses_for_the_rest_before_the_end() -> None:
    terms = example_terms(qty=10_037, minutes=30)

    # Passive slices that nobody takes, until the clean-up's aggressive ones, which are taken whole.
    complete = run(TwapParams(completion="Complete", urgency="Low"), terms, Conditions(seed=3, ignored=600_000))

    last = complete.cuts[-1]
    assert (last.slice.reason, last.slice.urgency, last.slice.until) == (
        Reason.COMPLETION,
        Urgency.AGGRESSIVE,
        terms.end,
    )
    assert last.at >= terms.end - 30 * SECOND


def test_after_a_halt_compress_still_works_the_whole_order_without_a_burst() -> None:
    terms = example_terms(qty=30_000, minutes=30)

    compressed = run(terms=terms, conditions=Conditions(halts=((10 * MINUTE, 20 * MINUTE),)))

    after = [cut.slice.qty for cut in compressed.cuts if cut.at >= terms.start + 20 * MINUTE]
    assert compressed.filled == 30_000
    assert max(after) <= 2_100  # twice the old 1,000 a minute, spread evenly


def test_after_a_halt_shift_keeps_the_pace_and_leaves_what_no_longer_fits() -> None:
    terms = example_terms(qty=30_000, minutes=30)

    shifted = run(TwapParams(variance=0, halt_policy="Shift"), terms, Conditions(halts=((10 * MINUTE, 20 * MINUTE),)))

    after = [cut.slice.qty for cut in shifted.cuts if cut.at >= terms.start + 20 * MINUTE]
    assert set(after) == {1_000}
    assert shifted.filled == 20_000


def test_the_expected_schedule_is_the_line_in_whole_lots() -> None:
    terms = example_terms(qty=1_050, minutes=3)

    assert Twap.expected_schedule(STEADY, terms) == (
        SchedulePoint(terms.start, 0),
        SchedulePoint(terms.start + MINUTE, 300),
        SchedulePoint(terms.start + 2 * MINUTE, 700),
        SchedulePoint(terms.end, 1_050),
    )


@pytest.mark.parametrize("interval", [SECOND, 3600 * SECOND])
def test_the_expected_schedule_has_a_bounded_number_of_points(interval: int) -> None:
    points = Twap.expected_schedule(TwapParams(interval=interval), example_terms(minutes=390))

    assert 2 <= len(points) <= 500
