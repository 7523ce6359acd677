"""Netting: several accounts' orders to one net order a name, and the internal crosses that made the difference.

Exact in shares and in money: what an account bought or sold in crosses and what is left to the market add up to what
it asked for, and the crosses' cash sums to zero. The price of a cross is a rule, applied later, when the price is
known. Whether a cross may be done for these accounts, and at this price, is not known here: funds' trades among
themselves, for one, have a rule of their own (17 CFR 270.17a-7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from msgspec import Meta, Struct

from router.basket.names import BasketError
from router.core.types import Px, Qty, Side


class CrossRule(StrEnum):
    """At which price an internal cross is done."""

    MIDPOINT = "midpoint"
    """Of the national best bid and offer at the time of the cross."""
    CLOSE = "close"
    """The primary market's official closing price of the date."""


class Wish(Struct, frozen=True):
    """What an account wants done in a name, before netting."""

    account: str
    symbol: str
    side: Side
    qty: Annotated[Qty, Meta(gt=0)]


class Cross(Struct, frozen=True):
    """`seller` gives `qty` shares to `buyer`, inside the house."""

    symbol: str
    seller: str
    buyer: str
    qty: Qty
    rule: CrossRule
    seller_side: Side = Side.SELL


class Netted(Struct, frozen=True):
    """`crosses`, and what is left of each wish for the market, both ordered by symbol and account."""

    crosses: tuple[Cross, ...]
    left: tuple[Wish, ...]

    def orders(self) -> tuple[tuple[str, Side, Qty], ...]:
        """(symbol, Side(54), OrderQty(38)) to send: one a name and side; sells and short sells stay apart."""
        sums: dict[tuple[str, Side], Qty] = {}
        for wish in self.left:
            sums[wish.symbol, wish.side] = sums.get((wish.symbol, wish.side), 0) + wish.qty
        return tuple((symbol, side, qty) for (symbol, side), qty in sums.items())

    @property
    def crossed(self) -> Qty:
        return sum(each.qty for each in self.crosses)


def wishes_of(account: str, current: Mapping[str, Qty], target: Mapping[str, Qty]) -> tuple[Wish, ...]:
    """Orders that take positions (shares, short is negative) from `current` to `target`; a name not given is 0.

    A sell that goes through zero is two orders: what is owned is sold, the rest is sold short (Side(54)=5, Regulation
    SHO Rule 200(g)).
    """
    found = []
    for symbol in sorted(current.keys() | target.keys()):
        have, want = current.get(symbol, 0), target.get(symbol, 0)
        owned = max(have, 0)
        parts = (
            (Side.BUY, want - have),
            (Side.SELL, min(have - want, owned)),
            (Side.SELL_SHORT, have - want - owned),
        )
        found += [Wish(account, symbol, side, qty) for side, qty in parts if qty > 0]
    return tuple(found)


def net(wishes: Iterable[Wish], rule: CrossRule) -> Netted:
    """Cross what can be crossed in each name. The lighter side is crossed whole, the heavier one by rule of three.

    Shares of the heavier side are given in proportion to what each account asked, whole shares by largest remainder,
    ties by account; sellers of what they own come before short sellers, who come in for the rest only.
    """
    by_symbol: dict[str, dict[tuple[str, Side], Qty]] = {}
    for wish in wishes:
        if wish.qty <= 0:
            raise BasketError(f"netting: {wish.account} {wish.symbol}: OrderQty(38) must be above 0: got {wish.qty}")
        asked = by_symbol.setdefault(wish.symbol, {})
        asked[wish.account, wish.side] = asked.get((wish.account, wish.side), 0) + wish.qty
    crosses: list[Cross] = []
    left: list[Wish] = []
    for symbol in sorted(by_symbol):
        asked = dict(sorted(by_symbol[symbol].items()))
        done = _crossed(asked)
        crosses += _pairs(symbol, done, rule)
        left += [
            Wish(account, symbol, side, rest)
            for (account, side), qty in asked.items()
            if (rest := qty - done.get((account, side), 0))
        ]
    return Netted(tuple(crosses), tuple(left))


def _crossed(asked: Mapping[tuple[str, Side], Qty]) -> dict[tuple[str, Side], Qty]:
    """How much of each (account, side) is crossed."""
    buys = {key: qty for key, qty in asked.items() if key[1].is_buy}
    owned = {key: qty for key, qty in asked.items() if key[1] is Side.SELL}
    short = {key: qty for key, qty in asked.items() if not key[1].is_buy and key not in owned}
    total = min(sum(buys.values()), sum(owned.values()) + sum(short.values()))
    from_owned = min(total, sum(owned.values()))
    return _share(total, buys) | _share(from_owned, owned) | _share(total - from_owned, short)


def _share(total: Qty, among: Mapping[tuple[str, Side], Qty]) -> dict[tuple[str, Side], Qty]:
    """`total` in proportion, whole, by largest remainder (Hamilton's method); never more than asked."""
    asked = sum(among.values())
    if not total or not asked:
        return {}
    given = {key: total * qty // asked for key, qty in among.items()}
    remainders = sorted(among, key=lambda key: (-(total * among[key] % asked), key))
    for key in remainders[: total - sum(given.values())]:
        given[key] += 1
    return given


def _pairs(symbol: str, done: Mapping[tuple[str, Side], Qty], rule: CrossRule) -> list[Cross]:
    """Who gives whom: sellers and buyers each in their order, the first seller to the first buyer until one is done."""
    buyers = [account for (account, side), qty in done.items() if side.is_buy and qty]
    wanted = [qty for (_, side), qty in done.items() if side.is_buy and qty]
    found = []
    place = 0
    for (seller, side), qty in done.items():
        rest = 0 if side.is_buy else qty
        while rest:
            given = min(rest, wanted[place])
            found.append(Cross(symbol, seller, buyers[place], given, rule, side))
            rest -= given
            wanted[place] -= given
            place += not wanted[place]
    return found


class CrossPrices(Struct, frozen=True):
    """What the rules ask of a name: twice the midpoint (quanta, exact), and the official close (quanta)."""

    mid2: Px | None = None
    close: Px | None = None
    price_scale: int = 10_000


def cross_price(cross: Cross, prices: CrossPrices) -> Fraction:
    """The price of a cross in the currency, exact. Raises `BasketError` where the rule's price does not exist."""
    if cross.rule is CrossRule.MIDPOINT:
        if prices.mid2 is None:
            raise BasketError(f"cross of {cross.symbol} at the midpoint: no two-sided market at its time")
        return Fraction(prices.mid2, 2 * prices.price_scale)
    if prices.close is None:
        raise BasketError(f"cross of {cross.symbol} at the close: no official closing price")
    return Fraction(prices.close, prices.price_scale)


def settle(crosses: Sequence[Cross], prices: Mapping[str, CrossPrices]) -> dict[str, Fraction]:
    """Cash that each account receives (plus) or pays (minus) for its crosses, in the currency; sums to zero."""
    cash: dict[str, Fraction] = {}
    for cross in crosses:
        amount = cross.qty * cross_price(cross, prices.get(cross.symbol, CrossPrices()))
        cash[cross.seller] = cash.get(cross.seller, Fraction(0)) + amount
        cash[cross.buyer] = cash.get(cross.buyer, Fraction(0)) - amount
    return dict(sorted(cash.items()))
