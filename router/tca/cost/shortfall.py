"""Implementation shortfall of one parent order: what it cost against a paper portfolio bought at the decision.

Perold (1988): the paper portfolio holds OrderQty(38) shares at the decision price; the shortfall is its value less that
of what was really done. Its parts are those of the expanded form (Wagner and Edwards 1993; Kissell 2013, chapter 3),
with s = +1 for a buy and -1 for a sell, Q ordered and n filled shares, P_d, P_r and P_e the midpoint at the decision,
at the release and the price that values what was left, p_i and q_i a fill, m_i the midpoint before it:

    delay        s Q (P_r - P_d)                   between decision and release, on all shares
    spread       s sum q_i (p_i - m_i)             paid away from the midpoint: half the spread, and depth taken
    impact       s sum q_i W(t_i)                  the midpoint's moves in the wake of what we took, up to t_i
    timing       s sum q_i (m_i - P_r - W(t_i))    its moves at any other time, the night's among them
    opportunity  s (Q - n) (P_e - P_r)             on what was not filled
    fees         the venues' fees less rebates

Spread, impact and timing are the trading cost, s (sum q_i p_i - n P_r), and all six are the total, exactly: money is a
Fraction of the currency and nothing is rounded here. Positive is a cost, for both sides. The bias of the split between
impact and timing is stated at `Wakes`. Must not know how a figure is printed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct

from router.core.types import SECOND, Ns, Qty
from router.tca.errors import UntiedError
from router.tca.facts.case import Case
from router.tca.facts.marks import FillMark, Mark, decision, fill_marks, last_normal, no_mark, release
from router.tca.facts.official import close_price

WAKE_NS: Final[Ns] = SECOND
"""How long after a fill's report the midpoint's moves are taken for its own."""
MICROS: Final = 1_000_000


class Shortfall(Struct, frozen=True):
    """The parts in currency, exact. A part that cannot be told is None, and `reasons` says why and where it went.

    `total` is the sum of the parts that there are; None where nothing prices the paper portfolio.
    """

    currency: str
    qty: Qty
    filled: Qty
    decision: Mark
    release: Mark
    end: Mark
    delay: Fraction | None
    spread: Fraction | None
    impact: Fraction | None
    timing: Fraction | None
    opportunity: Fraction | None
    fees: Fraction
    paper: Fraction | None
    """The paper portfolio's cost, Q x P_d, in currency: what basis points are of."""
    unquoted: Qty = 0
    """Shares filled without a midpoint to judge them by: their spread is inside timing."""
    reasons: dict[str, str] = {}

    @property
    def trading(self) -> Fraction | None:
        """Spread, impact and timing: what the filled shares cost against the release."""
        parts = [part for part in (self.spread, self.impact, self.timing) if part is not None]
        return sum(parts, Fraction(0)) if parts else None

    @property
    def parts(self) -> dict[str, Fraction | None]:
        """Every part by its name, in the order of an order's life."""
        names = ("delay", "spread", "impact", "timing", "opportunity", "fees")
        return {name: getattr(self, name) for name in names}

    @property
    def total(self) -> Fraction | None:
        """The sum of the parts; positive is a cost."""
        if self.paper is None:
            return None
        return sum((part for part in self.parts.values() if part is not None), Fraction(0))

    def bps(self, money: Fraction | None) -> float | None:
        """`money` in basis points of the paper portfolio."""
        return None if money is None or not self.paper else float(money / self.paper * 10_000)


class Wakes:
    """The midpoint's moves in the wake of our own taking, summed.

    A wake is from the instant before a fill that took from a displayed book (`marks.FillMark`) to `wake_ns` after its
    report; wakes that touch are one. The move between the last normal midpoints at its ends is taken for our impact:
    an event window, as in Holthausen, Leftwich and Mayers (1987), in place of a model. Bias: what the market did in a
    wake for other reasons counts as impact; what comes later than the window, and what resting orders, pools and
    auctions of ours did to the price, counts as timing. An order that takes all the time has all moves in its wakes.
    """

    def __init__(self, case: Case, fills: Sequence[FillMark], wake_ns: Ns = WAKE_NS) -> None:
        self._case = case
        self._starts: list[Ns] = []
        self._ends: list[Ns] = []
        for start, end in sorted((mark.at, mark.fill.at + wake_ns) for mark in fills if mark.took):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)
        self._before: list[Fraction] = [Fraction(0)]
        for start, end in zip(self._starts, self._ends, strict=True):
            self._before.append(self._before[-1] + self._moved(start, end))

    def upto(self, at: Ns) -> Fraction:
        """The sum of the moves in wakes up to `at`, in quanta, positive upwards."""
        place = bisect_right(self._starts, at) - 1
        if place < 0:
            return Fraction(0)
        return self._before[place] + self._moved(self._starts[place], min(at, self._ends[place]))

    def _moved(self, start: Ns, end: Ns) -> Fraction:
        quotes = self._case.quotes
        first, last = quotes.last_mid(start), quotes.last_mid(min(end, self._case.as_of))
        return Fraction(0) if first is None or last is None else last[0] - first[0]


