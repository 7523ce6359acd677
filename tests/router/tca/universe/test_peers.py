"""An order among its like: which these are, where it stands, and what a mean of few is worth."""

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.tca.estimate import nothing, share
from router.tca.universe.outcome import Outcome
from router.tca.universe.peers import Cut, GroupMean, PeersError, Shrunk, Universe, shrink, shrink_groups, z_scores
from support.outcomes import outcome


def like(count: int, first: int = 0, **fields: object) -> list[Outcome]:
    """Orders of one kind that cost 0, 1, 2, ... bps."""
    return [outcome(f"P{first + n}", cost_bps=float(n), **fields) for n in range(count)]


def test_a_bucket_reads_as_its_borders_and_a_figure_at_a_border_is_in_the_upper_one() -> None:
    cut = Cut()

    told = [
        cut.words(cut.bucket(outcome(q_adv=q_adv, pov=pov)))
        for q_adv, pov in ((0.01, 0.01), (0.25, None), (0.0009, 0.2))
    ]

    rest = "sigma 0.01 to 0.02, spread_bps 2 to 5"
    assert told == [
        f"q_adv 0.01 to 0.05, pov below 0.05, {rest}",
        f"q_adv from 0.25, {rest}",
        f"q_adv below 0.001, pov from 0.2, {rest}",
    ]


def test_a_percentile_is_the_share_of_cheaper_peers_with_ties_at_half() -> None:
    universe = Universe(like(40))

    found = universe.rank(outcome("MINE", cost_bps=9.0))

    assert (found.steps, found.peers, found.percentile.value) == (0, 40, 9.5 / 40)
    assert (found.peer_mean.value, found.peer_median) == (19.5, 19.5)
    assert found.percentile == share(9.5, 40)


def test_an_order_is_never_its_own_peer() -> None:
    past = like(21)

    found = Universe(past).rank(past[20])

    assert (found.peers, found.percentile.value) == (20, 1.0)


def test_a_thin_bucket_takes_its_neighbours_in_ring_by_ring() -> None:
    near, far, off = like(15, 100, pov=0.01), like(30, 200, pov=0.01, sigma=0.025), like(99, 300, pov=0.5, sigma=0.09)
    universe = Universe([*like(5), *near, *far, *off])

    steps = [universe.like(outcome("MINE"), least)[0] for least in (5, 20, 50)]
    peers = [len(universe.like(outcome("MINE"), least)[1]) for least in (5, 20, 50)]

    assert (steps, peers) == ([0, 1, 2], [5, 20, 50])


def test_a_dimension_that_an_order_lacks_does_not_count_and_a_past_order_that_lacks_one_is_nobodys() -> None:
    universe = Universe([*like(20), *like(20, 100, pov=0.5), *like(7, 200, spread_bps=None)])

    steps, peers = universe.like(outcome("MINE", pov=None))

    assert (steps, len(peers), universe.left_out, len(universe)) == (0, 40, 7, 40)


def test_a_universe_of_too_few_is_refused_with_both_numbers() -> None:
    universe = Universe([*like(19), *like(2, 100, sigma=None)])

    with pytest.raises(
        PeersError, match="at least 20 past orders with all dimensions, there are 19 and 2 that lack one"
    ):
        universe.rank(outcome("MINE"))


def test_z_is_told_beside_the_rank_or_why_there_is_none() -> None:
    universe = Universe(like(20))

    told = [
        universe.rank(each)
        for each in (
            outcome("M", cost_bps=9.0, estimate_bps=5.0, timing_risk_bps=8.0),
            outcome("M"),
            outcome("M", estimate_bps=5.0),
            outcome("M", estimate_bps=5.0, timing_risk_bps=0.0),
        )
    ]

    assert [(rank.z, rank.z_note) for rank in told] == [
        (0.5, ""),
        (None, "no pre-trade estimate"),
        (None, "no pre-trade timing risk"),
        (None, "the pre-trade timing risk is 0"),
    ]


@given(st.permutations(like(25)))
def test_the_order_of_the_past_does_not_matter(past: list[Outcome]) -> None:
    found = Universe(past).rank(outcome("MINE", cost_bps=7.0))

    assert found == Universe(like(25)).rank(outcome("MINE", cost_bps=7.0))


def test_the_percentiles_of_orders_drawn_from_their_universe_are_uniform() -> None:
    draw = random.Random(3)
    past = [outcome(f"P{n}", cost_bps=draw.gauss(5, 30)) for n in range(200)]
    universe = Universe(past)

    found = [universe.rank(outcome("MINE", cost_bps=draw.gauss(5, 30))).percentile.value or 0.0 for _ in range(400)]

    # A uniform draw has a mean of 0.5, its deviation here 0.0144; of the universe's own, 0.02.
    assert statistics.fmean(found) == pytest.approx(0.5, abs=0.08)
    assert statistics.stdev(found) == pytest.approx(12**-0.5, abs=0.03)


