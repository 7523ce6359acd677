"""The two gates, one for a client's order coming in and one for each child going out, and the kill switch.

Every check is O(1), exact, and a function of its arguments, the configuration, the reference price and the kill switch.
A gate fails closed: what it cannot tell, it refuses. It must not know how an order is worked, nor keep its state:
what is filled and open is told by who asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Protocol

from router.core.events import NewOrder, ReplaceRequest
from router.core.instruments import Instrument
from router.core.outputs import ReplaceChild, SendChild
from router.core.profiles import ClientProfile
from router.core.types import Ns, OrdType, Px, Qty, Side
from router.risk.client import ClientLimits
from router.risk.prices import Reference, check_price, worth
from router.risk.rules import (
    CHILD_MAX_NOTIONAL,
    CHILD_MAX_QTY,
    KILLED,
    LIST_NOTIONAL,
    LIST_ORDERS,
    MAX_NOTIONAL,
    PARENT_LIMIT,
    PARENT_LIMIT_UNKEPT,
    PARENT_QTY,
    POSITIVE_QTY,
    UNKNOWN_CLIENT,
    UNKNOWN_SYMBOL,
    Refusal,
    show_decimal,
)


class StandingTerms(Protocol):
    """The order that a replace would change, as it stands: OrderQty(38), OrdType(40), Price(44)."""

    @property
    def qty(self) -> Qty: ...
    @property
    def ord_type(self) -> OrdType: ...
    @property
    def px(self) -> Px | None: ...


class RiskGate:
    """Pre-trade risk for all clients. `instruments`, by Symbol(55), is read at each check: a new day may change it."""

    def __init__(
        self, clients: Mapping[str, ClientProfile], instruments: Mapping[str, Instrument], reference: Reference
    ) -> None:
        self._clients = {comp_id: ClientLimits(profile) for comp_id, profile in clients.items()}
        self._instruments = instruments
        self._reference = reference
        self._killed_all = False
        self._killed: dict[str, None] = {}

    # --- the kill switch

    def kill(self, *, on: bool, client: str | None = None) -> None:
        """Stop one client, or everybody (None); `on` False lifts that same stop, and no other."""
        if client is None:
            self._killed_all = on
        elif on:
            self._killed[client] = None
        else:
            self._killed.pop(client, None)

    def killed(self, client: str) -> bool:
        """Whether nothing of this client may go out."""
        return self._killed_all or client in self._killed

    # --- the gate in

    def count_message(self, at: Ns, client: str) -> Refusal | None:
        """Count a client's message, or refuse it: called once for each, before anything reads it.

        Who asks decides what a refused CancelRequest(F) means; it lowers risk, and is best let through.
        """
        limits = self._clients.get(client)
        return UNKNOWN_CLIENT.refuse(client=client) if limits is None else limits.count_message(at)

    def check_order(self, at: Ns, order: NewOrder, open_orders: int) -> Refusal | None:
        """Whether a new order may be taken, where `open_orders` of its client are open: the first rule it breaks."""
        return next(self.breaches(at, order, open_orders), None)

    def breaches(self, at: Ns, order: NewOrder, open_orders: int) -> Iterator[Refusal]:
        """All that stands against a new order, in the order of the checks; of its quantity and its price the first."""
        limits = self._admit(order.client)
        if isinstance(limits, Refusal):
            yield limits
            return
        instrument = self._instruments.get(order.symbol)
        if instrument is None:
            yield UNKNOWN_SYMBOL.refuse(symbol=order.symbol)
            return
        px = _own_px(order.ord_type, order.px)
        checks = (
            limits.check_symbol(order.symbol),
            limits.check_account(order.account),
            limits.check_qty(order.qty, instrument),
            limits.check_open_orders(open_orders),
            limits.check_participation(order.params),
            self._check_order_price(at, limits, instrument, side=order.side, qty=order.qty, px=px),
        )
        yield from (refusal for refusal in checks if refusal is not None)

    def check_list(self, at: Ns, client: str, orders: Sequence[NewOrder]) -> Refusal | None:
        """Whether a list may be taken as a whole, where `orders` are those of it that are understood.

        Orders in an instrument that is not known here count nothing: each will be refused by itself.
        """
        limits = self._admit(client)
        if isinstance(limits, Refusal):
            return limits
        most = limits.limits.max_list_notional
        sums: dict[str, Fraction] = {}
        for order in orders if most is not None else ():
            instrument = self._instruments.get(order.symbol)
            if instrument is None:
                continue
            px = _own_px(order.ord_type, order.px)
            found = worth(
                at,
                instrument=instrument,
                side=order.side,
                qty=order.qty,
                px=px,
                limits=limits.limits,
                reference=self._reference,
            )
            if isinstance(found, Refusal):
                return found
            sums[instrument.currency] = sums.get(instrument.currency, Fraction(0)) + Fraction(
                found, instrument.price_scale
            )
        for currency, value in sums.items():
            if most is not None and value > most:
                shown = show_decimal(value.numerator, value.denominator)
                return LIST_NOTIONAL.refuse(value=shown, currency=currency, limit=f"{most:,}")
        return None

    def check_list_size(self, client: str, total: int) -> Refusal | None:
        """Whether a list of `total` orders may come from the client at all."""
        limits = self._clients.get(client)
        if limits is None:
            return UNKNOWN_CLIENT.refuse(client=client)
        most = limits.limits.max_list_orders
        if most is None or total <= most:
            return None
        return LIST_ORDERS.refuse(value=f"{total:,}", limit=f"{most:,}")

    def check_replace(self, at: Ns, request: ReplaceRequest, standing: StandingTerms) -> Refusal | None:
        """Whether an order may become what `request` asks; `standing` is what it is.

        Asking for no more shares at no worse a price lowers risk, so neither size, price, list nor kill switch stands
        in its way: a client can always come down, on the day when there is no reference price too. The parameters are
        checked all the same where they are replaced.
        """
        if (limits := self._clients.get(request.client)) is None:
            return UNKNOWN_CLIENT.refuse(client=request.client)
        refusal = limits.check_participation(request.params or ())
        if refusal is None and request.account:
            refusal = limits.check_account(request.account)
        if refusal is not None:
            return refusal
        px = _replaced_px(request, standing)
        if 1 <= request.qty <= standing.qty and _no_worse(request.side, px, _own_px(standing.ord_type, standing.px)):
            return None
        return self._check_more(at, limits, request, px)

    def _check_more(self, at: Ns, limits: ClientLimits, request: ReplaceRequest, px: Px | None) -> Refusal | None:
        """A replace that asks for more is held against what a new order of its size and price would be."""
        if self.killed(request.client):
            return self._kill_refusal(request.client)
        instrument = self._traded(limits, request.symbol)
        if isinstance(instrument, Refusal):
            return instrument
        return limits.check_qty(request.qty, instrument) or self._check_order_price(
            at, limits, instrument, side=request.side, qty=request.qty, px=px
        )

    def _check_order_price(
        self, at: Ns, limits: ClientLimits, instrument: Instrument, *, side: Side, qty: Qty, px: Px | None
    ) -> Refusal | None:
        return check_price(
            at,
            instrument=instrument,
            side=side,
            qty=qty,
            px=px,
            limits=limits.limits,
            max_notional=limits.limits.max_notional,
            notional_rule=MAX_NOTIONAL,
            reference=self._reference,
        )

    # --- the gate out

    def check_child(
        self,
        at: Ns,
        send: SendChild | ReplaceChild,
        *,
        client: str,
        parent_qty: Qty,
        parent_filled: Qty,
        parent_exposure: Qty,
        parent_limit_px: Px | None,
        replaced_qty: Qty = 0,
    ) -> Refusal | None:
        """The last gate: whether this child may go to its venue now.

        `parent_exposure` is the largest quantity that may still trade on all of the parent's children: open, pending
        and unknown. For a ReplaceChild it includes the child's own, and `replaced_qty` is the child's OrderQty(38) as
        it stands: only what is asked beyond that is new, and a smaller one frees nothing before the venue has agreed.
        """
        limits = self._admit(client)
        if isinstance(limits, Refusal):
            return limits
        instrument = self._traded(limits, send.symbol)
        if isinstance(instrument, Refusal):
            return instrument
        px = send.px if isinstance(send, ReplaceChild) else _own_px(send.ord_type, send.px)
        adds = max(send.qty - replaced_qty, 0)
        return (
            _check_child_qty(send.qty, limits.limits.child_max_qty)
            or _check_parent_qty(adds, parent_qty=parent_qty, filled=parent_filled, exposure=parent_exposure)
            or _check_parent_limit(instrument, send.side, px=px, limit_px=parent_limit_px)
            or check_price(
                at,
                instrument=instrument,
                side=send.side,
                qty=send.qty,
                px=px,
                limits=limits.limits,
                max_notional=limits.limits.child_max_notional,
                notional_rule=CHILD_MAX_NOTIONAL,
                reference=self._reference,
            )
        )

    # --- what both ask

    def _admit(self, client: str) -> ClientLimits | Refusal:
        limits = self._clients.get(client)
        if limits is None:
            return UNKNOWN_CLIENT.refuse(client=client)
        return self._kill_refusal(client) if self.killed(client) else limits

    def _kill_refusal(self, client: str) -> Refusal:
        return KILLED.refuse(scope="anybody" if self._killed_all else f"client {client}")

    def _traded(self, limits: ClientLimits, symbol: str) -> Instrument | Refusal:
        instrument = self._instruments.get(symbol)
        if instrument is None:
            return UNKNOWN_SYMBOL.refuse(symbol=symbol)
        return limits.check_symbol(symbol) or instrument


def _own_px(ord_type: OrdType, px: Px | None) -> Px | None:
    """The price that binds the order: none for a market order, whatever Price(44) it carries."""
    return None if ord_type is OrdType.MARKET else px


def _replaced_px(request: ReplaceRequest, standing: StandingTerms) -> Px | None:
    return _own_px(request.ord_type, standing.px if request.px is None else request.px)


def _no_worse(side: Side, px: Px | None, standing_px: Px | None) -> bool:
    """Whether an order at `px` can cost no more than one at `standing_px`; None is an order without a limit."""
    return standing_px is None or (px is not None and side.accepts(standing_px, px))


def _check_child_qty(qty: Qty, limit: Qty | None) -> Refusal | None:
    if qty < 1:
        return POSITIVE_QTY.refuse(value=f"{qty:,}")
    if limit is not None and qty > limit:
        return CHILD_MAX_QTY.refuse(value=f"{qty:,}", limit=f"{limit:,}")
    return None


def _check_parent_qty(adds: Qty, *, parent_qty: Qty, filled: Qty, exposure: Qty) -> Refusal | None:
    total = filled + exposure + adds
    if total <= parent_qty:
        return None
    return PARENT_QTY.refuse(
        filled=f"{filled:,}", exposure=f"{exposure:,}", adds=f"{adds:,}", value=f"{total:,}", limit=f"{parent_qty:,}"
    )


def _check_parent_limit(instrument: Instrument, side: Side, *, px: Px | None, limit_px: Px | None) -> Refusal | None:
    if limit_px is None:
        return None
    scale = instrument.price_scale
    if px is None:
        return PARENT_LIMIT_UNKEPT.refuse(limit=show_decimal(limit_px, scale))
    if side.accepts(limit_px, px):
        return None
    return PARENT_LIMIT.refuse(
        value=show_decimal(px, scale),
        beyond="above" if side.is_buy else "below",
        limit=show_decimal(limit_px, scale),
    )
