"""The day and the desk: dates, phases, the touch, restarts, the operator's hand and the kill switch.

Knows no venue report and no FIX message.
"""

from __future__ import annotations

from router.core.algo import Cause
from router.core.events import (
    AuctionImbalance,
    BookSnapshot,
    DayEnd,
    DayStart,
    KillSwitch,
    LevelUpdate,
    OperatorCancel,
    OperatorDoneForDay,
    OperatorRelease,
    OperatorRestate,
    PhaseChange,
    Recovered,
    TimerFired,
    TradePrint,
)
from router.core.params import show_time
from router.core.types import OrdStatus, Phase
from router.engine.desk import Desk
from router.engine.halts import tell_phase
from router.engine.hold import release
from router.engine.lists import ListDesk
from router.engine.plan import renew
from router.engine.reports import Reports
from router.engine.work import ParentWork
from router.engine.working import Working
from router.orders.states import ParentEvent


class Day:
    """Takes in what concerns all orders at once, and what the desk itself asks for."""

    def __init__(self, desk: Desk, working: Working, reports: Reports, lists: ListDesk) -> None:
        self._desk = desk
        self._lists = lists
        self._working = working
        self._reports = reports
        self._states = {symbol: desk.market[symbol] for symbol in desk.market.symbols}
        self._touch_seen: dict[str, int] = dict.fromkeys(desk.market.symbols, 0)
        self._review_due: dict[str, None] = {}

    # --- the market

    # Public data changes the state first, then the router hears it, then whoever watches, if the touch has moved.

    def level(self, event: LevelUpdate) -> None:
        desk, state = self._desk, self._states[event.symbol]
        state.on_level(desk.now, event)
        desk.router.on_market(desk.now, event)
        if state.touch_seq != self._touch_seen[event.symbol]:
            self._look(event.symbol)

    def print(self, event: TradePrint) -> None:
        desk = self._desk
        self._states[event.symbol].on_print(desk.now, event)
        desk.router.on_market(desk.now, event)
        self._look(event.symbol)
        for work in desk.by_symbol[event.symbol].values():
            self._working.watch_volume(work)

    def snapshot(self, event: BookSnapshot) -> None:
        desk = self._desk
        self._states[event.symbol].on_snapshot(desk.now, event)
        desk.router.on_market(desk.now, event)
        self._look(event.symbol)

    def phase(self, event: PhaseChange) -> None:
        desk, state = self._desk, self._states[event.symbol]
        before = state.phase
        state.on_phase(desk.now, event)
        desk.router.on_market(desk.now, event)
        self._phase_changed(event.symbol, before, state.phase)
        self._look(event.symbol)

    def imbalance(self, event: AuctionImbalance) -> None:
        """Nothing here works an auction: what is published of one moves no price that an order is waiting for."""
        self._states[event.symbol].on_event(self._desk.now, event)

    def _look(self, symbol: str) -> None:
        """Let the orders in a symbol look, if its touch has moved and they have not just looked."""
        moved = self._states[symbol].touch_seq != self._touch_seen[symbol]
        if moved and symbol not in self._review_due and self._desk.by_symbol[symbol]:
            self._touch_moved(symbol)

    def _touch_moved(self, symbol: str) -> None:
        """Let every order in the symbol look, at once and then not again before the re-peg interval is over."""
        desk = self._desk
        self._touch_seen[symbol] = desk.market[symbol].touch_seq
        self._review_due[symbol] = None
        desk.timers.set(desk.outs, desk.now + desk.config.router.re_peg_interval_ns, self._interval_over, symbol)
        for work in desk.by_symbol[symbol].values():
            for slice_id in work.slices:
                desk.review(slice_id)
            self._working.watch(work)

    def _interval_over(self, symbol: str) -> None:
        del self._review_due[symbol]
        if self._desk.market[symbol].touch_seq != self._touch_seen[symbol] and self._desk.by_symbol[symbol]:
            self._touch_moved(symbol)

    def _phase_changed(self, symbol: str, before: Phase, now: Phase) -> None:
        desk = self._desk
        for work in tuple(desk.by_symbol[symbol].values()):
            if now is Phase.CLOSED:
                self._end_of_day(work, "the market has closed")
            elif now is Phase.HALTED and before is not Phase.HALTED:
                tell_phase(desk, work.parent)
                desk.wake(work, Cause.HALTED)
            elif now is Phase.CONTINUOUS and before is not Phase.CONTINUOUS:
                tell_phase(desk, work.parent)
                desk.wake(work, Cause.RESUMED)
                for slice_id in work.slices:
                    desk.review(slice_id)

    def _end_of_day(self, work: ParentWork, text: str) -> None:
        work.day_over = True
        work.ending_text = work.ending_text or text
        self._desk.settle(work)

    # --- dates

    def start(self, event: DayStart) -> None:
        """A trading date begins: yesterday's day orders are done, good-till orders go on."""
        desk = self._desk
        desk.day = event.day
        desk.market.start_day()
        desk.router.start_day(event.day)
        for parent in desk.parents:
            if parent.is_open:
                desk.say(desk.parents.new_day(desk.now, parent, event.day))
                desk.touch_list(parent)
        for work in tuple(desk.works.values()):
            if not work.parent.is_open:
                desk.settle(work)
                continue
            work.day_over = False
            work.done = False
            work.ending_text = ""
            renew(desk, work)
            desk.wake(work, Cause.AMENDED)

    def end(self, event: DayEnd) -> None:
        """The trading date is over for every order still open."""
        for work in tuple(self._desk.works.values()):
            self._end_of_day(work, f"trading date {event.day} is over")
        for parent in self._desk.parents:
            # One that a bust opened again after the close has nobody to work it.
            if parent.order_id not in self._desk.works and parent.allows(ParentEvent.DONE_FOR_DAY):
                self._desk.say(self._desk.parents.done_for_day(self._desk.now, parent, text="the day is over"))
        self._lists.end_of_day(event.day)

    def recovered(self, event: Recovered) -> None:
        """The engine came back from its journal: ask the venues, let the algorithms look at the clock."""
        desk = self._desk
        desk.alarm(f"recovered: the last input before the stop was at {show_time(event.previous_at)} UTC")
        self._reports.reconcile()
        for work in desk.works.values():
            desk.wake(work, Cause.RECOVERED)

    def timer(self, event: TimerFired) -> None:
        """What a timer is for was written down when it was set."""
        self._desk.timers.fire(event.timer_id)

    # --- the operator

    def cancel(self, event: OperatorCancel) -> None:
        """The desk cancels: Canceled without a request, once nothing is open."""
        work = self._work_of(event.order_id)
        if work is not None:
            work.cancel(event.text or "cancelled by the desk", event.reason)
            self._desk.settle(work)

    def restate(self, event: OperatorRestate) -> None:
        """The desk changes the quantity; not below what is filled or may still be."""
        work = self._work_of(event.order_id)
        if work is None:
            return
        desk, parent = self._desk, work.parent
        if not parent.allows(ParentEvent.RESTATE):
            desk.alarm(f"{event.order_id} cannot be restated while {parent.own_status.name}")
            return
        floor = parent.cum_qty + work.released
        if event.qty < floor:
            desk.alarm(f"{event.order_id} cannot be restated to {event.qty}: {floor} is filled or released")
            return
        desk.say(desk.parents.restate(desk.now, parent, event.qty, event.reason, event.text))
        renew(desk, work)
        desk.wake(work, Cause.AMENDED)

    def done_for_day(self, event: OperatorDoneForDay) -> None:
        """The desk ends an order's day."""
        work = self._work_of(event.order_id)
        if work is not None and work.parent.own_status is not OrdStatus.DONE_FOR_DAY:
            self._end_of_day(work, "done for the day by the desk")

    def release(self, event: OperatorRelease) -> None:
        """The desk lets a staged order go."""
        release(self._desk, event)

    def kill(self, event: KillSwitch) -> None:
        """Nothing new goes out, and what is open is withdrawn; orders stay with their clients."""
        desk = self._desk
        desk.risk.kill(on=event.on, client=event.client)
        desk.alarm(f"kill switch {'on' if event.on else 'off'} for {event.client or 'everybody'}: {event.text}")
        for work in desk.works.values():
            if event.client is not None and work.parent.client != event.client:
                continue
            if event.on:
                self._working.withdraw(work)
            else:
                desk.wake(work, Cause.RESUMED)

    def _work_of(self, order_id: str) -> ParentWork | None:
        work = self._desk.works.get(order_id)
        if work is None:
            self._desk.alarm(f"no open order {order_id}")
        return work
