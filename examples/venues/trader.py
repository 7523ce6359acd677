"""Trades at a simulated venue with QuickFIX alone: subscribes, enters, replaces, asks, cancels, prints what it hears.

    sluice venues &
    python examples/venues/trader.py [examples/venues/trader.cfg]

It imports nothing of Sluice: any FIX 4.4 engine can do the same.
"""

import queue
import sys
import time

import quickfix as fix

SYMBOL = "ACME"
PATIENCE_S = 30.0


class Trader(fix.Application):
    """Callbacks run in QuickFIX's threads: they pass text on, and must not let an exception out."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: queue.SimpleQueue[str] = queue.SimpleQueue()

    def onCreate(self, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        """A session is configured."""

    def onLogon(self, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        self.heard.put("35=A\x01")

    def onLogout(self, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        """The session has ended."""

    def toAdmin(self, message: fix.Message, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        """A session message leaves."""

    def fromAdmin(self, message: fix.Message, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        # A Reject(3), or a Logout(5) that says why in Text(58).
        text = message.toString()
        if "\x0135=3\x01" in text or "\x0135=5\x01" in text:
            self.heard.put(text)

    def toApp(self, message: fix.Message, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        """A request leaves."""

    def fromApp(self, message: fix.Message, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        # As text: the message itself is gone when this returns.
        self.heard.put(message.toString())


class Desk:
    """One session, one thing after the other."""

    def __init__(self, trader: Trader, session: fix.SessionID) -> None:
        self._trader = trader
        self._session = session
        self._run = time.time_ns()
        self.bid = ""

    def id(self, name: str) -> str:
        """A ClOrdID(11) that this client has never used."""
        return f"{name}-{self._run}"

    def send(self, msg_type: str, *fields: tuple[int, str]) -> None:
        message = fix.Message()
        message.getHeader().setField(35, msg_type)
        for tag, value in fields:
            message.setField(tag, value)
        fix.Session.sendToTarget(message, self._session)

    def order(self, msg_type: str, *fields: tuple[int, str]) -> None:
        """A message about an order to buy 300."""
        self.send(msg_type, (55, SYMBOL), (54, "1"), (60, now()), *fields)

    def subscribe(self) -> None:
        """Five levels a side and the trades, with updates."""
        message = fix.Message()
        message.getHeader().setField(35, "V")
        for tag, value in ((262, self.id("feed")), (263, "1"), (264, "5"), (265, "1")):
            message.setField(tag, value)
        for count, tag, values in ((267, 269, "012"), (146, 55, [SYMBOL])):
            for value in values:
                entry = fix.Group(count, tag)
                entry.setField(tag, value)
                message.addGroup(entry)
        fix.Session.sendToTarget(message, self._session)

    def until(self, *wanted: str) -> None:
        """Print what comes until a message has all of these fields; remember the best bid on the way."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            text = self._trader.heard.get(timeout=max(0.0, deadline - time.monotonic()))
            print(text.replace("\x01", "|"), flush=True)
            entries = text.split("\x01269=")[1:]
            bids = [entry.split("\x01270=")[1].split("\x01")[0] for entry in entries if entry.startswith("0\x01")]
            self.bid = max([*bids, *([self.bid] if self.bid else [])], key=float, default=self.bid)
            if all(f"{field}\x01" in text for field in wanted):
                return


def now() -> str:
    return time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())


def trade(desk: Desk) -> None:
    """Each kind of request once, and its answer."""
    desk.until("35=A")
    desk.subscribe()
    while not desk.bid:  # the first are said when the market opens
        desk.until(f"262={desk.id('feed')}")
    low = f"{float(desk.bid) * 0.9:.2f}"
    limit = [(38, "300"), (40, "2"), (44, low)]
    desk.order("D", (11, desk.id("a")), *limit)
    desk.until("35=8", f"11={desk.id('a')}", "150=0")
    desk.order("G", (11, desk.id("b")), (41, desk.id("a")), (38, "200"), *limit[1:])
    desk.until("35=8", f"11={desk.id('b')}", "150=5")
    desk.send("H", (11, desk.id("b")), (55, SYMBOL), (54, "1"))
    desk.until("35=8", f"11={desk.id('b')}", "150=I")
    desk.order("F", (11, desk.id("c")), (41, desk.id("b")))
    desk.until("35=8", f"11={desk.id('c')}", "150=4")
    desk.order("D", (11, desk.id("d")), (38, "100"), (40, "1"))
    desk.until("35=8", f"11={desk.id('d')}", "39=2")
    desk.order("D", (11, desk.id("e")), *limit)
    desk.until("35=8", f"11={desk.id('e')}", "150=0")
    desk.send("q", (11, desk.id("f")), (530, "7"), (60, now()))
    desk.until("35=r", f"11={desk.id('f')}", "533=1")
    desk.until("35=8", f"11={desk.id('e')}", "150=4")


def main(config: str) -> int:
    """0 when every request had its answer, 1 when one had none in a minute."""
    settings = fix.SessionSettings(config)
    trader = Trader()
    store = fix.FileStoreFactory(settings)
    # The threaded initiator, and stop() before the end: the others do not survive both from Python.
    initiator = fix.ThreadedSocketInitiator(trader, store, settings)
    initiator.start()
    try:
        trade(Desk(trader, fix.SessionID("FIX.4.4", "TRADER", "XLIT")))
    except queue.Empty:
        return 1
    else:
        return 0
    finally:
        initiator.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "examples/venues/trader.cfg"))
