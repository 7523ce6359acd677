"""Pre-trade limits beside the values that were held against them, worked out again from a journal.

The rules are `router.risk.rules`; which of them refused is the engine's own word, kept in the journal. Here each one's
limit stands beside its value, so that a reader sees how far from it an order was. Knows no file and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from msgspec import Struct

from router.core.events import NewOrder
from router.core.instruments import Instrument
from router.core.outputs import ReplaceChild, SendChild
from router.core.profiles import RiskLimits
from router.core.types import PPM, SECOND, Ns, OrdType, Px, Qty, Side
from router.risk import rules
from router.risk.client import PARTICIPATION
from router.risk.rules import Rule, show_decimal

OFF = "no limit is set"


class LimitCheck(Struct, frozen=True):
    """One rule: its limit and the value as text, with the rule's unit; `held` None where nothing could be compared.

    `why` says why a limit or a value is missing.
    """

    rule: str
    setting: str
    unit: str
    limit: str | None
    value: str | None
    held: bool | None
    why: str = ""


class Known(Struct, frozen=True):
    """What the gate could see: the instrument, the reference price (quanta) with the time it was last known to hold.

    `open_orders` and `messages` (within the second) are the client's, the order itself counted.
    """

    at: Ns
    client: str
    instrument: Instrument
    is_traded: bool
    """Whether the instrument is configured, or only its symbol is known."""
    is_killed: bool
    reference: tuple[Px, Ns] | None
    open_orders: int = 0
    messages: int = 0


class Standing(Struct, frozen=True):
    """The parent as a child is about to go out: OrderQty(38), CumQty(14), what may still trade, Price(44)."""

    qty: Qty
    filled: Qty
    exposure: Qty
    limit_px: Px | None


def arrival_checks(order: NewOrder, limits: RiskLimits, known: Known) -> tuple[LimitCheck, ...]:
    """Every rule for a new order (`router.risk.rules.ORDER_RULES` and the message rate), in the order of the checks."""
    px = None if order.ord_type is OrdType.MARKET else order.px
    return (
        _at_most(rules.MESSAGE_RATE, known.messages, limits.max_messages_per_second),
        *_who_and_what(known),
        _listed(rules.ALLOWED_SYMBOLS, order.symbol, limits.symbols, wanted=True),
        _listed(rules.RESTRICTED, order.symbol, limits.restricted or None, wanted=False),
        _listed(rules.ACCOUNTS, order.account, limits.accounts, wanted=True),
        _check(rules.POSITIVE_QTY, limit="1", value=f"{order.qty:,}", held=order.qty >= 1),
        _at_most(rules.MAX_QTY, order.qty, limits.max_qty),
        _adv(order.qty, limits, known.instrument),
        _at_most(rules.OPEN_ORDERS, known.open_orders, limits.max_open_orders),
        *_participation(order, limits),
        *_price(
            known,
            limits,
            side=order.side,
            qty=order.qty,
            px=px,
            notional_rule=rules.MAX_NOTIONAL,
            max_notional=limits.max_notional,
        ),
    )


def gate_checks(
    send: SendChild | ReplaceChild, limits: RiskLimits, known: Known, standing: Standing, adds: Qty
) -> tuple[LimitCheck, ...]:
    """Every rule for a child at the last gate (`CHILD_RULES`); `adds` is what it may trade beyond what may already."""
    px = None if isinstance(send, SendChild) and send.ord_type is OrdType.MARKET else send.px
    total = standing.filled + standing.exposure + adds
    words = f"filled {standing.filled:,} + open {standing.exposure:,} + this {adds:,} = {total:,}"
    return (
        *_who_and_what(known),
        _listed(rules.ALLOWED_SYMBOLS, send.symbol, limits.symbols, wanted=True),
        _listed(rules.RESTRICTED, send.symbol, limits.restricted or None, wanted=False),
        _check(rules.POSITIVE_QTY, limit="1", value=f"{send.qty:,}", held=send.qty >= 1),
        _at_most(rules.CHILD_MAX_QTY, send.qty, limits.child_max_qty),
        _check(rules.PARENT_QTY, limit=f"{standing.qty:,}", value=words, held=total <= standing.qty),
        _parent_limit(known.instrument, send.side, px, standing.limit_px),
        *_price(
            known,
            limits,
            side=send.side,
            qty=send.qty,
            px=px,
            notional_rule=rules.CHILD_MAX_NOTIONAL,
            max_notional=limits.child_max_notional,
        ),
    )


def _who_and_what(known: Known) -> Iterator[LimitCheck]:
    """Rules that know yes and no only."""
    state = "on" if known.is_killed else "off"
    yield _check(rules.UNKNOWN_CLIENT, limit="has a profile", value=known.client, held=True)
    yield _check(rules.KILLED, limit="off", value=state, held=not known.is_killed)
    yield _check(rules.UNKNOWN_SYMBOL, limit="is traded here", value=known.instrument.symbol, held=known.is_traded)


def _check(rule: Rule, *, limit: str | None, value: str | None, held: bool | None, why: str = "") -> LimitCheck:
    return LimitCheck(rule.name, rule.setting, rule.unit, limit, value, held, why)


def _at_most(rule: Rule, value: int, limit: int | None) -> LimitCheck:
    if limit is None:
        return _check(rule, limit=None, value=f"{value:,}", held=None, why=OFF)
    return _check(rule, limit=f"{limit:,}", value=f"{value:,}", held=value <= limit)


def _listed(rule: Rule, value: str, listed: tuple[str, ...] | None, *, wanted: bool) -> LimitCheck:
    if listed is None:
        return _check(rule, limit=None, value=value, held=None, why=OFF)
    return _check(rule, limit=f"{len(listed):,} listed", value=value, held=(value in listed) is wanted)


def _adv(qty: Qty, limits: RiskLimits, instrument: Instrument) -> LimitCheck:
    adv, adv_ppm = instrument.adv, limits.max_adv_ppm
    if adv_ppm is None or adv is None:
        why = OFF if adv_ppm is None else "no average daily volume is configured"
        return _check(rules.MAX_ADV, limit=None, value=f"{qty:,}", held=None, why=why)
    return _check(rules.MAX_ADV, limit=f"{adv * adv_ppm // PPM:,}", value=f"{qty:,}", held=qty * PPM <= adv * adv_ppm)


def _participation(order: NewOrder, limits: RiskLimits) -> Iterator[LimitCheck]:
    limit = limits.max_participation_ppm
    asked = [(name, text) for name, text in order.params if name in PARTICIPATION]
    if not asked:
        limit_text = None if limit is None else show_decimal(limit, PPM)
        yield _check(rules.MAX_PARTICIPATION, limit=limit_text, value=None, held=None, why="the order states no rate")
    for name, text in asked:
        if limit is None:
            yield _check(rules.MAX_PARTICIPATION, limit=None, value=f"{name} {text}", held=None, why=OFF)
            continue
        try:
            held = Decimal(text) * PPM <= limit
        except InvalidOperation:
            held = False
        yield _check(rules.MAX_PARTICIPATION, limit=show_decimal(limit, PPM), value=f"{name} {text}", held=held)


def _parent_limit(instrument: Instrument, side: Side, px: Px | None, limit_px: Px | None) -> LimitCheck:
    value = None if px is None else instrument.show(px)
    if limit_px is None:
        return _check(rules.PARENT_LIMIT, limit=None, value=value, held=None, why="the parent has no Price(44)")
    held = px is not None and side.accepts(limit_px, px)
    return _check(rules.PARENT_LIMIT, limit=instrument.show(limit_px), value=value, held=held)


def _price(
    known: Known,
    limits: RiskLimits,
    *,
    side: Side,
    qty: Qty,
    px: Px | None,
    notional_rule: Rule,
    max_notional: int | None,
) -> Iterator[LimitCheck]:
    """Reference, collar and worth, as `router.risk.prices` has them."""
    instrument, reference = known.instrument, known.reference
    age = None if reference is None else known.at - reference[1]
    oldest = show_decimal(limits.reference_age_max_ns, SECOND)
    yield _check(
        rules.STALE_REFERENCE,
        limit=f"{oldest} s",
        value=None if age is None else f"{show_decimal(age, SECOND)} s",
        held=None if age is None else age <= limits.reference_age_max_ns,
        why="there is no reference price" if age is None else "",
    )
    yield _collar(instrument, side, px, reference, limits.collar_ppm)
    reference_px = None if reference is None else reference[0]
    prices = [each for each in (px, None if px is not None and side.is_buy else reference_px) if each is not None]
    if not prices:
        yield _check(notional_rule, limit=None, value=None, held=None, why="neither a price nor a reference price")
        return
    worth = qty * max(prices) * instrument.multiplier
    yield _check(
        notional_rule,
        limit=None if max_notional is None else f"{max_notional:,} {instrument.currency}",
        value=f"{show_decimal(worth, instrument.price_scale)} {instrument.currency}",
        held=None if max_notional is None else worth <= max_notional * instrument.price_scale,
        why=OFF if max_notional is None else "",
    )


def _collar(
    instrument: Instrument, side: Side, px: Px | None, reference: tuple[Px, Ns] | None, collar_ppm: int | None
) -> LimitCheck:
    value = None if px is None else instrument.show(px)
    if collar_ppm is None or reference is None or px is None:
        missing = OFF if collar_ppm is None else "there is no reference price" if reference is None else "no Price(44)"
        return _check(rules.COLLAR, limit=None, value=value, held=None, why=missing)
    bound = reference[0] * (PPM + side.sign * collar_ppm)
    limit_px = bound // PPM if side.is_buy else -(-bound // PPM)
    return _check(rules.COLLAR, limit=instrument.show(limit_px), value=value, held=side.accepts(limit_px, px))
