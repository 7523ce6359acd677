"""Price bands: a table by reference, a reference that is slow to move, wider at the open and at the close."""

from __future__ import annotations

import pytest

from router.api import SECOND, CalendarDay, Instrument, PriceBand, PrintKind, Px
from simulator.bands import PriceBands

BANDS = (
    PriceBand(0, 750_000, 1_500, 1, 2),
    PriceBand(7_500, 200_000, None, 1, 2),
    PriceBand(30_000, 50_000, None, 2, 2),
)
ABC = Instrument("ABC", bands=BANDS)
DAY = CalendarDay("20240304", 0, 23_400 * SECOND)
NOON = 9_000 * SECOND
REGULAR, OPENING = PrintKind.REGULAR, PrintKind.OPENING


def bands(reference: Px = 1_000_000) -> PriceBands:
    made = PriceBands(ABC)
    made.start_day(DAY)
    made.on_trade(NOON, reference, OPENING)
    return made


@pytest.mark.parametrize(
    ("reference", "limits"),
    [
        (1_000_000, (950_000, 1_050_000)),
        (30_000, (28_500, 31_500)),
        (29_900, (23_900, 35_900)),
        (7_500, (6_000, 9_000)),
        (5_000, (3_500, 6_500)),
        (1_000, (250, 1_750)),
    ],
)
def test_the_table_is_by_the_reference_and_the_result_on_the_nearest_tick(reference: Px, limits: tuple[Px, Px]) -> None:
    """Limit Up-Limit Down Plan, Appendix A, tier 1; below 0.75 the lesser of 0.15 and 75 %."""
    assert bands(reference).limits(NOON) == limits


def test_the_row_of_the_table_is_the_days_whatever_the_reference_becomes() -> None:
    made = bands(30_000)

    made.on_trade(NOON + 60 * SECOND, 20_000, OPENING)

    assert made.limits(NOON + 60 * SECOND) == (19_000, 21_000)


def test_they_are_wider_at_the_open_and_at_the_close_where_the_table_says_so() -> None:
    made = bands()

    at = [900 * SECOND - 1, 900 * SECOND, DAY.close - 1_500 * SECOND - 1, DAY.close - 1_500 * SECOND]

    wide, narrow = (900_000, 1_100_000), (950_000, 1_050_000)
    assert [made.limits(instant) for instant in at] == [wide, narrow, narrow, wide]
    assert made.changes_at == (900 * SECOND, DAY.close - 1_500 * SECOND)


def test_the_reference_is_the_mean_of_five_minutes_and_moves_by_a_percent_or_not_at_all() -> None:
    made = bands()

    moved = [
        made.on_trade(NOON + 40 * SECOND, 1_018_000, REGULAR),
        made.on_trade(NOON + 50 * SECOND, 1_002_000, REGULAR),
        made.on_trade(NOON + 400 * SECOND, 1_009_900, REGULAR),
    ]

    assert moved == [True, False, False]
    assert made.reference == 1_018_000


def test_a_reference_stands_for_half_a_minute_at_least() -> None:
    made = bands()

    moved = [made.on_trade(NOON + seconds * SECOND, 1_030_000, REGULAR) for seconds in (29, 30)]

    assert moved == [False, True]


def test_old_trades_leave_the_mean() -> None:
    made = bands()
    made.on_trade(NOON + 10 * SECOND, 1_100_000, REGULAR)

    made.on_trade(NOON + 310 * SECOND, 1_010_000, REGULAR)

    assert made.reference == 1_010_000


def test_a_reopening_price_is_the_reference_at_once_and_crosses_are_none() -> None:
    made = bands()

    moved = [made.on_trade(NOON, 2_000_000, PrintKind.CROSS), made.on_trade(NOON + 1, 1_200_000, OPENING)]

    assert moved == [False, True]
    assert made.limits(NOON + 1) == (1_140_000, 1_260_000)


def test_there_are_none_before_a_trade_nor_without_a_table() -> None:
    bare = PriceBands(Instrument("ABC"))
    bare.on_trade(NOON, 1_000_000, REGULAR)

    assert (PriceBands(ABC).limits(NOON), bare.limits(NOON)) == (None, None)
