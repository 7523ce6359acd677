"""The synthetic market's interest in the auctions of one symbol.

Bias: who trades at any price comes early and is out of balance; who offsets that comes at the last instant, around the
efficient price, so that the imbalance that is published before is larger than what is left at the uncross. Half of an
auction's volume is of each kind. Where the venue holds no auctions, one is printed at the efficient price as it always
was. It must not know our orders.
"""

from __future__ import annotations

from random import Random
from typing import Final

from router.api import PPM, SECOND, CalendarDay, Instrument, Ns, PrintKind, Px, Qty
from simulator.auction import AuctionQueue
from simulator.source import MarketPort
from simulator.synthetic_params import SyntheticParams

CALL_NS: Final[Ns] = 60 * SECOND
"""How long before the open on-open interest comes; with the world, where that begins later."""
CLOSE_CALL_NS: Final[Ns] = 600 * SECOND
"""How long before the close on-close interest comes: by ten minutes before at NYSE (Release 34-85021, Rule 7.35B)."""
NEVER: Final[Ns] = 1 << 62
TILT: Final = 0.1
"""Standard deviation of the buyers' part of the interest at any price, around a half."""
TILT_MAX: Final = 0.3
OFFSET_TICKS: Final = 10
"""Over so many ticks on either side stand those who offset, half the volume on each side in all."""


class SyntheticAuctions:
    """Its draws are its own: that an auction is held moves nothing else of the market."""

    def __init__(
        self,
        instrument: Instrument,
        venue: str,
        params: SyntheticParams,
        day: CalendarDay,
        *,
        day_volume: float,
        seed: int,
    ) -> None:
        self._instrument = instrument
        self._venue = venue
        self._rng = Random(f"{seed}/{instrument.symbol}/{day.day}/auctions")
        lot = instrument.round_lot
        self._qty: dict[PrintKind, Qty] = {
            kind: int(day_volume * ppm / (PPM - ppm) / lot) * lot if ppm < PPM else 0
            for kind, ppm in ((PrintKind.OPENING, params.opening_ppm), (PrintKind.CLOSING, params.closing_ppm))
        }
        self._calls: list[tuple[Ns, PrintKind]] = [
            (day.open - CALL_NS, PrintKind.OPENING),
            (max(day.close - CLOSE_CALL_NS, day.open + 1), PrintKind.CLOSING),
        ]
        self._called: dict[PrintKind, None] = {}

    @property
    def next_at(self) -> Ns:
        """When interest comes next; beyond all days when it has all come."""
        return self._calls[0][0] if self._calls else NEVER

    def step(self, port: MarketPort) -> None:
        """Those who trade at any price send their orders, where the venue is to hold the auction."""
        _, kind = self._calls.pop(0)
        queue = self._queue(port)
        coming = queue is not None and (kind is PrintKind.CLOSING or queue.collecting is kind)
        if queue is None or not coming:
            return
        self._called[kind] = None
        tilt = max(-TILT_MAX, min(TILT_MAX, self._rng.gauss(0.0, TILT)))
        for is_buy, part in ((True, 0.5 + tilt), (False, 0.5 - tilt)):
            self._enter(queue, kind, self._qty[kind] * part, is_buy=is_buy)

    def have(self, port: MarketPort, kind: PrintKind, px: float) -> None:
        """The auction's instant: those who offset come, or the auction is printed where nobody holds one."""
        queue, qty = self._queue(port), self._qty[kind]
        at = self._instrument.floor(round(px))
        if queue is None or kind not in self._called:
            if qty:
                port.tape(self._venue, self._instrument.symbol, at, qty, kind=kind)
            return
        tick = self._instrument.tick(at)
        for is_buy in (True, False):
            self._enter(queue, kind, qty / 2, is_buy=is_buy, px=at)
            for ticks in range(1, OFFSET_TICKS + 1):
                away = at - ticks * tick if is_buy else at + ticks * tick
                self._enter(queue, kind, qty / 2 / OFFSET_TICKS, is_buy=is_buy, px=away)

    def _enter(self, queue: AuctionQueue, kind: PrintKind, qty: float, *, is_buy: bool, px: Px | None = None) -> None:
        lot = self._instrument.round_lot
        whole = round(qty / lot) * lot
        if whole and (px is None or px > 0):
            queue.enter(is_buy=is_buy, qty=whole, when=kind, px=px)

    def _queue(self, port: MarketPort) -> AuctionQueue | None:
        return port.auction(self._venue, self._instrument.symbol)
