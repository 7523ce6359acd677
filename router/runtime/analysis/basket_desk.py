"""A client with a basket, and the person at the desk, on a router and its market in one process.

Orders go in as the text of a NewOrderList(E), through the gateway; what was done is read from the execution reports
that come back. `execute` is a basket's execution step (`router.basket.orders.Execute`). Plans nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from fixspec.codec import OutField, encode
from fixspec.values import format_utc_timestamp, parse_utc_timestamp
from router.basket.fills import BasketFill
from router.basket.names import BasketError
from router.basket.orders import BasketOrder, Done
from router.core.events import BadRequest, Genesis, ListCancel, OperatorRelease
from router.core.outputs import Alarm, ExecReport, ListStatus, Output
from router.core.types import SECOND, HandlInst, ListOrderStatus, Ns, OrdStatus
from router.runtime.assembly import AnyMarket, engine_factory, make_gateway
from router.runtime.journal_file import JournalFile
from router.runtime.plugins import load_algos
from router.runtime.settings import Settings
from router.runtime.simulation import Simulation

CLIENT: Final = "EMS44"
VERSION: Final = "FIX.4.4"
AFTER_NS: Final[Ns] = 5 * SECOND
"""A list is sent so long after its window begins: at an open there has to be a market first."""
SETTLE_NS: Final[Ns] = 2 * SECOND
"""What cancels take at the most: after it a list that is over says so."""
SETTLE_MAX: Final = 30


class Sent(Struct):
    """One order of a list, as its reports have it."""

    order: BasketOrder
    list_id: str
    order_id: str = ""
    status: OrdStatus = OrdStatus.PENDING_NEW
    text: str = ""
    done: Done = Done()


class Release(Struct, frozen=True, order=True):
    """What the desk will do with a staged name: when, and how it is to be worked."""

    at: Ns
    symbol: str
    strategy: str
    params: tuple[tuple[str, str], ...] = ()


class BasketDesk:
    """Sends lists, hears what becomes of them, and releases staged orders. Time is the market's."""

    def __init__(self, settings: Settings, market: AnyMarket, state: Path, *, engine: str = "BASKET") -> None:
        """A new life in `state`; `engine` names it in the journal."""
        self._gateway = make_gateway(settings, market.config)
        config = msgspec.json.encode(market.config).decode()
        self._simulation = Simulation(
            market,
            JournalFile(state, durability="process"),
            engine_factory(load_algos()),
            Genesis(engine, config, market.spec),
            self._hear,
        )
        self.sent: dict[str, Sent] = {}
        """By ClOrdID(11), in the order of sending."""
        self.fills: list[BasketFill] = []
        self.alarms: list[str] = []
        self.messages: dict[str, int] = {}
        """How many of each MsgType(35), ours and the router's."""
        self._states: dict[str, ListOrderStatus] = {}
        self._releases: list[Release] = []

    @property
    def now(self) -> Ns:
        return self._simulation.now

    def run(self, until: Ns) -> None:
        """Let the market go on, and do on the way what the desk has to do."""
        while self._releases and self._releases[0].at <= until:
            self._release(self._releases.pop(0))
        self._simulation.run(until)

    def close(self) -> None:
        """End of the life: the journal is whole."""
        self._simulation.close()

    # --- the client

    def send(self, orders: Sequence[BasketOrder], *, list_id: str) -> None:
        """One NewOrderList(E) with all of them, to be worked at once. Raises BasketError where it is not taken."""
        ids = [f"{list_id}-{number}" for number in range(1, len(orders) + 1)]
        for cl_ord_id, order in zip(ids, orders, strict=True):
            self.sent[cl_ord_id] = Sent(order, list_id)
        head: list[OutField] = [(66, list_id), (394, 3), (433, 1), (68, len(orders)), (73, len(orders))]
        lines = [
            _line(cl_ord_id, number, order, self.now)
            for number, (cl_ord_id, order) in enumerate(zip(ids, orders, strict=True), 1)
        ]
        self._count("E")
        event = self._gateway.to_event(
            CLIENT, encode("E", [*head, *(field for line in lines for field in line)], VERSION)
        )
        if isinstance(event, BadRequest):
            raise BasketError(f"list {list_id} was refused: {event.text}")
        self._simulation.say(event)
        if self._states.get(list_id) is ListOrderStatus.REJECT:
            raise BasketError(f"list {list_id} was refused")

    def execute(self, orders: Sequence[BasketOrder]) -> Mapping[str, Done]:
        """One window's list, from its StartTime to its EndTime; what is not done by then is withdrawn.

        It is sent when the last one's cancels are done, and no sooner than `AFTER_NS` into its window. By symbol what
        was done.
        """
        if not orders:
            return {}
        start, end = _window(orders)
        list_id = f"B{len(self._states) + 1}"
        self.run(max(start + AFTER_NS, self.now))
        self.send(orders, list_id=list_id)
        self.run(end)
        self.finish(list_id)
        return self.done(list_id)

    def finish(self, list_id: str) -> None:
        """Withdraw what is open of a list, and wait until it is over. Raises BasketError where it does not end."""
        for _ in range(SETTLE_MAX):
            if self._states.get(list_id) is ListOrderStatus.ALL_DONE:
                return
            self._count("K")
            self._simulation.say(ListCancel(client=CLIENT, list_id=list_id))
            self.run(self.now + SETTLE_NS)
        raise BasketError(
            f"list {list_id}: not over {SETTLE_MAX * SETTLE_NS // SECOND} s after its ListCancelRequest(K)"
        )

    def done(self, list_id: str) -> dict[str, Done]:
        """By symbol what has been done of a list's orders."""
        return {each.order.symbol: each.done for each in self.sent.values() if each.list_id == list_id}

    @property
    def rejected(self) -> tuple[str, ...]:
        """Why orders were refused, each order's Text(58)."""
        return tuple(each.text for each in self.sent.values() if each.status is OrdStatus.REJECTED)

    # --- the desk

    def plan_releases(self, releases: Sequence[Release]) -> None:
        """Staged names that a person will let go, when the market is there."""
        self._releases = sorted([*self._releases, *releases])

    def _release(self, what: Release) -> None:
        self._simulation.run(max(what.at, self.now))
        sent = next(
            each
            for each in self.sent.values()
            if each.order.symbol == what.symbol and each.order.handl_inst is HandlInst.MANUAL
        )
        self._simulation.say(OperatorRelease(sent.order_id, what.strategy, tuple(sorted(what.params)) or None))

    # --- what comes back

    def _hear(self, at: Ns, output: Output) -> None:
        match output:
            case ExecReport():
                self._count("8")
                self._report(at, output)
            case ListStatus():
                self._count("N")
                self._states[output.list_id] = output.order_status
            case Alarm():
                self.alarms.append(output.text)

    def _report(self, at: Ns, report: ExecReport) -> None:
        sent = self.sent[report.cl_ord_id or ""]
        sent.order_id, sent.status, sent.text = report.order_id, report.ord_status, report.text
        qty, notional = report.cum_qty - sent.done.qty, report.notional - sent.done.notional
        if qty or notional:
            self.fills.append(BasketFill(at, sent.order.symbol, Done(qty, notional)))
            sent.done = Done(report.cum_qty, report.notional)

    def _count(self, msg_type: str) -> None:
        self.messages[msg_type] = self.messages.get(msg_type, 0) + 1


