"""Official prices of a trading date: open, close, previous close, each with what it is.

The auction's price, where an auction was held: the instrument's primary venue's, else of the venue that traded most.
Without one, the first or last print of the session that sets a last price. Also brings several journals together, of
which one's last close is the next one's previous. Knows no order's fills.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from msgspec.structs import replace

from router.core.types import Ns, PrintKind
from router.tca.facts.case import Case, case_of, cases
from router.tca.facts.marks import Mark, no_mark
from router.tca.facts.recorder import Recorder
from router.tca.facts.tape import Print
from router.tca.facts.trading_time import date_of


def open_price(case: Case, at: Ns) -> Mark:
    """The open of the trading date in force at `at`."""
    began, ended = date_of(case, at)
    # A reopening after a halt prints as an opening too: the first of each venue is the day's.
    firsts = {trade.venue: trade for trade in reversed(case.tape.auctions(PrintKind.OPENING, began, ended))}
    if firsts:
        return _mark(_principal(case, list(firsts.values())), "opening auction")
    session = case.session(at)
    first = case.tape.first_from(max(began, session.open) if session else began)
    if first is None or first.at > ended:
        return no_mark("no print on its date")
    return _mark(first, "first print of the session")


def close_price(case: Case, at: Ns) -> Mark:
    """The close of the trading date in force at `at`; None while the session lasts, as far as the journal goes."""
    began, ended = date_of(case, at)
    lasts = {trade.venue: trade for trade in case.tape.auctions(PrintKind.CLOSING, began, ended)}
    if lasts:
        return _mark(_principal(case, list(lasts.values())), "closing auction")
    session = case.session(at)
    if session is None:
        return no_mark("no calendar says when its date closes, and no closing auction printed")
    if session.close > case.as_of:
        known = case.reaching(session.close)
        if known is not case and session.close <= known.as_of:
            return close_price(known, session.close)
        return no_mark("the session closes after the journal's end")
    last = case.tape.last_before(session.close + 1)
    if last is None or last.at < began:
        return no_mark("no print on its date")
    return _mark(last, "last print of the session")


def previous_close(case: Case, at: Ns) -> Mark:
    """The close of the date before the one in force at `at`: the journal's, else the configured one."""
    began, _ = date_of(case, at)
    if began and any(start < began for start, _ in case.days):
        return close_price(case, began - 1)
    if case.previous_close is None:
        return no_mark("the journal begins with this date, and configuration names no previous close")
    return Mark(Fraction(case.previous_close), None, "previous close, as configured")


def together(recorders: Sequence[Recorder]) -> list[Case]:
    """Every parent of several journals, in the order of their coming.

    Journals are one for each day, or for each instance. Where configuration names no previous close, it is that of the
    last earlier journal that knows the instrument. Where a journal ends before its date does, the next one of the
    market and date says what the price did after orders that were over. A journal that is there twice, or an older copy
    of it, counts once: of two records of one order the one that knows more stands.
    """
    found: dict[tuple[str, str, str, Ns], Case] = {}
    earlier: list[Recorder] = []
    in_order = sorted(recorders, key=lambda each: (each.days[0][0] if each.days else each.at, each.at))
    for place, recorder in enumerate(in_order):
        for case in cases(recorder):
            record = case.record
            key = (record.client, record.order_id, record.cl_ord_id, record.arrived_at)
            known = found.get(key)
            if known is None or case.as_of > known.as_of:
                found[key] = _going_on(_with_previous_close(case, earlier), recorder, in_order[place + 1 :])
        earlier.append(recorder)
    return sorted(found.values(), key=lambda case: case.record.arrived_at)


def _with_previous_close(case: Case, earlier: Sequence[Recorder]) -> Case:
    if case.previous_close is not None:
        return case
    began = case.days[0][0] if case.days else case.record.arrived_at
    for recorder in reversed(earlier):
        if recorder.at < began and case.record.symbol in recorder.tapes:
            closed = close_price(case_of(recorder, case.record), recorder.at)
            if closed.px is not None:
                return replace(case, previous_close=int(closed.px))
    return case


def _going_on(case: Case, recorder: Recorder, later: Sequence[Recorder]) -> Case:
    """With the journal that goes on. An open order's end is not known, so nothing is said of what came after it."""
    if case.record.is_open:
        return case
    for place, following in enumerate(later):
        if _goes_on(recorder, following) and case.record.symbol in following.quotes:
            then = _going_on(case_of(following, case.record), following, later[place + 1 :])
            return replace(case, then=then)
    return case


def _goes_on(recorder: Recorder, following: Recorder) -> bool:
    """Whether a journal begins, on the date on which another ended, after that, and is of the same market."""
    if not following.days or following.days[0][0] < recorder.at or following.days[0][1] != recorder.day:
        return False
    markets = [each.genesis.market if each.genesis else "" for each in (recorder, following)]
    return markets[0] == markets[1]


def _principal(case: Case, prints: Sequence[Print]) -> Print:
    primary = case.instrument.primary_venue
    return max(prints, key=lambda trade: (trade.venue == primary, trade.qty, -trade.at, trade.venue))


def _mark(trade: Print, basis: str) -> Mark:
    return Mark(Fraction(trade.px), trade.at, f"{basis}, {trade.venue}" if trade.venue else basis)
