"""Sequences that can be guessed and sequences that cannot; the statistics by hand and against their papers."""

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.types import SECOND
from router.tca.facts.record import Child, ChildEnd
from router.tca.footprint.predictability import (
    Entropy,
    Exposure,
    Sending,
    autocorrelation,
    entropy,
    exposure,
    guesses,
    interval_predictability,
    intervals,
    round_sizes,
    runs_about_median,
    sendings,
    size_predictability,
)
from support.tca_cases import at, case, child, fill, quotes

MARKET = quotes([(0, 400_000, 400_200)])


def sent(*pairs: tuple[float, int]) -> tuple[Sending, ...]:
    return tuple(Sending(at(second), qty, (f"C{n}",)) for n, (second, qty) in enumerate(pairs))


def test_a_sending_is_what_left_at_one_instant_without_wishes_and_refusals() -> None:
    children = [
        child("C3", 9, 300),
        child("C1", 2, 100),
        child("C2", 2, 200),
        child("W", 3, 900, conditional=True),
        child("R", 4, 100, end=ChildEnd.REJECTED),
    ]

    found = sendings(case(MARKET, children))

    assert found == (Sending(at(2), 300, ("C1", "C2")), Sending(at(9), 300, ("C3",)))
    assert intervals(found) == (7 * SECOND,)


def test_four_values_alike_have_two_bits_and_one_value_has_none() -> None:
    assert entropy([1, 2, 3, 4] * 5) == Entropy(20, 4, 2.0, 2.0, 2.0)
    assert entropy([7, 7, 7]) == Entropy(3, 1, 0.0, 0.0, 0.0)
    assert entropy([7, 7, 7]).evenness is None


def test_a_small_sample_gets_what_it_lacks_back() -> None:
    found = entropy([1, 1, 1, 2])

    # H = -(3/4 log2 3/4 + 1/4 log2 1/4), and Miller's (2 - 1) / (2 x 4 x ln 2).
    assert found.plain == pytest.approx(2 - 0.75 * math.log2(3))
    assert found.corrected == pytest.approx(2 - 0.75 * math.log2(3) + 1 / (8 * math.log(2)))


@pytest.mark.slow
def test_the_correction_takes_most_of_the_bias_of_a_small_sample() -> None:
    draw = random.Random(2)
    weights = [5, 4, 3, 2, 1]
    true = -sum(weight / 15 * math.log2(weight / 15) for weight in weights)

    found = [entropy(draw.choices(range(5), weights, k=20)) for _ in range(2_000)]

    plain, corrected = (sum(getattr(each, name) for each in found) / 2_000 - true for name in ("plain", "corrected"))
    assert plain < -0.1
    assert abs(corrected) < abs(plain) / 3


@given(st.lists(st.integers(0, 5), min_size=1, max_size=50))
def test_entropy_is_between_nothing_and_a_uniform_draw(values: list[int]) -> None:
    found = entropy(values)

    assert 0 <= found.plain <= found.corrected + 1e-9
    assert found.corrected <= found.most == math.log2(len(set(values)))


def test_an_alternating_sequence_is_the_most_negative_at_one_lag_and_the_test_sees_it() -> None:
    found = autocorrelation([1, 3] * 8)

    assert found is not None
    # 15 products of -1 against 16 squares.
    assert found.lags[:2] == pytest.approx((-15 / 16, 14 / 16))
    assert (len(found.lags), found.bound) == (4, 0.49)
    assert found.q == pytest.approx(16 * 18 * sum(((16 - lag) / 16) ** 2 / (16 - lag) for lag in range(1, 5)))
    assert found.p_value < 1e-6


def test_runs_are_counted_about_the_median_and_ties_with_it_left_out() -> None:
    found = runs_about_median([1] * 5 + [5] + [9] * 5)

    # 5 below, 5 above, 2 runs; 6 expected, variance (6 - 1)(6 - 2)/(10 - 1) = 20/9.
    z = -4 / math.sqrt(20 / 9)
    assert found is not None
    assert (found.runs, found.expected, found.z) == (2, 6.0, z)
    assert found.p_value == pytest.approx(math.erfc(-z / math.sqrt(2)))
    assert runs_about_median([1, 1, 1, 1, 9, 9, 9, 9, 9]) is None


