"""The demonstration's EMS against an acceptor that says what the test wants it to hear."""

import re
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from router.runtime.commands.send_command import Ticket
from router.runtime.demo.demo_ems import LOG_NAME, Change, Complaint, Connect, Ems, Heard, Said, Send, Stop, Up
from router.runtime.fix.fix_messages import Outgoing
from support.fix_peers import PATIENCE_S, accepting, running

pytestmark = pytest.mark.fix

TICKET = Ticket(
    side="sell",
    qty="800",
    symbol="ACME",
    px=None,
    strategy="TWAP",
    params=(("Urgency", "Low"),),
    destination=None,
    tif=None,
)


class Desk:
    """An EMS that is logged on to a router played by the test."""

    def __init__(self, path: Path) -> None:
        from router.runtime.fix.quickfix_port import free_port  # noqa: PLC0415 - skipped tests must collect without QuickFIX

        self.said = BytesIO()
        self.number = free_port()
        self._peers = running(path / "router", accepting(self.number))
        self.port, self.heard = self._peers.__enter__()
        self.ems = Ems(path / "ems", self.said)
        self.ems.obey(Connect(self.number))
        self.heard.wait_up("EMS44")
        self.words(1)  # the EMS knows it, too: what it is told to send before is not sent

    def words(self, count: int) -> list[Said]:
        """What the EMS has said, once that is `count` words."""
        for _ in range(int(PATIENCE_S / 0.01)):
            lines = self.said.getvalue().splitlines()
            if len(lines) >= count:
                break
            time.sleep(0.01)
        return [msgspec.json.decode(line, type=Said) for line in lines]

    def close(self) -> None:
        self.ems.close()
        self._peers.__exit__(None, None, None)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def test_it_sends_what_it_is_told_and_logs_it(desk: Desk, tmp_path: Path) -> None:
    desk.ems.obey(Send("A1", TICKET))
    desk.ems.obey(Change("A2", "A1", TICKET, qty=500))
    desk.ems.obey(Change("A3", "A2", TICKET))
    desk.heard.wait(lambda heard: len(heard.messages) == 3)

    told = [[message.get(tag) for tag in (35, 11, 41, 54, 38, 20001)] for message in desk.heard.messages]
    assert told == [
        ["D", "A1", "", "2", "800", "TWAP"],
        ["G", "A2", "A1", "2", "500", ""],
        ["F", "A3", "A2", "2", "800", ""],
    ]
    log = (tmp_path / "ems" / LOG_NAME).read_text()
    assert re.findall(r" sent 8=FIX\.4\.4\|9=[0-9]+\|35=([DFG])\|", log) == ["D", "G", "F"]


def test_it_tells_what_it_hears_in_the_reports_own_text(desk: Desk) -> None:
    fields = "150=F|39=1|37=O1|11=A1|17=E1|55=ACME|54=2|14=300|151=500|6=40.0025|32=300|31=40.0025|58=well"
    desk.port.send(Outgoing("EMS44", f"8=FIX.4.4|9=0|35=8|{fields}|10=000|".replace("|", "\x01")))
    refusal = "37=O1|11=A2|41=A1|39=1|434=2|102=0|58=no"
    desk.port.send(Outgoing("EMS44", f"8=FIX.4.4|9=0|35=9|{refusal}|10=000|".replace("|", "\x01")))

    assert desk.words(3) == [
        Up(),
        Heard(
            order_id="O1",
            cl_ord_id="A1",
            exec_type="F",
            ord_status="1",
            cum_qty="300",
            avg_px="40.0025",
            last_qty="300",
            last_px="40.0025",
            text="well",
            exec_id="E1",
        ),
        Complaint("35=9 for A2: no"),
    ]


def test_it_ends_when_told_to(desk: Desk) -> None:
    assert not desk.ems.obey(Stop())
