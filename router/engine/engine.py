"""`Engine.handle(at, event) -> outputs`: one deterministic function over the life of all orders.

No clock, socket, file, thread or randomness inside: time is an argument, ids are counters, a timer is an output that
comes back as an input. The same object runs live, in simulation and in replay; the same inputs give the same outputs in
any process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from router.core import events as ev
from router.core.algo import AlgoFactory
from router.core.outputs import Output
from router.core.profiles import EngineConfig
from router.core.types import Ns
from router.engine.day import Day
from router.engine.desk import Desk
from router.engine.gate import Gate
from router.engine.lists import ListDesk
from router.engine.reports import Reports
from router.engine.requests import Requests
from router.engine.working import Working
from router.market.market import Market
from router.orders import Ids
from router.sor import Sor


class Engine:
    """Risk, order state, algorithms and router behind one door.

    The first event must be `Genesis`, which names the instance. `algos` maps a strategy's canonical name to its class.
    """

    def __init__(self, config: EngineConfig, algos: Mapping[str, AlgoFactory]) -> None:
        self._config = config
        self._algos = dict(algos)
        self._now: Ns = 0
        self._desk: Desk | None = None
        self._working: Working | None = None
        self._lists: ListDesk | None = None
        self._on: dict[type, Callable[[Any], None]] = {}

    def handle(self, at: Ns, event: ev.Event) -> list[Output]:
        """Take in one event at `at` (never before the last) and answer with all that follows from it, in order."""
        assert at >= self._now, f"time runs backwards: {at} after {self._now}"
        self._now = at
        if self._desk is None or self._working is None:
            assert isinstance(event, ev.Genesis), f"the first event is Genesis, not {type(event).__name__}"
            self._begin(event)
            return []
        desk = self._desk
        desk.now = at
        desk.outs = []
        self._on[type(event)](event)
        # Most market data moves no touch that an order is waiting for.
        if desk.unsettled or desk.reviews or desk.wakes:
            self._working.run()
        if desk.touched_lists and self._lists is not None:
            self._lists.run()
        return desk.outs

    @property
    def desk(self) -> Desk:
        """The state, for reading: progress displays, tests, recovery. Nothing outside the engine changes it."""
        assert self._desk is not None, "no Genesis yet"
        return self._desk

    def _begin(self, genesis: ev.Genesis) -> None:
        config = self._config
        venues = [venue for venue in config.venues if venue.enabled]
        market = Market(config.instruments, venues, config.calendars, config.last_px)
        router = Sor(market, venues, config.rules, config.router, "", config.seed)
        desk = Desk(config, self._algos, market, router, Ids(genesis.instance))
        gate = Gate(desk)
        working = Working(desk, gate)
        reports = Reports(desk, gate, working)
        self._desk, self._working = desk, working
        requests = Requests(desk)
        self._lists = ListDesk(desk, requests)
        self._on = _table(requests, self._lists, reports, Day(desk, working, reports, self._lists))


def handlers(engine: Engine) -> tuple[type, ...]:
    """The events that an engine after its Genesis takes in."""
    return tuple(engine._on)  # noqa: SLF001 - this module's own


def _table(requests: Requests, lists: ListDesk, reports: Reports, day: Day) -> dict[type, Callable[[Any], None]]:
    """Who takes in which event; every member of `Event` but Genesis stands here (a test holds it to that)."""
    table: dict[type, Callable[[Any], None]] = {
        ev.NewOrder: requests.new_order,
        ev.CancelRequest: requests.cancel,
        ev.ReplaceRequest: requests.replace,
        ev.StatusRequest: requests.status,
        ev.NewList: lists.new_list,
        ev.ListExecute: lists.execute,
        ev.ListCancel: lists.cancel,
        ev.ListStatusRequest: lists.status,
        ev.BadRequest: lists.bad,
        ev.ClientUp: requests.client_up,
        ev.ClientDown: requests.client_down,
        ev.VenueUp: reports.venue_up,
        ev.VenueDown: reports.venue_down,
        ev.DayStart: day.start,
        ev.DayEnd: day.end,
        ev.Recovered: day.recovered,
        ev.TimerFired: day.timer,
        ev.OperatorCancel: day.cancel,
        ev.OperatorRestate: day.restate,
        ev.OperatorDoneForDay: day.done_for_day,
        ev.OperatorRelease: day.release,
        ev.KillSwitch: day.kill,
    }
    child_reports = (
        ev.ChildAccepted,
        ev.ChildRejected,
        ev.ChildFilled,
        ev.ChildCanceled,
        ev.ChildReplaced,
        ev.ChildRequestRejected,
        ev.ChildStatus,
        ev.ChildBusted,
        ev.ChildCorrected,
        ev.FirmUpRequest,
    )
    table.update(dict.fromkeys(child_reports, reports.child))
    # Levels and prints are nearly all there is: they go straight to what takes them in.
    table.update({ev.LevelUpdate: day.level, ev.TradePrint: day.print, ev.BookSnapshot: day.snapshot})
    table[ev.PhaseChange] = day.phase
    table[ev.AuctionImbalance] = day.imbalance
    return table