def test_z_of_right_estimates_has_a_mean_of_nothing_and_a_deviation_of_one() -> None:
    draw = random.Random(5)
    right = [outcome(f"P{n}", cost_bps=draw.gauss(6, 30), estimate_bps=6.0, timing_risk_bps=30.0) for n in range(400)]

    found, deviation = z_scores([*right, outcome("NO ESTIMATE")])

    assert found.n == 400
    assert found.within(0.0)
    assert deviation == pytest.approx(1.0, abs=0.1)
    assert z_scores([outcome()]) == (nothing("no order with an estimate and a timing risk"), None)


# --- shrinkage

HITS = {
    "Clemente": 18, "F. Robinson": 17, "F. Howard": 16, "Johnstone": 15, "Berry": 14, "Spencer": 14, "Kessinger": 13,
    "L. Alvarado": 12, "Santo": 11, "Swoboda": 11, "Unser": 10, "Williams": 10, "Scott": 10, "Petrocelli": 10,
    "E. Rodriguez": 10, "Campaneris": 9, "Munson": 8, "Alvis": 7,
}  # fmt: skip


def test_eighteen_batters_shrink_as_efron_and_morris_print_it() -> None:
    """Scientific American 236 (1977), 119: 45 times at bat each, the factor c = 0.212, Clemente's .400 becomes .294."""
    grand = sum(HITS.values()) / 45 / 18

    found = shrink([GroupMean(name, 45, hits / 45) for name, hits in HITS.items()], grand * (1 - grand))

    assert [1 - each.toward for each in found if each.toward is not None] == pytest.approx([0.212] * 18, abs=5e-4)
    assert found[0].name == "Clemente"
    assert found[0].shrunk == pytest.approx(0.294, abs=5e-4)


def test_small_groups_are_drawn_further_than_large_ones() -> None:
    draw = random.Random(8)
    sizes = {"large": 200, "middling": 20, "small": 4, "tiny": 1, "other": 50}
    centres = {"large": 3.0, "middling": 9.0, "small": 6.0, "tiny": 12.0, "other": 0.0}
    orders = [
        outcome(f"{name}{n}", algorithm=name, cost_bps=draw.gauss(centres[name], 10))
        for name, size in sizes.items()
        for n in range(size)
    ]

    found = shrink_groups(orders, lambda order: order.algorithm)

    assert [each.n for each in found] == [200, 20, 4, 1, 50]
    by_size = [each.toward for each in sorted(found, key=lambda each: -each.n) if each.toward is not None]
    assert by_size == sorted(by_size)
    assert len(by_size) == 5


@pytest.mark.slow
def test_what_varies_within_groups_is_pooled_by_what_each_can_tell() -> None:
    """Squares of 1 and 1 about the mean of two, of 16, 0 and 16 about that of three: (2 + 32) / (1 + 2)."""
    costs = {"a": (0.0, 2.0), "b": (0.0, 4.0, 8.0), "c": (1.0,), "d": (5.0,)}
    orders = [
        outcome(f"{name}{n}", algorithm=name, cost_bps=each) for name, of in costs.items() for n, each in enumerate(of)
    ]

    found = shrink_groups(orders, lambda order: order.algorithm)

    assert found == shrink([GroupMean(name, len(of), sum(of) / len(of)) for name, of in costs.items()], 34 / 3)


def test_means_of_few_are_nearer_to_the_truth_shrunk() -> None:
    draw = random.Random(13)
    plain = shrunk = 0.0
    for _ in range(200):
        truths = [draw.gauss(5, 3) for _ in range(10)]
        groups = [GroupMean(str(n), 4, draw.gauss(truth, 5)) for n, truth in enumerate(truths)]
        for truth, each in zip(truths, shrink(groups, 100.0), strict=True):
            plain += (each.mean - truth) ** 2
            shrunk += (each.shrunk - truth) ** 2

    # With T known, the best takes 25 / 34 of each error away: 9 / 34 would be left.
    assert shrunk < 0.45 * plain


@pytest.mark.parametrize(
    ("groups", "within", "note"),
    [
        ([GroupMean("A", 9, 1.0), GroupMean("B", 9, 2.0)], 4.0, "shrinking takes 4 groups, there are 2"),
        ([GroupMean(str(n), 9, 1.0 * n) for n in range(4)], 0.0, "nothing varies within groups"),
    ],
)
def test_what_cannot_be_shrunk_stays_and_says_why(groups: list[GroupMean], within: float, note: str) -> None:
    found = shrink(groups, within)

    assert found == tuple(Shrunk(each.name, each.n, each.mean, each.mean, None, note) for each in groups)


def test_of_groups_of_one_each_nothing_is_known_within() -> None:
    found = shrink_groups([outcome(f"P{n}", algorithm=str(n)) for n in range(6)], lambda order: order.algorithm)

    assert {each.note for each in found} == {"no group has two orders: what varies within one is not known"}


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(-100, 100)), min_size=4, max_size=12), st.floats(0.1, 1_000))
def test_a_shrunk_mean_lies_between_its_own_and_the_others(pairs: list[tuple[int, float]], within: float) -> None:
    groups = [GroupMean(str(n), size, value) for n, (size, value) in enumerate(pairs)]

    found = shrink(groups, within)

    low, high = min(value for _, value in pairs), max(value for _, value in pairs)
    assert all(each.toward is not None and 0 <= each.toward <= 1 for each in found)
    assert all(low - 1e-6 <= each.shrunk <= high + 1e-6 for each in found)
