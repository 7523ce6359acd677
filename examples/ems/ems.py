"""A client of Sluice on QuickFIX: logs on, sends one order, prints its reports, ends when the order does.

    python examples/ems/ems.py [examples/ems/ems.cfg]

It imports nothing of Sluice: any FIX 4.4 engine can do the same.
"""

import sys
import threading
import time

import quickfix as fix

ENDED = frozenset("2348C")  # OrdStatus(39): filled, done for day, canceled, rejected, expired
PATIENCE_S = 600.0


class Ems(fix.Application):
    """Callbacks run in QuickFIX's threads: they copy what they need, and must not let an exception out."""

    def __init__(self) -> None:
        super().__init__()
        self.logged_on = threading.Event()
        self.ended = threading.Event()

    def onCreate(self, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        """A session is configured."""

    def onLogon(self, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        self.logged_on.set()

    def onLogout(self, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        self.logged_on.clear()

    def toAdmin(self, message: fix.Message, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        """Logon(A), Heartbeat(0) and the like leave: the place for Username(553)."""

    def fromAdmin(self, message: fix.Message, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        """The same come in; a Logout(5) says why in Text(58), such as a MsgSeqNum(34) that was too low."""
        text = message.toString()
        if "\x0135=5\x01" in text:
            print(text.replace("\x01", "|"), file=sys.stderr, flush=True)

    def toApp(self, message: fix.Message, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        """An order leaves."""

    def fromApp(self, message: fix.Message, session: fix.SessionID) -> None:  # noqa: N802 - named by QuickFIX
        # As text: the message itself is gone when this returns.
        text = message.toString()
        print(text.replace("\x01", "|"), flush=True)
        fields = dict(field.split("=", 1) for field in text.split("\x01") if field)
        if fields.get("35") == "j" or fields.get("39") in ENDED:
            self.ended.set()


def new_order() -> fix.Message:
    """Buy 2,000 ACME as a tenth of the volume: NewOrderSingle(D) with TargetStrategy(847)=2, POV."""
    message = fix.Message()
    message.getHeader().setField(fix.MsgType("D"))
    message.setField(fix.ClOrdID(f"EMS-{time.time_ns()}"))
    message.setField(fix.HandlInst("1"))
    message.setField(fix.Symbol("ACME"))
    message.setField(fix.Side("1"))
    message.setField(fix.TransactTime())
    message.setField(fix.OrderQty(2_000))
    message.setField(fix.OrdType("1"))
    message.setField(fix.StringField(847, "2"))
    message.setField(fix.StringField(849, "0.1"))
    return message


def main(config: str) -> int:
    """Send the order; 0 when it ended, 1 when it did not in ten minutes."""
    settings = fix.SessionSettings(config)
    ems = Ems()
    store = fix.FileStoreFactory(settings)
    # The threaded initiator, and stop() before the end: the others do not survive both from Python.
    initiator = fix.ThreadedSocketInitiator(ems, store, settings)
    initiator.start()
    try:
        if not ems.logged_on.wait(PATIENCE_S):
            return 1
        fix.Session.sendToTarget(new_order(), fix.SessionID("FIX.4.4", "EMS44", "SLUICE"))
        return 0 if ems.ended.wait(PATIENCE_S) else 1
    finally:
        initiator.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "examples/ems/ems.cfg"))
