"""An order over one or several trading dates: what each is given, as the router gives it, and how it is worked there.

The shares are `router.engine.days`' own (DaySchedule), met with an algorithm's expected schedule on each date; what a
date does not do is spread over those that remain. Knows no model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from math import ceil
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from router.core.algo import OrderTerms, SchedulePoint
from router.core.params import AlgoParams
from router.core.profiles import CalendarDay
from router.core.types import PPM, Ns, OrdType, Ppm, Qty, TimeInForce
from router.engine.days import Today, target_of_today, volume_share, window_of_today
from router.orders.terms import Terms
from router.tca.impact.terms import Path
from router.tca.pretrade.paths import DateClock, OrderClock, Stretch
from router.tca.pretrade.question import Inputs, Question

FINISHED_IN: Final = 250
"""Dates of a year."""
TRIED: Final = (2, 3, 5, 8, 13, 20)
"""Numbers of dates that are tried, in steps of about half as much again, beside what is asked for and what must be."""

Expected: TypeAlias = Callable[[AlgoParams, OrderTerms], Sequence[SchedulePoint]]
"""An algorithm's `expected_schedule`."""


class Leg(Struct, frozen=True, kw_only=True):
    """One trading date of an order: its window, and the shares done by when, those of earlier dates included."""

    session: CalendarDay
    start: Ns
    end: Ns
    points: tuple[SchedulePoint, ...]

    @property
    def qty(self) -> Qty:
        """Shares of this date."""
        return self.points[-1].qty - self.points[0].qty

    @property
    def stretch(self) -> Stretch:
        return Stretch(self.points, self.end)


def one_leg(question: Question, points: Sequence[SchedulePoint], end: Ns) -> tuple[Leg, ...]:
    """A schedule of the question's own date."""
    return (Leg(session=question.session, start=points[0].at, end=end, points=tuple(points)),)


def counts(most: int, needed: int | None) -> tuple[int, ...]:
    """Numbers of dates above one to try, where an order may take `most` and needs `needed`."""
    also = {most} if needed is None else {most, needed}
    return tuple(sorted(each for each in {*TRIED, *also} if 1 < each <= most))


