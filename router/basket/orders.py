"""The orders a basket sends: one a name and window, with algorithm and parameters, and those staged for a person.

An order here is what becomes a line of NewOrderList(E); who sends it gives it ids. Executing is a function that takes
orders and says what was done, so that a plan can be worked in a simulator, over FIX, or on paper. Knows no session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from router.basket.names import BasketName
from router.basket.sorting import Advice
from router.core.params import show_ppm, show_time
from router.core.types import PPM, HandlInst, Ns, Qty, Side


class BasketOrder(Struct, frozen=True, kw_only=True):
    """Symbol(55), Side(54), OrderQty(38), HandlInst(21), and the strategy with its parameters (canonical names)."""

    symbol: str
    side: Side
    qty: Qty
    handl_inst: HandlInst
    algorithm: str = ""
    params: tuple[tuple[str, str], ...] = ()
    text: str = ""
    """Text(58): why it is worked so."""


class Done(Struct, frozen=True):
    """What was done of an order: shares, and the sum of price x shares in quanta."""

    qty: Qty = 0
    notional: int = 0


Execute: TypeAlias = Callable[[Sequence[BasketOrder]], Mapping[str, Done]]
"""Works the orders until their windows are over; by symbol what was done. A symbol left out: nothing."""


def window_order(
    name: BasketName, advice: Advice, qty: Qty, *, start: Ns, end: Ns, participation: float
) -> BasketOrder:
    """`qty` shares of a name from `start` to `end`, at most `participation` of the volume (a fraction)."""
    window = (("StartTime", show_time(start)), ("EndTime", show_time(end)))
    # POV and caps are parts per million; none is below one.
    most = show_ppm(max(1, min(int(participation * PPM), 990_000)))
    return BasketOrder(
        symbol=name.symbol,
        side=name.side,
        qty=qty,
        handl_inst=advice.handl_inst,
        algorithm=advice.algorithm,
        params=(*window, ("MaxParticipation", most), *advice.params),
        text="; ".join(advice.reasons),
    )


def window_orders(
    names: Sequence[BasketName],
    advice: Mapping[str, Advice],
    shares: Sequence[Qty],
    *,
    start: Ns,
    end: Ns,
    participation: Callable[[BasketName], float],
) -> tuple[BasketOrder, ...]:
    """An order a name of which there are any `shares`, all from `start` to `end`; `advice` by symbol."""
    return tuple(
        window_order(name, advice[name.symbol], qty, start=start, end=end, participation=participation(name))
        for name, qty in zip(names, shares, strict=True)
        if qty
    )


def staged(names: Sequence[BasketName], advice: Sequence[Advice]) -> tuple[BasketOrder, ...]:
    """The whole orders that wait for a person, with the reasons for which they do."""
    said = {each.symbol: each for each in advice if each.handl_inst is HandlInst.MANUAL}
    return tuple(
        BasketOrder(
            symbol=name.symbol,
            side=name.side,
            qty=name.qty,
            handl_inst=HandlInst.MANUAL,
            text="; ".join(said[name.symbol].reasons),
        )
        for name in names
        if name.symbol in said
    )
