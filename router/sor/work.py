"""The vocabulary between engine and router: a slice being worked, its open children, and the plan that comes back.

Knows no algorithm, no client and no order state machine: the engine fills these in, and carries a plan out through its
last risk gate. What the router must remember of a slice (what it refused, what it took) lives in the slice, so that one
client's orders never change how another's are worked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from msgspec import Struct

from router.core.events import FirmUpRequest, MarketEvent, VenueReport
from router.core.outputs import Candidate
from router.core.types import Ns, OrdType, Peg, Ppm, Px, Qty, Reason, Side, TimeInForce, Urgency


class Preferences(Struct, frozen=True):
    """What the client asked of placement.

    `dark_pct` is the largest part of the slice in undisplayed venues (None: no limit). `venues_include` empty: all.
    With `direct_venue` the slice goes there as it is, once; `ord_type`, `tif`, `expire_time`, `post_only` and `peg`
    count only then.
    """

    display_qty: Qty | None = None
    min_qty: Qty | None = None
    dark_pct: Ppm | None = None
    dark_only: bool = False
    venues_include: tuple[str, ...] = ()
    venues_exclude: tuple[str, ...] = ()
    direct_venue: str | None = None
    ord_type: OrdType = OrdType.LIMIT
    tif: TimeInForce = TimeInForce.DAY
    expire_time: Ns | None = None
    post_only: bool = False
    peg: Peg | None = None

    def allows(self, mic: str) -> bool:
        """Whether the client's lists let this venue be used."""
        return mic not in self.venues_exclude and (not self.venues_include or mic in self.venues_include)


NO_PREFERENCES: Final = Preferences()


class ChildView(Protocol):
    """An open child order as the router may know it; `router.orders` has the real one.

    `qty` is its OrderQty(38), fills included; `leaves` the largest quantity that may still trade, whatever is pending.
    `px` is None for a market or an unlimited pegged order. A `conditional` one has leaves of 0 while it is open.
    """

    @property
    def child_id(self) -> str: ...
    @property
    def venue(self) -> str: ...
    @property
    def symbol(self) -> str: ...
    @property
    def side(self) -> Side: ...
    @property
    def qty(self) -> Qty: ...
    @property
    def leaves(self) -> Qty: ...
    @property
    def px(self) -> Px | None: ...
    @property
    def tif(self) -> TimeInForce: ...
    @property
    def peg(self) -> Peg | None: ...
    @property
    def display_qty(self) -> Qty | None: ...
    @property
    def reason(self) -> Reason: ...
    @property
    def sent_at(self) -> Ns: ...
    @property
    def pending_new(self) -> bool: ...
    @property
    def pending_cancel(self) -> bool: ...
    @property
    def pending_replace(self) -> bool: ...
    @property
    def unknown(self) -> bool: ...
    @property
    def conditional(self) -> bool: ...
    @property
    def post_only(self) -> bool: ...
    @property
    def is_open(self) -> bool: ...


class Placement(Struct, frozen=True, gc=False, kw_only=True):
    """One child order to send; the fields of `SendChild` that are the router's to choose."""

    venue: str
    qty: Qty
    ord_type: OrdType
    reason: Reason
    px: Px | None = None
    tif: TimeInForce = TimeInForce.DAY
    expire_time: Ns | None = None
    display_qty: Qty | None = None
    min_qty: Qty | None = None
    post_only: bool = False
    peg: Peg | None = None
    conditional: bool = False
    firm_up_id: str | None = None


class Amendment(Struct, frozen=True, gc=False):
    """Change an open child: `qty` is its new OrderQty(38), fills included, never above the old one."""

    child_id: str
    qty: Qty
    px: Px | None
    reason: Reason


class Plan(Struct, frozen=True):
    """What to do for a slice now. Carry out cancels, then replaces, then sends; one `Decision` if anything is sent.

    The sum of the firm `sends` never exceeds `remaining` less the leaves of every open child: a cancel frees nothing
    before its outcome, which is the next review. `declines` are the firm-up requests that are not met. `review_at` asks
    for a review then, at the latest; None: at the next report of a child or change of the touch. `done`: nothing more
    will be sent, what is not open goes back to the algorithm.
    """

    reason: Reason
    sends: tuple[Placement, ...] = ()
    cancels: tuple[str, ...] = ()
    replaces: tuple[Amendment, ...] = ()
    declines: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    review_at: Ns | None = None
    text: str = ""
    """Why nothing is sent, where nothing is."""
    done: bool = False

    @property
    def is_idle(self) -> bool:
        """Nothing to carry out."""
        return not (self.sends or self.cancels or self.replaces or self.declines)