def shortfall(case: Case, wake_ns: Ns = WAKE_NS) -> Shortfall:
    """The shortfall of one order, as far as the journal goes.

    The ordered quantity is OrderQty(38) as it stands: what an amendment added counts from the first decision on, what
    one took away never counted. Raises `UntiedError`.
    """
    check_ties(case)
    decided, released = decision(case), release(case)
    qty, filled = max(case.record.qty, case.record.cum_qty), case.record.cum_qty
    fees = Fraction(sum(case.fee(fill) for fill in case.fills), MICROS)
    if decided.px is None:
        return _unpriced(case, qty, decided, released, fees)
    reasons: dict[str, str] = {}
    base = released.px
    if base is None:
        base = decided.px
        reasons["delay"] = f"no midpoint at the release ({released.reason}): it is inside timing and opportunity"
    end = _end(case, decided) if qty > filled else no_mark("everything was filled")
    if qty > filled and end.px is None:
        reasons["opportunity"] = f"nothing values the shares not filled: {end.reason}"
    spread, impact, timing, unquoted = _trading(case, base, wake_ns)
    if unquoted:
        reasons["spread"] = f"{unquoted:,} shares filled without a midpoint to judge them by: theirs is inside timing"
    currency = case.currency
    side = case.record.side.sign
    return Shortfall(
        currency=case.instrument.currency,
        qty=qty,
        filled=filled,
        decision=decided,
        release=released,
        end=end,
        delay=None if "delay" in reasons else currency(side * qty * (base - decided.px)),
        spread=currency(spread),
        impact=currency(impact),
        timing=currency(timing),
        opportunity=_opportunity(case, qty - filled, base, end),
        fees=fees,
        paper=currency(qty * decided.px),
        unquoted=unquoted,
        reasons=reasons,
    )


def check_ties(case: Case) -> None:
    """The fills sum to what the order's reports say, to the share and the quantum; else raises `UntiedError`."""
    record, fills = case.record, case.fills
    qty, notional = sum(fill.qty for fill in fills), sum(fill.qty * fill.px for fill in fills)
    if qty != record.cum_qty:
        raise UntiedError(f"{record.order_id}: its fills are {qty:,} shares, CumQty(14) is {record.cum_qty:,}")
    if notional != record.notional:
        raise UntiedError(
            f"{record.order_id}: its fills are worth {notional:,} quanta, AvgPx(6) x CumQty(14) is {record.notional:,}"
        )


def _unpriced(case: Case, qty: Qty, decided: Mark, released: Mark, fees: Fraction) -> Shortfall:
    names = ("delay", "spread", "impact", "timing", "opportunity", "total")
    return Shortfall(
        currency=case.instrument.currency,
        qty=qty,
        filled=case.record.cum_qty,
        decision=decided,
        release=released,
        end=no_mark(decided.reason),
        delay=None,
        spread=None,
        impact=None,
        timing=None,
        opportunity=None,
        fees=fees,
        paper=None,
        reasons=dict.fromkeys(names, decided.reason),
    )


def _trading(case: Case, base: Fraction, wake_ns: Ns) -> tuple[Fraction, Fraction, Fraction, Qty]:
    """(spread, impact, timing) in quanta of price x shares, and the shares without a midpoint."""
    marks, side = fill_marks(case), case.record.side.sign
    wakes = Wakes(case, marks, wake_ns)
    spread = impact = timing = Fraction(0)
    unquoted = 0
    for mark in marks:
        fill, own = mark.fill, wakes.upto(mark.at)
        unquoted += fill.qty if mark.mid.px is None else 0
        fair = Fraction(fill.px) if mark.mid.px is None else mark.mid.px
        spread += side * fill.qty * (fill.px - fair)
        impact += side * fill.qty * own
        timing += side * fill.qty * (fair - base - own)
    return spread, impact, timing, unquoted


def _opportunity(case: Case, left: Qty, base: Fraction, end: Mark) -> Fraction | None:
    if not left:
        return Fraction(0)
    return None if end.px is None else case.currency(case.record.side.sign * left * (end.px - base))


def _end(case: Case, decided: Mark) -> Mark:
    """What values the shares not filled: the close of the date on which the order ended, else the last price known."""
    record = case.record
    closed = close_price(case, min(record.ended_at or case.as_of, case.as_of))
    if closed.px is not None:
        return closed
    known = last_normal(case, case.as_of)
    if known.px is not None:
        return Mark(known.px, known.at, f"last midpoint known, since {closed.reason}")
    last = case.tape.last_before(case.as_of + 1)
    if last is not None and last.at >= (decided.at or 0):
        return Mark(Fraction(last.px), last.at, f"last print known, since {closed.reason}")
    return no_mark("no price since the decision")
