"""Good till date: TimeInForce(59)=6 ends an order at its ExpireTime(126), in the session or in the night.

Knows no venue: what is open is withdrawn first, as at any other end.
"""

from __future__ import annotations

from typing import Final

from router.core.params import show_time
from router.core.types import Ns, TimeInForce
from router.engine.desk import Desk
from router.orders import Terms

NEVER: Final[Ns] = 1 << 63


def expires_at(terms: Terms) -> Ns:
    """When the order is over whatever has become of it; NEVER where it says no date."""
    return NEVER if terms.tif is not TimeInForce.GTD or terms.expire_time is None else terms.expire_time


def expiry_text(terms: Terms) -> str:
    """Why the order has ended."""
    return f"ExpireTime(126) {show_time(expires_at(terms))} is over"


def watch_expiry(desk: Desk, order_id: str, terms: Terms) -> None:
    """Come back when the order expires. A replace may have moved that by then, and has asked for a timer of its own."""
    if expires_at(terms) != NEVER:
        desk.timers.set(desk.outs, max(expires_at(terms), desk.now), _expire, desk, order_id)


def _expire(desk: Desk, order_id: str) -> None:
    work = desk.works.get(order_id)
    if work is not None and expires_at(work.parent.terms) <= desk.now:
        work.done = True
        work.ending_text = expiry_text(work.parent.terms)
        desk.settle(work)
