"""What the client ordered: the terms in force, and how a replace or a corporate action makes new ones of them.

Terms are a value; knows nothing of fills, ids or state.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from router.core.events import Echo, NewOrder, Params, ReplaceRequest
from router.core.types import Ns, OrdType, Px, Qty, Side, TimeInForce

T = TypeVar("T")


class Terms(Struct, frozen=True, gc=False, kw_only=True):
    """An order's terms as its reports show them; `qty` is OrderQty(38), `px` Price(44)."""

    symbol: str
    side: Side
    qty: Qty
    ord_type: OrdType
    px: Px | None
    tif: TimeInForce
    account: str = ""
    strategy: str | None = None
    params: Params = ()
    ex_destination: str | None = None
    currency: str = ""
    exec_inst: str = ""
    display_qty: Qty | None = None
    min_qty: Qty | None = None
    expire_time: Ns | None = None

    @property
    def is_good_till(self) -> bool:
        """Good till cancel or date: lives over the night, and so keeps LeavesQty(151) when done for the day."""
        return self.tif in {TimeInForce.GTC, TimeInForce.GTD}

    @property
    def is_direct(self) -> bool:
        """Direct market access: the client names the venue, and no strategy."""
        return self.ex_destination is not None and self.strategy is None

    def with_qty(self, qty: Qty) -> Terms:
        """The same for another OrderQty(38)."""
        return self if qty == self.qty else replace(self, qty=qty)


def terms_of(order: NewOrder) -> Terms:
    """The terms that a NewOrderSingle(D) asks for."""
    return Terms(
        symbol=order.symbol,
        side=order.side,
        qty=order.qty,
        ord_type=order.ord_type,
        px=order.px,
        tif=order.tif,
        account=order.account,
        strategy=order.strategy,
        params=order.params,
        ex_destination=order.ex_destination,
        currency=order.currency,
        exec_inst=order.exec_inst,
        display_qty=order.display_qty,
        min_qty=order.min_qty,
        expire_time=order.expire_time,
    )


def amended(terms: Terms, request: ReplaceRequest) -> Terms:
    """The terms after an OrderCancelReplaceRequest(G): what it does not name stays as it was."""
    # A market order has no Price(44), so one left over from the limit order before it must not stay.
    px = None if request.ord_type is OrdType.MARKET else _either(request.px, terms.px)
    return replace(
        terms,
        qty=request.qty,
        ord_type=request.ord_type,
        px=px,
        tif=_either(request.tif, terms.tif),
        account=request.account or terms.account,
        strategy=_either(request.strategy, terms.strategy),
        params=_either(request.params, terms.params),
        exec_inst=_either(request.exec_inst, terms.exec_inst),
        display_qty=_either(request.display_qty, terms.display_qty),
        min_qty=_either(request.min_qty, terms.min_qty),
        expire_time=_either(request.expire_time, terms.expire_time),
    )


def chosen(terms: Terms, strategy: str | None, params: Params | None) -> Terms:
    """The terms with the desk's choice of strategy and parameters. Another strategy brings none of the old one's."""
    if strategy is not None and params is None:
        params = ()
    return replace(terms, strategy=_either(strategy, terms.strategy), params=_either(params, terms.params))


def split(terms: Terms, new: int, old: int) -> Terms:
    """The terms after a split of `new` shares for `old`.

    The limit is divided in the client's favour: a buy's down, a sell's up, to a whole quantum. A fraction of a share is
    paid in cash, so quantities are cut down.
    """
    px = terms.px
    if px is not None:
        px = px * old // new if terms.side.is_buy else -(-px * old // new)
    return replace(
        terms,
        qty=terms.qty * new // old,
        px=px,
        display_qty=_scaled(terms.display_qty, new, old),
        min_qty=_scaled(terms.min_qty, new, old),
    )


def merged(order: Echo, request: Echo) -> Echo:
    """The tags to echo when a request has its own: the order's, less those that the request sent anew."""
    if not request:
        return order
    anew = [tag for tag, _ in request]
    return (*((tag, text) for tag, text in order if tag not in anew), *request)


def _scaled(qty: Qty | None, new: int, old: int) -> Qty | None:
    return None if qty is None else qty * new // old


def _either(asked: T | None, now: T) -> T:
    return now if asked is None else asked
