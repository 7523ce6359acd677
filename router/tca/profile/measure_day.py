"""One trading date of one instrument as an analyst measures it: from prints, bars and quotes. Arrays in, sums out.

A date is reduced to what a profile needs of it (`DayFigures`, some hundred numbers), so that a year of ticks is
measured a date at a time. Times are UTC ns, prices floats in the currency, quantities shares. Knows no file, no feed
and no other date.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from router.core.profiles import CalendarDay
from router.core.types import SECOND, Ns, PrintKind, Qty
from router.market.tape import PRINT_RULES

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]

SAMPLE_NS: Final[Ns] = 300 * SECOND
"""Five minutes: where the noise of bid and ask has left the realised variance of liquid stocks (Andersen, Bollerslev,
Diebold and Labys 2001)."""
TAIL_NS: Final[Ns] = 3_600 * SECOND
KINDS: Final = tuple(PrintKind)
"""Kinds of prints by the number that stands for each in an array."""
_ELIGIBLE: Final = np.array([PRINT_RULES[kind].eligible for kind in KINDS])
_SETS_LAST: Final = np.array([PRINT_RULES[kind].last for kind in KINDS])
_OPENING: Final = KINDS.index(PrintKind.OPENING)
_CLOSING: Final = KINDS.index(PrintKind.CLOSING)


class DayFigures(Struct, frozen=True):
    """What one date adds to a profile: `first` and `last` price of the session (currency), `volume` of the whole date.

    None of prices, bins, returns or auctions: the source does not tell them. It is too coarse, or has volumes only, or
    names no auctions.
    """

    day: str
    grain_ns: Ns
    """Length of a bar; 0 of prints. Where sources overlap the finer speaks."""
    partial: str
    """Why it is no full date ("closed early"): apart from volumes and curves then; empty of a full one."""
    first: float | None
    last: float | None
    volume: Qty
    bins: tuple[Qty, ...] | None = None
    """Continuous session's shares in equal bins, open to close."""
    tail: float | None = None
    """Part of these in the last hour, 0 to 1; None of no shares."""
    returns: tuple[float, ...] | None = None
    """Log returns between marks `SAMPLE_NS` apart, open to close, each mark at the last price before it."""
    opening: Qty | None = None
    closing: Qty | None = None


class SpreadSum(Struct, frozen=True):
    """Quoted spread of one date: `weighted` its integral over time (currency x ns), `ns` how long there was one."""

    day: str
    weighted: float
    ns: Ns
    grain_ns: Ns = 0
    """Length of the bars whose ends were quoted; 0 of quotes. Where sources overlap the finer speaks."""


def day_of_prints(
    session: CalendarDay,
    ats: Ints,
    prices: Floats,
    qtys: Ints,
    kinds: Ints,
    *,
    bins: int,
    partial: str = "",
    tells_auctions: bool = True,
) -> DayFigures | None:
    """A date from its prints in order of time, each with its kind's place in `KINDS`; None where nothing set a price.

    All kinds count in the volume; the bins and the returns take what `PRINT_RULES` calls eligible, in the session; the
    last price is the closing auction's where there was one. `tells_auctions`: whether the source would name an
    auction's print if there were one.
    """
    inside = (ats >= session.open) & (ats < session.close)
    lasting = prices[(_SETS_LAST[kinds] & inside) | np.isin(kinds, (_OPENING, _CLOSING))]
    if not lasting.size:
        return None
    closing = prices[kinds == _CLOSING]
    plain = inside & _ELIGIBLE[kinds]
    return DayFigures(
        day=session.day,
        grain_ns=0,
        partial=partial,
        first=float(lasting[0]),
        last=float((closing if closing.size else lasting)[-1]),
        volume=int(qtys.sum()),
        bins=_bins(session, ats[plain], qtys[plain], bins),
        tail=_tail(session, ats[plain], qtys[plain]),
        returns=_returns(session, ats[plain], prices[plain], float(lasting[0])),
        opening=int(qtys[kinds == _OPENING].sum()) if tells_auctions else None,
        closing=int(qtys[kinds == _CLOSING].sum()) if tells_auctions else None,
    )


