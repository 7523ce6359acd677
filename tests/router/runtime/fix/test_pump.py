"""QuickFIX's polled engines: a venue that comes and goes, a client that takes its time, and nothing left behind."""

import gc
import os
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from fixspec.codec import encode
from router.runtime.fix.fix_messages import Outgoing, PeerDown, PeerUp
from router.runtime.fix.pump import connected
from support.fix_peers import PATIENCE_S, Heard, RawClient, accepting, connecting, running
from support.raw_fix import RawFix

pytestmark = pytest.mark.fix

REPORTS = 5_000
"""Reports of 250 bytes: more than a client's socket is given to hold."""


class RawVenue(RawClient):
    """The acceptor's side of one connection, answered by hand."""

    def __init__(self, listener: socket.socket) -> None:
        self._ours, self._theirs, self._version, self.number, self._buffer = "XFIX", "DESK", "FIX.4.4", 1, ""
        self._socket, _ = listener.accept()
        self._socket.settimeout(PATIENCE_S)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE_S)
        yield listener


@pytest.fixture
def port_number() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def report(number: int) -> str:
    terms: list[tuple[int, str | int]] = [(37, "O1"), (17, f"E{number}"), (150, 0), (39, 0), (55, "ABC"), (54, 1)]
    return encode("8", [*terms, (151, 100), (14, 0), (6, 0), (58, "x" * 150)])


def has_lost(times: int, heard: Heard) -> bool:
    return heard.items.count(PeerDown("XFIX")) == times


def test_a_venue_that_drops_its_connection_is_called_again_with_the_numbers_of_before(
    tmp_path: Path, listener: socket.socket
) -> None:
    number = int(listener.getsockname()[1])
    with running(tmp_path, connecting(number, "DESK", theirs="XFIX")) as (_, heard):
        seen = []
        for times in range(1, 4):
            venue = RawVenue(listener)
            venue.number = times
            logon = venue.receive_until("A")
            venue.logon()
            heard.wait_up("XFIX", times)
            venue.close()
            heard.wait(partial(has_lost, times))
            seen.append(logon.get(34))

    assert seen == ["1", "2", "3"]
    assert heard.items == [PeerUp("XFIX"), PeerDown("XFIX")] * 3


def test_a_venue_that_refuses_the_connection_is_called_until_it_is_there(tmp_path: Path, port_number: int) -> None:
    with running(tmp_path / "desk", connecting(port_number)) as (_, at_desk):
        for part in ("first", "second"):
            with running(tmp_path / "venue", accepting(port_number)):
                at_desk.wait_up("SLUICE", 1 if part == "first" else 2)

    assert at_desk.items == [PeerUp("SLUICE"), PeerDown("SLUICE")] * 2


def test_what_a_slow_reader_asks_for_again_reaches_it_whole_and_in_order(tmp_path: Path, port_number: int) -> None:
    with running(tmp_path, accepting(port_number)) as (desk, heard):
        client = RawFix(port_number, receive_buffer=16_384)
        client.logon()
        heard.wait_up("EMS44")
        for number in range(REPORTS):
            desk.send(Outgoing("EMS44", report(number)))
        got = [client.receive_message() for _ in range(REPORTS + 1)]
        client.send("2", (7, 2), (16, 0))
        again = [client.receive_message() for _ in range(REPORTS)]
        client.close()

    assert [message.get(17) for message in got[1:]] == [f"E{number}" for number in range(REPORTS)]
    assert [(message.get(34), message.get(43)) for message in again] == [
        (str(number + 2), "Y") for number in range(REPORTS)
    ]


def test_a_port_leaves_no_descriptor_and_no_session_behind(tmp_path: Path, port_number: int) -> None:
    fix = pytest.importorskip("quickfix")

    def once(name: str) -> None:
        with (
            running(tmp_path / name, accepting(port_number)) as (_, at_desk),
            running(tmp_path / f"{name}-client", connecting(port_number)),
        ):
            at_desk.wait_up("EMS44")
            refused = RawClient(port_number, ours="EMS42")
            refused.logon()
            assert refused.receive() is None
            refused.close()

    once("warm")
    gc.collect()
    before = sorted(os.listdir("/proc/self/fd"))  # noqa: PTH208 - as names

    for number in range(5):
        once(str(number))

    gc.collect()
    assert sorted(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - as names
    assert fix.Session.numSessions() == 0


def test_two_connections_of_one_client_are_one_session(tmp_path: Path, port_number: int) -> None:
    heard = Heard()
    with running(tmp_path, accepting(port_number), heard=heard) as (desk, _):
        first = RawClient(port_number)
        first.logon()
        first.receive_until("A")
        heard.wait_up("EMS44")
        second = RawClient(port_number)
        second.logon()
        assert second.receive() is None
        desk.send(Outgoing("EMS44", report(1)))

        assert first.receive_until("8").get(17) == "E1"
        first.close()
        second.close()


def test_a_connection_is_known_by_both_ends(listener: socket.socket) -> None:
    """The kernel gives one local port twice where the peers are different: a venue's line was taken for QuickFIX's."""
    with socket.create_server(("127.0.0.1", 0)) as other, socket.socket() as first, socket.socket() as second:
        for line in (first, second):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        first.bind(("127.0.0.1", 0))
        first.connect(other.getsockname())
        second.bind(first.getsockname())
        second.connect(listener.getsockname())

        found = [connected(second.getsockname(), peer.getsockname()) for peer in (listener, other)]

        assert found == [second.fileno(), first.fileno()]
        assert connected(listener.getsockname(), other.getsockname()) is None
