"""What an order asks for beside quantity and price, and whether anybody here keeps it.

An instruction that is taken in and passed over is worse than one refused: a client that asked for a tenth of the volume
would be swept through the book. Knows no market and no order's state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from router.core.params import AlgoParams, param_fields, show_time
from router.core.types import Ns, OrdType, Peg
from router.orders import Terms

AS_WORKED: Final = frozenset("125")
"""ExecInst(18) that asks for nothing a machine would do otherwise: not held, work, held."""
POST_ONLY: Final = "6"
PLACEMENT: Final = frozenset({"DarkPct", "CrossPct", "DarkOnly", "VenuesInclude", "VenuesExclude"})
"""Parameters that say where, not how much or when: the router keeps them without an algorithm, too."""
NEEDS_STRATEGY: Final = frozenset(field.name for field in param_fields(AlgoParams)) - PLACEMENT


def peg_of(exec_inst: str) -> Peg | None:
    """The one thing that ExecInst(18) says to follow."""
    pegs = [peg for peg in Peg if peg.value in exec_inst.split()]
    return pegs[0] if len(pegs) == 1 else None


def unkept_exec_inst(asked: Terms) -> str:
    """Why OrdType(40) and ExecInst(18) cannot be kept; "" where they are."""
    pegged = asked.ord_type is OrdType.PEGGED
    if pegged and not asked.is_direct:
        return "OrdType(40) P needs an ExDestination(100): the router pegs nothing by itself"
    if pegged and peg_of(asked.exec_inst) is None:
        return f"OrdType(40) P needs one ExecInst(18) of {', '.join(Peg)}: what to follow"
    for item in asked.exec_inst.split():
        if item == POST_ONLY and not asked.is_direct:
            return f"ExecInst(18) {item} needs an ExDestination(100): the router promises it of no order"
        if item in tuple(Peg) and not pegged:
            return f"ExecInst(18) {item} needs OrdType(40) P"
        if item not in {*AS_WORKED, POST_ONLY, *Peg}:
            return f"ExecInst(18) {item} is not kept here"
    return ""


def unkept_change(standing: Terms, asked: Terms) -> str:
    """Why a replace of an order that its venue has as it is cannot be passed on; "" where it can.

    A venue is asked for another quantity, price, or market instead of a limit (router.core.outputs.ReplaceChild).
    """
    if not standing.is_direct:
        return ""
    pegged = OrdType.PEGGED in (standing.ord_type, asked.ord_type)
    compared: tuple[tuple[str, object, object], ...] = (
        ("OrdType(40)", standing.ord_type, asked.ord_type if pegged else standing.ord_type),
        ("TimeInForce(59)", standing.tif, asked.tif),
        ("ExpireTime(126)", _time(standing.expire_time), _time(asked.expire_time)),
        ("DisplayQty(1138)", standing.display_qty, asked.display_qty),
        ("MinQty(110)", standing.min_qty, asked.min_qty),
    )
    for name, now, then in compared:
        if now != then:
            return _cannot_change(name, standing, now, then)
    if _for_the_venue(standing.exec_inst) != _for_the_venue(asked.exec_inst):
        return _cannot_change("ExecInst(18)", standing, standing.exec_inst, asked.exec_inst)
    return ""


def _cannot_change(name: str, standing: Terms, now: object, then: object) -> str:
    in_force = "none" if now is None else f"'{now}'"
    return f"{name} cannot be changed at {standing.ex_destination}: {in_force} is in force, got '{then}'"


def _time(at: Ns | None) -> str | None:
    return None if at is None else show_time(at)


def _for_the_venue(exec_inst: str) -> frozenset[str]:
    return frozenset(exec_inst.split()) - AS_WORKED


def unkept_param(names: Sequence[str], asked: Terms) -> str:
    """Why a parameter of an order without a strategy cannot be kept; "" where all are, or one is not known at all."""
    if asked.strategy is not None:
        return ""
    if asked.is_direct and names:
        return f"{names[0]}: ExDestination(100) {asked.ex_destination} gets the order as it is, without parameters"
    stray = next((name for name in names if name in NEEDS_STRATEGY), None)
    return f"{stray}: needs a strategy; without one the order is routed at once" if stray else ""
