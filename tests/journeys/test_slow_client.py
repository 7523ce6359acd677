"""Clients that dawdle, on purpose or not: what they do is felt by themselves, and by nobody else.

Time is a poor witness on a shared machine, so that what is asserted is order (a round trip is over while the dawdlers
are still at it) and a bound a hundred times what a round trip takes.
"""

from __future__ import annotations

import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.live_router import NEVER_S, LiveRouter, Trader, live_router
from support.raw_fix import RawFix, frame

pytestmark = [pytest.mark.fix, pytest.mark.slow]

ROUND_TRIPS = 50
MEDIAN_S_MAX = 0.25
"""A round trip takes about 2 ms; QuickFIX's plain acceptor kept everybody waiting for ten seconds (1.16, measured)."""
FLOOD = 10_000
"""Status requests whose answers nobody reads: 2 MB of them, more than the socket buffers take."""
PATIENCE_S = 30


@pytest.fixture
def router(tmp_path: Path) -> Iterator[LiveRouter]:
    with live_router(tmp_path) as router:
        yield router
        assert router.stop() == 0
        router.check()


@pytest.fixture
def trader(router: LiveRouter) -> Iterator[Trader]:
    client = router.connect()
    yield Trader(client, "T")
    client.close()


def round_trips(trader: Trader) -> list[float]:
    """Seconds that each of some status requests took."""
    took = []
    for _ in range(ROUND_TRIPS):
        begun = time.monotonic()
        assert trader.until_status() == []
        took.append(time.monotonic() - begun)
    return took


@pytest.mark.parametrize("dawdlers", [1, 50])
def test_clients_that_log_on_a_byte_at_a_time_hold_up_nobody(router: LiveRouter, trader: Trader, dawdlers: int) -> None:
    logon = frame("A", [(49, "EMS42"), (56, "SLUICE"), (34, 1), (98, 0), (108, NEVER_S)], "FIX.4.2").encode()
    took = []
    with ExitStack() as stack:
        open_sockets = [
            stack.enter_context(socket.create_connection(("127.0.0.1", router.port), timeout=5))
            for _ in range(dawdlers)
        ]
        for byte in logon[:3]:
            for dawdler in open_sockets:
                dawdler.sendall(bytes([byte]))
            took += round_trips(trader)
        trader.fill_one()

    assert statistics.median(took) < MEDIAN_S_MAX, took


@pytest.fixture
def deaf(router: LiveRouter) -> Iterator[RawFix]:
    """A client that asks and asks and does not read what it is told."""
    client = RawFix(router.port, ours="EMS42", version="FIX.4.2", receive_buffer=4_096)
    client.logon(heartbeat=NEVER_S)
    assert client.receive_message().msg_type == "A"
    for number in range(FLOOD):
        client.send("H", (11, f"never-sent-{number}"), (55, "ACME"), (54, 1))
    yield client
    client.close()


def test_a_client_that_never_reads_is_cut_off_and_holds_up_nobody(
    router: LiveRouter, trader: Trader, deaf: RawFix
) -> None:
    took = round_trips(trader)
    for _ in range(PATIENCE_S * 10):
        if "EMS42 took nothing for 5 s; it is disconnected" in router.log():
            break
        time.sleep(0.1)
        took += round_trips(trader)
    else:
        raise AssertionError(f"not cut off in {PATIENCE_S} s: {router.log()}")
    trader.fill_one()
    deaf.close()

    assert statistics.median(took) < MEDIAN_S_MAX, took
    router.connect("EMS42", "FIX.4.2", number=deaf.number).close()


def test_the_router_ends_while_a_client_does_not_read(router: LiveRouter, trader: Trader, deaf: RawFix) -> None:
    trader.fill_one()

    assert router.stop() == 0
    assert deaf.number == FLOOD + 2
