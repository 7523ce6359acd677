"""The whole shell on loopback, with the tiny engine inside: one process, real sessions, a real journal."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog

from fixspec.codec import decode, encode
from router.core.events import BadRequest, ClientDown, ClientUp, Event, Genesis, NewOrder, Recovered, VenueDown
from router.core.instruments import Instrument
from router.core.outputs import BusinessReject, ClientOutput, ExecReport
from router.core.profiles import EngineConfig, VenueProfile
from router.core.types import OrdType, Side, VenueKind
from router.journal import decode_event, replay
from router.runtime.clock import WallClock
from router.runtime.fix.fix_messages import Outgoing
from router.runtime.fix.fix_venue import FixVenueLink
from router.runtime.journal_file import FILE_NAME, JournalError, JournalFile, JournalReader
from support.fix_peers import Heard, accepting, connecting, running
from support.tiny_engine import POISON, REFUSED, TinyEngine

pytestmark = pytest.mark.fix

CONFIG = EngineConfig(
    instruments=(Instrument("ABC"),),
    venues=(VenueProfile(mic="XFIX", kind=VenueKind.LIT, plugin="fix"),),
    clients=(),
    calendars={},
)
GENESIS = Genesis(instance="S1", config_json="{}")


class PlainGateway:
    """Enough of a gateway: NewOrderSingle(D) in, ExecutionReport(8) and BusinessMessageReject(j) out."""

    def to_event(self, client: str, raw: str) -> Event:
        message = decode(raw)
        if message.msg_type != "D":
            return BadRequest(client=client, msg_type=message.msg_type, text="what?", seq_num=int(message.get(34)))
        return NewOrder(
            client=client,
            cl_ord_id=message.get(11),
            symbol=message.get(55),
            side=Side.BUY,
            qty=int(message.get(38)),
            ord_type=OrdType.LIMIT,
            px=100_000,
            seq_num=int(message.get(34)),
        )

    def to_text(self, output: ClientOutput) -> str:
        if isinstance(output, ExecReport):
            names: list[tuple[int, str | int]] = [(37, output.order_id), (17, output.exec_id)]
            terms: list[tuple[int, str | int]] = [(11, output.cl_ord_id or ""), (55, output.symbol), (54, 1)]
            state: list[tuple[int, str | int]] = [(150, output.exec_type), (39, output.ord_status)]
            return encode("8", [*names, *terms, *state, (151, output.leaves), (14, output.cum_qty), (6, 0)])
        assert isinstance(output, BusinessReject), output
        return _business_reject(output)


def _business_reject(output: BusinessReject) -> str:
    fields: list[tuple[int, str | int]] = [(45, output.ref_seq_num), (372, output.ref_msg_type)]
    return encode("j", [*fields, (380, output.reason), (58, output.text)])


class Desk:
    """A service on a port, with a journal in `folder`."""

    def __init__(self, folder: Path, port: int, venue_port: int) -> None:
        self.folder = folder
        self.sessions = [accepting(port), connecting(venue_port, "SLUICE", theirs="XFIX")]
        self.log = structlog.testing.LogCapture()

    @asynccontextmanager
    async def open(self, engine: Callable[[Genesis], TinyEngine]) -> AsyncIterator[None]:
        """The service, running until the block ends."""
        module = pytest.importorskip("router.runtime.service")
        parts = module.Parts(
            state=self.folder,
            journal=JournalFile(self.folder),
            factory=engine,
            genesis=GENESIS,
            config=CONFIG,
            sessions=self.sessions,
            gateway=PlainGateway(),
            links={"XFIX": FixVenueLink("XFIX", {"ABC": Instrument("ABC")})},
            world=None,
            clock=lambda _: WallClock(),
            start=0,
        )
        bound = structlog.make_filtering_bound_logger(0)
        log = structlog.wrap_logger(None, processors=[self.log], wrapper_class=bound)
        service = module.Service(parts, log)
        ready = asyncio.Event()
        run = asyncio.create_task(service.run(ready.set))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait([run, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        try:
            yield
        finally:
            service.stop()
            await run

    def events(self) -> list[Event]:
        """The journal's inputs."""
        reader = JournalReader(self.folder / FILE_NAME)
        events = [decode_event(line.body) for line in reader.inputs()]
        assert replay(reader.inputs(), reader.outputs(), fresh) is None
        reader.close()
        return events


def fresh(_genesis: Genesis) -> TinyEngine:
    return TinyEngine()


def new_order(cl_ord_id: str, symbol: str = "ABC") -> Outgoing:
    terms: list[tuple[int, str | int]] = [(55, symbol), (54, 1), (60, "20120621-13:30:00"), (38, 100), (40, 2)]
    return Outgoing("SLUICE", encode("D", [(11, cl_ord_id), (21, 1), *terms, (44, "10.00")]))


async def until(heard: Heard, what: Callable[[Heard], object]) -> None:
    await asyncio.to_thread(heard.wait, what)


@pytest.fixture
def ports() -> tuple[int, int]:
    free_port = pytest.importorskip("router.runtime.fix.quickfix_port").free_port
    return free_port(), free_port()


