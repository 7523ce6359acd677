"""A client's EMS for journeys: it sends by the market's clock, keeps its own books, and is told nothing but FIX.

The market's clock is the greatest TransactTime(60) heard, which any client sees. To be told the time it asks after an
order that is not there: the answer to an OrderStatusRequest(H) says when it was given. The books are kept in decimal
text as it came, so that nothing of the router's arithmetic is used to check the router's arithmetic.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from signal import SIGINT
from typing import TYPE_CHECKING, NamedTuple

from fixspec.codec import decode, encode
from fixspec.message import Message
from fixspec.values import format_utc_timestamp, parse_utc_timestamp
from router.core.types import Ns
from router.runtime.fix.fix_messages import FromFix, Outgoing, Received
from router.runtime.journal_file import FILE_NAME, JournalReader
from router.tca.facts.recorder import Recorder
from support.fix_peers import Heard, connecting, running

if TYPE_CHECKING:
    from router.runtime.fix.quickfix_port import FixPort

CLOCK = "WHAT-TIME-IS-IT"
OVER = frozenset("2348C")
"""OrdStatus(39) in which an order is not worked: filled, done for day, cancelled, rejected, expired."""
QUANTA = 10_000
AVG_PX_DIGITS = 8
PATIENCE_S = 240.0
"""A recorded day at full speed takes some twenty seconds on a machine with nothing else to do."""


class Order(NamedTuple):
    """NewOrderSingle(D), sent when the market has come to `at`; `window` is StartTime(168) to EndTime(126)."""

    cl_ord_id: str
    at: Ns
    symbol: str
    side: str
    qty: int
    strategy: str | None = None
    window: tuple[Ns, Ns] | None = None
    params: tuple[tuple[str, str], ...] = ()
    px: str | None = None
    destination: str | None = None
    tif: str = "0"

    def text(self) -> str:
        fields: list[tuple[int, str | int]] = [(11, self.cl_ord_id), (21, 1), (55, self.symbol)]
        fields += [(54, {"buy": 1, "sell": 2}[self.side]), (60, format_utc_timestamp(self.at)), (38, self.qty)]
        fields += [(40, 1 if self.px is None else 2), (59, self.tif)]
        optional = ((44, self.px), (100, self.destination), (20001, self.strategy))
        fields += [(tag, value) for tag, value in optional if value is not None]
        if self.window:
            fields += [(168, format_utc_timestamp(self.window[0])), (126, format_utc_timestamp(self.window[1]))]
        if self.params:
            fields.append((957, len(self.params)))
            for name, value in self.params:
                fields += [(958, name), (959, 14), (960, value)]
        return encode("D", fields)


class Change(NamedTuple):
    """OrderCancelReplaceRequest(G) of `order` to `qty`, or its OrderCancelRequest(F) where that is None."""

    cl_ord_id: str
    at: Ns
    order: Order
    qty: int | None = None

    @property
    def symbol(self) -> str:
        return self.order.symbol

    def text(self) -> str:
        order = self.order
        fields: list[tuple[int, str | int]] = [(11, self.cl_ord_id), (41, order.cl_ord_id), (55, order.symbol)]
        fields += [(54, {"buy": 1, "sell": 2}[order.side]), (60, format_utc_timestamp(self.at))]
        if self.qty is None:
            return encode("F", [*fields, (38, order.qty)])
        return encode("G", [*fields, (21, 1), (38, self.qty), (40, 1)])


class Book:
    """One order as its owner knows it, by OrderID(37): the reports in order, and the sums of the trades."""

    def __init__(self) -> None:
        self.reports: list[Message] = []
        self.qty = 0
        self.money = Decimal(0)
        self.markets: set[str] = set()

    def hear(self, report: Message) -> None:
        self.reports.append(report)
        if report.get(150) == "F":
            qty = int(report.get(32))
            self.qty += qty
            self.money += qty * Decimal(report.get(31))
            self.markets.add(report.get(30))

    @property
    def last(self) -> Message:
        return self.reports[-1]

    @property
    def is_over(self) -> bool:
        return self.last.get(39) in OVER

    @property
    def average_px(self) -> Decimal:
        return self.money / self.qty

    @property
    def traded_between(self) -> tuple[Ns, Ns]:
        """First and last trade."""
        times = [parse_utc_timestamp(report.get(60), 60) for report in self.reports if report.get(150) == "F"]
        return times[0], times[-1]


class Ems(Heard):
    """Hears everything, keeps the books, and sends what is due by the market's clock."""

    def __init__(self) -> None:
        super().__init__()
        self.books: dict[str, Book] = {}
        self.refused: list[Message] = []
        self.now: Ns = 0
        self.times_told = 0

    def __call__(self, item: FromFix) -> None:
        # Under the lock that `wait` looks under: it never sees half a report.
        with self._changed:
            if isinstance(item, Received) and not item.is_admin:
                self._hear(decode(item.raw))
            super().__call__(item)

    def _hear(self, message: Message) -> None:
        if message.msg_type != "8":
            self.refused.append(message)
            return
        self.now = max(self.now, parse_utc_timestamp(message.get(60), 60))
        if message.get(11) == CLOCK:
            self.times_told += 1
            return
        self.books.setdefault(message.get(37), Book()).hear(message)

    def book(self, cl_ord_id: str) -> Book:
        """The book of the order that was sent under this ClOrdID(11)."""
        return next(book for book in self.books.values() if book.reports[0].get(11) == cl_ord_id)

    def trade(self, port: FixPort, steps: Sequence[Order | Change]) -> None:
        """Send each step at its time, and wait until every order is over."""
        for step in sorted(steps, key=lambda step: step.at):
            self._wait_until(port, step.symbol, step.at)
            port.send(Outgoing("SLUICE", step.text()))
        orders = sum(isinstance(step, Order) for step in steps)
        self.wait(lambda _: self._all_over(orders), PATIENCE_S)

    def _wait_until(self, port: FixPort, symbol: str, at: Ns) -> None:
        """Ask for the time until it has come; each question waits for the answer to the last."""
        while self.now < at:
            asked = self.times_told
            port.send(Outgoing("SLUICE", encode("H", [(11, CLOCK), (55, symbol), (54, 1)])))
            self._wait_told(asked)

    def _wait_told(self, asked: int) -> None:
        self.wait(lambda _: self.times_told > asked, PATIENCE_S)

    def _all_over(self, orders: int) -> bool:
        return len(self.books) == orders and all(book.is_over for book in self.books.values())


