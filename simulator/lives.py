"""What a simulated venue says in a later life of its process: its ids made different from those of the lives before.

A venue begins to count again when its process does, and an ExecID(17) that comes twice is a report that comes twice:
whoever hears it would drop a true fill. So each life after the first marks the ids. Knows no order.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from router.api import ChildAccepted, ChildBusted, ChildCorrected, ChildFilled

EventT = TypeVar("EventT")


def mark_of(life: int) -> str:
    """What the ids of a life end with, counted from 0: nothing in the first."""
    return f"-L{life}" if life else ""


def marked(event: EventT, mark: str) -> EventT:
    """The same event with the ids of its life."""
    match event:
        case ChildFilled():
            return replace(event, exec_id=event.exec_id + mark)
        case ChildAccepted():
            return replace(event, venue_order_id=event.venue_order_id + mark)
        case ChildBusted() | ChildCorrected():
            # It can only be of a fill of this life: the venue remembers no other.
            return replace(event, exec_id=event.exec_id + mark, exec_ref_id=event.exec_ref_id + mark)
        case _:
            return event
