"""What an algorithm is to the engine: a frozen view in, a list of actions out.

An algorithm decides how much, by when and how urgently; it knows no venue, no FIX and no clock but `view.now`. The
engine calls `on_wake` at the start, at each wake-up asked for, when a slice ends, and when the order or the market
changes state; it never calls it twice for one cause. The same view gives the same actions: randomness comes from
`view.rng`, seeded by the order.
"""

from __future__ import annotations

from enum import StrEnum
from random import Random
from typing import ClassVar, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

from router.core.instruments import Instrument
from router.core.params import AlgoParams
from router.core.types import Ns, OrdType, Phase, Ppm, Px, Qty, Reason, Side, Urgency


class Cause(StrEnum):
    """Why an algorithm was woken."""

    START = "start"
    TIMER = "timer"
    SLICE_DONE = "slice-done"
    AMENDED = "amended"
    HALTED = "halted"
    RESUMED = "resumed"
    PRICE = "price"
    VOLUME = "volume"
    RECOVERED = "recovered"


class OrderTerms(Struct, frozen=True):
    """The parent order as an algorithm may know it.

    `start` and `end` are the resolved window; `day_volume_curve` ppm per equal bin, open to close.
    """

    order_id: str
    instrument: Instrument
    side: Side
    qty: Qty
    ord_type: OrdType
    limit_px: Px | None
    start: Ns
    end: Ns
    session_open: Ns
    session_close: Ns
    seed: int
    adv: Qty | None = None
    curve: tuple[Ppm, ...] = ()
    curve_source: str = "uniform"
    curve_days: int | None = None
    """How many days of history the curve is from, where that is known."""


class MarketView(Struct, frozen=True, gc=False):
    """The instrument's public market now.

    Volumes count eligible prints (no crosses, auctions, late or our own) since the order's start.
    """

    phase: Phase
    bid: Px | None
    ask: Px | None
    bid_qty: Qty
    ask_qty: Qty
    last: Px | None
    volume: Qty
    day_volume: Qty
    volume_notional: int
    arrival_mid2: Px | None
    """Twice the midpoint when the order arrived (an exact int), or None without a two-sided market then."""

    @property
    def mid2(self) -> Px | None:
        """Twice the midpoint, exact."""
        return None if self.bid is None or self.ask is None else self.bid + self.ask

    def touch(self, side: Side) -> Px | None:
        """The price at which `side` would trade at once: the far touch."""
        return self.ask if side.is_buy else self.bid


class AlgoView(Struct, frozen=True):
    """Everything an algorithm sees. filled + open + available = order quantity, at every event.

    `open` counts until the venue's last word; `available` may be sliced now. `slices_open` is how many of its slices
    are still worked.
    """

    now: Ns
    cause: Cause
    order: OrderTerms
    market: MarketView
    filled: Qty
    open: Qty
    available: Qty
    slices_open: int
    rng: Random

    @property
    def leaves(self) -> Qty:
        """Not yet filled: open + available."""
        return self.open + self.available


class Slice(Struct, frozen=True, gc=False, kw_only=True):
    """Work `qty` more shares by `until` (None: until cancelled).

    What is unfilled then comes back as `available` with cause SLICE_DONE. `limit_px` may only tighten the client's
    limit. PASSIVE posts and re-pegs, NEUTRAL posts and crosses for what remains near `until`, AGGRESSIVE takes at once.
    """

    qty: Qty
    reason: Reason
    urgency: Urgency
    until: Ns | None = None
    limit_px: Px | None = None


class CancelWorking(Struct, frozen=True, gc=False):
    """Withdraw all open slices; their quantity comes back when the venues have answered."""


class WakeAt(Struct, frozen=True, gc=False):
    """Wake me at `at` (cause TIMER). A later WakeAt replaces an earlier one."""

    at: Ns


class WatchPx(Struct, frozen=True, gc=False):
    """Wake me (cause PRICE) when the far touch is at `px` or better for the order's side.

    A later one replaces it; None ends it.
    """

    px: Px | None


class WatchVolume(Struct, frozen=True, gc=False):
    """Wake me (cause VOLUME) when the market's volume (`MarketView.volume`) is above `above` shares.

    A later one replaces it; None ends it.
    """

    above: Qty | None


class Done(Struct, frozen=True, gc=False):
    """No more will be sliced: what is open is withdrawn and the order ends DoneForDay(39=3), or Filled."""


class Remember(Struct, frozen=True, gc=False):
    """Put (name, value) pairs in the journal: the model's inputs, the schedule, why nothing was sent."""

    what: str
    data: tuple[tuple[str, str], ...]


Action: TypeAlias = Slice | CancelWorking | WakeAt | WatchPx | WatchVolume | Done | Remember


class SchedulePoint(Struct, frozen=True, gc=False):
    """By `at`, `qty` shares in all are expected to be done."""

    at: Ns
    qty: Qty


@runtime_checkable
class Algorithm(Protocol):
    """One parent's algorithm: made from (params, terms), driven by `on_wake`, told of amendments by `on_amend`.

    `Params` is one `AlgoParams` subclass: it gives parsing, validation and documentation. `expected_schedule` is a
    forecast that needs no instance: cumulative shares by time, first point at the start with 0, last at the end.
    """

    name: ClassVar[str]
    Params: ClassVar[type[AlgoParams]]

    def on_wake(self, view: AlgoView) -> list[Action]:
        """Decide. Called with the cause in `view.cause`; returns actions in the order in which they take effect."""
        ...

    def on_amend(self, params: AlgoParams, terms: OrderTerms) -> None:
        """The client changed quantity, limit, window or parameters; a wake with cause AMENDED follows."""
        ...

    @staticmethod
    def expected_schedule(params: AlgoParams, terms: OrderTerms) -> tuple[SchedulePoint, ...]:
        """The planned path of filled quantity for these parameters."""
        ...


class AlgoFactory(Protocol):
    """The class behind an entry point in `sluice.algos`."""

    # Properties, since that is how a type checker lets a class object have them.
    @property
    def name(self) -> str: ...

    @property
    def Params(self) -> type[AlgoParams]: ...  # noqa: N802 - it is the class's own name for its parameters

    def __call__(self, params: AlgoParams, terms: OrderTerms) -> Algorithm: ...

    @staticmethod
    def expected_schedule(params: AlgoParams, terms: OrderTerms) -> tuple[SchedulePoint, ...]: ...