@pytest.fixture
def desk(tmp_path: Path, ports: tuple[int, int]) -> Desk:
    return Desk(tmp_path / "state", *ports)


@pytest.fixture
def client(tmp_path: Path, ports: tuple[int, int]) -> Iterator[tuple[Callable[[Outgoing], None], Heard]]:
    with running(tmp_path / "client", connecting(ports[0]), plays_client=True) as (port, heard):
        yield port.send, heard


def reports(heard: Heard) -> list[tuple[str, str, str]]:
    """(ClOrdID, ExecID, PossResend) of each report heard."""
    return [
        (message.get(11), message.get(17), message.get(97)) for message in heard.messages if message.msg_type == "8"
    ]


Client = tuple[Callable[[Outgoing], None], Heard]


async def test_an_order_is_journaled_and_answered(desk: Desk, client: Client) -> None:
    send, heard = client
    async with desk.open(fresh):
        await until(heard, lambda heard: heard.items)
        send(new_order("one"))
        await until(heard, reports)

    assert reports(heard) == [("one", "S1-E1", "")]
    kinds = [type(event) for event in desk.events()]
    assert kinds == [Genesis, VenueDown, ClientUp, NewOrder]


async def test_a_poisoned_order_is_answered_and_the_next_one_served(desk: Desk, client: Client) -> None:
    send, heard = client
    async with desk.open(fresh):
        await until(heard, lambda heard: heard.items)
        send(new_order("bad", POISON))
        send(new_order("good"))
        await until(heard, reports)

    assert [(message.msg_type, message.get(380)) for message in heard.messages] == [("j", "4"), ("8", "")]
    alarms = [entry.get("text", "") for entry in desk.log.entries]
    assert any("quarantined: ValueError: cannot digest bad" in text for text in alarms)


async def test_after_a_restart_what_was_not_noted_as_sent_is_sent_again_and_says_so(desk: Desk, client: Client) -> None:
    send, heard = client
    async with desk.open(fresh):
        await until(heard, lambda heard: heard.items)
        send(new_order("one"))
        await until(heard, reports)
    journal = JournalFile(desk.folder)
    journal.mark_handed("EMS44", 0, 0)
    journal.close()

    async with desk.open(fresh):
        await until(heard, lambda heard: len(reports(heard)) == 2)

    assert reports(heard) == [("one", "S1-E1", ""), ("one", "S1-E1", "Y")]
    assert [event for event in desk.events() if isinstance(event, Recovered)] != []


async def test_what_the_journal_had_not_taken_in_is_sent_again_by_the_client(desk: Desk, client: Client) -> None:
    send, heard = client

    async with desk.open(fresh):
        await until(heard, lambda heard: heard.items)
        send(new_order("one"))
        await until(heard, reports)
    # As if the journal had never seen the order that the session has counted.
    cut = JournalFile(desk.folder)
    cut._db.execute("DELETE FROM inputs WHERE seq > 2")
    cut._db.execute("DELETE FROM outputs")
    cut._db.execute("DELETE FROM received")
    cut._db.execute("DELETE FROM handed")
    cut.close()

    async with desk.open(fresh):
        await until(heard, lambda heard: len(reports(heard)) == 2)

    orders = [event.cl_ord_id for event in desk.events() if isinstance(event, NewOrder)]
    assert orders == ["one"]


async def test_a_client_that_leaves_is_told_to_the_engine(desk: Desk, tmp_path: Path, ports: tuple[int, int]) -> None:
    async with desk.open(fresh):
        with running(tmp_path / "brief", connecting(ports[0])) as (_, heard):
            await until(heard, lambda heard: heard.items)
        for _ in range(100):
            await asyncio.sleep(0.05)
            reader = JournalReader(desk.folder / FILE_NAME)
            kinds = [line.kind for line in reader.inputs()]
            reader.close()
            if "ClientDown" in kinds:
                break

    assert [type(event) for event in desk.events()][-2:] == [ClientUp, ClientDown]


async def test_the_log_says_who_comes_and_goes_and_what_was_refused(
    desk: Desk, tmp_path: Path, ports: tuple[int, int]
) -> None:
    async with desk.open(fresh):
        with running(tmp_path / "brief", connecting(ports[0]), plays_client=True) as (client, heard):
            await until(heard, lambda heard: heard.items)
            client.send(new_order("good"))
            client.send(new_order("bad", REFUSED))
            await until(heard, lambda heard: len(reports(heard)) == 2)
        for _ in range(100):
            if any(entry["event"] == "client down" for entry in desk.log.entries):
                break
            await asyncio.sleep(0.05)

    assert [entry for entry in desk.log.entries if entry["event"] != "alarm"] == [
        {"event": "client up", "client": "EMS44", "log_level": "info"},
        {"event": "refused", "client": "EMS44", "cl_ord_id": "bad", "text": "not today", "log_level": "warning"},
        {"event": "client down", "client": "EMS44", "log_level": "info"},
    ]


async def test_a_state_directory_in_use_is_refused(desk: Desk) -> None:
    async with desk.open(fresh):
        with pytest.raises(JournalError, match="is in use by process"):
            JournalFile(desk.folder)
