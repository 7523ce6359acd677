"""`sluice venues` as a process: sessions, what a client missed, what becomes of its orders, and a clean end."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixspec.message import Message
from support.live_router import run_sluice
from support.live_venues import LiveVenues, live_venues
from support.raw_fix import Field, RawFix

pytestmark = [pytest.mark.fix, pytest.mark.slow]

TERMS: list[Field] = [(55, "ACME"), (54, 1), (60, "20260316-13:30:00"), (38, 300), (40, 2)]


@pytest.fixture
def venues(tmp_path: Path) -> Iterator[LiveVenues]:
    """At twenty times the wall's speed, ended by Ctrl-C."""
    with live_venues(tmp_path, "--speed", "20") as venues:
        yield venues
        assert venues.stop() == 0


def report(client: RawFix, exec_type: str) -> Message:
    """The next report of this ExecType(150)."""
    while (message := client.receive_until("8")).get(150) != exec_type:
        assert message.get(39) != "8", message
    return message


def enter(client: RawFix, cl_ord_id: str, px: str = "37.00") -> Message:
    """The acceptance of an order that rests, once the venue trades: before, it would wait for the opening auction."""
    for attempt in range(200):
        client.send("D", (11, f"{cl_ord_id}-probe-{attempt}"), *TERMS, (44, px), (59, 3))
        message = client.receive_until("8")
        if message.get(150) == "0":
            break
        assert "TimeInForce(59)=3" in message.get(58), message
        time.sleep(0.02)
    else:
        raise AssertionError("the venue does not open")
    report(client, "4")
    client.send("D", (11, cl_ord_id), *TERMS, (44, px))
    return client.receive_until("8")


def test_two_clients_of_a_venue_each_hear_of_their_own_orders(venues: LiveVenues) -> None:
    trader, router = venues.connect(), venues.connect(ours="SLUICE")
    mine, theirs = enter(trader, "t"), enter(router, "r")

    router.send("F", (11, "c"), (41, mine.get(11)), (55, "ACME"), (54, 1), (60, "20260316-13:30:00"))
    refused = router.receive_until("9")
    trader.send("q", (11, "q"), (530, 7), (60, "20260316-13:30:00"))
    count, ended = trader.receive_until("r"), report(trader, "4")
    router.send("H", (11, theirs.get(11)), (55, "ACME"), (54, 1))
    standing = report(router, "I")
    for client in (trader, router):
        client.close()

    assert (refused.get(39), refused.get(102)) == ("8", "1")
    assert (count.get(533), ended.get(11), ended.get(39)) == ("1", mine.get(11), "4")
    assert (standing.get(39), standing.get(151)) == ("0", "300")
    assert (20111 in mine, 20111 in theirs) == (False, True)


def test_a_client_that_was_away_is_resent_the_reports_that_it_missed_and_no_market_data(venues: LiveVenues) -> None:
    client = venues.connect(ours="SLUICE")
    resting = enter(client, "a")
    client.send("V", (262, "m"), (263, 1), (264, 0), (265, 1), (267, 1), (269, 0), (146, 1), (55, "ACME"))
    client.receive_until("X")
    # The cancel goes out, and the connection with it: the answer comes when nobody listens, before another's does.
    client.send("F", (11, "c"), (41, resting.get(11)), (55, "ACME"), (54, 1), (60, "20260316-13:30:00"))
    client.close()
    while '"client down"' not in venues.log():
        time.sleep(0.01)
    trader = venues.connect()
    enter(trader, "t")
    trader.close()

    again = RawFix(venues.ports["XLIT"], ours="SLUICE", theirs="XLIT")
    again.number = client.number
    again.logon(heartbeat=600)
    logon = again.receive_until("A")
    again.send("2", (7, 1), (16, 0))
    kinds, missed = [], None
    while missed is None or missed.get(11) != "c":
        message = again.receive_message()
        kinds.append(message.msg_type)
        missed = message if message.msg_type == "8" else missed
    again.close()

    assert int(logon.get(34)) > 3
    assert (missed.get(11), missed.get(43)) == ("c", "Y")
    assert set(kinds) <= {"8", "4"}


def test_orders_of_a_client_who_agreed_to_it_end_with_its_session(venues: LiveVenues) -> None:
    trader, router = venues.connect(), venues.connect(ours="SLUICE")
    resting, other = enter(trader, "t"), enter(router, "r")
    trader.send("5")
    trader.receive_until("5")
    trader.close()

    again = venues.connect(number=trader.number)
    asked = time.monotonic()
    status = ""
    while status != "4" and time.monotonic() < asked + 10:
        again.send("H", (11, resting.get(11)), (55, "ACME"), (54, 1))
        status = report(again, "I").get(39)
    router.send("H", (11, other.get(11)), (55, "ACME"), (54, 1))
    standing = report(router, "I")
    for client in (again, router):
        client.close()

    assert (status, standing.get(39)) == ("4", "0")


def test_sigterm_ends_them_cleanly_with_clients_logged_on(tmp_path: Path) -> None:
    with live_venues(tmp_path) as venues:
        client = venues.connect()

        status = venues.stop(signal.SIGTERM)

    assert status == 0
    assert venues.log().splitlines()[-1].count('"stopped"') == 1
    client.close()


def test_what_cannot_be_simulated_is_refused_in_a_line(tmp_path: Path) -> None:
    refused = [
        run_sluice("venues", "--state", str(tmp_path / "state"), *options)
        for options in (["--market", "none"], ["--market", "synthetic:1", "--speed", "0"], ["--market", "moon:1"])
    ]

    assert [each.returncode for each in refused] == [1, 2, 1]
    assert [each.stderr.splitlines()[-1][:60] for each in refused] == [
        "Error: --market none: there is nothing to simulate",
        "Error: Invalid value for '--speed': 0.0 is not in the range ",
        "Error: market 'moon:1': not synthetic:SEED[:ACTIVITY], lobst",
    ]
