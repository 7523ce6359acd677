"""One question to the router, with everything that its answer may depend on, and the answer being written.

Knows no algorithm. A `Review` lives for one call: `free` is what may still be sent, and shrinks with each placement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from router.core.outputs import Candidate
from router.core.profiles import RouterSettings
from router.core.types import Ns, Phase, Px, Qty, Reason, Side, TimeInForce, VenueKind
from router.market.state import SymbolMarket
from router.sor.routes import Route, Routes
from router.sor.work import Amendment, ChildView, Placement, Plan, SliceWork

LEFT_OUT: Final = "left out by the client"


class Review:
    """The slice, its children and the market at one instant."""

    __slots__ = (
        "_resting",
        "amendments",
        "cancels",
        "candidates",
        "children",
        "declines",
        "free",
        "is_buy",
        "market",
        "now",
        "review_at",
        "routes",
        "sends",
        "settings",
        "work",
    )

    def __init__(
        self,
        *,
        now: Ns,
        work: SliceWork,
        market: SymbolMarket,
        children: Sequence[ChildView],
        routes: Routes,
        settings: RouterSettings,
    ) -> None:
        self.now = now
        self.work = work
        self.market = market
        self.children = children
        self.routes = routes
        self.settings = settings
        self.is_buy = work.side is Side.BUY
        free: Qty = work.qty - work.filled
        for child in children:
            free -= child.leaves
        self.free = free
        self._resting: dict[VenueKind, list[ChildView]] | None = None
        self.sends: list[Placement] = []
        self.cancels: list[str] = []
        self.amendments: list[Amendment] = []
        self.declines: list[str] = []
        self.candidates: list[Candidate] = []
        self.review_at: Ns | None = None

    # --- readings

    def barred(self, route: Route) -> str:
        """Why a venue cannot be used for this slice now, in words; empty where it can."""
        mic, work, market = route.mic, self.work, self.market
        if route.unfit:
            return route.unfit
        if not market.books[mic].up:
            return "venue down"
        phase = market.venue_phase(mic)
        if phase is not Phase.CONTINUOUS:
            return f"phase {phase}"
        if not work.prefs.allows(mic):
            return LEFT_OUT
        if work.refused_until and work.refused_until.get(mic, 0) > self.now:
            return "left alone after a refusal"
        return ""

    def kind_of(self, child: ChildView) -> VenueKind:
        return self.routes.by_mic[child.venue].kind

    def resting(self, kind: VenueKind) -> list[ChildView]:
        """Firm children that rest at venues of one kind and are not being withdrawn; those in flight included."""
        # Nothing of this changes during a review, and each kind is asked for several times.
        if self._resting is None:
            self._resting = {}
            for child in self.children:
                if child.tif is not TimeInForce.IOC and not child.pending_cancel and not child.conditional:
                    self._resting.setdefault(self.kind_of(child), []).append(child)
        return self._resting.get(kind, [])

    def open_at(self, mic: str) -> bool:
        """Whether the slice has a child at this venue, in whatever state."""
        return any(child.venue == mic for child in self.children)

    @property
    def has_room(self) -> bool:
        """Whether one more child keeps within `max_children_per_slice`."""
        return len(self.children) + len(self.sends) < self.settings.max_children_per_slice

    def within_limit(self, px: Px) -> bool:
        return self.work.side.accepts(self.work.limit_px, px)

    def has_time(self, ns: Ns) -> bool:
        """Whether the slice goes on for more than `ns` from now."""
        return self.work.until is None or self.work.until - self.now > ns

    # --- the answer

    def send(self, placement: Placement) -> None:
        """Add a placement, within what is free; a conditional one takes nothing of it."""
        if not placement.conditional:
            assert 0 < placement.qty <= self.free, (self.work.order_id, placement, self.free)
            self.free -= placement.qty
        self.sends.append(placement)

    def wake_at(self, at: Ns) -> None:
        """Ask for a review at `at`; the earliest asked for counts."""
        self.review_at = at if self.review_at is None else min(self.review_at, at)

    def release(self, children: Sequence[ChildView], qty: Qty, reason: Reason) -> None:
        """Take back `qty` shares from resting children, the first named first; they are free when the venues answer.

        The last is cut down where its venue lets it keep its place, and withdrawn where not. Children in flight, or
        whose venue was asked already, are not asked again.
        """
        left = qty
        asked = {amendment.child_id: None for amendment in self.amendments}
        for child in children:
            if left <= 0:
                return
            if (
                child.child_id in asked
                or child.tif is TimeInForce.IOC
                or not is_settled(child)
                or self.work.refused_until.get(child.venue, 0) > self.now
            ):
                continue
            cuttable = self.routes.by_mic[child.venue].profile.replace_keeps_place
            if left < child.leaves and cuttable:
                self.amendments.append(Amendment(child.child_id, child.qty - left, child.px, reason))
            else:
                self.cancels.append(child.child_id)
            left -= child.leaves

    def plan(self, reason: Reason, text: str = "", *, done: bool = False) -> Plan:
        """The answer as a value."""
        return Plan(
            reason=reason,
            sends=tuple(self.sends),
            cancels=tuple(self.cancels),
            replaces=tuple(self.amendments),
            declines=tuple(self.declines),
            candidates=tuple(self.candidates),
            review_at=self.review_at,
            text="" if self.sends else text,
            done=done,
        )

    def state_key(self) -> tuple[object, ...]:
        """What the answer depends on, but for time: equal keys before `review_at` need no second thought."""
        work, market = self.work, self.market
        return (
            market.touch_seq,
            market.status_seq,
            work.remaining,
            work.limit_px,
            work.until,
            work.prefs,
            tuple(work.firm_ups),
            [
                (
                    child.child_id,
                    child.leaves,
                    child.px,
                    child.pending_new,
                    child.pending_cancel,
                    child.pending_replace,
                    child.unknown,
                )
                for child in self.children
            ],
        )


def is_settled(child: ChildView) -> bool:
    """Whether the venue has the child and no request about it is under way."""
    return not (child.pending_new or child.pending_cancel or child.pending_replace or child.unknown)
