"""The pacer: one mechanism that turns an algorithm's goals into slices, and keeps what all algorithms promise.

Inside the window, outside halts, within limit and participation band; passive on schedule, dearer when late; IWould,
completion near the end. An algorithm supplies a `Pace` and nothing else. It must not know which algorithm it paces, nor
where a slice is placed.

Each decision is made from the view and the present slot's goal, never from a memory of what was sent: an extra
wake-up changes nothing, and a slice that comes back is cut again.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from msgspec import structs

from algos.schedule import Anchor, Goal, Pace, whole_lots
from router.api import (
    PPM,
    SECOND,
    Action,
    AlgoParams,
    AlgoView,
    CancelWorking,
    Cause,
    Done,
    Ns,
    OrderTerms,
    Phase,
    Ppm,
    Px,
    Qty,
    Reason,
    Remember,
    Side,
    Slice,
    Urgency,
    WakeAt,
    WatchPx,
    WatchVolume,
)

SLICES_PER_SLOT_MAX: Final = 4
"""A slice that comes back at once is cut again, but not for ever: this often a slot, then not before the next."""
LOOK_NS: Final = SECOND
"""How often to look where volume or price, not time, decides."""
CLEAN_UP_NS_MAX: Final = 30 * SECOND
"""Completion begins this long before the end, or in the window's last twentieth where that is shorter."""
MOVING_LIMIT_NS: Final = 15 * SECOND
"""A slice under a limit that moves (RelativeLimit to VWAP) lives no longer: so stale may its limit become."""
LATENESS: Final = {"Low": 2 * PPM, "Medium": PPM, "High": PPM // 2}
"""Tolerated arrears by Urgency, as a fraction of a slot's quantity."""
Inputs: TypeAlias = tuple[tuple[str, str], ...]
"""What a model was fed, as (name, text) pairs for the journal."""


def participation_qty(rate: Ppm, others: Qty) -> Qty:
    """Our quantity that makes us `rate` of the volume, own included: rate/(1-rate) x others', rounded down."""
    return rate * others // (PPM - rate)


def tighter(side: Side, one: Px | None, other: Px | None) -> Px | None:
    """The limit that allows less; None allows everything."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other) if side.is_buy else max(one, other)


def relative_limit(params: AlgoParams, view: AlgoView) -> Px | None:
    """RelativeLimit as a price on the tick, rounded to the safe side; None without one, or without its benchmark.

    The benchmark VWAP is the market's since the order came; before its first print, the midpoint on arrival.
    """
    market, instrument = view.market, view.order.instrument
    if params.relative_limit is None:
        return None
    if params.relative_limit_to == "VWAP" and market.volume > 0:
        benchmark, unit = market.volume_notional, market.volume
    elif market.arrival_mid2 is not None:
        benchmark, unit = market.arrival_mid2, 2
    else:
        return None
    if view.order.side.is_buy:
        return instrument.floor(benchmark * (PPM + params.relative_limit) // (unit * PPM))
    return instrument.ceil(-(-benchmark * (PPM - params.relative_limit) // (unit * PPM)))


class _IWould:
    """What IWouldPrice has taken. Its slice is worked alone, so that its fills can be told from the schedule's."""

    def __init__(self) -> None:
        self.taken: Qty = 0
        self.filled_before: Qty | None = None
        self.not_before: Ns = 0
        self.armed = False

    @property
    def is_out(self) -> bool:
        return self.filled_before is not None

    def settle(self, view: AlgoView) -> None:
        """The slice is over: count what it filled."""
        assert self.filled_before is not None, view.order.order_id
        self.taken += view.filled - self.filled_before
        self.filled_before = None


class Pacer:
    """Works one parent order at a given pace. `amend` may change anything but what is filled."""

    def __init__(self, params: AlgoParams, terms: OrderTerms, pace: Pace, inputs: Inputs = ()) -> None:
        self._i_would = _IWould()
        self.amend(params, terms, pace, inputs)

    def amend(self, params: AlgoParams, terms: OrderTerms, pace: Pace, inputs: Inputs = ()) -> None:
        """Take new terms. The schedule starts again at the next wake-up, from what is filled by then.

        `inputs` are the model's, for the journal.
        """
        self._params = params
        self._terms = terms
        self._pace = pace
        self._inputs = inputs
        self._cap = _tightest(params)
        self._anchor: Anchor | None = None
        self._goal: Goal | None = None
        self._halted_at: Ns | None = None
        self._shift: Ns = 0
        self._cuts = 0
        self._caught_up: Qty = 0
        self._asked_at: Ns | None = None
        self._cleaning = False
        self._hold = ""
        self._is_capped = False
        self._looked_at: Ns = 0
        self._wake_at: Ns = 0
        self._volume_seen: Qty | None = None
        self._i_would.armed = False
        clean_up = min(CLEAN_UP_NS_MAX, (terms.end - terms.start) // 20)
        self._clean_up_at = terms.end - clean_up if params.completion == "Complete" else terms.end

    def on_wake(self, view: AlgoView) -> list[Action]:
        """Decide. Ends with the one `WakeAt` or `Done` that keeps the order alive, whatever else is in the list."""
        if not view.slices_open:
            self._asked_at = None
        if view.cause is Cause.PRICE:
            self._i_would.armed = False
        if view.now >= self._terms.end or view.leaves == 0:
            return [Done()]
        if view.now < self._terms.start:
            return [*self._withdraw(view), WakeAt(self._terms.start)]
        if view.market.phase is not Phase.CONTINUOUS:
            return self._pause(view)
        if view.cause is Cause.VOLUME and self._goal is not None:
            return [WakeAt(self._next_tick(view))]
        if self._i_would.is_out and not view.slices_open:
            self._i_would.settle(view)
            # The schedule spreads what is left over the time that is left.
            self._anchor = None
        actions = self._start(view) if self._anchor is None else []
        if self._goal is None or view.now >= self._goal.until:
            self._goal = self._next_goal(view)
        actions += self._work(view, self._goal)
        return [*actions, *self._watch(view), *self._sleep(view, self._goal)]

    # ------------------------------------------------------------------------------------------------ start and pause

    def _start(self, view: AlgoView) -> list[Action]:
        """Count from here: at the window's start, after an amendment, after a halt, after an IWould."""
        if self._halted_at is not None and self._params.halt_policy == "Shift":
            self._shift += view.now - self._halted_at
        self._halted_at = None
        # A shifted schedule lags the clock; its anchor is a time of its own.
        self._anchor = Anchor(view.now - self._shift, view.filled, view.market.volume)
        self._goal = None
        self._pace.restart(self._anchor)
        inputs, self._inputs = self._inputs, ()
        return [Remember("inputs", inputs)] if inputs else []

    def _pause(self, view: AlgoView) -> list[Action]:
        """Nothing is sliced, nothing stays in the book for an auction we were not asked to join."""
        if view.market.phase is Phase.HALTED and self._halted_at is None:
            self._halted_at = view.now
        self._anchor = self._goal = None
        return [*self._because(view.market.phase.value), *self._withdraw(view), WakeAt(self._terms.end)]

    def _withdraw(self, view: AlgoView) -> list[Action]:
        """Cancel what is open, unless that was asked just now. What comes back, comes back as a wake-up."""
        if not view.slices_open or self._is_withdrawing(view):
            return []
        self._asked_at = view.now
        return [CancelWorking()]

    def _is_withdrawing(self, view: AlgoView) -> bool:
        """Whether an answer to `CancelWorking` is still awaited; not for ever, an unknown order may never answer."""
        return self._asked_at is not None and view.now < self._asked_at + LOOK_NS

    # ---------------------------------------------------------------------------------------------------------- slots

    def _next_goal(self, view: AlgoView) -> Goal:
        self._cuts, self._caught_up = 0, 0
        if view.now < self._clean_up_at:
            goal = self._pace.advance(view, self._shift)
            until = min(goal.until, self._clean_up_at)
            if until == goal.until and goal.slice_until <= self._clean_up_at:
                return goal
            return structs.replace(goal, until=until, slice_until=min(goal.slice_until, self._clean_up_at))
        # Clean-up has ten looks: enough to meet liquidity that comes back, few enough to bound what is sent.
        end, qty = self._terms.end, self._terms.qty
        step = max(1, (end - self._clean_up_at) // 10)
        return Goal(due=qty, by=qty, until=min(end, view.now + step), slice_until=end, tolerance=0)

    def _work(self, view: AlgoView, goal: Goal) -> list[Action]:
        self._is_capped = False
        actions = self._take_i_would(view)
        if actions or self._i_would.is_out:
            return actions
        if view.now >= self._clean_up_at and not self._cleaning:
            self._cleaning = True
            actions = self._withdraw(view)
        return actions if self._is_withdrawing(view) else self._slice(view, goal)

    def _slice(self, view: AlgoView, goal: Goal) -> list[Action]:
        """Send what the slot still lacks."""
        limit, why_not = self._limit(view)
        if why_not:
            return self._because(why_not)
        floor, room = self._floor(view), self._room(view)
        wanted = max(goal.by, floor) - view.filled - view.open
        self._is_capped = wanted > room
        qty = self._sendable(view, min(wanted, room))
        if qty == 0:
            return self._because("max-participation" if self._is_capped else "")
        if self._cuts >= SLICES_PER_SLOT_MAX:
            return self._because("slices-per-slot")
        self._hold = ""
        until = max(goal.slice_until, view.now + 1)
        if self._params.relative_limit is not None and self._params.relative_limit_to == "VWAP":
            until = min(until, view.now + MOVING_LIMIT_NS)
        if self._cleaning:
            return [self._cut(view, qty, Reason.COMPLETION, Urgency.AGGRESSIVE, until=until, limit=limit)]
        if floor > goal.by:
            return [self._cut(view, qty, Reason.PARTICIPATE, Urgency.NEUTRAL, until=until, limit=limit)]
        return self._slice_by_lateness(view, goal, qty, until, limit)

    def _slice_by_lateness(self, view: AlgoView, goal: Goal, qty: Qty, until: Ns, limit: Px | None) -> list[Action]:
        """Arrears beyond the tolerance cost more the later they are; the rest is passive, or as Urgency has it."""
        actions: list[Action] = []
        late = goal.due - view.filled
        owed = min(qty, late - self._caught_up) if late > goal.tolerance else 0
        catch_up = owed if owed == qty else whole_lots(owed, self._terms.instrument.round_lot)
        if catch_up:
            self._caught_up += catch_up
            urgency = Urgency.AGGRESSIVE if late > 2 * goal.tolerance else Urgency.NEUTRAL
            actions.append(self._cut(view, catch_up, Reason.CATCH_UP, urgency, until=until, limit=limit))
        if qty > catch_up:
            urgency = Urgency.NEUTRAL if self._params.urgency == "High" else Urgency.PASSIVE
            actions.append(self._cut(view, qty - catch_up, Reason.SCHEDULE, urgency, until=until, limit=limit))
        return actions

    def _cut(self, view: AlgoView, qty: Qty, reason: Reason, urgency: Urgency, *, until: Ns, limit: Px | None) -> Slice:
        self._cuts += 1
        if not self._is_touched(view, limit):
            # Nothing to take inside the limit: rest at it.
            urgency = Urgency.PASSIVE
        own = limit if limit != self._terms.limit_px else None
        return Slice(qty=qty, reason=reason, urgency=urgency, until=until, limit_px=own)

    def _sendable(self, view: AlgoView, qty: Qty) -> Qty:
        """At most `qty` and what is available, in whole lots; an odd lot only as the last of the order."""
        qty = max(0, min(qty, view.available))
        if view.filled + view.open + qty == self._terms.qty:
            return qty
        return whole_lots(qty, self._terms.instrument.round_lot)

    # --------------------------------------------------------------------------------------------------------- bounds

    def _limit(self, view: AlgoView) -> tuple[Px | None, str]:
        """The price beyond which nothing is traded now, or why nothing may be sent at all."""
        limit = self._terms.limit_px
        if self._params.relative_limit is not None:
            relative = relative_limit(self._params, view)
            if relative is None or relative <= 0:
                return None, "no-benchmark"
            limit = tighter(self._terms.side, limit, relative)
        if limit is None and view.market.bid is None and view.market.ask is None:
            return None, "no-market"
        return limit, ""

    def _participated(self, view: AlgoView, rate: Ppm) -> Qty:
        """Our cumulative quantity, had we been `rate` of the volume since the anchor."""
        assert self._anchor is not None, view.order.order_id
        return self._anchor.filled + participation_qty(rate, view.market.volume - self._anchor.volume)

    def _room(self, view: AlgoView) -> Qty:
        """What MaxParticipation still allows; open slices count as if filled."""
        if self._cap is None:
            return view.available
        return max(0, self._participated(view, self._cap) - view.filled - view.open)

    def _floor(self, view: AlgoView) -> Qty:
        """What MinParticipation demands by now, cumulative."""
        if self._params.min_participation is None:
            return 0
        return min(self._terms.qty, self._participated(view, self._params.min_participation))

    # --------------------------------------------------------------------------------------------------------- IWould

    def _take_i_would(self, view: AlgoView) -> list[Action]:
        """Take what IWouldQty allows at IWouldPrice or better, once what is open elsewhere is back."""
        mine = self._i_would
        if self._params.i_would_price is None or mine.is_out or view.now < mine.not_before:
            return []
        if not self._at_i_would_price(view):
            return []
        if view.slices_open:
            return self._withdraw(view)
        # One a second: a price that stays must not make a loop of us.
        mine.not_before = view.now + LOOK_NS
        qty = self._sendable(view, min(self._i_would_left(view), self._room(view)))
        if qty == 0:
            return []
        mine.filled_before = view.filled
        limit, _ = self._limit(view)
        most = tighter(self._terms.side, limit, self._params.i_would_price)
        until = min(mine.not_before, self._terms.end)
        return [self._cut(view, qty, Reason.I_WOULD, Urgency.AGGRESSIVE, until=until, limit=most)]

    def _at_i_would_price(self, view: AlgoView) -> bool:
        """Whether the far touch is there, inside every limit, with something left to take."""
        limit, why_not = self._limit(view)
        inside = not why_not and self._is_touched(view, limit)
        return inside and self._is_touched(view, self._params.i_would_price) and self._i_would_left(view) > 0

    def _is_touched(self, view: AlgoView, px: Px | None) -> bool:
        touch = view.market.touch(self._terms.side)
        return touch is not None and self._terms.side.accepts(px, touch)

    def _i_would_left(self, view: AlgoView) -> Qty:
        most = self._terms.qty if self._params.i_would_qty is None else self._params.i_would_qty
        return max(0, min(most - self._i_would.taken, view.leaves))

    def _watch(self, view: AlgoView) -> list[Action]:
        mine = self._i_would
        if mine.armed or self._params.i_would_price is None:
            return []
        if self._i_would_left(view) == 0:
            mine.armed = True
            return [WatchPx(None)]
        if self._is_touched(view, self._params.i_would_price):
            # To watch for a price that is there already would wake us at once, for ever: look again in a second.
            return []
        mine.armed = True
        return [WatchPx(self._params.i_would_price)]

    # ---------------------------------------------------------------------------------------------------------- wakes

    def _sleep(self, view: AlgoView, goal: Goal) -> list[Action]:
        """Until the next look. Under a cap that binds, and while nobody trades, that is after the next print."""
        volume = view.market.volume
        is_quiet = self._is_capped and volume == self._volume_seen
        self._volume_seen = volume if self._is_capped else None
        self._looked_at = view.now
        self._wake_at = self._next_look(view, goal, polls=self._is_capped and not is_quiet)
        return [*([WatchVolume(volume)] if is_quiet else []), WakeAt(self._wake_at)]

    def _next_tick(self, view: AlgoView) -> Ns:
        """The next whole second since the last look: others have traded, and whoever polls would see it then.

        Looking at once would tie our orders' times to the prints that they answer.
        """
        ticks = max(1, -(-(view.now - self._looked_at) // LOOK_NS))
        return max(min(self._looked_at + ticks * LOOK_NS, self._wake_at), view.now + 1)

    def _next_look(self, view: AlgoView, goal: Goal, *, polls: bool) -> Ns:
        at = min(goal.until, self._terms.end)
        params = self._params
        polls = polls or params.min_participation is not None or params.relative_limit is not None
        waits_for_price = params.i_would_price is not None and not self._i_would.armed
        if polls or waits_for_price or self._asked_at is not None:
            at = min(at, view.now + LOOK_NS)
        if view.now < self._i_would.not_before:
            at = min(at, self._i_would.not_before)
        return max(at, view.now + 1)

    def _because(self, why: str) -> list[Action]:
        """Journal why nothing is sent, when the reason changes."""
        if why == self._hold:
            return []
        self._hold = why
        return [Remember("hold", (("because", why or "on schedule"),))]


def _tightest(params: AlgoParams) -> Ppm | None:
    """The cap on our share of the volume. POV's target is one too: it means never to be above it."""
    caps = [rate for rate in (params.max_participation, params.participation_rate) if rate is not None]
    return min(caps, default=None)
