"""`sluice send` at its edges: what it does when the order is over, and when nobody answers."""

import asyncio
from pathlib import Path

import pytest

from fixspec.codec import encode
from router.runtime.fix_messages import Outgoing, PeerUp, Received
from router.runtime.send_command import Client, Endpoint, Ticket

TICKET = Ticket(side="buy", qty="100", symbol="ACME", px=None, strategy=None, params=(), destination=None, tif=None)
ENDPOINT = Endpoint(host="127.0.0.1", port=1, ours="EMS44", theirs="SLUICE", version="FIX.4.4")


@pytest.fixture
def said() -> list[Outgoing]:
    return []


@pytest.fixture
def client(said: list[Outgoing], tmp_path: Path) -> Client:
    return Client(TICKET, ENDPOINT, said.append, tmp_path)


def filled(order: Outgoing) -> Received:
    cl_ord_id = order.text.partition("\x0111=")[2].partition("\x01")[0]
    fields: list[tuple[int, str | int]] = [(37, "O1"), (11, cl_ord_id), (17, "E1"), (150, "F"), (39, "2"), (55, "ACME")]
    fields += [(54, "1"), (38, 100), (32, 100), (31, "40"), (151, 0), (14, 100), (6, "40")]
    return Received("SLUICE", encode("8", fields, "FIX.4.4"))


def test_an_order_that_is_over_is_not_cancelled(client: Client, said: list[Outgoing]) -> None:
    client.take(PeerUp("SLUICE"))
    client.take(filled(said[0]))

    for _ in range(2):
        client.interrupt(asyncio.Event())

    assert (client.exit_code, len(said)) == (0, 1)


def test_a_first_interrupt_cancels_and_a_second_leaves_the_order(client: Client, said: list[Outgoing]) -> None:
    client.take(PeerUp("SLUICE"))

    client.interrupt(asyncio.Event())
    assert (client.exit_code, "\x0135=F\x01" in said[-1].text) == (None, True)
    client.interrupt(asyncio.Event())

    assert (client.exit_code, len(said)) == (1, 2)


@pytest.mark.parametrize(("numbers", "hint"), [(f"{1:020} : {1:020}", False), (f"{7:020} : {9:020}", True)])
def test_no_logon_says_what_may_be_wrong(
    client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str], numbers: str, hint: bool
) -> None:
    (tmp_path / "FIX.4.4-EMS44-SLUICE.seqnums").write_text(numbers)

    client.logon_overdue(asyncio.Event())

    error = capsys.readouterr().err
    assert client.exit_code == 2
    assert error.startswith("no logon with SLUICE at 127.0.0.1:1 in 10 s")
    assert (f"move {tmp_path} away" in error) is hint
