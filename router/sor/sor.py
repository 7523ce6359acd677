"""The smart order router: one slice, its children and the market in, a plan out.

Pure but for what it learns from public data and from what venues say of its children. It knows fees, queues, rules and
venues; no algorithm, no client and no order state machine. What it learns from fills is kept apart by wall (client).
Ties are broken by MIC; nothing is random.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from router.core.events import (
    MarketEvent,
    VenueReport,
)
from router.core.profiles import RouterSettings, RuleProfile, VenueProfile
from router.core.types import PPM, Ns, Phase, Qty, Reason, TimeInForce, Urgency, VenueKind
from router.market.market import Market
from router.sor import conditional, crossing, dark, direct, passive
from router.sor.memory import Memory
from router.sor.review import Review, is_settled
from router.sor.routes import Routes
from router.sor.sweep import placements, sweep
from router.sor.work import Amendment, ChildView, Placement, Plan, Preferences, SliceWork


class Sor:
    """Implements `Router`. `day` may be empty until `start_day`.

    `seed` is part of the contract and not drawn from yet: every decision has one answer.
    """

    def __init__(  # noqa: PLR0917 - six things of six types, settled with the engine
        self,
        market: Market,
        venues: Sequence[VenueProfile],
        rules: Sequence[RuleProfile],
        settings: RouterSettings,
        day: str,
        seed: int,
    ) -> None:
        self._market = market
        self._venues = tuple(venues)
        self._rules = tuple(rules)
        self._settings = settings
        self._memory = Memory(market, settings)
        # No method around it: it is called for each of a day's million events.
        self.on_market: Callable[[Ns, MarketEvent], None] = self._memory.on_market
        """See `Router.on_market`."""
        self._routes: Routes | None = None
        self._crosses: crossing.CrossTimes | None = None
        if day:
            self.start_day(day)

    def start_day(self, day: str) -> None:
        """Look up the fees, rules and cross times of a trading date (YYYYMMDD)."""
        self._routes = Routes(self._venues, self._rules, day)
        self._crosses = crossing.CrossTimes(self._routes.cross, day)

    # --- deciding

    def review(self, now: Ns, work: SliceWork, children: Sequence[ChildView]) -> Plan:
        """Decide for one slice; see `Router.review`."""
        assert self._routes is not None, "no trading date has begun: start_day first"
        review = Review(
            now=now,
            work=work,
            market=self._market[work.symbol],
            children=children,
            routes=self._routes,
            settings=self._settings,
        )
        last = work.idle_plan
        if (
            last is not None
            and (last.review_at is None or now < last.review_at)
            and review.state_key() == work.idle_key
        ):
            return last
        plan = self._decide(review)
        # Deciding changes nothing that the key is made of.
        work.idle_key, work.idle_plan = (review.state_key(), plan) if plan.is_idle else (None, None)
        return plan

    def _decide(self, review: Review) -> Plan:
        work = review.work
        if work.prefs.direct_venue is not None:
            return direct.plan(review, work.prefs.direct_venue)
        if review.free < 0:
            return self._give_back(review)
        if work.until is not None and review.now > max(work.until, work.started_at):
            return review.plan(work.reason, "the slice is over", done=True)
        if review.market.phase is not Phase.CONTINUOUS:
            return review.plan(work.reason, f"the market is {review.market.phase}")
        if work.remaining == 0:
            conditional.withdraw(review)
            return review.plan(work.reason, "filled: only conditional orders are left")
        if work.firm_ups and (work.prefs.dark_only or not self._takes(review)) and conditional.answer(review):
            return review.plan(Reason.FIRM_UP, "calls back what it needs to firm up")
        self._obey_limit(review)
        if work.reason is Reason.CROSS:
            plan = self._await_cross(review)
        elif work.prefs.dark_only:
            plan = self._stay_dark(review)
        elif self._takes(review):
            plan = self._take(review)
        else:
            plan = self._rest(review, to_limit=False)
        return plan

    def next_cross(self, now: Ns, prefs: Preferences) -> tuple[Ns, Ns] | None:
        """The next scheduled cross that an order may enter; see `Router.next_cross`."""
        if self._routes is None or self._crosses is None:
            return None
        mics = [route.mic for route in self._routes.cross if prefs.allows(route.mic) and not route.unfit]
        return self._crosses.next_of(mics, now)

    def _await_cross(self, review: Review) -> Plan:
        """A slice for a cross trades nowhere else."""
        assert self._crosses is not None, "no trading date has begun"
        crossing.leave(review, self._crosses)
        crossing.enter(review, self._crosses)
        return self._plan(review, Reason.CROSS, "waits for a cross")

    def _takes(self, review: Review) -> bool:
        """Whether the slice takes what it can now: aggressive, the client's own order, or neutral and near its end."""
        work = review.work
        if work.urgency is Urgency.PASSIVE:
            return False
        if work.urgency is Urgency.AGGRESSIVE or work.reason is Reason.IMMEDIATE:
            return True
        crosses_at = self._crosses_at(work)
        if review.now < crosses_at:
            review.wake_at(crosses_at)
        return review.now >= crosses_at

    def _crosses_at(self, work: SliceWork) -> Ns:
        """When a neutral slice stops waiting: a patience before its end, but no earlier than three quarters of it."""
        patience = self._settings.passive_patience_ns
        if work.until is None:
            return work.started_at + patience
        return work.until - min(patience, (work.until - work.started_at) // 4)

    def _give_back(self, review: Review) -> Plan:
        """More is open than the slice has left: the newest children are cut or withdrawn."""
        leaving = sum(child.leaves for child in review.children if child.pending_cancel)
        if not any(child.pending_replace for child in review.children):
            review.release(list(reversed(review.children)), -review.free - leaving, review.work.reason)
        return review.plan(review.work.reason, "more is open than the slice has left")

    def _obey_limit(self, review: Review) -> None:
        """Children that may trade beyond a tightened limit are brought within it."""
        if review.work.limit_px is None:
            return
        for child in review.children:
            if child.tif is TimeInForce.IOC or not is_settled(child) or not passive.is_beyond_limit(review, child):
                continue
            review.amendments.append(Amendment(child.child_id, child.qty, review.work.limit_px, Reason.RE_PEG))

    # --- taking

    def _take(self, review: Review) -> Plan:
        """Ask the pools first where there is time, then sweep; what may not be taken rests at the limit."""
        work = review.work
        conditional.withdraw(review)
        running = dark.call_off(review)
        patient = work.urgency is Urgency.NEUTRAL and work.reason is not Reason.IMMEDIATE
        reason = Reason.ESCALATE if patient else Reason.SWEEP
        if self._may_probe(review):
            dark.probe(review, self._memory.dark, self._memory.markouts)
            if review.sends:
                return self._plan(review, Reason.DARK_PROBE)
        resting = [
            child
            for kind in (VenueKind.DARK, VenueKind.CROSS, VenueKind.LIT)
            for child in reversed(review.resting(kind))
            if is_settled(child) and child not in running and child.child_id not in review.cancels
        ]
        wanted = review.free + sum(child.leaves for child in resting)
        if not wanted:
            return self._plan(review, reason, "everything is on its way")
        chosen = sweep(review, wanted)
        if not chosen.qty:
            return self._take_nothing(review)
        if chosen.qty > review.free:
            # What rests must come back before it can be sent again; what is free goes now.
            review.release(resting, chosen.qty - review.free, reason)
            review.candidates.clear()
            chosen = sweep(review, review.free)
        for placement in placements(review, chosen, reason):
            if review.has_room:
                review.send(placement)
                review.wake_at(review.now + review.routes.by_mic[placement.venue].hold_ns)
        return self._plan(review, reason)

    def _take_nothing(self, review: Review) -> Plan:
        """Nothing displayed may be taken now: wait for what is under way, else rest at the limit."""
        holds = [until for until in review.work.taken_until.values() if until > review.now]
        if holds or review.work.limit_px is None or not review.has_time(0):
            # Quantity that comes at an unchanged price is no change of the touch: look again.
            review.wake_at(review.now + self._settings.re_peg_interval_ns)
            return self._plan(review, Reason.SWEEP, "nothing to take within the limit")
        review.candidates.clear()
        return self._rest(review, to_limit=True)

    def _may_probe(self, review: Review) -> bool:
        """Dark first, where a probe's answer can still be used: an algorithm's slice with time, and not all dark."""
        work = review.work
        return (
            self._settings.dark_first
            and review.free > 0
            and work.urgency is Urgency.AGGRESSIVE
            and work.prefs.dark_pct != 0
            and review.has_time(self._settings.dark_probe_ns)
        )

    # --- resting

    def _rest(self, review: Review, *, to_limit: bool) -> Plan:
        """Keep what rests where it should be, and post what is free: crosses first, then dark, then displayed."""
        assert self._crosses is not None, "no trading date has begun"
        crossing.leave(review, self._crosses)
        text = self._follow(review, to_limit=to_limit)
        patient = review.work.reason is not Reason.IMMEDIATE and not to_limit
        if patient and review.work.prefs.dark_pct != 0:
            crossing.enter(review, self._crosses)
            if self._settings.dark_first and review.free > 0:
                dark.rest(review, self._memory.dark, self._memory.markouts)
            if self._settings.dark_first:
                conditional.indicate(review, self._memory.markouts)
        if review.free > 0:
            text = self._post(review, to_limit=to_limit)
        elif patient:
            self._rebalance(review)
        return self._plan(review, Reason.PASSIVE_POST, text)

    def _follow(self, review: Review, *, to_limit: bool) -> str:
        """Move displayed children that the market has left behind, once in `re_peg_interval_ns`; others keep place."""
        px = passive.post_px(review, to_limit=to_limit)
        if px is None:
            return "no price to join"
        touched = {amendment.child_id for amendment in review.amendments}
        for child in review.resting(VenueKind.LIT):
            if child.child_id in touched or not is_settled(child):
                continue
            if not passive.is_left_behind(review, child, px):
                self._weigh_queue(review, child)
                continue
            due = self._memory.pegged_at(child) + self._settings.re_peg_interval_ns
            if review.now < due:
                review.wake_at(due)
                continue
            route = passive.choose_venue(review, self._memory.rates, px, child.leaves)
            if route is not None and route.mic == child.venue:
                review.amendments.append(Amendment(child.child_id, child.qty, px, Reason.RE_PEG))
            elif route is not None:
                # Its place is lost either way: it goes where a new order would go, when it has come back.
                review.cancels.append(child.child_id)
        return "what is open stands where it should"

    def _weigh_queue(self, review: Review, child: ChildView) -> None:
        """Once in a patience, a child that stands where it should goes to another venue if that is clearly faster."""
        ahead = self._memory.queue_ahead(child.child_id)
        if ahead is None or len(review.routes.lit) == 1:
            return
        due = self._memory.weighed_at(child) + max(self._settings.passive_patience_ns, 1)
        if review.now < due:
            review.wake_at(due)
            return
        self._memory.weigh(review.now, child)
        if passive.better_queue(review, self._memory.rates, child, ahead) is not None:
            # It goes where a new order would go, when it has come back.
            review.cancels.append(child.child_id)
        else:
            review.wake_at(review.now + max(self._settings.passive_patience_ns, 1))

    def _post(self, review: Review, *, to_limit: bool) -> str:
        """Post all that is free on the venue that is expected to cost least; returns why not, where not."""
        px = passive.post_px(review, to_limit=to_limit)
        if px is None:
            return "no price to join"
        if not review.has_room:
            return f"{len(review.children)} children are open, as many as a slice may have"
        route = passive.choose_venue(review, self._memory.rates, px, review.free)
        if route is None:
            return "no displayed venue can be used"
        review.send(passive.posting(review, route, px, review.free, Reason.PASSIVE_POST))
        return ""

    def _rebalance(self, review: Review) -> None:
        """Displayed quantity is filled and the dark part is not: give the displayed queue its share again."""
        resting = review.resting(VenueKind.DARK)
        if not resting or review.resting(VenueKind.LIT):
            return
        due = max(child.sent_at for child in resting) + self._settings.dark_probe_ns
        if review.now < due:
            review.wake_at(due)
            return
        excess = dark.surplus(review)
        if excess > 0:
            review.release(list(reversed(resting)), excess, Reason.PASSIVE_POST)

    def _stay_dark(self, review: Review) -> Plan:
        if review.free > 0:
            dark.rest(review, self._memory.dark, self._memory.markouts, share_ppm=PPM)
        conditional.indicate(review, self._memory.markouts)
        return self._plan(review, Reason.DARK_REST, "the client allows dark venues only")

    def _plan(self, review: Review, reason: Reason, text: str = "") -> Plan:
        """Close a review; where nothing is to be done while a venue is left alone, come back when it no longer is."""
        work = review.work
        if not (review.sends or review.cancels or review.amendments) and (work.taken_until or work.refused_until):
            for until in (*work.taken_until.values(), *work.refused_until.values()):
                if until > review.now:
                    review.wake_at(until)
        return review.plan(reason, text)

    # --- what the memory is told

    def queue_ahead(self, child_id: str) -> Qty | None:
        return self._memory.queue_ahead(child_id)

    def on_sent(self, now: Ns, work: SliceWork, child: ChildView) -> None:
        assert self._routes is not None, "no trading date has begun: start_day first"
        self._memory.on_sent(now, work, child, self._routes.by_mic[child.venue])

    def on_refused(self, now: Ns, work: SliceWork, placement: Placement) -> None:
        self._memory.on_refused(now, work, placement)

    def on_report(self, now: Ns, report: VenueReport, child: ChildView | None) -> None:
        self._memory.on_report(now, report, child)
