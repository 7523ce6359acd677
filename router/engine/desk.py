"""The desk: the state that every part of the engine shares, and the few verbs they all use.

It keeps no rule of its own. Work to be done after an event (wake an algorithm, review a slice, settle an order) is
queued here, each once, in the order in which it was asked for, and is done by `Working.run` before the engine answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from router.core.algo import AlgoFactory, Cause
from router.core.outputs import Alarm, Note, Output
from router.core.profiles import ClientProfile, EngineConfig, VenueProfile
from router.core.types import Ns
from router.engine.timers import Timers
from router.engine.work import ParentWork
from router.market.market import Market
from router.orders import Children, Ids, Lists, Parents
from router.risk.gate import RiskGate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from router.orders import Parent
    from router.sor.work import Router, SliceWork


class Desk:
    """Shared state of the engine's parts. `now` and `outs` belong to the event being handled."""

    def __init__(
        self, config: EngineConfig, algos: Mapping[str, AlgoFactory], market: Market, router: Router, ids: Ids
    ) -> None:
        self.config = config
        self.algos = algos
        self.market = market
        self.router = router
        self.ids = ids
        self.clients: dict[str, ClientProfile] = {client.comp_id: client for client in config.clients}
        self.venues: dict[str, VenueProfile] = {venue.mic: venue for venue in config.venues if venue.enabled}
        self.parents = Parents(ids, self.clients)
        self.children = Children()
        self.lists = Lists()
        self.risk = RiskGate(self.clients, {i.symbol: i for i in config.instruments}, market)
        self.timers = Timers()
        self.now: Ns = 0
        self.day = ""
        self.outs: list[Output] = []
        self.works: dict[str, ParentWork] = {}
        self.slices: dict[int, ParentWork] = {}
        """The order that each open slice belongs to."""
        self.open_orders: dict[str, int] = {}
        self.by_symbol: dict[str, dict[str, ParentWork]] = {instrument.symbol: {} for instrument in config.instruments}
        self.wakes: dict[tuple[str, Cause], None] = {}
        self.reviews: dict[int, None] = {}
        self.unsettled: dict[str, None] = {}
        self.touched_lists: dict[tuple[str, str], None] = {}
        """Lists (client, ListID(66)) of which an order has begun or ended."""

    def say(self, outs: Iterable[Output]) -> None:
        """Answer."""
        self.outs.extend(outs)

    def note(self, order_id: str, what: str, **data: object) -> None:
        """Put a fact about an order into the journal."""
        pairs = tuple((name, str(value)) for name, value in data.items() if value is not None)
        self.outs.append(Note(order_id=order_id, what=what, data=pairs))

    def alarm(self, text: str) -> None:
        """Call a person."""
        self.outs.append(Alarm(text))

    def open_work(self, work: ParentWork) -> None:
        """An order is being worked from now on."""
        client = work.parent.client
        self.works[work.order_id] = work
        self.by_symbol[work.parent.symbol][work.order_id] = work
        self.open_orders[client] = self.open_orders.get(client, 0) + 1
        self.touch_list(work.parent)

    def close_work(self, work: ParentWork) -> None:
        """An order is over, and nothing of it is open."""
        del self.works[work.order_id]
        del self.by_symbol[work.parent.symbol][work.order_id]
        self.open_orders[work.parent.client] -= 1
        self.touch_list(work.parent)
        if work.wake_timer is not None:
            self.timers.drop(work.wake_timer)

    def touch_list(self, parent: Parent) -> None:
        """Look, after this event, whether the order's list is what it was."""
        if parent.list_id:
            self.touched_lists[parent.client, parent.list_id] = None

    def open_slice(self, work: ParentWork, piece: SliceWork) -> None:
        """A slice is being worked from now on; the router looks at it after this event."""
        work.slices[piece.slice_id] = piece
        self.slices[piece.slice_id] = work
        self.note(work.order_id, "slice", id=piece.slice_id, qty=piece.qty, reason=piece.reason, urgency=piece.urgency)
        self.review(piece.slice_id)

    def close_slice(self, work: ParentWork, slice_id: int) -> None:
        """A slice is over, and nothing of it is open."""
        del work.slices[slice_id], self.slices[slice_id]
        work.closing.pop(slice_id, None)
        work.review_due.pop(slice_id, None)

    def works_of(self, client: str) -> list[ParentWork]:
        """A client's orders that are being worked, oldest first."""
        return [work for work in self.works.values() if work.parent.client == client]

    def wake(self, work: ParentWork, cause: Cause) -> None:
        """Let the order's algorithm decide again, after this event."""
        self.wakes[work.order_id, cause] = None

    def review(self, slice_id: int) -> None:
        """Let the router look at a slice again, after this event."""
        self.reviews[slice_id] = None

    def settle(self, work: ParentWork) -> None:
        """See, after this event, whether the order's requests can be answered or the order ends."""
        self.unsettled[work.order_id] = None

    def slice_of(self, slice_id: int) -> tuple[ParentWork, SliceWork] | None:
        """The open slice and its order; None once it has ended."""
        work = self.slices.get(slice_id)
        return None if work is None else (work, work.slices[slice_id])
