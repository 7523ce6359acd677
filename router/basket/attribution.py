"""What a basket cost, by name, sector, side, and by who worked it: exact, and every cut sums to the total.

Implementation shortfall (Perold 1988) against the decision price, in the currency as fractions: trading (what was
filled), opportunity (what was not, at the last price), fees. Positive is a cost, for buys and sells. Knows no
journal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction

from msgspec import Struct

from router.basket.names import BasketError, BasketName
from router.basket.orders import Done
from router.basket.sorting import Advice
from router.core.types import HandlInst, Micros, Px

MANUAL = "manual"


class Parts(Struct, frozen=True):
    """Components of a cost in the currency, exact."""

    trading: Fraction = Fraction(0)
    opportunity: Fraction = Fraction(0)
    fees: Fraction = Fraction(0)

    @property
    def total(self) -> Fraction:
        return self.trading + self.opportunity + self.fees

    def __add__(self, other: Parts) -> Parts:
        return Parts(self.trading + other.trading, self.opportunity + other.opportunity, self.fees + other.fees)


class NameCost(Struct, frozen=True, kw_only=True):
    """One name's cost, and what it is grouped by. `worked`: the algorithm, or "manual"."""

    symbol: str
    sector: str
    side: str
    worked: str
    notional: Fraction
    """The order's worth at the decision price."""
    parts: Parts


class Cut(StrEnum):
    """What a basket's cost is split by."""

    NAME = "name"
    SECTOR = "sector"
    SIDE = "side"
    WORKED = "algorithm"


_KEY: dict[Cut, Callable[[NameCost], str]] = {
    Cut.NAME: lambda cost: cost.symbol,
    Cut.SECTOR: lambda cost: cost.sector,
    Cut.SIDE: lambda cost: cost.side,
    Cut.WORKED: lambda cost: cost.worked,
}


class Group(Struct, frozen=True):
    """Names that share a key: how many, their worth and cost."""

    key: str
    names: int
    notional: Fraction
    parts: Parts

    @property
    def bps(self) -> float | None:
        """Cost in basis points of the orders' worth; None where that is nothing."""
        return float(self.parts.total / self.notional * 10_000) if self.notional else None


def name_costs(
    names: Sequence[BasketName],
    done: Mapping[str, Done],
    last: Mapping[str, Px],
    *,
    fees: Mapping[str, Micros],
    advice: Sequence[Advice],
) -> tuple[NameCost, ...]:
    """Each name's cost. `last` (quanta) prices what was not filled, and must be there where anything was not.

    `fees` in millionths of the currency, a rebate negative; a name left out has none.
    """
    said = {each.symbol: each for each in advice}
    return tuple(_cost(name, done.get(name.symbol, Done()), last, fees, said[name.symbol]) for name in names)


def _cost(name: BasketName, done: Done, last: Mapping[str, Px], fees: Mapping[str, Micros], advice: Advice) -> NameCost:
    left = name.qty - done.qty
    if left < 0:
        raise BasketError(f"{name.symbol}: CumQty(14) must not be above OrderQty(38) {name.qty}: got {done.qty}")
    if left and name.symbol not in last:
        raise BasketError(f"{name.symbol}: {left} shares were not filled, and there is no last price to value them at")
    moved = last[name.symbol] - name.px if left else 0
    return NameCost(
        symbol=name.symbol,
        sector=name.sector,
        side="buy" if name.side.is_buy else "sell",
        worked=MANUAL if advice.handl_inst is HandlInst.MANUAL else advice.algorithm,
        notional=name.notional,
        parts=Parts(
            trading=Fraction(name.side.sign * (done.notional - done.qty * name.px), name.price_scale),
            opportunity=Fraction(name.side.sign * left * moved, name.price_scale),
            fees=Fraction(fees.get(name.symbol, 0), 1_000_000),
        ),
    )


def attribute(costs: Sequence[NameCost], cut: Cut) -> tuple[Group, ...]:
    """The basket's cost by `cut`, the dearest first, then by key."""
    groups: dict[str, Group] = {}
    for cost in costs:
        key = _KEY[cut](cost)
        group = groups.get(key, Group(key, 0, Fraction(0), Parts()))
        groups[key] = Group(key, group.names + 1, group.notional + cost.notional, group.parts + cost.parts)
    return tuple(sorted(groups.values(), key=lambda group: (-group.parts.total, group.key)))


def total(costs: Sequence[NameCost]) -> Group:
    """The whole basket."""
    return Group(
        "total", len(costs), sum((c.notional for c in costs), Fraction(0)), sum((c.parts for c in costs), Parts())
    )
