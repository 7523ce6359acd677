"""The router trades at `sluice venues` by configuration alone, and outlives them: real processes, real sockets.

The settings are those that the documentation has a reader make; only the ports are others.
"""

from __future__ import annotations

import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixspec.message import Message
from fixspec.values import format_utc_timestamp
from router.core.events import ChildFilled, ChildStatus, Event
from router.journal import decode_event
from router.runtime.journal_file import FILE_NAME, JournalReader
from support.live_router import LiveRouter, live_router
from support.live_venues import LiveVenues, live_venues
from support.raw_fix import Field, RawFix
from support.venues_over_fix import MICS, make_home

pytestmark = [pytest.mark.fix, pytest.mark.slow]

PATIENCE_S = 60


def free_block() -> int:
    """A port of loopback with as many free ones behind it as there are venues."""
    for _ in range(100):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = int(probe.getsockname()[1])
        if first + len(MICS) < 65_000 and all(_is_free(first + number) for number in range(len(MICS))):
            return first
    raise AssertionError("not enough free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@contextmanager
def venues_at(folder: Path, first: int) -> Iterator[LiveVenues]:
    with live_venues(folder, "--port", str(first), "--speed", "20") as venues:
        yield venues


@contextmanager
def router_at(repo: Path, folder: Path, first: int) -> Iterator[LiveRouter]:
    home = make_home(repo, folder, {mic: first + number for number, mic in enumerate(MICS)})
    with live_router(folder, "--config", str(home), market=("--market", "none")) as router:
        yield router


def wait_for(what: str, text_of: LiveVenues | LiveRouter, times: int = 1) -> None:
    """Until a log says it so many times."""
    deadline = time.monotonic() + PATIENCE_S
    while text_of.log().count(what) < times:
        assert time.monotonic() < deadline, text_of.log()[-2_000:]
        time.sleep(0.05)


def order(cl_ord_id: str, qty: int, *more: Field, limit: str = "") -> list[Field]:
    """To buy ACME, at the market where no limit is given."""
    terms: list[Field] = [(40, 2), (44, limit)] if limit else [(40, 1)]
    now = format_utc_timestamp(time.time_ns())
    return [(11, cl_ord_id), (21, 1), (55, "ACME"), (54, 1), (60, now), (38, qty), *terms, *more]


def take_in_hand(client: RawFix, name: str) -> Message:
    """An order of one share, once it is not refused for want of a price; so that the market is known to be open."""
    for attempt in range(200):
        client.send("D", *order(f"{name}-{attempt}", 1))
        report = client.receive_message()
        if report.get(39) != "8":
            return until(client, f"{name}-{attempt}", "2")
        assert "reference" in report.get(58) or "market" in report.get(58), report
        time.sleep(0.05)
    raise AssertionError("no market in ten seconds")


def until(client: RawFix, cl_ord_id: str, status: str) -> Message:
    """The report that gives an order this OrdStatus(39); what is refused on the way is an error."""
    while True:
        report = client.receive_message()
        assert report.get(39) != "8", report
        if (report.get(11), report.get(39)) == (cl_ord_id, status):
            return report


def heard(router: LiveRouter) -> list[Event]:
    reader = JournalReader(router.folder / "state" / FILE_NAME)
    try:
        return [decode_event(line.body) for line in reader.inputs()]
    finally:
        reader.close()


def test_parents_are_worked_to_their_end_at_venues_that_are_another_process(repo: Path, tmp_path: Path) -> None:
    first = free_block()
    with venues_at(tmp_path, first) as venues, router_at(repo, tmp_path, first) as router:
        client = router.connect()
        take_in_hand(client, "open")

        client.send("D", *order("sweep", 2_000))
        sweep = until(client, "sweep", "2")
        client.send("D", *order("pov", 400, (847, 2), (849, "0.3")))
        pov = until(client, "pov", "2")
        client.close()
        statuses = router.stop(), venues.stop()
        router.check()

    fills = [event for event in heard(router) if isinstance(event, ChildFilled)]
    assert ([report.get(14) for report in (sweep, pov)], statuses) == (["2000", "400"], (0, 0))
    assert sum(fill.qty for fill in fills) == 2_401
    assert len({fill.venue for fill in fills}) > 1


def test_venues_that_are_killed_and_return_are_asked_after_every_child(repo: Path, tmp_path: Path) -> None:
    first = free_block()
    with venues_at(tmp_path, first) as venues, router_at(repo, tmp_path, first) as router:
        client = router.connect()
        take_in_hand(client, "open")
        # Far from the market: it rests at XLIT, and nobody takes it.
        client.send("D", *order("resting", 500, (100, "XLIT"), limit="37.00"))
        assert client.receive_message().get(150) == "0"
        client.send("D", *order("worked", 600, (847, 2), (849, "0.3")))
        while (begun := client.receive_message()).get(150) != "F":
            assert begun.get(39) != "8", begun

        assert venues.stop(signal.SIGKILL) == -signal.SIGKILL
        wait_for("FIX session lost", router, len(MICS))
        with venues_at(tmp_path, first) as again:
            wait_for("client up", again, 2 * len(MICS))
            ends: dict[str, Message] = {}
            while not {("resting", "4"), ("worked", "2")} <= {(name, each.get(39)) for name, each in ends.items()}:
                report = client.receive_message()
                assert report.get(39) != "8", report
                ends[report.get(11)] = report
            client.close()
            statuses = router.stop(), again.stop()
        router.check()

    events = heard(router)
    known = Counter(event.known for event in events if isinstance(event, ChildStatus))
    assert (ends["worked"].get(14), statuses) == ("600", (0, 0))
    assert known[False] >= 1, known
    assert sum(event.qty for event in events if isinstance(event, ChildFilled)) == 601
