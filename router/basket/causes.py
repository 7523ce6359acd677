"""Why a basket cost what it did: what waiting cost each name, and what trading did, by the orders' own records.

The basket is decided once and its orders come over the day. Of each order the shortfall (`router.tca.cost.shortfall`)
knows spread, impact and timing against the midpoint at its own release; what the price had moved from the basket's
decision to there is the rest, the cost of waiting: the schedule's, and the bands'. Bias: what a name's earlier orders
did to its price, and has not faded, is waiting of the later ones, not impact. With opportunity and fees the causes of
a name sum to its cost exactly. Positive is a cost. Knows no journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from router.basket.attribution import NameCost
from router.core.types import Micros, Px, Side
from router.tca.cost.shortfall import Shortfall, shortfall
from router.tca.facts.case import Case, case_of
from router.tca.facts.official import close_price
from router.tca.facts.record import OrderRecord
from router.tca.facts.recorder import Recorder


class Causes(Struct, frozen=True):
    """Causes of a cost in the currency, exact."""

    waiting: Fraction = Fraction(0)
    spread: Fraction = Fraction(0)
    impact: Fraction = Fraction(0)
    timing: Fraction = Fraction(0)
    opportunity: Fraction = Fraction(0)
    fees: Fraction = Fraction(0)

    def __add__(self, other: Causes) -> Causes:
        return Causes(*(getattr(self, name) + getattr(other, name) for name in self.__struct_fields__))

    @property
    def total(self) -> Fraction:
        return sum((getattr(self, name) for name in self.__struct_fields__), Fraction(0))


def together(causes: Iterable[Causes]) -> Causes:
    """Their sum."""
    return sum(causes, Causes())


class OrderCosts(Struct, frozen=True):
    """What the orders of one name say together: the parts of their trading costs, and their venues' fees."""

    spread: Fraction
    impact: Fraction
    timing: Fraction
    fees: Micros


def order_costs(cases: Iterable[Case]) -> dict[str, OrderCosts]:
    """By symbol, of all orders in `cases`. Raises `UntiedError` where an order's fills and reports disagree."""
    found: dict[str, OrderCosts] = {}
    for case in cases:
        if case.fills:
            one = _of(case, shortfall(case))
            old = found.get(case.record.symbol, OrderCosts(Fraction(0), Fraction(0), Fraction(0), 0))
            found[case.record.symbol] = OrderCosts(
                old.spread + one.spread, old.impact + one.impact, old.timing + one.timing, old.fees + one.fees
            )
    return found


def _of(case: Case, parts: Shortfall) -> OrderCosts:
    spread, impact, timing = (part or Fraction(0) for part in (parts.spread, parts.impact, parts.timing))
    return OrderCosts(spread, impact, timing, sum(case.fee(fill) for fill in case.fills))


def fees_of(orders: Mapping[str, OrderCosts]) -> dict[str, Micros]:
    """By symbol, for `router.basket.attribution.name_costs`."""
    return {symbol: each.fees for symbol, each in orders.items()}


def causes_of(costs: Sequence[NameCost], orders: Mapping[str, OrderCosts]) -> dict[str, Causes]:
    """By symbol: each name's cost by cause. Of a name without an order everything is opportunity."""
    found: dict[str, Causes] = {}
    for cost in costs:
        own = orders.get(cost.symbol, OrderCosts(Fraction(0), Fraction(0), Fraction(0), 0))
        found[cost.symbol] = Causes(
            waiting=cost.parts.trading - own.spread - own.impact - own.timing,
            spread=own.spread,
            impact=own.impact,
            timing=own.timing,
            opportunity=cost.parts.opportunity,
            fees=cost.parts.fees,
        )
    return found


def never_sent(recorder: Recorder, symbols: Iterable[str]) -> Iterator[Case]:
    """Of symbols without an order the market that one would have come to, as the case of an order for nothing.

    A name whose quantity no band ever let out still has a price at the end.
    """
    known = {record.symbol for record in recorder.orders.values()}
    for symbol in symbols:
        if symbol not in known:
            nothing = OrderRecord(
                order_id="",
                client="",
                cl_ord_id="",
                symbol=symbol,
                side=Side.BUY,
                algorithm="",
                arrived_at=recorder.at,
                start=recorder.at,
                qty=0,
            )
            yield case_of(recorder, nothing)


def last_prices(cases: Iterable[Case]) -> dict[str, Px]:
    """By symbol of a case: the last date's close, quanta, which values what was not filled."""
    found: dict[str, Px] = {}
    for case in cases:
        if case.record.symbol not in found:
            close = close_price(case, case.as_of).px
            if close is not None:
                found[case.record.symbol] = round(close)
    return found