def test_the_tests_find_a_pattern_in_what_has_none_as_often_as_they_say() -> None:
    draw = random.Random(4)
    sequences = [[draw.randint(1, 1_000) for _ in range(60)] for _ in range(500)]

    boxes = [box.p_value for values in sequences if (box := autocorrelation(values))]
    runs = [run.p_value for values in sequences if (run := runs_about_median(values))]

    # 25 of 500 expected, 5 its deviation.
    assert len(boxes) == len(runs) == 500
    assert 8 <= sum(p < 0.05 for p in boxes) <= 42
    assert 8 <= sum(p < 0.05 for p in runs) <= 42


def test_a_metronome_is_always_hit_and_its_interval_has_no_entropy() -> None:
    found = interval_predictability(sent(*((60.0 * n, 100) for n in range(20))))

    assert (found.n, found.guesses.hits.value, found.autocorrelation) == (19, 1.0, None)
    assert found.entropy == Entropy(19, 1, 0.0, 0.0, 0.0)
    assert found.notes == ("always 60,000,000,000 ns: the next one is known",)


def test_arrivals_without_memory_are_hit_as_often_as_chance_says() -> None:
    draw = random.Random(9)
    second, pairs = 0.0, []
    for _ in range(3_000):
        second += draw.expovariate(1 / 30)
        pairs.append((second, 100))

    found = interval_predictability(sent(*pairs)).guesses

    assert found.by_chance is not None
    assert found.by_chance == pytest.approx(0.0694, abs=5e-5)
    assert found.hits.within(found.by_chance), found.hits


def test_sizes_that_repeat_are_hit_more_often_than_a_draw_of_the_same_sizes_would_be() -> None:
    found = size_predictability(sent(*((float(n), 900 if n % 5 == 4 else 100) for n in range(25)))).guesses

    # The median is always 100: of 22 guesses 17 are hit, and of the two sizes one.
    assert (found.hits.value, found.by_chance) == (17 / 22, 0.5)


def test_of_too_few_each_part_says_what_it_takes() -> None:
    few, none = size_predictability(sent((0, 100), (1, 200))), size_predictability(())

    assert few.notes == (
        "autocorrelation takes 8 observations, there are 2",
        "too few observations on one side of the median for a test of runs",
    )
    assert few.guesses.hits.note == "the detector guesses from observation 4 on, there are 2"
    assert (none.entropy, none.guesses.by_chance, none.notes) == (None, None, ("there is nothing to follow",))


def test_round_sizes_are_counted_against_one_in_five() -> None:
    plain = sent(*((float(n), 100 * (n + 1)) for n in range(20)), (99, 501))
    fond = sent(*((float(n), 500 * (n % 3 + 1)) for n in range(20)))

    even, odd = round_sizes(plain, 100), round_sizes(fond, 100)

    assert (even.share.value, even.by_chance) == (0.2, Fraction(1, 5))
    assert even.p_value == pytest.approx(1 - sum(math.comb(20, k) * 0.2**k * 0.8 ** (20 - k) for k in range(4)))
    assert odd.share.value == 1.0
    assert odd.p_value == pytest.approx(0.2**20)
    assert round_sizes((), 100).p_value == 1.0


def test_a_detector_knows_nothing_of_what_it_has_not_seen() -> None:
    assert guesses([100, 100, 100, 100, 500, 100], None).hit == (True, False, True)


def test_being_timed_costs_a_basis_point_of_what_was_timed_for_each_the_price_is_moved() -> None:
    children = [child(f"C{n}", 60.0 * n, 100 if n < 7 else 300) for n in range(8)]
    parent = case(MARKET, children, [fill(f"E{each.child_id}", 500, 400_000, each, each.qty) for each in children])

    found = exposure(parent)

    # From the third interval on: children 4 to 7, of which the last has a size that nobody guessed.
    assert found == Exposure(notional=Fraction(40_000), timed=Fraction(24_000), timed_and_sized=Fraction(12_000))
    assert (found.per_bp, found.share) == (Fraction(12, 5), 0.6)
    assert exposure(case(MARKET)).share is None


def test_a_child_that_is_still_open_counts_as_sent() -> None:
    still: Child = child("C1", 1)

    assert sendings(case(MARKET, [still])) == (Sending(at(1), 100, ("C1",)),)