class RouterProcess:
    """`sluice run` in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self.port = port

    def stop(self) -> int:
        """As Ctrl-C would; its exit status."""
        self._process.send_signal(SIGINT)
        return self._process.wait(60)


@contextmanager
def router_process(folder: Path, market: str, *more: str) -> Iterator[RouterProcess]:
    """A router with home and state in `folder`, its market at full speed from the first logon on; surely ended."""
    errors = folder / "router.log"
    command = [sys.executable, "-m", "router.runtime", "run", "--config", str(folder / "home")]
    options = ["--state", str(folder / "state"), "--port", "0", "--market", market, "--speed", "max", "--hold", *more]
    with errors.open("w") as log:
        process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout
    try:
        line = process.stdout.readline()
        ready = re.search(r"EMS44=[0-9.]+:([0-9]+)", line)
        assert ready, (line, errors.read_text()[-2_000:])
        yield RouterProcess(process, int(ready[1]))
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def start_sluice(*arguments: str) -> subprocess.Popen[str]:
    """A `sluice` command, begun, in another hash seed than ours."""
    return subprocess.Popen(
        [sys.executable, "-m", "router.runtime", *arguments],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(command: subprocess.Popen[str]) -> str:
    """What the command said; AssertionError with it where it failed."""
    try:
        said, _ = command.communicate(timeout=PATIENCE_S)
    finally:
        if command.poll() is None:
            command.kill()
            command.communicate()
    assert command.returncode == 0, (command.args, said)
    return said


class Line(NamedTuple):
    """An order in the books: what was traded (shares, money), and what the last report says (CumQty(14), AvgPx(6))."""

    cl_ord_id: str
    ord_status: str
    traded: tuple[int, Decimal]
    said: tuple[int, Decimal]


class Day(NamedTuple):
    """What came of a recorded day: the EMS's books, and what the journal says."""

    ems: Ems
    recorder: Recorder
    state: Path
    wall_s: float
    exit_status: int

    def heard(self) -> dict[str, Line]:
        """Every order by OrderID(37), from the reports alone."""
        return {
            order_id: Line(
                book.reports[0].get(11),
                book.last.get(39),
                traded=(book.qty, book.money),
                said=(int(book.last.get(14)), Decimal(book.last.get(6))),
            )
            for order_id, book in self.ems.books.items()
        }

    def journaled(self) -> dict[str, Line]:
        """The same, from the journal."""
        lines = {}
        for record in self.recorder.orders.values():
            money = Decimal(record.notional) / QUANTA
            average = round(money / max(1, record.cum_qty), AVG_PX_DIGITS)
            both = (record.cum_qty, money), (record.cum_qty, average)
            lines[record.order_id] = Line(record.cl_ord_id, record.status.value, *both)
        return lines

    def figures(self) -> str:
        """One line for the reader of the test's output."""
        books = self.ems.books.values()
        fills = sum(report.get(150) == "F" for book in books for report in book.reports)
        shares = sum(book.qty for book in books)
        return f"{len(books)} parents, {fills} fills, {shares:,} shares, {self.wall_s:.1f} s"


def trade_day(folder: Path, market: str, steps: Sequence[Order | Change], *more: str) -> Day:
    """Run the market in a router of its own and trade `steps` on it, over FIX."""
    began = time.monotonic()
    ems = Ems()
    with router_process(folder, market, *more) as router:
        with running(folder / "ems", connecting(router.port), heard=ems, plays_client=True) as (port, _):
            ems.wait_up("SLUICE")
            ems.trade(port, steps)
        exit_status = router.stop()
    return Day(
        ems, read_recorder(folder / "state" / FILE_NAME), folder / "state", time.monotonic() - began, exit_status
    )


def read_recorder(path: Path) -> Recorder:
    """The journal's own account of every order."""
    recorder, reader = Recorder(), JournalReader(path)
    try:
        recorder.follow(reader.inputs(), reader.outputs())
    finally:
        reader.close()
    return recorder
