"""Trading dates in UTC: weekends, holidays, early closes, and the two Sundays a year when clocks change."""

from datetime import UTC, datetime

import pytest

from router.core.profiles import CalendarDay
from router.core.types import SECOND
from router.market.calendar import RawCalendar, calendar_day, calendar_days, local_instant

NEW_YORK = RawCalendar(
    timezone="America/New_York",
    open="09:30",
    close="16:00",
    holidays=("20240101", "20240704"),
    early_closes={"20240703": "13:00"},
)


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


def test_a_summer_session_is_four_hours_from_utc() -> None:
    assert calendar_day(NEW_YORK, "20240702") == CalendarDay(
        day="20240702",
        open=utc("2024-07-02T13:30"),
        close=utc("2024-07-02T20:00"),
        previous_close=utc("2024-07-01T20:00"),
    )


def test_local_hours_stand_over_the_spring_clock_change() -> None:
    friday, monday = calendar_days(NEW_YORK, "20240308", "20240311")

    assert (friday.open, monday.open) == (utc("2024-03-08T14:30"), utc("2024-03-11T13:30"))
    assert monday.previous_close == friday.close == utc("2024-03-08T21:00")


def test_local_hours_stand_over_the_autumn_clock_change() -> None:
    friday, monday = calendar_days(NEW_YORK, "20241101", "20241104")

    assert (friday.open, monday.open) == (utc("2024-11-01T13:30"), utc("2024-11-04T14:30"))


@pytest.mark.parametrize("day", ["20240704", "20240706", "20240707"])
def test_there_is_no_session_on_holidays_and_weekends(day: str) -> None:
    assert calendar_day(NEW_YORK, day) is None


def test_a_half_day_closes_early_and_is_the_next_days_previous_close() -> None:
    half, after = calendar_days(NEW_YORK, "20240703", "20240705")

    assert half.close == utc("2024-07-03T17:00")
    assert (after.day, after.previous_close) == ("20240705", half.close)


def test_a_market_may_trade_on_sundays() -> None:
    gulf = RawCalendar(timezone="Asia/Riyadh", open="10:00", close="15:00", weekdays=(7, 1, 2, 3, 4))

    assert [day.day for day in calendar_days(gulf, "20240301", "20240304")] == ["20240303", "20240304"]


@pytest.mark.parametrize(
    ("raw", "day", "text"),
    [
        (NEW_YORK, "2024-07-02", "'2024-07-02' is not a date YYYYMMDD"),
        (RawCalendar(timezone="Mars/Olympus", open="09:30", close="16:00"), "20240702", "Mars/Olympus"),
        (RawCalendar(timezone="UTC", open="half nine", close="16:00"), "20240702", "half nine"),
        (RawCalendar(timezone="UTC", open="16:00", close="09:30"), "20240702", "close of 20240702 is not after"),
    ],
)
def test_what_is_no_calendar_is_refused_by_name(raw: RawCalendar, day: str, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        calendar_day(raw, day)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("20240308", "2024-03-08T15:00"), ("20240311", "2024-03-11T14:00")],
)
def test_a_local_instant_follows_the_clock(day: str, expected: str) -> None:
    assert local_instant(day, 10 * 3_600, "America/New_York") == utc(expected)
