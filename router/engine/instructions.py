"""What an order asks for beside quantity and price, and whether anybody here keeps it.

An instruction that is taken in and passed over is worse than one refused: a client that asked for a tenth of the volume
would be swept through the book. Knows no market and no order's state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from router.core.params import AlgoParams, param_fields
from router.core.types import OrdType, Peg
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


def unkept_param(names: Sequence[str], asked: Terms) -> str:
    """Why a parameter of an order without a strategy cannot be kept; "" where all are, or one is not known at all."""
    if asked.strategy is not None:
        return ""
    if asked.is_direct and names:
        return f"{names[0]}: ExDestination(100) {asked.ex_destination} gets the order as it is, without parameters"
    stray = next((name for name in names if name in NEEDS_STRATEGY), None)
    return f"{stray}: needs a strategy; without one the order is routed at once" if stray else ""
