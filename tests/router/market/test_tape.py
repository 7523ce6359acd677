"""Which prints count for what, and a parent's own window on the volume of others."""

import pytest

from router.core.types import PrintKind
from router.market.tape import PRINT_RULES, Tape


def test_every_kind_of_print_has_a_rule() -> None:
    assert list(PRINT_RULES) == list(PrintKind)


@pytest.mark.parametrize(
    ("kind", "eligible", "last", "high"),
    [
        (PrintKind.REGULAR, 10, 120, 120),
        (PrintKind.HIDDEN, 10, 120, 120),
        (PrintKind.DARK, 10, 120, 120),
        (PrintKind.CROSS, 0, 100, 100),
        (PrintKind.OPENING, 0, 120, 120),
        (PrintKind.CLOSING, 0, 120, 120),
        (PrintKind.OFF_EXCHANGE, 0, 100, 100),
        (PrintKind.LATE, 0, 100, 100),
    ],
)
def test_a_print_counts_by_its_kind(kind: PrintKind, eligible: int, last: int, high: int) -> None:
    tape = Tape()
    tape.add(1, px=100, qty=5, kind=PrintKind.REGULAR)

    tape.add(2, px=120, qty=10, kind=kind)

    assert (tape.volume, tape.notional, tape.day_volume) == (5 + eligible, 500 + 120 * eligible, 15)
    assert (tape.last, tape.high, tape.low) == (last, high, 100)


def test_a_window_counts_others_eligible_volume_since_it_was_opened() -> None:
    tape = Tape()
    tape.add(1, px=100, qty=1_000, kind=PrintKind.REGULAR)

    window = tape.window()
    tape.add(2, px=101, qty=30, kind=PrintKind.REGULAR)
    tape.add(3, px=102, qty=20, kind=PrintKind.REGULAR)
    window.own_fill(qty=20, px=102, kind=PrintKind.REGULAR)

    assert (window.volume, window.notional) == (30, 30 * 101)


def test_an_own_fill_known_before_its_print_makes_no_negative_volume() -> None:
    tape = Tape()
    window = tape.window()

    window.own_fill(qty=20, px=102, kind=PrintKind.REGULAR)
    before_its_print = (window.volume, window.notional)
    tape.add(1, px=102, qty=20, kind=PrintKind.REGULAR)

    assert before_its_print == (window.volume, window.notional) == (0, 0)


def test_an_own_fill_in_a_cross_was_never_in_the_volume() -> None:
    tape = Tape()
    window = tape.window()
    tape.add(1, px=100, qty=50, kind=PrintKind.REGULAR)

    window.own_fill(qty=20, px=100, kind=PrintKind.CROSS)

    assert window.volume == 50


def test_one_parents_fills_are_public_volume_to_another() -> None:
    tape = Tape()
    mine, theirs = tape.window(), tape.window()

    tape.add(1, px=100, qty=50, kind=PrintKind.REGULAR)
    mine.own_fill(qty=50, px=100, kind=PrintKind.REGULAR)

    assert (mine.volume, theirs.volume) == (0, 50)


def test_a_new_day_starts_the_days_figures_and_keeps_the_running_volume() -> None:
    tape = Tape(previous_close=90)
    tape.add(1, px=100, qty=50, kind=PrintKind.REGULAR)

    tape.start_day()

    assert (tape.previous_close, tape.last, tape.high, tape.low, tape.day_volume) == (100, None, None, None, 0)
    assert tape.volume == 50


def test_a_day_without_a_trade_leaves_the_previous_close() -> None:
    tape = Tape(previous_close=90)

    tape.start_day()

    assert tape.previous_close == 90
