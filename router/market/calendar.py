"""Trading calendars as data: weekly hours, holidays and early closes in local time, trading dates in UTC out.

Pure functions of a date: nothing here asks what day it is. The engine never comes here: it is handed `CalendarDay`s.
Local times become UTC through the IANA zone on that very date, so a session keeps its local hours over a clock change.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from router.core.profiles import CalendarDay
from router.core.types import SECOND, Ns

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LOOK_BACK_DAYS: Final = 31
"""How far back a previous session is searched for; no market of ours has been shut for longer since 1914."""


class RawCalendar(Struct, frozen=True, forbid_unknown_fields=True):
    """One calendar of `calendars.toml`.

    `weekdays` are ISO (1 Monday ... 7 Sunday), `open` and `close` local "HH:MM"; `holidays` and the keys of
    `early_closes` are dates YYYYMMDD, its values local "HH:MM".
    """

    timezone: str
    open: str
    close: str
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    holidays: tuple[str, ...] = ()
    early_closes: dict[str, str] = {}


def calendar_day(raw: RawCalendar, day: str) -> CalendarDay | None:
    """The session of `day` (YYYYMMDD) in UTC ns with the close before it, or None where there is no trading.

    Raises ValueError that names the value that is no date, time or zone.
    """
    hours = _hours(raw, _date(day))
    if hours is None:
        return None
    opens, closes = hours
    if closes <= opens:
        raise ValueError(f"calendar: the close of {day} is not after its open")
    return CalendarDay(day=day, open=opens, close=closes, previous_close=_previous_close(raw, _date(day)))


def calendar_days(raw: RawCalendar, first: str, last: str) -> tuple[CalendarDay, ...]:
    """Every session from `first` to `last` (YYYYMMDD, both included), in order."""
    days = (calendar_day(raw, day.strftime("%Y%m%d")) for day in _dates(_date(first), _date(last)))
    return tuple(day for day in days if day is not None)


def local_instant(day: str, seconds: int, timezone: str) -> Ns:
    """The UTC ns of so many seconds after local midnight of `day` (YYYYMMDD), by the wall clock."""
    assert 0 <= seconds < 86_400, seconds
    hours, rest = divmod(seconds, 3_600)
    clock = time(hours, rest // 60, rest % 60)
    return _utc_ns(_date(day), clock.isoformat(), timezone)


def _previous_close(raw: RawCalendar, day: date) -> Ns | None:
    for back in range(1, _LOOK_BACK_DAYS + 1):
        hours = _hours(raw, day - timedelta(days=back))
        if hours is not None:
            return hours[1]
    return None


def _hours(raw: RawCalendar, day: date) -> tuple[Ns, Ns] | None:
    """(open, close) of one date, or None on a weekend or a holiday."""
    name = day.strftime("%Y%m%d")
    if day.isoweekday() not in raw.weekdays or name in raw.holidays:
        return None
    close = raw.early_closes.get(name, raw.close)
    return _utc_ns(day, raw.open, raw.timezone), _utc_ns(day, close, raw.timezone)


def _utc_ns(day: date, local: str, timezone: str) -> Ns:
    """A local wall time as UTC ns; in the hour that comes twice the first is meant."""
    try:
        zone = ZoneInfo(timezone)
        moment = datetime.combine(day, time.fromisoformat(local), tzinfo=zone)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise ValueError(f"calendar: {local!r} in {timezone!r} is not a local time: {error}") from None
    since = moment.astimezone(UTC) - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND


def _date(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise ValueError(f"calendar: {text!r} is not a date YYYYMMDD") from None


def _dates(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
