"""Censored tails and the greedy split (Ganchev et al. 2010)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.sor.tail import LOTS_MAX, MEMORY, OPTIMISM, DarkBook, Tail, allocate


def test_knowing_nothing_is_optimistic() -> None:
    assert Tail().probabilities(3) == pytest.approx([OPTIMISM, OPTIMISM**2, OPTIMISM**3])


def test_a_probe_filled_in_part_says_where_the_venue_ended() -> None:
    tail = Tail()

    tail.observe(sent=5, filled=2)

    # One probe survived 0 and 1 and ended at 2: D(2)/(N(2) + 1) = 1/2; beyond, optimism.
    assert tail.probabilities(4) == pytest.approx([1.0, 1.0, 0.5, 0.5 * OPTIMISM])


def test_a_probe_filled_whole_is_censored() -> None:
    tail = Tail()

    tail.observe(sent=2, filled=2)

    assert tail.probabilities(3) == pytest.approx([1.0, 1.0, OPTIMISM])


def test_a_probe_that_found_nothing_leaves_a_chance() -> None:
    tail = Tail()

    tail.observe(sent=5, filled=0)

    assert tail.probabilities(1) == pytest.approx([0.5])


def test_old_observations_fade() -> None:
    tail = Tail()
    tail.observe(sent=1, filled=0)
    tail.observe(sent=1, filled=1)

    # N(0) = MEMORY + 1, D(0) = MEMORY.
    assert tail.probabilities(1) == pytest.approx([1 - MEMORY / (MEMORY + 2)])


@given(probes=st.lists(st.tuples(st.integers(1, 12), st.integers(0, 12)), max_size=30))
def test_a_tail_is_a_probability_and_never_rises(probes: list[tuple[int, int]]) -> None:
    tail = Tail()
    for sent, filled in probes:
        tail.observe(sent, min(filled, sent))

    values = [1.0, *tail.probabilities(15)]

    assert all(0.0 < later <= earlier <= 1.0 for earlier, later in itertools.pairwise(values))


def test_each_lot_goes_where_the_next_is_likeliest() -> None:
    tails = {"XBLK": [0.9, 0.2, 0.1], "XDRK": [0.8, 0.7, 0.3]}

    assert allocate(4, tails) == {"XBLK": 1, "XDRK": 3}


@given(
    lots=st.integers(0, 8),
    falls=st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4), min_size=1, max_size=3),
)
def test_the_greedy_split_is_the_best_split(lots: int, falls: list[list[int]]) -> None:
    tails = {f"X{index}": sorted((1 / (1 + fall) for fall in row), reverse=True) for index, row in enumerate(falls)}

    given_out = allocate(lots, tails)

    expected = sum(sum(tails[mic][:qty]) for mic, qty in given_out.items())
    everything = sorted((p for tail in tails.values() for p in tail), reverse=True)
    assert sum(given_out.values()) == min(lots, len(everything))
    assert expected == pytest.approx(sum(everything[:lots]))


@given(qty=st.integers(1, 100_000), mics=st.sampled_from([("XA",), ("XA", "XB"), ("XA", "XB", "XC")]))
def test_a_split_gives_out_every_share(qty: int, mics: tuple[str, ...]) -> None:
    shares = DarkBook().split("W", "ACME", mics, rest=True, qty=qty, lot=100)

    assert sum(shares.values()) == qty
    assert list(shares) == list(mics)
    assert sum(1 for share in shares.values() if share % 100) <= 1


def test_what_one_client_learned_another_does_not_know() -> None:
    book = DarkBook()
    for _ in range(10):
        book.observe("MINE", "ACME", "XA", rested=False, sent=500, filled=500, lot=100)
        book.observe("MINE", "ACME", "XB", rested=False, sent=500, filled=0, lot=100)

    assert book.split("MINE", "ACME", ("XA", "XB"), rest=False, qty=500, lot=100) == {"XA": 500, "XB": 0}
    assert book.split("YOURS", "ACME", ("XA", "XB"), rest=False, qty=400, lot=100) == {"XA": 200, "XB": 200}


def test_what_rests_taught_probes_do_not_know() -> None:
    book = DarkBook()
    book.observe("W", "ACME", "XA", rested=True, sent=100, filled=0, lot=100)

    assert book.split("W", "ACME", ("XA", "XB"), rest=True, qty=100, lot=100) == {"XA": 0, "XB": 100}
    assert book.split("W", "ACME", ("XA", "XB"), rest=False, qty=100, lot=100) == {"XA": 100, "XB": 0}


def test_sizes_beyond_the_largest_told_apart_count_as_the_largest() -> None:
    tail = Tail()

    tail.observe(sent=10 * LOTS_MAX, filled=9 * LOTS_MAX)

    assert tail.probabilities(LOTS_MAX)[-1] == pytest.approx(1.0)
