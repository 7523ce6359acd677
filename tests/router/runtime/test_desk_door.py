"""The desk's socket: an act in, the engine's alarms out, and nothing else comes through."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from router.core.events import KillSwitch, OperatorEvent, OperatorRelease
from router.core.outputs import Alarm, Note, Output
from router.runtime.desk_door import ACT_BYTES_MAX, DOOR_NAME, Answer, DeskDoor, DeskError, ask

T = TypeVar("T")


def at_the_door(state: Path, act: Callable[[OperatorEvent], Sequence[Output]], question: Callable[[], T]) -> T:
    """What somebody outside hears while the door is open."""

    async def meeting() -> T:
        door = DeskDoor(state, act)
        await door.open()
        try:
            return await asyncio.to_thread(question)
        finally:
            await door.close()

    return asyncio.run(meeting())


def say(state: Path, line: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(state / DOOR_NAME))
        connection.sendall(line)
        return connection.makefile("rb").readline()


def test_an_act_arrives_as_it_was_sent_and_its_alarms_return(tmp_path: Path) -> None:
    acts: list[OperatorEvent] = []
    release = OperatorRelease("T1-O1", "TWAP", (("Interval", "30"),))

    def act(event: OperatorEvent) -> list[Output]:
        acts.append(event)
        return [Note(order_id="T1-O1", what="released"), Alarm("look here")]

    answer = at_the_door(tmp_path, act, lambda: ask(tmp_path, release))

    assert acts == [release]
    assert answer == Answer(alarms=("look here",), outputs=2)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"nonsense\n", b"JSON is malformed"),
        (b'{"type":"ClientUp","client":"EMS44"}\n', b"Invalid value 'ClientUp'"),
        (b'{"type":"OperatorRelease"}\n', b"Object missing required field `order_id`"),
        (b"x" * (ACT_BYTES_MAX + 1), b"an act is a line of at most 65536 bytes"),
    ],
)
def test_what_is_no_act_of_the_desk_is_refused_and_reaches_nobody(tmp_path: Path, line: bytes, words: bytes) -> None:
    acts: list[OperatorEvent] = []

    def act(event: OperatorEvent) -> list[Output]:
        acts.append(event)
        return []

    answer = at_the_door(tmp_path, act, lambda: say(tmp_path, line))

    assert words in answer
    assert acts == []


def test_without_a_router_the_asker_is_told_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(DeskError, match=f"no router answers at {tmp_path}/desk.sock: No such file or directory"):
        ask(tmp_path, KillSwitch(on=True))


def test_a_socket_left_by_a_killed_router_is_no_hindrance(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / DOOR_NAME))

    answer = at_the_door(tmp_path, lambda _: [], lambda: ask(tmp_path, KillSwitch(on=True)))

    assert answer == Answer()
    assert not (tmp_path / DOOR_NAME).exists()


def test_a_path_too_long_for_a_socket_is_said(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)

    with pytest.raises(DeskError, match="its path is longer than 107 bytes"):
        at_the_door(deep, lambda _: [], lambda: None)
