"""A FIX 4.4 venue as a process: takes every order, fills it in two halves, and writes down what it did.

`python -m support.fix_venue PORT FOLDER SEED`. Its log has a line per order taken (`D child qty`), per fill
(`F child exec_id qty`) and per status asked for (`H child known|unknown`): the witness of what the router really sent.
It ends when its standard input is closed.
"""

from __future__ import annotations

import queue
import random
import sys
import threading
import time
from pathlib import Path

from fixspec.codec import decode, encode
from fixspec.message import Message
from router.runtime.fix.fix_messages import FromFix, Outgoing, Received
from router.runtime.fix.quickfix_port import FixPort
from support.fix_peers import accepting

OURS = "XFIX"
ROUTER = "SLUICE"
DELAY_S_MAX = 0.02


class Venue:
    """Orders by ClOrdID(11), and what is still to be filled of each."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._rng = random.Random(seed)
        self._log = (folder / "venue.log").open("a", encoding="ascii", buffering=1)
        self._qty: dict[str, int] = {}
        self._cum: dict[str, int] = {}
        self._fills = 0

    def take(self, message: Message) -> list[tuple[float, str]]:
        """What to send, and how many seconds from now."""
        child_id = message.get(11)
        if message.msg_type == "D":
            return self._new(child_id, message)
        if message.msg_type == "H":
            return [(0.0, self._status(child_id, message))]
        if message.msg_type == "F":
            fields: list[tuple[int, str | int]] = [(37, "V"), (11, child_id), (41, message.get(41)), (39, 2)]
            return [(0.0, encode("9", [*fields, (434, 1), (102, 0)]))]
        return []

    def _new(self, child_id: str, message: Message) -> list[tuple[float, str]]:
        qty = int(message.get(38))
        self._log.write(f"D {child_id} {qty}\n")
        self._qty[child_id], self._cum[child_id] = qty, 0
        sent = [(0.0, encode("8", [*self._terms(child_id, message), (17, f"N{child_id}"), (150, 0), (39, 0)]))]
        delay = 0.0
        for part in (qty // 2, qty - qty // 2):
            delay += self._rng.random() * DELAY_S_MAX
            sent.append((delay, self._fill(child_id, message, part)))
        return sent

    def _fill(self, child_id: str, message: Message, qty: int) -> str:
        self._fills += 1
        self._cum[child_id] += qty
        self._log.write(f"F {child_id} X{self._fills} {qty}\n")
        status = 2 if self._cum[child_id] == self._qty[child_id] else 1
        fill: list[tuple[int, str | int]] = [(32, qty), (31, message.get(44)), (851, 1)]
        return encode("8", [*self._terms(child_id, message), (17, f"X{self._fills}"), (150, "F"), (39, status), *fill])

    def _status(self, child_id: str, message: Message) -> str:
        known = child_id in self._qty
        self._log.write(f"H {child_id} {'known' if known else 'unknown'}\n")
        if not known:
            self._qty[child_id] = self._cum[child_id] = 0
        done = self._cum[child_id] == self._qty[child_id]
        status = 8 if not known else 2 if done else 1
        return encode("8", [*self._terms(child_id, message), (17, 0), (150, "I"), (39, status)])

    def _terms(self, child_id: str, message: Message) -> list[tuple[int, str | int]]:
        qty, cum = self._qty[child_id], self._cum[child_id]
        names: list[tuple[int, str | int]] = [(37, f"V{child_id}"), (11, child_id), (55, message.get(55))]
        return [*names, (54, message.get(54)), (38, qty), (14, cum), (151, qty - cum), (6, 0)]


def _end_with_input(inbox: queue.SimpleQueue[FromFix | None]) -> None:
    sys.stdin.read()
    inbox.put(None)


def main(port: int, folder: Path, seed: int) -> None:
    """Serve until standard input ends."""
    inbox: queue.SimpleQueue[FromFix | None] = queue.SimpleQueue()
    threading.Thread(target=_end_with_input, args=[inbox], daemon=True).start()
    session = accepting(port, ROUTER, SenderCompID=OURS)
    fix = FixPort([session], inbox.put, store=folder / "store", quarantine=folder / "quarantine")
    fix.prepare()
    fix.run()
    print("ready", flush=True)
    venue = Venue(folder, seed)
    due: list[tuple[float, str]] = []
    try:
        while True:
            due.sort(key=lambda entry: entry[0])
            while due and due[0][0] <= time.monotonic():
                fix.send(Outgoing(ROUTER, due.pop(0)[1]))
            try:
                item = inbox.get(timeout=max(0.0, due[0][0] - time.monotonic()) if due else None)
            except queue.Empty:
                continue
            if item is None:
                return
            if isinstance(item, Received) and not item.is_admin:
                due += [(time.monotonic() + delay, text) for delay, text in venue.take(decode(item.raw))]
    finally:
        fix.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
