"""The router is killed (SIGKILL) at random moments of a trading day: nothing accepted is lost, nothing is sent twice.

Real processes: a venue behind FIX that keeps its own log, the router as `sluice run`, and a client on QuickFIX here.
The moments are drawn from SEED; `SLUICE_KILLS` sets how many. Random moments seldom fall between two neighbouring lines
of code, so that the worst of these are tried one by one.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from fixspec.codec import encode
from fixspec.message import Message
from fixspec.values import format_utc_timestamp
from router.journal import replay, verify
from router.runtime.assembly import engine_factory
from router.runtime.fix.fix_messages import Outgoing
from router.runtime.journal_file import FILE_NAME, JournalReader
from router.runtime.plugins import load_algos
from support.fix_peers import Heard, connecting, running

if TYPE_CHECKING:
    from router.runtime.fix.quickfix_port import FixPort

pytestmark = [pytest.mark.fix, pytest.mark.slow]

SEED = 20_121_009
KILLS = int(os.environ.get("SLUICE_KILLS", "20"))
ORDERS_A_LIFE = 8
LIFE_S_MAX = 1.5
QTY = 200
TESTS = Path(__file__).resolve().parent.parent

CLIENTS = '[[client]]\ncomp_id = "EMS44"\n'
RISK = '[default]\ncollar_ppm = "none"\nmax_notional = "none"\nmax_participation_ppm = "none"\n'
VENUES = '[[venues]]\nmic = "XFIX"\nkind = "lit"\nplugin = "fix"\n'
INSTRUMENTS = """\
[[ticks.penny]]
bands = [{ from_px = "0", tick = "0.01" }]

[[instruments]]
symbol = "ABC"
calendar = "ALWAYS"
ticks = "penny"
"""
# A zone in which it is about noon, so that no midnight comes by.
ZONE = f"Etc/GMT{time.gmtime().tm_hour - 12:+d}"
CALENDARS = f"""\
[calendars.ALWAYS]
timezone = "{ZONE}"
weekdays = [1, 2, 3, 4, 5, 6, 7]
open = "00:00"
close = "23:59"
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_settings(home: Path, repo: Path, client_port: int, venue_port: int) -> None:
    config = home / "config"
    (config / "dialects").mkdir(parents=True)
    (config / "dialects" / "standard.toml").write_text((repo / "config/dialects/standard.toml").read_text())
    texts = {"clients": CLIENTS, "risk": RISK, "venues": VENUES, "instruments": INSTRUMENTS, "calendars": CALENDARS}
    for name, text in {**texts, "engine": ""}.items():
        (config / f"{name}.toml").write_text(text)
    shared = "NonStopSession=Y\nSocketNodelay=Y\nSocketReuseAddress=Y\nValidateFieldsHaveValues=N\n"
    checks = "ValidateFieldsOutOfOrder=N\nValidateUserDefinedFields=N\n"
    client = (
        f"TargetCompID=EMS44\nConnectionType=acceptor\nSocketAcceptHost=127.0.0.1\nSocketAcceptPort={client_port}\n"
    )
    venue = (
        "TargetCompID=XFIX\nConnectionType=initiator\nSocketConnectHost=127.0.0.1\n"
        f"SocketConnectPort={venue_port}\nHeartBtInt=10\nReconnectInterval=1\n"
    )
    (home / "sessions.cfg").write_text(
        f"[DEFAULT]\nBeginString=FIX.4.4\nSenderCompID=SLUICE\n{shared}{checks}[SESSION]\n{client}[SESSION]\n{venue}"
    )


@contextmanager
def venue_process(folder: Path, port: int) -> Iterator[None]:
    """The venue; it ends when its standard input closes."""
    folder.mkdir()
    command = [sys.executable, "-m", "support.fix_venue", str(port), str(folder), str(SEED)]
    venue = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(TESTS)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert venue.stdin
    assert venue.stdout
    try:
        assert venue.stdout.readline() == "ready\n"
        yield
    finally:
        venue.stdin.close()
        venue.wait(20)
        venue.stdout.close()


