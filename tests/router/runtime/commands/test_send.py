"""`sluice send` at its edges: what it does when the order is over, and when nobody answers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from fixspec.codec import encode
from router.runtime.commands.send_command import Client, Endpoint, Ticket
from router.runtime.fix.fix_messages import Outgoing, PeerDown, PeerUp, Received

TICKET = Ticket(side="buy", qty="100", symbol="ACME", px=None, strategy=None, params=(), destination=None, tif=None)
ENDPOINT = Endpoint(host="127.0.0.1", port=1, ours="EMS44", theirs="SLUICE", version="FIX.4.4")


@pytest.fixture
def said() -> list[Outgoing]:
    return []


@pytest.fixture
def later() -> list[tuple[float, Callable[[], None]]]:
    """What is to be called back, and after how many seconds."""
    return []


@pytest.fixture
def client(said: list[Outgoing], later: list[tuple[float, Callable[[], None]]], tmp_path: Path) -> Client:
    return Client(TICKET, ENDPOINT, said.append, tmp_path, lambda *asked: later.append(asked))


def pending(order: Outgoing) -> Received:
    return report(order, [(150, "6"), (39, "6"), (151, 100), (14, 0), (6, "0")])


def filled(order: Outgoing) -> Received:
    return report(order, [(150, "F"), (39, "2"), (32, 100), (31, "40"), (151, 0), (14, 100), (6, "40")])


def report(order: Outgoing, fields: list[tuple[int, str | int]]) -> Received:
    cl_ord_id = order.text.partition("\x0111=")[2].partition("\x01")[0]
    plain: list[tuple[int, str | int]] = [(37, "O1"), (11, cl_ord_id), (17, "E1"), (55, "ACME"), (54, "1"), (38, 100)]
    return Received("SLUICE", encode("8", [*plain, *fields], "FIX.4.4"))


def order(**typed: str) -> list[tuple[int, str | int]]:
    """What a ticket adds to, or changes in, the plainest order."""
    plain = TICKET.fields("A1", 0)
    return [field for field in replace(TICKET, **typed).fields("A1", 0) if field not in plain]


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"px": "40.00"}, [(40, "2"), (44, "40.00")]),
        ({"ord_type": "pegged", "px": "40", "exec_inst": "M"}, [(40, "P"), (44, "40"), (18, "M")]),
        ({"ord_type": "pegged", "exec_inst": "1 R"}, [(40, "P"), (18, "1 R")]),
        ({"ord_type": "market", "px": "40"}, [(44, "40")]),
        ({"expire": "20260320"}, [(59, "6"), (432, "20260320")]),
        ({"expire": "20260320-20:00:00"}, [(59, "6"), (126, "20260320-20:00:00")]),
        ({"expire": "20260320", "tif": "1"}, [(59, "1"), (432, "20260320")]),
        ({"account": "ACC1", "display": "100", "min_qty": "50"}, [(1, "ACC1"), (111, "100"), (110, "50")]),
        ({"side": "short-exempt"}, [(54, "6")]),
    ],
)
def test_an_order_is_written_as_it_was_typed(
    typed: dict[str, str], fields: list[tuple[int, str | int]], tmp_path: Path
) -> None:
    assert order(**typed) == fields
    sent: list[Outgoing] = []
    Client(replace(TICKET, **typed), ENDPOINT, sent.append, tmp_path, lambda *_: None).take(PeerUp("SLUICE"))
    assert sent[0].text.startswith("8=FIX.4.4\x01")


def test_an_order_that_is_over_is_not_cancelled(client: Client, said: list[Outgoing]) -> None:
    client.take(PeerUp("SLUICE"))
    client.take(filled(said[0]))

    for _ in range(2):
        client.interrupt(130)

    assert (client.exit_code, len(said)) == (0, 1)


def test_a_first_interrupt_cancels_and_a_second_leaves_the_order(client: Client, said: list[Outgoing]) -> None:
    client.take(PeerUp("SLUICE"))

    client.interrupt(130)
    assert (client.exit_code, "\x0135=F\x01" in said[-1].text) == (None, True)
    client.interrupt(143)

    assert (client.exit_code, len(said)) == (143, 2)


def test_told_to_stop_before_a_logon_it_stops_and_says_that_nothing_was_sent(
    client: Client, said: list[Outgoing], capsys: pytest.CaptureFixture[str]
) -> None:
    client.interrupt(143)

    assert (client.exit_code, said) == (143, [])
    assert capsys.readouterr().err == "stopped before a logon with SLUICE at 127.0.0.1:1: nothing was sent\n"


def test_told_to_stop_without_a_session_it_leaves_the_order_at_once(
    client: Client, said: list[Outgoing], capsys: pytest.CaptureFixture[str]
) -> None:
    """No router hears the cancel; waiting would hold the CompID when one comes back."""
    client.take(PeerUp("SLUICE"))
    client.take(PeerDown("SLUICE"))

    client.interrupt(143)

    assert (client.exit_code, len(said)) == (143, 1)
    assert " may still be working: no session with SLUICE at 127.0.0.1:1\n" in capsys.readouterr().err


@pytest.mark.parametrize(("answered", "exit_code"), [(False, 143), (True, None)])
def test_a_cancel_that_nobody_answers_is_not_waited_for(
    client: Client,
    said: list[Outgoing],
    later: list[tuple[float, Callable[[], None]]],
    answered: bool,
    exit_code: int | None,
) -> None:
    client.take(PeerUp("SLUICE"))
    client.interrupt(143)
    if answered:
        client.take(pending(said[0]))

    ((seconds, overdue),) = later
    overdue()

    assert (seconds, client.exit_code) == (10, exit_code)


@pytest.mark.parametrize(("back", "exit_code"), [(False, 2), (True, None)])
def test_a_router_that_was_lost_is_waited_for_so_long_and_no_longer(
    client: Client, later: list[tuple[float, Callable[[], None]]], back: bool, exit_code: int | None
) -> None:
    client.take(PeerUp("SLUICE"))
    client.take(PeerDown("SLUICE"))
    if back:
        client.take(PeerUp("SLUICE"))

    ((seconds, overdue),) = later
    overdue()

    assert (seconds, client.exit_code) == (300, exit_code)


@pytest.mark.parametrize(("numbers", "hint"), [(f"{1:020} : {1:020}", False), (f"{7:020} : {9:020}", True)])
def test_no_logon_says_what_may_be_wrong(
    client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str], numbers: str, hint: bool
) -> None:
    (tmp_path / "FIX.4.4-EMS44-SLUICE.seqnums").write_text(numbers)

    client.logon_overdue()

    error = capsys.readouterr().err
    assert client.exit_code == 2
    assert error.startswith("no logon with SLUICE at 127.0.0.1:1 in 10 s")
    assert (f"move {tmp_path} away" in error) is hint
