"""One date, reckoned by hand: a session of four bins of ten minutes."""

from math import log

import numpy as np
import pytest

from router.core.profiles import CalendarDay
from router.core.types import SECOND, Ns, PrintKind
from router.tca.profile.measure_day import (
    KINDS,
    DayFigures,
    Floats,
    Ints,
    day_of_bars,
    day_of_prints,
    day_of_volumes,
    spread_of_bars,
    spread_of_quotes,
)

MINUTE: Ns = 60 * SECOND
OPEN: Ns = 1_000_000 * MINUTE
SESSION = CalendarDay("20260302", OPEN, OPEN + 40 * MINUTE)


def ints(*values: int) -> Ints:
    return np.array(values, np.int64)


def floats(*values: float) -> Floats:
    return np.array(values)


def minutes(*after: float) -> Ints:
    return np.array([OPEN + round(each * MINUTE) for each in after], np.int64)


def kinds(*names: PrintKind) -> Ints:
    return ints(*(KINDS.index(name) for name in names))


def flat(*at: tuple[int, float]) -> tuple[float, ...]:
    """Eight five-minute returns, 0 but for those given."""
    return tuple(dict(at).get(place, 0.0) for place in range(8))


def test_a_date_of_prints_by_hand() -> None:
    regular, hidden = PrintKind.REGULAR, PrintKind.HIDDEN

    day = day_of_prints(
        SESSION,
        minutes(-30, 0, 1, 10, 12, 26, 31, 40.5, 60),
        floats(9.0, 10.0, 10.0, 11.0, 50.0, 12.0, 12.0, 12.5, 13.0),
        ints(7, 100, 20, 30, 500, 40, 10, 200, 5),
        kinds(regular, PrintKind.OPENING, regular, regular, PrintKind.OFF_EXCHANGE, hidden, regular,
              PrintKind.CLOSING, regular),
        bins=4,
    )  # fmt: skip

    assert day == DayFigures(
        day="20260302",
        grain_ns=0,
        partial="",
        first=10.0,
        last=12.5,
        volume=912,
        bins=(20, 30, 40, 10),
        tail=1.0,
        returns=flat((1, log(11.0) - log(10.0)), (5, log(12.0) - log(11.0))),
        opening=100,
        closing=200,
    )


def test_without_an_auction_the_last_price_is_the_sessions() -> None:
    day = day_of_prints(
        SESSION, minutes(3, 39, 41), floats(10.0, 11.0, 99.0), ints(1, 2, 3), kinds(*[PrintKind.REGULAR] * 3), bins=4,
        tells_auctions=False,
    )  # fmt: skip

    assert day is not None
    assert (day.first, day.last, day.volume, day.opening, day.closing) == (10.0, 11.0, 6, None, None)


def test_prints_that_set_no_price_are_no_date() -> None:
    late = kinds(PrintKind.LATE, PrintKind.OFF_EXCHANGE)

    assert day_of_prints(SESSION, minutes(3, 4), floats(10.0, 11.0), ints(1, 2), late, bins=4) is None


def test_a_date_of_bars_by_hand() -> None:
    """A bar's price holds from its end, its volume from its beginning; what is outside counts in the volume only."""
    day = day_of_bars(
        SESSION,
        minutes(-5, 0, 9, 10, 38, 40),
        opens=floats(1.0, 10.0, 10.1, 10.2, 10.4, 77.0),
        closes=floats(1.0, 10.1, 10.2, 10.2, 10.5, 77.0),
        qtys=ints(1_000, 10, 20, 30, 40, 2_000),
        grain_ns=MINUTE,
        bins=4,
    )

    assert day == DayFigures(
        day="20260302",
        grain_ns=MINUTE,
        partial="",
        first=10.0,
        last=10.5,
        volume=3_100,
        bins=(30, 30, 0, 40),
        tail=1.0,
        returns=flat(
            (0, log(10.1) - log(10.0)), (1, log(10.2) - log(10.1)), (7, log(10.5) - log(10.2))
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("grain", "bins", "told"),
    [(10 * MINUTE, 4, (True, False)), (11 * MINUTE, 4, (False, False)), (5 * MINUTE, 4, (True, True))],
)
def test_bars_tell_bins_and_returns_that_are_no_finer_than_they(grain: Ns, bins: int, told: tuple[bool, bool]) -> None:
    day = day_of_bars(SESSION, minutes(0), floats(10.0), floats(10.0), ints(5), grain_ns=grain, bins=bins)

    assert day is not None
    assert (day.bins is not None, day.returns is not None) == told


def test_a_bar_that_begins_before_the_open_is_of_the_first_bin_and_a_days_bar_is_the_session() -> None:
    hour, midnight = 60 * MINUTE, minutes(-570)
    of_hour = day_of_bars(SESSION, minutes(-30), floats(10.0), floats(11.0), ints(5), grain_ns=hour, bins=1)
    of_day = day_of_bars(SESSION, midnight, floats(10.0), floats(11.0), ints(5), grain_ns=24 * hour, bins=1)

    assert of_hour is not None
    assert of_day is not None
    assert (
        (of_hour.first, of_hour.last, of_hour.volume) == (of_day.first, of_day.last, of_day.volume) == (10.0, 11.0, 5)
    )


def test_volumes_alone_are_a_date_without_prices() -> None:
    day = day_of_volumes(SESSION, minutes(0, 10, 20, 50), ints(5, 6, 7, 8), grain_ns=10 * MINUTE, bins=4)

    assert day == DayFigures(
        day="20260302", grain_ns=10 * MINUTE, partial="", first=None, last=None, volume=26, bins=(5, 6, 7, 0), tail=1.0
    )


def test_bars_outside_the_session_are_no_date() -> None:
    outside = minutes(-1, 40)

    assert (
        day_of_bars(SESSION, outside, floats(1.0, 2.0), floats(1.0, 2.0), ints(5, 5), grain_ns=MINUTE, bins=4) is None
    )


def test_the_spread_is_weighted_by_time_while_there_is_one() -> None:
    """0.02 from the open (quoted before it) for 10 min, locked 5, crossed 5, one-sided 10, then 0.05 to the close."""
    quotes = spread_of_quotes(
        SESSION,
        minutes(-3, 10, 15, 20, 30, 50),
        bids=floats(10.0, 10.02, 10.03, 0.0, 10.0, 10.0),
        asks=floats(10.02, 10.02, 10.01, 10.01, 10.05, 19.0),
    )

    assert (quotes.day, quotes.ns) == ("20260302", 20 * MINUTE)
    assert quotes.weighted / quotes.ns == pytest.approx(0.035)


def test_before_the_first_quote_there_is_no_spread() -> None:
    quotes = spread_of_quotes(SESSION, minutes(30), floats(10.0), floats(10.1))

    assert quotes.ns == 10 * MINUTE


def test_the_ends_of_a_quote_bar_stand_for_half_of_it_and_the_close_until_the_next() -> None:
    """Bars of 2 min at the open and 10 min on: 0.02 and 0.04 a minute each, 0.04 until there, 0.06 one, 0.02 29."""
    quotes = spread_of_bars(
        SESSION,
        minutes(0, 10),
        opens=(floats(10.0, 10.0), floats(10.02, 10.06)),
        closes=(floats(10.0, 10.0), floats(10.04, 10.02)),
        grain_ns=2 * MINUTE,
    )

    assert (quotes.day, quotes.ns, quotes.grain_ns) == ("20260302", 40 * MINUTE, 2 * MINUTE)
    assert quotes.weighted / MINUTE == pytest.approx(0.02 + 9 * 0.04 + 0.06 + 29 * 0.02)
