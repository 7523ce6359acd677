"""An order of several trading dates, date by date: what each date cost, and what each night did to the balance.

The trading cost and the opportunity cost of the shortfall, cut another way. With s = +1 for a buy and -1 for a sell, Q
ordered shares, date d from its start S_d to its end E_d, fills p_i, q_i on it, and L_d the shares left after it:

    night    s L_{d-1} (S_d - E_{d-1})      the balance carried from the close of one date to the open of the next
    traded   s sum q_i (p_i - S_d)          the date's fills against its start
    carried  s L_d (E_d - S_d)              the date's move, on what was left after it

S_1 is the shortfall's release price, S_d of a later date its open, E_d its close, and of the last date the price that
values what was left: so all of them sum to the shortfall's trading and opportunity, exactly. A date without an open
starts where the one before ended, one without a close ends where it started. Positive is a cost, for both sides.
Must not know how a figure is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from msgspec import Struct

from router.core.types import Ns, Qty
from router.market.tape import PRINT_RULES
from router.tca.cost.benchmarks import TAPE_LAG_NS
from router.tca.cost.shortfall import MICROS, Shortfall
from router.tca.facts.case import Case
from router.tca.facts.marks import Mark, released_at
from router.tca.facts.official import close_price, open_price
from router.tca.facts.record import Fill
from router.tca.facts.tape import MarketInterval
from router.tca.facts.trading_time import dates


class DateCosts(Struct, frozen=True):
    """One date. Money in currency, exact; `left` after it; `interval` is the time on it in which the order was worked.

    `carried` is None on a last date whose balance nothing values, as the shortfall's opportunity is.
    """

    day: str
    start: Mark
    end: Mark
    interval: MarketInterval
    filled: Qty
    left: Qty
    notional: int
    """Sum of px x qty of the date's fills, in quanta."""
    night: Fraction
    traded: Fraction
    carried: Fraction | None
    fees: Fraction
    own_volume: Qty
    """Filled shares whose prints count in the interval's volume."""

    @property
    def average_px(self) -> Fraction | None:
        """Of the date's fills, in quanta."""
        return Fraction(self.notional, self.filled) if self.filled else None

    @property
    def participation(self) -> Fraction | None:
        """Own in all eligible volume of the interval; None where nothing traded."""
        return Fraction(self.own_volume, self.interval.volume) if self.interval.volume else None

    @property
    def total(self) -> Fraction:
        """Night, traded and carried, as far as they are known, and fees."""
        return self.night + self.traded + (self.carried or 0) + self.fees


def by_date(case: Case, costs: Shortfall) -> tuple[DateCosts, ...]:
    """Each date from the release to the order's end; none where nothing prices the order."""
    if costs.decision.px is None:
        return ()
    open_on = [began for began, _ in dates(case)]
    # An order that comes before its start lives on dates on which it cannot trade: their moves are no cost of trading.
    first = max((place for place, at in enumerate(open_on) if at <= released_at(case)), default=0)
    begins = open_on[first:]
    found: list[DateCosts] = []
    for place, began in enumerate(begins):
        until = begins[place + 1] if place + 1 < len(begins) else None
        found.append(_date(case, costs, found[-1] if found else None, began, until))
    return tuple(found)


def _date(case: Case, costs: Shortfall, before: DateCosts | None, began: Ns, until: Ns | None) -> DateCosts:
    fills = [each for each in case.fills if (before is None or each.at >= began) and (until is None or each.at < until)]
    held = costs.qty if before is None else before.left
    left = held - sum(fill.qty for fill in fills)
    start = _start(case, costs, before, began)
    end, closed = _end(case, costs, began, start, is_last=until is None)
    assert start.px is not None, case.record.order_id
    side, money = case.record.side.sign, case.currency
    notional = sum(fill.px * fill.qty for fill in fills)
    traded = notional - start.px * (held - left)
    night = Fraction(0) if before is None or before.end.px is None else held * (start.px - before.end.px)
    carried = None if closed is None and left else left * ((closed or start.px) - start.px)
    return DateCosts(
        day=case.day(began),
        start=start,
        end=end,
        interval=worked(case, began, until),
        filled=held - left,
        left=left,
        notional=notional,
        night=money(side * night),
        traded=money(side * traded),
        carried=None if carried is None else money(side * carried),
        fees=Fraction(sum(case.fee(fill) for fill in fills), MICROS),
        own_volume=_eligible(fills),
    )


def worked(case: Case, began: Ns, until: Ns | None) -> MarketInterval:
    """Eligible volume of a date while the order might trade on it: up to its being done for the day, or its end.

    A second more, as in `benchmarks.volume_interval`: a print may come after the report of its trade.
    """
    record = case.record
    session = case.session(began)
    start = max(released_at(case), session.open if session else began)
    rests = [rest for rest, again in record.rests if began <= rest < again and (until is None or rest < until)]
    end = rests[-1] if rests else (record.ended_at if until is None else until) or case.as_of
    end = min(end, session.close) if session else end
    return case.tape.between(start, max(start, min(end + TAPE_LAG_NS, case.as_of)))


def _start(case: Case, costs: Shortfall, before: DateCosts | None, began: Ns) -> Mark:
    if before is None:
        return costs.release if costs.release.px is not None else costs.decision
    opened = open_price(case, began)
    return opened if opened.px is not None else Mark(before.end.px, None, f"as it ended before: {opened.reason}")


def _end(case: Case, costs: Shortfall, began: Ns, start: Mark, *, is_last: bool) -> tuple[Mark, Fraction | None]:
    """The date's end, and the price that its balance is carried to."""
    closed = close_price(case, began)
    if is_last:
        return (closed if costs.end.px is None else costs.end), costs.end.px
    if closed.px is None:
        closed = Mark(start.px, None, f"as it started: {closed.reason}")
    return closed, closed.px


def _eligible(fills: Sequence[Fill]) -> Qty:
    return sum(fill.qty for fill in fills if PRINT_RULES[fill.kind].eligible)
