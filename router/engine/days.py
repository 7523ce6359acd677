"""An algorithm's order that is good till a date: how much of it is worked on each trading date.

The day's share is planned in the morning from what is left, and worked by the algorithm as an order of its own would
be; what the day leaves undone is spread over the days that remain. Pure: reads terms, calendars and curves, and keeps
nothing, so that the same order on the same day has the same share after any amendment and after a restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from router.core.instruments import Instrument
from router.core.params import AlgoParams
from router.core.profiles import CalendarDay
from router.core.types import PPM, SECOND, Ns, Ppm, Qty, TimeInForce
from router.orders import Terms

ALL, EVEN, VOLUME = "All", "Even", "Volume"
_SATURDAY: Final = 5


class Today(Struct, frozen=True):
    """What a day's share depends on beside the order: its session, the window in it, and the sessions that are known.

    `sessions` are those of the instrument's calendar, in order; `curve` its volume by equal bins, open to close.
    """

    session: CalendarDay
    start: Ns
    end: Ns
    sessions: Sequence[CalendarDay]
    curve: tuple[Ppm, ...] = ()


def schedule_of(asked: Terms, params: AlgoParams) -> str:
    """DaySchedule in force: as asked, else Even where the order has a last day, and All where it has none."""
    return params.day_schedule or (EVEN if asked.tif is TimeInForce.GTD else ALL)


def unkept_schedule(asked: Terms, params: AlgoParams) -> str:
    """Why DaySchedule cannot be kept; "" where it can."""
    if params.day_schedule in (None, ALL) or asked.tif is TimeInForce.GTD:
        return ""
    return f"DaySchedule: {params.day_schedule} needs TimeInForce(59) 6, which says the last day: got '{asked.tif}'"


def window_of_today(asked: Terms, params: AlgoParams, session: CalendarDay, known: Sequence[CalendarDay]) -> AlgoParams:
    """The parameters with StartTime and EndTime of an earlier date as far from today's open as they were from its."""
    if not asked.is_good_till:
        return params
    earlier = [each for each in known if each.day < session.day]
    return replace(
        params,
        start_time=_moved(params.start_time, session, earlier),
        end_time=_moved(params.end_time, session, earlier, latest=session.close),
    )


def _moved(at: Ns | None, session: CalendarDay, earlier: Sequence[CalendarDay], latest: Ns | None = None) -> Ns | None:
    first = next((each for each in earlier if at is not None and at <= each.close), None)
    if at is None or first is None:
        return at
    moved = session.open + at - first.open
    return moved if latest is None else min(moved, latest)


def target_of_today(
    asked: Terms, params: AlgoParams, instrument: Instrument, today: Today, *, traded_before: Qty, expiry: Ns
) -> Qty:
    """Shares of the order that may be filled in all by the end of today, those of earlier dates included.

    The share is in whole lots, rounded up, so that the last day never has more than its part. MaxParticipation and
    ParticipationRate cap it at so much of the volume expected in today's window, where the average day's is known.
    """
    left = asked.qty - traded_before
    schedule = schedule_of(asked, params)
    if asked.strategy is None or not asked.is_good_till or left <= 0:
        return asked.qty
    ours = volume_share(today.curve, today.session, today.start, today.end)
    share = left
    if schedule != ALL:
        parts = _parts(today, schedule, ours, expiry)
        share = _up(Fraction(left) * parts[0] / sum(parts), instrument.round_lot) if sum(parts) else left
    most = _most(params, instrument, ours)
    if most is not None:
        share = min(share, max(most // instrument.round_lot, 1) * instrument.round_lot)
    return traded_before + min(left, share)


def _parts(today: Today, schedule: str, ours: Fraction, expiry: Ns) -> list[Fraction]:
    """The weight of today and of each trading date after it on which the order may still be worked."""
    later = [each for each in today.sessions if each.day > today.session.day and each.open < expiry]
    unknown = [Fraction(1)] * _weekdays_after(today.sessions[-1].day if today.sessions else today.session.day, expiry)
    if schedule == EVEN:
        return [Fraction(1)] * (1 + len(later)) + unknown
    longest = max(each.close - each.open for each in (today.session, *later))
    weights = [ours * Fraction(today.session.close - today.session.open, longest)]
    for each in later:
        part = volume_share(today.curve, each, each.open, min(each.close, expiry))
        weights.append(part * Fraction(each.close - each.open, longest))
    return weights + unknown


def _weekdays_after(day: str, expiry: Ns) -> int:
    """Mondays to Fridays after the last date of the calendar that is known, up to the expiry's date (UTC)."""
    last = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).date()
    until: date = datetime.fromtimestamp(expiry // SECOND, tz=UTC).date()
    dates = (last + timedelta(days=number) for number in range(1, (until - last).days + 1))
    return sum(each.weekday() < _SATURDAY for each in dates)


def volume_share(curve: Sequence[Ppm], session: CalendarDay, start: Ns, end: Ns) -> Fraction:
    """The part of a day's volume that usually trades from `start` to `end`; without a curve, of its time."""
    return _done(curve, session, end) - _done(curve, session, start)


def _done(curve: Sequence[Ppm], session: CalendarDay, at: Ns) -> Fraction:
    bins = curve if sum(curve) > 0 else (1,)
    length = session.close - session.open
    position = Fraction(min(max(at - session.open, 0), length), length) * len(bins)
    whole = int(position)
    inside = (position - whole) * bins[whole] if whole < len(bins) else Fraction(0)
    return (sum(bins[:whole]) + inside) / sum(bins)


def _most(params: AlgoParams, instrument: Instrument, ours: Fraction) -> Qty | None:
    caps = [rate for rate in (params.max_participation, params.participation_rate) if rate is not None]
    if not caps or instrument.adv is None:
        return None
    return int(instrument.adv * ours * min(caps) / PPM)


def _up(shares: Fraction, lot: Qty) -> Qty:
    return -(-shares // lot) * lot
