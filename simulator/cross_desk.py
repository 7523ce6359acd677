"""What every cross does alike: keeps who waits, in order of time, and draws the contra interest of each occasion.

It must not know when a cross comes, nor at what price.
"""

from __future__ import annotations

from collections.abc import Mapping

from router.api import PPM, ChildReplaced, Instrument, Ns, Ppm, Qty, ReplaceChild, VenueProfile, VenueSays
from simulator.contra import ContraFlow, ContraMix, Interest
from simulator.desk import Desk, VenueOrder


class CrossDesk(Desk):
    """Base of the crosses. `_waiting` are our orders by symbol."""

    def __init__(
        self, profile: VenueProfile, instruments: Mapping[str, Instrument], seed: int, contra_lots_mean: int
    ) -> None:
        super().__init__(profile, instruments, seed)
        mix = ContraMix(contra_lots_mean=contra_lots_mean)
        self._flows = {
            symbol: (
                self._rng("contra", symbol),
                ContraFlow(self._rng("size", symbol), mix, instrument.round_lot, self._rng("conditional", symbol)),
            )
            for symbol, instrument in instruments.items()
        }
        self._waiting: dict[str, list[Interest]] = {symbol: [] for symbol in instruments}
        self._seq = 0

    def _wait(self, order: VenueOrder) -> list[VenueSays]:
        """An accepted order joins those who wait, the last of them."""
        self._seq += 1
        mine = Interest(
            is_buy=order.side.is_buy,
            leaves=order.qty,
            seq=self._seq,
            px=order.px,
            min_qty=order.min_qty,
            order=order,
        )
        self._waiting[order.symbol].append(mine)
        return [self._accepted(order)]

    def _move(self, at: Ns, order: VenueOrder, command: ReplaceChild) -> list[VenueSays]:
        """A smaller size keeps its time; anything else is a new order's."""
        kept = self._profile.replace_keeps_place and command.px == order.px and command.qty <= order.qty
        mine = self._find(order)
        order.qty, order.px = command.qty, command.px
        mine.leaves, mine.px = order.leaves, order.px
        if not kept:
            self._seq += 1
            mine.seq = self._seq
        return [ChildReplaced(self.mic, order.child_id, command.request_id, command.qty, command.px, kept)]

    def _withdraw(self, at: Ns, order: VenueOrder, *, request_id: str | None = None, text: str = "") -> list[VenueSays]:
        self._waiting[order.symbol].remove(self._find(order))
        return [self._canceled(order, request_id, text)]

    def _contras(self, symbol: str, chance: Ppm) -> list[Interest]:
        """Who else is there, each side with this chance."""
        rng, flow = self._flows[symbol]
        found: list[Interest] = []
        for is_buy in (True, False):
            self._seq += 1
            qty: Qty = flow.size()
            if rng.randrange(PPM) < chance:
                found.append(Interest(is_buy=is_buy, leaves=qty, seq=self._seq))
        return found

    def _find(self, order: VenueOrder) -> Interest:
        return next(one for one in self._waiting[order.symbol] if one.order is order)