class Router:
    """`sluice run` as a process, started again after each kill; what it says goes to a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    def start(self, *crash: str) -> None:
        """Start it; with (point, times) it kills itself there (`support.crashing_router`)."""
        program = ["-m", "support.crashing_router", *crash] if crash else ["-m", "router.runtime"]
        arguments = ["--config", str(self._folder / "home"), "--state", str(self._folder / "state"), "--market", "none"]
        with (self._folder / "router.log").open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [sys.executable, *program, "run", *arguments],
                env={**os.environ, "PYTHONPATH": str(TESTS)},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line.startswith("ready "), (line, (self._folder / "router.log").read_text()[-2_000:])

    def end(self, how: signal.Signals | None) -> int:
        """End it by a signal, or wait for its own end; the exit status, negative for a signal."""
        assert self._process
        assert self._process.stdout
        if how is not None:
            self._process.send_signal(how)
        code = self._process.wait(30)
        self._process.stdout.close()
        self._process = None
        return code

    def clean(self) -> None:
        if self._process is not None:
            self.end(signal.SIGKILL)


def order_text(cl_ord_id: str) -> str:
    now = format_utc_timestamp(time.time_ns())
    terms: list[tuple[int, str | int]] = [(55, "ABC"), (54, 1), (60, now), (38, QTY), (40, 2), (44, "10.00")]
    return encode("D", [(11, cl_ord_id), (21, 1), *terms, (100, "XFIX")])


def unfinished(heard: Heard, count: int) -> list[str]:
    """Orders that have not ended: filled, or, since they are routed by name, cancelled as they never reached the venue.

    Or refused: the client's session may be up before the venue's is.
    """
    ended = {message.get(11) for message in heard.messages if message.get(39) in {"2", "4", "8"}}
    return [name for name in (f"c{number}" for number in range(1, count + 1)) if name not in ended]


class Floor(NamedTuple):
    """The processes of one test, and the client's side."""

    folder: Path
    router: Router
    client: FixPort
    heard: Heard

    def send(self, first: int, last: int, rng: random.Random) -> None:
        """Orders c<first> to c<last>, at a desk's pace."""
        for number in range(first, last + 1):
            self.client.send(Outgoing("SLUICE", order_text(f"c{number}")))
            time.sleep(rng.random() * 0.05)

    def assert_whole(self, sent: int) -> None:
        """All filled, the router ends well, and client, venue and journal agree."""
        try:
            self.heard.wait(lambda heard: not unfinished(heard, sent), seconds=60)
        except AssertionError:
            log = (self.folder / "router.log").read_text()[-3_000:]
            pytest.fail(f"not ended: {unfinished(self.heard, sent)}; the router's log ends:\n{log}")
        assert self.router.end(signal.SIGTERM) == 0
        filled = check_client(self.heard.messages, sent)
        check_venue((self.folder / "venue" / "venue.log").read_text().splitlines(), filled)
        check_journal(self.folder / "state" / FILE_NAME)


@pytest.fixture
def floor(tmp_path: Path, repo: Path) -> Iterator[Floor]:
    """A venue that runs, a client that connects, and a router yet to be started."""
    client_port, venue_port = free_port(), free_port()
    write_settings(tmp_path / "home", repo, client_port, venue_port)
    router = Router(tmp_path)
    with ExitStack() as stack:
        stack.enter_context(venue_process(tmp_path / "venue", venue_port))
        stack.callback(router.clean)
        session = connecting(client_port)
        client, heard = stack.enter_context(running(tmp_path / "client", session, plays_client=True))
        yield Floor(tmp_path, router, client, heard)


def test_twenty_kills_lose_no_order_and_no_fill_and_send_no_child_twice(floor: Floor) -> None:
    rng = random.Random(SEED)
    sent = 0
    floor.router.start()
    for life in range(1, KILLS + 1):
        floor.heard.wait_up("SLUICE", times=life)
        moment = time.monotonic() + rng.random() * LIFE_S_MAX
        floor.send(sent + 1, sent + ORDERS_A_LIFE, rng)
        sent += ORDERS_A_LIFE
        time.sleep(max(0.0, moment - time.monotonic()))
        floor.router.end(signal.SIGKILL)
        floor.router.start()

    floor.assert_whole(sent)


@pytest.mark.parametrize(
    "point",
    [
        "order-received",
        "fill-received",
        "order-recorded",
        "fill-recorded",
        "child-ready",
        "child-sent",
        "report-ready",
        "report-sent",
    ],
)
def test_the_worst_moments_to_be_killed_lose_nothing_either(floor: Floor, point: str) -> None:
    floor.router.start(point, "2")
    floor.heard.wait_up("SLUICE")
    floor.send(1, ORDERS_A_LIFE, random.Random(SEED))
    assert floor.router.end(None) == -signal.SIGKILL

    floor.router.start()

    floor.assert_whole(ORDERS_A_LIFE)


def check_client(reports: list[Message], sent: int) -> dict[str, int]:
    """Every order under one OrderID(37), and filled whole, or cancelled or refused whole; what was filled, by order.

    An ExecID(17) heard again (PossDup or PossResend) says the same again, and is counted once.
    """
    assert [message.msg_type for message in reports if message.msg_type != "8"] == []
    order_ids: dict[str, set[str]] = defaultdict(set)
    seen: dict[str, tuple[str, str, str]] = {}
    for message in reports:
        content = (message.get(11), message.get(150), message.get(32))
        assert seen.setdefault(message.get(17), content) == content
        order_ids[message.get(11)].add(message.get(37))
    assert {cl_ord_id: len(ids) for cl_ord_id, ids in order_ids.items()} == {f"c{n}": 1 for n in range(1, sent + 1)}
    filled = dict.fromkeys(order_ids, 0)
    for cl_ord_id, exec_type, last_qty in seen.values():
        filled[cl_ord_id] += int(last_qty) if exec_type == "F" else 0
    given_back = {cl_ord_id for cl_ord_id, exec_type, _ in seen.values() if exec_type in {"4", "8"}}
    assert filled == {cl_ord_id: 0 if cl_ord_id in given_back else QTY for cl_ord_id in order_ids}
    assert any(filled.values())
    return filled


def check_venue(lines: list[str], filled: dict[str, int]) -> None:
    """No ClOrdID(11) came twice, and what was traded there is what the client was told."""
    entered = Counter(line.split()[1] for line in lines if line.startswith("D "))
    traded = sum(int(line.split()[3]) for line in lines if line.startswith("F "))
    assert [child_id for child_id, times in entered.items() if times > 1] == []
    assert traded == sum(filled.values())


def check_journal(path: Path) -> None:
    """The chain over all lives holds, and one engine fed with it says the same."""
    reader = JournalReader(path)
    heads = verify(reader.inputs(), reader.outputs())
    assert replay(reader.inputs(), reader.outputs(), engine_factory(load_algos())) is None
    assert heads.inputs != heads.outputs
    reader.close()
