"""The demonstration's EMS: a FIX 4.4 client in a process of its own, told what to send, telling what it hears.

`python -m router.runtime.demo.demo_ems FOLDER` reads commands from standard input and writes what the session says to
standard output, one JSON line each; its FIX log and session store go to FOLDER. It is given no more of the router than
an address: what it knows of its orders, it knows from their ExecutionReports(8).
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import IO, Final, TypeAlias

import msgspec
from msgspec import Struct

from fixspec.codec import SOH, decode, encode
from fixspec.message import FixSyntaxError
from fixspec.values import format_utc_timestamp
from router.runtime.clock import WallClock
from router.runtime.commands.send_command import SIDES, Endpoint, Ticket
from router.runtime.fix.fix_messages import FromFix, Outgoing, PeerDown, PeerUp, Received, Trouble, redacted

COMP_ID: Final = "EMS44"
LOG_NAME: Final = "ems.fix.log"


class _Word(Struct, frozen=True, tag=True):
    """Base of what goes in and out."""


class Connect(_Word, frozen=True):
    """Log on at this port of the loopback interface."""

    port: int


class Send(_Word, frozen=True):
    """NewOrderSingle(D)."""

    cl_ord_id: str
    ticket: Ticket


class Change(_Word, frozen=True):
    """OrderCancelReplaceRequest(G) of `orig` to `qty`, or OrderCancelRequest(F) where that is None."""

    cl_ord_id: str
    orig: str
    ticket: Ticket
    qty: int | None = None


class Stop(_Word, frozen=True):
    """Log out and end; so does the end of input."""


class Up(_Word, frozen=True):
    """Logged on."""


class Down(_Word, frozen=True):
    """Logged out, or lost."""


class Heard(_Word, frozen=True, kw_only=True):
    """ExecutionReport(8), in its own text."""

    order_id: str
    cl_ord_id: str
    exec_type: str
    ord_status: str
    cum_qty: str
    avg_px: str
    last_qty: str
    last_px: str
    text: str
    exec_id: str
    exec_ref_id: str = ""


class Complaint(_Word, frozen=True):
    """Anything else that came: a reject of a request, or trouble with the session."""

    text: str


Command: TypeAlias = Connect | Send | Change | Stop
Said: TypeAlias = Up | Down | Heard | Complaint

_commands = msgspec.json.Decoder(Command)
_encoder = msgspec.json.Encoder()


class Ems:
    """See the module. `said` gets a line for whatever comes; it is written from the thread of the FIX port."""

    def __init__(self, folder: Path, said: IO[bytes]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._said = said
        self._writing = threading.Lock()
        self._clock = WallClock()
        self._log = (folder / LOG_NAME).open("w", buffering=1, encoding="latin-1", newline="\n")
        # Imported before it is asked to connect: the market does not wait.
        from router.runtime.fix.quickfix_port import FixPort  # noqa: PLC0415 - its import takes SIGINT for itself

        self._make_port = FixPort
        self._port: FixPort | None = None

    def obey(self, command: Command) -> bool:
        """Do as told; False when that was to stop."""
        match command:
            case Connect():
                self._connect(command.port)
            case Send():
                self._send("D", command.ticket.fields(command.cl_ord_id, self._clock.now()))
            case Change():
                self._change(command)
            case Stop():
                return False
        return True

    def close(self) -> None:
        """Log out; blocks until the session has ended."""
        if self._port is not None:
            self._port.stop()
        self._log.close()

    def _connect(self, number: int) -> None:
        endpoint = Endpoint(host="127.0.0.1", port=number, ours=COMP_ID, theirs="SLUICE", version="FIX.4.4")
        self._port = self._make_port(
            [endpoint.session()], self._take, store=self._folder / "store", quarantine=self._folder / "quarantine"
        )
        self._port.prepare()
        self._port.run()

    def _change(self, command: Change) -> None:
        ticket = command.ticket
        fields: list[tuple[int, str | int]] = [
            (11, command.cl_ord_id),
            (41, command.orig),
            (55, ticket.symbol),
            (54, SIDES[ticket.side]),
            (60, format_utc_timestamp(self._clock.now())),
            (38, ticket.qty if command.qty is None else command.qty),
        ]
        if command.qty is None:
            self._send("F", fields)
        else:
            self._send("G", [*fields, (21, 1), (40, 1)])

    def _send(self, msg_type: str, fields: list[tuple[int, str | int]]) -> None:
        assert self._port is not None, "not connected"
        text = encode(msg_type, fields)
        self._write_log("sent", text)
        self._port.send(Outgoing("SLUICE", text))

    def _take(self, item: FromFix) -> None:
        match item:
            case PeerUp():
                self._say(Up())
            case PeerDown():
                self._say(Down())
            case Trouble():
                self._say(Complaint(item.text))
            case Received():
                self._write_log("received", item.raw)
                self._say(_read(item)) if not item.is_admin else None

    def _say(self, word: Said) -> None:
        with self._writing:
            self._said.write(_encoder.encode(word) + b"\n")
            self._said.flush()

    def _write_log(self, direction: str, raw: str) -> None:
        line = f"{format_utc_timestamp(self._clock.now())} {direction} {redacted(raw).replace(SOH, '|')}\n"
        with self._writing:
            self._log.write(line)


def _read(item: Received) -> Said:
    try:
        message = decode(item.raw)
    except FixSyntaxError as error:
        return Complaint(f"unreadable: {error}")
    if message.msg_type != "8":
        return Complaint(f"35={message.msg_type} for {message.get(11) or message.get(379)}: {message.get(58)}")
    return Heard(
        order_id=message.get(37),
        cl_ord_id=message.get(11),
        exec_type=message.get(150),
        ord_status=message.get(39),
        cum_qty=message.get(14),
        avg_px=message.get(6),
        last_qty=message.get(32, "0"),
        last_px=message.get(31, "0"),
        text=message.get(58),
        exec_id=message.get(17),
        exec_ref_id=message.get(19),
    )


def main() -> None:
    """Obey standard input until it ends or says so."""
    ems = Ems(Path(sys.argv[1]), sys.stdout.buffer)
    try:
        for line in sys.stdin.buffer:
            if not ems.obey(_commands.decode(line)):
                break
    finally:
        ems.close()


if __name__ == "__main__":
    main()
