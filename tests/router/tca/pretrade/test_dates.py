"""An order over trading dates: the router's shares, an algorithm's schedule on each, and what it takes in all."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from router.core.algo import SchedulePoint
from router.core.params import AlgoParams
from router.core.profiles import CalendarDay
from router.runtime.plugins import load_algos
from router.tca.pretrade.dates import Leg, counts, one_leg
from router.tca.pretrade.question import MINUTE
from support.pretrade import CLOSE, LATER, OPEN, SESSION, dates

SHORT = replace(LATER[0], close=LATER[0].open + (CLOSE - OPEN) // 2)


def params(strategy: str, given: dict[str, Any]) -> AlgoParams:
    found = load_algos()[strategy].Params(**given)
    assert isinstance(found, AlgoParams)
    return found


def legs(count: int, strategy: str = "VWAP", given: dict[str, Any] | None = None, **changed: object) -> tuple[Leg, ...]:
    its = dates(**({"later": LATER, "dates_most": 5} | changed))
    return its.legs(count, params(strategy, given or {}), load_algos()[strategy].expected_schedule)


def shares(found: tuple[Leg, ...]) -> list[tuple[str, int]]:
    return [(leg.session.day, leg.qty) for leg in found]


def test_an_order_of_one_date_is_all_of_it() -> None:
    (only,) = legs(1)

    assert (only.session, only.start, only.end, only.qty) == (SESSION, OPEN, CLOSE, 200_000)


def test_each_date_has_an_even_part_in_whole_lots_and_the_last_the_rest() -> None:
    found = legs(3)

    assert shares(found) == [("20261130", 66_700), ("20261201", 66_700), ("20261202", 66_600)]
    assert [leg.points[0].qty for leg in found] == [0, 66_700, 133_400]


def test_by_volume_a_short_date_has_its_part() -> None:
    """Half as long an ordinary session has half the volume, whatever the curve."""
    found = legs(2, given={"day_schedule": "Volume"}, later=(SHORT, *LATER[1:]))

    assert shares(found) == [("20261130", 133_400), ("20261201", 66_600)]


def test_the_limit_holds_a_date_to_its_part_of_the_volume_and_the_rest_goes_on() -> None:
    """A tenth of two million shares that others trade is a ninth of them for us; the router says a tenth of ADV."""
    found = legs(5, given={"day_schedule": "All", "max_participation": 100_000}, qty=500_000)

    assert shares(found) == [("20261130", 200_000), ("20261201", 200_000), ("20261202", 100_000)]


def test_a_rate_takes_what_the_volume_lets_through_until_it_is_done() -> None:
    found = legs(5, "POV", {"day_schedule": "All", "participation_rate": 50_000})

    assert [day for day, _ in shares(found)] == ["20261130", "20261201"]
    assert sum(qty for _, qty in shares(found)) == 200_000
    # 5/95 of two million.
    assert found[0].qty == pytest.approx(100_000, abs=100)
    assert found[-1].points[-1].at < LATER[0].close


def test_what_does_not_fit_is_left() -> None:
    found = legs(2, given={"max_participation": 50_000}, qty=1_000_000)

    assert shares(found) == [("20261130", 100_000), ("20261201", 100_000)]


def test_the_dates_that_an_order_needs_under_a_limit() -> None:
    """A tenth of ADV is 200,000 a date."""
    needed = {qty: dates(qty=qty, later=LATER).needed(0.10) for qty in (200_000, 200_001, 1_000_000, 1_000_001)}

    assert needed == {200_000: 1, 200_001: 2, 1_000_000: 5, 1_000_001: None}


def test_a_window_on_each_date_takes_longer() -> None:
    hour = {"later": LATER, "end": OPEN + 60 * MINUTE, "curve": ()}

    assert dates(qty=100_000, **hour).needed(0.10) == 4


def test_the_numbers_that_are_tried() -> None:
    assert counts(1, None) == ()
    assert counts(4, 4) == (2, 3, 4)
    assert counts(20, 7) == (2, 3, 5, 7, 8, 13, 20)
    assert counts(3, 9) == (2, 3)


def test_what_is_left_is_finished_at_the_limit_after_it_with_the_nights_between() -> None:
    """Half a date's wait, then 300,000 at a tenth of the volume: 222,222 a date, so two of 150,000."""
    its, noon = dates(qty=500_000, later=LATER), (OPEN + CLOSE) // 2
    morning = one_leg(its.question, (SchedulePoint(OPEN, 0), SchedulePoint(noon, 200_000)), noon)

    whole = its.finished(its.clock.path([leg.stretch for leg in morning], 0.5), 1, noon, 0.10)

    assert whole.qty[-5:] == pytest.approx((0.0, 0.0, 150_000.0, 0.0, 150_000.0))
    assert whole.executed == pytest.approx(500_000)
    assert sum(whole.variance) == pytest.approx(0.75 + 2 * 1.0)
    assert sum(whole.days) == pytest.approx(3.0)


@settings(max_examples=30, deadline=None)
@given(
    qty=st.integers(1, 3_000_000),
    count=st.integers(2, 5),
    schedule=st.sampled_from(["All", "Even", "Volume"]),
    limit=st.integers(10_000, 900_000),
    short=st.booleans(),
)
def test_whatever_the_order_no_date_is_above_the_limit_and_the_sum_is_at_most_the_order(
    qty: int, count: int, schedule: str, limit: int, short: bool
) -> None:
    later: tuple[CalendarDay, ...] = (SHORT, *LATER[1:]) if short else LATER
    found = legs(count, given={"day_schedule": schedule, "max_participation": limit}, qty=qty, later=later)

    assert sum(leg.qty for leg in found) <= qty
    for leg, after in pairwise(found):
        assert leg.points[-1].qty == after.points[0].qty
    for leg in found:
        part = 0.65 if leg.session is SHORT else 1.0
        assert leg.qty <= max(100, limit / (1_000_000 - limit) * 2_000_000 * part)
