"""`sluice send`: a FIX client for one order. Prints its reports; Ctrl-C or SIGTERM cancels it.

A second one leaves the order working; so does the first where the router is not there to answer. It plays the client's
side and knows no engine: any router that speaks FIX 4.2 or 4.4 will do.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import click
from msgspec import Struct

from fixspec.codec import decode, encode
from fixspec.message import FixSyntaxError, Message
from fixspec.values import format_utc_timestamp
from router.runtime.clock import WallClock
from router.runtime.commands.order_options import PARAM_OPTION
from router.runtime.console import errors_as_lines
from router.runtime.fix.fix_messages import FromFix, Outgoing, PeerDown, PeerUp, Received, Trouble
from router.runtime.fix.inbox import Inbox
from router.runtime.fix.sessions_file import FixSession

SIDES: Final = {"buy": "1", "sell": "2", "short": "5", "short-exempt": "6"}
ORD_TYPES: Final = {"market": "1", "limit": "2", "pegged": "P"}
DATE_CHARS: Final = len("YYYYMMDD")
ENDED: Final = frozenset("2348C")
"""OrdStatus(39) with which an order is over: filled, done for day, cancelled, rejected, expired."""
GOOD_TILL: Final = frozenset("16")
"""TimeInForce(59) of an order that goes on the day after DoneForDay."""
STATUS_NAMES: Final = {
    "0": "new",
    "1": "partially filled",
    "2": "filled",
    "3": "done for day",
    "4": "cancelled",
    "5": "replaced",
    "6": "pending cancel",
    "8": "rejected",
    "9": "suspended",
    "A": "pending new",
    "C": "expired",
    "E": "pending replace",
}
LOGON_S: Final = 10.0
LOST_S: Final = 300.0
"""A router that starts again reads its journal first: a day of a busy one takes it a minute or two."""
ANSWER_S: Final = 10.0
"""How long a router may say nothing at all to a cancel."""
NO_LOGON: Final = 2
SIGNALLED: Final = 128
"""As a shell has it: 130 of a process that SIGINT ended, 143 of one that SIGTERM did."""
FIRST_NUMBERS: Final = f"{1:020} : {1:020}"
"""What QuickFIX keeps of a session that has never been logged on."""


class Ticket(Struct, frozen=True, kw_only=True):
    """The order as it was typed."""

    side: str
    qty: str
    symbol: str
    px: str | None
    strategy: str | None
    params: tuple[tuple[str, str], ...]
    destination: str | None
    tif: str | None
    ord_type: str | None = None
    staged: bool = False
    exec_inst: str | None = None
    account: str | None = None
    expire: str | None = None
    display: str | None = None
    min_qty: str | None = None

    def fields(self, cl_ord_id: str, at: int) -> list[tuple[int, str | int]]:
        """NewOrderSingle(D); strategy by name, parameters in StrategyParametersGrp(957)."""
        fields: list[tuple[int, str | int]] = [
            (11, cl_ord_id),
            (21, 3 if self.staged else 1),
            (55, self.symbol),
            (54, SIDES[self.side]),
            (60, format_utc_timestamp(at)),
            (38, self.qty),
            (40, ORD_TYPES[self.ord_type or ("market" if self.px is None else "limit")]),
        ]
        optional = (
            (44, self.px),
            (1, self.account),
            (18, self.exec_inst),
            (59, self.tif or (self.expire and "6")),
            (432 if self.expire and len(self.expire) == DATE_CHARS else 126, self.expire),
            (111, self.display),
            (110, self.min_qty),
            (100, self.destination),
            (20001, self.strategy),
        )
        fields += [(tag, value) for tag, value in optional if value is not None]
        if self.params:
            fields.append((957, len(self.params)))
            for name, value in self.params:
                fields += [(958, name), (959, 14), (960, value)]
        return fields


class Endpoint(Struct, frozen=True, kw_only=True):
    """Where to, as whom, and how long to wait for a Logon(A): the first, and one after the session was lost."""

    host: str
    port: int
    ours: str
    theirs: str
    version: str
    logon_s: float = LOGON_S
    lost_s: float = LOST_S

    def session(self) -> FixSession:
        keys = {
            "ConnectionType": "initiator",
            "BeginString": self.version,
            "SenderCompID": self.ours,
            "TargetCompID": self.theirs,
            "SocketConnectHost": self.host,
            "SocketConnectPort": str(self.port),
            "HeartBtInt": "10",
            "ReconnectInterval": "1",
            "NonStopSession": "Y",
            "SocketNodelay": "Y",
            "ValidateFieldsOutOfOrder": "N",
            "ValidateFieldsHaveValues": "N",
            "ValidateUserDefinedFields": "N",
        }
        return FixSession("initiator", self.version, self.ours, self.theirs, keys, 0)


@click.command("send", help=__doc__)
@click.argument("side", type=click.Choice(sorted(SIDES)))
@click.argument("qty")
@click.argument("symbol")
@click.option("--px", help="Limit price.")
@click.option("--type", "ord_type", type=click.Choice(list(ORD_TYPES)),
              help="OrdType(40); without it a limit order where there is a price, else a market order.")  # fmt: skip
@click.option("--strategy", help="TWAP, VWAP, POV, IS or a plug-in's name; without one the order is routed at once.")
@PARAM_OPTION
@click.option("--destination", help="ExDestination(100): one venue, with no strategy.")
@click.option("--tif", help="TimeInForce(59) code.")
@click.option("--expire", metavar="YYYYMMDD[-HH:MM:SS]",
              help="ExpireDate(432) or ExpireTime(126), UTC; TimeInForce(59) is then 6.")  # fmt: skip
@click.option("--account", help="Account(1).")
@click.option("--staged", is_flag=True, help="HandlInst(21)=3: it waits until a person releases it (`sluice desk`).")
@click.option("--exec-inst", help="ExecInst(18) codes, as 6 (post-only) or M (peg to the midpoint).")
@click.option("--display", help="MaxFloor(111): shares to show at a time.")
@click.option("--min-qty", help="MinQty(110): the least to trade at once.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=9878, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--as", "ours", default="EMS44", show_default=True, help="Our SenderCompID(49).")
@click.option("--to", "theirs", default="SLUICE", show_default=True, help="TargetCompID(56).")
@click.option("--fix", "version", default="FIX.4.4", show_default=True, type=click.Choice(["FIX.4.2", "FIX.4.4"]))
@click.option("--store", type=click.Path(file_okay=False, path_type=Path), default=Path("var/send"), show_default=True,
              help="Where this client keeps its sequence numbers.")  # fmt: skip
@click.option("--wait", "wait_s", type=float, help="Cancel after this many seconds.")
@click.option("--logon-wait", "logon_s", type=click.FloatRange(min=0, min_open=True), default=LOGON_S,
              show_default=True, help="Seconds until the first Logon(A) must be answered.")  # fmt: skip
@click.option("--lost-wait", "lost_s", type=click.FloatRange(min=0, min_open=True), default=LOST_S,
              show_default=True, help="Seconds to wait for a router that was lost while the order works.")  # fmt: skip
def command(
    *,
    side: str,
    qty: str,
    symbol: str,
    px: str | None,
    strategy: str | None,
    params: tuple[tuple[str, str], ...],
    destination: str | None,
    tif: str | None,
    ord_type: str | None,
    expire: str | None,
    account: str | None,
    staged: bool,
    exec_inst: str | None,
    display: str | None,
    min_qty: str | None,
    host: str,
    port: int,
    ours: str,
    theirs: str,
    version: str,
    store: Path,
    wait_s: float | None,
    logon_s: float,
    lost_s: float,
) -> None:
    """Send one order and follow it to its end."""
    ticket = Ticket(
        side=side,
        qty=qty,
        symbol=symbol,
        px=px,
        strategy=strategy,
        params=params,
        destination=destination,
        tif=tif,
        ord_type=ord_type,
        staged=staged,
        exec_inst=exec_inst,
        account=account,
        expire=expire,
        display=display,
        min_qty=min_qty,
    )
    endpoint = Endpoint(host=host, port=port, ours=ours, theirs=theirs, version=version, logon_s=logon_s, lost_s=lost_s)
    os.umask(0o077)
    with errors_as_lines():
        raise SystemExit(asyncio.run(_follow(ticket, endpoint, store, wait_s)))


async def _follow(ticket: Ticket, endpoint: Endpoint, store: Path, wait_s: float | None) -> int:
    # QuickFIX takes SIGINT for itself when it is imported, so that the handler comes after.
    from router.runtime.fix.quickfix_port import FixPort  # noqa: PLC0415 - see above

    loop = asyncio.get_running_loop()
    wake = asyncio.Event()
    inbox: Inbox[FromFix] = Inbox(lambda: loop.call_soon_threadsafe(wake.set))
    port = FixPort([endpoint.session()], inbox.put, store=store, quarantine=store / "quarantine")
    port.prepare()

    def act(action: Callable[[], None]) -> None:
        action()
        wake.set()

    def later(seconds: float, action: Callable[[], None]) -> None:
        loop.call_later(seconds, act, action)

    client = Client(ticket, endpoint, port.send, store, later)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, act, partial(client.interrupt, SIGNALLED + number))
    if wait_s is not None:
        later(wait_s, partial(client.interrupt, 1))
    later(endpoint.logon_s, client.logon_overdue)
    port.run()
    try:
        while client.exit_code is None:
            await wake.wait()
            wake.clear()
            for item in inbox.drain():
                client.take(item)
    finally:
        inbox.close()
        await asyncio.to_thread(port.stop)
    return client.exit_code


class Client:
    """One order's life at the terminal.

    `exit_code` is set at its end: 0 well, 1 rejected or left, 2 never logged on, else that of the signal. `later` calls
    back after some seconds.
    """

    def __init__(
        self,
        ticket: Ticket,
        endpoint: Endpoint,
        send: Callable[[Outgoing], None],
        store: Path,
        later: Callable[[float, Callable[[], None]], None],
    ) -> None:
        self._ticket = ticket
        self._endpoint = endpoint
        self._send = send
        self._store = store
        self._later = later
        self._clock = WallClock()
        self._cl_ord_id = ""
        self._cancelling = False
        self._is_up = False
        self._lost = 0
        """How often the session went down: a wait that began before the last time is over."""
        self._heard = 0
        """Reports of the order so far."""
        self.exit_code: int | None = None

    def take(self, item: FromFix) -> None:
        """What the session says."""
        match item:
            case PeerUp():
                self._is_up = True
                self._logged_on()
            case PeerDown():
                self._went_down(item.peer)
            case Trouble():
                click.echo(item.text, err=True)
            case Received(is_admin=False):
                self._report(item.raw)
            case Received():
                self._session_reject(item.raw)

    def interrupt(self, code: int) -> None:
        """Told to stop: cancel the order; a second time, or where nobody is there to cancel it, leave with `code`."""
        if self.exit_code is not None:
            # Over already: the session is being closed.
            return
        if not self._cl_ord_id:
            self._stop(code, f"stopped before a logon with {self._place()}: nothing was sent")
        elif not self._is_up:
            self._stop(code, f"left: {self._cl_ord_id} may still be working: no session with {self._place()}")
        elif self._cancelling:
            self._stop(code, f"left: {self._cl_ord_id} may still be working")
        else:
            self._cancelling = True
            click.echo(f"cancel {self._cl_ord_id}")
            self._say("F", self._cancel_fields())
            self._later(ANSWER_S, partial(self._cancel_overdue, self._heard, code))

    def _cancel_overdue(self, heard: int, code: int) -> None:
        if self.exit_code is None and self._heard == heard:
            silence = f"no answer from {self._endpoint.theirs} to its cancel in {ANSWER_S:g} s"
            self._stop(code, f"left: {self._cl_ord_id} may still be working: {silence}")

    def logon_overdue(self) -> None:
        """The first Logon(A) should have been answered by now."""
        if not self._cl_ord_id and self.exit_code is None:
            # QuickFIX does not say why: with numbers of an earlier router, a new one's Logon(A) is too low for it.
            anew = any(path.read_text() not in {"", FIRST_NUMBERS} for path in self._store.glob("*.seqnums"))
            hint = f"; if the router has begun a new state directory, move {self._store} away" if anew else ""
            self._stop(NO_LOGON, f"no logon with {self._place()} in {self._endpoint.logon_s:g} s{hint}")

    def _went_down(self, peer: str) -> None:
        click.echo(f"{peer} logged out")
        self._is_up = False
        self._lost += 1
        if self._cl_ord_id:
            self._later(self._endpoint.lost_s, partial(self._lost_overdue, self._lost))

    def _lost_overdue(self, lost: int) -> None:
        if self.exit_code is None and not self._is_up and self._lost == lost:
            silence = f"no logon with {self._place()} for {self._endpoint.lost_s:g} s"
            self._stop(NO_LOGON, f"left: {self._cl_ord_id} may still be working: {silence}")

    def _stop(self, code: int, why: str) -> None:
        click.echo(why, err=True)
        self.exit_code = code

    def _place(self) -> str:
        return f"{self._endpoint.theirs} at {self._endpoint.host}:{self._endpoint.port}"

    def _logged_on(self) -> None:
        if self._cl_ord_id:
            return
        at = self._clock.now()
        self._cl_ord_id = f"{self._endpoint.ours}-{at // 1_000_000:X}"
        price = f" at {self._ticket.px}" if self._ticket.px else f" at {self._ticket.ord_type or 'market'}"
        click.echo(f"send {self._cl_ord_id}: {self._ticket.side} {self._ticket.qty} {self._ticket.symbol}{price}")
        self._say("D", self._ticket.fields(self._cl_ord_id, at))

    def _cancel_fields(self) -> list[tuple[int, str | int]]:
        at = self._clock.now()
        names: list[tuple[int, str | int]] = [(11, f"{self._cl_ord_id}-C"), (41, self._cl_ord_id)]
        terms: list[tuple[int, str | int]] = [(55, self._ticket.symbol), (54, SIDES[self._ticket.side])]
        return [*names, *terms, (60, format_utc_timestamp(at)), (38, self._ticket.qty)]

    def _say(self, msg_type: str, fields: list[tuple[int, str | int]]) -> None:
        self._send(Outgoing(self._endpoint.theirs, encode(msg_type, fields, self._endpoint.version)))

    def _report(self, raw: str) -> None:
        try:
            message = decode(raw)
        except FixSyntaxError as error:
            click.echo(f"unreadable: {error}", err=True)
            return
        ours = self._cl_ord_id in {message.get(11), message.get(41)} or message.msg_type == "j"
        click.echo(describe(message) if ours else f"(another order) {describe(message)}")
        if not ours:
            return
        self._heard += 1
        lives_on = message.get(39) == "3" and message.get(59) in GOOD_TILL
        if message.msg_type == "8" and message.get(39) in ENDED and not lives_on:
            self.exit_code = 1 if message.get(39) == "8" else 0
        elif message.msg_type == "j":
            self.exit_code = 1

    def _session_reject(self, raw: str) -> None:
        message = decode(raw)
        if message.msg_type == "3":
            click.echo(f"rejected by the session: {message.get(58)} (tag {message.get(371)})", err=True)
            self.exit_code = 1


def describe(message: Message) -> str:
    """A report as one line."""
    text = f" - {message.get(58)}" if message.get(58) else ""
    if message.msg_type == "9":
        return f"cancel rejected, CxlRejReason(102)={message.get(102)}{text}"
    if message.msg_type == "j":
        return f"refused, BusinessRejectReason(380)={message.get(380)}{text}"
    status = STATUS_NAMES.get(message.get(39), message.get(39))
    last = f" {message.get(32)} at {message.get(31)} on {message.get(30) or '?'}" if _is_fill(message) else ""
    done = f" cum {message.get(14)} leaves {message.get(151)} avg {message.get(6)}"
    return f"{message.get(60) or message.get(52)} {status}{last}{done}{text}"


def _is_fill(message: Message) -> bool:
    return message.get(150) in {"F", "1", "2"} and message.get(32) not in {"", "0"}