class SliceWork:
    """One slice being worked: engine-private and mutable.

    The engine sets `filled`, `firm_ups` (requests not yet answered, by id), and `limit_px` and `qty` on an amendment;
    `limit_px` is the tightest of the client's and the slice's, already on the tick. `wall` keys what the router learns
    from fills (the client's CompID), so that nothing learned from one client moves another's orders. The fields below
    the line are the router's own.
    """

    __slots__ = (
        "filled",
        "firm_ups",
        "idle_key",
        "idle_plan",
        "limit_px",
        "order_id",
        "prefs",
        "probed",
        "qty",
        "reason",
        "refused_until",
        "side",
        "slice_id",
        "started_at",
        "symbol",
        "taken_until",
        "undisplayed",
        "until",
        "urgency",
        "wall",
    )

    def __init__(
        self,
        *,
        slice_id: int,
        order_id: str,
        symbol: str,
        side: Side,
        qty: Qty,
        urgency: Urgency,
        reason: Reason,
        started_at: Ns,
        until: Ns | None = None,
        limit_px: Px | None = None,
        prefs: Preferences = NO_PREFERENCES,
        wall: str = "",
    ) -> None:
        assert qty > 0, (order_id, slice_id, qty)
        self.slice_id = slice_id
        self.order_id = order_id
        self.symbol = symbol
        self.side = side
        self.qty = qty
        self.filled: Qty = 0
        self.firm_ups: dict[str, FirmUpRequest] = {}
        self.urgency = urgency
        self.reason = reason
        self.started_at = started_at
        self.until = until
        self.limit_px = limit_px
        self.prefs = prefs
        self.wall = wall
        # --- the router's own
        self.probed: dict[str, Ns] = {}
        """Undisplayed venues that were asked, and when: a probe is not repeated before the rest had its turn."""
        self.taken_until: dict[str, Ns] = {}
        """Venues whose displayed quantity this slice has just taken: stale until their next word must have come."""
        self.refused_until: dict[str, Ns] = {}
        """Venues that rejected a child of this slice, and until when they are left alone."""
        self.undisplayed: dict[str, Px] = {}
        """Prices that venues refused to an order that only adds, though nothing displayed was there to be taken."""
        self.idle_key: tuple[object, ...] | None = None
        """What the market and the children looked like when the last review found nothing to do."""
        self.idle_plan: Plan | None = None

    @property
    def remaining(self) -> Qty:
        """Shares still to be filled, whether open at a venue or not."""
        return self.qty - self.filled


class Router(Protocol):
    """What the engine asks of a router; `Sor` is ours, a test may bring its own.

    Construction: `Sor(market, venues, rules, settings, day, seed)`.
    """

    def start_day(self, day: str) -> None:
        """A trading date (YYYYMMDD) begins: fees and rules by date are looked up again."""
        ...

    def review(self, now: Ns, work: SliceWork, children: Sequence[ChildView]) -> Plan:
        """Decide for one slice. `children` are its open ones, pending and UNKNOWN included, oldest first."""
        ...

    def next_cross(self, now: Ns, prefs: Preferences) -> tuple[Ns, Ns] | None:
        """When interest in the next scheduled cross is to be entered, and when it is back; None when there is none."""
        ...

    def on_sent(self, now: Ns, work: SliceWork, child: ChildView) -> None:
        """A child of a plan passed the gate and is on its way; not called for one that the gate refused."""
        ...

    def on_refused(self, now: Ns, work: SliceWork, placement: Placement) -> None:
        """The gate refused a placement: its venue is left alone for a while, so that no loop comes of it."""
        ...

    def on_report(self, now: Ns, report: VenueReport, child: ChildView | None) -> None:
        """A venue spoke (`child` None for VenueUp and VenueDown); called after order state has taken it in."""
        ...

    def on_market(self, now: Ns, event: MarketEvent) -> None:
        """Public market data, called after `Market.on_event` has taken it in."""
        ...

    def queue_ahead(self, child_id: str) -> Qty | None:
        """Estimated shares ahead of a resting child; None where it is not tracked."""
        ...
