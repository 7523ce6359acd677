"""How well children are guessed, as a report has it: every figure, or why there is none."""

from decimal import Decimal

from router.tca.estimate import share
from router.tca.footprint.guessing import GuessingSection, SequenceRow, guessing
from support.tca_cases import case, child, fill, quotes

MARKET = quotes([(0, 400_000, 400_200)])


def test_a_metronome_of_round_lots_is_guessed_and_what_that_costs_is_told() -> None:
    children = [child(f"C{n}", 60.0 * n, 500) for n in range(10)]
    fills = [fill(f"E{n}", 60.0 * n + 1, 400_000, each, 500) for n, each in enumerate(children)]

    found = guessing(case(MARKET, children, fills))

    # Intervals are guessed from the fourth on, so children 4 to 9 are timed: 6 x 500 at 40.00.
    assert found == GuessingSection(
        currency="USD",
        sendings=10,
        rows=(
            SequenceRow("sizes", 10, 0.0, None, None, None, None, share(7, 7), 1.0,
                        "always 500 shares: the next one is known"),
            SequenceRow("intervals", 9, 0.0, None, None, None, None, share(6, 6), found.rows[1].by_chance,
                        "always 60,000,000,000 ns: the next one is known"),
        ),
        round_share=share(10, 10),
        round_by_chance=0.2,
        round_p=found.round_p,
        timed_per_bp=Decimal(12),
        timed_share=0.6,
    )  # fmt: skip


def test_of_children_that_are_mostly_one_lot_it_is_said_that_a_hit_says_little() -> None:
    sizes = [100, 100, 700, 100, 300, 100, 100, 100]

    found = guessing(case(MARKET, [child(f"C{n}", 7.0 * n * n, qty) for n, qty in enumerate(sizes)]))

    assert found.rows[0].note.startswith("75% are one lot, the commonest size of all: a hit on it says little")
    assert "one lot" not in found.rows[1].note


def test_an_order_that_sent_nothing_says_so() -> None:
    found = guessing(case(MARKET))

    assert (found.sendings, found.timed_share, found.note) == (0, None, "nothing was filled")
    assert found.timed_per_bp == 0
    assert [row.note for row in found.rows] == ["there is nothing to follow"] * 2
