"""A bench for the router: venues with hand-made fees, a market set level by level, and children as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from router.core.events import (
    BookSnapshot,
    ChildAccepted,
    ChildCanceled,
    ChildFilled,
    LevelUpdate,
    PhaseChange,
    TradePrint,
)
from router.core.instruments import Instrument
from router.core.profiles import FeeRule, RouterSettings, RuleProfile, VenueProfile
from router.core.types import (
    MILLISECOND,
    SECOND,
    LastLiquidityInd,
    Ns,
    Peg,
    Phase,
    Px,
    Qty,
    Reason,
    Side,
    TimeInForce,
    Urgency,
    VenueKind,
)
from router.market.market import Market
from router.sor import Plan, Preferences, SliceWork, Sor
from router.sor.work import NO_PREFERENCES, Placement

DAY = "20240304"
NOW: Ns = 1_709_562_600 * SECOND
"""Monday 2024-03-04, 09:30 in New York."""
CENT: Px = 100
"""One tick of a share above a dollar, in quanta."""


def lit(mic: str, *, add: int = 0, remove: int = 0, protected: bool = True, **more: object) -> VenueProfile:
    profile = VenueProfile(mic, VenueKind.LIT, "lit", fees=(FeeRule(add=add, remove=remove),), protected=protected)
    return replace_profile(profile, more)


def dark(mic: str, **more: object) -> VenueProfile:
    return replace_profile(VenueProfile(mic, VenueKind.DARK, "dark"), more)


def cross(mic: str, *times: int) -> VenueProfile:
    return VenueProfile(mic, VenueKind.CROSS, "cross", cross_times=times)


def replace_profile(profile: VenueProfile, more: dict[str, object]) -> VenueProfile:
    values = {name: getattr(profile, name) for name in profile.__struct_fields__}
    return VenueProfile(**(values | more))


@dataclass(frozen=True)
class FakeChild:
    """A child order as the router sees it."""

    child_id: str
    venue: str
    qty: Qty
    px: Px | None
    symbol: str = "ACME"
    side: Side = Side.BUY
    filled: Qty = 0
    tif: TimeInForce = TimeInForce.DAY
    peg: Peg | None = None
    display_qty: Qty | None = None
    reason: Reason = Reason.PASSIVE_POST
    sent_at: Ns = NOW
    pending_new: bool = False
    pending_cancel: bool = False
    pending_replace: bool = False
    unknown: bool = False
    conditional: bool = False
    post_only: bool = False
    over: bool = False

    @property
    def leaves(self) -> Qty:
        return 0 if self.over or self.conditional else self.qty - self.filled

    @property
    def is_open(self) -> bool:
        return not self.over and self.filled < self.qty


@dataclass
class Bench:
    """One instrument, its venues, and a router over them."""

    venues: tuple[VenueProfile, ...] = field(repr=False)
    settings: RouterSettings = field(default_factory=lambda: RouterSettings(dark_first=False))
    rules: tuple[RuleProfile, ...] = (RuleProfile(),)

    def __post_init__(self) -> None:
        self.market = Market((Instrument("ACME"),), self.venues, {})
        self.sor = Sor(self.market, self.venues, self.rules, self.settings, DAY, 0)
        self.market.on_event(NOW, PhaseChange("ACME", Phase.CONTINUOUS))
        self.sent = 0

    def quotes(
        self, mic: str, bids: Sequence[tuple[Px, Qty]] = (), asks: Sequence[tuple[Px, Qty]] = (), at: Ns = NOW
    ) -> None:
        """The venue's whole displayed book, best first."""
        event = BookSnapshot(mic, "ACME", tuple(bids), tuple(asks))
        self.market.on_event(at, event)
        self.sor.on_market(at, event)

    def level(self, mic: str, *, is_bid: bool, px: Px, qty: Qty, at: Ns = NOW) -> None:
        event = LevelUpdate(mic, "ACME", is_bid=is_bid, px=px, qty=qty)
        self.market.on_event(at, event)
        self.sor.on_market(at, event)

    def trade(self, mic: str, px: Px, qty: Qty, *, buyer: bool, at: Ns = NOW) -> None:
        event = TradePrint(mic, "ACME", px, qty, aggressor_is_buy=buyer)
        self.market.on_event(at, event)
        self.sor.on_market(at, event)

    def work(
        self,
        qty: Qty,
        urgency: Urgency,
        *,
        side: Side = Side.BUY,
        limit_px: Px | None = None,
        until: Ns | None = None,
        reason: Reason = Reason.SCHEDULE,
        prefs: Preferences = NO_PREFERENCES,
    ) -> SliceWork:
        return SliceWork(
            slice_id=1,
            order_id="O1",
            symbol="ACME",
            side=side,
            qty=qty,
            urgency=urgency,
            reason=reason,
            started_at=NOW,
            until=until,
            limit_px=limit_px,
            prefs=prefs,
            wall="CLIENT",
        )

    def send(self, work: SliceWork, placement: Placement, at: Ns = NOW) -> FakeChild:
        """Carry out a placement: the child is on its way."""
        self.sent += 1
        child = FakeChild(
            child_id=f"C{self.sent}",
            venue=placement.venue,
            qty=placement.qty,
            px=placement.px,
            side=work.side,
            tif=placement.tif,
            peg=placement.peg,
            display_qty=placement.display_qty,
            reason=placement.reason,
            conditional=placement.conditional,
            post_only=placement.post_only,
            sent_at=at,
            pending_new=True,
        )
        self.sor.on_sent(at, work, child)
        return child

    def accept(self, child: FakeChild, at: Ns = NOW) -> FakeChild:
        there = replace(child, pending_new=False)
        self.sor.on_report(at, ChildAccepted(child.venue, child.child_id, "V"), there)
        return there

    def rest(self, work: SliceWork, placement: Placement, at: Ns = NOW) -> FakeChild:
        """Carry out a placement and let the venue accept it."""
        return self.accept(self.send(work, placement, at), at)

    def fill(self, work: SliceWork, child: FakeChild, qty: Qty, px: Px, at: Ns = NOW) -> FakeChild:
        after = replace(child, pending_new=False, filled=child.filled + qty)
        work.filled += qty
        report = ChildFilled(
            venue=child.venue,
            child_id=child.child_id,
            exec_id=f"{child.child_id}-{after.filled}",
            qty=qty,
            px=px,
            liquidity=LastLiquidityInd.REMOVED,
        )
        self.sor.on_report(at, report, after)
        return after

    def cancel(self, child: FakeChild, request_id: str | None = "R", at: Ns = NOW) -> FakeChild:
        after = replace(child, pending_new=False, over=True)
        self.sor.on_report(at, ChildCanceled(child.venue, child.child_id, request_id), after)
        return after


def routed(plan: Plan) -> list[tuple[str, Qty, Px | None]]:
    """(venue, quantity, price) of what is sent, in order."""
    return [(placement.venue, placement.qty, placement.px) for placement in plan.sends]


def lost_by(plan: Plan) -> dict[str, str]:
    """Why each venue was not chosen."""
    return {candidate.venue: candidate.lost_by for candidate in plan.candidates if candidate.lost_by}


LATER = NOW + 300 * MILLISECOND
"""After one re-peg interval."""
