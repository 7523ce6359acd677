"""FIX sessions on loopback: what comes in, what goes out, and what must not bring the process down."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixspec.codec import encode
from router.runtime.fix.fix_messages import Outgoing, PeerDown, PeerUp, Received, field, redacted
from support.fix_peers import Heard, RawClient, accepting, connecting, running

pytestmark = pytest.mark.fix

ORDER: list[tuple[int, str | int]] = [
    (11, "c1"),
    (21, 1),
    (55, "ABC"),
    (54, 1),
    (60, "20120621-13:30:00"),
    (38, 100),
    (40, 2),
    (44, "10.5"),
    (957, 2),
    (958, "Urgency"),
    (959, 14),
    (960, "Low"),
    (958, "StartTime"),
    (959, 19),
    (960, "20120621-13:30:00"),
]


def report(exec_id: str, *more: tuple[int, str | int]) -> str:
    """An execution report with what the dictionary requires."""
    terms: list[tuple[int, str | int]] = [(37, "O1"), (17, exec_id), (150, 0), (39, 0), (55, "ABC"), (54, 1)]
    return encode("8", [*terms, (151, 100), (14, 0), (6, 0), *more])


@pytest.fixture
def port_number() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def raw() -> Iterator[list[RawClient]]:
    """Bare clients that a test opens, closed after it."""
    clients: list[RawClient] = []
    yield clients
    for client in clients:
        client.close()


def test_quickfix_calls_at_our_door_and_nowhere_else(tmp_path: Path, port_number: int) -> None:
    with running(tmp_path, connecting(port_number)):
        told = (tmp_path / "store" / "SLUICE.cfg").read_text(encoding="utf-8")

    assert told.split("[SESSION]")[0].split() == ["[DEFAULT]", "ReconnectInterval=0"]
    assert "SocketConnectHost=127.0.0.1" in told
    assert f"SocketConnectPort={port_number}\n" not in told


def test_an_order_and_its_report_cross_with_their_groups_whole(tmp_path: Path, port_number: int) -> None:
    with (
        running(tmp_path / "desk", accepting(port_number)) as (desk, at_desk),
        running(tmp_path / "client", connecting(port_number)) as (client, at_client),
    ):
        at_client.wait_up("SLUICE")
        client.send(Outgoing("SLUICE", encode("D", ORDER)))
        at_desk.wait(lambda heard: heard.messages)
        desk.send(Outgoing("EMS44", report("E1", *ORDER[8:]), mark=(3, 1)))
        at_client.wait(lambda heard: heard.messages)
    assert desk.handed() == {"EMS44": (3, 1)}
    for message in (at_desk.messages[0], at_client.messages[0]):
        assert [(entry.get(958), entry.get(960)) for entry in message.group(957)] == [
            ("Urgency", "Low"),
            ("StartTime", "20120621-13:30:00"),
        ]
    ends = [item for item in at_desk.items if not isinstance(item, Received)]
    assert ends == [PeerUp("EMS44"), PeerDown("EMS44")]


def test_both_versions_are_served_on_one_port(tmp_path: Path, port_number: int) -> None:
    sessions = accepting(port_number), accepting(port_number, "EMS42", "FIX.4.2")
    with (
        running(tmp_path / "desk", *sessions) as (desk, at_desk),
        running(tmp_path / "new", connecting(port_number)) as (_, at_new),
        running(tmp_path / "old", connecting(port_number, "EMS42", "FIX.4.2")) as (_, at_old),
    ):
        at_new.wait_up("SLUICE")
        at_old.wait_up("SLUICE")
        at_desk.wait_up("EMS42")

        assert desk.logged_on == {"EMS42", "EMS44"}


def test_reports_sent_while_the_client_is_away_reach_it_at_its_next_logon(tmp_path: Path, port_number: int) -> None:
    with running(tmp_path / "desk", accepting(port_number)) as (desk, _):
        desk.send(Outgoing("EMS44", report("E1")))
        with running(tmp_path / "client", connecting(port_number)) as (_, at_client):
            at_client.wait(lambda heard: heard.messages)

            assert [(message.get(17), message.get(43)) for message in at_client.messages] == [("E1", "Y")]


def test_an_order_to_a_venue_that_is_away_is_not_sent_later(tmp_path: Path, port_number: int) -> None:
    ours, venue = connecting(port_number, "DESK", theirs="XFIX"), accepting(port_number, "DESK", SenderCompID="XFIX")
    with running(tmp_path / "desk", ours) as (desk, at_desk):
        desk.send(Outgoing("XFIX", encode("D", ORDER)))
        at_desk.wait(lambda heard: heard.troubles)
        with running(tmp_path / "venue", venue) as (_, at_venue):
            at_desk.wait_up("XFIX")
            desk.send(Outgoing("XFIX", encode("H", [(11, "after"), (55, "ABC"), (54, 1)])))
            at_venue.wait(lambda heard: heard.messages)

            assert [message.get(11) for message in at_venue.messages] == ["after"]
    assert at_desk.troubles[0].startswith("XFIX is not logged on; not sent: 8=FIX.4.4")


@pytest.mark.parametrize("heartbeat", ["-10", "0", "3601"])
def test_a_heartbeat_out_of_bounds_is_refused(
    tmp_path: Path, port_number: int, raw: list[RawClient], heartbeat: str
) -> None:
    with running(tmp_path, accepting(port_number)) as (_, heard):
        raw.append(RawClient(port_number))
        raw[0].logon(heartbeat=heartbeat)
        heard.wait(lambda heard: heard.troubles)
        while raw[0].receive() is not None:
            pass

    assert PeerUp("EMS44") not in heard.items


def test_a_reset_outside_the_schedule_is_refused_and_the_numbers_stand(
    tmp_path: Path, port_number: int, raw: list[RawClient]
) -> None:
    with running(tmp_path, accepting(port_number)) as (_, heard):
        raw.append(RawClient(port_number))
        raw[0].logon()
        raw[0].receive_until("A")
        raw[0].send("D", *ORDER)
        heard.wait(lambda heard: heard.messages)
        raw[0].send("5")
        raw[0].receive_until("5")
        heard.wait(lambda heard: PeerDown("EMS44") in heard.items)

        raw.append(RawClient(port_number))
        raw[1].logon((141, "Y"))
        heard.wait(lambda heard: heard.troubles)
        while raw[1].receive() is not None:
            pass
        raw.append(RawClient(port_number))
        raw[2].number = 4
        raw[2].logon()
        again = raw[2].receive_until("A")

    refusal = "ResetSeqNumFlag(141)=Y is refused outside the schedule: reports could be lost; call the desk"
    assert heard.troubles == [f"EMS44: Logon(A) refused: {refusal}"]
    assert again.get(34) == "3"


@pytest.mark.parametrize(
    "callback", ["created", "logged_on", "to_admin", "from_admin", "to_app", "from_app", "logged_out"]
)
def test_a_failure_in_a_callback_is_quarantined_and_the_sessions_go_on(
    tmp_path: Path, port_number: int, monkeypatch: pytest.MonkeyPatch, callback: str
) -> None:
    module = pytest.importorskip("router.runtime.fix.quickfix_callbacks")
    body = getattr(module.Callbacks, f"_{callback}")
    failed: list[str] = []

    def fail_once(self: object, peer: str, raw: str) -> object:
        if peer == "EMS44" and not failed:
            failed.append(raw)
            raise SystemExit("poison")
        return body(self, peer, raw)

    monkeypatch.setattr(module.Callbacks, f"_{callback}", fail_once)
    with (
        running(tmp_path / "desk", accepting(port_number)) as (desk, at_desk),
        running(tmp_path / "client", connecting(port_number)) as (client, at_client),
    ):
        at_client.wait_up("SLUICE")
        client.send(Outgoing("SLUICE", encode("D", ORDER)))
        client.send(Outgoing("SLUICE", encode("D", [(11, "c2"), *ORDER[1:]])))
        at_desk.wait(lambda heard: any(message.get(11) == "c2" for message in heard.messages))
        desk.send(Outgoing("EMS44", report("E1")))
        desk.send(Outgoing("EMS44", report("E2")))
        at_client.wait(lambda heard: any(message.get(17) == "E2" for message in heard.messages))

    name = "".join(part if at == 0 else part.title() for at, part in enumerate(callback.split("_")))
    name = {"created": "onCreate", "loggedOn": "onLogon", "loggedOut": "onLogout"}.get(name, name)
    troubles = [text for text in at_desk.troubles if f"{name} failed (SystemExit: poison)" in text]
    assert len(troubles) == 1
    saved = list((tmp_path / "desk" / "quarantine").iterdir())
    assert [path.read_text() for path in saved] == failed
    if callback == "from_app":
        rejects = [message for message in at_client.messages if message.msg_type == "j"]
        assert [(message.get(372), message.get(380)) for message in rejects] == [("D", "4")]


def test_a_message_type_that_no_dictionary_knows_is_a_business_reject(
    tmp_path: Path, port_number: int, raw: list[RawClient]
) -> None:
    with running(tmp_path, accepting(port_number)):
        raw.append(RawClient(port_number))
        raw[0].logon()
        raw[0].send("UXX", (11, "u1"))
        reject = raw[0].receive_until("j")

    fields = {tag: reject.get(tag) for tag in (45, 371, 372, 373, 380, 58)}
    assert fields == {45: "2", 371: "", 372: "UXX", 373: "", 380: "3", 58: "MsgType(35) UXX is not supported"}


def test_a_clients_business_reject_is_an_alarm_and_not_passed_on(
    tmp_path: Path, port_number: int, raw: list[RawClient]
) -> None:
    with running(tmp_path, accepting(port_number)) as (_, heard):
        raw.append(RawClient(port_number))
        raw[0].logon()
        raw[0].send("j", (45, 7), (372, "8"), (380, 0), (58, "what?"))
        heard.wait(lambda heard: heard.troubles)

    assert heard.troubles == ["EMS44 sent a BusinessMessageReject(j) of our 8 7: what?"]
    assert heard.messages == []


def test_a_logout_that_says_why_is_an_alarm_and_one_that_closes_is_not(
    tmp_path: Path, port_number: int, raw: list[RawClient]
) -> None:
    with running(tmp_path, accepting(port_number)) as (_, heard):
        for at, words in enumerate([[], [(58, "closing")], [(58, "see you on Monday")]]):
            raw.append(RawClient(port_number))
            raw[at].number = 2 * at + 1
            raw[at].logon()
            raw[at].receive_until("A")
            raw[at].send("5", *words)
            raw[at].receive_until("5")
        heard.wait(lambda heard: heard.items.count(PeerDown("EMS44")) == 3)

    assert heard.troubles == ["EMS44 logs out: see you on Monday"]


def test_a_venue_that_refuses_our_numbers_is_an_alarm_on_both_sides(tmp_path: Path, port_number: int) -> None:
    ours, venue = connecting(port_number, "DESK", theirs="XFIX"), accepting(port_number, "DESK", SenderCompID="XFIX")
    with running(tmp_path / "venue", venue) as (_, at_venue):
        with running(tmp_path / "desk", ours) as (_, at_desk):
            at_desk.wait_up("XFIX")
        at_venue.wait(lambda heard: PeerDown("DESK") in heard.items)
        assert at_venue.troubles == []
        with running(tmp_path / "desk-without-its-store", ours) as (_, at_desk):
            at_desk.wait(lambda heard: heard.troubles)

    assert at_desk.troubles[0] == "XFIX logs out: MsgSeqNum too low, expecting 3 but received 1"
    assert at_venue.troubles[0] == "DESK is logged out by us: MsgSeqNum too low, expecting 3 but received 1"


def test_a_lowered_number_makes_the_peer_send_again(tmp_path: Path, port_number: int) -> None:
    with running(tmp_path / "client", connecting(port_number), plays_client=True) as (client, at_client):
        with running(tmp_path / "desk", accepting(port_number)) as (_, at_desk):
            at_client.wait_up("SLUICE")
            client.send(Outgoing("SLUICE", encode("D", ORDER)))
            at_desk.wait(lambda heard: heard.messages)
        number = int(at_desk.messages[0].get(34) or 0)

        module = pytest.importorskip("router.runtime.fix.quickfix_port")
        heard = Heard()
        desk = module.FixPort([accepting(port_number)], heard, store=tmp_path / "desk" / "store", quarantine=tmp_path)
        desk.prepare()
        assert not desk.expect_from("EMS44", number + 10)
        assert desk.expect_from("EMS44", number)
        desk.run()
        try:
            heard.wait(lambda heard: heard.messages)
        finally:
            desk.stop()

    assert [(message.get(11), message.get(43)) for message in heard.messages] == [("c1", "Y")]


def test_a_listener_hears_loopback_only(tmp_path: Path, port_number: int) -> None:
    with running(tmp_path, accepting(port_number)):
        listeners = subprocess.run(
            ["ss", "-Hltn", f"sport = :{port_number}"], capture_output=True, text=True, check=True
        )

    assert [line.split()[3] for line in listeners.stdout.splitlines()] == [f"127.0.0.1:{port_number}"]


def test_passwords_do_not_leave_the_process() -> None:
    raw = encode("A", [(98, 0), (108, 10), (95, 5), (96, "a\x01554"), (553, "me"), (554, "secret"), (925, "newer")])

    assert "secret" not in redacted(raw)
    assert "newer" not in redacted(raw)
    assert "a\x01554" not in redacted(raw)
    assert field(redacted(raw), 553) == "me"


def test_the_process_leaves_cleanly_after_a_stop(tmp_path: Path, port_number: int) -> None:
    code = (
        "import sys, pathlib\n"
        "from support.fix_peers import accepting, running\n"
        "with running(pathlib.Path(sys.argv[1]), accepting(int(sys.argv[2]))):\n    pass\n"
    )
    path = Path(__file__).resolve().parents[3]

    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(port_number)], env={"PYTHONPATH": str(path)}, check=False
    )

    assert done.returncode == 0
