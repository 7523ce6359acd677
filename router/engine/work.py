"""One parent order being worked: its algorithm, its open slices, what it has asked to be woken for.

Engine-private and mutable. Knows no client-side order state (that is `router.orders`) and decides nothing; it answers
how many shares may still be sliced, and what the algorithm may see.
"""

from __future__ import annotations

from random import Random

from router.core.algo import Algorithm, AlgoView, Cause, MarketView, OrderTerms
from router.core.params import AlgoParams
from router.core.profiles import ClientProfile
from router.core.types import ExecRestatementReason, Ns, Px, Qty, Reason
from router.market.state import SymbolMarket
from router.market.tape import TapeWindow
from router.orders.parent import Parent
from router.sor.work import Preferences, SliceWork


class ParentWork:
    """The working side of one parent. `algo` is None for direct market access: there is nothing to decide."""

    __slots__ = (
        "_rng",
        "algo",
        "arrival_mid2",
        "cancel_reason",
        "cancelled",
        "client",
        "closing",
        "cross_at",
        "day_over",
        "done",
        "ending_text",
        "held_until",
        "market",
        "params",
        "parent",
        "prefs",
        "refusals_in_row",
        "rejects_in_row",
        "review_due",
        "slices",
        "staged",
        "terms",
        "waits_for_list",
        "wake_timer",
        "watch_px",
        "watch_volume",
        "window",
    )

    def __init__(
        self,
        *,
        parent: Parent,
        client: ClientProfile,
        market: SymbolMarket,
        terms: OrderTerms,
        params: AlgoParams,
        prefs: Preferences,
        algo: Algorithm | None,
    ) -> None:
        self.parent = parent
        self.client = client
        self.market = market
        self.terms = terms
        self.params = params
        self.prefs = prefs
        self.algo = algo
        self._rng: Random | None = None
        self.slices: dict[int, SliceWork] = {}
        self.closing: dict[int, bool] = {}
        """Slices being withdrawn, by id."""
        self.review_due: dict[int, Ns] = {}
        """When the next review that was asked for comes, by slice."""
        self.window: TapeWindow = market.tape.window()
        self.arrival_mid2: Px | None = market.mid2
        self.wake_timer: int | None = None
        self.watch_px: Px | None = None
        self.watch_volume: Qty | None = None
        self.cross_at: Ns = 0
        """The scheduled cross that shares are, or will be, lent to: when they are entered."""
        self.rejects_in_row = 0
        self.refusals_in_row = 0
        self.held_until: Ns = 0
        """No review before then: the last gate has just refused."""
        self.done = False
        """The algorithm wants no more: end the order when nothing is open."""
        self.day_over = False
        self.ending_text = ""
        self.cancelled = False
        """Whether the order ends as Canceled without a request of its own."""
        self.cancel_reason: ExecRestatementReason | None = None
        """Why, in ExecRestatementReason(378), where it is our doing."""
        self.staged = False
        """HandlInst(21)=3: a person has to release it."""
        self.waits_for_list = False
        """It came in a list whose ListExecute(L) has not come."""

    @property
    def order_id(self) -> str:
        return self.parent.order_id

    @property
    def rng(self) -> Random:
        """The order's own randomness; most orders that have no algorithm never ask, and making one costs 5 us."""
        if self._rng is None:
            self._rng = Random(self.terms.seed)
        return self._rng

    @property
    def released(self) -> Qty:
        """Shares in slices and not filled: they count until the venues' last word."""
        return sum(piece.remaining for piece in self.slices.values())

    @property
    def is_held(self) -> bool:
        """Whether it was taken and is not to be worked yet."""
        return self.staged or self.waits_for_list

    @property
    def is_frozen(self) -> bool:
        """No slice starts while the client's own request, or the order's end, is being carried out, or it is held."""
        ends = self.done or self.day_over
        return ends or self.is_held or self.parent.is_pending_cancel or self.parent.is_pending_replace

    @property
    def target(self) -> Qty:
        """What may be filled of it in all by the end of this trading date: less than OrderQty(38) where days share it.

        An order by itself, or one whose quantity was lowered, has no more than its own.
        """
        return min(self.parent.qty, self.terms.qty)

    @property
    def available(self) -> Qty:
        """Shares that may be sliced now."""
        return 0 if self.is_frozen else max(self.target - self.parent.cum_qty - self.released, 0)

    def cancel(self, text: str, reason: ExecRestatementReason | None = None) -> None:
        """End the order as Canceled, once nothing is open; whoever asks lets it be settled."""
        self.done = self.cancelled = True
        self.cancel_reason = reason
        self.ending_text = text

    def limit_px(self, slice_px: Px | None) -> Px | None:
        """The tighter of the client's limit and a slice's, on the tick: a buy rounds down, a sell up."""
        side, instrument = self.parent.side, self.terms.instrument
        px = self.parent.px
        if slice_px is not None and (px is None or side.accepts(px, slice_px)):
            px = slice_px
        if px is None:
            return None
        return instrument.floor(px) if side.is_buy else instrument.ceil(px)

    def view(self, now: Ns, cause: Cause) -> AlgoView:
        """What the algorithm sees; filled + open + available is the order's quantity."""
        market = self.market
        tape = market.tape
        # Shares that only wait in a cross count as available: they come back when they are wanted.
        released = slices_open = 0
        for slice_id, piece in self.slices.items():
            if piece.reason is not Reason.CROSS:
                slices_open += 1
                released += piece.remaining
            elif slice_id in self.closing:
                released += piece.remaining
        filled = self.parent.cum_qty
        return AlgoView(
            now=now,
            cause=cause,
            order=self.terms,
            market=MarketView(
                phase=market.phase,
                bid=market.bid,
                ask=market.ask,
                bid_qty=market.bid_qty,
                ask_qty=market.ask_qty,
                last=tape.last,
                volume=self.window.volume,
                day_volume=tape.day_volume,
                volume_notional=self.window.notional,
                arrival_mid2=self.arrival_mid2,
            ),
            filled=filled,
            open=released,
            available=max(self.target - filled - released, 0),
            slices_open=slices_open,
            rng=self.rng,
        )
