"""A list sent by a QuickFIX client: its orders, a kill -9 in the middle, the same list after it, and its end.

One order of the list is staged, and a person releases it at the terminal.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from fixspec.codec import OutField, encode
from fixspec.message import Message
from router.runtime.fix.fix_messages import Outgoing
from support.fix_peers import Heard, connecting, running
from support.live_router import DAY, live_router, run_sluice

pytestmark = [pytest.mark.fix, pytest.mark.slow]

MARKET = ("--market", "synthetic:7:0.2", "--day", DAY, "--speed", "100", "--hold")
TWAP: list[OutField] = [
    *((847, 1000), (957, 2), (958, "EndTime"), (959, 14), (960, f"{DAY}-19:00:00")),
    *((958, "Interval"), (959, 14), (960, "60")),
]


def order(cl_ord_id: str, list_seq: int, symbol: str, qty: int, *more: OutField) -> list[OutField]:
    side: list[OutField] = [(54, 1), (60, f"{DAY}-13:30:00"), (38, qty), (40, 1)]
    return [(11, cl_ord_id), (67, list_seq), (55, symbol), *side, *more]


def new_list(list_id: str, *orders: list[OutField], version: str = "FIX.4.4", last: str = "") -> str:
    fragment: list[OutField] = [(893, last)] if last else []
    head: list[OutField] = [(66, list_id), (394, 3), (433, 2), (68, 3), *fragment, (73, len(orders))]
    return encode("E", [*head, *(field for each in orders for field in each)], version)


def on_list(msg_type: str, list_id: str, version: str = "FIX.4.4") -> str:
    return encode(msg_type, [(66, list_id), (60, f"{DAY}-13:30:00")] if msg_type != "M" else [(66, list_id)], version)


def states(message: Message) -> list[str]:
    return [f"{each.get(11)}={each.get(39)}" for each in message.group(73)]


def statuses(heard: Heard) -> list[Message]:
    return [message for message in heard.messages if message.msg_type == "N"]


def reported(kind: str, status: str) -> Callable[[Heard], bool]:
    """Whether the last ListStatus(N) is of that ListStatusType(429) and ListOrderStatus(431)."""

    def is_last(heard: Heard) -> bool:
        found = statuses(heard)
        return bool(found) and (found[-1].get(429), found[-1].get(431)) == (kind, status)

    return is_last


def test_a_list_outlives_the_router(tmp_path: Path) -> None:
    with (
        live_router(tmp_path, market=MARKET) as first,
        running(tmp_path / "client", connecting(first.port), plays_client=True) as (client, heard),
    ):
        heard.wait_up("SLUICE")
        port = first.port
        orders = order("A1", 1, "ACME", 2_000, *TWAP), order("A2", 2, "NONE", 100), order("A3", 3, "ACME", 400, (21, 3))
        client.send(Outgoing("SLUICE", new_list("L1", *orders)))
        heard.wait(reported("6", "5"))
        assert [states(each) for each in statuses(heard)] == [["A1=0", "A2=8", "A3=0"]] * 2
        client.send(Outgoing("SLUICE", on_list("L", "L1")))
        heard.wait(lambda heard: any(each.get(150) == "F" for each in heard.messages), seconds=30)
        assert first.stop(signal.SIGKILL) == -signal.SIGKILL

        with live_router(tmp_path, "--port", str(port), market=MARKET) as second:
            heard.wait(lambda heard: len([item for item in heard.items if type(item).__name__ == "PeerUp"]) == 2, 30)
            client.send(Outgoing("SLUICE", on_list("M", "L1")))
            heard.wait(reported("2", "3"), 30)
            assert states(statuses(heard)[-1])[1:] == ["A2=8", "A3=0"]
            staged = next(message.get(37) for message in heard.messages if message.get(11) == "A3")
            released = run_sluice("desk", "release", staged, "--state", str(tmp_path / "state"))
            assert released.stdout == f"released {staged}\n", released.stderr
            heard.wait(lambda heard: any(each.get(11) == "A3" and each.get(39) == "2" for each in heard.messages), 30)
            client.send(Outgoing("SLUICE", on_list("K", "L1")))
            heard.wait(reported("5", "6"), 30)
            assert second.stop() == 0
            second.check()

    assert heard.troubles == []
    end = statuses(heard)[-1]
    assert states(end) == ["A1=4", "A2=8", "A3=2"]
    first_order = end.group(73)[0]
    assert int(first_order.get(14)) + int(first_order.get(84)) == 2_000
    assert {message.get(66) for message in heard.messages if message.msg_type == "8"} == {"L1"}


def test_a_list_in_fix_42_comes_in_fragments_and_is_told_by_its_number(tmp_path: Path) -> None:
    with (
        live_router(tmp_path, market=MARKET) as router,
        running(tmp_path / "client", connecting(router.port, ours="EMS42", version="FIX.4.2"), plays_client=True) as (
            client,
            heard,
        ),
    ):
        heard.wait_up("SLUICE")
        first, second, third = (order(f"B{n}", n, "ACME", 100) for n in (1, 2, 3))
        client.send(Outgoing("SLUICE", new_list("L2", first, second, version="FIX.4.2")))
        heard.wait(reported("1", "2"))
        assert states(statuses(heard)[-1]) == ["B1=A", "B2=A"]
        client.send(Outgoing("SLUICE", new_list("L2", third, version="FIX.4.2")))
        heard.wait(lambda heard: len(statuses(heard)) == 2)
        assert states(statuses(heard)[-1]) == ["B1=0", "B2=0", "B3=0"]
        client.send(Outgoing("SLUICE", on_list("L", "L2", "FIX.4.2")))
        heard.wait(reported("5", "6"), 30)
        assert router.stop() == 0
        router.check()

    assert states(statuses(heard)[-1]) == ["B1=2", "B2=2", "B3=2"]
    assert heard.troubles == []
