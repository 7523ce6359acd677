"""Halts as clients hear of them: Suspended(9) in a halt, Restated when the market trades again (FIX 4.4 App. D, K.1.a).

What a halt does to the work is not decided here: nothing is sent while a market does not trade, heard of or not.
"""

from __future__ import annotations

from router.core.types import Phase
from router.engine.desk import Desk
from router.orders import Parent


def tell_phase(desk: Desk, parent: Parent) -> None:
    """Suspend or resume the order as its market's phase has it: when that changes, and when the order comes into force.

    In any phase but these two it stays what it is: an order is back in the market only once the market trades.
    """
    phase = desk.market[parent.symbol].phase
    if phase is Phase.HALTED and desk.clients[parent.client].report_halts:
        desk.say(desk.parents.suspend(desk.now, parent, text=f"trading in {parent.symbol} is halted"))
    elif phase is Phase.CONTINUOUS:
        desk.say(desk.parents.resume(desk.now, parent, text=f"{parent.symbol} trades again"))
