"""Who filled a parent order and on what terms: by venue, venue kind, child reason, order type and liquidity flag.

One parent or many of one currency. Shares, value, fees and costs of the groups sum to the total exactly, whatever they
are grouped by; money is an exact Fraction of the currency, fees are `Micros`. Positive is a cost. Spreads, markouts and
the quote that a fill is held against: `router.tca.venues.markouts`. Knows no report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Final

from msgspec import Struct

from router.core.types import LastLiquidityInd, Micros, Ns, OrdType, Peg, Qty, VenueKind
from router.tca.estimate import LEVEL
from router.tca.facts.case import Case, market_numbers
from router.tca.facts.record import Child, ChildEnd
from router.tca.venues.markouts import HORIZONS, Mark, Markout, SpreadAt, in_bps, mark, markouts, money, spreads
from router.tca.venues.time_to_fill import TimeToFill, Wait, time_to_fill

UNKNOWN: Final = "unknown"
_LIQUIDITY: Final = {
    LastLiquidityInd.ADDED: "added",
    LastLiquidityInd.REMOVED: "removed",
    LastLiquidityInd.ROUTED_OUT: "routed out",
    LastLiquidityInd.AUCTION: "auction",
}
_TYPE: Final = {OrdType.MARKET: "market", OrdType.LIMIT: "limit", OrdType.PEGGED: "peg"}
_PEG: Final = {Peg.MID: "mid", Peg.PRIMARY: "primary", Peg.MARKET: "market"}


class AttributionError(ValueError):
    """Orders that cannot be summed; the text names the rule and the values."""


class By(StrEnum):
    """What children and fills are grouped by."""

    VENUE = "venue"
    KIND = "venue kind"
    REASON = "child reason"
    ORDER_TYPE = "order type"
    LIQUIDITY = "liquidity flag"


class Sent(Struct, frozen=True):
    """One child order with its outcome, as far as its standing fills tell."""

    child: Child
    kind: VenueKind
    filled: Qty
    first_fill_at: Ns | None
    known_until: Ns
    """Its end, or of an open child the end of the record."""


class OrderFigures(Struct, frozen=True):
    """Children sent. Shares withdrawn and sent again count again; a conditional child is a wish, and counts apart."""

    orders: int
    with_fill: int
    rejected: int
    sent: Qty
    filled: Qty
    from_sent: TimeToFill
    """To the first fill, from the sending."""
    from_accepted: TimeToFill
    """To the first fill, from when the venue's acceptance was heard; of children that were accepted."""
    wishes: int
    """Conditional children."""
    wishes_met: int
    """Of these, those that met a match and were asked to be firmed up."""

    @property
    def fill_rate_shares(self) -> Fraction | None:
        """Shares filled of shares sent; None of nothing."""
        return Fraction(self.filled, self.sent) if self.sent else None

    @property
    def fill_rate_orders(self) -> Fraction | None:
        """Children that filled at all of children sent; None of none."""
        return Fraction(self.with_fill, self.orders) if self.orders else None


class Improvement(Struct, frozen=True):
    """Fills of children that could trade at once, against the far side of the national best when each was sent.

    Shares better than it, at it and worse than it, with amounts in the currency, never negative: "price improved",
    "at the quote" and "outside the quote" of 17 CFR 242.605(a), where the time is that of the order's receipt by the
    market center. `unquoted` shares had no two-sided market then.
    """

    improved: Qty
    improved_amount: Fraction
    at_quote: Qty
    outside: Qty
    outside_amount: Fraction
    unquoted: Qty

    @property
    def cost(self) -> Fraction:
        """What was paid beyond the quote, net; negative where the fills were better than it."""
        return self.outside_amount - self.improved_amount


class AtFill(Struct, frozen=True):
    """Fills held against the quote when they traded: quoted and effective spread x shares, in the currency.

    `shares` had a normal market; `at_mid` of these traded within half a quantum of its midpoint.
    """

    shares: Qty
    notional: Fraction
    quoted: Fraction
    effective: Fraction
    at_mid: Qty

    @property
    def quoted_bps(self) -> float | None:
        """In basis points of what was traded; None of nothing."""
        return in_bps(self.quoted, self.notional)

    @property
    def effective_bps(self) -> float | None:
        return in_bps(self.effective, self.notional)

    @property
    def capture(self) -> float | None:
        """How much of the spread was kept: 0 at the far side, 1/2 at the midpoint, 1 at the near side."""
        return float((self.quoted - self.effective) / (2 * self.quoted)) if self.quoted else None

    @property
    def midpoint_share(self) -> float | None:
        """Part of the shares that traded at the midpoint."""
        return self.at_mid / self.shares if self.shares else None