def _window(orders: Sequence[BasketOrder]) -> tuple[Ns, Ns]:
    """The one window of a list's orders."""
    windows = dict.fromkeys((dict(order.params)["StartTime"], dict(order.params)["EndTime"]) for order in orders)
    if len(windows) != 1:
        raise BasketError(f"a list is worked in one window: got {len(windows)}")
    start, end = next(iter(windows))
    return parse_utc_timestamp(start, 168), parse_utc_timestamp(end, 126)


def _line(cl_ord_id: str, number: int, order: BasketOrder, at: Ns) -> list[OutField]:
    """One order of the NoOrders(73) group, market price."""
    head: list[OutField] = [(11, cl_ord_id), (67, number), (21, order.handl_inst), (55, order.symbol)]
    terms: list[OutField] = [(54, order.side), (60, format_utc_timestamp(at)), (38, order.qty), (40, 1)]
    text: list[OutField] = [(58, order.text)] if order.text else []
    if order.handl_inst is HandlInst.MANUAL:
        return [*head, *terms, *text]
    # A StringField: 14 in StrategyParameterType(959).
    group = [field for name, value in order.params for field in ((958, name), (959, 14), (960, value))]
    return [*head, *terms, *text, (20_001, order.algorithm), (957, len(order.params)), *group]