def day_of_bars(
    session: CalendarDay, ats: Ints, opens: Floats, closes: Floats, qtys: Ints, *, grain_ns: Ns, bins: int,
    partial: str = "",
) -> DayFigures | None:  # fmt: skip
    """A date from its bars in order of time, each `grain_ns` long from its `ats`; None where none is in the session.

    All bars count in the volume, those outside the session too. A bar is in the session when it begins before the
    close and ends after the open; one of a day or longer is the session.
    """
    span = session.close - session.open
    inside = (ats + grain_ns > session.open) & (ats < session.close)
    if not inside.any():
        return None
    begins, first = ats[inside], float(opens[inside][0])
    return DayFigures(
        day=session.day,
        grain_ns=grain_ns,
        partial=partial,
        first=first,
        last=float(closes[inside][-1]),
        volume=int(qtys.sum()),
        bins=_bins(session, begins, qtys[inside], bins) if grain_ns * bins <= span else None,
        tail=_tail(session, begins, qtys[inside]) if grain_ns <= TAIL_NS else None,
        returns=_returns(session, begins + grain_ns, closes[inside], first) if grain_ns <= SAMPLE_NS else None,
    )


def day_of_volumes(
    session: CalendarDay, ats: Ints, qtys: Ints, *, grain_ns: Ns, bins: int, partial: str = ""
) -> DayFigures | None:
    """As `day_of_bars`, from bars that have volumes and no prices."""
    no_prices = np.full(ats.size, np.nan)
    day = day_of_bars(session, ats, no_prices, no_prices, qtys, grain_ns=grain_ns, bins=bins, partial=partial)
    return None if day is None else replace(day, first=None, last=None, returns=None)


def spread_of_bars(
    session: CalendarDay, ats: Ints, opens: tuple[Floats, Floats], closes: tuple[Floats, Floats], *, grain_ns: Ns
) -> SpreadSum:
    """As `spread_of_quotes`, from bars of the best quote in order of time, `grain_ns` long from their `ats`.

    `opens` and `closes` are (bid, ask). The quote at either end of a bar stands for the half that is nearer to it, and
    the close until the next bar: without one nothing changed.
    """
    times = np.stack((ats, ats + grain_ns // 2), axis=1).ravel()
    bids, asks = (np.stack(ends, axis=1).ravel() for ends in zip(opens, closes, strict=True))
    return replace(spread_of_quotes(session, times, bids, asks), grain_ns=grain_ns)


def spread_of_quotes(session: CalendarDay, ats: Ints, bids: Floats, asks: Floats) -> SpreadSum:
    """The quoted spread's integral over the session; a side that is 0 is not there.

    Crossed and locked moments are left out, and so is the time before the first quote; a quote before the open is in
    force at the open.
    """
    begins = np.clip(ats, session.open, session.close)
    lasted = np.diff(begins, append=session.close)
    good = (bids > 0) & (asks > bids)
    return SpreadSum(session.day, float(((asks - bids) * lasted)[good].sum()), int(lasted[good].sum()))


def _bins(session: CalendarDay, begins: Ints, qtys: Ints, bins: int) -> tuple[Qty, ...]:
    # A bar that begins before the open (an hour's bar does) belongs to the first bin.
    places = np.maximum(begins - session.open, 0) * bins // (session.close - session.open)
    sums = np.zeros(bins, np.int64)
    np.add.at(sums, places, qtys)
    return tuple(sums.tolist())


def _tail(session: CalendarDay, begins: Ints, qtys: Ints) -> float | None:
    total = int(qtys.sum())
    return int(qtys[begins >= session.close - TAIL_NS].sum()) / total if total else None


def _returns(session: CalendarDay, ats: Ints, prices: Floats, first: float) -> tuple[float, ...]:
    marks = np.arange(session.open, session.close + 1, SAMPLE_NS)
    places = np.searchsorted(ats, marks, side="right") - 1
    held = np.where(places < 0, first, np.append(prices, first)[places])
    return tuple(np.diff(np.log(held)).tolist())