class Group(Struct, frozen=True):
    """One group's part. `cost` is against the arrival mids, over `arrival_shares` of parents that have one."""

    key: str
    trades: int
    shares: Qty
    notional: Fraction
    fees: Micros
    """Paid, never negative."""
    rebates: Micros
    """Received, never positive."""
    arrival_shares: Qty
    cost: Fraction
    at_fill: AtFill
    spreads: tuple[SpreadAt, ...]
    markouts: tuple[Markout, ...]
    improvement: Improvement
    orders: OrderFigures | None
    """None by liquidity flag: a child has none before it trades."""

    @property
    def net_fees_bps(self) -> float | None:
        """Fees less rebates in basis points of what was traded."""
        return in_bps(Fraction(self.fees + self.rebates, 1_000_000), self.notional)


class Attribution(Struct, frozen=True):
    """The groups, largest first, and all of them together."""

    by: By
    currency: str
    groups: tuple[Group, ...]
    total: Group

    @property
    def herfindahl(self) -> Fraction | None:
        """Sum of the groups' squared parts of the shares: 1 where one has all, 1/n of n alike; None of nothing.

        By venue it is the fragmentation of the fills (Herfindahl 1950; Hirschman 1964 on the name).
        """
        whole = self.total.shares
        return Fraction(sum(group.shares**2 for group in self.groups), whole**2) if whole else None


class Material(Struct, frozen=True):
    """Marked fills and children of some parents: what every grouping is made of."""

    currency: str
    horizons: tuple[Ns, ...]
    marks: tuple[Mark, ...]
    sent: tuple[Sent, ...]


def gather(cases: Iterable[Case], horizons: Sequence[Ns] = HORIZONS) -> Material:
    """Mark every fill and child once. Raises AttributionError where parents are of several currencies."""
    found = tuple(cases)
    currencies = sorted({case.instrument.currency for case in found})
    if len(currencies) > 1:
        raise AttributionError(f"parents must be of one currency, nothing is converted; these are of {currencies}")
    return Material(
        currency=currencies[0] if currencies else "",
        horizons=tuple(horizons),
        marks=tuple(
            each
            for case, market in zip(found, market_numbers(found), strict=True)
            for each in mark(case, horizons, market)
        ),
        sent=tuple(each for case in found for each in _sent(case)),
    )


def attribute(material: Material, by: By, level: float = LEVEL) -> Attribution:
    """The parents' fills and children by `by`; intervals at `level`."""
    marks: dict[str, list[Mark]] = {}
    sent: dict[str, list[Sent]] = {}
    for each in material.marks:
        marks.setdefault(_key_of_fill(each, by), []).append(each)
    if by is not By.LIQUIDITY:
        for child in material.sent:
            sent.setdefault(_key_of_child(child, by), []).append(child)
    keys = dict.fromkeys([*marks, *sent])
    orders = by is not By.LIQUIDITY
    groups = [
        _group(key, marks.get(key, []), sent.get(key, []) if orders else None, material.horizons, level) for key in keys
    ]
    return Attribution(
        by=by,
        currency=material.currency,
        groups=tuple(sorted(groups, key=lambda group: (-group.shares, group.key))),
        total=_group("total", material.marks, material.sent if orders else None, material.horizons, level),
    )


# --- children


def _sent(case: Case) -> list[Sent]:
    fills: dict[str, list[tuple[Ns, Qty]]] = {}
    for fill in case.fills:
        fills.setdefault(fill.child_id, []).append((fill.at, fill.qty))
    return [_outcome(case, child, fills.get(child.child_id, [])) for child in case.record.children]


def _outcome(case: Case, child: Child, fills: Sequence[tuple[Ns, Qty]]) -> Sent:
    profile = case.venues.get(child.venue)
    return Sent(
        child=child,
        kind=profile.kind if profile else VenueKind.LIT,
        filled=sum(qty for _, qty in fills),
        first_fill_at=min((at for at, _ in fills), default=None),
        known_until=case.as_of if child.ended_at is None else child.ended_at,
    )


def order_type(child: Child) -> str:
    """OrdType(40), what it pegs to, TimeInForce(59) and display as a person would say them: "limit day post-only"."""
    words = [
        _TYPE[child.ord_type],
        _PEG[child.peg] if child.peg else "",
        child.tif.name.lower().replace("_", "-"),
        "post-only" if child.post_only else "",
        "hidden" if child.display_qty == 0 else "reserve" if child.display_qty else "",
        "conditional" if child.conditional else "",
    ]
    return " ".join(word for word in words if word)


