"""Reference prices of one parent order: midpoints, and what stands in where there is none, each with what it is.

A mark is a price in quanta, exact, with its time; or None with the reason in words. Nothing after the case's `as_of` is
looked at. Knows no cost.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from msgspec import Struct

from router.core.types import LastLiquidityInd, Ns, OrdStatus, PrintKind, VenueKind
from router.tca.facts.case import Case
from router.tca.facts.quotes import Quote
from router.tca.facts.record import Child, Fill

AUCTIONS: Final = (PrintKind.OPENING, PrintKind.CLOSING)
"""Kinds of print without a quoted side: everybody trades at one price."""


class Mark(Struct, frozen=True):
    """A price in quanta with the time at which it held and what it is (`basis`); None with `reason`."""

    px: Fraction | None
    at: Ns | None = None
    basis: str = ""
    reason: str = ""


def no_mark(reason: str) -> Mark:
    """There is no such price, and why."""
    return Mark(None, reason=reason)


def midpoint(case: Case, at: Ns, basis: str) -> Mark:
    """The midpoint of the national best at `at`; None where it is not yet known, or the market was not normal.

    After the journal's end it is that of the journal that goes on, where there is one.
    """
    known = case.reaching(at)
    if at > known.as_of:
        return no_mark("lies after the journal's end")
    quote = known.quotes.at(at)
    if quote is None:
        return no_mark("no quote before it" if known is case else "lies between two journals")
    return no_mark(_abnormal(case, quote)) if quote.mid is None else Mark(quote.mid, at, basis)


def _abnormal(case: Case, quote: Quote) -> str:
    show = case.instrument.show
    if quote.bid is None and quote.ask is None:
        return "nobody quoted"
    if quote.bid is None or quote.ask is None:
        return f"the market was one-sided: no {'bid' if quote.bid is None else 'offer'}"
    word = "locked" if quote.bid == quote.ask else "crossed"
    return f"the market was {word}: bid {show(quote.bid)}, offer {show(quote.ask)}"


def arrival(case: Case) -> Mark:
    """The midpoint as the order came in: the router's own note of it, else that of the quote just before."""
    record = case.record
    if record.arrival_mid2 is not None:
        return Mark(Fraction(record.arrival_mid2, 2), record.arrived_at, "midpoint at arrival")
    return midpoint(case, record.arrived_at - 1, "midpoint at arrival")


def sent(case: Case) -> Mark:
    """The midpoint at TransactTime(60) of the client's order: when it decided, by its own clock."""
    at, arrived_at = case.record.sent_at, case.record.arrived_at
    if at is None:
        return no_mark("the order has no TransactTime(60)")
    if at > arrived_at:
        return no_mark("TransactTime(60) is later than the arrival: the clocks differ")
    return midpoint(case, at, "midpoint at TransactTime(60)")


def decision(case: Case) -> Mark:
    """The price of the paper portfolio (Perold 1988): at the client's decision, or the nearest that is known before.

    In this order: the midpoint at TransactTime(60); at arrival; the last of a normal market before it, on its date; the
    last print before it; the previous close. None of a refused order: no portfolio was to be had.
    """
    if case.record.status is OrdStatus.REJECTED:
        return no_mark("the order was refused")
    for mark in (sent(case), arrival(case), _last_normal(case), _last_print(case), _configured_close(case)):
        if mark.px is not None:
            return mark
    return no_mark("no price is known before the order came")


def released_at(case: Case) -> Ns:
    """When the order might first be worked: its arrival, or its EffectiveTime(168) where that is later."""
    return max(case.record.arrived_at, case.record.start)


def release(case: Case) -> Mark:
    """The midpoint at the release; of a market that was not normal then, the last normal one of its date."""
    at = released_at(case)
    mark = arrival(case) if at == case.record.arrived_at else midpoint(case, at, "midpoint at release")
    if mark.px is not None or at > case.as_of:
        return mark
    stand_in = last_normal(case, at)
    return mark if stand_in.px is None else stand_in


def last_normal(case: Case, at: Ns) -> Mark:
    """The last midpoint of a normal market at or before `at`, on the same trading date."""
    found = case.quotes.last_mid(min(at, case.as_of))
    if found is None or case.day(found[1]) != case.day(at):
        return no_mark("no normal market before it on its date")
    return Mark(found[0], found[1], "last midpoint of a normal market")


def _last_normal(case: Case) -> Mark:
    return last_normal(case, case.record.arrived_at - 1)


def _last_print(case: Case) -> Mark:
    last = case.tape.last_before(case.record.arrived_at)
    if last is None:
        return no_mark("no print before the order came")
    return Mark(Fraction(last.px), last.at, "last print before arrival")


def _configured_close(case: Case) -> Mark:
    if case.previous_close is None:
        return no_mark("no previous close is known")
    return Mark(Fraction(case.previous_close), None, "previous close, as configured")


class FillMark(Struct, frozen=True):
    """A fill with the instant whose quote it is judged by, and the midpoint then (None: with the reason).

    `took`: it took from a displayed book; where a venue does not say who gave, we are taken to have.
    """

    fill: Fill
    at: Ns
    mid: Mark
    took: bool


def fill_marks(case: Case) -> tuple[FillMark, ...]:
    """Every fill with its midpoint, in the order of their trading."""
    children = {child.child_id: child for child in case.record.children}
    return tuple(_fill_mark(case, fill, children.get(fill.child_id)) for fill in case.fills)


def _fill_mark(case: Case, fill: Fill, child: Child | None) -> FillMark:
    at, took = judged_at(case, fill, child)
    if fill.kind in AUCTIONS:
        return FillMark(fill, at, no_mark("an auction has no quoted side"), took)
    return FillMark(fill, at, midpoint(case, at, "midpoint before the fill"), took)


def judged_at(case: Case, fill: Fill, child: Child | None) -> tuple[Ns, bool]:
    """The instant whose quote a fill is judged by, and whether it took from a displayed book.

    Of a fill that took: when its child went out or was last changed, before its own effect could be seen. So the
    effective spread is measured, at the order's receipt (17 CFR 242.600(b)). Of any other: just before it traded.
    """
    gave = fill.liquidity in {LastLiquidityInd.ADDED, LastLiquidityInd.AUCTION}
    took = not gave and fill.kind not in AUCTIONS and case.venue_kind(fill) is VenueKind.LIT
    before = traded_at(case, fill) - 1
    if not (took and fill.liquidity is LastLiquidityInd.REMOVED and child):
        return before, took
    return max((at for at in (child.at, *child.replaced_at) if at < fill.at), default=before), took


def traded_at(case: Case, fill: Fill) -> Ns:
    """Not later than the trade that was heard of at `fill.at`: less the venue's latency and jitter, where known.

    Public data is no slower than a report. By the time we hear of a fill, the quote has often moved by it.
    """
    profile = case.venues.get(fill.venue)
    return fill.at - (profile.latency_ns + profile.latency_jitter_ns if profile else 0)