class Dates(Struct, frozen=True, kw_only=True):
    """The trading dates on which a question's order may be worked, and what each can take."""

    question: Question
    inputs: Inputs
    clock: OrderClock

    def legs(self, count: int, params: AlgoParams, expected: Expected) -> tuple[Leg, ...]:
        """The dates on which an order of `count` dates trades, up to where it is done; none where nothing is expected.

        Of several each has the router's share of it. On none is it more than MaxParticipation of the volume expected.
        """
        qty, done, legs = self.question.qty, 0, list[Leg]()
        sessions = tuple(date.session for date in self.clock.dates[:count])
        for date in self.clock.dates[:count]:
            todays = window_of_today(self._order(sessions), params, date.session, sessions)
            start, end = self.window(date, todays.end_time)
            share = qty if count == 1 else self._share(date, todays, (start, end), sessions, done)
            terms = terms_of(self.question, self.inputs, date, start=start, end=end, qty=share)
            plan = self._held_back(expected(todays, terms), date, todays, share)
            points = tuple(SchedulePoint(point.at, point.qty + done) for point in plan)
            if not points:
                return ()
            legs.append(Leg(session=date.session, start=start, end=end, points=points))
            done = points[-1].qty
            if done >= qty:
                break
        return _until_done(legs)

    def window(self, date: DateClock, end: Ns | None = None) -> tuple[Ns, Ns]:
        """When it may trade on a date: the first as asked, a later one from its open; to `end`, else as the first."""
        asked, session = self.question, date.session
        if session.day == asked.session.day:
            return asked.start, end or asked.end
        # An EndTime holds on each date; none is sent where the close is meant.
        whole = asked.end == asked.session.close
        return session.open, end or (session.close if whole else min(session.close, session.open + asked.length))

    def needed(self, limit: float) -> int | None:
        """The least trading dates in which the order fits under `limit` of the volume; None: more than are known."""
        left, lot = self.question.qty, self.question.instrument.round_lot
        for count, date in enumerate(self.clock.dates, 1):
            window = self.window(date)
            of_the_day = int(self.adv * volume_share(self.curve, date.session, *window) * round(limit * PPM) / PPM)
            left -= min(of_the_day, self.most(date, window, limit)) // lot * lot
            if left <= 0:
                return count
        return None

    def volume(self, count: int) -> float:
        """Shares that others are expected to trade in the windows of the first `count` dates."""
        return sum(self._others(date, self.window(date)) for date in islice(self.clock.dates, count))

    def most(self, date: DateClock, window: tuple[Ns, Ns], limit: float) -> int:
        """Own shares that are `limit` of all that is expected to trade in a window."""
        return int(limit / (1 - limit) * self._others(date, window))

    def finished(self, path: Path, count: int, end: Ns, limit: float) -> Path:
        """`path`, which ends at `end` of date `count`, and what it leaves on the dates after it, evenly at the limit.

        What would take longer than a year at the limit is done in one.
        """
        left = self.question.qty - path.executed
        others = self.inputs.adv.value * self.inputs.session_volume.value
        number = min(ceil(left / (limit / (1 - limit) * others)), FINISHED_IN)
        return self.clock.finished(path, count, end, left, number)

    def _held_back(
        self, plan: Sequence[SchedulePoint], date: DateClock, params: AlgoParams, share: Qty
    ) -> Sequence[SchedulePoint]:
        """`plan` as MaxParticipation lets it through: at most that part of all that has traded since its start.

        A rate of the volume is held by itself. A round lot trades, however little the volume.
        """
        if params.max_participation is None or params.participation_rate is not None or not plan:
            return plan
        start, limit = plan[0].at, params.max_participation / PPM
        held = [SchedulePoint(each.at, min(each.qty, self.most(date, (start, each.at), limit))) for each in plan]
        least = min(share, plan[-1].qty, self.question.instrument.round_lot)
        return (*held[:-1], SchedulePoint(held[-1].at, max(held[-1].qty, least)))

    @property
    def adv(self) -> Qty:
        return max(1, round(self.inputs.adv.value))

    @property
    def curve(self) -> tuple[Ppm, ...]:
        return _ppm(self.inputs)

    def _others(self, date: DateClock, window: tuple[Ns, Ns]) -> float:
        start, end = window
        return self.inputs.adv.value * (date.clock.volume_until(end) - date.clock.volume_until(start))

    def _share(
        self,
        date: DateClock,
        params: AlgoParams,
        window: tuple[Ns, Ns],
        sessions: tuple[CalendarDay, ...],
        done: Qty,
    ) -> Qty:
        """What the router gives a date, and of that what the algorithm's own limit lets through."""
        instrument = replace(self.question.instrument, adv=self.adv)
        today, order = Today(date.session, *window, sessions, self.curve), self._order(sessions)
        expiry = sessions[-1].close
        share = target_of_today(order, params, instrument, today, traded_before=done, expiry=expiry) - done
        if params.max_participation is None:
            return share
        return min(share, _in_lots(self.most(date, window, params.max_participation / PPM), instrument.round_lot))

    def _order(self, sessions: Sequence[CalendarDay]) -> Terms:
        return Terms(
            symbol=self.question.instrument.symbol,
            side=self.question.side,
            qty=self.question.qty,
            ord_type=OrdType.MARKET,
            px=None,
            tif=TimeInForce.GTD,
            strategy="PRE-TRADE",
            expire_time=sessions[-1].close,
        )


def terms_of(question: Question, inputs: Inputs, date: DateClock, *, start: Ns, end: Ns, qty: Qty) -> OrderTerms:
    """The order as an algorithm sees it on a date. It follows the continuous session's volume, not the auctions'."""
    return OrderTerms(
        order_id="PRE-TRADE",
        instrument=question.instrument,
        side=question.side,
        qty=qty,
        ord_type=OrdType.MARKET,
        limit_px=None,
        start=start,
        end=end,
        session_open=date.session.open,
        session_close=date.session.close,
        seed=0,
        adv=max(1, round(inputs.adv.value * date.clock.volume_days)),
        curve=_ppm(inputs),
        curve_source=inputs.curve_source,
    )


def _ppm(inputs: Inputs) -> tuple[Ppm, ...]:
    return tuple(round(each * PPM) for each in inputs.curve)


def _in_lots(qty: int, lot: Qty) -> Qty:
    """Rounded down, one at least, as the router does."""
    return max(qty // lot, 1) * lot


def _until_done(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """Without what comes after the whole is done: waiting with nothing costs nothing."""
    whole, kept = legs[-1].points[-1].qty, list[Leg]()
    for leg in legs:
        last = next((index for index, point in enumerate(leg.points) if point.qty == whole), len(leg.points) - 1)
        kept.append(replace(leg, points=leg.points[: last + 1]))
        if leg.points[last].qty == whole:
            break
    return tuple(kept)
