"""Who is let in to QuickFIX, and who is kept outside: by what has come, how long it took, and from where."""

import select
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from router.runtime.fix import front_door
from router.runtime.fix.fix_messages import PortError
from router.runtime.fix.front_door import FrontDoor, Place, logon_length
from support.raw_fix import frame

LOGON = frame("A", [(49, "EMS44"), (56, "SLUICE"), (34, 1), (98, 0), (108, 30)]).encode()
ORDER = frame("D", [(49, "EMS44"), (56, "SLUICE"), (34, 2), (11, "c1")]).encode()


class Street:
    """A door on an ephemeral port, and those who come to it."""

    def __init__(self, stack: ExitStack, **place: frozenset[str]) -> None:
        self._stack = stack
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.door = FrontDoor(Place(host="127.0.0.1", port=self.port, allowed=place))
        stack.callback(self.door.close)
        self.inside: list[tuple[str, bytes]] = []
        self.connections: list[socket.socket] = []
        self.said: list[str] = []

    def come(self, data: bytes = b"") -> socket.socket:
        """Connect, and say `data`."""
        client = self._stack.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=5))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(data)
        return client

    def turn(self) -> None:
        """What comes within a moment is looked at."""
        while select.select([self.door], [], [], 0.05)[0]:
            visitors, said = self.door.turn()
            self.inside += [(visitor.comp_id, visitor.logon) for visitor in visitors]
            self.connections += [self._stack.enter_context(visitor.connection) for visitor in visitors]
            self.said += [text.partition(" closed before its logon: ")[2] for text in said]


@pytest.fixture
def make() -> Iterator[Callable[..., Street]]:
    with ExitStack() as stack:
        yield lambda **place: Street(stack, **place)


def test_a_client_comes_in_with_its_logon_and_what_follows_it_stays_unread(make: Callable[..., Street]) -> None:
    street = make()
    street.come(LOGON + ORDER)

    street.turn()

    assert street.inside == [("EMS44", LOGON)]
    assert street.connections[0].recv(4_096) == ORDER


def test_one_who_says_a_byte_at_a_time_waits_and_others_pass(make: Callable[..., Street]) -> None:
    street = make()
    dawdler = street.come()
    for byte in LOGON[:-1]:
        dawdler.sendall(bytes([byte]))
        street.turn()
    assert street.inside == []

    street.come(LOGON)
    street.turn()
    assert len(street.inside) == 1

    dawdler.sendall(LOGON[-1:])
    street.turn()
    assert street.inside == [("EMS44", LOGON)] * 2
    assert street.said == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GET / HTTP/1.1\r\n", "it does not begin with a Logon(A)"),
        (ORDER, "it does not begin with a Logon(A)"),
        (LOGON.replace(b"10=", b"11="), "it does not begin with a Logon(A)"),
        (b"8=FIX.4.4\x019=99999\x0135=A\x01" + b"x" * 5_000, "no Logon(A) in 4096 bytes"),
    ],
)
def test_what_is_no_logon_is_sent_away(make: Callable[..., Street], data: bytes, why: str) -> None:
    street = make()
    street.come(data)

    street.turn()

    assert street.inside == []
    assert street.said == [why]


def test_one_who_leaves_is_not_worth_a_word(make: Callable[..., Street]) -> None:
    street = make()
    street.come(b"8=FIX").close()

    street.turn()

    assert street.said == []


def test_nobody_waits_for_ever(make: Callable[..., Street], monkeypatch: pytest.MonkeyPatch) -> None:
    street = make()
    street.come(b"8=")
    street.turn()

    monkeypatch.setattr(front_door, "WAIT_S", 0.0)
    street.said = [text.partition(": ")[2] for text in street.door.turn()[1]]

    assert street.said == ["no Logon(A) in 0 s"]


def test_of_too_many_the_one_that_has_waited_longest_goes(
    make: Callable[..., Street], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_door, "WAITING_MAX", 2)
    street = make()
    for _ in range(3):
        street.come(b"8=")
        street.turn()

    assert street.said == ["2 others wait to log on"]


def test_a_client_may_be_held_to_its_addresses(make: Callable[..., Street]) -> None:
    street = make(EMS44=frozenset({"192.0.2.1"}))
    street.come(LOGON)
    street.come(LOGON.replace(b"49=EMS44", b"49=EMS42"))

    street.turn()

    assert [name for name, _ in street.inside] == ["EMS42"]
    assert street.said == ["EMS44 may not come from there (AllowedRemoteAddresses)"]


def test_a_port_in_use_is_named(make: Callable[..., Street]) -> None:
    street = make()

    with pytest.raises(PortError, match=f"cannot listen at 127.0.0.1:{street.port}: "):
        FrontDoor(Place(host="127.0.0.1", port=street.port, allowed={}))


@pytest.mark.parametrize("length", range(len(LOGON) + 1))
def test_a_beginning_of_a_logon_is_never_taken_for_something_else(length: int) -> None:
    said = logon_length(LOGON[:length])

    assert said == len(LOGON) if length >= LOGON.index(b"35=A\x01") + 5 else said in ({None} if not length else {0})