def _key_of_child(sent: Sent, by: By) -> str:
    match by:
        case By.VENUE:
            return sent.child.venue
        case By.KIND:
            return sent.kind.value
        case By.REASON:
            return sent.child.reason.value
        case _:
            return order_type(sent.child)


def _key_of_fill(mark_: Mark, by: By) -> str:
    fill, child = mark_.fill, mark_.child
    match by:
        case By.VENUE:
            return fill.venue
        case By.KIND:
            return mark_.kind.value
        case By.LIQUIDITY:
            return _LIQUIDITY[fill.liquidity] if fill.liquidity else UNKNOWN
        case By.REASON:
            reason = fill.reason or (child.reason if child else None)
            return reason.value if reason else UNKNOWN
        case _:
            return order_type(child) if child else UNKNOWN


# --- sums


def _group(key: str, marks: Sequence[Mark], sent: Sequence[Sent] | None, horizons: Sequence[Ns], level: float) -> Group:
    arrivals = [(each, each.arrival_mid2) for each in marks if each.arrival_mid2 is not None]
    return Group(
        key=key,
        trades=len(marks),
        shares=sum(each.fill.qty for each in marks),
        notional=money((each.unit, each.fill.qty * each.fill.px) for each in marks),
        fees=sum(max(each.fee, 0) for each in marks),
        rebates=sum(min(each.fee, 0) for each in marks),
        arrival_shares=sum(each.fill.qty for each, _ in arrivals),
        cost=money((each.unit, each.sign * each.fill.qty * (2 * each.fill.px - mid2)) for each, mid2 in arrivals) / 2,
        at_fill=_at_fill(marks),
        spreads=spreads(marks, horizons),
        markouts=markouts(marks, horizons, level),
        improvement=_improvement(marks),
        orders=None if sent is None else _orders(sent),
    )


def _at_fill(marks: Sequence[Mark]) -> AtFill:
    known = [(each, each.spread, each.effective) for each in marks]
    normal = [(each, spread, paid) for each, spread, paid in known if spread is not None and paid is not None]
    return AtFill(
        shares=sum(each.fill.qty for each, _, _ in normal),
        notional=money((each.unit, each.fill.qty * each.fill.px) for each, _, _ in normal),
        quoted=money((each.unit, each.fill.qty * spread) for each, spread, _ in normal),
        effective=money((each.unit, each.fill.qty * paid) for each, _, paid in normal),
        # A midpoint between two quanta is reported as the quantum beside it.
        at_mid=sum(each.fill.qty for each, _, paid in normal if abs(paid) <= 1),
    )


def _improvement(marks: Sequence[Mark]) -> Improvement:
    at_once = [each for each in marks if each.at_once]
    beyond = [
        (each, each.sign * (each.fill.px - each.sent_far), each.fill.qty)
        for each in at_once
        if each.sent_far is not None
    ]
    return Improvement(
        improved=sum(qty for _, paid, qty in beyond if paid < 0),
        improved_amount=money((each.unit, -paid * qty) for each, paid, qty in beyond if paid < 0),
        at_quote=sum(qty for _, paid, qty in beyond if paid == 0),
        outside=sum(qty for _, paid, qty in beyond if paid > 0),
        outside_amount=money((each.unit, paid * qty) for each, paid, qty in beyond if paid > 0),
        unquoted=sum(each.fill.qty for each in at_once if each.sent_far is None),
    )


def _orders(sent: Sequence[Sent]) -> OrderFigures:
    firm = [each for each in sent if not each.child.conditional]
    wishes = [each for each in sent if each.child.conditional]
    taken = [each for each in firm if each.child.end is not ChildEnd.REJECTED]
    accepted = [(each, each.child.accepted_at) for each in taken if each.child.accepted_at is not None]
    return OrderFigures(
        orders=len(firm),
        with_fill=sum(1 for each in firm if each.filled),
        rejected=len(firm) - len(taken),
        sent=sum(each.child.qty for each in firm),
        filled=sum(each.filled for each in firm),
        from_sent=time_to_fill([_wait(each, each.child.at) for each in taken]),
        from_accepted=time_to_fill([_wait(each, at) for each, at in accepted]),
        wishes=len(wishes),
        wishes_met=sum(1 for each in wishes if each.child.end is ChildEnd.FIRM_UP),
    )


def _wait(sent: Sent, start: Ns) -> Wait:
    # A fill may be heard before the acceptance; nobody waits for less than nothing.
    until = sent.known_until if sent.first_fill_at is None else sent.first_fill_at
    return Wait(max(until - start, 0), filled=sent.first_fill_at is not None)
